"""What a format is: its address, its media types, and the function that writes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from datasets.exports.record import Record

DESCRIBES, CITES, LINKS = "describedby", "cite", "linkset"


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    `name` is the last part of its address, `types` are its media types (the first is the one it is served as),
    `profile` says for `describedby` links which kind of metadata it is, `role` what it is to the landing page.
    """

    name: str
    label: str | Promise
    types: tuple[str, ...]
    write: Callable[[Record], str]
    role: str = DESCRIBES
    profile: str = ""

    def address(self, page: str) -> str:
        """Its address for a dataset, from that of the landing page."""
        return f"{page}/{self.name}"
