"""Outlines of the world's countries, made small: once for each process, from the file of the package pygal_maps_world.

Its drawing has a group for each ISO 3166-1 code, of paths and, where a country is hardly seen, a circle around it.
The file stays in its package (LGPL); nothing of it is copied into this project.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from xml.etree import ElementTree  # nosec B405 # reads a file of a package that we install, nobody's upload

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
Ring = list[Point]

WIDTH, HEIGHT = 2000, 860  # of the map's own units; what lies below is Antarctica, which is left out
LEFT, TOP, SCALE = -30.0, 61.0, WIDTH / 2754  # where the package's drawing begins, and its width
TOLERANCE = 0.7  # how far, in the map's units, an outline may lie beside the real one
SPECK = 7.0  # islands that are smaller than this square of units are left out, where a country has more
SMALL = 60.0  # a country whose largest part is smaller gets a mark, so that it is seen
LEFT_OUT = {"AQ"}
IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
STEP = re.compile(r"([a-zA-Z])|(-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?)")
TRANSFORM = re.compile(r"(translate|matrix)\(([^)]*)\)")
NUMBERS = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6}


@dataclass(frozen=True, slots=True)
class Outline:
    """One country: its path in the map's units, and where a mark stands if it is too small to be seen."""

    path: str
    mark: tuple[int, int] | None


@lru_cache(maxsize=1)
def outlines() -> dict[str, Outline]:
    """Every country's outline by its ISO 3166-1 code in capitals."""
    source = files("pygal_maps_world").joinpath("worldmap.svg").read_text("utf-8")
    countries = ElementTree.fromstring(source).iterfind(".//*[@id='countries']/*")  # noqa: S314 # nosec B314 # of a package
    found = {(country.get("class") or "")[:2].upper(): _outline(country) for country in countries}
    return {code: outline for code, outline in found.items() if outline.path and code not in LEFT_OUT}


def _outline(country: ElementTree.Element) -> Outline:
    rings = sorted((ring for ring in _rings(country, IDENTITY) if len(ring) > 2), key=_extent, reverse=True)
    if not rings:
        return Outline("", None)
    kept = [rings[0], *(ring for ring in rings[1:] if _extent(ring) > SPECK)]
    xs, ys = [x for x, _y in rings[0]], [y for _x, y in rings[0]]
    centre = (round((min(xs) + max(xs)) / 2), round((min(ys) + max(ys)) / 2))
    return Outline("".join(map(_written, kept)), centre if _extent(rings[0]) < SMALL else None)


def _rings(element: ElementTree.Element, outer: Matrix) -> Iterator[Ring]:
    """The closed lines of an element and those within it, in the map's units."""
    matrix = _combined(outer, _matrix_of(element.get("transform", "")))
    for ring in lines_of(element.get("d", "")):
        yield [_placed(point, matrix) for point in ring]
    for inner in element:
        yield from _rings(inner, matrix)


def _matrix_of(transform: str) -> Matrix:
    found = TRANSFORM.match(transform)
    if not found:
        return IDENTITY
    numbers = [float(number) for number in re.split(r"[ ,]+", found[2].strip())]
    if found[1] == "translate":
        return (1, 0, 0, 1, numbers[0], numbers[1])
    a, b, c, d, e, f = numbers
    return (a, b, c, d, e, f)


def _combined(outer: Matrix, inner: Matrix) -> Matrix:
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return (a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * m + e, b * k + d * m + f)


def _placed(point: Point, matrix: Matrix) -> Point:
    (x, y), (a, b, c, d, e, f) = point, matrix
    return ((a * x + c * y + e - LEFT) * SCALE, (b * x + d * y + f - TOP) * SCALE)


def lines_of(path: str) -> Iterator[Ring]:
    """The corners of an SVG path, line by line; of a curve its end, since the drawing's curves are short.

    Args: path: with the commands m, l, h, v, c and z, in capitals for absolute places (SVG 1.1, section 8.3).
    """
    here, start, ring = (0.0, 0.0), (0.0, 0.0), list[Point]()
    for command, numbers in _commands(path):
        if command in "zZ":
            here = start
            continue
        x, y = (0.0, 0.0) if command.isupper() else here
        across = command in "vV"
        here = (here[0] if across else x + numbers[0 if command in "hH" else -2 if not across else 0],
                here[1] if command in "hH" else y + numbers[-1])  # fmt: skip
        if command in "mM":
            if ring:
                yield ring
            ring, start = [], here
        ring.append(here)
    if ring:
        yield ring


def _commands(path: str) -> Iterator[tuple[str, list[float]]]:
    """Each command with its own numbers: one that has several sets of them is given as often."""
    command, numbers = "", list[float]()
    for letter, number in STEP.findall(path):
        if letter:
            command, numbers = letter, []
            if letter in "zZ":
                yield letter, []
            continue
        numbers.append(float(number))
        if len(numbers) == NUMBERS[command.lower()]:
            yield command, numbers
            numbers = []
            command = {"m": "l", "M": "L"}.get(command, command)  # further places of a move are lines


def _extent(ring: Ring) -> float:
    """The area of the box around a line."""
    xs, ys = [x for x, _y in ring], [y for _x, y in ring]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))


def simplified(ring: Ring) -> Ring:
    """A line without the corners that hardly bend it (Douglas and Peucker, 1973)."""
    keep, spans = {0, len(ring) - 1}, [(0, len(ring) - 1)]
    while spans:
        first, last = spans.pop()
        far, where = max(
            ((_distance(ring[at], ring[first], ring[last]), at) for at in range(first + 1, last)), default=(0.0, 0)
        )
        if far > TOLERANCE:
            keep.add(where)
            spans += [(first, where), (where, last)]
    return [ring[at] for at in sorted(keep)]


def _distance(point: Point, start: Point, end: Point) -> float:
    """From a point to the line between two others."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    if length == 0:
        return float(((x - x1) ** 2 + (y - y1) ** 2) ** 0.5)
    return float(abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length)


def _written(ring: Ring) -> str:
    """A closed line as a path in whole units, each place from the one before."""
    places = list(dict.fromkeys((round(x), round(y)) for x, y in simplified(ring)))
    if len(places) < 3:
        x, y = places[0]
        return f"M{x} {y}h2v2h-2z"
    steps = [(x - px, y - py) for (px, py), (x, y) in pairwise(places)]
    return f"M{places[0][0]} {places[0][1]}l" + " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-") + "z"
