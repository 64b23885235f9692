"""Words in a picture: wrapped by their likely width, and growing away from what they belong to.

A translation is often longer than the text the diagram was arranged for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

SVG = "http://www.w3.org/2000/svg"
INK, QUIET = "#0b0c0c", "#505a5f"
LINE, LETTER, WIDE_LETTER = 14, 6.0, 6.9
Growth = tuple[str, str]
CENTRED: Growth = ("middle", "middle")
Element = etree._Element


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    @property
    def cx(self) -> float:
        return self.x + self.width / 2

    @property
    def cy(self) -> float:
        return self.y + self.height / 2


def beside_shape(label: Box, shape: Box) -> Growth:
    """How the label of an event or gateway grows: away from its shape."""
    across = "middle"
    if label.x >= shape.cx:
        across = "start"
    elif label.x + label.width <= shape.cx:
        across = "end"
    if label.y >= shape.y + shape.height - 6:
        return across, "down"
    return across, "up" if label.y + label.height <= shape.y + 6 else "middle"


def beside_line(label: Box, points: Sequence[tuple[float, float]]) -> Growth:
    """How the label of a flow grows: away from its level stretch, and onward from where the flow leaves."""
    across = "start" if label.cx >= points[0][0] else "end"
    for (x1, y1), (x2, y2) in pairwise(points):
        over = y1 == y2 and min(x1, x2) <= label.cx <= max(x1, x2)
        if over and abs(label.cy - y1) < 3 * LINE:
            return across, "up" if label.cy < y1 else "down"
    return across, "middle"


def write(parent: Element, words: str, box: Box, growth: Growth, kind: str) -> None:
    """The words, wrapped to the width of the box or of a usual label, growing from a side of the box."""
    across, down = growth
    lines = wrap(words, max(box.width, 84 if across == "middle" else 62))
    size = 12 if len(lines) <= 4 else 10.5
    x = {"start": box.x, "middle": box.cx, "end": box.x + box.width}[across]
    text = etree.SubElement(parent, f"{{{SVG}}}text", {"class": kind, "text-anchor": across})
    text.set("fill", QUIET if kind == "flow-label" else INK)
    text.set("font-size", f"{size:g}")
    step = LINE * size / 12
    middle = box.cy - (len(lines) - 1) * step / 2 + size / 3 + (5 if len(lines) > 2 else 0)
    upward = box.y + box.height - 3 - (len(lines) - 1) * step
    first = {"down": box.y + 11, "up": upward}.get(down, middle)
    for number, line in enumerate(lines):
        place = {"x": f"{x:g}", "y": f"{first + number * step:g}"}
        etree.SubElement(text, f"{{{SVG}}}tspan", place).text = line


def write_upright(parent: Element, words: str, box: Box, *, bold: bool) -> None:
    """A heading read from below, in at most two lines: the name of a pool or lane."""
    lines = wrap(words, box.height - 8)[:2]
    text = etree.SubElement(parent, f"{{{SVG}}}text", {"text-anchor": "middle", "fill": INK})
    text.set("font-weight", "bold" if bold else "normal")
    text.set("transform", f"translate({box.cx:g} {box.cy:g}) rotate(-90)")
    for number, line in enumerate(lines):
        place = {"x": "0", "y": f"{4 + (number - (len(lines) - 1) / 2) * 12:g}"}
        etree.SubElement(text, f"{{{SVG}}}tspan", place).text = line


def wrap(words: str, width: float) -> list[str]:
    """Lines of whole words, none wider than `width` unless one word alone is."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if length(longer) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def length(text: str) -> float:
    """About how wide a line is in Arial 12; Cyrillic runs wider."""
    return sum(WIDE_LETTER if letter > "\u024f" else LETTER for letter in text)
