"""The worker's part: a tick of the clock delivers what is due."""

from __future__ import annotations

from celery import shared_task

from .delivery import deliver


@shared_task(name="outbox.deliver", acks_late=False)
def deliver_due() -> None:
    """Deliver what is due. A tick that is lost with its worker is not repeated: the next one does the same."""
    deliver()
