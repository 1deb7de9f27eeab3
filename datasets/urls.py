"""Addresses of the datasets. A landing page stands at exactly its DOI."""

from __future__ import annotations

from django.conf import settings
from django.urls import path, re_path

from datasets import landing_view, views

app_name = "datasets"

DOI = rf"(?P<doi>{settings.DOI_PREFIX.replace('.', r'[.]')}/[^?#]+)"

urlpatterns = [
    path("datasets/", views.dataset_list, name="list"),
    re_path(rf"^{DOI}$", landing_view.landing, name="landing"),
]
