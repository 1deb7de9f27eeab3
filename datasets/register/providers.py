"""Who a page's providers are, and their part in the dataset.

Identity: a valid e-mail (case-folded), else an ORCID or URL, else the name within the dataset. An address or ORCID
that a later page adds to somebody known waits for hub staff, because it would open existing requests to its owner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone

from datasets.models import Dataset, DatasetProvider, Provider
from datasets.register.checks import one_person
from datasets.register.findings import Findings
from datasets.register.frontmatter import Source
from datasets.register.page import Party
from datasets.register.values import fold

Part = DatasetProvider.Part
# Written out: every page asks this, and Django needs longer to put it together than a database to answer it.
KNOWN = """
    SELECT * FROM datasets_provider
    WHERE email IN ({emails}) OR identifier IN ({identifiers})
    OR (local_to_id = %s AND email = '' AND identifier = '') ORDER BY id
"""


@dataclass
class KnownProviders:
    """The providers that one page may mean, found by one query, and those that this run made.

    `fresh` are keys of providers made by this run: nobody can have a request open that they would see.
    """

    fresh: set[int] = field(default_factory=set)
    _found: list[Provider] = field(default_factory=list)

    def look_up(self, dataset: Dataset, parties: Iterable[Party]) -> None:
        """Fetch every provider that one of the parties may be."""
        emails = sorted({party.valid_email for party in parties} - {""})
        identifiers = sorted({party.identifier for party in parties} - {""})
        sql = KNOWN.format(emails=_places(emails), identifiers=_places(identifiers))
        self._found = list(Provider.objects.raw(sql, [*emails, *identifiers, dataset.pk]))

    def of(self, party: Party, dataset: Dataset) -> Provider | None:
        """The known provider that a party is."""
        email, identifier, name = party.valid_email, party.identifier, name_of(party)
        if email:
            by_email = next((p for p in self._found if p.email == email), None)
            return by_email or next(
                (p for p in self._found if p.identifier and p.identifier == party.orcid and one_person(p.name, name)),
                None,
            )
        if identifier:
            return next((p for p in self._found if p.identifier == identifier), None)
        local = (p for p in self._found if p.local_to_id == dataset.pk and p.local_to_id is not None)
        return next((p for p in local if fold(p.name) == fold(name)), None)

    def taken(self, identifier: str, provider: Provider | None = None) -> bool:
        """Whether an ORCID or address is somebody else's already."""
        return any(p.identifier == identifier != "" and p is not provider for p in self._found)

    def make(self, party: Party, dataset: Dataset) -> Provider:
        """A provider that was not known, for `save`; an ORCID that is already somebody else's is left out."""
        provider = Provider(
            name=name_of(party),
            kind=Provider.Kind.PERSON if party.is_person else Provider.Kind.ORGANIZATION,
            email=party.valid_email,
            identifier="" if party.valid_email and self.taken(party.identifier) else party.identifier,
            local_to=None if party.valid_email or party.identifier else dataset,
        )
        self._found.append(provider)
        return provider

    def save(self) -> None:
        """Write those that were made, in one query."""
        made = Provider.objects.bulk_create([provider for provider in self._found if provider.pk is None])
        self.fresh.update(provider.pk for provider in made)


def _places(values: list[str]) -> str:
    """What stands in the brackets of an IN for these values; nothing is in a list that holds NULL only."""
    return ", ".join(["%s"] * len(values)) or "NULL"


def name_of(party: Party) -> str:
    """What a provider is called: the name, or what else the page gives."""
    return (party.name or party.email or party.address)[:300]


def is_hub(party: Party) -> bool:
    """Whether a provider is the hub's own organisation."""
    if party.valid_email and party.valid_email == settings.HUB_EMAIL.casefold():
        return True
    if party.is_person:
        return False
    same_address = party.identifier.rstrip("/") == settings.REGISTER_URL.rstrip("/") != ""
    return same_address or fold(party.name) == fold(settings.HUB_NAME)


def write_providers(
    dataset: Dataset, parties: list[Party], source: Source, known: KnownProviders, findings: Findings, *, new: bool
) -> None:
    """Bring a dataset's providers in line with its page. Parts set by hand stay.

    Args:
        new: the dataset was made by this import, so there can be no earlier requests to see.
    """
    parties = [party for party in parties if name_of(party)]
    known.look_up(dataset, parties)
    named = _named(dataset, parties, source, known, findings)
    before = {} if new else {row.provider_id: row for row in dataset.dataset_providers.all()}
    alone = all(is_hub(party) for party in named.values())
    added = []
    for order, (pk, party) in enumerate(named.items()):
        row = before.get(pk) or DatasetProvider(dataset=dataset, provider_id=pk, confirmed=new)
        changed = _update(row, party, order, alone)
        if pk not in before:
            added.append(row)
        elif changed:
            row.save(update_fields=changed)
        if pk not in before and not new:
            findings.add("provider-new", source.line("datacite", "provider", *party.place), name=row.name)
    DatasetProvider.objects.bulk_create(added)
    gone = [row.pk for pk, row in before.items() if pk not in named and row.retired_at is None]
    if gone:
        DatasetProvider.objects.filter(pk__in=gone).update(retired_at=timezone.now())


def _named(
    dataset: Dataset, parties: list[Party], source: Source, known: KnownProviders, findings: Findings
) -> dict[int, Party]:
    """The providers that the page names, by key, each with the party that names it first."""
    found: dict[int, tuple[Provider, Party]] = {}
    for party in parties:
        provider = known.of(party, dataset) or known.make(party, dataset)
        if id(provider) not in found:
            found[id(provider)] = (provider, party)
            _complete(provider, party, source, known, findings)
    known.save()
    return {provider.pk: party for provider, party in found.values()}


def _update(row: DatasetProvider, party: Party, order: int, alone: bool) -> list[str]:
    """Make a row what the page says; returns the names of the columns that changed.

    Args:
        alone: the hub is the only provider, so it decides.
    """
    wanted: dict[str, object] = {"name": name_of(party), "order": order}
    if not row.part_by_hand:
        wanted["part"] = Part.HANDLER if is_hub(party) and not alone else Part.DECIDER
    if row.retired_at is not None:  # who comes back is as new as who never was there
        wanted |= {"retired_at": None, "confirmed": False, "added_at": timezone.now()}
    changed = [column for column, value in wanted.items() if getattr(row, column) != value]
    for column in changed:
        setattr(row, column, wanted[column])
    return changed


def _complete(provider: Provider, party: Party, source: Source, known: KnownProviders, findings: Findings) -> None:
    """Take over a new address or ORCID of somebody known: at once if this run made them, else it waits."""
    changed = []
    email, identifier = party.valid_email, party.orcid
    line = source.line("datacite", "provider", *party.place)
    if email and email != provider.email:
        findings.add("provider-email-changed", line, name=provider.name)
        if email != provider.pending_email:
            provider.pending_email = email
            changed.append("pending_email")
    if identifier and identifier != provider.identifier and not known.taken(identifier, provider):
        if provider.pk in known.fresh and not provider.identifier:
            provider.identifier = identifier
            changed.append("identifier")
        else:
            findings.add("provider-orcid-changed", line, name=provider.name)
            if identifier != provider.pending_identifier:
                provider.pending_identifier = identifier
                changed.append("pending_identifier")
    if changed:
        provider.save(update_fields=changed)
