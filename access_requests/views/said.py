"""The messages on a request's page: which are shown, and the form to write one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from access_requests.message_form import MessageForm
from access_requests.models import AccessRequest
from access_requests.rules import may
from access_requests.talk import Talk, page_of
from access_requests.workflow import CONFLICTED, Part, Verb

from . import kept
from .shared import SignedIn

SHOWN = 10
STEP = "message"


def messages_shown(
    request: SignedIn, row: AccessRequest, parts: frozenset[Part], talk: Talk, words: str | None
) -> dict[str, Any]:
    """One page of the messages, the last unless the address says which, and the form.

    Args:
        words: a message that could not be sent; the form shows it with what is wrong.
    """
    said, page, pages = page_of(talk.messages, request.GET.get("messages", ""), SHOWN)
    found = {"said": said, "said_page": page, "said_pages": pages}
    if not row.submitted_at:
        return found
    allowed = may(request.user, Verb.MESSAGE, row, parts)
    form = message_form(parts, data={"text": words} if words is not None else None, initial=_kept(request, row))
    if words is not None and form.is_valid():
        form.add_error("text", allowed.why)
    return {**found, "message_form": form if allowed or words is not None else None, "message_refused": allowed.why}


def message_form(parts: Collection[Part], **kwargs: Any) -> MessageForm:
    """The form, with who will read what is written."""
    if CONFLICTED.isdisjoint(parts):
        readers = _("The applicant and everybody named in the request read it, without your name.")
    else:
        readers = _("The reviewers and everybody who is named in the request read it. It becomes part of the record.")
    return MessageForm(name="message", label=_("Write a message"), help_text=readers, **kwargs)


def _kept(request: SignedIn, row: AccessRequest) -> dict[str, str]:
    """What somebody wrote whose sign-in had run out, once."""
    aside = request.session.get(kept.KEY) or {}
    if (aside.get("reference"), aside.get("step")) != (row.reference, STEP):
        return {}
    found = kept.take(request, row.reference, STEP)
    return {"text": found.posted.get("text", "")} if found else {}
