"""The decision page and its confirmation pages: what they show to whom, and what they do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from access_requests import actions
from access_requests.models import AccessRequest, Decision
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import ProviderLink, User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import (
    RequestAt,
    act_for,
    by_hub,
    change_license,
    draft_of,
    fill,
    license_of,
    make_user,
    provider_of,
    sent,
    set_policy,
)

Sign = Callable[[User], Client]


@pytest.fixture
def signed_in() -> Sign:
    """`signed_in(user)`: a browser in which they have signed in."""

    def sign(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign


def page_url(request: AccessRequest) -> str:
    return reverse("admin:access_requests_accessrequest_change", args=(request.reference,))


def step_url(request: AccessRequest, slug: str) -> str:
    return reverse("admin:access_requests_accessrequest_step", args=(request.reference, slug))


def text_of(page: Any) -> str:
    """The page's text with white space folded and HTML's quotes as people read them."""
    return " ".join(page.content.decode().replace("&#x27;", "'").split())


def offered(page: Any) -> dict[str, bool]:
    return {offer.step.slug: bool(offer.allowed) for offer in page.context["offers"]}


def status_of(request: AccessRequest) -> str:
    return str(AccessRequest.objects.get(pk=request.pk).status)


class TestThePage:
    """What it shows."""

    def test_who_asks_for_what_and_how_that_is_known(self, request_at: RequestAt, per: User, signed_in: Sign) -> None:
        request = request_at(Status.IN_REVIEW)
        page = signed_in(per).get(page_url(request))
        text = text_of(page)
        for words in (
            "Ada Berg asks for BRGANDI", "Uppsala University", "ada.berg@uu.example", "uu.example", "verified",
            "We compare segmentation networks", "Segmenting brain tumours", "Rut Ek", "Professor", "rut.ek@uu.example",
            "https://orcid.org/0000-0002-1825-0097", "Sune Holm", "Head of department", "Controlled access",
            "None that they signed in with", "was only typed", "text that was accepted", "Ada Berg sent the request",
        ):  # fmt: skip
            assert words in text, words
        assert offered(page) == {"approve": True, "reject": True, "send-back": True}
        assert "The request is approved at once" in text
        assert "The applicant reads the reason" in text

    def test_an_authenticated_orcid_and_the_service_are_named(
        self, brgandi: Dataset, ada: User, per: User, signed_in: Sign
    ) -> None:
        SocialAccount.objects.create(user=ada, provider="orcid", uid="0000-0001-5109-3700")
        text = text_of(signed_in(per).get(page_url(sent(ada, brgandi))))
        assert "signed in with it" in text
        assert "0000-0001-5109-3700" in text

    def test_what_changed_since_the_last_sending(
        self, request_at: RequestAt, ada: User, per: User, signed_in: Sign
    ) -> None:
        request = request_at(Status.RETURNED)
        request = actions.submit(request=fill(request, planned_use="We train with a Siemens scanner."), by=ada)
        page = signed_in(per).get(page_url(request))
        changed = [line.key for line in page.context["lines"] if line.changed]
        assert changed == ["planned_use"]
        assert "Sending number 2" in text_of(page)

    def test_earlier_requests_are_those_that_the_reader_may_see(
        self, brgandi: Dataset, other: Dataset, ada: User, per: User, opal: User, hedda: User, signed_in: Sign
    ) -> None:
        first = sent(ada, brgandi)
        actions.decide(request=first, by=per, answer=Answer.REJECT, reason="Too vague.")
        again, elsewhere = sent(ada, brgandi), sent(ada, other)
        text = text_of(signed_in(per).get(page_url(again)))
        assert first.reference in text
        assert "An earlier request by the same person was rejected" in text
        assert elsewhere.reference not in text
        text = text_of(signed_in(opal).get(page_url(elsewhere)))
        assert first.reference not in text
        assert again.reference not in text
        assert "was rejected" not in text
        text = text_of(signed_in(hedda).get(page_url(elsewhere)))
        assert first.reference in text

    def test_deciders_see_the_votes_and_the_applicant_nothing_of_this(
        self, brgandi: Dataset, ada: User, per: User, petra: User, hedda: User, signed_in: Sign
    ) -> None:
        set_policy(license_of(brgandi), quorum="all", confirm=True)
        request = sent(ada, brgandi)
        actions.decide(request=request, by=per, answer=Answer.REJECT, reason="I know this lab.")
        for person in (petra, hedda):
            text = text_of(signed_in(person).get(page_url(request)))
            assert "I know this lab." in text
            assert "Has not answered yet" in text
        assert signed_in(ada).get(page_url(request)).status_code == 404

    def test_somebody_who_is_named_sees_no_votes_and_no_usable_button(
        self, brgandi: Dataset, ada: User, per: User, petra: User, signed_in: Sign
    ) -> None:
        set_policy(license_of(brgandi), quorum="all")
        rut = make_user("rut.ek@uu.example", "Rut Ek")
        act_for(rut, provider_of(brgandi, 3))
        request = sent(ada, brgandi)
        actions.decide(request=request, by=per, answer=Answer.REJECT, reason="I know this lab.")
        page = signed_in(rut).get(page_url(request))
        assert page.context["rounds"] == []
        assert not any(offered(page).values())
        assert "I know this lab." not in text_of(page)
        assert "You are named in this request" in text_of(page)
        for slug in ("approve", "reject", "send-back"):
            assert signed_in(rut).post(step_url(request, slug), {"reason": "Mine."}).status_code == 403

    def test_nothing_is_offered_when_it_is_over(self, request_at: RequestAt, per: User, signed_in: Sign) -> None:
        page = signed_in(per).get(page_url(request_at(Status.REJECTED)))
        assert offered(page) == {}
        assert "Nothing is left to decide" in text_of(page)

    def test_a_button_that_may_not_be_used_says_why(
        self, brgandi: Dataset, ada: User, per: User, hedda: User, signed_in: Sign
    ) -> None:
        set_policy(license_of(brgandi), triage=True)
        request = sent(ada, brgandi)
        page = signed_in(per).get(page_url(request))
        assert offered(page) == {"approve": False, "reject": False, "send-back": False}
        assert "disabled" in page.content.decode()
        assert all(offer.allowed.why in text_of(page) for offer in page.context["offers"])

    def test_hostile_answers_stay_text(self, brgandi: Dataset, ada: User, per: User, signed_in: Sign) -> None:
        draft = draft_of(ada, brgandi)
        hostile = "<script>alert(1)</script> & <img src=x onerror=alert(2)>"
        request = actions.submit(request=fill(draft, planned_use=hostile, recipient_name=hostile), by=ada)
        html = signed_in(per).get(page_url(request)).content.decode()
        assert "<script>alert" not in html
        assert "<img src=x" not in html

    def test_it_needs_a_bounded_number_of_queries(
        self, request_at: RequestAt, per: User, hedda: User, signed_in: Sign, django_assert_max_num_queries: Any
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        for person in (per, hedda):
            client = signed_in(person)
            with django_assert_max_num_queries(45):
                client.get(page_url(request))


class TestDeciding:
    """What the confirmation pages do."""

    def test_a_get_changes_nothing_and_says_what_will_happen(
        self, request_at: RequestAt, per: User, signed_in: Sign
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        for slug in ("approve", "reject", "send-back"):
            page = signed_in(per).get(step_url(request, slug))
            assert page.status_code == 200
            assert "Ada Berg" in text_of(page)
        assert status_of(request) == Status.IN_REVIEW

    def test_approve(self, request_at: RequestAt, per: User, signed_in: Sign) -> None:
        request = request_at(Status.IN_REVIEW)
        page = signed_in(per).post(step_url(request, "approve"), follow=True)
        assert page.redirect_chain == [(reverse("admin:index"), 302)]
        assert f"{request.reference}: your approval is recorded." in text_of(page)
        assert status_of(request) == Status.APPROVED
        assert Mail.objects.filter(about__startswith=request.reference, recipient="ada.berg@uu.example").exists()

    def test_reject_needs_a_reason(self, request_at: RequestAt, per: User, signed_in: Sign) -> None:
        request = request_at(Status.IN_REVIEW)
        page = signed_in(per).post(step_url(request, "reject"), {"reason": "  "})
        assert page.status_code == 200
        assert "Something is missing" in text_of(page)
        assert status_of(request) == Status.IN_REVIEW
        signed_in(per).post(step_url(request, "reject"), {"reason": "The plan is too vague."})
        assert status_of(request) == Status.REJECTED

    def test_send_back(self, request_at: RequestAt, per: User, signed_in: Sign) -> None:
        request = request_at(Status.IN_REVIEW)
        signed_in(per).post(step_url(request, "send-back"), {"reason": "Which scanner?"})
        assert status_of(request) == Status.RETURNED

    def test_afterwards_the_next_one_that_waits(
        self, brgandi: Dataset, ada: User, alva: User, per: User, signed_in: Sign
    ) -> None:
        first, second = sent(ada, brgandi), sent(alva, brgandi)
        page = signed_in(per).post(step_url(first, "approve"), follow=True)
        assert page.redirect_chain == [(page_url(second), 302)]
        assert "This is the next request that waits for you." in text_of(page)

    def test_a_second_click_gets_a_sentence(self, request_at: RequestAt, per: User, signed_in: Sign) -> None:
        request = request_at(Status.IN_REVIEW)
        client = signed_in(per)
        client.post(step_url(request, "approve"))
        page = client.post(step_url(request, "approve"))
        assert page.status_code == 403
        assert "This is not possible now" in text_of(page)

    def test_too_long_a_reason(self, request_at: RequestAt, per: User, signed_in: Sign) -> None:
        request = request_at(Status.IN_REVIEW)
        assert signed_in(per).post(step_url(request, "reject"), {"reason": "x" * 1_000_000}).status_code == 200
        assert signed_in(per).post(step_url(request, "reject"), {"reason": "x\0y"}).status_code == 200
        assert status_of(request) == Status.IN_REVIEW

    def test_other_methods(self, request_at: RequestAt, per: User, signed_in: Sign) -> None:
        request, client = request_at(Status.IN_REVIEW), signed_in(per)
        assert client.post(page_url(request)).status_code == 405
        assert client.put(step_url(request, "approve")).status_code == 405

    def test_somebody_who_acts_for_two_says_for_whom(
        self, brgandi: Dataset, ada: User, per: User, signed_in: Sign
    ) -> None:
        per = act_for(per, provider_of(brgandi, 2))
        request = sent(ada, brgandi)
        page = signed_in(per).get(step_url(request, "approve"))
        names = [label for _value, label in page.context["form"].fields["provider"].choices]
        assert len(names) == 2
        assert signed_in(per).post(step_url(request, "approve")).status_code == 200
        assert status_of(request) == Status.IN_REVIEW
        signed_in(per).post(step_url(request, "approve"), {"provider": provider_of(brgandi, 2).pk})
        assert Decision.objects.get().provider == provider_of(brgandi, 2)

    def test_nobody_votes_for_another_provider(self, brgandi: Dataset, ada: User, per: User, signed_in: Sign) -> None:
        request = sent(ada, brgandi)
        signed_in(per).post(step_url(request, "approve"), {"provider": provider_of(brgandi, 2).pk})
        assert Decision.objects.get().provider == provider_of(brgandi, 1)

    @pytest.mark.parametrize("slug", ["record", "forward", "confirm-approval", "confirm-rejection", "close"])
    def test_a_provider_does_nothing_that_is_the_hubs(
        self, request_at: RequestAt, per: User, signed_in: Sign, slug: str
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        data = {
            "reason": "Mine.", "answer": "approve", "evidence": "From: me",
            "provider": provider_of(request.dataset, 2).pk,
        }  # fmt: skip
        page = signed_in(per).post(step_url(request, slug), data)
        assert page.status_code == 403 or not Decision.objects.exists()
        assert status_of(request) == Status.IN_REVIEW


class TestTheHub:
    """What hub staff do."""

    def test_records_an_answer_that_came_by_mail(
        self, brgandi: Dataset, ada: User, per: User, hedda: User, signed_in: Sign
    ) -> None:
        request = sent(ada, brgandi)
        client = signed_in(hedda)
        page = client.get(page_url(request))
        assert offered(page) == {"record": True, "send-back": True, "close": True}
        provider = provider_of(brgandi, 1)
        data = {"provider": provider.pk, "answer": "approve", "evidence": ""}
        assert "Something is missing" in text_of(client.post(step_url(request, "record"), data))
        assert not Decision.objects.exists()
        client.post(step_url(request, "record"), {**data, "evidence": "From: the provider\n\nYes, by all means."})
        decision = Decision.objects.get()
        assert (decision.provider, decision.by, decision.answer) == (provider, hedda, Answer.APPROVE)
        assert decision.evidence is not None
        assert "by all means" in decision.evidence.text
        assert status_of(request) == Status.APPROVED
        assert "by all means" in text_of(client.get(page_url(request)))
        assert "by all means" not in text_of(signed_in(per).get(page_url(request)))

    def test_a_rejection_by_mail_needs_its_reason(
        self, brgandi: Dataset, ada: User, hedda: User, signed_in: Sign
    ) -> None:
        request = sent(ada, brgandi)
        data = {"provider": provider_of(brgandi, 1).pk, "answer": "reject", "evidence": "From: the provider\n\nNo."}
        assert "Please give the reason" in text_of(signed_in(hedda).post(step_url(request, "record"), data))
        signed_in(hedda).post(step_url(request, "record"), {**data, "reason": "They said no."})
        assert status_of(request) == Status.REJECTED

    def test_checks_forwards_and_confirms(
        self, brgandi: Dataset, ada: User, per: User, hedda: User, signed_in: Sign
    ) -> None:
        set_policy(license_of(brgandi), triage=True, confirm=True)
        request = sent(ada, brgandi)
        client = signed_in(hedda)
        assert offered(client.get(page_url(request))) == {"forward": True, "send-back": True, "close": True}
        client.post(step_url(request, "forward"))
        assert status_of(request) == Status.IN_REVIEW
        page = signed_in(per).get(step_url(request, "reject"))
        assert "the applicant does not" in text_of(page)
        signed_in(per).post(step_url(request, "reject"), {"reason": "I know this lab."})
        assert status_of(request) == Status.DECIDED
        buttons = offered(client.get(page_url(request)))
        assert buttons == {"confirm-approval": True, "confirm-rejection": True, "send-back": True, "close": True}
        client.post(step_url(request, "confirm-rejection"), {"reason": "Your plan was found too vague."})
        assert status_of(request) == Status.REJECTED

    def test_decides_where_the_policy_says_so(
        self, brgandi: Dataset, ada: User, per: User, hedda: User, signed_in: Sign
    ) -> None:
        by_hub(license_of(brgandi))
        request = sent(ada, brgandi)
        buttons = offered(signed_in(hedda).get(page_url(request)))
        assert buttons == {"approve": True, "reject": True, "send-back": True, "close": True}
        assert offered(signed_in(per).get(page_url(request))) == {"approve": False, "reject": False, "send-back": False}
        signed_in(hedda).post(step_url(request, "approve"))
        assert status_of(request) == Status.APPROVED

    def test_closes_with_a_reason(self, request_at: RequestAt, hedda: User, signed_in: Sign) -> None:
        request = request_at(Status.APPROVED)
        signed_in(hedda).post(step_url(request, "close"), {"reason": "The licence was never accepted."})
        assert status_of(request) == Status.CLOSED

    def test_a_vote_without_saying_whose_leads_to_the_page_for_mails(
        self, brgandi: Dataset, ada: User, hedda: User, signed_in: Sign
    ) -> None:
        request = sent(ada, brgandi)
        assert signed_in(hedda).get(step_url(request, "approve"))["Location"] == step_url(request, "record")


class TestWhoMay:
    """Strangers get 404, and the right ends at once."""

    def test_strangers(self, request_at: RequestAt, opal: User, otto: User, ada: User, signed_in: Sign) -> None:
        request = request_at(Status.IN_REVIEW)
        for address in (page_url(request), *(step_url(request, slug) for slug in ("approve", "record", "close"))):
            assert signed_in(opal).get(address).status_code == 404
            assert signed_in(opal).post(address, {"reason": "x"}).status_code in {404, 405}
            for person in (otto, ada):
                assert signed_in(person).get(address).status_code == 404

    def test_a_draft_is_found_by_nobody(
        self, request_at: RequestAt, per: User, hedda: User, sigrid: User, signed_in: Sign
    ) -> None:
        request = request_at(Status.DRAFT)
        for person in (per, hedda, sigrid):
            assert signed_in(person).get(page_url(request)).status_code == 404

    def test_the_same_answer_for_real_and_invented_references(
        self, request_at: RequestAt, opal: User, client: Client, signed_in: Sign
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        real, invented = page_url(request), page_url(request).replace(request.reference, "AIDA-2020-99999")
        pages = [signed_in(opal).get(address).content.decode() for address in (real, invented)]
        masked = [re.sub(r'(name="csrfmiddlewaretoken" value=")\w+', r"\1", page) for page in pages]
        assert masked[0] == masked[1].replace("AIDA-2020-99999", request.reference)
        answers = [client.get(address) for address in (real, invented)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert [answer["Location"].partition("?")[0] for answer in answers] == [reverse("admin:login")] * 2

    def test_whose_link_has_ended_is_out_at_once(self, request_at: RequestAt, per: User, signed_in: Sign) -> None:
        request = request_at(Status.IN_REVIEW)
        client = signed_in(per)
        assert client.get(page_url(request)).status_code == 200
        ProviderLink.objects.filter(user=per).update(ended_at=request.status_since)
        assert client.get(page_url(request)).status_code == 404
        assert client.post(step_url(request, "approve")).status_code == 404
        assert status_of(request) == Status.IN_REVIEW

    def test_hub_staff_and_the_operator_see_it(
        self, request_at: RequestAt, hedda: User, sigrid: User, signed_in: Sign
    ) -> None:
        request = request_at(Status.IN_REVIEW)
        for person in (hedda, sigrid):
            assert signed_in(person).get(page_url(request)).status_code == 200

    def test_a_changed_licence_is_worth_a_look(self, request_at: RequestAt, per: User, signed_in: Sign) -> None:
        change_license((request := request_at(Status.IN_REVIEW)).dataset)
        assert "newer text" in text_of(signed_in(per).get(page_url(request)))
