"""A licence text that came by import waits; hub staff call it editorial or material, with the effect that says."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from access_requests import actions
from access_requests.rules import Incomplete
from access_requests.workflow import Answer, Status
from aidahub.accounts.models import User
from datasets.differences import difference
from datasets.models import Dataset, LicenseText
from tests.cast import confirm, draft_of, fresh, license_of, sent

LIST = reverse("admin:datasets_licensetext_changelist")


def new_text(dataset: Dataset) -> LicenseText:
    """What the importer makes of a changed text."""
    license_ = license_of(dataset)
    return LicenseText.objects.create(
        license=license_, number=2, change="waiting", html="<p>Ask us.</p>", text="Ask us.", sha256="2" * 64
    )


def call(text: LicenseText, what: str, by: User) -> None:
    """Hub staff choose the row and the action."""
    client = Client()
    client.force_login(by)
    answer = client.post(LIST, {"action": f"call_{what}", "_selected_action": [text.pk]}, follow=True)
    assert answer.status_code == 200


def test_a_waiting_text_changes_nothing(ada: User, per: User, rut: User, brgandi: Dataset) -> None:
    request = sent(ada, brgandi)
    new_text(brgandi)
    assert actions.decide(request=confirm(request, rut), by=per, answer=Answer.APPROVE).status == Status.GRANTED


def test_after_an_editorial_change_acceptances_carry_over(
    ada: User, per: User, rut: User, hedda: User, brgandi: Dataset
) -> None:
    request = sent(ada, brgandi)
    request = confirm(request, rut)
    text = new_text(brgandi)
    call(text, "editorial", hedda)
    assert license_of(brgandi).text_in_force == text
    assert actions.decide(request=request, by=per, answer=Answer.APPROVE).status == Status.GRANTED


def test_after_a_material_change_people_accept_again(
    ada: User, per: User, rut: User, hedda: User, brgandi: Dataset
) -> None:
    request = confirm(sent(ada, brgandi), rut)
    text = new_text(brgandi)
    call(text, "material", hedda)
    request = actions.decide(request=request, by=per, answer=Answer.APPROVE)
    assert request.status == Status.APPROVED
    assert actions.accept_license(request=request, by=fresh(rut), text=text).status == Status.APPROVED
    assert actions.accept_license(request=request, by=ada, text=text).status == Status.GRANTED


@pytest.mark.parametrize("what", ["editorial", "material"])
def test_a_draft_is_sent_with_what_it_accepted_or_accepts_again(
    what: str, ada: User, hedda: User, brgandi: Dataset
) -> None:
    draft = draft_of(ada, brgandi)
    call(new_text(brgandi), what, hedda)
    if what == "editorial":
        assert actions.submit(request=draft, by=ada).status == Status.IN_REVIEW
        return
    with pytest.raises(Incomplete) as refused:
        actions.submit(request=draft, by=ada)
    assert list(refused.value.problems) == ["accept_license"]


def test_it_is_said_once(hedda: User, brgandi: Dataset) -> None:
    text = new_text(brgandi)
    call(text, "editorial", hedda)
    call(text, "material", hedda)
    text.refresh_from_db()
    assert text.change == LicenseText.Change.EDITORIAL


def test_nobody_but_hub_staff_says_it(per: User, brgandi: Dataset) -> None:
    text = new_text(brgandi)
    client = Client()
    client.force_login(per)
    assert client.post(LIST, {"action": "call_editorial", "_selected_action": [text.pk]}).status_code == 404
    text.refresh_from_db()
    assert text.change == LicenseText.Change.WAITING


def test_the_page_of_a_text_shows_what_changed(hedda: User, brgandi: Dataset) -> None:
    text = new_text(brgandi)
    client = Client()
    client.force_login(hedda)
    page = client.get(reverse("admin:datasets_licensetext_change", args=[text.pk])).text
    assert "<ins>Ask us.</ins>" in page


def test_a_difference_shows_what_came_and_went_and_escapes_it() -> None:
    assert difference("a b <c>", "a x <c>") == "a <del>b</del> <ins>x</ins> &lt;c&gt;"
    long = " ".join(map(str, range(100)))
    assert difference(long, long).count(" ") == 2 * 12
