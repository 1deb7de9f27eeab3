"""docs/security.md names tests: each is there, and so is every page that it links to."""

from __future__ import annotations

import re

from aidahub.environment import ROOT

DOCUMENT = ROOT / "docs" / "security.md"
NAMED = re.compile(r"`((?:register/|browser/|faults/)?test_\w+\.py)(?:::(test_\w+))?`")


def test_every_test_that_it_names_is_there() -> None:
    named = NAMED.findall(DOCUMENT.read_text())
    assert len(named) > 100
    missing = []
    for file, function in named:
        path = ROOT / "tests" / file
        if not path.is_file() or (function and not re.search(rf"^ *def {function}\(", path.read_text(), re.MULTILINE)):
            missing.append(f"{file}::{function}")
    assert not missing, missing


def test_every_link_leads_somewhere() -> None:
    for document in (DOCUMENT, ROOT / "SECURITY.md"):
        links = re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text())
        assert links
        assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


def test_it_names_every_file_of_attacks() -> None:
    """Whoever adds one says there what it shows."""
    text = DOCUMENT.read_text()
    files = [path.name for path in (ROOT / "tests").glob("test_attacks*.py")]
    assert len(files) > 5
    assert [name for name in files if name not in text] == []
