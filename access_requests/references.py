"""References of requests: short, readable aloud, in order of the year."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from .models import ReferenceCounter


def next_reference() -> str:
    """The next reference, as `AIDA-2026-00042`; it may exceed five digits.

    Taken in a transaction of its own, so that two drafts begun at once wait for each other only this long;
    a draft that is not made after all leaves a gap, which is fine.
    """
    year = timezone.localdate().year
    with transaction.atomic():
        ReferenceCounter.objects.get_or_create(year=year)
        ReferenceCounter.objects.filter(year=year).update(last=F("last") + 1)
        last = ReferenceCounter.objects.values_list("last", flat=True).get(year=year)
    return f"{settings.REFERENCE_PREFIX}-{year}-{last:05}"
