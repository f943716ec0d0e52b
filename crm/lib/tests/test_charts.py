import re
from xml.etree import ElementTree

import pytest
from django.utils import translation

from crm.lib import charts
from crm.lib.charts import Chart, Part, Series

LABELS = ["10/1", "10/2", "10/3"]


def tree(chart: Chart | str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<root>{chart}</root>")


def parts(chart: Chart | str, css: str) -> list[ElementTree.Element]:
    return [one for one in tree(chart).iter() if css in one.get("class", "").split()]


def all_charts() -> list[Chart]:
    return [
        charts.line("Sales", LABELS, [Series("Now", [1, 5, 2]), Series("Before", [2, 2, 2], 0)]),
        charts.stacked("Messages", LABELS, [Series("Mail", [1, 0, 2]), Series("Text", [4, 4, 4], 2)]),
        charts.funnel("Delivery", [Part("Sent", 200), Part("Opened", 50)]),
        charts.donut("States", [Part("Draft", 1), Part("Done", 3, 2)], unit="campaigns"),
    ]


@pytest.mark.parametrize("chart", all_charts(), ids=lambda chart: chart.title)
def test_picture_is_well_formed_and_keeps_the_page_policy(chart: Chart) -> None:
    for one in tree(chart).iter():
        assert "style" not in one.attrib
        assert not [name for name in one.attrib if name.startswith("on")]
        assert one.tag not in ("script", "style", "foreignObject")


@pytest.mark.parametrize("chart", all_charts(), ids=lambda chart: chart.title)
def test_screen_readers_get_a_sentence_instead_of_the_picture(chart: Chart) -> None:
    sentence, picture = list(tree(chart))
    assert (sentence.text or "").startswith(chart.title)
    assert picture.get("aria-hidden") == "true"


def test_numbers_of_a_line_are_its_values() -> None:
    chart = charts.line("Sales", LABELS, [Series("Now", [1, 5000, 2])], urls=["/1", "/2"])
    assert chart.head == ("", "Now")
    assert [(row.label, row.cells, row.url) for row in chart.rows] == [
        ("10/1", ("1",), "/1"),
        ("10/2", ("5,000",), "/2"),
        ("10/3", ("2",), ""),
    ]
    assert [link.get("href") for link in tree(chart).iter("a")] == ["/1", "/2"]


def test_line_goes_through_its_values() -> None:
    chart = charts.line("Sales", LABELS, [Series("Now", [0, 8, 4])])
    assert parts(chart, "ch-line")[0].get("d") == "M0.00 100.00L50.00 0.00L100.00 50.00"


def test_bars_stand_on_each_other() -> None:
    chart = charts.stacked("Messages", ["1"], [Series("Mail", [4]), Series("Text", [4], 2)], height=128)
    lower, upper = parts(chart, "ch-bar")
    assert float(lower.get("y", "")) == 56
    assert float(upper.get("y", "")) == 6
    assert "tone-2" in upper.get("class", "")


def test_funnel_tells_the_share_of_the_step_before() -> None:
    chart = charts.funnel("Delivery", [Part("Sent", 200), Part("Opened", 50), Part("Bought", 0)])
    assert [row.cells for row in chart.rows] == [("200", "–"), ("50", "25%"), ("0", "0%")]
    assert [bar.get("width") for bar in parts(chart, "ch-bar")] == ["100.00%", "25.00%", "0.00%"]


def test_donut_has_one_ring_part_per_value() -> None:
    chart = charts.donut("States", [Part("Draft", 1), Part("Nothing", 0), Part("Done", 3, 2)])
    assert len(parts(chart, "ch-ring")) == 2
    assert [row.cells[1] for row in chart.rows] == ["25.0%", "0.0%", "75.0%"]


def test_charts_without_numbers_do_not_fail() -> None:
    assert not charts.line("Nothing", [], [Series("a", [])]).rows
    assert not charts.stacked("Nothing", [], []).rows
    assert not charts.funnel("Nothing", []).rows
    assert parts(charts.line("One day", ["1"], [Series("a", [3])]), "ch-line")
    assert len(parts(charts.donut("Zero", [Part("a", 0)]), "ch-nothing")) == 1
    assert charts.spark([1]) == ""
    assert charts.minibar(3, 0)


def test_whole_circle_is_drawn() -> None:
    ring = parts(charts.donut("All", [Part("a", 5)]), "ch-ring")[0]
    start, end = re.findall(r"[MA1] ?([\d.]+ [\d.]+)(?:A|$)", ring.get("d", ""))
    assert start != end


@pytest.mark.parametrize("nasty", ["<script>alert(1)</script>", '" onmouseover="x', "a & b"])
def test_texts_are_escaped(nasty: str) -> None:
    for chart in (
        charts.line(nasty, [nasty], [Series(nasty, [1])], urls=[nasty]),
        charts.stacked(nasty, [nasty], [Series(nasty, [1])]),
        charts.funnel(nasty, [Part(nasty, 1, url=nasty)]),
        charts.donut(nasty, [Part(nasty, 1)], unit=nasty),
    ):
        assert "onmouseover" not in {name for one in tree(chart).iter() for name in one.attrib}
        assert not list(tree(chart).iter("script"))


@pytest.mark.parametrize(
    ("language", "value", "text"),
    [
        ("en", 999, "999"),
        ("en", 12_345, "12.3k"),
        ("en", 2_000_000, "2M"),
        ("zh-hans", 12_345, "1.2万"),
        ("zh-hans", 230_000_000, "2.3亿"),
        ("en", 0.5, "0.5"),
    ],
)
def test_short_numbers_follow_the_language(language: str, value: float, text: str) -> None:
    with translation.override(language):
        assert charts.short(value) == text


def test_levels_of_a_heat_map() -> None:
    assert charts.level(0, 100) == 0
    assert charts.level(1, 100) == 1
    assert charts.level(25, 100) == 4
    assert charts.level(100, 100) == 8
    assert charts.level(5, 0) == 0
