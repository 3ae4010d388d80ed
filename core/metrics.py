"""What is counted for Prometheus; `cms.metrics` shows it."""

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
