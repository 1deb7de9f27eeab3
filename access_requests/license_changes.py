"""What a changed licence text means for open requests: the clock looks, since nothing calls it when a text changes.

An editorial change carries acceptances over, which is recorded. After a material one, whoever had accepted is told
what changed and accepts again. Both happen once for each person and text, however often the clock looks.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef

from datasets.models import LicenseText

from . import actions, notifications
from .models import AccessRequest, Participant
from .taking_part import Done, states, with_parts
from .workflow import OPEN, Status

BATCH = 100


def changed_texts() -> Iterator[AccessRequest]:
    """The open requests whose licence got another text into force after its first, in the order of their keys."""
    later = LicenseText.objects.filter(
        license=OuterRef("license"), change__in=(LicenseText.Change.EDITORIAL, LicenseText.Change.MATERIAL)
    )
    rows = AccessRequest.objects.filter(Exists(later), status__in=sorted(OPEN))
    return rows.select_related("license__dataset").order_by("pk").iterator(BATCH)


def catch_up_with_licenses() -> int:
    """Bring every open request up to the licence's text in force; for how many there was something to do.

    Each request is a transaction of its own, so a request that cannot be handled stops none before it.
    """
    return sum(_catch_up(request) for request in changed_texts())


def _catch_up(request: AccessRequest) -> bool:
    text = request.license.text_in_force
    if text is None:
        return False
    carried = actions.carry_over(request=request, text=text)
    return _tell(request, text) or bool(carried)


@transaction.atomic
def _tell(request: AccessRequest, text: LicenseText) -> bool:
    """Tell whoever accepted a text that counts no more; not while the applicant is changing the request."""
    request = AccessRequest.objects.locked(request)
    if request.status not in OPEN:
        return False
    people = _must_accept_again(request)
    if people:
        notifications.tell_of_license(request, people, text)
    return bool(people)


def _must_accept_again(request: AccessRequest) -> list[Participant]:
    with_parts([request])
    if request.status == Status.RETURNED:  # the applicant accepts again by sending again
        return [state.person for state in states(request) if state.done == Done.AGAIN and state.part != "applicant"]
    return [state.person for state in states(request) if state.done == Done.AGAIN]
