"""The Celery app with Django set up, for `celery -A cms.celery …`; `make worker` starts it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

import django

django.setup()

from core.broker import app  # noqa: E402

__all__ = ["app"]
