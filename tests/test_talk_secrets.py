"""Notes and comments are for deciders and hub staff: their words reach nobody else, in no page, mail or header."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from access_requests import actions
from access_requests.models import AccessRequest, Message
from access_requests.rules import Denied
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, DatasetProvider
from tests.cast import BRGANDI_DOI, RequestAt, act_for, draft_of, fill, fresh, make_user, provider_of
from tests.mails import ADA, HUB, RUT, SUNE
from tests.support.asking import told

pytestmark = pytest.mark.django_db

NOTE, COMMENT = "zyxnotezyx", "zyxcommentzyx"
WORDS = (NOTE, COMMENT)


@pytest.fixture
def planted(request_at: RequestAt, per: User, hedda: User) -> AccessRequest:
    """A request in review with a note of each side and a comment that nobody released."""
    request = request_at(Status.IN_REVIEW)
    actions.note(request=request, by=per, text=f"Per: {NOTE}")
    actions.note(request=request, by=hedda, text=f"Hedda: {NOTE}")
    actions.comment(request=request, by=per, question="planned_use", text=COMMENT)
    return request


def own_pages(request: AccessRequest) -> list[str]:
    """Every page on which somebody could meet something of a request."""
    detail = request.get_absolute_url()
    edit = [f"edit/{step}/" for step in ("you", "project", "people", "terms", "review")]
    admin = [
        reverse(f"admin:access_requests_accessrequest_{name}", args=args)
        for name, args in (
            ("changelist", []),
            ("change", [request.reference]),
            ("comment", [request.reference, "planned_use"]),
            *(("step", [request.reference, slug]) for slug in ("approve", "reject", "send-back", "close")),
        )
    ]
    searched = [f"{admin[0]}?q={word}" for word in WORDS]
    texts = [reverse("admin:outbox_mail_changelist"), reverse("admin:index"), *searched]
    return [detail, f"{detail}?messages=1&notes=1", *(detail + path for path in edit), "/", "/requests/",
            f"/{BRGANDI_DOI}", f"/{BRGANDI_DOI}/request/", *admin, *texts]  # fmt: skip


def met(user: User | None, request: AccessRequest, words: tuple[str, ...] = WORDS) -> list[str]:
    """Where somebody meets one of the words: addresses of pages, with their headers."""
    client = Client()
    if user:
        client.force_login(fresh(user))
    found = []
    for path in own_pages(request):
        response = client.get(path)
        everything = response.content.decode(errors="replace") + str(response.headers)
        for word in words:  # what was searched for stands on the page, and in the way back from the sign-in
            for echo in (f"q={word}", f"q%3D{word}", f'value="{word}"'):
                everything = everything.replace(echo, "")
        if any(word in everything for word in words):
            found.append(path)
    return found


def test_deciders_and_hub_staff_read_them_on_the_decision_page(
    planted: AccessRequest, per: User, petra: User, hedda: User
) -> None:
    page = reverse("admin:access_requests_accessrequest_change", args=[planted.reference])
    for user in (per, petra, hedda):
        assert page in met(user, planted)
        client = Client()
        client.force_login(fresh(user))
        html = client.get(page).content.decode()
        for words in (f"Per: {NOTE}", f"Hedda: {NOTE}", COMMENT, "The applicant does not see it yet"):
            assert words in html
        assert html.index("Only deciders and hub staff read this.") < html.index(NOTE)


@pytest.mark.parametrize("who", ["ada", "rut", "otto", "alva", "opal", None])
def test_nobody_else_meets_them(planted: AccessRequest, request: pytest.FixtureRequest, who: str | None) -> None:
    assert met(request.getfixturevalue(who) if who else None, planted) == []


def test_no_mail_holds_them(planted: AccessRequest) -> None:
    for mail in Mail.objects.all():
        assert not any(word in mail.subject + mail.text + mail.html for word in WORDS)


def test_hub_staff_hear_of_a_decider_s_note_and_nobody_of_the_rest(planted: AccessRequest, hedda: User) -> None:
    later = {(mail.recipient, mail.kind) for mail in Mail.objects.all() if not mail.about.endswith("/1")}
    assert later == {(HUB, "noted")}


def test_a_provider_who_is_named_reads_as_the_named_do(brgandi: Dataset, ada: User, per: User, petra: User) -> None:
    request = fill(draft_of(ada, brgandi), recipient_email=per.email)
    request = actions.submit(request=request, by=ada)
    actions.note(request=request, by=petra, text=NOTE)
    actions.comment(request=request, by=petra, question="planned_use", text=COMMENT)
    assert met(per, request) == []
    with pytest.raises(Denied, match="somebody else must handle it"):
        actions.note(request=request, by=fresh(per), text="Let me see.")
    message = actions.write(request=request, by=fresh(per), text="I am named.")
    assert message.voice == Message.Voice.PARTICIPANT


def test_hub_staff_who_are_named_read_as_the_named_do(brgandi: Dataset, ada: User, petra: User, hedda: User) -> None:
    request = actions.submit(request=fill(draft_of(ada, brgandi), recipient_email=hedda.email), by=ada)
    actions.note(request=request, by=petra, text=NOTE)
    actions.comment(request=request, by=petra, question="planned_use", text=COMMENT)
    assert met(hedda, request) == []


def test_a_provider_who_does_not_decide_reads_messages_only(brgandi: Dataset, planted: AccessRequest) -> None:
    third = provider_of(brgandi, 3)
    DatasetProvider.objects.filter(dataset=brgandi, provider=third).update(part=DatasetProvider.Part.INFORMED)
    planted.open_round.deciders.filter(provider=third).delete()  # type: ignore[union-attr]  # it is in review
    ines = act_for(make_user("ines@provider.example", "Ines Informed"), third)
    assert met(ines, planted) == []
    with pytest.raises(Denied):
        actions.note(request=planted, by=ines, text="Aside.")


def test_a_decider_who_was_excused_reads_them_no_more(
    planted: AccessRequest, brgandi: Dataset, per: User, petra: User
) -> None:
    actions.excuse(request=planted, by=per, provider=provider_of(brgandi, 1), reason="We write papers together.")
    assert met(per, planted) == []
    actions.decide(request=planted, by=petra, answer=Answer.REJECT, reason="Too vague.")
    assert met(per, planted) == [], "not when the round is over, either"
    with pytest.raises(Denied, match="You were excused"):
        actions.note(request=planted, by=fresh(per), text="Aside.")
    assert "internal note" not in told(planted, per)


def test_somebody_who_is_named_later_reads_them_no_more(planted: AccessRequest, per: User) -> None:
    assert met(per, planted)
    planted.participants.filter(part="signatory").update(email=per.email)
    assert met(per, planted) == []


def test_sending_back_shows_the_comments_and_no_note(
    planted: AccessRequest, ada: User, rut: User, per: User, otto: User
) -> None:
    actions.send_back(request=planted, by=per, reason="Please explain.")
    detail = planted.get_absolute_url()
    assert set(met(ada, planted, (COMMENT,))) >= {detail, f"{detail}edit/project/", f"{detail}edit/review/"}
    assert met(rut, planted, (COMMENT,))[0] == detail
    assert met(ada, planted, (NOTE,)) == met(rut, planted, (NOTE,)) == met(otto, planted, (COMMENT,)) == []
    mails = {mail.recipient: mail for mail in Mail.objects.filter(text__contains=COMMENT)}
    assert set(mails) == {ADA}
    assert not Mail.objects.filter(recipient__in=(ADA, RUT, SUNE), text__contains=NOTE).exists()


def test_the_timeline_tells_of_notes_and_comments_to_those_who_read_them(
    planted: AccessRequest, ada: User, rut: User, per: User, hedda: User
) -> None:
    for reader in (ada, rut):
        assert "note" not in told(planted, reader)
        assert "comment" not in told(planted, reader)
    assert "You wrote an internal note." in told(planted, per)
    assert "Hedda Hub wrote an internal note." in told(planted, per)
    assert "Per Provider commented on an answer: Planned use" in told(planted, hedda)
    actions.send_back(request=planted, by=per, reason="Please explain.")
    assert "1 comment stands beside the answer that it is about." in told(planted, ada)
    assert "note" not in told(planted, ada)


def test_an_erased_note_is_told_to_those_who_could_read_it(
    planted: AccessRequest, ada: User, per: User, hedda: User
) -> None:
    text = planted.messages.get(number=1).text
    actions.redact_text(request=planted, by=hedda, text=text, reason="It named a patient.")
    assert "took a text out of the record" not in told(planted, ada)
    assert "AIDA Data Hub took a text out of the record. It named a patient." in told(planted, per)
    page = reverse("admin:access_requests_accessrequest_change", args=[planted.reference])
    client = Client()
    client.force_login(per)
    html = client.get(page).content.decode()
    assert f"Per: {NOTE}" not in html
    assert "(Removed on " in html


def test_an_erased_message_is_told_to_everybody(planted: AccessRequest, ada: User, hedda: User) -> None:
    message = actions.write(request=planted, by=ada, text="My number is 19121212-1212.")
    actions.redact_text(request=planted, by=hedda, text=message.text, reason="Too much of a person.")
    assert "AIDA Data Hub took a text out of the record." in told(planted, ada)
    assert "Too much of a person." not in told(planted, ada)
