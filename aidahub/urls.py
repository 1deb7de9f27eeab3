"""Every address of the site. The landing pages of datasets come last: their addresses are whole DOIs."""

from __future__ import annotations

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from aidahub import health

handler400 = "aidahub.pages.errors.bad_request"
handler500 = "aidahub.pages.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
]
for prefix, module in (
    ("", "aidahub.pages.urls"),
    ("", "aidahub.accounts.urls"),
    ("accounts/", "allauth.urls"),
    ("", "access_requests.urls"),
    ("", "datasets.urls"),
):
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
