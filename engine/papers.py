"""Paper: a handoff as a letter, a form printed blank, and what was written on it entered once.

Nothing printed names the person: a letter carries the reference, a sheet its own code.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from . import audit, bundles, clock, reference
from .access import visibility
from .act import Act
from .actor import Actor
from .errors import Conflict, Invalid, NotFound
from .forms import FormDefinition
from .models.answers import Sheet
from .models.cases import Case, Consent
from .models.people import Agency
from .models.work import UserTask
from .process.definitions import Bundle


class AlreadyEntered(Conflict):
    """This sheet was already entered. Nothing was entered twice."""

    def __init__(self, sheet: Sheet, *, told: bool) -> None:
        self.code = sheet.code
        self.told = told  # whether the reader may know more of this sheet
        when = sheet.entered_at.strftime("%Y-%m-%d %H:%M UTC") if sheet.entered_at else ""
        once = f"This sheet was already entered on {when}. Nothing was entered twice."
        super().__init__(once if told else "This sheet was already entered. Nothing was entered twice.")


@dataclass(frozen=True)
class Letter:
    """What a one-page letter about a handoff says."""

    reference: str
    giver: Agency
    giver_name: str  # both as they were called when it was offered
    receiver: Agency
    receiver_name: str
    element: str
    answer_by: datetime | None
    due_at: datetime | None
    ground: str
    consent: str  # the purpose the person agreed to, empty where the ground is another
    urgent: bool
    service: str
    bundle: Bundle


def letter(session: Session, handoff_id: str, *, by: Actor) -> Letter:
    """A handoff as a letter, for its giver or the coordinator, while they may read to whom it is."""
    handoff = visibility.handoff(session, handoff_id, by=by)
    writes = by.agency_id == handoff.giver_id or by.is_coordinator
    if handoff.receiver_id is None or not writes or not visibility.naming_receiver(session, [handoff], by=by):
        raise NotFound()
    case = session.get_one(Case, handoff.case_id)
    task = session.get_one(UserTask, handoff.task_id)
    return Letter(
        reference=case.reference,
        giver=session.get_one(Agency, handoff.giver_id),
        giver_name=handoff.giver_name,
        receiver=session.get_one(Agency, handoff.receiver_id),
        receiver_name=handoff.receiver_name,
        element=handoff.element,
        answer_by=handoff.answer_by,
        due_at=task.due_at,
        ground=handoff.ground,
        consent=session.get_one(Consent, handoff.consent_id).purpose if handoff.consent_id else "",
        urgent=handoff.urgent,
        service="" if task.place else handoff.service,
        bundle=bundles.load(session, case.bundle_id),
    )


def print_blank(session: Session, form: str, bundle: Bundle, *, by: Actor) -> Sheet:
    """A sheet of a form: a code of its own, and the version of the form it was printed from."""
    if form not in bundle.forms:
        raise NotFound("There is no such form.")
    sheet = Sheet(
        code=reference.new(),
        form=form,
        bundle_id=bundle.hash,
        printed_by_id=by.agency_id or "",
        printed_at=clock.now(),
    )
    session.add(sheet)
    audit.record(session, "sheet.printed", sheet, by=by, form=form)
    return sheet


def enter(act: Act, task: UserTask, code: str) -> None:
    """What stood on this sheet is entered now. Entering it a second time finds the first."""
    if not code.strip():
        return
    sheet = find(act.session, code, lock=True)
    if sheet is None or sheet.form != task.form:
        raise Invalid(fields={"sheet": "This is not the code of a sheet of this form. Check every letter."})
    if sheet.entered_at is not None:
        raise AlreadyEntered(sheet, told=_concerns(act.session, sheet, act.by))
    sheet.case_id, sheet.task_id, sheet.entered_at = act.case.id, task.id, act.at
    act.session.add(sheet)
    act.record("sheet.entered", sheet, form=task.form)


def find(session: Session, code: str, *, lock: bool = False) -> Sheet | None:
    """The sheet with this code, if the check character fits and it was printed here. `lock` it to enter it."""
    shown = reference.read(code)
    query = select(Sheet).where(Sheet.code == shown)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.exec(query).first() if shown else None


def read(session: Session, code: str, *, by: Actor) -> tuple[Sheet, FormDefinition]:
    """A printed sheet and its form as it was then.

    When it was printed and entered concerns whoever printed it, entered it, or steers the case it was entered in.
    """
    sheet = find(session, code)
    if sheet is None or not _concerns(session, sheet, by):
        raise NotFound("No sheet with this code was printed here. Check every letter.")
    return sheet, bundles.load(session, sheet.bundle_id).forms[sheet.form]


def _concerns(session: Session, sheet: Sheet, by: Actor) -> bool:
    if by.agency_id == sheet.printed_by_id:
        return True
    task = session.get(UserTask, sheet.task_id) if sheet.task_id else None
    return task is not None and (
        task.ended_by_agency_id == by.agency_id or visibility.steers(session, task.case_id, by)
    )
