"""Turns: so many requests are worked on at once; the others wait without a thread and without a connection.

Without it, requests that wait for the one writer would hold every thread, and the writer itself could not go on.
"""

from collections.abc import AsyncIterator

from anyio import Semaphore
from anyio.lowlevel import RunVar

AT_ONCE = 24  # fewer than there are threads (40) and connections to a server (40)

_turns: RunVar[Semaphore] = RunVar("nrm_turns")  # one for each event loop


async def turn() -> AsyncIterator[None]:
    """Wait for a turn, and keep it until the request is done."""
    try:
        turns = _turns.get()
    except LookupError:
        turns = Semaphore(AT_ONCE)
        _turns.set(turns)
    async with turns:
        yield
