"""`manage.py import_datasets`: what it prints and how it exits."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from datasets.models import Dataset
from tests.register.pages import a_page
from tests.test_import import write

pytestmark = pytest.mark.django_db


def run(*arguments: object, **options: Any) -> tuple[str, str, int]:
    """Standard output, standard error and exit status of the command."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command("import_datasets", *[str(argument) for argument in arguments], stdout=out, stderr=err, **options)
    except SystemExit as stop:
        status = int(stop.code or 0)
    return out.getvalue(), err.getvalue(), status


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """A right page."""
    return write(tmp_path, "10.23698/aida/testset.md", a_page())


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A page with a broken line."""
    return write(tmp_path, "10.23698/aida/bad.md", b"---\na: 1\nb: 'open\n---\n")


def test_a_right_page(good: Path) -> None:
    out, err, status = run(good)
    assert (err, status) == ("", 0)
    assert "testset.md: created (10.23698/aida/testset)" in out
    assert "1 page: 1 created, 0 updated, 0 unchanged, 0 refused" in out


def test_a_refused_page_is_named_with_its_line_and_what_to_do(good: Path, bad: Path) -> None:
    out, err, status = run(good.parent)
    assert status == 1
    assert f"{bad}: line 3: The front matter is not valid YAML" in err
    assert "missing quote" in err
    assert "2 pages: 1 created, 0 updated, 0 unchanged, 1 refused" in out


def test_a_warning_fails_only_when_asked_to(good: Path) -> None:
    good.write_bytes(a_page(('- "SE"', '- "UK"')))
    assert run(good)[2] == 0
    assert run(good, "--strict")[2] == 1, "also when the page is unchanged"


def test_json_and_nothing_else(good: Path, bad: Path) -> None:
    out, err, status = run(good.parent, "--json")
    assert (err, status) == ("", 1)
    said = json.loads(out)
    assert [(page["doi"], page["result"]) for page in said["pages"]] == [
        (None, "refused"), ("10.23698/aida/testset", "created"),
    ]  # fmt: skip
    assert said["pages"][0]["path"] == str(bad)
    (finding,) = said["pages"][0]["findings"]
    assert set(finding) == {"code", "severity", "line", "message"}
    assert (finding["code"], finding["severity"], finding["line"]) == ("yaml-error", "error", 3)
    assert said["summary"]["created"] == said["summary"]["refused"] == 1


@pytest.mark.parametrize("arguments", [["nowhere"], ["nowhere.md"]])
def test_json_of_a_path_that_is_not_there(tmp_path: Path, arguments: list[str]) -> None:
    out, err, status = run(tmp_path / arguments[0], "--json")
    assert (err, status) == ("", 1)
    assert json.loads(out)["pages"][0]["findings"][0]["code"] == "unreadable-file"


def test_json_also_says_why_nothing_was_done(tmp_path: Path) -> None:
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_datasets", str(tmp_path / "nowhere"), "--prune", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert (said["pages"], said["summary"]["pages"]) == ([], 0)
    assert "--prune needs folders" in said["error"]


def test_an_unchanged_folder_costs_at_most_five_queries(
    good: Path, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    good.write_bytes(a_page(('- "SE"', '- "UK"')))
    run(good.parent)
    with django_assert_max_num_queries(5):
        out = run(good.parent, "--json", "--prune")[0]
    assert json.loads(out)["pages"][0]["findings"][0]["code"] == "unknown-country"


def test_a_dry_run_writes_nothing(good: Path) -> None:
    out, _err, status = run(good, "--dry-run")
    assert status == 0
    assert "Nothing was written" in out
    assert not Dataset.objects.exists()


class TestPrune:
    """Datasets whose pages are gone are retired, never deleted."""

    def test_a_page_that_is_gone(self, good: Path, tmp_path: Path) -> None:
        other = write(tmp_path, "10.23698/aida/other.md", a_page(("aida/testset", "aida/other")))
        run(tmp_path)
        other.unlink()
        out = run(tmp_path, "--prune")[0]
        assert "10.23698/aida/other: retired" in out
        assert Dataset.objects.get(doi="10.23698/aida/other").retired_at is not None
        assert Dataset.objects.get(doi="10.23698/aida/testset").retired_at is None

    def test_it_comes_back_with_its_page(self, good: Path, tmp_path: Path) -> None:
        other = write(tmp_path, "10.23698/aida/other.md", a_page(("aida/testset", "aida/other")))
        run(tmp_path)
        data = good.read_bytes()
        good.unlink()
        run(tmp_path, "--prune")
        good.write_bytes(data)
        run(tmp_path, "--prune")
        assert Dataset.objects.get(doi="10.23698/aida/testset").retired_at is None
        assert other.exists()

    def test_a_page_that_is_refused_keeps_its_dataset(self, good: Path, tmp_path: Path) -> None:
        run(tmp_path)
        good.write_bytes(b"broken")
        run(tmp_path, "--prune")
        assert Dataset.objects.get().retired_at is None

    def test_a_dry_run_retires_nothing(self, good: Path, tmp_path: Path) -> None:
        write(tmp_path, "10.23698/aida/other.md", a_page(("aida/testset", "aida/other")))
        run(tmp_path)
        good.unlink()
        assert "10.23698/aida/testset: retired" in run(tmp_path, "--prune", "--dry-run")[0]
        assert not Dataset.objects.exclude(retired_at=None).exists()

    def test_never_for_a_file_or_an_empty_folder(self, good: Path, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="needs folders"):
            run(good, "--prune")
        (tmp_path / "empty").mkdir()
        with pytest.raises(CommandError, match="nothing was retired"):
            run(tmp_path / "empty", "--prune")


def test_quiet_says_only_what_was_refused(good: Path, bad: Path) -> None:
    assert run(good, verbosity=0) == ("", "", 0)
    out, err, status = run(good.parent, verbosity=0)
    assert (out, status) == (f"{bad}: refused\n", 1)
    assert "line 3" in err


def test_one_warning_is_one(good: Path) -> None:
    good.write_bytes(a_page(('- "SE"', '- "UK"')))
    assert "1 warning." in run(good)[0]
