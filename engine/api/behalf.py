"""Who an act is of: the person at the desk, that person at an earlier time, or an agency spoken for."""

from datetime import datetime

from .. import relays
from ..access import visibility
from ..actor import Actor
from ..errors import Invalid
from ..relays import Said
from .desk import Desk
from .schemas import Behalf, Later


def answering(desk: Desk, handoff_id: str, sent: Later | None) -> Actor:
    """Who answers an offer."""
    if sent is None or sent.behalf is None:
        at = sent and sent.happened_at
        return _late(desk, visibility.handoff(desk.session, handoff_id, by=desk.by).case_id, at) if at else desk.by
    handoff = visibility.handoff(desk.session, handoff_id, by=desk.by)
    try:
        return relays.answer_as(desk.session, handoff, _said(sent.behalf), by=desk.by)
    except Invalid:
        desk.fields_at("behalf")
        raise


def doing(desk: Desk, task_id: str, sent: Later) -> Actor:
    """Who does something with a task: its holder, spoken for or not."""
    if sent.behalf is None:
        return _at_its_time(desk, task_id, sent)
    task = relays.task_of(desk.session, task_id, by=desk.by)
    try:
        return relays.holder_as(desk.session, task, _said(sent.behalf), by=desk.by)
    except Invalid:
        desk.fields_at("behalf")
        raise


def leaving(desk: Desk, task_id: str, sent: Later) -> Actor:
    """Who says that the person has left: the giver, spoken for or not."""
    if sent.behalf is None:
        return _at_its_time(desk, task_id, sent)
    task = visibility.task(desk.session, task_id, by=desk.by)
    try:
        return relays.giver_as(desk.session, task, _said(sent.behalf), by=desk.by)
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


def _late(desk: Desk, case_id: str, happened_at: datetime) -> Actor:
    try:
        return relays.entered_late(desk.session, by=desk.by, case_id=case_id, happened_at=happened_at)
    except Invalid:
        desk.fields_at("")
        raise
