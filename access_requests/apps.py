"""The app that knows who asked, and what became of it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessRequestsConfig(AppConfig):
    """Access requests, from draft to the end of access."""

    name = "access_requests"
    verbose_name = _("Access requests")
    default_auto_field = "django.db.models.BigAutoField"
