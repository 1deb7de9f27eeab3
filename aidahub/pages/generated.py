"""Parts of the documents that are written from the code, so that they cannot go stale.

`manage.py write_docs` writes them, `manage.py write_docs --check` (in `make check`) compares. A part stands in a file
between `<!-- NAME: written by manage.py write_docs -->` and `<!-- end of NAME -->`; a file without the
marks gets them at its end. To add a part, add a row to `PARTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aidahub.environment import ROOT, VARIABLES
from datasets.register import findings

from .generated_workflow import matrix, permission_table, state_diagram, turn_table


@dataclass(frozen=True)
class Part:
    """One generated part: its name, the file it stands in, and the function that gives its Markdown."""

    name: str
    file: str
    text: Callable[[], str]

    @property
    def path(self) -> Path:
        """Where its file is."""
        return ROOT / self.file

    def placed(self, document: str) -> str:
        """`document` with this part as it should be now."""
        first, last = f"<!-- {self.name}: written by manage.py write_docs -->", f"<!-- end of {self.name} -->"
        block = f"{first}\n\n{self.text().strip()}\n\n{last}"
        before, found, rest = document.partition(first)
        if not found:
            return f"{document.rstrip()}\n\n{block}\n"
        return before + block + rest.partition(last)[2]


def table(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def settings_table() -> str:
    """Every environment variable: what kind of value it holds, what it is for and what it is when unset."""
    rows = [
        (
            f"`{variable.name}`",
            f"{variable.kind.shown}{', secret' if variable.secret else ''}",
            variable.meaning,
            variable.shown_default or f"`{variable.default}`",
        )
        for variable in VARIABLES
    ]
    return table(("variable", "what it holds", "what it is for", "when unset"), rows)


PARTS = (
    Part("findings", "docs/findings.md", findings.as_markdown),
    Part("settings", "docs/settings.md", settings_table),
    Part("state diagram", "docs/workflow.md", state_diagram),
    Part("whose turn", "docs/workflow.md", turn_table),
    Part("permission table", "docs/workflow.md", permission_table),
    Part("matrix", "docs/workflow.md", matrix),
)
