"""Pages that are wrong: which are refused, why, and that nothing they hold stops the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from datasets.models import Dataset, RefusedPage
from datasets.register.importer import Importer, Result
from tests.register.pages import FRONT, a_page, line_of
from tests.test_import import import_, write

pytestmark = pytest.mark.django_db

ID = '"@id": "https://doi.org/10.23698/aida/testset"'


def swapped(*swaps: tuple[str, str]) -> bytes:
    """The right page with words swapped."""
    return a_page(*swaps)


REFUSED: list[tuple[str, bytes, str, int | None]] = [
    ("empty", b"", "no-front-matter", 1),
    ("blank", b"\n\n", "no-front-matter", 1),
    ("g---", b"g" + a_page(), "no-front-matter", 1),
    ("a blank line before", b"\n" + a_page(), "no-front-matter", 1),
    ("no end", f"---\n{FRONT}".encode(), "no-front-matter", 1),
    ("only the opening", b"---", "no-front-matter", 1),
    ("HTML", b"<html></html>", "no-front-matter", 1),
    ("zip", b"PK\x03\x04\x00\x00\xff\xfe", "not-utf-8", 1),
    ("UTF-16", a_page().decode().encode("utf-16"), "not-utf-8", 1),
    ("Latin-1", a_page().decode().encode("latin-1"), "not-utf-8", line_of("Öhman")),
    ("NUL in the front matter", swapped(("A set", "A \0set")), "yaml-error", line_of("A set")),
    ("a tab", swapped(('  name: "A set', '\tname: "A set')), "yaml-error", line_of("A set")),
    ("an open quote", swapped(('tests"', "tests")), "yaml-error", line_of("A set") + 1),
    ("a list", b"---\n- a\n---\n", "yaml-error", 2),
    ("a tag that makes objects", swapped(("hidden: no", "hidden: !!python/object/apply:os.system [ls]")), "", None),
    ("a key twice", swapped(("hidden: no", "hidden: no\nhidden: yes")), "duplicate-key", 3),
    ("a key twice, deep", swapped(('  - name: "Petra', '  - name: "x"\n    name: "Petra')), "duplicate-key", 15),
    ("no DOI", swapped((ID, '"@id":')), "no-doi", line_of('"@id"')),
    ("no @id", swapped((f"  {ID}\n", "")), "no-doi", 3),
    ("a name for a DOI", swapped((ID, '"@id": "testset"')), "no-doi", line_of('"@id"')),
    ("a DOI with a space", swapped((ID, '"@id": "10.23698/aida/test set"')), "no-doi", line_of('"@id"')),
    ("a DOI list", swapped((ID, '"@id": [10.23698/aida/testset]')), "no-doi", line_of('"@id"')),
    ("a foreign DOI", swapped((ID, '"@id": "https://doi.org/10.5281/zenodo.1"')), "foreign-doi", line_of('"@id"')),
    ("a prefix that only begins alike", swapped((ID, '"@id": "10.236980/aida/x"')), "foreign-doi", line_of('"@id"')),
    ("no Liquid", swapped(("Copyright\n", "{% if %}\n")), "licence-not-rendered", line_of("Copyright\n")),
]  # fmt: skip


@pytest.mark.parametrize(("data", "code", "line"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused_with_its_line_and_without_harm(tmp_path: Path, data: bytes, code: str, line: int | None) -> None:
    good = write(tmp_path, "good.md", a_page(("aida/testset", "aida/good")))
    bad = write(tmp_path, "bad.md", data)
    results = {result.path: result for result in import_(tmp_path)}
    assert results[str(good)].result is Result.CREATED
    if not code:  # a tag is plain text here, and makes nothing
        assert results[str(bad)].result is Result.CREATED
        return
    assert results[str(bad)].result is Result.REFUSED
    (finding,) = results[str(bad)].findings
    assert (finding.code, finding.line) == (code, line)
    assert RefusedPage.objects.get().path == "bad.md"


@pytest.mark.parametrize(
    "address",
    [
        "https://doi.org/10.23698/AIDA/TestSet",
        "http://dx.doi.org/10.23698/aida/testset",
        "https://dx.doi.org/10.23698/aida/testset/",
        "doi:10.23698/aida/testset",
        "10.23698/aida/testset",
        " https://doi.org/10.23698/aida/testset ",
    ],
)
def test_a_doi_is_the_same_however_it_is_written(tmp_path: Path, address: str) -> None:
    (result,) = import_(write(tmp_path, "a.md", swapped((ID, f'"@id": "{address}"'))))
    assert (result.result, result.doi) == (Result.CREATED, "10.23698/aida/testset")


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + a_page(),  # a byte order mark, which the website reads, too
        a_page().replace(b"\n", b"\r\n"),
        a_page().replace(b"\n", b"\r\n", 40),
        a_page().replace(b"---\n## K", b"... \n## K"),
        swapped(("hidden: no", "x: &y {a: 1}\nz: {<<: *y, b: 2}\nhidden: no")),
        swapped(("hidden: no", "hidden:\nlayout: dataset")),
    ],
)  # fmt: skip
def test_not_refused(tmp_path: Path, data: bytes) -> None:
    assert [result.result for result in import_(write(tmp_path, "a.md", data))] == [Result.CREATED]


class TestOneDoiTwice:
    """Neither page is imported, whatever was known of them before."""

    def test_when_one_is_unchanged(self, tmp_path: Path) -> None:
        old = write(tmp_path, "old.md", a_page())
        import_(old)
        before = Dataset.objects.values().get()
        write(tmp_path, "new.md", a_page(("A set", "Another set")))
        results = import_(tmp_path)
        assert [[finding.code for finding in result.findings] for result in results] == [["doi-twice"]] * 2
        assert Dataset.objects.values().get() == before

    def test_a_page_that_is_broken_is_no_second_one(self, tmp_path: Path) -> None:
        write(tmp_path, "right.md", a_page())
        write(tmp_path, "wrong.md", swapped(("hidden: no", "hidden: no\nhidden: no")))
        results = {Path(result.path).name: result for result in import_(tmp_path)}
        assert results["right.md"].result is Result.CREATED
        assert [finding.code for finding in results["wrong.md"].findings] == ["duplicate-key"]

    def test_three_name_each_other(self, tmp_path: Path) -> None:
        for name in ("a.md", "b.md", "c.md"):
            write(tmp_path, name, a_page(("A set", name)))
        finding = import_(tmp_path)[0].findings[0]
        assert "b.md" in finding.message
        assert "c.md" in finding.message


class TestOddFiles:
    """What a folder may hold beside pages."""

    def test_a_folder_named_like_a_page(self, tmp_path: Path) -> None:
        write(tmp_path, "x.md/inner.md", a_page())
        assert [result.result for result in import_(tmp_path)] == [Result.CREATED]

    def test_links(self, tmp_path: Path) -> None:
        page = write(tmp_path, "page.md", a_page())
        (tmp_path / "same.md").symlink_to(page)
        (tmp_path / "nowhere.md").symlink_to(tmp_path / "gone")
        (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
        (tmp_path / "again").symlink_to(tmp_path)
        results = {Path(result.path).name: result.result for result in import_(tmp_path)}
        assert results == {"page.md": Result.CREATED, "nowhere.md": Result.REFUSED, "loop.md": Result.REFUSED}

    def test_a_pipe_does_not_wait_for_ever(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.md")
        (result,) = import_(tmp_path)
        assert [finding.code for finding in result.findings] == ["unreadable-file"]

    def test_a_name_that_is_no_text(self, tmp_path: Path) -> None:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.md")).write_bytes(a_page())
        (result,) = import_(tmp_path)
        assert result.result is Result.CREATED
        assert result.path.endswith("\ufffd.md")


def test_a_fault_of_the_program_stops_one_page_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.md", a_page())
    write(tmp_path, "b.md", a_page(("aida/testset", "aida/other")))
    original = Importer._write

    def failing(self: Importer, page: object, place: str, digest: str) -> object:
        if place == "a.md":
            raise RuntimeError("boom")
        return original(self, page, place, digest)  # type: ignore[arg-type]

    monkeypatch.setattr(Importer, "_write", failing)
    results = import_(tmp_path)
    assert [result.result for result in results] == [Result.REFUSED, Result.CREATED]
    assert "boom" in results[0].findings[0].message


class TestPrune:
    """What keeps a dataset when its page is not read."""

    def test_a_doi_that_changed_in_place_retires_the_old_dataset(self, tmp_path: Path) -> None:
        page = write(tmp_path, "10.23698/aida/testset.md", a_page())
        import_(tmp_path)
        page.write_bytes(a_page(("aida/testset", "aida/renamed")))
        importer = Importer()
        importer.run([tmp_path])
        assert importer.prune() == ["10.23698/aida/testset"]

    def test_a_refused_page_keeps_its_dataset_also_without_a_doi(self, tmp_path: Path) -> None:
        page = write(tmp_path, "10.23698/aida/testset.md", a_page())
        import_(tmp_path)
        page.write_bytes(b"g" + a_page())
        importer = Importer()
        importer.run([tmp_path])
        assert importer.prune() == []

    def test_a_folder_that_cannot_be_listed_keeps_what_was_in_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write(tmp_path, "10.23698/aida/deep/testset.md", a_page())
        write(tmp_path, "10.23698/aida/other.md", a_page(("aida/testset", "aida/other")))
        import_(tmp_path)
        listed = os.scandir

        def scandir(folder: str) -> object:
            if folder.endswith("/deep"):
                raise PermissionError(13, "Permission denied")
            return listed(folder)

        monkeypatch.setattr(os, "scandir", scandir)
        importer = Importer()
        importer.run([tmp_path])
        assert importer.prune() == []
        assert [result.result for result in importer.results] == [Result.UNCHANGED, Result.REFUSED]
