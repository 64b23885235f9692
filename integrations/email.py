"""Notices by e-mail: a fixed sentence that says nothing about anybody, in the reader's language."""

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum

from .http import DeliveryFailed

TEXTS = {
    "en": ("Work is waiting for you", "You have work in the NRM system. Sign in to see it."),
    "ru": ("Вас ждёт работа", "В системе NRM для вас есть работа. Войдите, чтобы её увидеть."),
    "ky": ("Сизди иш күтүүдө", "NRM тутумунда сиз үчүн иш бар. Аны көрүү үчүн тутумга кириңиз."),
}
ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


class Security(StrEnum):
    """How the way to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True)
class MailServer:
    """The mail server that takes our notices. `sender` is an address; `timeout` is seconds an answer."""

    host: str
    sender: str
    port: int = 25
    security: Security = Security.NONE
    username: str = ""
    password: str = ""
    timeout: float = 10.0
    tls: ssl.SSLContext | None = None


def send(server: MailServer, to: str, language: str, message_id: str, timestamp: datetime, link: str) -> None:
    """Send the notice. `link` is the sign-in page: never the address of a case. Raises `DeliveryFailed`."""
    message = compose(server.sender, to, language, message_id, timestamp, link)
    try:
        connection = _connected(server)
        try:
            connection.send_message(message, from_addr=server.sender, to_addrs=[to])
        finally:
            _leave(connection)
    except smtplib.SMTPException as error:
        raise _refused(error) from error
    except OSError as error:
        raise DeliveryFailed(f"The mail server {server.host} could not be reached.", permanent=False) from error


def compose(sender: str, to: str, language: str, message_id: str, timestamp: datetime, link: str) -> EmailMessage:
    """The message itself; a language that has no text of its own gets the English one."""
    for address in (sender, to):
        if not ADDRESS.fullmatch(address):
            raise DeliveryFailed("The e-mail address is not valid.", permanent=True)
    subject, sentence = TEXTS.get(language, TEXTS["en"])
    message = EmailMessage(policy.SMTP.clone(cte_type="7bit"))
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(timestamp)
    message["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{sentence}\n\n{link}\n")
    message["Content-Language"] = language if language in TEXTS else "en"
    return message


def _connected(server: MailServer) -> smtplib.SMTP:
    context = server.tls or ssl.create_default_context()
    if server.security is Security.TLS:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    try:
        if server.security is Security.STARTTLS:
            connection.starttls(context=context)
        if server.username:
            connection.login(server.username, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _leave(connection: smtplib.SMTP) -> None:
    """Say goodbye; what the server makes of that does not undo what it has taken."""
    with suppress(smtplib.SMTPException, OSError):
        connection.quit()
    connection.close()


def _refused(error: smtplib.SMTPException) -> DeliveryFailed:
    """A refused sign-in is our own mistake and will be mended: the notice waits for that."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        message = "The mail server refused our sign-in. Check the name and password of the mail server."
        return DeliveryFailed(message, permanent=False)
    code = _code(error)
    if code is None:
        return DeliveryFailed("The mail server broke off the connection.", permanent=False)
    permanent = code >= 500
    said = "refused the notice" if permanent else "could not take the notice now"
    return DeliveryFailed(f"The mail server {said} ({code}).", permanent=permanent)


def _code(error: smtplib.SMTPException) -> int | None:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return int(next(iter(error.recipients.values()))[0])
    if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
        return int(error.smtp_code)
    return None
