"""The worker: each function does one unit of work in one transaction and says whether it found any.

Several workers may run at once: due work is claimed by the row it is written in, under the case's lock.
"""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from integrations import email, webhook
from integrations.http import Client, DeliveryFailed

from . import alarms, clock, desks, handoffs, instances, movements, people
from .act import Act, begin, begin_handoff
from .actor import SYSTEM
from .audit import checkpoint
from .config import settings
from .database import Store
from .errors import Unavailable
from .models.cases import Message
from .models.people import Agency
from .models.records import Outbox, OutboxState
from .models.work import (
    PENDING_HANDOFF,
    AlarmKind,
    Deadline,
    DeadlineKind,
    DeadlineState,
    Handoff,
    ProcessInstance,
)
from .outbox import Notice

log = logging.getLogger(__name__)

RETRY_MINUTES = (1, 5, 15, 60, 240, 720)
POISON = timedelta(hours=1)


def run(store: Store, stop: threading.Event) -> None:
    """Work until told to stop; sleep when there is nothing to do."""
    while not stop.is_set():
        if not tick(store):
            stop.wait(settings().worker_seconds)


def tick(store: Store) -> bool:
    """Do at most one unit of each kind of work. An error is logged without content and does not stop the rest."""
    found = False
    for work in (
        fire_one_deadline,
        begin_one_leave,
        call_about_one_empty_desk,
        send_one_notice,
        expire_one_message,
        publish_checkpoint,
    ):
        try:
            found = work(store) or found
        except Exception:
            log.exception("work.failed %s", work.__name__)
    return found


def drain(store: Store, limit: int = 10_000) -> int:
    """Work until nothing is due; returns how many rounds did something."""
    rounds = 0
    while rounds < limit and tick(store):
        rounds += 1
    return rounds


def fire_one_deadline(store: Store) -> bool:
    """Let the oldest due clock act, as the system."""
    with store.reading() as session:
        due = session.exec(
            select(Deadline.id, Deadline.case_id)
            .where(Deadline.state == DeadlineState.RUNNING, col(Deadline.next_at) <= clock.now())
            .order_by(col(Deadline.next_at), col(Deadline.id))
            .limit(1)
        ).first()
    if due is None:
        return False
    deadline_id, case_id = due
    try:
        with store.transaction() as session:
            act = begin(session, case_id, SYSTEM)
            deadline = session.get_one(Deadline, deadline_id, populate_existing=True)
            if deadline.state is DeadlineState.RUNNING and deadline.next_at <= act.at:
                _FIRE[deadline.kind](act, deadline)
    except Unavailable:
        raise  # the store is busy: nothing is wrong with this clock
    except Exception as error:
        _put_aside(store, deadline_id, error)
        raise
    return True


def _timer(act: Act, deadline: Deadline) -> None:
    instance = act.session.get_one(ProcessInstance, deadline.instance_id)
    deadline.state = DeadlineState.PASSED
    deadline.ended_at = act.at
    act.session.add(deadline)
    act.record("deadline.passed", deadline, clock=deadline.clock)
    instances.fire(act, instance, deadline.about_id)


def _acceptance(act: Act, deadline: Deadline) -> None:
    handoffs.expire(act, act.session.get_one(Handoff, deadline.about_id))


_FIRE: dict[DeadlineKind, Callable[[Act, Deadline], None]] = {
    DeadlineKind.TIMER: _timer,
    DeadlineKind.ACCEPTANCE: _acceptance,
    DeadlineKind.DUTY: alarms.overdue,
    DeadlineKind.ALARM: alarms.repeat,
    DeadlineKind.ARRIVAL: lambda act, deadline: movements.late(act, deadline.about_id),
}


def _put_aside(store: Store, deadline_id: str, error: Exception) -> None:
    """A clock that cannot act must not stop the others: look again in an hour, and tell the coordinator."""
    with store.transaction() as session:
        deadline = session.get_one(Deadline, deadline_id)
        alarms.report_fault(
            session, error, case_id=deadline.case_id, instance_id=deadline.instance_id, element=deadline.clock
        )
        deadline.next_at = clock.now() + POISON
        session.add(deadline)


def begin_one_leave(store: Store) -> bool:
    """Somebody's leave has begun: the deputy gets what the person had in hand."""
    with store.reading() as session:
        away = people.leaves_beginning(session, clock.now())
    if not away:
        return False
    with store.transaction() as session:
        return people.begin_leave(session, away[0].id) > 0


def call_about_one_empty_desk(store: Store) -> bool:
    """Nobody is at a desk who could see to what waits there: the coordinator of the case is called."""
    with store.reading() as session:
        waiting = desks.waiting_unseen(session, clock.now())
    if not waiting:
        return False
    with store.transaction() as session:
        desks.call_about_empty(session, waiting[0])
    return True


def send_one_notice(store: Store) -> bool:
    """Send one waiting message: claimed first, sent outside any transaction, settled after."""
    with store.transaction() as session:
        query = (
            select(Outbox)
            .where(Outbox.state == OutboxState.WAITING, col(Outbox.next_at) <= clock.now())
            .order_by(col(Outbox.next_at))
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        notice = session.exec(query).first()
        if notice is None:
            return False
        notice.attempts += 1
        notice.next_at = clock.now() + timedelta(minutes=_pause(notice.attempts))
        session.add(notice)
        agency = session.get_one(Agency, notice.to_id)
    failure: DeliveryFailed | None = None
    try:
        _send(notice, agency)
    except DeliveryFailed as error:
        failure = error
    _settle(store, notice.id, failure)
    return True


def _pause(attempts: int) -> int:
    return RETRY_MINUTES[min(attempts, len(RETRY_MINUTES)) - 1]


def _send(notice: Outbox, agency: Agency) -> None:
    """The integrations know nothing of us: they get an address, an id and a fixed text."""
    chosen = settings()
    now = datetime.now(UTC)
    if notice.channel == "webhook":
        body = {"type": "nrm.work", "timestamp": now.isoformat(), "data": {"id": notice.id}}
        with Client(allow_private=chosen.webhooks_private) as client:
            webhook.send(agency.webhook_url, agency.webhook_secret, notice.id, body, now, client)
    elif chosen.smtp_host:
        server = email.MailServer(chosen.smtp_host, chosen.smtp_from, chosen.smtp_port)
        email.send(server, agency.email, agency.language, notice.id, now, chosen.public_url)
    else:
        raise DeliveryFailed("no mail server is configured", permanent=True)


def _settle(store: Store, notice_id: str, failure: DeliveryFailed | None) -> None:
    with store.transaction() as session:
        notice = session.get_one(Outbox, notice_id)
        if failure is None:
            notice.state, notice.sent_at, notice.last_error = OutboxState.SENT, clock.now(), ""
            if notice.handoff_id and notice.kind == Notice.OFFER:
                handoffs.notice_accepted(session, notice.handoff_id)
        else:
            notice.last_error = str(failure)[:200]
            if failure.permanent or notice.attempts > len(RETRY_MINUTES):
                notice.state = OutboxState.FAILED
                _call_giver(session, notice)
        session.add(notice)


def _call_giver(session: Session, notice: Outbox) -> None:
    """An offer the receiver's desk was not told of: somebody must call."""
    if notice.handoff_id is None or notice.kind != Notice.OFFER:
        return
    act = begin_handoff(session, notice.handoff_id, SYSTEM)
    handoff = session.get_one(Handoff, notice.handoff_id)
    if handoff.state in PENDING_HANDOFF:
        alarms.call(act, AlarmKind.UNDELIVERED, handoff.giver_id, task_id=handoff.task_id, handoff_id=handoff.id)


def expire_one_message(store: Store) -> bool:
    """A message nobody waited for in time becomes an exception the auditor sees."""
    with store.transaction() as session:
        message = session.exec(
            select(Message)
            .where(
                col(Message.taken_by).is_(None),
                col(Message.expired).is_(False),
                col(Message.expires_at) <= clock.now(),
            )
            .limit(1)
        ).first()
        if message is None:
            return False
        act = begin(session, message.case_id, SYSTEM)
        session.refresh(message)
        if message.taken_by is not None or message.expired:
            return True  # another worker, or a step of the path, was first
        message.expired = True
        session.add(message)
        act.record("message.expired", message, name=message.name)
    return True


def publish_checkpoint(store: Store) -> bool:
    """Put new leaves under a checkpoint."""
    with store.transaction() as session:
        return checkpoint.publish(session) is not None
