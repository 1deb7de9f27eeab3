"""One page of what waits for whom: every open request, the longest waiting first, and who takes care of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from access_requests.desk import is_open, longest, names, requests_for
from access_requests.models import AccessRequest
from access_requests.rows import Shown, shown
from access_requests.turns import Turn, turn_as_named_read, turn_in, with_turns
from aidahub.accounts.models import User

from .facts import is_named
from .filters import user_of
from .filters_more import unassigned
from .frame import frame

PAGE = 50
WHOSE: dict[str, str | Promise] = {
    "all": gettext_lazy("All"),
    "mine": gettext_lazy("Mine"),
    "nobody": gettext_lazy("Nobody’s"),
}


@dataclass(frozen=True)
class Line:
    """One open request: what it is, whose turn it is, who takes care of it.

    `own`: it names the reader, who reads neither who has voted nor who takes care of it.
    """

    shown: Shown
    turn: Turn
    assignee: str
    mine: bool
    own: bool


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """The page, for hub staff."""
    user = user_of(request)
    if not user.is_hub:
        raise Http404
    chosen = request.GET.get("whose", "all")
    chosen = chosen if chosen in WHOSE else "all"
    rows = requests_for(user).filter(is_open(), _whose(chosen, user))
    page = Paginator(rows.order_by("pk"), PAGE).get_page(request.GET.get("page"))
    start = page.start_index() - 1 if page.paginator.count else 0
    lines = list(with_turns(longest(rows, start + PAGE)))[start:]
    context = {
        **frame(request, _("What waits for whom")),
        "lines": [_line(row, user) for row in lines],
        "page": page,
        "chosen": chosen,
        "whose": WHOSE.items(),
        "here": request.get_full_path(),
    }
    return TemplateResponse(request, "admin/access_requests/accessrequest/waiting.html", context)


def _whose(chosen: str, user: User) -> Q:
    others = ~names(user)
    return {"mine": Q(assigned_to=user) & others, "nobody": unassigned() & others}.get(chosen, Q())


def _line(row: AccessRequest, user: User) -> Line:
    if is_named(user, row):
        return Line(shown(row, mine=False), turn_as_named_read(row), "", mine=False, own=True)
    to = row.assigned_to if row.assigned_to and row.assigned_to.is_active else None
    return Line(shown(row, mine=False), turn_in(row), str(to or ""), mine=bool(to and to.pk == user.pk), own=False)
