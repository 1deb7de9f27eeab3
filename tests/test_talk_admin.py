"""The decision page's conversation: messages, notes, comments, and texts that are used again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access_requests import actions
from access_requests.models import AccessRequest, CannedText, Message
from access_requests.workflow import Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import RequestAt, draft_of, fill, sent

pytestmark = pytest.mark.django_db


def at(request: AccessRequest, name: str, *args: str) -> str:
    """An address of the admin about a request."""
    return reverse(f"admin:access_requests_accessrequest_{name}", args=[request.reference, *args])


def by(user: User) -> Client:
    """Their browser."""
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    """The page's text with white space folded and quotes as people read them."""
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


# It works


@pytest.mark.parametrize(
    ("name", "done", "kind"),
    [("message", "Your message is sent.", Message.Kind.MESSAGE), ("note", "Your note is kept.", Message.Kind.NOTE)],
)
@pytest.mark.parametrize("who", ["per", "hedda"])
def test_reviewers_write_and_stay_on_the_page(
    request_at: RequestAt, request: pytest.FixtureRequest, who: str, name: str, done: str, kind: str
) -> None:
    row, client = request_at(Status.IN_REVIEW), by(request.getfixturevalue(who))
    response = client.post(at(row, name), {"text": "Which scanner?"})
    assert response["Location"] == f"{at(row, 'change')}#message-1"
    page = client.get(response["Location"])
    assert done in text_of(page)
    assert 'id="message-1"' in page.content.decode()
    assert Message.objects.get().kind == kind


def test_a_comment_stands_beside_its_answer(request_at: RequestAt, per: User, petra: User) -> None:
    row, client = request_at(Status.IN_REVIEW), by(per)
    page = client.get(at(row, "comment", "planned_use"))
    for words in ("Planned use", "We compare segmentation networks", "when the request is sent back"):
        assert words in text_of(page)
    response = client.post(at(row, "comment", "planned_use"), {"text": "Which networks?"})
    assert response["Location"] == f"{at(row, 'change')}#message-1"
    answers = text_of(by(petra).get(at(row, "change"))).partition('id="answers"')[2]
    assert answers.index("We compare segmentation networks") < answers.index("Which networks?")
    assert "Per Provider (The dataset's providers)" in answers
    assert "Which networks?" in text_of(client.get(at(row, "comment", "planned_use")))


@pytest.mark.parametrize("question", ["applicant_title", "no_such_question", "members"])
def test_there_is_no_page_for_what_was_not_answered(request_at: RequestAt, per: User, question: str) -> None:
    assert by(per).get(at(request_at(Status.IN_REVIEW), "comment", question)).status_code == 404


def test_comments_end_with_the_review(request_at: RequestAt, per: User) -> None:
    row, client = request_at(Status.APPROVED), by(per)
    for response in (
        client.get(at(row, "comment", "planned_use")),
        client.post(at(row, "comment", "planned_use"), {"text": "Hm."}),
    ):
        assert response.status_code == 403
        assert "not possible now" in text_of(response)
    assert "comments/planned_use/" not in client.get(at(row, "change")).content.decode()


# Who may not


def test_strangers_find_nothing(request_at: RequestAt, ada: User, otto: User, opal: User) -> None:
    row = request_at(Status.IN_REVIEW)
    for user in (ada, otto, opal):
        for path in (at(row, "message"), at(row, "note"), at(row, "comment", "planned_use")):
            assert by(user).post(path, {"text": "Hello."}).status_code == 404
    for path in (at(row, "message"), at(row, "note"), at(row, "comment", "planned_use")):
        assert Client().post(path, {"text": "Hello."})["Location"].startswith("/admin/login/")
    assert not Message.objects.exists()


def test_messages_and_notes_are_posted(request_at: RequestAt, per: User) -> None:
    row = request_at(Status.IN_REVIEW)
    assert by(per).get(at(row, "message")).status_code == 405
    assert by(per).get(at(row, "note")).status_code == 405


# Bad input


@pytest.mark.parametrize("name", ["message", "note"])
def test_what_cannot_be_sent_comes_back_with_what_is_wrong(request_at: RequestAt, per: User, name: str) -> None:
    row, client, long = request_at(Status.IN_REVIEW), by(per), "word " * 1001
    page = client.post(at(row, name), {"text": long})
    assert page.status_code == 200
    assert "at most 5000 characters, and this has 5004" in text_of(page)
    assert long.strip() in page.content.decode()
    assert "Please write something." in text_of(client.post(at(row, name), {"text": " "}))
    assert not Message.objects.exists()


def test_a_comment_too_long_comes_back(request_at: RequestAt, per: User) -> None:
    row, long = request_at(Status.IN_REVIEW), "word " * 1001
    page = by(per).post(at(row, "comment", "planned_use"), {"text": long})
    assert "at most 5000 characters" in text_of(page)
    assert long.strip() in page.content.decode()


def test_nothing_that_was_written_is_taken_for_markup(request_at: RequestAt, per: User) -> None:
    row, client = request_at(Status.IN_REVIEW), by(per)
    for path in (at(row, "message"), at(row, "note"), at(row, "comment", "planned_use")):
        client.post(path, {"text": "<script>alert(1)</script>"})
    assert "<script>alert" not in client.get(at(row, "change")).content.decode()
    assert "<script>alert" not in client.get(at(row, "comment", "planned_use")).content.decode()


def test_a_named_provider_writes_as_one_of_the_named(brgandi: Dataset, ada: User, per: User) -> None:
    row = actions.submit(request=fill(draft_of(ada, brgandi), recipient_email=per.email), by=ada)
    client = by(per)
    page = text_of(client.get(at(row, "change")))
    assert "Internal notes" not in page
    assert "Those who review the request read it" in page
    client.post(at(row, "message"), {"text": "It is me."})
    assert Message.objects.get().voice == Message.Voice.PARTICIPANT


def test_the_decision_page_asks_the_same_however_much_was_said(
    request_at: RequestAt, ada: User, rut: User, per: User, hedda: User, django_assert_max_num_queries: Any
) -> None:
    row = request_at(Status.IN_REVIEW)
    for _time in range(12):
        for user in (ada, rut, per, hedda):
            actions.write(request=row, by=user, text="Hello.")
        for user in (per, hedda):
            actions.note(request=row, by=user, text="Aside.")
            actions.comment(request=row, by=user, question="planned_use", text="Hm.")
    for user in (per, hedda):
        client = by(user)
        client.get(at(row, "change"))
        with django_assert_max_num_queries(45):
            page = client.get(at(row, "change"))
        assert "Page 5 of 5" in text_of(page), "the last of the messages"
        assert "Page 3 of 3" in text_of(page), "the last of the notes"
        first = text_of(client.get(at(row, "change") + "?messages=1"))
        assert "Page 1 of 5" in first
        assert "Page 3 of 3" in first


# Texts that are used again


def test_the_three_that_everybody_begins_with(request_at: RequestAt, per: User) -> None:
    assert [text.slug for text in CannedText.objects.all()] == [
        "not-enough-evidence", "approved-what-comes-next", "wrong-person",
    ]  # fmt: skip
    page = text_of(by(per).get(at(request_at(Status.IN_REVIEW), "step", "send-back")))
    assert '<option value="wrong-person">Wrong person</option>' in page


@pytest.mark.parametrize("slug", ["approve", "reject", "send-back"])
def test_a_text_goes_into_the_reason_and_nothing_happens(request_at: RequestAt, per: User, slug: str) -> None:
    row = request_at(Status.IN_REVIEW)
    posted = {"reason": "Dear Ada,", "canned": "wrong-person", "insert": "1"}
    page = by(per).post(at(row, "step", slug), posted)
    assert page.status_code == 200
    wrong_person = CannedText.objects.get(slug="wrong-person")
    assert page.context["form"]["reason"].value() == f"Dear Ada,\n\n{wrong_person.text_en}"
    assert "Something is missing" not in text_of(page)
    row.refresh_from_db()
    assert row.status == Status.IN_REVIEW


def test_what_was_typed_elsewhere_stays(request_at: RequestAt, hedda: User) -> None:
    row = request_at(Status.IN_REVIEW)
    provider = row.open_round.deciders.first().provider  # type: ignore[union-attr]  # it is in review
    posted = {"reason": "", "evidence": "From: Per\n\nYes.", "answer": "approve", "provider": str(provider.pk)}
    chosen = {"canned": "approved-what-comes-next", "insert": "1"}
    page = by(hedda).post(at(row, "step", "record"), {**posted, **chosen})
    form = page.context["form"]
    assert {key: form[key].value() for key in ("evidence", "answer", "provider")} == {
        key: posted[key] for key in ("evidence", "answer", "provider")
    }
    assert form["reason"].value().startswith("Your request is approved.")


def test_the_text_is_in_the_applicant_s_language(request_at: RequestAt, ada: User, per: User) -> None:
    User.objects.filter(pk=ada.pk).update(language="sv")
    row, client = request_at(Status.IN_REVIEW), by(per)
    chosen = {"canned": "wrong-person", "insert": "1", "text": "", "reason": ""}
    swedish = CannedText.objects.get(slug="wrong-person").text_sv
    assert swedish.startswith("Den person som du anger")
    assert client.post(at(row, "step", "send-back"), chosen).context["form"]["reason"].value() == swedish
    assert client.post(at(row, "message"), chosen).context["message_form"]["text"].value() == swedish
    assert client.post(at(row, "comment", "planned_use"), chosen).context["form"]["text"].value() == swedish
    assert not Message.objects.exists()
    CannedText.objects.update(text_sv="")
    assert "cannot be that" in client.post(at(row, "message"), chosen).context["message_form"]["text"].value()


def test_a_text_that_is_gone_changes_nothing(request_at: RequestAt, per: User) -> None:
    row = request_at(Status.IN_REVIEW)
    for slug in ("gone", "", "\x00"):
        page = by(per).post(at(row, "step", "reject"), {"reason": "Too vague.", "canned": slug, "insert": "1"})
        assert page.context["form"]["reason"].value() == "Too vague."


def test_a_text_for_several_is_in_their_language_if_they_share_one(
    request_at: RequestAt, brgandi: Dataset, ada: User, alva: User, per: User
) -> None:
    rows = [request_at(Status.IN_REVIEW), sent(alva, brgandi)]
    address = reverse("admin:access_requests_accessrequest_several", args=["reject"])
    posted = {"reference": [row.reference for row in rows], "canned": "wrong-person", "insert": "1", "reason": ""}

    def inserted() -> str:
        return str(by(per).post(address, posted).context["form"]["reason"].value())

    User.objects.filter(pk=ada.pk).update(language="sv")
    assert inserted().startswith("The person whom you name")
    User.objects.filter(pk=alva.pk).update(language="sv")
    assert inserted().startswith("Den person som du anger")
    assert {row.status for row in AccessRequest.objects.all()} == {Status.IN_REVIEW}


def test_hub_staff_add_change_and_delete_texts(hedda: User) -> None:
    client, values = by(hedda), {"title_en": "Wrong person", "text_en": "Not them.", "order": "4"}
    add = reverse("admin:access_requests_cannedtext_add")
    assert "This field is required." in text_of(client.post(add, {**values, "text_en": ""}))
    assert client.post(add, values).status_code == 302
    made = CannedText.objects.get(slug="wrong-person-2")
    change = reverse("admin:access_requests_cannedtext_change", args=[made.pk])
    client.post(change, {**values, "text_en": "Not them, please."})
    made.refresh_from_db()
    assert (made.slug, made.text_en) == ("wrong-person-2", "Not them, please.")
    client.post(reverse("admin:access_requests_cannedtext_delete", args=[made.pk]), {"post": "yes"})
    assert not CannedText.objects.filter(pk=made.pk).exists()


def test_a_text_must_fit_where_it_is_used(hedda: User) -> None:
    add = reverse("admin:access_requests_cannedtext_add")
    page = by(hedda).post(add, {"title_en": "Long", "text_en": "x" * 5001, "order": "4"})
    assert "at most 5000 characters" in text_of(page)


def test_nobody_but_hub_staff_edits_texts(per: User, ada: User) -> None:
    for user in (per, ada):
        assert by(user).get(reverse("admin:access_requests_cannedtext_changelist")).status_code == 404
        assert by(user).post(reverse("admin:access_requests_cannedtext_add"), {}).status_code == 404
