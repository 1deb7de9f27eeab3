"""A licence text that changes while requests are open: acceptances carry over, or people accept again."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests import actions
from access_requests.license_changes import catch_up_with_licenses, changed_texts
from access_requests.models import AccessRequest, Event
from access_requests.workflow import Answer, Status, Verb
from aidahub.accounts.models import User
from aidahub.outbox.models import Mail
from datasets.differences import taken_out_and_put_in
from datasets.models import Dataset, LicenseText
from tests.cast import RequestAt, change_license, confirm, draft_of, license_of, make_user, sent
from tests.mails import ADA, RUT, SUNE
from tests.support.asking import told
from tests.support.parts import flat, kinds_since, mail_to

pytestmark = pytest.mark.django_db


def correct_license(dataset: Dataset) -> LicenseText:
    """A typo is corrected: an editorial change, as hub staff called it."""
    license_ = license_of(dataset)
    number = license_.texts.count() + 1
    return LicenseText.objects.create(
        license=license_, number=number, html="<p>Ask.</p>", text="Ask.", sha256=f"e{number:063}", change="editorial"
    )


def carried(request: AccessRequest) -> list[int]:
    """The numbers of those whose acceptance was carried over, in the order of the record."""
    return [event.payload["person"] for event in request.events.filter(verb=Verb.CARRY_OVER).order_by("number")]


def test_nothing_changed(request_at: RequestAt) -> None:
    request_at(Status.IN_REVIEW)
    before = Mail.objects.count()
    assert list(changed_texts()) == []
    assert catch_up_with_licenses() == 0
    assert Mail.objects.count() == before


def test_after_an_editorial_change_acceptances_carry_over_once(
    request_at: RequestAt, rut: User, ada: User, brgandi: Dataset
) -> None:
    request = confirm(request_at(Status.IN_REVIEW), rut)
    correct_license(brgandi)
    before = Mail.objects.count()
    assert catch_up_with_licenses() == 1
    assert catch_up_with_licenses() == 0
    assert carried(request) == [1, 2]
    assert Mail.objects.count() == before, "nothing changes for anybody"
    assert "The wording of the licence was corrected; Rut Ek’s acceptance holds for it, too." in told(request, ada)
    correct_license(brgandi)
    assert catch_up_with_licenses() == 1
    assert carried(request) == [1, 2, 1, 2]


def test_after_a_material_change_each_is_told_once_what_changed(
    request_at: RequestAt, rut: User, brgandi: Dataset
) -> None:
    request = confirm(request_at(Status.IN_REVIEW), rut)
    change_license(brgandi)
    before = Mail.objects.count()
    catch_up_with_licenses()
    catch_up_with_licenses()
    assert kinds_since(before) == {ADA: "license-changed", RUT: "license-changed"}
    letter = mail_to(RUT)
    assert letter.subject.startswith("Accept the changed licence: request for access to BRGANDI by Ada Berg")
    assert mail_to(ADA).subject.startswith("Accept the changed licence: your request for access to BRGANDI [")
    assert "New in it New." in flat(letter.text)
    assert "No longer in it" in letter.text
    assert f"/requests/{request.reference}/accept/" in letter.text
    assert carried(request) == []
    before = Mail.objects.count()
    change_license(brgandi)
    catch_up_with_licenses()
    assert kinds_since(before) == {ADA: "license-changed", RUT: "license-changed"}, "again for another text"


def test_who_accepted_again_is_left_alone(request_at: RequestAt, rut: User, ada: User, brgandi: Dataset) -> None:
    request = confirm(request_at(Status.IN_REVIEW), rut)
    text = change_license(brgandi)
    actions.accept_license(request=request, by=ada, text=text)
    before = Mail.objects.count()
    catch_up_with_licenses()
    assert kinds_since(before) == {RUT: "license-changed"}


def test_who_has_not_answered_is_not_told_of_changes(request_at: RequestAt, brgandi: Dataset) -> None:
    request_at(Status.IN_REVIEW)
    change_license(brgandi)
    before = Mail.objects.count()
    catch_up_with_licenses()
    assert set(kinds_since(before)) == {ADA}
    assert SUNE not in kinds_since(before)


def test_a_text_that_waits_for_hub_staff_changes_nothing(request_at: RequestAt, brgandi: Dataset) -> None:
    request = request_at(Status.IN_REVIEW)
    LicenseText.objects.create(
        license=license_of(brgandi), number=2, change="waiting", html="<p>x</p>", text="x", sha256="9" * 64
    )
    assert list(changed_texts()) == []
    assert carried(request) == []


@pytest.mark.parametrize("status", [Status.GRANTED, Status.REJECTED, Status.WITHDRAWN, Status.CLOSED])
@pytest.mark.parametrize("change", [correct_license, change_license])
def test_what_is_settled_stands_on_its_own_text(
    request_at: RequestAt, brgandi: Dataset, status: Status, change: object
) -> None:
    request_at(status)
    assert callable(change)
    change(brgandi)
    before = (Mail.objects.count(), Event.objects.count())
    assert catch_up_with_licenses() == 0
    assert (Mail.objects.count(), Event.objects.count()) == before


def test_a_draft_is_nobody_s_business(ada: User, brgandi: Dataset) -> None:
    draft_of(ada, brgandi)
    change_license(brgandi)
    assert catch_up_with_licenses() == 0


def test_while_it_is_returned_the_applicant_accepts_by_sending_again(request_at: RequestAt, brgandi: Dataset) -> None:
    request_at(Status.RETURNED)
    change_license(brgandi)
    before = Mail.objects.count()
    catch_up_with_licenses()
    assert kinds_since(before) == {}


def test_after_a_correction_a_yes_opens_access(ada: User, rut: User, per: User, brgandi: Dataset) -> None:
    request = confirm(sent(ada, brgandi), rut)
    correct_license(brgandi)
    catch_up_with_licenses()
    assert actions.decide(request=request, by=per, answer=Answer.APPROVE).status == Status.GRANTED


def test_a_typo_is_corrected_in_a_licence_with_many_open_requests(brgandi: Dataset) -> None:
    """The cost of each request is bounded, however many there are."""

    def asked(number: int) -> int:
        for each in range(number):
            applicant = make_user(f"person{AccessRequest.objects.count()}-{each}@uu.example", f"Person {each}")
            sent(applicant, brgandi)
        correct_license(brgandi)
        with CaptureQueriesContext(connection) as queries:
            assert catch_up_with_licenses() == AccessRequest.objects.count()
        return len(queries)

    few = asked(2)
    many = asked(6)
    assert few <= 2 * 30
    assert many <= 8 * 30
    assert Event.objects.filter(verb=Verb.CARRY_OVER).count() == 2 + 8


def test_what_was_taken_out_and_put_in_is_told_with_the_words_around() -> None:
    before = "You may use the data for research in medicine and nothing else at all, ever."
    after = "You may use the data for research and teaching in medicine and nothing else."
    out, new = taken_out_and_put_in(before, after)
    assert new.splitlines()[0] == "… the data for research and teaching in medicine and nothing …"
    assert "else at all, ever." in out
    assert taken_out_and_put_in("same words", "same words") == ("", "")
