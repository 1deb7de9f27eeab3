"""What can be wrong with a page of the register: codes that stay, and the sentences for them.

A *finding* names a place in a page. An error refuses the page; a warning goes into the dataset's findings.
The sentences are made when shown, so they can be read in another language than that of the import.
`as_markdown` writes the catalogue for docs/findings.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from datasets.register.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator

OUR_WORDS = ("how", "wanted")  # details in words of this program, not of the page: read in the reader's language
SHOWN_PATHS = 1_000  # the other pages with the same DOI
SHOWN = 120  # a page's own words inside a sentence: enough to find the place


class Severity(StrEnum):
    """Whether a page with it can be imported."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with its place in the page.

    `detail` fills the sentence of the code in `CATALOGUE`; `line` counts from 1, None where no line is to blame.
    """

    code: str
    line: int | None = None
    detail: dict[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """Error or warning, by its code."""
        return Severity.ERROR if CATALOGUE[self.code].refuses else Severity.WARNING

    @property
    def message(self) -> str:
        """What is wrong and what to do, in the reader's language."""
        entry = CATALOGUE[self.code]
        ours = {key: gettext(self.detail[key]) for key in OUR_WORDS if self.detail.get(key)}
        return f"{entry.says} {entry.advice}".format_map(_Lenient(self.detail | ours))

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the four public keys, and the detail from which the sentence can be made again."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "line": self.line,
            "message": self.message,
            "detail": self.detail,
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Finding:
        """The finding that `as_dict` made."""
        return cls(stored["code"], stored.get("line"), dict(stored.get("detail") or {}))


class _Lenient(dict[str, str]):
    """A sentence that lacks a detail (stored by an older version) shows an ellipsis instead of failing."""

    def __missing__(self, key: str) -> str:
        return "…"


class Refusal(Exception):
    """The page is not imported. Holds the finding that says why."""

    def __init__(self, code: str, line: int | None = None, **detail: object) -> None:
        self.finding = Finding(code, line, shorten(detail))
        super().__init__(f"line {line}: {code} {detail}" if line else f"{code} {detail}")


class Findings:
    """Collects the warnings about one page, each place once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int | None, tuple[tuple[str, str], ...]], Finding] = {}

    def add(self, code: str, line: int | None = None, **detail: object) -> None:
        """Note one finding. `detail` are the words that its sentence needs."""
        finding = Finding(code, line, shorten(detail))
        self._found.setdefault((code, line, tuple(sorted(finding.detail.items()))), finding)

    def __iter__(self) -> Iterator[Finding]:
        """In the order of the page."""
        return iter(sorted(self._found.values(), key=lambda finding: (finding.line or 0, finding.code)))


def shorten(detail: dict[str, object]) -> dict[str, str]:
    """A page's own words as they may stand in a sentence: one line, not too long."""
    folded = {key: " ".join(str(value).split()) for key, value in detail.items()}
    limits = {key: SHOWN_PATHS if key == "other" else SHOWN for key in folded}
    return {key: text if len(text) <= limits[key] else f"{text[: limits[key]]}…" for key, text in folded.items()}


def known(code: str) -> bool:
    """Whether this version knows the code."""
    return code in CATALOGUE


def as_markdown() -> str:
    """The catalogue as docs/findings.md shows it."""
    parts = []
    for title, refuses in (("Errors: the page is refused", True), ("Warnings: the page is imported", False)):
        parts.append(f"## {title}\n")
        parts += [_entry(code) for code, entry in CATALOGUE.items() if entry.refuses is refuses]
    return "\n".join(parts)


def _entry(code: str) -> str:
    entry = CATALOGUE[code]
    return f"### `{code}`\n\n{entry.says} {entry.advice}\n\n```\n{entry.example}\n```\n"
