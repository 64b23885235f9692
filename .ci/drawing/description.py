"""How a process is written down before it is drawn: nodes at (column, row), flows between them.

Rows are counted through all lanes from the top; the lane of a node follows from its row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Node:
    """An event, gateway, task or call. `label`: where it stands (top, bottom, left, lowleft, right)."""

    id: str
    kind: str
    name: str
    col: int
    row: int
    doc: str = ""
    due: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    calls: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    each: tuple[str, str] | None = None
    decision: tuple[str, str] | None = None
    message: str = ""
    timer: str = ""
    label: str = ""


@dataclass(frozen=True)
class Flow:
    """A sequence flow. `route`: vh, hv, hvh, or over:N, under:N, around:N (a channel N
    above, below or right of the middle of the source)."""

    source: str
    target: str
    name: str = ""
    when: str = ""
    default: bool = False
    route: str = ""
    label: str = ""

    @property
    def id(self) -> str:
        return f"flow_{self.source}_{self.target}"


@dataclass(frozen=True)
class Process:
    """A process: its lanes with the number of rows each has, its nodes and its flows."""

    id: str
    name: str
    doc: str
    lanes: tuple[tuple[str, int], ...]
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    gaps: Mapping[int, int] = field(default_factory=dict)

    def node(self, node_id: str) -> Node:
        return next(node for node in self.nodes if node.id == node_id)

    def lane_of(self, row: int) -> str:
        for name, rows in self.lanes:
            if row < rows:
                return name
            row -= rows
        raise ValueError(f"{self.id} has no row {row}")
