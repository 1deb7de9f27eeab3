"""One request on paper: everything that a reader may see of it as a PDF, and as a ZIP together with its files.

`paper_for` collects for one reader (`standing_to`), `withhold` leaves parts out of what is handed on, `pdf_of` sets
it, `bundle` adds the files; `sealed_texts` are those that can be taken out of the record for good.
"""

from .bundling import Beside, beside, bundle
from .collecting import paper_for, standing_to
from .setting import NotMade, pdf_of
from .shape import Item, Made, Mark, Paper, Row, Section, View, Where
from .talking import files_of
from .texts import Sealed, sealed_texts
from .withholding import BY_DEFAULT, KINDS, Choice, choices, stub, withhold

__all__ = [
    "BY_DEFAULT",
    "KINDS",
    "Beside",
    "Choice",
    "Item",
    "Made",
    "Mark",
    "NotMade",
    "Paper",
    "Row",
    "Sealed",
    "Section",
    "View",
    "Where",
    "beside",
    "bundle",
    "choices",
    "files_of",
    "paper_for",
    "pdf_of",
    "sealed_texts",
    "standing_to",
    "stub",
    "withhold",
]
