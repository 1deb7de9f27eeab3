"""Pages for when something went wrong: what happened, what was not lost, where to go."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext as _

from access_requests.views.edit import shown_again
from aidahub.tracing import current_id

AWAY = (OperationalError, InterfaceError)
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


class AddressesWithoutNul:
    """Middleware: an address that holds a NUL leads nowhere. PostgreSQL fails when it is asked for one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Args: get_response: the rest of the site."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the rest of the site does."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """Say that there is no such page.

        Raises:
            Http404: for such an address.
        """
        if "\0" in request.path_info:
            raise Http404


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 when more was sent than is taken, or 503 when the session could not be written.

    Django takes any trouble with writing a session for one that was ended meanwhile.
    """
    if isinstance(exception, SessionInterrupted) and _database_is_away(exception):
        return _resting()
    if isinstance(exception, TOO_LARGE):
        return HttpResponse(render_to_string("413.html"), status=413)
    return HttpResponse(render_to_string("400.html"), status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose secret is gone. A request form is shown once more, with everything that was written.

    But not what another site sent: somebody would find its words in their own form, and save them as theirs.

    Args:
        reason: Django's; what it says of another site begins with the name of the header that names it.
    """
    page = None if reason.startswith(("Origin", "Referer")) else shown_again(request)
    return page if page is not None else render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the database does not answer. Needs neither the database nor who is signed in."""
    if isinstance(sys.exc_info()[1], AWAY):
        return _resting()
    return HttpResponse(_text_of("500.html"), status=500)


def _resting() -> HttpResponse:
    """That the database does not answer, and when to come back."""
    return HttpResponse(_text_of("503.html"), status=503, headers={"Retry-After": "30"})


def _text_of(template: str) -> str:
    try:
        return render_to_string(template, {"number": current_id()})
    except Exception:  # whatever broke the page may have broken this one, too
        return escape(_("Something went wrong here. It has been logged. Please try again in a few minutes."))


def _database_is_away(problem: BaseException | None) -> bool:
    """Whether this came of a database that does not answer, however it was called on the way."""
    while problem is not None:
        if isinstance(problem, AWAY):
            return True
        problem = problem.__cause__ or problem.__context__
    return False
