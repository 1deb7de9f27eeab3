"""What each web process counts: answers by route, method and status, and how long they took.

Under gunicorn prometheus_client keeps the numbers in files (`together`), so that whichever process is asked tells those
of all. Routes, methods and statuses are few and fixed; nothing here depends on what a visitor sends.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no types there
OWN = CollectorRegistry()  # of a process that counts for itself alone: a development server, a test
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds
ANSWERS = Counter(
    "aidahub_http_requests",
    "Requests that were answered, by route, method and class of status.",
    ("view", "method", "status"),
    registry=OWN,
)
DURATIONS = Histogram(
    "aidahub_http_request_duration_seconds",
    "How long answers took, by route.",
    ("view",),
    buckets=BUCKETS,
    registry=OWN,
)


def count(view: str, method: str, status: int, seconds: float) -> None:
    """Count one answer."""
    ANSWERS.labels(view, method, f"{status // 100}xx").inc()
    DURATIONS.labels(view).observe(seconds)
