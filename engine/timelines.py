"""Timelines: what happened to a case, as sentences and as stretches of time per agency."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import true
from sqlmodel import Session, col, select

from .language import Translator
from .models.records import AuditEntry
from .models.work import Handoff, HandoffState, Movement, UserTask
from .process.definitions import Bundle
from .sentences import TOLD, sentence

PAGE = 25  # sentences on a page: a phone shows eight at a time


class Stretch(StrEnum):
    """What an agency did with the case for a time: waiting apart from working."""

    WAITING = "waiting"
    WORKING = "working"
    MOVING = "moving"


@dataclass(frozen=True)
class Span:
    """An agency and a stretch of time; `end` is None while it lasts."""

    agency: str
    start: datetime
    end: datetime | None
    kind: Stretch
    label: str


@dataclass(frozen=True)
class Told:
    """One sentence of the story."""

    happened_at: datetime
    entered_at: datetime
    text: str
    action: str
    on_behalf_of: str = ""
    entered_by: str = ""  # who entered it for that agency


def leaves(session: Session, case_id: str) -> list[dict[str, Any]]:
    """The entries of a case, oldest first."""
    query = select(AuditEntry.leaf).where(AuditEntry.case_id == case_id).order_by(col(AuditEntry.index))
    return [json.loads(text) for text in session.exec(query).all()]


def page(
    session: Session,
    case_id: str,
    bundle: Bundle,
    t: Translator,
    *,
    own: frozenset[str] | None = None,
    start: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> tuple[list[Told], int | None]:
    """A stretch of the story, oldest first, and where the next one begins or ends; None where there is no more.

    With `start` it goes on from that entry of the record towards now; else it holds the newest sentences, or those
    `before` an entry. A page does not shift: the record only grows at its end. `own` is as for `story`.
    """
    index = col(AuditEntry.index)
    query = select(AuditEntry.index, AuditEntry.leaf).where(
        AuditEntry.case_id == case_id, col(AuditEntry.action).in_(sorted(TOLD))
    )
    if start is not None:
        query = query.where(index >= start).order_by(index)
    else:
        query = query.where(index < before if before is not None else true()).order_by(index.desc())
    if own is None:  # otherwise what an agency may read shows in the leaves only
        query = query.limit(limit + 1)
    read = ((number, json.loads(text)) for number, text in session.exec(query).all())
    found = list(islice(((n, leaf) for n, leaf in read if own is None or leaf["subject"][1] in own), limit + 1))
    more, found = found[limit:], found[:limit]
    edge = None if not more else more[0][0] if start is not None else found[-1][0]
    if start is None:
        found.reverse()
    return story([leaf for _, leaf in found], bundle, t, own=own), edge


def story(
    entries: Iterable[dict[str, Any]], bundle: Bundle, t: Translator, *, own: frozenset[str] | None = None
) -> list[Told]:
    """The entries as sentences. `own` limits them to the rows an agency took part in."""

    def name(kind: str, code: str) -> str:
        if kind == "decision" and code in bundle.decisions:
            return str(t.drawn(bundle.decisions[code].name))
        if kind == "process" and code in bundle.processes:
            return str(t.drawn(bundle.processes[code].name))
        return purpose_label(bundle, code, t) if kind == "purpose" else element_name(bundle, code, t)

    return [
        Told(
            happened_at=datetime.fromisoformat(leaf["happened_at"]),
            entered_at=datetime.fromisoformat(leaf["entered_at"]),
            text=str(sentence(leaf, t, name=name)),
            action=leaf["action"],
            on_behalf_of=leaf["data"].get("on_behalf_of", ""),
            entered_by=leaf["data"].get("entered_by", ""),
        )
        for leaf in entries
        if leaf["action"] in TOLD and (own is None or leaf["subject"][1] in own)
    ]


def element_name(bundle: Bundle, element: str, t: Translator) -> str:
    """A user task by the title of its form, which is translated; anything else as it is drawn."""
    found = bundle.elements.get(element)
    if found is None:
        return element
    form = bundle.forms.get(found.form or "")
    title = form.title.get(t.language) if form else ""
    return title or found.name


def purpose_label(bundle: Bundle, purpose: str, t: Translator) -> str:
    """A purpose of consent in the reader's language."""
    found = bundle.country.purposes.get(purpose)
    return str(t.choose(found.label)) if found else purpose


def spans(
    tasks: Iterable[UserTask],
    handoffs: Iterable[Handoff],
    movements: Iterable[Movement],
    names: dict[str, str],
    label: Callable[[UserTask | Handoff], str] | None = None,
) -> list[Span]:
    """The stretches of time per agency, in the order in which the agencies came in.

    `label` says what a task or handoff is called; without it they are called as they are drawn. What came of a handoff
    bears the name the agency had then; `names` tells the others.
    """
    tasks, handoffs = list(tasks), list(handoffs)
    then = {(h.instance_id, h.scope, h.lane, h.receiver_id): h.receiver_name for h in handoffs if h.receiver_name}
    lanes = {task.id: (task.instance_id, task.scope, task.lane) for task in tasks}
    said = label or _as_drawn

    def name(task_id: str, agency_id: str) -> str:
        return then.get((*lanes.get(task_id, ("", "", "")), agency_id)) or names.get(agency_id, "")

    found = [*_offers(handoffs, said), *_work(tasks, name, said), *_journeys(movements, name)]
    return sorted(found, key=lambda span: span.start)


def _as_drawn(thing: UserTask | Handoff) -> str:
    return thing.name if isinstance(thing, UserTask) else thing.task_name


def _offers(handoffs: Iterable[Handoff], said: Callable[[UserTask | Handoff], str]) -> Iterator[Span]:
    for handoff in handoffs:
        if handoff.state is not HandoffState.EXHAUSTED:
            end = handoff.answered_at or handoff.ended_at
            yield Span(handoff.receiver_name, handoff.offered_at, end, Stretch.WAITING, said(handoff))


def _work(
    tasks: Iterable[UserTask], named: Callable[[str, str], str], said: Callable[[UserTask | Handoff], str]
) -> Iterator[Span]:
    for task in tasks:
        if task.holder_id is None:
            continue
        name = named(task.id, task.holder_id)
        begun = task.claimed_at or task.ended_at
        yield Span(name, task.assigned_at or task.opened_at, begun, Stretch.WAITING, said(task))
        if begun is not None:
            yield Span(name, begun, task.ended_at, Stretch.WORKING, said(task))


def _journeys(movements: Iterable[Movement], named: Callable[[str, str], str]) -> Iterator[Span]:
    for movement in movements:
        if movement.departed_at is not None:
            name = named(movement.task_id, movement.to_id)
            yield Span(name, movement.departed_at, movement.arrived_at, Stretch.MOVING, "")
