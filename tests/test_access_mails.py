"""Which mails access and its end write, to whom, and what they say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from access_requests import actions, notifications
from access_requests.actions.files import Stored
from access_requests.models import AccessRequest, Attachment
from access_requests.people import Named
from access_requests.workflow import Part, Status
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.models import Dataset
from tests.cast import RequestAt, confirm, make_user, set_policy
from tests.mails import ADA, HUB, MIA, PER, PETRA, RUT, SUNE
from tests.support.access import HOW, LINK, SECRET, again, hand_over, kinds_of, mails_of, person_in, set_end

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def granted(request_at: RequestAt) -> AccessRequest:
    """Ada and Rut have access, without an end."""
    return request_at(Status.GRANTED)


def words(mail: Mail) -> str:
    """A mail's text on one line."""
    return " ".join(mail.text.split())


def test_each_holder_hears_that_access_is_open_and_what_comes_next(granted: AccessRequest) -> None:
    assert kinds_of(granted) == {ADA: "granted", RUT: "opened", SUNE: "granted-named", HUB: "deliver"}
    for reader in (ADA, RUT):
        assert "has been asked to hand the data over" in words(mails_of(granted)[reader])


def test_whoever_comes_later_is_told_and_the_others_are_not_told_again(granted: AccessRequest, hedda: User) -> None:
    mia = make_user("mia@uu.example", "Mia Member")
    actions.add_person(request=granted, by=hedda, person=Named(Part.MEMBER, "Mia Member", "", mia.email, "UU"))
    confirm(granted, mia)
    assert kinds_of(granted) == {mia.email: "opened", ADA: "joined", HUB: "deliver"}
    assert "Mia Member" in mails_of(granted)[ADA].subject


def test_the_data_is_ready(granted: AccessRequest, hedda: User) -> None:
    hand_over(granted, hedda, to="Rut Ek", valid_until=timezone.localdate() + DAY)
    assert kinds_of(granted) == {RUT: "delivered"}
    hand_over(granted, hedda)
    assert kinds_of(granted) == {ADA: "delivered", RUT: "delivered"}
    mail = mails_of(granted)[RUT]
    assert mail.subject.startswith("The data is ready again: ")
    assert granted.get_absolute_url() in mail.text


def test_no_mail_ever_carries_the_way_to_the_data(granted: AccessRequest, hedda: User, ada: User) -> None:
    set_end(granted, timezone.localdate())
    hand_over(granted, hedda)
    actions.show_secret(request=granted, by=ada)
    actions.extend(request=granted, by=hedda, ends=timezone.localdate() + DAY)
    notifications.ending_soon(again(granted), 7)
    actions.revoke(request=granted, by=hedda, reason="Copied on.")
    notifications.delete_copies(again(granted))
    for mail in Mail.objects.all():
        for word in (SECRET, LINK, HOW):
            assert word not in f"{mail.subject}{mail.text}{mail.html}{mail.headers}", mail.kind


def test_looking_at_a_secret_tells_nobody(granted: AccessRequest, hedda: User, ada: User) -> None:
    hand_over(granted, hedda)
    actions.show_secret(request=granted, by=ada)
    assert kinds_of(granted) == {}


@pytest.mark.parametrize(("who", "hub"), [("hedda", {}), ("per", {HUB: "extended"})])
def test_extension_tells_the_holders(
    granted: AccessRequest, who: str, hub: dict[str, str], hedda: User, per: User
) -> None:
    set_end(granted, timezone.localdate() + DAY)
    by = {"hedda": hedda, "per": per}[who]
    actions.extend(request=granted, by=by, ends=timezone.localdate() + 30 * DAY)
    assert kinds_of(granted) == {ADA: "extended", RUT: "extended", **hub}


def test_revocation_tells_everybody_concerned_why(granted: AccessRequest, hedda: User) -> None:
    actions.revoke(request=granted, by=hedda, reason="The images were copied on.")
    mails = mails_of(granted)
    assert {address: mail.kind for address, mail in mails.items()} == {
        ADA: "revoked", RUT: "revoked", SUNE: "approval-revoked", PER: "revoked", PETRA: "revoked", HUB: "revoked",
    }  # fmt: skip
    assert all("The images were copied on." in words(mail) for mail in mails.values())
    assert f"/requests/{granted.reference}/deletion/" in mails[RUT].text
    assert "tell Rut Ek, who confirms it" in words(mails[ADA])


def test_an_approval_that_is_revoked(request_at: RequestAt, hedda: User) -> None:
    request = actions.revoke(request=request_at(Status.APPROVED), by=hedda, reason="Wrong person.")
    kinds = kinds_of(request)
    assert kinds[ADA] == kinds[RUT] == kinds[SUNE] == "approval-revoked"
    for reader in (ADA, PER, HUB):
        assert "copies" not in words(mails_of(request)[reader])


def test_expiry_says_what_to_delete_how_to_confirm_and_how_to_go_on(granted: AccessRequest) -> None:
    set_end(granted, timezone.localdate())
    assert actions.expire(request=granted, today=timezone.localdate() + DAY)
    assert kinds_of(granted) == {ADA: "expired", RUT: "expired"}
    mails = mails_of(granted)
    for mail in mails.values():
        assert "All copies of the data must be deleted" in words(mail)
        assert "renews the request" in words(mail)
    assert f"/requests/{granted.reference}/deletion/" in mails[RUT].text
    assert f"/requests/{granted.reference}/deletion/" not in mails[ADA].text


def test_leaving_tells_the_leaver_the_applicant_and_the_hub(granted: AccessRequest, rut: User, hedda: User) -> None:
    actions.leave(request=granted, by=rut, reason="To Lund.")
    assert kinds_of(granted) == {RUT: "left", ADA: "others-left", HUB: "others-left"}
    assert all("To Lund." in words(mail) for mail in mails_of(granted).values())
    actions.leave(request=again(granted), by=hedda, person=person_in(granted, "Ada Berg"))
    assert kinds_of(granted) == {ADA: "left"}, "the hub did it, and she is the applicant"


def test_the_agreement_is_acknowledged(request_at: RequestAt, brgandi: Dataset, hedda: User) -> None:
    request = request_at(Status.APPROVED)
    set_policy(request.license, agreement=True)
    file = actions.attach(request=request, by=hedda, file=paper(), kind=Attachment.Kind.AGREEMENT)
    actions.record_agreement(request=again(request), by=hedda, paper=file, signed_on=timezone.localdate())
    assert kinds_of(request) == dict.fromkeys((ADA, RUT, SUNE), "agreement-recorded")


def paper() -> Stored:
    """A file that lies in the storage."""
    return Stored("signed.pdf", "application/pdf", 10, "0" * 64, "k" * 32)


def test_deletion_is_told_to_the_hub_or_by_it(request_at: RequestAt, rut: User, hedda: User) -> None:
    request = request_at(Status.REVOKED)
    actions.confirm_deletion(request=request, by=rut)
    assert kinds_of(request) == {HUB: "copies-deleted"}
    assert "Rut Ek confirmed" in words(mails_of(request)[HUB])


def test_deletion_that_the_hub_records_is_told_to_who_is_responsible(request_at: RequestAt, hedda: User) -> None:
    request = request_at(Status.REVOKED)
    actions.confirm_deletion(request=request, by=hedda)
    assert kinds_of(request) == {RUT: "deletion-recorded"}


@pytest.fixture
def mia(granted: AccessRequest, hedda: User) -> User:
    """Has access as a member."""
    user = make_user(MIA, "Mia Lind")
    person = Named(Part.MEMBER, "Mia Lind", "", MIA, "Uppsala University")
    confirm(actions.add_person(request=granted, by=hedda, person=person), user)
    return user


def test_who_is_removed_is_told_to_delete_and_whom_to_tell(granted: AccessRequest, mia: User, hedda: User) -> None:
    actions.remove_person(request=again(granted), by=hedda, person=person_in(granted, "Mia Lind"))
    mail = mails_of(granted, "removed")[MIA]
    assert mail.subject.startswith("Delete your copies: your access to BRGANDI has ended")
    assert f"When they are deleted, write it to {settings.HUB_EMAIL}" in words(mail)
    actions.confirm_deletion(request=again(granted), by=hedda)
    assert kinds_of(granted) == {MIA: "own-deletion-recorded"}


def test_the_applicant_who_is_replaced_is_told_to_delete(granted: AccessRequest, hedda: User) -> None:
    nils = make_user("nils@uu.example", "Nils New")
    actions.change_applicant(request=granted, by=hedda, email=nils.email)
    mail = mails_of(granted, "applicant-no-more")[ADA]
    assert mail.subject.startswith("Delete your copies: your access to BRGANDI has ended")
    assert "All your copies of the data must be deleted now." in words(mail)


def test_who_declines_after_access_is_told_to_delete_and_confirms(granted: AccessRequest, mia: User) -> None:
    actions.decline_part(request=again(granted), by=mia)
    mail = mails_of(granted, "declined-access")[MIA]
    assert f"{granted.get_absolute_url()}deletion/" in words(mail)
    actions.confirm_deletion(request=again(granted), by=mia)
    assert kinds_of(granted) == {HUB: "own-copies-deleted"}
    assert "Mia Lind confirmed that all their own copies of BRGANDI are deleted." in words(mails_of(granted)[HUB])


# What the clock sends


def test_a_warning_goes_to_each_holder_once_for_each_last_day(granted: AccessRequest) -> None:
    ends = timezone.localdate() + 30 * DAY
    set_end(granted, ends)
    for _time in range(3):
        notifications.ending_soon(again(granted), 30)
    warnings = Mail.objects.filter(kind="ending-soon")
    assert set(warnings.values_list("recipient", flat=True)) == {ADA, RUT}
    assert warnings.count() == 2
    notifications.ending_soon(again(granted), 7)
    assert warnings.count() == 4
    set_end(granted, ends + DAY)
    notifications.ending_soon(again(granted), 7)
    assert warnings.count() == 6, "an extension makes a new end"
    assert f"{ends.day} {ends:%B %Y}" in warnings.earliest("pk").subject


def test_no_warning_without_an_end_or_without_access(granted: AccessRequest, hedda: User) -> None:
    notifications.ending_soon(granted, 30)
    set_end(granted, timezone.localdate() + DAY)
    request = actions.revoke(request=granted, by=hedda, reason="Over.")
    notifications.ending_soon(request, 30)
    assert not Mail.objects.filter(kind="ending-soon").exists()


def test_who_left_is_not_warned(granted: AccessRequest, rut: User) -> None:
    set_end(granted, timezone.localdate() + DAY)
    actions.leave(request=granted, by=rut)
    notifications.ending_soon(again(granted), 7)
    assert set(Mail.objects.filter(kind="ending-soon").values_list("recipient", flat=True)) == {ADA}


def test_copies_are_asked_about_until_it_is_confirmed(request_at: RequestAt, rut: User) -> None:
    request = request_at(Status.EXPIRED)
    for number in (1, 1, 2):
        notifications.delete_copies(request, number)
    asked = Mail.objects.filter(kind="delete-copies")
    assert list(asked.values_list("recipient", flat=True)) == [RUT, RUT]
    actions.confirm_deletion(request=request, by=rut)
    notifications.delete_copies(again(request), 3)
    assert asked.count() == 2
