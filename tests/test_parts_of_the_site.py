"""What the site is built from: licences, and the list of parts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from aidahub.environment import ROOT
from scripts import licences, sbom


def test_every_dependency_has_a_licence_that_may_be_used() -> None:
    assert list(licences.refusals()) == []
    assert {"django", "psycopg", "weasyprint"} <= set(licences.packages())
    assert licences.licence_of("psycopg") == "LGPL-3.0-only"


def test_the_document_is_up_to_date_and_names_no_index() -> None:
    text = licences.DOCUMENT.read_text()
    assert text == licences.document()
    assert not re.search(r"https?://", text)


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("MIT", True), ("GPL-3.0-only", False), ("AGPL-3.0-or-later", False), ("GPL-2.0-or-later OR MPL-1.1", True),
        ("BSD-2-Clause AND GPL-2.0-only", False), ("Apache-2.0 AND BSD-2-Clause", True), ("", False),
        ("LicenseRef-Proprietary", False), ("(MIT OR GPL-3.0-only) AND GPL-3.0-only", False),
    ],
)  # fmt: skip
def test_what_may_be_used(expression: str, answer: bool) -> None:
    assert licences.may_be_used(expression) is answer


def test_a_licence_that_is_not_known_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "READ", {**licences.READ, "django": "GPL-3.0-only", "six": ""})
    assert list(licences.refusals()) == [
        "django is under GPL-3.0-only, which is not on the list in scripts/licences.py.",
        "The licence of six is not known: read its files and add it to READ in scripts/licences.py.",
    ]


@pytest.mark.slow
def test_the_list_of_parts_has_all_with_hashes_and_licences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "sbom.json"
    monkeypatch.setattr("sys.argv", ["sbom", str(target)])
    assert sbom.main() == 0
    found = json.loads(target.read_text())
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    assert found["metadata"]["component"]["name"] == "aida-hub"
    assert {part["name"] for part in found["components"]} == set(licences.packages())
    locked = (ROOT / "requirements.txt").read_text()
    for part in found["components"]:
        assert part["licenses"], part["name"]
        hashes = [each["content"] for reference in part["externalReferences"] for each in reference["hashes"]]
        assert hashes
        assert all(f"sha256:{each}" in locked for each in hashes)
        assert f"{part['name']}=={part['version']}" in locked
