"""Who may see an admin page that belongs to the hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Model]
else:
    Base = object


class HubAdmin(Base):
    """Mix into a ModelAdmin: hub staff may look, nobody else knows that it exists (the site answers 404).

    Set `may_add`, `may_change` or `may_delete` where hub staff may do more than look. Django's permissions and
    groups are not asked: what a person may do follows from what they are.
    """

    may_add = False
    may_change = False
    may_delete = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the app shows on the admin's front page."""
        return is_hub(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Hub staff see every row."""
        return is_hub(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As `may_add` says."""
        return self.may_add and is_hub(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As `may_change` says."""
        return self.may_change and is_hub(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As `may_delete` says."""
        return self.may_delete and is_hub(request)


def is_hub(request: HttpRequest) -> bool:
    """Whether hub staff (or an operator) ask."""
    return bool(request.user.is_authenticated and request.user.is_hub)
