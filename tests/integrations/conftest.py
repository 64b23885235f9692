"""Real servers on this machine that behave as other people's servers do."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

ENDLESS, PAUSE = 20.0, 0.05  # seconds


@dataclass
class Receiver:
    """A web server, and what it was sent."""

    address: str
    port: int
    messages: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


class Quiet(ThreadingHTTPServer):
    """A server that does not print what its callers did to it."""

    def handle_error(self, request: object, client_address: object) -> None:
        return


Behaviour = Callable[[BaseHTTPRequestHandler], None]


def says(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answer at once."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def is_silent(handler: BaseHTTPRequestHandler) -> None:
    """Take the message and never answer."""
    time.sleep(ENDLESS)


def drips_headers(handler: BaseHTTPRequestHandler) -> None:
    """Answer one byte at a time, each well within the patience for one."""
    for letter in "HTTP/1.1 200 OK\r\nX-Slow: " + "a" * int(ENDLESS / PAUSE):
        handler.wfile.write(letter.encode())
        time.sleep(PAUSE)


def drips_body(handler: BaseHTTPRequestHandler) -> None:
    """Say 200 and then never come to an end."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(int(ENDLESS / PAUSE)):
        handler.wfile.write(b".")
        time.sleep(PAUSE)


def floods(handler: BaseHTTPRequestHandler) -> None:
    """Say 200 and send 50 MB."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(50):
        handler.wfile.write(b"x" * 1_000_000)


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """Take the message and break off."""
    handler.close_connection = True


def speaks_nonsense(handler: BaseHTTPRequestHandler) -> None:
    """Answer in no known language."""
    handler.wfile.write(b"\x00\x01 not http at all\r\n\r\n")


@pytest.fixture
def receiver() -> Iterator[Callable[..., Receiver]]:
    """Start a web server that behaves in the given way."""
    servers: list[ThreadingHTTPServer] = []

    def start(behave: Behaviour, tls: ssl.SSLContext | None = None) -> Receiver:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.messages.append((dict(self.headers.items()), body))
                with suppress(BrokenPipeError, ConnectionResetError):
                    behave(self)

            def log_message(self, format: str, *args: object) -> None:
                return

        server = Quiet(("127.0.0.1", 0), Handler)
        if tls:
            # The handshake waits for the handler's thread: a client that refuses us must not stop the server.
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.daemon_threads = True
        server.block_on_close = False
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        port = server.server_address[1]
        received = Receiver(f"{'https' if tls else 'http'}://localhost:{port}/in", port)
        return received

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
