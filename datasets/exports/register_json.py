"""The listed datasets as the register's old website gives them: `/api/1.0/metadata.json`.

A list of `{datacite, other, additional}`: the two parts of the front matter with the page's own words, and the body as
HTML. One thing differs on purpose: the e-mail addresses of people are left out, see `plain.without_addresses`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import OuterRef, Subquery, TextField, Value
from django.db.models.functions import Coalesce
from django.utils.html import escape

from datasets.exports.bulk import batches
from datasets.exports.plain import masked, private_addresses, without_addresses
from datasets.models import Dataset, License, LicenseText


def pieces(keys: Sequence[int]) -> Iterator[bytes]:
    """The document piece by piece: two queries for each few hundred datasets, which are all that is held."""
    separator = "["
    for batch in batches(keys):
        for entry in entries(batch):
            text = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
            yield f"{separator}{text}".encode(errors="replace")
            separator = ",\n"
    yield b"]\n" if separator != "[" else b"[]\n"


def entries(keys: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The entries of these datasets, by DOI; one that was hidden meanwhile is left out."""
    texts = _license_html(keys)
    rows = Dataset.objects.listed().filter(pk__in=keys).order_by("doi")
    for pk, matter, body in rows.values_list("pk", "front_matter", "body_html"):
        matter = matter if isinstance(matter, dict) else {}
        private = private_addresses(matter)
        additional = "\n".join(piece for piece in (body, texts.get(pk, "")) if piece)
        yield {
            "datacite": without_addresses(matter.get("datacite"), private),
            "other": without_addresses(matter.get("other"), private),
            "additional": masked(additional, private),
        }


def _license_html(keys: Sequence[int]) -> dict[int, str]:
    """The licence sections of each dataset, under headings as pages have them; of each the text in force."""
    in_force = (
        LicenseText.objects.filter(license=OuterRef("pk"))
        .exclude(change=LicenseText.Change.WAITING)
        .order_by("-number")
        .values("html")[:1]
    )
    rows = (
        License.objects.filter(dataset__in=keys, retired_at=None)
        .order_by("order")
        .annotate(html=Coalesce(Subquery(in_force), Value(""), output_field=TextField()))
        .values_list("dataset_id", "anchor", "name", "html")
    )
    found: dict[int, list[str]] = defaultdict(lambda: ['<h2 id="license">License</h2>'])
    for dataset, anchor, name, html in rows:
        heading = f'<h3 id="{escape(anchor)}">' if anchor else "<h3>"
        found[dataset].append(f"{heading}{escape(name)}</h3>\n{html}")
    return {dataset: "\n".join(parts) for dataset, parts in found.items()}
