"""Where links in mails lead when there is no frontend."""

from django.urls import path

from accounts.pages import ConfirmEmailPage, ResetPasswordPage

urlpatterns = [
    path("confirm-email/", ConfirmEmailPage.as_view(), name="confirm_email"),
    path("reset-password/", ResetPasswordPage.as_view(), name="reset_password"),
]
