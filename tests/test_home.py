"""The home page, the texts about the site, what machines ask for, and the pages for when something went wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from pytest_django.fixtures import DjangoAssertNumQueries

import aidahub.urls
from access_requests.workflow import Status
from aidahub.accounts.models import User
from aidahub.pages.waiting import tasks_of
from datasets.models import Dataset
from tests.cast import AIDA_PRESET, RequestAt, confirm, draft_of, license_of, make_dataset, sent, set_policy


def raising(problem: Exception) -> Callable[[HttpRequest], HttpResponse]:
    """A view that fails in this way."""

    def view(request: HttpRequest) -> HttpResponse:
        raise problem

    return view


def lose_database(_execute: object, sql: str, *_rest: object) -> None:
    """As a connection whose server is gone, for everything that is asked of it."""
    raise OperationalError("secret host refused")


def session_unwritten(request: HttpRequest) -> HttpResponse:
    """A view that remembers something in the session, which the database then does not take."""
    request.session.create()
    request.session["answer"] = 42
    with connection.execute_wrapper(lose_database):
        SessionMiddleware(lambda _request: HttpResponse()).process_response(request, HttpResponse())
    return HttpResponse()


class Broken:
    """A URLconf with addresses at which something goes wrong."""

    urlpatterns = [
        path("broken", raising(RuntimeError("secret detail"))),
        path("offline", raising(OperationalError("secret host refused"))),
        path("session", session_unwritten),
        path("denied", raising(PermissionDenied("A provider who is named in it cannot decide. <b>"))),
        path("large", raising(RequestDataTooBig("too big"))),
        *aidahub.urls.urlpatterns,
    ]
    handler400 = aidahub.urls.handler400
    handler500 = aidahub.urls.handler500


@pytest.fixture
def broken() -> Iterator[Client]:
    """A browser on a site where things go wrong."""
    with override_settings(ROOT_URLCONF=Broken):
        yield Client(raise_request_exception=False)


def words(client: Client, address: str = "/") -> str:
    """The main part as a reader reads it."""
    html = client.get(address).content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


class TestHome:
    """What this is, and what waits for me."""

    def test_it_says_what_this_is_and_how_access_works(self, client: Client, brgandi: Dataset) -> None:
        text = words(client)
        assert "Medical imaging data for research, on request." in text
        assert re.search(r"Find .* Ask .* Get ", text)
        assert "1 dataset: 71.92 GB, 100 000 scans, 1 000 000 annotations." in text
        assert "Synthetic brain tumor images from GANs and diffusion models" in text
        assert "Waiting for you" not in text

    def test_its_search_leads_to_the_list(self, client: Client, db: None) -> None:
        html = client.get("/").content.decode()
        assert re.search(r'<form class="search" method="get" action="/datasets/"', html)
        assert 'name="q"' in html

    def test_hidden_and_retired_ones_are_not_there(self, client: Client, brgandi: Dataset) -> None:
        Dataset.objects.update(hidden=True)
        text = words(client)
        assert "Synthetic brain" not in text
        assert "1 dataset" not in text

    def test_my_draft_waits_for_me(self, client: Client, ada: User, brgandi: Dataset) -> None:
        draft = draft_of(ada, brgandi)
        client.force_login(ada)
        html = client.get("/").content.decode()
        assert html.index("Waiting for you") < html.index("<h1")
        assert f"Your request {draft.reference} for BRGANDI" in " ".join(html.split())
        assert draft.get_absolute_url() in html

    def test_what_was_sent_waits_for_the_provider(
        self, client: Client, ada: User, per: User, otto: User, brgandi: Dataset
    ) -> None:
        request = sent(ada, brgandi)
        for person, expected in ((ada, False), (per, True), (otto, False)):
            client.force_login(person)
            html = client.get("/").content.decode()
            address = f"/admin/access_requests/accessrequest/{request.reference}/change/"
            assert (address in html) is expected, person
            assert ("Ada Berg asks for BRGANDI" in " ".join(html.split())) is expected, person

    def test_triage_waits_for_the_hub(self, ada: User, rut: User, per: User, hedda: User, brgandi: Dataset) -> None:
        """Once the recipient scientist has confirmed, for whom AIDA's practice waits first."""
        set_policy(license_of(brgandi), **AIDA_PRESET)
        request = sent(ada, brgandi)
        assert tasks_of(hedda) == ([], 0)
        assert [task.request for task in tasks_of(rut)[0]] == [request]
        confirm(request, rut)
        assert [task.request for task in tasks_of(hedda)[0]] == [request]
        assert tasks_of(per) == ([], 0)

    @pytest.mark.parametrize(
        ("status", "waits"), [(Status.RETURNED, True), (Status.APPROVED, False), (Status.REJECTED, False)]
    )
    def test_what_comes_back_waits_for_its_applicant(
        self, ada: User, request_at: RequestAt, status: Status, waits: bool
    ) -> None:
        request = request_at(status)
        assert [task.request for task in tasks_of(ada)[0]] == ([request] if waits else [])

    def test_what_is_approved_waits_for_whom_it_names(self, ada: User, rut: User, request_at: RequestAt) -> None:
        request = request_at(Status.APPROVED)
        assert [task.request for task in tasks_of(rut)[0]] == [request]

    def test_only_the_first_few_are_shown_and_all_are_counted(self, client: Client, ada: User, db: None) -> None:
        for number in range(7):
            draft_of(ada, make_dataset(f"10.23698/aida/{number}"))
        client.force_login(ada)
        text = words(client)
        assert text.count("Your request") == 5
        assert "7 requests wait for you in all." in text

    def test_nothing_waits(self, client: Client, otto: User) -> None:
        client.force_login(otto)
        assert "Nothing, right now." in words(client)

    @pytest.mark.parametrize(("name", "most"), [("", 2), ("ada", 7), ("per", 9), ("hedda", 8)])
    def test_queries_do_not_grow(
        self,
        client: Client,
        request: pytest.FixtureRequest,
        ada: User,
        brgandi: Dataset,
        django_assert_max_num_queries: DjangoAssertNumQueries,
        name: str,
        most: int,
    ) -> None:
        for number in range(5):
            dataset = make_dataset(f"10.23698/aida/{number}")
            draft_of(ada, dataset)
        sent(ada, brgandi)
        if name:
            client.force_login(request.getfixturevalue(name))
        with django_assert_max_num_queries(most):
            client.get("/")


class TestFrame:
    """Header and footer of every page."""

    def test_anybody_may_sign_in_and_come_back(self, client: Client, brgandi: Dataset) -> None:
        html = client.get(f"/{brgandi.doi}").content.decode()
        assert f'href="/accounts/login/?next=%2F{brgandi.doi.replace("/", "%2F")}"' in html
        assert "My requests" not in html

    @pytest.mark.parametrize(("name", "admin"), [("otto", False), ("per", True), ("hedda", True), ("sigrid", True)])
    def test_the_admin_is_linked_for_those_it_opens_for(
        self, client: Client, request: pytest.FixtureRequest, name: str, admin: bool
    ) -> None:
        person = request.getfixturevalue(name)
        client.force_login(person)
        html = client.get("/datasets/").content.decode()
        assert ('<a href="/admin/">Admin</a>' in html) is admin
        assert 'href="/requests/"' in html
        assert str(person) in html
        assert 'action="/accounts/logout/"' in html

    def test_the_current_page_is_marked(self, client: Client, db: None) -> None:
        assert '<a href="/datasets/" aria-current="page">' in client.get("/datasets/").content.decode()

    @pytest.mark.parametrize("address", ["/", "/datasets/", "/privacy/", "/accessibility/", "/nothing"])
    def test_every_page_has_one_h1_a_skip_link_and_the_hub_s_address(
        self, client: Client, db: None, address: str
    ) -> None:
        html = client.get(address).content.decode()
        assert html.count("<h1") == 1
        assert '<a class="skip-link" href="#main">' in html
        assert f"mailto:{settings.HUB_EMAIL}" in html
        assert '<html lang="en">' in html
        assert not re.search(r"\s(?:style|on\w+)=", html)


class TestTexts:
    """Privacy and accessibility."""

    @override_settings(HUB_NAME="Another Hub", HUB_EMAIL="someone@hub.example")
    @pytest.mark.parametrize("address", ["/privacy/", "/accessibility/"])
    def test_they_name_the_hub_of_the_settings(self, client: Client, db: None, address: str) -> None:
        html = client.get(address).content.decode()
        assert "mailto:someone@hub.example" in html
        assert "Another Hub" in html
        assert "aida-data@nbis.se" not in html


class TestMachines:
    """robots.txt and sitemap.xml."""

    def test_robots_may_read_what_is_public(self, client: Client, db: None) -> None:
        response = client.get("/robots.txt")
        assert response["Content-Type"].startswith("text/plain")
        text = response.content.decode()
        assert "Disallow: /admin/" in text
        assert f"Sitemap: {settings.BASE_URL}/sitemap.xml" in text

    def test_the_sitemap_has_every_listed_dataset(self, client: Client, brgandi: Dataset) -> None:
        make_dataset("10.23698/aida/hidden", hidden=True)
        make_dataset("10.23698/aida/plain")
        response = client.get("/sitemap.xml")
        assert response["Content-Type"] == "application/xml"
        space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
        found = ElementTree.fromstring(response.content).findall("s:url", space)
        places = [each.findtext("s:loc", namespaces=space) for each in found]
        paths = ["/", "/datasets/", "/metrics/", "/10.23698/aida/plain", f"/{brgandi.doi}"]
        assert places == [f"{settings.BASE_URL}{each}" for each in paths]
        assert found[4].findtext("s:lastmod", namespaces=space) == "2023-10-18"


class TestErrors:
    """What happened, that nothing was lost where that is so, where to go."""

    def test_a_fault_tells_nothing_and_needs_no_database(self, broken: Client) -> None:
        response = broken.get("/broken")
        html = response.content.decode()
        assert response.status_code == 500
        assert "Something went wrong here" in html
        assert "secret detail" not in html
        assert settings.HUB_EMAIL in html

    def test_a_database_that_does_not_answer_is_503(self, broken: Client) -> None:
        response = broken.get("/offline")
        assert response.status_code == 503
        assert response["Retry-After"]
        assert "does not answer" in response.content.decode()
        assert "secret host" not in response.content.decode()

    def test_a_session_that_the_database_does_not_take_is_503_and_not_the_persons_fault(
        self, broken: Client, db: None
    ) -> None:
        response = broken.get("/session")
        assert response.status_code == 503
        assert response["Retry-After"]
        assert "does not answer" in response.content.decode()

    def test_the_fault_page_stands_even_without_its_templates(
        self, broken: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with override_settings(TEMPLATES=[]):
            response = broken.get("/broken")
        assert response.status_code == 500
        assert "try again in a few minutes" in response.content.decode()

    def test_a_refusal_gives_its_reason(self, broken: Client, db: None) -> None:
        response = broken.get("/denied")
        html = response.content.decode()
        assert response.status_code == 403
        assert "A provider who is named in it cannot decide. &lt;b&gt;" in html
        assert "Nothing was changed." in html

    def test_too_much_is_413(self, broken: Client) -> None:
        response = broken.get("/large")
        assert response.status_code == 413
        assert "Nothing was changed." in response.content.decode()

    def test_too_much_really_sent_is_413(self, otto: User) -> None:
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        client.force_login(otto)
        assert client.post("/accounts/logout/", {"x": "a" * 6_000_000}, content_type=FORM).status_code in {403, 413}

    def test_a_stale_form_is_explained(self, otto: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(otto)
        response = client.post("/accounts/logout/")
        assert response.status_code == 403
        assert "Please send the form again" in response.content.decode()

    def test_a_missing_page_leads_on(self, client: Client, db: None) -> None:
        response = client.get("/nothing")
        assert response.status_code == 404
        html = response.content.decode()
        assert "There is no such page" in html
        assert 'href="/datasets/"' in html

    def test_too_many_tries_are_explained(self, rf: RequestFactory) -> None:
        from django.shortcuts import render

        html = render(rf.get("/accounts/login/"), "429.html").content.decode()
        assert "That was too often" in html


FORM = "application/x-www-form-urlencoded"
