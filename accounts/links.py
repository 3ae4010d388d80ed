"""Links sent by mail that prove who follows them: used once, within a day, void when password or address change.

They lead to pages of the frontend (`FRONTEND_URL`), or else to those Inktree serves itself, with `?uid=…&token=…`:
`/account/confirm-email/` and `/account/reset-password/`.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import base36_to_int, int_to_base36

from accounts.models import User
from core.errors import Invalid

LARGEST_ID = 2**63 - 1
LONGEST = 200


class Link(PasswordResetTokenGenerator):
    """One kind of link: where it leads, and which facts of the user make it void when they change."""

    def __init__(self, path: str, *facts: str):
        super().__init__()
        self.key_salt = f"accounts.links{path}"
        self.path = path
        self.facts = ("password", "email", "pending_email", "is_active", *facts)

    def _make_hash_value(self, user, timestamp):
        return repr((user.pk, timestamp, *(str(getattr(user, fact)) for fact in self.facts)))

    def url(self, user: User) -> str:
        """The address to send to the user."""
        base = settings.FRONTEND_URL or settings.BASE_URL
        return f"{base}{self.path}?{urlencode({'uid': int_to_base36(user.pk), 'token': self.make_token(user)})}"

    def find(self, uid: str, token: str, *, lock: bool = False) -> User:
        """The user whom this link was sent to. Raises `Invalid` for one never sent, used, or too old."""
        users = User.objects.select_for_update() if lock else User.objects.all()
        user = users.filter(pk=_pk(uid), is_active=True).first()
        if user is None or len(token) > LONGEST or not token.isascii() or not self.check_token(user, token):
            raise Invalid("This link is not valid, was used before, or is too old.", code="invalid_token", attr="token")
        return user


RESET = Link("/account/reset-password/")
CONFIRM = Link("/account/confirm-email/", "email_confirmed_at")


def _pk(uid: str) -> int | None:
    try:
        pk = base36_to_int(uid)
    except ValueError:
        return None
    return pk if 0 < pk <= LARGEST_ID else None
