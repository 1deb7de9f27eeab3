"""What machines read of all datasets together: the DCAT catalogue, the Atom feed, the sitemap."""

from __future__ import annotations

from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from rdflib import RDF, Graph, Namespace, URIRef

from aidahub.pages import sitemap
from datasets.exports import dcat
from datasets.models import Contributor, Dataset
from tests.cast import make_dataset
from tests.support.exports import faults, turtle_graph
from tests.support.pages import PAGE

DCAT = Namespace("http://www.w3.org/ns/dcat#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
ATOM = {"a": "http://www.w3.org/2005/Atom"}
SITE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture
def unlisted(db: None) -> None:
    """A preview and a dataset that is gone."""
    make_dataset("10.23698/aida/hidden", hidden=True)
    make_dataset("10.23698/aida/gone", retired_at=datetime(2026, 1, 2, tzinfo=UTC))


class TestCatalogue:
    """`/catalog.ttl`."""

    def graph(self, client: Client, path: str = "/catalog.ttl") -> Graph:
        """What rdflib reads there; it conforms to DCAT-AP."""
        graph = turtle_graph(client.get(path).content.decode())
        assert faults(graph, "dcat") == ""
        return graph

    def test_it_has_every_listed_dataset(self, client: Client, brgandi: Dataset, unlisted: None) -> None:
        plain = make_dataset("10.23698/aida/plain")
        graph = self.graph(client)
        found = {URIRef(f"https://doi.org/{each.doi}") for each in (brgandi, plain)}
        assert set(graph.objects(None, DCAT.dataset)) == set(graph.subjects(RDF.type, DCAT.Dataset)) == found

    def test_it_says_of_each_what_its_own_address_says(self, client: Client, brgandi: Dataset) -> None:
        own = turtle_graph(client.get(f"{PAGE}/metadata.ttl").content.decode())
        assert len(own - self.graph(client)) == 0

    def test_an_empty_one_is_right(self, client: Client, db: None) -> None:
        assert not list(self.graph(client).objects(None, DCAT.dataset))

    def test_it_costs_six_queries(
        self, client: Client, brgandi: Dataset, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(20):
            make_dataset(f"10.23698/aida/d{number}")
        with django_assert_num_queries(6):
            etag = client.get("/catalog.ttl")["ETag"]
        with django_assert_num_queries(2):
            assert client.get("/catalog.ttl", headers={"if-none-match": etag}).status_code == 304
        Dataset.objects.get(doi="10.23698/aida/d1").save()
        assert client.get("/catalog.ttl", headers={"if-none-match": etag}).status_code == 200

    def test_a_long_one_has_pages(self, client: Client, brgandi: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dcat, "ON_A_PAGE", 2)
        for number in range(4):
            make_dataset(f"10.23698/aida/d{number}")
        found: set[object] = set()
        for page in (1, 2, 3):
            graph = self.graph(client, f"/catalog.ttl?page={page}")
            found |= set(graph.objects(None, DCAT.dataset))
            (view,) = graph.subjects(RDF.type, HYDRA.PartialCollectionView)
            following = [URIRef(f"{settings.BASE_URL}/catalog.ttl?page={page + 1}")] if page < 3 else []
            assert list(graph.objects(view, HYDRA.next)) == following
        assert len(found) == 5
        assert f'<{settings.BASE_URL}/catalog.ttl?page=3>; rel="next"' in client.get("/catalog.ttl?page=2")["Link"]

    def test_other_pages_are_not_there(self, client: Client, brgandi: Dataset) -> None:
        for page in ("0", "2", "-1", "x", "", "²", "99999999999999999999"):
            assert client.get("/catalog.ttl", {"page": page}).status_code == 404


class TestFeed:
    """`/feed.atom`."""

    def entries(self, client: Client) -> list[ElementTree.Element]:
        """The feed's entries."""
        response = client.get("/feed.atom")
        assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
        return ElementTree.fromstring(response.content).findall("a:entry", ATOM)

    def test_an_entry_says_what_is_new(self, client: Client, brgandi: Dataset, unlisted: None) -> None:
        (entry,) = self.entries(client)
        assert entry.findtext("a:id", namespaces=ATOM) == f"https://doi.org{PAGE}"
        assert entry.findtext("a:title", namespaces=ATOM) == brgandi.name
        assert entry.findtext("a:updated", namespaces=ATOM) == "2023-10-18T12:00:00+00:00"
        link = entry.find("a:link", ATOM)
        assert link is not None
        assert link.get("href") == f"{settings.BASE_URL}{PAGE}"
        authors = [each.findtext("a:name", namespaces=ATOM) for each in entry.findall("a:author", ATOM)]
        assert authors == ["Muhammad Usman Akbar", "Anders Eklund"]
        assert "MRI" in [each.get("term") for each in entry.findall("a:category", ATOM)]

    def test_the_newest_come_first_and_those_without_a_day_last(self, client: Client, brgandi: Dataset) -> None:
        make_dataset("10.23698/aida/undated")
        for number in range(1, 31):
            make_dataset(f"10.23698/aida/d{number}", date_published=date(2024, 1, number))
        ids = [each.findtext("a:id", namespaces=ATOM) for each in self.entries(client)]
        assert ids == [f"https://doi.org/10.23698/aida/d{number}" for number in range(30, 0, -1)]
        Dataset.objects.filter(doi__startswith="10.23698/aida/d").update(hidden=True)
        assert [each.findtext("a:id", namespaces=ATOM) for each in self.entries(client)][-1] == (
            "https://doi.org/10.23698/aida/undated"
        )

    def test_words_are_no_mark_up(self, client: Client, brgandi: Dataset) -> None:
        Dataset.objects.update(name="a < b \x01& c", description_html="<p>&lt;script&gt;x&lt;/script&gt;</p>")
        Contributor.objects.update(name="\x0bA")
        (entry,) = self.entries(client)
        assert entry.findtext("a:title", namespaces=ATOM) == "a < b & c"
        summary = entry.findtext("a:summary", namespaces=ATOM)
        assert summary
        assert summary.startswith("&lt;script&gt;x")  # the summary is HTML

    def test_it_costs_five_queries(
        self, client: Client, brgandi: Dataset, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(20):
            make_dataset(f"10.23698/aida/d{number}")
        with django_assert_num_queries(5):
            etag = client.get("/feed.atom")["ETag"]
        assert client.get("/feed.atom", headers={"if-none-match": etag}).status_code == 304
        assert client.post("/feed.atom").status_code == 405

    def test_pages_lead_to_it(self, client: Client, brgandi: Dataset) -> None:
        for path in ("/", "/datasets/", PAGE):
            html = client.get(path).content.decode()
            assert '<link rel="alternate" type="application/atom+xml" title="New datasets" href="/feed.atom">' in html


class TestSitemap:
    """`/sitemap.xml`; what it holds is tested with the home page."""

    def places(self, client: Client, path: str = "/sitemap.xml") -> list[str | None]:
        """The addresses in it."""
        return [each.text for each in ElementTree.fromstring(client.get(path).content).iterfind(".//s:loc", SITE)]

    def test_it_costs_one_query(
        self, client: Client, brgandi: Dataset, unlisted: None, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(1):
            assert len(self.places(client)) == 4
        assert client.post("/sitemap.xml").status_code == 405

    def test_a_long_one_has_parts(self, client: Client, brgandi: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in range(5):
            make_dataset(f"10.23698/aida/d{number}")
        whole = self.places(client)
        monkeypatch.setattr(sitemap, "LARGEST", 4)
        parts = self.places(client)
        assert parts == [f"{settings.BASE_URL}/sitemap-{part}.xml" for part in (1, 2, 3)]
        found = [self.places(client, str(part).removeprefix(settings.BASE_URL)) for part in parts]
        assert [len(each) for each in found] == [4, 4, 1]
        assert [place for each in found for place in each] == whole

    def test_the_only_part_is_the_whole(self, client: Client, brgandi: Dataset) -> None:
        assert self.places(client, "/sitemap-1.xml") == self.places(client)
        assert client.get("/sitemap-0.xml").status_code == 404
        assert client.get("/sitemap-2.xml").status_code == 404
