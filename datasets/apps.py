"""The app that knows what can be asked for."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DatasetsConfig(AppConfig):
    """Datasets, licences and providers, as the register's pages state them."""

    name = "datasets"
    verbose_name = _("Datasets")
    default_auto_field = "django.db.models.BigAutoField"
