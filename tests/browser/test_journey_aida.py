"""AIDA's own practice from the first question to the end of access, in a real browser with a real worker.

Ada asks and names Rut, the recipient scientist, and Mia. Hedda is hub staff; Per and Petra decide and disagree. Each
page is looked at by whoever sees it, each mail that is sent is asked for once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page

from access_requests.events import verify
from access_requests.models import Policy
from access_requests.workflow import Status
from datasets.models import Dataset
from tests import mails
from tests.cast import BRGANDI_DOI, make_user
from tests.support.aida_access import (
    ada_looks_at_the_secret,
    hub_staff_extend_it,
    hub_staff_revoke_it,
    no_word_went_astray,
    rut_leaves,
    the_copies_are_deleted,
    the_data_is_handed_over,
)
from tests.support.aida_people import BACK, COMMENT, DESK, FINAL, MESSAGE, NO, NOTE, RUTS_OWN, SECRET, YES, People
from tests.support.files import pdf
from tests.support.mail import MailServer
from tests.support.processes import Server, Worker
from tests.support.walker import SHOTS, Post, Walker, walkers

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def meet(
    brgandi: Dataset,
    run_server: Callable[..., Server],
    celery_worker: Callable[..., Worker],
    smtp_server: MailServer,
    new_page: Callable[..., Page],
) -> Callable[..., People]:
    """`meet(width=, javascript=)`: the five before a running site. Hedda and Rut have accounts, the others none."""
    server = run_server()
    celery_worker()
    make_user("hedda@hub.example", "Hedda Hub", is_hub_staff=True)
    make_user(RUTS_OWN, "Rut Ek")

    def start(**window: Any) -> People:
        walk = walkers(new_page, server.url, smtp_server, **window)
        people = People(
            walk("Ada", mails.ADA),
            walk("Rut", RUTS_OWN),
            walk("Hedda", "hedda@hub.example"),
            walk("Per", mails.PER),
            walk("Petra", mails.PETRA),
            Post(smtp_server),
        )
        for named in (people.ada, people.rut):
            named.hidden += [NOTE, YES, NO]
        for other in people.all:
            other.hidden += [SECRET]
        return people

    return start


@pytest.mark.slow
@pytest.mark.parametrize(
    "window",
    [{"width": 1280}, {"width": 360, "height": 740, "dark": True, "javascript": False}],
    ids=["wide", "without JavaScript at 360 px"],
)
def test_five_people_from_the_first_question_to_the_end_of_access(
    window: dict[str, Any], meet: Callable[..., People], tmp_path: Path
) -> None:
    people = meet(**window)
    for chapter in (
        hub_staff_set_the_preset, ada_asks, rut_confirms, hub_staff_send_it_back, ada_changes_it, hub_staff_forward_it,
        per_approves, petra_rejects, hub_staff_confirm_the_approval, the_data_is_handed_over, ada_looks_at_the_secret,
        hub_staff_extend_it, rut_leaves, hub_staff_revoke_it, the_copies_are_deleted,
    ):  # fmt: skip
        chapter(people)
    assert people.post.unopened() == []
    people.post.keep(SHOTS) if SHOTS else None
    no_word_went_astray(people)
    assert [fault for person in people.all for fault in person.faults] == []
    assert [str(fault) for fault in verify()] == []


def hub_staff_set_the_preset(people: People) -> None:
    """The button fills the form; nothing is saved before it is read and saved."""
    hedda = people.hedda
    hedda.go(DESK)
    hedda.sign_in()
    hedda.look("01-desk-empty", "Nothing")
    hedda.open("Policies")
    hedda.page.get_by_role("link", name="Add policy").first.click()
    choices = hedda.page.get_by_label("Licence", exact=True).or_(hedda.page.get_by_label("Licence:", exact=True))
    hedda.look("02-policy-new", "Begin with")
    names = choices.locator("option").all_inner_texts()
    choices.select_option(label=next(one for one in names if "Controlled" in one))
    hedda.do("Use: AIDA")
    hedda.look("02-policy", "Nothing is saved yet.", "every decider votes, and one rejection rejects it")
    assert not Policy.objects.exists()
    hedda.write_in("Days of access", "100")
    hedda.do("Save")
    saved = Policy.objects.get()
    assert (saved.triage, saved.confirm, saved.quorum, saved.needed_before, saved.days) == (
        True, True, "all", "review", 100,
    )  # fmt: skip


def ada_asks(people: People) -> None:
    """A newcomer signs up by a code, answers, names a member, attaches a file, and sends."""
    ada = people.ada
    ada.go(f"/{BRGANDI_DOI}")
    ada.look("03-landing")
    ada.follow("Request access")
    ada.look("04-start", "The dataset's providers decide.")
    ada.press("Sign in and start")
    ada.follow("Create one")
    ada.sign_up()
    people.post.opens_code(ada.email)
    ada.page.wait_for_url(lambda url: BRGANDI_DOI in url or "/edit/" in url)
    if "/edit/" not in ada.page.url:
        ada.press("Start your request")
    ada.look("05-form-you")
    ada.write()
    ada_names_mia_and_attaches_a_file(ada)
    ada.look("09-review", "Rut Ek", "mia.lind@uu.example", "plan.pdf")
    ada.do("Send the request")
    people.post.reference = ada.reference()
    ada.look("10-sent", "Before anybody decides, Rut Ek must confirm.", "Mia Lind", "plan.pdf")
    (receipt,) = people.post.arrives(mails.ADA, "Received: your request for access to BRGANDI")
    assert "compare segmentation networks" in receipt.text
    assert "Rut Ek must confirm" in receipt.text
    assert "plan.pdf" in receipt.text
    people.post.arrives(mails.MIA, "Confirm your part: request for access to BRGANDI by Ada Berg")
    (told,) = people.post.arrives(mails.HUB, "New: access to BRGANDI for Ada Berg")
    assert "waiting for Rut Ek" in told.subject
    assert people.row.status == Status.SUBMITTED


def ada_names_mia_and_attaches_a_file(ada: Walker) -> None:
    """From the review to the step People, to the members, to the request's files, and back to the review."""
    ada.page.get_by_role("link", name=re.compile(r"^Change ?: People")).click()
    ada.look("06-form-people", "Members")
    ada.do("Save and name members")
    ada.write_in("Name", "Mia Lind")
    ada.write_in("E-mail", mails.MIA)
    ada.do("Add this person")
    ada.look("07-members", "Mia Lind is added.")
    ada.open("Back to the form")
    ada.write()
    ada.page.get_by_role("link", name="Attach a file").click()
    plan: FilePayload = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    ada.page.get_by_label("Attach files").set_input_files(plan)
    ada.do("Attach")
    ada.look("08-files", "plan.pdf")
    ada.open("Back to the form")


def rut_confirms(people: People) -> None:
    """The one link of the mail; another address; all that she must do is on one page."""
    (mail,) = people.post.arrives(mails.RUT, "Confirm your part: request for access to BRGANDI by Ada Berg")
    assert "nobody decides on it before you have confirmed" in mail.text
    rut = people.rut
    rut.go(rut.link_in(mail))
    rut.look("11-link", "As recipient scientist you confirm", without=("compare segmentation",))
    rut.open("Sign in")
    rut.sign_in()
    rut.look("12-link-signed-in", RUTS_OWN)
    rut.do("This is me: go on")
    rut.look("13-part", "Confirm your part")
    for box in rut.page.locator("main form.part-form input[type=checkbox]").all():
        box.check()
    rut.do("Confirm and accept")
    rut.look(
        "14-confirmed",
        "Thank you.",
        "Waiting for AIDA Data Hub",
        "You need not do anything",
        without=("Internal notes",),
    )
    people.post.arrives(mails.HUB, "Check: access to BRGANDI for Ada Berg")


def hub_staff_send_it_back(people: People) -> None:
    """From the desk to the request: evidence, a note, a comment at an answer, and back to the applicant."""
    hedda = people.hedda
    hedda.go(DESK)
    hedda.look("15-desk", people.post.reference, "Ada Berg")
    hedda.page.get_by_role("link", name=re.compile("Ada Berg")).first.click()
    hedda.stands_at(people.decision)
    hedda.look("16-check", "Forward to the deciders", "Mia Lind", "and accepted the licence", "plan.pdf")
    hedda.look("16-evidence", mails.ADA, RUTS_OWN)
    hedda.write_in("Write an internal note", NOTE)
    hedda.do("Keep the note")
    hedda.look("17-note", NOTE)
    hedda.page.get_by_role("link", name=re.compile(r"^Comment ?: Planned use$")).click()
    hedda.write_in("Your comment", COMMENT)
    hedda.look("18-comment")
    hedda.do("Keep the comment")
    hedda.look("19-commented", COMMENT, "The applicant does not see it yet")
    hedda.open("Send back")
    hedda.write_in("Reason", BACK)
    hedda.look("20-send-back", "The applicant reads the reason")
    hedda.do("Send back")
    hedda.look("21-sent-back", "is sent back to the applicant. Nothing else waits for you.")
    (mail,) = people.post.arrives(mails.ADA, "Change or explain: your request for access to BRGANDI")
    assert BACK in mail.text
    assert COMMENT in mail.text
    assert people.row.status == Status.RETURNED


def ada_changes_it(people: People) -> None:
    """The comment stands at the field; what was changed goes to hub staff by itself."""
    ada = people.ada
    ada.go(people.own)
    ada.look("22-returned", "Waiting for you", BACK, "Change your answers")
    ada.open("Change your answers")
    ada.stands_at(f"{people.own}edit/project/")
    ada.look("23-comment-at-the-field", COMMENT)
    ada.write_in("What will you use the data for?", "We compare segmentation networks on images from Siemens scanners.")
    ada.do("Save and continue")
    ada.write()
    ada.look("24-review-again", "Siemens scanners")
    ada.open("Finish later")
    ada.write_in("Write a message", MESSAGE)
    ada.do("Send the message")
    ada.look("25-message", MESSAGE)
    people.post.arrives(mails.HUB, "Answer: Ada Berg wrote about access to BRGANDI")
    ada.open("Change your answers")
    ada.write()
    ada.do("Send the request again")
    ada.look("26-sent-again", "Waiting for AIDA Data Hub", "Siemens scanners")
    people.post.arrives(mails.ADA, "Received again: your request for access to BRGANDI")
    (again,) = people.post.arrives(mails.RUT, "Changed: request for access to BRGANDI by Ada Berg")
    assert "that still holds" in again.text
    people.post.arrives(mails.MIA, "Confirm your part: request for access to BRGANDI by Ada Berg")
    (check,) = people.post.arrives(mails.HUB, "Check")
    assert "Siemens scanners" in check.text
    assert people.row.status == Status.SUBMITTED


def hub_staff_forward_it(people: People) -> None:
    """What changed is marked; one press, and each decider is asked by a mail with a link of their own."""
    hedda = people.hedda
    hedda.go(people.decision)
    hedda.look("27-check-again", "Changed", "Siemens scanners", MESSAGE, NOTE)
    hedda.open("Forward to the deciders")
    hedda.look("28-forward", "deciders get a mail")
    hedda.do("Forward to the deciders")
    assert people.row.status == Status.IN_REVIEW
    people.ada.go(people.own)
    people.ada.look("29-in-review", "Waiting for the dataset")


def decides(people: People, decider: Walker, *answer: str) -> None:
    """A decider comes in by the mail's link as a newcomer, reads, and votes."""
    (mail,) = people.post.arrives(decider.email, "Decide: access to BRGANDI for Ada Berg")
    assert "Siemens scanners" in mail.text
    assert "All answers are waited for" in mail.text
    assert "the applicant does not" in " ".join(mail.text.split())
    name, (label, reason) = decider.name.lower(), answer
    decider.go(decider.link_in(mail))
    decider.look(f"30-{name}-invited", without=("Siemens scanners",))
    decider.open("Create an account")
    decider.sign_up()
    people.post.opens_code(decider.email)
    decider.page.locator("main form button[type=submit]").first.click()
    decider.stands_at(people.decision)
    decider.look(f"31-{name}-decides", "Ada Berg", "Siemens scanners", "Rut Ek", NOTE, MESSAGE, without=("Deliver",))
    decider.open(label)
    decider.write_in("Reason", reason)
    decider.look(f"32-{name}-{label.lower()}", "Hub staff confirm the outcome")
    decider.do(label)
    decider.look(f"33-{name}-done", "is recorded. Nothing else waits for you.")


def per_approves(people: People) -> None:
    """One of two votes: nobody outside hears anything."""
    decides(people, people.per, "Approve", YES)
    assert people.row.status == Status.IN_REVIEW
    people.ada.go(people.own)
    people.ada.look("34-one-vote", "Waiting for the dataset", without=("approved", mails.PER))


def petra_rejects(people: People) -> None:
    """The other vote: hub staff are asked to confirm, the deciders hear that the answers are in."""
    decides(people, people.petra, "Reject", NO)
    people.post.arrives(mails.PER, "Answers are in: access to BRGANDI for Ada Berg")
    people.post.arrives(mails.PETRA, "Answers are in: access to BRGANDI for Ada Berg")
    (mail,) = people.post.arrives(mails.HUB, "Confirm: access to BRGANDI for Ada Berg")
    assert "reject" in mail.text
    assert people.row.status == Status.DECIDED
    for named in (people.ada, people.rut):
        named.go(people.own)
        named.look(
            f"35-{named.name.lower()}-decided", "waiting for AIDA Data Hub to confirm", without=("rejected", "approved")
        )


def hub_staff_confirm_the_approval(people: People) -> None:
    """Both votes are in view; the reason of who approved stands as a draft; access opens by itself."""
    hedda = people.hedda
    hedda.go(DESK)
    hedda.look("36-desk-decided", people.post.reference)
    hedda.page.get_by_role("link", name=re.compile("Ada Berg")).first.click()
    hedda.look("37-decided", YES, NO, "Confirm: approve", "Confirm: reject")
    hedda.open("Confirm: approve")
    hedda.look("38-confirm", YES, NO, "stands below as a draft")
    assert hedda.said("Reason") == YES
    hedda.write_in("Reason", FINAL)
    hedda.do("Confirm: approve")
    (mail,) = people.post.arrives(mails.ADA, "Access granted: BRGANDI")
    assert FINAL in mail.text
    people.post.arrives(mails.RUT, "Access granted to you: BRGANDI")
    people.post.arrives(mails.MIA, "Access granted: BRGANDI for Ada Berg")
    people.post.arrives(mails.PER, "Approved: access to BRGANDI for Ada Berg")
    people.post.arrives(mails.PETRA, "Approved: access to BRGANDI for Ada Berg")
    people.post.arrives(mails.HUB, "Deliver: BRGANDI to Ada Berg")
    assert people.row.status == Status.GRANTED
    people.ada.go(people.own)
    people.ada.look("39-granted", FINAL, "Your access", "has been asked to hand the data over")
