"""Institutions and the domains of their addresses, from the data dump of the Research Organization Registry (ROR).

Advice for those who decide: nothing points at these rows, and a missing one refuses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class Institution(models.Model):
    """One institution. `other_names` and `domains` are for reading; the two tables below are for finding it.

    `source_version` names the release of the file from which the row was last changed, `fingerprint` what stood
    there, so that an unchanged record is known without comparing. Retired: the register withdrew it.
    """

    ror_id = models.CharField(_("ROR ID"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=300)
    other_names = models.JSONField(_("other names and acronyms"), default=list, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    domains = models.JSONField(_("domains"), default=list, blank=True)
    source_version = models.CharField(_("from"), max_length=60, blank=True)
    fingerprint = models.CharField(max_length=32, editable=False)
    retired_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    if TYPE_CHECKING:
        known_names: RelatedManager[InstitutionName]
        known_domains: RelatedManager[InstitutionDomain]

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ("name", "ror_id")
        constraints = (models.CheckConstraint(condition=~Q(ror_id=""), name="institution_has_its_id"),)

    def __str__(self) -> str:
        return self.name


class InstitutionName(models.Model):
    """One name of an institution without case, accents and punctuation, by which it is looked up."""

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="known_names")
    folded = models.CharField(max_length=300)

    class Meta:
        verbose_name = _("name of an institution")
        verbose_name_plural = _("names of institutions")
        indexes = (models.Index(fields=("folded",), name="institution_by_name"),)

    def __str__(self) -> str:
        return self.folded


class InstitutionDomain(models.Model):
    """One domain of an institution, in lower case.

    `own` is false where the institution's website only stands somewhere below the domain, as a laboratory's does
    below its university's: such a domain speaks for whoever names the institution, and against nobody else.
    """

    institution = models.ForeignKey(Institution, models.CASCADE, related_name="known_domains")
    domain = models.CharField(max_length=253)
    own = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("domain of an institution")
        verbose_name_plural = _("domains of institutions")
        indexes = (models.Index(fields=("domain",), name="institution_by_domain"),)

    def __str__(self) -> str:
        return self.domain
