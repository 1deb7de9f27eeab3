"""The app of the trial site."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """What `make run` starts, and who signs in there."""

    name = "aidahub.demo"
    label = "demo"
    verbose_name = _("Trial site")
