"""Background work: the Celery application and its clock."""

from __future__ import annotations

import os
from typing import Any, cast

from celery import Celery
from celery.signals import setup_logging

from aidahub import task_logs as _connected  # noqa: F401  being imported is enough
from aidahub.environment import say_plainly

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidahub.settings")


class Hub(Celery):
    """Celery with the two programs of `aidahub.programs`."""

    @property
    def Worker(self) -> Any:  # noqa: N802  the name is Celery's
        """The worker program."""
        return self.subclass_with_self(cast("type[Any]", "aidahub.programs:Worker"))  # by name: it is loaded late

    @property
    def Beat(self) -> Any:  # noqa: N802  the name is Celery's
        """The clock program."""
        return self.subclass_with_self(cast("type[Any]", "aidahub.programs:Beat"))


say_plainly()
app = Hub("aidahub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_facts: object) -> None:
    """Being connected is enough: Celery then leaves logging as the settings have it."""
