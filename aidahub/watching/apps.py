"""The app that watches over the others."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WatchingConfig(AppConfig):
    """Checks, figures for the operator, and the clock's sign of life. It has no tables."""

    name = "aidahub.watching"
    label = "watching"
    verbose_name = _("Watching")
