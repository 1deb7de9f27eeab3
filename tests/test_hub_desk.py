"""What waits for whom: one page for hub staff, with names, and one click to take a request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access_requests import actions, desk
from access_requests.models import AccessRequest
from access_requests.turns import turn_in, with_turns
from access_requests.workflow import Answer, Needed, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, DatasetProvider, Provider
from tests.cast import (
    AIDA_PRESET,
    RequestAt,
    by_hub,
    confirm,
    draft_of,
    fresh,
    license_of,
    make_user,
    provider_of,
    sent,
    set_policy,
)
from tests.support.access import hand_over
from tests.support.requests import copy_of

PAGE = reverse("admin:access_requests_accessrequest_waiting")
DESK = reverse("admin:index")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def lines(user: User, **query: str) -> list[Any]:
    page = browser(user).get(PAGE, query)
    assert page.status_code == 200
    return list(page.context["lines"])


def turn(request: AccessRequest) -> tuple[list[str], str]:
    found = turn_in(with_turns(AccessRequest.objects.filter(pk=request.pk)).get())
    return found.names, found.what


def assign_url(request: AccessRequest) -> str:
    return reverse("admin:access_requests_accessrequest_assign", args=(request.reference,))


class TestWhoseTurn:
    """By name, from what the request really waits for."""

    def test_the_deciders_who_have_not_voted(self, brgandi: Dataset, ada: User, per: User, hedda: User) -> None:
        set_policy(license_of(brgandi), quorum="all")
        request = sent(ada, brgandi)
        first, second = provider_of(brgandi, 1), provider_of(brgandi, 2)
        assert set(turn(request)[0]) == {first.name, second.name}
        actions.decide(request=request, by=per, answer=Answer.APPROVE)
        assert turn(request) == ([second.name], "to decide")
        actions.void_votes(request=request, by=hedda, voter=per)
        assert set(turn(request)[0]) == {first.name, second.name}
        actions.excuse(request=request, by=hedda, provider=second, reason="Away.")
        assert turn(request)[0] == [first.name]

    def test_named_people_before_the_review_then_hub_staff(
        self, brgandi: Dataset, ada: User, rut: User, hedda: User, petra: User, per: User
    ) -> None:
        set_policy(license_of(brgandi), **AIDA_PRESET)
        request = sent(ada, brgandi)
        assert turn(request) == (["Rut Ek"], "to confirm their part before the deciders are asked")
        confirm(request, rut)
        assert turn(request) == (["AIDA Data Hub"], "to check the request and forward it")
        actions.forward(request=request, by=hedda)
        for person in (per, petra):
            actions.decide(request=request, by=person, answer=Answer.APPROVE)
        assert turn(request) == (["AIDA Data Hub"], "to confirm the outcome")

    def test_everybody_whose_confirmation_is_missing_before_access(
        self, brgandi: Dataset, ada: User, rut: User, per: User
    ) -> None:
        set_policy(license_of(brgandi), needed=Needed.SIGNATORY)
        request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
        assert turn(request) == (["Rut Ek", "Sune Holm"], "to confirm their part before access opens")
        confirm(request, rut)
        assert turn(request)[0] == ["Sune Holm"]

    def test_the_paper_is_hub_staffs(self, brgandi: Dataset, ada: User, per: User) -> None:
        set_policy(license_of(brgandi), needed=Needed.APPLICANT, agreement=True)
        request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
        assert turn(request) == (["AIDA Data Hub"], "to record the signed agreement")

    def test_the_applicant_and_the_hub_where_it_decides(
        self, brgandi: Dataset, other: Dataset, ada: User, per: User
    ) -> None:
        request = actions.send_back(request=sent(ada, brgandi), by=per, reason="Which scanner?")
        assert turn(request) == (["Ada Berg"], "to change or explain something")
        by_hub(license_of(other))
        assert turn(sent(ada, other)) == (["AIDA Data Hub"], "to decide")


class TestThePage:
    """Every open request, the longest waiting first."""

    def test_open_ones_oldest_first_and_no_others(
        self, brgandi: Dataset, other: Dataset, ada: User, alva: User, per: User, hedda: User
    ) -> None:
        first, second, over = sent(ada, brgandi), sent(alva, brgandi), sent(ada, other)
        AccessRequest.objects.filter(pk=second.pk).update(status_since=timezone.now() - timedelta(days=20))
        actions.withdraw(request=over, by=ada)
        draft_of(alva, other)
        found = lines(hedda)
        assert [line.shown.reference for line in found] == [second.reference, first.reference]
        assert found[0].shown.days >= 10
        text = browser(hedda).get(PAGE).content.decode()
        assert provider_of(brgandi, 1).name in text
        assert "2 requests wait" in text

    def test_what_is_granted_and_not_handed_over_is_there_until_it_is(self, request_at: RequestAt, hedda: User) -> None:
        request = request_at(Status.GRANTED)
        (found,) = lines(hedda)
        assert (found.turn.names, found.turn.what, found.turn.hub) == (["AIDA Data Hub"], "to hand the data over", True)
        actions.assign(request=request, by=hedda, to=hedda)
        assert len(lines(hedda, whose="mine")) == 1
        hand_over(request, hedda)
        assert lines(hedda) == []

    def test_of_own_requests_neither_votes_nor_who_takes_care(
        self, brgandi: Dataset, ada: User, per: User, hedda: User, sigrid: User
    ) -> None:
        set_policy(license_of(brgandi), quorum="all")
        request = sent(sigrid, brgandi)
        actions.assign(request=request, by=hedda, to=hedda)
        actions.decide(request=request, by=per, answer=Answer.APPROVE)
        second = provider_of(brgandi, 2)
        (found,) = lines(sigrid)
        assert (found.turn.names, found.turn.what, found.assignee) == (["The deciders"], "to decide", "")
        listed = reverse("admin:access_requests_accessrequest_changelist")
        for address in (PAGE, listed):
            page = browser(sigrid).get(address).content.decode()
            assert second.name not in page
            assert assign_url(request) not in page
            assert "Hedda Hub" not in page.partition("<tbody")[2].partition("</tbody>")[0]
        for whose in ("mine", "nobody"):
            assert lines(sigrid, whose=whose) == []
        for key in (str(hedda.public_id), "nobody"):
            assert request.reference not in browser(sigrid).get(listed, {"assigned": key}).content.decode()
        (found,) = lines(hedda)
        assert (found.turn.names, found.assignee) == ([second.name], "Hedda Hub")
        DatasetProvider.objects.filter(provider=second).update(retired_at=timezone.now())
        assert lines(sigrid)[0].turn.names == ["The deciders"]
        assert lines(hedda)[0].turn.hub

    def test_it_is_filtered_by_who_takes_care(
        self, brgandi: Dataset, other: Dataset, ada: User, alva: User, hedda: User, sigrid: User
    ) -> None:
        mine, hers, none = sent(ada, brgandi), sent(alva, brgandi), sent(ada, other)
        actions.assign(request=mine, by=hedda, to=hedda)
        actions.assign(request=hers, by=hedda, to=sigrid)
        assert [line.shown.reference for line in lines(hedda, whose="mine")] == [mine.reference]
        assert [line.shown.reference for line in lines(hedda, whose="nobody")] == [none.reference]
        assert len(lines(hedda, whose="all")) == len(lines(hedda, whose="invented")) == 3
        User.objects.filter(pk=sigrid.pk).update(is_active=False)
        assert len(lines(hedda, whose="nobody")) == 2, "who left takes care of nothing"

    def test_only_hub_staff_find_it(self, brgandi: Dataset, ada: User, per: User, sigrid: User) -> None:
        sent(ada, brgandi)
        assert len(lines(sigrid)) == 1
        for person in (per, ada):
            assert browser(person).get(PAGE).status_code == 404
        assert Client().get(PAGE)["Location"].startswith("/admin/login/")
        assert browser(sigrid).post(PAGE).status_code == 405
        assert "What waits for whom" in browser(sigrid).get(DESK).content.decode()
        assert "What waits for whom" not in browser(per).get(DESK).content.decode()

    def test_it_says_when_nothing_waits(self, hedda: User) -> None:
        assert "Nothing waits here" in browser(hedda).get(PAGE).content.decode()

    @pytest.mark.parametrize("page", ["2", "99", "zebra", "-1"])
    def test_pages(self, brgandi: Dataset, ada: User, hedda: User, page: str) -> None:
        request = sent(ada, brgandi)
        for number in range(54):
            copy_of(request, number)
        assert len(lines(hedda)) == 50
        assert len(lines(hedda, page=page)) == (50 if page in {"zebra"} else 5)

    def test_as_many_queries_for_fifty_as_for_two(self, brgandi: Dataset, ada: User, hedda: User) -> None:
        request = sent(ada, brgandi)
        copy_of(request, 1)
        client = browser(hedda)

        def queries() -> int:
            with CaptureQueriesContext(connection) as found:
                assert client.get(PAGE).status_code == 200
            return len(found)

        queries()
        few = queries()
        for number in range(2, 50):
            copy_of(request, number)
        assert queries() == few
        assert few <= 20


class TestTaking:
    """One click from the desk and the list."""

    def test_take_and_give_back(self, request_at: RequestAt, hedda: User) -> None:
        request = request_at(Status.IN_REVIEW)
        client = browser(hedda)
        answer = client.post(assign_url(request), {"to": "me", "next": f"{PAGE}?whose=all"})
        assert answer["Location"] == f"{PAGE}?whose=all"
        assert AccessRequest.objects.get().assigned_to == hedda
        assert "Give back" in client.get(PAGE).content.decode()
        client.post(assign_url(request), {"to": "", "next": PAGE})
        assert AccessRequest.objects.get().assigned_to is None

    def test_from_the_list(self, request_at: RequestAt, hedda: User, per: User) -> None:
        request = request_at(Status.IN_REVIEW)
        address = reverse("admin:access_requests_accessrequest_changelist")
        assert f'formaction="{assign_url(request)}"' in browser(hedda).get(address).content.decode()
        assert "formaction" not in browser(per).get(address).content.decode()

    def test_to_a_colleague(self, request_at: RequestAt, hedda: User, sigrid: User) -> None:
        request = request_at(Status.IN_REVIEW)
        answer = browser(hedda).post(assign_url(request), {"to": str(sigrid.public_id)}, follow=True)
        assert "is assigned to Sigrid Super" in answer.content.decode()
        assert answer.redirect_chain[0][0].endswith(f"{request.reference}/change/")

    def test_it_leads_nowhere_else(self, request_at: RequestAt, hedda: User) -> None:
        request = request_at(Status.IN_REVIEW)
        answer = browser(hedda).post(assign_url(request), {"to": "me", "next": "https://evil.example/"})
        assert answer["Location"].startswith("/admin/")

    @pytest.mark.parametrize("key", ["zebra", "00000000-0000-4000-8000-000000000000"])
    def test_nobody_of_that_key(self, request_at: RequestAt, hedda: User, key: str) -> None:
        assert browser(hedda).post(assign_url(request_at(Status.IN_REVIEW)), {"to": key}).status_code == 404

    def test_to_somebody_who_is_no_hub_staff_is_refused(self, request_at: RequestAt, hedda: User, per: User) -> None:
        answer = browser(hedda).post(assign_url(request_at(Status.IN_REVIEW)), {"to": str(per.public_id)})
        assert answer.status_code == 403
        assert "hub staff who are not named in it" in answer.content.decode()

    def test_ladder(self, request_at: RequestAt, hedda: User, per: User, opal: User, otto: User) -> None:
        address = assign_url(request_at(Status.IN_REVIEW))
        assert browser(per).post(address, {"to": "me"}).status_code == 403
        for person in (opal, otto):
            assert browser(person).post(address, {"to": "me"}).status_code == 404
        assert Client().post(address).status_code == 302
        assert browser(hedda).get(address).status_code == 405


class TestHeaps:
    """More heaps on the desk of hub staff."""

    def heap(self, user: User, slug: str) -> list[Any]:
        sections = browser(user).get(DESK).context["sections"]
        return next((section.rows for section in sections if section.slug == slug), [])

    @pytest.mark.parametrize("status", [Status.IN_REVIEW, Status.RETURNED, Status.DECIDED])
    def test_late_are_those_that_wait_for_others(self, request_at: RequestAt, hedda: User, status: Status) -> None:
        request = request_at(status)
        then = timezone.now() - timedelta(days=60)
        AccessRequest.objects.filter(pk=request.pk).update(status_since=then, changed_at=then)
        heaps = {slug: [row.detail for row in self.heap(hedda, slug)] for slug in ("late", "waiting")}
        line = [row for rows in heaps.values() for row in rows]
        assert len(line) == 1, "each request is in one of the two"
        assert bool(heaps["waiting"]) == (status == Status.DECIDED)

    def test_the_first_are_those_that_have_waited_longest(self, ada: User, otto: User, brgandi: Dataset) -> None:
        newer, older = sent(ada, brgandi), sent(otto, brgandi)
        assert newer.status == older.status
        AccessRequest.objects.filter(pk=older.pk).update(status_since=timezone.now() - timedelta(days=3))
        assert list(desk.longest(AccessRequest.objects.all(), 1)) == [older]
        assert list(desk.longest(AccessRequest.objects.all(), 2)) == [older, newer]

    @pytest.mark.parametrize(("status", "there"), [
        (Status.RETURNED, True), (Status.APPROVED, True), (Status.IN_REVIEW, False),
    ])  # fmt: skip
    def test_silent_for_sixty_days(self, request_at: RequestAt, hedda: User, status: Status, there: bool) -> None:
        request = request_at(status)
        for days, expected in ((59, False), (61, there)):
            then = timezone.now() - timedelta(days=days)
            AccessRequest.objects.filter(pk=request.pk).update(status_since=then, changed_at=then)
            rows = self.heap(hedda, "silent")
            assert bool(rows) == expected
        if there:
            client = browser(hedda)
            assert client.get(rows[0].url).status_code == 200
            client.post(rows[0].url, {"reason": "Nobody answered."})
            assert AccessRequest.objects.get().status == Status.CLOSED

    def test_people_who_declined(self, request_at: RequestAt, rut: User, hedda: User, per: User) -> None:
        request = request_at(Status.IN_REVIEW)
        actions.decline_part(request=request, by=fresh(rut), reason="I know nothing of this.")
        (row,) = self.heap(hedda, "declined")
        assert row.title == "Rut Ek declined to be recipient scientist"
        assert request.reference in row.detail
        assert self.heap(per, "declined") == []

    def test_failed_mails_but_those_about_own_requests(
        self, brgandi: Dataset, ada: User, per: User, hedda: User, sigrid: User
    ) -> None:
        request = actions.decide(request=sent(sigrid, brgandi), by=per, answer=Answer.APPROVE)
        others = sent(ada, brgandi)
        Mail.objects.update(status=Mail.Status.FAILED, last_error="550")
        assert self.heap(hedda, "mails")
        found = {row.title.rpartition("[")[2].rstrip("]") for row in self.heap(sigrid, "mails")}
        assert found == {others.reference}
        Mail.objects.exclude(about__startswith=f"{request.reference}/").delete()
        assert self.heap(sigrid, "mails") == []
        assert self.heap(hedda, "mails")

    def test_people_who_declined_after_access_opened(self, request_at: RequestAt, rut: User, hedda: User) -> None:
        actions.decline_part(request=request_at(Status.GRANTED), by=fresh(rut))
        assert [row.title for row in self.heap(hedda, "declined")] == ["Rut Ek declined to be recipient scientist"]

    def test_an_address_that_refuses_mail(self, request_at: RequestAt, brgandi: Dataset, hedda: User) -> None:
        request_at(Status.IN_REVIEW)
        provider = provider_of(brgandi, 1)
        assert self.heap(hedda, "bounced") == []
        last = Mail.objects.filter(recipient=provider.email).latest("pk")
        Mail.objects.filter(pk=last.pk).update(status=Mail.Status.FAILED, last_error="550 no such person")
        (row,) = self.heap(hedda, "bounced")
        assert (row.title, row.why) == (provider.name, "550 no such person")
        assert provider.email in row.detail
        Mail.objects.create(about="x", kind="x", recipient=provider.email, subject="S", text="T", message_id="<2@t>")
        assert self.heap(hedda, "bounced") == [], "a later one may arrive"
        assert Provider.objects.filter(pk=provider.pk).exists()


def test_nobody_but_hub_staff_reads_names_of_who_is_waited_for(brgandi: Dataset, ada: User, per: User) -> None:
    """A provider's list says whose turn it is, not who of the named has not confirmed."""
    set_policy(license_of(brgandi), **AIDA_PRESET)
    sent(ada, brgandi)
    page = browser(per).get(reverse("admin:access_requests_accessrequest_changelist")).content.decode()
    assert "to confirm their part" not in page
    assert make_user("x@y.example", "X").pk
