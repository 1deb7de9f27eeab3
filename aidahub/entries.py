"""What a log entry may say: words of the program, numbers, and codes. Whoever reads logs may be a stranger.

Our own entries (structlog) are facts under names; their texts are blotted once more. Libraries write sentences
that quote what they worked on, so of an entry of theirs stays the sentence as it stands in their source, with each
text that was filled in left out. A sentence that does not stand there was put together before, and is withheld.
"""

from __future__ import annotations

import linecache
import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, cast

from structlog.types import EventDict

from aidahub.faults import described, short_path

# An address is looked for only where a word begins: from every letter on, a long text would take its length squared.
E_MAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)*")
SECRET_LINK = re.compile(r"/(invitations|parts|accounts/confirm-email|accounts/password/reset/key)/[^\s\"'?]+")
LEFT_OUT = "…"
WITHHELD = "(the words of this entry are withheld)"
LINES_OF_A_CALL = 6


def blot(text: str) -> str:
    """`text` with e-mail addresses and the secret parts of links replaced."""
    return SECRET_LINK.sub(r"/\1/[secret]", E_MAIL.sub("[e-mail]", text))


def without_personal_data(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Structlog processor: blots every text of an entry."""
    return {key: blot(value) if isinstance(value, str) else value for key, value in event.items()}


def without_objects(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Structlog processor: drops what Django attaches to its entries (requests print their address)."""
    for name in ("request", "response", "user", "status_code"):
        event.pop(name, None)
    return event


def faults_described(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Structlog processor: an exception as its type, place and known facts."""
    error = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if error is True:
        error = sys.exc_info()[1]
    elif isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = described(error)
    return event


def only_words_of_the_program(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Structlog processor: an entry of a library without the texts that were filled into it, and where it came from."""
    record, arguments = event["_record"], event.pop("positional_args", ())
    if not event["_from_structlog"]:
        event["event"] = sentence_of(record, arguments)
        event["from"] = f"{short_path(record.pathname)}:{record.lineno}"
    return event


def sentence_of(record: logging.LogRecord, arguments: object) -> str:
    """What a library's entry says, as far as its source says it; numbers that were filled in stay."""
    template = record.msg
    if not isinstance(template, str):
        return WITHHELD
    if not arguments:
        return template if stands_in_source(template, record) else WITHHELD
    try:
        if isinstance(arguments, Mapping):
            return template % {name: number_or_nothing(value) for name, value in arguments.items()}
        return template % tuple(number_or_nothing(value) for value in cast("tuple[object, ...]", arguments))
    except (TypeError, ValueError):
        return template


def number_or_nothing(value: object) -> object:
    """A number as it is, a mark for anything else."""
    return value if isinstance(value, int | float) else LEFT_OUT


def stands_in_source(text: str, record: logging.LogRecord) -> bool:
    """Whether a text without arguments is a constant of the call that logs it."""
    lines = linecache.getlines(record.pathname)[record.lineno - 1 : record.lineno - 1 + LINES_OF_A_CALL]
    return any(f'"{text}"' in line or f"'{text}'" in line for line in lines)
