import asyncio
import email
import email.policy
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from integrations.email import TEXTS, MailServer, Security, compose, send
from integrations.http import DeliveryFailed

pytestmark = pytest.mark.once

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LINK = "https://nrm.example/session/new"


class Mailbox:
    """A mail server's inside: takes everything, unless told what to say."""

    def __init__(self, **says: str) -> None:
        self.says = says
        self.taken: list[Envelope] = []

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if "rcpt" in self.says:
            return self.says["rcpt"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.says.get("data") == "silence":
            await asyncio.sleep(5)
        if "data" in self.says:
            return self.says["data"]
        self.taken.append(envelope)
        return "250 taken"

    async def handle_QUIT(self, server, session, envelope) -> str:
        return self.says.get("quit", "221 bye")


@pytest.fixture
def start() -> Iterator[Callable[..., MailServer]]:
    """Start a mail server around a mailbox."""
    running: list[Controller] = []

    def run(mailbox: Mailbox, **options: object) -> MailServer:
        controller = Controller(mailbox, hostname="127.0.0.1", port=0, **options)
        # The controller looks for itself at the port it was given, and was given none: bind one first.
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            controller.port = free.getsockname()[1]
        controller.start()
        running.append(controller)
        return MailServer("127.0.0.1", "nrm@training.example", controller.port, timeout=1.5)

    yield run
    for controller in running:
        controller.stop()


def deliver(server: MailServer, language: str = "en", to: str = "desk@agency.example") -> None:
    send(server, to, language, "msg_1", NOW, LINK)


def failure(server: MailServer) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        deliver(server)
    return caught.value


@pytest.mark.parametrize("language", ["en", "ru", "ky"])
def test_a_notice_arrives_readable_and_says_nothing_about_anybody(start, language):
    mailbox = Mailbox()
    deliver(start(mailbox), language)
    (envelope,) = mailbox.taken
    assert envelope.rcpt_tos == ["desk@agency.example"]
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    subject, sentence = TEXTS[language]
    assert message["Subject"] == subject
    assert message["Message-ID"] == "<msg_1@training.example>"
    assert message["Content-Language"] == language
    assert message.get_content().split() == [*sentence.split(), LINK]
    assert envelope.content.isascii()
    assert max(len(line) for line in envelope.content.splitlines()) < 200


def test_an_unknown_language_gets_the_english_text():
    message = compose("a@b.example", "c@d.example", "uz", "m", NOW, LINK)
    assert message["Subject"] == TEXTS["en"][0]
    assert message["Content-Language"] == "en"


@pytest.mark.parametrize("language", TEXTS)
def test_no_text_names_what_the_system_is_about(language):
    told = " ".join(TEXTS[language]).lower()
    for word in (
        "case",
        "victim",
        "traffick",
        "shelter",
        "police",
        "жертв",
        "торговл",
        "приют",
        "дело",
        "полици",
    ):
        assert word not in told


@pytest.mark.parametrize(
    ("says", "permanent"),
    [
        ({"rcpt": "550 no such mailbox"}, True),
        ({"rcpt": "451 come back later"}, False),
        ({"data": "554 we do not want this"}, True),
        ({"data": "452 no space left"}, False),
        ({"data": "silence"}, False),
    ],
)
def test_a_refusal_tells_whether_to_try_again(start, says, permanent):
    assert failure(start(Mailbox(**says))).permanent is permanent


def test_what_was_taken_stays_taken_whatever_is_said_at_the_door(start):
    mailbox = Mailbox(quit="500 stay")
    deliver(start(mailbox))
    assert len(mailbox.taken) == 1


def test_a_server_that_is_gone_is_asked_again_later():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        server = MailServer("127.0.0.1", "nrm@training.example", closed.getsockname()[1], timeout=0.5)
        error = failure(server)
    assert "could not be reached" in error.message
    assert not error.permanent


@pytest.mark.parametrize("greeting", [b"", b"220 hello\r\n", b"554 go away\r\n", b"nonsense\r\n"])
def test_a_server_that_hangs_up_is_asked_again_later(greeting):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(greeting)

        thread = threading.Thread(target=answer)
        thread.start()
        server = MailServer("127.0.0.1", "nrm@training.example", listener.getsockname()[1], timeout=0.5)
        error = failure(server)
        thread.join()
    assert error.permanent is greeting.startswith(b"554")


def test_a_silent_server_is_asked_again_later():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        error = failure(MailServer("127.0.0.1", "nrm@a.example", listener.getsockname()[1], timeout=0.3))
    assert not error.permanent


def test_a_refused_sign_in_is_our_mistake_and_waits(start):
    def authenticator(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    server = start(Mailbox(), authenticator=authenticator, auth_require_tls=False)
    error = failure(replace(server, username="nrm", password="wrong"))
    assert "refused our sign-in" in error.message
    assert not error.permanent


def test_a_server_without_encryption_is_not_used_where_it_is_demanded(start):
    mailbox = Mailbox()
    error = failure(replace(start(mailbox), security=Security.STARTTLS))
    assert not error.permanent
    assert mailbox.taken == []


@pytest.mark.parametrize(
    "to",
    [
        "",
        "nobody",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example, c@d.example",
        "<a@b.example>",
        "a b@c.example",
    ],
)
def test_an_address_that_is_none_is_refused_for_good(to):
    with pytest.raises(DeliveryFailed) as caught:
        compose("nrm@training.example", to, "en", "m", NOW, LINK)
    assert caught.value.permanent
