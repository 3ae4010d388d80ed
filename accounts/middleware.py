"""What the admin asks of a user before it lets him work."""

from __future__ import annotations

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

ALLOWED = {
    "wagtailadmin_account",
    "wagtailadmin_javascript_catalog",
    "wagtailadmin_login",
    "wagtailadmin_logout",
    "wagtailadmin_sprite",
}


class TemporaryPasswordMiddleware(MiddlewareMixin):
    """Leads whoever has a password that somebody else made up to the page on which he changes it."""

    def process_view(self, request, view, args, kwargs):
        if not request.path_info.startswith("/admin/") or request.resolver_match.view_name in ALLOWED:
            return None
        if not getattr(request.user, "is_password_temporary", False):
            return None
        messages.warning(request, _("Please change your temporary password first."))
        return redirect("wagtailadmin_account")
