"""Charts are SVG that parses, escapes every text, and keeps texts at one edge apart."""

import itertools
import re
from xml.etree import ElementTree

from shared.web.charts import Dot, Fan, Level, Line, Whisker, bars, curve, dots

SVG = "{http://www.w3.org/2000/svg}"
EVIL = '<script>alert("1")</script>&'


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own SVG


def test_every_text_is_escaped_and_the_picture_has_a_title_and_a_description() -> None:
    lines = [Line(EVIL, [(0, 0.0), (12, 0.5)])]
    levels = [Level(0.5, EVIL)]
    drawn = (
        curve(id="a", title=EVIL, description=EVIL, lines=lines, levels=levels, ticks=[(0, EVIL)], x_last=12,
              fan=Fan((6, 0.2), 12, 0.1, 0.2, 0.4, EVIL), whiskers=[Whisker(12, 0.4, 0.6)]),
        dots(id="b", title=EVIL, description=EVIL, groups=[[Dot(EVIL, 0.5, 0.4, 0.6)]], levels=levels),
        bars(id="c", title=EVIL, description=EVIL, rows=[(EVIL, 0.5, EVIL)]),
    )  # fmt: skip

    for svg in drawn:
        root = parsed(svg)
        assert "<script" not in svg
        assert root.find("title") is not None
        assert root.findtext("desc") == EVIL
        assert root.get("role") == "img"


def test_levels_that_lie_close_have_words_that_do_not_overlap() -> None:
    svg = curve(
        id="a", title="t", description="d", lines=[], x_last=12,
        levels=[Level(0.85, "goal"), Level(0.86, "more"), Level(0.5, "base")],
    )  # fmt: skip

    heights = sorted(float(y) for y in re.findall(r'class="name" x="[\d.]+" y="([\d.]+)"', svg))

    assert len(heights) == 3
    assert all(b - a >= 14 for a, b in itertools.pairwise(heights))


def test_a_share_higher_up_is_drawn_higher_up_and_all_within_the_picture() -> None:
    root = parsed(dots(id="a", title="t", description="d", groups=[[Dot("x", 0.0)], [Dot("y", 1.0)], [Dot("z", None)]]))

    circles = root.findall("circle")

    assert len(circles) == 2, "no dot where there is no value"
    low, high = (float(one.get("cy") or 0) for one in circles)
    assert 0 < high < low < 340


def test_thirty_years_of_cohorts_keep_legible_labels() -> None:
    svg = dots(id="a", title="t", description="d", groups=[[Dot(f"{year}", 0.9)] for year in range(1996, 2026)])

    assert svg.count('text-anchor="middle"') <= 12
    assert ">2025<" in svg, "the last one is always named"
