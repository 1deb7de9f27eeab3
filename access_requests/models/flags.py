"""A word of warning about a person, for hub staff alone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aidahub.accounts.models import User


class PersonFlag(models.Model):
    """That requests which name a person should be looked at by hub staff first, and why.

    It concerns a person and no request, so it is no event; the row keeps who set it and who lifted it, until its time
    is over (`forgetting`). `access_requests.flags` sets, lifts and finds them.
    """

    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("user"))
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    reason = models.TextField(_("reason"), max_length=2000)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("set by"))
    set_at = models.DateTimeField(_("set"), default=timezone.now)
    lifted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lifted by")
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("flag on a person")
        verbose_name_plural = _("flags on people")
        ordering = ("-set_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(user__isnull=False) | ~Q(email=""), name="flag_concerns_somebody"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="flag_lifted_by_somebody",
            ),
        )
        indexes = (models.Index(fields=("email",), name="flag_by_email"),)

    def __str__(self) -> str:
        return self.email or str(self.user)

    @property
    def is_set(self) -> bool:
        """Whether it holds now."""
        return self.lifted_at is None
