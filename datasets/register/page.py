"""The front matter as validated objects, lenient in what pages may write.

A value that does not fit is None or left out beside its own words (`text`); nothing here refuses a page. What is
odd is found by `checks`, which compares these objects with the front matter.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from datasets.register import values
from datasets.register.frontmatter import Place

MAX_LIST = 500


def as_text(value: object) -> str:
    """A plain value as text; nothing for lists and mappings, which are no text."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value).strip()


def as_name(value: object) -> str:
    """A text on one line, without entities or invisible characters."""
    return values.tidy(as_text(value))


def as_long_text(value: object) -> str:
    """A text of several lines; a list of texts becomes paragraphs."""
    if isinstance(value, list):
        return "\n\n".join(as_text(item) for item in value if as_text(item))
    return as_text(value)


def as_list(value: object) -> list[Any]:
    """A list, also of a single value; empty elements are left out."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items[:MAX_LIST] if item is not None and item != ""]


def as_names(value: object) -> list[str]:
    """Names from a list or a single one; of a mapping its `name`."""
    names = (as_name(item.get("name")) if isinstance(item, dict) else as_name(item) for item in as_list(value))
    return [name for name in names if name]


def as_keywords(value: object) -> list[str]:
    """Keywords from one text with commas, or from a list; each once."""
    texts = [as_name(item) for item in as_list(value)]
    words = (word.strip() for text in texts for word in text.split(","))
    return list(dict.fromkeys(word for word in words if word))


def as_things(value: object) -> list[dict[str, Any]]:
    """Mappings from a list, a single mapping, or names alone; each knows its place in the list."""
    single = not isinstance(value, list)
    things: list[dict[str, Any]] = []
    for number, item in enumerate([value] if single else as_all(value)):
        thing = item if isinstance(item, dict) else {"name": item}
        if isinstance(item, list) or not any(part not in (None, "") for part in thing.values()):
            continue
        things.append(thing | {"place": () if single else (number,)})
    return things


def as_all(value: object) -> list[Any]:
    """The elements of a list, as many as are read."""
    return value[:MAX_LIST] if isinstance(value, list) else []


def as_mapping(value: object) -> dict[str, Any]:
    """A mapping, or an empty one."""
    return value if isinstance(value, dict) else {}


Text = Annotated[str, BeforeValidator(as_text)]
Name = Annotated[str, BeforeValidator(as_name)]
LongText = Annotated[str, BeforeValidator(as_long_text)]
Names = Annotated[list[str], BeforeValidator(as_names)]
Keywords = Annotated[list[str], BeforeValidator(as_keywords)]
Number = Annotated[int | None, BeforeValidator(values.as_number)]
Day = Annotated[date | None, BeforeValidator(values.as_day)]
Switch = Annotated[bool, BeforeValidator(values.is_true)]


class Thing(BaseModel):
    """What all parts of a page have in common: unknown keys are no fault."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, arbitrary_types_allowed=True)


class Item(Thing):
    """An element of a list, with its place in the page's own list."""

    place: Place = ()


class Party(Item):
    """A person or an organisation."""

    name: Name = ""
    kind: Text = Field("", alias="@type")
    address: Text = Field("", alias="@id")
    url: Text = ""
    email: Text = ""

    @property
    def is_person(self) -> bool:
        """By its type; without one, an ORCID says so."""
        kind = self.kind.casefold()
        return kind == "person" or (kind != "organization" and values.means_orcid(self.address))

    @property
    def orcid(self) -> str:
        """The ORCID's address, if it is right."""
        return values.as_orcid(self.address) or ""

    @property
    def identifier(self) -> str:
        """The ORCID's address, or another web address; a wrong one is none."""
        if values.means_orcid(self.address):
            return self.orcid
        return (values.as_url(self.address) or "")[:500]

    @property
    def valid_email(self) -> str:
        """The e-mail address in lower case, if it is one."""
        return values.as_email(self.email) or ""

    @property
    def web_page(self) -> str:
        """The page of a person or organisation, if it is a web address."""
        return values.as_url(self.url) or ""


class LicenseEntry(Item):
    """A licence as the front matter names it."""

    name: Name = ""
    id: Text = ""
    abstract: LongText = ""

    @property
    def fragment(self) -> str:
        """What stands after # in its id."""
        return self.id.partition("#")[2]


class Work(Item):
    """A work that the page refers to."""

    name: LongText = ""
    address: Text = Field("", alias="@id")

    @property
    def words(self) -> str:
        """Its description on one line."""
        return values.tidy(self.name)

    @property
    def link(self) -> str:
        """Its web address, if it is one."""
        address = values.as_url(self.address) or ""
        return address or (f"https://doi.org/{doi}" if (doi := values.as_doi(self.address)) else "")


class Organ(Item):
    """A part of the body, with its SNOMED CT id if the page gives one."""

    name: Name = ""
    sctid: Text = ""


class Image(Item):
    """An example image."""

    title: Name = ""
    url: Text = ""
    thumbnail: Text = Field("", alias="thumbnail-url")


Parties = Annotated[list[Party], BeforeValidator(as_things)]


class Datacite(Thing):
    """The part of the front matter that is schema.org."""

    address: Text = Field("", alias="@id")
    name: Name = ""
    about: Name = ""
    url: Text = ""
    author: Parties = []
    copyright_year: Number = Field(None, alias="copyrightYear")
    copyright_holder: Parties = Field([], alias="copyrightHolder")
    provider: Parties = []
    created: Day = Field(None, alias="dateCreated")
    published: Day = Field(None, alias="datePublished")
    modified: Day = Field(None, alias="dateModified")
    keywords: Keywords = []
    version: Name = ""
    description: LongText = ""
    license: Annotated[list[LicenseEntry], BeforeValidator(as_things)] = []
    citation: Annotated[list[Work], BeforeValidator(as_things)] = []


class Other(Thing):
    """The part of the front matter that is AIDA's own."""

    short_name: Name = Field("", alias="shortName")
    origin: Name = ""
    status: Name = ""
    annotation: LongText = ""
    countries: Names = Field([], alias="countries-shared")
    organ: Annotated[list[Organ], BeforeValidator(as_things)] = []
    age_span: Name = Field("", alias="age-span")
    bytes: Number = None
    scans: Number = Field(None, alias="numberOfScans")
    annotations: Number = Field(None, alias="numberOfAnnotations")
    modality: Names = []
    image: Text = ""
    images: Annotated[list[Image], BeforeValidator(as_things)] = Field([], alias="exampleImage")


class Page(Thing):
    """A page's front matter, validated."""

    hidden: Switch = False
    synthetic: Switch = False
    scapis: Switch = False
    datacite: Annotated[Datacite, BeforeValidator(as_mapping)] = Field(
        default_factory=lambda: Datacite.model_validate({})
    )
    other: Annotated[Other, BeforeValidator(as_mapping)] = Field(default_factory=lambda: Other.model_validate({}))

    @property
    def doi(self) -> str | None:
        """The DOI in lower case, None where datacite: @id holds none."""
        return values.as_doi(self.datacite.address)


def slug(text: str) -> str:
    """A name as an anchor would spell it."""
    return re.sub(r"[^\w]+", "-", text.casefold()).strip("-")
