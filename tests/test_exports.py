"""Datasets for reference managers and search engines, and how numbers and days are written."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from datasets import formats, vocabulary
from datasets.addresses import register_address, web_address
from datasets.exports import apa
from datasets.exports.bibtex import bibtex, escaped, key
from datasets.exports.names import take_apart
from datasets.exports.record import record_of
from datasets.exports.ris import ris
from datasets.exports.schemaorg import as_script, dataset_as_schema
from datasets.facts import Item, party_item, words
from datasets.landing import Landing, LicenseSection, Party, Work, read_landing
from datasets.models import Dataset, License
from tests.cast import BRGANDI_DOI
from tests.support.exports import ORGANIZATION, PERSON, landing, record, ris_records


class TestBibtex:
    """An entry that BibTeX reads, whatever the names are."""

    def test_brgandi(self, brgandi: Dataset) -> None:
        page = read_landing(BRGANDI_DOI)
        assert page is not None
        assert bibtex(record_of(page)).splitlines() == [
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

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({}, "angstrom_2020_x1"),
            ({"short_name": "", "doi": "10.23698/aida/quiet"}, "angstrom_2020_quiet"),
            ({"short_name": "影像"}, "angstrom_2020"),
        ],
    )
    def test_the_key_has_plain_letters_only(self, fields: dict[str, Any], expected: str) -> None:
        assert key(record(**fields)) == expected

    def test_the_key_does_without_what_is_not_known(self) -> None:
        assert key(record(Landing(Dataset(doi="10.23698/aida/quiet", name="Q")))) == "quiet"
        assert key(record(Landing(Dataset(doi="10.23698/aida/-", name="Q")))) == "dataset"

    @pytest.mark.parametrize(
        ("party", "author"),
        [
            (Party("Linköping University", ORGANIZATION, ""), "{Linköping University}"),
            (Party("Ada Berg and Otto Ek", PERSON, ""), "{Ada Berg and Otto Ek}"),
            (Party("Anders Andersson", PERSON, ""), "Anders Andersson"),
            (Party("Berg, Ada", PERSON, ""), "Berg, Ada"),
        ],
    )
    def test_a_name_is_taken_apart_only_where_that_is_right(self, party: Party, author: str) -> None:
        page = landing()
        page.authors = [party]
        assert f"author = {{{author}}}," in bibtex(record(page))

    def test_specials_are_escaped(self) -> None:
        assert escaped("50% of A & B_1 #{x} $~^\\") == (
            r"50\% of A \& B\_1 \#\{x\} \$\textasciitilde{}\textasciicircum{}\textbackslash{}"
        )


class TestRis:
    """A record that reference managers read."""

    def test_brgandi(self, brgandi: Dataset) -> None:
        page = read_landing(BRGANDI_DOI)
        assert page is not None
        text = ris(record_of(page))
        assert text.startswith("TY  - DATA\r\nAU  - Akbar, Muhammad Usman\r\nAU  - Eklund, Anders\r\n")
        assert text.endswith(
            "\r\nDO  - 10.23698/aida/synthetic/brgandi\r\nUR  - https://doi.org/"
            "10.23698/aida/synthetic/brgandi\r\nER  - \r\n"
        )
        (found,) = ris_records(text)
        assert found["PY"] == ["2023"]
        assert found["DA"] == ["2023/10/18/"]
        assert found["ET"] == ["1.0.0"]
        assert len(found["KW"]) == 9

    def test_what_is_not_known_has_no_line(self) -> None:
        assert set(ris_records(ris(record(Landing(Dataset(doi="10.23698/aida/quiet", name="Q")))))[0]) == {
            "TY", "TI", "PB", "LA", "DO", "UR", "ER",
        }  # fmt: skip


class TestApa:
    """The sentence for people, as the seventh edition of the manual has it."""

    def test_brgandi(self, brgandi: Dataset) -> None:
        page = read_landing(BRGANDI_DOI)
        assert page is not None
        assert apa.citation(record_of(page)).text == (
            "Akbar, M. U., & Eklund, A. (2023). Synthetic brain tumor images from GANs and diffusion models "
            "(Version 1.0.0) [Data set]. AIDA. https://doi.org/10.23698/aida/synthetic/brgandi"
        )

    @pytest.mark.parametrize(
        ("number", "text"),
        [
            (0, ""),
            (1, "A1, B."),
            (2, "A1, B., & A2, B."),
            (3, "A1, B., A2, B., & A3, B."),
            (20, ", ".join(f"A{n}, B." for n in range(1, 20)) + ", & A20, B."),
            (21, ", ".join(f"A{n}, B." for n in range(1, 20)) + ", . . . A21, B."),
        ],
    )
    def test_many_authors(self, number: int, text: str) -> None:
        page = landing()
        page.authors = [Party(f"Bo A{n}", PERSON, "") for n in range(1, number + 1)]
        assert apa.names(record(page).creators) == text

    def test_without_authors_the_title_comes_first(self) -> None:
        page = landing(version="2")
        page.authors = []
        assert apa.citation(record(page)).text == (
            "X (Version 2) [Data set]. (2020). AIDA. https://doi.org/10.23698/aida/x"
        )

    def test_who_publishes_what_they_made_is_named_once(self) -> None:
        page = landing()
        page.authors = [Party("AIDA", ORGANIZATION, "")]
        assert apa.citation(record(page)).text == "AIDA. (2020). X [Data set]. https://doi.org/10.23698/aida/x"

    def test_without_a_year(self) -> None:
        assert "Ångström, Å. Ö. (n.d.). X [Data set]." in apa.citation(record(date_published=None)).text


class TestNames:
    """Given and family names, as well as names allow."""

    @pytest.mark.parametrize(
        ("name", "family", "given", "initials"),
        [
            ("Ada Berg", "Berg", "Ada", "Berg, A."),
            ("Muhammad Usman Akbar", "Akbar", "Muhammad Usman", "Akbar, M. U."),
            ("Anna-Karin Ek", "Ek", "Anna-Karin", "Ek, A.-K."),
            ("P.F. de Oliveira Lopes", "Lopes", "P.F. de Oliveira", "Lopes, P. D. O."),
            ("Jeroen van der Laak", "van der Laak", "Jeroen", "van der Laak, J."),
            ("af Klint", "Klint", "af", "Klint, A."),
            ("Berg, Ada", "Berg", "Ada", "Berg, A."),
            ("Ada Berg, PhD", "Berg", "Ada", "Berg, A."),
            ("Dr. Ada Berg", "Berg", "Ada", "Berg, A."),
            ("Sammy Davis Jr.", "Davis", "Sammy", "Davis, S., Jr."),
            ("Berg", "Berg", "", "Berg"),
            ("A, B, C, D", "A, B, C, D", "", "A, B, C, D"),
            ("李 明", "明", "李", "明, 李"),
            ("", "", "", ""),
            (",", ",", "", ","),
        ],
    )
    def test_taken_apart(self, name: str, family: str, given: str, initials: str) -> None:
        found = take_apart(name)
        assert (found.family, found.given, found.with_initials) == (family, given, initials)


class TestYears:
    """When it was published, as well as the page knows."""

    @pytest.mark.parametrize(
        ("matter", "fields", "year", "published"),
        [
            ({}, {}, "2020", "2020-05-01"),
            ({"datePublished": "2019-04-00"}, {"date_published": None}, "2019", "2019-04"),
            ({"datePublished": "2019-13-01"}, {"date_published": None}, "2019", "2019"),
            ({"datePublished": "2019"}, {"date_published": None}, "2019", "2019"),
            ({"datePublished": "soon"}, {"date_published": None}, "", ""),
            ({"copyrightYear": 2018}, {"date_published": None}, "2018", ""),
            ({"copyrightYear": "MMXX"}, {"date_published": None, "date_created": date(2017, 1, 1)}, "2017", ""),
        ],
    )
    def test_of_what_is_written(
        self, matter: dict[str, Any], fields: dict[str, Any], year: str, published: str
    ) -> None:
        found = record(front_matter={"datacite": matter}, **fields)
        assert (found.year, found.published) == (year, published)


class TestSchema:
    """schema.org for search engines."""

    def test_what_is_not_known_is_left_out(self) -> None:
        data = dataset_as_schema(landing(short_name=""))
        assert "version" not in data
        assert "alternateName" not in data
        assert "distribution" not in data
        assert data["isAccessibleForFree"] is False

    def test_people_have_identifiers_and_no_e_mail(self, brgandi: Dataset) -> None:
        page = read_landing(BRGANDI_DOI)
        assert page is not None
        text = json.dumps(dataset_as_schema(page))
        assert "https://orcid.org/0000-0002-3248-5132" in text
        assert "@liu.se" not in text
        assert "email" not in text

    def test_an_address_of_a_provider_is_masked_in_texts_and_a_name_that_is_one_is_left_out(self) -> None:
        matter = {"datacite": {"provider": [{"email": "Ada.Berg@uu.example"}]}}
        page = landing(description_html="<p>Ask ada.berg@uu.example or desk@hub.example.</p>", front_matter=matter)
        page.providers = [Party("ada.berg@uu.example", PERSON, "")]
        data = dataset_as_schema(page)
        assert data["description"].startswith("Ask (e-mail address) or desk@hub.example.")
        assert "provider" not in data

    def test_an_address_that_is_none_is_left_out(self) -> None:
        page = landing()
        page.works = [Work("A work", "javascript:alert(1)")]
        assert dataset_as_schema(page)["citation"] == [{"@type": "CreativeWork", "name": "A work"}]

    def test_licences_are_found_by_their_anchor(self) -> None:
        page = landing()
        license_ = License(name="Controlled access", abstract_html="<p>Free &amp; legal</p>")
        page.licenses = [LicenseSection(license_, "", "controlled-access", "")]
        data = dataset_as_schema(page)
        (found,) = data["license"]
        assert found["@id"].endswith("/10.23698/aida/x#controlled-access")
        assert found["abstract"] == "Free & legal"
        assert data["conditionsOfAccess"] == "Controlled access: Free & legal"

    @pytest.mark.parametrize("text", ["", "Short.", "word " * 2000, "x" * 6000])
    def test_descriptions_have_the_length_that_google_takes(self, text: str) -> None:
        assert 50 <= len(dataset_as_schema(landing(description_html=text))["description"]) <= 5000

    def test_it_says_when_it_is_retired(self) -> None:
        data = dataset_as_schema(landing(retired_at=datetime(2026, 1, 2, tzinfo=UTC)))
        assert data["creativeWorkStatus"] == "Retired"
        assert "no new requests" in data["conditionsOfAccess"]

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
