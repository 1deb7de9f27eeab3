"""Who may open what in the admin: it follows from what somebody is now, and is never stored."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


class HubAdmin:
    """Mixin for a ModelAdmin: hub staff look at its rows; nobody adds, changes or deletes one there."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Hub staff."""
        return bool(getattr(request.user, "is_hub", False))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Hub staff."""
        return bool(getattr(request.user, "is_hub", False))

    def has_add_permission(self, request: HttpRequest, *_args: Any) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only columns that the list filters by. Any other would answer questions about what no page shows.

        `?password__startswith=` tells a hash letter by letter, `?text__contains=` the codes in a mail.
        """
        filters = (each[0] if isinstance(each, tuple | list) else each for each in getattr(self, "list_filter", ()))
        columns = {getattr(each, "parameter_name", each) for each in filters}
        column, _, part = lookup.partition("__")
        if column not in columns | {getattr(self, "date_hierarchy", None)}:
            return False
        if part in {"year", "month", "day"} and len(value) > 4:  # a year that Django could not make a date of
            return False
        return bool(super().lookup_allowed(lookup, value, request))  # type: ignore[misc]
