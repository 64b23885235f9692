"""A small invented country for the check: one diagram, one table, one form, and words to draw others."""

import re
from itertools import pairwise

from engine.process.check import Problem

FACTS = """
[age_band]
type = "code"
values = ["adult", "child"]
meaning = "Age."
[needs]
type = "codes"
values = ["medical", "material"]
initial = []
meaning = "Needs."
[result]
type = "code"
values = ["yes", "no"]
meaning = "What the table says."
"""
COUNTRY = """
name = "Nowhere"
code = "xx"
time_zone = "UTC"
languages = ["en"]
spine = "spine"
weekend = ["sunday"]
[regions]
north = { en = "North" }
[roles]
coordinator = { label = { en = "Coordinator" }, domains = ["operational"] }
shelter = { label = { en = "Shelter" }, domains = ["operational"] }
[purposes]
help = { roles = ["shelter"], en = "help" }
[grounds.child]
when = '=age_band = "child"'
roles = ["coordinator"]
source = "unconfirmed"
label = { en = "a child" }
[clocks.soon]
amount = 1
unit = "hours"
source = "unconfirmed"
[escalation]
steps = [{ to = "agency", after = 0 }]
urgent_steps = [{ to = "duty_desk", after = 0 }]
repeat_hours = 12
duty_desk = "desk"
source = "unconfirmed"
"""
FORM = """survey
,type,name,label::English (en),bind::nrm:domain,bind::nrm:from,bind::nrm:consent
,text,said,What was said,operational,{borrowed},{consent}
settings
,form_title,form_id
,{key},{key}
"""
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="tables" name="t"
 namespace="n">
<decision id="table" name="Table"><decisionTable id="dt" hitPolicy="UNIQUE">
<input id="i1"><inputExpression id="x1" typeRef="string"><text>age_band</text></inputExpression></input>
<output id="o1" name="result" typeRef="string"/>
<rule id="r1"><inputEntry id="e1"><text>"adult"</text></inputEntry>
<outputEntry id="p1"><text>"yes"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="e2"><text>"child"</text></inputEntry>
<outputEntry id="p2"><text>"no"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d_{name}"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="n">'
    '<bpmn:collaboration id="c_{name}"><bpmn:participant id="p_{name}" processRef="{name}"/>'
    "</bpmn:collaboration>"
    '<bpmn:process id="{name}" name="{name}" isExecutable="true"><bpmn:laneSet id="ls_{name}">'
    '<bpmn:lane id="l_{name}" name="{lane}">{refs}</bpmn:lane></bpmn:laneSet>'
)
MESSAGE = '<bpmn:message id="m_{name}" name="called_off"/>'
TIMER = (
    '<bpmn:timerEventDefinition id="t_{0}"><bpmn:timeDuration>=clock("soon")</bpmn:timeDuration>'
    "</bpmn:timerEventDefinition>"
)
ON_MESSAGE = '<bpmn:messageEventDefinition id="on_{0}" messageRef="m_spine"/>'


def node(kind: str, name: str, inside: str = "", **attributes: str) -> str:
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<bpmn:{kind} id="{name}" name="{name}"{written}>{inside}</bpmn:{kind}>'


def extended(inside: str) -> str:
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"


def user(name: str, inside: str = "", **properties: str) -> str:
    written = "".join(f'<zeebe:property name="nrm:{key}" value="{value}"/>' for key, value in properties.items())
    return node(
        "userTask",
        name,
        "<bpmn:documentation>An answer.</bpmn:documentation>"
        + extended(
            f'<zeebe:userTask/><zeebe:formDefinition externalReference="nrm-form:{name}"/>'
            '<zeebe:taskSchedule dueDate="=clock(&quot;soon&quot;)"/>'
            f"<zeebe:properties>{written}</zeebe:properties>"
        )
        + inside,
    )


def call(name: str, called: str, inputs: str = "", inside: str = "") -> str:
    mapped = f"<zeebe:ioMapping>{inputs}</zeebe:ioMapping>" if inputs else ""
    marked = extended(f'<zeebe:calledElement processId="{called}" propagateAllChildVariables="false"/>{mapped}')
    return node("callActivity", name, marked + inside, calledElement=called)


def paths(text: str) -> str:
    """`a b c; b d [=condition]`: flows from each to the next, the last one on a condition."""
    written = []
    for path in text.split(";"):
        condition = re.search(r"\[(.*)\]", path)
        steps = re.sub(r"\[.*\]", "", path).split()
        for number, (source, target) in enumerate(pairwise(steps), start=2):
            guard = f"<bpmn:conditionExpression>{condition[1]}</bpmn:conditionExpression>" if condition else ""
            inside = guard if number == len(steps) else ""
            flow = f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">'
            written.append(f"{flow}{inside}</bpmn:sequenceFlow>")
    return "".join(written)


def draw(*parts: str, path: str, name: str = "spine", lane: str = "coordinator") -> bytes:
    """A diagram: a start, the parts, an end, and the flows between them."""
    prefix = "" if name == "spine" else f"{name}_"
    body = node("startEvent", f"{prefix}start") + "".join(parts) + node("endEvent", f"{prefix}end") + paths(path)
    refs = "".join(
        f"<bpmn:flowNodeRef>{found}</bpmn:flowNodeRef>" for found in re.findall(r'userTask id="(\w+)"', body)
    )
    head = HEAD.format(name=name, lane=lane, refs=refs)
    return f"{head}{body}</bpmn:process>{MESSAGE.format(name=name)}</bpmn:definitions>".encode()


def bundle(spine: bytes, **more: bytes | str) -> dict[str, bytes]:
    """A small country around a spine; every user task has its form."""
    files = {
        "facts.toml": FACTS.encode(),
        "country.toml": COUNTRY.encode(),
        "table.dmn": TABLE.encode(),
        "spine.bpmn": spine,
    }
    for name, content in more.items():
        files[name.replace("__", ".")] = content.encode() if isinstance(content, str) else content
    drawn = b"".join(content for name, content in files.items() if name.endswith(".bpmn"))
    for key in re.findall(r'userTask id="(\w+)"', drawn.decode("utf-8", "replace")):
        files.setdefault(f"forms/{key}.csv", FORM.format(key=key, borrowed="", consent="").encode())
    return files


SOUND = draw(user("ask"), path="start ask end")


def only(problems: list[Problem], file: str, element: str, words: str) -> None:
    """That there is this one problem, with a remedy."""
    told = "\n".join(map(str, problems))
    assert [(each.file, each.element) for each in problems] == [(file, element)], told
    assert words in problems[0].what, told
    assert problems[0].remedy.endswith((".", "?")), told


def boundary(name: str, host: str, definition: str, cancel: str = "true") -> str:
    return node("boundaryEvent", name, definition.format(name), attachedToRef=host, cancelActivity=cancel)


MULTI = "<bpmn:multiInstanceLoopCharacteristics>{}</bpmn:multiInstanceLoopCharacteristics>"
EACH = extended('<zeebe:loopCharacteristics inputCollection="{}" inputElement="need"/>')
RECEIVE = node("receiveTask", "wait", messageRef="m_spine")
SPLIT = {
    "split": node("exclusiveGateway", "split", default="split_end"),
    "path": "start split ask end; split end",
}
RULE = '<zeebe:calledDecision decisionId="{}" resultVariable="{}"/>'
TWO_ENDS = node("endEvent", "other")
