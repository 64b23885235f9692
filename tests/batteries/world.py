"""A small country for the batteries: the demo agencies with few places and two people at every desk."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import event
from sqlmodel import Session, col, select

from engine import audit, clock, vault
from engine.access.signin import actor_of
from engine.actor import SYSTEM, Actor
from engine.database import Store
from engine.models.people import Agency, Duty, Place, Reach, User

KEY = b"k" * 32
FIRST_RESPONDERS = ("police_osh", "police_bishkek", "border_guard", "ngo_osh", "hotline", "health", "iom", "consulate")
FEW = {"women": 3, "men": 2, "children": 2, "families": 6}


def connect(url: str) -> Store:
    """A store on this database with the batteries' key."""
    return Store(url, vault.Vault(KEY))


def quick(store: Store) -> Store:
    """Do not wait for the disk: for batteries that kill nothing."""
    waive = "PRAGMA synchronous=OFF" if store.embedded else "SET synchronous_commit TO off"

    def connected(link: Any, record: Any) -> None:
        link.execute(waive)
        link.commit()

    event.listen(store.database, "connect", connected)
    store.close()  # connections that are open already would go on waiting
    return store


def prepare(store: Store) -> None:
    """Of a database with the demo agencies: few places, and a second person at each desk."""
    with store.transaction() as session:
        _few_places(session)
        _somebody_everywhere(session)
        _second_people(session)


def _somebody_everywhere(session: Session) -> None:
    """Agencies without an account have people too, who may act here themselves as well."""
    staffed = select(User.agency_id)
    for agency in session.exec(select(Agency).where(col(Agency.id).not_in(staffed))).all():
        user = User(agency_id=agency.id, login=agency.code, name=agency.code, duties=[Duty.CASEWORKER, Duty.MANAGER])
        session.add(user)
        audit.record(session, "person.added", user, by=SYSTEM)


def _few_places(session: Session) -> None:
    for place in session.exec(select(Place)).all():
        place.total, place.confirmed_at = min(place.total, FEW[place.kind]), clock.now()
        session.add(place)
        audit.record(session, "place.changed", place, by=SYSTEM)


def _second_people(session: Session) -> None:
    first = session.exec(select(User)).all()
    logins = {user.login for user in first}
    for user in first:
        if user.login.endswith("_2") or f"{user.login}_2" in logins:
            continue
        second = User(
            agency_id=user.agency_id,
            login=f"{user.login}_2",
            name=f"{user.name}, second",
            duties=[*user.duties, Duty.MANAGER.value],
        )
        session.add(second)
        audit.record(session, "person.added", second, by=SYSTEM)


@dataclass
class Staff:
    """Everybody who may act, by agency and by login."""

    by_agency: dict[str, list[Actor]]
    by_login: dict[str, Actor]
    codes: dict[str, str]  # the id of each agency by its code
    unreached: set[str]  # the agencies without an account

    def add(self, login: str, actor: Actor) -> None:
        """Somebody is new."""
        self.by_agency.setdefault(str(actor.agency_id), []).append(actor)
        self.by_login[login] = actor

    def rename(self, agency_id: str, name: str) -> None:
        """Whoever signs in from now on acts under the new name of the agency."""
        self.by_agency[agency_id] = [replace(actor, agency_name=name) for actor in self.by_agency[agency_id]]

    def of(self, agency_id: str) -> list[Actor]:
        """The people of one agency."""
        return self.by_agency[agency_id]


def staff(store: Store) -> Staff:
    """Read who is there."""
    with store.reading() as session:
        found = {a.id: a for a in session.exec(select(Agency)).all()}
        people = [(u.login, actor_of(u, found[u.agency_id])) for u in session.exec(select(User).order_by(User.login))]
    unreached = {a.id for a in found.values() if a.reach is not Reach.SYSTEM}
    there = Staff({}, {}, {a.code: a.id for a in found.values()}, unreached)
    for login, actor in people:
        there.add(login, actor)
    return there


Draw = Callable[[], Any]


def person(rng: Any, abroad: bool) -> dict[str, Any]:
    """What one invented person answers to whatever is asked."""
    consents = ("urgent_help", "legal_aid", "services", "shelter", "return", "protection", "identification")
    asked = {f"consent_{c}": rng.choices(("given", "refused", "unknown"), (80, 12, 8))[0] for c in consents}
    band = rng.choices(("adult", "child", "unknown"), (70, 20, 10))[0]
    return asked | {
        "age_band": band,
        "birth_date": f"{rng.choice((2009, 2012, 2018))}-0{rng.randint(1, 9)}-11",
        "sex": rng.choice(("female", "female", "female", "male", "other")),
        "dependants": rng.choice((0, 0, 0, 1, 2)),
        "nationality": "kyrgyz" if abroad else rng.choice(("kyrgyz", "foreign", "foreign")),
        "language": rng.choice(("ky", "ru", "uz")),
        "interpreter_needed": rng.choice(("yes", "no")),
        "interpreter_how": "present",
        "interpreter_name": "Interpreter service",
        "detained": "no",
        "shelter_now": "no" if abroad else rng.choice(("yes", "yes", "no")),
        "urgent_needs": []
        if abroad
        else rng.sample(("medical", "psychological", "interpreter", "material"), rng.randint(0, 2)),
        "lawyer_offered": True,
        "whereabouts": "in_country",
        "screening_complete": True,
        "closure_reason": "integrated",
    }


def mood(rng: Any) -> dict[str, Any]:
    """What may be answered differently each time it is asked."""
    pick = rng.choices
    yes_no = ("yes", "no")
    return {
        "lawyer_wanted": pick(yes_no, (60, 40))[0],
        "act_seen": rng.random() < 0.8,
        "means_seen": rng.random() < 0.8,
        "purpose_seen": rng.random() < 0.8,
        "preliminary_result": pick(("presumed", "more_information", "not_presumed"), (75, 10, 15))[0],
        "services_planned": rng.sample(("psychological", "documents", "social", "education"), rng.randint(0, 2)),
        "shelter_planned": pick(yes_no, (50, 50))[0],
        "protection_wanted": pick(yes_no, (40, 60))[0],
        "threat": rng.choice(("none", "indirect", "direct")),
        "service_outcome": rng.choice(("done", "partly_done", "failed")),
        "stay_decision": rng.choice(("extend", "leave", "left_alone")),
        "conflict_free": pick(yes_no, (80, 20))[0],
        "legal_outcome": rng.choice(("represented", "advised", "failed")),
        "protection_decision": pick(("granted", "refused"), (80, 20))[0],
        "protection_continues": pick(yes_no, (30, 70))[0],
        "reflection_decision": pick(("ends", "extended"), (80, 20))[0],
        "cooperation": "later",
        "formal_opinion": "victim",
        "formal_result": pick(("victim", "undecided"), (80, 20))[0],
        "return_wanted": pick(yes_no, (60, 40))[0],
        "return_safe": pick(yes_no, (85, 15))[0],
        "return_cleared": pick(yes_no, (85, 15))[0],
        "facts_verified": "yes",
        "closure_approved": pick(yes_no, (80, 20))[0],
        "missing_state": pick(("still_missing", "found_safe", "found_in_danger", "stopped"), (30, 40, 20, 10))[0],
        "protection_now": pick(yes_no, (20, 80))[0],
        "danger_over": pick(yes_no, (60, 40))[0],
        "pressure_reported": pick(("yes", "no", "unknown"), (25, 60, 15))[0],
    }


def wanted(names: frozenset[str], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers a form can use."""
    return {name: value for name, value in answers.items() if name in names}
