"""Three in the morning in a police station: a phone, five answers, and others are asked for help before two minutes."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from engine import timelines
from engine.database import Store
from engine.demo.agencies import PASSWORD
from engine.models.cases import Case, Consent, ConsentAnswer
from engine.models.people import Agency
from engine.models.work import PENDING_HANDOFF, Deadline, DeadlineState, Handoff, UserTask
from tests.factories import open_task
from tests.people import OFFICER
from tests.times import Times
from tests.web.hand import Hand, Open

pytestmark = [pytest.mark.once, pytest.mark.browser]

MOST_ACTS = 12  # from the empty sign-in page to the first urgent offer
MOST_PAGES = 4  # sign-in, worklist, intake, and the worklist again, which says that it is done
NIGHT = {"hours": 17}  # after ten in the morning: three at night
FIVE = {"age_band": "unknown", "sex": "female", "shelter_now": "yes", "language": "unknown", "detained": "unknown"}
SHELTERS = {"shelter_osh", "shelter_bishkek"}


def take_in(hand: Hand, answers: dict[str, str]) -> None:
    """Sign in, open a case where one stands, give these answers; nothing else."""
    hand.types("login", OFFICER)
    hand.types("password", PASSWORD)
    hand.presses("Sign in", "**/worklist")
    hand.presses("Open a case: Osh and the south", "**/form/*")
    for name, answer in answers.items():
        hand.chooses(name, answer)
    hand.presses("Finish", "**/worklist?done=completed")


def asked(session: Session, element: str) -> dict[str, Handoff]:
    """The urgent offers of a step that were made, by the agency asked; each is in the record."""
    case = session.exec(select(Case)).one()  # one was opened, and only one
    query = (
        select(Agency.code, Handoff)
        .join(Agency, col(Agency.id) == Handoff.receiver_id)
        .where(Handoff.element == element, Handoff.case_id == case.id, col(Handoff.state).in_(PENDING_HANDOFF))
    )
    found = dict(session.exec(query).all())
    entries = [leaf for leaf in timelines.leaves(session, case.id) if leaf["action"] == "handoff.offered"]
    assert {h.id for h in found.values()} <= {leaf["subject"][1] for leaf in entries}
    return found


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_five_answers_that_say_little(opened: Open, store: Store, times: Times, script: bool) -> None:
    """Hardly anything is known. An unknown age was said, not assumed: it is protected as a child's, without consent."""
    times.go_on(**NIGHT)
    hand = Hand(opened("", "/sign-in", script=script))
    take_in(hand, FIVE)
    assert len(hand.acts) <= MOST_ACTS, hand.acts
    assert len(hand.pages) <= MOST_PAGES, hand.pages
    with store.reading() as session:
        beds, guards = asked(session, "shelter_arrival"), asked(session, "child_notice")
        assert beds.keys() == SHELTERS and guards.keys() == {"child_protection"}
        for offer in [*beds.values(), *guards.values()]:
            assert offer.urgent and offer.ground and not offer.consent_id
        assert session.exec(select(Consent)).all() == []
        check_paper(session)


def test_an_adult_agrees_to_a_bed_and_a_doctor(opened: Open, store: Store, times: Times) -> None:
    """The most that a night asks for: she is grown up and is asked first, and she needs a bed and a doctor."""
    times.go_on(**NIGHT)
    hand = Hand(opened("", "/sign-in"))
    take_in(hand, FIVE | {"age_band": "adult", "urgent_needs": "medical", "consent_urgent_help": "given"})
    assert len(hand.acts) <= MOST_ACTS, hand.acts
    assert len(hand.pages) <= MOST_PAGES, hand.pages
    with store.reading() as session:
        consent = session.exec(select(Consent)).one()
        assert (consent.purpose, consent.answer) == ("urgent_help", ConsentAnswer.GIVEN)
        beds, doctors = asked(session, "shelter_arrival"), asked(session, "service_first_contact")
        assert beds.keys() == SHELTERS and "health" in doctors
        assert all(o.urgent and o.consent_id == consent.id for o in [*beds.values(), *doctors.values()])
        check_paper(session)


def test_an_answer_that_was_not_given_is_asked_for(opened: Open, store: Store) -> None:
    """Not known is an answer somebody gives; a question passed over is none."""
    hand = Hand(opened(OFFICER, "/worklist", script=False))
    hand.presses("Open a case: Osh and the south", "**/form/*")
    hand.presses("Finish", "**/completion")
    for name in FIVE:
        hand.reads(f'.govuk-error-summary a[href="#{name}"]')
    with store.reading() as session:
        assert session.exec(select(Handoff)).all() == []


def check_paper(session: Session) -> None:
    """The paper follows within three days, as a duty of who took the person in."""
    case = session.exec(select(Case)).one()
    task = open_task(session, case.reference, "paper_follow_up")
    assert task.holder_id == case.opened_by_id
    assert task.due_at == task.opened_at + timedelta(hours=72)
    running = select(Deadline).where(Deadline.about_id == task.id, Deadline.state == DeadlineState.RUNNING)
    assert [row.due_at for row in session.exec(running).all()] == [task.due_at]
    intake = session.exec(select(UserTask).where(UserTask.element == "intake")).one()
    assert intake.ended_at == task.opened_at
    opened = [leaf for leaf in timelines.leaves(session, case.id) if leaf["action"] == "task.opened"]
    assert task.id in {leaf["subject"][1] for leaf in opened}
