"""`manage.py import_institutions`: what it reads, what it refuses, what it says, how long it takes."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from access_requests.institutions.ror import CHUNK, UnreadableFile, read, version_of
from access_requests.models import Institution, InstitutionDomain, InstitutionName
from tests.support.ror import a_record, ror_id, write_dump, write_zip

pytestmark = pytest.mark.django_db
RELEASE = "v1.74-2025-11-24-ror-data_schema_v2.json"


def run(path: Path) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command("import_institutions", str(path), stdout=out)
    return out.getvalue().strip()


def state() -> list[Any]:
    """All that an import may change."""
    return [
        *Institution.objects.order_by("pk").values_list(),
        *InstitutionName.objects.order_by("pk").values_list(),
        *InstitutionDomain.objects.order_by("pk").values_list(),
    ]


@pytest.fixture
def dump(tmp_path: Path) -> Callable[..., Path]:
    """`dump(record, ...)`: a file of these records."""

    def make(*records: dict[str, Any], name: str = RELEASE) -> Path:
        return write_dump(tmp_path / name, records)

    return make


class TestReading:
    """What is kept of a record."""

    def test_all_of_it(self, dump: Callable[..., Path]) -> None:
        assert run(dump(a_record(7))) == (
            "1 record: 1 new, 0 changed, 0 unchanged, 0 withdrawn; 0 no longer in use and never known here."
        )
        row = Institution.objects.get()
        assert (row.ror_id, row.name, row.country) == (ror_id(7), "University of Place 7", "SE")
        assert (row.other_names, row.domains) == (["Universitetet i Städ 7", "UP7"], ["place7.example"])
        assert row.source_version == "v1.74-2025-11-24"
        folded = set(row.known_names.values_list("folded", flat=True))
        assert folded == {"university of place 7", "universitetet i stad 7", "up7"}
        assert list(row.known_domains.values_list("domain", "own")) == [("place7.example", True)]

    @pytest.mark.parametrize(
        ("website", "domain", "own"),
        [
            ("https://www.uu.se/en", ["uu.se"], True),
            ("http://uu.se", ["uu.se"], True),
            ("https://www.ox.ac.uk/", ["ox.ac.uk"], True),
            ("https://lab.uu.se/~x", ["uu.se"], False),
            ("https://www.lab.uu.se/", ["uu.se"], False),
            ("HTTPS://WWW.UU.SE", ["uu.se"], True),
            ("www.uu.se", ["uu.se"], True),
            ("https://lab.wordpress.com", [], None),
            ("https://sites.google.com/view/lab", [], None),
            ("https://www.gov.uk/", [], None),
            ("https://192.0.2.1/", [], None),
            ("https://[broken", [], None),
            ("not a website", [], None),
            ("", [], None),
        ],
    )
    def test_without_a_domain_the_websites(
        self, dump: Callable[..., Path], website: str, domain: list[str], own: bool | None
    ) -> None:
        run(dump(a_record(domains=[], links=[{"type": "website", "value": website}])))
        assert Institution.objects.get().domains == domain
        assert list(InstitutionDomain.objects.values_list("own", flat=True)) == ([] if own is None else [own])

    def test_domains_come_before_the_website_and_in_lower_case(self, dump: Callable[..., Path]) -> None:
        run(dump(a_record(domains=["UU.se", "uu.se", "Ång.se", "ac.uk", "no domain", None, 7])))
        assert Institution.objects.get().domains == ["uu.se", "ång.se"]

    def test_a_poor_record_is_a_record(self, dump: Callable[..., Path]) -> None:
        poor = {
            "id": ror_id(1),
            "names": [None, {"value": "Plain\u202e\x00  Name", "types": None}],
            "locations": [None],
        }
        run(dump(poor))
        row = Institution.objects.get()
        assert (row.name, row.country, row.domains, row.other_names) == ("Plain Name", "", [], [])

    def test_long_names_are_cut(self, dump: Callable[..., Path]) -> None:
        run(dump(a_record(names=[{"value": "x" * 5000, "types": ["ror_display"], "lang": "en"}])))
        assert len(Institution.objects.get().name) == 300

    def test_records_across_the_chunks_in_which_the_file_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "long.json"
        long = [a_record(number, padding='ö\\"]},{' * (CHUNK // 9)) for number in (1, 2, 3)]
        write_dump(path, long, indent=None)
        assert [record.ror_id for record in read(path)] == [ror_id(1), ror_id(2), ror_id(3)]

    def test_the_release_in_the_files_name(self) -> None:
        assert version_of(Path("v1.74-2025-11-24-ror-data.zip")) == "v1.74-2025-11-24"
        assert version_of(Path("v2.0-ror.json")) == "v2.0"
        assert version_of(Path("institutions.json")) == "institutions.json"


class TestAgain:
    """The next release."""

    def test_the_same_file_twice_changes_nothing(self, dump: Callable[..., Path]) -> None:
        path = dump(a_record(1), a_record(2))
        run(path)
        before = state()
        assert run(path).startswith("2 records: 0 new, 0 changed, 2 unchanged, 0 withdrawn")
        assert state() == before

    def test_new_changed_unchanged_withdrawn(self, dump: Callable[..., Path]) -> None:
        run(dump(a_record(1), a_record(2), a_record(3)))
        changed = a_record(2, domains=["new.example"], names=[{"value": "New Name", "types": ["ror_display"]}])
        path = dump(
            a_record(1), changed, a_record(3, status="withdrawn"), a_record(4), a_record(5, status="inactive"),
            name="v1.75-2025-12-20-ror-data.json",
        )  # fmt: skip
        said = run(path)
        assert said.startswith("5 records: 1 new, 1 changed, 1 unchanged, 1 withdrawn; 1 no longer in use")
        row = Institution.objects.get(ror_id=ror_id(2))
        assert (row.name, row.source_version) == ("New Name", "v1.75-2025-12-20")
        assert list(row.known_names.values_list("folded", flat=True)) == ["new name"]
        assert list(row.known_domains.values_list("domain", flat=True)) == ["new.example"]
        assert Institution.objects.get(ror_id=ror_id(1)).source_version == "v1.74-2025-11-24"
        assert Institution.objects.get(ror_id=ror_id(3)).retired_at
        assert not Institution.objects.filter(ror_id=ror_id(5)).exists()

    def test_withdrawn_and_back(self, dump: Callable[..., Path]) -> None:
        run(dump(a_record(1)))
        run(dump(a_record(1, status="withdrawn")))
        first = Institution.objects.get().retired_at
        said = run(dump(a_record(1, status="withdrawn", domains=["other.example"])))
        assert "1 changed" in said
        assert Institution.objects.get().retired_at == first
        assert "1 changed" in run(dump(a_record(1)))
        assert Institution.objects.get().retired_at is None

    def test_what_a_file_does_not_name_stays(self, dump: Callable[..., Path]) -> None:
        run(dump(a_record(1), a_record(2)))
        run(dump(a_record(2)))
        assert Institution.objects.filter(retired_at=None).count() == 2


class TestZip:
    """The file as it is published."""

    def test_the_newer_schema_of_two(self, tmp_path: Path) -> None:
        good, old = json.dumps([a_record(1)]).encode(), json.dumps([{"id": ror_id(9), "name": "Old"}]).encode()
        path = write_zip(tmp_path / "v1.74.zip", data__json=old, data_schema_v2__json=good, data__csv=b"id")
        assert run(path).startswith("1 record: 1 new")
        assert Institution.objects.get().source_version == "v1.74"

    def test_a_single_file_by_any_name(self, tmp_path: Path) -> None:
        path = write_zip(tmp_path / "x.bin", ror__json=b"\xef\xbb\xbf" + json.dumps([a_record(1)]).encode())
        assert run(path).startswith("1 record: 1 new")

    @pytest.mark.parametrize("members", [{}, {"readme__txt": b"hello"}, {"a__json": b"[]", "b__json": b"[]"}])
    def test_none_or_too_many(self, tmp_path: Path, members: dict[str, bytes]) -> None:
        with pytest.raises(CommandError, match="should hold one JSON file of schema 2"):
            run(write_zip(tmp_path / "x.zip", **members))

    def test_a_damaged_one(self, tmp_path: Path) -> None:
        records = json.dumps([a_record(number) for number in range(1, 2000)]).encode()
        path = write_zip(tmp_path / "x.zip", data__json=records)
        content = bytearray(path.read_bytes())
        for place in range(len(content) // 2, len(content) // 2 + 40):
            content[place] ^= 0xFF
        path.write_bytes(content)
        refuses(path, "")


def refuses(path: Path, words: str) -> None:
    """The command says one sentence with these words, and changes nothing."""
    before = state()
    with pytest.raises(CommandError) as refusal:
        run(path)
    said = str(refusal.value)
    assert words in said
    assert said.endswith("Nothing was changed.")
    assert "\n" not in said
    assert state() == before


class TestBroken:
    """Files that change nothing."""

    @pytest.fixture(autouse=True)
    def _some(self, tmp_path: Path) -> None:
        run(write_dump(tmp_path / "before.json", [a_record(1), a_record(2)]))

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "is broken after 0 records: it is not a JSON list"),
            (b"[]", "holds no records"),
            (b"{}", "is not a JSON list"),
            (b"<html>", "is not a JSON list"),
            (b"\xff\xfe\x00", "is broken"),
            (b"[1]", "Record 1 has no ROR ID"),
            (b"[{}]", "Record 1 has no ROR ID"),
            (b'[{"id": "https://ror.org/048a87296", "name": "Uppsala"}]', "Record 1 is not of schema 2"),
            (b'[{"id": "https://ror.org/048a87296", "names": []}]', "has no name"),
            (b'[{"id": "https://evil.example/048a87296", "names": []}]', "has no ROR ID"),
            (b"[" + b"[" * 100_000, "is broken"),
            (b"[" + b"9" * 10_000 + b"]", "is broken"),
        ],
    )
    def test_a_wrong_file(self, tmp_path: Path, content: bytes, words: str) -> None:
        path = tmp_path / "wrong.json"
        path.write_bytes(content)
        refuses(path, words)

    def test_no_file(self, tmp_path: Path) -> None:
        refuses(tmp_path / "none.json", "cannot be read")
        refuses(tmp_path, "cannot be read")

    def test_the_same_id_twice(self, tmp_path: Path) -> None:
        refuses(write_dump(tmp_path / "x.json", [a_record(3), a_record(3)]), "twice")

    @pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.999])
    def test_a_truncated_file(self, tmp_path: Path, share: float) -> None:
        path = write_dump(tmp_path / "x.json", [a_record(number) for number in range(1, 700)])
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        refuses(path, "it ends in the middle")

    def test_rubbish_in_the_middle_of_a_long_file_is_found_without_reading_on(self, tmp_path: Path) -> None:
        path = tmp_path / "x.json"
        path.write_text("[" + json.dumps(a_record(1)) + ', {"id": ' + "x" * (12 * CHUNK))
        with pytest.raises(UnreadableFile, match="is broken after 1 records"):
            list(read(path))

    def test_something_after_the_end(self, tmp_path: Path) -> None:
        path = tmp_path / "x.json"
        path.write_text(json.dumps([a_record(1)]) + "[]")
        refuses(path, "something follows the end")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten thousand records, 27 MB."""
    return write_dump(tmp_path_factory.mktemp("ror") / "large.json", map(a_record, range(1, 10_001)))


@pytest.mark.slow
def test_ten_thousand_records_in_bounded_time(large: Path) -> None:
    """Reading alone costs little more than `json.load` of the same file; writing, a bounded number of times that."""
    started = time.perf_counter()
    json.loads(large.read_text(encoding="utf-8"))
    plain = time.perf_counter() - started
    started = time.perf_counter()
    assert sum(1 for _record in read(large)) == 10_000
    assert time.perf_counter() - started < 6 * plain + 1
    started = time.perf_counter()
    assert run(large).startswith("10000 records: 10000 new")
    assert time.perf_counter() - started < 40 * plain + 5


def test_memory_does_not_grow_with_the_file(large: Path) -> None:
    tracemalloc.start()
    try:
        for _record in read(large):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * CHUNK < large.stat().st_size
