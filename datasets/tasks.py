"""What the clock does for datasets: landing pages that were taken out of use are stored again."""

from __future__ import annotations

from celery import shared_task

from datasets import fragments


@shared_task(name="datasets.render_pages")
def render_pages() -> None:
    """Store the landing pages that changed since they were stored, or that other code made. One query when none did."""
    fragments.render_stale()
