"""Who may do what with what they see: each rule raises with a reason, and has a twin that answers yes or no."""

from collections.abc import Callable

from ..actor import Actor
from ..errors import Conflict, EngineError, Invalid, NotAllowed, Stale
from ..models.cases import Case, CaseStatus
from ..models.work import OPEN_TASK, PENDING_HANDOFF, Handoff, TaskStatus, UserTask
from .visibility import NATIONAL


def can(check: Callable[..., None], *about: object) -> bool:
    """Whether a check would pass: what a page asks before it shows a button."""
    try:
        check(*about)
    except EngineError:
        return False
    return True


def check_revision(row: UserTask | Handoff, revision: int | None) -> None:
    """The row is still what the person saw."""
    if revision is not None and revision != row.revision:
        raise Stale()


def check_hold(actor: Actor, task: UserTask) -> None:
    """The task is on the desk of the actor's agency, and still open."""
    if task.status not in OPEN_TASK:
        raise Conflict("This task has already ended.")
    if task.holder_id != actor.agency_id:
        raise NotAllowed("This task is on another agency's desk.")


def check_claim(actor: Actor, task: UserTask) -> None:
    """A person may take a task of the agency that nobody has taken."""
    check_hold(actor, task)
    if task.status is TaskStatus.CLAIMED and task.claimed_by_id != actor.user_id:
        raise Conflict("A colleague has already taken this task. Ask them to hand it back.")


def check_complete(actor: Actor, task: UserTask) -> None:
    """Only who has claimed a task may complete it."""
    check_hold(actor, task)
    if task.status is not TaskStatus.CLAIMED:
        raise Conflict("Take this task first, then complete it.")
    if task.claimed_by_id != actor.user_id:
        raise Conflict("A colleague has taken this task. Ask them to hand it back.")


def check_release(actor: Actor, task: UserTask) -> None:
    """Whoever has claimed a task may hand it back to the desk."""
    check_complete(actor, task)


def check_answer(actor: Actor, handoff: Handoff) -> None:
    """The receiver may accept or decline while nobody has answered."""
    if handoff.receiver_id != actor.agency_id:
        raise NotAllowed("This offer was made to another agency.")
    if handoff.state not in PENDING_HANDOFF:
        raise Conflict("This offer has already been answered, recalled or has expired.")


def check_coordinator(actor: Actor) -> None:
    """What spans cases is the coordinators'."""
    if not actor.is_coordinator:
        raise NotAllowed("Only a coordinator may do this.")


def check_coordinate(actor: Actor, case: Case) -> None:
    """Only the lead coordinator's agency, or the national one, steers a case."""
    check_coordinator(actor)
    if case.status is not CaseStatus.OPEN:
        raise Conflict("This case is closed.")


def check_open_case(actor: Actor) -> None:
    """First responders detect; a coordinator may open a case for somebody who has no account."""
    if "first_responder" not in actor.roles and not actor.is_coordinator:
        raise NotAllowed("Your agency is not a first responder. Call the coordinator, who can open the case.")


def check_open_in(actor: Actor, region: str) -> None:
    """A coordinator of one region cannot open a case it could not see afterwards; who detects opens it anywhere."""
    if actor.is_coordinator and actor.region not in (NATIONAL, region):
        raise Invalid(
            "Your desk opens cases of its own region only. Call the coordinator of that region or the national desk.",
            fields={"region": ""},
        )


def check_consent(actor: Actor, case: Case, engaged: set[str]) -> None:
    """What the person says may be entered by an agency that works on the case now, or by who steers it."""
    if actor.agency_id not in engaged:
        check_coordinate(actor, case)
    if case.status is not CaseStatus.OPEN:
        raise Conflict("This case is closed.")
