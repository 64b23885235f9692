"""Participations: which agency fills which lane in which scope, from when until when."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func
from sqlmodel import select

from . import directory
from .act import Act, quietly
from .models.cases import Participation
from .models.work import ProcessInstance, UserTask
from .process.runtime import OpenTask

COORDINATOR, FIRST_RESPONDER = "coordinator", "first_responder"

# Asked for nearly every step that opens: built once, as in `act`.
_SPINES = quietly(
    select(ProcessInstance.id).where(
        ProcessInstance.case_id == bindparam("case"), ProcessInstance.process == bindparam("spine")
    )
)
_OF_LANE = (
    select(UserTask.id)
    .where(
        UserTask.instance_id == bindparam("instance"),
        UserTask.scope == bindparam("scope"),
        UserTask.lane == bindparam("lane"),
    )
    .limit(1)
)


def join(
    act: Act,
    instance_id: str,
    scope: str,
    lane: str,
    agency_id: str,
    *,
    handoff_id: str | None = None,
    place_id: str | None = None,
    places: int = 1,
) -> None:
    """The agency fills a lane of this scope from now on, and gives so many places where it gives any."""
    row = Participation(
        case_id=act.case.id,
        instance_id=instance_id,
        scope=scope,
        lane=lane,
        agency_id=agency_id,
        handoff_id=handoff_id,
        place_id=place_id,
        places=places,
        since=act.at,
    )
    act.participate(row)
    act.record("participation.began", row, agency=act.agency_name(agency_id))


def of_path(act: Act, lane: str | None) -> str | None:
    """Who fills a lane on the path itself."""
    filled = {p.instance_id: p.agency_id for p in act.participations() if (p.scope, p.lane) == ("", lane)}
    if not filled:
        return None
    path = act.session.exec(_SPINES, params={"case": act.case.id, "spine": act.bundle.country.spine}).all()
    return next((filled[instance_id] for instance_id in path if instance_id in filled), None)


def holder(act: Act, instance: ProcessInstance, opened: OpenTask) -> str | None:
    """The agency that fills this lane already; the lead coordinator fills the coordinator's everywhere."""
    if opened.lane == COORDINATOR:
        return act.case.lead_agency_id
    key, cause = (instance.id, opened.scope, opened.lane), act.cause
    if cause is not None and cause.holder_id and (cause.instance_id, cause.scope, cause.lane) == key:
        return cause.holder_id  # the next task of the same lane: whoever did the last one
    return _fills(act, instance, opened.lane).get(opened.scope)


def above(act: Act, instance: ProcessInstance, lane: str | None, scopes: Sequence[str]) -> str | None:
    """Who fills a lane in the nearest of these scopes; behind the last one, at the top, comes the path."""
    filled = _fills(act, instance, lane)
    here = next((filled[scope] for scope in scopes if scope in filled), None)
    return of_path(act, lane) if here is None and "" in scopes else here


def inherit(act: Act, instance: ProcessInstance, opened: OpenTask) -> str | None:
    """The agency that the first step of a lane is for: whoever fills that lane in the caller, where the call says so.

    What runs beside the path takes over from the path. The agency fills the lane here from then on. Nobody has a part
    in a lane in which nothing is owed yet: whoever lost the one above would keep it, and see the case through it.
    """
    agency_id = above(act, instance, opened.lane, (opened.scope, *opened.inherits))
    if agency_id is None:
        return None
    lane = {"instance": instance.id, "scope": opened.scope, "lane": opened.lane}
    if act.session.exec(_OF_LANE, params=lane).first() is not None:
        return None
    join(act, instance.id, opened.scope, opened.lane or "", agency_id)
    return agency_id


def _fills(act: Act, instance: ProcessInstance, lane: str | None) -> dict[str, str]:
    """Who fills a lane of this process, by scope."""
    present = (p for p in act.participations() if (p.instance_id, p.lane) == (instance.id, lane))
    return {p.scope: p.agency_id for p in present}


def led(act: Act, agency_id: str) -> None:
    """Keep that a desk led this case until now: who must have had no part in it is asked of these rows."""
    query = select(func.max(Participation.until)).where(
        Participation.case_id == act.case.id, Participation.instance_id == "", Participation.lane == COORDINATOR
    )
    row = Participation(
        case_id=act.case.id,
        instance_id="",  # a case is led as a whole
        lane=COORDINATOR,
        agency_id=agency_id,
        since=act.session.exec(query).one() or act.case.opened_at,
        until=act.at,
    )
    act.participate(row)
    act.record("participation.ended", row, agency=act.agency_name(agency_id))


def leave(act: Act, present: Participation) -> None:
    """The agency fills the lane no longer: its places are free again."""
    present.until = act.at
    act.session.add(present)
    act.record("participation.ended", present, agency=act.agency_name(present.agency_id))
    if present.place_id:
        directory.free_place(act, present.place_id, present.places)
