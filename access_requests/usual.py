"""How long an answer takes, in words: what is promised (a setting), and what was measured lately (`measuring`)."""

from __future__ import annotations

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from datasets.models import Dataset

from .models import AccessRequest, UsualTime


def annotated(dataset: str) -> dict[str, Coalesce]:
    """For many rows, to annotate: `usual`, what was measured for their dataset, else for the hub; no further query.

    Args:
        dataset: the name of the column that holds the dataset's key, as `dataset` or `pk`.
    """
    times = UsualTime.objects.order_by().values("days")
    own = times.filter(dataset=OuterRef(dataset))
    return {"usual": Coalesce(Subquery(own[:1]), Subquery(times.filter(dataset=None)[:1]))}


def usual_of(row: AccessRequest | Dataset) -> int | None:
    """What was measured for a dataset, or that of a request, else for the hub; asks only where it is not annotated."""
    if "usual" in row.__dict__:
        known: int | None = row.__dict__["usual"]
        return known
    key = row.dataset_id if isinstance(row, AccessRequest) else row.pk
    rows = UsualTime.objects.filter(Q(dataset=key) | Q(dataset=None))
    found: dict[int | None, int] = dict(rows.values_list("dataset", "days"))
    return found.get(key, found.get(None))


def sentence(usual: int | None) -> str:
    """How long an answer takes, as a sentence: what is usual, and what is promised."""
    promised = settings.PROMISED_DAYS
    words = {"usual": working_days(usual or 0), "promised": promised}
    if usual is None:
        return _("An answer is promised within %(days)s.") % {"days": working_days(promised)}
    if usual > promised:
        return _("An answer is promised within %(days)s; lately it has usually taken %(usual)s.") % {
            "days": working_days(promised), "usual": working_days(usual)}  # fmt: skip
    if usual == promised:
        return _("Usually answered within %(usual)s, as promised.") % words
    return _("Usually answered within %(usual)s; at most %(promised)s are promised.") % words


def working_days(number: int) -> str:
    """A number of working days in words."""
    return ngettext("%(days)s working day", "%(days)s working days", number) % {"days": number}
