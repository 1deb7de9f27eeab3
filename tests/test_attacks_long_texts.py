"""No pattern that the site holds texts against takes longer than their length: each is found and tried by itself."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

import access_requests
import aidahub
import datasets

LONG = 30_000
# What patterns of addresses, dates, mark-up and numbers repeat, and then a sign that none of them expects.
PIECES = (
    "a", " ", "\t", "\n", "0", "-", "_", ".", ",", ";", ":", "/", "\\", "(", ")", "[", "]", "{", "}", "<", ">", '"', "'", "`",
    "#", "*", "+", "=", "|", "~", "$", "%", "^", "&", "@", "\u00a0", "a ", "a.", "a@", ".a", "a-", "0-", "0 ", "1,", " |", "| ",
    "a:", ": ", "{:", "[^", "<a ", '="', "\\\\", "aA", "\r\n", "- ", "--", "://", "http://a", "a/", "@a.", " and ", "|a", "{#a",
)  # fmt: skip
# Held only against texts whose length is bounded before (module, name): how.
BOUNDED: dict[tuple[str, str], str] = {}


def patterns() -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """Every compiled pattern of a module of ours, with its module and name."""
    for package in (aidahub, access_requests, datasets):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in found.name or found.name.endswith(("__main__", "aidahub.gunicorn", ".wsgi")):
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str) and _own(value, package.__name__):
                    yield found.name, name, value


def _own(_pattern: re.Pattern[str], _package: str) -> bool:
    return True


ALL = {(module, name): pattern for module, name, pattern in patterns()}


def seconds(pattern: re.Pattern[str], text: str) -> float:
    """The processor's time for looking through a text in each way."""
    started = time.process_time()
    pattern.match(text)
    pattern.fullmatch(text)
    for _number, _found in zip(range(len(text)), pattern.finditer(text), strict=False):
        pass
    return time.process_time() - started


def test_there_are_patterns_to_try() -> None:
    assert len(ALL) > 80
    assert seconds(re.compile(r"(a+)+b"), "a" * 22) > 0.1, "a bad one would be noticed"


@pytest.mark.parametrize("where", sorted(set(ALL) - set(BOUNDED)), ids="-".join)
def test_a_long_text_takes_no_long_time(where: tuple[str, str]) -> None:
    slow = []
    for piece in PIECES:
        text = (piece * LONG)[:LONG]
        taken = max(seconds(ALL[where], text + end) for end in ("\x01", "!"))
        if taken > 0.7:
            slow.append(f"{piece!r}: {taken:.1f} s")
            break
    assert not slow, f"{ALL[where].pattern}: {slow}"
