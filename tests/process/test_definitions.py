"""A bundle is compiled once, pinned by its content, and refused with every reason at once."""

import random
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.process.country import Fact, read_country, read_facts
from engine.process.definitions import BundleInvalid, bundle_hash, compile_bundle, read_folders
from engine.process.elements import Event, Kind
from engine.process.faults import Problem
from engine.process.feel import Kind as Value
from engine.process.running import NoScripts
from tests.process.torture.bundles import files, model
from tests.process.torture.models import ITEM_WORKER, MODELS

pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[2]
PLAIN = {"main": "start s -> u\nuser u -> e\nend e"}


def problems(given: dict[str, bytes]) -> list[Problem]:
    """What is wrong with these files."""
    with pytest.raises(BundleInvalid) as caught:
        compile_bundle(given)
    assert len(set(caught.value.problems)) == len(caught.value.problems)
    return caught.value.problems


def changed(text: str, before: str, after: str, **others: str) -> list[Problem]:
    """What is wrong with a diagram of which one thing was changed by hand."""
    given = files({"main": text, **others})
    assert before in given["main.bpmn"].decode()
    given["main.bpmn"] = given["main.bpmn"].replace(before.encode(), after.encode())
    return problems(given)


def said(found: list[Problem]) -> str:
    return "\n".join(str(problem) for problem in found)


def test_the_hash_is_of_names_and_contents() -> None:
    given = files(PLAIN)
    assert bundle_hash(given) == bundle_hash(dict(reversed(given.items())))
    assert len({bundle_hash({"a": b"bc"}), bundle_hash({"ab": b"c"}), bundle_hash({"a": b"b", "c": b""})}) == 3
    assert compile_bundle(given) is compile_bundle(dict(given))
    assert compile_bundle(given).hash == bundle_hash(given)


def test_the_shipped_mechanism_compiles() -> None:
    bundle = compile_bundle(read_folders(ROOT / "workflows" / "kg", ROOT / "forms" / "kg"))
    assert set(bundle.forms) >= {e.form for e in bundle.elements.values() if e.kind is Kind.USER_TASK}
    assert bundle.country.spine in bundle.processes
    assert bundle.processes["service_referral"].inputs == {"service": Value.string, "urgent": Value.boolean}
    assert [process.id for process in bundle.started_by("coming_of_age")] == ["coming_of_age"]
    assert bundle.elements["service_first_contact"].expressions["due"].clocks == {"urgent_service", "service_start"}
    assert "holidays.toml" not in bundle.files


def test_what_an_element_says() -> None:
    bundle = model("branch_interrupted")
    timer, call = bundle.elements["c_t"], bundle.elements["c"]
    assert (timer.kind, timer.event, timer.attached_to, timer.interrupting) == (Kind.BOUNDARY, Event.TIMER, "c", True)
    assert (call.calls, call.item, call.sequential) == ("worker", "item", False)
    assert call.expressions["collection"].kind is Value.list
    assert bundle.processes["main"].calls == {"a": "worker", "c": "worker"}
    assert bundle.processes["main"].lanes == ("worker",)
    assert bundle.elements["w_do"].lane == "worker"


def test_every_problem_is_told_at_once() -> None:
    text = "start s -> u\nuser u due=never -> g\nxor g -> u if nothing = 1 | e\nend e nrm:outcome=well"
    found = problems(files({"main": text}))
    assert {problem.element for problem in found} == {"u", "g", "e"}
    assert all(problem.file == "main.bpmn" and problem.what for problem in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("start s -> u\nuser u -> g\nxor g -> u if items | e\nend e", "needs a boolean"),
        ('start s -> u\nuser u -> g\nxor g -> u if first = "maybe" | e\nend e', 'never "maybe"'),
        ("start s -> u\nuser u each=item in=first -> e\nend e", "needs a list"),
        ("start s -> t\ncatch t timer==first -> e\nend e", "needs a clock"),
        ("start s -> t\ncatch t timer=never -> e\nend e", "never"),
        ("start s -> c\ncall c calls=nothing -> e\nend e", "no process nothing"),
        ("start s -> d\ndecide d decision=none result=level -> e\nend e", "no decision none"),
        ("start s -> d\ndecide d decision=rate result=colour -> e\nend e", "would set “colour”"),
        ("start s -> u\nuser u -> g\nxor g -> u if first = level | u | e\nend e", "default"),
        ("start s -> e\nend e\nuser alone", "No path leads here"),
        ("start s -> End\nuser End -> e\nend e", "reserved"),
        ("start s -> u.EndJoin\nuser u.EndJoin -> e\nend e", "reserved"),
        ("start s -> u\nuser u give=x:first -> e\nend e", "Only call activities"),
        ("start s -> x\nstart s2 -> x\nuser x -> e\nend e", "exactly one start event"),
        ("start s -> t\ncatch t -> e\nend e", "cannot run"),
        ("start s -> e\nend e signal=go", "cannot run"),
        ("start s signal=go -> e\nend e", "cannot run"),
    ],
)
def test_what_cannot_run_as_drawn_is_refused(text: str, expected: str) -> None:
    assert expected in said(problems(files({"main": text})))


@pytest.mark.parametrize("tag", ["scriptTask", "serviceTask", "manualTask", "task", "complexGateway", "transaction"])
def test_elements_that_are_not_in_use_are_refused(tag: str) -> None:
    found = changed("start s -> u\nuser u -> e\nend e", 'bpmn:userTask id="u"', f'bpmn:{tag} id="u"')
    assert found


def test_a_script_is_never_run() -> None:
    script = '<bpmn:scriptTask id="x"><bpmn:script>import os</bpmn:script></bpmn:scriptTask></bpmn:process>'
    assert "scriptTask is not drawn" in said(changed(PLAIN["main"], "</bpmn:process>", script))
    for call in (NoScripts().evaluate, NoScripts().execute, NoScripts().call_service):
        with pytest.raises(Exception, match=r"script|compiled|service"):
            call(None, "1 + 1")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('calledElement="worker"', "", "same process"),
        ('calledElement="worker"', 'calledElement="main"', "same process"),
        ("<zeebe:loopCharacteristics", "<bpmn:nothing", "collection and item"),
        ("<zeebe:calledElement", "<zeebe:ioMapping><zeebe:output/></zeebe:ioMapping><zeebe:calledElement", "Outputs"),
        (
            "<bpmn:multiInstanceLoopCharacteristics>",
            '<bpmn:standardLoopCharacteristics loopMaximum="3"/><bpmn:multiInstanceLoopCharacteristics>',
            "Standard loops",
        ),
    ],
)
def test_calls_and_repetitions_are_written_our_way(before: str, after: str, expected: str) -> None:
    text, worker = MODELS["parallel_items"]["main"], MODELS["parallel_items"]["worker"]
    assert expected in said(changed(text, before, after, worker=worker))


def test_an_event_subprocess_is_refused() -> None:
    text = "start s -> b\nsub b -> e\n  start b_s -> b_e\n  end b_e\nend e"
    assert "Event subprocesses" in said(
        changed(text, '<bpmn:subProcess id="b"', '<bpmn:subProcess triggeredByEvent="true" id="b"')
    )


def test_processes_that_call_each_other_are_refused() -> None:
    found = problems(
        files(
            {
                "main": "start s -> c\ncall c calls=other -> e\nend e",
                "other": "start o -> d\ncall d calls=main -> f\nend f",
            }
        )
    )
    assert "circle" in said(found)


def test_callers_must_agree_on_what_they_give() -> None:
    text = """
    start s -> c
    call c calls=worker give=item:first give=hurry:true -> d
    call d calls=worker give=item:first give=hurry:first -> e
    end e
    """
    assert "another kind" in said(problems(files({"main": text, "worker": ITEM_WORKER.format("w")})))


def test_ids_are_unique_over_the_bundle() -> None:
    found = problems(files({"main": PLAIN["main"], "other": PLAIN["main"]}))
    assert {problem.element for problem in found} == {"s", "u", "e"}


HOSTILE = {
    "document type": b'<!DOCTYPE x [<!ENTITY a "b">]>\n',
    "not UTF-8": '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><x/>'.encode("utf-16"),
    "not well-formed": b"\x00",
    "at most 1,048,576": b"<x>" + b" " * (1 << 20) + b"</x>",
    "Excessive depth": b"<x>" * 5_000 + b"</x>" * 5_000,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_refused_before_they_are_read(what: str) -> None:
    assert what in said(problems(files(PLAIN) | {"main.bpmn": HOSTILE[what]}))


def test_a_bundle_without_country_or_diagram_is_refused_and_does_not_crash() -> None:
    assert problems({})
    assert problems({"facts.toml": b"\xff", "country.toml": b"= 1"})
    assert problems(files(PLAIN) | {"facts.toml": b'[x]\ntype = "code"\nmeaning = "No values."'})


def test_damaged_diagrams_are_refused_or_compile_and_never_crash() -> None:
    dice = random.Random("damage")
    for name in ("messages", "waiting", "stages"):
        given = files(MODELS[name])
        whole = given["main.bpmn"].decode()
        marks = [found.span() for found in re.finditer(r'"[^"]*"|<[^>]*>', whole)]
        for _ in range(60):
            start, end = dice.choice(marks)
            given["main.bpmn"] = (whole[:start] + dice.choice(["", '""', '"s"', "<x/>"]) + whole[end:]).encode()
            try:
                compile_bundle(given)
            except BundleInvalid:
                continue


@pytest.mark.parametrize(
    ("type_", "values", "given", "kept"),
    [
        ("boolean", (), "true", True),
        ("boolean", (), False, False),
        ("number", (), "3", 3),
        ("number", (), 2.5, 2.5),
        ("code", ("a", "b"), "a", "a"),
        ("codes", ("a", "b"), ["b", "a", "b"], ["b", "a"]),
        ("date", (), "2026-11-22", "2026-11-22"),
        ("date", (), None, None),
    ],
)
def test_a_fact_keeps_what_it_is_given(type_: Any, values: tuple[str, ...], given: Any, kept: Any) -> None:
    assert Fact(name="f", type=type_, values=values, meaning="m").read(given) == kept


@pytest.mark.parametrize(
    ("type_", "given"),
    [
        ("boolean", "yes"), ("boolean", 1), ("number", "many"), ("number", True), ("number", float("nan")),
        ("number", 1e300), ("code", "c"), ("code", ["a"]), ("codes", "a"), ("codes", ["a", "c"]), ("date", 3),
        ("date", "22.11.2026"),
    ],
)  # fmt: skip
def test_a_fact_refuses_what_it_cannot_be(type_: Any, given: Any) -> None:
    fact = Fact(name="f", type=type_, values=("a", "b") if type_ in ("code", "codes") else (), meaning="m")
    with pytest.raises(Exception, match="cannot be"):
        fact.read(given)


def test_a_day_is_that_of_the_country() -> None:
    country = read_country((ROOT / "workflows/kg/country.toml").read_bytes(), [])
    assert country is not None
    before, after = (datetime(2026, 11, 30, hour, minute, tzinfo=UTC) for hour, minute in ((17, 59), (18, 0)))
    assert (country.day(before), country.day(after)) == (date(2026, 11, 30), date(2026, 12, 1))


def test_country_and_facts_say_where_they_are_wrong() -> None:
    found: list[Problem] = []
    facts = read_facts(b'[a]\ntype = "colour"\nmeaning = "m"\n[b]\ntype = "date"\nmeaning = "m"\nextra = 1', found)
    assert facts == {}
    assert {problem.element for problem in found} == {"a.type", "b.extra"}
    text = (ROOT / "workflows/kg/country.toml").read_bytes()
    country = read_country(text, [])
    assert country is not None
    assert country.clocks["majority"].from_ == "birth_date"
    assert country.purposes["shelter"].label["en"] == "shelter"
    assert {clock.name for clock in country.unconfirmed} > {"intake"}
    assert country.clocks["shelter_stay"].is_law
    assert read_country(text.replace(b"source =", b"sauce ="), found) is None
