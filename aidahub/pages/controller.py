"""Who answers for the personal data kept here, from the settings; the hub itself where they say nobody."""

from __future__ import annotations

from django.conf import settings


def name() -> str:
    """The controller."""
    return str(settings.CONTROLLER_NAME or settings.HUB_NAME)


def data_protection_officer() -> str:
    """The address of the controller's data protection officer."""
    return str(settings.DPO_EMAIL or settings.HUB_EMAIL)
