"""Which event tells whom, by which mail, and what the mail says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.notifications.mailing import nobody
from access_requests.notifications.table import TABLE
from access_requests.rules import Denied
from access_requests.workflow import Answer, Status, Verb
from aidahub.accounts.models import Invitation, ProviderLink, User
from aidahub.outbox.models import Mail
from datasets.models import Dataset, DatasetProvider, Provider
from tests import cast
from tests.cast import RequestAt
from tests.mails import ADA, HUB, PER, PETRA, RUT, SUNE

SENT = {ADA: "receipt", RUT: "named", SUNE: "named", PER: "decide", PETRA: "decide", HUB: "asked-of-others"}


def told(number: int | None = None) -> dict[str, str]:
    """The mails of one event (by its number in the request), as address and kind."""
    mails = Mail.objects.filter(about__endswith=f"/{number}") if number else Mail.objects.all()
    rows = list(mails.values_list("recipient", "kind"))
    assert len(rows) == len(dict(rows)), "somebody got two mails of one event"
    return dict(rows)


def mail(kind: str, recipient: str = "") -> Mail:
    """The last mail of a kind."""
    return Mail.objects.filter(kind=kind, recipient__contains=recipient).latest("pk")


def test_every_verb_has_its_mails_or_nobody() -> None:
    assert set(TABLE) == set(Verb)
    quiet = "save discard renew carry-over show-secret comment detach redact register close-delivery"
    assert {verb for verb, rule in TABLE.items() if rule is nobody} == {Verb(word) for word in quiet.split()}


WHO_IS_TOLD: list[tuple[Status, int, dict[str, str]]] = [
    (Status.IN_REVIEW, 1, SENT),
    (Status.SUBMITTED, 1, {ADA: "receipt", RUT: "named", SUNE: "named", HUB: "sent-and-waiting"}),
    (Status.RETURNED, 2, {ADA: "returned", PER: "stopped", PETRA: "stopped", HUB: "stopped"}),
    (Status.DECIDED, 3, {PER: "decide", PETRA: "decide"}),
    (Status.DECIDED, 4, {}),
    (Status.DECIDED, 5, {HUB: "confirm", PER: "outcome", PETRA: "outcome"}),
    (Status.APPROVED, 2, {ADA: "approved", RUT: "waited-for", PER: "outcome", PETRA: "outcome", HUB: "outcome"}),
    (Status.GRANTED, 2, {ADA: "approved", RUT: "waited-for", PER: "outcome", PETRA: "outcome", HUB: "outcome"}),
    (Status.GRANTED, 4, {ADA: "granted", RUT: "opened", SUNE: "granted-named", HUB: "deliver"}),
    (
        Status.REJECTED,
        2,
        {ADA: "rejected", RUT: "over", SUNE: "over", PER: "outcome", PETRA: "outcome", HUB: "outcome"},
    ),
    (
        Status.WITHDRAWN,
        2,
        {ADA: "withdrawn", RUT: "over", SUNE: "over", PER: "stopped", PETRA: "stopped", HUB: "stopped"},
    ),
    (Status.CLOSED, 2, {ADA: "closed", RUT: "over", SUNE: "over", PER: "stopped", PETRA: "stopped"}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "number", "expected"), WHO_IS_TOLD)
def test_each_event_tells_those_it_concerns(
    request_at: RequestAt, status: Status, number: int, expected: dict[str, str]
) -> None:
    request_at(status)
    assert told(number) == expected


@pytest.mark.django_db
def test_draft_tells_nobody(request_at: RequestAt) -> None:
    request_at(Status.DRAFT)
    assert not Mail.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("status", [status for status in cast.REACHED if status != Status.DRAFT])
def test_every_mail_has_its_form(request_at: RequestAt, status: Status) -> None:
    request = request_at(status)
    threads = set()
    for letter in Mail.objects.all():
        assert letter.subject.endswith(f"[{request.reference}]")
        assert letter.about.startswith(f"{request.reference}/")
        assert letter.text.count("http://127.0.0.1:8000/") == 1, "one link"
        assert "decides nothing" in letter.text
        assert "decides nothing" in letter.html
        assert max(len(line) for line in letter.text.splitlines() if "http" not in line) <= 76
        assert re.findall(r"(?:src|href)\s*=\s*[\"']?([^\"'> ]+)", letter.html) == re.findall(
            r"^(http://127\S+)$", letter.text, re.MULTILINE
        )
        assert not re.search(r"<(img|script|link|iframe)|url\(|@import", letter.html)
        assert not letter.secret
        threads.add(letter.headers["References"])
    assert len(threads) == 1


@pytest.mark.django_db
def test_receipt_holds_everything_that_was_sent(request_at: RequestAt) -> None:
    request = request_at(Status.IN_REVIEW)
    receipt = mail("receipt")
    flat = " ".join(receipt.text.split())
    for key, answer in request.submissions.get().answers.items():
        if isinstance(answer, str) and answer not in {"yes", "no", "SE"}:
            assert " ".join(answer.split()) in flat, key
    assert "Sweden" in receipt.text
    assert receipt.subject == f"Received: your request for access to BRGANDI [{request.reference}]"
    assert "Muhammad" not in receipt.text


@pytest.mark.django_db
def test_decider_reads_who_asks_for_what_in_their_words(request_at: RequestAt) -> None:
    request = request_at(Status.IN_REVIEW)
    letter = mail("decide", PER)
    assert letter.subject == f"Decide: access to BRGANDI for Ada Berg, Uppsala University [{request.reference}]"
    first = letter.text.split("\n\n")[0].replace("\n", " ")
    assert first == "Ada Berg (Uppsala University) asks for access to BRGANDI, and you are asked to decide."
    for text in (
        "trained on real and on synthetic",
        "Rut Ek, Professor",
        "Sune Holm",
        "ada.berg@uu.example (verified)",
    ):
        assert text in " ".join(letter.text.split())
    assert f"/admin/access_requests/accessrequest/{request.reference}/change/" in letter.text
    assert "Anders Eklund" in letter.text
    assert "Muhammad" not in letter.text


@pytest.mark.django_db
def test_provider_without_account_is_invited(brgandi: Dataset, ada: User, per: User) -> None:
    cast.sent(ada, brgandi)
    assert "/invitations/" not in mail("decide", PER).text
    invitation = mail("decide", PETRA)
    assert "/invitations/" in invitation.text
    assert "do not pass it on" in " ".join(invitation.text.split())
    assert Invitation.objects.get().email == PETRA
    cast.make_user("someone@liu.example", "Some One")


@pytest.mark.django_db
def test_invitation_link_lets_its_reader_decide(brgandi: Dataset, ada: User, client: Any) -> None:
    request = cast.sent(ada, brgandi)
    found = re.search(r"http://127\.0\.0\.1:8000(/invitations/\S+)", mail("decide", PETRA).text)
    assert found
    newcomer = cast.make_user("petra@home.example", "Petra")
    client.force_login(newcomer)
    answer = client.post(found[1], follow=True)
    assert ProviderLink.objects.in_force().get(user=newcomer).provider.email == PETRA
    assert answer.redirect_chain[-1][0].endswith(f"/{request.reference}/change/")


@pytest.mark.django_db
def test_provider_whose_address_somebody_proved_needs_no_invitation(brgandi: Dataset, ada: User) -> None:
    cast.make_user(PETRA, "Petra")
    cast.sent(ada, brgandi)
    assert "/invitations/" not in mail("decide", PETRA).text


@pytest.mark.django_db
def test_right_that_hub_staff_ended_does_not_come_back_by_mail(
    brgandi: Dataset, ada: User, per: User, hedda: User
) -> None:
    ProviderLink.objects.update(ended_at=timezone.now(), ended_by=hedda)
    cast.sent(ada, brgandi)
    assert "/invitations/" not in mail("decide", PER).text
    assert not Invitation.objects.filter(email=PER).exists()
    assert "Nobody can decide for: Muhammad Usman Akbar" in " ".join(mail("asked-of-others").text.split())


@pytest.mark.django_db
def test_hub_hears_of_a_provider_without_address(brgandi: Dataset, ada: User) -> None:
    Provider.objects.filter(email=PETRA).update(email="")
    request = cast.sent(ada, brgandi)
    assert told(1) == {ADA: "receipt", RUT: "named", SUNE: "named", PER: "decide", HUB: "asked-of-others"}
    letter = mail("asked-of-others")
    assert letter.subject.startswith("Reach a provider: ")
    assert "No mail could be sent to: Anders Eklund" in " ".join(letter.text.split())
    assert request.reference in letter.subject


@pytest.mark.django_db
def test_provider_without_address_is_reached_at_their_account(brgandi: Dataset, ada: User, petra: User) -> None:
    Provider.objects.filter(email=PETRA).update(email="")
    cast.sent(ada, brgandi)
    assert told(1)[petra.email] == "decide"
    assert "Reach" not in mail("asked-of-others").subject


@pytest.mark.django_db
def test_broken_address_of_a_provider_loses_no_request(brgandi: Dataset, ada: User) -> None:
    Provider.objects.filter(email=PETRA).update(email="anders at liu")
    request = cast.sent(ada, brgandi)
    assert request.status == Status.IN_REVIEW
    assert Mail.objects.get(recipient="anders at liu").status == Mail.Status.FAILED


@pytest.mark.django_db
def test_hub_without_row_on_the_page_is_told_at_its_own_address(brgandi: Dataset, ada: User, settings: Any) -> None:
    settings.HUB_EMAIL = "desk@hub.example"
    DatasetProvider.objects.filter(provider__email=HUB).update(retired_at=timezone.now())
    cast.sent(ada, brgandi)
    assert told(1)["desk@hub.example"] == "asked-of-others"
    assert HUB not in told(1)


@pytest.mark.django_db
def test_informed_provider_is_told_and_not_asked(brgandi: Dataset, ada: User) -> None:
    DatasetProvider.objects.filter(provider__email=PETRA).update(part=DatasetProvider.Part.INFORMED)
    cast.sent(ada, brgandi)
    assert told(1) == {**SENT, PETRA: "asked-of-others"}


@pytest.mark.django_db
def test_member_licence_is_asked_of_the_hub_alone(brgandi: Dataset, ada: User, hedda: User) -> None:
    request = cast.sent(ada, brgandi, "AIDA BY license")
    assert told(1) == {ADA: "receipt", HUB: "decide"}
    assert "nobody else was asked" in mail("decide").text
    actions.decide(request=request, by=hedda, answer=Answer.REJECT, reason="Not a partner.")
    assert told(2) == {ADA: "rejected"}
    assert "AIDA Data Hub rejected" in mail("rejected").text


@pytest.mark.django_db
def test_one_address_in_two_roles_gets_one_mail(brgandi: Dataset, ada: User) -> None:
    request = cast.fill(
        actions.start(license=cast.license_of(brgandi), by=ada), recipient_email=PER.upper(), signatory_email=PER
    )
    actions.submit(request=request, by=ada)
    assert told(1) == {ADA: "receipt", PER: "named", HUB: "check"}
    letter = mail("named")
    assert "recipient scientist and signatory" in " ".join(letter.text.split())
    assert "/invitations/" not in letter.text
    assert "you do not decide on it" in " ".join(letter.text.split())


@pytest.mark.django_db
def test_sent_again_says_what_changed(request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.RETURNED)
    assert "Which scanner do you mean?" in mail("returned").text
    cast.fill(request, planned_use="We mean the Siemens scanner.", recipient_name="Rut Ekman")
    actions.submit(request=request, by=ada)
    assert told(3) == SENT
    letter = mail("decide", PER)
    assert letter.subject.startswith("Decide again: ")
    changed = " ".join(letter.text.partition("Changed since the last time")[2].split())
    assert "We mean the Siemens scanner." in changed
    assert "Rut Ekman" in changed
    assert "Head of department" not in changed.partition("Planned use, in")[0]


@pytest.mark.django_db
def test_rejection_says_why_and_what_can_be_done(request_at: RequestAt) -> None:
    request = request_at(Status.REJECTED)
    text = " ".join(mail("rejected").text.split())
    assert "The dataset's providers rejected your request" in text
    assert "Too vague." in text
    assert "second look" in text
    assert "formal decision" in text
    assert request.reference in text
    assert "Per" not in text
    assert "Muhammad" not in text
    assert "Too vague." not in mail("over").text


@pytest.mark.django_db
def test_reason_of_the_vote_that_said_no_is_told_even_if_another_settled(
    brgandi: Dataset, ada: User, per: User, petra: User
) -> None:
    cast.set_policy(cast.license_of(brgandi), quorum="all")
    request = cast.sent(ada, brgandi)
    actions.decide(request=request, by=per, answer=Answer.REJECT, reason="No ethics approval.")
    actions.decide(request=request, by=petra, answer=Answer.APPROVE, reason="A fine project.")
    text = mail("rejected").text
    assert "No ethics approval." in text
    assert "A fine project." not in text


@pytest.mark.django_db
def test_people_of_a_request_never_read_names_of_deciders(request_at: RequestAt) -> None:
    request_at(Status.GRANTED)
    texts = "".join(Mail.objects.filter(recipient__in=(ADA, RUT, SUNE)).values_list("text", flat=True))
    for name in ("Muhammad", "Anders", "Per Provider", PER, PETRA):
        assert name not in texts


def test_answer_that_came_by_mail_is_confirmed_to_the_provider(brgandi: Dataset, ada: User, hedda: User) -> None:
    cast.set_policy(cast.license_of(brgandi), quorum="all")
    request = cast.sent(ada, brgandi)
    actions.decide(
        request=request,
        by=hedda,
        answer=Answer.APPROVE,
        provider=cast.provider_of(brgandi, 2),
        evidence="From: Anders\n\nYes, of course.",
    )
    assert told(2) == {PETRA: "recorded"}
    assert "approve" in mail("recorded").text
    assert "/invitations/" not in mail("recorded").text


@pytest.mark.django_db
def test_mail_is_in_the_language_of_its_reader(brgandi: Dataset, ada: User, settings: Any) -> None:
    User.objects.filter(pk=ada.pk).update(language="sv")
    cast.sent(cast.fresh(ada), brgandi)
    assert mail("receipt").language == "sv"
    assert "Sökande" in mail("receipt").text
    assert mail("decide", PER).language == "en"


HOSTILE = "Ada\r\nBcc: evil@example.org\x00\u202egro\u2066" + "x" * 1_000_000


@pytest.mark.django_db
def test_hostile_names_reach_no_header(brgandi: Dataset, ada: User) -> None:
    Dataset.objects.update(short_name="BRGANDI\r\nX-Evil: 1")
    DatasetProvider.objects.update(name="Per\r\nBcc: evil@example.org\u202e")
    request = cast.sent(ada, brgandi)
    participant = request.participants.get(part="applicant")
    type(participant).objects.filter(pk=participant.pk).update(name="Ada\r\nBcc: evil@example.org\u202e")
    Mail.objects.all().delete()
    actions.withdraw(request=request, by=ada)
    assert Mail.objects.count() == 6
    for letter in Mail.objects.all():
        message = letter.subject + "".join(letter.headers.values()) + letter.recipient
        assert not re.search(r"[\r\n\u202e]", message)
        assert "\u202e" not in letter.text + letter.html
        assert letter.subject.endswith(f"[{request.reference}]")
        assert len(letter.subject) <= 400


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["applicant_name", "planned_use", "recipient_name"])
def test_hostile_answers_are_refused_or_made_harmless(brgandi: Dataset, ada: User, key: str) -> None:
    request = cast.fill(actions.start(license=cast.license_of(brgandi), by=ada), **{key: HOSTILE})
    with pytest.raises(Denied):
        actions.submit(request=request, by=ada)
    assert not Mail.objects.exists()
    cast.fill(request, **{key: HOSTILE[:80]})
    actions.submit(request=request, by=ada)
    for letter in Mail.objects.all():
        assert not re.search(r"[\r\n\x00\u202e\u2066]", letter.subject)
        assert not re.search(r"[\r\x00\u202e\u2066]", letter.text + letter.html)


@pytest.mark.django_db
def test_markup_in_answers_stays_text(brgandi: Dataset, ada: User) -> None:
    evil = "<script>alert(1)</script><img src=https://evil.example/x>"
    request = cast.fill(actions.start(license=cast.license_of(brgandi), by=ada), planned_use=evil, project_title=evil)
    actions.submit(request=request, by=ada)
    for letter in Mail.objects.exclude(html=""):
        assert "<script" not in letter.html
        assert "<img" not in letter.html


@pytest.mark.django_db
def test_refused_verb_writes_no_mail(request_at: RequestAt, otto: User) -> None:
    request = request_at(Status.IN_REVIEW)
    before = Mail.objects.count()
    with pytest.raises(Denied):
        actions.withdraw(request=request, by=otto)
    assert Mail.objects.count() == before


@pytest.mark.django_db
def test_announcing_an_event_again_writes_nothing(request_at: RequestAt) -> None:
    from access_requests.notifications import announce

    request: AccessRequest = request_at(Status.IN_REVIEW)
    before = Mail.objects.count()
    announce(request.events.get())
    assert Mail.objects.count() == before


@pytest.mark.django_db
def test_hub_staff_who_send_back_do_not_tell_themselves(request_at: RequestAt, hedda: User) -> None:
    actions.send_back(request=request_at(Status.IN_REVIEW), by=hedda, reason="Which scanner?")
    assert told(2) == {ADA: "returned", PER: "stopped", PETRA: "stopped"}
