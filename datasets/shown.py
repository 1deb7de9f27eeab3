"""Rows that landing pages show: whoever writes them takes the pages' stored parts out of use, and cannot forget it.

A page whose `page_hash` is empty is made anew for each visitor, right though slow, until `fragments` has stored it
again: at the end of an import, and else by a task within a minute.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Self, TypeVar

from django.apps import apps
from django.db import models, transaction

Row = TypeVar("Row", bound="ShownOnPage")

_rendered_later: ContextVar[bool] = ContextVar("rendered_later", default=False)


@contextmanager
def rendered_at_the_end() -> Iterator[None]:
    """For the importer, which locks one dataset's row, writes what belongs to it, and renders its page at the end."""
    token = _rendered_later.set(True)
    try:
        yield
    finally:
        _rendered_later.reset(token)


class ShownQuerySet(models.QuerySet[Row]):
    """Its bulk writes take the pages that show the rows out of use, in the same transaction."""

    def update(self, **values: Any) -> int:
        """As Django's."""
        with transaction.atomic(self.db, savepoint=False):
            if not self.model.leaves_pages(values):
                take_out_of_use(pk__in=self.order_by().values(self.model.path_to_dataset))
            return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's."""
        with transaction.atomic(self.db, savepoint=False):
            if not self.model.leaves_pages():
                take_out_of_use(pk__in=self.order_by().values(self.model.path_to_dataset))
            return super().delete()

    def bulk_create(self, objs: Iterable[Row], *args: Any, **kwargs: Any) -> list[Row]:
        """As Django's."""
        rows = list(objs)
        if not rows:
            return rows
        lookup, column = self.model.dataset_by
        with transaction.atomic(self.db, savepoint=False):
            if not self.model.leaves_pages():
                take_out_of_use(**{f"{lookup}__in": {getattr(row, column) for row in rows} - {None}})
            return super().bulk_create(rows, *args, **kwargs)


class ShownOnPage(models.Model):
    """A row that landing pages show.

    `path_to_dataset` leads from it to the dataset, `dataset_by` from datasets to it: a lookup, and the column that it
    is compared with. Columns in `unseen` stand on no page. With `always`, an import, too, takes pages out of use: the
    row belongs to other datasets as well.
    """

    path_to_dataset: ClassVar[str] = "dataset"
    dataset_by: ClassVar[tuple[str, str]] = ("pk", "dataset_id")
    unseen: ClassVar[frozenset[str]] = frozenset()
    always: ClassVar[bool] = False

    objects = ShownQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def leaves_pages(cls, columns: Collection[str] | None = None) -> bool:
        """Whether writing these columns (all of them, when None) changes no page that is not rendered afterwards."""
        if columns is not None and cls.unseen.issuperset(columns):
            return True
        return _rendered_later.get() and not cls.always

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, in a transaction that takes the pages which show the row out of use."""
        with transaction.atomic(savepoint=False):
            if not self.leaves_pages(kwargs.get("update_fields")):
                self._take_out_of_use()
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """As Django's, in a transaction that takes the pages which show the row out of use."""
        with transaction.atomic(savepoint=False):
            if not self.leaves_pages():
                self._take_out_of_use()
            return super().delete(*args, **kwargs)

    def _take_out_of_use(self: Self) -> None:
        lookup, column = self.dataset_by
        if getattr(self, column) is not None:
            take_out_of_use(**{lookup: getattr(self, column)})


def take_out_of_use(**datasets: Any) -> None:
    """Forget that the pages of these datasets are stored.

    First of all in its transaction: the update locks the datasets' rows, so that whoever renders one meanwhile either
    is done or waits for the new words. Those that are forgotten already are locked, too.
    """
    apps.get_model("datasets", "Dataset")._base_manager.filter(**datasets).update(page_hash="")  # noqa: SLF001
