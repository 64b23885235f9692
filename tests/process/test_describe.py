"""A process as a list: complete, in walking order, and honest about what is law and what is a guess."""

import re
from pathlib import Path

import pytest

from engine.errors import Invalid
from engine.process.describe import describe
from engine.process.describe_words import ENGLISH, RUSSIAN
from engine.process.drawn import parse, read

pytestmark = pytest.mark.once
FOLDER = Path(__file__).parents[2] / "workflows" / "kg"
FILES = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
DRAWN = {name: read(parse(xml)) for name, xml in FILES.items() if name.endswith(".bpmn")}
ENGLISH_TEXT = describe(FILES)
TORTURE = b"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0">
<bpmn:message id="m" name="left" />
<bpmn:process id="p" name="Odd" isExecutable="true">
  <bpmn:startEvent id="s" name="Go" /><bpmn:subProcess id="sub" name="Within">
    <bpmn:startEvent id="s2" name="Inner" /><bpmn:receiveTask id="r" name="Word" messageRef="m" />
    <bpmn:endEvent id="e2" name="Out" />
    <bpmn:sequenceFlow id="f4" sourceRef="s2" targetRef="r" /><bpmn:sequenceFlow id="f5" sourceRef="r" targetRef="e2" />
  </bpmn:subProcess>
  <bpmn:boundaryEvent id="b" name="Gone" attachedToRef="sub"><bpmn:messageEventDefinition messageRef="m" /></bpmn:boundaryEvent>
  <bpmn:boundaryEvent id="b2" name="Note" attachedToRef="sub" cancelActivity="false">
    <bpmn:timerEventDefinition><bpmn:timeDuration>=clock("nowhere")</bpmn:timeDuration></bpmn:timerEventDefinition>
  </bpmn:boundaryEvent>
  <bpmn:task id="t" /><bpmn:endEvent id="e" name="End" />
  <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="sub" /><bpmn:sequenceFlow id="f2" sourceRef="sub" targetRef="t" />
  <bpmn:sequenceFlow id="f3" sourceRef="b" targetRef="e" /><bpmn:sequenceFlow id="f6" sourceRef="b2" targetRef="e" />
  <bpmn:sequenceFlow id="f7" sourceRef="t" targetRef="e" /><bpmn:sequenceFlow id="f8" sourceRef="t" targetRef="s" />
  <bpmn:sequenceFlow id="f9" sourceRef="t" targetRef="missing" />
</bpmn:process></bpmn:definitions>"""  # noqa: E501 - one node to a line


def part(text: str, process: str) -> str:
    """The paragraph of one process or table."""
    return next(block for block in text.split("\n\n") if block.splitlines()[0].endswith(f"[{process}]"))


def numbers(block: str) -> list[int]:
    return [int(found) for found in re.findall(r"^ *(\d+)\. ", block, flags=re.M)]


def test_the_spine_comes_first_and_every_process_and_table_is_there():
    headings = re.findall(r"^.*\[(\w+)\]$", ENGLISH_TEXT, flags=re.M)
    assert headings[0] == "national_referral"
    assert set(headings) == {path.stem for path in FOLDER.iterdir() if path.suffix in (".bpmn", ".dmn")}


@pytest.mark.parametrize("name", list(DRAWN))
def test_every_step_is_numbered_once_and_named(name: str):
    drawn = DRAWN[name]
    block = part(ENGLISH_TEXT, drawn.id)
    assert numbers(block) == list(range(1, len(drawn.nodes) + 1))
    assert [node.name for node in drawn.nodes.values() if node.name not in block] == []
    assert [flow.name for flow in drawn.flows if flow.name and flow.name not in block] == []
    assert all(int(step) in numbers(block) for step in re.findall(r"step (\d+)", block))


@pytest.mark.parametrize("name", list(DRAWN))
def test_a_step_follows_all_that_lead_to_it_loops_aside(name: str):
    block = part(ENGLISH_TEXT, DRAWN[name].id)
    first = numbers(block)[0]
    assert block.splitlines()[2].lstrip().startswith(f"{first}. Begins")
    for line in re.findall(r"^ *(\d+)\. .*End: ", block, flags=re.M):
        assert int(line) > 1


def test_who_does_what_by_when_and_on_whose_word():
    block = part(ENGLISH_TEXT, "shelter")
    assert "Shelter: Review the stay. Within 10 days (source: Law No 55 of 2005, art. 21-4" in block
    assert "Within 3 days (unconfirmed)" in block
    assert "“urgent help now” if urgent, else for “shelter”" in block
    assert "Accepting takes a place. The person moves: the arrival is confirmed within 12 h" in block
    assert block.count("Offered to an agency") == 1, "an agency that accepted is not asked again"


def test_what_decides_and_what_it_asks_about():
    block = part(ENGLISH_TEXT, "identification")
    assert "The table “identification_criteria” decides" in block
    assert re.search(r"Not by the same agency as step \d+", block)
    assert 'Presumed, if preliminary_result = "presumed": go to step' in block
    assert "- preliminary_result: The preliminary identification as confirmed" in block
    assert "18 years from birth_date (source: Family Code" in part(ENGLISH_TEXT, "coming_of_age")


def test_tables_give_every_rule_its_reason():
    block = part(ENGLISH_TEXT, "identification_criteria")
    assert numbers(block) == list(range(1, 9))
    assert "no means is needed. → \"presumed\"" in block  # fmt: skip


def test_it_ends_with_what_the_agencies_are_told():
    block = part(ENGLISH_TEXT, "service_referral")
    assert "End: Not done. For the agencies: failed." in block


def test_russian_says_as_much_as_english():
    assert set(RUSSIAN) == set(ENGLISH)
    for phrase in ENGLISH:
        assert set(re.findall(r"{(\w+)}", RUSSIAN[phrase])) == set(re.findall(r"{(\w+)}", ENGLISH[phrase])), phrase
    russian = describe(FILES, language="ru", translate=lambda name: f"«{name}»")
    assert len(russian.splitlines()) == len(ENGLISH_TEXT.splitlines())
    assert "Первичное звено: «Take the person in»." in russian
    assert "не подтверждено" in russian


def test_a_bundle_that_would_not_compile_is_described_all_the_same():
    block = describe({"p.bpmn": TORTURE})
    assert "Waits for the message “left”: Word." in block
    assert re.search(r"While step \d is open, this stops it: Gone", block)
    assert re.search(r"While step \d is open, this may happen beside it: Note", block)
    assert "t. All of these:" in block


def test_what_cannot_be_read_is_refused_by_name():
    with pytest.raises(Invalid, match=r"p\.bpmn: The file is not well-formed XML"):
        describe({"p.bpmn": b"<"})
    with pytest.raises(Invalid, match=r"t\.dmn: The file is not well-formed XML"):
        describe({"t.dmn": b""})
    with pytest.raises(Invalid, match=r"facts\.toml cannot be read"):
        describe({"facts.toml": b"= 1"})
    with pytest.raises(Invalid, match="Choose one of en"):
        describe({}, language="xx")
