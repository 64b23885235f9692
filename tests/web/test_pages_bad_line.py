"""The pages on a bad line: slow, far, lossy, cut in the middle of a word. Nothing typed is lost, nothing done twice."""

import logging
import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect
from sqlmodel import Session, select

from engine import act as acts
from engine import answers, timelines
from engine.database import Store
from engine.models.answers import Draft
from engine.models.cases import Case
from engine.models.work import Handoff, TaskStatus, UserTask
from tests.people import OFFICER, actor
from tests.web.bad_line import LOSS, ONE_WAY, PACKET, RATE, RESENT, SEGMENT, Carried, Cut, Line, Where, line_to
from tests.web.hand import Open

pytestmark = [pytest.mark.once, pytest.mark.browser]

SAVED_WITHIN = 20  # seconds, from the touch on "Finish" to the page that says that it is done
FIRST_VISIT = 30  # the worklist with nothing kept: styles, and on a phone without any known font those as well
NEXT_PAGE = 10  # any page after it
FIVE = {"age_band": "unknown", "sex": "female", "shelter_now": "yes", "language": "uz", "detained": "unknown"}
WORDS = "Не может подниматься по лестнице; боится громких голосов."
COMPLETION = r"POST /tasks/\w+/completion"
ALWAYS = 1000


@pytest.fixture
def line(site: str) -> Iterator[Line]:
    with line_to(site) as made:
        yield made


def test_the_line_is_as_bad_as_it_says() -> None:
    line = Line(0, bad=True)
    arrivals = [line.arrival("down", SEGMENT, 0.0) for _ in range(1000)]
    pure = [(at + 1) * (SEGMENT + PACKET) * 8 / RATE + ONE_WAY for at in range(1000)]
    late = [arrived - best for arrived, best in zip(arrivals, pure, strict=True)]
    assert {round(one, 6) for one in late} == {0, RESENT}
    assert line.carried.lost == sum(one > 0.5 for one in late)
    assert abs(line.carried.lost / 1000 - LOSS) < 0.02
    assert line.arrival("up", 100, 0.0) < 1, "one way does not wait for the other"


def test_an_intake_is_saved_within_twenty_seconds(opened: Open, line: Line, store: Store) -> None:
    page = opened(OFFICER, "/worklist", at=line.address)
    page.wait_for_load_state("networkidle")
    assert line.carried.seconds() < FIRST_VISIT, line.carried
    line.bad = True

    before = line.carried
    page.click("main button[name=region]")
    page.wait_for_url("**/form/*", timeout=60_000)
    came = line.carried.since(before)
    assert came.seconds() < NEXT_PAGE, came
    assert _kept(came) == ["form.js"], "what is the same on every page does not come again"

    fill(page)
    before, pressed = line.carried, time.monotonic()
    page.click("button[value=continue]")
    page.wait_for_url("**/worklist?done=completed", timeout=60_000)
    sent = line.carried.since(before)
    assert time.monotonic() - pressed < SAVED_WITHIN, sent
    assert sent.seconds() < SAVED_WITHIN / 2, sent
    assert _kept(sent) == []
    assert len(sent.requests) <= 4, sent.requests  # at most two drafts on the way, the form, the next page
    check_once(store)


@pytest.mark.parametrize(
    ("where", "script"), [(Where.MIDDLE, False), (Where.ANSWER, False), (Where.ANSWER, True)], ids=str
)
def test_the_browser_sends_again(
    opened: Open, line: Line, store: Store, where: Where, script: bool, caplog: pytest.LogCaptureFixture
) -> None:
    page = begin(opened, line, script=script)
    logging.getLogger("uvicorn").addHandler(caplog.handler)  # it hands nothing on to the root
    line.cut = Cut(COMPLETION, where)
    page.click("button[value=continue]")
    said = "Already received at" if where is Where.ANSWER else "Duties"
    expect(page.locator("h1")).to_contain_text(said)
    assert sum(bool(re.match(COMPLETION, asked)) for asked in line.carried.requests) == 2
    check_once(store)
    logging.getLogger("uvicorn").removeHandler(caplog.handler)
    assert not [told for told in caplog.records if told.name.startswith("uvicorn")], (
        "a line that breaks is no fault of the server"
    )


def test_a_person_sends_again_what_had_been_received(opened: Open, line: Line, store: Store) -> None:
    """Without a script: the browser gives up, the person presses “reload”, and it sends the very same form."""
    page = begin(opened, line, script=False)
    line.cut = Cut(COMPLETION, Where.ANSWER, ALWAYS)
    page.click("button[value=continue]")
    gives_up(page)
    line.cut = None
    page.reload()
    expect(page.locator("h1")).to_contain_text("Already received at")
    check_once(store)


def test_a_person_goes_back_to_what_was_typed(opened: Open, line: Line, store: Store) -> None:
    """With a script: the words went ahead as a draft, so the page one comes back to has all of them."""
    page = begin(opened, line)
    line.cut = Cut(COMPLETION, Where.MIDDLE, ALWAYS)
    page.click("button[value=continue]")
    gives_up(page)
    line.cut = None
    page.go_back()
    page.wait_for_url("**/form/*")
    expect(page.locator("[name=note]")).to_have_value(WORDS)
    for name, value in FIVE.items():
        expect(page.locator(f'[name="{name}"][value="{value}"]')).to_be_checked()
    page.click("button[value=continue]")
    page.wait_for_url("**/worklist?done=completed")
    check_once(store)


def test_without_a_line_the_page_stays_and_sends_by_itself(opened: Open, line: Line, store: Store) -> None:
    page = begin(opened, line)
    line.down = True
    page.fill("[name=note]", WORDS + " Ночью.")
    page.click("button[value=continue]")
    expect(page.locator("[data-saved]")).to_contain_text("Not sent yet: the line is down.")
    expect(page.locator("[name=note]")).to_have_value(WORDS + " Ночью.")
    line.down = False
    page.wait_for_url("**/worklist?done=completed")
    check_once(store, WORDS + " Ночью.")


def test_what_is_typed_before_the_script_has_come_is_saved_too(opened: Open, line: Line, store: Store) -> None:
    page = opened(OFFICER, "/worklist", at=line.address)
    held: list[Route] = []
    page.route("**/form.js*", lambda route: held.append(route))
    page.click("main button[name=region]", no_wait_after=True)
    page.locator("[name=note]").fill(WORDS)
    with page.expect_response("**/draft") as answer:
        held[0].continue_()
        page.wait_for_load_state()
        page.focus("[name=alias]")
    assert answer.value.ok
    page.unroute_all()
    page.reload()
    expect(page.locator("[name=note]")).to_have_value(WORDS)


def test_a_case_is_opened_once(opened: Open, line: Line, store: Store) -> None:
    """The case is there, the answer was lost, and the person tries again."""
    page = opened(OFFICER, "/worklist", at=line.address, script=False)
    line.cut = Cut("POST /cases", Where.ANSWER, ALWAYS)
    page.click("main button[name=region]")
    gives_up(page)
    line.cut = None
    page.reload()
    page.wait_for_url("**/form/*")
    with store.reading() as session:
        case = session.exec(select(Case)).one()
        assert [leaf["action"] for leaf in timelines.leaves(session, case.id)].count("case.opened") == 1
    page.goto(f"{line.address}/worklist")  # or begins anew: the case is the first that is seen
    expect(page.locator(".card").first).to_contain_text(case.reference)


def gives_up(page: Page) -> None:
    """Wait until the browser shows its own page, that the site does not answer."""
    for _ in range(600):
        if page.url.startswith("chrome-error:"):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"The browser still shows {page.url}.")


def begin(opened: Open, line: Line, *, script: bool = True) -> Page:
    """An intake that has been filled in, and not sent."""
    page = opened(OFFICER, "/worklist", at=line.address, script=script)
    page.click("main button[name=region]")
    page.wait_for_url("**/form/*")
    fill(page)
    return page


def fill(page: Page) -> None:
    """Five answers, and words that must not be lost."""
    for name, value in FIVE.items():
        page.check(f'[name="{name}"][value="{value}"]')
    page.fill("[name=note]", WORDS)


def check_once(store: Store, words: str = WORDS) -> None:
    """One case, taken in once with every word, each agency asked once, and no half-typed draft is left."""
    with store.transaction() as session:
        case = session.exec(select(Case)).one()
        task = session.exec(select(UserTask).where(UserTask.element == "intake")).one()
        assert task.status is TaskStatus.DONE
        entries = timelines.leaves(session, case.id)
        assert [leaf["subject"][1] for leaf in entries if leaf["action"] == "task.completed"] == [task.id]
        asked = [(offer.task_id, offer.receiver_id) for offer in session.exec(select(Handoff)).all()]
        assert asked and len(asked) == len(set(asked))
        assert session.exec(select(Draft)).all() == []
        given = _answers(session, case, task)
        assert given["note"] == words
        assert FIVE.items() <= given.items()


def _answers(session: Session, case: Case, task: UserTask) -> dict[str, object]:
    return answers.of_task(acts.begin(session, case.id, actor(session, OFFICER)), task)


def _kept(carried: Carried) -> list[str]:
    """The static files that were asked for."""
    return [name for asked in carried.requests for name in re.findall(r"/static/(?:.*/)?([^?/]+)", asked)]
