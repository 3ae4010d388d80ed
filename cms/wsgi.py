"""The WSGI application that the server loads."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from cms import content_types
from cms.environment import exit_on_bad_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

with exit_on_bad_environment():
    _django = get_wsgi_application()


def application(environ, start_response):
    """Django, behind a look at what it takes for granted."""
    content_types.tame(environ)
    return _django(environ, start_response)


# Load every view now: a broken one stops the start, and the first request does not wait for it.
get_resolver().url_patterns  # noqa: B018
