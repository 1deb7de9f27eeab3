"""What somebody does once more because no answer came the first time: it counts once.

Verbs that move a request are refused the second time by its status. Words and files are not, so they are compared with
what the same person said or attached a moment ago. Both questions are asked with the request locked.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from aidahub.accounts.models import User

from .models import AccessRequest, Attachment, Message

# As long as somebody tries again after an error page or a button pressed twice.
MOMENT = timedelta(minutes=10)


def said_already(request: AccessRequest, by: User, kind: Message.Kind, words: str, question: str) -> Message | None:
    """The same words of the same person, if nobody said anything in the request since, and only a moment ago."""
    last = request.messages.select_related("text").order_by("number").last()
    if last is None or last.at < timezone.now() - MOMENT:
        return None
    same = (last.by_id, last.kind, last.question, last.text.text) == (by.pk, kind, question, words)
    return last if same else None


def attached_already(request: AccessRequest, by: User, **what: object) -> Attachment | None:
    """The same file of the same person, if it is there and came only a moment ago.

    Args:
        what: name, content and use of the file, as its row holds them.
    """
    here = request.attachments.filter(by=by, removed_at=None, redacted_at=None, at__gte=timezone.now() - MOMENT)
    return here.filter(**what).order_by("pk").last()
