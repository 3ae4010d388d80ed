"""The pages that links in mails lead to where there is no frontend. Opening one changes nothing; its button does."""

from __future__ import annotations

from django import forms
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from accounts.services.addresses import confirm_email
from accounts.services.passwords import LONGEST, reset_password
from core import limits
from core.clients import client_address
from core.errors import DomainError


class ConfirmEmailForm(forms.Form):
    def act(self, **link) -> None:
        confirm_email(**link)


class ResetPasswordForm(forms.Form):
    new_password = forms.CharField(
        label=_("New password"),
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "minlength": 10}),
    )

    def act(self, **link) -> None:
        reset_password(**link, new_password=self.cleaned_data["new_password"])


@method_decorator(never_cache, name="dispatch")
class LinkPage(FormView):
    """A page with one form for what its link is for, and a word on how it went."""

    template_name = "accounts/link.html"
    title = button = done = ""

    def form_valid(self, form):
        query = self.request.GET
        try:
            limits.take("token", client_address(self.request.META))
            form.act(uid=query.get("uid", ""), token=query.get("token", ""))
        except DomainError as error:
            for problem in error.problems:
                form.add_error("new_password" if problem.attr == "new_password" else None, problem.detail)
            return self.form_invalid(form)
        return self.render_to_response(self.get_context_data(form=None, is_done=True))

    def form_invalid(self, form):
        response = super().form_invalid(form)
        response.status_code = 400
        return response

    def get_context_data(self, **kwargs):
        return super().get_context_data(title=self.title, button=self.button, done=self.done, **kwargs)

    def render_to_response(self, context, **kwargs):
        response = super().render_to_response(context, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"  # the address holds the token
        return response


class ConfirmEmailPage(LinkPage):
    form_class = ConfirmEmailForm
    title = _("Confirm your e-mail address")
    button = _("Confirm")
    done = _("Thank you, your address is confirmed.")


class ResetPasswordPage(LinkPage):
    form_class = ResetPasswordForm
    title = _("Choose a new password")
    button = _("Save")
    done = _("Your new password is saved. All devices were signed out.")
