"""Old addresses: redirects to posts and blogs lead those who may see them, and nobody else learns where."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from wagtail.contrib.redirects.middleware import RedirectMiddleware, get_redirect
from wagtail.contrib.redirects.models import Redirect

from accounts.viewers import Viewer
from blogs import visibility


class VisibleRedirectMiddleware(RedirectMiddleware):
    """Wagtail's redirects for what is not found; to a page only where the viewer may see it, and to its own URL."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.status_code != HTTPStatus.NOT_FOUND:
            return response
        path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
        redirect = get_redirect(request, path)
        if redirect is None and "?" in path:
            redirect = get_redirect(request, path.partition("?")[0])
        target = _target(redirect, request) if redirect else None
        if target is None:
            return response
        return HttpResponsePermanentRedirect(target) if redirect.is_permanent else HttpResponseRedirect(target)


def _target(redirect: Redirect, request: HttpRequest) -> str | None:
    """Where the redirect leads this viewer."""
    if redirect.redirect_page_id is None:
        return redirect.redirect_link or None
    viewer = Viewer.of(getattr(request, "user", None))
    page = visibility.pages_visible_to(viewer).filter(pk=redirect.redirect_page_id).specific().first()
    return page.get_full_url() if page else None
