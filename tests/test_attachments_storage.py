"""Keeping files: for nobody else's eyes, whole or not at all, and together with the rows that name them."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages

from access_requests.attachments import NotKept, NotReadable, is_key, kept, open_whole, remove, remove_orphans, store
from access_requests.attachments.keeping import FEW, new_key
from access_requests.attachments.storage import PrivateStorage
from tests.support.files import a_file

SOME = b"some bytes"


def inside(files_folder: Path) -> list[str]:
    """The names of all files in a files_folder, however deep."""
    return sorted(str(path.relative_to(files_folder)) for path in files_folder.rglob("*") if path.is_file())


def age(files_folder: Path, name: str, days: float) -> None:
    """Make a file look as if written that long ago."""
    path = files_folder / name
    then = path.stat().st_mtime - days * 86_400
    os.utime(path, (then, then))


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def test_a_file_is_kept_under_a_random_key_for_its_owner_alone(files_folder: Path) -> None:
    umask = os.umask(0)
    try:
        key = store(a_file(SOME, "../secret name.pdf"))
    finally:
        os.umask(umask)
    assert re.fullmatch(r"(..)/(..)/\1\2[0-9a-f]{28}", key)
    assert inside(files_folder) == [key]
    assert (files_folder / key).read_bytes() == SOME
    assert stat.S_IMODE((files_folder / key).stat().st_mode) == 0o600
    for path in (files_folder, files_folder / key[:2], files_folder / key[:5]):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_the_site_s_own_storage_is_apart_from_what_is_served() -> None:
    place = Path(storages["private"].path("")).resolve()
    assert place == site.FILES_DIR
    for served in (site.STATIC_ROOT, site.MEDIA_ROOT, *site.STATICFILES_DIRS):
        assert not place.is_relative_to(Path(served).resolve())


def test_a_file_has_no_address(files_folder: Path) -> None:
    with pytest.raises(ValueError, match="no address"):
        storages["private"].url(store(a_file(SOME)))


def test_a_file_comes_back_as_it_was(files_folder: Path) -> None:
    key = store(a_file(SOME))
    with open_whole(key, digest(SOME)) as file:
        assert file.read() == SOME


def test_a_file_that_was_read_before_is_kept_whole(files_folder: Path) -> None:
    file = a_file(SOME)
    file.read(4)
    assert (files_folder / store(file)).read_bytes() == SOME


# The row fails, or the storage does


def test_when_the_row_is_not_written_the_file_goes(files_folder: Path) -> None:
    def fail_with(key: str) -> None:
        assert inside(files_folder) == [key]
        raise LookupError

    with pytest.raises(LookupError), kept(a_file(SOME)) as key:
        fail_with(key)
    assert inside(files_folder) == []


def test_when_the_row_is_written_the_file_stays(files_folder: Path) -> None:
    with kept(a_file(SOME)) as key:
        pass
    assert inside(files_folder) == [key]


def test_a_storage_that_is_not_there(files_folder: Path) -> None:
    files_folder.write_text("a file where the files_folder should be")
    with pytest.raises(NotKept, match=r"Nothing was changed\. Try again later\."), kept(a_file(SOME)):
        pytest.fail("there is no key")
    assert files_folder.read_text() == "a file where the files_folder should be"


def test_a_folder_that_a_file_took_the_place_of(files_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files_folder.mkdir()
    (files_folder / "ab").write_text("in the way")
    monkeypatch.setattr("access_requests.attachments.keeping.new_key", lambda: "ab/cd/abcd" + "0" * 28)
    with pytest.raises(NotKept):
        store(a_file(SOME))
    assert inside(files_folder) == ["ab"]


def mounted(place: Path, options: str) -> bool:
    """Whether a small disk of its own could be put into this place."""
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def unmount(place: Path) -> None:
    """Take the small disk away again."""
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def small_disk(files_folder: Path) -> Iterator[Path]:
    """A storage on a real disk of 64 KB; skipped where one may not make such."""
    if not mounted(files_folder, "size=64k"):
        pytest.skip("needs the right to mount")
    yield files_folder
    unmount(files_folder)


def test_a_full_disk_leaves_nothing_behind(small_disk: Path) -> None:
    first = store(a_file(b"x" * 20_000))
    with pytest.raises(NotKept):
        store(a_file(b"x" * 100_000))
    assert inside(small_disk) == [first]
    assert store(a_file(b"x" * 10_000)), "there is room again"


def test_a_disk_that_became_read_only(small_disk: Path) -> None:
    key = store(a_file(SOME))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(NotKept):
        store(a_file(SOME))
    assert remove(key) is False
    with open_whole(key, digest(SOME)) as file:
        assert file.read() == SOME


class Interrupted(File[Any]):
    """A file whose reading ends in the middle, as when its disk is pulled out."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Some bytes, then an error."""
        yield SOME
        raise OSError(5, "gone")


def test_a_file_that_cannot_be_read_to_its_end(files_folder: Path) -> None:
    with pytest.raises(NotKept):
        store(Interrupted(ContentFile(SOME)))
    assert inside(files_folder) == []


# What a row may hold


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "/etc/passwd", "ab/cd/..", "ab/cd/" + "0" * 32, "ab/cd/x\n"])
def test_what_is_no_key_is_never_opened_nor_removed(files_folder: Path, key: str) -> None:
    assert not is_key(key)
    with pytest.raises(NotReadable):
        open_whole(key, digest(SOME))
    assert remove(key) is False


def test_new_keys_are_keys_and_differ() -> None:
    keys = {new_key() for _each in range(200)}
    assert len(keys) == 200
    assert all(map(is_key, keys))


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_link_in_the_storage_leads_nowhere(files_folder: Path, tmp_path: Path, depth: int) -> None:
    """Whoever can put a link there gets no other file shown, removed or written over by this site."""
    key = store(a_file(SOME))
    outside = tmp_path / "outside"
    place = files_folder.joinpath(*key.split("/")[:depth])
    place.rename(outside)
    place.symlink_to(outside)
    with pytest.raises(NotReadable):
        open_whole(key, digest(SOME))
    assert remove(key) is False
    with pytest.raises(SuspiciousFileOperation):
        PrivateStorage(files_folder).save(key, a_file(b"other"))
    assert [path.read_bytes() for path in [outside, *outside.rglob("*")] if path.is_file()] == [SOME]


def test_a_file_that_is_missing_or_altered_is_not_given_out(files_folder: Path) -> None:
    key = store(a_file(SOME))
    (files_folder / key).write_bytes(b"SOME BYTES")
    with pytest.raises(NotReadable, match="not the one that was attached"):
        open_whole(key, digest(SOME))
    assert remove(key)
    with pytest.raises(NotReadable, match="cannot be read"):
        open_whole(key, digest(SOME))
    assert remove(key), "what is gone is removed"


# The sweep


def test_the_sweep_removes_what_no_row_names_and_nothing_new(files_folder: Path) -> None:
    named, orphan, new = (store(a_file(SOME)) for _each in range(3))
    left = f"{orphan[:6]}{'0' * 32}.1234.part"
    (files_folder / left).write_bytes(b"half a fi")
    for name in (named, orphan, left):
        age(files_folder, name, days=1.1)
    sweep = remove_orphans([named])
    assert (sweep.removed, sweep.missing) == (2, [])
    assert inside(files_folder) == sorted([named, new])
    assert remove_orphans([named]).removed == 0


def test_the_sweep_tells_which_files_are_missing(files_folder: Path) -> None:
    here, gone = store(a_file(SOME)), new_key()
    assert remove_orphans(iter([here, gone])).missing == [gone]


def test_the_sweep_leaves_alone_what_is_none_of_ours(files_folder: Path) -> None:
    files_folder.mkdir()
    for name in ("README", "zz/a", "ab/note"):
        (files_folder / name).parent.mkdir(exist_ok=True)
        (files_folder / name).write_text("by the operator")
        age(files_folder, name, days=400)
    assert remove_orphans([]).removed == 0
    assert inside(files_folder) == ["README", "ab/note", "zz/a"]


def test_the_sweep_of_an_empty_storage(files_folder: Path) -> None:
    assert remove_orphans([]).removed == 0


def test_a_database_from_elsewhere_does_not_empty_the_storage(files_folder: Path) -> None:
    keys = [store(a_file(SOME)) for _each in range(FEW + 1)]
    for key in keys:
        age(files_folder, key, days=9)
    assert remove_orphans([new_key()]).removed == 0
    assert len(inside(files_folder)) == FEW + 1
    assert remove_orphans(keys[:1]).removed == FEW


def test_the_sweep_goes_on_when_one_file_cannot_be_removed(files_folder: Path, tmp_path: Path) -> None:
    first, second = sorted(store(a_file(SOME)) for _each in range(2))
    (files_folder / first).rename(tmp_path / "moved")
    (files_folder / first).symlink_to(tmp_path / "moved")
    age(files_folder, second, days=2)
    sweep = remove_orphans([], older_than=timedelta(hours=1))
    assert sweep.removed == 1
    assert (tmp_path / "moved").exists()


# Two at once


def test_two_at_once_make_the_same_folder_and_two_files(files_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(8)
    keys = iter(f"ab/cd/abcd{number:028x}" for number in range(8))
    lock = threading.Lock()

    def next_key() -> str:
        with lock:
            return next(keys)

    def run() -> None:
        together.wait()
        done.append(store(a_file(SOME)))

    monkeypatch.setattr("access_requests.attachments.keeping.new_key", next_key)
    done: list[str] = []
    threads = [threading.Thread(target=run) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == inside(files_folder)
    assert len(done) == 8
