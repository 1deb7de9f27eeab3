"""Who is asked to decide: the dataset's deciders, but nobody who is named in the request, at whatever address."""

from __future__ import annotations

from html import unescape

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from access_requests import actions
from access_requests.desk import waiting_for
from access_requests.models import AccessRequest
from access_requests.people import Named
from access_requests.rules import Denied, parts_in, voting_providers
from access_requests.workflow import Answer, Part, Status
from aidahub.accounts.links import end_link
from aidahub.accounts.models import ProviderLink, User
from datasets.models import Dataset
from tests import cast
from tests.mails import PER, PETRA
from tests.support.parts import person

pytestmark = pytest.mark.django_db


def naming(applicant: User, dataset: Dataset, **people: str) -> AccessRequest:
    """A sent request that names these addresses; it waits for the hub where one is a decider's."""
    answers = {f"{part}_email": email for part, email in people.items()}
    draft = cast.fill(cast.draft_of(applicant, dataset), **answers)
    return actions.submit(request=draft, by=applicant)


def forwarded(request: AccessRequest, hedda: User) -> AccessRequest:
    """The same, after hub staff found that it is right to name them."""
    assert request.status == Status.SUBMITTED
    return actions.forward(request=request, by=hedda)


def asked(request: AccessRequest) -> set[str]:
    """The addresses of the deciders of the open round."""
    return set(request.rounds.get().deciders.values_list("provider__email", flat=True))


def test_deciders_of_the_page_are_asked(brgandi: Dataset, ada: User) -> None:
    assert asked(cast.sent(ada, brgandi)) == {PER, PETRA}


def test_provider_who_is_named_is_not_asked(brgandi: Dataset, ada: User, hedda: User) -> None:
    assert asked(forwarded(naming(ada, brgandi, recipient=PER), hedda)) == {PETRA}


def test_provider_named_at_another_address_of_theirs_is_not_asked(brgandi: Dataset, ada: User, hedda: User) -> None:
    per = cast.make_user(PER, "Per")
    EmailAddress.objects.create(user=per, email="per@home.example", verified=True)
    assert asked(forwarded(naming(ada, brgandi, recipient="per@home.example"), hedda)) == {PETRA}


def test_provider_for_whom_only_the_named_act_is_not_asked(brgandi: Dataset, ada: User, hedda: User) -> None:
    sune = cast.act_for(cast.make_user("sune@home.example", "Sune"), cast.provider_of(brgandi, 1))
    assert asked(forwarded(naming(ada, brgandi, signatory=sune.email), hedda)) == {PETRA}


def test_provider_for_whom_somebody_else_acts_too_is_asked(brgandi: Dataset, ada: User, per: User) -> None:
    cast.act_for(cast.make_user("sune@home.example", "Sune"), cast.provider_of(brgandi, 1))
    assert asked(naming(ada, brgandi, signatory="sune@home.example")) == {PER, PETRA}


def test_hub_decides_when_nobody_else_is_left(brgandi: Dataset, ada: User, hedda: User) -> None:
    request = forwarded(naming(ada, brgandi, recipient=PER, signatory=PETRA), hedda)
    assert asked(request) == set()
    assert request.rounds.get().by_hub


def test_hub_has_no_part_in_a_draft(brgandi: Dataset, ada: User, hedda: User) -> None:
    draft = cast.draft_of(ada, brgandi)
    assert parts_in(hedda, draft) == frozenset()
    assert parts_in(hedda, actions.submit(request=draft, by=ada)) == {Part.HUB}


def test_right_that_ended_is_no_part(brgandi: Dataset, ada: User, per: User, hedda: User) -> None:
    request = cast.sent(ada, brgandi)
    assert parts_in(cast.fresh(per), request) == {Part.PROVIDER, Part.DECIDER}
    end_link(ProviderLink.objects.in_force().get(user=per), by=hedda)
    assert parts_in(cast.fresh(per), request) == frozenset()


def test_request_waits_for_no_decider_who_is_named(brgandi: Dataset, ada: User, per: User) -> None:
    sune = cast.act_for(cast.make_user("sune@home.example", "Sune"), cast.provider_of(brgandi, 1))
    request = naming(ada, brgandi, signatory=sune.email)
    assert list(waiting_for(cast.fresh(per))) == [request]
    assert list(waiting_for(cast.fresh(sune))) == []


@pytest.mark.parametrize("status", [Status.RETURNED, Status.WITHDRAWN, Status.CLOSED, Status.REJECTED, Status.GRANTED])
def test_no_round_stays_open_when_the_review_is_over(request_at: cast.RequestAt, status: Status) -> None:
    assert not request_at(status).rounds.filter(closed_at=None).exists()


def test_nobody_votes_for_a_provider_that_the_page_dropped(brgandi: Dataset, ada: User, per: User) -> None:
    second = cast.provider_of(brgandi, 2)
    per = cast.act_for(per, second)
    request = cast.sent(ada, brgandi)
    brgandi.dataset_providers.filter(provider=second).update(retired_at=timezone.now())
    assert voting_providers(per, request) == [cast.provider_of(brgandi, 1)]
    with pytest.raises(Denied):
        actions.decide(request=request, by=per, answer=Answer.APPROVE, provider=second)


# A decider cannot be kept from deciding by being named


def naming_a_member(ada: User, dataset: Dataset, user: User) -> AccessRequest:
    """Ada names a decider as somebody who works with her."""
    who = Named(Part.MEMBER, user.name, "", user.email, "Elsewhere")
    draft = actions.add_person(request=cast.draft_of(ada, dataset), by=ada, person=who)
    return actions.submit(request=draft, by=ada)


def page_of(reader: User, request: AccessRequest) -> str:
    """The page for those who decide, as this reader sees it."""
    client = Client()
    client.force_login(reader)
    path = f"/admin/access_requests/accessrequest/{request.reference}/change/"
    return " ".join(unescape(client.get(path).text).split())


def test_hub_staff_look_first_where_a_decider_is_named_and_read_who(
    brgandi: Dataset, ada: User, per: User, petra: User, hedda: User
) -> None:
    request = naming_a_member(ada, brgandi, per)
    assert request.status == Status.SUBMITTED
    name = cast.provider_of(brgandi, 1).name
    sentence = f"{name}, a decider of this dataset, is named as member and is not asked."
    assert sentence in page_of(hedda, request)
    actions.remove_person(request=request, by=hedda, person=person(request, Part.MEMBER))
    assert sentence not in page_of(hedda, request)
    assert asked(actions.forward(request=request, by=hedda)) == {PER, PETRA}


def test_a_decider_who_knows_nothing_of_it_decides(brgandi: Dataset, ada: User, per: User, hedda: User) -> None:
    request = naming_a_member(ada, brgandi, per)
    assert Part.MEMBER in parts_in(cast.fresh(per), request)
    request = actions.decline_part(request=request, by=per, reason="I do not know her.")
    assert parts_in(cast.fresh(per), request) == {Part.PROVIDER, Part.DECIDER}
    request = actions.forward(request=request, by=hedda)
    assert asked(request) == {PER, PETRA}
    assert list(waiting_for(cast.fresh(per))) == [request]
    assert "I do not know her." in page_of(per, request)
    actions.decide(request=request, by=cast.fresh(per), answer=Answer.REJECT, reason="She named me to be rid of me.")


def test_who_was_looked_at_once_is_not_looked_at_again_until_another_decider_is_named(
    brgandi: Dataset, ada: User, per: User, petra: User, hedda: User
) -> None:
    request = forwarded(naming_a_member(ada, brgandi, per), hedda)
    request = actions.send_back(request=request, by=hedda, reason="Which scanner?")
    request = actions.submit(request=request, by=ada)
    assert request.status == Status.IN_REVIEW
    request = actions.send_back(request=request, by=hedda, reason="And which use?")
    who = Named(Part.MEMBER, petra.name, "", petra.email, "Elsewhere")
    request = actions.add_person(request=request, by=ada, person=who)
    assert actions.submit(request=request, by=ada).status == Status.SUBMITTED


def test_a_decider_who_asks_for_themselves_is_not_looked_at_first(brgandi: Dataset, per: User) -> None:
    request = cast.sent(per, brgandi)
    assert request.status == Status.IN_REVIEW
    assert asked(request) == {PETRA}
