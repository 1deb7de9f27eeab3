"""The page of figures: what stands on it, what never does, in which languages, and what it costs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page
from pytest_django.fixtures import DjangoAssertNumQueries

from access_requests import actions
from access_requests.models import AccessRequest
from access_requests.workflow import Status
from aidahub.accounts.models import User
from aidahub.pages.figures import kept
from datasets.models import Dataset
from tests.browser.test_every_page import faults_of
from tests.cast import RESEARCH_ANSWERS, RequestAt, license_of, make_dataset
from tests.support.processes import Server
from tests.test_figures_counts import copies

REGISTER = Path(__file__).resolve().parents[2] / "shared" / "register"


def page_of(client: Client, **headers: str) -> str:
    """The page."""
    response = client.get("/metrics/", headers=headers)
    assert response.status_code == 200
    return str(response.text)


def words(html: str) -> str:
    """The main part as a reader reads it."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def rows_of(html: str, caption: str) -> dict[str, list[str]]:
    """The rows of the table with this caption: their heads and cells."""
    table = html[html.index(f">{caption}</caption>") :]
    table = table[: table.index("</table>")]
    rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', table, re.DOTALL)
    return {head: re.findall(r">([^<>]*)</td>", cells) for head, cells in rows}


def svgs_of(html: str) -> list[ElementTree.Element]:
    """The drawings of the main part that are not in another one."""
    main = html[html.index("<main") : html.index("</main>")]
    found = re.findall(r'<svg[^>]*role="img".*?</svg>(?=\s*(?:<figcaption|<div|<table))', main, re.DOTALL)
    return [ElementTree.fromstring(svg) for svg in found]


def test_an_empty_hub(client: Client, db: None) -> None:
    text = words(page_of(client))
    assert "No country is known yet." in text
    assert "There are no datasets here yet." in text
    assert "There are fewer than 5 requests so far." in text


def test_the_tables(client: Client, db: None) -> None:
    make_dataset("10.23698/aida/1", field="Radiology", number_of_scans=12_000, number_of_annotations=3, bytes=10**9)
    make_dataset("10.23698/aida/2", field="Pathology", synthetic=True, number_of_scans=4)
    make_dataset("10.23698/aida/3", field="Radiology", hidden=True, number_of_scans=77_777, name="Hidden one")
    html = page_of(client)
    clinical, synthetic = rows_of(html, "Clinical datasets"), rows_of(html, "Synthetic datasets")
    assert clinical["Total"] == ["1", "12\u202f000", "3", "1.00 GB"]
    assert clinical["Radiology"] == clinical["Annotated"] == clinical["Total"]
    assert clinical["Pathology"] == ["0", "0", "0", "0 B"]
    assert synthetic["Pathology"] == ["1", "4", "0", "0 B"]
    assert "SCAPIS" not in html
    assert "77" not in words(html)
    assert "1 dataset does not say how many annotations it has. 1 dataset does not say how large it is." in words(html)


def test_modalities_and_organs_lead_to_their_search(client: Client, db: None) -> None:
    make_dataset(modality=["CT"], organ=[{"name": "Head & neck", "sctid": None}])
    html = page_of(client)
    assert 'href="/datasets/?modality=CT" title="computed tomography"' in html
    assert "/datasets/?organ=Head+%26+neck" in html
    assert '>1<span class="visually-hidden"> dataset</span>' in html  # else a screen reader says "1dataset"
    for address in re.findall(r'href="(/datasets/\?[^"]*)"', html):
        assert "The dataset other" in client.get(address.replace("&amp;", "&")).text


def test_countries_stand_on_the_map_and_in_the_table(client: Client, db: None) -> None:
    make_dataset("10.23698/aida/1", countries=["SE", "MT", "AQ"])
    make_dataset("10.23698/aida/2", countries=["SE"])
    make_dataset("10.23698/aida/3", countries=["NO"], hidden=True)
    html = page_of(client)
    assert rows_of(html, "Datasets by country") == {"Sweden": ["2"], "Antarctica": ["1"], "Malta": ["1"]}
    (world,) = svgs_of(html)
    shared = {group.findtext("title"): group for group in world.iter("g")}
    assert set(shared) == {"Sweden: 2", "Malta: 1"}  # the map ends above Antarctica
    assert shared["Sweden: 2"].get("class") == "step-2"
    assert shared["Malta: 1"].find("circle") is not None


def test_charts_say_the_same_as_their_tables(client: Client, request_at: RequestAt) -> None:
    request = request_at(Status.GRANTED)
    copies(request, 6)
    html = page_of(client)
    assert rows_of(html, "Outcome")["Approved"] == ["7"]
    assert list(rows_of(html, "Requests by month").values()) == [["7"]]
    assert rows_of(html, "Time to decision") == {"Any number of working days": ["7"]}
    drawings = svgs_of(html)
    assert len(drawings) == 4
    for drawing in drawings:
        named = {element.get("id"): (element.text or "").strip() for element in drawing.iter()}
        assert named[drawing.get("aria-labelledby")]
        described = f'id="{drawing.get("aria-describedby")}"'
        assert described in html
    assert "7 requests were sent so far." in words(html)


def test_nothing_personal_stands_there(client: Client, request_at: RequestAt, ada: User) -> None:
    """Not a word of what anybody answered but the country, which the page of the dataset has, too."""
    request = request_at(Status.GRANTED)
    copies(request, 5)
    html = page_of(client)
    kept_to_themselves = [str(answer) for key, answer in RESEARCH_ANSWERS.items() if not key.endswith("country")]
    lines = {line for answer in kept_to_themselves for line in answer.split("\n")} - {"True", "yes", "no"}
    for word in {*lines, ada.name, ada.email, request.reference, "Copied Person"}:
        assert word not in html
    assert "@" not in words(html)


@pytest.mark.parametrize("number", [1, 4])
def test_few_requests_are_not_counted_in_public(client: Client, request_at: RequestAt, number: int) -> None:
    copies(request_at(Status.REJECTED), number - 1)
    html = page_of(client)
    assert "There are fewer than 5 requests so far." in words(html)
    assert "Rejected" not in html


def test_a_lone_rejection_is_not_told_apart(client: Client, request_at: RequestAt, alva: User, other: Dataset) -> None:
    copies(request_at(Status.GRANTED), 6)
    granted = AccessRequest.objects.order_by("pk")[0]
    AccessRequest.objects.filter(pk=granted.pk).update(
        status=Status.REJECTED, outcome="reject", ended_at=granted.status_since
    )
    rows = rows_of(page_of(client), "Outcome")
    assert rows["Approved or rejected"] == ["7"]
    assert "Rejected" not in rows


def test_swedish_numbers_do_not_break_the_drawings(client: Client, request_at: RequestAt) -> None:
    copies(request_at(Status.GRANTED), 6)
    html = page_of(client, accept_language="sv")
    assert 'lang="sv"' in html
    assert rows_of(html, html.split('id="countries">')[1].split("<")[0]) == {"Sverige": ["1"]}
    for drawing in svgs_of(html):
        for element in drawing.iter():
            for name in ("x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "width", "height", "viewBox"):
                assert "," not in element.get(name, "")


def test_no_word_of_a_page_becomes_mark_up(client: Client, db: None) -> None:
    make_dataset(field="<b>x</b>", modality=["<script>1</script>"], organ=[{"name": '"><img src=x>'}])
    html = page_of(client)
    assert "<script>1" not in html
    assert "<img src=x" not in html
    assert "<B>" not in html.replace("&lt;", "")


def test_what_it_costs(
    client: Client, request_at: RequestAt, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Five queries count. Once counted: two tell whether anything changed, one reads what is kept."""
    request = request_at(Status.GRANTED)
    for number in (5, 10):
        copies(request, number, f"more{number}.example")
        make_dataset(f"10.23698/aida/{number}")
        with django_assert_num_queries(5):
            kept.count()
        page_of(client)
        with django_assert_num_queries(3):
            page_of(client)


def test_an_unchanged_page_is_not_sent_again(client: Client, db: None) -> None:
    first = client.get("/metrics/")
    again = client.get("/metrics/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "csrf" not in first.text
    assert not first.cookies


def test_what_changes_is_counted_again(client: Client, request_at: RequestAt, other: Dataset, ada: User) -> None:
    copies(request_at(Status.IN_REVIEW), 5)
    assert "6 requests were sent so far." in words(page_of(client))
    request = AccessRequest.objects.get(applicant=ada)
    actions.withdraw(request=request, by=ada)
    Dataset.objects.filter(pk=other.pk).update(hidden=True)
    html = page_of(client)
    assert rows_of(html, "Outcome") == {
        "Approved": ["0"],
        "Rejected": ["0"],
        "Waiting for a decision, withdrawn or closed": ["6"],
    }
    assert "Clinical datasets" not in html
    assert license_of(other)


def test_where_counting_takes_long_it_is_done_every_ten_minutes(
    request_at: RequestAt, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "QUICK", -1)
    request = request_at(Status.IN_REVIEW)
    first = kept.figures()
    actions.withdraw(request=request, by=ada)
    assert kept.figures() == first
    monkeypatch.setattr(kept, "LONGEST", 0)
    assert cache.add(kept.COUNTING, 1, 60)  # somebody else counts
    assert kept.figures() == first
    cache.delete(kept.COUNTING)
    assert kept.figures().at > first.at
    assert time.time() - first.at < 60


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_read(client: Client, db: None, method: str) -> None:
    assert getattr(client, method)("/metrics/").status_code == 405


def test_the_footer_leads_there(client: Client, db: None) -> None:
    assert '<a href="/metrics/">Figures</a>' in client.get("/privacy/").text


@pytest.mark.skipif(not REGISTER.exists(), reason="The register's real pages are not in ../shared/register.")
def test_the_real_register(client: Client, db: None) -> None:
    call_command("import_datasets", str(REGISTER), verbosity=0)
    html = page_of(client)
    countries = rows_of(html, "Datasets by country")
    assert next(iter(countries)) == "Sweden"
    assert {"Malta", "Singapore", "Uruguay"} <= set(countries)
    listed = Dataset.objects.listed()
    totals = [rows_of(html, f"{kind} datasets")["Total"][0] for kind in ("Clinical", "Synthetic", "SCAPIS")]
    assert sum(map(int, totals)) == listed.count()
    assert len(html) < 150_000


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dark", [False, True])
def test_a_full_page_suits_everybody(
    *, dark: bool, request_at: RequestAt, run_server: Callable[..., Server], new_page: Callable[..., Page]
) -> None:
    """With a map and all charts on it: axe finds nothing, nothing leaves a phone's screen, no word gets small."""
    copies(request_at(Status.GRANTED), 12)
    url = run_server().url
    page = new_page(width=360, height=740, dark=dark)
    page.goto(f"{url}/metrics/")
    assert list(faults_of(page, "/metrics/")) == []
    for box in page.locator("main svg[role=img], main svg[role=img] rect, main svg[role=img] text").all():
        place = box.bounding_box()
        assert place
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 360
    sizes = page.locator("main svg text").evaluate_all("all => all.map(e => parseFloat(getComputedStyle(e).fontSize))")
    assert min(sizes) >= 12
