"""Rounds: who is asked, what the votes come to. Called by `actions` with a locked request."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from datasets.models import Provider

from .at_hand import added, hold
from .conflicts import sorted_out
from .models import AccessRequest, Decider, Round
from .policies import policy_of
from .rules import settle
from .workflow import Answer


def open_round(request: AccessRequest, asked: Sequence[Provider] | None = None) -> Round:
    """Open the next round on the last submission and ask its deciders; none left to ask: the hub decides.

    Args:
        request: locked.
        asked: as `conflicts.sorted_out` has them, where the caller knows them.
    """
    if asked is None:
        asked = sorted_out(request).asked
    round_ = Round.objects.create(
        request=request,
        submission=request.sent_last,
        number=len(request.rounds.all()) + 1,
        quorum=policy_of(request.license).quorum,
        by_hub=not asked,
    )
    rows = Decider.objects.bulk_create(Decider(round=round_, provider=provider) for provider in asked)
    hold(round_, "deciders", rows)
    added(request, "rounds", [round_])
    return round_


def is_confirmed_by_hub(request: AccessRequest, round_: Round) -> bool:
    """Whether hub staff confirm what a round's votes come to."""
    return policy_of(request.license).confirm and not round_.by_hub


def open_round_of(request: AccessRequest) -> Round:
    """The round whose votes are being collected; `rules.check_may` has seen that there is one.

    Raises:
        LookupError: where there is none.
    """
    round_ = request.open_round
    if round_ is None:
        raise LookupError(f"{request} has no open round.")
    return round_


def close_round(request: AccessRequest, outcome: Answer | None = None) -> None:
    """Close the open round, if there is one, with what the votes came to."""
    request.rounds.filter(closed_at=None).update(closed_at=timezone.now(), outcome=outcome or "")


def set_aside(round_: Round, provider: Provider) -> None:
    """Count a decider's vote in a round no more."""
    round_.decisions.filter(provider=provider, void_at=None).update(void_at=timezone.now())


def outcome_of(round_: Round) -> Answer | None:
    """What the votes that are in come to now."""
    cast = round_.decisions.filter(void_at=None).order_by("decided_at")
    votes = {row.provider_id: Answer(row.answer) for row in cast}
    return settle(round_, votes, {row.provider_id for row in round_.deciders.all() if row.excused_at is None})


def place_of(round_: Round, provider: Provider | None) -> int | str:
    """How the record names a voter: their place among those who are asked in the round, from 1, or `hub`."""
    if provider is None:
        return "hub"
    return next(place for place, row in round_.places.items() if row.provider_id == provider.pk)
