"""Two cases of one person: who leads afterwards, what the old lead had offered or been given, and earlier episodes."""

import pytest
from sqlmodel import select

from engine import cases, changes, handoffs, handovers, links, takeovers
from engine.database import Store
from engine.errors import Conflict, Invalid
from engine.models.cases import Case, CaseStatus
from engine.models.work import Handoff, HandoffState
from tests.factories import case_at, make_case
from tests.people import actor
from tests.verbs.scene import Scene

NATIONAL, OSH, BISHKEK = "coordinator_national", "coordinator_osh", "coordinator_bishkek"


@pytest.fixture
def scene(store: Store) -> Scene:
    """A case of Osh whose plan is being made."""
    return Scene(store, case_at(store, "stay_review", "case_plan"))


def link(scene: Scene) -> None:
    """A second case of the same person, in Bishkek, leads."""
    leading = case_at(scene.store, "intake", login="police_bishkek")
    with scene.store.transaction() as session:
        links.same_person(session, leading, scene.reference, by=actor(session, NATIONAL))


def give(scene: Scene, element: str, desk: str, login: str) -> Handoff:
    """The lead is offered to another desk."""
    task, agency = scene.task(element), scene.agency(desk)
    return scene.act(login, lambda s, by: handovers.offer(s, task.id, agency, reason="moved_region", by=by))


def test_what_the_old_lead_had_offered_is_recalled(scene: Scene) -> None:
    give(scene, "case_plan", NATIONAL, OSH)
    link(scene)
    assert scene.case().lead_agency_id == scene.agency(BISHKEK)
    assert scene.handoff("case_plan", NATIONAL).state is HandoffState.RECALLED
    assert scene.open()["case_plan"] == BISHKEK
    scene.check_record()


def test_the_handoff_under_which_the_old_lead_led_has_ended(scene: Scene) -> None:
    offer = give(scene, "case_plan", NATIONAL, OSH)
    scene.act(NATIONAL, lambda s, by: handoffs.accept(s, offer.id, by=by))
    scene.act("shelter_osh", lambda s, by: changes.danger(s, scene.reference, by=by))
    link(scene)
    held = scene.handoff("case_plan", NATIONAL)
    assert (held.state, held.outcome) == (HandoffState.PARTLY_DONE, "handed_over")
    assert scene.open()["safety_plan"] == BISHKEK
    scene.check_record()


def close(scene: Scene) -> None:
    scene.act(NATIONAL, lambda s, by: changes.opened_in_error(s, scene.reference, reason="opened_in_error", by=by))


def episode(scene: Scene) -> Scene:
    """The person of a closed case is found again."""
    return Scene(scene.store, scene.act(NATIONAL, lambda s, by: links.new_episode(s, scene.reference, by=by)).reference)


def same(leading: Scene, follower: Scene) -> str:
    """One leads the other; the id of the link."""
    made: str = leading.act(
        NATIONAL, lambda s, by: links.same_person(s, leading.reference, follower.reference, by=by).id
    )
    return made


def undo(scene: Scene, link_id: str, login: str = NATIONAL) -> None:
    scene.act(login, lambda s, by: links.undo(s, link_id, by=by))


def persons(*scenes: Scene) -> list[str]:
    return [scene.case().person_id for scene in scenes]


def test_earlier_episodes_come_along_and_go_back(store: Store) -> None:
    old, other = Scene(store, make_case(store)), Scene(store, make_case(store))
    close(old)
    new = episode(old)
    theirs, own = persons(old, other)
    link = same(other, new)
    assert persons(old, new, other) == [own, own, own]
    assert old.actions()[-1] == "case.linked"
    undo(other, link)
    assert persons(old, new, other) == [theirs, theirs, own]
    assert [a for a, _ in old.recorded()][-1] == "case.unlinked"
    old.check_record()


def test_an_episode_opened_after_the_link_goes_with_whom_it_was_opened_for(store: Store) -> None:
    one, two = Scene(store, make_case(store)), Scene(store, make_case(store))
    own, theirs = persons(one, two)
    link = same(one, two)
    close(two)
    later = episode(two)
    close(one)
    again = episode(one)
    assert persons(one, two, later, again) == [own] * 4
    undo(one, link)
    assert persons(one, two, later, again) == [own, theirs, theirs, own]
    one.check_record()


def test_links_are_no_chain_of_persons_either(store: Store) -> None:
    old, other, third = (Scene(store, make_case(store)) for _ in range(3))
    close(old)
    new = episode(old)
    link = same(other, new)
    for leading, follower in ((third, other), (new, third), (third, new), (third, old)):
        with pytest.raises(Conflict, match="Undo that link first"):
            same(leading, follower)
    with pytest.raises(Conflict, match="already of one person"):
        same(other, old)
    undo(other, link)
    same(third, old)
    assert persons(old, new) == persons(third, third)
    third.check_record()


def test_an_open_case_is_linked_with_an_earlier_closed_one(store: Store) -> None:
    old, new = Scene(store, case_at(store, "stay_review", "case_plan")), Scene(store, make_case(store, "border_guard"))
    close(old)
    theirs, before = old.case().person_id, [(t.id, t.status, t.revision) for t in old.tasks()]
    with pytest.raises(Conflict, match="from the page of the open case"):
        same(old, new)
    link = same(new, old)
    assert persons(old, new) == persons(new, new)
    assert (old.case().status, old.open()) == (CaseStatus.CLOSED, {})
    assert [(t.id, t.status, t.revision) for t in old.tasks()] == before
    old.act(NATIONAL, lambda s, by: links.undo(s, link, by=by))
    assert (old.actions(), old.case().person_id) == (["case.unlinked"], theirs)
    old.check_record()


def test_a_closed_case_goes_back_to_the_desk_that_led_it(scene: Scene) -> None:
    leading = Scene(scene.store, case_at(scene.store, "intake", login="police_bishkek"))
    made = same(leading, scene)
    assert scene.case().lead_agency_id == scene.agency(BISHKEK)
    close(scene)
    undo(scene, made)
    assert (scene.case().lead_agency_id, scene.case().status) == (scene.agency(OSH), CaseStatus.CLOSED)
    scene.check_record()


@pytest.mark.parametrize("login", [OSH, BISHKEK])
def test_the_coordinator_of_either_case_may_undo(scene: Scene, login: str) -> None:
    leading, own = Scene(scene.store, make_case(scene.store, "police_bishkek")), scene.case().person_id
    made = same(leading, scene)
    with scene.store.reading() as session:
        seen = links.visible(session, (leading.case().id, scene.case().id), by=actor(session, login))
    assert [case.reference if case else None for case in seen.values()] == [
        leading.reference if login == BISHKEK else None,
        scene.reference,  # Bishkek leads it now
    ]
    undo(scene, made, login)
    assert scene.case().person_id == own
    assert scene.open()["case_plan"] == OSH
    scene.check_record()


def test_a_coordinator_opens_in_its_own_region_only(store: Store) -> None:
    for do in (
        lambda s, by: cases.open_case(s, by=by, region="bishkek"),
        lambda s, by: links.several(s, 2, region="bishkek", by=by),
        lambda s, by: takeovers.take_over(s, "shelter", region="bishkek", facts={}, by=by),
    ):
        with store.transaction() as session, pytest.raises(Invalid, match="Call the coordinator") as refused:
            do(session, actor(session, OSH))
        assert set(refused.value.fields) == {"region"}
    with store.reading() as session:
        assert session.exec(select(Case)).all() == []
    for login, region in ((NATIONAL, "bishkek"), (OSH, "osh"), ("police_osh", "bishkek")):
        opened = Scene(store, make_case(store, login, region))
        with store.reading() as session:
            assert cases.read(session, opened.reference, by=actor(session, login)).case.region == region
        opened.check_record()


def test_nor_a_new_episode_elsewhere(scene: Scene) -> None:
    leading = Scene(scene.store, make_case(scene.store, "police_bishkek"))
    same(leading, scene)
    close(scene)
    with pytest.raises(Invalid, match="of its own region only"):
        scene.act(BISHKEK, lambda s, by: links.new_episode(s, scene.reference, by=by))
