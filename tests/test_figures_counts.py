"""What the figures count: requests by the database, countries by pages and by grants, and what datasets hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from access_requests import actions
from access_requests.builtin import version_in_use
from access_requests.models import AccessRequest
from access_requests.waiting import working_days_since
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from aidahub.pages.figures.asked import Asked, Months, Span, asked, working_days_to_decision
from aidahub.pages.figures.holdings import ANNOTATED, CLINICAL, SCAPIS, SYNTHETIC, TOTAL, fields_of, holdings
from aidahub.pages.figures.shares import Shares, shares
from bench.copies import copy_request
from datasets.models import Dataset
from tests.cast import RequestAt, fill, license_of, make_dataset, make_user, set_policy

numbers = count(1)


def plant(dataset: Dataset, applicant: User, sent: datetime, **fields: Any) -> AccessRequest:
    """A request of rows alone, for counting; `days` later it has its decision."""
    number = next(numbers)
    status = fields.pop("status", Status.GRANTED)
    decided = sent + timedelta(days=fields.pop("days", 0))
    outcome = {Status.GRANTED: Answer.APPROVE.value, Status.REJECTED: Answer.REJECT.value}.get(status, "")
    over = status in {Status.REJECTED, Status.WITHDRAWN, Status.CLOSED}
    return AccessRequest.objects.create(
        reference=f"AIDA-2020-{number:05}", dataset=dataset, license=license_of(dataset), applicant=applicant,
        form_version=version_in_use("research"), status=status, status_since=decided, outcome=outcome,
        submitted_at=sent, ended_at=decided if over else None, recipient_key=f"{number}@uu.example", **fields,
    )  # fmt: skip


def copies(request: AccessRequest, number: int, domain: str = "copies.example") -> None:
    """As many more requests like this one, each of another person."""
    for at in range(number):
        copy_request(request, make_user(f"person{at}@{domain}", f"Copied Person {at}"))


TODAY = date(2026, 11, 24)


def at_noon(year: int, month: int, day: int = 10) -> datetime:
    """A moment in the middle of a day."""
    return datetime(year, month, day, 12, tzinfo=UTC)


def test_nothing_is_shown_below_five(ada: User, other: Dataset) -> None:
    for _ in range(4):
        plant(other, ada, at_noon(2026, 11))
    assert asked(TODAY) == Asked(0, [], {}, [])
    plant(other, ada, at_noon(2026, 11))
    assert asked(TODAY).sent == 5


def test_months_are_merged_until_each_group_holds_five(ada: User, other: Dataset) -> None:
    sent = {(2026, 5): 6, (2026, 6): 2, (2026, 8): 1, (2026, 9): 3, (2026, 10): 7, (2026, 11): 1}
    for (year, month), number in sent.items():
        for _ in range(number):
            plant(other, ada, at_noon(year, month))
    assert asked(TODAY).months == [
        Months(date(2026, 5, 1), date(2026, 5, 1), 6),
        Months(date(2026, 6, 1), date(2026, 9, 1), 6),
        Months(date(2026, 10, 1), date(2026, 11, 1), 8),
    ]


def test_months_are_those_of_stockholm_and_of_two_years(ada: User, other: Dataset) -> None:
    for _ in range(5):
        plant(other, ada, at_noon(2020, 1))
        plant(other, ada, datetime(2026, 9, 30, 22, 30, tzinfo=UTC))  # October has begun in Stockholm
    for _ in range(6):
        plant(other, ada, at_noon(2026, 9))
    months = asked(TODAY).months
    assert [(run.first, run.last, run.number) for run in months] == [
        (date(2020, 2, 1), date(2026, 9, 1), 6),
        (date(2026, 10, 1), date(2026, 11, 1), 5),
    ]
    assert asked(TODAY).sent == 16


def test_drafts_and_requests_for_hidden_datasets_are_not_counted(ada: User, other: Dataset) -> None:
    hidden = make_dataset("10.23698/aida/hidden", hidden=True)
    for _ in range(6):
        plant(other, ada, at_noon(2026, 10))
        plant(hidden, ada, at_noon(2026, 10))
    actions.start(license=license_of(other), by=ada)
    assert asked(TODAY).sent == 6


def test_outcomes_and_times(ada: User, other: Dataset) -> None:
    monday = at_noon(2026, 10, 5)
    for days in (0, 1, 1, 2, 2, 3, 4, 4, 7, 8, 8, 30, 40, 50, 60, 70):
        plant(other, ada, monday, days=days)
    for _ in range(5):
        plant(other, ada, monday, days=14, status=Status.REJECTED)
        plant(other, ada, monday, days=3, status=Status.WITHDRAWN)
        plant(other, ada, monday, status=Status.RETURNED)
    found = asked(date(2027, 1, 10))
    assert found.outcomes == {"approved": 16, "rejected": 5, "ended": 5, "open": 5}
    assert found.times == [
        Span(0, 2, False, 5), Span(3, 6, False, 6), Span(7, 12, False, 5), Span(13, None, False, 5),
    ]  # fmt: skip


def test_few_without_a_decision_are_added_to_the_longest_time(ada: User, other: Dataset) -> None:
    for _ in range(6):
        plant(other, ada, at_noon(2026, 10, 5), days=1)
        plant(other, ada, at_noon(2026, 10, 5), days=9, status=Status.REJECTED)
    plant(other, ada, at_noon(2026, 10, 5), status=Status.IN_REVIEW)
    found = asked(TODAY)
    assert found.outcomes == {"approved": 6, "not-approved": 7}
    assert found.times == [Span(0, 2, False, 6), Span(3, None, True, 7)]


def test_working_days_are_those_of_the_requests_own_page(ada: User, other: Dataset) -> None:
    """Over Christmas, where Swedish offices are closed on many days."""
    sent = at_noon(2026, 12, 18)
    for days in range(30):
        plant(other, ada, sent, days=days)
    expected = sorted(working_days_since(sent, sent + timedelta(days=days)) for days in range(30))
    assert sorted(days for days, number in working_days_to_decision() for _ in range(number)) == expected


def test_the_decision_counts_not_what_came_later(request_at: RequestAt) -> None:
    """By the real verbs: voted on, confirmed on another day, and withdrawn long after."""
    request = request_at(Status.APPROVED)
    AccessRequest.objects.filter(pk=request.pk).update(submitted_at=timezone.now() - timedelta(days=7))
    actions.withdraw(request=request, by=request.applicant)
    AccessRequest.objects.filter(pk=request.pk).update(
        status_since=timezone.now() + timedelta(days=90), ended_at=timezone.now() + timedelta(days=90)
    )
    ((days, number),) = working_days_to_decision()
    assert (days, number) == (working_days_since(timezone.now() - timedelta(days=7)), 1)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (Status.SUBMITTED, "open"), (Status.IN_REVIEW, "open"), (Status.DECIDED, "open"), (Status.RETURNED, "open"),
        (Status.APPROVED, "approved"), (Status.GRANTED, "approved"), (Status.REJECTED, "decided"),
        (Status.WITHDRAWN, "ended"), (Status.CLOSED, "ended"),
    ],
)  # fmt: skip
def test_each_status_has_its_outcome(status: Status, outcome: str, request_at: RequestAt) -> None:
    copies(request_at(status), 4)
    assert {name: number for name, number in asked().outcomes.items() if number} == {outcome: 5}


@pytest.fixture
def norwegian(request_at: RequestAt, ada: User, per: User, brgandi: Dataset) -> AccessRequest:
    """A granted request of an applicant in Norway who agreed to be listed."""
    return granted(ada, per, brgandi, applicant_country="NO")


def granted(applicant: User, provider: User, dataset: Dataset, **answers: Any) -> AccessRequest:
    """A request with these answers, sent and approved by the real verbs."""
    set_policy(license_of(dataset), needed="applicant")
    draft = fill(actions.start(license=license_of(dataset), by=applicant), **answers)
    request = actions.submit(request=draft, by=applicant)
    return actions.decide(request=request, by=provider, answer=Answer.APPROVE)


def test_a_country_of_grants_stands_from_five_applicants_on(norwegian: AccessRequest) -> None:
    copies(norwegian, 3)
    assert shares({"SE": {1}}) == Shares({"SE": 1}, 0)
    copies(norwegian, 1, "fifth.example")
    assert shares({"SE": {1}}) == Shares({"SE": 1, "NO": 1}, 0)


def test_five_grants_of_one_person_are_one_person(norwegian: AccessRequest, ada: User) -> None:
    for _ in range(5):
        copy_request(norwegian, ada)
    assert shares({}) == Shares({}, 0)


def test_who_said_no_is_not_counted(ada: User, per: User, brgandi: Dataset) -> None:
    copies(granted(ada, per, brgandi, applicant_country="NO", list_publicly="no"), 6)
    assert shares({}) == Shares({}, 0)


def test_what_was_not_granted_is_not_counted(request_at: RequestAt) -> None:
    copies(request_at(Status.IN_REVIEW), 6)
    assert shares({}) == Shares({}, 0)


def test_small_countries_are_merged(norwegian: AccessRequest, per: User, brgandi: Dataset) -> None:
    icelander = make_user("jon@hi.example", "Jón Jónsson")
    icelandic = granted(icelander, per, brgandi, applicant_country="IS")
    copies(norwegian, 2)
    assert shares({"SE": {1}}) == Shares({"SE": 1}, 0)  # four people
    copies(icelandic, 1, "hi.example")
    assert shares({"SE": {1}}) == Shares({"SE": 1}, 1)


def test_the_last_answers_count(ada: User, per: User, brgandi: Dataset) -> None:
    draft = fill(actions.start(license=license_of(brgandi), by=ada), applicant_country="NO")
    request = actions.submit(request=draft, by=ada)
    request = actions.send_back(request=request, by=per, reason="Which scanner do you mean?")
    request = actions.submit(request=fill(request, applicant_country="NO", list_publicly="no"), by=ada)
    copies(actions.decide(request=request, by=per, answer=Answer.APPROVE), 5)
    assert shares({}) == Shares({}, 0)


def test_a_few_grants_add_nothing_to_a_country_of_the_pages(norwegian: AccessRequest, brgandi: Dataset) -> None:
    elsewhere = {"NO": {brgandi.pk + 1000}}
    assert shares(elsewhere) == Shares({"NO": 1}, 0)
    copies(norwegian, 4)
    assert shares(elsewhere) == Shares({"NO": 2}, 0)
    assert shares({"NO": {brgandi.pk}}) == Shares({"NO": 1}, 0)  # the page says already what the grants say


def test_grants_of_hidden_datasets_are_not_counted(norwegian: AccessRequest, brgandi: Dataset) -> None:
    copies(norwegian, 5)
    Dataset.objects.filter(pk=brgandi.pk).update(hidden=True)
    assert shares({}) == Shares({}, 0)


def test_what_datasets_hold(db: None) -> None:
    make_dataset("10.23698/aida/1", field="Pathology", number_of_scans=10, number_of_annotations=3, bytes=7)
    make_dataset("10.23698/aida/2", field="Radiology/Radiotherapy", number_of_scans=5, number_of_annotations=0)
    make_dataset("10.23698/aida/3", field=" pathology", synthetic=True, number_of_scans=4, bytes=1)
    make_dataset("10.23698/aida/4", field="Radiology", scapis=True, number_of_scans=2)
    make_dataset("10.23698/aida/5", field="Radiology", hidden=True, number_of_scans=1000, modality=["XX"])
    make_dataset("10.23698/aida/6", field="Radiology", retired_at=timezone.now(), number_of_scans=1000)
    sums = holdings().sums
    datasets = {kind: {row: total.datasets for row, total in rows.items()} for kind, rows in sums.items()}
    assert datasets == {
        CLINICAL: {TOTAL: 2, ANNOTATED: 1, "Pathology": 1, "Radiology": 1, "Radiotherapy": 1},
        SYNTHETIC: {TOTAL: 1, ANNOTATED: 0, "Pathology": 1, "Radiology": 0},
        SCAPIS: {TOTAL: 1, ANNOTATED: 0, "Radiology": 1},
    }
    assert [next(iter(rows)) for rows in sums.values()] == [TOTAL] * 3
    total = sums[CLINICAL][TOTAL]
    assert (total.scans, total.annotations, total.bytes, total.without_bytes) == (15, 3, 7, 1)
    assert sums[SYNTHETIC]["Pathology"].scans == 4
    assert sums[SYNTHETIC][TOTAL].without_annotations == 1


def test_names_are_counted_once_for_each_dataset(db: None) -> None:
    make_dataset("10.23698/aida/1", modality=["MR", "CT", "CT"], organ=[{"name": "Brain", "sctid": "12738006"}])
    make_dataset("10.23698/aida/2", modality=["ct"], organ=[{"name": "brain"}, {"name": "Lung"}], countries=["SE"])
    make_dataset("10.23698/aida/3", modality=["US"], organ=[{"name": "Skin"}], countries=["NO"], hidden=True)
    found = holdings()
    assert found.modalities == [("CT", 2), ("MR", 1)]
    assert found.organs == [("Brain", 2), ("Lung", 1)]
    assert list(found.countries) == ["SE"]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Radiology", ["Radiology"]),
        ("Radiology/Radiotherapy", ["Radiology", "Radiotherapy"]),
        ("radiology,  PATHOLOGY and radiology", ["Radiology", "Pathology"]),
        ("", []),
        (" / ", []),
        ("Nuclear medicine", ["Nuclear medicine"]),
    ],
)
def test_the_fields_of_a_page(text: str, fields: list[str]) -> None:
    assert fields_of(text) == fields


def test_more_requests_ask_no_more_of_the_database(
    norwegian: AccessRequest, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (6, 12):
        copies(norwegian, number, f"more{number}.example")
        with django_assert_num_queries(2):
            asked()
        with django_assert_num_queries(2):
            shares({"SE": {1}})
