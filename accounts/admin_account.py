"""The admin's account page: what a user tells of himself, his password, and how the admin looks to him.

Everything goes through the services of the API. Wagtail's own panel for pictures is left out: it would store what it
is given as it is.
"""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import PasswordChangeForm as DjangoPasswordChangeForm
from django.core.exceptions import ValidationError
from django.urls import path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import require_admin_access
from wagtail.admin.forms.auth import PasswordResetForm as WagtailPasswordResetForm
from wagtail.admin.views.account import (
    AccountView,
    BaseSettingsPanel,
    ChangePasswordPanel,
    LocaleSettingsPanel,
    ThemeSettingsPanel,
)
from wagtail.users.models import UserProfile

from accounts.models import MailDigest, User
from accounts.services import passwords
from accounts.services.profiles import LONGEST_BIO, LONGEST_NAME, update_profile
from core import limits
from core.clients import client_address
from core.errors import DomainError, TooManyRequests


class ProfileForm(forms.Form):
    """Name, biography and mails."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST_NAME, required=False)
    bio = forms.CharField(
        label=_("Biography"), max_length=LONGEST_BIO, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    mail_digest = forms.ChoiceField(label=_("Mail about new posts"), choices=MailDigest.choices)

    def __init__(self, *args, instance: User, **kwargs):
        self.user = instance
        super().__init__(*args, initial={name: getattr(instance, name) for name in self.base_fields}, **kwargs)

    def save(self) -> None:
        update_profile(user=self.user, **self.cleaned_data)


class ProfilePanel(BaseSettingsPanel):
    name = "profile"
    title = _("Profile")
    order = 100
    form_class = ProfileForm


class PasswordForm(DjangoPasswordChangeForm):
    """Changes the password as `POST auth/password/change/` does: with its limits, ending all sessions of the API."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False  # together with other panels: an empty one changes nothing
            field.widget.attrs.pop("autofocus", None)

    def clean_old_password(self):
        return self.cleaned_data["old_password"]  # checked below, within limits

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        try:
            passwords.confirm_password(user=self.user, password=cleaned["old_password"], attr="old_password")
            problems = passwords.problems_of(cleaned["new_password1"], user=self.user, attr="new_password2")
        except DomainError as error:
            problems = error.problems
        for problem in problems:
            self.add_error(problem.attr, ValidationError(problem.detail, code=problem.code))
        return cleaned

    def validate_password_for_user(self, user, *args, **kwargs):
        """Nothing to do: the service judges the new password."""

    def save(self, commit=True):
        passwords.change_password(
            user=self.user,
            old_password=self.cleaned_data["old_password"],
            new_password=self.cleaned_data["new_password1"],
        )
        return self.user


class PasswordPanel(ChangePasswordPanel):
    form_class = PasswordForm

    @cached_property
    def form(self):
        return super().get_form()

    def get_form(self):
        return self.form  # one for all who ask, so that the old password is checked once


class OwnAccountView(AccountView):
    """Wagtail's page with panels that fit our user."""

    def get_panels(self):
        return self.panels

    @cached_property
    def panels(self):
        request, user = self.request, self.request.user
        profile = UserProfile.get_for_user(user)
        kinds = (ProfilePanel, LocaleSettingsPanel, ThemeSettingsPanel, PasswordPanel)
        panels = [kind(request, user, profile) for kind in kinds]
        return [panel for panel in panels if panel.is_active()]


class PasswordResetForm(WagtailPasswordResetForm):
    """Asks for the same mail as `POST auth/password/reset/`."""

    def save(self, *args, request=None, **kwargs):
        try:
            limits.take("reset", client_address(request.META))
        except TooManyRequests:
            return  # whoever asks too often is told the same as everybody
        passwords.request_reset(email=self.cleaned_data["email"])


urlpatterns = [path("", require_admin_access(OwnAccountView.as_view()), name="wagtailadmin_account")]
