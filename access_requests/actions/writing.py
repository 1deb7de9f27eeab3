"""Hub staff write to everybody who has access to one dataset. It changes no request, and each reads it alone."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access_requests import notifications
from access_requests.models import Grant
from access_requests.plain import plain
from access_requests.rules import Denied, check_length
from aidahub.accounts.models import User
from datasets.models import Dataset

LONGEST_SUBJECT = 150


def holders_of(dataset: Dataset) -> list[str]:
    """The addresses of everybody who has access to a dataset today, each once."""
    grants = Grant.objects.in_force().on(timezone.localdate()).filter(request__dataset=dataset)
    addresses = grants.order_by().values_list("participant__email", flat=True)
    return sorted({address.casefold() for address in addresses})


@transaction.atomic
def write_to_holders(*, dataset: Dataset, by: User, subject: str, text: str, key: uuid.UUID) -> int:
    """Queue one mail to each who has access to a dataset now; how many there are.

    Args:
        key: made with the form: what is sent twice with one key is written once.

    Raises:
        Denied: where somebody else than hub staff tries, or there is nothing to say or nobody to read it.
    """
    if not by.is_hub:
        raise Denied(_("Only hub staff can do this."))
    words, title = check_length(plain(text)), " ".join(plain(subject).split())
    if not words or not title:
        raise Denied(_("Please write a subject and a text."))
    if len(title) > LONGEST_SUBJECT:
        raise Denied(_("The subject is too long."))
    addresses = holders_of(dataset)
    if not addresses:
        raise Denied(_("Nobody has access to this dataset now."))
    notifications.write_to_all(dataset, addresses, subject=title, text=words, key=key.hex)
    return len(addresses)
