"""The record: what was sent, accepted, granted and done. Rows that are written once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access_requests.immutable import AppendOnly, AppendOnlyQuerySet
from aidahub.accounts.models import User
from datasets.models import LicenseText

from .forms import FormVersion
from .request import AccessRequest, Participant

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from .review import Round


class SealedText(models.Model):
    """A free text of the record (a reason, a mail kept), which events name by `digest` only.

    Erasing empties text and salt; the digest stays, so the chain of events still verifies.
    """

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="texts", verbose_name=_("access request"))
    salt = models.CharField(max_length=64, blank=True)
    text = models.TextField(_("text"), blank=True)
    digest = models.CharField(max_length=64, db_index=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")

    def __str__(self) -> str:
        return self.digest[:12]

    @property
    def words(self) -> str:
        """The text, or that it was removed and when."""
        return words_or_removed(self.text, self.erased_at)


def words_or_removed(text: str, erased_at: datetime | None) -> str:
    """A text as it is shown: in place of one that was erased, the day on which it was."""
    if erased_at is None:
        return text
    day = date_format(timezone.localtime(erased_at), "j F Y")
    return gettext("(Removed on %(day)s.)") % {"day": day}


class Submission(AppendOnly):
    """The answers as sent: one row for each sending, never altered. `digest` is SHA-256(salt + canonical answers)."""

    request = models.ForeignKey(
        AccessRequest, models.PROTECT, related_name="submissions", verbose_name=_("access request")
    )
    number = models.PositiveIntegerField(_("number"))
    form_version = models.ForeignKey(FormVersion, models.PROTECT, related_name="+", verbose_name=_("form"))
    license_text = models.ForeignKey(LicenseText, models.PROTECT, related_name="+", verbose_name=_("licence text"))
    answers = models.JSONField(_("answers"))
    dataset_version = models.CharField(_("version of the dataset"), max_length=100, blank=True)
    salt = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)

    objects = AppendOnlyQuerySet.as_manager()

    if TYPE_CHECKING:
        rounds: RelatedManager[Round]

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ("request", "number")
        constraints = (models.UniqueConstraint(fields=("request", "number"), name="submission_number"),)
        indexes = (models.Index(fields=("form_version", "request"), name="submission_of_form"),)

    def __str__(self) -> str:
        return f"{self.request} {self.number}"


class LicenseAcceptance(AppendOnly):
    """That one person accepted one text of the licence for one request; `paper` where hub staff recorded it."""

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="acceptances")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="acceptances")
    license_text = models.ForeignKey(LicenseText, models.PROTECT, related_name="acceptances")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    paper = models.ForeignKey("access_requests.Attachment", models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"), default=timezone.now)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("licence acceptance")
        verbose_name_plural = _("licence acceptances")
        ordering = ("request", "accepted_at")
        constraints = (models.UniqueConstraint(fields=("participant", "license_text"), name="accepted_once"),)


class Event(AppendOnly):
    """One thing that happened, kept for ever: a link of the request's chain (`events`)."""

    SCHEMA: ClassVar[int] = 1

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="events", verbose_name=_("access request"))
    number = models.PositiveIntegerField(_("number"))
    schema = models.PositiveIntegerField(default=SCHEMA)
    verb = models.CharField(_("what happened"), max_length=40)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("when"))
    payload = models.JSONField(default=dict)
    before = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("request", "number")
        constraints = (models.UniqueConstraint(fields=("request", "number"), name="event_number"),)

    def __str__(self) -> str:
        return f"{self.request}/{self.number}"
