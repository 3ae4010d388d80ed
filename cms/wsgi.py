"""The WSGI application that the server loads."""

import multiprocessing
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from cms import content_types, stopping, unread_bodies
from cms.environment import exit_on_bad_environment

if multiprocessing.parent_process() is not None:  # a worker of the server
    stopping.heed_signals()

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

with exit_on_bad_environment():
    django = get_wsgi_application()

from api import hot_pages

# Load every view now: a broken one stops the start, and the first request does not wait for it.
get_resolver().url_patterns  # noqa: B018
# Its modules import each other: of several threads that were the first to need them, some would fail.
if settings.BROKER_URL:
    import_module("core.broker")


def application(environ, start_response):
    """The hot pages, and behind them Django, whose answers reach the server in one piece where they are one.

    Granian sends a list of bytes at once, with its length; anything else it asks for chunk by chunk.
    """
    kept = hot_pages.respond(environ, start_response)
    if kept is not None:
        return kept
    content_types.tame(environ)
    response = django(environ, unread_bodies.taking_the_rest(environ, start_response))
    hot_pages.learn(environ, response)
    if response.streaming:
        return response
    try:
        return [response.content]
    finally:
        response.close()
