"""Answers: sealed, one row per task and domain, and shown only as far as a task's data package goes."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlmodel import col, select

from . import consents, vault
from .act import Act
from .errors import NotFound
from .models.answers import Answer
from .models.cases import ConsentAnswer
from .models.columns import new_id
from .models.work import Handoff, UserTask

PLACE = "answer.sealed"


def keep(
    act: Act, task: UserTask, by_domain: Mapping[str, dict[str, Any]], *, version: int = 1, action: str = "kept"
) -> None:
    """Seal the answers of a task, each domain apart, and commit to them in the record. Corrected: a new version."""
    vaulted = vault.of(act.session)
    for domain, values in by_domain.items():
        answer_id = new_id()
        place = f"{PLACE}:{answer_id}"
        salt = vault.new_salt()
        plain = orjson.dumps(values, option=orjson.OPT_SORT_KEYS)
        answer = Answer(
            id=answer_id,
            case_id=act.case.id,
            task_id=task.id,
            form=task.form,
            domain=domain,
            version=version,
            fields=sorted(values),
            sealed=vaulted.seal_json(
                {"salt": salt.hex(), "values": values}, case_id=act.case.id, domain=domain, place=place
            ),
            commitment=vault.commitment(plain, case_id=act.case.id, place=place, salt=salt),
            entered_at=act.at,
        )
        act.session.add(answer)
        act.record(f"answers.{action}", answer, form=task.form, domain=domain, fields=sorted(values))


def read(act: Act, answer: Answer) -> dict[str, Any]:
    """Open one row of answers."""
    opened = vault.of(act.session).open_json(
        answer.sealed, case_id=act.case.id, domain=answer.domain, place=f"{PLACE}:{answer.id}"
    )
    values: dict[str, Any] = opened["values"]
    return values


def package(act: Act, task: UserTask) -> dict[str, Any]:
    """What this task shows of earlier answers: `form.question` to value, as far as the handoff shared it."""
    wanted = set(_shared(act, task))
    if not wanted:
        return {}
    forms = {path.partition(".")[0] for path in wanted}
    query = (
        select(Answer)
        .where(Answer.case_id == act.case.id, col(Answer.form).in_(forms))
        .order_by(col(Answer.entered_at), col(Answer.version), col(Answer.id))
    )
    shown: dict[str, Any] = {}
    for answer in newest(act.session.exec(query).all()):
        if not any(path == f"{answer.form}.{name}" for path in wanted for name in answer.fields):
            continue
        for name, value in read(act, answer).items():
            if f"{answer.form}.{name}" in wanted:
                shown[f"{answer.form}.{name}"] = value
    return shown


def _shared(act: Act, task: UserTask) -> list[str]:
    """The fields of the handoff under which the lane is held, or the role's own domains where there was none."""
    query = (
        select(Handoff)
        .where(
            Handoff.instance_id == task.instance_id,
            Handoff.scope == task.scope,
            Handoff.lane == task.lane,
            Handoff.receiver_id == task.holder_id,
        )
        .order_by(col(Handoff.offered_at).desc())
    )
    handoff = act.session.exec(query).first()
    basis = consents.basis_of(act, handoff)
    if _taken_back(act, task, {task.purpose, basis.consent.purpose if basis.consent else ""}):
        return []
    return consents.shared_fields(act, task, basis)


def _taken_back(act: Act, task: UserTask, purposes: set[str]) -> bool:
    """Whether the person has said no since: then nothing further is shown, even to who has begun."""
    said = (consents.newest(act, purpose) for purpose in purposes if purpose)
    if all(consent is None or consent.answer is ConsentAnswer.GIVEN for consent in said):
        return False
    return consents.basis(act, role=task.lane, purpose=task.purpose, urgent=task.urgent) is None


def of_task(act: Act, task: UserTask) -> dict[str, Any]:
    """The answers given in one task, all domains together, as they stand after every correction."""
    query = select(Answer).where(Answer.task_id == task.id).order_by(col(Answer.version))
    rows = act.session.exec(query).all()
    if not rows:
        raise NotFound()
    return {name: value for row in newest(rows) for name, value in read(act, row).items()}


def newest(rows: Iterable[Answer]) -> list[Answer]:
    """Of rows in the order of their versions the last of each task and domain: what a correction took out is gone."""
    return list({(row.task_id, row.domain): row for row in rows}.values())
