"""What the clock does for the hub as a whole: it forgets what has been kept long enough."""

from __future__ import annotations

from celery import shared_task

from aidahub.pages import retention


@shared_task(name=retention.CLOCK)
def forget() -> None:
    """Go through the table of what is kept how long; may run as often as one likes."""
    retention.forget()
