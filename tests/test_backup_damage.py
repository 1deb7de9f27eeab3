"""Archives that are damaged, forged or foreign: each is refused with a sentence, before any database is asked."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from aidahub.backup import checking
from aidahub.backup.checking import check, count, is_name, lines_in
from aidahub.backup.container import MANIFEST, SEAL, Writer, members
from aidahub.backup.problems import Refused

EVENTS = "tables/access_requests_event.jsonl.gz"
Content = dict[str, bytes]


def content_of(path: Path) -> Content:
    """All members, the manifest among them."""
    with members(path) as each:
        return {member.name: member.content.read() for member in each}


def sealed(target: Path, content: Content) -> Path:
    """An archive of these members, sealed as a forger would."""
    with target.open("wb") as out:
        writer = Writer(out, 0)
        for name, data in content.items():
            writer.add(name, io.BytesIO(data))
        writer.seal()
    return target


def with_manifest(content: Content, change: Callable[[Any], None]) -> Content:
    """The members with another manifest."""
    manifest = json.loads(content[MANIFEST])
    change(manifest)
    return {**content, MANIFEST: json.dumps(manifest).encode()}


def refused(path: Path) -> str:
    """The sentence with which it is refused."""
    with pytest.raises(Refused) as refusal:
        check(path)
    return str(refusal.value)


def test_a_whole_one_is_whole(archive: Path) -> None:
    said = io.StringIO()
    call_command("backup", str(archive), check=True, stdout=said)
    assert said.getvalue().startswith("Whole: ")
    assert sealed(archive.with_name("same.tar"), content_of(archive))
    assert check(archive.with_name("same.tar")) == check(archive)


def test_each_flipped_byte_is_found(archive: Path, tmp_path: Path) -> None:
    whole = bytearray(archive.read_bytes())
    places = {*range(0, len(whole), 509), *range(512), *range(len(whole) - 2048, len(whole), 7)}
    damaged = tmp_path / "damaged.tar"
    for place in sorted(places):
        whole[place] ^= 1 << place % 8
        damaged.write_bytes(whole)
        whole[place] ^= 1 << place % 8
        assert "damaged.tar" in refused(damaged), place
    damaged.write_bytes(whole)
    check(damaged)


def test_each_cut_and_what_is_added_is_found(archive: Path, tmp_path: Path) -> None:
    whole, damaged = archive.read_bytes(), tmp_path / "damaged.tar"
    for length in [0, 1, 511, 512, 2048, *range(3000, len(whole), 4999), len(whole) - 512, len(whole) - 1]:
        damaged.write_bytes(whole[:length])
        assert "damaged.tar" in refused(damaged), length
    for more in (b"\0", bytes(512), bytes(8192), whole):
        damaged.write_bytes(whole + more)
        assert "damaged, cut off or changed" in refused(damaged)


def test_what_is_no_archive_of_ours_is_said(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    with tarfile.open(foreign, "w") as tar:
        tar.add(__file__, "README.md")
    assert refused(foreign) == "foreign is not an archive of `manage.py backup`."
    with zipfile.ZipFile(foreign, "w") as zipped:
        zipped.writestr("README.txt", "x" * 10_000)
    assert refused(foreign) == "foreign is not an archive of `manage.py backup`."
    foreign.write_bytes(b"")
    assert "most of it is missing" in refused(foreign)
    assert refused(tmp_path / "nowhere") == "nowhere cannot be read: No such file or directory."
    assert "Is a directory" in refused(tmp_path)
    with pytest.raises(CommandError, match="nowhere cannot be read"):
        call_command("backup", str(tmp_path / "nowhere"), check=True)


@pytest.mark.parametrize(
    "name",
    [
        "../out", "/etc/passwd", "files/../../out", "files/ab/cd/../../../out", "pictures/../../out", "pictures//etc/x",
        "pictures/a/../../../b", "pictures/./x", "pictures/a\\..\\b", "tables/../x.jsonl.gz", "checkpoints/../x.json",
        "checkpoints/heads-2026-01-01.json.sh", "tables/x.sh", "more.txt", "SEAL/x",
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(name: str, archive: Path, tmp_path: Path) -> None:
    assert not is_name(name)
    content = content_of(archive)
    manifest = content.pop(MANIFEST)
    said = refused(sealed(tmp_path / "forged.tar", {**content, name: b"x", MANIFEST: manifest}))
    assert "has no place in it" in said
    assert not list(tmp_path.parent.glob("out*"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_only_plain_files_are_taken(kind: bytes, tmp_path: Path) -> None:
    forged = tmp_path / "forged.tar"
    member = tarfile.TarInfo("README.txt")
    member.type, member.linkname = kind, "/etc/passwd"
    data = member.tobuf(tarfile.PAX_FORMAT)
    with forged.open("wb") as out:
        writer = Writer(out, 0)
        writer._write(data)
        writer.seal()
    assert "no plain file" in refused(forged)


def test_missing_more_and_other_members_are_found(archive: Path, tmp_path: Path) -> None:
    content, forged = content_of(archive), tmp_path / "forged.tar"
    for name in content:
        said = refused(sealed(forged, {other: data for other, data in content.items() if other != name}))
        if name == MANIFEST:
            assert said == "The archive has no manifest."
        elif name.startswith("files/"):
            assert said == "The attached files in the archive are not those of its list."
        else:
            assert said == f"{name} is missing from the archive."
    more = {"tables/more.jsonl.gz": gzip.compress(b"{}\n"), **content}
    assert refused(sealed(forged, more)) == "tables/more.jsonl.gz is not what the archive's manifest says."
    file = next(name for name in content if name.startswith("files/"))
    assert "not those of its list" in refused(sealed(forged, {**content, file: b"another"}))
    key = "ab" * 16
    extra = {f"files/ab/ab/{key}": b"more", **content}
    assert "not those of its list" in refused(sealed(forged, extra))


def test_after_the_manifest_nothing_comes(archive: Path, tmp_path: Path) -> None:
    said = refused(sealed(tmp_path / "forged.tar", {**content_of(archive), "tables/late.jsonl.gz": gzip.compress(b"")}))
    assert "has no place in it" in said


def test_a_row_that_was_changed_with_its_hash_is_found_by_the_manifest(archive: Path, tmp_path: Path) -> None:
    content = content_of(archive)
    other = {**content, EVENTS: gzip.compress(gzip.decompress(content[EVENTS]).replace(b"submit", b"revoke"))}
    assert refused(sealed(tmp_path / "forged.tar", other)) == f"{EVENTS} is not what the archive's manifest says."


def test_numbers_of_rows_and_files_are_compared(archive: Path, tmp_path: Path) -> None:
    content, forged = content_of(archive), tmp_path / "forged.tar"
    fewer = with_manifest(content, lambda manifest: manifest["tables"]["outbox_mail"].update(rows=1))
    assert refused(sealed(forged, fewer)) == "The rows in the archive are not what its manifest says."
    gone = with_manifest(content, lambda manifest: manifest["tables"].pop("outbox_mail"))
    assert refused(sealed(forged, gone)) == "The rows in the archive are not what its manifest says."
    files = with_manifest(content, lambda manifest: manifest["files"].update(number=99))
    assert "The number of attached files" in refused(sealed(forged, files))


def test_a_newer_format_is_named(archive: Path, tmp_path: Path) -> None:
    newer = with_manifest(content_of(archive), lambda manifest: manifest.update(version=2, more="things"))
    said = refused(sealed(tmp_path / "newer.tar", newer))
    assert said == "The archive has format 2, which is newer than this program: use a newer one."


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b'{"format": "other", "version": 1}', b"[" * 100_000])
def test_a_manifest_that_is_none_is_refused(text: bytes, archive: Path, tmp_path: Path) -> None:
    said = refused(sealed(tmp_path / "forged.tar", {**content_of(archive), MANIFEST: text}))
    assert "manifest cannot be read" in said


ROW = gzip.compress(b"{}\n", mtime=0)  # without the time, since the names of tests are made of it


@pytest.mark.parametrize("packed", [b"", b"no gzip", ROW[:-9], ROW + b"more"])
def test_rows_that_do_not_unpack_are_refused(packed: bytes, archive: Path, tmp_path: Path) -> None:
    content = {**content_of(archive), EVENTS: packed}
    changed = with_manifest(
        content,
        lambda manifest: manifest["parts"][EVENTS].update(size=len(packed), sha256=hashlib.sha256(packed).hexdigest()),
    )
    assert refused(sealed(tmp_path / "forged.tar", changed))


def test_a_row_without_end_is_not_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_BYTES", 1000)
    with pytest.raises(Refused, match="has no end"):
        list(lines_in(io.BytesIO(gzip.compress(b"x" * 1001))))


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "BOMB_BYTES", 10_000)
    taken = 0

    def bomb() -> Iterator[bytes]:
        nonlocal taken
        for _turn in range(1_000_000):
            taken += 1
            yield b"0" * 99 + b"\n"

    with pytest.raises(Refused, match="unpack to more than a real table"):
        count(bomb(), 1000, "outbox_mail")
    assert taken < 3000
    assert count(iter([b"{}\n"] * 1000), 10, "outbox_mail")[0] == 1000, "what is small is no bomb"


def test_the_seal_is_the_last_member(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        assert tar.getnames()[-2:] == [MANIFEST, SEAL]
