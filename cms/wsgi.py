"""The WSGI application that the server loads."""

import os

from django.core.wsgi import get_wsgi_application

from cms.environment import exit_on_bad_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

with exit_on_bad_environment():
    application = get_wsgi_application()
