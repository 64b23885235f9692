"""Steps about the record and about decisions: what is told, what cannot be changed unseen, and why."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import orjson
from pytest_bdd import parsers, then, when
from sqlalchemy import text
from sqlmodel import Session

from engine import bundles, cases, clock, handoffs, timelines, vault
from engine.language import Translator
from engine.models.cases import DecisionMade
from engine.models.work import HandoffState
from tests.features.steps_cases import say
from tests.features.steps_forms import everything
from tests.features.words import AGENCIES, DUTIES
from tests.features.world import World

FIELDS = {"the age": "intake.age_band", "the language": "intake.language"}
PURPOSES = {"urgent help": "urgent_help"}
CRITERIA = {"speak for a victim": "presumed", "do not speak for a victim": "not_presumed"}

# What somebody does to the store, and what is found.
TAMPERS: dict[str, tuple[str, str]] = {
    "gives the handoff to another agency": (
        "UPDATE handoff SET receiver_id = giver_id WHERE id = :handoff",
        "receiver_id differs from entry",
    ),
    "turns an acceptance into a refusal": (
        "UPDATE handoff SET state = 'declined' WHERE id = :handoff",
        "state differs from entry",
    ),
    "deletes the handoff": ("DELETE FROM handoff WHERE id = :handoff", "is gone"),
    "adds a consent that nobody gave": (
        "INSERT INTO consent (id, case_id, purpose, domains, answer, happened_at, entered_at) "
        "SELECT 'forged', case_id, 'return', '[]', 'given', offered_at, offered_at FROM handoff WHERE id = :handoff",
        "there is no entry of this row",
    ),
    "diverts the duty phone of the shelter": (
        "UPDATE agency SET phone = '+996 555 000 000' WHERE id = (SELECT receiver_id FROM handoff WHERE id = :handoff)",
        "phone differs from entry",
    ),
    "makes an old number of places look confirmed": (
        "UPDATE place SET confirmed_at = '2026-01-01 00:00:00' "
        "WHERE id = (SELECT place_id FROM handoff WHERE id = :handoff)",
        "confirmed_at differs from entry",
    ),
    "widens what she allowed to be passed on": (
        "UPDATE consent SET domains = '[\"testimony\"]' "
        "WHERE id = (SELECT consent_id FROM handoff WHERE id = :handoff)",
        "domains differs from entry",
    ),
    "rewrites an entry": (
        "UPDATE audit_entry SET leaf = replace(leaf, 'handoff.accepted', 'handoff.declined'), "
        "action = 'handoff.declined' WHERE action = 'handoff.accepted' AND leaf LIKE '%' || :handoff || '%'",
        "the leaf was changed",
    ),
    "deletes the last entry": (
        'DELETE FROM audit_entry WHERE "index" = (SELECT max("index") FROM audit_entry) AND :handoff <> \'\'',
        "entries are missing at the end",
    ),
}


@then(say('the record says "{sentence}"'))
def says(world: World, sentence: str) -> None:
    told = world.told()
    assert [line for line in told if line.startswith(sentence)], "\n".join(told)


@then(say('the record says in Russian "{words}"'))
def says_in_russian(world: World, words: str) -> None:
    told = world.told(Translator("ru", "Asia/Bishkek"))
    assert [line for line in told if words in line], "\n".join(told)


@then(say('the record nowhere says "{words}"'))
def nowhere_says(world: World, words: str) -> None:
    assert world.leaves("answers.kept")
    assert not [line for line in world.told() if words in line]
    assert not [leaf for leaf in world.leaves() if words in str(leaf)]


@then("the record is intact")
def intact(world: World) -> None:
    verdict = world.verdict()
    assert verdict.wrong == []
    assert verdict.entries > len(world.leaves()) > 20


@then("every handoff names who gave, who took, when, why and on what ground")
def names_all(world: World) -> None:
    taken = world.leaves("handoff.accepted")
    assert len(taken) > 5
    for leaf in taken:
        assert leaf["actor"]["user"]
        assert leaf["data"]["giver"] != leaf["data"]["receiver"] == leaf["actor"]["agency_name"]
        assert datetime.fromisoformat(leaf["entered_at"]) >= datetime.fromisoformat(leaf["happened_at"])
        assert leaf["data"]["element"]
        assert leaf["set"]["consent_id"] or leaf["set"]["ground"]
        assert isinstance(leaf["set"]["shared"], list)


@then(say("the record of the handoff to {agency:Agency} holds"))
def holds(world: World, agency: str, datatable: list[list[str]]) -> None:
    wanted = dict(datatable)
    (leaf,) = world.leaves("handoff.accepted", receiver=world.agency(agency).name)
    name = {alias: world.agency(code).name for alias, code in AGENCIES.items()}
    assert leaf["actor"]["agency_name"] == name[wanted["who"]]
    assert leaf["actor"]["user"] == world.actor(agency).user_id
    assert (leaf["data"]["giver"], leaf["data"]["receiver"]) == (name[wanted["from"]], name[wanted["to"]])
    assert leaf["data"]["element"] == DUTIES[wanted["what"]]
    assert {FIELDS[field] for field in wanted["fields"].split(", ")} <= set(leaf["set"]["shared"])
    assert leaf["set"]["consent_id"] == world.consents(PURPOSES[wanted["consent"]])[-1].id
    assert leaf["set"]["state"] == wanted["state"]
    assert abs(datetime.fromisoformat(leaf["entered_at"]) - clock.now()) < timedelta(minutes=1)


@when(say("{agency:Agency} accepts {duty:Duty}, entering it {hours:d} hours after it happened"))
def entered_late(world: World, agency: str, duty: str, hours: int) -> None:
    by = replace(world.actor(agency), happened_at=clock.now() - timedelta(hours=hours))
    with world.store.transaction() as session:
        handoffs.accept(session, world.offer(duty, agency).id, by=by)


@then(say("the record holds both times, {hours:d} hours apart"))
def both_times(world: World, hours: int) -> None:
    (leaf,) = world.leaves("handoff.accepted")
    happened, entered = (datetime.fromisoformat(leaf[name]) for name in ("happened_at", "entered_at"))
    assert abs(entered - happened - timedelta(hours=hours)) < timedelta(minutes=1)


@when(parsers.re("somebody with access to the store (?P<how>" + "|".join(TAMPERS) + ")"))
def tamper(world: World, how: str) -> None:
    assert world.verdict().wrong == []
    statement, found = TAMPERS[how]
    (handoff,) = [h for h in world.handoffs("shelter_arrival") if h.state is HandoffState.ACCEPTED]
    with world.store.database.connect() as connection:
        _unguarded(world, connection.exec_driver_sql)
        changed = connection.execute(text(statement), {"handoff": handoff.id})
        connection.commit()
    assert changed.rowcount == 1
    world.tampered = True
    world.kept["found"] = found


def _unguarded(world: World, run: Callable[[str], object]) -> None:
    """Whoever owns the store can take its guards away first."""
    if world.store.embedded:
        run("PRAGMA foreign_keys=OFF")
    else:
        run("SET session_replication_role = replica")


@then("the record is not intact, and the place is named")
def not_intact(world: World) -> None:
    assert [wrong for wrong in world.verdict().wrong if world.kept["found"] in wrong], world.verdict().wrong


@then(say("the picture shows {hours:d} hours of waiting for {agency:Agency}"))
def picture(world: World, hours: int, agency: str) -> None:
    with world.reading() as session:
        act = cases.read(session, world.reference, by=world.actor("coordinator_osh"))
        view = cases.overview(act)
        names = {a.id: a.name for a in act.agencies().values()}
    spans = timelines.spans(view.tasks, view.handoffs, view.movements, names)
    waited = [s for s in spans if s.agency == world.agency(agency).name and s.kind is timelines.Stretch.WAITING]
    longest = max((s.end or clock.now()) - s.start for s in waited)
    assert abs(longest - timedelta(hours=hours)) < timedelta(minutes=1)


def _decision(world: World, name: str) -> DecisionMade:
    (made,) = [row for row in world.rows(DecisionMade) if row.decision == name]
    world.kept["decision"] = made
    (told,) = world.leaves("decision.made", decision=name)
    assert told["data"]["rules"] == made.rules
    assert made.rules
    return made


def _detail(world: World, session: Session, made: DecisionMade) -> dict[str, dict[str, object]]:
    detail: dict[str, dict[str, object]] = vault.of(session).open_json(
        made.detail, case_id=made.case_id, domain="operational", place=f"decision_made.detail:{made.id}"
    )
    return detail


@then(say("the criteria {result}"))
def criteria(world: World, result: str) -> None:
    made = _decision(world, "identification_criteria")
    with world.reading() as session:
        assert CRITERIA[result] in _detail(world, session, made)["outputs"].values()


@then(say('the risk is "{level}"'))
def risk(world: World, level: str) -> None:
    made = _decision(world, "risk_level")
    with world.reading() as session:
        assert level in _detail(world, session, made)["outputs"].values()


@then(say('they explain it: "{words}"'))
def explained(world: World, words: str) -> None:
    made = world.kept["decision"]
    with world.reading() as session:
        bundle = bundles.load(session, made.bundle_id if hasattr(made, "bundle_id") else world.case().bundle_id)
    rules = {rule.id: rule.description for rule in bundle.decisions[made.decision].rules}
    assert [rules[fired] for fired in made.rules if words in rules[fired]], rules


@then("the decision keeps what it was based on, and nobody can read it in the store")
def sealed(world: World) -> None:
    made = _decision(world, "identification_criteria")
    with world.reading() as session:
        inputs = _detail(world, session, made)["inputs"]
    assert inputs
    assert orjson.dumps(inputs).decode() not in everything(world)
    assert "purpose_seen" not in str(made.detail)
