"""The composition root: settings, URLs, WSGI, Celery. No business code."""
