"""How long answers take, as it was measured last; kept, so that no page measures."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from datasets.models import Dataset
from datasets.shown import ShownOnPage


class UsualTime(ShownOnPage):
    """Within how many working days half of the decisions came: for one dataset, or for the whole hub (no dataset).

    Landing pages show `days`. The row of the hub stands on the pages of all datasets that have none of their own:
    whoever writes it takes these out of use (`measuring.measure`).
    """

    unseen: ClassVar[frozenset[str]] = frozenset({"measured_on"})

    dataset = models.OneToOneField(
        Dataset, models.PROTECT, null=True, related_name="usual_time", verbose_name=_("dataset")
    )
    days = models.PositiveIntegerField(_("working days"))
    measured_on = models.DateField(_("measured"))

    class Meta:
        verbose_name = _("usual time")
        verbose_name_plural = _("usual times")
        constraints = (models.UniqueConstraint(Coalesce("dataset", Value(0)), name="usual_time_once"),)

    def __str__(self) -> str:
        return f"{self.dataset or '*'}: {self.days}"
