"""The map's outlines: every country of the package's drawing, small enough for a page, in the right place."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django_countries.data import COUNTRIES

from aidahub.pages.figures.asked import Months
from aidahub.pages.figures.charts import HIGH, level_above, lying, months_in_words, standing, step_of
from aidahub.pages.figures.outlines import HEIGHT, WIDTH, lines_of, outlines, simplified


def test_every_country_is_there_but_antarctica() -> None:
    missing = set(COUNTRIES) - set(outlines())
    assert missing <= {"AQ", "BV", "HM", "GS", "UM", "SJ", "MF", "CC", "CX"}


def test_it_is_small_and_within_the_map() -> None:
    paths = [outline.path for outline in outlines().values()]
    assert 20_000 < sum(map(len, paths)) < 120_000
    for path in paths:
        assert re.fullmatch(r"(M-?\d+ -?\d+(l|h)[-0-9 hvl]+z)+", path)
        for x, y in re.findall(r"M(-?\d+) (-?\d+)", path):
            assert 0 <= int(x) <= WIDTH
            assert 0 <= int(y) <= HEIGHT + 20


@pytest.mark.parametrize(("west", "east"), [("US", "SE"), ("PT", "PL"), ("BR", "ZA"), ("IN", "JP"), ("EH", "DZ")])
def test_countries_lie_where_they_lie(west: str, east: str) -> None:
    def left(code: str) -> int:
        return min(int(x) for x in re.findall(r"M(\d+) ", outlines()[code].path)[:1])

    assert left(west) < left(east)


def test_small_countries_have_a_mark() -> None:
    marked = {code for code, outline in outlines().items() if outline.mark}
    assert {"MT", "SG", "SM", "LU", "BH", "MU"} <= marked
    assert not {"SE", "DK", "NL", "CH", "IL", "JO"} & marked


def test_lines_of_a_path() -> None:
    assert list(lines_of("m 1,2 3,4 h 5 v -1 z m 1,1 c 0,0 1,1 2,2")) == [
        [(1, 2), (4, 6), (9, 6), (9, 5)],
        [(2, 3), (4, 5)],
    ]
    assert list(lines_of("M1-2L3.5.5 4 4H0V9z")) == [[(1, -2), (3.5, 0.5), (4, 4), (0, 4), (0, 9)]]
    assert list(lines_of("")) == []


def test_corners_that_hardly_bend_a_line_are_left_out() -> None:
    assert simplified([(0, 0), (5, 0.1), (10, 0), (10, 10)]) == [(0, 0), (10, 0), (10, 10)]


def test_how_dark_a_country_is() -> None:
    assert [step_of(number) for number in (1, 2, 4, 5, 9, 10, 500)] == [1, 2, 2, 3, 3, 4, 4]


@pytest.mark.parametrize(("most", "level"), [(0, 2), (1, 2), (3, 4), (5, 10), (11, 20), (41, 100), (100, 100)])
def test_the_top_of_a_scale(most: float, level: int) -> None:
    assert level_above(most) == level


def test_bars_keep_their_proportions() -> None:
    bars = lying([("a", 10), ("b", 5), ("c", 0)]).bars
    assert [bar.width for bar in bars] == [100, 50, 0]
    assert lying([]).bars == []


def test_bars_of_several_months_are_as_high_as_their_average() -> None:
    runs = [
        Months(date(2025, 11, 1), date(2026, 2, 1), 20),
        Months(date(2026, 3, 1), date(2026, 3, 1), 10),
    ]
    chart = standing(runs)
    wide, narrow = chart.bars
    assert wide.height * 2 == narrow.height == HIGH
    assert wide.width > 3.9 * narrow.width
    assert round(narrow.x + narrow.width) == 99  # up to now; what lies before the first request stays empty
    assert [(year.text, year.at) for year in chart.years] == [("2026", 75)]
    assert chart.merged
    assert months_in_words(runs[0].first, runs[0].last) == "November 2025 to February 2026"
