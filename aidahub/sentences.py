"""Where a sentence waits until the next page says it: in a cookie that is bound to this host, as the others are."""

from __future__ import annotations

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookie(CookieStorage):
    """Django's cookie under a name that no other host can set (https://datatracker.ietf.org/doc/html/rfc6265bis)."""

    cookie_name = settings.MESSAGES_COOKIE_NAME


class Sentences(FallbackStorage):
    """Django's way with that cookie: what is too long for it waits in the session."""

    storage_classes = (HostCookie, SessionStorage)
