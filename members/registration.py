"""Becoming a member: a user and a first blog, both or neither."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import User
from accounts.services import registration as accounts
from blogs.models import BlogPage, OldBlogSlug
from blogs.services import create_blog
from core.errors import Invalid, NotAllowed, Problem, Problems

TAKEN = Problem("This user name is taken.", "taken", "username")


class RegistrationClosed(NotAllowed):
    """The site takes no new members (`REGISTRATION_OPEN`)."""

    code = "registration_closed"
    detail = "Registration is closed."


def problems_of(*, username: str | None = None, **given: str | None) -> list[Problem]:
    """Everything that speaks against a registration, field by field; what is not given is not judged."""
    problems = accounts.problems_of(username=username, **given)
    if username is not None and "username" not in {problem.attr for problem in problems} and _is_slug_taken(username):
        problems.append(TAKEN)
    return problems


def register(*, username: str, email: str, password: str, name: str = "") -> User:
    """Make a user and his first blog, whose slug is his name in lower case. Raises `Invalid`, `RegistrationClosed`."""
    if not settings.REGISTRATION_OPEN:
        raise RegistrationClosed
    return add_member(username=username, email=email, password=password, name=name)


def add_member(*, username: str, email: str, password: str, name: str = "") -> User:
    """What `register` does, also where registration is closed: for an admin who adds somebody. Raises `Invalid`."""
    Problems(problems_of(username=username, email=email, password=password, name=name)).raise_any()
    encoded = make_password(password)  # takes long, so not inside the transaction
    with transaction.atomic():
        user = accounts.create_user(username=username, email=email, encoded_password=encoded, name=name)
        try:
            create_blog(owner=user, title=user.name or user.username, slug=username.lower())
        except Invalid as error:
            if "slug" in {problem.attr for problem in error.problems}:
                raise Invalid.many([TAKEN]) from None
            raise
    return user


def _is_slug_taken(username: str) -> bool:
    slug = username.lower()
    return BlogPage.objects.filter(slug__iexact=slug).exists() or OldBlogSlug.objects.filter(slug__iexact=slug).exists()
