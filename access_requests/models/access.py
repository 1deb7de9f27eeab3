"""Access: who has it, from when to when, on what ground, and how the data reached them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access_requests.labels import GRANT_END_CHOICES
from access_requests.workflow import ENDED_ACCESS, ENDED_ALONE, Status
from aidahub.accounts.models import User

from .record import LicenseAcceptance
from .request import AccessRequest, Participant
from .talk import Attachment

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class GrantQuerySet(models.QuerySet["Grant"]):
    """Questions about who has access."""

    def in_force(self) -> GrantQuerySet:
        """Those that nobody and nothing has ended."""
        return self.filter(ended_at=None)

    def on(self, day: date) -> GrantQuerySet:
        """Those in force at any time of a day, which is one of Stockholm's; the first and last day count.

        `closed_on` is the day on which a grant was ended before its time; that day it still was in force.
        """
        begun = self.filter(starts__lte=day).filter(Q(ends=None) | Q(ends__gte=day))
        return begun.filter(Q(closed_on=None) | Q(closed_on__gte=day))

    def undelivered(self) -> GrantQuerySet:
        """Those in force to whose holder no data was handed over yet."""
        # `closed_on` says the same as `ended_at`, and leaves the database no other index than the one of these few.
        return self.filter(closed_on=None, has_data=False)

    def stopped_working(self, today: date) -> GrantQuerySet:
        """Those in force for which what was handed over last works no more, the longest first."""
        # `closed_on`, as above.
        return self.filter(closed_on=None, works_until__lt=today).order_by("works_until", "request_id", "pk")

    def with_copies(self) -> GrantQuerySet:
        """Ended ones whose holders' copies must be deleted, and nobody has confirmed that they are.

        Where access by the request is over, that is all of them; while it goes on, those of `ended_alone`.
        """
        ended = self.filter(ended_at__isnull=False, copies_deleted_at=None)
        return ended.filter(Q(request__status__in=sorted(ENDED_ACCESS)) | _ended_alone())

    def ended_alone(self) -> GrantQuerySet:
        """Those of people whose access ended while others keep theirs, and who do not have it again."""
        return self.filter(_ended_alone(), ended_at__isnull=False)

    def with_open_way(self) -> GrantQuerySet:
        """Ended ones whose holders had data handed over, and nobody has recorded that the way to it is closed."""
        open_ways = Delivery.objects.filter(emptied_at__isnull=False, closed_at=None)  # emptied as the grant ended
        return self.filter(pk__in=open_ways.values("grant"), ended_at__isnull=False)

    def decisive(self) -> Grant | None:
        """Of the grants of one request, the one whose last day counts: one in force, else the last that was ended."""
        return self.order_by(F("ended_at").desc(nulls_first=True), "-pk").first()


def _ended_alone() -> Q:
    again = Grant.objects.in_force().filter(
        request=OuterRef("request"), participant__email=OuterRef("participant__email")
    )
    return Q(request__status=Status.GRANTED, end_reason__in=sorted(ENDED_ALONE)) & ~Q(Exists(again))


class Grant(models.Model):
    """One person's access to one dataset at one institution, from a day, to a day (included) or without end.

    `ends` is the last day that was agreed. What ended it is in `ended_at`, `closed_on` (the day of it in Stockholm) and
    `end_reason`. `copies_deleted_at`: when it was confirmed that the holder's copies are deleted. `has_data`: whether
    there is a delivery, and `works_until`: the last day of the latest, where it has one; kept here, so that an index
    finds the few of which hub staff must know.
    """

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="grants", verbose_name=_("access request"))
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="grants", verbose_name=_("person"))
    acceptance = models.ForeignKey(LicenseAcceptance, models.PROTECT, related_name="grants")
    institution = models.CharField(_("institution"), max_length=300)
    starts = models.DateField(_("from"))
    ends = models.DateField(_("to"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    closed_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=20, choices=GRANT_END_CHOICES, blank=True)
    copies_deleted_at = models.DateTimeField(_("copies deleted"), null=True, blank=True)
    has_data = models.BooleanField(_("data was handed over"), default=False)
    works_until = models.DateField(_("what was handed over works until"), null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    if TYPE_CHECKING:
        deliveries: RelatedManager[Delivery]

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ("request", "starts", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=F("starts")), name="grant_ends_after_start"),
            models.UniqueConstraint(fields=("participant",), condition=Q(ended_at=None), name="one_grant_in_force"),
            models.CheckConstraint(
                condition=Q(ended_at=None, closed_on=None, end_reason="")
                | (Q(ended_at__isnull=False, closed_on__isnull=False) & ~Q(end_reason="")),
                name="ended_grant_says_why",
            ),
        )
        indexes = (
            models.Index(fields=("ended_at", "ends"), name="grant_in_force"),
            models.Index(
                fields=("closed_on",),
                condition=Q(ended_at__isnull=False, copies_deleted_at=None),
                name="grant_with_copies",
            ),
            models.Index(fields=("request",), condition=Q(closed_on=None, has_data=False), name="grant_undelivered"),
            models.Index(
                fields=("works_until",),
                condition=Q(closed_on=None, works_until__isnull=False),
                name="grant_that_works_until",
            ),
        )

    def __str__(self) -> str:
        return f"{self.participant}, {self.request}"

    @property
    def in_force(self) -> bool:
        """Whether nothing has ended it."""
        return self.ended_at is None


class Delivery(models.Model):
    """How the data reached one holder: the latest is the one that counts.

    `link` and `secret` are for the holder's eyes; both are emptied when the access ends. What they led to is closed
    elsewhere, by hub staff, who record it: `closed_at`, `closed_by`.
    """

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="deliveries", verbose_name=_("grant"))
    number = models.PositiveIntegerField(_("number"))
    how = models.TextField(_("how to get the data"), blank=True)
    link = models.CharField(_("link"), max_length=2000, blank=True)
    secret = models.CharField(_("secret"), max_length=500, blank=True)
    valid_until = models.DateField(_("works until"), null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    emptied_at = models.DateTimeField(_("emptied"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded as closed by")
    )

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("grant", "number")
        constraints = (
            models.UniqueConstraint(fields=("grant", "number"), name="delivery_number"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="closed_delivery_says_by_whom",
            ),
        )
        indexes = (
            models.Index(
                fields=("grant",), condition=Q(closed_at=None, emptied_at__isnull=False), name="delivery_to_be_closed"
            ),
        )

    def __str__(self) -> str:
        return f"{self.grant} {self.number}"


class Agreement(models.Model):
    """That the agreement about one request was signed, with the paper."""

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="agreements")
    paper = models.ForeignKey(Attachment, models.PROTECT, related_name="+", verbose_name=_("paper"))
    signed_on = models.DateField(_("signed on"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ("request", "at")

    def __str__(self) -> str:
        return str(self.request)
