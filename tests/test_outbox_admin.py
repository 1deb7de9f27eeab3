"""The outbox in the admin: who reads what, and trying again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from aidahub.outbox.queue import queue

LIST = "/admin/outbox/mail/"
LINK = "http://127.0.0.1:8000/invitations/abc123def/?next=/admin/"


@pytest.fixture
def mails(db: None) -> dict[str, Mail]:
    """One ordinary mail, one with a sign-in code, one with an invitation."""
    made = {}
    for kind, text, secret in (
        ("told", "Ada asks for BRGANDI.", False),
        ("account", "Your code is 424242.", True),
        ("decide", f"Read and decide:\n{LINK}", False),
    ):
        subject = f"Subject of {kind}"
        mail = queue(about="A/1", kind=kind, recipient="per@example.org", subject=subject, text=text, secret=secret)
        assert mail is not None
        made[kind] = mail
    return made


def signed_in(user: User) -> Client:
    """A browser of this person."""
    client = Client()
    client.force_login(user)
    return client


def page_of(user: User, mail: Mail) -> str:
    """What somebody sees of one mail."""
    answer = signed_in(user).get(reverse("admin:outbox_mail_change", args=[mail.pk]))
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


def try_again(user: User, *chosen: Mail) -> str:
    """Use the action on some mails; the page afterwards."""
    data = {"action": "try_again", "_selected_action": [mail.pk for mail in chosen]}
    return signed_in(user).post(LIST, data, follow=True).content.decode()


def test_hub_staff_see_the_list(mails: dict[str, Mail], hedda: User) -> None:
    Mail.objects.filter(kind="told").update(status=Mail.Status.FAILED, tries=7, last_error="550 No such person here")
    answer = signed_in(hedda).get(LIST)
    assert answer.status_code == 200
    page = answer.content.decode()
    for text in (
        "Subject of told",
        "per@example.org",
        "could not be sent",
        "550 No such person",
        "no mail server is set",
    ):
        assert text in page
    assert "delete_selected" not in page
    assert "424242" not in page


def test_list_takes_the_same_queries_however_many_mails(
    mails: dict[str, Mail], hedda: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        queue(about=f"B/{number}", kind="told", recipient="per@example.org", subject="S", text="T")
    client = signed_in(hedda)
    with django_assert_max_num_queries(15):
        assert client.get(LIST).status_code == 200


def test_nobody_else_sees_it(mails: dict[str, Mail], per: User, otto: User) -> None:
    assert signed_in(per).get(LIST).status_code in {403, 404}
    assert signed_in(otto).get(LIST).status_code in {302, 403, 404}
    assert "Ada asks" not in page_of(per, mails["told"])


@pytest.mark.parametrize("person", ["hedda", "sigrid"])
def test_codes_and_links_are_not_read(mails: dict[str, Mail], person: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(person)
    assert "Ada asks for BRGANDI." in page_of(user, mails["told"])
    assert "424242" not in page_of(user, mails["account"])
    invitation = page_of(user, mails["decide"])
    assert "Read and decide" in invitation
    assert "abc123def" not in invitation


def test_operator_of_a_trial_site_reads_them(mails: dict[str, Mail], sigrid: User, hedda: User, settings: Any) -> None:
    settings.DEMO = True
    assert "424242" in page_of(sigrid, mails["account"])
    assert "abc123def" in page_of(sigrid, mails["decide"])
    assert "424242" not in page_of(hedda, mails["account"])
    assert "abc123def" not in page_of(hedda, mails["decide"])


@pytest.mark.parametrize("person", ["hedda", "sigrid"])
def test_nothing_can_be_changed(mails: dict[str, Mail], person: str, request: pytest.FixtureRequest) -> None:
    client = signed_in(request.getfixturevalue(person))
    mail = mails["told"]
    assert client.get(f"{LIST}add/").status_code in {403, 404}
    assert client.post(f"{LIST}{mail.pk}/delete/", {"post": "yes"}).status_code in {403, 404}
    assert client.post(f"{LIST}{mail.pk}/change/", {"subject": "x"}).status_code in {403, 404}
    mail.refresh_from_db()
    assert mail.subject == "Subject of told"


def test_failed_mail_is_tried_again(mails: dict[str, Mail], hedda: User) -> None:
    past = timezone.now() - timedelta(days=4)
    Mail.objects.filter(kind="told").update(
        status=Mail.Status.FAILED, tries=70, tried_since=past, next_try_at=timezone.now() + timedelta(days=1)
    )
    assert "1 mail is tried again now." in try_again(hedda, mails["told"])
    mail = Mail.objects.get(kind="told")
    assert (mail.status, mail.tries, mail.tried_since) == (Mail.Status.WAITING, 0, None)
    assert mail in Mail.objects.due()


def test_sent_emptied_and_claimed_mails_are_left(mails: dict[str, Mail], hedda: User) -> None:
    Mail.objects.filter(kind="told").update(status=Mail.Status.SENT, sent_at=timezone.now())
    Mail.objects.filter(kind="account").update(status=Mail.Status.FAILED, text="")
    Mail.objects.filter(kind="decide").update(status=Mail.Status.SENDING, lease_until=timezone.now())
    before = list(Mail.objects.order_by("pk").values())
    assert "3 mails were left as they are" in try_again(hedda, *mails.values())
    assert list(Mail.objects.order_by("pk").values()) == before


def test_provider_cannot_use_the_action(mails: dict[str, Mail], per: User) -> None:
    Mail.objects.filter(kind="told").update(status=Mail.Status.FAILED)
    try_again(per, mails["told"])
    assert Mail.objects.get(kind="told").status == Mail.Status.FAILED
