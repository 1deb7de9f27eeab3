"""The buttons around a decision: excuse, take up again, register number; and the draft of the hub's own words."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access_requests import actions
from access_requests.models import AccessRequest, Decider, SealedText
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import AIDA_PRESET, RequestAt, by_hub, confirm, fresh, license_of, provider_of, sent, set_policy
from tests.support.asking import read


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_url(request: AccessRequest) -> str:
    return reverse("admin:access_requests_accessrequest_change", args=(request.reference,))


def step_url(request: AccessRequest, slug: str) -> str:
    return reverse("admin:access_requests_accessrequest_step", args=(request.reference, slug))


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().replace("&#x27;", "'").split())


def around(user: User, request: AccessRequest) -> dict[str, bool]:
    """The buttons around the decision that somebody sees, and whether each can be used."""
    page = browser(user).get(page_url(request))
    assert page.status_code == 200
    return {offer.step.slug: bool(offer.allowed) for offer in page.context["around"]}


def status_of(request: AccessRequest) -> str:
    return str(AccessRequest.objects.get(pk=request.pk).status)


@pytest.fixture
def asked(brgandi: Dataset, ada: User, per: User, petra: User, hedda: User) -> AccessRequest:
    """In review; both deciders' votes are waited for."""
    set_policy(license_of(brgandi), quorum="all")
    return sent(ada, brgandi)


class TestOffers:
    """Which of them are offered when, and to whom."""

    def test_in_review(self, asked: AccessRequest, per: User, hedda: User) -> None:
        assert around(hedda, asked) == {"excuse": True, "register": True}
        assert around(per, asked) == {"excuse": True}

    @pytest.mark.parametrize("status", [Status.REJECTED, Status.WITHDRAWN, Status.CLOSED, Status.REVOKED])
    def test_over(self, request_at: RequestAt, status: Status, per: User, hedda: User) -> None:
        request = request_at(status)
        assert around(hedda, request) == {"reopen": True, "register": True}
        assert around(per, request) == {}

    @pytest.mark.parametrize("status", [Status.APPROVED, Status.GRANTED, Status.RETURNED, Status.EXPIRED])
    def test_between(self, request_at: RequestAt, status: Status, hedda: User) -> None:
        assert around(hedda, request_at(status)) == {"register": True}

    def test_over_because_the_last_one_left(self, request_at: RequestAt, ada: User, rut: User, hedda: User) -> None:
        request = actions.leave(request=actions.leave(request=request_at(Status.GRANTED), by=rut), by=ada)
        assert request.status == Status.EXPIRED
        assert around(hedda, request) == {"reopen": True, "register": True}

    def test_where_the_hub_decides_nobody_is_excused(self, brgandi: Dataset, ada: User, hedda: User) -> None:
        by_hub(license_of(brgandi))
        assert around(hedda, sent(ada, brgandi)) == {"register": True}

    def test_whoever_is_named_sees_none_of_it(self, asked: AccessRequest, rut: User, hedda: User) -> None:
        actions.register(request=asked, by=hedda, number="XREGISTERX")
        User.objects.filter(pk=rut.pk).update(is_hub_staff=True)
        text = text_of(browser(rut).get(page_url(asked)))
        assert "Around this request" not in text
        assert "XREGISTERX" not in text

    def test_it_says_who_takes_care_and_under_which_number(
        self, asked: AccessRequest, per: User, ada: User, hedda: User
    ) -> None:
        actions.assign(request=asked, by=hedda, to=hedda)
        actions.register(request=asked, by=hedda, number="LIU-2026-04711")
        for person in (hedda, per):
            text = text_of(browser(person).get(page_url(asked)))
            assert "LIU-2026-04711" in text
            assert "Taken care of by</dt> <dd>Hedda Hub</dd>" in text
        assert "Assign to" not in text_of(browser(per).get(page_url(asked)))
        page = read(Client(), ada, asked)
        assert "04711" not in page
        assert "Hedda" not in page

    def test_the_page_takes_as_many_queries_with_ten_events_more(
        self, asked: AccessRequest, hedda: User, sigrid: User
    ) -> None:
        client = browser(hedda)
        actions.assign(request=asked, by=hedda, to=sigrid)

        def queries() -> int:
            with CaptureQueriesContext(connection) as found:
                assert client.get(page_url(asked)).status_code == 200
            return len(found)

        queries()
        few = queries()
        for to in (hedda, sigrid) * 5:
            actions.assign(request=asked, by=hedda, to=to)
        assert queries() == few


class TestExcuse:
    """The decider is chosen, the reason given."""

    def test_hub_staff_choose_one(self, asked: AccessRequest, brgandi: Dataset, hedda: User) -> None:
        client, first = browser(hedda), provider_of(brgandi, 1)
        text = text_of(client.get(step_url(asked, "excuse")))
        for words in (first.name, provider_of(brgandi, 2).name, "the applicant does not", "is not waited for"):
            assert words in text
        answer = client.post(step_url(asked, "excuse"), {"provider": str(first.pk), "reason": "Left in May."})
        assert answer["Location"] == page_url(asked)
        decider = Decider.objects.get(provider=first)
        assert decider.excused_by == hedda
        text = text_of(client.get(page_url(asked)))
        assert "Excused by Hedda Hub" in text
        assert "Left in May." in text

    def test_a_decider_excuses_themselves(
        self, asked: AccessRequest, brgandi: Dataset, per: User, ada: User, petra: User
    ) -> None:
        client = browser(per)
        text = text_of(client.get(step_url(asked, "excuse")))
        assert provider_of(brgandi, 2).name not in text.split('class="rd-form"')[1]
        client.post(step_url(asked, "excuse"), {"provider": str(provider_of(brgandi, 1).pk), "reason": "My student."})
        assert Decider.objects.exclude(excused_at=None).get().provider == provider_of(brgandi, 1)
        assert "My student." in text_of(browser(petra).get(page_url(asked)))
        assert "My student." not in read(Client(), ada, asked)

    @pytest.mark.parametrize("given", [{}, {"reason": "Away."}, {"provider": "x", "reason": "Away."}])
    def test_bad_input_says_what(self, asked: AccessRequest, hedda: User, given: dict[str, str]) -> None:
        page = browser(hedda).post(step_url(asked, "excuse"), given)
        assert page.status_code == 200
        assert page.context["form"].errors
        assert not Decider.objects.exclude(excused_at=None).exists()

    def test_another_decider_is_no_choice(self, asked: AccessRequest, brgandi: Dataset, per: User) -> None:
        given = {"provider": str(provider_of(brgandi, 2).pk), "reason": "Away."}
        assert browser(per).post(step_url(asked, "excuse"), given).status_code == 200
        assert not Decider.objects.exclude(excused_at=None).exists()

    def test_the_one_who_was_excused_is_offered_no_more(
        self, asked: AccessRequest, brgandi: Dataset, per: User, hedda: User
    ) -> None:
        actions.excuse(request=asked, by=hedda, provider=provider_of(brgandi, 1), reason="Left.")
        assert around(per, asked) == {}
        record = browser(hedda).get(step_url(asked, "record"))
        assert provider_of(brgandi, 1).name not in text_of(record).split('class="rd-form"')[1]

    def test_ladder(self, asked: AccessRequest, ada: User, opal: User, otto: User, per: User) -> None:
        address = step_url(asked, "excuse")
        for person in (ada, opal, otto):
            assert browser(person).get(address).status_code == 404
            assert browser(person).post(address, {"reason": "x"}).status_code == 404
        assert Client().get(address)["Location"].startswith("/admin/login/")
        assert browser(per).put(address).status_code == 405
        actions.decide(request=asked, by=fresh(per), answer=Answer.APPROVE)
        actions.withdraw(request=asked, by=ada)
        assert browser(per).get(address).status_code == 403


class TestReopen:
    """A wrong rejection is undone."""

    def test_it_asks_why_and_says_who_reads_it(self, request_at: RequestAt, hedda: User) -> None:
        request, client = request_at(Status.REJECTED), browser(hedda)
        assert "The applicant, whoever is named and the deciders read the reason" in text_of(
            client.get(step_url(request, "reopen"))
        )
        assert client.post(step_url(request, "reopen"), {"reason": " "}).status_code == 200
        assert status_of(request) == Status.REJECTED
        answer = client.post(step_url(request, "reopen"), {"reason": "Clicked by mistake."}, follow=True)
        assert "is in review again" in text_of(answer)
        assert status_of(request) == Status.IN_REVIEW

    def test_too_late_it_says_so(self, request_at: RequestAt, hedda: User, settings: Any) -> None:
        settings.REOPEN_DAYS = -1
        page = browser(hedda).get(step_url(request_at(Status.REJECTED), "reopen"))
        assert page.status_code == 403
        assert "can be reopened within" in text_of(page)

    def test_a_provider_may_not(self, request_at: RequestAt, per: User) -> None:
        request = request_at(Status.REJECTED)
        assert browser(per).post(step_url(request, "reopen"), {"reason": "Please."}).status_code == 403
        assert status_of(request) == Status.REJECTED


class TestRegister:
    """Any time after it was sent."""

    @pytest.mark.parametrize("status", [Status.IN_REVIEW, Status.GRANTED, Status.CLOSED])
    def test_given_changed_and_taken_away(self, request_at: RequestAt, status: Status, hedda: User) -> None:
        request, client = request_at(status), browser(hedda)
        for number in ("LIU-2026-04711", "LIU-2026-04712", ""):
            assert client.post(step_url(request, "register"), {"number": number})["Location"] == page_url(request)
            assert AccessRequest.objects.get().register_number == number
            assert f'value="{number}"' in text_of(client.get(step_url(request, "register"))) or not number

    def test_too_long_says_so(self, request_at: RequestAt, hedda: User) -> None:
        page = browser(hedda).post(step_url(request_at(Status.IN_REVIEW), "register"), {"number": "9" * 101})
        assert page.context["form"].errors["number"]

    def test_hub_staff_only(self, request_at: RequestAt, per: User) -> None:
        assert browser(per).post(step_url(request_at(Status.IN_REVIEW), "register"), {"number": "7"}).status_code == 403


class TestConfirm:
    """The hub has votes and reasons in view, and the deciders' words as a draft of its own."""

    @pytest.fixture
    def decided(self, brgandi: Dataset, ada: User, rut: User, per: User, petra: User, hedda: User) -> AccessRequest:
        set_policy(license_of(brgandi), **AIDA_PRESET)
        request = actions.forward(request=confirm(sent(ada, brgandi), rut), by=hedda)
        actions.decide(request=request, by=per, answer=Answer.REJECT, reason="The plan is too vague.")
        return actions.decide(request=request, by=petra, answer=Answer.APPROVE, reason="A fine plan.")

    def test_the_reasons_for_the_outcome_are_the_draft(self, decided: AccessRequest, hedda: User) -> None:
        for slug, mine, others in (
            ("confirm-rejection", "The plan is too vague.", "A fine plan."),
            ("confirm-approval", "A fine plan.", "The plan is too vague."),
        ):
            page = browser(hedda).get(step_url(decided, slug))
            assert page.context["form"]["reason"].value() == mine
            text = text_of(page)
            for words in (mine, others, "Anders Eklund", "as a draft", "The applicant reads the reason"):
                assert words in text, words

    def test_only_what_hub_staff_leave_is_sent(self, decided: AccessRequest, ada: User, hedda: User) -> None:
        browser(hedda).post(step_url(decided, "confirm-rejection"), {"reason": "Please describe your plan."})
        page = read(Client(), ada, decided)
        assert "Please describe your plan." in page
        assert "too vague" not in page
        assert SealedText.objects.filter(text="Please describe your plan.").count() == 1

    def test_an_approval_may_go_without_words(self, decided: AccessRequest, hedda: User) -> None:
        browser(hedda).post(step_url(decided, "confirm-approval"), {"reason": ""})
        assert status_of(decided) in {Status.APPROVED, Status.GRANTED}

    def test_a_vote_that_was_set_aside_is_no_draft(
        self, brgandi: Dataset, ada: User, rut: User, per: User, petra: User, hedda: User
    ) -> None:
        set_policy(license_of(brgandi), **AIDA_PRESET)
        request = actions.forward(request=confirm(sent(ada, brgandi), rut), by=hedda)
        actions.decide(request=request, by=per, answer=Answer.REJECT, reason="Written by a thief.")
        actions.void_votes(request=request, by=hedda, voter=per)
        actions.decide(request=request, by=fresh(per), answer=Answer.REJECT, reason="Too vague.")
        actions.decide(request=request, by=petra, answer=Answer.REJECT, reason="No ethics.")
        page = browser(hedda).get(step_url(request, "confirm-rejection"))
        assert page.context["form"]["reason"].value() == "Too vague.\n\nNo ethics."

    def test_deciders_do_not_confirm(self, decided: AccessRequest, per: User) -> None:
        page = browser(per).get(step_url(decided, "confirm-approval"))
        assert page.status_code == 403
        assert "A fine plan." not in text_of(page)
