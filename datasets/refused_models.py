"""What the register holds that could not be imported."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RefusedPage(models.Model):
    """A page that the last import that saw it refused: for hub staff, until it is mended or gone."""

    path = models.CharField(_("page"), max_length=500, unique=True, help_text=_("The page's path inside the register."))
    doi = models.CharField(_("DOI"), max_length=255, blank=True)
    findings = models.JSONField(_("findings"), default=list)
    refused_at = models.DateTimeField(_("refused"), auto_now=True)

    class Meta:
        verbose_name = _("refused page")
        verbose_name_plural = _("refused pages")
        ordering = ("path",)

    def __str__(self) -> str:
        return self.path
