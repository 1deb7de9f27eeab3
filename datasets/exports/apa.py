"""A dataset in a list of references, in the style of the American Psychological Association (7th edition, 10.9)."""

from __future__ import annotations

from dataclasses import dataclass

from datasets.exports.record import Agent, Record

MOST = 20  # of more authors, the first nineteen and the last are named


@dataclass(frozen=True, slots=True)
class Citation:
    """The sentence in three parts, for the title stands in italics; the DOI's address comes after them."""

    before: str
    title: str
    after: str
    address: str

    @property
    def text(self) -> str:
        """The whole of it."""
        return " ".join(filter(None, (self.before, f"{self.title}{self.after}", self.address)))


def citation(record: Record) -> Citation:
    """How to cite a dataset. It is the same in every language, as the list in which it will stand has its own."""
    year = f"({record.year or 'n.d.'})"
    version = f" (Version {record.version})" if record.version else ""
    people = names(record.creators)
    publisher = "" if [agent.name for agent in record.creators] == [record.publisher] else f" {record.publisher}."
    if not people:  # the title takes the place of who made it
        return Citation("", record.title, f"{version} [Data set]. {year}.{publisher}", record.doi_address)
    return Citation(f"{people} {year}.", record.title, f"{version} [Data set].{publisher}", record.doi_address)


def names(agents: tuple[Agent, ...]) -> str:
    """`Akbar, M. U., & Eklund, A.`; ends with a full stop."""
    written = [agent.parts.with_initials for agent in agents]
    if len(written) > MOST:
        text = f"{', '.join(written[: MOST - 1])}, . . . {written[-1]}"
    elif len(written) > 1:
        text = f"{', '.join(written[:-1])}, & {written[-1]}"
    else:
        text = "".join(written)
    return text if text.endswith(".") or not text else f"{text}."


def bibliography(record: Record) -> str:
    """The sentence as a file of one line."""
    return f"{citation(record).text}\n"
