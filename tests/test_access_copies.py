"""Who confirms, after access ended, that copies are deleted: for all, for themselves, for somebody else."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.people import Named
from access_requests.rules import Denied, may
from access_requests.workflow import Answer, Part, Status, Verb
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, confirm, fresh, license_of, make_user, sent, set_policy
from tests.support.access import again, grant_of, kinds_of, person_in

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
DAY = timedelta(days=1)


@pytest.fixture
def granted(request_at: RequestAt) -> AccessRequest:
    """Ada and Rut have access, without an end."""
    return request_at(Status.GRANTED)


@pytest.fixture
def mia(granted: AccessRequest, hedda: User) -> User:
    """Named as a member after access opened; has not confirmed yet."""
    user = make_user("mia@uu.example", "Mia Member")
    person = Named(Part.MEMBER, "Mia Member", "", user.email, "Uppsala University")
    actions.add_person(request=granted, by=hedda, person=person)
    return user


def test_the_recipient_scientist_confirms_deletion_and_the_hub_may(
    request_at: RequestAt, ada: User, rut: User, hedda: User
) -> None:
    request = request_at(Status.REVOKED)
    with pytest.raises(Denied, match="recipient scientist confirms"):
        actions.confirm_deletion(request=request, by=ada)
    assert may(hedda, Verb.CONFIRM_DELETION, request)
    assert actions.confirm_deletion(request=request, by=rut).copies_deleted_at
    with pytest.raises(Denied, match="confirmed already"):
        actions.confirm_deletion(request=again(request), by=hedda)


def test_who_ended_alone_confirms_their_own_copies(
    granted: AccessRequest, mia: User, ada: User, rut: User, hedda: User
) -> None:
    confirm(granted, mia)
    with pytest.raises(Denied, match="no copies here"):
        actions.confirm_deletion(request=granted, by=mia)
    actions.decline_part(request=again(granted), by=mia)
    actions.leave(request=again(granted), by=rut)
    assert not may(ada, Verb.CONFIRM_DELETION, again(granted)), "hers may stay"
    actions.confirm_deletion(request=again(granted), by=mia)
    assert grant_of(granted, "Mia Member").copies_deleted_at
    assert grant_of(granted, "Rut Ek").copies_deleted_at is None
    assert again(granted).copies_deleted_at is None
    with pytest.raises(Denied, match="no copies here"):
        actions.confirm_deletion(request=again(granted), by=mia)
    actions.revoke(request=again(granted), by=hedda, reason="Over.")
    assert may(rut, Verb.CONFIRM_DELETION, again(granted)), "for herself and Ada"
    assert not may(mia, Verb.CONFIRM_DELETION, again(granted))
    actions.confirm_deletion(request=again(granted), by=rut)
    assert again(granted).copies_deleted_at
    assert not granted.grants.filter(copies_deleted_at=None).exists()


def test_who_declined_confirms_on_a_page_that_shows_nothing_else(
    client: Client, granted: AccessRequest, mia: User, rut: User, hedda: User
) -> None:
    actions.decline_part(request=again(confirm(granted, mia)), by=mia)
    client.force_login(mia)
    page = client.get(f"{granted.get_absolute_url()}deletion/")
    assert "Are your copies deleted?" in page.text
    assert "synthetic" not in page.text, "the planned use is not theirs to read any more"
    done = client.post(f"{granted.get_absolute_url()}deletion/", {"deleted": "on"}, follow=True)
    assert done.redirect_chain == [(f"{granted.get_absolute_url()}part/", 302)]
    assert "your copies are deleted" in done.text
    assert grant_of(granted, "Mia Member").copies_deleted_at


def test_the_recipient_scientist_who_declined_answers_for_nobody_else(
    granted: AccessRequest, rut: User, hedda: User
) -> None:
    actions.decline_part(request=again(granted), by=rut)
    actions.revoke(request=again(granted), by=hedda, reason="Nobody is responsible.")
    actions.confirm_deletion(request=again(granted), by=rut)
    assert grant_of(granted, "Rut Ek").copies_deleted_at
    assert grant_of(granted, "Ada Berg").copies_deleted_at is None


def test_the_hub_records_it_for_who_is_named_no_more(granted: AccessRequest, mia: User, rut: User, hedda: User) -> None:
    request = confirm(granted, mia)
    person = person_in(request, "Mia Member")
    actions.leave(request=request, by=rut)
    actions.remove_person(request=again(request), by=hedda, person=person)
    assert not may(mia, Verb.CONFIRM_DELETION, again(request))
    with pytest.raises(Denied, match="Choose somebody"):
        actions.confirm_deletion(request=request, by=hedda, persons=[person_in(request, "Ada Berg")])
    actions.confirm_deletion(request=request, by=hedda, persons=[person])
    assert grant_of(request, "Mia Member").copies_deleted_at
    assert grant_of(request, "Rut Ek").copies_deleted_at is None
    assert request.events.latest("number").payload["persons"] == [person.number]


def test_who_has_access_again_keeps_their_copies(granted: AccessRequest, mia: User, hedda: User) -> None:
    confirm(granted, mia)
    actions.decline_part(request=again(granted), by=mia)
    confirm(again(granted), mia)
    assert grant_of(granted, "Mia Member").in_force
    assert not may(mia, Verb.CONFIRM_DELETION, again(granted))
    assert not may(hedda, Verb.CONFIRM_DELETION, again(granted))


def test_what_was_confirmed_for_each_is_confirmed_for_all(ada: User, brgandi: Dataset, per: User, hedda: User) -> None:
    set_policy(license_of(brgandi), days=30, needed="applicant")
    request = actions.decide(request=sent(ada, brgandi), by=per, answer=Answer.APPROVE)
    nils = make_user("nils@uu.example", "Nils New")
    request = actions.change_applicant(request=request, by=hedda, email=nils.email)
    actions.confirm_deletion(request=request, by=hedda)
    assert actions.expire(request=request, today=TODAY() + 30 * DAY)
    assert again(request).copies_deleted_at
    assert kinds_of(request) == {}, "nobody is asked to delete anything any more"


def test_access_that_opens_again_has_copies_to_delete_again(
    request_at: RequestAt, rut: User, hedda: User, per: User
) -> None:
    request = request_at(Status.REVOKED)
    actions.confirm_deletion(request=request, by=rut)
    request = actions.reopen(request=again(request), by=hedda, reason="A mistake.")
    request = actions.decide(request=request, by=fresh(per), answer=Answer.APPROVE)
    assert (request.status, request.copies_deleted_at) == (Status.GRANTED, None)
    request = actions.revoke(request=request, by=hedda, reason="After all.")
    assert may(rut, Verb.CONFIRM_DELETION, request)


def test_what_was_confirmed_before_there_were_grants_of_their_own_is_carried_over(
    request_at: RequestAt, rut: User, hedda: User
) -> None:
    request = actions.confirm_deletion(request=request_at(Status.REVOKED), by=rut)
    request.grants.update(copies_deleted_at=None)  # as it was before the migration
    assert may(hedda, Verb.CONFIRM_DELETION, again(request))
    import_module("access_requests.migrations.0010_copies_of_one_person").carry_over(apps, None)
    moments = set(request.grants.values_list("copies_deleted_at", flat=True))
    assert moments == {again(request).copies_deleted_at}
