"""The admin's view of users, for admins: roles instead of flags and groups, and our services behind every button."""

from __future__ import annotations

import django_filters
from django import forms
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn
from wagtail.admin.views import generic
from wagtail.users.views.users import CreateView as WagtailCreateView
from wagtail.users.views.users import DeleteView as WagtailDeleteView
from wagtail.users.views.users import EditView as WagtailEditView
from wagtail.users.views.users import IndexView as WagtailIndexView
from wagtail.users.views.users import UserColumn
from wagtail.users.views.users import UserViewSet as WagtailUserViewSet

from accounts.blocks import not_blocked
from accounts.models import Role, User
from accounts.services import passwords
from accounts.services.profiles import LONGEST_BIO, LONGEST_NAME, update_profile
from accounts.services.roles import keep_an_admin, set_role
from core import clock
from core.errors import DomainError
from members.deletion import delete_user
from members.registration import add_member, problems_of


class PasswordsMixin:
    """Two fields for a new password. What is given is judged by the services and not by the model."""

    def _post_clean(self):
        pass

    def check_passwords(self, user: User) -> None:
        password, again = self.cleaned_data.get("password1"), self.cleaned_data.get("password2")
        if password != again:
            self.add_error("password2", ValidationError(_("The two passwords differ."), code="password_mismatch"))
        elif password:
            for problem in passwords.problems_of(password, user=user, attr="password1"):
                self.add_error("password1", ValidationError(problem.detail, code=problem.code))


def _password_field(label: str, *, required: bool, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, required=required, strip=False, widget=widget, help_text=help_text)


class NewUserForm(PasswordsMixin, forms.ModelForm):
    """Somebody new, who gets a first blog as everybody does."""

    username = forms.CharField(label=_("User name"), max_length=30)
    email = forms.EmailField(label=_("E-mail address"))
    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    password1 = _password_field(_("Password"), required=True)
    password2 = _password_field(_("Password again"), required=True)

    class Meta:
        model = User
        fields: list[str] = []

    def clean(self):
        cleaned = super().clean()
        given = {name: cleaned[name] for name in ("username", "email") if name in cleaned}
        for problem in problems_of(**given):
            self.add_error(problem.attr, ValidationError(problem.detail, code=problem.code))
        self.check_passwords(User(username=cleaned.get("username", ""), email=cleaned.get("email", "")))
        return cleaned

    def save(self, commit=True):
        given = self.cleaned_data
        self.instance = add_member(
            username=given["username"], email=given["email"], password=given["password1"], name=given["name"]
        )
        return self.instance


class UserForm(PasswordsMixin, forms.ModelForm):
    """What an admin may change of a user; the address changes only its owner."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, required=False)
    bio = forms.CharField(
        label=_("Biography"), max_length=LONGEST_BIO, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        help_text=_("Moderators keep order in all blogs; admins also run the site."),
    )
    password1 = _password_field(_("New password"), required=False, help_text=_("Leave empty to keep the present one."))
    password2 = _password_field(_("New password again"), required=False)

    class Meta:
        model = User
        fields: list[str] = []

    def __init__(self, *args, editing_self=False, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("name", "bio", "role"):
            self.initial[name] = getattr(self.instance, name)
        if editing_self:
            del self.fields["role"]

    def clean(self):
        cleaned = super().clean()
        self.check_passwords(self.instance)
        if self.instance.is_admin and cleaned.get("role", Role.ADMIN) != Role.ADMIN:
            try:
                keep_an_admin(without=self.instance)
            except DomainError as error:
                self.add_error("role", ValidationError(str(error), code=error.code))
        return cleaned

    def save(self, commit=True):
        update_profile(user=self.instance, name=self.cleaned_data["name"], bio=self.cleaned_data["bio"])
        if self.cleaned_data["password1"]:
            self.instance.set_password(self.cleaned_data["password1"])
            self.instance.save(update_fields=["password", "is_password_temporary"])
        return self.instance


class UserFilters(WagtailFilterSet):
    """By role, by blocks, and by when somebody joined."""

    role = django_filters.MultipleChoiceFilter(
        label=_("Role"), choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )
    blocked = django_filters.BooleanFilter(label=_("Blocked now"), method="by_block")
    date_joined = django_filters.DateFromToRangeFilter(label=_("Joined"), widget=DateRangePickerWidget)

    def __init__(self, *args, is_searching=False, **kwargs):
        super().__init__(*args, **kwargs)

    def by_block(self, queryset, name, value):
        free = not_blocked(clock.now())
        return queryset.exclude(free) if value else queryset.filter(free)

    class Meta:
        model = User
        fields: list[str] = []


class UserIndexView(WagtailIndexView):
    """All users."""

    template_name = "wagtailadmin/generic/index.html"
    results_template_name = "wagtailadmin/generic/listing_results.html"
    search_fields = ("username", "name", "email")

    def get_base_queryset(self):
        return User.objects.filter(is_active=True).select_related("avatar", "wagtail_userprofile")

    def order_queryset(self, queryset):
        return generic.IndexView.order_queryset(self, queryset)

    @property
    def columns(self):
        return [
            UserColumn(
                "name",
                label=_("Name"),
                accessor="get_full_name",
                sort_key="name",
                get_url=self.get_edit_url,
                width="26%",
            ),
            Column("username", label=_("User name"), sort_key="username", width="16%"),
            Column("email", label=_("E-mail address"), sort_key="email"),
            StatusTagColumn(
                "role",
                label=_("Role"),
                accessor="get_role_display",
                sort_key="role",
                primary=lambda user: user.role != Role.USER,
                width="10%",
            ),
            Column("blocked", label=_("Blocked"), accessor=_blocked, width="10%"),
            DateColumn("date_joined", label=_("Joined"), sort_key="date_joined", width="12%"),
        ]


def _blocked(user: User):
    return _("blocked") if user.is_blocked(clock.now()) else ""


class UserCreateView(WagtailCreateView):
    """Add somebody."""

    template_name = "wagtailadmin/generic/create.html"

    def save_instance(self):
        instance = super().save_instance()
        if (role := self.form.cleaned_data["role"]) != instance.role:
            set_role(actor=self.request.user, user=instance, role=role)
        return instance


class UserEditView(WagtailEditView):
    """Change somebody."""

    template_name = "wagtailadmin/generic/edit.html"

    def save_instance(self):
        instance = self.form.save()
        role = self.form.cleaned_data.get("role", instance.role)
        if role != instance.role:
            set_role(actor=self.request.user, user=instance, role=role)
        if self.editing_self and self.form.cleaned_data["password1"]:
            update_session_auth_hash(self.request, instance)
        return instance


class UserDeleteView(WagtailDeleteView):
    """Delete somebody's account with everything that belongs to it."""

    template_name = "wagtailadmin/generic/confirm_delete.html"

    def delete_action(self):
        delete_user(actor=self.request.user, user=self.object)

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except DomainError as error:
            form.add_error(None, ValidationError(str(error), code=error.code))
            return self.form_invalid(form)


class UserViewSet(WagtailUserViewSet):
    """The users of the site."""

    index_view_class = UserIndexView
    add_view_class = UserCreateView
    edit_view_class = UserEditView
    delete_view_class = UserDeleteView
    filterset_class = UserFilters
    copy_view_enabled = False
    template_prefix = ""

    def get_form_class(self, for_update=False):
        return UserForm if for_update else NewUserForm
