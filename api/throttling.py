"""Rate limits: a view names a rate of `core.limits.RATES` as `limited_as`, or calls `limit` where it counts."""

from __future__ import annotations

from rest_framework.throttling import BaseThrottle

from core import limits
from core.clients import client_address


class Limited(BaseThrottle):
    """Counts the view's `limited_as` (for methods that write) per user, or per address of whoever is not signed in."""

    def allow_request(self, request, view):
        scope = getattr(view, "limited_as", None)
        if scope and request.method not in ("GET", "HEAD", "OPTIONS"):
            limit(request, scope)
        return True


def limit(request, scope: str) -> None:
    """Count one act of the kind `scope` by the caller; for views in which only some calls count.

    Raises `TooManyRequests`. Takes plain requests and DRF's.
    """
    viewer = getattr(request, "viewer", None)
    who = client_address(request.META) if viewer is None or viewer.is_anonymous else f"user-{viewer.user_id}"
    limits.take(scope, who)
