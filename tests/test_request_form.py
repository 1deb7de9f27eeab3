"""The five steps of the request form: each saves itself, says what is wrong, and leads on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from playwright.sync_api import Page

from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import (
    PASSWORD,
    RESEARCH_ANSWERS,
    change_license,
    fill,
    make_dataset,
    make_user,
)
from tests.support.asking import PROJECT, YOU, draft, part, people, step
from tests.support.processes import Server

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_ada(client: Client, ada: User) -> Client:
    """Ada's browser."""
    client.force_login(ada)
    return client


# The steps


def test_all_five_steps_in_order_lead_to_a_sent_request(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    request = draft(ada, brgandi)
    answers = [("you", part(YOU)), ("project", part(PROJECT)), ("people", people())]
    following = {"you": "project", "project": "people", "people": "terms", "terms": "review"}
    for slug, given in answers:
        response = as_ada.post(step(request, slug), {**given, "go": "next"})
        assert response["Location"] == step(request, following[slug])
    text = brgandi.licenses.get(name="Controlled access").text_in_force
    assert text is not None
    response = as_ada.post(step(request, "terms"), {"accept_license": "on", "text": text.sha256})
    assert response["Location"] == step(request, "review")
    response = as_ada.post(step(request, "review"), follow=True)
    request.refresh_from_db()
    assert request.status == Status.IN_REVIEW
    assert response.redirect_chain[-1][0] == request.get_absolute_url()
    assert "Your request is sent" in response.content.decode()
    submission = request.last_submission
    assert submission is not None
    assert submission.answers["planned_use"] == RESEARCH_ANSWERS["planned_use"]
    assert submission.answers["recipient_phd"] is True


def test_a_wrong_answer_is_saved_shown_and_explained(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    request = draft(ada, brgandi)
    answers = {**people(), "recipient_email": "rut at uu", "recipient_profile": "javascript:alert(1)"}
    html = as_ada.post(step(request, "people"), {**answers, "go": "next"}).content.decode()
    assert 'href="#id_recipient_email"' in html
    assert "This is not an e-mail address" in html
    assert "Your answers are saved" in html
    request.refresh_from_db()
    assert request.draft["recipient_email"] == "rut at uu"
    assert request.draft["recipient_name"] == "Rut Ek"
    assert 'value="rut at uu"' in as_ada.get(step(request, "people")).content.decode()


@pytest.mark.parametrize(
    ("go", "leads_to"), [("later", ""), ("back", "edit/you/"), ("terms", "edit/terms/"), ("review", "edit/review/")]
)
def test_every_way_out_of_a_step_saves_it(as_ada: Client, ada: User, brgandi: Dataset, go: str, leads_to: str) -> None:
    request = draft(ada, brgandi)
    response = as_ada.post(step(request, "project"), {"planned_use": "Half an ans", "go": go})
    assert response["Location"] == f"/requests/{request.reference}/{leads_to}"
    request.refresh_from_db()
    assert request.draft["planned_use"] == "Half an ans"


def test_edit_goes_on_where_something_is_missing(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    request = draft(ada, brgandi)
    edit = f"/requests/{request.reference}/edit/"
    assert as_ada.get(edit)["Location"] == step(request, "you")
    as_ada.post(step(request, "you"), part(YOU))
    assert as_ada.get(edit)["Location"] == step(request, "project")
    fill(request)
    assert as_ada.get(edit)["Location"] == step(request, "review")


def test_the_list_of_steps_says_which_are_complete(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    request = draft(ada, brgandi)
    as_ada.post(step(request, "you"), part(YOU))
    html = as_ada.get(step(request, "project")).content.decode()
    items = html.split('<nav class="form-steps"')[1].split("</nav>")[0].split("<li")[1:]
    assert ["complete" in item for item in items] == [True, False, False, False, False]
    assert ['aria-current="step"' in item for item in items] == [False, True, False, False, False]


def test_the_address_must_be_a_verified_one_of_the_account(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    EmailAddress.objects.create(user=ada, email="ada@kth.example", verified=True)
    EmailAddress.objects.create(user=ada, email="ada@elsewhere.example", verified=False)
    request = draft(ada, brgandi)
    html = as_ada.get(step(request, "you")).content.decode()
    assert "ada@kth.example" in html
    assert "ada@elsewhere.example" not in html
    html = as_ada.post(step(request, "you"), {**part(YOU), "applicant_email": "ada@elsewhere.example"}).content.decode()
    assert "Please use an address that you have verified" in html


def test_my_own_orcid_is_filled_in_when_i_am_the_recipient_scientist(
    as_ada: Client, ada: User, brgandi: Dataset
) -> None:
    SocialAccount.objects.create(user=ada, provider="orcid", uid="0000-0002-1825-0097")
    request = draft(ada, brgandi)
    answers = {"recipient_same": "yes", "recipient_phd": "on", "signatory_same": "yes", "signatory_may_sign": "on"}
    response = as_ada.post(step(request, "people"), {**answers, "recipient_profile": ""})
    assert response["Location"] == step(request, "terms"), response.content.decode()
    request.refresh_from_db()
    assert request.draft["recipient_profile"] == "https://orcid.org/0000-0002-1825-0097"


# Terms


def test_the_terms_show_the_whole_text_and_want_the_tick(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    request = draft(ada, brgandi, "AIDA BY license")
    html = as_ada.get(step(request, "terms")).content.decode()
    text = request.license.text_in_force
    assert text is not None
    assert text.html in html
    assert "THE DATA IS PROVIDED" in html
    response = as_ada.post(step(request, "terms"), {"text": text.sha256, "attribution": "on"})
    assert "Please read the licence and tick this box" in response.content.decode()
    assert AccessRequest.objects.get().draft_license_text is None
    assert AccessRequest.objects.get().draft["attribution"] is True
    as_ada.post(step(request, "terms"), {"text": text.sha256, "attribution": "on", "accept_license": "on"})
    request.refresh_from_db()
    assert request.draft_license_text == text
    assert "You have accepted this text" in as_ada.get(step(request, "terms")).content.decode()


@pytest.mark.parametrize("shown", ["", "0" * 64])
def test_only_the_text_that_was_shown_is_accepted(as_ada: Client, ada: User, brgandi: Dataset, shown: str) -> None:
    request = draft(ada, brgandi)
    response = as_ada.post(step(request, "terms"), {"text": shown, "accept_license": "on"}, follow=True)
    assert "The licence has changed" in response.content.decode()
    request.refresh_from_db()
    assert request.draft_license_text is None


def test_a_text_that_has_changed_since_is_not_accepted(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    request = draft(ada, brgandi)
    old = request.license.text_in_force
    assert old is not None
    change_license(brgandi)
    response = as_ada.post(step(request, "terms"), {"text": old.sha256, "accept_license": "on"}, follow=True)
    assert "The licence has changed" in response.content.decode()
    assert "New." in response.content.decode()
    request.refresh_from_db()
    assert request.draft_license_text is None


# In a real browser


@pytest.fixture
def sign_in_at(transactional_db: None) -> Callable[[Server, Page, str], None]:
    """Sign in with a password in a browser."""

    def act(server: Server, page: Page, email: str) -> None:
        page.goto(f"{server.url}/accounts/login/")
        page.locator("[name=login]").fill(email)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/login" not in url)

    return act


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("javascript", [pytest.param(True, marks=pytest.mark.slow), False])
def test_depending_questions_can_be_answered_with_and_without_javascript(
    run_server: Callable[..., Server], new_page: Callable[..., Page], sign_in_at: Any, javascript: bool
) -> None:
    ada = make_user("ada.berg@uu.example", "Ada Berg")
    request = draft(ada, make_dataset())
    server, page = run_server(), new_page(javascript=javascript, width=360)
    sign_in_at(server, page, ada.email)
    page.goto(server.url + step(request, "people"))
    name = page.get_by_label("Name of the recipient scientist")
    assert name.is_visible() is not javascript
    page.get_by_label("Another person").first.check()
    name.fill("Rut Ek")
    page.get_by_role("link", name="Project").click()
    page.wait_for_url("**/project/")
    page.goto(server.url + step(request, "people"))
    if javascript:
        assert page.get_by_label("Name of the recipient scientist").input_value() == "Rut Ek", "the link saved it"
    page.get_by_label("Another person").first.check()
    page.get_by_label("Name of the recipient scientist").fill("Rut Ek")
    page.get_by_role("button", name="Save and continue").click()
    summary = page.get_by_role("alert")
    assert "E-mail" in summary.inner_text() or "e-mail" in summary.inner_text()
    assert page.evaluate("document.activeElement.classList.contains('error-summary')")
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.id || location.hash.slice(1)").startswith("id_recipient")
    request.refresh_from_db()
    assert request.draft["recipient_name"] == "Rut Ek"


def test_both_applicants_write_their_own(client: Client, ada: User, alva: User, brgandi: Dataset) -> None:
    of_ada, of_alva = draft(ada, brgandi), draft(alva, brgandi)
    client.force_login(alva)
    client.post(step(of_alva, "project"), {"planned_use": "Alva's."})
    assert client.post(step(of_ada, "project"), {"planned_use": "Alva's."}).status_code == 404
    of_ada.refresh_from_db()
    of_alva.refresh_from_db()
    assert of_ada.draft.get("planned_use") is None
    assert of_alva.draft["planned_use"] == "Alva's."
