"""User tasks: the worklist, one task with its form, and everything a person does with it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from .. import act as acts
from .. import answers, bundles, directory, drafts, forms, handoffs, movements, tasks
from ..access import visibility
from ..act import Act
from ..errors import Invalid, NotAllowed
from ..models.cases import Case
from ..models.work import OPEN_TASK, UserTask
from . import behalf, paging, showing, told
from .desk import Desk, Doer, Done, Reader, Revision, RowId, Writer, etag
from .filters import WorklistQuery
from .schemas import Arrival, Assignment, Completion, Departure, NewOffer, SectionDraft
from .strict import StrictRoute
from .tokens import people

router = APIRouter(route_class=StrictRoute, prefix="/tasks", tags=["tasks"])


@router.get("")
def worklist(
    desk: Reader, request: Request, response: Response, asked: Annotated[WorklistQuery, Query()]
) -> told.Tasks:
    """The duties on the agency's desk, newest first."""
    limit, after = asked.limit, paging.after(asked.cursor)
    rows = tasks.worklist(desk.session, by=desk.by, wanted=asked.wanted(desk), after=after, limit=limit + 1)
    page = rows[:limit]
    following = paging.write(page[-1].opened_at, page[-1].id) if len(rows) > limit else None
    return told.Tasks(items=showing.tasks(desk, page), next=paging.link(request, response, following))


@router.get("/{task_id}")
def show(desk: Reader, response: Response, task_id: RowId) -> told.TaskDetail:
    """One task with its data package, its form and what has been typed so far. The ETag is its revision."""
    task = visibility.task(desk.session, task_id, by=desk.by)
    response.headers["ETag"] = etag(task.revision)
    return _detail(desk, task)


def _detail(desk: Desk, task: UserTask) -> told.TaskDetail:
    act = _reading(desk, task)
    form = act.bundle.forms[task.form]
    mine = task.holder_id == desk.by.agency_id and task.status in OPEN_TASK
    journey = movements.expected(desk.session, task) if task.moves else None
    values, saved_at = drafts.load(desk.session, task, by=desk.by)
    return told.TaskDetail(
        **showing.task_fields(showing.of_tasks(desk, [task]), task),
        owed=act.bundle.elements[task.element].documentation,
        package=answers.package(act, task) if mine else {},
        form_schema=forms.json_schema(form, desk.by.language),
        sections=[section.name for section in form.sections],
        draft=told.Draft(saved_at=saved_at, answers=values),
        movement=showing.movement(journey) if journey else None,
        people=people(desk, task.holder_id) if mine or desk.by.is_coordinator else [],
    )


def _reading(desk: Desk, task: UserTask) -> Act:
    case = desk.session.get_one(Case, task.case_id)
    bundle = bundles.load(desk.session, case.bundle_id)
    return Act(desk.session, case, bundle, acts.open_facts(desk.session, case), desk.by)


def _done(task: UserTask) -> Done:
    return Done.of(told.TaskState.model_validate(task, from_attributes=True), task.revision)


@router.post("/{task_id}/claim", response_model=told.TaskState)
def claim(desk: Doer, task_id: RowId, revision: Revision) -> Response:
    """Take a task from the agency's desk."""
    return desk.once(lambda: _done(tasks.claim(desk.session, task_id, by=desk.by, revision=revision)))


@router.post("/{task_id}/release", response_model=told.TaskState)
def release(desk: Doer, task_id: RowId, revision: Revision) -> Response:
    """Hand a task back to the agency's desk; what was typed stays."""
    return desk.once(lambda: _done(tasks.release(desk.session, task_id, by=desk.by, revision=revision)))


@router.post("/{task_id}/assignment", response_model=told.TaskState)
def assign(desk: Doer, task_id: RowId, revision: Revision, body: Assignment) -> Response:
    """Give a task to a named person of the agency that holds it."""
    return desk.once(lambda: _done(tasks.reassign(desk.session, task_id, body.person, by=desk.by, revision=revision)))


@router.post("/{task_id}/completion", response_model=told.TaskState)
def complete(desk: Doer, task_id: RowId, revision: Revision, body: Completion) -> Response:
    """Complete a task with the answers to its form; the process goes on in the same transaction."""
    return desk.once(lambda: _done(_completed(desk, task_id, revision, body)))


def _completed(desk: Desk, task_id: str, revision: int, body: Completion) -> UserTask:
    """For an agency spoken for, the task is taken and completed in one act."""
    by = behalf.doing(desk, task_id, body)
    present: int | None = revision
    if body.behalf is not None:
        tasks.claim(desk.session, task_id, by=by, revision=revision)
        present = None
    desk.fields_at("answers", but={"sheet"})
    return tasks.complete(desk.session, task_id, body.answers, by=by, revision=present, sheet=body.sheet).task


@router.put("/{task_id}/draft")
def save(desk: Writer, task_id: RowId, body: SectionDraft) -> told.Draft:
    """Keep what has been typed in one section, unchecked, for the person who has taken the task."""
    desk.fields_at("answers")
    _check_section(desk.session, visibility.task(desk.session, task_id, by=desk.by), body)
    drafts.save(desk.session, task_id, body.section, body.answers, by=desk.by)
    desk.session.flush()
    values, saved_at = drafts.load(desk.session, desk.session.get_one(UserTask, task_id), by=desk.by)
    return told.Draft(saved_at=saved_at, answers=values)


def _check_section(session: Session, task: UserTask, body: SectionDraft) -> None:
    case = session.get_one(Case, task.case_id)
    form = bundles.load(session, case.bundle_id).forms[task.form]
    section = form.section(body.section)
    if section is None:
        known = ", ".join(found.name for found in form.sections)
        raise Invalid(f"This form has no section “{body.section[:64]}”. Its sections: {known}.")
    strangers = body.answers.keys() - {question.name for question in section.questions}
    if strangers:
        raise Invalid(fields=dict.fromkeys(sorted(strangers), "This section does not ask for this."))


@router.post("/{task_id}/departure", response_model=told.Movement)
def depart(desk: Doer, task_id: RowId, body: Departure) -> Response:
    """The person has left for the agency that holds this task. The giver says so."""
    return desk.once(lambda: _departed(desk, task_id, body))


def _departed(desk: Desk, task_id: str, body: Departure) -> Done:
    by = behalf.leaving(desk, task_id, body)
    return Done(showing.movement(movements.depart(desk.session, task_id, escort=body.escort, by=by)))


@router.post("/{task_id}/arrival", response_model=told.Movement)
def arrive(desk: Doer, task_id: RowId, revision: Revision, body: Arrival) -> Response:
    """The person is there: from now on the receiver is accountable."""
    return desk.once(lambda: _arrived(desk, task_id, revision, body))


def _arrived(desk: Desk, task_id: str, revision: int, body: Arrival) -> Done:
    by = behalf.doing(desk, task_id, body)
    journey = movements.arrive(desk.session, task_id, condition=body.condition, by=by, revision=revision)
    task = desk.session.get_one(UserTask, task_id)
    return Done.of(showing.movement(journey), task.revision)


@router.get("/{task_id}/choices")
def choices(desk: Reader, task_id: RowId) -> told.Candidates:
    """The agencies to which a coordinator may offer this task, the nearest first."""
    task = visibility.task(desk.session, task_id, by=desk.by)
    if not desk.by.is_coordinator:
        raise NotAllowed("Only a coordinator chooses to whom a task is offered.")
    found = handoffs.choices(_reading(desk, task), task)
    return told.Candidates(
        items=[
            told.Candidate(
                agency=showing.contact(c.agency),
                region=c.agency.region,
                place=c.place.kind if c.place else None,
                free=directory.free(c.place) if c.place else None,
                full=c.full,
                instead=c.service,
            )
            for c in found
        ]
    )


@router.post("/{task_id}/offers", status_code=201, response_model=told.Handoff)
def offer(desk: Doer, task_id: RowId, revision: Revision, body: NewOffer) -> Response:
    """Offer a task nobody has accepted to an agency of the coordinator's choice; open offers are recalled."""
    return desk.once(lambda: _offered(desk, task_id, revision, body.agency))


def _offered(desk: Desk, task_id: str, revision: int, agency_id: str) -> Done:
    made: Any = handoffs.reroute(desk.session, task_id, agency_id, by=desk.by, revision=revision)
    desk.session.flush()
    return Done(showing.handoffs(desk, [made])[0], 201, {"ETag": etag(made.revision)})


@router.post("/{task_id}/offers/again", response_model=told.TaskState)
def offer_again(desk: Doer, task_id: RowId, revision: Revision) -> Response:
    """Ask all suitable agencies again, those that declined or stayed silent included."""
    return desk.once(lambda: _done(handoffs.find_place(desk.session, task_id, by=desk.by, revision=revision)))
