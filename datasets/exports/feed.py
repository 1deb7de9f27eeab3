"""The newest datasets as an Atom feed (RFC 4287)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from datasets.exports.bulk import landings
from datasets.exports.plain import cut
from datasets.exports.record import Record, record_of
from datasets.models import Dataset

NEWEST = 30
SUMMARY = 1000


class _Feed(Atom1Feed):
    """An Atom feed whose entries name every author; Django's names one."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """Args: handler: writes the XML; item: what `add_item` was given, with `authors` beside it."""
        super().add_item_elements(handler, item)
        for name, address in item["authors"]:
            handler.startElement("author", {})
            handler.addQuickElement("name", name)
            if address:
                handler.addQuickElement("uri", address)
            handler.endElement("author")


def atom() -> str:
    """The feed; five queries. A dataset without a day of publication is as old as its import."""
    newest = Dataset.objects.listed().order_by(F("date_published").desc(nulls_last=True), "-imported_at", "doi")
    keys = list(newest.values_list("pk", flat=True)[:NEWEST])
    found = {landing.dataset.pk: record_of(landing) for landing in landings(keys)}
    feed = _Feed(
        title=f"{settings.HUB_NAME}: new datasets",
        link=f"{settings.BASE_URL}/datasets/",
        description="Medical imaging datasets, the newest first.",
        subtitle="Medical imaging datasets, the newest first.",
        feed_url=f"{settings.BASE_URL}/feed.atom",
        feed_guid=f"{settings.BASE_URL}/feed.atom",
        author_name=settings.HUB_NAME,
        author_link=f"{settings.BASE_URL}/",
        language="en",
    )
    for key in keys:
        if key in found:
            _add(feed, found[key])
    return str(feed.writeString("utf-8"))


def _add(feed: _Feed, record: Record) -> None:
    published = record.dataset.date_published
    feed.add_item(
        title=record.title,
        link=record.page,
        description=escape(cut(record.description, SUMMARY)),  # readers take it for HTML
        unique_id=record.doi_address,
        pubdate=_noon(published) if published else None,
        updateddate=max((_noon(day) for day in _days(record)), default=record.dataset.imported_at),
        categories=tuple(dict.fromkeys(filter(None, (record.field, *record.keywords)))),
        authors=[(agent.name, agent.identifier) for agent in record.creators],
    )


def _days(record: Record) -> list[date]:
    return [day for day in (record.dataset.date_published, record.dataset.date_modified) if day]


def _noon(day: date) -> datetime:
    """A time of that day in every zone of Europe."""
    return datetime.combine(day, time(12), UTC)
