"""The mails to people named in a request, and about them: who gets which, and what it says."""

from __future__ import annotations

import pytest
from django.test import Client

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.workflow import Answer, Part, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import (
    AIDA_PRESET,
    RequestAt,
    change_license,
    confirm,
    draft_of,
    fill,
    license_of,
    make_user,
    sent,
    set_policy,
)
from tests.mails import ADA, HUB, PER, PETRA, RUT, SUNE
from tests.support.asking import read
from tests.support.parts import flat, kinds_since, link_to, mail_to, member, paper, person

pytestmark = pytest.mark.django_db
MIA = "mia.lund@uu.example"


def first_line(address: str, kind: str = "") -> str:
    """The first paragraph of the last mail to an address."""
    return flat(mail_to(address, kind).text.split("\n\n")[0])


def mails() -> int:
    """How many there are."""
    return Mail.objects.count()


# Being named


def test_who_is_named_reads_what_they_are_asked_to_confirm(ada: User, brgandi: Dataset, per: User) -> None:
    request = sent(ada, brgandi)
    letter = mail_to(RUT)
    assert letter.subject == (
        f"Confirm your part: request for access to BRGANDI by Ada Berg, Uppsala University [{request.reference}]"
    )
    assert first_line(RUT) == (
        "Ada Berg (Uppsala University) named you as recipient scientist in a request for access to BRGANDI. Please "
        "confirm that this is right, or say that it is not."
    )
    text = flat(letter.text)
    assert "you are a qualified researcher (PhD or better) and are responsible for the data" in text
    assert "access does not open before you have confirmed" in text
    assert "you need not say why" in text
    assert "It works once, until " in text
    assert "do not pass it on" in text
    assert link_to(RUT)


def test_who_only_signs_reads_that_the_request_goes_on(ada: User, brgandi: Dataset) -> None:
    sent(ada, brgandi)
    text = flat(mail_to(SUNE).text)
    assert "you may sign for the institution" in text
    assert "The request goes on without your answer; please give it all the same." in text
    assert "PhD" not in text


def test_before_the_review_it_says_that_nobody_decides(ada: User, brgandi: Dataset) -> None:
    set_policy(license_of(brgandi), **AIDA_PRESET)
    sent(ada, brgandi)
    assert "nobody decides on it before you have confirmed" in flat(mail_to(RUT).text)
    assert first_line(HUB) == (
        "Ada Berg (Uppsala University) asks for access to BRGANDI. Before anybody decides, Rut Ek must confirm."
    )
    assert "then it is yours to check" in flat(mail_to(HUB).text)
    assert "Before anybody decides, Rut Ek must confirm" in flat(mail_to(ADA).text)


def test_members_are_told_at_submission(ada: User, brgandi: Dataset) -> None:
    draft = draft_of(ada, brgandi)
    actions.add_person(request=draft, by=ada, person=member())
    assert not Mail.objects.exists(), "a draft tells nobody"
    actions.submit(request=draft, by=ada)
    text = flat(mail_to(MIA).text)
    assert "named you as member" in text
    assert "you get no access before you have confirmed" in text
    assert "Mia Lund" in flat(mail_to(PER).text), "those who decide read who works with the data"


def test_sent_again_it_says_what_changed_and_invites_nobody_twice(
    request_at: RequestAt, ada: User, rut: User, per: User
) -> None:
    request = confirm(request_at(Status.IN_REVIEW), rut)
    actions.send_back(request=request, by=per, reason="Which scanner?")
    request.refresh_from_db()
    before = mails()
    actions.submit(request=fill(request, planned_use="We use the new scanner."), by=ada)
    assert kinds_since(before)[RUT] == "named"
    text = flat(mail_to(RUT).text)
    assert mail_to(RUT).subject.startswith("Changed: ")
    assert "We use the new scanner." in text
    assert "You have confirmed your part, and that still holds" in text
    assert "/parts/" not in text
    assert link_to(SUNE), "who has not answered gets a fresh link"


def test_whoever_is_dropped_in_the_next_sending_hears_of_it(request_at: RequestAt, ada: User, rut: User) -> None:
    request = request_at(Status.RETURNED)
    before = mails()
    again = fill(request, recipient_email="rita.alm@uu.example", recipient_name="Rita Alm", signatory_same="yes")
    actions.submit(request=again, by=ada)
    told = kinds_since(before)
    assert told[RUT] == told[SUNE] == "removed"
    assert told["rita.alm@uu.example"] == "named"
    assert "You are not named any more" in first_line(RUT)


# Confirming and declining


def test_hub_staff_hear_when_all_have_confirmed(request_at: RequestAt, rut: User) -> None:
    request = request_at(Status.SUBMITTED)
    since = AccessRequest.objects.get(pk=request.pk).status_since
    before = mails()
    request = confirm(request, rut)
    assert kinds_since(before) == {HUB: "ready"}
    assert mail_to(HUB).subject.startswith("Check: access to BRGANDI for Ada Berg, Uppsala University, all parts are")
    assert "Everybody who must has confirmed" in first_line(HUB)
    assert AccessRequest.objects.get(pk=request.pk).status_since > since, "their turn begins now"


def test_hub_staff_hear_when_only_the_paper_is_missing(
    request_at: RequestAt, ada: User, rut: User, sune: User, brgandi: Dataset
) -> None:
    set_policy(license_of(brgandi), needed="signatory", agreement=True)
    request = request_at(Status.APPROVED)
    confirm(request, rut)
    before = mails()
    confirm(request, sune)
    assert kinds_since(before) == {HUB: "paper-missing"}
    assert mail_to(HUB).subject.startswith("Record the agreement: access to BRGANDI for Ada Berg, Uppsala University")
    text = change_license(brgandi)
    confirm(request, rut)
    before = mails()
    actions.accept_license(request=request, by=ada, text=text)
    assert kinds_since(before) == {HUB: "paper-missing"}, "the applicant was the last"
    before = mails()
    actions.confirm_part(request=request, by=rut, text=text)
    assert kinds_since(before) == {}, "nothing new"


def test_hub_staff_hear_at_once_when_the_paper_is_all_that_is_missing(
    ada: User, rut: User, per: User, brgandi: Dataset
) -> None:
    set_policy(license_of(brgandi), agreement=True)
    request = confirm(sent(ada, brgandi), rut)
    before = mails()
    actions.decide(request=request, by=per, answer=Answer.APPROVE)
    assert kinds_since(before)[HUB] == "paper-missing"


def test_nobody_is_told_of_a_member_where_the_paper_is_missing(request_at: RequestAt, rut: User, mia: User) -> None:
    request = request_at(Status.APPROVED, member(mia.email))
    set_policy(request.license, agreement=True)
    confirm(request, rut)
    before = mails()
    confirm(request, mia)
    assert kinds_since(before) == {}


def test_the_applicant_reads_who_signs_the_agreement_and_where_it_goes(
    client: Client, request_at: RequestAt, ada: User, rut: User, brgandi: Dataset
) -> None:
    set_policy(license_of(brgandi), agreement=True)
    request = request_at(Status.APPROVED)
    text = flat(mail_to(ADA, "approved").text)
    assert "the data provider’s agreement must be signed by the recipient’s institution" in text
    assert f"/requests/{request.reference}/files/, or mail it to {HUB}. AIDA Data Hub then records it." in text
    page = flat(read(client, ada, confirm(request, rut)))
    assert "the data provider’s agreement must be signed by the recipient’s institution" in page
    assert f'attach a copy under <a href="/requests/{request.reference}/files/">Files</a>' in page
    assert f'<a href="mailto:{HUB}">{HUB}</a>. AIDA Data Hub then records it.' in page
    assert "You need not do anything now" not in page


def test_a_confirmation_that_nobody_waits_for_tells_nobody(request_at: RequestAt) -> None:
    request = request_at(Status.SUBMITTED)
    before = mails()
    actions.confirm_part(request=request, by=make_user(SUNE, "Sune Holm"))
    assert kinds_since(before) == {}


def test_without_triage_the_last_confirmation_asks_the_deciders(ada: User, rut: User, brgandi: Dataset) -> None:
    set_policy(license_of(brgandi), needed_before="review")
    request = sent(ada, brgandi)
    assert request.status == Status.SUBMITTED
    assert "asked by themselves" in flat(mail_to(HUB).text)
    before = mails()
    assert confirm(request, rut).status == Status.IN_REVIEW
    assert kinds_since(before) == {PER: "decide", PETRA: "decide"}


def test_when_somebody_declines_the_applicant_hears_and_the_hub_hears_why(request_at: RequestAt, rut: User) -> None:
    request = request_at(Status.IN_REVIEW)
    before = mails()
    actions.decline_part(request=request, by=rut, reason="I know nothing of this zebra.")
    assert kinds_since(before) == {ADA: "declined", HUB: "says-no"}
    assert mail_to(HUB).subject.startswith("Look into it: Rut Ek declined, access to BRGANDI for Ada Berg")
    assert "zebra" in mail_to(HUB).text
    assert "Access does not open before somebody has confirmed that part" in flat(mail_to(HUB).text)
    assert "zebra" not in mail_to(ADA).text + mail_to(ADA).html
    assert first_line(ADA) == (
        "Rut Ek, whom you named as recipient scientist in your request for access to BRGANDI, says that this is not "
        "right."
    )
    before = mails()
    actions.decline_part(request=request, by=rut, reason="As I said.")
    assert kinds_since(before) == {}, "once is enough"


def test_who_declined_hears_no_more_until_they_are_not_named(
    request_at: RequestAt, ada: User, rut: User, per: User, hedda: User
) -> None:
    request = actions.decline_part(request=request_at(Status.IN_REVIEW), by=rut)
    before = Mail.objects.count()
    request = actions.send_back(request=request, by=per, reason="Which scanner?")
    request = actions.submit(request=request, by=ada)
    request = actions.close(request=request, by=hedda, reason="No answer.")
    assert RUT not in kinds_since(before)
    request = actions.reopen(request=request, by=hedda, reason="There was one.")
    assert RUT not in kinds_since(before)
    actions.replace_person(
        request=request, by=hedda, person=person(request, Part.RECIPIENT_SCIENTIST),
        successor=member("rita@uu.example", "Rita Ros"),
    )  # fmt: skip
    assert kinds_since(before)[RUT] == "removed"


def test_who_declines_with_access_loses_it_and_the_hub_reads_so(request_at: RequestAt, rut: User) -> None:
    actions.decline_part(request=request_at(Status.GRANTED), by=rut)
    text = flat(mail_to(HUB).text)
    assert "Their own access has ended with that" in text
    assert "The request goes on without them" in text


# Approved, and access


def test_the_applicant_reads_truly_what_is_missing(request_at: RequestAt, rut: User) -> None:
    request_at(Status.APPROVED)
    letter = mail_to(ADA)
    assert letter.subject.startswith("Approved: your request for access to BRGANDI; others must still")
    assert first_line(ADA) == (
        "The dataset's providers approved your request for access to BRGANDI. Before access opens, Rut Ek must confirm."
    )
    assert "licence" not in first_line(ADA)
    assert mail_to(RUT).kind == "waited-for"
    assert mail_to(RUT).subject.startswith("Approved, and waiting for you: access to BRGANDI")
    assert mail_to(SUNE).kind == "named", "nobody waits for Sune"


def test_the_applicant_who_must_accept_again_reads_so(ada: User, per: User, rut: User, brgandi: Dataset) -> None:
    request = confirm(sent(ada, brgandi), rut)
    change_license(brgandi)
    actions.decide(request=request, by=per, answer=Answer.APPROVE)
    assert mail_to(ADA).subject.startswith("Accept the licence: ")
    text = flat(mail_to(ADA).text)
    assert "its text has changed" in text
    assert "Rut Ek must accept the licence" in text
    assert f"/requests/{request.reference}/accept/" in text


def test_with_everything_done_nothing_is_asked(ada: User, per: User, rut: User, brgandi: Dataset) -> None:
    request = confirm(sent(ada, brgandi), rut)
    before = mails()
    actions.decide(request=request, by=per, answer=Answer.APPROVE)
    told = kinds_since(before)
    assert told[ADA] == "granted"
    assert (told[RUT], told[SUNE]) == ("opened", "granted-named")
    assert "You have access to BRGANDI, by the request of Ada Berg" in first_line(RUT)
    assert "Ada Berg (Uppsala University), who named you in the request, now has access" in first_line(SUNE)


def test_a_member_who_comes_late_gets_access_and_the_applicant_hears_of_it(request_at: RequestAt, hedda: User) -> None:
    request = actions.add_person(request=request_at(Status.GRANTED), by=hedda, person=member())
    before = mails()
    confirm(request, make_user(MIA, "Mia Lund"))
    assert kinds_since(before) == {MIA: "opened", ADA: "joined", HUB: "deliver"}


# Changes of people


def test_adding_and_removing(request_at: RequestAt, hedda: User) -> None:
    request = request_at(Status.IN_REVIEW)
    before = mails()
    actions.add_person(request=request, by=hedda, person=member())
    assert kinds_since(before) == {MIA: "added", ADA: "people-changed"}
    assert "AIDA Data Hub named Mia Lund as member" in first_line(ADA)
    assert "You were named as member in the request of Ada Berg" in first_line(MIA)
    before = mails()
    actions.remove_person(request=request, by=hedda, person=person(request, Part.MEMBER))
    assert kinds_since(before) == {MIA: "removed", ADA: "people-changed"}
    assert "links in earlier mails do not work" in flat(mail_to(MIA).text)


def test_the_applicant_s_own_changes_are_not_told_to_them(request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.RETURNED)
    before = mails()
    actions.add_person(request=request, by=ada, person=member())
    assert kinds_since(before) == {MIA: "added"}


def test_replacing(request_at: RequestAt, hedda: User) -> None:
    request = request_at(Status.IN_REVIEW)
    before = mails()
    rita = member("rita.alm@uu.example", "Rita Alm")
    actions.replace_person(request=request, by=hedda, person=person(request, Part.RECIPIENT_SCIENTIST), successor=rita)
    assert kinds_since(before) == {"rita.alm@uu.example": "added", RUT: "removed", ADA: "people-changed"}
    assert "You were named as recipient scientist" in first_line("rita.alm@uu.example")


def test_another_applicant(request_at: RequestAt, hedda: User, alva: User) -> None:
    request = request_at(Status.IN_REVIEW)
    before = mails()
    actions.change_applicant(request=request, by=hedda, email=alva.email)
    assert kinds_since(before) == {alva.email: "applicant-now", ADA: "applicant-no-more"}
    assert "made you the applicant of the request for access to BRGANDI, in place of Ada Berg" in first_line(alva.email)
    assert f"/requests/{request.reference}/accept/" in mail_to(alva.email).text
    assert request.reference not in mail_to(ADA).text, "no link that does not work any more"


def test_a_paper_that_is_recorded_is_told_to_who_signed_it(request_at: RequestAt, hedda: User) -> None:
    request = request_at(Status.IN_REVIEW)
    text = license_of(request.dataset).text_in_force
    assert text
    before = mails()
    actions.accept_license(
        request=request, by=hedda, text=text, person=person(request, Part.RECIPIENT_SCIENTIST),
        paper=paper(request, hedda),
    )  # fmt: skip
    assert kinds_since(before) == {RUT: "accepted-on-paper"}


@pytest.mark.parametrize("preset", [{}, AIDA_PRESET])
def test_every_mail_about_people_has_its_form(
    request_at: RequestAt, preset: dict[str, object], brgandi: Dataset, hedda: User, rut: User, alva: User, ada: User
) -> None:
    set_policy(license_of(brgandi), **preset)
    request = sent(ada, brgandi)
    actions.decline_part(request=request, by=rut, reason="No.")
    confirm(request, rut)
    actions.add_person(request=request, by=hedda, person=member())
    actions.remind_person(request=request, by=hedda, person=person(request, Part.MEMBER))
    actions.replace_person(
        request=request, by=hedda, person=person(request, Part.MEMBER), successor=member("x@y.example", "X")
    )
    actions.remove_person(request=request, by=hedda, person=person(request, Part.MEMBER))
    actions.change_applicant(request=request, by=hedda, email=alva.email)
    for letter in Mail.objects.all():
        assert letter.subject.endswith(f"[{request.reference}]")
        assert letter.text.count("http://127.0.0.1:8000/") == 1, (letter.kind, "one link")
        assert "decides nothing" in letter.text
        assert max(len(line) for line in letter.text.splitlines() if "http" not in line) <= 76
        assert "%(" not in letter.text + letter.subject
        assert not letter.headers.get("Reply-To", "").startswith("/")


def test_no_mail_tells_the_applicant_or_the_named_of_votes(request_at: RequestAt, per: User, rut: User) -> None:
    request = request_at(Status.DECIDED)
    for letter in Mail.objects.filter(recipient__in=[ADA, RUT, SUNE], about__startswith=request.reference):
        for secret in ("Muhammad", "Anders Eklund", "Per Provider", "vote"):
            assert secret not in letter.text, (letter.kind, secret)
