"""How the outcome of a round is told to those who read of no votes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from .models import Event
from .telling import Entry, reason_of, told
from .workflow import Answer, Status, Verb

HUB = "hub"
SETS_ASIDE = frozenset({Verb.EXCUSE, Verb.VOID_VOTE})


def outcome_told(event: Event, events: list[Event]) -> Entry | None:
    """The outcome of the event that settled a round; nothing where an event settled none."""
    outcome = event.payload.get("settled")
    if not outcome:
        return None
    if event.payload.get("status") == Status.DECIDED:
        return told(event, _("The dataset's providers have answered; %(hub)s confirms the answer."), "people")
    by_hub = event.payload.get("decider") == HUB
    if outcome == Answer.APPROVE:
        approved = _("%(hub)s approved the request.") if by_hub else _("The dataset's providers approved the request.")
        return told(event, approved, "check", _reasons(event, events))
    rejected = _("%(hub)s rejected the request.") if by_hub else _("The dataset's providers rejected the request.")
    return told(event, rejected, "cross", _reasons(event, events))


def _reasons(last: Event, events: list[Event]) -> str:
    """Why a round was settled as it was: the reasons of those who said so, each one's last word that counts."""
    votes: dict[Any, Event] = {}
    for event in events:
        if event.payload.get("round") != last.payload.get("round"):
            continue
        if event.verb == Verb.DECIDE:
            votes[event.payload.get("decider")] = event
        elif event.verb in SETS_ASIDE:
            votes.pop(event.payload.get("decider"), None)
    texts = [reason_of(event) for event in votes.values() if event.payload.get("answer") == last.payload["settled"]]
    return "\n\n".join(text for text in texts if text)
