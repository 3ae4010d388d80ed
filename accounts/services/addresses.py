"""E-mail addresses: changing one, and proving that it is one's own."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.encoding import punycode

from accounts import links
from accounts.languages import asked_for
from accounts.models import User
from accounts.services.passwords import confirm_password
from core import clock, outbox
from core.errors import Invalid, Problem

LONGEST = 254


def normalize(email: str) -> str:
    """The address as it is stored: the host in lower case and in ASCII, the rest as given."""
    local, at, host = email.strip().rpartition("@")
    with suppress(UnicodeError):  # then it stays as it is, and is refused as no valid address
        host = host if host.isascii() else punycode(host)
    return f"{local}{at}{host.lower()}"


def problems_of(email: str, *, owner: User | None = None) -> list[Problem]:
    """What speaks against an address as that of `owner`, or of a new user."""
    try:
        if len(email) > LONGEST or not email.isascii():
            raise ValidationError("")
        validate_email(email)
    except ValidationError:
        return [Problem("Enter a valid e-mail address.", "invalid", "email")]
    others = User.objects.addressed(email)
    if owner is not None:
        others = others.exclude(pk=owner.pk)
    if others.exists():
        return [Problem("This e-mail address is taken.", "taken", "email")]
    return []


def change_email(*, user: User, email: str, password: str) -> None:
    """Ask for another address. It takes effect when it has been confirmed; until then the old one stays, and is told.

    Asking for the present address takes back what was asked for before.
    """
    confirm_password(user=user, password=password)
    email = normalize(email)
    if email == user.email:
        User.objects.filter(pk=user.pk).update(pending_email="")
        user.pending_email = ""
        return
    if problems := problems_of(email, owner=user):
        raise Invalid.many(problems)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(pending_email=email)
        outbox.record("account.email_change_requested", user=user.pk, language=asked_for())
    user.pending_email = email


def confirm_email(*, uid: str, token: str, at: datetime | None = None) -> None:
    """Confirm the address (a new one takes effect) with what the mail said. Raises `Invalid` for a bad link."""
    with transaction.atomic():
        user = links.CONFIRM.find(uid, token, lock=True)
        email = user.pending_email or user.email
        try:
            with transaction.atomic():
                User.objects.filter(pk=user.pk).update(
                    email=email, pending_email="", email_confirmed_at=at or clock.now()
                )
        except IntegrityError:
            raise Invalid("This e-mail address is taken.", code="taken", attr="email") from None
