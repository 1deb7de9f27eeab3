"""A press request for the file: what hub staff withhold is not in the PDF, its metadata or the ZIP, in any form."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.utils import timezone

from access_requests.attachments import keeping
from access_requests.models import AccessRequest
from access_requests.paper import (
    KINDS,
    Item,
    Mark,
    Paper,
    Row,
    Section,
    Where,
    beside,
    bundle,
    choices,
    files_of,
    paper_for,
    pdf_of,
    standing_to,
    stub,
    withhold,
)
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, provider_of
from tests.support.read_pdf import squeezed, text_in
from tests.support.whole import NEVER, whole_request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_folder")]
GROUND = "OSL 21:3"
STUB = f"[withheld: {GROUND}]"


@pytest.fixture
def file(
    request_at: RequestAt, brgandi: Dataset, ada: User, per: User, hedda: User, rut: User
) -> tuple[AccessRequest, Paper]:
    """The request with everything in it, and its complete file."""
    request = whole_request(request_at, brgandi, ada, per, hedda, rut)
    request = AccessRequest.objects.get(pk=request.pk)
    return request, paper_for(request, standing_to(request, hedda), Where.COMPLETE)


def released(document: Paper, *marks: str) -> str:
    """All that can be read in the PDF that is handed out, without spaces."""
    return squeezed(pdf_of(withhold(document, marks, GROUND)).content)


def zip_of(request: AccessRequest, user: User, document: Paper) -> zipfile.ZipFile:
    """The ZIP beside a paper."""
    files = beside(document, files_of(request, standing_to(request, user)))
    return zipfile.ZipFile(bundle(pdf_of(document), files, document.at))


def paper_of(*rows: Row, literals: frozenset[tuple[str, str]] = frozenset()) -> Paper:
    """A paper with a single item."""
    section = Section("one", "One", (Item("Item", rows),))
    now = timezone.now()
    return Paper("Title", "AIDA-2026-00001", "", Where.COMPLETE, "Hedda", now, "en", (section,), literals)


CONTACT = ("ada.berg@", "rut.ek@", "sune.holm@", "Akademiska", "75185", "070-1234567")
KIND = {
    Mark.CONTACT: CONTACT,
    Mark.NOTES: ("noteword", "internalname"),
    Mark.COMMENTS: ("commentword",),
    Mark.VOTES: ("votereasonword", "evidenceword", "Setaside"),
    Mark.DECIDERS: ("PerProvider",),
    Mark.NAMES: ("AdaBerg", "RutEk", "SuneHolm", "orcid.org/0000-0002-1825-0097"),
}


@pytest.mark.parametrize("mark", list(KINDS))
def test_a_kind_that_is_withheld_is_nowhere(file: tuple[AccessRequest, Paper], mark: Mark) -> None:
    _request, document = file
    whole = squeezed(pdf_of(document).content)
    expected = [word for word in KIND[mark] if word != "Setaside"]
    assert [word for word in expected if word not in whole] == []
    words = released(document, mark)
    assert [word for word in KIND[mark] if word.casefold() in words.casefold()] == []
    assert "".join(STUB.split()) in words
    others = [word for other, told in KIND.items() if other != mark for word in told if word in whole]
    kept = [word for word in others if word in words]
    assert len(kept) >= len(others) - 3, "and no more than that is left out"


def test_all_of_it_together_leaves_the_facts_of_the_record(file: tuple[AccessRequest, Paper], brgandi: Dataset) -> None:
    request, document = file
    single = [choice.mark for group in choices(document).values() for choice in group]
    words = released(document, *KINDS, *single)
    planted = [word for told in KIND.values() for word in told]
    planted += ["returnword", "oldplanword", "newplanword", "messageword", "answerword", "confirmword", "ethicsname"]
    planted += [provider_of(brgandi, place).name.replace(" ", "") for place in (1, 2)]
    assert [word for word in (*planted, *NEVER) if word.casefold() in words.casefold()] == []
    for word in (request.reference, "LiU-2026-01234", "10.23698/aida/synthetic/brgandi", "Accessgranted"):
        assert word in words


def test_single_texts_are_withheld_one_by_one(file: tuple[AccessRequest, Paper]) -> None:
    _request, document = file
    offered = {choice.excerpt: choice.mark for group in choices(document).values() for choice in group}
    message = next(mark for excerpt, mark in offered.items() if excerpt.startswith("messageword"))
    plan = next(mark for excerpt, mark in offered.items() if excerpt.startswith("oldplanword"))
    returned = next(mark for excerpt, mark in offered.items() if excerpt == "returnword")
    assert (message.partition("-")[0], plan, returned.partition("-")[0]) == ("message", "answer-planned_use", "reason")
    words = released(document, message, plan, returned)
    for gone in ("messageword", "oldplanword", "newplanword", "returnword"):
        assert gone not in words
    for stays in ("answerword", "noteword", "Segmentingbraintumours"):
        assert stays in words


def test_an_answer_that_is_withheld_is_not_read_elsewhere_either(file: tuple[AccessRequest, Paper]) -> None:
    _request, document = file
    assert squeezed(pdf_of(document).content).count("UppsalaUniversity") > 4
    words = released(document, "answer-applicant_institution", "answer-signatory_title")
    assert "UppsalaUniversity" not in words
    assert "Headofdepartment" not in words


def test_the_place_of_what_is_withheld_tells_nothing_of_its_length() -> None:
    short, long = (
        withhold(paper_of(Row("Text", text, frozenset({"message-1"}))), ["message-1"], GROUND)
        for text in ("a", "b" * 900)
    )
    assert short.sections == long.sections
    assert stub(GROUND) == STUB


def test_metadata_headings_and_first_page_say_only_that_parts_are_withheld(file: tuple[AccessRequest, Paper]) -> None:
    request, document = file
    made = pdf_of(withhold(document, [Mark.NOTES], GROUND))
    assert made.name == f"request-{request.reference}-release.pdf"
    assert f"Parts of it are withheld. In their place stands, always of the same length: {STUB}" in text_in(
        made.content
    )
    whole = pdf_of(withhold(document, [], ""))
    assert "Nothing is withheld." in text_in(whole.content)


def test_an_event_that_is_withheld_keeps_its_number_and_nothing_else(file: tuple[AccessRequest, Paper]) -> None:
    request, document = file
    record = next(section for section in withhold(document, [Mark.VOTES], GROUND).sections if section.slug == "record")
    assert len(record.items) == request.events.count()
    vote = request.events.get(verb="decide")
    assert record.items[vote.number - 1] == Item(STUB)
    assert vote.hash not in released(document, Mark.VOTES)


NAMED = frozenset({(Mark.NAMES, "Ada Berg"), (Mark.NAMES, "Li"), (Mark.CONTACT, "Ada@uu.example")})


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ask Ada Berg.", f"Ask {STUB}."),
        ("ask ADA   BERG\nor ada\nberg", f"ask {STUB}\nor {STUB}"),
        ("Bergström and Adam Berg", "Bergström and Adam Berg"),
        ("Ada Bergs scanner, Ada Berg's idea, Ada Bergström", f"{STUB} scanner, {STUB} idea, Ada Bergström"),
        ("Write to ADA@UU.EXAMPLE, or x.y+z@sub.example.org!", f"Write to {STUB}, or {STUB}!"),
        ("+46 70 123 45 67 or 070-123 45 67 or 0046701234567", f"{STUB} or {STUB} or {STUB}"),
        ("0000-0002-1825-0097 stays, so do 25 November 2026, 09:15 and 1.0.0", None),
        ("10.23698/aida/0701234567 and 5,000 images", None),
        ("Li and linear", "Li and linear"),
    ],
)
def test_names_and_addresses_are_found_within_texts(text: str, left: str | None) -> None:
    document = withhold(paper_of(Row("Text", text), literals=NAMED), [Mark.NAMES, Mark.CONTACT], GROUND)
    assert document.sections[0].items[0].rows[0].text == (text if left is None else left)
    assert document.literals == frozenset()


def test_a_ground_that_looks_like_a_name_is_not_looked_into() -> None:
    document = paper_of(Row("Text", "Ada Berg, Ada Berg"), literals=frozenset({(Mark.NAMES, "Ada Berg")}))
    rows = withhold(document, [Mark.NAMES, Mark.CONTACT], "Ada Berg x@y.example").sections[0].items[0].rows
    assert rows[0].text == "[withheld: Ada Berg x@y.example], [withheld: Ada Berg x@y.example]"


# The ZIP


def test_the_zip_holds_the_paper_and_the_files_that_are_there(file: tuple[AccessRequest, Paper], hedda: User) -> None:
    request, document = file
    archive = zip_of(request, hedda, document)
    assert archive.namelist() == [
        f"request-{request.reference}-complete.pdf", "files/01-ethicsname.pdf", "files/02-internalname.pdf",
    ]  # fmt: skip
    assert b"ethicsname.pdf" in archive.read("files/01-ethicsname.pdf")
    assert archive.testzip() is None


def test_the_zip_leaves_out_what_the_paper_does(file: tuple[AccessRequest, Paper], hedda: User) -> None:
    request, document = file
    ethics = request.attachments.get(name="ethicsname.pdf")
    archive = zip_of(request, hedda, withhold(document, [Mark.NOTES], GROUND))
    assert archive.namelist() == [f"request-{request.reference}-release.pdf", "files/01-ethicsname.pdf"]
    without = zip_of(request, hedda, withhold(document, [Mark.NOTES, f"file-{ethics.public_id}"], GROUND))
    assert without.namelist() == [f"request-{request.reference}-release.pdf"]


def test_a_file_whose_name_must_not_be_read_goes_without_it(
    file: tuple[AccessRequest, Paper], ada: User, hedda: User
) -> None:
    from tests.support.whole import attach

    request, _document = file
    attach(request, ada, "CV of Rut Ek.pdf")
    request = AccessRequest.objects.get(pk=request.pk)
    document = withhold(paper_for(request, standing_to(request, hedda)), [Mark.NAMES], GROUND)
    names = zip_of(request, hedda, document).namelist()
    assert "files/04.pdf" in names
    assert not [name for name in names if "Rut" in name]


def test_a_file_that_is_missing_is_named_and_the_others_are_there(
    file: tuple[AccessRequest, Paper], hedda: User, files_folder: Path
) -> None:
    request, document = file
    first = request.attachments.get(name="ethicsname.pdf")
    keeping.private().delete(first.key)
    archive = zip_of(request, hedda, document)
    assert "files/02-internalname.pdf" in archive.namelist()
    assert "files/01-ethicsname.pdf: This file cannot be read" in archive.read("not-readable.txt").decode()


def test_the_bytes_of_the_zip_hold_no_word_of_what_is_withheld(file: tuple[AccessRequest, Paper], hedda: User) -> None:
    request, document = file
    single = [choice.mark for group in choices(document).values() for choice in group]
    handed = withhold(document, [*KINDS, *single], GROUND)
    content = bundle(pdf_of(handed), beside(handed, files_of(request, standing_to(request, hedda))), handed.at).read()
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == [f"request-{request.reference}-release.pdf"]
    for word in (b"ethicsname", b"internalname", b"gonename", b"ada.berg"):
        assert word not in content


def test_a_zip_is_open_at_its_beginning_and_gone_when_it_is_closed() -> None:
    document = paper_of(Row("Text", "word"))
    content = bundle(pdf_of(document), [], document.at)
    assert content.read(2) == b"PK"
    content.close()
    with pytest.raises(ValueError, match="closed"):
        content.read()
