"""The process in numbers, for Prometheus.

With several workers in a web process each writes its numbers into files of a folder, from which whichever is asked
adds them up; `share_numbers` makes that folder before the workers start.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily

from core import clock
from core.metrics import count_request
from core.models import Event

SHARED = "PROMETHEUS_MULTIPROC_DIR"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


class MetricsMiddleware:
    """Counts every request by method, route and status."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        match = request.resolver_match
        route = match.route if match else "-"
        count_request(method, route, response.status_code, seconds=time.perf_counter() - began)
        return response


def share_numbers(*, workers: int) -> None:
    """Let the workers about to be started add up their numbers."""
    if workers < 2:
        os.environ.pop(SHARED, None)
        return
    folder = Path(settings.DATA_DIR) / f"metrics-{settings.PORT}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o750, parents=True)
    os.environ[SHARED] = str(folder)


def may_look(meta: dict) -> bool:
    """Whether whoever sent this request may see the numbers.

    With METRICS_TOKEN set, that token is needed. Without, it must come from this machine itself: a request that a proxy
    passes on comes from a stranger.
    """
    if settings.METRICS_TOKEN:
        given = meta.get("HTTP_AUTHORIZATION", "").encode(errors="replace")
        return hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
    if any(meta.get(name) for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(meta.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def show() -> HttpResponse:
    """The numbers as Prometheus reads them."""
    numbers = REGISTRY
    if os.environ.get(SHARED):
        numbers = CollectorRegistry()
        multiprocess.MultiProcessCollector(numbers)
    events = CollectorRegistry()
    events.register(EventsCollector())
    text = generate_latest(numbers) + generate_latest(events)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


class EventsCollector:
    """How far the delivery of events is behind; the same whichever process is asked."""

    def describe(self) -> list:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        waiting = Q(delivered_at__isnull=True, given_up_at__isnull=True)
        try:
            facts = Event.objects.filter(waiting).aggregate(count=Count("pk"), oldest=Min("created_at"))
            given_up = Event.objects.filter(given_up_at__isnull=False).count()
        except (DatabaseError, InterfaceError):
            return  # the other numbers are wanted all the more
        age = (clock.now() - facts["oldest"]).total_seconds() if facts["oldest"] else 0
        yield GaugeMetricFamily("inktree_events_waiting", "Events not delivered yet.", value=facts["count"])
        yield GaugeMetricFamily("inktree_events_oldest_seconds", "Age of the oldest of them.", value=max(age, 0))
        yield GaugeMetricFamily("inktree_events_given_up", "Events given up.", value=given_up)
