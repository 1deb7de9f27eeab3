"""Values of a page's front matter as plain texts, whatever shape the page gives them."""

from __future__ import annotations

from typing import Any

from datasets.models import Dataset
from datasets.register.values import tidy


def words(value: Any) -> list[str]:
    """A value of the front matter as texts, whatever its shape: pages write one thing in many ways."""
    if value is None or isinstance(value, bool):
        return []
    if isinstance(value, list | tuple):
        return [text for each in value for text in words(each)]
    if isinstance(value, dict):
        return words(value.get("name"))
    text = tidy(str(value))  # the front matter is kept as written, with marks that turn what stands beside them
    return [text] if text and text != "-" else []


def front(dataset: Dataset, section: str, key: str) -> Any:
    """What the page says under `section` (datacite or other) and `key`; None where it says nothing."""
    matter = dataset.front_matter.get(section)
    return matter.get(key) if isinstance(matter, dict) else None
