"""What the clock does for those who watch over the site."""

from __future__ import annotations

from celery import shared_task

from aidahub.watching import signs


@shared_task(name="watching.leave_sign", acks_late=False)
def leave_sign() -> None:
    """Leave a sign of life."""
    signs.leave()
