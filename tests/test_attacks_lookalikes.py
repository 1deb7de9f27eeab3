"""Names, institutions, addresses and files that look like others: what those who decide are shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from access_requests import actions
from access_requests.attachments.names import clean_name
from access_requests.finding import Level
from access_requests.identity import Person, about_the_letters
from access_requests.institutions.matching import Affiliated, Affiliation
from access_requests.lookalikes import for_machines, mixed_word
from access_requests.plain import plain
from access_requests.workflow import Part
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from aidahub.outbox.wording import lines, one_line
from datasets.models import Dataset
from tests.cast import fill
from tests.support.asking import draft

A, OMICRON = "\u0430", "\u03bf"  # Cyrillic and Greek
UNSEEN = "\u200b\u2060\ufeff\u00ad\u3164\U000e0041\u115f"


@pytest.mark.parametrize(
    "text", [f"Upps{A}la University", f"Karolinska Institutet f{OMICRON}r all", f"rut.ek@uu.s{A}", f"Ad{A}"]
)
def test_a_word_of_two_alphabets_is_told(text: str) -> None:
    found = mixed_word(text)
    assert found
    assert found in text


@pytest.mark.parametrize(
    "text",
    [
        "Åsa Öberg",
        "Åsa O\u0308berg",
        "Анна Каренина",
        "Ада Berg",
        "北海道大学",
        "東京タワー",
        "서울대학교",
        "Ελένη",
        "O’Brien 2nd",
        "",
        "ß",
    ],
)
def test_honest_names_are_not(text: str) -> None:
    assert mixed_word(text) == ""


@pytest.mark.parametrize(
    ("domain", "machines"),
    [
        ("uu.se", ""),
        ("umeå.se", "xn--ume-wla.se"),
        (f"k{A}rolinska.se", "xn--krolinska-0yh.se"),
        ("xn--ume-wla.se", "xn--ume-wla.se"),
        ("a..\u00e5", "?"),
    ],
)
def test_a_domain_as_machines_read_it(domain: str, machines: str) -> None:
    assert for_machines(domain) == machines


def person(**fields: Any) -> Person:
    """A recipient scientist with these facts."""
    values: dict[str, Any] = {"name": "Rut Ek", "email": "rut@uu.se", "institution": "Uppsala University", **fields}
    return Person(Part.RECIPIENT_SCIENTIST, affiliated=Affiliated(Affiliation.UNKNOWN, "", ""), **values)


@pytest.mark.parametrize(
    "fields", [{"name": f"Rut {A}k"[:5] + "k" + A}, {"institution": f"Upps{A}la"}, {"email": f"rut@k{A}rolinska.se"}]
)
def test_it_is_worth_a_look(fields: dict[str, str]) -> None:
    found = about_the_letters(person(**fields))
    assert found
    assert found.level == Level.LOOK


def test_and_nothing_is_said_of_others() -> None:
    assert about_the_letters(person()) is None


def test_who_decides_is_told(client: Client, ada: User, per: User, brgandi: Dataset) -> None:
    answers = {"recipient_institution": f"Upps{A}la University", "recipient_email": f"rut@k{A}rolinska.example"}
    request = actions.submit(request=fill(draft(ada, brgandi), **answers), by=ada)
    client.force_login(per)
    page = client.get(f"/admin/access_requests/accessrequest/{request.reference}/change/").text
    assert "for machines: letters of another alphabet" in page


def test_what_nobody_sees_does_not_get_in(client: Client, ada: User, brgandi: Dataset) -> None:
    for clean in (plain, one_line, lines):
        assert clean(f"A{UNSEEN}da Be{UNSEEN}rg") == "Ada Berg"
    request = fill(draft(ada, brgandi), recipient_name=f"R{UNSEEN}ut Ek", project_title=f"Title{UNSEEN}")
    request = actions.submit(request=request, by=ada)
    named = request.participants.get(part=Part.RECIPIENT_SCIENTIST)
    assert named.name == "Rut Ek"
    assert request.draft["project_title"] == "Title"
    for mail in Mail.objects.all():
        assert not set(UNSEEN) & set(mail.subject + mail.text + mail.html)


def test_joiners_of_persian_and_hindi_names_stay() -> None:
    assert plain("می\u200cخواهم क्\u200dष") == "می\u200cخواهم क्\u200dष"


@pytest.mark.parametrize(
    "name",
    ["invoice\u202efdp.exe", f"in{UNSEEN}voice.pdf", "a\u2024pdf\u2024exe", "\uff0e\uff0e\uff0fpasswd", "ａ．ｅｘｅ"],
)
def test_a_file_s_name_ends_as_its_content_says(name: str) -> None:
    found = clean_name(name, "pdf")
    assert found.endswith(".pdf")
    assert found.count(".pdf") == 1
    assert not set("\u202e/\\" + UNSEEN) & set(found)
