"""The landing page's sections: headings that link to themselves, images, facts, SCAPIS's layout, tombstones."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.fixtures import Settings

from aidahub.accounts.models import User
from datasets.addresses import local_image
from datasets.fragments import in_use
from datasets.headings import with_links
from datasets.models import Dataset, SampleImage
from datasets.register.importer import Importer
from tests.support.pages import PAGE, ids_of, panel_of, schema_of, text_of, words_of
from tests.support.pictures import copies

SHARED = Path(__file__).resolve().parents[2] / "shared" / "register"
REAL = sorted(SHARED.glob("10.*/**/*.md"))
SCAPIS = """---
hidden:
layout: dataset-scapis
scapis: yes
datacite:
  "@id": "https://doi.org/10.23698/aida/scapis-test"
  name: "SCAPIS test data"
  description: "Scans of *hearts*."
  license:
  - name: "Controlled access"
    id: "https://datahub.aida.scilifelab.se/10.23698/aida/scapis-test#controlled-access"
    abstract: "Please contact SCAPIS for terms of access."
other:
  shortName: "SCAPIS-TEST"
  bytes: 3579265290875
  numberOfScans: 6108
---
## File formats
All of it is DICOM.

## License
### Controlled access
Please contact [SCAPIS](/datasets/scapis/#access) for terms of access.
"""


class TestHeadings:
    """Each has an id that stays, and is a link to itself."""

    def test_every_heading_of_a_section_links_to_itself(self, client: Client, brgandi: Dataset) -> None:
        Dataset.objects.update(body_html='<h2 id="file-formats">File formats</h2><p>NIfTI.</p>')
        html = text_of(client)
        article = html[html.index('<div class="landing-body">') : html.index("</article>")]
        headings = re.findall(r"<h2[^>]*>(.*?)</h2>", article, re.DOTALL)
        linked = re.findall(r'<h2[^>]* id="([^"]+)"[^>]*><a class="heading-link" href="#\1">', article)
        assert "file-formats" in linked
        assert len(headings) - len(linked) <= 1  # how to cite has buttons of its own

    def test_no_id_stands_twice_whatever_the_page_calls_its_headings(self, client: Client, brgandi: Dataset) -> None:
        ids = ("main", "license", "about-facts", "controlled-access", "notes", "notes", "viewer", "facts-1")
        html = "".join(f'<h2 id="{each}">A heading</h2>' for each in ids)
        Dataset.objects.update(body_html=html, description_html=html)
        counts = Counter(ids_of(text_of(client)))
        assert counts["notes"] == 1
        assert [each for each, number in counts.items() if number > 1] == []

    @pytest.mark.parametrize(
        ("html", "linked"),
        [
            ('<h2 id="a">A &amp; <em>B</em></h2>', True),
            ("<h2>No id</h2>", False),
            ('<h2 id="a">With <a href="/x">a link</a></h2>', False),
            ('<h1 id="a">Not ours</h1>', False),
            ('<h2 id="a">Never closed', False),
        ],
    )
    def test_only_plain_headings_with_an_id_become_links(self, html: str, linked: bool) -> None:
        assert ("heading-link" in with_links(html)) is linked
        if not linked:
            assert with_links(html) == html


class TestFacts:
    """The rows of the information table that lead to other parts of the page."""

    def test_year_licences_references_and_citation_have_rows(self, client: Client, brgandi: Dataset) -> None:
        html = text_of(client)
        words = words_of(html)
        assert "Year 2023" in words
        assert "References 6 works" in words
        assert "Licences Controlled access Free for use in legal and ethical" in words
        for anchor in ("about-citing", "about-references", "controlled-access", "aida-by-license"):
            assert f'<a href="#{anchor}">' in html
            assert anchor in ids_of(html)

    def test_the_year_is_the_copyright_s_where_no_day_is_known(self, client: Client, brgandi: Dataset) -> None:
        Dataset.objects.update(date_published=None)
        assert "Year 2023" in words_of(text_of(client))

    def test_entities_of_a_description_are_not_written_twice(self, client: Client, brgandi: Dataset) -> None:
        Dataset.objects.update(description_html="<p>H&amp;E &lt;1 mm</p>")
        assert '<meta name="description" content="H&amp;E &lt;1 mm">' in text_of(client)


class TestImages:
    """Copies are shown and can be opened; what this site has no copy of is a link."""

    def test_copies_have_words_and_a_viewer(self, client: Client, brgandi: Dataset) -> None:
        SampleImage.objects.all().delete()
        urls = ("/assets/a.png", "/assets/b.png", "/assets/gone.png")
        with copies(*urls[:2]):
            for order, (title, url) in enumerate(zip(("A <title>", "", "Gone"), urls, strict=True)):
                SampleImage.objects.create(dataset=brgandi, order=order, title=title, url=url)
            html = text_of(client)
        assert '<img src="/static/register/assets/a.png" alt="A &lt;title&gt;" loading="lazy">' in html
        assert 'alt="Example image 2"' in html
        assert 'data-picture="A &lt;title&gt;"' in html
        assert html.count('<dialog class="viewer"') == html.count("js/viewer.js") == 1
        assert f'href="{settings.REGISTER_URL}/assets/gone.png"' in html
        assert f'<meta property="og:image" content="{settings.BASE_URL}/static/register/assets/a.png">' in html
        assert '<meta property="og:image:alt" content="A &lt;title&gt;">' in html

    def test_without_copies_nothing_is_loaded_for_them(self, client: Client, brgandi: Dataset) -> None:
        html = text_of(client)
        assert "viewer" not in html
        assert "og:image" not in html

    def test_a_copy_that_was_not_collected_is_none(self, settings: Settings, tmp_path: Path) -> None:
        with copies("/assets/a.png"):
            assert local_image("/assets/a.png")
            local_image.cache_clear()
            backend = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
            settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
            settings.STATIC_ROOT = tmp_path
            assert local_image("/assets/a.png") == ""


@pytest.fixture
def scapis(db: None, tmp_path: Path) -> Dataset:
    """A dataset of SCAPIS, from its page."""
    (tmp_path / "scapis-test.md").write_text(SCAPIS)
    Importer().run([tmp_path])
    return Dataset.objects.get()


class TestScapis:
    """SCAPIS decides on its own data: its words instead of a way to ask."""

    def test_its_contact_text_stands_in_the_access_box(self, client: Client, scapis: Dataset) -> None:
        html = text_of(client, scapis.get_absolute_url())
        panel = panel_of(html)
        assert 'href="https://datahub.aida.scilifelab.se/datasets/scapis/#access"' in panel
        assert "for terms of access." in panel
        assert "/request/" not in html
        assert "SCAPIS, Swedish CArdioPulmonary bioImage Study" in html

    def test_the_facts_that_exist_stand_there(self, client: Client, scapis: Dataset) -> None:
        words = words_of(text_of(client, scapis.get_absolute_url()))
        assert "Scans 6108" in words
        assert "Size 3.58 TB" in words
        assert "Providers" not in words
        assert "All of it is DICOM." in words

    def test_signed_in_it_is_the_same_box(self, client: Client, ada: User, scapis: Dataset) -> None:
        before = panel_of(text_of(client, scapis.get_absolute_url()))
        client.force_login(ada)
        after = panel_of(text_of(client, scapis.get_absolute_url()))
        assert " ".join(after.split()) == " ".join(before.split())


class TestTombstone:
    """A DOI never stops to lead somewhere."""

    @pytest.mark.parametrize("signed_in", [False, True])
    def test_it_answers_200_with_its_citation(
        self, client: Client, ada: User, brgandi: Dataset, signed_in: bool
    ) -> None:
        Dataset.objects.update(retired_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
        if signed_in:
            client.force_login(ada)
        html = text_of(client)
        assert "Muhammad Usman Akbar" in html
        assert f'href="https://doi.org/{brgandi.doi}"' in html
        assert "Version 1.0.0" in html
        assert "access-box" not in html
        assert f'<link rel="canonical" href="{settings.BASE_URL}{PAGE}">' in html


@pytest.mark.skipif(not REAL, reason="The register's real pages are not in ../shared/register.")
def test_every_real_page_is_stored_and_sound(client: Client, db: None) -> None:
    Importer().run([SHARED])
    datasets = list(Dataset.objects.all())
    assert len(datasets) == len(REAL)
    for dataset in datasets:
        assert in_use(dataset.page_hash), dataset.doi
        html = text_of(client, dataset.get_absolute_url())
        counts = Counter(ids_of(html))
        assert [each for each, number in counts.items() if number > 1] == [], dataset.doi
        targets = set(re.findall(r'href="#([^"]+)"', html))
        assert targets <= set(counts), (dataset.doi, targets - set(counts))
        assert schema_of(html)["name"] == dataset.name
        assert ("/request/?" in html) is not dataset.scapis
