"""Where a request comes from, as far as that can be believed."""

from __future__ import annotations

import ipaddress

from django.conf import settings

UNKNOWN = "unknown"


def client_address(meta: dict) -> str:
    """The address of the client, from a request's `META`.

    `X-Forwarded-For` counts only as far as it was written by proxies named in `TRUSTED_PROXIES`. Of an IPv6 address
    only the network of 64 bits is given: one customer has all of it.
    """
    address = _parse(meta.get("REMOTE_ADDR", ""))
    forwarded = meta.get("HTTP_X_FORWARDED_FOR", "")
    hops = forwarded.split(",")[-20:] if forwarded else []
    while address is not None and hops and _is_trusted(address):
        previous = _parse(hops.pop())
        if previous is None:
            break
        address = previous
    if address is None:
        return UNKNOWN
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class ForwardedMiddleware:
    """Believes `X-Forwarded-Proto` only of the proxies named in `TRUSTED_PROXIES`."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "HTTP_X_FORWARDED_PROTO" in request.META:
            address = _parse(request.META.get("REMOTE_ADDR", ""))
            if address is None or not _is_trusted(address):
                del request.META["HTTP_X_FORWARDED_PROTO"]
        return self.get_response(request)


def _is_trusted(address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES if network.version == address.version)


def _parse(text: str):
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
