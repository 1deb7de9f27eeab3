"""Is this a picture from its first byte to its last? Read by structure, without decoding what it shows.

A file that is a picture and at the same time something else (a web page, an archive, a program) puts that something
before the picture, behind it, or into one of its comment fields. Before is impossible here, since the signature has
to stand at the first byte; behind is refused by walking to the picture's own end. A comment field may hold any text:
that is harmless because a file leaves this site only as a download with the picture's own media type and `nosniff`.
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from django.utils.translation import gettext as _

from .problems import Refused

MOST_PIXELS = 200_000_000  # a page at 1200 dpi has 140 million; more is meant to fill somebody's memory
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
TIFF_SIGNATURES = (b"II*\0", b"MM\0*")
MOST_PAGES = 1000
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def check_png(file: BinaryIO, size: int) -> None:
    """Walk the chunks (PNG specification, section 5): each with its checksum, the header first, nothing after the end.

    Raises:
        Refused: when it is damaged, has data behind its end, or more pixels than a scan needs.
    """
    file.seek(len(PNG_SIGNATURE))
    first, name = True, b""
    while name != b"IEND":
        head = file.read(8)
        length = int.from_bytes(head[:4], "big")
        name = head[4:]
        if len(name) < 4 or length > size - file.tell() - 4 or first != (name == b"IHDR"):
            raise _damaged()
        data = file.read(length)
        if zlib.crc32(name + data) != int.from_bytes(file.read(4), "big"):
            raise _damaged()
        if first and length != 13:
            raise _damaged()
        if first:
            _check_pixels(*struct.unpack(">II", data[:8]))
        first = False
    _check_end(size - file.tell())


def check_jpeg(file: BinaryIO, size: int) -> None:
    """Walk the segments (ITU-T T.81, annex B) to the end of the picture, and of further ones right behind it.

    Telephones put small or brighter versions of a picture behind it, as whole JPEGs (CIPA DC-007): these are taken.

    Raises:
        Refused: when it is damaged, has other data behind its end (a moving photo, an archive), or too many pixels.
    """
    file.seek(0)
    data = file.read()
    at = _after_jpeg(data, 0)
    while at < size and data.startswith(b"\xff\xd8\xff", at):
        at = _after_jpeg(data, at)
    _check_end(len(data[at:].strip(b"\0")))


def _after_jpeg(data: bytes, at: int) -> int:
    """Where the JPEG ends that begins at `at`."""
    at += 2
    seen_frame = False
    while True:
        marker, at = _marker(data, at)
        if marker == 0xD9:
            if not seen_frame:
                raise _damaged()
            return at
        if marker in _WITHOUT_LENGTH:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        if length < 2 or at + length > len(data):
            raise _damaged()
        if marker in _FRAMES:
            seen_frame = True
            _check_frame(data[at + 2 : at + length])
        at += length
        if marker == 0xDA:
            at = _after_scan(data, at)


def _marker(data: bytes, at: int) -> tuple[int, int]:
    """The marker at `at`, and where it ends; any number of FF may fill the space before it."""
    start = at
    while at < len(data) and data[at] == 0xFF:
        at += 1
    if at == start or at >= len(data) or data[at] == 0:
        raise _damaged()
    return data[at], at + 1


def _check_frame(frame: bytes) -> None:
    if len(frame) < 6:
        raise _damaged()
    height, width = struct.unpack(">HH", frame[1:5])
    _check_pixels(width, max(height, 1))  # a height of nought is told later, by another segment


def _after_scan(data: bytes, at: int) -> int:
    """Where the compressed part ends: at the next FF that is neither a byte of the picture nor a restart mark."""
    while (at := data.find(b"\xff", at)) != -1:
        following = data[at + 1 : at + 2]
        if following and following != b"\0" and not 0xD0 <= following[0] <= 0xD7 and following != b"\xff":
            return at
        at += 1 if following == b"\xff" else 2
    raise _damaged()


def check_tiff(file: BinaryIO, size: int) -> None:
    """Walk the list of pages (TIFF 6.0, section 2): each has a width and a height, and none leads round in a circle.

    The parts of a TIFF may lie anywhere in it, so that unused bytes cannot be told from used ones. What else may hide
    there stays a TIFF for everybody who downloads it; one that archive programs would open is refused by `inspect`.

    Raises:
        Refused: when it is damaged or has too many pixels.
    """
    file.seek(0)
    order = "<" if file.read(4) == TIFF_SIGNATURES[0] else ">"
    at = _number(file, order + "I")
    seen: set[int] = set()
    while at:
        if at in seen or len(seen) == MOST_PAGES or not 8 <= at < size:
            raise _damaged()
        seen.add(at)
        file.seek(at)
        _check_page(file, order)
        at = _number(file, order + "I")
    if not seen:
        raise _damaged()


def _check_page(file: BinaryIO, order: str) -> None:
    """Read one page's fields: a width and a height must be among them."""
    sides = {}
    for _each in range(_number(file, order + "H")):
        field = file.read(12)
        if len(field) < 12:
            raise _damaged()
        tag, form = struct.unpack(order + "HH", field[:4])
        if tag in {256, 257}:
            sides[tag] = struct.unpack(order + ("H" if form == 3 else "I"), field[8 : 10 if form == 3 else 12])[0]
    if len(sides) < 2:
        raise _damaged()
    _check_pixels(sides[256], sides[257])


def _number(file: BinaryIO, form: str) -> int:
    data = file.read(struct.calcsize(form))
    if len(data) < struct.calcsize(form):
        raise _damaged()
    return int(struct.unpack(form, data)[0])


def _check_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise _damaged()
    if width * height > MOST_PIXELS:
        raise Refused(_("This picture has more dots than can be shown. Make it smaller and attach it again."))


def _check_end(left: int) -> None:
    if left:
        raise Refused(
            _("Something else follows the picture in this file. Save or export the picture anew and attach that.")
        )


def _damaged() -> Refused:
    return Refused(_("This picture is damaged or not complete. Open it, save it anew and attach that."))
