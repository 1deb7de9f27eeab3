"""When it is hub staff's turn: one rule, the same in lists, on the desk, in "What waits for whom" and for the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access_requests import actions, tasks
from access_requests.awaited import Task, is_hubs_turn, task_of_hub
from access_requests.conditions import open_conditions
from access_requests.desk import waiting_for
from access_requests.models import AccessRequest
from access_requests.notifications.turns import Turn
from access_requests.people import Named
from access_requests.rows import turn_of, with_rows
from access_requests.turns import turn_in, with_turns
from access_requests.workflow import Answer, Part, Status
from aidahub.accounts.links import end_link
from aidahub.accounts.models import ProviderLink, User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, DatasetProvider, Provider
from tests import cast
from tests.cast import REACHED, RequestAt, confirm, fresh, license_of, provider_of, sent, set_policy
from tests.mails import HUB, PER, PETRA

pytestmark = pytest.mark.django_db

BEGUN = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday


def hubs(request: AccessRequest, hedda: User) -> bool:
    """Whether it is the hub's turn, which every place must say alike."""
    only = AccessRequest.objects.filter(pk=request.pk)
    row, line = with_rows(only).get(), with_turns(only).get()
    found = {
        "rule": is_hubs_turn(AccessRequest.objects.get(pk=request.pk)),
        "annotated": is_hubs_turn(row),
        "list": str(turn_of(row)) == "Hub staff",
        "desk": request in waiting_for(fresh(hedda)),
        "clock": Part.HUB in Turn(AccessRequest.objects.get(pk=request.pk)).parts,
    }
    if str(turn_of(row)) != "Nobody":
        found["page"] = turn_in(line).hub
    assert len(set(found.values())) == 1, found
    return found["rule"]


def task(request: AccessRequest) -> Task:
    return task_of_hub(AccessRequest.objects.get(pk=request.pk))


def heap(user: User, slug: str = "waiting") -> list[Any]:
    client = Client()
    client.force_login(fresh(user))
    sections = client.get(reverse("admin:index")).context["sections"]
    return next((section.rows for section in sections if section.slug == slug), [])


def drop(dataset: Dataset, *places: int) -> None:
    """The page names these providers no longer, as the importer writes it."""
    for place in places:
        rows = DatasetProvider.objects.filter(dataset=dataset, provider=provider_of(dataset, place))
        rows.update(retired_at=timezone.now())


def without_address(dataset: Dataset, place: int) -> Provider:
    """A provider for whom the register has no address."""
    provider = provider_of(dataset, place)
    Provider.objects.filter(pk=provider.pk).update(email="", identifier="")
    return provider


def clock(days: int) -> list[tuple[str, str]]:
    """The mails that the clock writes so many days after the beginning."""
    before = set(Mail.objects.values_list("pk", flat=True))
    with time_machine.travel(BEGUN + timedelta(days=days), tick=False):
        tasks.remind()
    return sorted(Mail.objects.exclude(pk__in=before).values_list("kind", "recipient"))


@pytest.mark.parametrize("status", [status for status in REACHED if status != Status.DRAFT])
def test_every_place_says_the_same(request_at: RequestAt, hedda: User, status: Status) -> None:
    assert hubs(request_at(status), hedda) == (status in {Status.DECIDED, Status.GRANTED})


class TestNobodyLeftToVote:
    """Votes are missing, and nobody who could give one can be reached: hub staff's turn."""

    def test_the_page_dropped_the_only_decider_without_a_vote(
        self, brgandi: Dataset, ada: User, per: User, hedda: User
    ) -> None:
        set_policy(license_of(brgandi), quorum="all")
        request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
        assert not hubs(request, hedda)
        drop(brgandi, 2)
        assert hubs(request, hedda)
        assert task(request) == Task.REACH
        (row,) = heap(hedda)
        assert "no longer named on the page: excuse them or record their answer" in str(row.why)
        done = actions.excuse(request=request, by=hedda, provider=provider_of(brgandi, 2), reason="Left.")
        assert done.status == Status.APPROVED

    def test_hub_staff_are_reminded_and_it_is_escalated(self, brgandi: Dataset, ada: User) -> None:
        with time_machine.travel(BEGUN, tick=False):
            sent(ada, brgandi)
        drop(brgandi, 1, 2)
        assert clock(7) == [("reminder", HUB)]
        text = " ".join(Mail.objects.get(kind="reminder").text.split())
        assert "can be reached, or the dataset's page names them no longer: excuse them" in text
        assert clock(14) == [("escalation", HUB)]
        assert "Hub staff, to excuse deciders who cannot be reached" in Mail.objects.get(kind="escalation").text

    def test_dropped_after_the_deciders_were_reminded(self, brgandi: Dataset, ada: User) -> None:
        with time_machine.travel(BEGUN, tick=False):
            sent(ada, brgandi)
        assert clock(7) == [("reminder", PETRA), ("reminder", PER)]
        drop(brgandi, 1, 2)
        assert clock(8) == [("reminder", HUB)]

    def test_no_address_and_no_account(self, brgandi: Dataset, ada: User, per: User, hedda: User) -> None:
        set_policy(license_of(brgandi), quorum="all")
        provider = without_address(brgandi, 2)
        request = sent(ada, brgandi)
        assert not hubs(request, hedda), "Per can be reached"
        actions.decide(request=request, by=per, answer=Answer.APPROVE)
        assert hubs(request, hedda)
        cast.act_for(cast.make_user("new@provider.example", "New"), provider)
        assert not hubs(request, hedda), "somebody acts for the provider by now"

    def test_whose_right_was_ended(self, brgandi: Dataset, ada: User, per: User, petra: User, hedda: User) -> None:
        set_policy(license_of(brgandi), quorum="all")
        request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
        end_link(ProviderLink.objects.in_force().get(user=petra), by=hedda)
        assert hubs(request, hedda)

    def test_a_provider_who_may_not_know_of_it(self, brgandi: Dataset, ada: User, hedda: User) -> None:
        request = sent(ada, brgandi)
        later = timezone.now() + timedelta(days=1)
        DatasetProvider.objects.filter(dataset=brgandi).update(confirmed=False, added_at=later)
        assert hubs(request, hedda)

    @pytest.mark.parametrize("way", ["forward", "reopen"])
    def test_hub_staff_read_of_it_when_they_open_a_round(
        self, brgandi: Dataset, ada: User, rut: User, hedda: User, way: str
    ) -> None:
        if way == "forward":
            set_policy(license_of(brgandi), triage=True)
        request = sent(ada, brgandi)
        if way == "reopen":
            request = actions.close(request=request, by=hedda, reason="Too early.")
        provider = without_address(brgandi, 2)
        if way == "forward":
            actions.forward(request=request, by=hedda)
        else:
            actions.reopen(request=request, by=hedda, reason="Now.")
        mail = Mail.objects.filter(kind="asked-of-others", recipient=HUB).latest("pk")
        assert mail.subject.startswith("Reach a provider: access to BRGANDI")
        assert f"No mail could be sent to: {provider.name}." in mail.text

    def test_who_can_be_reached_is_no_news(self, brgandi: Dataset, ada: User, hedda: User) -> None:
        set_policy(license_of(brgandi), triage=True)
        actions.forward(request=sent(ada, brgandi), by=hedda)
        assert not Mail.objects.filter(kind="asked-of-others", recipient=HUB).exists()


class TestApproved:
    """Before access opens: the people named, and hub staff where nobody else can go on."""

    def test_only_the_paper_is_missing(
        self, brgandi: Dataset, request_at: RequestAt, rut: User, per: User, hedda: User
    ) -> None:
        set_policy(license_of(brgandi), agreement=True)
        request = request_at(Status.APPROVED)
        assert not hubs(request, hedda)
        confirm(request, rut)
        assert hubs(request, hedda)
        assert task(request) == Task.SIGN
        assert [str(row.why) for row in heap(hedda)] == ["Only the signed agreement is missing; to be recorded"]
        assert heap(per) == []

    def test_whoever_is_needed_declined(self, request_at: RequestAt, brgandi: Dataset, rut: User, hedda: User) -> None:
        request = request_at(Status.APPROVED)
        actions.decline_part(request=request, by=fresh(rut))
        assert hubs(request, hedda)
        assert task(request) == Task.REPLACE
        found = turn_in(with_turns(AccessRequest.objects.filter(pk=request.pk)).get())
        assert (found.names, found.what) == (["AIDA Data Hub"], "to name somebody else for Rut Ek, who declined")
        cast.change_license(brgandi)
        assert hubs(request, hedda), "also where the applicant must accept anew"

    def test_declined_before_the_review(self, brgandi: Dataset, ada: User, rut: User, hedda: User) -> None:
        set_policy(license_of(brgandi), needed_before="review")
        request = sent(ada, brgandi)
        assert not hubs(request, hedda)
        actions.decline_part(request=request, by=fresh(rut))
        assert hubs(request, hedda)
        assert [str(row.why) for row in heap(hedda)] == ["Somebody who is needed declined; name somebody else"]

    def test_a_member_who_declined_holds_up_nothing(self, request_at: RequestAt, mia: User, hedda: User) -> None:
        request = request_at(Status.APPROVED, cast.MIA)
        actions.decline_part(request=request, by=fresh(mia))
        assert not hubs(request, hedda)

    def test_hub_staff_who_are_named_have_no_turn(
        self, brgandi: Dataset, request_at: RequestAt, rut: User, hedda: User
    ) -> None:
        set_policy(license_of(brgandi), agreement=True)
        gun = cast.make_user("gun@hub.example", "Gun Hub", is_hub_staff=True)
        request = confirm(request_at(Status.APPROVED, Named(Part.MEMBER, "Gun Hub", "", gun.email, "UU")), rut)
        assert request in waiting_for(fresh(hedda))
        assert request not in waiting_for(fresh(gun))

    @pytest.mark.parametrize("needed", ["applicant", "recipient-scientist", "signatory", "everybody"])
    def test_the_lists_ask_for_the_same_people_as_the_page(
        self, brgandi: Dataset, request_at: RequestAt, rut: User, sune: User, mia: User, hedda: User, needed: str
    ) -> None:
        """Step by step: whether anybody but hub staff is waited for, by the database and by the one request."""
        set_policy(license_of(brgandi), agreement=True, needed=needed)
        request = request_at(Status.APPROVED, cast.MIA)
        steps: list[Callable[[], object]] = [
            lambda: confirm(request, rut),
            lambda: confirm(request, sune),
            lambda: confirm(request, mia),
            lambda: cast.change_license(brgandi),
        ]
        for step in (lambda: None, *steps):
            step()
            people = [each for each in open_conditions(AccessRequest.objects.get(pk=request.pk)) if each.person]
            assert hubs(request, hedda) == (not people)
