"""What holders of access do on their request's page: see the secret, leave, renew, confirm that copies are deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access_requests import actions
from access_requests.holdings import holdings, with_grants
from access_requests.models import AccessRequest
from access_requests.policies import opens_a_way
from access_requests.rules import REASON_LENGTH, Denied, check_may, confirms_for_all, may
from access_requests.workflow import ENDED_ACCESS, MOVES, WITH_ACCESS, Part, Verb
from aidahub.accounts.models import User

from .shared import SignedIn, for_people, reads_on, to_answer, visible
from .verbs import ASKED


def panel(user: User, row: AccessRequest, parts: frozenset[Part]) -> dict[str, Any]:
    """What the request's page says of access: who holds it, how to get the data, what a holder can do.

    Whether the dataset takes a renewal in the end is said by the page that begins one.
    """
    held = holdings(row, user) if row.status in WITH_ACCESS else []
    own = [holding for holding in held if holding.mine]
    over = row.status in ENDED_ACCESS or any(not holding.grant.in_force for holding in own)
    renewable = row.status in MOVES[Verb.RENEW].sources and opens_a_way(row.license)
    earlier = AccessRequest.objects.visible_to(user).filter(pk=row.renews_id) if row.renews_id else ()
    return {
        "holdings": held,
        "own": own,
        "others": [holding for holding in held if not holding.mine],
        "may_leave": any(holding.open for holding in own),
        "may_renew": renewable and Part.APPLICANT in parts,
        "may_confirm_deletion": over and may(user, Verb.CONFIRM_DELETION, row, parts).ok,
        "confirms_for_all": confirms_for_all(row, parts - {Part.HUB}),
        "renews": next(iter(earlier), None),
    }


def fetch(row: AccessRequest) -> None:
    """Read what `panel` and the sentence about access need."""
    if row.status in WITH_ACCESS:
        prefetch_related_objects([row], with_grants())


def _page(request: SignedIn, row: AccessRequest, name: str, **context: object) -> HttpResponse:
    return render(request, f"access_requests/{name}.html", {"access_request": row, **context})


@require_http_methods(ASKED)
@for_people
def secret(request: SignedIn, reference: str) -> HttpResponse:
    """`/requests/<reference>/secret/`: a holder's own secret, shown once for each POST, which is recorded.

    It stands in this one answer and nowhere else: no store of browsers or proxies keeps it.
    """
    row = visible(request, reference)
    if request.method != "POST":
        check_may(request.user, Verb.SHOW_SECRET, row)
        return _page(request, row, "secret")
    return _page(request, row, "secret_shown", delivery=actions.show_secret(request=row, by=request.user))


@require_http_methods(ASKED)
@for_people
def leave(request: SignedIn, reference: str) -> HttpResponse:
    """`/requests/<reference>/leave/`: somebody moves to another institution, and their access ends."""
    row = visible(request, reference)
    if request.method != "POST":
        parts = check_may(request.user, Verb.LEAVE, row)
        fetch(row)
        own = [holding for holding in holdings(row, request.user) if holding.mine and holding.open]
        if not own:
            raise Denied(_("You have no access here that could end."))
        return _page(request, row, "leave", own=own, renews=Part.APPLICANT in parts, longest=REASON_LENGTH)
    row = actions.leave(request=row, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("Your access at the institution that you left is over. Please delete your copies."))
    if may(request.user, Verb.RENEW, row):
        return redirect("access_requests:renew", reference=reference)
    return redirect(row)


@require_http_methods(ASKED)
@for_people
def renew(request: SignedIn, reference: str) -> HttpResponse:
    """`/requests/<reference>/renew/`: begin a request that follows this one, with its answers filled in."""
    row = visible(request, reference)
    if request.method != "POST":
        check_may(request.user, Verb.RENEW, row)
        fetch(row)
        own = [holding for holding in holdings(row, request.user) if holding.mine]
        left = bool(own) and own[0].grant.end_reason == "left"
        return _page(request, row, "renew", left=left, open=any(holding.open for holding in own))
    draft = actions.renew(request=row, by=request.user)
    messages.success(
        request, _("This is the new request. Look through the answers, change what is different, send it.")
    )
    return redirect("access_requests:edit", reference=draft.reference)


@require_http_methods(ASKED)
@for_people
def deletion(request: SignedIn, reference: str) -> HttpResponse:
    """`/requests/<reference>/deletion/`: confirm, after access ended, that copies are deleted: all, or one's own."""
    row = to_answer(request, reference)
    for_all = confirms_for_all(row, check_may(request.user, Verb.CONFIRM_DELETION, row))
    back = row.get_absolute_url() if reads_on(request.user, row) else reverse("access_requests:part", args=[reference])
    if request.method != "POST":
        return _page(request, row, "deletion", for_all=for_all, back=back)
    if not request.POST.get("deleted"):
        messages.error(request, _("Please tick the box if all copies are deleted. Nothing was confirmed."))
        return redirect("access_requests:deletion", reference=reference)
    actions.confirm_deletion(request=row, by=request.user)
    thanks = _("Thank you. It is recorded that all copies are deleted.")
    own = _("Thank you. It is recorded that your copies are deleted.")
    messages.success(request, thanks if for_all else own)
    return redirect(back)
