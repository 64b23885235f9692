"""What one step of a description says: what happens, by when, who is asked to do it and on what terms."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .describe_words import WORDS
from .drawn import EVENTS, GATEWAYS, Node

CLOCK = re.compile(r'clock\("(\w+)"\)')
PURPOSES = re.compile(r'=\s*if (.+?) then "(\w+)" else "(\w+)"\s*')
CHOICE = re.compile(r'=\s*if (.+?) then clock\("(\w+)"\) else clock\("(\w+)"\)\s*')
Translate = Callable[[str], str]
Table = Mapping[str, Any]


@dataclass(frozen=True)
class Voice:
    """The language of a description and what it looks words, clocks, roles and facts up in."""

    language: str
    country: Table
    facts: Table
    names: Mapping[str, str]
    translate: Translate

    def say(self, phrase: str, /, **values: str | int) -> str:
        return WORDS[self.language][phrase].format(**values)

    def label(self, table: str, key: str) -> str:
        """The label of a role or purpose in this language, or the key itself."""
        entry = self.country.get(table, {}).get(key, {})
        labels = entry.get("label", entry)
        return str(labels.get(self.language) or labels.get("en") or key)


def what(node: Node, voice: Voice, steps: Mapping[str, int]) -> list[str]:
    """What happens at this node, without who may do it and where it goes."""
    name = voice.translate(node.name or node.id)
    if node.kind in GATEWAYS:
        return []
    if node.kind in EVENTS:
        return [_event(node, name, voice, steps)]
    if node.calls:
        return _call(node, name, voice)
    if node.kind == "businessRuleTask":
        return [
            voice.say("step", name=name),
            voice.say("decides", decision=node.decision[0], result=node.decision[1]),
        ]
    if node.message:
        return [voice.say("sends" if node.kind == "sendTask" else "waits_message", name=name, message=node.message)]
    if node.kind == "userTask":
        return [
            voice.say("does", role=voice.label("roles", node.lane), name=name),
            *_times(node.due, "within", voice),
        ]
    return [voice.say("step", name=name)]


def _event(node: Node, name: str, voice: Voice, steps: Mapping[str, int]) -> str:
    if node.kind == "endEvent":
        outcome = node.properties.get("outcome", "")
        return voice.say("ends_outcome" if outcome else "ends", name=name, outcome=voice.say(outcome or "done"))
    if node.kind == "startEvent":
        return voice.say("begins_message" if node.message else "begins", name=name, message=node.message)
    if node.kind == "boundaryEvent":
        phrase = "interrupts" if node.interrupting else "accompanies"
        return voice.say(phrase, step=steps.get(node.attached_to, "?"), name=name)
    if node.event == "timer":
        clock = next(iter(CLOCK.findall(node.clock)), node.clock)
        time, source = _clock(clock, voice)
        return voice.say("waits_time", name=name, time=time, source=source)
    return voice.say("waits_message" if node.message else "step", name=name, message=node.message)


def _call(node: Node, name: str, voice: Voice) -> list[str]:
    process = voice.translate(voice.names.get(node.calls, node.calls))
    given = ", ".join(f"{name} = {plain(value)}" for name, value in node.inputs.items())
    inputs = voice.say("with", inputs=given) if given else ""
    phrase = "calls_each" if node.many else "calls"
    sentences = [
        voice.say(
            phrase,
            name=name,
            process=process,
            inputs=inputs,
            item=node.each[1],
            collection=plain(node.each[0]),
        )
    ]
    if node.properties.get("participations") == "inherit":
        sentences.append(voice.say("inherit"))
    return sentences


def offer(node: Node, voice: Voice) -> list[str]:
    """How the lane finds its agency: purpose, answer's clock, service. Said once per lane."""
    given = node.properties
    sentences = [_purpose(given.get("purpose", ""), voice), *_times(given["accept"], "answer", voice)]
    if "urgent" in given:
        condition = plain(given["urgent"])
        sentences.append(
            voice.say("offered_all", condition="" if condition == "true" else voice.say("if", condition=condition))
        )
    if "service" in given:
        sentences.append(voice.say("service", service=plain(given["service"])))
    return sentences


def _purpose(purpose: str, voice: Voice) -> str:
    choice = PURPOSES.fullmatch(purpose)
    if choice:
        condition, first, second = choice.groups()
        return voice.say(
            "offered_if",
            condition=condition,
            first=voice.label("purposes", first),
            second=voice.label("purposes", second),
        )
    return voice.say("offered", purpose=voice.label("purposes", purpose)) if purpose else voice.say("offered_ground")


def duties(node: Node, voice: Voice, steps: Mapping[str, int]) -> list[str]:
    """What comes with the task: a place, a journey, and who may not do it."""
    given = node.properties
    sentences: list[str] = []
    if "place" in given:
        sentences.append(voice.say("place"))
    sentences += _times(given.get("moves", ""), "moves", voice)
    for rule in ("not_same_person_as", "not_same_agency_as"):
        if rule in given:
            sentences.append(voice.say(rule, step=steps.get(given[rule], given[rule])))
    return sentences


def _times(expression: str, phrase: str, voice: Voice) -> list[str]:
    """The clock of an expression in words; with both of its clocks where it chooses between two."""
    choice = CHOICE.fullmatch(expression)
    if choice:
        condition, *clocks = choice.groups()
        (first, first_source), (second, second_source) = (_clock(clock, voice) for clock in clocks)
        return [
            voice.say(
                f"{phrase}_if",
                condition=condition,
                first=first,
                first_source=first_source,
                second=second,
                second_source=second_source,
            )
        ]
    named = CLOCK.findall(expression) or ([expression] if expression else [])
    return [voice.say(phrase, time=time, source=source) for time, source in (_clock(name, voice) for name in named)]


def _clock(name: str, voice: Voice) -> tuple[str, str]:
    clock = voice.country.get("clocks", {}).get(name)
    if clock is None:
        return name, voice.say("source_unknown")
    time = voice.say(clock.get("unit", "days"), amount=clock.get("amount", "?"))
    if "from" in clock:
        time = voice.say("from", time=time, fact=clock["from"])
    source = str(clock.get("source", "unconfirmed"))
    if source.startswith("unconfirmed"):
        return time, voice.say("source_unconfirmed", detail=source.removeprefix("unconfirmed"))
    return time, voice.say("source_law", source=source)


def plain(expression: str) -> str:
    return expression.removeprefix("=").strip()
