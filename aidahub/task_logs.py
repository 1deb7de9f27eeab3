"""Log entries about tasks: when one starts and ends, why it failed; its name and id, and nothing it worked on."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

import structlog
from celery.signals import task_failure, task_postrun, task_prerun, task_revoked

from aidahub import tracing

log = structlog.stdlib.get_logger("aidahub.tasks")
started_at: ContextVar[float] = ContextVar("started_at", default=0.0)


@task_prerun.connect
def starts(task_id: str, task: Any, **_facts: object) -> None:
    """A run of a task begins: what is logged and mailed from here on belongs to it."""
    tracing.begin(task_id=task_id, task=task.name)
    started_at.set(time.perf_counter())
    log.info("task started")


@task_failure.connect
def fails(exception: BaseException, **_facts: object) -> None:
    """It raised something."""
    log.error("task failed", ms=milliseconds(), exc_info=exception)


@task_postrun.connect
def ends(state: str | None = None, **_facts: object) -> None:
    """It is over."""
    if state != "FAILURE":
        log.info("task ended", state=state, ms=milliseconds())
    tracing.end()


@task_revoked.connect
def is_dropped(request: Any, expired: bool, **_facts: object) -> None:
    """It waited so long that it is of no use any more."""
    log.info("task dropped", task_id=request.id, task=request.name, expired=bool(expired))


def milliseconds() -> int:
    """Since this run began."""
    return round((time.perf_counter() - started_at.get()) * 1000)
