"""Webhooks as standardwebhooks.com has them: three headers, HMAC-SHA256 (`v1`), thin bodies."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from .http import Client, DeliveryFailed, require_arrival

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
LARGEST = 20_000  # bytes: the standard's advice for a body


class SignatureRefused(Exception):
    """This message is not signed by the sender it names, or it is too old."""


def send(url: str, secret: str, message_id: str, body: Mapping[str, Any], timestamp: datetime, client: Client) -> None:
    """Deliver one message, at least once: the receiver knows a repeated one by its id.

    `secret` is `whsec_...`, or several with a space between while one replaces another.
    Raises `DeliveryFailed`.
    """
    content = encode(body)
    headers = {"Content-Type": "application/json", **sign(secret, message_id, timestamp, content)}
    answer = client.post(url, content, headers)
    require_arrival(httpx.URL(url).host, answer)


def encode(body: Mapping[str, Any]) -> bytes:
    """The bytes that are signed and sent."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    if len(content) > LARGEST:
        raise DeliveryFailed(f"The message is larger than {LARGEST:,} bytes.", permanent=True)
    return content


def sign(secret: str, message_id: str, timestamp: datetime, content: bytes) -> dict[str, str]:
    """The three headers of a message."""
    if "." in message_id:
        raise DeliveryFailed("A message id holds no full stop.", permanent=True)
    seconds = int(timestamp.timestamp())
    signatures = [f"v1,{_mac(key, message_id, seconds, content)}" for key in _keys(secret)]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }


def verify(secret: str, headers: Mapping[str, str], content: bytes, *, now: datetime | None = None) -> Any:
    """The body of a message that was truly sent, within five minutes, by who holds the secret."""
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, seconds = given["webhook-id"], int(given["webhook-timestamp"])
        sent = datetime.fromtimestamp(seconds, UTC)
        signatures = [entry.partition(",") for entry in given["webhook-signature"].split()]
    except (KeyError, ValueError, OverflowError, OSError) as error:
        raise SignatureRefused("The webhook headers are missing or malformed.") from error
    if abs((now or datetime.now(UTC)) - sent) > TOLERANCE:
        raise SignatureRefused("The message is older, or from further ahead, than five minutes.")
    expected = [_mac(key, message_id, seconds, content).encode() for key in _keys(secret)]
    claimed = [value.encode() for version, _, value in signatures if version == "v1"]
    if not any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in claimed):
        raise SignatureRefused("The signature does not fit the message.")
    return json.loads(content)


def _mac(key: bytes, message_id: str, seconds: int, content: bytes) -> str:
    signed = f"{message_id}.{seconds}.".encode() + content
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")


def _keys(secret: str) -> list[bytes]:
    try:
        keys = [base64.b64decode(part.removeprefix(PREFIX), validate=True) for part in secret.split()]
    except (binascii.Error, ValueError) as error:
        raise DeliveryFailed("The webhook secret is not base64.", permanent=True) from error
    if not keys or not all(keys):
        raise DeliveryFailed("The webhook secret is empty.", permanent=True)
    return keys
