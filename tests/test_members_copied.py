"""Members are of one form: drafts that are asked for together name the same ones, and so does a renewal."""

from __future__ import annotations

import pytest

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.workflow import Part, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import MIA, RequestAt, draft_of, fresh, license_of
from tests.support.parts import fresh_request, member, person

pytestmark = pytest.mark.django_db


def members(request: AccessRequest) -> list[str]:
    """The addresses of the members named now."""
    return list(
        request.participants.filter(part=Part.MEMBER, removed_at=None).order_by("email").values_list("email", flat=True)
    )


@pytest.fixture
def draft(ada: User, brgandi: Dataset) -> AccessRequest:
    """Ada's draft with a member."""
    return actions.add_person(request=draft_of(ada, brgandi), by=ada, person=MIA)


def test_a_draft_that_joins_names_the_same_members(draft: AccessRequest, other: Dataset, ada: User) -> None:
    own = actions.start(license=license_of(other), by=ada)
    actions.add_person(request=own, by=ada, person=member("nils@uu.example", "Nils New"))
    joined = actions.add_sibling(request=draft, by=ada, license=license_of(other))
    assert members(joined) == [MIA.email, "nils@uu.example"]
    actions.add_sibling(request=draft, by=ada, license=license_of(other))
    assert members(joined) == [MIA.email, "nils@uu.example"]


def test_who_is_added_or_removed_later_is_so_in_all_and_is_asked_by_each(
    draft: AccessRequest, other: Dataset, ada: User
) -> None:
    second = actions.add_sibling(request=draft, by=ada, license=license_of(other))
    draft = fresh_request(draft)
    actions.add_person(request=second, by=ada, person=member("nils@uu.example", "Nils New"))
    assert members(draft) == [MIA.email, "nils@uu.example"]
    mia = draft.participants.get(email=MIA.email)
    actions.remove_person(request=draft, by=ada, person=mia)
    assert members(second) == members(draft) == ["nils@uu.example"]
    text = second.license.text_in_force
    assert text
    actions.accept_license(request=second, by=ada, text=text)
    sent = actions.submit_together(request=fresh_request(draft), by=ada)
    asked = Mail.objects.filter(recipient="nils@uu.example", kind="named").values_list("about", flat=True)
    assert {about.split("/")[0] for about in asked} == {request.reference for request in sent}
    assert len(sent) == 2


def test_what_was_sent_goes_its_own_way(draft: AccessRequest, other: Dataset, ada: User, per: User) -> None:
    second = actions.add_sibling(request=draft, by=ada, license=license_of(other))
    first = actions.submit(request=draft, by=ada)
    first = actions.send_back(request=first, by=per, reason="Which scanner?")
    actions.add_person(request=first, by=ada, person=member("nils@uu.example", "Nils New"))
    assert members(second) == [MIA.email]


def test_a_renewal_names_the_members_who_are_there(request_at: RequestAt, ada: User, mia: User, hedda: User) -> None:
    request = request_at(Status.GRANTED, member=MIA)
    request = actions.add_person(request=request, by=hedda, person=member("nils@uu.example", "Nils New"))
    request = actions.decline_part(request=request, by=mia)
    draft = actions.renew(request=request, by=ada)
    assert members(draft) == ["nils@uu.example"]
    assert not draft.participants.exclude(confirmed_at=None).exists()
    actions.remove_person(request=draft, by=ada, person=person(draft, Part.MEMBER))
    assert members(actions.renew(request=request, by=ada)) == [], "what was taken out stays out"


def test_a_draft_that_is_there_already_is_filled_in(request_at: RequestAt, ada: User, brgandi: Dataset) -> None:
    request = request_at(Status.GRANTED, member=MIA)
    own = actions.start(license=license_of(brgandi), by=fresh(ada))
    actions.save_answers(request=own, by=ada, answers={"project_title": "Another one"})
    draft = actions.renew(request=request, by=ada)
    assert draft == own
    assert draft.draft["project_title"] == "Another one"
    assert draft.draft["planned_use"] == request.submissions.get().answers["planned_use"]
    assert members(draft) == [MIA.email]
    actions.save_answers(request=draft, by=ada, answers={"planned_use": ""})
    assert actions.renew(request=request, by=ada).draft["planned_use"] == "", "what was emptied stays empty"
