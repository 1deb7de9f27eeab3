"""What hub staff and deciders do about access in the admin: each step asks once more, does it, and says so."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access_requests import actions
from access_requests.actions.files import Stored
from access_requests.desk import waiting_for
from access_requests.models import AccessRequest, Attachment, Delivery
from access_requests.people import Named
from access_requests.workflow import Answer, GrantEnd, Part, Status, Verb
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, confirm, draft_of, fresh, license_of, make_user, provider_of, set_policy
from tests.support.access import (
    HOW,
    LINK,
    SECRET,
    again,
    grant_of,
    hand_over,
    heaps,
    line,
    page,
    page_path,
    person_in,
    set_end,
    step_path,
)  # fmt: skip

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SLUGS = ("deliver", "extend", "leave", "revoke", "agreement", "closed", "deletion")


@pytest.fixture
def granted(request_at: RequestAt) -> AccessRequest:
    """Ada and Rut have access, without an end."""
    return request_at(Status.GRANTED)


def html(answer: Any) -> str:
    """What a page says, as people read it."""
    found: str = answer.content.decode()
    return found.replace("&#x27;", "'").replace("&quot;", '"')


def numbers(request: AccessRequest, *names: str) -> list[str]:
    """People as the forms name them."""
    return [str(person_in(request, name).number) for name in names]


def way(request: AccessRequest, *names: str, **more: Any) -> dict[str, Any]:
    """A filled-in delivery."""
    people = numbers(request, *(names or ("Ada Berg", "Rut Ek")))
    return {"persons": people, "how": HOW, "link": LINK, "secret": SECRET, "valid_until": "", **more}


def offered(user: User, request: AccessRequest) -> set[str]:
    """The buttons about access that somebody can use."""
    seen = html(page(user, page_path(request)))
    found = re.findall(rf'class="rd-button[^"]*" href="[^"]*{request.reference}/([a-z-]+)/"', seen)
    return set(found) & set(SLUGS)


# Who is offered what


def test_hub_staff_are_offered_what_can_be_done(granted: AccessRequest, hedda: User) -> None:
    assert offered(hedda, granted) == {"deliver", "leave", "revoke"}, "what has no end is not extended"
    set_end(granted, timezone.localdate())
    assert offered(hedda, granted) == {"deliver", "extend", "leave", "revoke"}


def test_deciders_extend_and_revoke(granted: AccessRequest, per: User) -> None:
    set_end(granted, timezone.localdate())
    assert offered(per, granted) == {"extend", "revoke"}


def test_deciders_who_were_excused_are_offered_neither(
    request_at: RequestAt, per: User, petra: User, rut: User, brgandi: Dataset
) -> None:
    request = request_at(Status.IN_REVIEW)
    actions.excuse(request=request, by=per, provider=provider_of(brgandi, 1), reason="We write a paper together.")
    request = actions.decide(request=again(request), by=petra, answer=Answer.APPROVE)
    assert (offered(per, request), offered(petra, request)) == (set(), {"revoke"})
    set_end(confirm(request, rut), timezone.localdate())
    assert (offered(per, request), offered(petra, request)) == (set(), {"extend", "revoke"})
    answer = page(per, step_path(request, "revoke"), {"reason": "Conflict."})
    assert answer.status_code == 403
    assert "not excused" in html(answer)


def test_an_approval_can_be_revoked_and_over_is_over(request_at: RequestAt, hedda: User, rut: User, per: User) -> None:
    request = request_at(Status.APPROVED)
    assert offered(hedda, request) == offered(per, request) == {"revoke"}
    request = actions.revoke(request=confirm(request, rut), by=hedda, reason="Over.")
    assert offered(hedda, request) == {"deletion"}
    assert offered(per, request) == set()


@pytest.mark.parametrize("slug", SLUGS)
def test_each_step_has_its_ladder(granted: AccessRequest, slug: str, ada: User, otto: User, opal: User) -> None:
    path = step_path(granted, slug)
    for person in (ada, otto, opal):
        assert page(person, path).status_code == page(person, path, {}).status_code == 404
    anonymous = Client().get(path)
    assert anonymous.status_code == 302
    assert "/login/" in anonymous["Location"]
    assert again(granted).event_count == granted.event_count


@pytest.mark.parametrize(("slug", "why"), [("deliver", "Only hub staff"), ("agreement", "Only hub staff")])
def test_deciders_are_told_what_is_the_hub_s(granted: AccessRequest, per: User, slug: str, why: str) -> None:
    answer = page(per, step_path(granted, slug))
    assert answer.status_code == 403
    assert why in html(answer)


def test_hub_staff_who_are_named_hand_nothing_over(granted: AccessRequest, hedda: User) -> None:
    gun = make_user("gun@hub.example", "Gun Hub", is_hub_staff=True)
    actions.add_person(request=granted, by=hedda, person=Named(Part.MEMBER, "Gun Hub", "", gun.email, "UU"))
    answer = page(gun, step_path(granted, "deliver"), way(granted))
    assert answer.status_code == 403
    assert "somebody else must handle it" in html(answer)


# Deliver


def test_handing_over_asks_does_and_says_so(granted: AccessRequest, hedda: User) -> None:
    asked = page(hedda, step_path(granted, "deliver"))
    assert "finds the way to it on the request’s page after" in html(asked)
    assert html(asked).count("checked") == 2, "both holders wait for data"
    assert not Delivery.objects.exists()
    done = page(hedda, step_path(granted, "deliver"), way(granted), follow=True)
    assert f"{granted.reference}: the data is handed over." in html(done)
    assert set(Delivery.objects.values_list("grant__participant__name", "secret")) == {
        ("Ada Berg", SECRET), ("Rut Ek", SECRET),
    }  # fmt: skip
    assert {row.by for row in Delivery.objects.all()} == {hedda}


def test_again_is_one_click(granted: AccessRequest, hedda: User) -> None:
    until = timezone.localdate() + DAY
    hand_over(granted, hedda, valid_until=until)
    asked = html(page(hedda, step_path(granted, "deliver")))
    assert SECRET not in asked, "nobody sees it here again"
    form = page(hedda, step_path(granted, "deliver")).context["form"]
    posted = {name: form[name].value() for name in form.fields}
    posted |= {"valid_until": until.isoformat(), "secret": "", "keep_secret": "on"}
    assert form["keep_secret"].value() is True
    page(hedda, step_path(granted, "deliver"), posted)
    rows = Delivery.objects.filter(number=2)
    assert set(rows.values_list("how", "link", "secret", "valid_until")) == {(HOW, LINK, SECRET, until)}
    assert rows.count() == 2


def test_those_without_data_are_proposed_first(granted: AccessRequest, hedda: User) -> None:
    hand_over(granted, hedda, to="Ada Berg")
    form = page(hedda, step_path(granted, "deliver")).context["form"]
    assert form["persons"].value() == numbers(granted, "Rut Ek")
    assert form["link"].value() == LINK
    assert form["keep_secret"].value() is False, "her secret is not his"
    answer = page(hedda, step_path(granted, "deliver"), way(granted, "Rut Ek", secret="", keep_secret="on"))
    assert "There is no secret of the last time for Rut Ek." in html(answer)
    assert not grant_of(granted, "Rut Ek").deliveries.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"persons": []}, "This field is required"),
        ({"persons": ["77"]}, "is not one of the available choices"),
        ({"link": "", "how": ""}, "Say how the holder gets the data"),
        ({"link": "javascript:alert(1)"}, "must be a whole address"),
        ({"valid_until": "2020-01-01"}, "The last day lies in the past"),
        ({"valid_until": "soon"}, "Enter a valid date"),
        ({"secret": "x" * 501}, "at most 500 characters"),
        ({"secret": "a\x00b"}, "Null characters"),
    ],
)
def test_wrong_input_says_what_and_repeats_no_secret(
    granted: AccessRequest, hedda: User, wrong: dict[str, Any], sentence: str
) -> None:
    answer = page(hedda, step_path(granted, "deliver"), way(granted, **wrong))
    assert answer.status_code == 200
    assert sentence in html(answer)
    assert SECRET not in html(answer)
    assert not Delivery.objects.exists()


# Extend, leave, revoke, agreement, deletion


def test_extending(granted: AccessRequest, per: User) -> None:
    ends = timezone.localdate() + 3 * DAY
    set_end(granted, ends)
    assert "The last day now is" in html(page(per, step_path(granted, "extend")))
    wrong = page(per, step_path(granted, "extend"), {"ends": ends.isoformat()})
    assert "Choose a day after the last day now" in html(wrong)
    page(per, step_path(granted, "extend"), {"ends": (ends + 9 * DAY).isoformat()})
    assert grant_of(granted, "Rut Ek").ends == ends + 9 * DAY


def test_extending_what_has_no_end_says_why_not(granted: AccessRequest, hedda: User) -> None:
    answer = page(hedda, step_path(granted, "extend"))
    assert answer.status_code == 403
    assert "This access has no end that could be moved." in html(answer)


def test_somebody_left(granted: AccessRequest, hedda: User) -> None:
    page(hedda, step_path(granted, "leave"), {"person": numbers(granted, "Rut Ek")[0], "reason": "Told us."})
    assert grant_of(granted, "Rut Ek").end_reason == GrantEnd.LEFT
    assert grant_of(granted, "Ada Berg").in_force
    unknown = page(hedda, step_path(granted, "leave"), {"person": numbers(granted, "Sune Holm")[0]})
    assert "is not one of the available choices" in html(unknown)


def test_revoking_needs_a_reason(granted: AccessRequest, per: User) -> None:
    assert "that copies must be deleted" in html(page(per, step_path(granted, "revoke")))
    assert "This field is required" in html(page(per, step_path(granted, "revoke"), {"reason": " "}))
    page(per, step_path(granted, "revoke"), {"reason": "Copied on."})
    assert again(granted).status == Status.REVOKED


def test_recording_the_agreement_opens_access(request_at: RequestAt, brgandi: Dataset, hedda: User, rut: User) -> None:
    set_policy(license_of(brgandi), agreement=True)
    request = confirm(request_at(Status.APPROVED), rut)
    assert request.status == Status.APPROVED
    path = step_path(request, "agreement")
    assert "First attach the signed agreement" in html(page(hedda, path))
    stored = Stored("signed.pdf", "application/pdf", 10, "0" * 64, "k" * 32)
    file = actions.attach(request=request, by=hedda, file=stored, kind=Attachment.Kind.AGREEMENT)
    today = timezone.localdate()
    late = page(hedda, path, {"paper": str(file.public_id), "signed_on": (today + DAY).isoformat()})
    assert "lies in the future" in html(late)
    none = page(hedda, path, {"paper": "nonsense", "signed_on": today.isoformat()})
    assert none.status_code == 200
    assert again(request).status == Status.APPROVED
    page(hedda, path, {"paper": str(file.public_id), "signed_on": today.isoformat()})
    assert again(request).status == Status.GRANTED
    assert "agreement" not in offered(hedda, request)


def test_recording_that_copies_are_deleted(request_at: RequestAt, hedda: User) -> None:
    request = request_at(Status.REVOKED)
    assert "This field is required" in html(page(hedda, step_path(request, "deletion"), {}))
    page(hedda, step_path(request, "deletion"), {"deleted": "on"})
    assert again(request).copies_deleted_at
    assert offered(hedda, request) == set()


def test_recording_that_one_person_s_copies_are_deleted(granted: AccessRequest, hedda: User, rut: User) -> None:
    assert "deletion" not in offered(hedda, granted)
    actions.leave(request=granted, by=rut)
    assert "deletion" in offered(hedda, granted)
    assert heaps(hedda)["copies"] == [page_path(granted)]
    assert "It is not confirmed yet that their copies are deleted" in html(page(hedda, page_path(granted)))
    asked = page(hedda, step_path(granted, "deletion"))
    assert asked.context["form"]["persons"].value() == numbers(granted, "Rut Ek")
    assert "Ada Berg" not in str(asked.context["form"])
    page(hedda, step_path(granted, "deletion"), {"persons": numbers(granted, "Rut Ek"), "deleted": "on"})
    assert grant_of(granted, "Rut Ek").copies_deleted_at
    assert "deletion" not in offered(hedda, granted)
    assert "copies" not in heaps(hedda)
    assert "that their copies are deleted." in html(page(hedda, page_path(granted)))


# The decision page


def test_the_page_says_who_holds_what_and_what_was_handed_over(
    granted: AccessRequest, hedda: User, per: User, ada: User
) -> None:
    assert "The data was not handed over yet" in html(page(hedda, page_path(granted)))
    hand_over(granted, hedda)
    actions.show_secret(request=granted, by=ada)
    seen = html(page(hedda, page_path(granted)))
    assert "Handed over, number 1:" in seen
    assert "by Hedda Hub." in seen
    assert seen.count("Secret looked at:") == 1
    assert "Stands on text number 1 of the licence" in seen
    decider = html(page(per, page_path(granted)))
    assert "Handed over, number 1:" in decider
    assert "Hedda" not in decider.partition('id="access"')[2].partition("</section>")[0]
    assert "Secret looked at:" not in decider
    for text in (seen, decider):
        for word in (SECRET, LINK, HOW):
            assert word not in text


def test_a_renewal_says_what_it_renews(granted: AccessRequest, ada: User, per: User, brgandi: Dataset) -> None:
    actions.renew(request=granted, by=ada)
    renewal = actions.submit(request=draft_of(ada, brgandi), by=ada)
    assert renewal.renews == granted
    assert f'renews <a href="{page_path(granted)}">{granted.reference}</a>' in html(page(per, page_path(renewal)))


# Whose turn it is


def test_open_access_is_the_hub_s_turn_until_everybody_has_the_data(
    granted: AccessRequest, hedda: User, per: User
) -> None:
    assert (line(granted, hedda).turn, line(granted, per).turn) == ("You", "Hub staff")
    hand_over(granted, hedda, to="Ada Berg")
    assert line(granted, hedda).turn == "You"
    hand_over(granted, hedda, to="Rut Ek")
    assert (line(granted, hedda).turn, line(granted, per).turn) == ("Nobody", "Nobody")
    assert line(granted, hedda).days is None


def test_the_list_s_filter_agrees_with_the_turn(granted: AccessRequest, hedda: User, per: User) -> None:
    def found(user: User) -> set[str]:
        path = reverse("admin:access_requests_accessrequest_changelist")
        return {
            turn for turn in ("me", "others", "nobody") if granted.reference in html(page(user, f"{path}?turn={turn}"))
        }

    assert (found(hedda), found(per)) == ({"me"}, {"others"})
    hand_over(granted, hedda)
    assert (found(hedda), found(per)) == ({"nobody"}, {"nobody"})


def test_whoever_is_named_is_not_waited_for(granted: AccessRequest, hedda: User) -> None:
    gun = make_user("gun@hub.example", "Gun Hub", is_hub_staff=True)
    assert granted in waiting_for(gun)
    actions.add_person(request=granted, by=hedda, person=Named(Part.MEMBER, "Gun Hub", "", gun.email, "UU"))
    assert granted not in waiting_for(fresh(gun))


# The desk


def test_who_handed_over_is_named_to_colleagues_who_are_not_named_in_the_request(
    granted: AccessRequest, hedda: User, sigrid: User
) -> None:
    hand_over(granted, hedda)
    by = {each.by for held in page(sigrid, page_path(granted)).context["holdings"] for each in held.deliveries}
    assert by == {"Hedda Hub"}
    named = Named(Part.MEMBER, "Sigrid", "", sigrid.email, "Uppsala University")
    actions.add_person(request=granted, by=hedda, person=named)
    held = page(sigrid, page_path(granted)).context["holdings"]
    assert {each.by for one in held for each in one.deliveries} == {settings.HUB_NAME}


def test_events_name_people_by_number_alone(granted: AccessRequest, hedda: User) -> None:
    hand_over(granted, hedda)
    payload = str(granted.events.get(verb=Verb.DELIVER).payload)
    for word in (SECRET, LINK, HOW, "Ada", "Rut"):
        assert word not in payload
