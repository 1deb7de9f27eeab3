"""What a file of the export is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.utils.functional import Promise

from aidahub.accounts.models import User

Row = dict[str, Any]
CHUNK = 200  # rows that are fetched at once


@dataclass(frozen=True)
class Section:
    """One JSON file: a list of objects that have the same keys.

    `reads` names the columns, as `app.Model.column`, by which its rows are found to be a person's; a model alone where
    they are found through another row of theirs. Keys are only ever added.
    """

    slug: str
    what: str | Promise
    keys: Mapping[str, str]
    reads: tuple[str, ...]
    rows: Callable[[User], Iterator[Row]]

    @property
    def file(self) -> str:
        """Its name in the archive."""
        return f"{self.slug}.json"


def moment(at: datetime | None) -> str | None:
    """A time as ISO 8601, in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def day(on: date | None) -> str | None:
    """A day as ISO 8601."""
    return on.isoformat() if on else None
