"""Collects a paper: each chapter for one reader, in its order."""

from __future__ import annotations

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from access_requests.models import (
    AccessRequest,
    Decider,
    Decision,
    Delivery,
    Grant,
    LicenseAcceptance,
    Message,
    Participant,
    Round,
    Submission,
)
from access_requests.rules import parts_in
from access_requests.timeline import events_with_reasons
from aidahub.accounts.models import User

from .access import access
from .answers import answers
from .judging import rounds
from .literals import literals
from .record import events, history
from .shape import Paper, View, Where
from .subject import about, people
from .talking import files, files_of, said


def standing_to(request: AccessRequest, user: User) -> View:
    """As what somebody reads a request that they see."""
    return View(user, parts_in(user, request))


def paper_for(request: AccessRequest, view: View, kind: Where = Where.OWN) -> Paper:
    """All of a request that a reader may see.

    Args:
        request: a sent request that they see.
        view: who reads, by `standing_to`.
        kind: what it is called; the reader alone says what is in it.
    """
    _fetch(request)
    chapters = [
        about(request, view),
        history(request, view),
        people(request, view),
        answers(request),
        rounds(request, view),
        said(request, view),
        files(files_of(request, view), view),
        access(request, view),
        events(request) if view.hub else None,
    ]
    return Paper(
        title=_("Access request %(reference)s") % {"reference": request.reference},
        reference=request.reference,
        register_number=request.register_number,
        kind=kind,
        by=view.user.get_full_name() if isinstance(view.user, User) else "",
        at=timezone.now(),
        language=get_language() or "en",
        sections=tuple(chapter for chapter in chapters if chapter),
        literals=literals(request),
    )


def _fetch(request: AccessRequest) -> None:
    """What the chapters read, each in one query."""
    votes = Decision.objects.select_related("provider", "by", "reason", "evidence").order_by("decided_at", "pk")
    asked = Decider.objects.select_related("provider", "excused_by", "excuse").order_by("pk")
    judged = Round.objects.select_related("submission").prefetch_related(
        Prefetch("decisions", votes), Prefetch("deciders", asked)
    )
    given = Grant.objects.select_related("participant", "acceptance__license_text").prefetch_related(
        Prefetch("deliveries", Delivery.objects.select_related("by"))
    )
    prefetch_related_objects(
        [request],
        "texts",
        "attachments",
        "agreements__paper",
        "agreements__by",
        Prefetch("participants", Participant.objects.select_related("declined_why")),
        Prefetch("acceptances", LicenseAcceptance.objects.select_related("license_text")),
        Prefetch("submissions", Submission.objects.select_related("form_version__form", "license_text")),
        Prefetch("rounds", judged),
        Prefetch("grants", given),
        Prefetch("messages", Message.objects.select_related("by", "text")),
        Prefetch("events", events_with_reasons()),
    )
