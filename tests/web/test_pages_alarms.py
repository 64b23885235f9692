"""What an alarm says: which duty, whose, and whom to call, as far as its reader may know."""

from datetime import timedelta

from sqlmodel import select

from engine import clock, worker
from engine.database import Store
from engine.models.people import Agency
from tests.factories import case_at, open_task
from tests.people import COORDINATOR, SOCIAL_WORKER, Crew
from tests.times import ahead


def test_a_late_duty_is_named_with_who_holds_it(crew: Crew, store: Store) -> None:
    case = case_at(store, "stay_care_plan", "screening", answers={"urgent_needs": []})
    with store.reading() as session:
        duty = open_task(session, case, "stay_care_plan")
        holder = session.get_one(Agency, duty.holder_id)
    assert duty.due_at is not None
    with ahead(duty.due_at - clock.now() + timedelta(days=3)):
        worker.drain(store)
    held, steered = crew[SOCIAL_WORKER].page("/alarms"), crew[COORDINATOR].page("/alarms")
    assert f'href="/tasks/{duty.id}"' in held
    assert "This is your own duty" in held
    assert holder.phone not in held
    assert f'href="/tasks/{duty.id}"' in steered
    assert holder.name in steered
    assert holder.phone in steered
    with store.reading() as session:
        own = session.exec(select(Agency.phone).where(Agency.code == "coordinator_osh")).one()
    assert own not in steered
    assert "A duty is late</strong>: " in crew[COORDINATOR].page(f"/cases/{case}")
