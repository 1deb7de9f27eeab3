"""Messages on the request's page: who writes, who reads, as whom it is signed, and what happens with bad input."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access_requests import actions
from access_requests.further import MESSAGES_A_DAY
from access_requests.models import AccessRequest, Message
from access_requests.talk import Said, page_of
from access_requests.workflow import SENT, Status
from aidahub.accounts.models import User
from tests.cast import REACHED, RequestAt, fresh
from tests.support.asking import read

pytestmark = pytest.mark.django_db


def post(client: Client, user: User, request: AccessRequest, text: str) -> str:
    """The page after posting a message."""
    client.force_login(user)
    response = client.post(f"{request.get_absolute_url()}messages/", {"text": text}, follow=True)
    assert response.status_code == 200
    return str(response.content.decode())


# It works


@pytest.mark.parametrize("status", [status for status in REACHED if status in SENT])
def test_the_applicant_writes_at_any_time(client: Client, request_at: RequestAt, ada: User, status: Status) -> None:
    html = post(client, ada, request_at(status), "I have\r\nmoved <b>offices</b>.")
    assert "Your message is sent." in html
    assert "I have<br>moved &lt;b&gt;offices&lt;/b&gt;." in html
    assert Message.objects.get().text.text == "I have\nmoved <b>offices</b>."


def test_posting_leads_to_what_was_written(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(ada)
    response = client.post(f"{request.get_absolute_url()}messages/", {"text": "Hello."})
    assert response["Location"] == f"{request.get_absolute_url()}#message-1"
    assert 'id="message-1"' in read(client, ada, request)


def test_each_reads_who_wrote_as_far_as_they_may_know(
    client: Client, request_at: RequestAt, ada: User, rut: User, per: User, hedda: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    for user, text in ((ada, "From Ada."), (per, "From Per."), (hedda, "From Hedda."), (rut, "From Rut.")):
        post(client, user, request, text)
    signed = {
        ada: ["You", "The dataset&#x27;s providers", "AIDA Data Hub", "Rut Ek"],
        rut: ["Ada Berg", "The dataset&#x27;s providers", "AIDA Data Hub", "You"],
        per: ["Ada Berg", "You", "Hedda Hub (AIDA Data Hub)", "Rut Ek"],
        hedda: ["Ada Berg", "Per Provider (The dataset&#x27;s providers)", "You", "Rut Ek"],
    }
    for reader, names in signed.items():
        html = read(client, reader, request)
        found = [part.partition("</strong>")[0] for part in html.split('<p class="said-by">\n        <strong>')[1:]]
        assert found == names
        places = [html.index(f"From {name}.") for name in ("Ada", "Per", "Hedda", "Rut")]
        assert places == sorted(places), "the oldest first"
    for reader in (ada, rut):
        html = read(client, reader, request)
        assert "Per Provider" not in html
        assert "Hedda" not in html.replace("From Hedda.", "")


def test_somebody_known_by_another_address_is_named_as_the_request_does(
    client: Client, request_at: RequestAt, ada: User, rut: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    User.objects.filter(pk=rut.pk).update(email="private@home.example", name="")
    actions.write(request=request, by=fresh(rut), text="It is me.")
    html = read(client, ada, request)
    assert "<strong>Rut Ek</strong>" in html
    assert "private@home.example" not in html


def test_who_was_removed_is_still_named_and_reads_no_more(
    client: Client, request_at: RequestAt, ada: User, rut: User, hedda: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    actions.write(request=request, by=rut, text="It is me.")
    request.participants.filter(email=rut.email).update(removed_at=request.submitted_at)
    assert "<strong>Rut Ek</strong>" in read(client, ada, request)
    client.force_login(rut)
    assert client.get(request.get_absolute_url()).status_code == 404
    assert client.post(f"{request.get_absolute_url()}messages/", {"text": "Still me."}).status_code == 404
    assert Message.objects.count() == 1


# Who may not


def test_strangers_and_other_providers_find_nothing(
    client: Client, request_at: RequestAt, otto: User, alva: User, opal: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    for user in (otto, alva, opal):
        client.force_login(user)
        assert client.post(f"{request.get_absolute_url()}messages/", {"text": "Hello."}).status_code == 404
    assert not Message.objects.exists()


def test_a_draft_has_no_messages(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.DRAFT)
    assert 'id="messages"' not in read(client, ada, request)
    response = client.post(f"{request.get_absolute_url()}messages/", {"text": "Hello."})
    assert response.status_code == 403
    assert "not possible now" in response.content.decode()


def test_only_posting_writes(client: Client, request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    client.force_login(ada)
    assert client.get(f"{request.get_absolute_url()}messages/?text=Hello").status_code == 405


def test_what_was_written_signed_out_is_there_after_signing_in(
    client: Client, request_at: RequestAt, ada: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    response = client.post(f"{request.get_absolute_url()}messages/", {"text": "A long explanation."})
    assert response["Location"] == f"/accounts/login/?next={request.get_absolute_url()}"
    assert "A long explanation." in read(client, ada, request)
    assert "A long explanation." not in read(client, ada, request), "once"
    assert not Message.objects.exists()


def test_what_was_written_signed_out_is_shown_to_nobody_else(
    client: Client, request_at: RequestAt, otto: User, per: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    client.post(f"{request.get_absolute_url()}messages/", {"text": "A long explanation."})
    client.force_login(otto)
    assert client.get(request.get_absolute_url()).status_code == 404
    assert "A long explanation." not in client.get("/requests/").content.decode()


# Bad input


@pytest.mark.parametrize("text", ["", "  \r\n ", "\u202e\u200f", "\x00"])
def test_nothing_written_is_said(client: Client, request_at: RequestAt, ada: User, text: str) -> None:
    html = post(client, ada, request_at(Status.IN_REVIEW), text)
    assert "Please write something." in html
    assert not Message.objects.exists()


def test_too_long_a_text_comes_back_whole(client: Client, request_at: RequestAt, ada: User) -> None:
    text = "word " * 1001
    html = post(client, ada, request_at(Status.IN_REVIEW), text)
    assert "at most 5000 characters, and this has 5004" in html
    assert text.strip() in html
    assert not Message.objects.exists()


def test_line_ends_count_once(client: Client, request_at: RequestAt, ada: User) -> None:
    assert "Your message is sent." in post(client, ada, request_at(Status.IN_REVIEW), "a\r\n" * 2500)


def test_scripts_and_direction_marks_do_nothing(client: Client, request_at: RequestAt, ada: User, per: User) -> None:
    request = request_at(Status.IN_REVIEW)
    post(client, ada, request, "<script>alert(1)</script> \u202egnp.exe\u2066 </li></ol>")
    for html in (read(client, ada, request), read(client, per, request)):
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt; gnp.exe &lt;/li&gt;&lt;/ol&gt;" in html


def test_too_many_are_refused_and_the_words_kept(client: Client, request_at: RequestAt, ada: User, per: User) -> None:
    request = request_at(Status.IN_REVIEW)
    for number in range(MESSAGES_A_DAY):
        actions.write(request=request, by=ada, text=f"Number {number}.")
    html = post(client, ada, request, "One more, and it is important.")
    assert "Please go on tomorrow." in html
    assert "One more, and it is important." in html
    assert Message.objects.count() == MESSAGES_A_DAY
    assert "Your message is sent." in post(client, per, request, "Please stop."), "who reviews may answer"


# Many, and erased ones


def test_old_messages_are_a_page_away(client: Client, request_at: RequestAt, ada: User, per: User) -> None:
    request = request_at(Status.IN_REVIEW)
    for number in range(1, 66):
        actions.write(request=request, by=per, text=f"Number {number} of many.")
    html = read(client, ada, request)
    assert "Number 65 of many." in html
    assert "Number 56 of many." in html
    assert "Number 55 of many." not in html
    assert "Page 7 of 7" in html
    first = client.get(f"{request.get_absolute_url()}?messages=1").content.decode()
    assert "Number 1 of many." in first
    assert "Number 5 of many." in first
    assert "Number 6 of many." not in first
    for odd in ("0", "-1", "x", "99999999999999", "²", "%00"):
        assert client.get(f"{request.get_absolute_url()}?messages={odd}").status_code == 200


def test_pages_hold_everything_once() -> None:
    for total in range(65):
        said = [Said(number, "You", timezone.now(), "", False) for number in range(total)]
        pages = page_of(said, "1", 10)[2]
        assert [one for page in range(1, pages + 1) for one in page_of(said, str(page), 10)[0]] == said
        assert page_of(said, "", 10) == page_of(said, str(pages), 10)


@pytest.mark.parametrize("who", ["ada", "per", "hedda"])
def test_many_messages_cost_no_more_questions_than_one(
    client: Client, request_at: RequestAt, request: pytest.FixtureRequest, who: str, per: User, rut: User, hedda: User
) -> None:
    row, reader = request_at(Status.IN_REVIEW), request.getfixturevalue(who)

    def asked() -> int:
        client.force_login(reader)
        client.get(row.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            client.get(row.get_absolute_url())
        return len(queries)

    def everybody_writes(times: int) -> None:
        for _time in range(times):
            for user in (row.applicant, rut, per, hedda):
                actions.write(request=row, by=user, text="Hello.")
            actions.note(request=row, by=per, text="Aside.")
            actions.comment(request=row, by=per, question="planned_use", text="Hm.")

    everybody_writes(1)
    few = asked()
    everybody_writes(7)
    assert asked() == few
    assert few <= 15


def test_an_erased_message_says_when_it_was_removed(
    client: Client, request_at: RequestAt, ada: User, per: User, hedda: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    message = actions.write(request=request, by=ada, text="My number is 19121212-1212.")
    actions.redact_text(request=request, by=hedda, text=message.text, reason="Too much of a person.")
    for reader in (ada, per, hedda):
        html = read(client, reader, request)
        assert "19121212" not in html
        assert "(Removed on " in html


def test_an_erased_reason_says_so_in_the_timeline(
    client: Client, request_at: RequestAt, ada: User, hedda: User
) -> None:
    request = request_at(Status.RETURNED)
    text = request.texts.get()
    actions.redact_text(request=request, by=hedda, text=text, reason="Named somebody.")
    html = read(client, ada, request)
    assert "Which scanner do you mean?" not in html
    assert "(Removed on " in html
    assert "Named somebody." not in html
