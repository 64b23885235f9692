"""Who an act is of: the person at the desk, that person at an earlier time, or an agency spoken for."""

from .. import relays
from ..access import visibility
from ..actor import Actor
from ..errors import Invalid
from ..relays import Said
from .desk import Desk
from .schemas import Behalf, Later


def answering(desk: Desk, handoff_id: str, sent: Later | None) -> Actor:
    """Who answers an offer."""
    handoff = visibility.handoff(desk.session, handoff_id, by=desk.by)
    if sent is None or sent.behalf is None:
        return _late(desk, handoff.case_id, sent)
    try:
        return relays.answer_as(desk.session, handoff, _said(sent.behalf), by=desk.by)
    except Invalid:
        desk.fields_at("behalf")
        raise


def doing(desk: Desk, task_id: str, sent: Later) -> Actor:
    """Who does something with a task: its holder, spoken for or not."""
    if sent.behalf is None:
        return _late(desk, visibility.task(desk.session, task_id, by=desk.by).case_id, sent)
    task = relays.task_of(desk.session, task_id, by=desk.by)
    try:
        return relays.holder_as(desk.session, task, _said(sent.behalf), by=desk.by)
    except Invalid:
        desk.fields_at("behalf")
        raise


def leaving(desk: Desk, task_id: str, sent: Later) -> Actor:
    """Who says that the person has left: the giver, spoken for or not."""
    task = visibility.task(desk.session, task_id, by=desk.by)
    if sent.behalf is None:
        return _late(desk, task.case_id, sent)
    try:
        return relays.giver_as(desk.session, task, _said(sent.behalf), by=desk.by)
    except Invalid:
        desk.fields_at("behalf")
        raise


def _said(sent: Behalf) -> Said:
    return Said(channel=sent.channel, said_by=sent.said_by, paper=sent.paper, happened_at=sent.happened_at)


def _late(desk: Desk, case_id: str, sent: Later | None) -> Actor:
    if sent is None or sent.happened_at is None:
        return desk.by
    try:
        return relays.entered_late(desk.session, by=desk.by, case_id=case_id, happened_at=sent.happened_at)
    except Invalid:
        desk.fields_at("")
        raise
