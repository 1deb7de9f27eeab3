"""Asking for access: the start page and the five steps of the form, until the request is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.messages import get_messages
from django.test import Client
from playwright.sync_api import Page

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.cast import (
    BRGANDI_DOI,
    PASSWORD,
    RESEARCH_ANSWERS,
    RequestAt,
    change_license,
    draft_of,
    fill,
    license_of,
    make_dataset,
    make_user,
)
from tests.support.processes import Server

pytestmark = pytest.mark.django_db
START = f"/{BRGANDI_DOI}/request/"
YOU = {"applicant_name", "applicant_email", "applicant_institution", "applicant_department", "applicant_address",
       "applicant_country"}  # fmt: skip
PROJECT = {"project_title", "planned_use", "list_publicly"}


def part(keys: set[str]) -> dict[str, Any]:
    """Some of the standard answers."""
    return {key: value for key, value in RESEARCH_ANSWERS.items() if key in keys}


def people() -> dict[str, Any]:
    """The answers of the step People, as a browser posts them."""
    answers = {key: value for key, value in RESEARCH_ANSWERS.items() if key.startswith(("recipient", "signatory"))}
    return {key: "on" if value is True else value for key, value in answers.items()}


def step(request: AccessRequest, slug: str) -> str:
    """The address of a step."""
    return f"/requests/{request.reference}/edit/{slug}/"


def draft(by: User, dataset: Dataset, name: str = "Controlled access") -> AccessRequest:
    """A new draft."""
    return actions.start(license=license_of(dataset, name), by=by)


def said(response: Any) -> str:
    """What the page says about the last action."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.fixture
def as_ada(client: Client, ada: User) -> Client:
    """Ada's browser."""
    client.force_login(ada)
    return client


# Start


def test_the_start_page_says_what_is_asked_by_which_licence_and_who_receives_it(
    client: Client, brgandi: Dataset
) -> None:
    html = client.get(START).content.decode()
    people = ("Muhammad Usman Akbar", "Anders Eklund", "AIDA Data Hub")
    asked = ("What will you use the data for?", "Which AIDA partner do you belong to?")
    for words in ("Controlled access", "AIDA BY license", "public record", *people, *asked):
        assert words in html
    assert "co-authorship" not in html, "BRGANDI does not ask for it"


def test_looking_at_the_start_page_starts_nothing(as_ada: Client, brgandi: Dataset) -> None:
    assert as_ada.get(START).status_code == 200
    assert as_ada.head(START).status_code == 200
    assert AccessRequest.objects.count() == 0


def test_starting_makes_a_draft_with_what_the_account_knows(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    User.objects.filter(pk=ada.pk).update(institution="Uppsala University", country="SE")
    response = as_ada.post(START, {"license": "controlled-access"}, follow=True)
    request = AccessRequest.objects.get()
    assert response.redirect_chain[-1][0] == step(request, "you")
    assert 'value="Ada Berg"' in response.content.decode()
    assert 'value="Uppsala University"' in response.content.decode()
    assert request.draft["applicant_country"] == "SE"


def test_starting_twice_leads_to_the_same_draft(as_ada: Client, brgandi: Dataset) -> None:
    as_ada.post(START, {"license": "controlled-access"})
    as_ada.post(START, {"license": "controlled-access"})
    assert AccessRequest.objects.count() == 1
    assert "Continue your request" in as_ada.get(START).content.decode()


def test_each_licence_has_its_own_form(as_ada: Client, brgandi: Dataset) -> None:
    as_ada.post(START, {"license": "aida-by-license"})
    request = AccessRequest.objects.get()
    html = as_ada.get(step(request, "project")).content.decode()
    assert "Which AIDA partner" in html
    assert as_ada.get(step(request, "people")).status_code == 302, "there is no such step in this form"


def test_anonymous_people_sign_in_and_come_back(client: Client, brgandi: Dataset) -> None:
    response = client.post(START, {"license": "aida-by-license"})
    assert response.status_code == 302
    assert parse_qs(urlsplit(response["Location"]).query)["next"] == [f"{START}?license=aida-by-license"]
    assert AccessRequest.objects.count() == 0


def test_a_licence_that_is_not_there_starts_nothing(as_ada: Client, brgandi: Dataset) -> None:
    assert as_ada.post(START, {"license": "mit"}).status_code == 302
    assert AccessRequest.objects.count() == 0


def test_a_dataset_that_is_not_there_is_not_found(as_ada: Client, brgandi: Dataset) -> None:
    assert as_ada.get("/10.23698/aida/nothing/request/").status_code == 404
    assert as_ada.post("/10.23698/aida/nothing/request/").status_code == 404


def test_a_retired_dataset_says_that_it_takes_no_requests(as_ada: Client, brgandi: Dataset) -> None:
    Dataset.objects.update(retired_at=brgandi.imported_at)
    response = as_ada.get(START)
    assert "takes no requests here" in response.content.decode()
    as_ada.post(START, {"license": "controlled-access"})
    assert AccessRequest.objects.count() == 0


def test_other_methods_are_refused(as_ada: Client, brgandi: Dataset, ada: User) -> None:
    assert as_ada.put(START).status_code == 405
    assert as_ada.delete(step(draft(ada, brgandi), "you")).status_code == 405
    assert as_ada.post(f"/requests/{AccessRequest.objects.get().reference}/edit/").status_code == 405


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


# Review and send


def test_the_review_reads_like_the_letter_and_says_who_gets_it(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    html = as_ada.get(step(draft_of(ada, brgandi), "review")).content.decode()
    for words in ("Synthetic brain tumor images", BRGANDI_DOI, RESEARCH_ANSWERS["planned_use"], "Sweden", "Rut Ek",
                  "Muhammad Usman Akbar", "Anders Eklund", "AIDA Data Hub", "How long it is kept",
                  "public record under Swedish law", "Send the request"):  # fmt: skip
        assert words in html


def test_the_review_of_an_incomplete_draft_leads_to_what_is_missing(
    as_ada: Client, ada: User, brgandi: Dataset
) -> None:
    request = draft(ada, brgandi)
    html = as_ada.get(step(request, "review")).content.decode()
    assert f'href="{step(request, "project")}#div_id_planned_use"' in html
    assert f'href="{step(request, "terms")}#div_id_accept_license"' in html
    assert 'id="div_id_planned_use"' in as_ada.get(step(request, "project")).content.decode()
    assert 'id="div_id_accept_license"' in as_ada.get(step(request, "terms")).content.decode()
    assert "Send the request" not in html


def test_an_incomplete_draft_is_not_sent(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    request = draft(ada, brgandi)
    response = as_ada.post(step(request, "review"), follow=True)
    assert response.redirect_chain[-1][0] == step(request, "review")
    assert "Something is still missing" in response.content.decode()
    request.refresh_from_db()
    assert request.status == Status.DRAFT


def test_a_second_click_on_send_leads_to_the_same_request(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    request = draft_of(ada, brgandi)
    as_ada.post(step(request, "review"))
    response = as_ada.post(step(request, "review"))
    assert response["Location"] == request.get_absolute_url()
    assert "has been sent already" in said(response)
    assert request.submissions.count() == 1
    assert as_ada.get(step(request, "review"))["Location"] == request.get_absolute_url()


def test_a_second_open_request_for_the_same_is_refused_with_a_sentence(
    as_ada: Client, ada: User, brgandi: Dataset
) -> None:
    actions.submit(request=draft_of(ada, brgandi), by=ada)
    again = draft_of(ada, brgandi)
    response = as_ada.post(step(again, "review"))
    assert response.status_code == 403
    assert "You already have an open request" in response.content.decode()


def test_a_returned_request_is_changed_and_sent_again(as_ada: Client, request_at: RequestAt, brgandi: Dataset) -> None:
    request = request_at(Status.RETURNED)
    html = as_ada.get(step(request, "project")).content.decode()
    assert "The request was sent back to you" in html
    as_ada.post(step(request, "project"), {**part(PROJECT), "planned_use": "With one scanner."})
    as_ada.post(step(request, "review"))
    request.refresh_from_db()
    assert request.status == Status.IN_REVIEW
    assert [submission.answers["planned_use"] for submission in request.submissions.order_by("number")] == [
        RESEARCH_ANSWERS["planned_use"], "With one scanner.",
    ]  # fmt: skip


# Who may


def test_a_draft_is_nobody_else_s(
    client: Client, ada: User, brgandi: Dataset, otto: User, hedda: User, per: User
) -> None:
    request = draft(ada, brgandi)
    for person in (otto, hedda, per):
        client.force_login(person)
        for slug in ("you", "project", "people", "terms", "review"):
            assert client.get(step(request, slug)).status_code == 404
            assert client.post(step(request, slug), {"planned_use": "Mine."}).status_code == 404
        assert client.get(f"/requests/{request.reference}/edit/").status_code == 404
    request.refresh_from_db()
    assert "planned_use" not in request.draft


def test_who_sees_a_sent_request_may_still_not_write_in_it(client: Client, request_at: RequestAt, per: User) -> None:
    request = request_at(Status.RETURNED)
    client.force_login(per)
    for response in (client.get(step(request, "you")), client.post(step(request, "you"), {"applicant_name": "X"}),
                     client.post(step(request, "review")), client.get(step(request, "review"))):  # fmt: skip
        assert response.status_code == 403
        assert "Only the applicant can do this" in response.content.decode()


def test_a_sent_request_is_not_changed(as_ada: Client, request_at: RequestAt) -> None:
    request = request_at(Status.IN_REVIEW)
    response = as_ada.post(step(request, "project"), {"planned_use": "Something else."})
    assert response.status_code == 403
    assert "not possible now" in response.content.decode()


def test_steps_and_references_that_are_not_there(as_ada: Client, ada: User, brgandi: Dataset) -> None:
    assert as_ada.get(step(draft(ada, brgandi), "price")).status_code == 404
    assert as_ada.get("/requests/AIDA-2026-99999/edit/you/").status_code == 404


def test_anonymous_people_cannot_tell_what_is_there(client: Client, ada: User, brgandi: Dataset) -> None:
    request = draft(ada, brgandi)
    for method in (client.get, client.post):
        real, invented = method(step(request, "you")), method(f"/requests/{request.reference}9/edit/you/")
        assert real.status_code == invented.status_code == 302
        assert real["Location"].replace(request.reference, "R") == invented["Location"].replace(
            f"{request.reference}9", "R"
        )


# Bad answers


@pytest.mark.parametrize(
    "bad",
    ["x" * 1_000_000, "a\x00b", "\u202egpj.exe", "<script>alert(1)</script>", "{{ 7|add:7 }}", "'; DROP TABLE x; --",
     "Subject: x\r\nBcc: eve@evil.example", "\ufffe\uffff", "́" * 4000],
)  # fmt: skip
def test_bad_answers_break_nothing(as_ada: Client, ada: User, brgandi: Dataset, bad: str) -> None:
    request = draft(ada, brgandi)
    for slug, keys in (("you", YOU), ("project", PROJECT), ("people", set(people()))):
        few = sorted(keys)[:3] if len(bad) > 10_000 else keys
        response = as_ada.post(step(request, slug), dict.fromkeys(few, bad))
        assert response.status_code == 200
        assert b"<script>alert" not in response.content
        assert as_ada.get(step(request, slug)).status_code == 200
    assert as_ada.get(step(request, "review")).status_code == 200
    request.refresh_from_db()
    assert all("\x00" not in str(value) and "\u202e" not in str(value) for value in request.draft.values())
    assert all(len(str(value)) <= 50_000 for value in request.draft.values())


# Signed out while writing


def sign_in(client: Client, email: str, next_page: str) -> Any:
    """Sign in by password, as a browser does."""
    return client.post(
        f"/accounts/login/?next={next_page}", {"login": email, "password": PASSWORD, "next": next_page}, follow=True
    )


def test_what_was_written_after_the_sign_in_ran_out_is_in_the_draft_afterwards(
    as_ada: Client, ada: User, brgandi: Dataset
) -> None:
    request = draft(ada, brgandi)
    as_ada.cookies.clear()
    answers = {**people(), "recipient_name": "Written for an hour", "recipient_email": "not yet"}
    response = as_ada.post(step(request, "people"), answers)
    assert parse_qs(urlsplit(response["Location"]).query)["next"] == [step(request, "people")]
    response = sign_in(as_ada, ada.email, step(request, "people"))
    request.refresh_from_db()
    assert request.draft["recipient_name"] == "Written for an hour"
    assert request.draft["recipient_email"] == "not yet", "wrong answers are kept, too"
    assert request.draft["recipient_phd"] is True
    assert "Your answers were kept" in response.content.decode()
    as_ada.post(step(request, "people"), {"recipient_name": "Newer"})
    as_ada.get(step(request, "people"))
    request.refresh_from_db()
    assert request.draft["recipient_name"] == "Newer", "they are put back once"


def test_somebody_else_who_signs_in_there_does_not_get_it(
    as_ada: Client, ada: User, otto: User, brgandi: Dataset
) -> None:
    request, ottos = draft(ada, brgandi), draft(otto, brgandi)
    as_ada.cookies.clear()
    as_ada.post(step(request, "project"), {"planned_use": "My secret plan"})
    response = sign_in(as_ada, otto.email, step(request, "project"))
    assert response.status_code == 404
    html = as_ada.get(step(ottos, "project")).content.decode()
    assert "My secret plan" not in html
    ottos.refresh_from_db()
    request.refresh_from_db()
    assert "planned_use" not in ottos.draft
    assert "planned_use" not in request.draft


def test_a_page_of_a_megabyte_is_not_kept_for_anonymous_people(client: Client, ada: User, brgandi: Dataset) -> None:
    client.post(step(draft(ada, brgandi), "project"), {"planned_use": "x" * 1_000_000})
    assert len(str(dict(client.session))) < 1000


def test_a_page_that_is_too_old_for_its_token_shows_what_was_written(ada: User, brgandi: Dataset) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    request = draft(ada, brgandi)
    response = browser.post(step(request, "project"), {"planned_use": "Written for an hour"})
    html = response.content.decode()
    assert "Written for an hour" in html
    assert "too old" in html
    request.refresh_from_db()
    assert "planned_use" not in request.draft, "it is shown, not saved: nobody knows who sent it"


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
@pytest.mark.parametrize("javascript", [True, False])
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
