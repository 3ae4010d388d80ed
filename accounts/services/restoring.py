"""Users who come from elsewhere: they get no mail, and no password until they ask for one."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import MailDigest, Role, User
from accounts.services.roles import AUTHORS


@transaction.atomic
def restore_user(
    *,
    username: str,
    email: str,
    name: str = "",
    bio: str = "",
    role: str = Role.USER,
    joined_at: datetime | None = None,
    email_confirmed_at: datetime | None = None,
    mail_digest: str = MailDigest.EACH,
    is_active: bool = True,
) -> User:
    """The row of a user who was one elsewhere, of checked facts. Nobody is told of it, and no password fits.

    He signs in once he has chosen a password with the link that a reset mails to his address.
    """
    user = User(
        username=username,
        email=email,
        name=name,
        bio=bio,
        role=role,
        password=make_password(None),
        email_confirmed_at=email_confirmed_at,
        mail_digest=mail_digest,
        is_active=is_active,
    )
    if joined_at:
        user.date_joined = joined_at
    user.save(force_insert=True)
    user.groups.add(Group.objects.get_or_create(name=AUTHORS)[0])
    return user
