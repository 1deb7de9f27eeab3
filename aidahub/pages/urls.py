"""Addresses of the pages that belong to the hub as a whole."""

from __future__ import annotations

from django.urls import path

from aidahub.pages import sitemap, views
from aidahub.pages.figures.views import metrics
from aidahub.pages.my_data import views as my_data

app_name = "pages"

urlpatterns = [
    path("", views.home, name="home"),
    path("metrics/", metrics, name="metrics"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("accounts/my-data/", my_data.my_data, name="my_data"),
    path("accounts/erase/", my_data.erase, name="erase"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("sitemap-<int:part>.xml", sitemap.sitemap_part, name="sitemap_part"),
]
