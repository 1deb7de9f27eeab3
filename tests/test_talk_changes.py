"""What changed between any two sendings, word by word, for whoever reviews."""

from __future__ import annotations

import re
import time

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from access_requests import actions, comparison
from access_requests.models import AccessRequest
from access_requests.people import Named
from access_requests.word_changes import AROUND, MOST_WORDS, word_changes
from access_requests.workflow import Part, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from tests.cast import RequestAt, change_license, fill
from tests.mails import PER

MONA = Named(Part.MEMBER, "Mona Lind", "", "mona@uu.example", "Uppsala University")
WORDS = st.lists(st.sampled_from(["we", "train", "networks", "on", "images", "\n", "a", "b"]), max_size=40)


def kinds(before: str, after: str) -> list[tuple[str, str]]:
    """The pieces as kind and text."""
    return [(piece.kind, piece.text.strip()) for piece in word_changes(before, after)]


def test_words_are_compared_not_letters() -> None:
    assert kinds("We use one scanner.", "We use two scanners now.") == [
        ("same", "We use"), ("gone", "one scanner."), ("new", "two scanners now."),
    ]  # fmt: skip


def test_what_stands_on_one_side_only() -> None:
    assert kinds("", "Everything is new.") == [("new", "Everything is new.")]
    assert kinds("All of it went.", "") == [("gone", "All of it went.")]
    assert kinds("", "") == []


def test_spaces_alone_mark_nothing() -> None:
    assert kinds("We  use it.", "We use   it.") == [("same", "We use   it.")]


def test_long_passages_that_stayed_are_left_out() -> None:
    middle = " ".join(f"w{number}" for number in range(500))
    found = word_changes(f"Old {middle} end", f"New {middle} fin")
    assert [piece.kind for piece in found] == ["gone", "new", "same", "left-out", "same", "gone", "new"]
    assert len(found[2].text.split()) == len(found[4].text.split()) == AROUND
    assert "".join(piece.text for piece in found if piece.kind != "gone") == f"New {middle} fin"


@given(WORDS, WORDS)
def test_both_texts_can_be_read_from_the_pieces(before: list[str], after: list[str]) -> None:
    old, new = " ".join(before), " ".join(after)
    pieces = word_changes(old, new)
    assert " ".join(piece.text for piece in pieces if piece.kind != "gone").split() == new.split()
    assert " ".join(piece.text for piece in pieces if piece.kind != "new").split() == old.split()


def test_hostile_texts_take_no_long_time() -> None:
    first = " ".join(str(number * 7919 % 97) for number in range(2500))
    second = " ".join(str(number * 104729 % 97) for number in range(2500))
    started = time.process_time()
    word_changes(first, second)
    word_changes("a " * MOST_WORDS, "a b " * (MOST_WORDS // 2))
    word_changes("a " * 50_000, "b " * 50_000)
    assert time.process_time() - started < 20


def again(request: AccessRequest, by: User, **answers: str) -> AccessRequest:
    """Sent again with other answers."""
    fill(request, **answers)
    return actions.submit(request=request, by=by)


def section(client: Client, request: AccessRequest, query: str = "") -> str:
    """The part of the decision page about what changed."""
    address = reverse("admin:access_requests_accessrequest_change", args=[request.reference])
    html = client.get(address + query).content.decode()
    return " ".join(html.partition('id="changed"')[2].partition("</section>")[0].split())


@pytest.mark.django_db
def test_the_last_two_sendings_are_compared_and_any_two_can_be(
    client: Client, request_at: RequestAt, ada: User, per: User
) -> None:
    client.force_login(per)
    request = request_at(Status.RETURNED)
    assert section(client, request) == "", "there is nothing to compare yet"
    request = again(request, ada, planned_use="We compare networks on two scanners.")
    actions.send_back(request=request, by=per, reason="And?")
    request = again(request, ada, planned_use="We compare networks on three scanners.", project_title="Tumours")
    last = section(client, request)
    assert "[removed:]</span> two <span" in last
    assert "[added:]</span> three <span" in last
    assert "Segmenting" in last
    first = section(client, request, "?before=1&after=2")
    assert "real and on synthetic" in first
    assert "Tumours" not in first
    assert section(client, request, "?before=2&after=1") == first, "the earlier one comes first"
    assert "Nothing changed between these." in section(client, request, "?before=3&after=3")
    for odd in ("?before=9&after=x", "?before=²", "?after=-1", "?before=%00"):
        assert section(client, request, odd) == last


@pytest.mark.django_db
def test_members_and_the_licence_are_compared(client: Client, request_at: RequestAt, ada: User, per: User) -> None:
    request = request_at(Status.RETURNED)
    actions.add_person(request=request, by=ada, person=MONA)
    change_license(request.dataset)
    request = again(AccessRequest.objects.get(pk=request.pk), ada)
    before, after = request.submissions.order_by("number")
    found = {line.label: (line.before, line.answer) for line in comparison.changes(after, before)}
    assert found == {
        "Members": ("", "Mona Lind, mona@uu.example"),
        "Licence": ("text number 1", "text number 2"),
    }
    client.force_login(per)
    html = section(client, request)
    assert "Mona Lind, mona@uu.example" in html
    assert re.search(r"Text of the licence</dt> .*\[added:\]</span>\s*New\.", html)
    mail = Mail.objects.filter(recipient=PER, kind="decide").latest("pk").text
    changed = mail.partition("Changed since the last time")[2]
    assert "Members: Mona Lind, mona@uu.example" in changed
    assert "Licence: text number 2 (before: text number 1)" in changed


@pytest.mark.django_db
def test_a_member_added_after_the_sending_is_no_change(request_at: RequestAt, ada: User, hedda: User) -> None:
    request = again(request_at(Status.RETURNED), ada)
    actions.add_person(request=request, by=hedda, person=MONA)
    before, after = request.submissions.order_by("number")
    assert comparison.changes(after, before) == []


@pytest.mark.django_db
def test_nothing_in_the_words_is_taken_for_markup(client: Client, request_at: RequestAt, ada: User, per: User) -> None:
    request = again(request_at(Status.RETURNED), ada, planned_use="<script>alert(1)</script> <del>x</del>")
    client.force_login(per)
    html = section(client, request)
    assert "<script>alert" not in html
    assert "&lt;del&gt;x&lt;/del&gt;" in html
