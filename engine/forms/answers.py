"""Answers to a form, checked: type, relevance, required, choice, constraint, in that order.

What is not relevant is dropped unread, so a mistake in a question that is no longer asked holds nobody up.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from ..errors import Invalid
from .definition import FormDefinition, Question, Section
from .expressions import Expression, day_number
from .kinds import Kind
from .messages import Reason, message
from .operations import Scope, Value
from .values import Wrong, check_choice, for_expression, for_fact, parse

MAX_KEYS = 1_000
# Names of the pages, of the API's envelope and of ODK's metadata.
RESERVED = frozenset(
    {"csrf_token", "revision", "idempotency_key", "form_key", "task_id", "case_id"}
    | {"meta", "instanceid", "instancename", "deviceid", "start", "end"}
)
CONSENT_ANSWERS = ("given", "refused")


@dataclass(frozen=True, slots=True)
class Answers:
    """Accepted answers.

    values: canonical answers by question; facts: what they make true of the case, typed; consents: (purpose,
    given or refused); by_domain: the same values by sealed domain; dropped: left out as not relevant.
    """

    values: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    consents: list[tuple[str, str]] = field(default_factory=list)
    by_domain: dict[str, dict[str, Any]] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()


class _Step(NamedTuple):
    """What became of one question."""

    question: Question
    shown: bool
    value: Any
    wrong: Wrong | None


def validate(
    definition: FormDefinition,
    raw: Mapping[str, Any],
    *,
    today: date,
    language: str,
    partial: bool = False,
    section: str | None = None,
) -> Answers:
    """Check raw answers (a posted page or JSON) and give what is kept: nothing that the form did not ask.

    `partial` lets required questions stay open, as in a draft. `section` checks one page: only its questions
    are required and complained about, but the answers of the other pages are still read, so give them all.
    Raises Invalid with a message per question, in `language`.
    """
    errors = _strangers(definition, raw, language)
    answers = Answers()
    dropped: list[str] = []
    for step in _walk(definition, raw, today, lambda asked: not partial and section in (None, asked.section)):
        question = step.question
        if step.wrong is not None:
            if section in (None, question.section):
                errors[question.name] = _complaint(question, step.wrong, language)
        elif step.value is not None:
            _keep(answers, question, step.value)
        elif not step.shown and raw.get(question.name) not in (None, "", []):
            dropped.append(question.name)
    if errors:
        raise Invalid(message(Reason.ATTENTION, language), fields=errors)
    return Answers(answers.values, answers.facts, answers.consents, answers.by_domain, tuple(dropped))


def relevant_names(definition: FormDefinition, raw: Mapping[str, Any], *, today: date) -> frozenset[str]:
    """The sections and questions (notes too) that are asked, given the answers so far. Never raises."""
    names: set[str] = set()
    for step in _walk(definition, raw, today, lambda asked: False):
        if step.shown:
            names.update((step.question.section, step.question.name))
    return frozenset(names)


def read_post(definition: FormDefinition, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Raw answers from the pairs of a posted page, for `validate`.

    Names that begin with `_` are the page's own and are left out. A date may come in one field or in three,
    named `<question>-day`, `-month`, `-year`.
    """
    raw: dict[str, Any] = {}
    parts: dict[str, dict[str, str]] = {}
    for name, value in pairs:
        stem, _, part = name.rpartition("-")
        if name.startswith("_"):
            continue
        if part in ("day", "month", "year") and stem in definition:
            parts.setdefault(stem, {})[part] = value.strip()
        elif name in definition and definition[name].kind is Kind.SELECT_MULTIPLE:
            raw[name] = [*raw.get(name, []), *([value] if value else [])]
        else:
            raw[name] = [raw[name], value] if name in raw else value
    for stem, given in parts.items():
        written = [given.get(part, "") for part in ("year", "month", "day")]
        raw[stem] = "-".join(written) if any(written) else ""
    return raw


def _walk(
    definition: FormDefinition, raw: Mapping[str, Any], today: date, enforce: Callable[[Question], bool]
) -> Iterator[_Step]:
    """Every question in order, with what its raw answer came to; later ones see what was accepted before."""
    known: dict[str, Value] = {}
    scope = Scope(known, day_number(today))
    for section in definition.sections:
        open_section = _holds(section, scope)
        for question in section.questions:
            shown = open_section and _holds(question, scope)
            value, wrong = None, None
            if question.kind is not Kind.NOTE and shown:
                try:
                    value = _accept(question, raw.get(question.name), scope, enforce)
                except Wrong as error:
                    wrong = error
            known[question.name] = for_expression(question, value)
            yield _Step(question, shown, value, wrong)


def _holds(asked: Section | Question, scope: Scope) -> bool:
    return asked.relevant is None or asked.relevant.holds(scope)


def _accept(question: Question, raw: object, scope: Scope, enforce: Callable[[Question], bool]) -> Any:
    value = parse(question, raw)
    if value is None:
        if _is_required(question, scope) and enforce(question):
            raise Wrong(Reason.REQUIRED)
        return None
    check_choice(question, value)
    if question.constraint is not None:
        current = for_expression(question, value)
        if not question.constraint.holds(scope._replace(current=current)):
            raise Wrong(Reason.CONSTRAINT)
    return value


def _is_required(question: Question, scope: Scope) -> bool:
    if isinstance(question.required, Expression):
        return question.required.holds(scope)
    return question.required


def _keep(answers: Answers, question: Question, value: Any) -> None:
    answers.values[question.name] = value
    if question.domain is not None:
        answers.by_domain.setdefault(question.domain.value, {})[question.name] = value
    if question.fact is not None:
        answers.facts[question.fact] = for_fact(question, value)
    if question.consent is not None and value in CONSENT_ANSWERS:
        answers.consents.append((question.consent, value))


def _complaint(question: Question, wrong: Wrong, language: str) -> str:
    if wrong.reason is Reason.CONSTRAINT and question.constraint_message:
        return question.constraint_message.get(language)
    return message(wrong.reason, language, **wrong.details)


def _strangers(definition: FormDefinition, raw: Mapping[str, Any], language: str) -> dict[str, str]:
    """Complaints about names this form does not ask for. Refuses a flood of them outright."""
    if not isinstance(raw, Mapping) or len(raw) > MAX_KEYS:
        raise Invalid(message(Reason.TOO_MANY, language))
    errors: dict[str, str] = {}
    for name in raw:
        if name in definition and definition[name].kind is not Kind.NOTE:
            continue
        reserved = str(name).startswith("_") or name in RESERVED
        errors[str(name)[:64]] = message(Reason.RESERVED if reserved else Reason.UNKNOWN, language)
    return errors
