"""Bars with their spread, as an SVG that reads in light and in dark."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from tools.bench.spread import Spread

WIDTH, COLUMNS = 960, 2
PANEL = WIDTH / COLUMNS
ROW, HEAD, MARGIN = 24, 44, 24
# What stands before a bar, and behind its longest whisker.
LABEL, VALUE = 90, 60
STYLE = """
  svg { font: 13px system-ui, sans-serif; --paper: #f8fafc; --ink: #0f172a; --line: #475569; --first: #7c3aed; --other: #94a3b8 }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0f172a; --ink: #e2e8f0; --line: #cbd5e1; --first: #a78bfa; --other: #64748b }
  }
  text { fill: var(--ink) } .title { font-weight: 600 } .value { font-variant-numeric: tabular-nums }
  .paper { fill: var(--paper) } .first { fill: var(--first) } .other { fill: var(--other) }
  .whisker { stroke: var(--line); stroke-width: 1.4; fill: none }
"""  # noqa: E501 - one line for each colour scheme


@dataclass(frozen=True)
class Bar:
    """A figure and whose it is."""

    label: str
    spread: Spread


@dataclass(frozen=True)
class Panel:
    """Bars of one unit; the first is the one that is compared with the others."""

    title: str
    bars: Sequence[Bar]


def svg(title: str, panels: Sequence[Panel]) -> str:
    """The picture; panels from left to right, then down."""
    rows = [panels[first : first + COLUMNS] for first in range(0, len(panels), COLUMNS)]
    lines: list[str] = []
    top = float(MARGIN)
    for row in rows:
        for column, panel in enumerate(row):
            lines += _panel(panel, column * PANEL + MARGIN, top)
        top += HEAD + ROW * max(len(panel.bars) for panel in row)
    height = top + MARGIN / 2
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="img">',
            f"  <title>{escape(title)}</title>",
            f"  <style>{STYLE}  </style>",
            f'  <rect class="paper" width="{WIDTH}" height="{height:g}" rx="12"/>',
            *lines,
            "</svg>",
            "",
        ]
    )


def _panel(panel: Panel, left: float, top: float) -> Iterator[str]:
    yield f'  <text class="title" x="{left:g}" y="{top + 12:g}">{escape(panel.title)}</text>'
    most = max(bar.spread.most for bar in panel.bars) or 1
    scale = (PANEL - 2 * MARGIN - LABEL - VALUE) / most
    start = left + LABEL
    for number, bar in enumerate(panel.bars):
        y = top + 22 + ROW * number
        least, median, end = (start + value * scale for value in (bar.spread.least, bar.spread.median, bar.spread.most))
        middle = y + ROW / 2 - 3
        kind = "other" if number else "first"
        yield f'  <text x="{left:g}" y="{middle + 4:g}">{escape(bar.label)}</text>'
        yield f'  <rect class="{kind}" x="{start:g}" y="{y:g}" width="{median - start:.1f}" height="{ROW - 6}" rx="3"/>'
        yield f'  <path class="whisker" d="M{least:.1f} {middle:g}H{end:.1f}M{least:.1f} {middle - 4:g}v8M{end:.1f} {middle - 4:g}v8"/>'  # noqa: E501
        yield f'  <text class="value" x="{end + 8:.1f}" y="{middle + 4:g}">{bar.spread.median:.3g}</text>'
