"""Synthetic answers to any form: what the story asks for, and something harmless for every other required question."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from ..errors import Invalid
from ..forms import FormDefinition, Kind, Question, validate

TEXT = "Synthetic text for training."
VAGUE = ("unknown", "refused", "not_asked", "no")


def fill(definition: FormDefinition, wanted: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """Valid answers to a form. `wanted` names questions or facts; facts without a question here are ignored."""
    questions = {q.name: q for q in definition.questions if q.kind is not Kind.NOTE}
    given = {name: wanted[name] for name in questions if name in wanted}
    given |= {name: _spoken(wanted[q.fact]) for name, q in questions.items() if q.fact and q.fact in wanted}
    tried: dict[str, int] = {}
    for _ in range(60):
        try:
            validate(definition, given, today=today, language="en")
            return given
        except Invalid as refused:
            wrong = [name for name in refused.fields if name in questions]
            if not wrong:
                raise
            for name in wrong:
                given[name] = _guess(questions[name], tried.get(name, 0), today)
                tried[name] = tried.get(name, 0) + 1
    raise Invalid(f"No answers were found for the form {definition.key}.")


def _spoken(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _guess(question: Question, attempt: int, today: date) -> Any:
    if question.choices:
        codes = sorted((c.code for c in question.choices), key=lambda code: code in VAGUE)
        code = codes[attempt % len(codes)]
        return [code] if question.kind is Kind.SELECT_MULTIPLE else code
    if question.kind in (Kind.INTEGER, Kind.DECIMAL):
        return (0, 1, 10, 100)[attempt % 4]
    if question.kind is Kind.DATE:
        return (today + timedelta(days=(0, 7, -7, -3650)[attempt % 4])).isoformat()
    return TEXT
