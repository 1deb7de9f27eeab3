"""What a verb asks for again and again, read once, for as long as the request is locked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db.models import Model, Prefetch, prefetch_related_objects

from .models import AccessRequest, Decider, Round, Submission
from .policies import WITH_PROVIDERS

SENT = Prefetch("submissions", Submission.objects.select_related("form_version", "license_text"))
ASKED = Prefetch("deciders", Decider.objects.select_related("provider"))
VOTED_ON = Prefetch("rounds", Round.objects.prefetch_related(ASKED))
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
    texts, providers = (request.license, ("texts",)), (request.dataset, (WITH_PROVIDERS,))
    return _at_hand((request, (*OF_WORDS, "rounds")), texts, providers)


def rounds_at_hand(request: AccessRequest) -> AbstractContextManager[None]:
    """The same with nothing but the rounds of a locked request, each with those who are asked in it."""
    return _at_hand((request, (VOTED_ON,)))


@contextmanager
def _at_hand(*owners: tuple[Model, Lookups]) -> Iterator[None]:
    for owner, lookups in owners:
        prefetch_related_objects([owner], *lookups)
    try:
        yield
    finally:
        for owner, lookups in owners:
            for lookup in lookups:
                forget(owner, lookup if isinstance(lookup, str) else lookup.prefetch_to)


def added(owner: Model, name: str, rows: Iterable[Model]) -> None:
    """Have rows that were just written at hand, too, where those beside them are."""
    known = _fetched(owner).get(name)
    if known is not None:
        known._result_cache.extend(rows)  # noqa: SLF001 - Django has no other way to say what is known


def forget(owner: Model, name: str) -> None:
    """Ask for rows anew that were at hand: one of them was changed."""
    _fetched(owner).pop(name, None)


def _fetched(owner: Model) -> dict[str, Any]:
    """Where Django keeps what was fetched before it was asked for."""
    found: dict[str, Any] = getattr(owner, "_prefetched_objects_cache", {})
    return found
