"""What no verb does: the directory's keeper enters a new agency, takes an account away, or fills a deserted desk."""

from sqlmodel import select

from engine import audit, clock
from engine.access.signin import actor_of
from engine.actor import SYSTEM
from engine.database import Store
from engine.models.people import Agency, Duty, Place, Reach, User
from tests.batteries.desks import Beds, Desk, Person
from tests.batteries.driver import Run
from tests.batteries.world import FEW

WITHOUT_ACCOUNT = {"attorney": Reach.LETTER, "interpreters": Reach.PHONE, "shelter_men": Reach.PHONE}


def take_accounts(store: Store) -> None:
    """Some agencies are reached by phone or letter only."""
    with store.transaction() as session:
        for code, reach in WITHOUT_ACCOUNT.items():
            agency = session.exec(select(Agency).where(Agency.code == code)).one()
            agency.reach = reach
            session.add(agency)
            audit.record(session, "agency.changed", agency, by=SYSTEM)


def found(run: Run, like: Desk) -> Desk:
    """A new agency that does what another one did, with two people."""
    number = len(run.model.desks)
    code, name = f"{like.code[:40]}_{number}", f"New house {number}"
    kinds = sorted(kind for agency, kind in run.model.beds if agency == like.id)
    with run.store.transaction() as session:
        old = session.get_one(Agency, like.id)
        agency = Agency(
            code=code,
            name=name,
            region=old.region,
            roles=old.roles,
            services=old.services,
            sexes=old.sexes,
            ages=old.ages,
            families=old.families,
            reach=old.reach,
        )
        session.add(agency)
        session.flush()
        audit.record(session, "agency.added", agency, by=SYSTEM, code=code)
        for kind in kinds:
            place = Place(agency_id=agency.id, kind=kind, total=FEW[kind], confirmed_at=clock.now())
            session.add(place)
            audit.record(session, "place.added", place, by=SYSTEM, agency=name)
        made = agency.id
    words = (like.region, like.roles, like.services, like.sexes, like.ages, like.families)
    desk = run.model.desks[made] = Desk(made, code, name, *words, account=like.account)
    for kind in kinds:
        run.model.beds[made, kind] = Beds(FEW[kind], 0, run.now)
    run.staff.codes[code] = made
    coordinates = "coordinator" in like.roles
    for _ in range(2):
        hire(run, desk, [Duty.COORDINATOR] if coordinates else [Duty.CASEWORKER, Duty.MANAGER])
    return desk


def hire(run: Run, desk: Desk, duties: list[Duty]) -> None:
    """Somebody new at a desk where nobody is left who could add a colleague."""
    login = new_login(run)
    with run.store.transaction() as session:
        user = User(agency_id=desk.id, login=login, name=login, duties=sorted(str(duty) for duty in duties))
        session.add(user)
        audit.record(session, "person.added", user, by=SYSTEM)
    join(run, login)


def new_login(run: Run) -> str:
    """A name nobody has."""
    return f"person_{len(run.staff.by_login)}"


def join(run: Run, login: str) -> None:
    """The model and the others know the new one."""
    with run.store.reading() as session:
        user = session.exec(select(User).where(User.login == login)).one()
        actor = actor_of(user, session.get_one(Agency, user.agency_id))
    run.staff.add(login, actor)
    person = Person(str(actor.user_id), login, actor.duties)
    run.model.desks[str(actor.agency_id)].people[person.id] = person
