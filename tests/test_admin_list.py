"""The list of requests in the admin: what it shows to whom, filters, search, order, and how many queries it takes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access_requests import actions
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, act_for, draft_of, fill, license_of, make_user, provider_of, sent, set_policy
from tests.support.requests import copy_of

LIST = reverse("admin:access_requests_accessrequest_changelist")


def references(page: Any) -> list[str]:
    """The references in the list, in its order."""
    return [row.reference for row in page.context["cl"].rows]


def look(user: User, **query: str) -> Any:
    """The list as this person sees it."""
    client = Client()
    client.force_login(user)
    page = client.get(LIST, query)
    assert page.status_code == 200
    return page


def test_it_says_who_asks_for_what_and_whose_turn_it_is(request_at: RequestAt, per: User) -> None:
    request = request_at(Status.IN_REVIEW)
    page = look(per)
    row = page.context["cl"].rows[0]
    assert (row.reference, row.applicant, row.institution) == (request.reference, "Ada Berg", "Uppsala University")
    assert (row.dataset, row.license, row.turn, row.days) == ("BRGANDI", "Controlled access", "You", 0)
    text = page.content.decode()
    assert "In review" in text
    assert f"/admin/access_requests/accessrequest/{request.reference}/change/" in text


def test_no_key_of_a_row_stands_in_it(request_at: RequestAt, per: User) -> None:
    request = request_at(Status.IN_REVIEW)
    assert f'value="{request.pk}"' not in look(per).content.decode()


def test_drafts_are_never_in_it(brgandi: Dataset, ada: User, per: User, hedda: User, sigrid: User) -> None:
    draft_of(ada, brgandi)
    for person in (per, hedda, sigrid):
        assert references(look(person)) == []


def test_a_provider_sees_own_datasets_and_hub_staff_all(
    brgandi: Dataset, other: Dataset, ada: User, per: User, opal: User, hedda: User, sigrid: User
) -> None:
    one, two = sent(ada, brgandi), sent(ada, other)
    assert references(look(per)) == [one.reference]
    assert references(look(opal)) == [two.reference]
    assert set(references(look(hedda))) == set(references(look(sigrid))) == {one.reference, two.reference}


def test_what_waits_for_the_reader_comes_first(brgandi: Dataset, ada: User, alva: User, per: User) -> None:
    decided = sent(ada, brgandi)
    waiting = sent(alva, brgandi)
    actions.decide(request=decided, by=per, answer=Answer.REJECT, reason="No.")
    assert references(look(per)) == [waiting.reference, decided.reference]


def test_filters(brgandi: Dataset, other: Dataset, ada: User, alva: User, per: User, hedda: User) -> None:
    rejected, waiting, elsewhere = sent(ada, brgandi), sent(alva, brgandi), sent(ada, other)
    actions.decide(request=rejected, by=per, answer=Answer.REJECT, reason="No.")
    assert references(look(per, turn="me")) == [waiting.reference]
    assert references(look(per, turn="others")) == []
    assert references(look(per, turn="nobody")) == [rejected.reference]
    assert set(references(look(hedda, turn="others"))) == {waiting.reference, elsewhere.reference}
    assert references(look(per, status="rejected")) == [rejected.reference]
    assert references(look(hedda, dataset=other.doi)) == [elsewhere.reference]
    assert len(references(look(per, turn="nonsense", status="draft"))) == 2


def test_filters_tell_nothing_of_other_datasets(
    brgandi: Dataset, other: Dataset, ada: User, per: User, opal: User
) -> None:
    request = sent(ada, brgandi)
    sent(ada, other)
    actions.decide(request=request, by=per, answer=Answer.REJECT, reason="No.")
    page = look(opal)
    assert "BRGANDI" not in page.content.decode()
    assert "rejected" not in page.content.decode().casefold()
    assert references(look(opal, dataset=brgandi.doi)) == []


def test_search_finds_people_datasets_and_answers(brgandi: Dataset, ada: User, per: User) -> None:
    request = sent(ada, brgandi)
    for words in (
        "Ada", "berg uppsala", "segmentation networks", "brgandi", "uu.example", "Rut", "sune.holm", "ADA", "tumours",
    ):  # fmt: skip
        assert references(look(per, q=words)) == [request.reference], words
        assert references(look(per, q=f"{words} zebra")) == [], words


def test_search_by_reference(brgandi: Dataset, ada: User, alva: User, per: User) -> None:
    sent(alva, brgandi)
    request = sent(ada, brgandi)
    assert references(look(per, q=request.reference)) == [request.reference]


def test_search_does_not_reach_what_is_not_sent(brgandi: Dataset, ada: User, per: User) -> None:
    request = sent(ada, brgandi)
    request = actions.send_back(request=request, by=per, reason="Which scanner?")
    fill(request, planned_use="A secret about zebras that is only being written.")
    assert references(look(per, q="zebras")) == []


def test_search_takes_anything(brgandi: Dataset, ada: User, per: User) -> None:
    sent(ada, brgandi)
    for query in ("x" * 20_000, "\0", "%", "_", "'; DROP TABLE", "ä" * 500, " " * 300, "a b c d e f g h i j k l m"):
        look(per, q=query)


def test_no_other_column_can_be_asked_for(brgandi: Dataset, ada: User, per: User, client: Client) -> None:
    sent(ada, brgandi)
    client.force_login(per)
    for column, value in (
        ("draft__icontains", "zebra"), ("applicant__password__startswith", "m"), ("event_head__startswith", "0"),
        ("pk", "1"), ("id__gt", "0"), ("_to_field", "event_head"), ("dataset__name", "x"), ("mine", "True"),
    ):  # fmt: skip
        assert client.get(LIST, {column: value}).status_code in {302, 400}, column


def test_odd_addresses_do_no_harm(brgandi: Dataset, ada: User, per: User, client: Client) -> None:
    sent(ada, brgandi)
    client.force_login(per)
    for name, value in (
        ("o", "99"),
        ("o", "-x"),
        ("p", "zebra"),
        ("p", "-1"),
        ("all", ""),
        ("_popup", "1"),
        ("e", "1"),
    ):
        assert client.get(LIST, {name: value}).status_code in {200, 302}, (name, value)


def test_sorting_by_waiting_time(brgandi: Dataset, ada: User, alva: User, per: User) -> None:
    first, second = sent(ada, brgandi), sent(alva, brgandi)
    column = [heading for heading in look(per).context["cl"].headings if "o=6" in heading.url]
    assert len(column) == 1
    assert references(look(per, o="6")) == [first.reference, second.reference]
    assert references(look(per, o="-6")) == [second.reference, first.reference]


def queries_of(user: User, address: str) -> int:
    """How many queries one look takes."""
    client = Client()
    client.force_login(user)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address)
    assert page.status_code == 200
    return len(queries)


@pytest.mark.parametrize(("address", "limit"), [(LIST, 15), (reverse("admin:index"), 25)])
def test_it_takes_as_many_queries_for_sixty_requests_as_for_three(
    address: str, limit: int, brgandi: Dataset, ada: User, per: User, hedda: User
) -> None:
    request = sent(ada, brgandi)
    for number in range(2):
        copy_of(request, number)
    few = queries_of(per, address), queries_of(hedda, address)
    for number in range(2, 59):
        copy_of(request, number)
    many = queries_of(per, address), queries_of(hedda, address)
    assert many == few
    assert max(many) <= limit
    assert len(references(look(per))) == 50


def test_a_vote_that_was_cast_is_no_turn_any_more(brgandi: Dataset, ada: User, per: User, petra: User) -> None:
    license_ = license_of(brgandi)
    set_policy(license_, quorum="all")
    request = sent(ada, brgandi)
    actions.decide(request=request, by=per, answer=Answer.APPROVE)
    assert references(look(per, turn="me")) == []
    assert references(look(petra, turn="me")) == [request.reference]


def test_nobody_is_asked_about_a_request_that_names_them(brgandi: Dataset, ada: User, hedda: User) -> None:
    rut = act_for(make_user("rut.ek@uu.example", "Rut Ek"), provider_of(brgandi, 1))
    sent(ada, brgandi)
    assert references(look(rut, turn="me")) == []
    assert len(references(look(rut))) == 1
