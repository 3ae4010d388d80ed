"""The page on which whoever is signed in uploads pictures. It calls the API itself, with a token of its own."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_protect, ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from accounts.services import page_sessions
from core.errors import NotAllowed, NotSignedIn

MIB = 1024 * 1024
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src * data: blob:; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@require_safe
@ensure_csrf_cookie
@cache_control(private=True, no_store=True)
def upload(request: HttpRequest) -> HttpResponse:
    """The page itself; whoever is not signed in is sent to sign in, and back."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if request.user.is_password_temporary:
        return redirect("wagtailadmin_account")
    context = {
        "images_url": reverse("user-images", args=[request.user.username]),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "largest": settings.IMAGE_MAX_BYTES,
        "largest_shown": f"{settings.IMAGE_MAX_BYTES / MIB:.3g} MB",
        "endings": ",".join(["image/*", *(f".{ending}" for ending in sorted(settings.IMAGE_EXTENSIONS))]),
    }
    response = render(request, "home/upload.html", context)
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


@require_POST
@csrf_protect
@cache_control(private=True, no_store=True)
def token(request: HttpRequest) -> HttpResponse:
    """A short-lived access token for the page of whoever is signed in at the admin, and nobody else."""
    if not request.user.is_authenticated:
        raise NotSignedIn
    if request.user.is_password_temporary:
        raise NotAllowed
    access = page_sessions.access_for(
        user=request.user,
        mark=page_sessions.mark_of(request.session),
        user_agent=request.headers.get("User-Agent", ""),
    )
    return JsonResponse({"access": access.token, "expires_in": access.lasts})
