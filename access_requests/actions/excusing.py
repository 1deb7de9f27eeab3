"""Taking a decider out of the open round: by word of somebody, or by the system where they are named by now."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from access_requests import review
from access_requests.conflicts import conflicts_in
from access_requests.events import seal
from access_requests.labels import PART_LABELS
from access_requests.models import AccessRequest, Decider, SealedText
from access_requests.workflow import Part, Verb
from aidahub.accounts.models import User

from .moving import record, settle_round


def excuse_one(
    request: AccessRequest, asked: Decider, *, by: User | None, reason: SealedText, more: bool = False
) -> None:
    """Let a decider of the open round vote no more; the votes of the rest may settle it.

    With nobody left the hub decides.

    Args:
        request: locked.
        asked: who is excused; a vote of theirs is set aside.
        by: who excuses them; none for the system.
        more: whether another one follows at once, so that nothing is settled yet.
    """
    round_ = asked.round
    asked.excused_at, asked.excused_by, asked.excuse = timezone.now(), by, reason
    asked.save(update_fields=["excuse", "excused_at", "excused_by"])
    review.set_aside(round_, asked.provider)
    if not more and not round_.deciders.filter(excused_at=None).exists():
        round_.by_hub = True
        round_.save(update_fields=["by_hub"])
    outcome = None if more else settle_round(request, round_)
    payload: dict[str, Any] = {"decider": review.place_of(round_, asked.provider), "round": round_.number}
    payload |= {"reason": reason.digest}
    payload |= {"by_hub": round_.by_hub, "settled": outcome.value if outcome else None}
    record(request, Verb.EXCUSE, by=by, payload=payload)


def excuse_the_named(request: AccessRequest) -> AccessRequest:
    """Excuse the deciders of the open round who are named in the request by now; every verb about people calls it.

    The caller goes on with `grant_if_complete`, since the votes of the others may settle the round.
    """
    round_ = request.rounds.filter(closed_at=None, by_hub=False).first()
    if round_ is None:
        return request
    named = {conflict.provider.pk: conflict.part for conflict in reversed(conflicts_in(request))}
    rows = round_.deciders.filter(excused_at=None, provider__in=named).select_related("provider", "round")
    asked = list(rows.order_by("pk"))
    for decider in asked:
        reason = seal(request, _why(named[decider.provider_id]))
        excuse_one(request, decider, by=None, reason=reason, more=decider != asked[-1])
    return request


def _why(part: Part) -> str:
    """The reason that the record keeps, in the site's language: nobody who acts says it."""
    with override(settings.LANGUAGE_CODE):
        return _("Is named in the request (%(part)s), and whoever is named does not decide.") % {
            "part": PART_LABELS[part]
        }
