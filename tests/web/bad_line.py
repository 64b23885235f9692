"""A bad line between a browser and a server: slow, far, lossy, and sometimes cut. It knows requests, not pages.

One radio cell for all connections of the phone, each way of its own: `RATE` bits a second, and `ONE_WAY` seconds of
distance, so that 800 ms lie between a question and its answer. Every twentieth segment is lost: it arrives after one
timeout of retransmission, and what follows on its connection waits behind it, as TCP has it. A new connection costs
a handshake. Which segments are lost is drawn from a seed.
"""

import asyncio
import random
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tests.people import Answer

RATE = 50_000
ONE_WAY = 0.4
LOSS = 0.05
SEGMENT = 1448  # what a packet of 1500 bytes carries
PACKET = 52  # its headers
RESENT = 1.0  # the least that RFC 6298 waits before a segment is sent again


class Where(StrEnum):
    """Where a request is cut off."""

    MIDDLE = "half of it has arrived"
    ANSWER = "all of it has arrived and is done, and the answer is on its way"


@dataclass
class Cut:
    """The line breaks at the requests that begin so, this often."""

    request: str
    where: Where
    times: int = 1

    def falls(self, head: bytes) -> bool:
        """Whether it breaks now."""
        if self.times and re.match(self.request.encode(), head):
            self.times -= 1
            return True
        return False


@dataclass(frozen=True)
class Carried:
    """What a line has carried, or carried since a moment."""

    bytes: int = 0  # both ways, headers of the packets included
    segments: int = 0
    lost: int = 0
    requests: tuple[str, ...] = ()
    connections: int = 0

    def since(self, earlier: "Carried") -> "Carried":
        """The difference."""
        return Carried(
            self.bytes - earlier.bytes,
            self.segments - earlier.segments,
            self.lost - earlier.lost,
            self.requests[len(earlier.requests) :],
            self.connections - earlier.connections,
        )

    def seconds(self) -> float:
        """How long this takes on a bad line where one thing follows the other, however fast the machines are."""
        turns = len(self.requests) + self.connections
        return turns * 2 * ONE_WAY + self.bytes * 8 / RATE + self.segments * LOSS * RESENT


@dataclass
class Line:
    """A line to the port of a server; nothing is slow or lost until it is told to be `bad`.

    `address` is its near end; `down` refuses everything; `cut` breaks it once in a while.
    """

    port: int
    bad: bool = False
    down: bool = False
    cut: Cut | None = None
    address: str = ""
    carried: Carried = field(default_factory=Carried)
    _ends: list[list[asyncio.StreamWriter]] = field(default_factory=list)
    _chance: random.Random = field(default_factory=lambda: random.Random(5))
    _free_at: dict[str, float] = field(default_factory=lambda: {"up": 0.0, "down": 0.0})

    @property
    def handshake(self) -> float:
        """How long a new connection takes before it carries anything."""
        return 2 * ONE_WAY if self.bad else 0

    def arrival(self, way: str, size: int, now: float) -> float:
        """When a segment sent now arrives at the other end; it waits for what the cell carries already."""
        weight = size + PACKET
        lost = self.bad and self._chance.random() < LOSS
        self._count(bytes=weight, segments=1, lost=int(lost))
        if not self.bad:
            return now
        self._free_at[way] = max(self._free_at[way], now) + weight * 8 / RATE
        return self._free_at[way] + ONE_WAY + (RESENT if lost else 0)

    def asked(self, head: bytes) -> None:
        """Note a request."""
        self._count(requests=(head.split(b" HTTP", 1)[0].decode("latin-1"),))

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until one side ends it, or the line breaks."""
        ends = [writer]
        self._ends.append(ends)
        try:
            if self.down:
                raise Broken
            self._count(connections=1)
            answers, server = await asyncio.open_connection("127.0.0.1", self.port)
            ends.append(server)
            async with asyncio.TaskGroup() as both:
                connection = _Connection(self, _Pipe(self, "up", server, both), _Pipe(self, "down", writer, both))
                both.create_task(connection.ask(reader))
                both.create_task(connection.answer(answers))
        except* (Broken, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._ends.remove(ends)
            _hang_up(ends)

    def _count(self, requests: tuple[str, ...] = (), **more: int) -> None:
        was = self.carried
        added = {name: getattr(was, name) + number for name, number in more.items()}
        self.carried = replace(was, requests=was.requests + requests, **added)


def carried(answers: Sequence[Answer]) -> Carried:
    """What a line would have carried for these answers to a browser that is connected already."""
    sizes = []
    for answer in answers:
        asked = answer.request
        sizes += [_size(asked.headers, asked.content), _size(answer.headers, answer.content)]
    parts = sum(size // SEGMENT + 1 for size in sizes)
    requests = tuple(f"{answer.request.method} {answer.request.url.path}" for answer in answers)
    return Carried(sum(sizes) + parts * PACKET, parts, requests=requests)


def _size(headers: Mapping[str, str], body: bytes) -> int:
    return sum(len(name) + len(value) + 4 for name, value in headers.items()) + len(body)


class Broken(Exception):
    """This connection is gone, and neither side was told why."""


class _Pipe:
    """One way of one connection: what is put in comes out later, in order."""

    def __init__(self, line: Line, way: str, end: asyncio.StreamWriter, tasks: asyncio.TaskGroup) -> None:
        self.line, self.way, self.end = line, way, end
        self.waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        self.clock = asyncio.get_running_loop().time
        self.open_at = self.clock() + line.handshake
        tasks.create_task(self._deliver())

    def put(self, data: bytes) -> None:
        for start in range(0, len(data), SEGMENT):
            part = data[start : start + SEGMENT]
            arrives = self.line.arrival(self.way, len(part), max(self.clock(), self.open_at))
            self.waiting.put_nowait((arrives, part))

    async def empty(self) -> None:
        """Wait until everything has come out."""
        await self.waiting.join()

    async def _deliver(self) -> None:
        while True:
            arrives, part = await self.waiting.get()
            await asyncio.sleep(arrives - self.clock())
            self.end.write(part)
            await self.end.drain()
            self.waiting.task_done()


class _Connection:
    """One connection: the browser's requests one way, the server's answers the other."""

    def __init__(self, line: Line, up: _Pipe, down: _Pipe) -> None:
        self.line, self.up, self.down = line, up, down
        self.deaf = False  # the answer that comes next is not heard

    async def ask(self, reader: asyncio.StreamReader) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if self.line.down:
                raise Broken
            self.line.asked(head)
            length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1])) if length else b""
            cut = self.line.cut
            falls = cut is not None and cut.falls(head)
            if falls and cut and cut.where is Where.MIDDLE:
                self.up.put(head + body[: len(body) // 2])
                await self.up.empty()
                raise Broken
            self.deaf = falls
            self.up.put(head + body)

    async def answer(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(SEGMENT):
            if self.deaf:
                raise Broken
            self.down.put(data)
        await self.down.empty()
        raise Broken


def _hang_up(ends: list[asyncio.StreamWriter]) -> None:
    for end in ends:
        end.transport.abort()


@contextmanager
def line_to(site: str) -> Iterator[Line]:
    """A line to a running server, in a thread of its own."""
    line = Line(int(site.rsplit(":", 1)[1]))
    loop = asyncio.new_event_loop()
    started, ended = threading.Event(), asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(line.meet, "127.0.0.1", 0)
        line.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        started.set()
        await ended.wait()
        server.close()
        for ends in line._ends:
            _hang_up(ends)
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)
        await asyncio.sleep(0)  # what was aborted is closed in the next round

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), name="bad line")
    thread.start()
    started.wait()
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
