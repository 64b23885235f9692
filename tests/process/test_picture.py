"""The picture of a diagram: complete, safe to embed, and readable without colour."""

import re
from pathlib import Path

import pytest
from lxml import etree

from engine.errors import Invalid
from engine.process.drawn import parse, read
from engine.process.picture import STATE_WORDS, svg
from engine.process.picture_text import length, wrap

pytestmark = pytest.mark.once
FOLDER = Path(__file__).parents[2] / "workflows" / "kg"
SHELTER = (FOLDER / "shelter.bpmn").read_bytes()
SVG = "{http://www.w3.org/2000/svg}"


def drawn(xml: bytes = SHELTER, **more: object) -> etree._Element:
    return etree.fromstring(svg(xml, title="Shelter", **more))  # type: ignore[arg-type]


def group(picture: etree._Element, element: str) -> etree._Element:
    return next(g for g in picture.iter(f"{SVG}g") if g.get("data-element") == element)


def words(element: etree._Element) -> str:
    return " ".join("".join(span.itertext()) for span in element.iter(f"{SVG}tspan"))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.bpmn")), ids=lambda path: path.stem)
def test_every_node_and_flow_of_every_diagram_is_drawn(path: Path):
    xml = path.read_bytes()
    said, picture = read(parse(xml)), drawn(xml)
    assert {g.get("data-element") for g in picture.iter(f"{SVG}g") if g.get("data-element")} == set(said.nodes)
    assert sum(p.get("class") == "flow" for p in picture.iter(f"{SVG}path")) == len(said.flows)
    for node in said.nodes.values():
        assert words(group(picture, node.id)) == node.name


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.bpmn")), ids=lambda path: path.stem)
def test_nothing_in_it_needs_more_than_a_strict_policy(path: Path):
    picture = drawn(path.read_bytes(), states={node: "late" for node in read(parse(path.read_bytes())).nodes})
    for element in picture.iter(etree.Element):
        assert etree.QName(element).localname not in ("script", "style", "foreignObject", "image", "a")
        assert not [name for name in element.attrib if str(name) == "style" or str(name).startswith("on")]
        assert not any("://" in str(value) for value in element.attrib.values())


def test_it_has_a_title_and_tells_the_states_in_words():
    picture = drawn(states={"stay_review": "late", "shelter_arrival": "done", "stay_care_plan": "done"})
    named = [picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")]
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == " ".join(str(part.get("id")) for part in named if part is not None)
    assert named[0] is not None and named[0].text == "Shelter"
    assert named[1] is not None
    assert named[1].text == "Shelter. done: Receive the person, Plan the care. late: Review the stay."


@pytest.mark.parametrize("state", list(STATE_WORDS))
def test_a_state_has_a_class_a_mark_and_a_word(state: str):
    plain, marked = group(drawn(), "stay_review"), group(drawn(states={"stay_review": state}), "stay_review")
    assert f"is-{state}" in str(marked.get("class")).split()
    assert "is-" not in str(plain.get("class"))
    marks = [[e for e in g.iter() if e.get("class") in ("mark", "badge")] for g in (plain, marked)]
    assert len(marks[1]) >= len(marks[0]) + 2
    assert STATE_WORDS[state] in str(marked.findtext(f"{SVG}title"))


def test_the_states_differ_without_colour():
    looks = set()
    for state in STATE_WORDS:
        marked = group(drawn(states={"stay_review": state}), "stay_review")
        badge = [e.get("d") for e in marked.iter(f"{SVG}path") if e.get("class") == "mark"][-1]
        looks.add(badge)
    assert len(looks) == len(STATE_WORDS)


def test_a_count_is_shown():
    shown = group(drawn(counts={"stay_review": 12}), "stay_review")
    assert [text.text for text in shown.iter(f"{SVG}text") if text.get("class") == "count"] == ["12"]


def test_every_word_can_be_translated():
    picture = drawn(states={"stay_review": "late"}, translate=lambda word: f"«{word}»")
    said = " ".join(picture.itertext())
    for word in ("«Review the stay»", "«Stays longer»", "«shelter»", "«late»"):
        assert all(part in said for part in word.split())


def test_types_can_be_told_apart():
    spine = drawn((FOLDER / "national_referral.bpmn").read_bytes())
    call, task = group(spine, "identify"), group(spine, "intake")
    assert call.find(f"{SVG}rect").get("stroke-width") == "4"  # type: ignore[union-attr]
    assert task.find(f"{SVG}rect").get("stroke-width") is None  # type: ignore[union-attr]
    assert len(list(group(spine, "urgent_services").iter(f"{SVG}path"))) == 1, "the mark of several at once"
    timer = group(drawn((FOLDER / "recovery.bpmn").read_bytes()), "reflection_period")
    assert len(list(timer.iter(f"{SVG}circle"))) == 3, "two rings and a clock"


def test_names_are_text_and_never_markup():
    xml = SHELTER.replace(b"Review the stay", b"&lt;script&gt;alert(1)&lt;/script&gt;")
    assert "<script" not in svg(xml, title="<b>&", states={"stay_review": "late"})
    assert drawn(xml).findtext(f"{SVG}title") == "Shelter"


def test_what_cannot_be_drawn_is_refused_with_a_remedy():
    with pytest.raises(Invalid, match="Save it again"):
        svg(b"<not", title="x")
    with pytest.raises(Invalid, match="no BPMN process"):
        svg(b"<x/>", title="x")
    with pytest.raises(Invalid, match="late"):
        svg(SHELTER, title="x", states={"stay_review": "lost"})
    bare = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", SHELTER, flags=re.S)
    with pytest.raises(Invalid, match="no picture"):
        svg(bare, title="x")


@pytest.mark.parametrize(("encoding", "why"), [("utf-8", "DOCTYPE"), ("utf-16", "not UTF-8")])
def test_a_document_type_is_refused(encoding: str, why: str):
    text = SHELTER.decode().replace('encoding="UTF-8"', f'encoding="{encoding}"')
    text = text.replace("?>", '?><!DOCTYPE d [<!ENTITY s "seventeen">]>', 1)
    with pytest.raises(Invalid, match=why):
        svg(text.encode(encoding), title="x")


def test_long_words_stay_whole_and_lines_stay_narrow():
    assert wrap("Пересмотреть срок пребывания", 100) == ["Пересмотреть", "срок", "пребывания"]
    assert wrap("Непревзойдённейшего", 20) == ["Непревзойдённейшего"]
    assert wrap("", 20) == [""]
    assert length("Ж") > length("W")
