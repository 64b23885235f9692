"""The diagrams of the first country say all that they must, and can be read as pictures."""

import re
import tomllib
from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnValidator

from engine.process.drawn import BPMN, BPMNDI, DC, DI, NAMES, ZEEBE, Drawn, parse, read
from engine.process.picture_text import Box

pytestmark = pytest.mark.once
FOLDER = Path(__file__).parents[2] / "workflows" / "kg"
FILES = sorted(FOLDER.glob("*.bpmn"))
ROOTS = {path.stem: parse(path.read_bytes()) for path in FILES}
DRAWN = {name: read(root) for name, root in ROOTS.items()}
COUNTRY = tomllib.loads((FOLDER / "country.toml").read_text(encoding="utf-8"))
CLOCK = re.compile(r'clock\("(\w+)"\)')
FILLED_BY_THE_CASE = {"coordinator", "first_responder"}
GRANTED = {role for ground in COUNTRY["grounds"].values() for role in ground["roles"]}
SENT_BY_PEOPLE = {"person_missing", "consent_withdrawn"}  # what a person says on the case page or by the API
A3 = (420.0, 297.0)
POINT = 25.4 / 72
Point = tuple[float, float]

each = pytest.mark.parametrize("name", list(DRAWN))


def tasks(name: str) -> list[etree._Element]:
    return list(ROOTS[name].iter(f"{{{BPMN}}}userTask"))


def boxes(name: str) -> dict[str, Box]:
    found = {}
    for shape in ROOTS[name].iter(f"{{{BPMNDI}}}BPMNShape"):
        bounds = shape.find("dc:Bounds", NAMES)
        assert bounds is not None
        found[str(shape.get("bpmnElement"))] = box(bounds)
    return found


def labels(name: str) -> dict[str, Box]:
    found = {}
    for label in ROOTS[name].iter(f"{{{BPMNDI}}}BPMNLabel"):
        bounds, owner = label.find(f"{{{DC}}}Bounds"), label.getparent()
        assert bounds is not None and owner is not None
        found[str(owner.get("bpmnElement"))] = box(bounds)
    return found


def edges(name: str) -> dict[str, list[Point]]:
    return {
        str(edge.get("bpmnElement")): [
            (float(p.get("x", 0)), float(p.get("y", 0))) for p in edge.iter(f"{{{DI}}}waypoint")
        ]
        for edge in ROOTS[name].iter(f"{{{BPMNDI}}}BPMNEdge")
    }


def box(bounds: etree._Element) -> Box:
    return Box(*(float(bounds.get(side, 0)) for side in ("x", "y", "width", "height")))


def overlap(one: Box, other: Box) -> bool:
    across = one.x < other.x + other.width and other.x < one.x + one.width
    return across and one.y < other.y + other.height and other.y < one.y + one.height


def crosses(line: tuple[Point, Point], shape: Box) -> bool:
    (x1, y1), (x2, y2) = line
    stretch = Box(min(x1, x2), min(y1, y2), abs(x2 - x1) + 0.01, abs(y2 - y1) + 0.01)
    return overlap(stretch, Box(shape.x + 1, shape.y + 1, shape.width - 2, shape.height - 2))


def letters(label: Box) -> Box:
    """A label without the air around its letters: beside a diamond that may reach into the empty corner."""
    return Box(label.x + 3, label.y + 3, label.width - 6, label.height - 6)


def touches(point: Point, shape: Box) -> bool:
    x, y = point
    return (
        shape.x - 1 <= x <= shape.x + shape.width + 1
        and shape.y - 1 <= y <= shape.y + shape.height + 1
        and (abs(x - shape.x) <= 1 or abs(x - shape.x - shape.width) <= 1 or abs(y - shape.y) <= 1
             or abs(y - shape.y - shape.height) <= 1)
    )  # fmt: skip


def test_the_mechanism_has_its_processes():
    assert set(DRAWN) == {
        "child_found", "child_protection", "closure", "coming_of_age", "danger", "formal_identification",
        "identification", "legal_aid", "missing", "national_referral", "paper_record", "protection_asked", "recovery",
        "repatriation", "return_from_abroad", "service_referral", "shelter", "withdrawal", "witness_protection",
    }  # fmt: skip


def test_ids_are_unique_over_all_diagrams():
    ids = Counter(str(e.get("id")) for root in ROOTS.values() for e in root.iter() if e.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []


@each
def test_valid_under_the_schema_of_bpmn(name: str):
    BpmnValidator().validate(ROOTS[name], filename=name)


@each
def test_one_pool_one_process_named_like_its_file(name: str):
    processes = ROOTS[name].findall("bpmn:process", NAMES)
    pools = ROOTS[name].findall("bpmn:collaboration/bpmn:participant", NAMES)
    assert [p.get("id") for p in processes] == [name] == [p.get("processRef") for p in pools]
    assert processes[0].get("isExecutable") == "true"


@each
def test_every_lane_is_a_role_and_every_node_has_a_lane(name: str):
    drawn = DRAWN[name]
    assert set(drawn.lanes) <= set(COUNTRY["roles"])
    assert {node.id for node in drawn.nodes.values() if node.lane not in drawn.lanes} == set()


@each
def test_every_user_task_has_a_form_a_clock_and_one_sentence(name: str):
    for task in tasks(name):
        node = DRAWN[name].nodes[str(task.get("id"))]
        form = task.find(f"bpmn:extensionElements/{{{ZEEBE}}}formDefinition", NAMES)
        assert form is not None and form.get("externalReference") == f"nrm-form:{node.id}"
        assert task.find(f"bpmn:extensionElements/{{{ZEEBE}}}userTask", NAMES) is not None
        clocks = CLOCK.findall(node.due)
        assert clocks and set(clocks) <= set(COUNTRY["clocks"]), node.id
        assert re.fullmatch(r"[A-Z][^.]+\.", node.documentation), node.id


@each
def test_a_task_of_another_agency_says_on_what_ground_and_how_soon(name: str):
    for task in tasks(name):
        node = DRAWN[name].nodes[str(task.get("id"))]
        if node.lane in FILLED_BY_THE_CASE:
            assert "accept" not in node.properties
            continue
        accept = CLOCK.findall(node.properties["accept"]) or [node.properties["accept"]]
        assert set(accept) <= set(COUNTRY["clocks"]), node.id
        purpose = node.properties.get("purpose", "")
        named = re.findall(r'then "(\w+)" else "(\w+)"', purpose) or [[purpose]]
        wanted = set(named[0]) <= set(COUNTRY["purposes"])
        assert wanted or (node.lane in GRANTED and not purpose), node.id


@each
def test_duties_are_separated_between_tasks_that_exist(name: str):
    everywhere = {node_id for drawn in DRAWN.values() for node_id in drawn.nodes}
    for node in DRAWN[name].nodes.values():
        for rule in ("not_same_person_as", "not_same_agency_as"):
            assert node.properties.get(rule, node.id) in everywhere
        assert node.properties.get("moves", "arrival") in COUNTRY["clocks"]


def test_who_decides_twice():
    rules = {
        (node.id, rule.removeprefix("not_same_"), node.properties[rule])
        for drawn in DRAWN.values()
        for node in drawn.nodes.values()
        for rule in node.properties
        if rule.startswith("not_same_")
    }
    assert rules == {
        ("second_opinion", "agency_as", "screening"),
        ("formal_confirmation", "agency_as", "formal_opinion"),
        ("closure_approval", "person_as", "closure_proposal"),
    }


@each
def test_everything_has_a_name_and_every_choice_a_label_and_a_default(name: str):
    drawn = DRAWN[name]
    assert [node.id for node in drawn.nodes.values() if not node.name] == []
    for node in drawn.nodes.values():
        ways = drawn.leaving(node.id)
        if node.kind in ("exclusiveGateway", "inclusiveGateway") and len(ways) > 1:
            assert [flow.default for flow in ways].count(True) == 1, node.id
            assert all(flow.name and (flow.default or flow.condition.startswith("=")) for flow in ways)
        else:
            assert not any(flow.condition for flow in ways), node.id


def test_services_side_by_side_never_meet_in_a_parallel_join():
    for drawn in DRAWN.values():
        for node in drawn.nodes.values():
            assert node.kind != "parallelGateway" or len(drawn.entering(node.id)) == 1


@each
def test_calls_name_the_process_twice_and_it_exists(name: str):
    for call in ROOTS[name].iter(f"{{{BPMN}}}callActivity"):
        said = call.find(f"bpmn:extensionElements/{{{ZEEBE}}}calledElement", NAMES)
        assert said is not None and said.get("processId") == call.get("calledElement")
        assert call.get("calledElement") in DRAWN


def test_every_process_is_called_or_begun_by_a_message_that_is_sent():
    nodes = [node for drawn in DRAWN.values() for node in drawn.nodes.values()]
    called = {node.calls for node in nodes if node.calls}
    sent = {node.message for node in nodes if node.kind == "sendTask"} | SENT_BY_PEOPLE
    begun = {
        drawn.id
        for drawn in DRAWN.values()
        if any(node.kind == "startEvent" and node.message in sent for node in drawn.nodes.values())
    }
    assert set(DRAWN) - called - begun == {COUNTRY["spine"]}


@each
def test_everything_is_drawn(name: str):
    drawn = DRAWN[name]
    assert set(drawn.nodes) <= set(boxes(name))
    assert {flow.id for flow in drawn.flows} == set(edges(name))


@each
def test_flows_run_straight_from_shape_to_shape_and_through_none(name: str):
    drawn, shapes = DRAWN[name], boxes(name)
    flows = {flow.id: flow for flow in drawn.flows}
    for edge, points in edges(name).items():
        assert touches(points[0], shapes[flows[edge].source]) and touches(points[-1], shapes[flows[edge].target])
        for line in pairwise(points):
            assert line[0][0] == line[1][0] or line[0][1] == line[1][1], f"{edge} is askew"
            through = [node for node in drawn.nodes if crosses(line, shapes[node])]
            assert through == [], f"{edge} runs through {through}"


@each
def test_nothing_lies_on_anything_else(name: str):
    drawn, shapes = DRAWN[name], boxes(name)
    words = {f"label {key}": letters(label) for key, label in labels(name).items()}
    things = {node: shapes[node] for node in drawn.nodes} | words
    assert [pair for pair in combinations(things, 2) if overlap(things[pair[0]], things[pair[1]])] == []
    for key, label in words.items():
        for edge, points in edges(name).items():
            hit = any(crosses(line, label) for line in pairwise(points))
            assert not hit, f"{edge} runs through the {key}"


@each
def test_every_node_stands_in_its_lane(name: str):
    drawn, shapes = DRAWN[name], boxes(name)
    for node in drawn.nodes.values():
        lane = shapes[f"lane_{name}_{node.lane}"]
        assert lane.y < shapes[node.id].y and shapes[node.id].y + shapes[node.id].height < lane.y + lane.height


@each
def test_readable_on_one_sheet_of_a3(name: str):
    pool = boxes(name)[f"pool_{name}"]
    millimetres = min(A3[0] / pool.width, A3[1] / pool.height)
    assert 12 * millimetres / POINT >= 6, "the letters would be smaller than six points"


@pytest.mark.parametrize("kind", ["startEvent", "endEvent"])
def test_every_process_begins_and_ends(kind: str):
    for drawn in DRAWN.values():
        assert any(node.kind == kind for node in drawn.nodes.values()), drawn.id


def ends_reached(drawn: Drawn, node_id: str, seen: set[str]) -> bool:
    if drawn.nodes[node_id].kind == "endEvent":
        return True
    seen.add(node_id)
    onward = (flow.target for flow in drawn.leaving(node_id))
    return any(target not in seen and ends_reached(drawn, target, seen) for target in onward)


@each
def test_an_end_is_reached_from_everywhere(name: str):
    drawn = DRAWN[name]
    assert [node for node in drawn.nodes if not ends_reached(drawn, node, set())] == []
