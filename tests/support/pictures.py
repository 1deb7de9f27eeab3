"""Copies of the register's images on this site, made by the test that needs them."""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from datasets.addresses import local_image
from tests.live_settings import PICTURES


def png(width: int, height: int) -> bytes:
    """A grey picture of a wave."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = b"".join(b"\0" + bytes((x * x // 97 + y * 2) % 256 for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


@contextmanager
def copies(*addresses: str, width: int = 320, height: int = 240) -> Iterator[None]:
    """While this holds, the site has copies of the images at these addresses of the register's site.

    Args: addresses: as pages write them, `/assets/images/a.png`.
    """
    folder = PICTURES / "register"
    try:
        for address in addresses:
            path = folder / address.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png(width, height))
        local_image.cache_clear()
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        local_image.cache_clear()
