"""Search in the list: every word must stand somewhere in what was sent, however it is written."""

from __future__ import annotations

from django.db.models import QuerySet

from access_requests.models import AccessRequest
from datasets.register.values import fold

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
        if folded := fold(word[:LONGEST_WORD]):
            requests = requests.filter(search_text__contains=folded)
    return requests
