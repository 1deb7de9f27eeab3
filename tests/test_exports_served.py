"""Metadata over HTTP: addresses, content negotiation, headers; who gets what of hidden and retired datasets."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from datasets.exports.accept import wanted
from datasets.exports.serve import link_header
from datasets.exports.table import FORMATS
from datasets.models import Dataset, LicenseText
from tests.cast import BRGANDI_DOI, license_of, make_dataset
from tests.support.exports import turtle_graph
from tests.support.pages import PAGE, schema_of

BROWSERS = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
    "text/html, application/xhtml+xml, image/jxr, */*",
    "*/*",
    "",
)
JSON, TTL = "metadata.jsonld", "metadata.ttl"


def name_of(accept: str) -> str:
    """The format that a header asks for; empty for the page."""
    chosen = wanted(accept)
    return chosen.format.name if chosen else ""


def links_of(response: Any) -> dict[str, list[str]]:
    """The targets in a `Link` header, by what they are."""
    found: dict[str, list[str]] = {}
    for part in response["Link"].split(", <"):
        target, _sep, rest = part.partition(">")
        found.setdefault(rest.split('rel="')[1].split('"')[0], []).append(target.removeprefix("<"))
    return found


class TestAccept:
    """RFC 9110, section 12.5.1."""

    @pytest.mark.parametrize("accept", BROWSERS)
    def test_browsers_get_the_page(self, accept: str) -> None:
        assert name_of(accept) == ""

    @pytest.mark.parametrize(
        ("accept", "name"),
        [
            ("application/ld+json", JSON),
            ("APPLICATION/LD+JSON ; Q=0.3", JSON),
            ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted, x"', JSON),
            ('application/ld+json;profile="a;q=0";q=0.5', JSON),
            ("application/vnd.schemaorg.ld+json", JSON),
            ("application/json", JSON),
            ("application/vnd.datacite.datacite+json", "metadata.datacite.json"),
            ("application/vnd.datacite.datacite+xml", "metadata.datacite.xml"),
            ("text/turtle", TTL),
            ("application/x-bibtex", "citation.bib"),
            ("application/x-research-info-systems", "citation.ris"),
            ("text/x-bibliography; style=apa; locale=en-US", "citation.txt"),
            ("application/linkset+json", "linkset.json"),
            ("text/turtle, */*;q=0.1", TTL),
            ("text/turtle;q=0.5, application/ld+json;q=0.7, text/html;q=0.3", JSON),
            ("text/turtle;q=0.5, text/html;q=0.5", ""),
            ("text/turtle;q=0.4, text/html;q=0.5", ""),
            ("application/*", JSON),
            ("application/*, application/ld+json;q=0, application/vnd.schemaorg.ld+json;q=0, application/json;q=0",
             "metadata.datacite.json"),
            ("text/*", ""),
            ("text/*;q=0.5, text/turtle", TTL),
            ("*/*, text/html;q=0, application/xhtml+xml;q=0", JSON),
            ("application/json, text/plain, */*", ""),
            ("text/turtle;q=0", ""),
            ("text/turtle;q=2", ""),
            ("text/turtle;q=0.1234", ""),
            ("text/turtle;q=", ""),
            ("image/png", ""),
            ("application/rdf+xml", ""),
            (";;,,q=1,/", ""),
            ('"', ""),
            (",".join(["a/b"] * 400) + ",text/turtle", TTL),
            (",".join(["a/b"] * 4000) + ",text/turtle", ""),
        ],
    )  # fmt: skip
    def test_others_get_what_they_want_most(self, accept: str, name: str) -> None:
        assert name_of(accept) == name


class TestAddresses:
    """Each format at an address of its own."""

    def test_it_stands_there(
        self, client: Client, brgandi: Dataset, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for format_ in FORMATS:
            with django_assert_num_queries(2):
                response = client.get(f"{PAGE}/{format_.name}")
            assert response.status_code == 200
            assert response["Content-Type"] == f"{format_.types[0]}; charset=utf-8"
            assert BRGANDI_DOI in response.content.decode()
            assert response["Access-Control-Allow-Origin"] == "*"
            assert "X-Robots-Tag" not in response
            assert links_of(response)["describes"] == [f"{settings.BASE_URL}{PAGE}"]
            assert not response.cookies

    def test_it_is_the_same_in_every_language(self, client: Client, brgandi: Dataset) -> None:
        for format_ in FORMATS:
            english = client.get(f"{PAGE}/{format_.name}")
            swedish = client.get(f"{PAGE}/{format_.name}", headers={"accept-language": "sv"})
            assert swedish.content == english.content
            assert swedish["Content-Language"] == "en"

    def test_capitals_lead_to_the_right_address(self, client: Client, brgandi: Dataset) -> None:
        response = client.get(f"{PAGE.upper()}/{TTL}")
        assert response.status_code == 301
        assert response["Location"] == f"{PAGE}/{TTL}"

    @pytest.mark.parametrize("address", [f"/10.23698/aida/nothing/{TTL}", f"{PAGE}/metadata.csv", f"/10.99/x/{TTL}"])
    def test_what_is_not_there_is_404(self, client: Client, brgandi: Dataset, address: str) -> None:
        assert client.get(address).status_code == 404

    def test_it_is_only_read(self, client: Client, brgandi: Dataset) -> None:
        assert client.post(f"{PAGE}/{TTL}").status_code == 405
        head = client.head(f"{PAGE}/{TTL}")
        assert head.status_code == 200
        assert head.content == b""
        assert int(head["Content-Length"]) == len(client.get(f"{PAGE}/{TTL}").content)

    def test_who_has_it_already_gets_304(self, client: Client, brgandi: Dataset) -> None:
        first = client.get(f"{PAGE}/{TTL}")
        again = client.get(f"{PAGE}/{TTL}", headers={"if-none-match": first["ETag"]})
        assert again.status_code == 304
        assert again["ETag"] == first["ETag"]
        assert again["Access-Control-Allow-Origin"] == "*"
        Dataset.objects.update(name="Renamed")
        changed = client.get(f"{PAGE}/{TTL}", headers={"if-none-match": first["ETag"]})
        assert changed.status_code == 200
        assert changed["ETag"] != first["ETag"]

    def test_a_file_has_the_dataset_s_name(self, client: Client, brgandi: Dataset) -> None:
        assert client.get(f"{PAGE}/citation.bib")["Content-Disposition"] == 'inline; filename="brgandi.bib"'

    def test_a_preview_is_for_whoever_has_its_address(self, client: Client, brgandi: Dataset) -> None:
        Dataset.objects.update(hidden=True)
        response = client.get(f"{PAGE}/{JSON}")
        assert response.status_code == 200
        assert response["X-Robots-Tag"] == "noindex"
        assert "Access-Control-Allow-Origin" not in response

    def test_a_retired_one_still_says_what_it_was(self, client: Client, brgandi: Dataset) -> None:
        Dataset.objects.update(retired_at=datetime(2026, 1, 2, tzinfo=UTC))
        data = client.get(f"{PAGE}/metadata.datacite.json").json()
        assert {"date": "2026-01-02", "dateType": "Withdrawn"} in data["dates"]
        assert client.get(f"{PAGE}/{TTL}")["X-Robots-Tag"] == "noindex"


class TestNegotiation:
    """The landing page's address gives other formats to those who ask for them."""

    def test_by_each_media_type(self, client: Client, brgandi: Dataset) -> None:
        for format_, media_type in ((each, media_type) for each in FORMATS for media_type in each.types):
            own = client.get(f"{PAGE}/{format_.name}")
            response = client.get(PAGE, headers={"accept": media_type})
            assert response["Content-Type"] == f"{media_type}; charset=utf-8"
            assert response.content == own.content
            assert response["ETag"] == own["ETag"]
            assert response["Content-Location"] == f"{PAGE}/{format_.name}"
            assert "Accept" in response["Vary"].split(", ")

    def test_the_page_for_all_others(self, client: Client, brgandi: Dataset) -> None:
        for accept in (*BROWSERS, "image/png"):
            response = client.get(PAGE, headers={"accept": accept})
            assert response["Content-Type"].startswith("text/html")
            assert "Accept" in response["Vary"].split(", ")

    def test_who_has_it_already_gets_304(self, client: Client, brgandi: Dataset) -> None:
        first = client.get(PAGE, headers={"accept": "text/turtle"})
        again = client.get(PAGE, headers={"accept": "text/turtle", "if-none-match": first["ETag"]})
        assert again.status_code == 304
        assert "Accept" in again["Vary"].split(", ")

    def test_other_spellings_still_lead_to_the_right_one(self, client: Client, brgandi: Dataset) -> None:
        assert client.get(PAGE.upper(), headers={"accept": "text/turtle"})["Location"] == PAGE

    def test_what_is_not_there_is_404(self, client: Client, db: None) -> None:
        assert client.get(PAGE, headers={"accept": "text/turtle"}).status_code == 404


def test_json_ld_on_the_page_is_the_same_in_every_language(client: Client, brgandi: Dataset) -> None:
    english = schema_of(client.get(PAGE).content.decode())
    swedish = schema_of(client.get(PAGE, headers={"accept-language": "sv"}).content.decode())
    assert swedish == english == client.get(f"{PAGE}/{JSON}").json()
    assert english["size"] == "71.92 GB"


@pytest.mark.slow
def test_a_web_process_loads_the_big_libraries_only_when_it_is_asked_for_them() -> None:
    loaded = "import django, sys; django.setup(); import aidahub.urls; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert "datasets.exports.table" in done.stdout.split()
    assert not {"rdflib", "datacite", "lxml", "jsonschema"} & set(done.stdout.split())


class TestSignposting:
    """https://signposting.org/FAIR/, levels 1 and 2."""

    def test_the_page_points_the_way(self, client: Client, brgandi: Dataset) -> None:
        links = links_of(client.get(PAGE))
        base = f"{settings.BASE_URL}{PAGE}"
        assert links["cite-as"] == [f"https://doi.org/{BRGANDI_DOI}"]
        assert links["author"] == [f"https://orcid.org/{i}" for i in ("0000-0002-3248-5132", "0000-0001-7061-7995")]
        assert links["type"] == ["https://schema.org/AboutPage", "https://schema.org/Dataset"]
        assert links["license"] == [f"{base}#license"]
        assert links["linkset"] == [f"{base}/linkset.json"]
        assert f"{base}/{TTL}" in links["describedby"]

    def test_every_target_of_this_site_is_there(self, client: Client, brgandi: Dataset) -> None:
        html = client.get(PAGE)
        links = links_of(html)
        assert 'id="license"' in html.content.decode()
        for target in links["describedby"] + links["linkset"]:
            assert client.get(target.removeprefix(settings.BASE_URL)).status_code == 200

    def test_it_costs_no_query(self, brgandi: Dataset, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        with django_assert_num_queries(0):
            assert len(link_header(brgandi)) < 3000

    @pytest.mark.parametrize("matter", [{}, {"datacite": None}, {"datacite": {"author": "x"}}, [], {"datacite": []}])
    def test_odd_front_matter_breaks_nothing(self, brgandi: Dataset, matter: Any) -> None:
        brgandi.front_matter = matter
        assert "cite-as" in link_header(brgandi)

    def test_the_head_says_the_same(self, client: Client, brgandi: Dataset) -> None:
        html = client.get(PAGE).content.decode()
        for rel, targets in links_of(client.get(PAGE)).items():
            for target in targets if rel != "type" else []:
                extra = " alternate" if rel == "describedby" else ""
                assert f'<link rel="{rel}{extra}" href="{target}"' in html

    def test_the_linkset_has_them_and_the_way_back(self, client: Client, brgandi: Dataset) -> None:
        data = client.get(f"{PAGE}/linkset.json").json()
        page, *back = data["linkset"]
        assert page["anchor"] == f"{settings.BASE_URL}{PAGE}"
        assert page["cite-as"] == [{"href": f"https://doi.org/{BRGANDI_DOI}"}]
        assert {each["anchor"] for each in back} == {each["href"] for each in page["describedby"]}
        assert all(each["describes"] == [{"href": page["anchor"], "type": "text/html"}] for each in back)


class TestMetadataJson:
    """`/api/1.0/metadata.json`, as on the old website but for people's addresses."""

    PATH = "/api/1.0/metadata.json"

    def entries(self, client: Client) -> Any:
        """What stands there."""
        response = client.get(self.PATH)
        assert response.status_code == 200
        assert response["Content-Type"] == "application/json; charset=utf-8"
        return json.loads(response.getvalue())

    def test_it_has_today_s_shape(self, client: Client, brgandi: Dataset) -> None:
        (entry,) = self.entries(client)
        assert list(entry) == ["datacite", "other", "additional"]
        matter = brgandi.front_matter
        assert {k: v for k, v in entry["datacite"].items() if k != "provider"} == {
            k: v for k, v in matter["datacite"].items() if k != "provider"
        }
        assert entry["other"] == matter["other"]
        assert entry["datacite"]["provider"] == [
            {key: value for key, value in party.items() if key != "email"} for party in matter["datacite"]["provider"]
        ]

    def test_the_body_has_its_licences(self, client: Client, brgandi: Dataset) -> None:
        (entry,) = self.entries(client)
        assert entry["additional"].startswith(brgandi.body_html)
        for license_ in brgandi.licenses.all():
            text = license_.text_in_force
            assert f'<h3 id="{license_.anchor}">{license_.name}</h3>' in entry["additional"]
            assert text
            assert text.html in entry["additional"]

    def test_a_text_that_waits_for_hub_staff_is_not_there_yet(self, client: Client, brgandi: Dataset) -> None:
        license_ = license_of(brgandi)
        waiting = LicenseText.Change.WAITING
        LicenseText.objects.create(license=license_, number=2, change=waiting, html="<p>New</p>", sha256="1" * 64)
        assert "<p>New</p>" not in self.entries(client)[0]["additional"]
        before = client.get(self.PATH)["ETag"]
        LicenseText.objects.filter(number=2).update(change=LicenseText.Change.EDITORIAL)
        assert "<p>New</p>" in self.entries(client)[0]["additional"]
        assert client.get(self.PATH)["ETag"] != before

    def test_no_address_of_a_person_is_anywhere(self, client: Client, brgandi: Dataset) -> None:
        brgandi.front_matter = {
            "datacite": {
                "provider": [{"name": "a@uu.example", "E-Mail": "a@uu.example"}, "b@uu.example"],
                "contactEmail": {"x": "c@uu.example"},
                "description": "Write to A@uu.example.",
                "name": "mailto:d@uu.example",
            },
            "other": {"contact": ["b@uu.example", "desk"]},
        }
        brgandi.body_html = '<a href="mailto:c@uu.example">Ask</a> or write to desk@hub.example'
        brgandi.save()
        text = client.get(self.PATH).getvalue().decode()
        assert "uu.example" not in text
        assert "desk@hub.example" in text
        (entry,) = json.loads(text)
        assert entry["datacite"]["provider"] == [{}]
        assert entry["other"]["contact"] == ["desk"]

    @pytest.mark.parametrize("matter", [{}, [], {"datacite": None, "other": 3}])
    def test_odd_front_matter_breaks_nothing(self, client: Client, brgandi: Dataset, matter: Any) -> None:
        Dataset.objects.update(front_matter=matter)
        assert set(self.entries(client)[0]) == {"datacite", "other", "additional"}

    def test_what_is_not_listed_is_left_out(self, client: Client, brgandi: Dataset) -> None:
        make_dataset("10.23698/aida/hidden", hidden=True)
        make_dataset("10.23698/aida/gone", retired_at=datetime(2026, 1, 2, tzinfo=UTC))
        assert len(self.entries(client)) == 1
        Dataset.objects.update(hidden=True)
        assert self.entries(client) == []

    def test_it_costs_a_few_queries(
        self, client: Client, brgandi: Dataset, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(20):
            make_dataset(f"10.23698/aida/d{number}")
        with django_assert_num_queries(4):
            response = client.get(self.PATH)
            assert response.getvalue().count(b'"datacite":') == 21
        with django_assert_num_queries(2):
            assert client.get(self.PATH, headers={"if-none-match": response["ETag"]}).status_code == 304
        with django_assert_num_queries(2):
            assert client.head(self.PATH).status_code == 200
        assert client.post(self.PATH).status_code == 405


class TestTurtle:
    """The catalogue's address."""

    def test_it_is_there(self, client: Client, brgandi: Dataset) -> None:
        response = client.get("/catalog.ttl")
        assert response["Content-Type"] == "text/turtle; charset=utf-8"
        assert len(turtle_graph(response.content.decode())) > 50
        assert client.get("/catalog.ttl", headers={"if-none-match": response["ETag"]}).status_code == 304
        assert client.post("/catalog.ttl").status_code == 405
