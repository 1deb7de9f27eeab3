"""Addresses of the datasets. A landing page stands at exactly its DOI."""

from __future__ import annotations

from django.conf import settings
from django.urls import path, re_path

from datasets import landing_view, views
from datasets.exports import views as exports
from datasets.exports.serve import export
from datasets.exports.table import FORMATS

app_name = "datasets"

DOI = rf"(?P<doi>{settings.DOI_PREFIX.replace('.', r'[.]')}/[^?#]+)"
EXPORT = f"(?P<name>{'|'.join(each.name.replace('.', '[.]') for each in FORMATS)})"

urlpatterns = [
    path("datasets/", views.dataset_list, name="list"),
    path("api/1.0/metadata.json", exports.metadata, name="metadata"),
    path("catalog.ttl", exports.catalogue, name="catalogue"),
    path("feed.atom", exports.feed, name="feed"),
    re_path(rf"^{DOI}/{EXPORT}$", export, name="export"),
    re_path(rf"^{DOI}$", landing_view.landing, name="landing"),
]
