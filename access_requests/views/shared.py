"""What these views share: signing in first, finding what one may see, saying why something is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from access_requests.models import AccessRequest, AccessRequestQuerySet
from access_requests.rules import Denied
from access_requests.taking_part import Done, PersonState
from access_requests.usual import annotated
from access_requests.waiting import hub_decides
from aidahub.accounts.models import User
from datasets.differences import difference
from datasets.models import License, LicenseText


class SignedIn(HttpRequest):
    """A request of somebody who has signed in."""

    user: User


R = TypeVar("R", bound=HttpResponseBase)


def for_people(view: Callable[..., R]) -> Callable[..., R | HttpResponse]:
    """A view for whoever has signed in; a refusal becomes a page that says why.

    Anonymous people are sent to the sign-in page and back, the same way whether what they asked for exists or not.
    """

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> R | HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(way_back(request))
        try:
            return view(request, *args, **kwargs)
        except Denied as denied:
            return denied_page(request, denied)
        except AccessRequest.DoesNotExist:  # a draft, thrown away in another window at the same moment
            raise Http404 from None

    return guarded


def way_back(request: HttpRequest) -> str:
    """Where to go after signing in: this page; its query stands in what was asked by GET only."""
    return request.path if request.method == "POST" else request.get_full_path()


def denied_page(request: HttpRequest, denied: Denied) -> HttpResponse:
    """Why something may not happen, as a whole page."""
    return render(request, "access_requests/denied.html", {"sentence": str(denied)}, status=403)


def visible(request: SignedIn, reference: str) -> AccessRequest:
    """The access request with this reference.

    Raises:
        Http404: when there is none that this person may see.
    """
    return _found(AccessRequest.objects.visible_to(request.user), reference)


def to_answer(request: SignedIn, reference: str) -> AccessRequest:
    """The access request with this reference, for whom it names: also for whoever has declined.

    Raises:
        Http404: when there is none that names this person now or that they may see.
    """
    seen, named = AccessRequest.objects.visible_to(request.user), AccessRequest.objects.to_answer_by(request.user)
    return _found(seen | named, reference)


def reads_on(user: User, row: AccessRequest) -> bool:
    """Whether somebody reads the request itself, and not only the page of a part that they declined."""
    return AccessRequest.objects.visible_to(user).filter(pk=row.pk).exists()


def _found(rows: AccessRequestQuerySet, reference: str) -> AccessRequest:
    found = rows.filter(reference=reference)
    found = found.annotate(hub_decides=hub_decides(), **annotated("dataset"))
    row = found.select_related("dataset", "license__policy", "applicant", "form_version").first()
    if row is None:
        raise Http404
    row.license.dataset = row.dataset
    return row


def text_shown(license: License, sha256: str) -> LicenseText | None:
    """The text of a licence that the page showed, by the digest that it posts; none for anything else.

    Compared here and not in the database, since PostgreSQL refuses to look for what somebody may post (NUL).
    """
    return next((text for text in license.texts.all() if text.sha256 == sha256), None)


def what_changed(row: AccessRequest, mine: Iterable[PersonState]) -> str:
    """What is different in the licence since somebody accepted it, as safe HTML; empty where they need not again."""
    text = row.license.text_in_force
    again = [state.person for state in mine if state.done == Done.AGAIN]
    held = row.acceptances.filter(participant__in=again).select_related("license_text")
    last = held.order_by("license_text__number").last()
    if text is None or last is None:
        return ""
    return difference(last.license_text.text, text.text)
