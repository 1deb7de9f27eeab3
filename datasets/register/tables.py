"""kramdown's tables, as a rule for markdown-it: every line with | after a blank line is a row.

https://kramdown.gettalong.org/syntax.html#tables. A line of dashes makes what stands above it the head; neither it nor
outer | are needed, so a paragraph such as `a | b` is a table, too.
"""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock

from datasets.register.blocks import MAX_LINE, after_boundary, indentation, line_of

SEPARATOR = re.compile(r"[+|: \t]*-[+|: \t-]*")
FOOT_SEPARATOR = re.compile(r"[+|: \t]*=[+|: \t=]*")
PIPE = re.compile(r"\||.*?[^\\]\|")
CODE = re.compile(r"(?<!`)(`{1,5})(?!`)(.+?)(?<!`)\1(?!`)")
MAX_CELLS = 200
Row = list[str]


def table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table, up to the next blank line; where another line comes before that, all of it is text."""
    if silent or indentation(state, start) > 3 or len(line_of(state, start)) > MAX_LINE:
        return False
    if not PIPE.match(line_of(state, start)) or not after_boundary(state, start):
        return False
    stop = start
    while stop < end and not state.isEmpty(stop) and PIPE.match(line_of(state, stop)[:MAX_LINE]):
        stop += 1
    if stop < end and not state.isEmpty(stop) and not line_of(state, stop).startswith("{:"):
        return False
    groups = _groups([line_of(state, number)[:MAX_LINE] for number in range(start, stop)])
    if not any(len(row) > 1 or _piped(state, start) for _part, rows in groups for row in rows):
        return False
    _push(state, groups, [start, stop])
    state.line = stop
    return True


def _piped(state: StateBlock, start: int) -> bool:
    """Whether the first line has a | outside of code."""
    return "|" in CODE.sub("", line_of(state, start))


def _groups(lines: list[str]) -> list[tuple[str, list[Row]]]:
    """Head, body and foot with their rows."""
    leading = lines[0].startswith("|")
    groups: list[tuple[str, list[Row]]] = []
    rows: list[Row] = []
    has_head = has_foot = False
    for number, line in enumerate(lines):
        if SEPARATOR.fullmatch(line) and "|" in line:
            if rows:
                groups.append(("tbody" if has_head or has_foot else "thead", rows))
                has_head, rows = True, []
            has_head = has_head or number > 0
        elif FOOT_SEPARATOR.fullmatch(line):
            if rows:
                groups.append(("tbody", rows))
            has_foot, rows = True, []
        else:
            rows.append(_cells(line, leading))
    if rows:
        groups.append(("tfoot" if has_foot else "tbody", rows))
    return groups


def _cells(line: str, leading: bool) -> Row:
    """The cells of a row; a | in code or after a backslash separates nothing."""
    hidden = CODE.sub(lambda match: match[0].replace("|", "\ufdd2"), line.strip())
    cells = re.split(r"(?<!\\)\|", hidden)[:MAX_CELLS]
    if leading and not cells[0].strip():
        cells = cells[1:]
    if cells and not cells[-1].strip():
        cells = cells[:-1]
    return [cell.replace("\\|", "|").replace("\ufdd2", "|").strip() for cell in cells]


def _push(state: StateBlock, groups: list[tuple[str, list[Row]]], lines: list[int]) -> None:
    state.push("table_open", "table", 1).map = lines
    for part, rows in groups:
        state.push(f"{part}_open", part, 1)
        for row in rows:
            state.push("tr_open", "tr", 1)
            for cell in row:
                _push_cell(state, "th" if part == "thead" else "td", cell, lines)
            state.push("tr_close", "tr", -1)
        state.push(f"{part}_close", part, -1)
    state.push("table_close", "table", -1)


def _push_cell(state: StateBlock, tag: str, words: str, lines: list[int]) -> None:
    state.push(f"{tag}_open", tag, 1)
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = words, lines, []
    state.push(f"{tag}_close", tag, -1)
