"""Whole pages in this process's memory, the least recently asked for thrown out when there are too many bytes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

Key = tuple[str, str]
OVERHEAD = 600  # bytes that an entry takes besides its page, about


@dataclass(frozen=True, slots=True)
class Page:
    """A landing page as it is sent to whoever has not signed in: its bytes, its ETag and its `Link` header."""

    body: bytes
    etag: str
    links: str


class Memory:
    """Pages by the hash of their content and language. Safe for threads; each process has its own."""

    def __init__(self, limit: int) -> None:
        """Args: limit: how many bytes are held at most; a page that is larger than all of it is not held."""
        self.limit, self.size = limit, 0
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: Key) -> Page | None:
        """The page, which now is the one most recently asked for."""
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def put(self, key: Key, page: Page) -> None:
        """Hold a page, and let go of as many others as that takes."""
        with self._lock:
            self._drop(key)
            if cost(page) > self.limit:
                return
            self._pages[key] = page
            self.size += cost(page)
            while self.size > self.limit:
                self._drop(next(iter(self._pages)))

    def clear(self) -> None:
        """Forget every page."""
        with self._lock:
            self._pages.clear()
            self.size = 0

    def _drop(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        self.size -= cost(page) if page else 0


def cost(page: Page) -> int:
    """How many bytes a page takes, about."""
    return len(page.body) + len(page.links) + OVERHEAD
