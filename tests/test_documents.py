"""The generated parts of the documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from aidahub.environment import ROOT, VARIABLES
from aidahub.pages import generated
from aidahub.pages.management.commands import write_docs


def test_documents_are_up_to_date() -> None:
    call_command("write_docs", check=True)


def test_every_variable_has_its_line() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    for variable in VARIABLES:
        assert f"| `{variable.name}` |" in text


def test_stale_part_is_found_written_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = tmp_path / "x.md"
    document.write_text("# Title\n\nBefore.\n")
    words = ["one"]
    monkeypatch.setattr(write_docs, "PARTS", (generated.Part("numbers", str(document), lambda: words[0]),))
    with pytest.raises(CommandError, match="numbers in"):
        call_command("write_docs", check=True)
    assert document.read_text() == "# Title\n\nBefore.\n"

    call_command("write_docs")
    document.write_text(document.read_text() + "\nAfter.\n")
    words[0] = "two"
    call_command("write_docs")
    call_command("write_docs", check=True)
    first, last = "<!-- numbers: written by manage.py write_docs -->", "<!-- end of numbers -->"
    assert document.read_text() == f"# Title\n\nBefore.\n\n{first}\n\ntwo\n\n{last}\n\nAfter.\n"
