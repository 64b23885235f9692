"""Agencies come and go: the national desk suspends, resumes, renames and closes, and others try to."""

from collections.abc import Callable

from engine import agencies, cases
from engine.actor import Actor
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.batteries import acts_desks, founding
from tests.batteries.desks import Desk
from tests.batteries.driver import Move, Refusals, Run
from tests.batteries.model import Episode

MOST_PAUSED = 2  # at once, so that the country goes on
NAMES = ("House of the road", "Service of the ministry", "Union of lawyers", "The open door")


def moves(run: Run) -> list[Move]:
    """What may happen in the directory now."""
    paused = [desk for desk in run.model.desks.values() if not desk.active and not desk.closed]
    found: list[Move] = [(0.02, rename, ()), (0.03, wrongly, ())]
    if len(paused) < MOST_PAUSED:
        found.append((0.06, suspend, ()))
    for desk in paused:
        found += [(0.08, resume, (desk,)), (0.02, open_paused, (desk,))]
    ended = sum(desk.closed for desk in run.model.desks.values())
    if ended < 2 + run.steps / 500:
        found.append((0.04, close, ()))
    return found


def suspend(run: Run) -> None:
    """No more offers for it; its work goes to others."""
    desk, by = _somebody(run), _national(run)
    touched = _touched(run, desk)
    run.do("suspend", None, lambda s: agencies.suspend(s, desk.id, by=by))
    desk.active = False
    for case in touched:
        acts_desks.gone(run.model, case, desk, None)
    run.check_all(touched)


def resume(run: Run, desk: Desk) -> None:
    """It takes part again; what went to others stays there."""
    by = _national(run)
    run.do("resume", None, lambda s: agencies.resume(s, desk.id, by=by))
    desk.active = True
    run.check_all()


def close(run: Run) -> None:
    """An agency ends, with or without another that goes on in its place."""
    desk, by = _somebody(run, paused=True), _national(run)
    new = founding.found(run, desk)
    successor = _successor(run, desk, new)
    touched = _touched(run, desk)
    run.do(
        f"close {'with' if successor else 'without'} successor",
        None,
        lambda s: agencies.close(s, desk.id, successor_id=successor.id if successor else None, by=by),
    )
    desk.active, desk.closed, desk.successor = False, True, successor.id if successor else None
    for case in touched:
        acts_desks.gone(run.model, case, desk, successor)
    run.check_all(touched)


def _successor(run: Run, desk: Desk, new: Desk) -> Desk | None:
    others = [d for d in run.model.desks.values() if d.active and d is not desk]
    alike = [d for d in others if d.roles & desk.roles]
    return run.rng.choices((new, run.rng.choice(alike), run.rng.choice(others), None), (4, 2, 1, 3))[0]


def rename(run: Run) -> None:
    """A new name; the handoffs of before keep the old one."""
    desk, by = _somebody(run, paused=True), _national(run)
    name = f"{run.rng.choice(NAMES)} {run.steps}"
    run.do("rename", None, lambda s: agencies.rename(s, desk.id, name, by=by))
    desk.name = name
    run.staff.rename(desk.id, name)
    run.check_all()


def wrongly(run: Run) -> None:
    """Whoever may not, what is already so, and what cannot be: refused, and nothing changes."""
    what, verb, refusals = run.rng.choice(_wrong(run))
    run.do(what, None, verb, refusals)
    run.check_all()


def _wrong(run: Run) -> list[tuple[str, Callable[..., object], Refusals]]:
    desk, by = _somebody(run), _national(run)
    regional = run.anyone(run.rng.choice([d.id for d in _coordinators(run)]))
    own = str(by.agency_id)
    found: list[tuple[str, Callable[..., object], Refusals]] = [
        ("a region suspends", lambda s: agencies.suspend(s, desk.id, by=regional), (NotAllowed,)),
        ("suspends itself", lambda s: agencies.suspend(s, own, by=by), (NotAllowed,)),
        ("resumes the active", lambda s: agencies.resume(s, desk.id, by=by), (Conflict,)),
        ("succeeds itself", lambda s: agencies.close(s, desk.id, successor_id=desk.id, by=by), (Invalid,)),
        ("suspends nobody", lambda s: agencies.suspend(s, "0" * 32, by=by), (NotFound,)),
        ("renames to nothing", lambda s: agencies.rename(s, desk.id, " ", by=by), (Invalid,)),
    ]
    for gone in [d for d in run.model.desks.values() if not d.active][-2:]:
        found += [
            ("suspends again", lambda s, g=gone: agencies.suspend(s, g.id, by=by), (Conflict,)),
            (
                "succeeded by the gone",
                lambda s, g=gone: agencies.close(s, desk.id, successor_id=g.id, by=by),
                (Invalid,),
            ),
        ]
        if gone.closed:
            found += [
                ("resumes the closed", lambda s, g=gone: agencies.resume(s, g.id, by=by), (Conflict,)),
                ("closes again", lambda s, g=gone: agencies.close(s, g.id, successor_id=None, by=by), (Conflict,)),
            ]
    return found


def open_paused(run: Run, desk: Desk) -> None:
    """Who takes no part opens no case: it would be accountable for it."""
    if "first_responder" not in desk.roles or not run.present(desk.id):
        return
    by = run.anyone(desk.id)
    run.do("open case while paused", None, lambda s: cases.open_case(s, by=by, region="osh"), (NotAllowed,))
    run.check_all()


def first_responders(run: Run) -> list[str]:
    """Who may detect somebody now."""
    desks = run.model.desks.values()
    return [desk.id for desk in desks if desk.active and desk.present and "first_responder" in desk.roles]


def _somebody(run: Run, *, paused: bool = False) -> Desk:
    """An agency of the directory, mostly one that has work; never the desk at which every ladder ends."""
    kept = (run.model.duty_desk, run.staff.codes["auditor"])
    there = [d for d in run.model.desks.values() if d.id not in kept and (d.active or (paused and not d.closed))]
    busy = {fill.agency for case in run.live() for fill in case.fills.values()} | {c.lead for c in run.live()}
    return run.rng.choice([d for d in there if d.id in busy and run.rng.random() < 0.7] or there)


def _national(run: Run) -> Actor:
    return run.anyone(run.model.duty_desk)


def _coordinators(run: Run) -> list[Desk]:
    found = [d for d in run.model.desks.values() if "coordinator" in d.roles and d.id != run.model.duty_desk]
    return [desk for desk in found if desk.present]


def _touched(run: Run, desk: Desk) -> list[Episode]:
    return sorted(
        (case for case in run.model.open_cases() if acts_desks.touches(case, desk.id)), key=lambda case: case.id
    )
