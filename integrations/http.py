"""The one seam to httpx: time limits, no redirects, bounded answers, no way into our own network."""

import ipaddress
import re
import socket
import ssl
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

NAT64 = ipaddress.ip_network("64:ff9b::/96")
RETRY_LATER = frozenset({408, 425, 429})
HOST = re.compile(rb"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]+")
PATIENCE = httpx.Timeout(10.0, connect=5.0)


class DeliveryFailed(Exception):
    """A message did not arrive. `permanent`: trying again unchanged is of no use."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent


@dataclass(frozen=True)
class Answer:
    """What the other side said. `cut`: its body was longer, or came slower, than we wait for."""

    status: int
    body: bytes
    cut: bool

    @property
    def arrived(self) -> bool:
        """Whether the other side says that it has it."""
        return 200 <= self.status < 300


class Client:
    """Sends requests out. One per worker; safe to share between threads.

    `allow_private` lets it reach this machine and private networks, over plain http too: for training only.
    `total` bounds one request in seconds, all in all; `limit` bounds what is read of an answer, in bytes.
    `tls` replaces the trusted certificates, where a government has an authority of its own.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        total: float = 20.0,
        limit: int = 65_536,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._total = total
        self._limit = limit
        # No connection is kept: it was made for one name at an address that other names may share.
        self._httpx = httpx.Client(
            verify=tls or ssl.create_default_context(),
            timeout=PATIENCE,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
            headers={"User-Agent": "nrm-engine", "Accept-Encoding": "identity"},
        )

    def post(self, url: str, content: bytes, headers: dict[str, str]) -> Answer:
        """Send, and give the answer whatever it says. `DeliveryFailed` where there was none."""
        target = _parsed(url, plain=self._allow_private)
        failure = DeliveryFailed(f"{target.host} has no address that can be used.", permanent=False)
        with _Limit(self._total) as limit:
            for address in addresses(target, allow_private=self._allow_private):
                try:
                    return self._exchange(target, address, content, headers, limit)
                except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                    failure = _explained(target.host, error, limit)
                except httpx.TransportError as error:
                    raise _explained(target.host, error, limit) from error
        raise failure

    def _exchange(
        self, target: httpx.URL, address: str, content: bytes, headers: dict[str, str], limit: "_Limit"
    ) -> Answer:
        """Talk to the very address that was checked, so that a second look-up cannot lead elsewhere."""
        request = self._httpx.stream(
            "POST",
            target.copy_with(host=address),
            content=content,
            headers={**headers, "Host": target.netloc.decode("ascii")},
            extensions={"sni_hostname": target.raw_host.decode("ascii"), "trace": limit.watch},
        )
        with request as response:
            body, cut = self._read(response)
            return Answer(response.status_code, body, cut or limit.passed)

    def _read(self, response: httpx.Response) -> tuple[bytes, bool]:
        body = b""
        try:
            for piece in response.iter_raw():
                body += piece
                if len(body) > self._limit:
                    return body[: self._limit], True
        except httpx.TransportError:
            return body, True
        return body, False

    def close(self) -> None:
        """Give everything back."""
        self._httpx.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def require_arrival(host: str, answer: Answer) -> None:
    """Nothing where the other side has it; else `DeliveryFailed`, permanent where asking again is no use."""
    if answer.arrived:
        return
    if answer.status < 400:
        message = f"{host} points elsewhere ({answer.status}). Enter the address that it points to."
        raise DeliveryFailed(message, permanent=True)
    permanent = answer.status < 500 and answer.status not in RETRY_LATER
    said = "refused the message" if permanent else "could not take the message now"
    raise DeliveryFailed(f"{host} {said} ({answer.status}).", permanent=permanent)


def addresses(target: httpx.URL, *, allow_private: bool) -> list[str]:
    """The addresses of a host. One private address among them, and none is used."""
    try:
        found = socket.getaddrinfo(target.raw_host.decode("ascii"), target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise DeliveryFailed(f"{target.host} was not found.", permanent=False) from error
    unique = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not allow_private and not all(is_public(address) for address in unique):
        message = f"{target.host} is not a public address. Messages are sent to public addresses only."
        raise DeliveryFailed(message, permanent=True)
    return unique


def is_public(address: str) -> bool:
    """Whether an address lies in the open internet, also when it hides an older one inside."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip.sixtofour or ip.teredo or ip in NAT64:
            return False
    return ip.is_global and not ip.is_multicast


def _parsed(url: str, *, plain: bool) -> httpx.URL:
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise DeliveryFailed("The address is not a web address.", permanent=True) from error
    if target.scheme not in (("https", "http") if plain else ("https",)):
        raise DeliveryFailed("The address must begin with https://.", permanent=True)
    if not HOST.fullmatch(target.raw_host) or not 0 < (target.port or 443) < 65_536 or target.userinfo:
        message = "The address must name a host that can exist, and no user or password."
        raise DeliveryFailed(message, permanent=True)
    return target


def _explained(host: str, error: httpx.TransportError, limit: "_Limit") -> DeliveryFailed:
    if limit.passed or isinstance(error, httpx.TimeoutException):
        return DeliveryFailed(f"{host} took too long to answer.", permanent=False)
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return DeliveryFailed(f"{host} has a certificate that is not trusted.", permanent=False)
    if isinstance(error, httpx.ConnectError):
        return DeliveryFailed(f"{host} could not be reached.", permanent=False)
    return DeliveryFailed(f"{host} broke off the connection.", permanent=False)


class _Limit:
    """Ends a connection when its time is up. httpx bounds each wait only, and a server may drip for ever."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, event: str, info: dict[str, Any]) -> None:
        """Called by httpx at each step; keeps hold of the connection that is in use."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.passed:
                self._end()

    def _end(self) -> None:
        self.passed = True
        if self._socket is not None:
            try:
                # Not the method of a TLS socket: that one would pull the session from under its reader.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                return
