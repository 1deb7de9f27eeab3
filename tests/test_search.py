"""The search itself: what its words mean, that its tables follow the datasets, that no input breaks it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, F
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from datasets import facts, search
from datasets.landing import read_landing
from datasets.models import Dataset, EntryTerm, License, SearchEntry, Term
from datasets.search.columns import COLUMNS, NAMED
from datasets.search.documents import document_of
from datasets.search.finding import find, keys, numbers
from datasets.search.query import LONGEST_QUERY, MOST_WORDS, SORTS, Query
from tests.cast import BRGANDI_DOI, make_dataset

REAL = Path(__file__).resolve().parents[2] / "shared" / "register"
REAL_PAGES = sorted(REAL.rglob("*.md")) if REAL.is_dir() else []


def asked(address: str) -> Query:
    """The search that an address means."""
    return Query.read(QueryDict(address.partition("?")[2]))


def found(text: str = "", **parameters: str) -> list[str]:
    """The last parts of the DOIs that a search finds, in order."""
    query = QueryDict(mutable=True)
    query.update({"q": text, **parameters})
    searched = Query.read(query)
    own = keys(searched, 0, 1000)
    names = dict(Dataset.objects.values_list("pk", "doi"))
    assert find(searched).number == len(own)
    return [names[key].rpartition("/")[2] for key in own]


@pytest.fixture
def shelf(db: None) -> None:
    """Four listed datasets, a hidden and a retired one."""
    make_dataset(
        "10.23698/aida/lungs",
        name="Lungs of Västerås",
        modality=["CT", "PT"],
        organ=[{"name": "Lung", "sctid": "39607008"}, {"name": "Lymph node", "sctid": None}],
        keywords=["Deep learning", "Thorax"],
        status="Completed",
        bytes=3_000,
        front_matter={
            "datacite": {"author": [{"name": "Anders Öberg", "@id": "https://orcid.org/0000-0001-7061-7995"}]},
            "other": {"scanner": ["GE Lightspeed VCT", "Philips Brilliance 64 CT"], "stain": "Hematoxylin and eosin"},
        },
    )
    make_dataset("10.23698/aida/lymph", name="Nodes of the lymph", modality=["SM"], organ=[{"name": "Lymph"}], bytes=5)
    make_dataset("10.23698/aida/brain", name="Brains", modality="MR", synthetic=True, number_of_scans=7)
    make_dataset("10.23698/aida/scapis", name="Scapis lungs", organ=["Lung"], scapis=True, status="Ongoing")
    make_dataset("10.23698/aida/hidden", name="Hidden lungs", organ=["Lung"], hidden=True)
    make_dataset(
        "10.23698/aida/retired", name="Retired lungs", organ=["Lung"], retired_at=datetime(2026, 1, 1, tzinfo=UTC)
    )


ALL = ["brain", "lungs", "lymph", "scapis"]


TYPED: tuple[tuple[str, list[str]], ...] = (
    ("", ALL),
    ("lung", ["lungs", "scapis"]),
    ("LUNG vasteras", ["lungs"]),
    ("Västerås", ["lungs"]),
    ("västeras lun", ["lungs"]),
    ("lung brain", []),
    ("modality:ct organ:lung", ["lungs"]),
    ("Modality:CT", ["lungs"]),
    ("organ:lung", ["lungs", "scapis"]),
    ("organ:lymph", ["lungs", "lymph"]),
    ('organ:"lymph node"', ["lungs"]),
    ('organ:"node lymph', ["lungs"]),
    ("organ:", ALL),
    ("organ: lung", ["lungs", "scapis"]),
    ("organ:brain", []),
    ("organ", []),
    ("keywords:deep keyword:thorax", ["lungs"]),
    ("author:oberg", ["lungs"]),
    ("author:0000-0001-7061-7995", ["lungs"]),
    ('scanner:"philips brilliance"', ["lungs"]),
    ("stain:eosin", ["lungs"]),
    ("tomography", ["lungs"]),
    ("modality:magnet", ["brain"]),
    ("magnetresonans", ["brain"]),
    ("licence:controlled license:access", ALL),
    ("synthetic:yes", ["brain"]),
    ("collection:scapis", ["scapis"]),
    ("doi:10.23698/aida/brain", ["brain"]),
    ("10.23698/aida/lu", ["lungs"]),
    ("10.23698/AIDA/BRAIN.html", ["brain"]),
    ("https://doi.org/10.23698/aida/brain", ["brain"]),
    ("doi:https://hub.example/10.23698/aida/brain", ["brain"]),
    ("aida brain", ["brain"]),
    ("nothing:lung", []),
    ("lung AND scapis", ["scapis"]),
    ("lung*", ["lungs", "scapis"]),
    ("-lung", ["lungs", "scapis"]),
    ("lung OR brain", []),
    ("hidden", []),
    ("retired", []),
)
CHOSEN: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({"organ": "Lung"}, ["lungs", "scapis"]),
    ({"organ": "lymph_node"}, ["lungs"]),
    ({"organ": "Lymph"}, ["lymph"]),
    ({"modality": "CT", "organ": "lung"}, ["lungs"]),
    ({"keyword": "deep learning"}, ["lungs"]),
    ({"keyword": "deep"}, []),
    ({"synthetic": "no"}, ["lungs", "lymph", "scapis"]),
    ({"collection": "scapis", "status": "Ongoing"}, ["scapis"]),
    ({"licence": "Controlled access"}, ALL),
    ({"colour": "red"}, ALL),
    ({"organ": "!"}, ALL),
    ({"sort": "colour", "page": "x"}, ALL),
    ({"year": "2023"}, []),
)


@pytest.mark.usefixtures("shelf")
class TestWords:
    """What somebody may type."""

    def test_it_finds(self) -> None:
        assert {text: names for text, names in TYPED if sorted(found(text)) != names} == {}

    def test_whole_values_can_be_chosen(self) -> None:
        assert [each for each in CHOSEN if sorted(found(**each[0])) != each[1]] == []

    def test_values_of_one_facet_add_up(self) -> None:
        assert numbers([asked("?organ=Lung"), asked("?organ=Lung&organ=lymph+node"), asked("?organ=x")]) == [2, 1, 0]

    @pytest.mark.parametrize(
        ("sort", "names"),
        [
            ("name", ["brain", "lungs", "lymph", "scapis"]),
            ("-name", ["scapis", "lymph", "lungs", "brain"]),
            ("-size", ["lungs", "lymph", "brain", "scapis"]),
            ("size", ["lymph", "lungs", "brain", "scapis"]),
            ("-scans", ["brain", "lungs", "lymph", "scapis"]),
            ("scans", ["brain", "lungs", "lymph", "scapis"]),
        ],
    )
    @pytest.mark.parametrize("text", ["", "1"])
    def test_they_are_sorted_and_what_is_unknown_comes_last(self, sort: str, names: list[str], text: str) -> None:
        Dataset.objects.update(version="1")
        assert found(text and "aida", sort=sort) == names

    def test_facets_count_what_is_found(self) -> None:
        for text in ("", "lung", "brain", "nothing", "aida", "1.0.0"):
            query = Query.of(text)
            counted = {
                (facet, value.value): value.number for facet, values in find(query).facets.items() for value in values
            }
            rows = EntryTerm.objects.filter(entry__in=keys(query, 0, 100)).values_list("term__facet", "term__value")
            assert counted == {(facet, value): number for facet, value, number in rows.annotate(Count("entry"))}, text

    def test_sums_keep_the_collections_apart(self) -> None:
        sums = find(Query()).sums
        assert [(each.collection, each.datasets, each.bytes, each.scans) for each in sums] == [
            ("clinical", 2, 3005, 0),
            ("synthetic", 1, 0, 7),
            ("scapis", 1, 0, 0),
        ]
        assert [each.collection for each in find(Query.of("lung")).sums] == ["clinical", "scapis"]


class TestAddresses:
    """A search and its address say the same."""

    @pytest.mark.parametrize(
        ("column", "value", "expected"),
        [
            ("organ", "Lymph node", "/datasets/?organ=Lymph+node"),
            ("author", "Anders Öberg", "/datasets/?q=author%3A%22Anders+%C3%96berg%22"),
            ("scanner", "X", "/datasets/?q=scanner%3AX"),
            ("keyword", "?!", ""),
            ("author", '"', ""),
            ("field", "a" * 5000, "/datasets/?q=field%3A" + "a" * (LONGEST_QUERY - 6)),
        ],
    )
    def test_a_fact_has_one(self, column: str, value: str, expected: str) -> None:
        assert search.address(column, value) == expected

    @pytest.mark.parametrize("address", ["/datasets/", "/datasets/?q=a+%22b+c%22&organ=Lung&year=2023&sort=name"])
    def test_it_is_read_and_written(self, address: str) -> None:
        assert asked(address).address() == address

    def test_parts_are_taken_away_one_by_one(self) -> None:
        query = asked('?q=a+organ:"b+c"&organ=Lung&sort=name')
        assert [query.without(part).address() for part in query.parts] == [
            "/datasets/?q=a+organ%3A%22b+c%22&sort=name",
            "/datasets/?q=organ%3A%22b+c%22&organ=Lung&sort=name",
            "/datasets/?q=a&organ=Lung&sort=name",
        ]

    def test_words_are_counted_once_and_not_without_end(self) -> None:
        query = Query.of("Brain BRAIN brain, T2-weighted")
        assert [piece.text for piece in query.pieces] == ["Brain", "T2-weighted"]
        assert not query.cut
        many = Query.of(" ".join(f"w{number}" for number in range(100)))
        assert len(many.wanted) == MOST_WORDS
        assert many.cut

    def test_names_of_columns_are_told_apart(self) -> None:
        assert len(NAMED) == sum(1 + len(column.aliases) for column in COLUMNS)
        assert all(re.fullmatch(r"[a-z][a-z-]*", name) for name in NAMED)


class TestKeeping:
    """The search's tables follow the datasets."""

    def stored(self) -> dict[str, Any]:
        """Everything that is stored, without keys of the database's own."""
        facts = ("facet", "value", "label", "number", "bytes", "scans", "annotations")
        links = EntryTerm.objects.values_list("entry__dataset__doi", "term__facet", "term__value")
        return {
            "terms": sorted(Term.objects.filter(number__gt=0).values_list(*facts)),
            "sums": [row for row in Term.objects.filter(number=0).values_list("bytes", "scans") if any(row)],
            "entries": sorted(SearchEntry.objects.values_list("dataset__doi", "name", "collection", "bytes", "scans")),
            "links": sorted(links),
            "counts": Term.objects.exclude(number=0).alias(n=Count("entryterm")).exclude(number=F("n")).count(),
        }

    @pytest.mark.usefixtures("shelf")
    def test_it_is_the_same_whether_kept_or_rebuilt(self) -> None:
        dataset = Dataset.objects.get(doi="10.23698/aida/lungs")
        dataset.modality, dataset.bytes, dataset.keywords = ["CT"], 70, ["Thorax", "New"]
        dataset.save()
        search.index(dataset)
        search.index(dataset)
        search.unindex(Dataset.objects.filter(doi__endswith="lymph"))
        search.unindex(list(Dataset.objects.filter(doi__endswith="lymph")))
        Dataset.objects.filter(doi__endswith="lymph").update(retired_at=datetime(2026, 1, 1, tzinfo=UTC))
        kept = self.stored()
        assert kept["sums"] == []
        assert kept["counts"] == 0
        assert search.rebuild() == 3
        assert self.stored() == kept
        assert found("modality:pt") == []
        assert found("keyword:new") == ["lungs"]
        assert found("lymph") == ["lungs"]

    @pytest.mark.usefixtures("shelf")
    def test_what_becomes_hidden_is_gone_and_comes_back(self) -> None:
        dataset = Dataset.objects.get(doi="10.23698/aida/lungs")
        for hidden, expected in ((True, ["scapis"]), (False, ["lungs", "scapis"])):
            dataset.hidden = hidden
            dataset.save()
            search.index(dataset)
            assert sorted(found("lung")) == expected
            assert Term.objects.get(facet="organ", value="lung").number == len(expected)

    def test_a_new_dataset_costs_five_queries_and_a_change_seven(self, db: None) -> None:
        dataset = Dataset.objects.create(doi="10.23698/aida/x", name="X", keywords=[f"k{n}" for n in range(50)])
        License.objects.create(dataset=dataset, name="Controlled access")
        with CaptureQueriesContext(connection) as first:
            search.index(dataset, new=True)
        dataset.keywords = ["other"]
        with CaptureQueriesContext(connection) as second:
            search.index(dataset)
        assert (len(first), len(second)) == (5, 7)

    def test_an_imported_page_is_found_and_a_pruned_one_is_not(self, brgandi: Dataset, tmp_path: Path) -> None:
        assert found('gan tumor modality:mr license:"aida by"') == ["brgandi"]
        other = tmp_path / "10.23698" / "aida" / "other.md"
        other.parent.mkdir(parents=True)
        source = Path(__file__).parent.parent / "fixtures" / "brgandi.md"
        other.write_text(source.read_text(encoding="utf-8").replace("aida/synthetic/brgandi", "aida/other"))
        call_command("import_datasets", str(tmp_path), prune=True, verbosity=0)
        assert found("gan") == ["other"]
        assert Term.objects.get(facet="modality", value="mr").number == 1

    def test_the_next_import_mends_what_is_missing(self, brgandi: Dataset) -> None:
        SearchEntry.objects.all().delete()
        page = Path(__file__).parent.parent / "fixtures" / "brgandi.md"
        call_command("import_datasets", str(page), verbosity=0)
        assert found("gan") == ["brgandi"]

    def test_a_dry_run_changes_nothing(self, db: None) -> None:
        page = Path(__file__).parent.parent / "fixtures" / "brgandi.md"
        call_command("import_datasets", str(page), dry_run=True, verbosity=0)
        assert not SearchEntry.objects.exists()
        assert found("gan") == []

    @pytest.mark.usefixtures("shelf")
    def test_the_command_makes_all_anew(self, capsys: pytest.CaptureFixture[str]) -> None:
        SearchEntry.objects.all().delete()
        call_command("rebuild_search")
        assert capsys.readouterr().out == "4 datasets can be found.\n"
        assert sorted(found("lung")) == ["lungs", "scapis"]

    def test_sums_of_any_size_are_kept(self, db: None) -> None:
        for number in range(3):
            make_dataset(f"10.23698/aida/{number}", bytes=2**63 - 1, number_of_scans=2**63 - 1)
        assert find(Query()).sums == find(Query.of("aida")).sums

    def test_a_page_of_a_million_words_can_be_kept(self, db: None) -> None:
        text = " ".join(f"{number:x}ä{'文' * 30}" for number in range(60_000))
        make_dataset("10.23698/aida/long", description_html=text, keywords=[f"k{n}" for n in range(3000)])
        assert found("keyword:k17 1a文文") == ["long"]


def test_every_fact_of_a_page_leads_back_to_it(brgandi: Dataset) -> None:
    check_facts(BRGANDI_DOI)


@pytest.mark.skipif(not REAL_PAGES, reason="the register's real pages are not beside this repository")
def test_every_fact_of_the_real_pages_leads_back_to_them(db: None) -> None:
    call_command("import_datasets", str(REAL), verbosity=0)
    for doi in Dataset.objects.listed().values_list("doi", flat=True):
        check_facts(doi)


def check_facts(doi: str) -> None:
    """Each linked fact of a landing page finds that page's dataset, and all but the DOI and the title are linked."""
    landing = read_landing(doi)
    assert landing
    tokens = document_of(landing.dataset).tokens
    items = [(fact.name, item) for group in facts.groups(landing) for fact in group.facts for item in fact.items]
    unlinked = {str(name) for name, item in items if not item.url.startswith("/datasets/?")}
    assert unlinked <= {
        "Cite as",
        "DOI",
        "References",
        "Title",
    }
    for name, item in items:
        if item.url.startswith("/datasets/?"):
            query = asked(item.url)
            assert query.wanted, (doi, name, item)
            assert all(wanted.fits(tokens) for wanted in query.wanted), (doi, name, item)


ODD = (
    "\x00", "a\x00b", '"', '""', "'", "*", "^a", "a*", "AND", "OR", "NOT", "NEAR(a b)", "a NEAR/2 b", "-", "--", ":",
    "::", "a:", ":a", "organ::a", "(", ")", "a & b", "a | !b", "<->", "a:*", "{}", "%", "_", "\\", "\\'",
    "'; DROP TABLE x; --", "🧠", "文字", "ﬁ", "İ", "ß", "e\u0301", "\u200b", "\ud800", "\udfff", "a" * 10_000,
    '"' * 10_000, "a " * 10_000, "organ:" * 2_000, "=organ=lung", ":organ:lung", "10.23698/", "10.23698/aida/", "1e9",
    "-1", "\t\n", "q=a&b=c", "%00", "words", "rowid", "rowid:1", "words:a", "{words}:a", "a + b",
)  # fmt: skip


@pytest.mark.usefixtures("shelf")
def test_any_text_is_a_search(client: Client) -> None:
    for text in ODD:
        query = Query.of(text)
        assert find(query).number == len(keys(query, 0, 100)), text
        for column in ("organ", "author"):
            assert search.address(column, text).isprintable()
        sent = text.encode("utf-8", "replace").decode()
        for parameters in ({"q": sent}, {"organ": sent, "year": sent, "sort": sent, "page": sent}):
            assert client.get("/datasets/", parameters).status_code == 200, text


@pytest.mark.usefixtures("shelf")
def test_bytes_that_are_no_text_are_a_search(client: Client) -> None:
    for query in ("q=%ff%fe", "q=%ed%a0%80", "organ=%c3", "%ff=%ff", "q", "&&&", "q=a&q=b", "organ=a&organ=b" * 50):
        assert client.get("/datasets/", QUERY_STRING=query).status_code == 200, query


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("sort", SORTS)
def test_pages_meet_without_gap_or_double(sort: str) -> None:
    query = Query.of("aida").sorted_by(sort)
    assert [key for start in range(4) for key in keys(query, start, start + 1)] == keys(query, 0, 10)


def test_a_page_may_claim_any_size_and_home_still_opens(client: Client, db: None) -> None:
    for number in range(3):
        make_dataset(f"10.23698/aida/{number}", bytes=2**63 - 1, number_of_scans=2**63 - 1)
    assert client.get("/").status_code == client.get("/datasets/?sort=-size&q=aida").status_code == 200
