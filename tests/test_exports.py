"""Datasets for reference managers and search engines, and how numbers and days are written."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from datasets import formats, vocabulary
from datasets.addresses import register_address, web_address
from datasets.exports.bibtex import SPECIALS, bibtex, citation, escaped, key
from datasets.exports.schemaorg import as_script, dataset_as_schema
from datasets.facts import Item, party_item, words
from datasets.landing import Landing, LicenseSection, Party, Work, read_landing
from datasets.models import Dataset, License
from tests.cast import BRGANDI_DOI


def landing(**fields: object) -> Landing:
    """A dataset that is in no database, with one author."""
    values = {"doi": "10.23698/aida/x", "name": "X", "short_name": "X-1", "date_published": date(2020, 5, 1), **fields}
    return Landing(Dataset(**values), authors=[Party("Åsa Öst Ångström", "person", "")])


class TestBibtex:
    """An entry that BibTeX reads, whatever the names are."""

    def test_brgandi(self, brgandi: Dataset) -> None:
        page = read_landing(BRGANDI_DOI)
        assert page is not None
        assert bibtex(page).splitlines() == [
            "@misc{akbar_2023_brgandi,",
            "  author = {Muhammad Usman Akbar and Anders Eklund},",
            "  title = {{Synthetic brain tumor images from GANs and diffusion models}},",
            "  year = {2023},",
            "  publisher = {AIDA},",
            "  version = {1.0.0},",
            "  doi = {10.23698/aida/synthetic/brgandi},",
            "  url = {https://doi.org/10.23698/aida/synthetic/brgandi},",
            "}",
        ]

    def test_the_key_has_plain_letters_only(self) -> None:
        assert key(landing()) == "angstrom_2020_x1"

    def test_the_key_does_without_what_is_not_known(self) -> None:
        assert key(Landing(Dataset(doi="10.23698/aida/quiet", name="Q"))) == "quiet"

    def test_an_organisation_is_not_taken_apart(self) -> None:
        page = landing()
        page.authors = [Party("Linköping University", "organization", "")]
        assert "author = {{Linköping University}}," in bibtex(page)

    def test_specials_are_escaped(self) -> None:
        assert escaped("50% of A & B_1 #{x} $~^\\") == (
            r"50\% of A \& B\_1 \#\{x\} \$\textasciitilde{}\textasciicircum{}\textbackslash{}"
        )

    @given(st.text())
    def test_no_text_ends_its_field(self, text: str) -> None:
        line = escaped(text)
        bare = line
        for special in SPECIALS.values():
            bare = bare.replace(special, "")
        assert not set(bare) & set("\\{}&%$#_~^")
        assert "\n" not in line

    def test_the_sentence_for_people(self) -> None:
        assert citation(landing(version="2")) == "Åsa Öst Ångström (2020). X (version 2) [Data set]. AIDA."


class TestSchema:
    """schema.org for search engines."""

    def test_what_is_not_known_is_left_out(self) -> None:
        data = dataset_as_schema(landing(short_name=""))
        assert "version" not in data
        assert "alternateName" not in data
        assert data["isAccessibleForFree"] is False

    def test_people_have_identifiers_and_no_e_mail(self, brgandi: Dataset) -> None:
        page = read_landing(BRGANDI_DOI)
        assert page is not None
        text = json.dumps(dataset_as_schema(page))
        assert "https://orcid.org/0000-0002-3248-5132" in text
        assert "@liu.se" not in text
        assert "email" not in text

    def test_an_address_that_is_none_is_left_out(self) -> None:
        page = landing()
        page.works = [Work("A work", "javascript:alert(1)")]
        assert dataset_as_schema(page)["citation"] == [{"@type": "CreativeWork", "name": "A work"}]

    def test_licences_are_found_by_their_anchor(self) -> None:
        page = landing()
        license_ = License(name="Controlled access", abstract_html="<p>Free &amp; legal</p>")
        page.licenses = [LicenseSection(license_, "", "controlled-access", "")]
        (found,) = dataset_as_schema(page)["license"]
        assert found["@id"].endswith("/10.23698/aida/x#controlled-access")

    @given(st.text())
    def test_no_text_leaves_its_element(self, text: str) -> None:
        script = as_script({"name": text})
        assert json.loads(script)["name"] == text
        assert not set(script) & set("<>&\u2028\u2029")


class TestFormats:
    """Numbers, sizes, days."""

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, ""),
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.00 kB"),
            (71_924_000_000, "71.92 GB"),
            (58_400_000_000_000, "58.40 TB"),
            (999_999, "1.00 MB"),
            (999_990, "999.99 kB"),
            (9_223_372_036_854_775_807, "9.22 EB"),
        ],
    )
    def test_sizes(self, value: int | None, text: str) -> None:
        assert formats.size(value) == text

    def test_sizes_in_swedish(self) -> None:
        with translation.override("sv"):
            assert formats.size(71_924_000_000) == "71,92 GB"

    @pytest.mark.parametrize(
        ("value", "text"), [(None, ""), (7, "7"), (4462, "4462"), (155_343, "155 343"), (1_000_000, "1 000 000")]
    )
    def test_numbers(self, value: int | None, text: str) -> None:
        assert formats.number(value) == text.replace(" ", formats.THIN_SPACE)

    def test_days(self) -> None:
        assert formats.day(date(2023, 10, 8)) == "8 October 2023"
        assert formats.day(None) == ""

    @pytest.mark.parametrize(
        ("names", "text"), [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")]
    )
    def test_names_in_a_row(self, names: list[str], text: str) -> None:
        assert formats.listed(names) == text

    @pytest.mark.parametrize(
        ("value", "texts"),
        [
            (None, []),
            ("", []),
            ("-", []),
            (" a\n b ", ["a b"]),
            (["a", None, "b"], ["a", "b"]),
            ({"name": "a"}, ["a"]),
            ([{"name": "a"}, {"x": 1}], ["a"]),
            (3, ["3"]),
            (True, []),
        ],
    )
    def test_values_of_any_shape(self, value: object, texts: list[str]) -> None:
        assert words(value) == texts


class TestAddresses:
    """Where links may lead."""

    @pytest.mark.parametrize(
        "text",
        ["", "javascript:alert(1)", "data:text/html,x", "//evil.example", "/a", "ftp://a.example", "https://", "x y"],
    )
    def test_not_there(self, text: str) -> None:
        assert web_address(text) == ""

    @pytest.mark.parametrize(
        ("text", "address"),
        [
            ("/assets/a.png", "https://datahub.aida.scilifelab.se/assets/a.png"),
            ("assets/a.png", "https://datahub.aida.scilifelab.se/assets/a.png"),
            ("https://a.example/b.png", "https://a.example/b.png"),
            ("javascript:alert(1)", ""),
            ("", ""),
        ],
    )
    def test_relative_ones_are_the_register_s(self, text: str, address: str) -> None:
        assert register_address(text) == address

    def test_an_orcid_is_named(self) -> None:
        party = Party("Ada", "person", "https://orcid.org/0000-0002-1825-0097", "https://ada.example/")
        assert party_item(party) == Item("Ada", party.identifier, "ORCID 0000-0002-1825-0097")

    def test_snomed(self) -> None:
        assert "conceptId1=12738006" in vocabulary.snomed_address(12738006)
        assert vocabulary.snomed_address("1&x=<") == ""
        assert vocabulary.snomed_address(None) == ""

    def test_modalities(self) -> None:
        assert vocabulary.modality_name("mr ") == "magnetic resonance"
        assert vocabulary.modality_name("Synthetic CT") == ""
