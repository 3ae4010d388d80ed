"""What is counted for Prometheus; `cms.metrics` shows it."""

from functools import lru_cache

from prometheus_client import Counter, Histogram

REQUESTS = Counter("inktree_http_requests", "Requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "inktree_http_request_seconds",
    "How long requests took.",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
PUBLIC_READS = Counter(
    "inktree_public_reads",
    "Reads of the anonymous by the database they were answered from.",
    ["side"],
)

# Finding a label's counter takes longer than to count.
_requests = lru_cache(10_000)(REQUESTS.labels)
_request_seconds = lru_cache(1_000)(REQUEST_SECONDS.labels)


def count_request(method: str, route: str, status: int, *, seconds: float) -> None:
    """Count a request and how long it took; of its address only the route may be told."""
    _requests(method, route, status).inc()
    _request_seconds(method, route).observe(seconds)
