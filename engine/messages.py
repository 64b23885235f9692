"""Messages to a case: handed to exactly one waiting step, kept while none waits, shown when they expire."""

from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from . import vault
from .act import Act
from .errors import Invalid
from .models.cases import Message
from .models.columns import new_id
from .models.work import Catch, ProcessInstance

TIME_TO_LIVE_DAYS = 30


def send(act: Act, name: str, payload: dict[str, Any]) -> Message | None:
    """Send a message to this case. One that begins a process starts it beside the others.

    The payload holds declared facts only; each must name this message as its source.
    """
    _set_facts(act, name, payload)
    if name in act.bundle.message_starts:
        from . import instances  # the one door starts what the message begins

        instances.start(act, act.bundle.message_starts[name])
        return None
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
    for fact in payload:
        declared = act.bundle.facts.get(fact)
        if declared is None or declared.message != name:
            raise Invalid(f"The message “{name}” may not set “{fact}”.", fields={fact: "not declared"})
    if payload:
        act.facts = act.facts | payload
        act.seal_facts()
        act.session.add(act.case)


def next_for(act: Act, instance: ProcessInstance) -> tuple[Message, Catch] | None:
    """The oldest waiting message that a step of this instance waits for."""
    if not act.bundle.processes[instance.process].catches:
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


def take(act: Act, message: Message, catch: Catch) -> None:
    """Hand the message to this step, and to no other."""
    message.taken_by = catch.id
    act.session.add(message)
    act.record("message.taken", message, name=message.name, element=catch.element)
    act.session.delete(catch)
    act.session.flush()
