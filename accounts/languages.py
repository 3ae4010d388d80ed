"""In which language somebody is written to."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from accounts.models import User


def asked_for() -> str:
    """The language of the request that is being answered; empty where it asks for none in particular."""
    language = translation.get_language() or ""
    return "" if language == settings.LANGUAGE_CODE else language


def language_of(user: User, asked: str = "") -> str:
    """The language for a mail to a user: that of the request which caused it, or else the one he registered in."""
    known = dict(settings.LANGUAGES)
    return next((name for name in (asked, user.language) if name in known), settings.LANGUAGE_CODE)
