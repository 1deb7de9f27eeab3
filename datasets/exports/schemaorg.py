"""A dataset in the words of https://schema.org/Dataset, for search engines and other machines.

Made from what was read and checked, not copied from the page: providers' e-mail addresses stay out of it, and
nothing of a page can end the script element in which it stands.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.html import strip_tags

from datasets import addresses
from datasets.facts import own_words, words
from datasets.landing import Landing, Party
from datasets.models import Provider

# The ends of script elements and comments start with one of these; in JSON they may be written as escapes.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def as_script(data: dict[str, Any]) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(data, ensure_ascii=False, indent=1).translate(ESCAPES)


def dataset_as_schema(landing: Landing) -> dict[str, Any]:
    """The dataset as an object of schema.org; what is not known is left out."""
    dataset = landing.dataset
    found = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": f"https://doi.org/{dataset.doi}",
        "identifier": f"https://doi.org/{dataset.doi}",
        "url": addresses.page_address(dataset.doi),
        "name": dataset.name,
        "alternateName": dataset.short_name,
        "description": " ".join(strip_tags(dataset.description_html).split()),
        "about": [_organ(organ) for organ in dataset.organ if isinstance(organ, dict) and words(organ)],
        "keywords": words(dataset.keywords),
        "measurementTechnique": words(dataset.modality),
        "version": dataset.version,
        "creativeWorkStatus": dataset.status,
        "dateCreated": dataset.date_created and dataset.date_created.isoformat(),
        "datePublished": dataset.date_published and dataset.date_published.isoformat(),
        "dateModified": dataset.date_modified and dataset.date_modified.isoformat(),
        "author": [_party(party) for party in landing.authors],
        "creator": [_party(party) for party in landing.authors],
        "publisher": [
            {"@type": "Organization", "name": item.text} for item in own_words(dataset, "datacite", "publisher")
        ],
        "copyrightYear": "".join(item.text for item in own_words(dataset, "datacite", "copyrightYear")),
        "copyrightHolder": [_party(party) for party in landing.holders],
        "provider": [_party(party) for party in landing.providers],
        "license": _licenses(landing),
        "citation": [_without_empty(_work(work.text, work.identifier)) for work in landing.works],
        "includedInDataCatalog": {"@type": "DataCatalog", "name": settings.HUB_NAME, "url": settings.BASE_URL},
        "conditionsOfAccess": " ".join(_conditions(landing)),
    }
    return {**_without_empty(found), "isAccessibleForFree": False}


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in ("", None, [])}


def _organ(organ: dict[str, Any]) -> dict[str, Any]:
    term = {"@type": "DefinedTerm", "name": " ".join(words(organ)), "termCode": str(organ.get("sctid") or "")}
    return _without_empty({**term, "inDefinedTermSet": "http://snomed.info/sct" if term["termCode"] else ""})


def _party(party: Party) -> dict[str, Any]:
    kind = "Organization" if party.kind == Provider.Kind.ORGANIZATION else "Person"
    identifier = addresses.web_address(party.identifier)
    url = addresses.web_address(party.url)
    return _without_empty({"@type": kind, "@id": identifier, "name": party.name, "url": url})


def _work(text: str, identifier: str) -> dict[str, Any]:
    return {"@type": "CreativeWork", "@id": addresses.web_address(identifier), "name": text}


def _licenses(landing: Landing) -> list[dict[str, Any]]:
    page = addresses.page_address(landing.dataset.doi)
    return [
        _without_empty(
            {
                "@type": "CreativeWork",
                "@id": f"{page}#{section.anchor}",
                "name": section.license.name,
                "abstract": " ".join(strip_tags(section.license.abstract_html).split()),
            }
        )
        for section in landing.licenses
    ]


def _conditions(landing: Landing) -> list[str]:
    texts = (f"{one.license.name}: {strip_tags(one.license.abstract_html)}" for one in landing.licenses)
    return [" ".join(text.split()).removesuffix(":") for text in texts]
