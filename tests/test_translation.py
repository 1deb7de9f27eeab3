"""The Swedish words: what is compiled is what is written, fits the English, and reaches pages and mails."""

from __future__ import annotations

import gettext
import re
import shutil
import struct
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils.html import strip_tags

from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import RequestAt, draft_of, sent
from tests.mails import PER, PETRA
from tests.support.accounts import OUTBOX, newest_mail, sign_up

WRITTEN = Path(__file__).resolve().parent.parent / "locale/sv/LC_MESSAGES/django.po"
COMPILED = WRITTEN.with_suffix(".mo")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[sd]|\{\w*\}")
TAG = re.compile(r"<(/?\w+)")

# What people read most; none of it is left over on a page in Swedish.
ENGLISH = (
    "How access works",
    "Newest datasets",
    "Sign in",
    "Sign out",
    "Skip to the content",
    "Request access",
    "The usual answer comes",
    "How to cite",
    "Licences",
    "Save and continue",
    "Your name",
    "Send the request",
    "Who reads this",
    "Waiting for",
    "Timeline",
    "What you sent",
    "My requests",
    "Approve",
    "Send back",
    "Votes",
    "All answers",
    "Your desk",
    "To be decided",
    "Nothing waits for you",
    "Password",
    "E-mail address",
    "Send me a code by mail",
    "Privacy",
    "Accessibility",
)


def entries(compiled: bytes) -> Iterator[tuple[str, str]]:
    """Each string of a compiled catalogue with its translation; plural forms are divided by NUL."""
    order = "<" if compiled[:4] == struct.pack("<I", 0x950412DE) else ">"
    count, originals, translations = struct.unpack(f"{order}3I", compiled[8:20])
    for number in range(count):
        pair = []
        for table in (originals, translations):
            length, start = struct.unpack_from(f"{order}2I", compiled, table + 8 * number)
            pair.append(compiled[start : start + length].decode())
        yield pair[0], pair[1]


def translated() -> list[tuple[str, str]]:
    """English and Swedish, without the catalogue's own header; one pair for each plural form."""
    pairs = []
    for english, swedish in entries(COMPILED.read_bytes()):
        forms = english.rpartition("\x04")[2].split("\0")
        pairs += [(forms[min(place, len(forms) - 1)], form) for place, form in enumerate(swedish.split("\0"))]
    return [pair for pair in pairs if pair[0]]


# The catalogue


def test_what_is_compiled_is_what_is_written(tmp_path: Path) -> None:
    if not shutil.which("msgfmt"):
        pytest.skip("msgfmt is missing: apt-get install gettext")
    fresh = tmp_path / "django.mo"
    subprocess.run(["msgfmt", "--check", "-o", str(fresh), str(WRITTEN)], check=True, capture_output=True)
    assert dict(entries(COMPILED.read_bytes())) == dict(entries(fresh.read_bytes())), "run make messages"


def test_gettext_reads_as_many_strings_as_this_test() -> None:
    with COMPILED.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    english, swedish = next(pair for pair in translated() if pair[0] == "Access granted")
    assert catalogue.gettext(english) == swedish != english
    assert len(translated()) > 1000


def test_nothing_is_a_guess() -> None:
    assert not re.findall(r"^#,.*\bfuzzy\b", WRITTEN.read_text("utf-8"), flags=re.MULTILINE)


def test_every_translation_keeps_its_placeholders_and_tags() -> None:
    pairs = translated()
    for pattern in (PLACEHOLDER, TAG):
        wrong = [pair for pair in pairs if Counter(pattern.findall(pair[0])) != Counter(pattern.findall(pair[1]))]
        assert wrong == []


def test_every_translation_ends_as_the_english_does() -> None:
    def ending(text: str) -> tuple[str, str]:
        return (text[-1:] if text[-1:] in ".?: " else "", text[:1] if text[:1].isspace() else "")

    assert [pair for pair in translated() if ending(pair[0]) != ending(pair[1])] == []


# Pages


def words(client: Client, path: str, person: User | None = None) -> str:
    """What a page says to somebody whose browser asks for Swedish."""
    if person:
        client.force_login(person)
    response = client.get(path, headers={"accept-language": "sv-SE,sv;q=0.9,en;q=0.5"})
    assert response.status_code == 200
    page = response.content.decode()
    assert '<html lang="sv"' in page
    return " ".join(strip_tags(page).split())


def leftovers(text: str) -> list[str]:
    """The English phrases in a text."""
    return [phrase for phrase in ENGLISH if phrase in text]


@pytest.mark.django_db
def test_pages_for_everybody_are_in_swedish(client: Client, brgandi: Dataset) -> None:
    pages = {
        "/": "Så får du åtkomst",
        "/datasets/": "Dataset",
        brgandi.get_absolute_url(): "Ansök om åtkomst",
        "/accounts/login/": "Logga in",
        "/privacy/": "allmän handling",
        "/accessibility/": "Tillgänglighet",
    }
    for path, swedish in pages.items():
        text = words(client, path)
        assert swedish in text
        assert leftovers(text) == [], path


@pytest.mark.django_db
def test_the_request_form_is_in_swedish(client: Client, ada: User, brgandi: Dataset) -> None:
    request = draft_of(ada, brgandi)
    steps = {"you": "Ditt namn", "project": "Projekt", "people": "Personer", "terms": "Villkor", "review": "Granska"}
    for step, swedish in steps.items():
        text = words(client, f"{request.get_absolute_url()}edit/{step}/", ada)
        assert swedish in text
        assert leftovers(text) == [], step


@pytest.mark.django_db
def test_the_request_page_is_in_swedish(client: Client, ada: User, request_at: RequestAt) -> None:
    request = request_at(Status.IN_REVIEW)
    text = words(client, request.get_absolute_url(), ada)
    assert "Väntar på dataleverantörerna sedan den" in text
    assert leftovers(text) == []


@pytest.mark.django_db
def test_the_desk_and_the_decision_page_are_in_swedish(
    client: Client, ada: User, per: User, hedda: User, brgandi: Dataset
) -> None:
    request: AccessRequest = sent(ada, brgandi)
    decision = f"/admin/access_requests/accessrequest/{request.reference}/change/"
    assert "ansöker om åtkomst till BRGANDI" in words(client, "/admin/", per)
    for person in (per, hedda):
        assert leftovers(words(client, "/admin/", person)) == []
        assert leftovers(words(client, "/admin/access_requests/accessrequest/", person)) == []
    text = words(client, decision, per)
    assert "Godkänn" in text
    assert leftovers(text) == []


@pytest.mark.django_db
def test_other_browsers_get_english(client: Client, brgandi: Dataset) -> None:
    response = client.get("/", headers={"accept-language": "fi"})
    assert '<html lang="en"' in response.content.decode()


# Mails


@pytest.mark.django_db
def test_each_reader_gets_mails_in_their_own_language(ada: User, per: User, petra: User, brgandi: Dataset) -> None:
    for person in (ada, per):
        User.objects.filter(pk=person.pk).update(language="sv")
    EmailAddress.objects.create(user=per, email=PER, verified=True)
    sent(User.objects.get(pk=ada.pk), brgandi)
    receipt = Mail.objects.get(kind="receipt")
    assert receipt.subject.startswith("Mottagen: din ansökan om åtkomst till BRGANDI")
    assert "Du behöver inte göra något nu." in " ".join(receipt.text.split())
    assert '<html lang="sv">' in receipt.html
    subjects = dict(Mail.objects.filter(kind="decide").values_list("recipient", "subject"))
    assert {to: subject.partition(":")[0] for to, subject in subjects.items()} == {PER: "Besluta", PETRA: "Decide"}


@pytest.mark.django_db
@pytest.mark.parametrize(("browser", "chosen"), [("sv-SE,sv;q=0.9", "sv"), ("en-GB", ""), ("fi", "")])
def test_who_signs_up_in_swedish_gets_later_mails_in_swedish(
    browser: str, chosen: str, client: Client, settings: Any
) -> None:
    settings.EMAIL_BACKEND = OUTBOX
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = browser
    sign_up(client, "new@liu.example")
    assert User.objects.get(email="new@liu.example").language == chosen
    assert ("Välkommen!" in newest_mail("new@liu.example").text) is bool(chosen)
