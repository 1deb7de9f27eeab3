"""The journey's chapters once access is open: handing over, showing, extending, leaving, revoking, deleting."""

from __future__ import annotations

from access_requests.workflow import Status, Verb
from tests import mails
from tests.support.aida_people import DESK, GONE, HOW, LINK, NO, NOTE, SECRET, YES, People


def the_data_is_handed_over(people: People) -> None:
    """The desk lists it; the mails carry neither link nor secret."""
    hedda = people.hedda
    hedda.go(DESK)
    hedda.look("40-desk-deliver", people.post.reference)
    hedda.go(people.decision)
    hedda.look("41-granted", "Hand the data over", "Revoke")
    hedda.open("Hand the data over")
    hedda.write_in("How they get the data", HOW)
    hedda.write_in("Link", LINK)
    hedda.write_in("Secret", SECRET)
    hedda.look("42-deliver", "Ada Berg", "Rut Ek", without=("Mia Lind",))
    hedda.do("Hand the data over")
    for holder in (mails.ADA, mails.RUT):
        (mail,) = people.post.arrives(holder, "The data is ready: BRGANDI")
        assert "Sign in and see how to get the data" in mail.text
    people.per.go(people.decision)
    people.per.look("43-per-granted", without=(LINK, HOW))


def ada_looks_at_the_secret(people: People) -> None:
    """Signed in anew, from the mail's link; each showing is recorded."""
    ada = people.ada
    ada.page.context.clear_cookies()
    ada.go(people.own)
    ada.sign_in()
    ada.stands_at(people.own)
    ada.look("44-ready", HOW, LINK, "Show the secret")
    ada.do("Show the secret")
    ada.hidden.remove(SECRET)
    ada.look("45-secret", SECRET)
    ada.hidden.append(SECRET)
    ada.open("Back to the request")
    ada.look("46-looked", "You looked at the secret")
    assert people.row.events.filter(verb=Verb.SHOW_SECRET).count() == 1


def hub_staff_extend_it(people: People) -> None:
    """The last day is proposed; everybody who has access hears of it."""
    hedda = people.hedda
    hedda.go(people.decision)
    hedda.look("47-shown", "looked at the secret")
    hedda.open("Extend access")
    hedda.look("48-extend", "The last day now is")
    hedda.do("Extend access")
    people.post.arrives(mails.ADA, "Extended to")
    people.post.arrives(mails.RUT, "Extended to")


def rut_leaves(people: People) -> None:
    """Her own access ends, nobody else's."""
    rut = people.rut
    rut.go(people.own)
    rut.look("49-rut-access", "Your access", LINK)
    rut.open("I am leaving the institution")
    rut.look("50-leave", "Uppsala University")
    rut.do("Yes, end my access")
    rut.look("51-left", "left the institution", without=(LINK,))
    people.post.arrives(mails.RUT, "Delete your copies: your access to BRGANDI ended with your move")
    people.post.arrives(mails.ADA, "Left the institution: Rut Ek")
    people.post.arrives(mails.HUB, "Close the way to the data: BRGANDI, 1 person")
    people.ada.go(people.own)
    people.ada.look("52-ada-keeps-hers", LINK)
    assert people.row.status == Status.GRANTED


def hub_staff_revoke_it(people: People) -> None:
    """It ends at once; the applicant reads why and what to do."""
    hedda = people.hedda
    hedda.go(people.decision)
    hedda.open("Revoke")
    hedda.write_in("Reason", GONE)
    hedda.look("53-revoke", "Access ends at once for everybody")
    hedda.do("Revoke")
    people.ada.go(people.own)
    people.ada.look("54-revoked", GONE, without=(LINK, HOW))
    for address, beginning in (
        (mails.ADA, "Delete your copies"),
        (mails.RUT, "Confirm that copies are deleted: access to BRGANDI"),
        (mails.MIA, "Revoked"),
        (mails.PER, "Revoked"),
        (mails.PETRA, "Revoked"),
        (mails.HUB, "Close the way to the data: BRGANDI, 1 person"),
    ):
        (mail,) = people.post.arrives(address, beginning)
        assert GONE in mail.text
        assert mail.text.count("/deletion/") == (address == mails.RUT)
    assert people.row.status == Status.REVOKED


def the_copies_are_deleted(people: People) -> None:
    """Rut answers for the data although she has left; hub staff hear that the copies are deleted."""
    people.ada.go(f"{people.own}deletion/")
    people.ada.look("55-ada-does-not-confirm", "The recipient scientist confirms")
    rut = people.rut
    rut.go(people.own)
    rut.look("55-rut-revoked", GONE)
    rut.open("Confirm that the copies are deleted")
    rut.page.locator("main input[type=checkbox]").check()
    rut.look("55-deletion", "Are all copies deleted?")
    rut.do("Confirm")
    rut.look("56-over")
    people.post.arrives(mails.HUB, "Copies deleted: BRGANDI")
    assert people.row.copies_deleted_at
    people.hedda.go(people.decision)
    people.hedda.look("57-over", YES, NO, NOTE, GONE)
    people.hedda.open("Record that the way is closed")
    people.hedda.do("Record that the way is closed")
    people.hedda.go(DESK)
    people.hedda.look("58-desk-done")


def no_word_went_astray(people: People) -> None:
    """No mail carries the way to the data or a note; none to the named carries a vote."""
    for mail in people.post.server.messages:
        everything = f"{mail.subject}\n{mail.text}\n{mail.html}"
        planted = [NOTE, LINK, SECRET, HOW]
        if {mails.ADA, mails.RUT, mails.MIA} & set(mail.recipients):
            planted += [YES, NO]
        assert [word for word in planted if word in everything] == [], mail.subject
