"""A dataset as DataCite's metadata, kernel 4 (https://schema.datacite.org/meta/kernel-4.5/), as JSON and as XML.

The kernel demands what some pages do not have. Who made it: the holders of the copyright, else the publisher, stand
in. When it was published: the year of the copyright, of the making, or of its first day here.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from datasets import vocabulary
from datasets.exports.plain import cut
from datasets.exports.record import Agent, Record

NAMESPACE = "http://datacite.org/schema/kernel-4"
LONGEST = 20_000
ORCID = {"nameIdentifierScheme": "ORCID", "schemeUri": "https://orcid.org"}
RESTRICTED = {"rights": "restricted access", "rightsUri": "http://purl.org/coar/access_right/c_16ec", "lang": "en"}
DICOM = "DICOM Modality"


def as_json(record: Record) -> str:
    """The record as JSON."""
    return json.dumps(as_kernel(record), ensure_ascii=False, indent=1)


def as_xml(record: Record) -> str:
    """The record as XML, written by DataCite's own library."""
    from datasets.exports.kernel4_xml import to_xml  # it takes most of a second and twenty megabytes to load

    return to_xml(as_kernel(record))


def as_kernel(record: Record) -> dict[str, Any]:
    """The record with the names of DataCite's JSON schema; what is not known is left out."""
    found = {
        "doi": record.doi,
        "url": record.page,
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": _kind(record)},
        "creators": [_named(agent) for agent in _creators(record)],
        "titles": _titles(record),
        "publisher": {"name": record.publisher, "lang": "en"},
        "publicationYear": record.year or f"{record.dataset.imported_at or datetime.now(UTC):%Y}",
        "subjects": _subjects(record),
        "contributors": _contributors(record),
        "dates": _dates(record),
        "language": "en",
        "relatedIdentifiers": _works(record),
        "sizes": _sizes(record),
        "version": record.version,
        "rightsList": _once([*({"rights": r.name, "rightsUri": r.address} for r in record.rights), RESTRICTED]),
        "descriptions": _descriptions(record),
        "schemaVersion": NAMESPACE,
    }
    return {name: value for name, value in found.items() if value not in ("", [], None)}


def _once(items: list[dict[str, str]]) -> list[dict[str, str]]:
    """Without repetitions, which the schema forbids."""
    return [item for number, item in enumerate(items) if item not in items[:number]]


def _kind(record: Record) -> str:
    return "Synthetic medical images" if record.dataset.synthetic else "Medical images"


def _creators(record: Record) -> tuple[Agent, ...]:
    return record.creators or record.holders or (Agent(record.publisher, person=False),)


def _named(agent: Agent) -> dict[str, Any]:
    """A name with its kind, its parts and its ORCID iD."""
    found: dict[str, Any] = {"name": agent.parts.sorted, "nameType": "Personal" if agent.person else "Organizational"}
    if agent.person and agent.parts.given:
        found |= {"givenName": agent.parts.given, "familyName": agent.parts.family}
    if agent.orcid:
        found["nameIdentifiers"] = [{"nameIdentifier": agent.identifier, **ORCID}]
    return found


def _titles(record: Record) -> list[dict[str, str]]:
    titles = [{"title": record.title, "lang": "en"}]
    if record.short_name and record.short_name != record.title:
        titles.append({"title": record.short_name, "titleType": "AlternativeTitle"})
    return titles


def _subjects(record: Record) -> list[dict[str, str]]:
    snomed = {"subjectScheme": "SNOMED CT", "schemeUri": "http://snomed.info/sct", "lang": "en"}
    organs = (
        {"subject": name, **snomed, "valueUri": f"http://snomed.info/id/{code}", "classificationCode": code}
        if code
        else {"subject": name, "lang": "en"}
        for name, code in record.organs
    )
    modalities = (
        {"subject": name, "subjectScheme": DICOM, "classificationCode": code, "lang": "en"}
        if (name := vocabulary.modality_name(code))
        else {"subject": code}
        for code in record.modalities
    )
    plain = ({"subject": word, "lang": "en"} for word in (record.field, *record.keywords) if word)
    return _once([*plain, *organs, *modalities])


def _contributors(record: Record) -> list[dict[str, Any]]:
    """Persons among the providers are asked, organisations handle the data, this hub hosts its page."""
    hub = Agent(settings.HUB_NAME, person=False)
    asked = [(agent, "ContactPerson" if agent.person else "DataManager") for agent in record.providers]
    roles = [
        (hub, "HostingInstitution"),
        *((agent, role) for agent, role in asked if agent.name != hub.name),
        *((agent, "RightsHolder") for agent in record.holders),
    ]
    return [{**_named(agent), "contributorType": role} for agent, role in roles]


def _dates(record: Record) -> list[dict[str, str]]:
    days = {
        "Created": record.created,
        "Issued": record.published,
        "Updated": record.modified,
        "Copyrighted": record.copyright_year,
        "Withdrawn": record.retired.isoformat() if record.retired else "",
    }
    return [{"date": day, "dateType": kind} for kind, day in days.items() if day]


def _works(record: Record) -> list[dict[str, str]]:
    return _once(
        [
            {
                "relatedIdentifier": work.doi or work.address,
                "relatedIdentifierType": "DOI" if work.doi else "URL",
                "relationType": "References",
            }
            for work in record.works
            if work.address
        ]
    )


def _sizes(record: Record) -> list[str]:
    counts = (("scans", record.dataset.number_of_scans), ("annotations", record.dataset.number_of_annotations))
    return [text for text in (record.size, *(f"{number} {what}" for what, number in counts if number)) if text]


def _descriptions(record: Record) -> list[dict[str, str]]:
    texts = (("Abstract", record.description), ("Methods", record.annotation), ("Other", record.conditions))
    return [{"description": cut(text, LONGEST), "descriptionType": kind, "lang": "en"} for kind, text in texts if text]
