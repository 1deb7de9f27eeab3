"""Search in the list: every word must stand somewhere in what was sent, however it is written."""

from __future__ import annotations

import re

from django.conf import settings
from django.db.models import QuerySet

from access_requests.models import AccessRequest
from datasets.register.values import fold

REFERENCE = re.compile(rf"{re.escape(settings.REFERENCE_PREFIX)}-\d{{4}}-\d{{5,18}}", re.IGNORECASE | re.ASCII)
MOST_WORDS = 8
LONGEST_WORD = 60


def found(requests: QuerySet[AccessRequest], text: str) -> QuerySet[AccessRequest]:
    """Those of the requests in which every word of the text stands: answers, people, dataset, reference, number.

    A reference or an address is looked for as a whole. Signs alone are no words.

    Args:
        requests: what the person may see.
        text: as typed; very long texts are cut, since no database matches patterns of any length.
    """
    for word in text.replace("\0", " ").split()[:MOST_WORDS]:
        if REFERENCE.fullmatch(word):
            requests = requests.filter(reference=word.upper())  # by its index; the words of all need not be read
        elif folded := fold(word[:LONGEST_WORD]):
            requests = requests.filter(search_text__contains=folded)
    return requests
