"""How a request is judged: rounds, who is asked, and their votes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access_requests.labels import ANSWER_CHOICES, QUORUM_CHOICES
from aidahub.accounts.models import User
from datasets.models import Provider

from .record import SealedText, Submission
from .request import AccessRequest

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class Round(models.Model):
    """One collection of votes. `by_hub`: hub staff decide, by the policy or because nobody else is left."""

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="rounds", verbose_name=_("access request"))
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="rounds", verbose_name=_("submission"))
    number = models.PositiveIntegerField(_("number"))
    quorum = models.CharField(_("votes needed"), max_length=10, choices=QUORUM_CHOICES)
    by_hub = models.BooleanField(_("hub staff decide"), default=False)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=ANSWER_CHOICES, blank=True)

    if TYPE_CHECKING:
        deciders: RelatedManager[Decider]
        decisions: RelatedManager[Decision]

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ("request", "number")
        constraints = (
            models.UniqueConstraint(fields=("request", "number"), name="round_number"),
            models.UniqueConstraint(fields=("request",), condition=Q(closed_at=None), name="one_open_round"),
        )

    def __str__(self) -> str:
        return f"{self.request} {self.number}"

    @property
    def places(self) -> dict[int, Decider]:
        """Who is asked in it, by the place that names them in the record; uses prefetched rows where there are any."""
        return placed(self.deciders.all())


def placed(asked: Iterable[Decider]) -> dict[int, Decider]:
    """Those who are asked in one round by their places.

    Nothing moves a place: the rows of a round are written once, when it is opened.
    """
    return dict(enumerate(sorted(asked, key=lambda row: row.pk), 1))


class DeciderQuerySet(models.QuerySet["Decider"]):
    """Questions about those who are asked."""

    def seats(self, request: AccessRequest) -> dict[tuple[int, int], Decider]:
        """Who is asked, by the round's number and their place in it from 1: so the record names a voter."""
        rows = self.filter(round__request=request).select_related("provider", "round").order_by("round", "pk")
        rounds = groupby(rows, key=lambda row: row.round.number)
        return {(number, place): row for number, asked in rounds for place, row in placed(asked).items()}

    def by_place(self, request: AccessRequest) -> dict[tuple[int, int], Provider]:
        """The providers who are asked, by the same."""
        return {place: row.provider for place, row in self.seats(request).items()}


class Decider(models.Model):
    """A provider who is asked to vote in a round; one who was excused is not waited for any more."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="deciders", verbose_name=_("round"))
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", verbose_name=_("provider"))
    excused_at = models.DateTimeField(_("excused"), null=True, blank=True)
    excused_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    excuse = models.ForeignKey(SealedText, models.PROTECT, null=True, blank=True, related_name="+")

    objects = DeciderQuerySet.as_manager()

    class Meta:
        verbose_name = _("decider")
        verbose_name_plural = _("deciders")
        constraints = (models.UniqueConstraint(fields=("round", "provider"), name="decider_once_in_round"),)

    def __str__(self) -> str:
        return f"{self.provider}, {self.round}"


class Decision(models.Model):
    """One decider's vote in a round; changeable while the round is open. No provider: the hub's own vote.

    A vote that was set aside (`void_at`) counts for nothing; the decider can vote again. `evidence` is the mail by
    which a decider answered, kept where hub staff recorded the vote.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="decisions", verbose_name=_("round"))
    provider = models.ForeignKey(Provider, models.PROTECT, null=True, blank=True, related_name="decisions")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    answer = models.CharField(_("answer"), max_length=10, choices=ANSWER_CHOICES)
    reason = models.ForeignKey(SealedText, models.PROTECT, null=True, blank=True, related_name="+")
    evidence = models.ForeignKey(SealedText, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(_("decided"), default=timezone.now)
    void_at = models.DateTimeField(_("set aside"), null=True, blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("round", "decided_at")
        constraints = (
            models.UniqueConstraint(fields=("round", "provider"), name="one_vote_for_each_provider_and_round"),
            models.UniqueConstraint(fields=("round",), condition=Q(provider=None), name="one_vote_of_the_hub"),
        )

    def __str__(self) -> str:
        return f"{self.answer}, {self.round}"
