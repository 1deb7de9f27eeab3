"""Where access stands, in sentences: until when it is open, whether the data was handed over, what of the copies."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .holdings import is_open, is_own
from .kinds import day_in_words
from .models import AccessRequest, AnyUser, Grant
from .workflow import Status


def access_sentence(request: AccessRequest, viewer: AnyUser, since: str) -> str:
    """Where a request stands whose access was opened, for one reader; uses prefetched grants (`with_grants`).

    Args:
        since: the day since when it has its status, in words.
    """
    grants = list(request.grants.all())
    mine = [grant for grant in grants if is_own(grant, viewer)]
    if request.status == Status.GRANTED:
        return _open(request, grants, mine, since)
    return _over(request, grants, since, mine=bool(mine) or request.applicant_id == viewer.pk)


def _open(request: AccessRequest, grants: list[Grant], mine: list[Grant], since: str) -> str:
    today = timezone.localdate()
    held = [grant for grant in grants if is_open(grant, today)]
    own = [grant for grant in mine if grant in held]
    if own:
        started = day_in_words(own[0].starts)
        first = _("You have access since %(since)s.") % {"since": started}
        return " ".join((first, _until(own[0].ends), _handed_to_you(own)))
    if mine:
        ended = mine[-1].closed_on or mine[-1].ends
        first = _("Your access ended on %(day)s.") % {"day": day_in_words(ended) if ended else since}
        return f"{first} {_own_copies(mine)}"
    first = _("%(applicant)s has access since %(since)s.")
    if held and not any(grant.participant.user_id == request.applicant_id for grant in held):
        first = _("Access is open since %(since)s.")
    words = first % {"applicant": request.applicant.get_full_name(), "since": since}
    if not held:
        return _("Access was opened on %(since)s. Nobody holds it now.") % {"since": since}
    return " ".join((words, _until(held[0].ends), _handed_to_others(held)))


def _until(ends: date | None) -> str:
    if ends is None:
        return _("It has no end.")
    return _("The last day is %(day)s.") % {"day": day_in_words(ends)}


def _handed_to_you(own: list[Grant]) -> str:
    if any(grant.has_data for grant in own):
        return _("The data is ready for you.")
    return _("%(hub)s has been asked to hand the data over to you.") % {"hub": settings.HUB_NAME}


def _handed_to_others(held: list[Grant]) -> str:
    missing = sum(not grant.has_data for grant in held)
    if not missing:
        return _("The data was handed over.")
    if missing == len(held):
        return _("The data was not handed over yet; it is %(hub)s’s turn.") % {"hub": settings.HUB_NAME}
    return ngettext(
        "The data was not handed over to %(number)s of those who have access; it is %(hub)s’s turn.",
        "The data was not handed over to %(number)s of those who have access; it is %(hub)s’s turn.",
        missing,
    ) % {"number": missing, "hub": settings.HUB_NAME}


def _over(request: AccessRequest, grants: list[Grant], since: str, *, mine: bool) -> str:
    if not grants:
        return _("The approval was revoked on %(since)s, before access opened.") % {"since": since}
    if request.status == Status.EXPIRED:
        first = _("Your access ended on %(since)s.") if mine else _("Access ended on %(since)s.")
    else:
        first = _("Your access was revoked on %(since)s.") if mine else _("Access was revoked on %(since)s.")
    return f"{first % {'since': since}} {_copies(request, mine=mine)}"


def _own_copies(mine: list[Grant]) -> str:
    confirmed = [grant.copies_deleted_at for grant in mine if grant.copies_deleted_at]
    if len(confirmed) < len(mine):
        return _("All your copies of the data must be deleted, and that must be confirmed.")
    day = day_in_words(timezone.localdate(max(confirmed)))
    return _("It was confirmed on %(day)s that your copies are deleted.") % {"day": day}


def _copies(request: AccessRequest, *, mine: bool) -> str:
    if request.copies_deleted_at:
        day = day_in_words(timezone.localdate(request.copies_deleted_at))
        return _("It was confirmed on %(day)s that all copies are deleted.") % {"day": day}
    if mine:
        return _("All copies of the data must be deleted, and that must be confirmed.")
    return _("It is not confirmed yet that the copies are deleted.")
