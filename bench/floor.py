"""The floor: a bare Django view without middleware that sends bytes it has in memory."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(
    SECRET_KEY="floor", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[], INSTALLED_APPS=[], USE_TZ=True
)

BODIES = {file.stem: file.read_bytes() for file in Path(os.environ["BENCH_BODIES"]).glob("*.json")}


def send(request, name):
    body = BODIES[name]
    return HttpResponse(body, content_type="application/json", headers={"Content-Length": len(body)})


urlpatterns = [path("<str:name>/", send)]

application = get_wsgi_application()
