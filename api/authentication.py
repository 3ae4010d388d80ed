"""Who speaks: the access token in `Authorization: Bearer …`, and nothing else.

The rule for the header: one header, the word `Bearer` (in any case), one space, one token. Anything else in it is 401,
on public endpoints too. A token in the URL or in a cookie is never looked at.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission

from accounts.services import sessions
from accounts.tokens import BadToken
from accounts.viewers import ANONYMOUS, Viewer
from api.errors import CHALLENGE
from core.errors import NotAllowed, NotSignedIn


class PasswordChangeRequired(NotAllowed):
    """A password somebody else made up has to be changed before anything else."""

    code = "password_change_required"
    detail = "Change your temporary password first: POST auth/password/change/."


def identify(request: HttpRequest) -> Viewer:
    """The viewer of a plain request, at the lowest price. Raises `NotSignedIn` for a credential that is no good."""
    header = request.META.get("HTTP_AUTHORIZATION")
    return sessions.identify(token_of(header)) if header else ANONYMOUS


def read_as(request: HttpRequest, read: Callable[[Viewer], HttpResponse]) -> HttpResponse:
    """What `read` answers to the viewer, who is checked in the round trip that it makes anyway: see `sessions.read_as`.

    Raises `NotSignedIn` for a credential that is no good.
    """
    header = request.META.get("HTTP_AUTHORIZATION")
    return sessions.read_as(token_of(header), read) if header else read(ANONYMOUS)


def token_of(header: str) -> str:
    """The token in an `Authorization` header. Raises `BadToken` for any other form."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or " " in token or "," in token:
        raise BadToken
    return token


class BearerAuthentication(BaseAuthentication):
    """Sets `request.user`, `request.viewer` and `request.session_id`; costs one query."""

    def authenticate(self, request):
        request.viewer, request.session_id = ANONYMOUS, None
        header = request.META.get("HTTP_AUTHORIZATION")
        if not header:
            return None
        signed_in = sessions.authenticate(token_of(header))
        view = (request.parser_context or {}).get("view")
        if signed_in.user.is_password_temporary and not getattr(view, "allows_temporary_password", False):
            raise PasswordChangeRequired
        request.viewer, request.session_id = signed_in.viewer, signed_in.session_id
        return signed_in.user, signed_in

    def authenticate_header(self, request):
        return CHALLENGE


class IsSignedIn(BasePermission):
    """Everybody with a valid access token; 401 for all others, before anything is looked up.

    A method that the view does not have is 405 for everybody.
    """

    def has_permission(self, request, view):
        if request.method not in view.allowed_methods:
            raise MethodNotAllowed(request.method)
        if request.viewer.is_anonymous:
            raise NotSignedIn
        return True


class IsSignedInOrReads(IsSignedIn):
    """Anybody may read, whoever is signed in may write."""

    def has_permission(self, request, view):
        return request.method in ("GET", "HEAD", "OPTIONS") or super().has_permission(request, view)


class IsModerator(IsSignedIn):
    """Moderators and admins."""

    def has_permission(self, request, view):
        if super().has_permission(request, view) and not request.viewer.is_moderator:
            raise NotAllowed
        return True


class IsAdmin(IsSignedIn):
    """Admins."""

    def has_permission(self, request, view):
        if super().has_permission(request, view) and not request.viewer.is_admin:
            raise NotAllowed
        return True


def require_moderator(viewer: Viewer) -> None:
    """For calls about a thing, once it was found: 404 comes first for whoever may not see it. Raises `NotAllowed`."""
    if not viewer.is_moderator:
        raise NotAllowed


def require_admin(viewer: Viewer) -> None:
    """Like `require_moderator`, for what is left to admins."""
    if not viewer.is_admin:
        raise NotAllowed


class BearerScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI schema names this."""

    target_class = "api.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema):
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The `access` token from `auth/token/` or `auth/register/`.",
        }
