"""The app of backups."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackupConfig(AppConfig):
    """The commands `backup` and `restore`."""

    name = "aidahub.backup"
    label = "backup"
    verbose_name = _("Backups")
