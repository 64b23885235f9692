"""A section of a form as its page shows it: labels in the reader's language, values kept, errors in place."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..forms.definition import Question, Section
from ..forms.kinds import Kind
from ..language import Text, Translator

# More choices than this are a list to pick from, not a column to scroll on a phone.
MOST_RADIOS = 12
# Choices whose labels are on average no longer than this stand side by side.
SHORT = 24

_TERM = re.compile(
    r"\$\{(\w+)\} *(!?=) *'([\w-]+)'|(not\()?selected\( *\$\{(\w+)\} *, *'([\w-]+)' *\)(?(4)\))", re.ASCII
)


@dataclass(frozen=True)
class ChoiceView:
    """One answer to choose, in the reader's language."""

    code: str
    label: Text
    checked: bool


@dataclass(frozen=True)
class QuestionView:
    """One question of a page. `control` is text, area, whole, decimal, date, radios, select, checkboxes or note.

    `condition` is empty, or tells the page's script when the question applies (`needs=medical or needs=other`).
    """

    name: str
    control: str
    label: Text
    hint: Text
    required: bool
    value: str
    choices: tuple[ChoiceView, ...]
    error: str | None
    condition: str

    @property
    def compact(self) -> bool:
        """Whether the answers are short enough, on the whole, to stand side by side."""
        return sum(len(choice.label) for choice in self.choices) <= SHORT * len(self.choices)

    @property
    def options(self) -> list[dict[str, Any]]:
        """The choices as the component macros want them."""
        plain = self.control == "select"
        return [
            {
                "value": choice.code,
                "text": str(choice.label) if plain else choice.label,
                "selected" if plain else "checked": choice.checked,
                "attributes": {"lang": choice.label.language} if plain and choice.label.foreign else {},
            }
            for choice in self.choices
        ]


def to_show(section: Section, relevant: Collection[str]) -> list[Question]:
    """The questions that the page of a section must carry without a script.

    `relevant` names those that apply by the answers known so far. One whose condition reads an answer of this very
    page is shown as well: it may come to apply before the page is sent. What does not apply is dropped on receipt.
    """
    here = {question.name for question in section.questions}
    return [
        question
        for question in section.questions
        if question.name in relevant or (question.relevant is not None and question.relevant.names & here)
    ]


def question_views(
    questions: Sequence[Question],
    answers: Mapping[str, Any],
    translator: Translator,
    *,
    errors: Mapping[str, str] | None = None,
    shown: Mapping[str, str] | None = None,
    needed: Collection[str] = (),
) -> list[QuestionView]:
    """The questions of one page, in order.

    `answers` are what was typed or saved, over the form's `defaults`. `shown` gives the words of each note that
    repeats an earlier answer; a note without any shows its label only. `needed` must be answered, whatever
    the form says.
    """
    here = {question.name for question in questions}
    views = [_view(question, answers, translator, errors or {}, shown or {}, here) for question in questions]
    return [replace(view, required=True) if view.name in needed else view for view in views]


def control(question: Question) -> str:
    """Which control asks this question."""
    if question.kind is Kind.SELECT_ONE:
        many = len(question.choices) > MOST_RADIOS or "minimal" in question.appearance
        return "select" if many else "radios"
    if question.kind is Kind.TEXT:
        return "area" if "multiline" in question.appearance else "text"
    return {Kind.INTEGER: "whole", Kind.SELECT_MULTIPLE: "checkboxes"}.get(question.kind, question.kind.value)


def condition(source: str) -> str:
    """A simple `relevant` for the page's script; empty where it is not simple, and the server alone decides."""
    joiners = {word for word in ("and", "or") if f" {word} " in source}
    if len(joiners) > 1:
        return ""
    joiner = f" {joiners.pop() if joiners else 'and'} "
    terms = [_term(part.strip()) for part in source.split(joiner)]
    return joiner.join(terms) if all(terms) else ""


def _term(text: str) -> str:
    match = _TERM.fullmatch(text)
    if match is None:
        return ""
    name, operator, code, negated, chosen, choice = match.groups()
    return f"{name}{operator}{code}" if name else f"{chosen}{'!=' if negated else '='}{choice}"


def _view(
    question: Question,
    answers: Mapping[str, Any],
    translator: Translator,
    errors: Mapping[str, str],
    shown: Mapping[str, str],
    here: set[str],
) -> QuestionView:
    given = answers.get(question.name)
    chosen = _codes(given) if question.kind.is_select else set()
    local = question.relevant is not None and question.relevant.names <= here
    return QuestionView(
        name=question.name,
        control=control(question),
        label=translator.choose(question.label.words),
        hint=translator.choose(question.hint.words),
        required=question.required is not False,
        value=shown.get(question.name, "") if question.kind is Kind.NOTE else _text(given),
        choices=tuple(
            ChoiceView(choice.code, translator.choose(choice.label.words), choice.code in chosen)
            for choice in question.choices
        ),
        error=errors.get(question.name),
        condition=condition(question.relevant.source) if question.relevant is not None and local else "",
    )


def _codes(given: object) -> set[str]:
    if isinstance(given, list | tuple | set | frozenset):
        return {str(code) for code in given}
    return set(str(given).split()) if given is not None else set()


def _text(given: object) -> str:
    if given is None or isinstance(given, list | tuple | set | frozenset):
        return ""
    return str(given)
