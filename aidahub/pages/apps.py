"""The app of the pages that need both datasets and access requests."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    """Home, privacy, accessibility."""

    name = "aidahub.pages"
    label = "pages"
    verbose_name = _("Pages")
