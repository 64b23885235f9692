import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks

from integrations import webhook
from integrations.http import Client, DeliveryFailed

from .conftest import hangs_up, is_silent, says

pytestmark = pytest.mark.once

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OLD_SECRET = "whsec_" + base64.b64encode(b"fedcba9876543210fedcba9876543210").decode()
BODY = {
    "type": "handoff.offered",
    "timestamp": "2026-11-22T09:00:00Z",
    "data": {"notice": "N-1", "слово": "да"},
}
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def at_this_moment() -> None:
    """The receivers refuse what is older than five minutes, and a whole test run takes longer."""
    global NOW
    NOW = datetime.now(UTC)


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(allow_private=True, total=1.5) as client:
        yield client


def send(there, client, secret=SECRET):
    webhook.send(there.address, secret, "msg_1", BODY, NOW, client)


def test_a_message_is_understood_by_an_independent_receiver(receiver, client):
    there = receiver(says(204))
    send(there, client)
    headers, body = there.messages[0]
    lower = {name.lower(): value for name, value in headers.items()}
    assert standardwebhooks.Webhook(SECRET).verify(body, lower) == BODY
    assert lower["webhook-id"] == "msg_1"
    assert lower["content-type"] == "application/json"


def test_while_a_secret_is_replaced_both_are_understood(receiver, client):
    there = receiver(says(200))
    send(there, client, f"{SECRET} {OLD_SECRET}")
    headers, body = there.messages[0]
    lower = {name.lower(): value for name, value in headers.items()}
    for secret in (SECRET, OLD_SECRET):
        assert standardwebhooks.Webhook(secret).verify(body, lower) == BODY
        assert webhook.verify(secret, headers, body) == BODY


def test_a_message_of_an_independent_sender_is_understood():
    content = json.dumps(BODY)
    signature = standardwebhooks.Webhook(SECRET).sign("msg_2", NOW, content)
    headers = {
        "Webhook-Id": "msg_2",
        "Webhook-Timestamp": str(int(NOW.timestamp())),
        "Webhook-Signature": f"v1a,notours {signature}",
    }
    assert webhook.verify(SECRET, headers, content.encode()) == BODY


def test_the_same_message_sent_again_is_the_same_to_the_byte(receiver, client):
    there = receiver(says(200))
    send(there, client)
    send(there, client)
    (first, body), (second, again) = there.messages
    assert body == again
    assert {n: v for n, v in first.items() if n.startswith("webhook")} == {
        n: v for n, v in second.items() if n.startswith("webhook")
    }


@pytest.mark.parametrize("change", ["body", "id", "timestamp", "secret"])
def test_a_changed_message_is_refused(change):
    content = webhook.encode(BODY)
    headers = webhook.sign(SECRET, "msg_3", NOW, content)
    secret = OLD_SECRET if change == "secret" else SECRET
    if change == "body":
        content = content.replace(b"N-1", b"N-2")
    if change == "id":
        headers["webhook-id"] = "msg_4"
    if change == "timestamp":
        headers["webhook-timestamp"] = str(int(NOW.timestamp()) + 1)
    with pytest.raises(webhook.SignatureRefused):
        webhook.verify(secret, headers, content, now=NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_message_from_another_time_is_refused(minutes):
    content = webhook.encode(BODY)
    headers = webhook.sign(SECRET, "msg_5", NOW + timedelta(minutes=minutes), content)
    with pytest.raises(webhook.SignatureRefused, match="five minutes"):
        webhook.verify(SECRET, headers, content, now=NOW)


@pytest.mark.parametrize("time", ["soon", "", "99999999999999999999", "-1e9"])
def test_headers_that_make_no_sense_are_refused(time):
    headers = {"webhook-id": "m", "webhook-timestamp": time, "webhook-signature": "v1,é nonsense"}
    with pytest.raises(webhook.SignatureRefused):
        webhook.verify(SECRET, headers, b"{}")
    with pytest.raises(webhook.SignatureRefused):
        webhook.verify(SECRET, {}, b"{}")


def test_a_signature_that_is_no_ascii_is_refused():
    headers = webhook.sign(SECRET, "msg_6", NOW, b"{}") | {"webhook-signature": "v1,подпись v1 v1,"}
    with pytest.raises(webhook.SignatureRefused, match="does not fit"):
        webhook.verify(SECRET, headers, b"{}", now=NOW)


@pytest.mark.parametrize(("status", "permanent"), [(500, False), (503, False), (429, False), (410, True), (302, True)])
def test_a_refusal_is_passed_on(receiver, client, status, permanent):
    with pytest.raises(DeliveryFailed) as caught:
        send(receiver(says(status)), client)
    assert caught.value.permanent is permanent


@pytest.mark.parametrize("behave", [is_silent, hangs_up])
def test_a_slow_or_broken_receiver_is_tried_again(receiver, client, behave):
    with pytest.raises(DeliveryFailed) as caught:
        send(receiver(behave), client)
    assert not caught.value.permanent


@pytest.mark.parametrize("secret", ["", " ", "whsec_", "whsec_???", "whsec_слово"])
def test_a_secret_that_is_none_is_refused_before_anything_is_sent(receiver, client, secret):
    there = receiver(says(200))
    with pytest.raises(DeliveryFailed, match="secret") as caught:
        send(there, client, secret)
    assert caught.value.permanent
    assert there.messages == []


def test_a_large_body_is_refused_before_anything_is_sent():
    with pytest.raises(DeliveryFailed, match="larger than") as caught:
        webhook.encode({"data": "x" * 20_000})
    assert caught.value.permanent


def test_an_id_that_would_blur_the_signature_is_refused():
    with pytest.raises(DeliveryFailed, match="full stop"):
        webhook.sign(SECRET, "a.1", NOW, b"")
