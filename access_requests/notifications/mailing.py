"""What a row of the table of mails is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .case import Case
from .letter import Letter
from .readers import Reader

Writer = Callable[[Case, Reader], Letter]
Mailing = tuple[Writer, Iterable[Reader]]
Rule = Callable[[Case], Iterable[Mailing]]


def nobody(case: Case) -> Iterable[Mailing]:
    """No mail: whoever did it sees it, and it concerns nobody else."""
    return ()
