"""A secret, a link and words planted as unique words: nobody but their holder finds them, anywhere."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access_requests import actions, events
from access_requests.models import AccessRequest, Delivery, Event
from access_requests.people import Named
from access_requests.timeline import timeline
from access_requests.workflow import Part, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from tests.cast import RequestAt, confirm, fresh, make_user
from tests.support.access import HOW, LINK, SECRET, again, hand_over, page, step_path
from tests.support.asking import told

pytestmark = pytest.mark.django_db
WORDS = (SECRET, LINK, HOW)


@pytest.fixture
def granted(request_at: RequestAt, hedda: User) -> AccessRequest:
    """Ada and Rut have access; the data was handed over to Ada alone, twice."""
    request = request_at(Status.GRANTED)
    hand_over(request, hedda, to="Ada Berg")
    return hand_over(request, hedda, to="Ada Berg")


def addresses(request: AccessRequest) -> Iterator[str]:
    """Every page on which something of a request could stand."""
    own = request.get_absolute_url()
    yield from (
        own + name for name in ("", "secret/", "leave/", "renew/", "deletion/", "accept/", "withdraw/", "edit/")
    )
    yield from (step_path(request, name) for name in ("change", "extend", "leave", "revoke", "agreement", "deletion"))
    for name in ("changelist", "who", "who_csv", "write"):
        yield reverse(f"admin:access_requests_accessrequest_{name}")
    yield from ("/", "/requests/", "/admin/", "/accounts/profile/", f"/{request.dataset.doi}", "/metrics/")
    yield f"/admin/access_requests/accessrequest/?q={SECRET}"


def everything_of(client: Client, path: str) -> str:
    """What somebody gets from an address: body, headers, cookies."""
    answer = client.get(path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return f"{body.decode(errors='replace')}{answer.headers}{answer.cookies}"


@pytest.mark.parametrize("who", ["rut", "mia", "sune", "per", "petra", "hedda", "sigrid", "otto", "alva"])
def test_nobody_else_finds_any_of_it(
    granted: AccessRequest,
    who: str,
    rut: User,
    per: User,
    petra: User,
    hedda: User,
    sigrid: User,
    otto: User,
    alva: User,
) -> None:
    mia = make_user("mia@uu.example", "Mia Member")
    actions.add_person(request=granted, by=hedda, person=Named(Part.MEMBER, "Mia Member", "", mia.email, "UU"))
    confirm(granted, mia)
    people = {"rut": rut, "mia": mia, "per": per, "petra": petra, "hedda": hedda, "sigrid": sigrid, "otto": otto}
    people |= {"alva": alva, "sune": make_user("sune.holm@uu.example", "Sune Holm")}
    client = Client()
    client.force_login(fresh(people[who]))
    for path in addresses(granted):
        seen = everything_of(client, path).replace(f"q={SECRET}", "").replace(f'value="{SECRET}"', "")
        for word in WORDS:
            assert word not in seen, f"{path} tells {who} {word}"
    refused = client.post(f"{granted.get_absolute_url()}secret/")
    assert refused.status_code in {403, 404}
    assert SECRET not in refused.content.decode()


def test_who_hands_it_over_again_sees_the_link_and_never_the_secret(granted: AccessRequest, hedda: User) -> None:
    """Hub staff make the link, so they see it where they hand it over; the secret they do not see again."""
    html = page(hedda, step_path(granted, "deliver")).content.decode()
    assert LINK in html
    assert SECRET not in html


def test_the_holder_finds_the_secret_in_one_answer_only(granted: AccessRequest, ada: User) -> None:
    client = Client()
    client.force_login(ada)
    shown = client.post(f"{granted.get_absolute_url()}secret/")
    assert SECRET in shown.content.decode()
    for path in addresses(granted):
        assert SECRET not in everything_of(client, path).replace(f"q={SECRET}", "").replace(f'value="{SECRET}"', "")
    for session in Session.objects.all():
        assert SECRET not in str(session.get_decoded())


def test_neither_mails_nor_record_nor_timeline_hold_it(
    granted: AccessRequest, ada: User, hedda: User, per: User, rut: User
) -> None:
    actions.show_secret(request=granted, by=ada)
    mails = "".join(f"{mail.subject}{mail.text}{mail.html}{mail.headers}" for mail in Mail.objects.all())
    record = "".join(str(event.payload) for event in Event.objects.all())
    tales = "".join(told(granted, person) for person in (ada, hedda, per, rut))
    for word in WORDS:
        assert word not in mails + record + tales + again(granted).search_text
    assert not list(events.verify())


def test_no_log_holds_it(granted: AccessRequest, ada: User, hedda: User) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        page(ada, f"{granted.get_absolute_url()}secret/", {})
        page(hedda, step_path(granted, "deliver"), {"persons": ["1"], "how": HOW, "link": LINK, "secret": SECRET})
        page(hedda, step_path(granted, "deliver"), {"persons": [], "how": HOW, "link": "x", "secret": SECRET})
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    for word in WORDS:
        assert word not in stream.getvalue()


@pytest.mark.parametrize("end", ["revoke", "expire", "leave", "remove"])
def test_it_is_emptied_at_the_end(granted: AccessRequest, end: str, hedda: User, ada: User) -> None:
    if end == "revoke":
        actions.revoke(request=granted, by=hedda, reason="Over.")
    elif end == "expire":
        granted.grants.update(ends=timezone.localdate())
        actions.expire(request=granted, today=timezone.localdate() + timedelta(days=1))
    elif end == "leave":
        actions.leave(request=granted, by=ada)
    else:
        nils = make_user("nils@uu.example", "Nils New")
        actions.change_applicant(request=granted, by=hedda, email=nils.email)
    assert set(Delivery.objects.values_list("how", "link", "secret")) == {("", "", "")}
    assert not Delivery.objects.filter(emptied_at=None).exists()
    for word in WORDS:
        assert not found_in_database(word), word


def found_in_database(word: str) -> list[str]:
    """The tables and columns in which a word stands."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            for column in connection.introspection.get_table_description(cursor, table):
                quoted = connection.ops.quote_name(column.name)
                cursor.execute(
                    f"SELECT 1 FROM {connection.ops.quote_name(table)} WHERE CAST({quoted} AS TEXT) LIKE %s LIMIT 1",
                    [f"%{word}%"],
                )
                if cursor.fetchone():
                    found.append(f"{table}.{column.name}")
    return found


# What the timeline says, and to whom


def test_a_showing_is_told_to_the_hub_and_to_who_looked(
    granted: AccessRequest, ada: User, rut: User, per: User, hedda: User
) -> None:
    actions.show_secret(request=granted, by=ada)
    assert "You looked at the secret for the data." in told(granted, ada)
    assert "Ada Berg looked at the secret for the data." in told(granted, hedda)
    for person in (rut, per):
        assert "looked at the secret" not in told(granted, person)


def test_what_else_the_timeline_says(granted: AccessRequest, ada: User, rut: User, per: User, hedda: User) -> None:
    granted.grants.update(ends=timezone.localdate())
    actions.extend(request=granted, by=per, ends=timezone.localdate() + timedelta(days=9))
    actions.leave(request=granted, by=rut, reason="To Lund.")
    actions.revoke(request=granted, by=hedda, reason="Copied on.")
    actions.confirm_deletion(request=again(granted), by=rut)
    lines = {person.name: told(granted, person) for person in (ada, rut, per, hedda)}
    for sentence in (
        "handed the data over to you.",
        "handed the data over again to you.",
        "Access was extended.",
        "Rut Ek left the institution, so their access ended. To Lund.",
        "The access was revoked. Copied on.",
        "Rut Ek confirmed that all copies of the data are deleted.",
    ):
        assert sentence in lines["Ada Berg"]
    assert "Hedda" not in lines["Ada Berg"] + lines["Rut Ek"]
    assert "Per Provider" not in lines["Ada Berg"] + lines["Rut Ek"]
    assert "You left the institution" in lines["Rut Ek"]
    assert "handed the data over to Ada Berg" in lines["Rut Ek"]
    assert "You extended the access." in lines["Per Provider"]
    assert "Hedda Hub revoked the access. Copied on." in lines["Per Provider"]
    assert "You recorded how the data reaches Ada Berg." in lines["Hedda Hub"]
    for person in (ada, hedda):
        assert all("%(" not in entry.sentence + entry.detail for entry in timeline(again(granted), fresh(person)))
