"""What the search keeps of each listed dataset, so that no page has to read them all.

Written by `datasets.search` in the transaction that changes the dataset, and by nothing else. The words themselves
stand in the table `datasets_searchindex`, which is of another kind in each database (see `datasets.search.store`).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchEntry(models.Model):
    """A dataset that stands in lists: what it is sorted by and what it adds to the totals. Unknown numbers are 0."""

    dataset = models.OneToOneField(
        "datasets.Dataset", models.CASCADE, primary_key=True, related_name="search_entry", verbose_name=_("dataset")
    )
    name = models.CharField(_("folded name"), max_length=100)
    collection = models.CharField(_("collection"), max_length=20)
    published = models.IntegerField(_("day published"), help_text=_("As the number YYYYMMDD; 0 when it is not known."))
    bytes = models.BigIntegerField(_("size in bytes"))
    scans = models.BigIntegerField(_("number of scans"))
    annotations = models.BigIntegerField(_("number of annotations"))

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        indexes = (
            models.Index(fields=("name", "dataset"), name="search_by_name"),
            models.Index(fields=("-published", "name", "dataset"), name="search_by_day"),
            models.Index(fields=("-bytes", "name", "dataset"), name="search_by_size"),
            models.Index(fields=("-scans", "name", "dataset"), name="search_by_scans"),
        )

    def __str__(self) -> str:
        return self.name


class Term(models.Model):
    """A value of a facet, such as the organ Lung, with how many listed datasets have it and their sums."""

    facet = models.CharField(_("facet"), max_length=20)
    value = models.CharField(_("folded value"), max_length=100)
    label = models.CharField(_("value as written"), max_length=200)
    number = models.BigIntegerField(_("datasets"), default=0)
    bytes = models.BigIntegerField(_("size in bytes"), default=0)
    scans = models.BigIntegerField(_("number of scans"), default=0)
    annotations = models.BigIntegerField(_("number of annotations"), default=0)

    class Meta:
        verbose_name = _("search term")
        verbose_name_plural = _("search terms")
        constraints = (models.UniqueConstraint(fields=("facet", "value"), name="search_term_once"),)
        indexes = (models.Index(fields=("facet", "-number", "value"), name="search_term_by_number"),)

    def __str__(self) -> str:
        return f"{self.facet}={self.value}"


class EntryTerm(models.Model):
    """That a dataset has a value of a facet."""

    pk = models.CompositePrimaryKey("entry_id", "term_id")
    entry = models.ForeignKey(SearchEntry, models.CASCADE, db_index=False, verbose_name=_("search entry"))
    term = models.ForeignKey(Term, models.CASCADE, db_index=False, verbose_name=_("search term"))

    class Meta:
        verbose_name = _("term of a search entry")
        verbose_name_plural = _("terms of search entries")

    def __str__(self) -> str:
        return f"{self.entry_id}, {self.term_id}"
