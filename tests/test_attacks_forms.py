"""Forms: sent from another site, with more fields than they have, and about things of other people.

Generated from the table of addresses where that can be, so that a new page is attacked as soon as it has its row.
"""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client

from access_requests import actions
from access_requests.filing import attach_upload
from access_requests.models import AccessRequest, Decision, Event, Message
from access_requests.workflow import Status
from aidahub.accounts.models import ProviderLink, User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import PASSWORD, RequestAt, fresh, sent
from tests.support.asking import draft, people, step
from tests.support.files import a_file, pdf
from tests.test_urls import addresses as all_addresses
from tests.test_urls import cast, paths, values, written  # noqa: F401 - two of them are fixtures

pytestmark = pytest.mark.django_db

ADMIN = "/admin/access_requests/accessrequest/"
TOKEN = "a" * 32


# What another site may send


@pytest.mark.parametrize("who", ["anonymous", pytest.param("sigrid", marks=pytest.mark.slow)])
def test_no_form_is_taken_from_another_site(
    who: str,
    cast: dict[str, User | None],  # noqa: F811
    values: dict[str, Any],  # noqa: F811
) -> None:
    """Without the form's secret, and with it but from elsewhere; signing in included."""
    browser = Client(enforce_csrf_checks=True)
    if user := cast[who]:
        browser.force_login(user)
    browser.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
    before = (Event.objects.count(), Mail.objects.count(), Message.objects.count())
    taken = []
    for name, path in paths(values):
        for words, headers in (
            ({}, {}),
            ({"csrfmiddlewaretoken": "b" * 32}, {}),
            ({"csrfmiddlewaretoken": TOKEN}, {"origin": "https://evil.example"}),
            ({"csrfmiddlewaretoken": TOKEN}, {"origin": "null"}),
        ):
            with transaction.atomic():
                status = browser.post(path, words, headers=headers).status_code
                transaction.set_rollback(True)
            if status not in {403, 405} and name not in PROBES:
                taken.append(f"{name} ({path}) with {words} from {headers}: {status}")
    assert not taken, "\n".join(taken)
    assert (Event.objects.count(), Mail.objects.count(), Message.objects.count()) == before


PROBES = {"healthz", "readyz"}


def test_the_same_form_from_this_site_is_taken(ada: User) -> None:
    """Else the test above would pass where nobody can send anything."""
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    browser.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
    words = {"csrfmiddlewaretoken": TOKEN, "name": "Ada", "country": "SE"}
    assert browser.post("/accounts/profile/", words).status_code == 302


# More fields than the form has

EXTRA = {
    "status": "granted", "applicant": "1", "applicant_id": "1", "license": "1", "license_id": "1", "dataset": "1",
    "reference": "AIDA-2026-00001", "decision": "approve", "submitted_at": "2020-01-01", "granted_at": "2020-01-01",
    "form_version": "1", "draft": "{}", "siblings": "x", "assignee": "1", "suspended_at": "", "is_active": "on",
    "is_staff": "on", "is_superuser": "on", "is_hub_staff": "on", "user_permissions": "1", "groups": "1",
    "email": "eve@evil.example", "verified": "on", "primary": "on", "password": "x", "user": "1", "user_id": "1",
    "provider": "1", "provider_id": "1", "id": "1", "pk": "1", "internal": "on", "by": "1", "written_by": "1",
    "at": "2020-01-01", "number": "99", "orcid": "0000-0002-1825-0097", "language": "sv", "__class__": "x",
}  # fmt: skip


def privileges() -> Any:
    """All that no form of an applicant decides."""
    return (
        list(User.objects.order_by("pk").values_list("pk", "email", "is_active", "is_superuser", "is_hub_staff")),
        list(EmailAddress.objects.order_by("pk").values_list("email", "verified", "primary", "user")),
        list(ProviderLink.objects.order_by("pk").values_list("user", "provider")),
        Decision.objects.count(),
    )


def of(request: AccessRequest) -> Any:
    """What an applicant's forms do not decide about a request."""
    request.refresh_from_db()
    return (request.reference, request.applicant_id, request.license_id, request.form_version_id, request.status)


def test_more_fields_than_a_form_has_change_nothing_else(
    client: Client, ada: User, per: User, otto: User, brgandi: Dataset
) -> None:
    client.force_login(ada)
    request, other = draft(ada, brgandi), draft(otto, brgandi)
    before, its, others = privileges(), of(request), of(other)
    for path, words in (
        (step(request, "you"), {"applicant_name": "Ada Berg"}),
        (step(request, "project"), {"project_title": "New"}),
        (step(request, "people"), people()),
        (f"/requests/{request.reference}/more/", {}),
        (f"/requests/{request.reference}/people/", {"name": "Mia", "email": "mia@uu.example"}),
        (f"/requests/{request.reference}/accept/", {"accept_license": "on"}),
        ("/accounts/profile/", {"name": "Ada", "country": "SE"}),
        ("/accounts/password/change/", {"oldpassword": "wrong", "password1": "new words here"}),
    ):
        extra = {key: value for key, value in EXTRA.items() if key not in words and key != "language"}
        assert client.post(path, {**extra, **words}).status_code in {200, 302, 403, 404}, path
        assert (privileges(), of(request), of(other)) == (before, its, others), path
    request.refresh_from_db()
    assert request.draft["project_title"] == "New"
    assert not set(EXTRA) & set(request.draft), "only what the form asks is kept"


def test_signing_up_makes_nobody_important(client: Client, db: None) -> None:
    words = {**EXTRA, "email": "new@uu.example", "password1": "correct horse battery staple"}
    client.post("/accounts/signup/", words)
    user = User.objects.get(email="new@uu.example")
    assert (user.is_superuser, user.is_hub_staff, user.is_staff) == (False, False, False)
    assert not EmailAddress.objects.filter(verified=True).exists()


def test_a_decision_and_a_message_stay_what_they_are(
    client: Client, request_at: RequestAt, per: User, ada: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(per)
    assert client.post(f"{ADMIN}{request.reference}/approve/", {**EXTRA, "reason": ""}).status_code == 302
    request.refresh_from_db()
    assert request.status == Status.APPROVED, "approved, not granted, whatever was posted"
    vote = Decision.objects.get()
    assert vote.by == per
    client.force_login(ada)
    client.post(f"/requests/{request.reference}/messages/", {**EXTRA, "text": "Thank you."})
    message = Message.objects.latest("pk")
    assert (message.by, message.request) == (ada, request)


# Things of other people


def strangers(client: Client, name: str, pattern: Any, mine: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Each address that names a request and a thing in it, with the thing of another request; what was not 404."""
    found = []
    keys = [key for key in pattern.pattern.regex.groupindex if key in theirs and key != "reference"]
    for key in keys:
        path = written(name, pattern, {**mine, key: theirs[key]})
        for method in ("GET", "POST"):
            with transaction.atomic():
                status = client.generic(method, path).status_code
                transaction.set_rollback(True)
            if status not in {404, 405, 403}:
                found.append(f"{method} {name} ({path}): {status}")
    return found


@pytest.mark.parametrize("who", ["ada", "per", "hedda"])
def test_a_thing_of_one_request_is_not_found_in_another(
    who: str,
    cast: dict[str, User | None],  # noqa: F811
    values: dict[str, Any],  # noqa: F811
    alva: User,
    brgandi: Dataset,
) -> None:
    """Also by those who may see both."""
    request = sent(alva, brgandi)
    file = attach_upload(request=request, by=fresh(alva), file=a_file(pdf(), "b.pdf"))
    said = actions.write(request=AccessRequest.objects.get(pk=request.pk), by=fresh(alva), text="Hello?")
    theirs = {"public_id": file.public_id, "digest": said.text.digest}
    client = Client()
    user = cast[who]
    assert user
    client.force_login(user)
    names = [
        (name, pattern) for name, pattern, _place in all_addresses() if "reference" in pattern.pattern.regex.groupindex
    ]
    mixed = [name for name, pattern in names if {"public_id", "digest"} & set(pattern.pattern.regex.groupindex)]
    assert len(mixed) >= 4, "there is something to try"
    found = [fault for name, pattern in names for fault in strangers(client, name, pattern, values, theirs)]
    assert not found, "\n".join(found)


def test_no_posted_name_of_another_s_thing_is_followed(
    client: Client, request_at: RequestAt, ada: User, opal: User, otto: User, brgandi: Dataset, other: Dataset
) -> None:
    """Lists of references and ids in forms: those of others are passed over, without a word whether they exist."""
    request = request_at(Status.IN_REVIEW)
    client.force_login(opal)
    own = sent(otto, other)
    said: list[tuple[object, ...]] = []
    for reference in (request.reference, "AIDA-2026-99999"):
        for slug in ("approve", "reject", "send-back"):
            answer = client.post(f"{ADMIN}several/{slug}/", {"reference": [reference], "reason": "Mine now."})
            said.append((slug, answer.status_code, answer.content.decode().replace(reference, "").count("AIDA-")))
        chosen = {"action": "approve", "index": "0", "_selected_action": [reference, str(request.pk)]}
        answer = client.post(ADMIN, chosen)
        said.append((answer.status_code, [str(message) for message in get_messages(answer.wsgi_request)]))
    half = len(said) // 2
    assert said[:half] == said[half:], "an invented one reads the same"
    request.refresh_from_db()
    own.refresh_from_db()
    assert (request.status, own.status) == (Status.IN_REVIEW, Status.IN_REVIEW)
    assert not Decision.objects.exists()


def test_a_file_s_id_in_an_answer_opens_no_file_of_another(
    client: Client, ada: User, alva: User, brgandi: Dataset
) -> None:
    file = attach_upload(request=draft(alva, brgandi), by=alva, file=a_file(pdf(), "secret.pdf"))
    mine = draft(ada, brgandi)
    client.force_login(ada)
    client.post(step(mine, "project"), {"project_title": str(file.public_id), "file": str(file.public_id)})
    for path in (f"/requests/{mine.reference}/", step(mine, "project"), f"/requests/{mine.reference}/files/"):
        assert "secret.pdf" not in client.get(path).content.decode()
    assert client.get(f"/requests/{mine.reference}/files/{file.public_id}/").status_code == 404


def test_the_admin_offers_no_other_way_to_look_things_up(
    client: Client, request_at: RequestAt, opal: User, per: User, hedda: User
) -> None:
    """Autocompletion offers what the lists show to this person; pop-ups and other keys open nothing."""
    sent_one = request_at(Status.IN_REVIEW).reference
    known = {opal: set(), per: {sent_one}, hedda: {sent_one}}
    for person, seen in known.items():
        client.force_login(person)
        requests = "app_label=access_requests&model_name=grant&field_name=request"
        answer = client.get(f"/admin/autocomplete/?term=&{requests}")
        assert answer.status_code == 404 or {row["text"][:15] for row in answer.json()["results"]} <= seen
        for query in (
            "app_label=accounts&model_name=user&field_name=x",
            "app_label=accounts&model_name=providerlink&field_name=user",
        ):
            status = client.get(f"/admin/autocomplete/?term=a&{query}").status_code
            assert status in {403, 404} or person == hedda, "hub staff have the list of people"
        for query in ("_popup=1", "_to_field=password", "_to_field=id&_popup=1", "all=", "e=1"):
            answer = client.get(f"{ADMIN}?{query}")
            assert answer.status_code in {200, 302, 400}
            assert (sent_one in answer.content.decode()) <= (sent_one in seen)


# Sessions


def test_a_session_s_key_from_before_signing_in_opens_nothing(client: Client, ada: User) -> None:
    """Somebody put their own key into another's browser and waits for them to sign in."""
    before = client.session
    before["language"] = "sv"
    before.save()
    planted = before.session_key
    assert planted
    assert client.post("/accounts/login/", {"login": ada.email, "password": PASSWORD}).status_code == 302
    assert client.get("/requests/").status_code == 200
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    for key in (planted, "p" * 32):
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = key
        assert thief.get("/requests/").status_code == 302


def test_signing_out_ends_the_session_itself(client: Client, ada: User) -> None:
    client.force_login(ada)
    copied = Client()
    copied.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert copied.get("/requests/").status_code == 200
    client.post("/accounts/logout/")
    assert copied.get("/requests/").status_code == 302
