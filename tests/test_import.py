"""Pages into rows: created, updated, unchanged, refused; what survives, what waits, and what it costs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries

from datasets.models import (
    Citation,
    Contributor,
    Dataset,
    DatasetProvider,
    License,
    LicenseText,
    Provider,
    SampleImage,
)
from datasets.register.importer import Importer, PageResult, Result
from tests.register.pages import BODY, a_page

FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "brgandi.md"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "register"
ALIASES = [b"a%d: &a%d [*a%d, *a%d]" % (n, n, n - 1, n - 1) for n in range(1, 40)]
ALIAS_BOMB = b"\n".join([b"---", b"a0: &a0 [x, x]", *ALIASES, b"---", b""])
TABLES = (Dataset, License, LicenseText, Provider, DatasetProvider, Contributor, Citation, SampleImage)

pytestmark = pytest.mark.django_db


def import_(*paths: Path, dry_run: bool = False) -> list[PageResult]:
    """Import files or folders."""
    return Importer(dry_run=dry_run).run(paths)


def write(folder: Path, name: str, data: bytes) -> Path:
    """Write a page."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def change(path: Path, *swaps: tuple[str, str]) -> PageResult:
    """Swap words in a page that was imported, and import it again."""
    path.write_bytes(a_page(*swaps))
    (result,) = import_(path)
    assert result.result is Result.UPDATED
    return result


def contents() -> dict[str, list[object]]:
    """Every row of every table, for comparing before and after."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in TABLES}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """The right page, imported."""
    path = write(tmp_path, "testset.md", a_page())
    assert [result.result for result in import_(path)] == [Result.CREATED]
    return path


def test_brgandi_as_rows() -> None:
    (result,) = import_(FIXTURE)
    assert (result.result, result.doi) == (Result.CREATED, "10.23698/aida/synthetic/brgandi")
    dataset = Dataset.objects.get()
    assert (dataset.short_name, dataset.field, dataset.origin, dataset.status, dataset.version) == (
        "BRGANDI", "Radiology", "Synthetic", "Completed", "1.0.0",
    )  # fmt: skip
    assert (dataset.synthetic, dataset.hidden, dataset.scapis) == (True, False, False)
    assert (dataset.bytes, dataset.number_of_scans, dataset.number_of_annotations) == (71924000000, 100000, 1000000)
    assert dataset.date_published == date(2023, 10, 18)
    assert dataset.keywords[:3] == ["Radiology", "Annotated", "Brain"]
    assert dataset.organ == [{"name": "Brain", "sctid": "12738006"}]
    assert dataset.modality == ["MR"]
    assert dataset.image == "/assets/images/10.23698/aida/brgandi/image1-thumbnail.png"
    assert dataset.front_matter["datacite"]["publisher"] == {"@type": "Organization", "name": "AIDA"}
    assert dataset.front_matter["other"]["resolution"] == "1 x 1 x 1 mm"
    assert dataset.contributors.filter(role="author").count() == 2
    assert dataset.contributors.filter(role="copyright-holder").count() == 4
    assert dataset.citations.count() == 6
    assert dataset.sample_images.get().title == "Example image"


def test_brgandis_licences_and_providers() -> None:
    import_(FIXTURE)
    controlled, aida_by = License.objects.order_by("order")
    assert (controlled.name, controlled.form_hint, controlled.requestable) == ("Controlled access", "research", True)
    assert (aida_by.name, aida_by.form_hint, aida_by.anchor, aida_by.page_anchor) == (
        "AIDA BY license", "aida-member", "aida-by-license", "aida-license",
    )  # fmt: skip
    assert controlled.text_in_force is not None
    assert controlled.text_in_force.text.startswith(
        "Free for use in legal and ethical medical diagnostics research and"
    )
    rows = DatasetProvider.objects.order_by("order")
    assert [(row.name, row.part, row.confirmed) for row in rows] == [
        ("Muhammad Usman Akbar", "decider", True),
        ("Anders Eklund", "decider", True),
        ("AIDA Data Hub", "handler", True),
    ]
    assert [row.provider.email for row in rows] == [
        "muhammad.usman@liu.se",
        "anders.eklund@liu.se",
        "aida-data@nbis.se",
    ]


def test_a_second_import_changes_nothing(page: Path) -> None:
    before = contents()
    assert [result.result for result in import_(page)] == [Result.UNCHANGED]
    assert contents() == before


def test_the_same_page_read_again_makes_no_new_rows(page: Path) -> None:
    before = {model: model.objects.count() for model in TABLES}
    Dataset.objects.update(source_hash="")
    assert [result.result for result in import_(page)] == [Result.UPDATED]
    assert {model: model.objects.count() for model in TABLES} == before


def test_an_unchanged_page_keeps_its_findings(tmp_path: Path) -> None:
    path = write(tmp_path, "x.md", a_page(('- "SE"', '- "UK"')))
    (first,), (second,) = import_(path), import_(path)
    assert second.result is Result.UNCHANGED
    assert second.findings == first.findings
    assert [finding.code for finding in second.warnings] == ["unknown-country"]


def test_a_change_is_taken_over(page: Path) -> None:
    change(page, ("A set for tests", "Another name"), ("numberOfScans: 100000", "numberOfScans: some"))
    dataset = Dataset.objects.get()
    assert (dataset.name, dataset.number_of_scans) == ("Another name", None)
    assert dataset.front_matter["other"]["numberOfScans"] == "some"
    assert [finding["code"] for finding in dataset.findings] == ["number-with-words"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"# no front matter", "no-front-matter"),
        (b"g---\n" + a_page()[4:], "no-front-matter"),
        (a_page().replace(b'name: "A set', b'name: A: "set'), "yaml-error"),
        (a_page().replace(b'  version: "1.0.0"', b'  version: "1.0.0"\n  version: "1.0.1"'), "duplicate-key"),
        (a_page().replace(b"Copyright", b"{% for x in (1..100000000) %}x{% endfor %}"), "licence-not-rendered"),
        (a_page().replace(b"Per Lind", b"P\xe9r Lind"), "not-utf-8"),
        (a_page() + b"x" * 5_000_000, "too-big"),
        (ALIAS_BOMB, "too-complex"),
    ],
    ids=["none", "g---", "broken", "duplicate", "loop", "latin-1", "5 MB", "alias bomb"],
)
def test_a_refused_page_changes_nothing_and_stops_no_other(page: Path, data: bytes, code: str) -> None:
    before = contents()
    other = write(page.parent, "zzz.md", a_page(("aida/testset", "aida/zzz")))
    page.write_bytes(data)
    refused, created = import_(page, other)
    assert (refused.result, created.result) == (Result.REFUSED, Result.CREATED)
    assert refused.findings[0].severity == "error"
    assert refused.findings[0].code == code
    Dataset.objects.get(doi="10.23698/aida/zzz")
    assert contents()["Dataset"][:1] == before["Dataset"]
    assert [row for row in contents()["License"] if row["dataset_id"] == 1] == [  # type: ignore[index]
        row
        for row in before["License"]
        if row["dataset_id"] == 1  # type: ignore[index]
    ]


def test_two_pages_with_one_doi_are_both_refused(page: Path, tmp_path: Path) -> None:
    page.write_bytes(a_page(("A set for tests", "Changed")))
    copy = write(tmp_path, "copy.md", a_page(("A set for tests", "Copied")))
    results = import_(page, copy)
    assert [result.result for result in results] == [Result.REFUSED, Result.REFUSED]
    assert str(copy) in results[0].findings[0].message
    assert Dataset.objects.get().name == "A set for tests"


@pytest.mark.parametrize(
    "bad", ["<script>alert(1)</script>", "<a href='javascript:alert(1)'>x</a>", "javascript:alert(1)"]
)
def test_nothing_that_acts_is_stored_as_html_or_address(tmp_path: Path, bad: str) -> None:
    words = [
        "A set for tests", "Per Lind", "Uppsala University", "https://www.uu.se/", "Free for use within AIDA",
        "/assets/images/testset/image1.png", "/assets/images/testset/image1-thumbnail.png", "Example image", "TESTSET",
        "https://doi.org/10.1109/tmi.2014.2377694", "Brain", "One *set*", "Drawn by hand.", "Nothing to see.",
        "1.0.0", "https://datahub.aida.scilifelab.se",
    ]  # fmt: skip
    (result,) = import_(write(tmp_path, "x.md", a_page(*[(word, bad) for word in words])))
    assert result.result is Result.CREATED
    dataset = Dataset.objects.get()
    html = [dataset.description_html, dataset.annotation_html, dataset.body_html]
    html += [value for row in License.objects.all() for value in (row.abstract_html,)]
    html += [text.html for text in LicenseText.objects.all()]
    assert not any("<script" in value or 'href="javascript' in value for value in html)
    addresses = [row.url for row in Contributor.objects.all()] + [row.identifier for row in Citation.objects.all()]
    addresses += [row.identifier for row in Provider.objects.all()] + [dataset.image]
    addresses += [value for row in SampleImage.objects.all() for value in (row.url, row.thumbnail_url)]
    assert not any(value.startswith("javascript:") for value in addresses)


def test_names_longer_than_their_columns_are_cut(tmp_path: Path) -> None:
    path = write(
        tmp_path, "x.md", a_page(("A set for tests", "n" * 5000), ("TESTSET", "s" * 500), ("Per Lind", "p" * 900))
    )
    (result,) = import_(path)
    assert result.result is Result.CREATED
    dataset = Dataset.objects.get()
    assert (len(dataset.name), len(dataset.short_name)) == (1000, 200)


class TestLicenses:
    """Texts are kept for ever, and a new one waits."""

    def test_a_changed_text_waits(self, page: Path) -> None:
        result = change(
            page, ("Free for use in legal and ethical medical diagnostics research.\n\n", "Free for all.\n\n")
        )
        texts = LicenseText.objects.filter(license__name="Controlled access")
        assert [(text.number, text.change) for text in texts] == [(1, "first"), (2, "waiting")]
        license = License.objects.get(name="Controlled access")
        assert license.text_in_force is not None
        assert license.text_in_force.number == 1
        assert "licence-text-changed" in [finding.code for finding in result.warnings]

    def test_mark_up_alone_makes_no_new_text(self, page: Path) -> None:
        change(page, ("Copyright\n", "**Copyright**\n"))
        assert LicenseText.objects.count() == 2

    def test_another_address_of_a_link_makes_a_new_text(self, tmp_path: Path) -> None:
        body = BODY.replace("Copyright\n", "[Copyright](https://a.example/)\n")
        path = write(tmp_path, "x.md", a_page(body=body))
        import_(path)
        path.write_bytes(a_page(body=body.replace("a.example", "b.example")))
        import_(path)
        assert LicenseText.objects.filter(license__name="AIDA BY license").count() == 2

    def test_a_text_that_comes_back_is_said_and_not_stored_twice(self, page: Path) -> None:
        change(page, ("Copyright\n", "Copyright of\n"))
        result = change(page)
        assert [finding.code for finding in result.findings] == ["licence-text-back"]
        assert LicenseText.objects.filter(license__name="AIDA BY license").count() == 2

    def test_a_licence_that_is_gone_is_retired_and_comes_back(self, page: Path) -> None:
        page.write_bytes(
            a_page(body="## License\n### Controlled access\nAsk.\n").replace(b'- name: "AIDA BY', b'- nome: "AIDA BY')
        )
        import_(page)
        assert License.objects.get(name="AIDA BY license").retired_at is not None
        change(page)
        assert License.objects.get(name="AIDA BY license").retired_at is None

    def test_without_providers_nobody_can_be_asked(self, tmp_path: Path) -> None:
        import_(write(tmp_path, "x.md", a_page(("  provider:\n", "  nobody:\n"))))
        assert not License.objects.filter(requestable=True).exists()


class TestFiles:
    """Which files are pages."""

    def test_a_folder(self, tmp_path: Path) -> None:
        write(tmp_path, "README.md", b"# About the register")
        write(tmp_path, ".git/x.md", b"x")
        write(tmp_path, "_includes/access-request-blurb.md", b"x")
        write(tmp_path, "10.23698/aida/testset.md", a_page())
        write(tmp_path, "10.23698/aida/notes.txt", b"x")
        write(tmp_path, "10.23698/aida/broken.md", b"x")
        results = import_(tmp_path)
        assert [(Path(result.path).name, str(result.result)) for result in results] == [
            ("broken.md", "refused"), ("testset.md", "created"),
        ]  # fmt: skip

    def test_a_file_that_is_named_is_a_page_whatever_its_name(self, tmp_path: Path) -> None:
        (result,) = import_(write(tmp_path, "README.md", b"# About"))
        assert result.findings[0].code == "no-front-matter"

    def test_what_cannot_be_read_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
        results = import_(tmp_path / "nowhere.md", tmp_path / "loop.md")
        assert [result.findings[0].code for result in results] == ["unreadable-file", "unreadable-file"]

    def test_a_page_that_is_named_twice_is_read_once(self, page: Path) -> None:
        assert len(import_(page, page.parent, page)) == 1


class TestCost:
    """Queries, pinned."""

    def test_an_unchanged_folder_costs_two_queries(
        self, tmp_path: Path, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for number in range(12):
            write(tmp_path, f"{number}.md", a_page(("aida/testset", f"aida/set{number}"), ('- "SE"', '- "UK"')))
        import_(tmp_path)
        with django_assert_num_queries(2):
            results = import_(tmp_path)
        assert {result.result for result in results} == {Result.UNCHANGED}
        with django_assert_num_queries(1):
            assert sum(result.number_of_warnings for result in results) == 48
            assert "unknown-country" in {finding.code for finding in results[0].findings}

    def test_a_new_page_costs_few_queries(
        self, tmp_path: Path, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_max_num_queries(25):
            import_(FIXTURE)

    def test_however_many_providers_it_names(
        self, tmp_path: Path, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        more = "".join(f'\n  - "@type": Person\n    name: "P{n}"\n    email: "p{n}@a.example"' for n in range(9))
        page = a_page(("  provider:", f"  provider:{more}"))
        with django_assert_max_num_queries(25):
            (result,) = import_(write(tmp_path, "many.md", page))
        assert result.result is Result.CREATED
        assert DatasetProvider.objects.filter(dataset__doi=result.doi).count() > 9

    def test_a_dry_run_says_what_would_happen_and_writes_nothing(self, page: Path, tmp_path: Path) -> None:
        before = contents()
        page.write_bytes(a_page(("A set for tests", "Changed")))
        new = write(tmp_path, "new.md", a_page(("aida/testset", "aida/new")))
        assert [result.result for result in import_(page, new, dry_run=True)] == [Result.UPDATED, Result.CREATED]
        assert contents() == before


@pytest.mark.skipif(not SHARED.is_dir(), reason="The register's real pages are not in ../shared/register.")
def test_the_whole_register() -> None:
    results = import_(SHARED)
    assert {result.result for result in results} == {Result.CREATED}
    assert {result.result for result in import_(SHARED)} == {Result.UNCHANGED}
    assert Dataset.objects.count() == len(results) == 18
    assert not License.objects.filter(dataset__scapis=True, requestable=True).exists()
    assert LicenseText.objects.filter(number__gt=1).count() == 0
