"""Django's side of signing in: the admin and its sessions."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend

from accounts.models import User
from accounts.services.sign_in import check_credentials
from core import clock
from core.clients import UNKNOWN, client_address
from core.errors import DomainError


class AccountBackend(ModelBackend):
    """Signs in with the rules and limits of `accounts.services.sign_in`; a blocked user's session is dead at once."""

    def authenticate(self, request, username=None, password=None, **kwargs):
        if not username or password is None:
            return None
        client = client_address(request.META) if request is not None else UNKNOWN
        try:
            return check_credentials(identifier=username, password=password, client=client)
        except DomainError:
            return None

    def user_can_authenticate(self, user: User) -> bool:
        return super().user_can_authenticate(user) and not user.is_blocked(clock.now())
