"""A dataset in the words of https://schema.org/Dataset, for search engines and other machines.

Made from what was read and checked, not copied from the page: providers' e-mail addresses stay out of it, and
nothing of a page can end the script element in which it stands. What is said follows Google's guide for Dataset Search
(https://developers.google.com/search/docs/appearance/structured-data/dataset) and science-on-schema.org 1.3.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils import translation

from datasets import vocabulary
from datasets.exports.plain import cut
from datasets.exports.record import Agent, Record, record_of
from datasets.landing import Landing

CONTEXT = "https://schema.org/"
LONGEST = 5000
# The ends of script elements and comments start with one of these; in JSON they may be written as escapes.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def as_script(data: dict[str, Any]) -> str:
    """JSON that may stand inside a script element."""
    return json.dumps(data, ensure_ascii=False, indent=1).translate(ESCAPES)


def dataset_as_schema(landing: Landing) -> dict[str, Any]:
    """The dataset as an object of schema.org, in English whatever the page's language."""
    with translation.override("en"):
        return described(record_of(landing))


def described(record: Record) -> dict[str, Any]:
    """The record as an object of schema.org; what is not known is left out.

    There is no `distribution`: the data has no address, one asks for it. `isAccessibleForFree` is false for that.
    """
    found = {
        "@context": CONTEXT,
        "@type": "Dataset",
        "@id": record.doi_address,
        "identifier": [_identifier(record), record.doi_address],
        "sameAs": record.doi_address,
        "url": record.page,
        **_about(record),
        **_history(record),
        **_people(record),
        "license": [_license(one.name, one.address, one.abstract) for one in record.rights],
        "citation": [_work(work.text, work.address) for work in record.works],
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "@id": f"{settings.BASE_URL}/catalog.ttl#catalogue",
            "name": settings.HUB_NAME,
            "url": f"{settings.BASE_URL}/datasets/",
        },
        "conditionsOfAccess": record.conditions,
    }
    return {**_without_empty(found), "isAccessibleForFree": False}


def _about(record: Record) -> dict[str, Any]:
    return {
        "name": record.title,
        "alternateName": record.short_name,
        "description": cut(record.description, LONGEST),
        "inLanguage": "en",
        "about": [_organ(name, code) for name, code in record.organs],
        "keywords": list(record.keywords),
        "measurementTechnique": [_technique(code) for code in record.modalities],
        "size": record.size,
    }


def _history(record: Record) -> dict[str, Any]:
    return {
        "version": record.version,
        "creativeWorkStatus": "Retired" if record.retired else record.status,
        "dateCreated": record.created,
        "datePublished": record.published or record.year,
        "dateModified": record.modified,
        "copyrightYear": record.copyright_year,
    }


def _people(record: Record) -> dict[str, Any]:
    return {
        "author": [_party(agent) for agent in record.creators],
        "creator": [_party(agent) for agent in record.creators],
        "publisher": {"@type": "Organization", "name": record.publisher},
        "copyrightHolder": [_party(agent) for agent in record.holders],
        "provider": [_party(agent) for agent in record.providers],
    }


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value not in ("", None, [])}


def _identifier(record: Record) -> dict[str, str]:
    return {
        "@type": "PropertyValue",
        "propertyID": "https://registry.identifiers.org/registry/doi",
        "value": f"doi:{record.doi}",
        "url": record.doi_address,
    }


def _organ(name: str, code: str) -> dict[str, str]:
    term = {"@type": "DefinedTerm", "@id": f"http://snomed.info/id/{code}" if code else "", "name": name}
    return _without_empty({**term, "termCode": code, "inDefinedTermSet": "http://snomed.info/sct" if code else ""})


def _technique(code: str) -> str:
    return f"{code} ({name})" if (name := vocabulary.modality_name(code)) else code


def _party(agent: Agent) -> dict[str, str]:
    name = agent.parts if agent.person else None
    return _without_empty(
        {
            "@type": "Person" if agent.person else "Organization",
            "@id": agent.identifier,
            "identifier": agent.identifier if agent.orcid else "",
            "name": agent.name,
            "givenName": name.given if name else "",
            "familyName": name.family if name and name.given else "",
            "url": agent.url,
        }
    )


def _work(text: str, address: str) -> dict[str, str]:
    return _without_empty({"@type": "CreativeWork", "@id": address, "name": text, "url": address})


def _license(name: str, address: str, abstract: str) -> dict[str, str]:
    texts = {"name": name, "abstract": abstract, "url": address}
    return _without_empty({"@type": "CreativeWork", "@id": address, **texts})
