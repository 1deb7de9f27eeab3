"""What every page of the admin needs around its own content."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


def frame(request: HttpRequest, title: str) -> dict[str, Any]:
    """The context of the admin's own frame with a page's title."""
    request.current_app = admin.site.name
    return {**admin.site.each_context(request), "title": title}
