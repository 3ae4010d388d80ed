"""What a production process must not be started with; `make web` and `manage.py check --deploy` look."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ValidationError

FEWEST_CHARACTERS = 5
MADE_BY_STARTPROJECT = "django-insecure-"


@register(Tags.security, deploy=True)
def production(app_configs=None, **kwargs) -> list[CheckMessage]:
    """Errors stop `make web`; each begins with the variable it is about. On a site that only this machine can reach,
    a simple password or key is nobody's business.
    """
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("DEBUG is wrong: a production process shows no tracebacks", id="inktree.E001"))
    if settings.SECRET_KEY.startswith(MADE_BY_STARTPROJECT):
        found.append(Error("SECRET_KEY is wrong: it was made for a developer's machine", id="inktree.E002"))
    if any(network.prefixlen == 0 for network in settings.TRUSTED_PROXIES):
        found.append(Error("TRUSTED_PROXIES is wrong: it names the whole world", id="inktree.E003"))
    return found if _is_of_this_machine(settings.BASE_URL) else [*found, *_public()]


def _public() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if len(set(settings.SECRET_KEY)) < FEWEST_CHARACTERS:
        found.append(Error("SECRET_KEY is wrong: it can be guessed", id="inktree.E004"))
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS is wrong: * lets anybody choose the host in our links", id="inktree.E005"))
    if settings.ADMIN_PASSWORD:
        try:
            validate_password(settings.ADMIN_PASSWORD)
        except ValidationError as error:
            found.append(Error(f"ADMIN_PASSWORD is wrong: {' '.join(error.messages)}", id="inktree.E006"))
    if not settings.IS_HTTPS:
        found.append(Warning("BASE_URL is not https: passwords and tokens can be read on their way", id="inktree.W001"))
    elif not settings.TRUSTED_PROXIES:
        found.append(Warning("TRUSTED_PROXIES is empty: all seem to come from the proxy", id="inktree.W002"))
    if not settings.RATE_LIMITS:
        found.append(Warning("RATE_LIMITS is off: passwords can be tried without end", id="inktree.W003"))
    return found


def _is_of_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
