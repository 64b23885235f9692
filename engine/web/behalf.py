"""What an agency without an account did with its duties, entered for it: arrivals and completed forms."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session, col, select

from .. import act as acts
from .. import bundles, movements, relays, voices
from ..act import Act
from ..actor import Actor
from ..errors import Invalid
from ..forms import FormDefinition, read_post, relevant_names
from ..models.cases import Case, Channel
from ..models.people import Agency
from ..models.work import Handoff, UserTask
from ..movements import Condition
from ..relays import Said
from . import bends, drafting
from .desk import Desk, Reader, Writer, store
from .questions import QuestionView, question_views
from .words import Words

router = APIRouter()
SAID = ("channel", "said_by", "paper", "happened_at")
OWN = {*SAID, "condition"}


class Unentered(Exception):
    """What was entered for an agency could not be accepted: the page is shown again with everything typed."""

    def __init__(self, refused: Invalid, task_id: str) -> None:
        self.refused = refused
        self.task_id = task_id
        super().__init__(refused.message)


@router.get("/tasks/{task_id}/relay")
def ask(task_id: str, desk: Reader) -> Response:
    """Who said what, how was it heard; then the arrival, or the form of the task."""
    return _page(desk, relays.task_of(desk.session, task_id, by=desk.by))


@router.post("/tasks/{task_id}/relay")
def enter(task_id: str, desk: Writer) -> Response:
    """Enter what the agency did."""
    relays.task_of(desk.session, task_id, by=desk.by)
    try:
        return desk.once(lambda: _enter(desk, task_id))
    except Invalid as refused:
        raise Unentered(refused, task_id) from refused


def _enter(desk: Desk, task_id: str) -> str:
    task = relays.task_of(desk.session, task_id, by=desk.by)
    said, revision = heard(desk), desk.revision()
    if _awaited(desk.session, task):
        if desk.text("condition") not in set(Condition):
            raise Invalid(fields={"condition": desk.t.plain("choose.one")})
        holder = relays.holder_as(desk.session, task, said, by=desk.by)
        condition = Condition(desk.text("condition"))
        movements.arrive(desk.session, task_id, condition=condition, by=holder, revision=revision)
    else:
        act = acts.look(desk.session, task.case_id, desk.by)
        raw = _given(act.bundle.forms[task.form], desk)
        sheet = desk.text("_sheet")
        relays.complete(desk.session, task_id, raw, said=said, by=desk.by, revision=revision, sheet=sheet)
    return "/worklist?done=relayed"


def heard(desk: Desk) -> Said:
    """What was filled in about who said it; Invalid names what is missing."""
    happened = moment(desk, "happened_at")
    channel = desk.text("channel")
    wrong = {
        "channel": "" if channel in set(Channel) else desk.t.plain("choose.one"),
        "said_by": "" if desk.text("said_by").strip() else desk.t.plain("choose.said_by"),
        "happened_at": "" if happened else desk.t.plain("choose.moment"),
    }
    missing = {name: text for name, text in wrong.items() if text}
    if missing or happened is None:
        raise Invalid(fields=missing)
    return Said(channel=Channel(channel), said_by=desk.text("said_by"), paper=desk.text("paper"), happened_at=happened)


def moment(desk: Desk, name: str) -> datetime | None:
    """A time as typed, in the zone of the pages; None where it is none."""
    try:
        return desk.t.read_local(desk.text(name))
    except ValueError:
        return None


def late(desk: Desk, case_id: str) -> Actor:
    """Who acts: at the time filled in under “it happened earlier”, or now."""
    if not desk.text("_happened_at"):
        return desk.by
    happened = moment(desk, "_happened_at")
    if happened is None:
        raise Invalid(fields={"_happened_at": desk.t.plain("choose.moment")})
    try:
        return relays.entered_late(desk.session, by=desk.by, case_id=case_id, happened_at=happened)
    except Invalid as refused:
        raise Invalid(fields={"_happened_at": desk.t.plain("choose.past")}) from refused


def reporting(desk: Desk, case_id: str, about: str) -> Actor:
    """Who says what happened to the person: the agency chosen under `_for`, or the one at the desk."""
    if not desk.text("_for"):
        return late(desk, case_id)
    return voices.agency_as(desk.session, case_id, desk.text("_for"), heard(desk), by=desk.by, about=about)


def departing(desk: Desk, task: UserTask) -> Actor:
    """Who says that the person has left: the agency that gave this, heard by somebody, or the one at the desk."""
    if not desk.text("_for"):
        return late(desk, task.case_id)
    return relays.giver_as(desk.session, task, heard(desk), by=desk.by)


def again(request: Request, unentered: Unentered) -> Response:
    """The page once more, with what was typed and what is wrong. What was done has been undone."""
    by, row = request.state.signed_in
    with store(request).reading() as session:
        desk = Desk(request, session, by, row, request.state.form)
        task = relays.task_of(session, unentered.task_id, by=by)
        errors = desk.t.said_all(unentered.refused.fields, unentered.refused.message)
        return _page(desk, task, errors=errors or {"": desk.t.said(unentered.refused.message)}, status=422)


def waiting(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """For the worklist: offers somebody must carry to an agency, and what such agencies owe."""
    carried, owed = relays.to_carry(desk.session, by=desk.by), relays.to_enter(desk.session, by=desk.by)
    if not carried and not owed:
        return {"to_carry": [], "to_enter": []}
    wanted = {row.receiver_id for row in carried} | {row.holder_id for row in owed}
    agencies = {a.id: a for a in desk.session.exec(select(Agency).where(col(Agency.id).in_(wanted))).all()}
    ids = {row.case_id for row in carried} | {row.case_id for row in owed}
    cases = {c.id: c for c in desk.session.exec(select(Case).where(col(Case.id).in_(ids))).all()}
    words = {key: Words(bundles.load(desk.session, c.bundle_id), desk.t) for key, c in cases.items()}
    return {
        "to_carry": [_carried(row, words[row.case_id], cases[row.case_id], agencies) for row in carried],
        "to_enter": [_owed(row, words[row.case_id], cases[row.case_id], agencies) for row in owed],
    }


def _carried(row: Handoff, words: Words, case: Case, agencies: Mapping[str, Agency]) -> dict[str, Any]:
    agency = agencies[row.receiver_id or ""]
    return _contact(agency) | {
        "id": row.id,
        "task_name": words.element(row.element),
        "reference": case.reference,
        "urgent": row.urgent,
        "answer_by": row.answer_by,
    }


def _owed(row: UserTask, words: Words, case: Case, agencies: Mapping[str, Agency]) -> dict[str, Any]:
    agency = agencies[row.holder_id or ""]
    return _contact(agency) | {
        "id": row.id,
        "task_name": words.task(row),
        "reference": case.reference,
        "due_at": row.due_at,
    }


def _contact(agency: Agency) -> dict[str, Any]:
    return {"agency": agency.name, "phone": agency.phone, "hours": agency.hours, "reach": agency.reach}


def _awaited(session: Session, task: UserTask) -> bool:
    journey = movements.expected(session, task)
    return journey is not None and journey.arrived_at is None


def _given(form: FormDefinition, desk: Desk) -> dict[str, Any]:
    return read_post(form, [(name, value) for name, value in drafting.pairs(desk.form) if name not in OWN])


def _page(desk: Desk, task: UserTask, *, errors: Mapping[str, str] | None = None, status: int = 200) -> Response:
    act = acts.look(desk.session, task.case_id, desk.by)
    words = Words(act.bundle, desk.t)
    agency = desk.session.get_one(Agency, task.holder_id)
    awaited = _awaited(desk.session, task)
    sections = [] if awaited else _sections(desk, act, task, errors or {})
    return desk.render(
        "task_relay.html",
        status=status,
        task={
            "id": task.id,
            "reference": act.case.reference,
            "name": words.task(task),
            "owed": words.owed(task.element),
            "revision": task.revision,
            "due_at": task.due_at,
        },
        agency=_contact(agency) | {"name": agency.name},
        more=_more(desk, act, task, agency),
        arrival=awaited,
        conditions=list(Condition),
        channels=list(Channel),
        values={name: desk.text(name) for name in (*OWN, "_sheet")},
        sections=sections,
        questions=[question for section in sections for question in section["questions"]],
        errors=errors or {},
    )


def _more(desk: Desk, act: Act, task: UserTask, agency: Agency) -> list[dict[str, str]]:
    """What the coordinator may enter for this agency beside its duty."""
    if not desk.by.is_coordinator:
        return []
    places = {
        f"/cases/{act.case.reference}/changes?agency={agency.id}": desk.t.plain("change.title"),
        f"/tasks/{task.id}/handover?relayed=1": desk.t.plain("relay.handover_link", agency=agency.name),
    }
    clock = bends.clock_to_extend(act, task)
    if clock is not None and act.bundle.clocks[clock.clock].holder_extends:
        places[f"/tasks/{task.id}/relay/extension"] = desk.t.plain("relay.extension_link", agency=agency.name)
    return [{"href": href, "text": text} for href, text in places.items()]


def _sections(desk: Desk, act: Act, task: UserTask, errors: Mapping[str, str]) -> list[dict[str, Any]]:
    """The whole form on one page: what comes with the task is the agency's to know, so it is not shown here."""
    form = act.bundle.forms[task.form]
    today = act.bundle.country.day(act.at)
    values = form.defaults(today) | _given(form, desk)
    asked = relevant_names(form, values, today=today)
    names = set(form.defaults(today)) | {question.name for question in form.questions}
    shown = [
        q
        for q in form.questions
        if q.from_ is None and (q.name in asked or (q.relevant is not None and q.relevant.names & names))
    ]
    views = {view.name: view for view in question_views(shown, values, desk.t, errors=errors)}
    return [
        {"title": desk.t.choose(section.label.words), "questions": found}
        for section in form.sections
        if (found := _of_section(section.questions, views))
    ]


def _of_section(questions: Any, views: Mapping[str, QuestionView]) -> list[QuestionView]:
    return [views[question.name] for question in questions if question.name in views]
