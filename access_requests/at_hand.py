"""What the end of a verb asks for again and again, read once: the people, submissions and files of a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import Prefetch, prefetch_related_objects

from .models import AccessRequest, Submission


@contextmanager
def at_hand(request: AccessRequest) -> Iterator[None]:
    """Have the people, submissions (with their form and licence text) and files of a locked request at hand.

    Nothing inside may change one of these rows. Afterwards they are asked for anew, so that nobody reads old ones.
    """
    sent = Submission.objects.select_related("form_version", "license_text")
    prefetch_related_objects([request], "participants", Prefetch("submissions", sent), "attachments")
    try:
        yield
    finally:
        request.refresh_from_db(
            fields=["participants", "submissions", "attachments"]
        )  # Django's way to drop what was fetched
