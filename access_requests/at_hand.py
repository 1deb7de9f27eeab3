"""What a verb asks for again and again, read once, for as long as the request is locked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db.models import Model, Prefetch, prefetch_related_objects

from datasets.models import DatasetProvider

from .models import AccessRequest, Decider, Round, Submission

SENT = Prefetch("submissions", Submission.objects.select_related("form_version", "license_text"))
ASKED = Prefetch("deciders", Decider.objects.select_related("provider"))
VOTED_ON = Prefetch("rounds", Round.objects.prefetch_related(ASKED))
WITH_PROVIDERS = Prefetch("dataset_providers", DatasetProvider.objects.select_related("provider"))
OF_WORDS = ("participants", SENT, "attachments")
Lookups = tuple[str | Prefetch, ...]  # type: ignore[type-arg]  # of any name and rows


def at_hand(request: AccessRequest) -> AbstractContextManager[None]:
    """Have the people, submissions (with their form and licence text) and files of a locked request at hand.

    Nothing inside may change one of these rows, and what is written beside them is told by `added`. Afterwards they
    are asked for anew, so that nobody reads old ones.
    """
    return _at_hand((request, OF_WORDS))


def all_at_hand(request: AccessRequest) -> AbstractContextManager[None]:
    """The same, and the request's rounds, its licence's texts, and the providers of its dataset."""
    if request.submitted_at is None:
        for name in ("submissions", "rounds"):  # a draft that was never sent has none
            hold(request, name, ())
    texts, providers = (request.license, ("texts",)), (request.dataset, (WITH_PROVIDERS,))
    return _at_hand((request, (*OF_WORDS, "rounds")), texts, providers)


def voters_at_hand(request: AccessRequest) -> AbstractContextManager[None]:
    """Have at hand who may vote on a locked request: its rounds with those who are asked, its dataset's providers."""
    return _at_hand((request, (VOTED_ON,)), (request.dataset, (WITH_PROVIDERS,)))


@contextmanager
def _at_hand(*owners: tuple[Model, Lookups]) -> Iterator[None]:
    for owner, lookups in owners:
        prefetch_related_objects([owner], *lookups)
    try:
        yield
    finally:
        for owner, lookups in owners:
            for lookup in lookups:
                _fetched(owner).pop(lookup if isinstance(lookup, str) else lookup.prefetch_to, None)


def is_at_hand(owner: Model, name: str) -> bool:
    """Whether rows were fetched before they were asked for."""
    return name in _fetched(owner)


def added(owner: Model, name: str, rows: Iterable[Model]) -> None:
    """Have rows that were just written at hand, too, where those beside them are."""
    if is_at_hand(owner, name):
        hold(owner, name, [*getattr(owner, name).all(), *rows])


def hold(owner: Model, name: str, rows: Iterable[Model]) -> None:
    """Have these rows at hand, which are all that there are."""
    found = getattr(owner, name).all()
    found._result_cache = list(rows)  # noqa: SLF001 - as Django does it for what it fetches before
    owner._prefetched_objects_cache = {**_fetched(owner), name: found}  # type: ignore[attr-defined]  # noqa: SLF001


def _fetched(owner: Model) -> dict[str, Any]:
    """Where Django keeps what was fetched before it was asked for."""
    found: dict[str, Any] = getattr(owner, "_prefetched_objects_cache", {})
    return found
