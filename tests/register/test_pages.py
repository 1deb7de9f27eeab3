"""Whole pages: licences with their sections, ways to ask, and what is worth a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from datasets.register.catalogue import CATALOGUE
from datasets.register.findings import Finding, Refusal, as_markdown
from datasets.register.reader import ReadPage, Register, read
from tests.register.pages import BODY, REGISTER, a_page, found, line_of, read_page

HERE = Path(__file__).parent
BRGANDI = HERE.parent.parent / "fixtures" / "brgandi.md"
EDUCATION = "access-request-email-research-or-education.md"
CONTROLLED = "{% include access-request-blurb.md %}"


def brgandi() -> ReadPage:
    """The page that the project began with."""
    return read(BRGANDI.read_bytes(), str(BRGANDI), Register("10.23698", "https://datahub.aida.scilifelab.se"))


@pytest.mark.parametrize("number", [0, 1])
def test_brgandis_licences_are_word_for_word_what_the_website_shows(number: int) -> None:
    license = brgandi().licenses[number]
    assert license.section is not None
    expected = (HERE / f"brgandi-{license.anchor}.txt").read_text()
    assert license.section.whole_text == " ".join(expected.split())


def test_both_fragments_lead_to_brgandis_aida_by_licence() -> None:
    controlled, aida_by = brgandi().licenses
    assert (aida_by.anchor, aida_by.page_anchor) == ("aida-by-license", "aida-license")
    assert (controlled.anchor, controlled.page_anchor) == ("controlled-access", "")
    assert (controlled.form, aida_by.form) == ("research", "aida-member")


def test_a_right_page_has_no_findings() -> None:
    page = read_page()
    assert page.findings == ()
    assert page.doi == "10.23698/aida/testset"
    assert [license.name for license in page.licenses] == ["Controlled access", "AIDA BY license"]
    assert page.licenses[1].section is not None
    assert page.licenses[1].section.whole_text == (
        "Copyright 2023 Uppsala University Cite Per Lind and Petra Öhman (2023), “as is”."
    )
    assert "Kernels" in page.body.html
    assert "Copyright" not in page.body.html
    assert page.description_html == "<p>One <em>set</em> of images.</p>"


def test_windows_line_ends_change_nothing() -> None:
    page = read(a_page().replace(b"\n", b"\r\n"), "testset.md", REGISTER)
    assert [license.section for license in page.licenses] == [license.section for license in read_page().licenses]


@pytest.mark.parametrize(
    ("include", "form", "coauthorship"),
    [
        ("{% include access-request-blurb.md %}", "research", False),
        ('{% include access-request-blurb.md coauthorship="yes" %}', "research", True),
        ("{% include access-request-blurb.md coauthorship=true %}", "research", True),
        ("{% include access-request-blurb.md coauthorship=false %}", "research", False),
        ('{% include access-request-blurb.md coauthorship="no" %}', "research", False),
        ("{% include access-request-blurb.md coauthorship=page.nothing %}", "research", False),
        (f'{{% include access-request-blurb.md\n  email_template="{EDUCATION}" %}}', "research-or-education", False),
        ('{% include access-request-blurb.md email_template= "access-request-email-research.md" %}', "research", False),
        ("{% include data-access-requirements.md %}\n{% include rems-link.md %}", "research", False),
        ("{% include rems-link.md %}", "research-or-education", False),
        ("Ask the provider.", "research", False),
    ],
)  # fmt: skip
def test_the_includes_choose_the_form(include: str, form: str, coauthorship: bool) -> None:
    license = read_page((CONTROLLED, include)).licenses[0]
    assert (license.form, license.coauthorship) == (form, coauthorship)


def test_an_include_leaves_no_trace_in_the_text() -> None:
    section = read_page().licenses[0].section
    assert section is not None
    assert section.whole_html == "<p>Free for use in legal and ethical medical diagnostics research.</p>"
    assert [include.name for include in section.all_includes] == ["access-request-blurb.md"]


def test_sections_below_a_licence_belong_to_it() -> None:
    body = (
        BODY.replace("### AIDA BY license\n", "### AIDA BY license\n#### For masks\n") + "\n## Contact\nWrite to us.\n"
    )
    page = read_page(body=body)
    section = page.licenses[1].section
    assert section is not None
    assert section.whole_text.startswith("For masks Copyright 2023")
    assert 'id="for-masks"' in section.whole_html
    assert "Write to us." in page.body.html


@pytest.mark.parametrize("heading", ["# License", "## Licence", "## Licenses", "License\n-------"])
def test_the_heading_above_the_licences_may_be_written_otherwise(heading: str) -> None:
    body = BODY.replace("## License", heading)
    assert [license.section is not None for license in read_page(body=body).licenses] == [True, True]


def test_licences_are_found_without_a_heading_above_them() -> None:
    body = BODY.replace("## License\n", "").replace("### ", "## ")
    page = read_page(body=body)
    assert [license.anchor for license in page.licenses] == ["controlled-access", "aida-by-license"]
    assert "Kernels" in page.body.html
    assert "Copyright" not in page.body.html


def test_names_that_differ_are_brought_together() -> None:
    page = read_page(('name: "AIDA BY license"', 'name: "AIDA license"'))
    assert [(license.name, license.anchor) for license in page.licenses][1] == ("AIDA license", "aida-by-license")
    assert found(page) == {"licence-name-differs"}


def test_a_section_that_the_front_matter_does_not_name_is_a_licence_too() -> None:
    page = read_page(body=BODY + "\n### AIDA CA license\nOnly together.\n")
    assert [license.name for license in page.licenses] == ["Controlled access", "AIDA BY license", "AIDA CA license"]
    assert found(page) == {"section-without-licence"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('testset#aida-by-license"', 'testset#aida-license"', "licence-id-anchor"),
        ('aida/testset#aida-by-license"', 'aida/other#aida-by-license"', "licence-id-elsewhere"),
        ("### AIDA BY license", "### Something else", "licence-without-section"),
        ('- name: "AIDA BY license"', '- name: "controlled access"', "licence-twice"),
        ("medical diagnostics research.\n  -", "diagnostics research and education.\n  -", "abstract-education"),
        ("with attribution.", "with attribution and co-authorship.", "abstract-coauthorship"),
        ("blurb.md %}", 'blurb.md coauthorship="yes" %}', "abstract-coauthorship"),
        ("blurb.md %}", 'blurb.md coauthorship="No" %}', "coauthorship-no"),
        ("Nothing to see.", "{% include footer.md %}", "unknown-include"),
        ("blurb.md %}", 'blurb.md autorship="x" %}', "unknown-parameter"),
        ("blurb.md %}", 'blurb.md email_template="x.md" %}', "unknown-template"),
        ("blurb.md %}", 'blurb.md agreement_template_url="our page" %}', "agreement-url"),
        ("Nothing to see.", "See {{ doi }}.", "undefined-variable"),
        ("Nothing to see.", "{{ page.url | shout }}", "unknown-filter"),
        ("Nothing to see.", "{% for %}", "body-not-rendered"),
        ('    email: "Per.Lind@uu.example"\n', "", "provider-without-email"),
        ("Per.Lind@uu.example", "per at uu", "provider-bad-email"),
        ("Per.Lind@uu.example", "AIDA-data@nbis.se", "provider-email-twice"),
        ('"Petra Öhman"\n', '"Petra Öhman"\n    "@id": "https://orcid.org/0000-0002-1825-0097"\n', "orcid-two-names"),
        ("0000-0002-1825-0097", "0000-0002-1825-0098", "orcid-wrong"),
        ('"Per Lind"', '"Per  Lind "', "untidy-text"),
        ('"Per Lind"', '"Per&nbsp;Lind"', "untidy-text"),
        ('- name: "Uppsala University"', '- name: Uppsala university\n  - name: "Uppsala University"', "holder-twice"),
        ("Uppsala University", "AIDA BY license", "holder-odd"),
        ("https://www.uu.se/", "Overview of the samples", "url-odd"),
        ("https://www.uu.se/", "javascript:alert(1)", "url-odd"),
        ('"A set for tests"', '""', "no-name"),
        ('"A set for tests"', "[a, b]", "wrong-shape"),
        ('datePublished: "2023-10-18"', 'datePublished: "2019-04-00"', "impossible-date"),
        ('dateModified: "2023-10-19"', 'dateModified: "2022-10-19"', "dates-contradict"),
        ("copyrightYear: 2023", "copyrightYear: 2021", "copyright-year"),
        ("numberOfScans: 100000", 'numberOfScans: "467 Subjects"', "number-with-words"),
        ('url: "https://register.example/10.23698/aida/testset"', 'url: "https://register.example/x"', "url-disagrees"),
        ('- "SE"', '- "UK"', "unknown-country"),
        ("12738006", "12738005", "sctid-wrong"),
        ('title: "Example image"', 'title: ""', "image-without-title"),
        ('url: "/assets/images/testset/image1.png"', 'url: ""', "image-without-file"),
        ("One *set* of", 'One <a href="lnco">set</a> of', "relative-link"),
        ("Nothing to see.", '<img src="a.png">', "relative-link"),
        ("Nothing to see.", "<a href=lnco>LNCO</a>", "relative-link"),
        ("Drawn by hand.", "Drawn <a href='hand'>by hand</a>.", "relative-link"),
        ('countries-shared:\n  - "SE"', 'countries-shared: "UK"', "unknown-country"),
        ("Uppsala University", "Overview of the samples", "holder-odd"),
        ("Uppsala University", "https://www.uu.se/", "holder-odd"),
        ('datePublished: "2023-10-18"', 'datePublished: "2023"', "impossible-date"),
    ],
)  # fmt: skip
def test_what_is_worth_a_warning(old: str, new: str, code: str) -> None:
    page = read_page((old, new))
    assert code in found(page)
    finding = next(finding for finding in page.findings if finding.code == code)
    assert "{" not in finding.message
    assert Finding.from_dict(finding.as_dict()) == finding


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Uppsala University", "Center for Medical Image Science and Visualization (CMIV), Linköping University"),
        ("Uppsala University", "Skånes Universitetssjukhus"),
        ('- "SE"', '- "SE"\n  - "GB"\n  -'),
        ("Nothing to see.", 'See <a href="/10.23698/aida/lnco">LNCO</a> and <a href="#license">below</a>.'),
        ("numberOfScans: 100000", 'numberOfScans: "100,000"'),
        ('datePublished: "2023-10-18"', "datePublished: 2023-10-18"),
        ('shortName: "TESTSET"', 'shortName: "Test – set"'),
    ],
)  # fmt: skip
def test_what_is_right_is_no_finding(old: str, new: str) -> None:
    assert found(read_page((old, new))) == set()


def test_thanks_after_the_licences_are_no_terms() -> None:
    body = BODY + "\n## Acknowledgements\nFunding was granted by VR; in terms of time, a lot.\n"
    assert found(read_page(body=body)) == set()


def test_a_warning_names_the_line() -> None:
    data = a_page(("12738006", "12738005"), ("Nothing to see.", "See {{ doi }}."), ('- "SE"', '-\n  - "UK"'))
    lines = {finding.code: finding.line for finding in read(data, "", REGISTER).findings}
    assert lines["sctid-wrong"] == line_of("12738005", data)
    assert lines["undefined-variable"] == line_of("{{ doi }}", data)
    assert lines["unknown-country"] == line_of('"UK"', data)


def test_a_file_in_another_place_than_its_doi_says() -> None:
    assert "path-disagrees" in found(read_page(path="register/10.23698/aida/other.md"))
    assert read_page(path="register/10.23698/aida/testset.md").findings == ()
    assert read_page(path="fixtures/other.md").findings == ()


def test_terms_after_the_licences() -> None:
    page = read_page(body=BODY + "\n## Attribution\nPublications must cite us.\n## Thanks\nTo all.\n")
    assert [finding.detail["heading"] for finding in page.findings] == ["Attribution"]


@pytest.mark.parametrize(
    ("swap", "code", "words"),
    [
        (('"https://doi.org/10.23698/aida/testset"', '""'), "no-doi", '"@id": ""'),
        (("https://doi.org/10.23698/aida/testset", "https://doi.org/10.5281/zenodo.1"), "foreign-doi", "zenodo"),
        (("Copyright\n", "{% for %}\n"), "licence-not-rendered", "{% for %}"),
        (('), "as is".\n', "{{ open"), "licence-not-rendered", "{{ open"),
        (("Copyright\n", "{% for i in (1..100000000) %}x{% endfor %}\n"), "licence-not-rendered", "1..100"),
        (("Copyright\n", "[" * 5000 + "\n"), "licence-not-rendered", "## Kernels"),
    ],
)
def test_the_reasons_to_refuse_a_page(swap: tuple[str, str], code: str, words: str) -> None:
    data = a_page(swap)
    with pytest.raises(Refusal) as caught:
        read(data, "", REGISTER)
    assert (caught.value.finding.code, caught.value.finding.line) == (code, line_of(words, data))


@pytest.mark.parametrize("front", ["datacite: [1]", "datacite: x", "other: {}", "datacite:\n  '@id': [a]"])
def test_a_page_of_another_shape_is_refused_for_its_doi(front: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(f"---\n{front}\n---\n".encode(), "", REGISTER)
    assert caught.value.finding.code == "no-doi"


@pytest.mark.parametrize("nothing", ["", "null", "[]", "[null]", "{}", "5", "[[1]]", "[{}]", "yes", '""', "x"])
@pytest.mark.parametrize(
    "key", ["author", "copyrightHolder", "provider", "keywords", "license", "citation", "description", "dateCreated"]
)
def test_any_part_may_be_missing_or_odd(key: str, nothing: str) -> None:
    front = f'datacite:\n  "@id": "https://doi.org/10.23698/aida/testset"\n  {key}: {nothing}\n'
    assert read(f"---\n{front}---\n{BODY}".encode(), "", REGISTER).doi == "10.23698/aida/testset"


@pytest.mark.parametrize(
    "key", ["countries-shared", "organ", "bytes", "modality", "exampleImage", "image", "annotation"]
)
@pytest.mark.parametrize("nothing", ["null", "[]", "[null, {}]", "{}", "5", "[[1]]", '"x"', "2023-01-01"])
def test_any_other_part_may_be_missing_or_odd(key: str, nothing: str) -> None:
    front = f'datacite:\n  "@id": "https://doi.org/10.23698/aida/testset"\nother:\n  {key}: {nothing}\n'
    assert read(f"---\n{front}---\n".encode(), "", REGISTER).doi == "10.23698/aida/testset"


def test_every_finding_is_documented() -> None:
    document = (HERE.parent.parent / "docs" / "findings.md").read_text()
    assert as_markdown().strip() in document
    assert all(entry.example.strip() for entry in CATALOGUE.values())
