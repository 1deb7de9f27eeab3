"""The dataset list: what is in it, what a search finds, and that it stays quick."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from aidahub.accounts.models import User
from datasets import search
from datasets.models import Dataset, License, SampleImage


@pytest.fixture
def shelf(db: None) -> list[Dataset]:
    """Four listed datasets, one hidden and one retired."""
    rows = (
        {"short_name": "SKIN", "name": "Skin slides", "field": "Pathology", "modality": ["SM"], "bytes": 1_000_000_000},
        {"short_name": "HJÄRTA", "name": "Échographie du cœur", "modality": ["US"], "number_of_scans": 12_000},
        {"short_name": "BRAIN", "name": "Brain tumours", "synthetic": True, "organ": [{"name": "Brain", "sctid": "1"}]},
        {"short_name": "LUNG", "name": "Lungs", "scapis": True, "keywords": ["Thorax", "Deep learning"]},
        {"short_name": "SECRET", "name": "Hidden skin brain", "hidden": True, "bytes": 5_000_000_000_000},
        {"short_name": "GONE", "name": "Retired skin brain", "retired_at": datetime(2026, 1, 1, tzinfo=UTC)},
    )
    shelf = [
        Dataset.objects.create(doi=f"10.23698/aida/{number}", date_published=date(2020 + number, 1, 1), **row)
        for number, row in enumerate(rows)
    ]
    for dataset in shelf:
        search.index(dataset)
    return shelf


def found(client: Client, query: str = "", **more: str) -> list[str]:
    """The short names that the list shows, in order."""
    html = client.get("/datasets/", {"q": query, **more}).content.decode()
    return re.findall(r'<p class="card-more">\s*<strong>([^<]*)</strong>', html)


def words(client: Client, query: str = "", **more: Any) -> str:
    """The list as a reader reads it."""
    html = client.get("/datasets/", {"q": query, **more}).content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_all_listed_ones_stand_there_newest_first(client: Client, shelf: list[Dataset]) -> None:
    assert found(client) == ["LUNG", "BRAIN", "HJÄRTA", "SKIN"]


@pytest.mark.parametrize("query", ["", "skin", "Hidden", "Retired", "SECRET", "10.23698/aida/4"])
def test_hidden_and_retired_ones_never_do(client: Client, shelf: list[Dataset], query: str) -> None:
    html = client.get("/datasets/", {"q": query}).content.decode()
    assert "/10.23698/aida/4" not in html.replace(f'value="{query}"', "")
    assert "Hidden skin brain" not in html
    assert "/10.23698/aida/5" not in html


def test_totals_leave_hidden_ones_out(client: Client, shelf: list[Dataset]) -> None:
    text = words(client)
    assert (
        "2 datasets: 1.00 GB, 12 000 scans, 0 annotations. "
        "And 1 synthetic dataset: 0 B, 0 scans, 0 annotations. "
        "And 1 SCAPIS dataset: 0 B, 0 scans, 0 annotations."
    ) in text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("skin", ["SKIN"]),
        ("SKIN slides", ["SKIN"]),
        ("echographie", ["HJÄRTA"]),
        ("hjarta", ["HJÄRTA"]),
        ("brain", ["BRAIN"]),
        ("organ:brain", ["BRAIN"]),
        ("deep learning", ["LUNG"]),
        ("10.23698/aida/0", ["SKIN"]),
        ("pathology sm", ["SKIN"]),
        ("brain skin", []),
        ("%", ["LUNG", "BRAIN", "HJÄRTA", "SKIN"]),
    ],
)
def test_every_word_must_stand_somewhere(client: Client, shelf: list[Dataset], query: str, names: list[str]) -> None:
    assert found(client, query) == names


def test_words_of_the_description_count_and_its_mark_up_does_not(client: Client, shelf: list[Dataset]) -> None:
    shelf[0].description_html = '<p class="zebra">Dermal <b>naevi</b></p><p>Café</p>'
    search.index(shelf[0])
    assert found(client, "naevi") == ["SKIN"]
    assert found(client, "dermal cafe") == ["SKIN"]
    assert found(client, "zebra") == []


def test_nothing_found_says_which_word_to_drop(client: Client, shelf: list[Dataset]) -> None:
    text = words(client, "brain skin")
    assert "No dataset fits all of this." in text
    assert "Without “brain” there is 1 dataset." in text
    assert "Without “skin” there is 1 dataset." in text


def test_where_no_word_alone_is_to_blame_each_is_offered_by_itself(client: Client, shelf: list[Dataset]) -> None:
    text = words(client, "brain skin lungs")
    assert "Without" not in text
    for word in ("brain", "skin", "lungs"):
        assert f"For “{word}” alone there is 1 dataset." in text


def test_a_word_can_be_taken_away(client: Client, shelf: list[Dataset]) -> None:
    html = client.get("/datasets/", {"q": "skin slides"}).content.decode()
    assert 'href="/datasets/?q=slides"' in html
    assert 'href="/datasets/?q=skin"' in html


def test_an_empty_hub_says_so(client: Client, db: None) -> None:
    assert "There are no datasets here yet." in words(client)


@pytest.mark.parametrize(
    "query", ["<script>alert(1)</script>", '" onfocus="alert(1)', "\x00", "a" * 100_000, "🧠" * 300]
)
def test_odd_queries_find_nothing_and_break_nothing(client: Client, shelf: list[Dataset], query: str) -> None:
    response = client.get("/datasets/", {"q": query})
    assert response.status_code == 200
    html = response.content.decode()
    assert "<script>" not in html
    assert ' onfocus="' not in html


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "1e9", ""])
def test_an_odd_page_is_the_nearest_one(client: Client, shelf: list[Dataset], page: str) -> None:
    assert "Lungs" in words(client, page=page)


def test_a_card_says_what_it_is(client: Client, shelf: list[Dataset]) -> None:
    License.objects.create(dataset=shelf[1], name="Controlled access", order=1)
    text = words(client, "hjarta")
    assert "US 12 000 scans" in text
    assert "2021" in text
    assert "Controlled access" in text
    assert "Synthetic" in words(client, "brain")
    assert "SCAPIS" in words(client, "lung")


def test_pages_of_twenty_keep_the_query(client: Client, db: None) -> None:
    Dataset.objects.bulk_create(Dataset(doi=f"10.23698/{n}", name=f"Set {n}", short_name=f"N{n}") for n in range(45))
    search.rebuild()
    assert len(found(client, "set")) == 20
    html = client.get("/datasets/", {"q": "set", "page": "3"}).content.decode()
    assert html.count('class="card-row"') == 5
    assert 'href="/datasets/?q=set&amp;page=2"' in html
    assert 'aria-current="page"' in html


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ({}, 3),
        ({"q": "set"}, 4),
        ({"q": "set", "keyword": "a", "sort": "name"}, 4),
        ({"q": "set nothing"}, 2),
        ({"q": "set no thing"}, 3),
    ],
)
@pytest.mark.parametrize(("name", "own"), [("", 0), ("otto", 3), ("hedda", 3)])
def test_at_most_eight_queries_however_many_datasets(
    client: Client,
    request: pytest.FixtureRequest,
    db: None,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    query: dict[str, str],
    most: int,
    name: str,
    own: int,
) -> None:
    if name:
        person: User = request.getfixturevalue(name)
        client.force_login(person)
    for number in range(60):
        dataset = Dataset.objects.create(doi=f"10.23698/{number}", name=f"Set {number}", keywords=["a", "b"])
        License.objects.create(dataset=dataset, name="Controlled access")
        SampleImage.objects.create(dataset=dataset, order=1, url="/x.png")
    search.rebuild()
    with django_assert_max_num_queries(most + own):
        assert client.get("/datasets/", query).status_code == 200


def test_facets_narrow_down_and_can_be_taken_back(client: Client, shelf: list[Dataset]) -> None:
    html = client.get("/datasets/", {"q": "s", "sort": "name"}).content.decode()
    link = '<a rel="nofollow" href="/datasets/?q=s&amp;sort=name&amp;modality=SM"><span>SM</span> '
    assert f'{link}<span class="facet-number">1</span></a>' in html
    html = client.get("/datasets/", {"modality": "sm", "sort": "name"}).content.decode()
    assert '<a class="facet-chosen" href="/datasets/?sort=name"><span>SM</span>' in html
    assert '<input type="hidden" name="modality" value="sm">' in html
    assert "Modality: SM remove" in words(client, modality="sm")
    assert found(client, modality="sm") == ["SKIN"]


def test_collections_can_be_chosen_and_have_totals_of_their_own(client: Client, shelf: list[Dataset]) -> None:
    assert found(client, collection="scapis") == ["LUNG"]
    text = words(client, collection="scapis")
    assert "1 dataset: 0 B, 0 scans, 0 annotations. It is from SCAPIS." in text
    assert "SCAPIS decides on access to its datasets itself." in text
    assert "Collection: SCAPIS remove" in text
    assert found(client, synthetic="no") == ["LUNG", "HJÄRTA", "SKIN"]


def test_the_order_can_be_chosen(client: Client, shelf: list[Dataset]) -> None:
    assert found(client, sort="name") == ["BRAIN", "HJÄRTA", "LUNG", "SKIN"]
    assert found(client, sort="-size")[0] == "SKIN"
    assert found(client, sort="-scans")[0] == "HJÄRTA"
    html = client.get("/datasets/?q=a&sort=name").content.decode()
    assert '<a href="/datasets/?q=a&amp;sort=name" aria-current="true">Name</a>' in html
    assert '<a href="/datasets/?q=a">Newest</a>' in html


def test_pages_that_are_far_away_are_not_linked(client: Client, db: None) -> None:
    Dataset.objects.bulk_create(Dataset(doi=f"10.23698/{n}", name=f"Set {n:03}") for n in range(300))
    search.rebuild()
    html = client.get("/datasets/?page=8&sort=name").content.decode()
    assert re.findall(r'class="page-link[^>]*>(?:<span[^>]*>Page</span> )?([^<]+)<', html) == [
        "Previous", "1", "…", "7", "8", "9", "…", "15", "Next"
    ]  # fmt: skip
    assert '<link rel="prev" href="/datasets/?sort=name&amp;page=7">' in html
    assert '<link rel="next" href="/datasets/?sort=name&amp;page=9">' in html
    assert 'href="/datasets/?sort=name"' in html  # the first page has no number


def test_a_card_is_made_anew_when_something_on_it_changes(client: Client, shelf: list[Dataset]) -> None:
    assert "HJÄRTA" in words(client)
    Dataset.objects.filter(pk=shelf[1].pk).update(short_name="HEART", modality=["MR"])
    License.objects.create(dataset=shelf[1], name="Controlled access", order=1)
    text = words(client)
    assert "MR 12 000 scans" in text
    assert "HEART 2021 Controlled access" in text
    assert 'lang="sv"' in client.get("/datasets/", HTTP_ACCEPT_LANGUAGE="sv").content.decode()


def test_a_dataset_that_was_hidden_by_hand_is_not_shown(client: Client, shelf: list[Dataset]) -> None:
    Dataset.objects.filter(pk=shelf[0].pk).update(hidden=True)
    assert found(client, "skin") == []


def test_a_search_that_was_cut_says_so(client: Client, shelf: list[Dataset]) -> None:
    assert "only its first words were looked for" in words(client, "skin " + "b" * 600)
    assert "only its first words were looked for" not in words(client, "skin")


def test_a_search_is_not_for_search_engines(client: Client, shelf: list[Dataset]) -> None:
    assert "noindex" not in client.get("/datasets/").content.decode()
    assert "noindex" in client.get("/datasets/?q=skin").content.decode()
    assert "noindex" in client.get("/datasets/?synthetic=no").content.decode()
