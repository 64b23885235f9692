import socket
import ssl
import time
from collections.abc import Iterator

import pytest

from integrations import http
from integrations.http import Client, DeliveryFailed, require_arrival

from .conftest import ENDLESS, drips_body, drips_headers, floods, hangs_up, is_silent, says, speaks_nonsense

pytestmark = pytest.mark.once


@pytest.fixture
def client() -> Iterator[Client]:
    """In no hurry: what is not about time does not fail on a busy machine."""
    with Client(allow_private=True, limit=1_000) as client:
        yield client


@pytest.fixture
def hasty() -> Iterator[Client]:
    """Waits for an answer, but much less than the servers last that have no end."""
    with Client(allow_private=True, total=1.5, limit=1_000) as client:
        yield client


def failure(client: Client, url: str) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        client.post(url, b"{}", {})
    return caught.value


def test_an_answer_is_given_as_it_came(receiver, client):
    there = receiver(says(201, b"thank you"))
    answer = client.post(there.address, b"hello", {"X-One": "1"})
    assert (answer.status, answer.body, answer.cut, answer.arrived) == (201, b"thank you", False, True)
    headers, body = there.messages[0]
    assert body == b"hello"
    assert headers["X-One"] == "1"
    assert headers["Host"] == f"localhost:{there.port}"


@pytest.mark.parametrize("behave", [is_silent, drips_headers])
def test_who_does_not_answer_in_time_is_asked_again_later(receiver, hasty, behave):
    started = time.monotonic()
    error = failure(hasty, receiver(behave).address)
    assert time.monotonic() - started < ENDLESS / 2
    assert error.message == "localhost took too long to answer."
    assert not error.permanent


@pytest.mark.parametrize("behave", [drips_body, floods])
def test_an_endless_answer_is_cut_and_still_an_answer(receiver, hasty, behave):
    started = time.monotonic()
    answer = hasty.post(receiver(behave).address, b"{}", {})
    assert time.monotonic() - started < ENDLESS / 2
    assert answer.arrived and answer.cut
    assert len(answer.body) <= 1_000


@pytest.mark.parametrize("behave", [hangs_up, speaks_nonsense])
def test_a_broken_server_is_asked_again_later(receiver, client, behave):
    error = failure(client, receiver(behave).address)
    assert error.message == "localhost broke off the connection."
    assert not error.permanent


def test_a_server_that_is_gone_is_asked_again_later(client):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        error = failure(client, f"http://127.0.0.1:{closed.getsockname()[1]}/")
    assert error.message == "127.0.0.1 could not be reached."
    assert not error.permanent


def test_a_name_that_nobody_has_is_asked_again_later(client):
    error = failure(client, "http://nobody.invalid/")
    assert error.message == "nobody.invalid was not found."
    assert not error.permanent


def test_a_redirect_is_not_followed(receiver, client):
    elsewhere = receiver(says(200))
    there = receiver(says(307, Location=elsewhere.address))
    answer = client.post(there.address, b"{}", {})
    assert answer.status == 307
    assert elsewhere.messages == []


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        *((status, True) for status in (301, 400, 401, 404, 410, 413, 422)),
        *((status, False) for status in (408, 425, 429, 500, 502, 503, 504)),
    ],
)
def test_a_refusal_tells_whether_to_try_again(status, permanent):
    with pytest.raises(DeliveryFailed) as caught:
        require_arrival("there", http.Answer(status, b"", False))
    assert caught.value.permanent is permanent
    assert str(status) in caught.value.message


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_yes_is_a_yes(status):
    require_arrival("there", http.Answer(status, b"", False))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.org/", "must begin with https://"),
        ("ftp://example.org/", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("https:///nowhere", "must name a host"),
        ("https://user:word@example.org/", "no user or password"),
        ("https://example.org:0x1/", "not a web address"),
        ("https://[::1/", "not a web address"),
        ("https://example.org:99999999/", "must name a host"),
        ("https://exa mple/", "must name a host"),
        ("https://exam%00ple/", "must name a host"),
        ("https://127.0.0.1/", "not a public address"),
        ("https://localhost/", "not a public address"),
        ("https://[::1]/", "not a public address"),
        ("https://10.1.2.3/", "not a public address"),
        ("https://169.254.169.254/latest/meta-data", "not a public address"),
        ("https://0x7f000001/", "not a public address"),
        ("https://2130706433/", "not a public address"),
        ("https://127.1/", "not a public address"),
    ],
)
def test_an_address_that_must_not_be_used_is_refused_for_good(url, why):
    with Client() as client:
        error = failure(client, url)
    assert why in error.message
    assert error.permanent


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700:4700::1111", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::", False),
    ],
)
def test_only_the_open_internet_is_public(address, public):
    assert http.is_public(address) is public


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with Client() as client:
        assert failure(client, "https://two-faced.example/").permanent


def test_a_second_lookup_cannot_lead_elsewhere(receiver, monkeypatch, client):
    """The name points to our receiver once and to a trap afterwards: the receiver gets the message."""
    there, trap = receiver(says(200)), receiver(says(200))
    real, asked = socket.getaddrinfo, []

    def rebinding(host, port, *rest, **named):
        if host == "rebind.example":
            asked.append(host)
            return real("127.0.0.1", there.port if len(asked) == 1 else trap.port, *rest, **named)
        return real(host, port, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    assert client.post(f"http://rebind.example:{there.port}/", b"{}", {}).arrived
    assert asked == ["rebind.example"]
    assert len(there.messages) == 1 and trap.messages == []
    assert there.messages[0][0]["Host"] == f"rebind.example:{there.port}"


def test_the_next_address_is_tried_when_the_first_is_closed(receiver, monkeypatch, client):
    there = receiver(says(200))
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, there.port)) for ip in ("127.0.0.9", "127.0.0.1")]
    monkeypatch.setattr(http, "addresses", lambda *_, **__: [str(entry[4][0]) for entry in answers])
    assert client.post(there.address, b"{}", {}).arrived


def test_settings_of_the_environment_do_not_send_messages_through_a_proxy(receiver, monkeypatch, client):
    there, proxy = receiver(says(200)), receiver(says(500))
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
    with Client(allow_private=True) as fresh:
        assert fresh.post(there.address, b"{}", {}).arrived
    assert proxy.messages == []


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate for `localhost` that only its own context trusts: (server side, client side)."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(hours=1))
        .not_valid_after(today + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))


def test_a_certificate_is_checked_against_the_name_not_the_address(receiver, authority):
    theirs, ours = authority
    there = receiver(says(200), tls=theirs)
    with Client(allow_private=True, tls=ours) as client:
        assert client.post(there.address, b"{}", {}).arrived
        error = failure(client, there.address.replace("localhost", "127.0.0.1"))
    assert error.message == "127.0.0.1 has a certificate that is not trusted."
    assert not error.permanent


def test_an_unknown_authority_is_not_trusted(receiver, authority, client):
    there = receiver(says(200), tls=authority[0])
    assert "not trusted" in failure(client, there.address).message
    assert there.messages == []


def test_a_slow_server_behind_tls_is_ended_too(receiver, authority):
    there = receiver(drips_headers, tls=authority[0])
    with Client(allow_private=True, total=0.5, tls=authority[1]) as client:
        assert failure(client, there.address).message == "localhost took too long to answer."
