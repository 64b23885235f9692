"""Every construct that would run wrongly is refused, with the file, the element and what to draw instead."""

from pathlib import Path

import pytest

from engine.process.check import check
from engine.process.definitions import read_folders
from tests.process.small_bundle import (
    EACH,
    MULTI,
    ON_MESSAGE,
    RECEIVE,
    SOUND,
    SPLIT,
    TIMER,
    TWO_ENDS,
    boundary,
    bundle,
    draw,
    node,
    only,
    paths,
    user,
)

pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[2]


def test_a_sound_bundle_has_no_problem() -> None:
    assert check(bundle(SOUND)) == []


def test_the_mechanism_of_the_first_country_has_no_problem() -> None:
    problems = check(read_folders(ROOT / "workflows" / "kg", ROOT / "forms" / "kg"))
    assert problems == [], "\n".join(map(str, problems))


CONSTRUCTS: dict[str, tuple[str, str, bytes]] = {
    "an event subprocess": (
        "inner",
        "event subprocess",
        draw(
            user("ask"),
            node(
                "subProcess",
                "inner",
                node("startEvent", "in") + node("endEvent", "out") + paths("in out"),
                triggeredByEvent="true",
            ),
            path="start ask inner end",
        ),
    ),
    "a non-interrupting message boundary": (
        "beside",
        "fires only once",
        draw(user("ask"), boundary("beside", "ask", ON_MESSAGE, "false"), path="start ask end; beside end"),
    ),
    "a link event": (
        "jump",
        "link event",
        draw(
            node("intermediateThrowEvent", "jump", '<bpmn:linkEventDefinition id="l" name="x"/>'),
            path="start jump end",
        ),
    ),
    "a signal end": (
        "other",
        "signal event is not run at an end",
        draw(
            user("ask"),
            SPLIT["split"],
            node("endEvent", "other", '<bpmn:signalEventDefinition id="s"/>'),
            path='start ask split; split end; split other [=age_band = "adult"]',
        ),
    ),
    "compensation": ("ask", "Compensation", SOUND.replace(b'id="ask"', b'id="ask" isForCompensation="true"')),
    "a compensation event": (
        "undo",
        "Compensation",
        draw(
            node("intermediateThrowEvent", "undo", '<bpmn:compensateEventDefinition id="c"/>'),
            path="start undo end",
        ),
    ),
    "a complex gateway": (
        "odd",
        "complex gateway",
        draw(user("ask"), node("complexGateway", "odd"), path="start ask end"),
    ),
    "an ad-hoc subprocess": (
        "loose",
        "ad-hoc",
        draw(user("ask"), node("adHocSubProcess", "loose"), path="start ask end"),
    ),
    "a timer that repeats": (
        "again",
        "repeats",
        draw(
            node(
                "intermediateCatchEvent",
                "again",
                TIMER.format("again").replace("</bpmn:timerE", "<bpmn:timeCycle>R/PT1H</bpmn:timeCycle></bpmn:timerE"),
            ),
            path="start again end",
        ),
    ),
    "several timers behind one gateway": (
        "race",
        "Several timers",
        draw(
            node("eventBasedGateway", "race"),
            node("intermediateCatchEvent", "one", TIMER.format("one")),
            node("intermediateCatchEvent", "two", TIMER.format("two")),
            path="start race one end; race two end",
        ),
    ),
    "a script task": (
        "run",
        "script task",
        draw(user("ask"), node("scriptTask", "run"), path="start ask end"),
    ),
    "a service task": (
        "run",
        "service task",
        draw(user("ask"), node("serviceTask", "run"), path="start ask end"),
    ),
    "a plain task": (
        "run",
        "A task is not run",
        draw(user("ask"), node("task", "run"), path="start ask end"),
    ),
    "loopDataInputRef": (
        "ask",
        "loopDataInputRef",
        draw(
            user(
                "ask",
                MULTI.format(EACH.format("=needs") + "<bpmn:loopDataInputRef>needs</bpmn:loopDataInputRef>"),
            ),
            path="start ask end",
        ),
    ),
    "a multi-instance without a list": (
        "ask",
        "which list",
        draw(user("ask", MULTI.format("")), path="start ask end"),
    ),
    "a loop marker": (
        "ask",
        "loop marker",
        draw(user("ask", "<bpmn:standardLoopCharacteristics/>"), path="start ask end"),
    ),
    "two starts": ("spine", "2 start events", draw(node("startEvent", "again"), path="start end; again end")),
    "a catch without a trigger": (
        "wait",
        "waits for nothing",
        draw(node("intermediateCatchEvent", "wait"), path="start wait end"),
    ),
    "a message without a name": (
        "tell",
        "no name",
        draw(node("sendTask", "tell", messageRef="nobody"), path="start tell end"),
    ),
    "a wait without a clock": ("wait", "without a clock", draw(RECEIVE, path="start wait end")),
    "a message catch without a clock": (
        "wait",
        "without a clock",
        draw(node("intermediateCatchEvent", "wait", ON_MESSAGE.format("wait")), path="start wait end"),
    ),
    "a race without a clock": (
        "race",
        "without a clock",
        draw(node("eventBasedGateway", "race"), RECEIVE, path="start race wait end"),
    ),
    "a split without default": (
        "split",
        "no default flow",
        draw(
            node("exclusiveGateway", "split"),
            user("ask"),
            path='start split; split ask [=age_band = "adult"]; split end [=age_band = "child"]; ask end',
        ),
    ),
    "a split flow without a condition": (
        "split_ask",
        "no condition",
        draw(SPLIT["split"], user("ask"), path=SPLIT["path"]),
    ),
    "a path that divides without a gateway": (
        "ask",
        "without a gateway",
        draw(user("ask"), TWO_ENDS, path="start ask end; ask other"),
    ),
    "a condition that decides nothing": (
        "ask_end",
        "does not divide",
        draw(user("ask"), path='start ask end [=age_band = "adult"]'),
    ),
    "an unreachable node": (
        "more",
        "Nothing leads here",
        draw(user("ask"), user("more"), path="start ask end; more end"),
    ),
    "a node without an end": (
        "more",
        "No end can be reached",
        draw(
            SPLIT["split"],
            user("ask"),
            user("more"),
            path='start split ask end; split end; split more [=age_band = "adult"]',
        ).replace(
            b'targetRef="ask">',
            b'targetRef="ask"><bpmn:conditionExpression>=age_band = "child"</bpmn:conditionExpression>',
        ),
    ),
    "a parallel join behind an interruptible branch": (
        "join",
        "see ask",
        draw(
            node("parallelGateway", "fork"),
            user("ask"),
            user("more"),
            node("parallelGateway", "join"),
            boundary("off", "ask", ON_MESSAGE),
            TWO_ENDS,
            path="start fork ask join end; fork more join; off other",
        ),
    ),
    "a parallel join behind a choice": (
        "join",
        "see split",
        draw(
            node("exclusiveGateway", "split", default="split_more"),
            user("ask"),
            user("more"),
            node("parallelGateway", "join"),
            path='start split more join end; split ask [=age_band = "adult"]; ask join',
        ),
    ),
    "a choice that leaves a branch": (
        "join",
        "see split",
        draw(
            node("parallelGateway", "fork"),
            node("exclusiveGateway", "split", default="split_join"),
            user("ask"),
            node("parallelGateway", "join"),
            TWO_ENDS,
            path='start fork ask join end; fork split join; split other [=age_band = "adult"]',
        ),
    ),
}


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_a_construct_is_refused(name: str) -> None:
    element, words, spine = CONSTRUCTS[name]
    problems = check(bundle(spine))
    only(problems, "spine.bpmn", element, words)
