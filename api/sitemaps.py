"""The sitemap, for search engines, and the file that tells them of it."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from api.public_pages import Published, public_answer
from blogs import reads
from syndication.sitemap import write_index, write_part

XML = "application/xml; charset=utf-8"
LARGEST = 1_000_000
ROBOTS = """User-agent: *
Disallow: /admin/
Disallow: /account/
Disallow: /feeds/private/
Disallow: /s/
Disallow: /unsubscribe/

Sitemap: {sitemap}
"""


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The sitemap of sitemaps."""

    def address(part: int) -> str:
        return f"{settings.BASE_URL}{reverse('sitemap-part', args=[part])}"

    def make() -> Published:
        version = reads.version()  # before what it is of
        return Published(write_index(address), None, version, XML)

    return public_answer(request, make)


@require_safe
def part(request: HttpRequest, number: int) -> HttpResponse:
    """The public blogs and posts of one range of ids."""
    text = write_part(number) if number < LARGEST else None
    if text is None:
        raise Http404
    return public_answer(request, lambda: Published(text, None, None, XML))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What programs should leave alone, and where the sitemap is."""
    text = ROBOTS.format(sitemap=f"{settings.BASE_URL}{reverse('sitemap')}")
    return public_answer(request, lambda: Published(text, None, None, "text/plain; charset=utf-8"))
