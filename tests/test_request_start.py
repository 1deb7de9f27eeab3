"""Where a request begins: what one can ask for, and by whom it is read."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from access_requests.models import AccessRequest
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.support.asking import START, draft, step

pytestmark = pytest.mark.django_db


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


def test_the_way_that_was_chosen_comes_first(client: Client, brgandi: Dataset) -> None:
    """Whoever came by the members' button and presses the first one on the page asks as a member."""
    for slug, other in (("aida-by-license", "controlled-access"), ("controlled-access", "aida-by-license")):
        page = client.get(f"/{brgandi.doi}/request/", {"license": slug}).content.decode()
        assert page.index(f'value="{slug}"') < page.index(f'value="{other}"')
