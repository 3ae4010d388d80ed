"""New users: what is asked of them, and the row itself."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from accounts import languages, names
from accounts.models import Role, User
from accounts.services import addresses, passwords
from accounts.services.profiles import LONGEST_NAME, one_line
from accounts.services.roles import AUTHORS
from core import outbox
from core.errors import Invalid, Problem


def problems_of_name(username: str) -> list[Problem]:
    """What speaks against a user name."""
    if not names.FORM.fullmatch(username):
        return [Problem("Use 3 to 30 letters, digits, hyphens or underscores.", "invalid", "username")]
    if names.is_reserved(username):
        return [Problem("This user name is reserved.", "reserved", "username")]
    if User.objects.named(username).exists():
        return [Problem("This user name is taken.", "taken", "username")]
    return []


def problems_of(
    *, username: str | None = None, email: str | None = None, password: str | None = None, name: str = ""
) -> list[Problem]:
    """Everything that speaks against these data of a new user; what is None is not judged."""
    candidate = User(username=username or "", email=email or "", name=name)
    problems = []
    if username is not None:
        problems += problems_of_name(username)
    if email is not None:
        problems += addresses.problems_of(addresses.normalize(email))
    if password is not None:
        problems += passwords.problems_of(password, user=candidate, attr="password")
    return problems


def create_user(*, username: str, email: str, encoded_password: str, name: str = "", role: str = Role.USER) -> User:
    """The row of a new user whose data were checked, and a mail to confirm his address.

    Raises `Invalid` if somebody else took the name or the address at the same moment.
    """
    user = User(
        username=username,
        email=addresses.normalize(email),
        password=encoded_password,
        name=one_line(name)[:LONGEST_NAME],
        role=role,
        language=languages.asked_for(),
    )
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            user.groups.add(Group.objects.get_or_create(name=AUTHORS)[0])
            outbox.record("account.registered", user=user.pk, language=user.language)
    except IntegrityError:
        raise Invalid.many(
            [*problems_of_name(username), *addresses.problems_of(user.email)]
            or [Problem("This user name is taken.", "taken", "username")]
        ) from None
    return user
