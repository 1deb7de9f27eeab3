"""Every address of the site. The landing pages of datasets come last: their addresses are whole DOIs."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from aidahub import health

handler400 = "aidahub.pages.errors.bad_request"
handler500 = "aidahub.pages.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("", include("aidahub.pages.urls")),
    path("", include("aidahub.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("access_requests.urls")),
    path("", include("datasets.urls")),
]
