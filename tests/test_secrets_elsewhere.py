"""Secrets where no page is walked: what a search tells by finding nothing, logs, and files that are packed."""

from __future__ import annotations

import logging
import re

import pytest

from access_requests.workflow import Status
from tests.support import secrets
from tests.support.places import places
from tests.support.readers import text_of_pdf
from tests.support.secrets import READERS, Scene, word
from tests.test_secrets import Set, scene_of  # noqa: F401 - the fixture

pytestmark = pytest.mark.django_db

LISTS = ("/datasets/", "/requests/", "/admin/access_requests/accessrequest/",
         "/admin/access_requests/accessrequest/export/", "/admin/access_requests/accessrequest/who/",
         "/admin/access_requests/accessrequest/who.csv")  # fmt: skip
CHANGING = re.compile(
    r'csrfmiddlewaretoken" value="[^"]+"|csrf(token)?=\S+|nonce-[^\']+|Set-Cookie: .*|sessionid=\S+'
    r"|(Expires|Date|X-Request-ID): .*"
)


def searched(scene: Scene, name: str, path: str, sought: str) -> tuple[int, str]:
    """What a list answers to a search, without the words that were sought and what changes with each answer."""
    status, text = scene.reader(name).gets(f"{path}?q={sought}")
    return status, CHANGING.sub("", re.sub(re.escape(sought), "", text, flags=re.IGNORECASE))


def nowhere(sought: str) -> str:
    """A word as long as another one, or a reference, that stands nowhere."""
    return f"zq{'x' * (len(sought) - 4)}qz" if sought.startswith("zq") else re.sub(r"\d{5}$", "99999", sought)


def differing(scene: Scene, name: str, words: list[str]) -> list[str]:
    """Searches whose answer is another one than to a word that stands nowhere."""
    return [
        f"{name}: {path} knows {each}"
        for path in LISTS
        for each in words
        if searched(scene, name, path, each) != searched(scene, name, path, nowhere(each))
    ]


@pytest.mark.slow
def test_a_search_finds_no_secret(scene_of: Set) -> None:  # noqa: F811 - the fixture
    scene = scene_of(Status.DECIDED)
    few = [word(each) for each in ("note", "flag")]
    assert [each for name in ("ada", "eskil") for each in differing(scene, name, few)] == []
    assert differing(scene, "hedda", [word("other")]), "what hub staff may find, they find"
    assert differing(scene, "opal", [word("other")]) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_nobody_finds_a_secret_by_any_search(scene_of: Set, name: str) -> None:  # noqa: F811 - the fixture
    scene = scene_of(Status.GRANTED)
    assert differing(scene, name, sorted(scene.forbidden(name, ""))) == []


@pytest.mark.slow
def test_no_log_holds_how_the_data_is_reached(
    scene_of: Set,  # noqa: F811 - the fixture
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    scene = scene_of(Status.GRANTED)
    rut = scene.reader("rut")
    own = scene.request.get_absolute_url()
    assert word("secret") in rut.posts(f"{own}secret/", {})[1]
    assert word("link") in rut.gets(own)[1]
    for name in ("ada", "hedda"):
        for path in places([scene.request], few=True):
            if scene.request.reference in path:
                assert word("secret") not in "".join(map(str, scene.reader(name).gets(path))), path
    logged = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert "aidahub.request" in logged
    assert [each for each in ("secret", "link", "how") if word(each) in logged] == []


def test_what_is_packed_in_a_pdf_is_searched(scene_of: Set) -> None:  # noqa: F811 - the fixture
    """A copy on paper holds words as numbers of glyphs; they are read as they are seen, and votes stay out."""
    scene = scene_of(Status.DECIDED)
    copy = f"{scene.request.get_absolute_url()}copy.pdf"
    for name, expected in (("per", {"yes", "note", "register"}), ("ada", {"register"}), ("eskil", {"declined"})):
        status, text = scene.reader(name).gets(copy)
        assert status == 200
        assert {each for each in expected if word(each) not in text.casefold()} == set(), name
        assert scene.leaks(name, copy, text) == set(), name


def test_texts_of_a_plain_pdf() -> None:
    from tests.support.files import pdf

    assert word("bytes") in text_of_pdf(pdf(word("bytes").encode()))


def test_every_secret_is_kept_from_somebody() -> None:
    """No word is planted in vain, and each reader has words that they must not meet."""
    assert all(set(READERS) - known for known in secrets.KNOWS.values())
