"""Many datasets at once: a few queries for each few hundred of them, so that catalogues of any size can be read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db.models import Count, Max, Q

from datasets.exports.serve import etag_of
from datasets.landing import Landing, Party, Work, sections
from datasets.models import Citation, Contributor, Dataset, DatasetQuerySet, License, LicenseText

TOGETHER = 500
VERSION = "1"  # of what catalogue and metadata.json say; a change in the code that makes them takes the next one


def state_of(datasets: DatasetQuerySet) -> tuple[list[int], str]:
    """The keys of some datasets by DOI, and an ETag that changes with whatever an export says of them; two queries.

    An import saves the dataset's row with all that belongs to it, so the row's time speaks for everything but the
    choice of hub staff which text of a licence is in force.
    """
    rows = list(datasets.order_by("doi").values_list("pk", "source_hash", "page_hash", "imported_at"))
    waiting = Count("pk", filter=Q(change=LicenseText.Change.WAITING))
    texts = LicenseText.objects.aggregate(newest=Max("pk"), waiting=waiting)
    site = (settings.BASE_URL, settings.HUB_NAME, settings.HUB_EMAIL)
    etag = etag_of(VERSION, *site, repr(sorted(texts.items())), *(repr(row) for row in rows))
    return [row[0] for row in rows], etag


def batches(keys: Sequence[int], size: int = TOGETHER) -> Iterator[Sequence[int]]:
    """The keys, some hundred at a time."""
    return (keys[start : start + size] for start in range(0, len(keys), size))


def landings(keys: Sequence[int]) -> list[Landing]:
    """What the landing pages of these datasets hold, without providers, images and texts; four queries."""
    rows = Dataset.objects.filter(pk__in=keys).defer("body_html", "annotation_html", "findings").order_by("doi")
    found = {row.pk: Landing(row) for row in rows}
    licenses: dict[int, list[License]] = defaultdict(list)
    for license in License.objects.filter(dataset__in=keys, retired_at=None).defer("blurb").order_by("order"):
        licenses[license.dataset_id].append(license)
    for key, landing in found.items():
        landing.licenses = sections(licenses[key])
    for person in Contributor.objects.filter(dataset__in=keys).order_by("order"):
        if person.dataset_id in found:
            _add(found[person.dataset_id], person)
    for work in Citation.objects.filter(dataset__in=keys).order_by("order"):
        if work.dataset_id in found:
            found[work.dataset_id].works.append(Work(work.text, work.identifier))
    return list(found.values())


def _add(landing: Landing, person: Contributor) -> None:
    parties = landing.authors if person.role == Contributor.Role.AUTHOR else landing.holders
    party = Party(person.name, person.kind, person.identifier, person.url)
    if party not in parties:
        parties.append(party)
