"""A request on paper: what is in it for whom, how it is set, and that nothing brings the setter down."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from access_requests import actions, paper
from access_requests.models import AccessRequest, Delivery, Event
from access_requests.paper import Item, NotMade, Paper, Row, Section, Where, paper_for, pdf_of, setting, standing_to
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, fresh, provider_of
from tests.support.read_pdf import Pdf, squeezed, text_in
from tests.support.whole import HUB_ONLY, INNER, NEVER, PLANTED, whole_request

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_folder")]
Whole = Callable[[], AccessRequest]


@pytest.fixture
def whole(request_at: RequestAt, brgandi: Dataset, ada: User, per: User, hedda: User, rut: User) -> Whole:
    """`whole()`: the request with everything in it."""
    return lambda: whole_request(request_at, brgandi, ada, per, hedda, rut)


def texts(document: Paper) -> str:
    """All texts of a paper."""
    items = (item for section in document.sections for item in section.items)
    return "\n".join(f"{item.title}\n" + "\n".join(f"{row.label}: {row.text}" for row in item.rows) for item in items)


def read_by(user: User, request: AccessRequest, kind: Where = Where.OWN) -> Paper:
    """The paper of somebody, as a new web request makes it."""
    user = fresh(user)
    request = AccessRequest.objects.get(pk=request.pk)
    return paper_for(request, standing_to(request, user), kind)


def one_of(*rows: Row, **changes: Any) -> Paper:
    """A paper with a single item."""
    section = Section("one", "One", (Item("Item", rows),))
    empty = Paper("Title", "AIDA-2026-00001", "", Where.OWN, "Ada", timezone.now(), "en", (section,))
    return replace(empty, **changes)


# What is in it


def test_the_complete_file_holds_everything_but_the_way_to_the_data(whole: Whole, hedda: User) -> None:
    request = whole()
    document = read_by(hedda, request, Where.COMPLETE)
    words = squeezed(pdf_of(document).content)
    for word in (*INNER, *PLANTED, "gonename", "LiU-2026-01234", "10.23698/aida/synthetic/brgandi", "1.0.0"):
        assert word.replace(" ", "") in words, word
    text = request.submissions.latest("number").license_text
    files = list(request.attachments.all())
    acceptances = request.acceptances.count()
    assert words.count(text.sha256) >= 1 + acceptances
    for expected in (*(file.sha256 for file in files), *Event.objects.values_list("hash", flat=True)):
        assert expected in words
    assert [word for word in NEVER if word in words] == []
    assert Delivery.objects.filter(secret="secretword").exists()
    assert "Removedon" in words


def test_its_chapters_come_in_order(whole: Whole, hedda: User) -> None:
    slugs = [section.slug for section in read_by(hedda, whole()).sections]
    assert slugs == ["about", "history", "people", "answers", "rounds", "messages", "files", "access", "record"]


def test_every_event_is_listed_with_number_who_when_and_hash(whole: Whole, hedda: User) -> None:
    request = whole()
    record = next(section for section in read_by(hedda, request).sections if section.slug == "record")
    assert [(item.title, item.rows[-1].text) for item in record.items] == [
        (str(number), hash_) for number, hash_ in request.events.order_by("number").values_list("number", "hash")
    ]
    assert record.columns == ["What", "Who", "When", "Hash"]


def test_every_sending_is_there_with_what_it_changed(whole: Whole, ada: User) -> None:
    answers = next(section for section in read_by(ada, whole()).sections if section.slug == "answers")
    first, second = answers.items
    assert any(row.text == "oldplanword" for row in first.rows)
    place = next(place for place, row in enumerate(second.rows) if row.text.startswith("newplanword"))
    assert (second.rows[place + 1].label, second.rows[place + 1].text) == ("Before that", "oldplanword")


def test_people_who_were_removed_stay_in_the_complete_file_only(request_at: RequestAt, hedda: User, ada: User) -> None:
    from tests.cast import MIA

    request = request_at(Status.IN_REVIEW, MIA)
    mia = request.participants.get(email=MIA.email)
    actions.remove_person(request=request, by=hedda, person=mia)
    assert "Mia Lind" in texts(read_by(hedda, request))
    people = next(section for section in read_by(ada, request).sections if section.slug == "people")
    assert "Mia Lind" not in texts(read_by(ada, request).with_sections([people]))


def test_an_excused_decider_is_named_with_the_reason(
    request_at: RequestAt, brgandi: Dataset, hedda: User, per: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    actions.excuse(request=request, by=hedda, provider=provider_of(brgandi, 2), reason="Left the university.")
    for reader in (hedda, per):
        words = texts(read_by(reader, request))
        assert "Why: Left the university." in words
        assert "Excused by: Hedda Hub" in words


def test_the_hub_reads_of_itself_in_the_third_person(whole: Whole, hedda: User) -> None:
    history = next(section for section in read_by(hedda, whole()).sections if section.slug == "history")
    told = [row.text for item in history.items for row in item.rows]
    assert "Hedda Hub confirmed: approved." in told
    assert not [sentence for sentence in told if sentence.startswith("You ")]


# Who sees what


@pytest.mark.parametrize("who", ["ada", "rut"])
def test_the_named_get_nothing_that_is_not_theirs(whole: Whole, who: str, ada: User, rut: User) -> None:
    request = whole()
    reader = {"ada": ada, "rut": rut}[who]
    words = squeezed(pdf_of(read_by(reader, request)).content)
    for word in ("returnword", "oldplanword", "newplanword", "messageword", "answerword", "ethicsname", "confirmword"):
        assert word in words, word
    known = "mailmeat"  # what Ada wrote herself names Per
    assert known in words
    hidden = [*INNER[:-1], *NEVER, provider_of(request.dataset, 2).name.replace(" ", "")]
    assert [word for word in hidden if word in words] == []
    assert words.count("PerProvider") == 1
    assert "Hedda" not in words
    assert not [hash_ for hash_ in Event.objects.values_list("hash", flat=True) if hash_ in words]


def test_a_named_person_reads_no_address_but_their_own(request_at: RequestAt, ada: User, rut: User) -> None:
    request = request_at(Status.IN_REVIEW)
    for reader, mails in ((ada, 3), (rut, 1)):
        people = next(section for section in read_by(reader, request).sections if section.slug == "people")
        assert sum(row.label == "E-mail" for item in people.items for row in item.rows) == mails


def test_a_provider_reads_what_the_decision_page_shows_and_no_more(whole: Whole, per: User) -> None:
    words = squeezed(pdf_of(read_by(per, whole())).content)
    for word in ("noteword", "commentword", "votereasonword", "internalname", "newplanword"):
        assert word in words, word
    assert [word for word in (*HUB_ONLY, *NEVER, "Record") if word in words] == []


def test_a_decider_who_was_excused_reads_no_notes(
    request_at: RequestAt, brgandi: Dataset, hedda: User, per: User, petra: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    actions.note(request=request, by=petra, text="noteword")
    actions.excuse(request=request, by=hedda, provider=provider_of(brgandi, 1), reason="A conflict of interest.")
    assert "noteword" in texts(read_by(petra, request))
    assert "noteword" not in texts(read_by(per, request))


def test_hub_staff_who_are_named_read_as_the_named_do(request_at: RequestAt, rut: User, per: User) -> None:
    request = request_at(Status.IN_REVIEW)
    actions.note(request=request, by=per, text="noteword")
    rut.is_hub_staff = True
    rut.save()
    view = standing_to(request, fresh(rut))
    assert (view.inside, view.hub) == (False, False)
    assert "noteword" not in texts(read_by(rut, request))


def test_a_text_that_was_taken_out_is_a_stub(request_at: RequestAt, hedda: User, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    message = actions.write(request=request, by=ada, text="messageword")
    actions.redact_text(request=request, by=hedda, text=message.text, reason="Names a patient.")
    for reader in (hedda, ada):
        words = texts(read_by(reader, request))
        assert "messageword" not in words
        assert "Text: (Removed on " in words


# How it is set


def test_it_is_tagged_and_says_its_title_language_and_author(whole: Whole, ada: User) -> None:
    request = whole()
    made = pdf_of(read_by(ada, request))
    parts = Pdf(made.content)
    everything = b"\n".join(parts.objects.values())
    assert made.content.startswith(b"%PDF-1.7")
    assert b"/MarkInfo <</Marked true>>" in everything
    assert b"/StructTreeRoot" in everything
    assert b"/Lang (en)" in everything
    assert 'pdfuaid:part="1"' in parts.beside
    assert f"Access request {request.reference}" in parts.beside
    assert made.name == f"request-{request.reference}.pdf"
    assert b"/JavaScript" not in everything
    assert b"/EmbeddedFile" not in everything
    assert b"/URI" not in everything


def test_every_page_bears_reference_number_maker_and_page(whole: Whole, hedda: User) -> None:
    request = whole()
    content = pdf_of(read_by(hedda, request)).content
    words = text_in(content)
    pages = sum(b"/Type /Page/" in body for body in Pdf(content).objects.values())
    assert pages > 2
    assert words.count(f"AIDA Data Hub · {request.reference}") == pages
    assert words.count("Register number LiU-2026-01234") >= pages
    assert words.count("by Hedda Hub") >= pages
    assert f"Page {pages} / {pages}" in words


HOSTILE = (
    "</td></table><script>alert(1)</script>",
    '<img src="file:///etc/passwd"><img src="http://127.0.0.1:9/x"><link rel=stylesheet href="file:///etc/hosts">',
    "<style>@page { size: 1mm } * { display: none } @import url(http://127.0.0.1:9/)</style>",
    '<a href="javascript:alert(1)">x</a><svg><use href="file:///etc/passwd#x"/></svg>',
    "{{ settings.SECRET_KEY }}{% include '/etc/passwd' %}",
    "w" * 5000,
    "\u202egnp.exe\u202c \u200f\u061c שלום مرحبا",
    "😀👩‍👩‍👧 漢字 𓀀 \ue000 \U0010ffff",
    "\x00\x01\x0b\x1f\ufffe\ufeff",
    "a\u0301" * 300 + "\u0300" * 300,
    "<!--", "]]>", "&#0;&nbsp;&amp;", "\n" * 300,
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_text_is_text(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def seen(url: str, *_rest: object, **_more: object) -> None:
        asked.append(url)
        raise ValueError(url)

    monkeypatch.setattr(setting, "refuse", seen)
    made = pdf_of(one_of(Row("Label", text), Row("", text), Row("After", "afterword"), register_number=text))
    assert asked == []
    words = text_in(made.content)
    assert "afterword" in words
    if text.startswith("<"):
        assert text.split(">")[0].replace(" ", "") in squeezed(made.content)


def test_whatever_would_be_fetched_is_refused() -> None:
    for url in ("http://127.0.0.1/", "file:///etc/passwd", "data:text/css,*{}", "paper.css"):
        with pytest.raises(ValueError, match="fetches nothing"):
            setting.refuse(url)
    assert "url(" not in setting._STYLE.read_text("utf-8")
    assert "@import" not in setting._STYLE.read_text("utf-8")


def test_what_it_cannot_set_is_said_in_a_sentence_and_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(page: str) -> bytes:
        raise MemoryError

    monkeypatch.setattr(setting, "_set", broken)
    with pytest.raises(NotMade, match="could not be made"):
        pdf_of(one_of(Row("Label", "text")))
    monkeypatch.undo()
    assert pdf_of(one_of(Row("Label", "text"))).content, "and the next one is made"


def test_what_is_too_long_is_refused_at_once() -> None:
    started = time.monotonic()
    with pytest.raises(NotMade, match="too long"):
        pdf_of(one_of(Row("Label", "w" * setting.LETTERS_MAX)))
    assert time.monotonic() - started < 1


def test_one_is_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting, "WAIT_SECONDS", 0.01)
    with setting._press, pytest.raises(NotMade, match="Try again"):
        pdf_of(one_of(Row("Label", "text")))


def test_letters_that_no_font_has_are_not_quoted_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    pdf_of(one_of(Row("Label", "漢字")))
    assert caplog.records == []


@pytest.mark.slow
def test_a_hundred_pages_take_less_than_ten_seconds_of_work() -> None:
    words = "We compare segmentation networks trained on real and on synthetic images. "
    sendings = [
        Item(f"Sending {n}", tuple(Row(f"Question {k} of the form", words * (k % 3 + 1)) for k in range(24)))
        for n in range(50)
    ]
    messages = [Item(f"Message {n}", (Row("From", "Ada"), Row("Text", words * 6))) for n in range(300)]
    events = [Item(str(n), tuple(Row(head, "ab" * 16) for head in ("What", "Who", "When", "Hash"))) for n in range(450)]
    sections = (
        Section("answers", "Answers", tuple(sendings)),
        Section("messages", "Messages", tuple(messages)),
        Section("record", "Record", tuple(events), table=True),
    )
    pdf_of(one_of(Row("Label", "the first one reads the fonts")))
    started = time.process_time()
    made = pdf_of(one_of(sections=sections))
    spent = time.process_time() - started
    pages = sum(b"/Type /Page/" in body for body in Pdf(made.content).objects.values())
    assert pages > 100
    assert spent / pages < 0.1, f"{spent:.1f} s for {pages} pages"


def test_a_long_request_costs_no_more_queries(
    request_at: RequestAt, ada: User, hedda: User, django_assert_max_num_queries: Any
) -> None:
    request = request_at(Status.IN_REVIEW)
    actions.write(request=request, by=ada, text="one")
    with django_assert_max_num_queries(60) as short:
        read_by(hedda, request)
    for number in range(20):
        actions.write(request=request, by=ada, text=f"message {number}")
        actions.note(request=request, by=hedda, text=f"note {number}")
    with django_assert_max_num_queries(len(short.captured_queries)):
        read_by(hedda, request)


def test_a_rejected_request_and_a_request_just_sent_have_theirs(request_at: RequestAt, ada: User, hedda: User) -> None:
    request = request_at(Status.REJECTED)
    assert "Too vague." in texts(read_by(ada, request))
    assert paper.choices(read_by(hedda, request))["answers"]
    assert Answer.REJECT in texts(read_by(hedda, request)).lower()
