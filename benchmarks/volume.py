"""Whether a desk's pages are as quick in a whole country as in a district."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlmodel import Session, select

from engine.access import signin
from engine.database import Store
from engine.demo.story import WOMAN_IN_OSH, Story
from engine.models.cases import Case
from engine.models.people import User
from engine.web.desk import COOKIE

from . import cloning, serving, world
from .measuring import Pair, Report
from .world import Databases

MOST = 1.5
FEW = 1_000
ONE_IN = 10  # clones that are open
CLOSED: dict[str, Any] = {"shelter_now": "no", "consent_identification": "refused"}
OPEN: dict[str, Any] = {"shelter_now": "no", "urgent_needs": []}
ALIVE = ("rights_and_consent", "screening", "second_opinion", "needs_and_risk", "case_plan")
DESKS = ("police_osh", "coordinator_osh", "coordinator_national")
Headers = dict[str, dict[str, str]]
Progress = Callable[[str], None]


def measure(databases: Databases, report: Report, many: int, samples: int, progress: Progress) -> None:
    """Ask two servers, one with few and one with many cases, for the same pages in turns."""
    few = min(FEW, many // 10)
    base = databases.prepared()
    store = world.open_store(base, databases.key)
    reference = _real(store, progress)
    closed, going = _models(store)
    with store.transaction() as session:
        headers = {login: _headers(session, login) for login in DESKS}
    world.rest(store)
    urls = []
    for size in (many, few):
        urls.append(url := databases.new(like=base))
        filled = world.open_store(url, databases.key)
        cloning.clone(filled, closed, size - size // ONE_IN, progress)
        cloning.clone(filled, going, size // ONE_IN, progress)
        world.rest(filled)
    with (
        serving.server(serving.engine, urls[0], databases.key) as large,
        serving.server(serving.engine, urls[1], databases.key) as small,
    ):
        _compare(report, (many, few), _pages(reference), headers, (large, small), samples)


def _real(store: Store, progress: Progress) -> str:
    """Cases at several stages, whose pages and desks are measured; returns the reference of the fullest."""
    reference = ""
    for element in ALIVE:
        story = Story(store, WOMAN_IN_OSH, frozenset({element}))
        reference = story.open("police_osh")
        story.play(reference)
        progress("Cases to be looked at")
    return reference


def _models(store: Store) -> tuple[str, str]:
    """The cases to be cloned: one closed, which fills the history of the measured desks, and one open elsewhere."""
    done = Story(store, WOMAN_IN_OSH | CLOSED)
    closed = done.open("police_osh")
    done.play(closed)
    resting = Story(store, WOMAN_IN_OSH | OPEN, frozenset({"screening"}))
    going = resting.open("border_guard")
    resting.play(going)
    with store.reading() as session:
        ids = [session.exec(select(Case.id).where(Case.reference == name)).one() for name in (closed, going)]
    return ids[0], ids[1]


def _headers(session: Session, login: str) -> dict[str, str]:
    """A signed-in person, for pages and for the API."""
    user = session.exec(select(User).where(User.login == login)).one()
    token = signin.issue_token(session, user, "bench")
    return {"Cookie": f"{COOKIE}={signin.begin(session, user)}", "Authorization": f"Bearer {token}"}


def _pages(reference: str) -> list[tuple[str, str, str]]:
    """What is asked for: a name, by whom, and where."""
    return [
        ("worklist, page of an agency", "police_osh", "/worklist"),
        ("worklist, page of a coordinator", "coordinator_osh", "/worklist"),
        ("worklist, API", "police_osh", "/api/v1/tasks"),
        ("case, page of the coordinator", "coordinator_osh", f"/cases/{reference}"),
        ("case, page of an agency", "police_osh", f"/cases/{reference}"),
        ("case, API", "coordinator_osh", f"/api/v1/cases/{reference}"),
        ("timeline of a case, API", "coordinator_osh", f"/api/v1/cases/{reference}/timeline"),
    ]


def _boards() -> list[tuple[str, str, str]]:
    """What is asked for too, but not promised: boards count every open case, of which the large database has more."""
    return [
        ("board of a region, page", "coordinator_osh", "/cases"),
        ("board of the country, API", "coordinator_national", "/api/v1/cases"),
    ]


def _compare(
    report: Report,
    sizes: tuple[int, int],
    pages: list[tuple[str, str, str]],
    headers: Headers,
    clients: tuple[serving.Client, serving.Client],
    samples: int,
) -> None:
    pairs: dict[str, Pair] = defaultdict(Pair)
    statements: dict[str, int] = {}
    for number in range(samples + 2):
        for name, login, path in (*pages, *_boards()):
            turn = clients if number % 2 else clients[::-1]
            answers = {id(client): client.send("GET", path, headers=headers[login]) for client in turn}
            large, small = (answers[id(client)] for client in clients)
            if (large.status, small.status) != (200, 200):
                raise RuntimeError(f"{name}: {path} answers {large.status} and {small.status}.")
            statements[name] = large.statements
            if number >= 2:  # the first ones compile templates and open connections
                pairs[name].measured.append(large.milliseconds)
                pairs[name].base.append(small.milliseconds)
    for name, pair in pairs.items():
        ratio = pair.ratio(f"{name}: {sizes[0]:,} cases : {sizes[1]:,}", MOST)
        promised = name in {page for page, _, _ in pages}
        if promised:
            report.promises.append(ratio)
        told = "" if promised else f", {ratio.measured:.1f} ms : {ratio.base:.1f} ms = {ratio.value:.2f}"
        report.figures.append((name, f"{statements[name]} statements{told}"))
