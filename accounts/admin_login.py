"""The sign-in page of the admin, with the limits and block checks of the API."""

from __future__ import annotations

from django import forms
from django.contrib.auth import login
from django.http import HttpResponseRedirect
from django.utils.translation import gettext as _
from wagtail.admin.forms.auth import LoginForm as WagtailLoginForm
from wagtail.admin.views.account import LoginView as WagtailLoginView

from accounts.services.sign_in import NoActiveAccount, UserBlocked, check_credentials
from core.clients import client_address
from core.errors import TooManyRequests

BACKEND = "accounts.backends.AccountBackend"


class LoginForm(WagtailLoginForm):
    """Checks what was typed with `check_credentials`, and says why nobody is let in."""

    retry_after: int | None = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name or e-mail address")
        self.fields["username"].widget.attrs["placeholder"] = ""

    def clean(self):
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not username or not password:
            return self.cleaned_data
        try:
            self.user_cache = check_credentials(
                identifier=username, password=password, client=client_address(self.request.META)
            )
        except NoActiveAccount:
            raise self.get_invalid_login_error() from None
        except UserBlocked as error:
            until = error.extra["until"]
            text = _("This account is blocked until %(until)s.") if until else _("This account is blocked.")
            raise forms.ValidationError(text, code=error.code, params={"until": until}) from None
        except TooManyRequests as error:
            self.retry_after = error.extra["retry_after"]
            raise forms.ValidationError(str(error), code=error.code) from None
        return self.cleaned_data


class LoginView(WagtailLoginView):
    """Wagtail's page; 429 with `Retry-After` when there were too many tries."""

    def get_form_class(self):
        return LoginForm

    def form_valid(self, form):
        login(self.request, form.get_user(), backend=BACKEND)
        self.request.session.set_expiry(None if form.cleaned_data.get("remember") else 0)
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form):
        response = super().form_invalid(form)
        if form.retry_after:
            response.status_code = 429
            response.headers["Retry-After"] = str(form.retry_after)
        return response
