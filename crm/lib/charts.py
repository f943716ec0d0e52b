"""Charts as server-rendered SVG: no script, no inline style; colours are classes, so dark mode is free.

The plot has no viewBox: bars, grid and text use percent across and pixels down, so text keeps its size at
any width. Only paths sit in a nested viewBox="0 0 100 100" that stretches, with strokes that do not scale.
The labels of the y axis are a second svg of fixed width beside it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, cos, log10, pi, sin, sqrt

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

Format = Callable[[float], str]

AXIS_WIDTH = 38
TOP, BOTTOM = 6, 22
DONUT_RADIUS, DONUT_STROKE = 58, 15


@dataclass(frozen=True)
class Series:
    name: str
    values: Sequence[float]
    tone: int = 1


@dataclass(frozen=True)
class Part:
    """One part of a whole (donut) or one step of several (funnel); `url` leads to its records."""

    label: str
    value: float
    tone: int = 1
    url: str = ""


@dataclass(frozen=True)
class NumberRow:
    label: str
    cells: tuple[str, ...]
    url: str = ""


@dataclass(frozen=True)
class Chart:
    """A picture together with its numbers. Prints as the picture."""

    svg: SafeString
    title: str
    head: tuple[str, ...]
    rows: tuple[NumberRow, ...]
    legend: tuple[tuple[str, int, str], ...] = ()
    is_donut: bool = False

    def __str__(self) -> str:
        return self.svg


def number(value: float) -> str:
    return f"{value:,.0f}"


def short(value: float) -> str:
    """12,345 as 12.3k, or as 1.2万 where people count in ten thousands."""
    chinese = (get_language() or "").startswith("zh")
    for size, unit in ((1e8, "亿"), (1e4, "万")) if chinese else ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.1f}".removesuffix(".0") + unit
    return f"{value:.1f}".removesuffix(".0")


def level(value: float, top: float) -> int:
    """A heat class from 0 to 8, by square root so that one big cell does not flatten the map."""
    if value <= 0 or top <= 0:
        return 0
    return max(1, min(8, ceil(sqrt(value / top) * 8)))


def line(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    height: int = 200,
    fmt: Format = number,
    urls: Sequence[str] = (),
    unit: str = "",
) -> Chart:
    """Lines over time; the first series gets an area below it. Tone 0 is dashed: for comparison."""
    highest = max((value for one in series for value in one.values), default=0)
    top, plot, grid, axis = _frame(highest, height, unit)
    last = max(1, len(labels) - 1)
    parts = [
        grid,
        f'<svg y="{TOP}" width="100%" height="{plot - TOP}" viewBox="0 0 100 100"'
        ' preserveAspectRatio="none" overflow="visible">',
    ]
    for index, one in reversed(list(enumerate(series))):
        path = _path([(i / last * 100, 100 - max(0, v) / top * 100) for i, v in enumerate(one.values)])
        if index == 0 and path:
            parts.append(f'<path class="ch-area tone-{one.tone}" d="{path}L100 100L0 100Z"/>')
        parts.append(f'<path class="ch-line tone-{one.tone}" d="{path}"/>')
    parts.append("</svg>")
    width = 100 / last
    for i, label in enumerate(labels):
        x = i / last * 100
        points = "".join(
            f'<circle class="ch-point tone-{one.tone}" cx="{x:.2f}%" r="4"'
            f' cy="{TOP + (plot - TOP) * (1 - max(0, one.values[i]) / top):.1f}"/>'
            for one in series[:1]
        )
        left, right = max(0, x - width / 2), min(100, x + width / 2)
        band = f'<rect class="ch-band" x="{left:.2f}%" width="{right - left:.2f}%" y="0" height="{plot}"/>'
        parts.append(_hit(_tip(label, series, i, fmt), band + points, _at(urls, i)))
    parts.append(_x_labels(labels, height, centred=False))
    return _xy(title, labels, series, fmt, urls, height, "".join(parts), axis)


def stacked(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    height: int = 200,
    fmt: Format = number,
    urls: Sequence[str] = (),
    unit: str = "",
) -> Chart:
    """Bars, the series on top of each other. One series makes plain bars."""
    totals = [sum(max(0, one.values[i]) for one in series) for i in range(len(labels))]
    top, plot, grid, axis = _frame(max(totals, default=0), height, unit)
    parts = [grid]
    width = 100 / max(1, len(labels))
    for i, label in enumerate(labels):
        y = float(plot)
        bars = [f'<rect class="ch-band" x="{i * width:.2f}%" width="{width:.2f}%" y="0" height="{plot}"/>']
        for one in series:
            tall = max(0, one.values[i]) / top * (plot - TOP)
            if tall < 0.4:
                continue
            y -= tall
            bars.append(
                f'<rect class="ch-bar tone-{one.tone}" x="{(i + 0.22) * width:.2f}%" y="{y:.1f}"'
                f' width="{0.56 * width:.2f}%" height="{max(0.5, tall - 1):.1f}" rx="1.5"/>'
            )
        parts.append(_hit(_tip(label, series, i, fmt), "".join(bars), _at(urls, i)))
    parts.append(_x_labels(labels, height, centred=True))
    return _xy(title, labels, series, fmt, urls, height, "".join(parts), axis)


def funnel(title: str, steps: Sequence[Part], *, fmt: Format = number) -> Chart:
    """Horizontal bars, each with the share of the step before that got this far."""
    row, first = 38, steps[0].value if steps else 0
    parts, rows = [], []
    for i, step in enumerate(steps):
        before = steps[i - 1].value if i else 0
        share = f"{step.value / before:.0%}" if before else ""
        y, wide = i * row, max(1.5, min(1, step.value / first) * 100) if first and step.value else 0
        parts.append(
            _hit(
                f"{step.label}: {fmt(step.value)}",
                f'<text class="ch-label" x="0" y="{y + 12}">{escape(step.label)}</text>'
                f'<text class="ch-value" x="100%" y="{y + 12}" text-anchor="end">{escape(fmt(step.value))}'
                f"{'  ·  ' + share if share else ''}</text>"
                f'<rect class="ch-track" x="0" y="{y + 19}" width="100%" height="8" rx="4"/>'
                f'<rect class="ch-bar tone-{step.tone} ch-step-{min(i, 4)}" x="0" y="{y + 19}"'
                f' width="{wide:.2f}%" height="8" rx="4"/>',
                step.url,
            )
        )
        rows.append(NumberRow(step.label, (fmt(step.value), share or "–"), step.url))
    summary = "; ".join(f"{step.label}: {fmt(step.value)}" for step in steps)
    size = f'width="100%" height="{row * len(steps)}"'
    svg = f'<svg class="chart" {size} aria-hidden="true">{"".join(parts)}</svg>'
    head = (gettext("Step"), gettext("Number"), gettext("Of the step before"))
    return Chart(_described(svg, title, summary), title, head, tuple(rows))


def donut(
    title: str, slices: Sequence[Part], *, unit: str = "", size: int = 148, fmt: Format = number
) -> Chart:
    """Shares of a whole, which stands in the middle."""
    total = sum(one.value for one in slices)
    parts = _ring(slices, total, fmt)
    parts.append(
        f'<text class="ch-total" x="74" y="{77 if unit else 83}" text-anchor="middle">'
        f"{escape(short(total))}</text>"
    )
    parts.append(f'<text class="ch-axis" x="74" y="95" text-anchor="middle">{escape(unit)}</text>')
    summary = "; ".join(f"{one.label} {fmt(one.value)}" for one in slices)
    svg = (
        f'<svg class="chart" width="{size}" height="{size}" viewBox="0 0 148 148" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )
    rows = (
        NumberRow(one.label, (fmt(one.value), f"{one.value / total:.1%}" if total else "–"), one.url)
        for one in slices
    )
    legend = tuple((one.label, one.tone, fmt(one.value)) for one in slices)
    return Chart(
        _described(svg, title, summary),
        title,
        ("", gettext("Number"), gettext("Share")),
        tuple(rows),
        legend,
        is_donut=True,
    )


def _ring(slices: Sequence[Part], total: float, fmt: Format) -> list[str]:
    """One arc for each part that is not empty; a pale circle when all are."""
    if not total:
        return [
            f'<circle class="ch-ring ch-nothing" cx="74" cy="74" r="{DONUT_RADIUS}"'
            f' stroke-width="{DONUT_STROKE}"/>'
        ]
    angle, arcs, middle = -pi / 2, [], 74
    for one in slices:
        if not one.value:
            continue
        turn = one.value / total * 2 * pi
        # A full circle has no arc between its ends, so it stops just short of them.
        end = angle + max(0.005, min(turn, 2 * pi - 0.001) - (0.035 if turn < 2 * pi else 0))
        start_at, end_at = (
            f"{middle + DONUT_RADIUS * cos(a):.2f} {middle + DONUT_RADIUS * sin(a):.2f}" for a in (angle, end)
        )
        arc = (
            f'<path class="ch-ring tone-{one.tone}" stroke-width="{DONUT_STROKE}" d="M{start_at}'
            f'A{DONUT_RADIUS} {DONUT_RADIUS} 0 {int(end - angle > pi)} 1 {end_at}"/>'
        )
        arcs.append(_hit(f"{one.label}: {fmt(one.value)} ({one.value / total:.0%})", arc, one.url))
        angle += turn
    return arcs


def spark(values: Sequence[float], *, tone: int = 1, width: int = 88, height: int = 26) -> SafeString:
    """A tiny trend line beside a figure that says the same in words."""
    if len(values) < 2:
        return _safe("")
    low, high = min(values), max(values)
    last, span = len(values) - 1, (high - low) or 1
    path = _path(
        [(i / last * width, 2 + (height - 4) * (1 - (v - low) / span)) for i, v in enumerate(values)]
    )
    return _safe(
        f'<svg class="spark tone-{tone}" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="ch-area" d="{path}L{width} {height}L0 {height}Z"/>'
        f'<path class="ch-line" d="{path}"/></svg>'
    )


def minibar(value: float, top: float, *, tone: int = 1) -> SafeString:
    wide = max(0, min(100, value / top * 100)) if top else 0
    return _safe(
        '<svg class="minibar" width="100%" height="6" aria-hidden="true">'
        '<rect class="ch-track" width="100%" height="6" rx="3"/>'
        f'<rect class="ch-bar tone-{tone}" width="{wide:.1f}%" height="6" rx="3"/></svg>'
    )


def _safe(svg: str) -> SafeString:
    return mark_safe(svg)  # noqa: S308 - every text put into a chart went through escape()


def _described(svg: str, title: str, summary: str) -> SafeString:
    """A sentence for screen readers in place of the picture, whose links are for the mouse only."""
    return _safe(f'<span class="visually-hidden">{escape(title)}. {escape(summary)}</span>{svg}')


def _at(urls: Sequence[str], index: int) -> str:
    return urls[index] if index < len(urls) else ""


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points) if points else ""


def _hit(tip: str, body: str, url: str) -> str:
    """An area that shows a tip. The table below holds the same links for keyboards and screen readers."""
    group = f'<g class="ch-hit" data-tip="{escape(tip)}">{body}</g>'
    return f'<a href="{escape(url)}" tabindex="-1">{group}</a>' if url else group


def _tip(label: str, series: Sequence[Series], index: int, fmt: Format) -> str:
    return label + "".join(f"\n{one.name}: {fmt(one.values[index])}" for one in series)


def _nice(value: float) -> float:
    """The next round number upwards."""
    scale = 10.0 ** int(log10(value)) if value >= 1 else 1
    return next(scale * step for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if scale * step >= value)


def _frame(highest: float, height: int, unit: str = "") -> tuple[float, int, str, str]:
    """The value at the upper edge, the height of the plot, its grid and the labels of the y axis."""
    step = _nice(max(highest, 1) / 4)
    count = max(1, ceil(highest / step - 1e-9))
    top, plot = step * count, height - BOTTOM
    grid, axis = [], []
    for i in range(count + 1):
        y = TOP + (plot - TOP) * (1 - i / count)
        grid.append(f'<line class="ch-grid" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
        axis.append(
            f'<text class="ch-axis" x="30" y="{y + 4:.1f}" text-anchor="end">{short(step * i)}{unit}</text>'
        )
    return top, plot, "".join(grid), "".join(axis)


def _x_labels(labels: Sequence[str], height: int, *, centred: bool) -> str:
    """About seven labels; on phones every second of them goes (in CSS)."""
    count = len(labels)
    every = max(1, ceil(count / (14 if centred else 7)))
    found = []
    for i in range(0, count, every):
        x = (i + 0.5) / count * 100 if centred else i / max(1, count - 1) * 100
        anchor = "middle" if centred or 0 < i < count - 1 else "start" if i == 0 else "end"
        also = " ch-every-second" if (i // every) % 2 else ""
        found.append(
            f'<text class="ch-axis{also}" x="{x:.2f}%" y="{height - 4}" text-anchor="{anchor}">'
            f"{escape(labels[i])}</text>"
        )
    return "".join(found)


def _xy(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    fmt: Format,
    urls: Sequence[str],
    height: int,
    body: str,
    axis: str,
) -> Chart:
    summary = "; ".join(
        f"{one.name}: {fmt(one.values[0])} → {fmt(one.values[-1])}"
        f" ({fmt(min(one.values))} … {fmt(max(one.values))})"
        for one in series
        if one.values
    )
    svg = (
        '<div class="chart ch-xy" aria-hidden="true">'
        f'<svg class="ch-y" width="{AXIS_WIDTH}" height="{height}">{axis}</svg>'
        f'<svg class="ch-plot" width="100%" height="{height}">{body}</svg></div>'
    )
    rows = tuple(
        NumberRow(label, tuple(fmt(one.values[i]) for one in series), _at(urls, i))
        for i, label in enumerate(labels)
    )
    legend = tuple((one.name, one.tone, "") for one in series) if len(series) > 1 else ()
    return Chart(_described(svg, title, summary), title, ("", *(one.name for one in series)), rows, legend)
