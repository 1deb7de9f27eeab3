"""Every address of the site with everything real in its places: a new address is walked without a word here.

An address with a place of a kind that is not known here fails, so that nobody adds one that no test opens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.urls import NoReverseMatch, reverse

from access_requests.admin.decision import ALL_STEPS
from access_requests.admin.part_steps import PART_STEPS
from access_requests.models import AccessRequest, Attachment, Form
from aidahub.accounts.models import User
from datasets.models import Dataset
from tests.test_urls import addresses

MOST_ROWS = 12


def _kinds(requests: Sequence[AccessRequest]) -> dict[str, Sequence[Any]]:
    """What may stand in each place of an address."""
    return {
        "reference": [row.reference for row in requests],
        "public_id": list(Attachment.objects.values_list("public_id", flat=True)),
        "number": range(1, 8),
        "question": ["planned_use"],
        "step": ["you", "project", "people", "terms", "review"],
        "slug": ["approve"],
        "doi": list(Dataset.objects.values_list("doi", flat=True)),
        "name": ["metadata.ttl", "metadata.jsonld", "citation.bib"],
        "form": list(Form.objects.values_list("slug", flat=True)) or ["research"],
        "key": ["planned_use"],
        "person": list(User.objects.values_list("public_id", flat=True)),
        "part": [1],
        "token": ["nothing"],
        "app_label": ["access_requests", "accounts", "datasets", "outbox"],
        "content_type_id": [ContentType.objects.get_for_model(Dataset).pk],
        "provider_id": ["nobody"],
        "url": ["anything"],
        "digest": [row.texts.order_by("pk").values_list("digest", flat=True).first() or "0" * 64 for row in requests],
    }


SLUGS = {
    "admin:access_requests_accessrequest_step": tuple(ALL_STEPS),
    "admin:access_requests_accessrequest_people": tuple(PART_STEPS),
    "admin:access_requests_accessrequest_person": tuple(PART_STEPS),
    "admin:access_requests_account_close": ("suspend", "lift", "erase"),
}


def _keys(name: str) -> list[Any]:
    """The keys of what an address of the admin is about."""
    for model in apps.get_models():
        if name.startswith(f"admin:{model._meta.app_label}_{model._meta.model_name}_"):
            return list(model._default_manager.values_list("pk", flat=True)[:MOST_ROWS])
    return [1]


def places(requests: Sequence[AccessRequest], *, few: bool = False) -> Iterator[str]:
    """Every address of the site, as a path.

    Args:
        requests: those whose addresses are asked for.
        few: one thing in each place but the steps and files of the requests, which differ.
    """
    known = _kinds(requests)
    if few:
        known = {key: rows[:1] if key not in {"reference", "public_id"} else rows for key, rows in known.items()}
    for name, pattern, written in addresses():
        wanted = list(pattern.pattern.regex.groupindex)
        if not name or name.endswith(":") or not set(wanted) <= {*known, "object_id"}:
            assert set(wanted) <= {*known, "object_id"}, f"{written}: nobody knows what to put into it"
            continue
        given: Iterable[Sequence[Any]] = (
            _keys(name)[: 1 if few else MOST_ROWS]
            if each == "object_id"
            else SLUGS.get(name, known[each])
            if each == "slug"
            else known[each]
            for each in wanted
        )
        for values in product(*given):
            try:
                yield reverse(name, kwargs=dict(zip(wanted, values, strict=True)))
            except NoReverseMatch:
                continue
