"""Where everything stands: columns as wide as their nodes, rows by lane, edges that run straight or turn."""

from dataclasses import dataclass
from itertools import pairwise

from .description import Flow, Node, Process

SIZES = {"task": (120, 80), "gateway": (50, 50), "event": (36, 36)}
LEFT, TOP, LANE_HEAD = 160, 80, 60
ROW, EMPTY_ROW, GAP, PAD = 110, 64, 46, 24
DEFAULT_MARK = 14
LABEL_WIDTH, LINE, LETTER = 90, 14, 6.1

Point = tuple[float, float]


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

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True)
class Layout:
    """Boxes by element id, waypoints and label boxes by flow id; `lanes` in order, `pool` around them."""

    pool: Box
    lanes: dict[str, Box]
    shapes: dict[str, Box]
    labels: dict[str, Box]
    edges: dict[str, list[Point]]


def lay_out(process: Process) -> Layout:
    columns, right = _columns(process)
    rows, lanes, bottom = _rows(process)
    shapes = {node.id: _box(node, columns, rows) for node in process.nodes}
    edges = {flow.id: _route(process, flow, shapes) for flow in process.flows}
    labels = {flow.id: _flow_label(flow, edges[flow.id]) for flow in process.flows if flow.name}
    for node in process.nodes:
        if family(node.kind) != "task":
            labels[node.id] = _node_label(node, process, shapes[node.id], edges)
    pool = Box(LEFT, TOP, right + PAD - LEFT, bottom - TOP)
    lane_boxes = {name: Box(LEFT + 30, y, pool.width - 30, height) for name, (y, height) in lanes.items()}
    return Layout(pool, lane_boxes, shapes, labels, edges)


def family(kind: str) -> str:
    """task, gateway or event: what decides size and where a label stands."""
    if kind.endswith("Gateway"):
        return "gateway"
    return "event" if kind.endswith("Event") else "task"


def wrapped(text: str, width: int = LABEL_WIDTH) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) * LETTER > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def text_size(text: str) -> tuple[float, float]:
    lines = wrapped(text)
    return round(max(len(line) for line in lines) * LETTER) + 2, len(lines) * LINE


def _columns(process: Process) -> tuple[dict[int, float], float]:
    """The middle of each column and the right end of the last."""
    middles: dict[int, float] = {}
    x: float = LEFT + LANE_HEAD + PAD + 12
    for col in range(max(node.col for node in process.nodes) + 1):
        width = max((SIZES[family(n.kind)][0] for n in process.nodes if n.col == col), default=0)
        middles[col] = x + width / 2
        x += width + process.gaps.get(col, _gap(process, col))
    return middles, x


def _gap(process: Process, col: int) -> float:
    here = {node.id for node in process.nodes if node.col == col}
    named = [
        text_size(f.name)[0] + (DEFAULT_MARK if f.default else 0)
        for f in process.flows
        if f.source in here and f.name and ":" not in f.route
    ]
    return max([GAP, *(width + 14 for width in named)])


def _rows(process: Process) -> tuple[dict[int, float], dict[str, tuple[float, float]], float]:
    """The middle of each row, top and height of each lane, and the bottom of the last."""
    middles: dict[int, float] = {}
    lanes: dict[str, tuple[float, float]] = {}
    y: float = TOP
    row = 0
    for name, count in process.lanes:
        start = y
        y += PAD / 2
        for _ in range(count):
            height = ROW if any(node.row == row for node in process.nodes) else EMPTY_ROW
            middles[row] = y + height / 2
            y += height
            row += 1
        y += PAD / 2
        lanes[name] = (start, y - start)
    return middles, lanes, y


def _box(node: Node, columns: dict[int, float], rows: dict[int, float]) -> Box:
    width, height = SIZES[family(node.kind)]
    return Box(columns[node.col] - width / 2, rows[node.row] - height / 2, width, height)


def _route(process: Process, flow: Flow, shapes: dict[str, Box]) -> list[Point]:
    start, end = shapes[flow.source], shapes[flow.target]
    route, _, distance = (flow.route or _usual_route(process, flow, start, end)).partition(":")
    if route in ("over", "under"):
        return _channel(start, end, float(distance) * (-1 if route == "over" else 1))
    if route == "around":
        return _beside(start, end, float(distance))
    if route == "v":
        return [(start.cx, start.bottom if end.cy > start.cy else start.y), (start.cx, _near(end, start))]
    if route == "vh":
        return [(start.cx, _near(start, end)), (start.cx, end.cy), (end.x, end.cy)]
    if route == "hv":
        return [(start.right, start.cy), (end.cx, start.cy), (end.cx, _near(end, start))]
    if route == "hvh":
        turn = end.x - GAP / 2
        return [(start.right, start.cy), (turn, start.cy), (turn, end.cy), (end.x, end.cy)]
    return [(start.right, start.cy), (end.x, end.cy)]


def _usual_route(process: Process, flow: Flow, start: Box, end: Box) -> str:
    if start.cy == end.cy:
        return "h"
    if start.cx == end.cx:
        return "v"
    if family(process.node(flow.source).kind) == "gateway":
        return "vh"
    return "hv" if family(process.node(flow.target).kind) == "gateway" else "hvh"


def _near(box: Box, other: Box) -> float:
    """The side of `box` that looks at `other`: its lower or its upper edge."""
    return box.bottom if other.cy > box.cy else box.y


def _channel(start: Box, end: Box, distance: float) -> list[Point]:
    y = start.cy + distance
    leave = start.bottom if distance > 0 else start.y
    arrive = end.bottom if y > end.cy else end.y
    return [(start.cx, leave), (start.cx, y), (end.cx, y), (end.cx, arrive)]


def _beside(start: Box, end: Box, distance: float) -> list[Point]:
    x = start.cx + distance
    leave, arrive = (start.right, end.right) if distance > 0 else (start.x, end.x)
    return [(leave, start.cy), (x, start.cy), (x, end.cy), (arrive, end.cy)]


def _flow_label(flow: Flow, points: list[Point]) -> Box:
    """Above the first level stretch, at its beginning; beside an upright flow."""
    width, height = text_size(flow.name)
    for (x1, y1), (x2, y2) in pairwise(points):
        if y1 == y2:
            left = _label_start(flow, points, x1, x2, width)
            return Box(left, y1 + 4 if flow.label == "bottom" else y1 - height - 3, width, height)
    (x1, y1), (_, y2) = points[0], points[-1]
    return Box(x1 + 6, (y1 + y2) / 2 - height / 2, width, height)


def _label_start(flow: Flow, points: list[Point], x1: float, x2: float, width: float) -> float:
    """Past the corner, and past the stroke that marks a default flow."""
    past = 5 + (DEFAULT_MARK if flow.default and x1 == points[0][0] and len(points) == 2 else 0)
    return x1 + past if x2 > x1 else x1 - past - width


def _node_label(node: Node, process: Process, box: Box, edges: dict[str, list[Point]]) -> Box:
    width, height = text_size(node.name)
    where = node.label or _free_side(node, process, box, edges)
    if where == "top":
        return Box(box.cx - width / 2, box.y - height - 4, width, height)
    if where == "left":
        return Box(box.cx - width - 6, box.y - height + 2, width, height)
    if where == "lowleft":
        return Box(box.cx - width - 6, box.bottom - 2, width, height)
    if where == "right":
        return Box(box.right + 4, box.cy - height / 2, width, height)
    return Box(box.cx - width / 2, box.bottom + 5, width, height)


def _free_side(node: Node, process: Process, box: Box, edges: dict[str, list[Point]]) -> str:
    if family(node.kind) == "event":
        return "bottom"
    ends = {edges[f.id][0] for f in process.flows if f.source == node.id}
    ends |= {edges[f.id][-1] for f in process.flows if f.target == node.id}
    if (box.cx, box.y) not in ends:
        return "top"
    return "bottom" if (box.cx, box.bottom) not in ends else "left"
