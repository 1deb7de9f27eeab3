"""Who may open what in the admin; stands here, too, for the apps that know people."""

from datasets.permissions import HubAdmin

__all__ = ["HubAdmin"]
