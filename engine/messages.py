"""Messages to a case: handed to exactly one waiting step, kept while none waits, shown when they expire."""

from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlmodel import col, select

from . import vault
from .act import Act
from .errors import Invalid
from .models.cases import Message
from .models.columns import new_id
from .models.work import Catch, ProcessInstance
from .process.definitions import Bundle
from .process.elements import Event, Kind
from .process.runtime import Step

TIME_TO_LIVE_DAYS = 30


def send(act: Act, name: str, payload: dict[str, Any]) -> Message:
    """Keep a message for this case until a step takes it; `instances.send` is the door that hands it over.

    The payload holds declared facts only; each must name this message as its source.
    """
    _set_facts(act, name, payload)
    message = Message(
        id=(message_id := new_id()),
        case_id=act.case.id,
        name=name,
        payload=vault.of(act.session).seal_json(
            payload, case_id=act.case.id, domain="operational", place=f"message.payload:{message_id}"
        ),
        received_at=act.at,
        expires_at=act.at + timedelta(days=TIME_TO_LIVE_DAYS),
    )
    act.session.add(message)
    act.record("message.received", message, name=name)
    return message


def _set_facts(act: Act, name: str, payload: dict[str, Any]) -> None:
    given = {}
    for fact, value in payload.items():
        declared = act.bundle.facts.get(fact)
        if declared is None or declared.message != name:
            raise Invalid(f"The message “{name}” may not set “{fact}”.", fields={fact: ""})
        given[fact] = declared.read(value)
    if given:
        act.facts = act.facts | given
        act.seal_facts()
        act.session.add(act.case)


def await_them(act: Act, instance: ProcessInstance, step: Step) -> None:
    """After a step of a process: what is waited for from now on, and what is waited for no longer."""
    for catch_id in step.uncaught:
        if (row := act.session.get(Catch, catch_id)) is not None:
            act.session.delete(row)
    for catch in step.catching:
        act.session.add(
            Catch(
                id=catch.id,
                case_id=act.case.id,
                instance_id=instance.id,
                element=catch.element,
                message=catch.message,
                expires_at=act.at + timedelta(days=TIME_TO_LIVE_DAYS),
            )
        )


def next_for(act: Act, instance: ProcessInstance) -> tuple[Message, Catch] | None:
    """The oldest waiting message that a step of this instance waits for."""
    if not _waits_for_messages(act.bundle):
        return None
    act.session.flush()
    query = (
        select(Message, Catch)
        .where(
            Message.case_id == act.case.id,
            col(Message.taken_by).is_(None),
            col(Message.expired).is_(False),
            Catch.instance_id == instance.id,
            Catch.message == Message.name,
        )
        .order_by(col(Message.received_at), col(Message.id))
        .limit(1)
    )
    return act.session.exec(query).first()


@lru_cache
def known(bundle: Bundle) -> frozenset[str]:
    """The messages that some step of this bundle waits for, that begin a process, or that may set a fact."""
    drawn = {e.reference for e in bundle.elements.values() if e.event is Event.MESSAGE or e.kind is Kind.RECEIVE}
    declared = {fact.message for fact in bundle.facts.values()}
    started = {process.start_message for process in bundle.processes.values()}
    return frozenset(name for name in drawn | declared | started if name)


@lru_cache
def _waits_for_messages(bundle: Bundle) -> bool:
    waiting = (Kind.CATCH, Kind.RECEIVE, Kind.BOUNDARY)
    return any(e.event is Event.MESSAGE and e.kind in waiting for e in bundle.elements.values())


def take(act: Act, message: Message, catch: Catch | None) -> None:
    """Hand the message to one step, and to no other; without a step it has begun a process."""
    message.taken_by = catch.id if catch else "start"
    act.session.add(message)
    act.record("message.taken", message, name=message.name, element=catch.element if catch else "")
    if catch is not None:
        act.session.delete(catch)
    act.session.flush()
