"""One id for each piece of work, by which its log entries, its mails and what an error page shows belong together.

A web request, a run of a task and a management command each get one; what is bound stands in every log entry written
meanwhile. It tells nothing about anybody.
"""

from __future__ import annotations

import re
from uuid import uuid4

from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

# What nginx ($request_id), HAProxy, Traefik and Envoy send: hexadecimal digits, as such or as a UUID. No word fits in.
WELL_FORMED = re.compile(r"[0-9a-fA-F-]{16,64}")
LONGEST = 64


def new_id() -> str:
    """An id that nobody has had: 32 hexadecimal digits."""
    return uuid4().hex


def request_id_from(header: str) -> str:
    """The id that a trusted proxy sent, or a new one where it sent none or something else.

    Args:
        header: the value of `X-Request-ID`; empty where no proxy is trusted.
    """
    return header if WELL_FORMED.fullmatch(header) else new_id()


def begin(**facts: str) -> None:
    """Begin a piece of work: `facts` (`request_id=...`, or `task_id=...` and `task=...`) stand in its log entries."""
    clear_contextvars()
    bind_contextvars(**facts)


def end() -> None:
    """End it: what is logged after this belongs to nothing."""
    clear_contextvars()


def current_id() -> str:
    """The id of the request, command or run of a task that this is part of; empty where there is none."""
    bound = get_contextvars()
    return str(bound.get("request_id") or bound.get("task_id") or "")


def begin_command(arguments: list[str]) -> None:
    """Begin a management command.

    Args:
        arguments: the command line; of it only the command's own name is kept.
    """
    name = arguments[1] if len(arguments) > 1 else ""
    begin(request_id=new_id(), command=name if re.fullmatch(r"[a-z_]{1,50}", name) else "?")
