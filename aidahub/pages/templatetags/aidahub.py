"""What every template of the site may use: the hub's name, icons, links that know where one is, notices.

Nothing here needs the database or a context processor, so error pages can use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

register = template.Library()

NOTICES = {
    "success": ("success", "check", _("Done:")),
    "info": ("info", "info", _("Note:")),
    "debug": ("info", "info", _("Note:")),
    "warning": ("warning", "warning", _("Warning:")),
    "error": ("danger", "stop", _("Error:")),
}


@register.simple_tag
def hub_name() -> str:
    """What the hub is called (`HUB_NAME`)."""
    return str(settings.HUB_NAME)


@register.simple_tag
def hub_email() -> str:
    """The hub's own address (`HUB_EMAIL`)."""
    return str(settings.HUB_EMAIL)


@register.simple_tag
def icon(name: str, **attributes: str) -> SafeString:
    """A drawing of static/icons.svg beside a word that says the same; hidden from screen readers.

    Args: name: its id there; class: more CSS classes.
    """
    return _drawing(f"icon {attributes.get('class', '')}".strip(), static("icons.svg"), name)


@lru_cache(maxsize=512)
def _drawing(classes: str, address: str, name: str) -> SafeString:
    drawing = '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    return format_html(drawing, classes, address, name)


@register.simple_tag(takes_context=True)
def nav_link(context: Mapping[str, Any], view: str, text: str) -> SafeString:
    """A link to a named view, marked as current on its own page and below it. Nothing when there is no such view."""
    try:
        address = reverse(view)
    except NoReverseMatch:
        return mark_safe("")  # nosec B308 # a constant
    request = context.get("request")
    path = request.path if request else ""
    current = mark_safe(' aria-current="page"') if path == address else ""  # nosec B308 # a constant
    if not current and address != "/" and path.startswith(address):
        current = mark_safe(' aria-current="true"')  # nosec B308 # a constant
    return format_html('<a href="{}"{}>{}</a>', address, current, text)


@register.simple_tag(takes_context=True)
def sign_in_link(context: Mapping[str, Any], text: str, classes: str = "btn") -> SafeString:
    """A link to the sign-in page that leads back to where one is."""
    request = context.get("request")
    back = request.get_full_path() if request and request.method == "GET" else ""
    if back.startswith("/accounts/") or back == "/":
        back = ""
    query = f"?{urlencode({'next': back})}" if back else ""
    return format_html('<a class="{}" href="{}{}">{}</a>', classes, reverse("account_login"), query, text)


@register.inclusion_tag("includes/alert.html")
def notice(kind: str, text: object) -> dict[str, object]:
    """A sentence in a coloured box, with an icon and a hidden word for its kind (info, success, warning, error)."""
    colour, drawing, word = NOTICES.get(kind, NOTICES["info"])
    return {"colour": colour, "icon": drawing, "word": word, "text": text}


@register.inclusion_tag("includes/breadcrumb.html")
def breadcrumb(*parts: str) -> dict[str, list[tuple[str, str]]]:
    """The way to this page: name and address by turns, the page's own name last."""
    names, addresses = parts[0::2], [*parts[1::2], ""]
    return {"crumbs": list(zip(names, addresses, strict=False))}
