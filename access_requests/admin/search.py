"""Search in the list: every word must be found somewhere in the request, its answers included."""

from __future__ import annotations

from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet

from access_requests.models import AccessRequest, Participant, Submission

MOST_WORDS = 8
LONGEST_WORD = 60
COLUMNS = (
    "reference",
    "dataset__name",
    "dataset__short_name",
    "dataset__doi",
    "applicant__name",
    "applicant__email",
)
ANSWERS = (
    "planned_use",
    "project_title",
    "applicant_institution",
    "applicant_department",
    "recipient_department",
    "course",
    "deletion",
    "aida_partner",
)


def found(requests: QuerySet[AccessRequest], text: str) -> QuerySet[AccessRequest]:
    """Those of the requests in which every word of the text stands.

    Args:
        requests: what the person may see.
        text: as typed; very long texts are cut, since no database matches patterns of any length.
    """
    for word in text.split()[:MOST_WORDS]:
        requests = requests.filter(_holds(word[:LONGEST_WORD]))
    return requests


def _holds(word: str) -> Q:
    columns = reduce(or_, (Q(**{f"{column}__icontains": word}) for column in COLUMNS))
    answers = reduce(or_, (Q(**{f"answers__{key}__icontains": word}) for key in ANSWERS))
    people = Q(name__icontains=word) | Q(email__icontains=word) | Q(institution__icontains=word)
    sent = Submission.objects.filter(answers, request=OuterRef("pk"))
    named = Participant.objects.filter(people, request=OuterRef("pk"), removed_at=None)
    return columns | Q(Exists(sent)) | Q(Exists(named))
