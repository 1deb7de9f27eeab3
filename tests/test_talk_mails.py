"""Who is told of messages and files by mail, what the mail says, and the comments at the fields after a send back."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone

from access_requests import actions
from access_requests.actions.files import Stored
from access_requests.models import AccessRequest, Attachment
from access_requests.notifications.on_talk import ON_TALK
from access_requests.notifications.table import TABLE
from access_requests.tales_of_talk import TALES_OF_TALK
from access_requests.workflow import Answer, Status, Verb
from aidahub.accounts.models import ProviderLink, User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import RequestAt, by_hub, fill, fresh, license_of, make_user, provider_of, sent
from tests.mails import ADA, HUB, PER, PETRA, RUT, SUNE
from tests.support.asking import told as timeline_of
from tests.support.papers import NO_REVIEW, papers_draft

pytestmark = pytest.mark.django_db


def told(request: AccessRequest) -> dict[str, str]:
    """Whom the last event told, by which kind of mail."""
    number = request.events.count()
    rows = Mail.objects.filter(about=f"{request.reference}/{number}").values_list("recipient", "kind")
    return dict(rows)


def write(request: AccessRequest, by: User, text: str = "Which scanner?") -> dict[str, str]:
    """Whom a message told."""
    actions.write(request=request, by=fresh(by), text=text)
    return told(request)


def test_every_verb_of_talk_has_a_row() -> None:
    verbs = {Verb.MESSAGE, Verb.NOTE, Verb.COMMENT, Verb.ATTACH, Verb.DETACH, Verb.REDACT}
    assert set(ON_TALK) == set(TALES_OF_TALK) == verbs
    assert verbs < set(TABLE)


# Messages


def test_a_message_of_the_applicant_goes_to_those_who_review(request_at: RequestAt, ada: User) -> None:
    assert write(request_at(Status.IN_REVIEW), ada) == {PER: "asked", PETRA: "asked", HUB: "asked"}


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.RETURNED, Status.APPROVED, Status.REJECTED])
def test_without_an_open_round_it_goes_to_the_hub(request_at: RequestAt, ada: User, status: Status) -> None:
    assert write(request_at(status), ada) == {HUB: "asked"}


def test_where_the_hub_decides_it_goes_to_the_hub(brgandi: Dataset, ada: User) -> None:
    by_hub(license_of(brgandi))
    assert write(sent(ada, brgandi), ada) == {HUB: "asked"}


def test_who_is_excused_is_not_asked_and_who_is_assigned_is(
    request_at: RequestAt, brgandi: Dataset, ada: User, per: User, hedda: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    actions.excuse(request=request, by=per, provider=provider_of(brgandi, 1), reason="We write papers together.")
    actions.assign(request=request, by=hedda, to=hedda)
    assert write(request, ada) == {PETRA: "asked", HUB: "asked", hedda.email: "asked"}


def test_somebody_assigned_who_was_named_since_or_left_the_hub_is_not_asked(
    request_at: RequestAt, ada: User, hedda: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    actions.assign(request=request, by=hedda, to=hedda)
    User.objects.filter(pk=hedda.pk).update(is_hub_staff=False)
    assert hedda.email not in write(AccessRequest.objects.get(pk=request.pk), ada)


def test_a_message_of_somebody_named_goes_to_the_applicant_too(request_at: RequestAt, rut: User) -> None:
    assert write(request_at(Status.IN_REVIEW), rut) == {ADA: "copied", PER: "asked", PETRA: "asked", HUB: "asked"}


@pytest.mark.parametrize("who", ["per", "hedda"])
def test_a_message_of_those_who_review_goes_to_the_named_who_can_see_it(
    request_at: RequestAt, request: pytest.FixtureRequest, who: str
) -> None:
    """Sune has never signed in: who reads his address is not known."""
    row = request_at(Status.IN_REVIEW)
    assert write(row, request.getfixturevalue(who)) == {ADA: "answered", RUT: "answered"}
    make_user(SUNE, "Sune Holm")
    assert SUNE in write(row, request.getfixturevalue(who), "And which protocol?")


def test_who_was_removed_or_declined_hears_no_more(request_at: RequestAt, per: User, rut: User) -> None:
    row = request_at(Status.IN_REVIEW)
    rows = row.participants.filter(email=RUT)
    rows.update(declined_at=timezone.now())
    assert write(row, per) == {ADA: "answered"}
    rows.update(declined_at=None, removed_at=timezone.now())
    assert write(row, per) == {ADA: "answered"}


def test_nobody_is_told_of_what_they_wrote_themselves(request_at: RequestAt, ada: User, brgandi: Dataset) -> None:
    """Also not at another address of theirs: Per's account reads the register's address here."""
    row = request_at(Status.IN_REVIEW)
    opened = make_user("anders@home.example", "Anders")
    EmailAddress.objects.create(user=opened, email=PETRA, verified=True)
    ProviderLink.objects.create(user=opened, provider=provider_of(brgandi, 2), via="invitation", evidence=PETRA)
    row.participants.filter(email=SUNE).update(email=PETRA)
    assert PETRA not in write(row, opened)
    assert ADA not in write(row, ada)


def test_what_the_mail_to_a_reviewer_says(request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    write(request, ada, "It is the <b>new</b> scanner.\n\nIn room 7.")
    mail = Mail.objects.get(kind="asked", recipient=HUB)
    assert mail.subject == f"Answer: Ada Berg wrote about access to BRGANDI [{request.reference}]"
    assert "    It is the <b>new</b> scanner.\n\n    In room 7.\n" in mail.text
    assert "Answer:\nhttp" in mail.text
    assert f"/{request.reference}/change/#messages" in mail.text
    assert mail.text.count("http") <= 4, "the link, the DOI, the site"
    assert "without your name" in " ".join(mail.text.split())
    assert "decides nothing" in mail.text
    assert "It is the &lt;b&gt;new&lt;/b&gt; scanner." in mail.html


def test_what_the_mail_to_the_named_says(request_at: RequestAt, per: User, hedda: User) -> None:
    request = request_at(Status.IN_REVIEW)
    for writer, signed in ((per, "The dataset's providers"), (hedda, "AIDA Data Hub")):
        write(request, writer)
        mails = {mail.recipient: mail for mail in Mail.objects.filter(about__endswith=f"/{request.events.count()}")}
        assert mails[ADA].subject.startswith("Read and answer: a message about your request for access to BRGANDI")
        assert mails[RUT].subject.startswith("Read: a message about the request of Ada Berg, Uppsala University")
        for mail in mails.values():
            assert f"{signed} wrote" in mail.text
            assert "    Which scanner?" in mail.text
            assert f"{request.get_absolute_url()}#messages" in mail.text
            everything = mail.subject + mail.text + mail.html
            assert "Per Provider" not in everything
            assert "Hedda" not in everything


def test_an_invitation_is_in_the_mail_of_a_decider_without_an_account(brgandi: Dataset, ada: User) -> None:
    request = sent(ada, brgandi)
    write(request, ada)
    mail = Mail.objects.get(kind="asked", recipient=PER)
    assert re.search(r"Answer:\nhttp\S+/invitations/\S+\?next=\S+\n", mail.text)
    assert "The link is an invitation for you alone" in mail.text


def test_a_long_message_with_odd_marks_stays_whole(request_at: RequestAt, ada: User) -> None:
    request = request_at(Status.IN_REVIEW)
    write(request, ada, "\u202eword " * 999 + "last.")
    mail = Mail.objects.get(kind="asked", recipient=HUB)
    assert "last." in mail.text
    assert "\u202e" not in mail.text + mail.html


# Files


def attach(request: AccessRequest, by: User, **kwargs: object) -> Attachment:
    """A stored file, attached."""
    number = Attachment.objects.count()
    file = Stored(f"ethics-{number}.pdf", "application/pdf", 2048, f"{number:064}", f"key-{number}")
    return actions.attach(request=request, by=fresh(by), file=file, **kwargs)  # type: ignore[arg-type]


def test_a_file_of_the_applicant_is_told_to_those_who_review(request_at: RequestAt, ada: User, rut: User) -> None:
    request = request_at(Status.IN_REVIEW)
    attach(request, ada)
    assert told(request) == {PER: "attached", PETRA: "attached", HUB: "attached"}
    mail = Mail.objects.get(kind="attached", recipient=HUB)
    assert "File: ethics-0.pdf (2.0\xa0KB)" in mail.text
    assert mail.subject.startswith("Look: Ada Berg attached a file about access to BRGANDI")
    assert "You attached a file: ethics-0.pdf" in timeline_of(request, ada)
    assert "Ada Berg attached a file: ethics-0.pdf" in timeline_of(request, rut)


def test_a_file_of_the_hub_is_told_to_the_named_unless_it_is_internal(
    request_at: RequestAt, ada: User, rut: User, per: User, hedda: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    attach(request, hedda)
    assert told(request) == {ADA: "attached-for-you", RUT: "attached-for-you"}
    mail = Mail.objects.get(kind="attached-for-you", recipient=ADA)
    assert "Hedda" not in mail.text + mail.subject
    attach(request, hedda, internal=True)
    assert told(request) == {}
    for reader in (ada, rut):
        lines = timeline_of(request, reader)
        assert "Those who review the request attached a file: ethics-0.pdf" in lines
        assert "ethics-1.pdf" not in lines
    assert "Hedda Hub attached a file: ethics-1.pdf" in timeline_of(request, per)


def test_an_answer_is_told_with_the_sending_only(brgandi: Dataset, ada: User, per: User) -> None:
    draft = papers_draft(ada, brgandi)
    attach(draft, ada, kind=Attachment.Kind.ANSWER, question="papers")
    draft = actions.save_answers(request=draft, by=ada, answers=NO_REVIEW)
    request = actions.send_back(request=actions.submit(request=draft, by=ada), by=per, reason="More papers.")
    file = attach(request, ada, kind=Attachment.Kind.ANSWER, question="papers")
    assert told(request) == {}
    actions.detach(request=request, by=fresh(ada), file=file)
    assert told(request) == {}
    assert "You took back a file: ethics-1.pdf" in timeline_of(request, ada)
    assert "took back a file: ethics-1.pdf" in timeline_of(request, per)


def test_a_file_that_was_taken_out_is_told_to_those_who_could_see_it(
    request_at: RequestAt, ada: User, per: User, hedda: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    for internal in (False, True):
        file = attach(request, hedda, internal=internal)
        actions.redact_file(request=request, by=fresh(hedda), file=file, reason="It named a patient.")
        assert told(request) == {}
    assert timeline_of(request, ada).count("AIDA Data Hub took a file out of the record") == 1
    assert timeline_of(request, per).count("took a file out of the record") == 2
    assert "It named a patient." not in timeline_of(request, ada)


# The timeline of messages


def test_the_timeline_names_who_wrote_as_far_as_the_reader_may_know(
    request_at: RequestAt, ada: User, rut: User, per: User, hedda: User
) -> None:
    request = request_at(Status.IN_REVIEW)
    for writer in (ada, rut, per, hedda):
        actions.write(request=request, by=fresh(writer), text="Secret words.")
    seen = {
        ada: ["You wrote", "Rut Ek wrote", "The dataset's providers wrote", "AIDA Data Hub wrote"],
        rut: ["Ada Berg wrote", "You wrote", "The dataset's providers wrote", "AIDA Data Hub wrote"],
        per: ["Ada Berg wrote", "Rut Ek wrote", "You wrote", "Hedda Hub wrote"],
        hedda: ["Ada Berg wrote", "Rut Ek wrote", "Per Provider wrote", "You wrote"],
    }
    for reader, beginnings in seen.items():
        lines = [line for line in timeline_of(request, reader).splitlines() if " message" in line]
        assert [line.partition(" a message")[0] for line in lines] == beginnings
        assert "Secret words." not in timeline_of(request, reader)


# Comments, once they are shown


@pytest.fixture
def returned(request_at: RequestAt, per: User, petra: User) -> AccessRequest:
    """Sent back with two comments."""
    request = request_at(Status.IN_REVIEW)
    actions.comment(request=request, by=per, question="planned_use", text="Which <i>networks</i>?")
    actions.comment(request=request, by=petra, question="recipient_country", text="Is that right?")
    return actions.send_back(request=request, by=per, reason="See the comments.")


def page(user: User, path: str) -> str:
    """A page as somebody sees it."""
    client = Client()
    client.force_login(user)
    return client.get(path).content.decode()


def test_comments_stand_at_the_fields_until_it_is_sent_again(returned: AccessRequest, ada: User, per: User) -> None:
    detail = returned.get_absolute_url()
    project, people, review = (page(ada, f"{detail}edit/{step}/") for step in ("project", "people", "review"))
    for html in (project, review, page(ada, detail)):
        assert "Comment from the reviewers:" in html
        assert "Which &lt;i&gt;networks&lt;/i&gt;?" in html
        assert "Per Provider" not in html
    assert project.index('id="comment-planned_use"') < project.index('name="planned_use"')
    textarea = next(part for part in project.split("<textarea") if 'name="planned_use"' in part)
    assert 'aria-describedby="comment-planned_use' in textarea
    assert people.index("Is that right?") < people.index('name="recipient_country"')
    assert "Comment from the reviewers" not in page(ada, f"{detail}edit/you/")
    fill(returned, planned_use="We compare U-Nets.")
    request = actions.submit(request=returned, by=ada)
    newest = page(ada, detail).partition('id="sent-title"')[2]
    sendings = newest.split('<details class="submission"')[1:]
    assert "Which &lt;i&gt;networks" not in sendings[0]
    assert "Which &lt;i&gt;networks" in sendings[1], "it stays with the answers that it was about"
    request = actions.send_back(request=request, by=per, reason="Once more.")
    assert "Comment from the reviewers" not in page(ada, f"{detail}edit/project/")
    assert "Comment from the reviewers" not in page(ada, f"{detail}edit/review/")


def test_a_step_with_wrong_answers_keeps_the_comments(returned: AccessRequest, ada: User) -> None:
    client = Client()
    client.force_login(ada)
    html = client.post(f"{returned.get_absolute_url()}edit/project/", {"planned_use": ""}).content.decode()
    assert "Which &lt;i&gt;networks" in html


def test_the_mail_has_each_comment_under_its_question(returned: AccessRequest, per: User) -> None:
    mail = Mail.objects.get(kind="returned", recipient=ADA)
    words = mail.text.partition("Comments on your answers")[2]
    assert "Planned use: Which <i>networks</i>?" in words
    assert words.index("Planned use") < words.index("Is that right?")
    assert "See the comments." in mail.text.partition("Comments on your answers")[0]
    assert "Which &lt;i&gt;networks&lt;/i&gt;?" in mail.html


def test_what_was_written_after_hides_no_reason(returned: AccessRequest, ada: User, per: User) -> None:
    actions.write(request=returned, by=ada, text="I will.")
    actions.write(request=returned, by=per, text="Thank you.")
    assert "See the comments." in page(ada, returned.get_absolute_url()).partition("What they write")[2][:200]


def test_comments_of_a_request_that_is_decided_are_never_shown(request_at: RequestAt, ada: User, per: User) -> None:
    request = request_at(Status.IN_REVIEW)
    actions.comment(request=request, by=per, question="planned_use", text="Hm.")
    actions.decide(request=request, by=per, answer=Answer.REJECT, reason="Too vague.")
    assert "Comment from the reviewers" not in page(ada, request.get_absolute_url())
