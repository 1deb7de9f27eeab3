"""Addresses that pages of the register hold: which may be linked, and where they lead."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static

from datasets.register.values import as_url

LOCAL_IMAGES = "register"


def web_address(text: str) -> str:
    """The text when a link may lead there (http or https, with a host), else empty."""
    return as_url(text) or ""


def register_address(text: str) -> str:
    """Where an address in a page leads: a relative one belongs to the register's own site. Empty for nowhere."""
    return web_address(urljoin(f"{settings.REGISTER_URL}/", text.strip())) if text.strip() else ""


def page_address(doi: str) -> str:
    """The whole address of a landing page."""
    return f"{settings.BASE_URL}/{doi}"


@lru_cache(maxsize=4096)
def local_image(text: str) -> str:
    """The address of this site's own copy of a register's image, or empty: pages load nothing from other hosts.

    Copies are static files under `register/`, at the image's path on the register's site.
    """
    path = urlsplit(register_address(text)).path.lstrip("/")
    if not path or ".." in path.split("/") or not register_address(text).startswith(settings.REGISTER_URL):
        return ""
    name = f"{LOCAL_IMAGES}/{path}"
    try:
        return static(name) if finders.find(name) else ""
    except ValueError:  # put there after the static files were collected
        return ""
