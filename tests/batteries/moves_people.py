"""People come and go: leave with a deputy, back again, gone for good, new at the desk; duties stay with the agency."""

from collections.abc import Callable
from datetime import timedelta

from engine import people, worker
from engine.actor import Actor
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.models.people import Duty
from tests.batteries import acts_desks, founding, observed
from tests.batteries.desks import Desk, Person
from tests.batteries.driver import Move, Refusals, Run

CROWDED = 3  # a desk with more people than this adds nobody


def moves(run: Run) -> list[Move]:
    """What may happen to people now."""
    found: list[Move] = [(0.1, go_away, ()), (0.025, add, ()), (0.07, deactivate, ()), (0.06, hand_all, ())]
    found += [(0.02, wrongly, ()), (0.02, come_back, ()), (0.03, reactivate, ())]
    for desk in run.model.desks.values():
        if not desk.closed and (few := len(desk.present)) < 2:
            found.append(((0.3, 0.03)[few], hire, (desk,)))
    if any(acts_desks.beginning(run.model.open_cases(), desk, run.now) for desk in run.model.desks.values()):
        found.append((1.5, begin_leave, ()))
    return found


def go_away(run: Run) -> None:
    """Somebody is away; whoever stands in must be there, and nobody need to where nobody leads cases."""
    desk, person = _somebody(run)
    start = run.now + timedelta(hours=run.rng.choice((0, 0, 0.3, 1, 3)))
    until = start + timedelta(hours=run.rng.choice((-2, 10, 10, 60, 60, 200)))
    deputy = _colleague(run, desk, person).id if run.rng.random() < 0.8 else None
    by, refusals = _by(run, desk, person)
    if not refusals and not acts_desks.may_leave(desk, person, deputy, start, until, run.now):
        refusals = (Invalid,)
    run.do(
        "go away" if not refusals else "go away wrongly",
        None,
        lambda s: people.away(s, person.id, start=start, until=until, deputy_id=deputy, by=by),
        refusals,
    )
    if not refusals:
        person.away = (start, until, deputy)
        if start <= run.now:
            acts_desks.pass_hand(run.model.open_cases(), person.id, deputy, run.now, before=None)
    run.check_all(case for case, _ in acts_desks.in_hand(run.model.open_cases(), deputy or person.id))


def begin_leave(run: Run) -> None:
    """A leave begins: the worker gives what was in hand by then to the deputy, or back to the desk."""
    there = run.model.open_cases()
    found = [(p.id, desk, p) for desk in run.model.desks.values() for p in acts_desks.beginning(there, desk, run.now)]
    _, desk, person = min(found, key=lambda one: one[0])
    touched = [case for case, _ in acts_desks.in_hand(there, person.id)]
    run.count("leave begins")
    observed.need(worker.begin_one_leave(run.store), "no leave begins")
    to, start = acts_desks.deputy(desk, person, run.now), person.away[0] if person.away else None
    acts_desks.pass_hand(there, person.id, to, run.now, before=start)
    run.check_all(touched)


def come_back(run: Run) -> None:
    """The leave is over, or was a mistake."""
    away = [(desk, p) for desk in run.model.desks.values() for p in desk.present if p.away]
    desk, person = run.rng.choice(away) if away and run.rng.random() < 0.8 else _somebody(run)
    by, refusals = _by(run, desk, person)
    if not refusals and person.away is None:
        refusals = (Conflict,)
    verb = "come back" if not refusals else "come back wrongly"
    run.do(verb, None, lambda s: people.back(s, person.id, by=by), refusals)
    if not refusals:
        person.away = None
    run.check_all()


def deactivate(run: Run) -> None:
    """Somebody has gone: what was in hand is on the desk, or with others where nobody is left. Who must, stays."""
    desk, person = _somebody(run)
    if run.rng.random() < 0.25:  # a desk that leads cases, with few people left
        desk = min((d for d in run.model.desks.values() if "coordinator" in d.roles), key=lambda d: len(d.present))
        person = run.rng.choice(desk.present)
    elif len(desk.present) == 1 and run.rng.random() < 0.7:
        return
    by, refusals = _by(run, desk, person)
    if not refusals and not run.person(by).manages:
        refusals = (NotAllowed,)
    elif not refusals and (desk.needs(person, run.now) or desk.is_last_manager(person)):
        refusals = (Conflict,)
    touched = [case for case in run.model.open_cases() if acts_desks.touches(case, desk.id)]
    verb = "deactivate" if not refusals else "deactivate wrongly"
    run.do(verb, None, lambda s: people.deactivate(s, person.id, by=by), refusals)
    if not refusals:
        person.active = False
        acts_desks.pass_hand(run.model.open_cases(), person.id, None, run.now, before=None)
        if desk.active and desk.account and not desk.present:
            run.count("the last one goes")
            for case in sorted(touched, key=lambda case: case.id):
                acts_desks.gone(run.model, case, desk, None)
    run.check_all(touched if not desk.present else run.rng.sample(touched, min(3, len(touched))))


def reactivate(run: Run) -> None:
    """Somebody who had gone is here again, without the leave of before; where nobody is left, nobody can say so."""
    gone = [(d, p) for d in run.model.desks.values() if d.present for p in d.people.values() if not p.active]
    desk, person = run.rng.choice(gone) if gone and run.rng.random() < 0.8 else _somebody(run)
    by, refusals = _by(run, desk, person)
    mine = run.person(by)
    if not refusals and (not mine.manages or (not person.active and person.duties - mine.duties >= {"coordinator"})):
        refusals = (NotAllowed,)
    elif not refusals and person.active:
        refusals = (Conflict,)
    verb = "reactivate" if not refusals else "reactivate wrongly"
    run.do(verb, None, lambda s: people.reactivate(s, person.id, by=by), refusals)
    if not refusals:
        person.active, person.away = True, None
    run.check_all()


def add(run: Run) -> None:
    """A manager adds a colleague, with duties a manager may give."""
    desk, person = _somebody(run)
    if len(desk.present) > CROWDED:
        return
    by = run.actor(desk, person)
    duties = run.rng.choice(([Duty.CASEWORKER], [Duty.CASEWORKER, Duty.MANAGER], [Duty.COORDINATOR]))
    if "coordinator" in desk.roles:
        duties = [Duty.COORDINATOR]
    login = founding.new_login(run)
    refusals: Refusals = ()
    if not person.manages:
        refusals = (NotAllowed,)
    elif Duty.COORDINATOR in duties and "coordinator" not in person.duties:
        refusals = (Invalid,)
    words = [str(duty) for duty in duties]
    run.do(
        "add a colleague" if not refusals else "add a colleague wrongly",
        None,
        lambda s: people.add(s, login=login, name=login, duties=words, language="ru", by=by),
        refusals,
    )
    if not refusals:
        founding.join(run, login)
    run.check_all()


def hire(run: Run, desk: Desk) -> None:
    """A deserted desk gets somebody again, or one with a single person a second one."""
    run.count("hire")
    founding.hire(run, desk, [Duty.COORDINATOR] if "coordinator" in desk.roles else [Duty.CASEWORKER, Duty.MANAGER])
    run.check_all()


def hand_all(run: Run) -> None:
    """Everything at once to a colleague who is there."""
    desk, person = _somebody(run)
    to = _colleague(run, desk, person)
    by, refusals = _by(run, desk, person)
    fits = to.id in desk.people and to.active and to is not person
    if not refusals and not fits:
        refusals = (Invalid,)
    elif not refusals and to.is_away(run.now):
        refusals = (Conflict,)
    touched = [case for case, _ in acts_desks.in_hand(run.model.open_cases(), person.id)]
    verb = "hand all" if not refusals else "hand all wrongly"
    moved = run.do(verb, None, lambda s: people.hand_all(s, person.id, to.id, by=by), refusals)
    if not refusals:
        number = acts_desks.pass_hand(run.model.open_cases(), person.id, to.id, run.now, before=None)
        observed.need(moved == number, "moved", moved, "must be", number)
    run.check_all(touched)


def wrongly(run: Run) -> None:
    """Strangers, plain caseworkers, who has gone, a name that is taken: refused, and nothing changes."""
    what, verb, refusals = run.rng.choice(_wrong(run))
    run.do(what, None, verb, refusals)
    run.check_all()


def _wrong(run: Run) -> list[tuple[str, Callable[..., object], Refusals]]:
    desk, person = _somebody(run)
    other = run.anyone(next(d.id for d in run.model.desks.values() if d is not desk and d.present))
    found: list[tuple[str, Callable[..., object], Refusals]] = [
        ("a stranger deactivates", lambda s: people.deactivate(s, person.id, by=other), (NotFound,)),
        ("a stranger hands over all", lambda s: people.hand_all(s, person.id, person.id, by=other), (NotFound,)),
    ]
    managers = [run.actor(desk, one) for one in desk.present if one.manages]
    if managers:
        by = managers[0]
        found.append(("a name that is taken", lambda s: _add_again(s, person.login, by), (Invalid,)))
        gone = [one for one in desk.people.values() if not one.active]
        if gone:
            found.append(("deactivates again", lambda s: people.deactivate(s, gone[0].id, by=by), (Conflict,)))
    return found


def _add_again(session: object, login: str, by: Actor) -> object:
    return people.add(session, login=login, name="Somebody", duties=["caseworker"], language="ky", by=by)  # type: ignore[arg-type]


def _somebody(run: Run) -> tuple[Desk, Person]:
    """A person of the country, mostly one who works on something."""
    there = [(desk, person) for desk in run.model.desks.values() if not desk.closed for person in desk.present]
    busy = {duty.by for case in run.live() for duty in case.owed() if duty.status == "claimed"}
    return run.rng.choice([one for one in there if one[1].id in busy and run.rng.random() < 0.6] or there)


def _by(run: Run, desk: Desk, person: Person) -> tuple[Actor, Refusals]:
    """Who enters it: the person, or a colleague, who must then be a manager."""
    by = run.anyone(desk.id)
    free = str(by.user_id) == person.id or run.person(by).manages
    return by, () if free else (NotAllowed,)


def _colleague(run: Run, desk: Desk, person: Person) -> Person:
    """Mostly somebody of the same desk who is there; sometimes one who has gone, a stranger, or the same person."""
    if run.rng.random() < 0.8:
        return run.rng.choice([one for one in desk.present if one is not person] or [person])
    strangers = [p for d in run.model.desks.values() if d is not desk for p in d.people.values()]
    return run.rng.choice([*desk.people.values(), run.rng.choice(strangers)])
