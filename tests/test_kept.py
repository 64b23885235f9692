"""A beginning that is put back loses nothing and is as it was."""

from sqlmodel import select

from engine.audit import reconcile
from engine.database import Store
from engine.models.cases import Case
from tests.factories import case_at, make_case
from tests.verbs.scene import Scene


def test_it_is_the_same_case_again(store: Store) -> None:
    """Run after each other, the two look at one beginning in two databases."""
    _looks_right(store)


def test_and_again(store: Store) -> None:
    _looks_right(store)


def test_what_a_test_has_written_before_stays(store: Store) -> None:
    first = make_case(store)
    case_at(store, "stay_review", "case_plan")
    with store.reading() as session:
        assert session.exec(select(Case).where(Case.reference == first)).first() is not None


def _looks_right(store: Store) -> None:
    scene = Scene(store, case_at(store, "stay_review", "case_plan"))
    assert set(scene.open()) == {"stay_review", "case_plan"}
    with store.reading() as session:
        assert reconcile.verify(session).intact
