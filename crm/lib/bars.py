"""Bars that lie: for parts with long names, where columns would have no room for them."""

from collections.abc import Sequence
from html import escape

from crm.lib.charts import Chart, Format, NumberRow, Series, _at, _described, _hit, _tip, number

ROW = 36


def lying(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    fmt: Format = number,
    urls: Sequence[str] = (),
) -> Chart:
    """A bar for each label, the series behind each other; name and sum stand above it."""
    sums = [sum(max(0, one.values[i]) for one in series) for i in range(len(labels))]
    longest = max(sums, default=0) or 1
    parts = []
    for i, label in enumerate(labels):
        y, x, bars = i * ROW, 0.0, []
        for one in series:
            wide = max(0, one.values[i]) / longest * 100
            if wide >= 0.1:
                bars.append(
                    f'<rect class="ch-bar tone-{one.tone}" x="{x:.2f}%" y="{y + 18}" width="{wide:.2f}%"'
                    ' height="8" rx="2"/>'
                )
            x += wide
        body = (
            f'<rect class="ch-band" x="0" width="100%" y="{y}" height="{ROW - 4}"/>'
            f'<text class="ch-label" x="0" y="{y + 12}">{escape(label)}</text>'
            f'<text class="ch-value" x="100%" y="{y + 12}" text-anchor="end">{escape(fmt(sums[i]))}</text>'
            f'<rect class="ch-track" x="0" y="{y + 18}" width="100%" height="8" rx="4"/>{"".join(bars)}'
        )
        parts.append(_hit(_tip(label, series, i, fmt), body, _at(urls, i)))
    svg = (
        f'<svg class="chart" width="100%" height="{ROW * len(labels)}" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )
    summary = "; ".join(f"{label}: {fmt(value)}" for label, value in zip(labels, sums, strict=True))
    rows = tuple(
        NumberRow(label, tuple(fmt(one.values[i]) for one in series), _at(urls, i))
        for i, label in enumerate(labels)
    )
    legend = tuple((one.name, one.tone, "") for one in series) if len(series) > 1 else ()
    return Chart(_described(svg, title, summary), title, ("", *(one.name for one in series)), rows, legend)
