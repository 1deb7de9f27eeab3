"""A mail that must not get lost: written with what it tells, delivered by the worker, kept until it arrived."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class MailQuerySet(models.QuerySet["Mail"]):
    """Questions about many mails."""

    def ready(self, now: datetime | None = None) -> MailQuerySet:
        """What waits, and whose time has come."""
        return self.filter(status=Mail.Status.WAITING, next_try_at__lte=now or timezone.now())

    def orphaned(self, now: datetime | None = None) -> MailQuerySet:
        """What is claimed by a sender whose lease has run out, the longest first."""
        return self.filter(status=Mail.Status.SENDING, lease_until__lt=now or timezone.now()).order_by("lease_until")

    def due(self) -> MailQuerySet:
        """What a worker may send now: either of the two."""
        return self.ready() | self.orphaned().order_by()

    def longest_wait(self) -> timedelta:
        """For how long the oldest mail has been due that is not sent yet; nothing when none is due."""
        now = timezone.now()
        due = self.order_by().filter(next_try_at__lte=now).values("status")
        waiting, claimed = (
            due.filter(status=status).annotate(first=models.Min("next_try_at")).values_list("first", flat=True)
            for status in Mail.NOT_SENT
        )
        return max((now - moment for moment in waiting.union(claimed, all=True)), default=timedelta())

    def numbers_not_sent(self) -> dict[str, int]:
        """How many mails wait, are being sent and have failed; found by indexes, however many were ever sent."""
        states = (*Mail.NOT_SENT, Mail.Status.FAILED)
        first, *others = (
            self.order_by().filter(status=status).values_list("status").annotate(number=models.Count("pk"))
            for status in states
        )
        return {status.value: 0 for status in states} | dict(first.union(*others, all=True))

    def in_trouble(self) -> MailQuerySet:
        """What hub staff should look at: given up, or refused again and again for more than about ten minutes."""
        trouble = Q(status=Mail.Status.FAILED) | Q(status=Mail.Status.WAITING, tries__gte=4)
        return self.filter(trouble, emptied_at=None)


class Mail(models.Model):
    """One mail to one address.

    `about` names what it tells (for an event of a request: reference and event number, as `AIDA-2026-00042/7`);
    UNIQUE (about, recipient, kind) makes writing it twice impossible. `sent` means that SMTP answered 250.
    Once its time is over, subject, text and address are emptied (`forgetting`).
    """

    ACCOUNT = "account"  # the kind of what Django and allauth write: codes, and word of changes of an account
    FAREWELL = "farewell"  # the kind of the last mail to somebody who was erased: it is emptied as soon as it is sent

    class Status(models.TextChoices):
        """How far it has got."""

        WAITING = "waiting", _("waits to be sent")
        SENDING = "sending", _("is being sent")
        SENT = "sent", _("accepted by the mail server")
        FAILED = "failed", _("could not be sent")

    about = models.CharField(_("about"), max_length=100)
    kind = models.CharField(_("kind"), max_length=50)
    recipient = models.EmailField(_("to"), max_length=254)
    language = models.CharField(_("language"), max_length=10, default="en")
    subject = models.CharField(_("subject"), max_length=400)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    headers = models.JSONField(_("further headers"), default=dict, blank=True)
    secret = models.BooleanField(
        _("holds a code or link that signs somebody in"), default=False, help_text=_("Its text is emptied once sent.")
    )
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.WAITING)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now)
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    claim = models.CharField(max_length=40, blank=True, editable=False)
    tried_since = models.DateTimeField(_("first try"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    emptied_at = models.DateTimeField(_("emptied"), null=True, blank=True, editable=False)
    request_id = models.CharField(
        _("written in"),
        max_length=64,
        blank=True,
        default="",
        editable=False,
        help_text=_("The number of the request or task that wrote it, as the log and error pages have it."),
    )

    objects = MailQuerySet.as_manager()

    GIVE_UP_AFTER = timedelta(days=3)
    NOT_SENT = (Status.WAITING, Status.SENDING)  # asked for one by one: SQLite takes no index for a list of them
    NEXT = ("-secret", "next_try_at", "pk")  # the order in which mails are sent

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(fields=("about", "recipient", "kind"), name="mail_written_once"),
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False) | (~Q(status="sent") & Q(sent_at=None)),
                name="mail_sent_has_its_time",
            ),
        )
        indexes = (
            # One status each: SQLite takes no index for a list of them.
            models.Index(fields=("-secret", "next_try_at", "id"), condition=Q(status="waiting"), name="mail_ready"),
            models.Index(fields=("lease_until",), condition=Q(status="sending"), name="mail_claimed"),
            models.Index(fields=("-created_at",), condition=Q(status="failed"), name="mail_failed"),
            models.Index(fields=("recipient", "-created_at"), name="mail_to_somebody"),
            models.Index(fields=("sent_at",), condition=Q(status="sent", emptied_at=None), name="mail_to_be_emptied"),
            models.Index(fields=("-created_at", "-id"), name="mail_newest"),
        )

    def __str__(self) -> str:
        return gettext("(emptied)") if self.emptied_at else f"{self.subject} → {self.recipient}"
