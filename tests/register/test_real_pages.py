"""The register's real pages beside what its website (Jekyll 4.3) shows of their licences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from datasets.register.reader import Register, read
from datasets.register.sections import Section

SHARED = Path(__file__).resolve().parents[3] / "shared"
PAGES = sorted((SHARED / "register").glob("10.*/**/*.md"))
REAL = Register("10.23698", "https://datahub.aida.scilifelab.se")

pytestmark = pytest.mark.skipif(not PAGES, reason="The register's real pages are not in ../shared/register.")


def flat(sections: tuple[Section, ...]) -> Iterator[Section]:
    """Sections with those below them, as the website's list has them."""
    for section in sections:
        yield section
        yield from flat(section.parts)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_licences_are_word_for_word_what_the_website_shows(path: Path) -> None:
    page = read(path.read_bytes(), str(path), REAL)
    expected = json.loads((SHARED / "register-expected" / f"{path.stem}.json").read_text())
    got = [
        {"anchor": part.anchor, "heading": part.heading, "level": part.level, "text": part.text}
        for part in flat(page.body.licenses)
    ]
    assert got == expected["sections"]
    assert page.doi == expected["doi"]
    assert page.page.datacite.name == expected["name"]
    assert all(license.section and license.section.whole_text for license in page.licenses)


FORMS = {
    "brgandi": "research", "ctskull": "research-or-education", "ctpel": "research-or-education", "lnco2": "research",
    "shbamri": "research-or-education", "megre": "research",
}  # fmt: skip


@pytest.mark.parametrize("path", [path for path in PAGES if path.stem in FORMS], ids=lambda path: path.stem)
def test_the_form_follows_from_the_includes(path: Path) -> None:
    page = read(path.read_bytes(), str(path), REAL)
    assert page.licenses[0].form == FORMS[path.stem]
    assert page.licenses[0].coauthorship is (path.stem == "megre")


def test_the_copy_in_the_fixtures_is_verbatim() -> None:
    ours = Path(__file__).resolve().parents[2] / "fixtures" / "brgandi.md"
    assert ours.read_bytes() == (SHARED / "register" / "10.23698" / "aida" / "synthetic" / "brgandi.md").read_bytes()
