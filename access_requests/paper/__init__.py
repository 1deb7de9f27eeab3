"""One request on paper: everything that a reader may see of it as a PDF, and as a ZIP together with its files.

`paper_for` collects, `withhold` leaves parts out of what is handed on, `pdf_of` sets it, `bundle` adds the files.
"""

from .bundling import bundle
from .collecting import paper_for, standing_to
from .setting import NotMade, pdf_of
from .shape import Item, Made, Paper, Row, Section, View, Where
from .withholding import KINDS, Choice, choices, stub, withhold

__all__ = [
    "KINDS",
    "Choice",
    "Item",
    "Made",
    "NotMade",
    "Paper",
    "Row",
    "Section",
    "View",
    "Where",
    "bundle",
    "choices",
    "paper_for",
    "pdf_of",
    "standing_to",
    "stub",
    "withhold",
]
