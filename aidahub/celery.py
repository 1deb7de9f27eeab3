"""Background work: the Celery application and its clock."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import setup_logging

from aidahub.environment import say_plainly

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aidahub.settings")

say_plainly()
app = Celery("aidahub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_facts: object) -> None:
    """Being connected is enough: Celery then leaves logging as the settings have it."""
