"""Before which pages of the admin somebody is asked again who they are: a table, held to by `AidaAdminSite`.

What cannot be undone, what takes many people's data out, and what changes what somebody may do. Files of one request,
papers that prove who somebody is among them, are not here: reading them is part of every decision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

Asks = Callable[[HttpRequest, dict[str, Any]], bool]

STEPS = frozenset({"revoke"})  # of the buttons of a request's page


def of_everybody(request: HttpRequest, _kwargs: dict[str, Any]) -> bool:
    """Whoever opens it."""
    return True


def of_hub(request: HttpRequest, _kwargs: dict[str, Any]) -> bool:
    """Hub staff; for others there is no such page."""
    return bool(getattr(request.user, "is_hub", False))


def of_hub_who_posts(request: HttpRequest, kwargs: dict[str, Any]) -> bool:
    """Hub staff who change something; looking is free."""
    return of_hub(request, kwargs) and request.method == "POST"


def of_hub_as_csv(request: HttpRequest, kwargs: dict[str, Any]) -> bool:
    """Hub staff who take the table out; looking is free."""
    return of_hub(request, kwargs) and request.GET.get("format") == "csv"


def of_a_step(request: HttpRequest, kwargs: dict[str, Any]) -> bool:
    """Whoever opens or does one of `STEPS`."""
    return kwargs.get("slug") in STEPS


ASKED_AGAIN: dict[str, Asks] = {
    "admin:access_requests_accessrequest_step": of_a_step,
    "admin:access_requests_accessrequest_export": of_everybody,
    "admin:access_requests_accessrequest_who_csv": of_everybody,
    "admin:access_requests_accessrequest_paper": of_hub,
    "admin:access_requests_account_acts": of_hub_as_csv,
    "admin:access_requests_account_close": of_hub,
    "admin:accounts_user_change": of_hub_who_posts,
    "admin:accounts_providerlink_changelist": of_hub_who_posts,
    "admin:accounts_invitation_add": of_hub,
}


def is_asked(request: HttpRequest, *_args: Any, **kwargs: Any) -> bool:
    """Whether the table asks before this request.

    What was posted and waited for the answer is done from the page that asked, whose name is not in the table.
    """
    asks = ASKED_AGAIN.get(request.resolver_match.view_name) if request.resolver_match else None
    return asks is not None and asks(request, kwargs)
