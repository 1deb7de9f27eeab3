"""The stored parts of landing pages. Written and read by `datasets.fragments` alone."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LandingFragment(models.Model):
    """The parts of a dataset's landing page in one language, for a visitor who has not signed in.

    Made when the page is imported and whenever something that they show changes; `Dataset.page_hash` is the hash of
    all of them.
    """

    dataset = models.ForeignKey("datasets.Dataset", models.CASCADE, related_name="fragments", verbose_name=_("dataset"))
    language = models.CharField(_("language"), max_length=10)
    page_hash = models.CharField(_("page that it belongs to"), max_length=64)
    head = models.TextField(_("in the head"), blank=True)
    links = models.TextField(_("Link header"), blank=True)
    article = models.TextField(_("article without its access box"), blank=True)
    panel = models.TextField(_("access box"), blank=True)

    class Meta:
        verbose_name = _("part of a landing page")
        verbose_name_plural = _("parts of landing pages")
        constraints = (models.UniqueConstraint(fields=("dataset", "language"), name="landing_fragment_language"),)

    def __str__(self) -> str:
        return f"{self.dataset}, {self.language}"
