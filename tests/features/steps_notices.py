"""Steps about notices: a real post office on this machine, which may be open, closed or refuse."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_bdd import given, then, when
from sqlmodel import select

from engine import audit, worker
from engine.actor import SYSTEM
from engine.config import settings
from engine.models.people import Agency
from engine.models.records import Outbox, OutboxState
from engine.models.work import PENDING_HANDOFF
from tests.features.steps_cases import say
from tests.features.world import World


@dataclass
class PostOffice:
    """A mail server: what it took, and how it answers."""

    taken: list[EmailMessage] = field(default_factory=list)
    answer: str = "250 taken"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            message = message_from_bytes(envelope.content or b"", policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        return self.answer


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=_free_port(), ready_timeout=10)
    controller.start()
    monkeypatch.setattr(settings(), "smtp_host", "127.0.0.1")
    monkeypatch.setattr(settings(), "smtp_port", controller.port)
    yield office
    controller.stop()


@given(say("{agency:Agency} is told by e-mail"))
def by_mail(world: World, post: PostOffice, agency: str) -> None:
    with world.store.transaction() as session:
        row = session.exec(select(Agency).where(Agency.code == agency)).one()
        row.email = "desk@example.org"
        session.add(row)
        audit.record(session, "agency.changed", row, by=SYSTEM)


@given(say("the post office refuses everything for {agency:Agency}"))
def refuses(world: World, post: PostOffice, agency: str) -> None:
    by_mail(world, post, agency)
    post.answer = "550 no such desk"


@given("the post office is closed")
def closed(post: PostOffice) -> None:
    post.answer = "421 come back later"


@when("the post office opens again")
def opens(post: PostOffice) -> None:
    post.answer = "250 taken"


@when("the post is sent")
def sent(world: World) -> None:
    worker.drain(world.store)


@then(say("{agency:Agency} has {number:d} notice"))
def has_notices(world: World, post: PostOffice, agency: str, number: int) -> None:
    assert len(post.taken) == number
    assert {m["To"] for m in post.taken} == {world.agency(agency).email}
    assert [row.state for row in world.rows(Outbox)] == [OutboxState.SENT] * number


@then("the notice says neither the case, nor an agency, nor what it is about")
def content_free(world: World, post: PostOffice) -> None:
    (message,) = post.taken
    said = f"{message['Subject']}\n{message.get_content()}"
    with world.reading() as session:
        agencies = [a.name for a in session.exec(select(Agency)).all()]
    case = world.case()
    hidden = [
        world.reference,
        case.id,
        "pinion",
        "мнение",
        *agencies,
        *(t.id for t in world.handoffs("second_opinion")),
    ]
    assert "NRM" in said
    assert not [word for word in hidden if word in said]


@then(say("all notices to {agency:Agency} say the same"))
def the_same(world: World, post: PostOffice, agency: str) -> None:
    assert len(post.taken) > 1
    assert len({(m["Subject"], m.get_content()) for m in post.taken}) == 1


@then("the offer stands all the same, and the notice waits")
def waits(world: World) -> None:
    (offer,) = world.handoffs("second_opinion")
    assert offer.state in PENDING_HANDOFF
    (row,) = world.rows(Outbox)
    assert (row.state, row.attempts, row.sent_at) == (OutboxState.WAITING, 1, None)
    assert row.last_error
