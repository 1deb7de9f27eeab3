"""What the pages of the builder share: for hub staff only, finding the form, addresses, words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from access_requests.admin.filters import user_of
from access_requests.drafts import Sheet, sheet
from access_requests.kinds import Kind

TEMPLATES = "admin/access_requests/form"

View = Callable[..., HttpResponse]

# What each kind is called, and when to choose it.
KIND_WORDS: dict[Kind, tuple[Promise, Promise]] = {
    Kind.SHORT_TEXT: (_("Short text"), _("A line: a title, a name, an institution.")),
    Kind.LONG_TEXT: (_("Long text"), _("Several lines: a description, a postal address.")),
    Kind.EMAIL: (_("E-mail address"), _("One address, checked for its form.")),
    Kind.PHONE: (_("Phone number"), _("Digits, with the country first.")),
    Kind.NUMBER: (_("Whole number"), _("A number with a least and a most, if you wish.")),
    Kind.DATE: (_("Date"), _("A day; from the day it is answered on, if you wish.")),
    Kind.URL: (_("Web address"), _("A page that starts with https://; an ORCID iD becomes one.")),
    Kind.COUNTRY: (_("Country"), _("One of the world’s countries.")),
    Kind.ONE_OF: (_("One of several answers"), _("You write the answers, the applicant chooses one.")),
    Kind.SOME_OF: (_("Some of several answers"), _("You write the answers, the applicant ticks those that are so.")),
    Kind.CONFIRM: (_("Tick to confirm"), _("A sentence that the applicant confirms.")),
    Kind.ORCID: (_("ORCID iD"), _("Sixteen characters, checked for typing errors.")),
    Kind.PERSON: (_("Person"), _("Name, title and e-mail address.")),
    Kind.FILE: (_("Files"), _("Documents that the applicant attaches.")),
    Kind.EXPLANATION: (_("Explanation, no answer"), _("A title and a paragraph between questions.")),
}


def for_hub(view: View) -> View:
    """A page for hub staff; for everybody else there is none. So it is for a form that is not there."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not user_of(request).is_hub:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def sheet_or_404(slug: str) -> Sheet:
    """A form as it is edited.

    Raises:
        Http404: when there is none with this slug.
    """
    try:
        return sheet(slug)
    except KeyError:
        raise Http404 from None


def url_of(page: str, *args: str) -> str:
    """The address of a page of the builder."""
    return reverse(f"admin:access_requests_form_{page}", args=args)
