"""What becomes of mails when their time is over: nothing stays but that one was written, about what, and how it went.

An emptied mail still keeps a second one from being written: in place of the address stands a keyed digest of what
makes the mail unique, which tells nobody whose address it was.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from aidahub.batches import A_NIGHT, in_batches

from .models import Mail
from .queue import digest_of

EMPTIED = ("subject", "text", "html", "headers", "recipient", "last_error", "emptied_at")


def nothing_left(mail: Mail) -> dict[str, Any]:
    """The values of a mail's fields when it is emptied."""
    return {
        "subject": "",
        "text": "",
        "html": "",
        "headers": {},
        "recipient": digest_of(mail.about, mail.kind, mail.recipient),
        "last_error": "",
        "emptied_at": timezone.now(),
    }


def empty(mails: QuerySet[Mail], most: int | None = None) -> int:
    """Empty mails; how many. One that had not been sent is not sent any more, and counts as failed."""
    return in_batches(mails.filter(emptied_at=None), _empty, most)


def _empty(keys: list[int]) -> None:
    rows = list(Mail.objects.select_for_update().filter(pk__in=keys))
    for mail in rows:
        for name, value in nothing_left(mail).items():
            setattr(mail, name, value)
        if mail.status != Mail.Status.SENT:
            mail.status = Mail.Status.FAILED
        mail.lease_until, mail.claim = None, ""  # whoever is sending it writes nothing back
    Mail.objects.bulk_update(rows, (*EMPTIED, "status", "lease_until", "claim"))


def empty_old() -> int:
    """Empty what was sent, or given up, more than `MAIL_DAYS` days ago; mails about accounts go whole."""
    before = timezone.now() - timedelta(days=settings.MAIL_DAYS)
    sent = Q(status=Mail.Status.SENT, sent_at__lt=before)
    failed = Q(status=Mail.Status.FAILED, next_try_at__lt=before)
    old = Mail.objects.filter(sent | failed)
    gone = in_batches(old.filter(kind=Mail.ACCOUNT), lambda keys: Mail.objects.filter(pk__in=keys).delete(), A_NIGHT)
    return gone + empty(old, A_NIGHT)


def empty_for(addresses: Collection[str]) -> int:
    """Empty every mail to one of these addresses, sent or not."""
    known = {form for address in addresses if address for form in (address, address.casefold())}
    return empty(Mail.objects.filter(recipient__in=known))
