"""Log entries: one JSON object a line on standard error, from every program of the site, without personal data.

`entries` and `faults` say what an entry may hold, `tracing` to which piece of work it belongs.
"""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any

import structlog
from structlog.types import EventDict

from aidahub.entries import (
    SECRET_LINK,
    blot,
    faults_described,
    only_words_of_the_program,
    without_objects,
    without_personal_data,
)
from aidahub.environment import WrongSetting
from aidahub.faults import name_of, short_path

__all__ = ["SECRET_LINK", "blot", "logging_config", "speak_json"]

log = structlog.stdlib.get_logger("aidahub")

SHARED: list[Callable[[Any, str, EventDict], EventDict]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_objects,
]
LAST: list[Callable[[Any, str, EventDict], Any]] = [
    only_words_of_the_program,
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    faults_described,
    without_personal_data,
    structlog.processors.JSONRenderer(),
]


QUIETER: dict[str, dict[str, Any]] = {
    "django.request": {"level": "ERROR", "filters": ["faults"]},
    "django.server": {"handlers": [], "propagate": True},
    "django.db.backends": {"level": "INFO"},  # never the statements: they hold what people wrote
    "gunicorn.http.wsgi": {"level": "ERROR"},  # that it drops the body of each answer to HEAD, as it should
    "celery.app.trace": {"level": "CRITICAL"},  # aidahub.task_logs says how tasks end
    "celery.worker.strategy": {"level": "WARNING"},
}


class Handler(logging.StreamHandler[Any]):
    """Writes to standard error. What it cannot write it names by its place: Python's own way would quote all of it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the name is Python's
        """Say that an entry could not be written."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):  # then standard error itself is gone
            log.error("entry not written", reason=name_of(error) if error else "", line=record.lineno, by=record.module)


class OnlyFaults(logging.Filter):
    """Lets pass what has an exception: of answers `watching.answers` writes the status, by route."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it has one."""
        return record.exc_info is not None


def logging_config(level: str) -> dict[str, Any]:
    """The dictionary for `logging.config.dictConfig`, and structlog set up to write into the same stream.

    Args:
        level: the least important level that is written, as "INFO".
    """
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": LAST,
        "foreign_pre_chain": SHARED,
        "pass_foreign_args": True,
        "use_get_message": False,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "filters": {"faults": {"()": OnlyFaults}},
        "handlers": {"stderr": {"()": Handler, "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            **QUIETER,
        },
    }


def warned(message: Warning | str, category: type[Warning], filename: str, lineno: int, *_more: object) -> None:
    """What Python calls to show a warning: its kind and place, since its words may quote."""
    log.warning("warning", kind=category.__name__, **{"from": f"{short_path(filename)}:{lineno}"})


def speak_json() -> None:
    """Have this program write as entries what Python writes about itself: warnings, and what nothing has caught."""
    warnings.showwarning = warned  # type: ignore[assignment]  # as Python documents it
    usual = sys.excepthook

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, WrongSetting | KeyboardInterrupt):
            usual(kind, error, trace)
        else:
            log.critical("program ended", exc_info=error)

    def uncaught_in_thread(what: threading.ExceptHookArgs) -> None:
        if what.exc_value is not None and not isinstance(what.exc_value, SystemExit):
            log.error("thread ended", exc_info=what.exc_value)

    def unraisable(what: sys.UnraisableHookArgs) -> None:
        log.error("fault nobody could be told of", exc_info=what.exc_value)

    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, uncaught_in_thread, unraisable
