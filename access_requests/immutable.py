"""Rows that are written once: the record of what was sent, accepted and done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn, TypeVar

from django.db import models

from datasets.models import ImmutableError

Row = TypeVar("Row", bound=models.Model)


def _refuse() -> NoReturn:
    raise ImmutableError("This row is part of the record: it is written once and never altered or deleted.")


class AppendOnlyQuerySet(models.QuerySet[Row]):
    """A QuerySet whose bulk writes refuse."""

    def update(self, **kwargs: Any) -> int:
        """Refuse."""
        _refuse()

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse."""
        _refuse()

    def bulk_create(self, objs: Iterable[Row], *args: Any, **kwargs: Any) -> list[Row]:
        """Refuse: rows of a chain are written one by one, each knowing the one before."""
        _refuse()

    def bulk_update(self, objs: Iterable[Row], *args: Any, **kwargs: Any) -> int:
        """Refuse."""
        _refuse()


class AppendOnly(models.Model):
    """A row that can be added, and nothing else.

    Raises:
        ImmutableError: on saving a stored row and on deleting.
    """

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a stored row refuses."""
        if not self._state.adding:
            _refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse."""
        _refuse()
