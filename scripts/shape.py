"""Holds the sizes of things: a function has at most 35 lines, a module 400, a template 150; no import goes in a circle.

Imports inside functions count, those that only type checkers follow do not. Prints what is too big and the medians.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("aidahub", "datasets", "access_requests")
FUNCTION, MODULE, TEMPLATE = 35, 400, 150


def modules(*folders: str) -> Iterator[Path]:
    """Every Python file below `folders` but the migrations."""
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """The functions of a module: where each stands, and its number of lines."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def too_big() -> Iterator[str]:
    """A sentence for each thing that is over its limit."""
    for path in modules(*PACKAGES, "scripts", "tests", "bench"):
        if (lines := length(path)) > MODULE:
            yield f"{path.relative_to(ROOT)} has {lines} lines; {MODULE} is the limit for a module."
    for path in modules(*PACKAGES, "scripts"):
        for name, lines in functions(path):
            if lines > FUNCTION:
                yield f"{name} has {lines} lines; {FUNCTION} is the limit for a function."
    for path in sorted(ROOT.glob("templates/**/*.*")):
        if (lines := length(path)) > TEMPLATE:
            yield f"{path.relative_to(ROOT)} has {lines} lines; {TEMPLATE} is the limit for a template."


def length(path: Path) -> int:
    """The number of lines of a file."""
    return len(path.read_text().splitlines())


def circles() -> Iterator[str]:
    """A sentence for each group of modules that import each other in a circle."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    for module in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(module)):
            if imported > module and (way := graph.find_shortest_chain(imported, module)):
                yield f"Imports go in a circle: {' -> '.join((module, *way))}."


def main() -> int:
    """Print findings and medians; 1 when something is over its limit."""
    findings = [*too_big(), *circles()]
    for finding in findings:
        print(finding)
    sizes = [lines for path in modules(*PACKAGES) for _, lines in functions(path)]
    files = [lines for path in modules(*PACKAGES) if (lines := length(path))]
    print(
        f"{len(sizes)} functions: median {statistics.median(sizes):g} lines, longest {max(sizes)}. "
        f"{len(files)} modules: median {statistics.median(files):g} lines, longest {max(files)}."
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
