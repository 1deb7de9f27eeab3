"""What really happens to requests, one test for each story; named for what happened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from access_requests import actions
from access_requests.actions.access import HandedOver
from access_requests.actions.files import Stored
from access_requests.conditions import open_conditions
from access_requests.events import verify
from access_requests.models import AccessRequest, Grant
from access_requests.people import Named
from access_requests.rules import Denied, may, voting_providers
from access_requests.timeline import timeline
from access_requests.workflow import Answer, Part, Status, Verb
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import (
    AIDA_PRESET,
    RESEARCH_ANSWERS,
    RequestAt,
    act_for,
    confirm,
    fill,
    fresh,
    license_of,
    make_user,
    provider_of,
    sent,
    set_policy,
)


def mails_to(address: str) -> list[str]:
    """The kinds of mails that an address got, in order."""
    return list(Mail.objects.filter(recipient=address).order_by("pk").values_list("kind", flat=True))


def paper_of(request: AccessRequest, hub: User, name: str = "signed.pdf") -> Any:
    """A file that hub staff attached for the hub and the deciders."""
    file = Stored(name, "application/pdf", 1200, "a" * 64, f"{request.reference}-{name}")
    return actions.attach(request=request, by=hub, file=file, kind="paper", internal=True)  # type: ignore[arg-type]


def again(request: AccessRequest) -> AccessRequest:
    """The request as it is now."""
    return AccessRequest.objects.get(pk=request.pk)


@pytest.fixture(autouse=True)
def _the_record_is_whole_in_the_end(db: None) -> Any:
    yield
    assert [str(fault) for fault in verify()] == []


def test_the_recipient_scientist_never_signs_in(request_at: RequestAt, hedda: User, ada: User, rut: User) -> None:
    """Ada's request is approved; Rut answers on paper only, which the hub keeps."""
    request = request_at(Status.APPROVED)
    assert [condition.person.name for condition in open_conditions(request) if condition.person] == ["Rut Ek"]
    assert not Grant.objects.exists()
    scientist = request.participants.get(part=Part.RECIPIENT_SCIENTIST)
    text = request.license.text_in_force
    assert text
    with pytest.raises(Denied, match="Attach what the person signed"):
        actions.accept_license(request=request, by=hedda, text=text, person=scientist)
    request = actions.accept_license(
        request=request, by=hedda, text=text, person=scientist, paper=paper_of(request, hedda)
    )
    assert request.status == Status.GRANTED
    assert {grant.participant.name for grant in Grant.objects.in_force()} == {"Ada Berg", "Rut Ek"}
    acceptance = request.acceptances.get(participant=scientist)
    assert acceptance.by == hedda
    assert acceptance.paper is not None


def test_the_recipient_scientist_knows_nothing_of_it(
    request_at: RequestAt, brgandi: Dataset, ada: User, rut: User, hedda: User
) -> None:
    """Rut says so; nobody is asked to decide, and the hub closes the request."""
    request = request_at(Status.SUBMITTED)
    request = actions.decline_part(request=request, by=fresh(rut), reason="I have never heard of Ada.")
    assert request.status == Status.SUBMITTED
    answer = may(hedda, Verb.FORWARD, again(request))
    assert not answer.ok
    assert "Rut Ek must confirm" in answer.why
    assert "I have never heard of Ada." not in [line.detail for line in timeline(again(request), fresh(ada))]
    request = actions.close(request=request, by=hedda, reason="The recipient scientist does not know of it.")
    assert request.status == Status.CLOSED
    assert not Grant.objects.exists()


def test_a_decider_has_left(request_at: RequestAt, brgandi: Dataset, per: User, petra: User, hedda: User) -> None:
    """All must vote, Petra has left: the hub excuses her, and Per's vote settles it."""
    set_policy(license_of(brgandi), quorum="all")
    request = request_at(Status.IN_REVIEW)
    request = actions.decide(request=request, by=per, answer=Answer.APPROVE)
    assert request.status == Status.IN_REVIEW
    request = actions.excuse(
        request=request, by=hedda, provider=provider_of(brgandi, 2), reason="Has left the university."
    )
    assert request.status == Status.APPROVED
    assert not may(fresh(petra), Verb.DECIDE, again(request)).ok


def test_the_only_decider_left_has_a_conflict_of_interest(
    request_at: RequestAt, brgandi: Dataset, per: User, petra: User, hedda: User
) -> None:
    """Both excuse themselves: the hub decides, and confirms nothing after itself."""
    set_policy(license_of(brgandi), confirm=True)
    request = request_at(Status.IN_REVIEW)
    request = actions.excuse(request=request, by=per, provider=provider_of(brgandi, 1), reason="My sister asks.")
    with pytest.raises(Denied):
        actions.excuse(request=request, by=fresh(per), provider=provider_of(brgandi, 2), reason="Hers, too.")
    request = actions.excuse(request=request, by=petra, provider=provider_of(brgandi, 2), reason="We are married.")
    assert request.rounds.get().by_hub
    assert actions.decide(request=request, by=hedda, answer=Answer.APPROVE).status == Status.APPROVED


def test_two_deciders_disagree(
    request_at: RequestAt, brgandi: Dataset, ada: User, per: User, petra: User, hedda: User, rut: User
) -> None:
    """Under AIDA's practice the hub sees the split and answers in its own words."""
    set_policy(license_of(brgandi), **AIDA_PRESET)
    request = confirm(sent(ada, brgandi), rut)
    request = actions.forward(request=request, by=hedda)
    request = actions.decide(request=request, by=per, answer=Answer.APPROVE)
    request = actions.decide(request=request, by=petra, answer=Answer.REJECT, reason="xylophone")
    assert request.status == Status.DECIDED
    assert "approved" not in mails_to(ada.email)
    assert "rejected" not in mails_to(ada.email)
    request = actions.confirm(request=request, by=hedda, answer=Answer.REJECT, reason="Too little of the method.")
    assert request.status == Status.REJECTED
    letter = Mail.objects.get(recipient=ada.email, kind="rejected")
    assert "Too little of the method." in letter.text
    assert "xylophone" not in letter.text + letter.html
    assert "xylophone" not in str([line.detail for line in timeline(again(request), fresh(ada))])


def test_a_provider_applies_for_its_own_dataset(brgandi: Dataset, per: User, petra: User, hedda: User) -> None:
    """Per is not asked, cannot vote, and does not see how Petra votes."""
    request = sent(per, brgandi)
    assert [row.provider for row in request.rounds.get().deciders.all()] == [provider_of(brgandi, 2)]
    assert not may(fresh(per), Verb.DECIDE, again(request)).ok
    assert not may(fresh(per), Verb.NOTE, again(request)).ok
    request = actions.decide(request=request, by=petra, answer=Answer.APPROVE)
    assert request.status == Status.APPROVED
    assert "Petra" not in str([line.sentence for line in timeline(again(request), fresh(per))])


def test_one_person_acts_for_two_providers(request_at: RequestAt, brgandi: Dataset, per: User) -> None:
    """They say for whom each vote is, and cast two where all must vote."""
    set_policy(license_of(brgandi), quorum="all")
    per = act_for(per, provider_of(brgandi, 2))
    request = request_at(Status.IN_REVIEW)
    assert len(voting_providers(per, request)) == 2
    with pytest.raises(Denied, match="Say for which"):
        actions.decide(request=request, by=per, answer=Answer.APPROVE)
    request = actions.decide(request=request, by=per, answer=Answer.APPROVE, provider=provider_of(brgandi, 1))
    assert request.status == Status.IN_REVIEW
    request = actions.decide(request=request, by=per, answer=Answer.APPROVE, provider=provider_of(brgandi, 2))
    assert request.status == Status.APPROVED


def test_a_decider_answers_by_mail(request_at: RequestAt, brgandi: Dataset, hedda: User) -> None:
    """The hub records it with the mail, and the decider is told what was recorded."""
    request = request_at(Status.IN_REVIEW)
    provider = provider_of(brgandi, 1)
    with pytest.raises(Denied, match="Paste the mail"):
        actions.decide(request=request, by=hedda, answer=Answer.APPROVE, provider=provider)
    request = actions.decide(
        request=request, by=hedda, answer=Answer.APPROVE, provider=provider, evidence="From: Anders\n\nFine with me."
    )
    assert request.status == Status.APPROVED
    vote = request.rounds.get().decisions.get()
    assert vote.evidence is not None
    assert "Fine with me." in vote.evidence.text
    assert "recorded" in mails_to(provider.email)


def test_an_approval_was_clicked_by_mistake(request_at: RequestAt, per: User, hedda: User) -> None:
    """Access is revoked, the request reopened, and decided anew; the record tells all of it."""
    request = request_at(Status.GRANTED)
    actions.deliver(request=request, by=hedda, what=HandedOver(link="https://data.example/a", secret="sesame"))
    request = actions.revoke(request=request, by=per, reason="I meant the other request.")
    assert not Grant.objects.in_force().exists()
    assert not [row for grant in request.grants.all() for row in grant.deliveries.all() if row.secret or row.link]
    request = actions.reopen(request=request, by=hedda, reason="Approved by mistake.")
    assert request.status == Status.IN_REVIEW
    assert request.rounds.count() == 2
    assert not request.rounds.get(closed_at=None).decisions.exists()
    request = actions.decide(request=request, by=fresh(per), answer=Answer.REJECT, reason="Not this one.")
    assert request.status == Status.REJECTED


def test_a_vote_is_changed_while_others_are_waited_for(request_at: RequestAt, brgandi: Dataset, per: User) -> None:
    set_policy(license_of(brgandi), quorum="all")
    request = request_at(Status.IN_REVIEW)
    actions.decide(request=request, by=per, answer=Answer.APPROVE)
    request = actions.decide(request=request, by=per, answer=Answer.REJECT, reason="On second thought.")
    assert request.rounds.get().decisions.get().answer == Answer.REJECT
    assert request.events.filter(verb=Verb.DECIDE).count() == 2


def test_the_recipient_scientist_moves_to_another_institution(request_at: RequestAt, ada: User, rut: User) -> None:
    """Her access ends, Ada's does not; with the last one it is over."""
    request = request_at(Status.GRANTED)
    request = actions.leave(request=request, by=fresh(rut))
    assert request.status == Status.GRANTED
    assert {grant.participant.name for grant in Grant.objects.in_force()} == {"Ada Berg"}
    request = actions.leave(request=request, by=ada)
    assert request.status == Status.EXPIRED
    draft = actions.renew(request=request, by=ada)
    assert draft.renews == request
    assert draft.draft["project_title"] == RESEARCH_ANSWERS["project_title"]


@pytest.mark.parametrize("synthetic", [True, False])
def test_data_would_go_outside_the_eu(brgandi: Dataset, ada: User, per: User, synthetic: bool) -> None:
    """Without a check by the policy, the hub looks at it first all the same, unless the data is synthetic."""
    Dataset.objects.filter(pk=brgandi.pk).update(synthetic=synthetic)
    draft = fill(actions.start(license=license_of(brgandi), by=ada), recipient_country="US")
    request = actions.submit(request=draft, by=ada)
    assert request.status == (Status.IN_REVIEW if synthetic else Status.SUBMITTED)


def test_a_country_that_the_policy_trusts_needs_no_check(brgandi: Dataset, ada: User, per: User) -> None:
    Dataset.objects.filter(pk=brgandi.pk).update(synthetic=False)
    set_policy(license_of(brgandi), free_countries=["SE", "GB"])
    draft = fill(actions.start(license=license_of(brgandi), by=ada), recipient_country="GB")
    assert actions.submit(request=draft, by=ada).status == Status.IN_REVIEW


def test_a_country_that_hub_staff_have_not_seen_is_checked_again(
    brgandi: Dataset, ada: User, rut: User, per: User, hedda: User
) -> None:
    """A request that was forwarded once goes straight on when it is sent again, but not into a country to check."""
    Dataset.objects.filter(pk=brgandi.pk).update(synthetic=False)
    set_policy(license_of(brgandi), **AIDA_PRESET)
    request = actions.forward(request=confirm(sent(ada, brgandi), rut), by=hedda)
    for country, then in (("NO", Status.IN_REVIEW), ("US", Status.SUBMITTED), ("US", Status.IN_REVIEW)):
        if request.status == Status.SUBMITTED:
            request = actions.forward(request=request, by=hedda)
        request = actions.send_back(request=request, by=hedda, reason="Where does the data go?")
        request = actions.submit(request=fill(request, recipient_country=country), by=ada)
        assert request.status == then, country


def test_a_teacher_asks_for_thirty_students(brgandi: Dataset, ada: User, per: User) -> None:
    """The applicant answers for the students: one grant, and nobody else is named."""
    set_policy(license_of(brgandi), form="research-or-education")
    draft = actions.start(license=license_of(brgandi), by=ada)
    last_day = timezone.localdate() + timedelta(days=120)
    draft = fill(
        draft, purpose="education", course="Image analysis 1", students=30, last_day=last_day.isoformat(),
        deletion="The course's server is emptied after the last day.",
    )  # fmt: skip
    request = actions.submit(request=draft, by=ada)
    assert [person.part for person in request.participants.all()] == [Part.APPLICANT]
    request = actions.decide(request=request, by=per, answer=Answer.APPROVE)
    assert request.status == Status.GRANTED
    assert Grant.objects.in_force().count() == 1


def test_one_who_signs_asks_for_two_scientists(brgandi: Dataset, ada: User, per: User) -> None:
    """Two requests for the same dataset, one for each scientist, stand side by side."""
    first = sent(ada, brgandi)
    draft = fill(
        actions.start(license=license_of(brgandi), by=ada),
        recipient_name="Rolf Stern",
        recipient_email="rolf.stern@uu.example",
    )
    second = actions.submit(request=draft, by=ada)
    assert {again(first).status, second.status} == {Status.IN_REVIEW}


def test_the_same_person_asks_twice(brgandi: Dataset, ada: User, per: User) -> None:
    """A second draft is the first one; a second request for the same scientist is refused in a sentence."""
    assert actions.start(license=license_of(brgandi), by=ada) == actions.start(license=license_of(brgandi), by=ada)
    sent(ada, brgandi)
    with pytest.raises(Denied, match="already have an open request"):
        sent(ada, brgandi)
    assert AccessRequest.objects.filter(status=Status.IN_REVIEW).count() == 1


def test_access_is_renewed_after_it_expired(request_at: RequestAt, ada: User, per: User, rut: User) -> None:
    """A linked draft with the same answers; it is sent, approved, confirmed and granted like the first."""
    request = request_at(Status.EXPIRED)
    draft = actions.renew(request=request, by=ada)
    assert actions.renew(request=request, by=ada) == draft
    text = draft.license.text_in_force
    assert text
    draft = actions.accept_license(request=draft, by=ada, text=text)
    renewed = actions.submit(request=draft, by=ada)
    assert renewed.submissions.get().answers == request.submissions.get().answers
    renewed = actions.decide(request=confirm(renewed, rut), by=fresh(per), answer=Answer.APPROVE)
    assert renewed.status == Status.GRANTED
    assert renewed.renews == request
    assert again(request).status == Status.EXPIRED


def test_a_removed_person_loses_their_own_access_only(request_at: RequestAt, hedda: User, rut: User) -> None:
    """The recipient scientist is replaced; Ada keeps her access, the new one confirms and gets their own."""
    request = request_at(Status.GRANTED)
    scientist = request.participants.get(part=Part.RECIPIENT_SCIENTIST)
    successor = Named(Part.RECIPIENT_SCIENTIST, "Rolf Stern", "Docent", "rolf@uu.example", "Uppsala University")
    request = actions.replace_person(request=request, by=hedda, person=scientist, successor=successor)
    assert {grant.participant.name for grant in Grant.objects.in_force()} == {"Ada Berg"}
    assert not AccessRequest.objects.visible_to(fresh(rut)).exists()
    rolf = make_user("rolf@uu.example", "Rolf Stern")
    confirm(request, rolf)
    assert {grant.participant.name for grant in Grant.objects.in_force()} == {"Ada Berg", "Rolf Stern"}


def test_the_applicant_hands_over_to_a_colleague(
    request_at: RequestAt, hedda: User, ada: User, alva: User, per: User
) -> None:
    request = request_at(Status.GRANTED)
    with pytest.raises(Denied, match="Nobody has an account"):
        actions.change_applicant(request=request, by=hedda, email="nobody@uu.example")
    request = actions.change_applicant(request=request, by=hedda, email=alva.email)
    assert {grant.participant.name for grant in Grant.objects.in_force()} == {"Rut Ek"}
    assert not AccessRequest.objects.visible_to(fresh(ada)).exists()
    text = request.license.text_in_force
    assert text
    actions.accept_license(request=request, by=fresh(alva), text=text)
    assert {grant.participant.name for grant in Grant.objects.in_force()} == {"Rut Ek", "Alva Dahl"}
