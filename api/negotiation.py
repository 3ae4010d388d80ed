"""Views that settle themselves what they take and give."""

from __future__ import annotations

from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation


class Unnegotiated(BaseContentNegotiation):
    """Looks neither at what the caller sends nor at what he would accept."""

    def select_parser(self, request, parsers):
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class ByFormat(DefaultContentNegotiation):
    """By `?format=`, and without it by `Accept`."""

    def select_renderer(self, request, renderers, format_suffix=None):
        return super().select_renderer(request, renderers, format_suffix or request.query_params.get("format"))
