"""One row of the survey as a question or the beginning of a section, with everything about it checked."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from .answers import CONSENT_ANSWERS, RESERVED
from .definition import TODAY, Choice, Problems, Question
from .expressions import Expression, compile_condition
from .grammar import ExpressionInvalid
from .kinds import Domain, FactType, Kind
from .operations import Known
from .sheet import TRANSLATED, Row
from .values import Wrong, check_choice, parse

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
FROM = re.compile(r"([a-z][a-z0-9_]{0,63})\.([a-z][a-z0-9_]{0,63})")
LOOSE = "main"
TRUTH = frozenset({"true", "false"})
YES = frozenset({"yes", "true", "true()"})
NO = frozenset({"", "no", "false", "false()"})
UNASKED = frozenset({"unknown"})
# Which kind of question may set which type of fact.
FACT_KINDS: dict[FactType, frozenset[Kind]] = {
    FactType.BOOLEAN: frozenset({Kind.SELECT_ONE}),
    FactType.NUMBER: frozenset({Kind.INTEGER, Kind.DECIMAL}),
    FactType.CODE: frozenset({Kind.SELECT_ONE}),
    FactType.CODES: frozenset({Kind.SELECT_MULTIPLE}),
    FactType.DATE: frozenset({Kind.DATE}),
}
ONLY_ASKED = ("required", "constraint", "default", "bind::nrm:fact", "bind::nrm:consent", "bind::nrm:htcds")


class FactLike(Protocol):
    """What a form needs to know of a fact: its type and, for codes, the values allowed."""

    @property
    def type(self) -> str:
        """One of FactType."""

    @property
    def values(self) -> Collection[str] | None:
        """The codes allowed."""


class QuestionReader:
    """Reads the rows of one form in order; a row may ask about the answers above it, and no others."""

    def __init__(
        self,
        problems: Problems,
        lists: Mapping[str, Sequence[Choice]],
        facts: Mapping[str, FactLike] | None,
    ) -> None:
        self.problems = problems
        self.lists = lists
        self.facts = facts
        self.known: dict[str, Known] = {}
        self.names: set[str] = set()
        self.used_lists: set[str] = set()

    def begin(self, row: Row) -> Expression | None:
        """Check the row that begins a group, and compile its condition."""
        self._name(row)
        if not row.text("label"):
            self.problems.add(row.number, "label", "The section has no label.", "Write at least label::English (en).")
        for column in row.cells:
            if column not in ("type", "name", "relevant", "appearance") and not TRANSLATED.fullmatch(column):
                self.problems.add(
                    row.number, column, "A group has no such thing.", "Move it to the questions of the group."
                )
        return self._condition(row, "relevant")

    def _name(self, row: Row) -> str:
        name = row.get("name")
        if not NAME.fullmatch(name):
            self.problems.add(
                row.number,
                "name",
                f"“{name}” is not a name.",
                "Use a-z, 0-9 and _, a letter first, at most 64.",
            )
        elif name in RESERVED or re.fullmatch(rf"{LOOSE}(_\d+)?", name):
            self.problems.add(row.number, "name", f"“{name}” belongs to the system.", "Choose another name.")
        elif name in self.names:
            self.problems.add(row.number, "name", f"“{name}” is used twice.", "Names are unique in a form: rename one.")
        self.names.add(name)
        return name

    def read(self, row: Row, section: str) -> Question:
        """The question of one row."""
        name = self._name(row)
        kind, choices = self._kind(row)
        codes = frozenset(choice.code for choice in choices)
        relevant, required = self._condition(row, "relevant"), self._required(row)
        known = Known(kind, codes)
        constraint = self._condition(row, "constraint", known)
        self._check_words(row)
        question = Question(
            name=name,
            kind=kind,
            label=row.text("label"),
            hint=row.text("hint"),
            section=section,
            row=row.number,
            required=required,
            relevant=relevant,
            constraint=constraint,
            constraint_message=row.text("constraint_message"),
            choices=choices,
            default=row.get("default") or None,
            appearance=row.get("appearance"),
            domain=self._domain(row, kind),
            fact=row.get("bind::nrm:fact") or None,
            fact_type=self._fact_type(row, kind, codes),
            consent=self._consent(row, kind, codes),
            htcds=row.get("bind::nrm:htcds") or None,
            from_=self._from(row, kind),
            source=row.get("bind::nrm:source") or None,
        )
        self._check_default(row, question)
        if kind is not Kind.NOTE:
            self.known[name] = known
        return question

    def _check_words(self, row: Row) -> None:
        if not row.text("label"):
            what = f"“{row.get('name')}” has no label."
            self.problems.add(row.number, "label", what, "Write at least label::English (en).")
        if row.text("constraint_message") and not row.get("constraint"):
            what, remedy = "The message has no constraint.", "Add one, or remove the message."
            self.problems.add(row.number, "constraint_message", what, remedy)

    def _kind(self, row: Row) -> tuple[Kind, tuple[Choice, ...]]:
        word, _, name = row.get("type").partition(" ")
        kind = Kind(word) if word in list(Kind) else None
        if kind is None or (not kind.is_select and name):
            what = f"“{row.get('type')}” is not a type of question here."
            self.problems.add(row.number, "type", what, f"Use {', '.join(Kind)}, begin_group or end_group.")
            return Kind.TEXT, ()
        if kind is Kind.NOTE:
            for column in ONLY_ASKED:
                if row.get(column):
                    self.problems.add(
                        row.number, column, "A note asks nothing.", "Empty this cell, or make it a question."
                    )
        if not kind.is_select:
            return kind, ()
        self.used_lists.add(name)
        if name not in self.lists:
            remedy = f"Use one of {', '.join(sorted(self.lists)) or 'the sheet choices'}."
            self.problems.add(row.number, "type", f"There is no list “{name}”.", remedy)
        return kind, tuple(self.lists.get(name, ()))

    def _condition(self, row: Row, column: str, current: Known | None = None) -> Expression | None:
        if not row.get(column):
            return None
        try:
            return compile_condition(row.get(column), self.known, current)
        except ExpressionInvalid as error:
            self.problems.add(row.number, column, error.what, error.remedy)
            return None

    def _required(self, row: Row) -> bool | Expression:
        word = row.get("required").lower()
        if word in YES or word in NO:
            return word in YES
        return self._condition(row, "required") or False

    def _domain(self, row: Row, kind: Kind) -> Domain | None:
        word = row.get("bind::nrm:domain")
        if word in list(Domain):
            return Domain(word)
        if word or kind is not Kind.NOTE:
            what = f"“{word}” is not a domain." if word else "The question has no domain."
            self.problems.add(row.number, "bind::nrm:domain", what, f"Use one of {', '.join(Domain)}.")
        return None

    def _fact_type(self, row: Row, kind: Kind, codes: frozenset[str]) -> FactType | None:
        name = row.get("bind::nrm:fact")
        if not name:
            return None
        if self.facts is None:
            return _guessed_type(kind, codes)
        fact = self.facts.get(name)
        if fact is None:
            self.problems.add(row.number, "bind::nrm:fact", f"There is no fact “{name}”.", "Declare it in facts.toml.")
            return None
        fact_type = FactType(str(fact.type))
        if kind not in FACT_KINDS[fact_type]:
            what = f"A question of type {kind} cannot set the fact “{name}” of type {fact_type}."
            self.problems.add(
                row.number, "bind::nrm:fact", what, f"Ask it as {' or '.join(sorted(FACT_KINDS[fact_type]))}."
            )
        allowed = TRUTH if fact_type is FactType.BOOLEAN else frozenset(fact.values or codes)
        for code in sorted(codes - allowed):
            what = f"The choice “{code}” is not a value of the fact “{name}”."
            self.problems.add(row.number, "bind::nrm:fact", what, f"Use {', '.join(sorted(allowed))}.")
        return fact_type

    def _consent(self, row: Row, kind: Kind, codes: frozenset[str]) -> str | None:
        purpose = row.get("bind::nrm:consent")
        if not purpose:
            return None
        if kind is not Kind.SELECT_ONE or codes - UNASKED != frozenset(CONSENT_ANSWERS):
            remedy = "Use a select_one of given and refused, with unknown for not asked."
            self.problems.add(row.number, "bind::nrm:consent", "A consent is answered otherwise.", remedy)
        if not NAME.fullmatch(purpose):
            self.problems.add(
                row.number, "bind::nrm:consent", f"“{purpose}” is not a purpose.", "Use one of country.toml."
            )
        return purpose

    def _from(self, row: Row, kind: Kind) -> tuple[str, str] | None:
        word = row.get("bind::nrm:from")
        if not word:
            return None
        match = FROM.fullmatch(word)
        if match is None or kind is not Kind.NOTE:
            self.problems.add(
                row.number,
                "bind::nrm:from",
                f"“{word}” cannot be shown here.",
                "Write form.question, on a note.",
            )
            return None
        return match[1], match[2]

    def _check_default(self, row: Row, question: Question) -> None:
        default = question.default
        if default is None or question.kind is Kind.NOTE or (default == TODAY and question.kind is Kind.DATE):
            return
        try:
            check_choice(question, parse(question, default))
        except Wrong:
            self.problems.add(
                row.number,
                "default",
                f"“{default}” is no answer to “{question.name}”.",
                "Write a valid answer.",
            )


def _guessed_type(kind: Kind, codes: frozenset[str]) -> FactType:
    if kind is Kind.SELECT_ONE:
        return FactType.BOOLEAN if codes and codes <= TRUTH else FactType.CODE
    return next((fact for fact, kinds in FACT_KINDS.items() if kind in kinds), FactType.CODE)
