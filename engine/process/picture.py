"""A diagram as SVG: what is drawn, and where a case stands in it. No style attribute, no script: a strict
content-security policy shows it. A state is told by its mark and its line, not by colour alone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from ..errors import Invalid
from .drawn import BPMNDI, DC, DI, EVENTS, GATEWAYS, NAMES, Drawn, Node, parse, read
from .picture_marks import BADGES, EVENT_MARKS, GATEWAY_MARKS, REPEAT_MARKS, TASK_MARKS
from .picture_text import CENTRED, LINE, Box, beside_line, beside_shape, write, write_upright

SVG = "http://www.w3.org/2000/svg"
DEFAULT_NAMESPACE: Any = {None: SVG}
INK, QUIET, PAPER = "#0b0c0c", "#505a5f", "#ffffff"
STATE_WORDS = {"done": "done", "active": "in work", "waiting": "waiting", "late": "late"}
STATE_LOOKS: dict[str, dict[str, str]] = {
    "": {"fill": PAPER, "stroke": INK},
    "done": {"fill": "#e6f2ec", "stroke": "#00703c"},
    "active": {"fill": "#e8f1f8", "stroke": "#1d70b8", "stroke-width": "3"},
    "waiting": {"fill": "#fff7db", "stroke": "#6f5200", "stroke-width": "2.5", "stroke-dasharray": "7 4"},
    "late": {"fill": "#fbe6e3", "stroke": "#d4351c", "stroke-width": "4"},
}
Translate = Callable[[str], str]
Element = etree._Element


@dataclass(frozen=True)
class Canvas:
    """What every drawing function needs: the diagram, where things stand, and how words are said."""

    drawn: Drawn
    boxes: Mapping[str, Box]
    labels: Mapping[str, Box]
    lines: Mapping[str, list[tuple[float, float]]]
    states: Mapping[str, str]
    counts: Mapping[str, int]
    say: Translate


def svg(
    process_xml: bytes,
    *,
    title: str,
    states: Mapping[str, str] | None = None,
    counts: Mapping[str, int] | None = None,
    translate: Translate | None = None,
) -> str:
    """The SVG of one diagram.

    `states` gives element ids the state done, active, waiting or late; `counts` a number to show beside them;
    `translate` says every name, lane and state word in the reader's language. Raises Invalid for unreadable
    XML, for a diagram without a picture, and for a state it does not know."""
    root = parse(process_xml)
    canvas = Canvas(read(root), *_places(root), states or {}, counts or {}, translate or str)
    _check(canvas)
    picture = _frame(canvas, title)
    _draw_pool(picture, root, canvas)
    for flow in canvas.drawn.flows:
        _draw_flow(picture, canvas, flow.id, flow.default)
    for node in sorted(canvas.drawn.nodes.values(), key=lambda node: node.kind == "boundaryEvent"):
        if node.id in canvas.boxes:
            _draw_node(picture, canvas, node)
    for flow in canvas.drawn.flows:
        if flow.name and flow.id in canvas.labels:
            label = canvas.labels[flow.id]
            write(picture, canvas.say(flow.name), label, beside_line(label, canvas.lines[flow.id]), "flow-label")
    return etree.tostring(picture, encoding="unicode")


def _check(canvas: Canvas) -> None:
    unknown = sorted(set(canvas.states.values()) - set(STATE_WORDS))
    if unknown:
        raise Invalid(f"Unknown state {', '.join(unknown)}. Use one of {', '.join(STATE_WORDS)}.")
    if not canvas.boxes:
        raise Invalid(f"{canvas.drawn.id} has no picture. Open it in the modeler, arrange it and save it.")


def _places(root: Element) -> tuple[dict[str, Box], dict[str, Box], dict[str, list[tuple[float, float]]]]:
    boxes, labels, lines = {}, {}, {}
    for shape in root.iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge"):
        element = str(shape.get("bpmnElement"))
        bounds = shape.find("dc:Bounds", NAMES)
        label = shape.find(f"{{{BPMNDI}}}BPMNLabel/{{{DC}}}Bounds")
        if bounds is not None:
            boxes[element] = _box(bounds)
        else:
            points = shape.findall(f"{{{DI}}}waypoint")
            lines[element] = [(float(p.get("x", 0)), float(p.get("y", 0))) for p in points]
        if label is not None:
            labels[element] = _box(label)
    return boxes, labels, lines


def _box(bounds: Element) -> Box:
    x, y, width, height = (float(bounds.get(name, 0)) for name in ("x", "y", "width", "height"))
    return Box(x, y, width, height)


def _frame(canvas: Canvas, title: str) -> Element:
    key = canvas.drawn.id
    left, top = min(b.x for b in canvas.boxes.values()) - 10, min(b.y for b in canvas.boxes.values()) - 10
    right = max(b.x + b.width for b in canvas.boxes.values()) + 10
    bottom = max(b.y + b.height for b in canvas.boxes.values()) + 10
    picture = etree.Element(f"{{{SVG}}}svg", nsmap=DEFAULT_NAMESPACE)
    size = {
        "viewBox": f"{left:g} {top:g} {right - left:g} {bottom - top:g}",
        "width": f"{right - left:g}",
        "height": f"{bottom - top:g}",
        "font-family": "Arial, Helvetica, sans-serif",
        "font-size": "12",
    }
    _set(picture, {**size, "class": "diagram", "role": "img", "aria-labelledby": f"title-{key} desc-{key}"})
    _add(picture, "title", id=f"title-{key}").text = title
    _add(picture, "desc", id=f"desc-{key}").text = _story(canvas)
    arrow = _add(
        _add(picture, "defs"),
        "marker",
        id=f"arrow-{key}",
        viewBox="0 0 10 10",
        refX="9.5",
        refY="5",
        markerWidth="9",
        markerHeight="9",
        orient="auto",
    )
    _add(arrow, "path", d="M0 1 L10 5 L0 9 z", fill=INK)
    return picture


def _story(canvas: Canvas) -> str:
    """The picture in words: what it shows and, per state, which steps."""
    parts = [canvas.say(canvas.drawn.name)]
    for state, word in STATE_WORDS.items():
        names = [canvas.say(n.name) for n in canvas.drawn.nodes.values() if canvas.states.get(n.id) == state]
        if names:
            parts.append(f"{canvas.say(word)}: {', '.join(names)}")
    return ". ".join(parts) + "."


def _draw_pool(picture: Element, root: Element, canvas: Canvas) -> None:
    for participant in root.iterfind("bpmn:collaboration/bpmn:participant", NAMES):
        _draw_band(picture, canvas, str(participant.get("id")), str(participant.get("name")), "pool")
    for lane in root.iterfind("bpmn:process/bpmn:laneSet/bpmn:lane", NAMES):
        _draw_band(picture, canvas, str(lane.get("id")), str(lane.get("name")), "lane")


def _draw_band(picture: Element, canvas: Canvas, element: str, name: str, kind: str) -> None:
    box = canvas.boxes.get(element)
    if box is None:
        return
    group = _add(picture, "g", **{"class": kind})
    _add(group, "rect", **_rect(box), fill="none", stroke=QUIET)
    _add(group, "path", d=f"M{box.x + 30:g} {box.y:g}v{box.height:g}", stroke=QUIET, fill="none")
    write_upright(group, canvas.say(name), Box(box.x, box.y, 30, box.height), bold=kind == "pool")


def _draw_flow(picture: Element, canvas: Canvas, flow: str, default: bool) -> None:
    points = canvas.lines.get(flow, [])
    if len(points) < 2:
        return
    path = "M" + " L".join(f"{x:g} {y:g}" for x, y in points)
    _add(picture, "path", d=path, fill="none", stroke=INK, **{"class": "flow"}).set(
        "marker-end", f"url(#arrow-{canvas.drawn.id})"
    )
    if default:
        (x1, y1), (x2, y2) = points[:2]
        length = max(abs(x2 - x1) + abs(y2 - y1), 1)
        x, y = x1 + (x2 - x1) / length * 11, y1 + (y2 - y1) / length * 11
        _add(picture, "path", d=f"M{x - 4:g} {y + 5:g}L{x + 4:g} {y - 5:g}", stroke=INK, **{"class": "default"})


def _draw_node(picture: Element, canvas: Canvas, node: Node) -> None:
    box, state = canvas.boxes[node.id], canvas.states.get(node.id, "")
    family = "gateway" if node.kind in GATEWAYS else "event" if node.kind in EVENTS else "task"
    group = _add(picture, "g", **{"class": f"node {family} {node.kind}" + (f" is-{state}" if state else "")})
    group.set("data-element", node.id)
    _add(group, "title").text = _hover(canvas, node, state)
    {"gateway": _draw_gateway, "event": _draw_event, "task": _draw_task}[family](group, canvas, node, box)
    if state:
        inset = 13 if family == "task" else 0
        _draw_badge(group, box.x + box.width - inset, box.y + inset, state)
    if canvas.counts.get(node.id):
        _draw_count(group, box, canvas.counts[node.id])


def _hover(canvas: Canvas, node: Node, state: str) -> str:
    name = canvas.say(node.name)
    return f"{name} ({canvas.say(STATE_WORDS[state])})" if state else name


def _draw_task(group: Element, canvas: Canvas, node: Node, box: Box) -> None:
    look = dict(STATE_LOOKS[canvas.states.get(node.id, "")])
    if node.kind == "callActivity":
        look.setdefault("stroke-width", "4")
    _set(_add(group, "rect", **_rect(box), rx="8"), look)
    for shape, attributes in TASK_MARKS.get(node.kind, ()):
        _mark(group, shape, attributes, box.x + 6, box.y + 6)
    marks = REPEAT_MARKS.get(node.many, ())
    for shape, attributes in marks:
        _mark(group, shape, attributes, box.cx - 7, box.y + box.height - 18)
    inside = Box(box.x + 6, box.y - (5 if marks else 0), box.width - 12, box.height)
    write(group, canvas.say(node.name), inside, CENTRED, "name")


def _draw_event(group: Element, canvas: Canvas, node: Node, box: Box) -> None:
    look = dict(STATE_LOOKS[canvas.states.get(node.id, "")])
    radius = box.width / 2
    if node.kind == "endEvent":
        look["stroke-width"] = "4"
    if node.kind == "boundaryEvent" and not node.interrupting:
        look["stroke-dasharray"] = "4 3"
    _set(_add(group, "circle", cx=f"{box.cx:g}", cy=f"{box.cy:g}", r=f"{radius:g}"), look)
    if node.kind not in ("startEvent", "endEvent"):
        _set(
            _add(group, "circle", cx=f"{box.cx:g}", cy=f"{box.cy:g}", r=f"{radius - 3:g}"),
            {**look, "fill": "none", "stroke-width": "1"},
        )
    for shape, attributes in EVENT_MARKS.get(node.event, ()):
        _mark(group, shape, attributes, box.cx - 9, box.cy - 9)
    _write_outside(group, canvas, node, box)


def _draw_gateway(group: Element, canvas: Canvas, node: Node, box: Box) -> None:
    half = box.width / 2
    diamond = f"M{box.cx:g} {box.y:g}l{half:g} {half:g}l{-half:g} {half:g}l{-half:g} {-half:g}z"
    _set(_add(group, "path", d=diamond), STATE_LOOKS[canvas.states.get(node.id, "")])
    for shape, attributes in GATEWAY_MARKS.get(node.kind, ()):
        _mark(group, shape, attributes, box.cx - 12, box.cy - 12)
    _write_outside(group, canvas, node, box)


def _write_outside(group: Element, canvas: Canvas, node: Node, box: Box) -> None:
    label = canvas.labels.get(node.id) or Box(box.cx - 45, box.y + box.height + 4, 90, LINE)
    if node.name:
        write(group, canvas.say(node.name), label, beside_shape(label, box), "name")


def _draw_badge(group: Element, x: float, y: float, state: str) -> None:
    colour = STATE_LOOKS[state]["stroke"]
    _add(group, "circle", cx=f"{x:g}", cy=f"{y:g}", r="10", fill=colour, **{"class": "badge"})
    for shape, attributes in BADGES[state]:
        _mark(group, shape, attributes, x - 10, y - 10)


def _draw_count(group: Element, box: Box, count: int) -> None:
    x, y, word = box.x + box.width, box.y + box.height, str(count)
    width = 12 + 7 * len(word)
    _add(group, "rect", x=f"{x - width / 2:g}", y=f"{y - 9:g}", width=f"{width}", height="18", rx="9", fill=INK)
    text = _add(group, "text", x=f"{x:g}", y=f"{y + 4:g}", fill=PAPER, **{"class": "count"})
    text.set("text-anchor", "middle")
    text.text = word


def _mark(parent: Element, shape: str, attributes: Mapping[str, str], x: float, y: float) -> None:
    _set(_add(parent, shape, transform=f"translate({x:g} {y:g})"), {"class": "mark", **attributes})


def _rect(box: Box) -> dict[str, str]:
    return {"x": f"{box.x:g}", "y": f"{box.y:g}", "width": f"{box.width:g}", "height": f"{box.height:g}"}


def _add(parent: Element, tag: str, **attributes: str) -> Element:
    return etree.SubElement(parent, f"{{{SVG}}}{tag}", attributes)


def _set(element: Element, attributes: Mapping[str, str] | Iterable[tuple[str, str]]) -> None:
    for name, value in dict(attributes).items():
        element.set(name, value)
