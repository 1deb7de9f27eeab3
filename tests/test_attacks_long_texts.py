"""No pattern that the site holds texts against takes longer than their length: each is found and tried by itself."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import access_requests
import aidahub
import datasets
from aidahub.environment import ROOT

LONG = 10_000
# What patterns of addresses, dates, mark-up and numbers repeat, and then a sign that none of them expects.
PIECES = (
    *"a 0-_.,;:/\\()[]{}<>\"'`#*+=|~$%^&@\t\n\u00a0",
    *("a ", "a.", "a@", ".a", "a-", "0-", "0 ", "1,", " |", "| ", "a:", ": ", "{:", "[^", "<a ", '="', "\\\\", "aA"),
    *("\r\n", "- ", "--", "://", "http://a", "a/", "@a.", " and ", "|a", "{#a"),
)
# Held against texts whose length or letters are bounded before: (module, name) and by what.
BOUNDED = {
    ("aidahub.pages.figures.outlines", "STEP"): "the outlines are our own file",
    ("datasets.register.lax", "JOINT"): "one expression of Liquid; liquid.BLANKS refuses long blanks",
    ("datasets.register.liquid", "PARAMETER"): "one tag of Liquid",
    ("datasets.register.markdown", "TAG"): "what nh3 wrote, where no < stands but in a tag",
    ("datasets.register.tables", "PIPE"): "one line of a table; register/test_any_bytes.py has long ones",
}
LOOKS = "search|sub|subn|split|finditer|findall"


def patterns() -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """Every compiled pattern of a module of ours, with its module and name."""
    for package in (aidahub, access_requests, datasets):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in found.name or found.name.endswith(("__main__", "aidahub.gunicorn", ".wsgi")):
                continue
            for name, value in vars(importlib.import_module(found.name)).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    yield found.name, name, value


def sources() -> str:
    """All of our code in one text."""
    folders = (ROOT / package for package in ("aidahub", "access_requests", "datasets"))
    return "\n".join(path.read_text() for folder in folders for path in Path(folder).rglob("*.py"))


CODE = sources()
ALL = {(module, name): pattern for module, name, pattern in patterns()}


def seconds(pattern: re.Pattern[str], text: str, *, anywhere: bool) -> float:
    """The processor's time for holding a pattern against a text, from its beginning and, if so used, anywhere in it."""
    started = time.process_time()
    pattern.match(text)
    pattern.fullmatch(text)
    if anywhere:
        for _found in pattern.finditer(text):
            pass
    return time.process_time() - started


def test_there_are_patterns_to_try_and_a_bad_one_is_noticed() -> None:
    assert len(ALL) > 100
    assert set(BOUNDED) <= set(ALL)
    assert seconds(re.compile(r"(a+)+b"), "a" * 24, anywhere=False) > 0.3


@pytest.mark.slow
@pytest.mark.parametrize("where", sorted(set(ALL) - set(BOUNDED)), ids="-".join)
def test_a_long_text_takes_no_long_time(where: tuple[str, str]) -> None:
    anywhere = re.search(rf"\b{where[1]}\.({LOOKS})\(", CODE) is not None
    for piece in PIECES:
        text = (piece * LONG)[:LONG]
        taken = max(seconds(ALL[where], text + end, anywhere=anywhere) for end in ("\x01", "!"))
        assert taken < 0.3, f"{ALL[where].pattern} takes {taken:.1f} s for {piece!r}"
