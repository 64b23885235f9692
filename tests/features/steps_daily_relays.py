"""Steps about agencies without an account, and about paper."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from html import unescape

import pytest
from pytest_bdd import given, then, when
from sqlmodel import Session, select

from engine import agencies, cases, changes, clock, handoffs, movements, papers, relays, voices
from engine import tasks as duties
from engine.actor import Actor
from engine.agencies import Entry
from engine.errors import Invalid
from engine.models.answers import Sheet
from engine.models.cases import Channel, RelayState
from engine.models.people import Reach
from engine.models.work import Alarm, AlarmKind, Handoff
from engine.relays import Said
from tests.features.steps_cases import say
from tests.features.world import World
from tests.people import Crew
from tests.times import BISHKEK

HOSPITAL = Entry(
    region="osh",
    roles=["service_provider"],
    services=["medical"],
    sexes=[],
    ages=[],
    reach=Reach.PHONE,
    phone="+996 3222 00000",
)
LANGUAGES = {"ky": "Барактын коду", "ru": "Код листа", "en": "Code of this sheet"}


def heard(channel: Channel = Channel.PHONE, paper: str = "") -> Said:
    return Said(channel=channel, said_by="the duty doctor", paper=paper, happened_at=clock.now())


def enter_acceptance(world: World, by: str, agency: str, duty: str, said: Said) -> None:
    offer = world.offer(duty, agency)
    with world.store.transaction() as session:
        row = session.get_one(Handoff, offer.id)
        receiver = relays.answer_as(session, row, said, by=world.actor(by))
        handoffs.accept(session, offer.id, by=receiver)


@given(say("{agency:Agency} has no account"))
def no_account(world: World, agency: str) -> None:
    row = world.agency(agency)
    kept = {name: getattr(row, name) for name in asdict(HOSPITAL)} | {"reach": Reach.PHONE}
    with world.store.transaction() as session:
        agencies.change(session, row.id, Entry(**kept), by=world.actor("coordinator_national"))


def add_hospital(world: World, by: str) -> None:
    with world.store.transaction() as session:
        world.kept["hospital"] = agencies.add(session, "Hospital of Osh", HOSPITAL, by=world.actor(by))


@given(say("{by:Agency} adds a hospital in Osh that is reached by telephone"))
def adds_hospital(world: World, by: str) -> None:
    add_hospital(world, by)
    assert world.last_entry(world.kept["hospital"])["reach"] == "phone"


@when(say("{by:Agency} tries to add a hospital in Osh that is reached by telephone"))
def tries_to_add_hospital(world: World, by: str) -> None:
    world.attempt(lambda: add_hospital(world, by))


@then(say("{by:Agency} must bring the new hospital the offer of {duty:Duty}"))
def must_bring_new(world: World, by: str, duty: str) -> None:
    must_bring(world, by, world.kept["hospital"].code, duty)


@when(say("{by:Agency} adds the first manager of the new hospital"))
def adds_manager(world: World, by: str) -> None:
    hospital = world.kept["hospital"].id
    with world.store.transaction() as session:
        row, password = agencies.add_manager(
            session, hospital, login="hospital_1", name="H. Example", language="ky", by=world.actor(by)
        )
        world.kept |= {"password": password, "login": row.login}
    assert world.last_entry(row)["duties"] == ["caseworker", "manager"]


@then(say("{by:Agency} must bring {agency:Agency} the offer of {duty:Duty}"))
def must_bring(world: World, by: str, agency: str, duty: str) -> None:
    with world.reading() as session:
        carried = relays.to_carry(session, by=world.actor(by))
    assert [offer.id for offer in carried] == [world.offer(duty, agency).id]


@given(say("{by:Agency} enters that {agency:Agency} accepted {duty:Duty} by phone"))
@when(say("{by:Agency} enters that {agency:Agency} accepted {duty:Duty} by phone"))
def accepted_by_phone(world: World, by: str, agency: str, duty: str) -> None:
    enter_acceptance(world, by, agency, duty, heard())


@when(say("{by:Agency} tries to enter that {agency:Agency} accepted {duty:Duty}"))
def tries_to_accept_for(world: World, by: str, agency: str, duty: str) -> None:
    world.attempt(lambda: enter_acceptance(world, by, agency, duty, heard()))


@when(say("{by:Agency} tries to enter a letter of {agency:Agency} about {duty:Duty} without saying where it lies"))
def letter_without_place(world: World, by: str, agency: str, duty: str) -> None:
    world.attempt(lambda: enter_acceptance(world, by, agency, duty, heard(Channel.LETTER)))


@then("it is asked where the letter lies")
def asked_where(world: World) -> None:
    assert isinstance(world.refusal, Invalid) and set(world.refusal.fields) == {"paper"}
    world.refusal_told = True


@when(say("{by:Agency} enters that {agency:Agency} completed {duty:Duty}, from a letter kept in {place}"))
def completed_by_letter(world: World, by: str, agency: str, duty: str, place: str) -> None:
    given_answers = world.fill(duty, {})
    task = world.task(duty)
    assert world.code_of(task.holder_id) == agency
    with world.store.transaction() as session:
        said = heard(Channel.LETTER, place)
        relays.complete(session, task.id, given_answers, said=said, by=world.actor(by))


@then(say("it is known that the letter about {duty:Duty} lies in {place}"))
def lies_in(world: World, duty: str, place: str) -> None:
    with world.reading() as session:
        found = [r for r in relays.of_case(session, world.case().id) if r.channel is Channel.LETTER]
        assert [(r.about, relays.detail(session, r)["paper"]) for r in found] == [(duty, place)]
    (done,) = world.leaves("task.completed", element=duty)
    assert done["relay"] == found[0].id


def said_by(world: World, by: str, agency: str, verb: Callable[..., None], hours: int = 0) -> None:
    said = replace(heard(), happened_at=clock.now() - timedelta(hours=hours))
    case_id, speaker = world.case().id, world.agency(agency).id
    with world.store.transaction() as session:
        who = voices.agency_as(session, case_id, speaker, said, by=world.actor(by), about="missing")
        verb(session, world.reference, by=who)


@when(say("{by:Agency} enters that {agency:Agency} said {hours:d} hours ago that she is missing"))
def said_missing(world: World, by: str, agency: str, hours: int) -> None:
    said_by(world, by, agency, changes.missing, hours)


@when(say("{by:Agency} tries to enter that {agency:Agency} said that she left"))
def tries_to_say_left(world: World, by: str, agency: str) -> None:
    world.attempt(lambda: said_by(world, by, agency, changes.leave))


@then(say("what {agency:Agency} said is entered {hours:d} hours after it happened"))
def entered_after(world: World, agency: str, hours: int) -> None:
    name = world.agency(agency).name
    (leaf, *_) = [leaf for leaf in world.leaves() if leaf["data"].get("on_behalf_of") == name]
    happened, entered = (datetime.fromisoformat(leaf[key]) for key in ("happened_at", "entered_at"))
    assert abs(entered - happened - timedelta(hours=hours)) < timedelta(minutes=1)


def settle(world: World, agency: str, state: RelayState) -> None:
    by = world.actor(agency)
    with world.store.transaction() as session:
        (waiting,) = relays.unconfirmed(session, by=by)
        relays.settle(session, waiting.id, state, by=by)


@when(say("{agency:Agency} confirms what was entered for it"))
def confirms(world: World, agency: str) -> None:
    settle(world, agency, RelayState.CONFIRMED)


@when(say("{agency:Agency} disputes what was entered for it"))
def disputes(world: World, agency: str) -> None:
    settle(world, agency, RelayState.DISPUTED)


@then(say("{agency:Agency} is called about it"))
def called_about(world: World, agency: str) -> None:
    called: list[Alarm] = world.alarms(agency)
    assert [alarm.kind for alarm in called] == [AlarmKind.DISPUTED]


@when(say("{by:Agency} tries to enter for {agency:Agency} that she has arrived"))
def tries_to_arrive(world: World, by: str, agency: str) -> None:
    task = world.task("shelter_arrival")
    assert world.code_of(task.holder_id) == agency

    def arrive(session: Session, who: Actor) -> None:
        receiver = relays.holder_as(session, task, heard(), by=who)
        movements.arrive(session, task.id, condition=movements.Condition.WELL, by=receiver)

    def attempt() -> None:
        with world.store.transaction() as session:
            arrive(session, world.actor(by))

    world.attempt(attempt)


@when(say("{agency:Agency} enters after {hours:d} hours that it accepted {duty:Duty} at once"))
def entered_late(world: World, agency: str, hours: int, duty: str) -> None:
    offer, moment = world.offer(duty, agency), clock.now()
    world.kept["moment"] = moment
    world.set_clock(moment + timedelta(hours=hours))
    with world.store.transaction() as session:
        by = relays.entered_late(session, by=world.actor(agency), case_id=offer.case_id, happened_at=moment)
        handoffs.accept(session, offer.id, by=by)


@then(say("the record keeps when {agency:Agency} accepted {duty:Duty}, and that it was entered {hours:d} hours later"))
def both_times(world: World, agency: str, duty: str, hours: int) -> None:
    moment = world.kept["moment"]
    assert world.offer(duty, agency).answered_at == moment
    (told,) = [leaf for leaf in world.leaves("handoff.accepted") if leaf["subject"][1] == world.offer(duty, agency).id]
    assert told["happened_at"] == moment.isoformat()
    assert told["entered_at"] >= (moment + timedelta(hours=hours)).isoformat()


@when(say("{agency:Agency} prints the offer of {duty:Duty} to {receiver:Agency} as a letter"))
def prints_letter(world: World, crew: Crew, agency: str, duty: str, receiver: str) -> None:
    offer = world.offer(duty, receiver)
    world.kept |= {"page": unescape(crew[agency].page(f"/handoffs/{offer.id}/letter")), "offer": offer}


@then("the letter shows the reference, what is asked, by when, on what ground and whom to call")
def letter_shows(world: World) -> None:
    page, offer = world.kept["page"], world.kept["offer"]
    giver = world.agency(world.code_of(offer.giver_id))
    assert offer.answer_by is not None
    wanted = [world.reference, offer.receiver_name, giver.phone, giver.hours, "First contact", "agreed by the person"]
    wanted.append(f'datetime="{offer.answer_by.astimezone(BISHKEK).isoformat(timespec="seconds")}"')
    assert [word for word in wanted if word not in page] == []


@then("the letter leaves room for an answer, a signature and a stamp")
def letter_leaves(world: World) -> None:
    assert [w for w in ("We accept", "We decline", "Signature", "Stamp") if w not in world.kept["page"]] == []


@when(say("{agency:Agency} prints the request to verify in Kyrgyz, Russian and English"))
def prints_sheets(world: World, crew: Crew, agency: str) -> None:
    browser = crew[agency]
    action = "/forms/request_verification/sheets"
    world.kept["pages"] = {
        language: browser.page(browser.act("/sheets", action, {"language": language})) for language in LANGUAGES
    }


@then("each of the three sheets has a code of its own and tells its version")
def sheets_differ(world: World) -> None:
    with world.reading() as session:
        found = session.exec(select(Sheet)).all()
    pages = world.kept["pages"]
    assert len({sheet.code for sheet in found}) == len(pages) == 3
    for language, words in LANGUAGES.items():
        assert words in pages[language] and f"({found[0].bundle_id[:8]})" in pages[language]
        assert len([sheet for sheet in found if sheet.code in pages[language]]) == 1


@given(say("{agency:Agency} has printed a sheet of {duty:Duty}"))
def has_printed(world: World, agency: str, duty: str) -> None:
    with world.store.transaction() as session:
        bundle = cases.current_bundle(session)
        world.kept["sheet"] = papers.print_blank(session, duty, bundle, by=world.actor(agency)).code


def enter_sheet(world: World, agency: str, duty: str) -> None:
    task, given_answers = world.task(duty), world.fill(duty, {})
    with world.store.transaction() as session:
        by = world.actor(agency)
        duties.claim(session, task.id, by=by)
        duties.complete(session, task.id, given_answers, by=by, sheet=world.kept["sheet"])


@given(say("{agency:Agency} enters the sheet into {duty:Duty}"))
def enters_sheet(world: World, agency: str, duty: str) -> None:
    enter_sheet(world, agency, duty)
    assert [leaf["data"]["form"] for leaf in world.leaves("sheet.entered")] == [duty]


@when(say("{agency:Agency} tries to enter the same sheet into {duty:Duty}"))
def tries_same_sheet(world: World, agency: str, duty: str) -> None:
    world.attempt(lambda: enter_sheet(world, agency, duty))


@then("it is asked for the right code")
def asked_code(world: World) -> None:
    with pytest.raises(Invalid) as found:
        raise world.refusal or AssertionError("this was not refused")
    assert set(found.value.fields) == {"sheet"}
    world.refusal_told = True
