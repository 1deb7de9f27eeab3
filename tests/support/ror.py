"""Files as the Research Organization Registry publishes them, made for a test."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

UPPSALA = {
    "geonames_details": {
        "continent_code": "EU", "continent_name": "Europe", "country_code": "SE", "country_name": "Sweden",
        "country_subdivision_code": "C", "country_subdivision_name": "Uppsala", "lat": 59.85882, "lng": 17.63889,
        "name": "Uppsala",
    },
    "geonames_id": 2666199,
}  # fmt: skip
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


def ror_id(number: int) -> str:
    """An ID that looks like one of the register's."""
    text = ""
    for _place in range(6):
        number, rest = divmod(number, len(LETTERS))
        text = LETTERS[rest] + text
    return f"https://ror.org/0{text}{10 + number % 90}"


def a_record(number: int = 1, **fields: Any) -> dict[str, Any]:
    """A record of schema 2.1 with everything that the register writes; `fields` take the place of its own."""
    name = f"University of Place {number}"
    record = {
        "admin": {
            "created": {"date": "2018-11-14", "schema_version": "1.0"},
            "last_modified": {"date": "2025-02-21", "schema_version": "2.1"},
        },
        "domains": [f"place{number}.example"],
        "established": 1477,
        "external_ids": [
            {"all": [f"grid.{number}.f"], "preferred": f"grid.{number}.f", "type": "grid"},
            {"all": [f"Q{number}"], "preferred": None, "type": "wikidata"},
        ],
        "id": ror_id(number),
        "links": [
            {"type": "website", "value": f"https://www.place{number}.example/en"},
            {"type": "wikipedia", "value": f"https://en.wikipedia.org/wiki/Place_{number}"},
        ],
        "locations": [UPPSALA],
        "names": [
            {"lang": "en", "types": ["ror_display", "label"], "value": name},
            {"lang": "sv", "types": ["label"], "value": f"Universitetet i Städ {number}"},
            {"lang": None, "types": ["acronym"], "value": f"UP{number}"},
        ],
        "relationships": [{"id": ror_id(number + 1), "label": f"University of Place {number + 1}", "type": "related"}]
        * 4,
        "status": "active",
        "types": ["education", "funder"],
    }
    return {**record, **fields}


def write_dump(path: Path, records: Iterable[dict[str, Any]], indent: int | None = 4) -> Path:
    """A file of records, indented as the register's is."""
    path.write_text(json.dumps(list(records), indent=indent, ensure_ascii=False), encoding="utf-8")
    return path


def write_zip(path: Path, **members: bytes) -> Path:
    """A zip file with these members; two underscores in a name stand for its full stop."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return path
