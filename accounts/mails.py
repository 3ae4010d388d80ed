"""The mails this room sends: to confirm an address, to choose a new password, and to tell of what was changed."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import links
from accounts.languages import language_of
from accounts.models import User
from accounts.services.profiles import one_line
from core import bounces, limits, outbox
from core.errors import TooManyRequests

logger = logging.getLogger(__name__)


def send_mail(template: str, *, to: str, subject: str, user: User, language: str = "", **facts) -> None:
    """Send the mail `templates/mail/{template}.txt`, with the HTML beside it; not to an address that refuses mail.

    `language` is that of the request which caused it; else it is written in the user's.
    """
    if bounces.is_refused(to):
        logger.info("mail left out: the address refuses mail", extra={"mail": template})
        return
    with translation.override(language_of(user, language)):
        facts |= {"subject": one_line(str(subject)), "user": user}
        facts |= {"site_name": settings.WAGTAIL_SITE_NAME, "site_url": settings.BASE_URL}
        mail = EmailMultiAlternatives(facts["subject"], render_to_string(f"mail/{template}.txt", facts), to=[to])
        mail.attach_alternative(render_to_string(f"mail/{template}.html", facts), "text/html")
    mail.send()


@outbox.handles("account.registered", background=True)
def ask_to_confirm(*, user: int, language: str = "") -> None:
    """Ask a new user, or one with a new address, to confirm it."""
    found = _active(user)
    if found is None or (found.email_confirmed_at and not found.pending_email):
        return
    email = found.pending_email or found.email
    if _is_allowed("confirmation_mail", email):
        send_mail(
            "confirm_email",
            to=email,
            subject=_("Confirm your e-mail address"),
            user=found,
            language=language,
            url=links.CONFIRM.url(found),
        )


@outbox.handles("account.email_change_requested", background=True)
def tell_both_addresses(*, user: int, language: str = "") -> None:
    """Ask the new address to be confirmed and tell the old one."""
    found = _active(user)
    if found is None or not found.pending_email:
        return
    ask_to_confirm(user=user, language=language)
    send_mail(
        "email_change",
        to=found.email,
        subject=_("Your e-mail address is about to change"),
        user=found,
        language=language,
    )


@outbox.handles("account.reset_requested", background=True)
def send_reset_link(*, user: int | None, language: str = "") -> None:
    """Send a link to choose a new password. There is no user when the address was unknown."""
    found = _active(user)
    if found and _is_allowed("reset_mail", found.email):
        send_mail(
            "reset_password",
            to=found.email,
            subject=_("Choose a new password"),
            user=found,
            language=language,
            url=links.RESET.url(found),
        )


@outbox.handles("account.password_changed", background=True)
def tell_of_new_password(*, user: int, language: str = "") -> None:
    """Tell a user that his password was changed, in case it was not he who did it."""
    found = _active(user)
    if found and found.email_confirmed_at:
        send_mail(
            "password_changed", to=found.email, subject=_("Your password was changed"), user=found, language=language
        )


def _active(user: int | None) -> User | None:
    return User.objects.filter(pk=user, is_active=True).first() if user else None


def _is_allowed(scope: str, email: str) -> bool:
    try:
        limits.take(scope, email.lower())
    except TooManyRequests:
        logger.info("mail left out: too many to this address", extra={"mail": scope})
        return False
    return True
