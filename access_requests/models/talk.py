"""What is said and attached in a request, and the texts that hub staff use again."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from aidahub.accounts.models import User

from .record import SealedText
from .request import AccessRequest


class Message(models.Model):
    """Something said in a request: a message to all parties, an internal note, or a comment on one answer.

    A comment is for those who review until the request is sent back; then the applicant reads it beside the answer.
    `voice` is as whom it was said: the applicant and the named as themselves, providers and hub staff without names.
    """

    class Kind(models.TextChoices):
        """For whom it is."""

        MESSAGE = "message", _("message")
        NOTE = "note", _("internal note")
        COMMENT = "comment", _("comment on an answer")

    class Voice(models.TextChoices):
        """As whom it was said."""

        PARTICIPANT = "participant", _("somebody named in the request")
        PROVIDER = "provider", _("the dataset's providers")
        HUB = "hub", _("hub staff")

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="messages")
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    voice = models.CharField(_("said as"), max_length=20, choices=Voice)
    question = models.CharField(_("answer that it is about"), max_length=60, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("written by"))
    text = models.ForeignKey(SealedText, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"), default=timezone.now)
    released_at = models.DateTimeField(_("shown to the applicant"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("request", "number")
        constraints = (
            models.UniqueConstraint(fields=("request", "number"), name="message_number"),
            models.CheckConstraint(
                condition=(Q(kind="comment") & ~Q(question="")) | (~Q(kind="comment") & Q(question="")),
                name="comment_is_about_an_answer",
            ),
        )

    def __str__(self) -> str:
        return f"{self.request} {self.number}"


class Attachment(models.Model):
    """A file that belongs to a request. The file lies in the private storage under `key`, which nobody can guess.

    Redacting takes the file away; name, size and hash stay as a stub. `internal`: for providers and hub staff only.
    `question` is the question of the form that it answers.
    """

    class Kind(models.TextChoices):
        """What it is for."""

        ANSWER = "answer", _("answer in the form")
        SENT = "sent", _("sent in the request")
        PAPER = "paper", _("paper kept by hub staff")
        AGREEMENT = "agreement", _("signed agreement")

    request = models.ForeignKey(AccessRequest, models.PROTECT, related_name="attachments")
    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SENT)
    question = models.CharField(_("question that it answers"), max_length=60, blank=True)
    internal = models.BooleanField(_("internal"), default=False)
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    key = models.CharField(max_length=100, unique=True, editable=False)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("attached by"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    removed_at = models.DateTimeField(_("removed before sending"), null=True, blank=True)
    redacted_at = models.DateTimeField(_("redacted"), null=True, blank=True)
    redacted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ("request", "at", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def is_there(self) -> bool:
        """Whether the file itself can be had."""
        return self.removed_at is None and self.redacted_at is None


class CannedText(models.Model):
    """A text that hub staff and deciders put into a reason or a message, and then change as they like."""

    slug = models.SlugField(_("slug"), unique=True)
    title_en = models.CharField(_("title in English"), max_length=100)
    title_sv = models.CharField(_("title in Swedish"), max_length=100, blank=True)
    text_en = models.TextField(_("text in English"))
    text_sv = models.TextField(_("text in Swedish"), blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("canned text")
        verbose_name_plural = _("canned texts")
        ordering = ("order", "slug")

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the reader's language, else in English."""
        return (self.title_sv if _is_swedish() else "") or self.title_en or self.slug

    def text_in(self, language: str) -> str:
        """The text in a language, else in English."""
        return (self.text_sv if language.startswith("sv") else "") or self.text_en


def _is_swedish() -> bool:
    return (get_language() or "").startswith("sv")
