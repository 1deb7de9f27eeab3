"""How requests stand in the lists of those who decide: words, icons, whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .awaited import awaits_delivery, hubs_turn, is_hubs_turn
from .labels import STATUS_LABELS
from .models import AccessRequest, AccessRequestQuerySet, Grant, Participant
from .waiting import LOOKS, working_days_since
from .workflow import OPEN, TURN, Part, Status

Sentence = str | Promise

# The applicant is "you" in the words of `labels`, and somebody else here.
STATUS_WORDS: dict[Status, Sentence] = {
    **{status: words for status, words in STATUS_LABELS.items() if status != Status.DRAFT},
    Status.RETURNED: gettext_lazy("Sent back"),
}
TURN_WORDS: dict[Part, Sentence] = {
    Part.APPLICANT: gettext_lazy("The applicant"),
    Part.HUB: gettext_lazy("Hub staff"),
    Part.DECIDER: gettext_lazy("The dataset’s providers"),
}


@dataclass(frozen=True)
class Shown:
    """One request as a line: everything a list says about it. `flag` is a warning for hub staff alone."""

    reference: str
    url: str
    status: Sentence
    kind: str
    icon: str
    applicant: str
    institution: str
    dataset: str
    license: str
    since: datetime
    days: int | None
    turn: Sentence
    mine: bool
    flag: str = ""


def page_url(reference: str) -> str:
    """The decision page of a request."""
    return reverse("admin:access_requests_accessrequest_change", args=(reference,))


def with_rows(requests: AccessRequestQuerySet) -> AccessRequestQuerySet:
    """These requests with what their lines need, in a constant number of queries."""
    rows = requests.select_related("dataset", "license__policy", "applicant").prefetch_related("participants", "rounds")
    return rows.annotate(undelivered=awaits_delivery(), hubs_turn=hubs_turn()).defer(*UNSHOWN)


# Long texts of a request and its dataset that no line shows.
UNSHOWN = (
    "draft", "search_text", "dataset__description_html", "dataset__annotation_html", "dataset__body_html",
    "dataset__front_matter", "dataset__findings", "license__abstract_html",
)  # fmt: skip


def is_awaited(request: AccessRequest) -> bool:
    """Whether somebody has the next move: nobody does when it is over, or access is open and the data handed over."""
    if request.status != Status.GRANTED:
        return request.status in OPEN
    known: bool | None = getattr(request, "undelivered", None)
    return known if known is not None else Grant.objects.undelivered().filter(request=request).exists()


def shown(request: AccessRequest, *, mine: bool | None = None) -> Shown:
    """The line of one request of `with_rows`.

    Args:
        request: a sent request.
        mine: whether it is the reader's turn; taken from the row's annotation where it is not given.
    """
    status = Status(request.status)
    look, icon = LOOKS[status]
    applicant = applicant_in(request.participants.all())
    mine = bool(getattr(request, "mine", False)) if mine is None else mine
    return Shown(
        reference=request.reference,
        url=page_url(request.reference),
        status=STATUS_WORDS[status],
        kind=look_for(look, mine=mine),
        icon=icon,
        applicant=applicant.name if applicant else str(request.applicant),
        institution=applicant.institution if applicant else "",
        dataset=request.dataset.display_name,
        license=request.license.name,
        since=request.status_since,
        days=working_days_since(request.status_since) if is_awaited(request) else None,
        turn=_("You") if mine else turn_of(request),
        mine=mine,
    )


def look_for(look: str, *, mine: bool) -> str:
    """The colour beside a status: to act where it is the reader's turn, to wait where it is the applicant's."""
    if mine:
        return "act"
    return "wait" if look == "act" else look


def turn_of(request: AccessRequest) -> Sentence:
    """Who has the next move, in words; "Nobody" when none is left to make."""
    if not is_awaited(request):
        return _("Nobody")
    if is_hubs_turn(request):
        return TURN_WORDS[Part.HUB]
    if request.status in {Status.SUBMITTED, Status.APPROVED}:
        return _("People named in it")
    return TURN_WORDS[TURN[Status(request.status)][0]]


def applicant_in(people: Iterable[Participant]) -> Participant | None:
    """The applicant as the request names them now."""
    return next((person for person in people if person.part == Part.APPLICANT and person.removed_at is None), None)
