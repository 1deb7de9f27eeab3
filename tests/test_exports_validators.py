"""Every format of every kind of page, read and judged by tools that this project did not write."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from datacite import schema45
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from hypothesis import example, given
from hypothesis import strategies as st
from rdflib import RDF, Graph, Literal, Namespace, URIRef

from datasets.exports import kernel4
from datasets.exports.apa import bibliography
from datasets.exports.bibtex import bibtex
from datasets.exports.bulk import landings
from datasets.exports.dcat import catalogue, turtle
from datasets.exports.plain import private_addresses
from datasets.exports.record import Record, record_of
from datasets.exports.ris import ris
from datasets.exports.schemaorg import as_script, described
from datasets.exports.signposting import header, links, linkset
from datasets.exports.table import FORMATS
from datasets.landing import Landing, Party, read_landing
from datasets.models import Dataset
from tests.support import exports as read
from tests.support.exports import KERNEL, ORCID, ORGANIZATION, PERSON, faults, full, landing, record

DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
REGISTER = Path(__file__).resolve().parents[2] / "shared" / "register"
HOSTILE = (
    "</script><script>alert(1)</script>",
    'a" ; dct:title "b" . <urn:x> a <urn:y> . """ \\ \\" \\u0041 \\n',
    "one\nTY  - JOUR\r\nER  - \rTY  - BOOK\u2028TY  - X\x85TY  - Y",
    "}\n@misc{evil, author = {x}} \\input{/etc/passwd} % $ # & ~ ^ _",
    "\x00\x0b\x1f\ud800\ufffe\uffff\U0001fffe ]]> <!-- &amp; <![CDATA[",
    "\u202egnp.exe\u2066 \u200b \ufeff",
    "https://a.example/{x}|y z\\^`<>\"",
    "10.1/<x>",
    "@prefix a: <b> .",
    "e\u0301\U0001f9e0 李明 ﷽",
)  # fmt: skip


def bare() -> Landing:
    """A dataset of which nothing is known but its DOI and name."""
    return Landing(Dataset(doi="10.23698/aida/bare", name="Bare"))


def with_an_organisation() -> Landing:
    """An author that is no person, and no date."""
    page = landing(date_published=None, front_matter={"datacite": {"datePublished": "2019-04-00"}})
    page.authors = [Party("SCAPIS", ORGANIZATION, "https://www.scapis.org/")]
    return page


def without_authors() -> Landing:
    """Only a holder of the copyright."""
    page = landing()
    page.authors, page.holders = [], [Party("Ada Berg", PERSON, ORCID)]
    return page


def retired() -> Landing:
    """A dataset that is gone."""
    return full(retired_at=datetime(2026, 1, 2, tzinfo=UTC))


def huge() -> Landing:
    """Long texts, and the same word again and again."""
    page = full("word " * 5000)
    page.authors = [Party(f"{n} {party.name}", party.kind, "") for party in page.authors for n in range(10)]
    return page


KINDS = (bare, landing, full, with_an_organisation, without_authors, retired, huge)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> Record:
    """A record of each kind of dataset."""
    return record(request.param())


def is_right(one: Record) -> None:
    """Every format of a dataset is what its validator calls right, and holds this one dataset."""
    datacite_is_right(one)
    assert faults(read.schema_graph(json.loads(as_script(described(one)))), "schemaorg") == ""
    dcat_is_right(read.turtle_graph(turtle(one)), one)
    citations_are_right(one)


def datacite_is_right(one: Record) -> None:
    data = json.loads(kernel4.as_json(one))
    assert list(schema45.validator.iter_errors(data)) == []
    root = read.xml_root(kernel4.as_xml(one))
    assert root.tag == f"{KERNEL}resource"
    assert root.findtext(f"{KERNEL}identifier") == one.doi
    titles = [each.text for each in root.find(f"{KERNEL}titles")]
    assert titles == [each["title"] for each in data["titles"]]
    creators = [each.findtext(f"{KERNEL}creatorName") for each in root.find(f"{KERNEL}creators")]
    assert creators == [each["name"] for each in data["creators"]]
    mandatory = {"identifier", "creators", "titles", "publisher", "publicationYear", "resourceType"}
    assert mandatory <= {each.tag.removeprefix(KERNEL) for each in root}


def dcat_is_right(graph: Graph, one: Record) -> None:
    assert faults(graph, "dcat") == ""
    (subject,) = graph.subjects(RDF.type, DCAT.Dataset)
    assert subject == URIRef(one.doi_address)
    assert list(graph.objects(subject, DCT.title)) == [Literal(one.title, lang="en")]


def citations_are_right(one: Record) -> None:
    (reference,) = read.ris_records(ris(one))
    assert (reference["TY"], reference["TI"], reference["DO"]) == (["DATA"], [one.title], [one.doi])
    assert all(len(values) == 1 for tag, values in reference.items() if tag not in {"AU", "KW"})
    ((_key, fields),) = read.bibtex_entries(bibtex(one))
    assert fields["doi"] == one.doi
    assert bibliography(one).count("\n") == 1


def test_each_kind_of_dataset(kind: Record) -> None:
    is_right(kind)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts(text: str) -> None:
    is_right(record(full(text)))


TEXTS = st.text(max_size=40) | st.text(st.sampled_from("<>\"'{}\\@%&;:.#/ \n\r\t\x0b\u2028TYER-AUa1"), max_size=40)


@given(TEXTS)
@example("Ada and\nTY  - X")
@example('\\"\\')
def test_any_text_is_read_back_as_one_record(text: str) -> None:
    one = record(full(text))
    dcat = read.turtle_graph(turtle(one))
    assert list(dcat.objects(URIRef(one.doi_address), DCT.title)) == [Literal(one.title, lang="en")]
    assert len(list(dcat.subjects(RDF.type, DCAT.Dataset))) == 1
    assert json.loads(as_script(described(one)))["name"] == one.title
    assert read.xml_root(kernel4.as_xml(one)).findtext(f"{KERNEL}titles/{KERNEL}title") == one.title
    citations_are_right(one)
    assert json.loads(linkset(one.dataset, FORMATS))["linkset"][0]["anchor"] == one.page
    value = header(links(one.dataset, FORMATS))
    assert value.isascii()
    assert value.isprintable()


@pytest.mark.slow
@given(TEXTS)
def test_any_text_is_valid_everywhere(text: str) -> None:
    is_right(record(full(text)))


class TestDcat:
    """What DCAT-AP's shapes do not see."""

    def test_dates_have_the_type_of_what_is_known(self) -> None:
        graph = read.turtle_graph(turtle(record(with_an_organisation())))
        (issued,) = graph.objects(None, DCT.issued)
        assert issued.n3() == '"2019-04"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>'

    def test_a_retired_one_has_no_distribution(self) -> None:
        graph = read.turtle_graph(turtle(record(retired())))
        assert list(graph.subjects(RDF.type, DCAT.Distribution)) == []

    def test_a_person_is_known_by_their_orcid(self) -> None:
        graph = read.turtle_graph(turtle(record(without_authors())))
        assert list(graph.objects(None, DCT.rightsHolder)) == [URIRef(ORCID)]

    def test_the_hub_and_nobody_else_can_be_written_to(self, brgandi: Dataset) -> None:
        text = turtle(record_of(_page(brgandi)))
        assert text.count("mailto:") == 1
        assert f"mailto:{settings.HUB_EMAIL}" in text


class TestDatacite:
    """What the schema does not see."""

    def test_names_are_taken_apart(self, brgandi: Dataset) -> None:
        first = kernel4.as_kernel(record_of(_page(brgandi)))["creators"][0]
        assert first == {
            "name": "Akbar, Muhammad Usman",
            "nameType": "Personal",
            "givenName": "Muhammad Usman",
            "familyName": "Akbar",
            "nameIdentifiers": [
                {
                    "nameIdentifier": "https://orcid.org/0000-0002-3248-5132",
                    "nameIdentifierScheme": "ORCID",
                    "schemeUri": "https://orcid.org",
                }
            ],
        }

    def test_what_it_refers_to(self, brgandi: Dataset) -> None:
        works = kernel4.as_kernel(record_of(_page(brgandi)))["relatedIdentifiers"]
        assert len(works) == 6
        assert works[0] == {
            "relatedIdentifier": "10.48550/arxiv.2107.02314",
            "relatedIdentifierType": "DOI",
            "relationType": "References",
        }

    @pytest.mark.parametrize(
        ("page", "name", "year"), [(bare, "AIDA", None), (without_authors, "Berg, Ada", "2020"), (full, "word", "2020")]
    )
    def test_what_stands_in_for_gaps(self, page: Any, name: str, year: str | None) -> None:
        data = kernel4.as_kernel(record(page()))
        assert name in data["creators"][0]["name"]
        assert data["publicationYear"] == (year or f"{datetime.now(UTC):%Y}")


def _page(dataset: Dataset) -> Landing:
    page = read_landing(dataset.doi)
    assert page is not None
    return page


@pytest.mark.skipif(not REGISTER.is_dir(), reason="The register's real pages are not in ../shared/register.")
class TestRealPages:
    """The register's own pages."""

    @pytest.fixture
    def records(self, db: None) -> list[Record]:
        """Every page that the register has here."""
        call_command("import_datasets", str(REGISTER), "--json", stdout=StringIO())
        return [record_of(page) for page in landings(list(Dataset.objects.values_list("pk", flat=True)))]

    @pytest.mark.slow
    def test_all_of_them(self, records: list[Record]) -> None:
        for one in records:
            is_right(one)

    def test_no_provider_can_be_written_to(self, records: list[Record], client: Client) -> None:
        found = {each.casefold() for one in records for each in private_addresses(one.dataset.front_matter)}
        assert found
        texts = [format_.write(one) for one in records for format_ in FORMATS if format_.name != "metadata.ttl"]
        texts.append(client.get("/api/1.0/metadata.json").getvalue().decode())
        assert [address for address in found for text in texts if address in text.casefold()] == []

    def test_datacite_and_catalogue(self, records: list[Record]) -> None:
        assert records
        for one in records:
            datacite_is_right(one)
            citations_are_right(one)
        graph = read.turtle_graph(catalogue(records, len(records), 1))
        assert len(list(graph.objects(None, DCAT.dataset))) == len(records)
