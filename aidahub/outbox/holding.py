"""Keeping mails back, in a copy of a site that must not write to the same people again."""

from __future__ import annotations

from .models import Mail

HELD = "Held back when a backup was restored."


def hold_all() -> int:
    """Mark every mail that waits as failed, so that it goes out only when hub staff try it again; how many there were.

    A code or link that signs somebody in is emptied, as in any mail that is given up.
    """
    waiting = Mail.objects.filter(status__in=(Mail.Status.WAITING, Mail.Status.SENDING))
    waiting.filter(secret=True).update(text="", html="")
    return waiting.update(status=Mail.Status.FAILED, lease_until=None, claim="", last_error=HELD)
