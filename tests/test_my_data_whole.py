"""Every model that leads to a person is in the export of everything about them, or left out with a reason."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from aidahub.accounts.models import User
from aidahub.environment import ROOT
from aidahub.pages.my_data.table import LEFT_OUT, SECTIONS

KNOWN = {column for section in SECTIONS for column in section.reads} | set(LEFT_OUT)


def concrete(model: type[models.Model]) -> Iterator[models.Field[object, object]]:
    """The columns of a model."""
    yield from model._meta.concrete_fields


def direct() -> set[str]:
    """Columns that hold a person, or an address by which one is told apart."""
    found = set()
    for model in apps.get_models():
        for column in concrete(model):
            if column.related_model is User or isinstance(column, models.EmailField):
                found.add(f"{model._meta.label}.{column.name}")
    return found


def leading() -> set[str]:
    """Models that lead to a person in any number of steps."""
    found = {User._meta.label}
    while True:
        more = {
            model._meta.label
            for model in apps.get_models()
            if any(
                isinstance(column.related_model, type) and column.related_model._meta.label in found
                for column in concrete(model)
            )
        }
        if more <= found:
            return found
        found |= more


def test_every_column_that_holds_a_person_is_exported_or_left_out_with_a_reason() -> None:
    missing = direct() - KNOWN
    assert not missing, f"Say in aidahub/pages/my_data what becomes of {', '.join(sorted(missing))}."


def test_so_is_every_model_that_leads_to_one() -> None:
    models_known = {".".join(name.split(".")[:2]) for name in KNOWN}
    missing = leading() - models_known
    assert not missing, f"Say in aidahub/pages/my_data what becomes of {', '.join(sorted(missing))}."


def test_what_is_known_is_there() -> None:
    labels = {model._meta.label for model in apps.get_models()}
    columns = {f"{model._meta.label}.{column.name}" for model in apps.get_models() for column in concrete(model)}
    assert labels | columns >= KNOWN
    assert len({section.slug for section in SECTIONS}) == len(SECTIONS)
    assert not {column for section in SECTIONS for column in section.reads} & set(LEFT_OUT)


def test_every_file_and_key_is_documented() -> None:
    text = (ROOT / "docs" / "my-data.md").read_text()
    for section in SECTIONS:
        assert f"### `{section.file}`" in text
        for key in section.keys:
            assert f"| `{key}` |" in text
    for column in LEFT_OUT:
        assert f"`{column}`" in text
