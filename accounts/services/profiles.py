"""What a user tells others of himself."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from accounts.signals import user_changed

LONGEST_NAME = 100
LONGEST_BIO = 2000


def one_line(text: str) -> str:
    """The text without control characters and in one line, fit for a heading or the subject of a mail."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def update_profile(
    *, user: User, name: str | None = None, bio: str | None = None, mail_digest: str | None = None
) -> None:
    """Change what is given of a user's profile; None leaves a thing as it is."""
    changes = {}
    if name is not None:
        changes["name"] = one_line(name)[:LONGEST_NAME]
    if bio is not None:
        changes["bio"] = bio.replace("\r\n", "\n").strip()[:LONGEST_BIO]
    if mail_digest is not None:
        changes["mail_digest"] = mail_digest
    if not changes:
        return
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(**changes)
        for field, value in changes.items():
            setattr(user, field, value)
        if "name" in changes or "bio" in changes:
            user_changed.send(User, user=user)
