"""Datasets in DCAT-AP 3 (https://semiceu.github.io/DCAT-AP/releases/3.0.0/), for data portals.

The data has no address: one asks for it. As DCAT-AP recommends then, the landing page stands for access, in one
distribution for each licence, since a distribution has one licence at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings

from datasets import vocabulary
from datasets.exports.record import Agent, Record
from datasets.exports.turtle import Node, day, document, iri, text, typed

EU = "http://publications.europa.eu/resource/authority"
RESTRICTED = iri(f"{EU}/access-right/RESTRICTED")
HEALTH = iri(f"{EU}/data-theme/HEAL")
ENGLISH = iri(f"{EU}/language/ENG")
ON_A_PAGE = 250  # more would keep a process busy for a second


def turtle(record: Record) -> str:
    """One dataset as a document of its own."""
    return document([*described(record), contact()])


def catalogue(records: Iterable[Record], total: int, page: int) -> str:
    """The catalogue with some of its datasets.

    Args:
        records: the datasets of this page.
        total: how many datasets the catalogue has.
        page: the number of this page, from 1.
    """
    node = _catalogue(total)
    nodes: list[Node] = []
    for record in records:
        node.add("dcat:dataset", iri(record.doi_address))
        nodes += described(record)
    view = [_view(node, total, page)] if total > ON_A_PAGE else []
    return document([node, *view, hub(), contact(), *nodes])


def catalogue_address(page: int = 1) -> str:
    """The address of a page of the catalogue."""
    return f"{settings.BASE_URL}/catalog.ttl{f'?page={page}' if page > 1 else ''}"


def pages(total: int) -> int:
    """The number of the catalogue's last page."""
    return max(1, -(-total // ON_A_PAGE))


def _catalogue(total: int) -> Node:
    node = Node(iri(f"{settings.BASE_URL}/catalog.ttl#catalogue"), "dcat:Catalog")
    node.add("dct:title", text(settings.HUB_NAME))
    node.add("dct:description", text("Medical imaging datasets for research and education, and how to ask for access."))
    node.add("dct:publisher", iri(f"{settings.BASE_URL}/#hub")).add("dcat:contactPoint", _contact_iri())
    node.add("foaf:homepage", iri(f"{settings.BASE_URL}/")).add("dct:language", ENGLISH)
    node.add("dcat:themeTaxonomy", iri(f"{EU}/data-theme"))
    return node.add("hydra:totalItems", typed(total, "nonNegativeInteger"))


def _view(catalogue: Node, total: int, page: int) -> Node:
    """Where the other pages are (https://www.hydra-cg.com/spec/latest/core/#hydra:PartialCollectionView)."""
    view = Node(iri(catalogue_address(page)), "hydra:PartialCollectionView")
    catalogue.add("hydra:view", view.subject)
    last = pages(total)
    view.add("hydra:first", iri(catalogue_address())).add("hydra:last", iri(catalogue_address(last)))
    if page > 1:
        view.add("hydra:previous", iri(catalogue_address(page - 1)))
    return view.add("hydra:next", iri(catalogue_address(page + 1))) if page < last else view


def hub() -> Node:
    """The organisation that publishes the catalogue."""
    node = Node(iri(f"{settings.BASE_URL}/#hub"), "foaf:Agent").add("foaf:name", text(settings.HUB_NAME))
    return node.add("foaf:homepage", iri(f"{settings.BASE_URL}/"))


def _contact_iri() -> str:
    return iri(f"{settings.BASE_URL}/#contact")


def contact() -> Node:
    """Whom to write to about a dataset: the hub. Providers' own addresses are not published."""
    node = Node(_contact_iri(), "vcard:Organization").add("vcard:fn", text(settings.HUB_NAME))
    if settings.HUB_EMAIL:
        node.add("vcard:hasEmail", iri(f"mailto:{settings.HUB_EMAIL}"))
    return node.add("vcard:hasURL", iri(f"{settings.BASE_URL}/"))


def described(record: Record) -> Iterator[Node]:
    """The dataset, and the people, pages and licences that it names."""
    node = Node(iri(record.doi_address), "dcat:Dataset")
    agents = _Agents(record.page)
    _said(node, record)
    node.add("dct:publisher", agents.term(Agent(record.publisher, person=False)))
    node.add("dct:creator", *(agents.term(agent) for agent in record.creators))
    node.add("dct:rightsHolder", *(agents.term(agent) for agent in record.holders))
    distributions = [] if record.retired else list(_distributions(record))
    node.add("dcat:distribution", *(one.subject for one in distributions if one.kind == "dcat:Distribution"))
    yield node
    yield Node(iri(record.page), "foaf:Document").add("dct:title", text(record.title))
    yield from distributions
    yield from agents.nodes


def _said(node: Node, record: Record) -> None:
    node.add("dct:identifier", typed(record.doi_address, "anyURI")).add("dct:title", text(record.title))
    if record.short_name:
        node.add("dct:alternative", text(record.short_name, ""))
    node.add("dct:description", text(record.description)).add("dcat:landingPage", iri(record.page))
    node.add("dcat:contactPoint", _contact_iri()).add("dct:accessRights", RESTRICTED)
    node.add("dcat:theme", HEALTH).add("dct:language", ENGLISH)
    organs = (name for name, _code in record.organs)
    names = (vocabulary.modality_name(code) or code for code in record.modalities)
    node.add("dcat:keyword", *(text(word) for word in (record.field, *record.keywords, *organs, *names) if word))
    node.add("dct:subject", *(iri(f"http://snomed.info/id/{code}") for _name, code in record.organs if code))
    days = {"dct:created": record.created, "dct:issued": record.published, "dct:modified": record.modified}
    for name, value in days.items():
        if value:
            node.add(name, day(value))
    if record.version:
        node.add("dcat:version", text(record.version, ""))
    node.add("dct:references", *(iri(work.address) for work in record.works if work.address))


def _distributions(record: Record) -> Iterator[Node]:
    for number, one in enumerate(record.rights, start=1):
        node = Node(iri(f"{record.page}#distribution-{number}"), "dcat:Distribution")
        node.add("dct:title", text(one.name)).add("dcat:accessURL", iri(record.page))
        node.add("dct:license", iri(one.address)).add("dct:description", text(one.abstract or one.name))
        if record.dataset.bytes is not None:
            node.add("dcat:byteSize", typed(record.dataset.bytes, "nonNegativeInteger"))
        yield node
        yield Node(iri(one.address), "dct:LicenseDocument").add("dct:title", text(one.name))


class _Agents:
    """The people and organisations of one dataset, each described once; who has no identifier is named by the page."""

    def __init__(self, page: str) -> None:
        self.page, self.terms = page, dict[Agent, str]()
        self.nodes: list[Node] = []

    def term(self, agent: Agent) -> str:
        if agent in self.terms:
            return self.terms[agent]
        own = f"{self.page}#agent-{len(self.terms) + 1}"
        term = iri(agent.identifier or (agent.url if not agent.person else "") or own)
        node = Node(term, "foaf:Person" if agent.person else "foaf:Organization").add("foaf:name", text(agent.name, ""))
        if agent.parts.given and agent.person:
            node.add("foaf:givenName", text(agent.parts.given, ""))
            node.add("foaf:familyName", text(agent.parts.family, ""))
        if agent.url:
            node.add("foaf:page", iri(agent.url))
        self.nodes.append(node)
        self.terms[agent] = term
        return term
