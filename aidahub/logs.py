"""Log entries: one JSON object a line on standard error, without personal data.

E-mail addresses and the secret parts of links are blotted out wherever they come from, and a page is named by its
route, never by its address, because addresses hold tokens. Client addresses are not logged at all.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.types import EventDict

# An address is looked for only where a word begins: from every letter on, a long text would take its length squared.
E_MAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)*")
SECRET_LINK = re.compile(r"/(invitations|accounts/confirm-email|accounts/password/reset/key)/[^\s\"'?]+")
FORGETTABLE = ("request", "response", "user", "status_code")

log = structlog.stdlib.get_logger("aidahub.request")


def blot(text: str) -> str:
    """`text` with e-mail addresses and the secret parts of links replaced."""
    return SECRET_LINK.sub(r"/\1/[secret]", E_MAIL.sub("[e-mail]", text))


def without_personal_data(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Structlog processor: blots every text of an entry, its traceback included."""
    return {key: blot(value) if isinstance(value, str) else value for key, value in event.items()}


def without_objects(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Structlog processor: drops what Django attaches to its entries (requests print their address)."""
    for name in FORGETTABLE:
        event.pop(name, None)
    return event


SHARED: list[Callable[[Any, str, EventDict], EventDict]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_objects,
]


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
    processors = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        without_personal_data,
        structlog.processors.JSONRenderer(),
    ]
    formatter = {"()": structlog.stdlib.ProcessorFormatter, "processors": processors, "foreign_pre_chain": SHARED}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"level": "ERROR"},  # RequestLog has the rest, by route
            "django.server": {"handlers": [], "propagate": True},
            "django.db.backends": {"level": "INFO"},  # never the statements: they hold what people wrote
        },
    }


class RequestLog:
    """Middleware: one entry for each answer, with route, status and milliseconds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer and log."""
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        log.info(
            "request",
            method=request.method,
            route=match.view_name or "?" if match else "none",
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000),
        )
        return response
