"""What a holder finds on the request's page and does there: the way to the data, leaving, renewing, deletion."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from access_requests import actions
from access_requests.models import AccessRequest, Delivery
from access_requests.waiting import standing
from access_requests.workflow import Status, Verb
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, make_user
from tests.support.access import HOW, LINK, SECRET, again, grant_of, hand_over, page, set_end

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAGES = ("secret", "leave", "renew", "deletion")


@pytest.fixture
def granted(request_at: RequestAt) -> AccessRequest:
    """Ada and Rut have access, without an end."""
    return request_at(Status.GRANTED)


def url(request: AccessRequest, name: str = "") -> str:
    """One of the request's pages."""
    return request.get_absolute_url() + (f"{name}/" if name else "")


def text(user: User, request: AccessRequest) -> str:
    """The request's page as somebody sees it."""
    found: str = page(user, url(request)).content.decode()
    return found


# The section


def test_before_delivery_it_says_what_is_waited_for(granted: AccessRequest, ada: User) -> None:
    html = text(ada, granted)
    assert "Your access" in html
    assert "No end" in html
    assert "has been asked to hand the data over" in html
    assert "Show the secret" not in html


def test_after_delivery_the_holder_finds_the_way_and_not_the_secret(
    granted: AccessRequest, ada: User, rut: User, hedda: User
) -> None:
    until = timezone.localdate() + DAY
    hand_over(granted, hedda, to="Ada Berg", valid_until=until)
    html = text(ada, granted)
    assert HOW in html
    assert f'href="{LINK}"' in html
    assert f"{until.day} {until:%B %Y}" in html
    assert "Show the secret" in html
    assert SECRET not in html
    other = text(rut, granted)
    assert HOW not in other
    assert LINK not in other
    assert "Show the secret" not in other


def test_a_way_whose_day_has_passed_is_no_way(granted: AccessRequest, ada: User, hedda: User) -> None:
    hand_over(granted, hedda, valid_until=timezone.localdate())
    Delivery.objects.update(valid_until=timezone.localdate() - DAY)
    html = text(ada, granted)
    assert "It does not work any more." in html
    assert LINK not in html
    assert "Show the secret" not in html


@pytest.mark.parametrize("who", ["sune", "per", "hedda"])
def test_others_see_who_has_access_and_no_way(granted: AccessRequest, who: str, per: User, hedda: User) -> None:
    people = {"per": per, "hedda": hedda, "sune": make_user("sune.holm@uu.example", "Sune Holm")}
    hand_over(granted, hedda)
    html = text(people[who], granted)
    assert "The data was handed over." in html
    for word in (HOW, LINK, SECRET, "Show the secret", "I am leaving"):
        assert word not in html


def test_after_the_end_nothing_of_the_way_is_left(request_at: RequestAt, ada: User, hedda: User) -> None:
    request = hand_over(request_at(Status.GRANTED), hedda)
    request = actions.revoke(request=request, by=hedda, reason="Over.")
    html = text(ada, request)
    for word in (HOW, LINK, SECRET, "How to get the data"):
        assert word not in html


# What is going on, in a sentence


def test_sentences_of_open_access(granted: AccessRequest, ada: User, rut: User, per: User, hedda: User) -> None:
    assert standing(granted, ada).sentence.endswith(
        "It has no end. AIDA Data Hub has been asked to hand the data over to you."
    )
    assert "it is AIDA Data Hub’s turn" in standing(granted, per).sentence
    hand_over(granted, hedda, to="Rut Ek")
    assert standing(granted, rut).sentence.endswith("The data is ready for you.")
    assert "not handed over to 1 of those" in standing(again(granted), hedda).sentence
    hand_over(granted, hedda)
    assert standing(again(granted), per).sentence.endswith("The data was handed over.")
    day = timezone.localdate() + 9 * DAY
    set_end(granted, day)
    assert f"The last day is {day.day} {day:%B %Y}." in standing(again(granted), ada).sentence


def test_sentence_of_who_left(granted: AccessRequest, ada: User, per: User) -> None:
    request = actions.leave(request=granted, by=ada)
    assert standing(again(request), ada).sentence.startswith("Your access ended on ")
    assert standing(again(request), per).sentence.startswith("Access is open since ")


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.REVOKED])
def test_sentences_of_the_end(request_at: RequestAt, status: Status, ada: User, rut: User, per: User) -> None:
    request = request_at(status)
    assert "must be deleted, and that must be confirmed" in standing(request, ada).sentence
    assert "not confirmed yet" in standing(request, per).sentence
    actions.confirm_deletion(request=request, by=rut)
    for person in (ada, per):
        assert "that all copies are deleted." in standing(again(request), person).sentence


def test_an_approval_that_was_revoked_says_so(request_at: RequestAt, ada: User, hedda: User) -> None:
    request = actions.revoke(request=request_at(Status.APPROVED), by=hedda, reason="Wrong person.")
    assert standing(request, ada).sentence.endswith("before access opened.")
    assert "Confirm that the copies" not in text(ada, request)


# The secret


def test_the_secret_is_shown_in_the_answer_to_a_post_and_kept_nowhere(
    granted: AccessRequest, ada: User, hedda: User
) -> None:
    hand_over(granted, hedda)
    asked = page(ada, url(granted, "secret"))
    assert SECRET not in asked.content.decode()
    assert not granted.events.filter(verb=Verb.SHOW_SECRET).exists(), "looking at the question shows nothing"
    shown = page(ada, url(granted, "secret"), {})
    assert shown.status_code == 200
    assert SECRET in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert SECRET not in str(shown.headers) + str(shown.cookies)
    assert granted.events.filter(verb=Verb.SHOW_SECRET, by=ada).count() == 1
    page(ada, url(granted, "secret"), {})
    assert granted.events.filter(verb=Verb.SHOW_SECRET, by=ada).count() == 2, "each showing is recorded"


def test_the_secret_is_escaped(granted: AccessRequest, ada: User, hedda: User) -> None:
    hand_over(granted, hedda, secret="<b>&'\"")
    assert "&lt;b&gt;&amp;&#x27;&quot;" in page(ada, url(granted, "secret"), {}).content.decode()


def test_without_a_secret_there_is_a_sentence(granted: AccessRequest, ada: User) -> None:
    answer = page(ada, url(granted, "secret"), {})
    assert answer.status_code == 403
    assert "No secret was handed over to you here." in answer.content.decode()


# The ladder of each page


@pytest.mark.parametrize("name", PAGES)
def test_strangers_find_nothing_and_anonymous_people_sign_in(
    granted: AccessRequest, otto: User, client: Client, name: str
) -> None:
    for posted in (False, True):
        data: dict[str, str] | None = {} if posted else None
        assert page(otto, url(granted, name), data).status_code == 404
        anonymous = client.get(url(granted, name)) if data is None else client.post(url(granted, name), data)
        assert anonymous.status_code == 302
        assert anonymous["Location"] == f"/accounts/login/?next={url(granted, name)}"


@pytest.mark.parametrize("name", PAGES)
def test_those_who_may_not_are_told_why(granted: AccessRequest, per: User, hedda: User, name: str) -> None:
    for person in (per, hedda):
        for data in (None, {"deleted": "on"}):
            answer = page(person, url(granted, name), data)
            assert answer.status_code == 403
            assert "<h1" in answer.content.decode()
    assert again(granted).event_count == granted.event_count


@pytest.mark.parametrize("name", PAGES)
def test_other_methods_are_refused(granted: AccessRequest, ada: User, client: Client, name: str) -> None:
    client.force_login(ada)
    assert client.put(url(granted, name)).status_code == 405
    assert client.delete(url(granted, name)).status_code == 405


def test_looking_changes_nothing(granted: AccessRequest, ada: User) -> None:
    for name in ("leave", "renew"):
        assert page(ada, url(granted, name)).status_code == 200
    assert again(granted).event_count == granted.event_count
    assert AccessRequest.objects.count() == 1


# Leaving


def test_the_applicant_leaves_and_is_offered_a_new_request(granted: AccessRequest, ada: User, client: Client) -> None:
    client.force_login(ada)
    html = client.get(url(granted, "leave")).content.decode()
    assert "Uppsala University" in html
    assert "Nobody else’s access ends" in html
    answer = client.post(url(granted, "leave"), {"reason": "To Lund."}, follow=True)
    assert answer.redirect_chain == [(url(granted, "renew"), 302)]
    assert "but for where you work" in answer.content.decode()
    assert not grant_of(granted, "Ada Berg").in_force
    draft = client.post(url(granted, "renew"), follow=True)
    assert "This request renews" in draft.content.decode()
    renewal = AccessRequest.objects.get(renews=granted)
    assert "applicant_institution" not in renewal.draft


def test_somebody_else_leaves_and_is_told_how_to_ask_anew(granted: AccessRequest, rut: User, client: Client) -> None:
    client.force_login(rut)
    assert "ask for access on the dataset’s page" in client.get(url(granted, "leave")).content.decode()
    answer = client.post(url(granted, "leave"), follow=True)
    assert answer.redirect_chain == [(url(granted), 302)]
    assert "Please delete your copies" in answer.content.decode()
    assert client.get(url(granted, "leave")).status_code == 403


# Renewing


def test_renewing_begins_a_linked_draft(granted: AccessRequest, ada: User, client: Client) -> None:
    client.force_login(ada)
    assert "is not touched by it" in client.get(url(granted, "renew")).content.decode()
    answer = client.post(url(granted, "renew"))
    draft = AccessRequest.objects.get(renews=granted)
    assert answer["Location"] == f"/requests/{draft.reference}/edit/"
    html = client.get(url(draft)).content.decode()
    assert f'This request renews <a href="{url(granted)}">{granted.reference}</a>' in html


def test_the_earlier_request_is_named_to_those_who_may_see_it(
    granted: AccessRequest, ada: User, hedda: User, brgandi: Dataset
) -> None:
    draft = actions.renew(request=granted, by=ada)
    assert granted.reference in text(ada, draft)
    nils = make_user("nils@uu.example", "Nils New")
    actions.change_applicant(request=granted, by=hedda, email=nils.email)
    AccessRequest.objects.filter(pk=draft.pk).update(applicant=nils)  # as if he had renewed it
    assert granted.reference in text(nils, draft)
    AccessRequest.objects.filter(pk=draft.pk).update(applicant=ada)
    assert granted.reference not in text(ada, draft), "it is somebody else's by now"


# Deletion


def test_who_left_confirms_their_own_copies_while_others_go_on(
    granted: AccessRequest, rut: User, ada: User, client: Client
) -> None:
    actions.leave(request=granted, by=rut)
    assert "Confirm that your copies are deleted" in text(rut, granted)
    assert "are deleted" not in text(ada, granted)
    assert "All your copies of the data must be deleted" in standing(again(granted), rut).sentence
    client.force_login(rut)
    assert "Are your copies deleted?" in client.get(url(granted, "deletion")).content.decode()
    done = client.post(url(granted, "deletion"), {"deleted": "on"}, follow=True).content.decode()
    assert "It is recorded that your copies are deleted" in done
    assert "You confirmed that all your copies of the data are deleted." in done
    assert "that your copies are deleted." in standing(again(granted), rut).sentence
    assert client.get(url(granted, "deletion")).status_code == 403


def test_the_recipient_scientist_is_asked_to_confirm(
    request_at: RequestAt, rut: User, ada: User, client: Client
) -> None:
    request = request_at(Status.EXPIRED)
    assert "Confirm that the copies are deleted" in text(rut, request)
    assert "Confirm that the copies are deleted" not in text(ada, request)
    client.force_login(rut)
    assert "cannot be taken back" in client.get(url(request, "deletion")).content.decode()
    missing = client.post(url(request, "deletion"), follow=True).content.decode()
    assert "Please tick the box" in missing
    assert again(request).copies_deleted_at is None
    done = client.post(url(request, "deletion"), {"deleted": "on"}, follow=True).content.decode()
    assert "It is recorded that all copies are deleted" in done
    assert again(request).copies_deleted_at
