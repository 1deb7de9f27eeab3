"""Addresses of the pages that belong to the hub as a whole."""

from __future__ import annotations

from django.urls import path

from aidahub.pages import sitemap, views
from aidahub.pages.figures.views import metrics

app_name = "pages"

urlpatterns = [
    path("", views.home, name="home"),
    path("metrics/", metrics, name="metrics"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("sitemap-<int:part>.xml", sitemap.sitemap_part, name="sitemap_part"),
]
