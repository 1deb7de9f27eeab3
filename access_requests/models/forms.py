"""The forms that applicants fill in, and how requests under a licence are decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from access_requests.immutable import AppendOnly, AppendOnlyQuerySet
from access_requests.labels import BEFORE_CHOICES, DECIDED_BY_CHOICES, NEEDED_CHOICES, QUORUM_CHOICES
from access_requests.questions import Question, parse
from access_requests.regions import EEA
from access_requests.workflow import Before, DecidedBy, Needed, Quorum
from aidahub.accounts.models import User
from datasets.models import License
from datasets.shown import ShownOnPage

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class Form(models.Model):
    """A request form; its questions are `FormVersion` rows, the newest of which is in use."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.JSONField(_("name"), default=dict, help_text=_("By language: {'en': ..., 'sv': ...}."))

    if TYPE_CHECKING:
        versions: RelatedManager[FormVersion]

    class Meta:
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        ordering = ("slug",)

    def __str__(self) -> str:
        return str(self.name.get("en", self.slug))


class FormVersion(AppendOnly):
    """The questions of a form at one time, frozen by their hash; an edit makes the next version."""

    form = models.ForeignKey(Form, models.PROTECT, related_name="versions", verbose_name=_("form"))
    number = models.PositiveIntegerField(_("number"))
    questions = models.JSONField(_("questions"))
    sha256 = models.CharField(_("SHA-256 of the questions"), max_length=64)
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("published by"),
        help_text=_("Nobody: it came with a release."),
    )  # fmt: skip

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        verbose_name = _("form version")
        verbose_name_plural = _("form versions")
        ordering = ("form", "number")
        constraints = (models.UniqueConstraint(fields=("form", "number"), name="form_version_number"),)

    def __str__(self) -> str:
        return f"{self.form} {self.number}"

    @cached_property
    def asked(self) -> list[Question]:
        """The questions as objects."""
        return parse(self.questions)


def free_by_default() -> str:
    """The countries whose requests need no check: the EU and the EEA."""
    return ",".join(sorted(EEA))


class FormDraft(models.Model):
    """The questions of a form's next version while hub staff edit them (`drafts`); published, it becomes a version."""

    form = models.OneToOneField(Form, models.CASCADE, related_name="draft", verbose_name=_("form"))
    questions = models.JSONField(_("questions"), default=list)
    changed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", verbose_name=_("changed last by")
    )
    changed_at = models.DateTimeField(_("changed last"), default=timezone.now)

    class Meta:
        verbose_name = _("draft of a form")
        verbose_name_plural = _("drafts of forms")

    def __str__(self) -> str:
        return str(self.form)


class Policy(ShownOnPage):
    """How requests under one licence are decided; without a row the licence's page says it (`policies.policy_of`)."""

    path_to_dataset = "license__dataset"
    dataset_by = ("licenses", "license_id")

    license = models.OneToOneField(License, models.PROTECT, related_name="policy", verbose_name=_("licence"))
    form = models.SlugField(_("form"), help_text=_("Slug of the form that applicants fill in."))
    decided_by = models.CharField(
        _("decided by"), max_length=20, choices=DECIDED_BY_CHOICES, default=DecidedBy.DECIDERS
    )
    triage = models.BooleanField(_("hub staff check first"), default=False)
    quorum = models.CharField(_("votes needed"), max_length=10, choices=QUORUM_CHOICES, default=Quorum.ANY)
    free_countries = CountryField(
        _("countries that need no check"),
        multiple=True,
        blank=True,
        default=free_by_default,
        help_text=_(
            "Hub staff check first where the data would go to any other country, unless it is synthetic. "
            "Empty: no country needs a check."
        ),
    )
    confirm = models.BooleanField(_("hub staff confirm the outcome"), default=False)
    needed = models.CharField(
        _("who else must confirm"), max_length=20, choices=NEEDED_CHOICES, default=Needed.RECIPIENT_SCIENTIST
    )
    needed_before = models.CharField(
        _("when they must confirm"), max_length=10, choices=BEFORE_CHOICES, default=Before.GRANT
    )
    agreement = models.BooleanField(_("a signed agreement is needed before access opens"), default=False)
    days = models.PositiveIntegerField(
        _("days of access"), null=True, blank=True, help_text=_("Empty: access has no end.")
    )

    class Meta:
        verbose_name = _("policy")
        verbose_name_plural = _("policies")

    def __str__(self) -> str:
        return str(self.license)
