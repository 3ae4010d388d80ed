"""The ASGI application, for hosts that want one; `make run` and `make web` use WSGI, which is faster here."""

import os

from django.core.asgi import get_asgi_application

from cms.environment import exit_on_bad_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

with exit_on_bad_environment():
    application = get_asgi_application()
