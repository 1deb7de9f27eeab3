"""The landing page of a dataset: its address, what it shows, who may ask how, and what it must never do."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.html import escape
from pytest_django.fixtures import Settings

from datasets.addresses import local_image
from datasets.models import Citation, Contributor, Dataset, License, LicenseText, SampleImage
from tests.cast import BRGANDI_DOI, license_of, make_dataset
from tests.support.pages import PAGE, ids_of, schema_of, text_of, words_of

SAID = (
    "Synthetic brain tumor images from GANs and diffusion models",
    "BRGANDI",
    f"doi:{BRGANDI_DOI}",
    "Version 1.0.0",
    "Size 71.92 GB",
    "Scans 100 000",
    "Annotations 1 000 000",
    "MR magnetic resonance",
    "Resolution 1 x 1 x 1 mm",
    "Field Radiology",
    "Origin Synthetic",
    "Status Completed",
    "Organ Brain SNOMED CT browser",
    "Created 18 October 2023",
    "Publisher AIDA",
    "© 2023 Linköping University",
    "Shared with Sweden",
    "Muhammad Usman Akbar ORCID 0000-0002-3248-5132",
    "Diffusion model",
    "Synthetic data.",
    "This dataset is a collection of synthetic images",
    "The tumor annotation image for each 4-channel MR image",
    "Akbar, M. U., &amp; Eklund, A. (2023). Synthetic brain tumor images from GANs and diffusion models",
    "(Version 1.0.0) [Data set]. AIDA.",
    "Segmentation Labels and Radiomic Features for the Pre-operative Scans of the TCGA-GBM collection",
)
LINKED = (
    "https://orcid.org/0000-0001-7061-7995",
    "https://browser.ihtsdotools.org/?perspective=full&amp;conceptId1=12738006&amp;edition=MAIN",
    f"https://doi.org/{BRGANDI_DOI}",
    "https://doi.org/10.48550/arXiv.2306.02986",
    "https://liu.se/",
    "/datasets/?keyword=Diffusion+model",
    "https://datahub.aida.scilifelab.se/assets/images/10.23698/aida/brgandi/image1.png",
)
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>&amp;'


class TestAddress:
    """Every DOI ever minted resolves to its path; all other spellings lead there."""

    def test_it_stands_at_its_doi(self, client: Client, brgandi: Dataset) -> None:
        assert brgandi.get_absolute_url() == PAGE
        assert client.get(PAGE).status_code == 200
        assert client.head(PAGE).status_code == 200

    @pytest.mark.parametrize("spelling", [PAGE.upper(), f"{PAGE}.html", f"{PAGE}/", f"{PAGE.title()}.HTML/"])
    def test_other_spellings_lead_there_for_good(self, client: Client, brgandi: Dataset, spelling: str) -> None:
        response = client.get(spelling)
        assert response.status_code == 301
        assert response["Location"] == PAGE

    def test_the_query_stays(self, client: Client, brgandi: Dataset) -> None:
        assert client.get(f"{PAGE}/?from=paper")["Location"] == f"{PAGE}?from=paper"

    @pytest.mark.parametrize("address", ["/10.23698/aida/nothing", "/10.23698/", "/10.9999/aida/synthetic/brgandi"])
    def test_what_is_not_there_is_404(self, client: Client, brgandi: Dataset, address: str) -> None:
        assert client.get(address).status_code == 404

    def test_an_invented_spelling_of_nothing_does_not_lead_on(self, client: Client, db: None) -> None:
        assert client.get("/10.23698//evil.example/x.html").status_code == 404

    def test_it_is_only_read(self, client: Client, brgandi: Dataset) -> None:
        assert client.post(PAGE).status_code == 405


class TestFacts:
    """Everything of the front matter, for people."""

    def test_it_says_all_of_it(self, client: Client, brgandi: Dataset) -> None:
        words = words_of(text_of(client))
        assert [each for each in SAID if each not in words] == []

    def test_it_links_to_all_of_it(self, client: Client, brgandi: Dataset) -> None:
        html = text_of(client)
        assert [each for each in LINKED if f'href="{each}"' not in html] == []

    def test_numbers_are_grouped_by_thin_spaces(self, client: Client, brgandi: Dataset) -> None:
        assert "100\N{NARROW NO-BREAK SPACE}000" in text_of(client)

    def test_nothing_is_loaded_from_another_host(self, client: Client, brgandi: Dataset) -> None:
        html = text_of(client)
        loaded = re.findall(r'(?:<img[^>]*src|<script[^>]*src|<link[^>]*stylesheet[^>]*href)="([^"]*)"', html)
        assert loaded
        assert all(address.startswith("/static/") for address in loaded)

    def test_a_holder_named_twice_is_shown_once(self, client: Client, brgandi: Dataset) -> None:
        copyright_row = words_of(text_of(client)).split("Copyright © 2023")[1].split("Providers")[0]
        assert copyright_row.count("Linköping University") == 1

    def test_the_page_s_own_words_stand_where_a_number_does_not_parse(self, client: Client, brgandi: Dataset) -> None:
        brgandi.front_matter["other"]["numberOfScans"] = "467 Subjects"
        brgandi.number_of_scans = None
        brgandi.save()
        assert "Scans 467 Subjects" in words_of(text_of(client))

    def test_unknown_facts_have_no_row(self, client: Client, brgandi: Dataset) -> None:
        assert "Stain" not in words_of(text_of(client))
        assert "None" not in words_of(text_of(client))

    def test_a_bare_dataset_has_a_page(self, client: Client, db: None) -> None:
        Dataset.objects.create(doi="10.23698/aida/bare", name="Bare")
        assert "Bare" in words_of(text_of(client, "/10.23698/aida/bare"))

    @pytest.mark.parametrize("matter", [{}, {"datacite": None, "other": []}, {"other": {"scanner": {"a": 1}}}])
    def test_odd_front_matter_breaks_nothing(self, client: Client, brgandi: Dataset, matter: Any) -> None:
        Dataset.objects.update(front_matter=matter)
        assert "BRGANDI" in text_of(client)

    def test_the_example_image_of_this_site_is_shown(
        self, client: Client, brgandi: Dataset, tmp_path: Path, settings: Settings
    ) -> None:
        image = tmp_path / "register/assets/images/10.23698/aida/brgandi/image1.png"
        image.parent.mkdir(parents=True)
        image.write_bytes(b"\x89PNG")
        settings.STATICFILES_DIRS = [*settings.STATICFILES_DIRS, tmp_path]
        local_image.cache_clear()
        try:
            html = text_of(client)
        finally:
            local_image.cache_clear()
        assert '<img src="/static/register/assets/images/10.23698/aida/brgandi/image1.png"' in html


class TestLicences:
    """Licences in full, under every anchor by which the world may know them."""

    def test_texts_stand_in_full(self, client: Client, brgandi: Dataset) -> None:
        words = words_of(text_of(client))
        assert "Free for use in legal and ethical medical diagnostics research and education." in words
        assert "Permission to use, copy, modify, and/or distribute this data within Analytic Imaging" in words

    @pytest.mark.parametrize("anchor", ["controlled-access", "aida-by-license", "aida-license", "license"])
    def test_the_anchor_leads_somewhere(self, client: Client, brgandi: Dataset, anchor: str) -> None:
        assert ids_of(text_of(client)).count(anchor) == 1

    def test_both_anchors_lead_to_the_same_text(self, client: Client, brgandi: Dataset) -> None:
        html = text_of(client)
        section = html[html.index('id="aida-license"') : html.index("How to cite")]
        assert 'id="aida-by-license"' in section
        assert "Permission to use" in section

    def test_no_id_stands_twice(self, client: Client, brgandi: Dataset) -> None:
        License.objects.update(anchor="same", page_anchor="same")
        ids = ids_of(text_of(client))
        assert len(ids) == len(set(ids))

    def test_a_text_that_waits_for_the_hub_is_not_shown(self, client: Client, brgandi: Dataset) -> None:
        LicenseText.objects.create(
            license=license_of(brgandi), number=9, change="waiting", html="<p>Not yet.</p>", text="", sha256="9" * 64
        )
        html = text_of(client)
        assert "Not yet." not in html
        assert "Free for use in legal and ethical" in html

    def test_the_newest_text_in_force_is_shown(self, client: Client, brgandi: Dataset) -> None:
        LicenseText.objects.create(
            license=license_of(brgandi), number=9, change="editorial", html="<p>Newer.</p>", text="", sha256="9" * 64
        )
        assert "Newer." in text_of(client)


class TestStates:
    """Previews and tombstones."""

    def test_a_hidden_one_warns_and_is_kept_out_of_search_engines(self, client: Client, brgandi: Dataset) -> None:
        assert 'content="noindex"' not in text_of(client)
        Dataset.objects.update(hidden=True)
        html = text_of(client)
        assert "Preview." in html
        assert '<meta name="robots" content="noindex">' in html

    def test_a_real_one_has_no_synthetic_banner(self, client: Client, brgandi: Dataset) -> None:
        Dataset.objects.update(synthetic=False)
        assert "Synthetic data." not in text_of(client)

    def test_a_retired_one_is_a_tombstone(self, client: Client, brgandi: Dataset) -> None:
        Dataset.objects.update(retired_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
        html = text_of(client)
        assert "This dataset was retired on 1 March 2026" in html
        assert brgandi.name in html
        assert "/request/" not in html
        assert 'content="noindex"' in html


class TestMachines:
    """What search engines and reference managers read."""

    def test_json_ld_says_what_the_page_says(self, client: Client, brgandi: Dataset) -> None:
        data = schema_of(text_of(client))
        assert data["@id"] == data["sameAs"] == data["identifier"][1] == f"https://doi.org/{BRGANDI_DOI}"
        assert data["url"] == f"{settings.BASE_URL}{PAGE}"
        assert data["isAccessibleForFree"] is False
        assert "Free for use in legal and ethical" in data["conditionsOfAccess"]
        assert data["license"][1]["@id"] == f"{settings.BASE_URL}{PAGE}#aida-by-license"
        assert [author["name"] for author in data["author"]] == ["Muhammad Usman Akbar", "Anders Eklund"]
        assert data["keywords"][0] == "Radiology"
        assert data["about"][0]["termCode"] == "12738006"
        assert len(data["citation"]) == 6

    def test_no_e_mail_address_of_a_provider_is_given_away(self, client: Client, brgandi: Dataset) -> None:
        html = text_of(client)
        assert "muhammad.usman@liu.se" not in html
        assert "anders.eklund@liu.se" not in html

    def test_canonical_and_open_graph(self, client: Client, brgandi: Dataset) -> None:
        html = text_of(client)
        assert f'<link rel="canonical" href="{settings.BASE_URL}{PAGE}">' in html
        assert f'<meta property="og:url" content="{settings.BASE_URL}{PAGE}">' in html
        assert f'<meta property="og:title" content="{brgandi.name}">' in html
        assert '<meta name="description" content="This dataset is a collection of synthetic images' in html
        assert f"<title>BRGANDI: {brgandi.name} | " in " ".join(html.split()).replace("<title> ", "<title>")

    def test_bibtex_stands_there(self, client: Client, brgandi: Dataset) -> None:
        assert "@misc{akbar_2023_brgandi," in text_of(client)


class TestHostile:
    """Whatever a page of the register says, its words stay words."""

    def test_no_text_of_a_page_becomes_mark_up(self, client: Client, db: None) -> None:
        dataset = make_dataset(name=HOSTILE, short_name=HOSTILE, version=HOSTILE, origin=HOSTILE, field=HOSTILE)
        Dataset.objects.update(
            keywords=[HOSTILE],
            modality=[HOSTILE],
            organ=[{"name": HOSTILE, "sctid": HOSTILE}],
            front_matter={
                "other": {"scanner": HOSTILE, "countries-shared": [HOSTILE]},
                "datacite": {"publisher": HOSTILE},
            },
        )
        License.objects.update(name=HOSTILE, anchor=HOSTILE, page_anchor=f"x{HOSTILE}")
        common = {"dataset": dataset, "order": 1}
        Contributor.objects.create(**common, role="author", name=HOSTILE, identifier="javascript:alert(1)", url=HOSTILE)
        Citation.objects.create(**common, text=HOSTILE, identifier="javascript:alert(1)")
        SampleImage.objects.create(**common, title=HOSTILE, url="javascript:alert(1)")
        html = text_of(client, f"/{dataset.doi}")
        assert "<script>" not in html
        assert "<img" not in html
        assert "javascript:" not in html
        assert escape(HOSTILE) in html
        assert schema_of(html)["name"] == HOSTILE

    def test_json_ld_cannot_end_its_element(self, client: Client, brgandi: Dataset) -> None:
        Dataset.objects.update(name="</script><script>alert(1)</script><!--", short_name="")
        html = text_of(client)
        scripts = re.findall("<script[^>]*>", html)
        assert [each for each in scripts if "src=" not in each] == ['<script type="application/ld+json">']
        assert schema_of(html)["name"] == "</script><script>alert(1)</script><!--"

    def test_the_policy_forbids_what_slips_through(self, client: Client, brgandi: Dataset) -> None:
        policy = client.get(PAGE)["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        html = text_of(client)
        assert not re.search(r"\s(?:style|on\w+)=", html)
