"""Curves over time as an SVG file: a panel a unit, faults as ticks below."""

from collections.abc import Mapping, Sequence
from html import escape

Curve = Sequence[tuple[float, float]]

WIDE, HIGH, LEFT, TOP = 900, 180, 70, 30  # of a panel, and what stands around it
COLOURS = ("#1f5a99", "#c4572b", "#3b7d3b", "#7a4fa3")


def render(panels: Mapping[str, Mapping[str, Curve]], marks: Sequence[tuple[float, str]]) -> str:
    """Draw each panel's curves (seconds, value); ``marks`` are vertical lines at seconds, with a word."""
    longest = max((x for curves in panels.values() for curve in curves.values() for x, _ in curve), default=1)
    height = len(panels) * (HIGH + 2 * TOP) + 20
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE + LEFT + 20} {height}" '
            'font-family="sans-serif" font-size="12">'
        ),
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for row, (unit, curves) in enumerate(panels.items()):
        parts += _panel(row * (HIGH + 2 * TOP) + TOP, unit, curves, longest, marks)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(
    top: int, unit: str, curves: Mapping[str, Curve], longest: float, marks: Sequence[tuple[float, str]]
) -> list[str]:
    most = max((y for curve in curves.values() for _, y in curve), default=1) or 1
    floor = top + HIGH

    def at(x: float, y: float) -> str:
        return f"{LEFT + x / longest * WIDE:.1f},{floor - y / most * HIGH:.1f}"

    parts = [f'<text x="{LEFT}" y="{top - 10}" font-weight="bold">{escape(unit)}</text>']
    for share in (0.0, 0.5, 1.0):
        _, y = at(0, share * most).split(",")
        parts += [
            f'<line x1="{LEFT}" x2="{LEFT + WIDE}" y1="{y}" y2="{y}" stroke="#dddddd"/>',
            f'<text x="{LEFT - 6}" y="{y}" text-anchor="end">{share * most:,.0f}</text>',
        ]
    for seconds, word in marks:
        x, _ = at(seconds, 0).split(",")
        parts.append(
            f'<line x1="{x}" x2="{x}" y1="{top}" y2="{floor}" stroke="#bbbbbb" stroke-dasharray="2 4">'
            f"<title>{escape(word)}</title></line>"
        )
    for number, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = " ".join(at(x, y) for x, y in curve)
        parts += [
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>',
            f'<text x="{LEFT + 120 + number * 200}" y="{top - 10}" fill="{colour}">{escape(name)}</text>',
        ]
    minutes = longest / 60
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, _ = at(share * longest, 0).split(",")
        parts.append(f'<text x="{x}" y="{floor + 16}" text-anchor="middle">{share * minutes:.0f} min</text>')
    return parts
