"""Suspending an account, lifting that, and erasing one: what ends, what stays, and who may do it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from access_requests import actions
from access_requests.events import verify
from access_requests.models import AccessRequest, Attachment, Decision, Participant, PartInvitation
from access_requests.rules import Denied
from access_requests.workflow import Answer, Status
from aidahub.accounts.invitations import invite
from aidahub.accounts.models import Invitation, ProviderLink, User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import (
    PASSWORD,
    RequestAt,
    act_for,
    draft_of,
    fresh,
    license_of,
    make_user,
    provider_of,
    sent,
    set_policy,
)
from tests.support.accounts import sign_in, signed_in

pytestmark = pytest.mark.django_db
WHY = "Somebody in another country used it at night."


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    assert client.get("/requests/").status_code == 200
    return client


class TestSuspend:
    """An account that somebody else may be using."""

    def test_its_sign_ins_end_and_the_next_click_says_so(self, per: User, hedda: User, otto: User) -> None:
        first, second, other = browser(per), browser(per), browser(otto)
        actions.suspend_account(user=per, by=hedda, reason=WHY)
        for client in (first, second):
            answer = client.get("/requests/", follow=True)
            assert answer.redirect_chain == [("/accounts/login/", 302)]
            assert "Your account was suspended, so you were signed out." in answer.content.decode()
            assert not signed_in(client)
            assert "suspended" not in client.get("/accounts/login/").content.decode()
        assert other.get("/requests/").status_code == 200
        assert not UserSession.objects.filter(user=per).exists()

    def test_a_click_that_would_do_something_does_not(
        self, brgandi: Dataset, ada: User, per: User, hedda: User
    ) -> None:
        request = sent(ada, brgandi)
        client = browser(per)
        actions.suspend_account(user=per, by=hedda, reason=WHY)
        address = f"/admin/access_requests/accessrequest/{request.reference}/approve/"
        assert client.post(address, {"reason": ""})["Location"] == "/accounts/login/"
        assert not Decision.objects.exists()

    def test_nobody_signs_in_with_it(self, per: User, hedda: User) -> None:
        actions.suspend_account(user=per, by=hedda, reason=WHY)
        client = Client()
        sign_in(client, per.email)
        assert not signed_in(client)
        client.force_login(fresh(per))  # even with a session in hand
        assert client.get("/requests/").status_code == 302

    def test_its_votes_in_open_rounds_are_void(
        self, brgandi: Dataset, other: Dataset, ada: User, alva: User, per: User, petra: User, hedda: User
    ) -> None:
        settled = actions.decide(request=sent(alva, brgandi), by=per, answer=Answer.APPROVE)
        set_policy(license_of(brgandi), quorum="all")
        open_one = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
        elsewhere = sent(ada, other)
        touched = actions.suspend_account(user=per, by=hedda, reason=WHY)
        assert [request.reference for request in touched] == [open_one.reference]
        assert Decision.objects.get(round__request=open_one).void_at
        assert Decision.objects.get(round__request=settled).void_at is None
        actions.decide(request=open_one, by=petra, answer=Answer.APPROVE)
        assert AccessRequest.objects.get(pk=open_one.pk).status == Status.IN_REVIEW
        assert elsewhere.event_count == AccessRequest.objects.get(pk=elsewhere.pk).event_count
        assert Mail.objects.filter(kind="set-aside").count() == 1
        assert not list(verify())

    def test_a_vote_that_is_under_way_is_refused(self, brgandi: Dataset, ada: User, per: User, hedda: User) -> None:
        """The page was opened, and the person loaded, before the account was suspended."""
        request = sent(ada, brgandi)
        before = fresh(per)
        assert before.provider_ids
        actions.suspend_account(user=per, by=hedda, reason=WHY)
        with pytest.raises(Denied, match="cannot be used any more"):
            actions.decide(request=request, by=before, answer=Answer.APPROVE)

    def test_done_again_it_finishes_what_was_left(self, brgandi: Dataset, ada: User, per: User, hedda: User) -> None:
        set_policy(license_of(brgandi), quorum="all")
        request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
        actions.suspend_account(user=per, by=hedda, reason=WHY)
        Decision.objects.update(void_at=None)
        assert actions.suspend_account(user=per, by=hedda, reason="Again.") == [request]
        assert fresh(per).suspended_why == WHY
        assert actions.suspend_account(user=per, by=hedda, reason="Again.") == []

    def test_the_system_voids_where_hub_staff_are_named(
        self, brgandi: Dataset, ada: User, rut: User, per: User
    ) -> None:
        set_policy(license_of(brgandi), quorum="all")
        request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
        User.objects.filter(pk=rut.pk).update(is_hub_staff=True)
        actions.suspend_account(user=per, by=fresh(rut), reason=WHY)
        assert request.events.latest("number").by is None
        assert Decision.objects.get().void_at

    def test_invitations_to_its_addresses_do_not_work(
        self, request_at: RequestAt, brgandi: Dataset, rut: User, per: User, hedda: User
    ) -> None:
        request_at(Status.IN_REVIEW)
        EmailAddress.objects.create(user=per, email="second@provider.example", verified=False)
        provider = provider_of(brgandi, 2)
        for address in (per.email, "second@provider.example", "another@provider.example"):
            invite(provider, email=address)
        PartInvitation.objects.create(
            participant=Participant.objects.get(email=rut.email),
            token_hash="0" * 64,
            expires_at=timezone.now() + timedelta(days=1),
        )
        actions.suspend_account(user=per, by=hedda, reason=WHY)
        works = [row.email for row in Invitation.objects.all() if row.is_open]
        assert "another@provider.example" in works
        assert not {per.email, "second@provider.example"} & set(works)
        assert PartInvitation.objects.latest("pk").is_open
        actions.suspend_account(user=rut, by=hedda, reason=WHY)
        assert not PartInvitation.objects.latest("pk").is_open

    def test_the_old_password_is_worth_nothing_after_it_is_lifted(self, per: User, hedda: User) -> None:
        client = browser(per)
        actions.suspend_account(user=per, by=hedda, reason=WHY)
        actions.lift_suspension(user=per, by=hedda)
        person = fresh(per)
        assert (person.is_active, person.suspended_at, person.suspended_why) == (True, None, "")
        assert person.provider_ids
        assert not person.check_password(PASSWORD)
        client.get("/requests/")
        assert client.get("/requests/").status_code == 302, "no session comes back"

    def test_who_may(self, per: User, hedda: User, sigrid: User, ada: User) -> None:
        for user, by, sentence in (
            (per, ada, "Only hub staff"), (hedda, hedda, "own account"), (sigrid, hedda, "Only another operator"),
        ):  # fmt: skip
            with pytest.raises(Denied, match=sentence):
                actions.suspend_account(user=user, by=by, reason=WHY)
            assert fresh(user).is_active
        actions.suspend_account(user=hedda, by=sigrid, reason=WHY)
        assert not fresh(hedda).is_hub

    @pytest.mark.parametrize("reason", ["", " \n ", "x" * 5001])
    def test_it_needs_a_reason(self, per: User, hedda: User, reason: str) -> None:
        with pytest.raises(Denied, match="reason"):
            actions.suspend_account(user=per, by=hedda, reason=reason)
        assert fresh(per).is_active

    def test_nothing_is_lifted_that_was_not_suspended(self, per: User, hedda: User) -> None:
        with pytest.raises(Denied, match="not suspended"):
            actions.lift_suspension(user=per, by=hedda)


class TestErase:
    """A person asks to be erased."""

    def erased(self, request_at: RequestAt, ada: User, hedda: User) -> tuple[AccessRequest, User]:
        request = request_at(Status.REJECTED)
        User.objects.filter(pk=ada.pk).update(institution="Uppsala University", country="SE", postal_address="Box 1")
        SocialAccount.objects.create(user=ada, provider="orcid", uid="0000-0001-5109-3700")
        Authenticator.objects.create(user=ada, type="totp", data={})
        actions.erase_account(user=ada, by=hedda)
        return request, fresh(ada)

    def test_who_it_was_is_gone(self, request_at: RequestAt, ada: User, hedda: User) -> None:
        key = ada.public_id
        client = browser(ada)
        _request, person = self.erased(request_at, ada, hedda)
        assert str(person) == "Erased person"
        assert "@" not in person.email
        assert (person.institution, person.postal_address, str(person.country)) == ("", "", "")
        assert (person.is_active, person.public_id) == (False, key)
        for model in (EmailAddress, SocialAccount, Authenticator, UserSession):
            assert not model.objects.filter(user=person).exists(), model
        answer = client.get("/requests/", follow=True)
        assert "Your account was erased" in answer.content.decode()

    def test_what_was_sent_stays_and_the_record_verifies(self, request_at: RequestAt, ada: User, hedda: User) -> None:
        request, _person = self.erased(request_at, ada, hedda)
        assert request.submissions.get().answers["applicant_name"] == "Ada Berg"
        assert request.participants.filter(name="Ada Berg").exists()
        assert not list(verify())
        assert browser(hedda).get(
            f"/admin/access_requests/accessrequest/{request.reference}/change/"
        ).status_code == 200  # fmt: skip

    def test_drafts_go_with_their_files(self, brgandi: Dataset, ada: User, hedda: User) -> None:
        draft = draft_of(ada, brgandi)
        Attachment.objects.create(
            request=draft, name="plan.pdf", content_type="application/pdf", size=1, sha256="0" * 64, key="k", by=ada
        )
        actions.erase_account(user=ada, by=hedda)
        assert not AccessRequest.objects.exists()
        assert not Attachment.objects.exists()

    def test_the_address_can_be_used_anew_by_its_owner(self, request_at: RequestAt, ada: User, hedda: User) -> None:
        self.erased(request_at, ada, hedda)
        again = make_user("ada.berg@uu.example", "Ada Berg")
        assert again.pk != ada.pk

    def test_who_acted_for_a_provider_does_no_more(self, brgandi: Dataset, per: User, hedda: User) -> None:
        actions.erase_account(user=per, by=hedda)
        link = ProviderLink.objects.get(user=per)
        assert link.ended_at
        assert (link.ended_by, link.evidence) == (hedda, "")

    def test_a_suspended_account_can_be_erased_and_not_lifted_after(
        self, brgandi: Dataset, ada: User, hedda: User
    ) -> None:
        draft_of(ada, brgandi)
        actions.suspend_account(user=ada, by=hedda, reason=WHY)
        actions.erase_account(user=ada, by=hedda)
        assert not AccessRequest.objects.exists()
        assert fresh(ada).suspended_why == ""
        with pytest.raises(Denied, match="was erased"):
            actions.lift_suspension(user=ada, by=hedda)

    @pytest.mark.parametrize(
        ("status", "sentence"),
        [
            (Status.SUBMITTED, "A request of theirs is open"), (Status.IN_REVIEW, "A request of theirs is open"),
            (Status.RETURNED, "withdraw it"), (Status.APPROVED, "A request of theirs is open"),
            (Status.GRANTED, "have access by"),
        ],
    )  # fmt: skip
    def test_not_while_something_is_going_on(
        self, request_at: RequestAt, ada: User, hedda: User, status: Status, sentence: str
    ) -> None:
        request = request_at(status)
        with pytest.raises(Denied, match=sentence) as refused:
            actions.erase_account(user=ada, by=hedda)
        assert request.reference in str(refused.value)
        assert fresh(ada).name == "Ada Berg"

    def test_nor_whoever_is_named_in_what_is_open_or_holds_access(
        self, request_at: RequestAt, rut: User, hedda: User
    ) -> None:
        request = request_at(Status.APPROVED)
        with pytest.raises(Denied, match="named in an open request"):
            actions.erase_account(user=rut, by=hedda)
        actions.confirm_part(request=request, by=fresh(rut), text=request.license.text_in_force)
        with pytest.raises(Denied, match="have access by"):
            actions.erase_account(user=rut, by=hedda)
        actions.revoke(request=AccessRequest.objects.get(pk=request.pk), by=hedda, reason="Over.")
        actions.erase_account(user=rut, by=hedda)
        assert not list(verify())

    def test_who_may(self, per: User, hedda: User, sigrid: User, ada: User) -> None:
        for user, by in ((per, ada), (hedda, hedda), (sigrid, hedda)):
            with pytest.raises(Denied):
                actions.erase_account(user=user, by=by)
            assert fresh(user).name != "Erased person"


def test_a_second_operator_erases_the_first(sigrid: User) -> None:
    second = make_user("sven@hub.example", "Sven Super", is_superuser=True)
    actions.erase_account(user=sigrid, by=second)
    person = fresh(sigrid)
    assert not person.is_superuser
    assert timezone.now() - (person.erased_at or timezone.now() - timedelta(days=1)) < timedelta(minutes=1)


def test_acting_again_after_an_erased_namesake(brgandi: Dataset, per: User, hedda: User) -> None:
    actions.erase_account(user=per, by=hedda)
    pia = act_for(make_user("per@provider.example", "Per Provider"), provider_of(brgandi, 1))
    assert pia.provider_ids
