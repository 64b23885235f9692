"""Who an act is of: the person at the desk, that person at an earlier time, or an agency spoken for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from .. import relays, voices
from ..access import visibility
from ..actor import Actor
from ..errors import Invalid
from ..models.cases import Case
from ..relays import Said
from .desk import Desk
from .schemas import Behalf, Heard, Later, Report


def answering(desk: Desk, handoff_id: str, sent: Later | None) -> Actor:
    """Who answers an offer."""
    if sent is None or sent.behalf is None:
        at = sent and sent.happened_at
        return _late(desk, visibility.handoff(desk.session, handoff_id, by=desk.by).case_id, at) if at else desk.by
    handoff = visibility.handoff(desk.session, handoff_id, by=desk.by)
    with _named(desk):
        return relays.answer_as(desk.session, handoff, _said(sent.behalf), by=desk.by)


def doing(desk: Desk, task_id: str, sent: Later) -> Actor:
    """Who does something with a task: its holder, spoken for or not."""
    if sent.behalf is None:
        return _at_its_time(desk, task_id, sent)
    task = relays.task_of(desk.session, task_id, by=desk.by)
    with _named(desk):
        return relays.holder_as(desk.session, task, _said(sent.behalf), by=desk.by)


def leaving(desk: Desk, task_id: str, sent: Later) -> Actor:
    """Who says that the person has left: the giver, spoken for or not."""
    if sent.behalf is None:
        return _at_its_time(desk, task_id, sent)
    task = visibility.task(desk.session, task_id, by=desk.by)
    with _named(desk):
        return relays.giver_as(desk.session, task, _said(sent.behalf), by=desk.by)


def reporting(desk: Desk, case: Case, sent: Report | None, about: str) -> Actor:
    """Who says what happened to the person: the one at the desk, or an agency with a part in the case."""
    if sent is None or sent.behalf is None:
        return _late(desk, case.id, sent.happened_at if sent else None)
    said = _said(sent.behalf)
    with _named(desk):
        return voices.agency_as(desk.session, case.id, sent.behalf.agency, said, by=desk.by, about=about)


def correcting(desk: Desk, task_id: str, sent: Later) -> Actor:
    """Who corrects a completed form: the one at the desk, or the agency that completed it."""
    if sent.behalf is None:
        return _at_its_time(desk, task_id, sent)
    task = voices.done_by_another(desk.session, task_id, by=desk.by)
    with _named(desk):
        return voices.author_as(desk.session, task, _said(sent.behalf), by=desk.by)


def handing_over(desk: Desk, task_id: str, sent: Later) -> Actor:
    """Who hands a task over: the one at the desk, or its holder."""
    if sent.behalf is None:
        return _at_its_time(desk, task_id, sent)
    task = relays.task_of(desk.session, task_id, by=desk.by)
    with _named(desk):
        return voices.holder_as(desk.session, task, _said(sent.behalf), by=desk.by)


def taking_back(desk: Desk, handoff_id: str, sent: Later) -> Actor:
    """Who takes a handoff back: the one at the desk, or the giver."""
    if sent.behalf is None and sent.happened_at is None:
        return desk.by
    handoff = visibility.handoff(desk.session, handoff_id, by=desk.by)
    if sent.behalf is None:
        return _late(desk, handoff.case_id, sent.happened_at)
    with _named(desk):
        return voices.giver_as(desk.session, handoff, _said(sent.behalf), by=desk.by)


def carrying(desk: Desk, alarm_id: str, sent: Heard | None) -> Actor:
    """Who acts on an alarm: the one at the desk, or the agency without an account that it was carried to."""
    if sent is None or sent.behalf is None:
        return desk.by
    with _named(desk):
        return relays.alarmed_as(desk.session, alarm_id, _said(sent.behalf), by=desk.by)


def settling(desk: Desk, relay_id: str, sent: Heard) -> Actor:
    """Who says whether what was entered is right: the one at the desk, or the agency without an account."""
    if sent.behalf is None:
        return desk.by
    with _named(desk):
        return voices.settling_as(desk.session, relay_id, _said(sent.behalf), by=desk.by)


def extending(desk: Desk, deadline_id: str, sent: Heard) -> Actor:
    """Who gives a duty more time: the one at the desk, or who holds it."""
    if sent.behalf is None:
        return desk.by
    with _named(desk):
        return voices.extending_as(desk.session, deadline_id, _said(sent.behalf), by=desk.by)


@contextmanager
def _named(desk: Desk) -> Iterator[None]:
    """What is wrong about who said it is named inside `behalf`."""
    try:
        yield
    except Invalid:
        desk.fields_at("behalf")
        raise


def _said(sent: Behalf) -> Said:
    return Said(channel=sent.channel, said_by=sent.said_by, paper=sent.paper, happened_at=sent.happened_at)


def _at_its_time(desk: Desk, task_id: str, sent: Later) -> Actor:
    """The person at the desk. The task is looked for only where its case must be: the verb looks for it anyway."""
    if sent.happened_at is None:
        return desk.by
    return _late(desk, visibility.task(desk.session, task_id, by=desk.by).case_id, sent.happened_at)


def _late(desk: Desk, case_id: str, happened_at: datetime | None) -> Actor:
    if happened_at is None:
        return desk.by
    try:
        return relays.entered_late(desk.session, by=desk.by, case_id=case_id, happened_at=happened_at)
    except Invalid:
        desk.fields_at("")
        raise
