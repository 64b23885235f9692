"""A form as the engine runs it: sections of questions, in several languages, compiled once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from ..errors import Invalid
from .expressions import Expression
from .kinds import Domain, FactType, Kind

FALLBACK = ("ru", "en")
TODAY = "today()"
# A problem quotes the form; a hostile form must not make it endless.
MAX_TOLD = 400


@dataclass(frozen=True, slots=True)
class Text:
    """Words in several languages, keyed by language code (`ky`, `ru`, `en`)."""

    words: Mapping[str, str]

    def get(self, language: str) -> str:
        """The words in this language, else in Russian, else English, else whatever there is; "" for none."""
        for candidate in (language, *FALLBACK):
            if self.words.get(candidate):
                return self.words[candidate]
        return next((text for text in self.words.values() if text), "")

    def translated(self, language: str) -> bool:
        """Whether `get` gives words of this very language (or there are no words at all)."""
        return bool(self.words.get(language)) or not any(self.words.values())

    def __bool__(self) -> bool:
        return any(self.words.values())


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer: its stable `code` and its label."""

    code: str
    label: Text


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a form. A note asks nothing; its `from_` may name an earlier (form, question) to show."""

    name: str
    kind: Kind
    label: Text
    hint: Text
    section: str
    row: int
    required: bool | Expression = False
    relevant: Expression | None = None
    constraint: Expression | None = None
    constraint_message: Text = field(default_factory=lambda: Text({}))
    choices: tuple[Choice, ...] = ()
    default: str | None = None
    appearance: str = ""
    domain: Domain | None = None
    fact: str | None = None
    fact_type: FactType | None = None
    consent: str | None = None
    htcds: str | None = None
    from_: tuple[str, str] | None = None
    source: str | None = None

    @property
    def codes(self) -> frozenset[str]:
        """The codes one may choose from."""
        return frozenset(choice.code for choice in self.choices)

    def choice(self, code: str) -> Choice | None:
        """The choice of this code, if there is one."""
        return next((choice for choice in self.choices if choice.code == code), None)


@dataclass(frozen=True, slots=True)
class Section:
    """A group of questions: one page, one unit of drafting. Loose questions are a section without a label."""

    name: str
    label: Text
    questions: tuple[Question, ...]
    relevant: Expression | None = None

    @property
    def implicit(self) -> bool:
        """Whether the author drew no group around these questions."""
        return not self.label


@dataclass(frozen=True, slots=True, eq=False)
class FormDefinition:
    """A compiled form. `hash` is the SHA-256 of its source, in hex."""

    key: str
    title: Text
    version: str
    languages: tuple[str, ...]
    sections: tuple[Section, ...]
    hash: str
    _by_name: dict[str, Question] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {question.name: question for question in self._all()})

    def __getitem__(self, name: str) -> Question:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def _all(self) -> Iterator[Question]:
        for section in self.sections:
            yield from section.questions

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every row in order, notes included."""
        return tuple(self._by_name.values())

    @property
    def stored(self) -> tuple[Question, ...]:
        """The questions that have an answer: all but notes."""
        return tuple(question for question in self._by_name.values() if question.kind is not Kind.NOTE)

    def section(self, name: str) -> Section | None:
        """The section of this name, if there is one."""
        return next((section for section in self.sections if section.name == name), None)

    @property
    def borrowed(self) -> tuple[tuple[str, str], ...]:
        """The earlier answers this form shows, as (form, question): the data package of its task."""
        return tuple(dict.fromkeys(question.from_ for question in self.questions if question.from_))

    @property
    def purposes(self) -> tuple[str, ...]:
        """The purposes this form asks consent for."""
        return tuple(dict.fromkeys(question.consent for question in self.questions if question.consent))

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts this form may set."""
        return tuple(dict.fromkeys(question.fact for question in self.questions if question.fact))

    def defaults(self, today: date) -> dict[str, str]:
        """What a fresh page shows already filled in, by question."""
        given = {question.name: question.default for question in self.stored if question.default is not None}
        return {name: today.isoformat() if value == TODAY else value for name, value in given.items()}

    def untranslated(self, language: str) -> tuple[str, ...]:
        """Where words in this language are missing: question names, `section:` names and `question=code`."""
        missing = ["title"] if not self.title.translated(language) else []
        for section in self.sections:
            if not section.label.translated(language):
                missing.append(f"section:{section.name}")
        for question in self.questions:
            texts = (question.label, question.hint, question.constraint_message)
            if not all(text.translated(language) for text in texts):
                missing.append(question.name)
            codes = (choice.code for choice in question.choices if not choice.label.translated(language))
            missing.extend(f"{question.name}={code}" for code in codes)
        return tuple(missing)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a form, where it is (row as a spreadsheet counts), and what to do about it."""

    file: str
    row: int | None
    column: str | None
    what: str
    remedy: str

    @property
    def element(self) -> str:
        """The place inside the file, for people."""
        places = [f"row {self.row}"] if self.row else []
        places += [f"column {self.column}"] if self.column else []
        return ", ".join(places)

    def __str__(self) -> str:
        place = f"{self.file}, {self.element}" if self.element else self.file
        return f"{place}: {self.what} {self.remedy}"


class FormInvalid(Invalid):
    """This form cannot be used."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Problems:
    """What is wrong with one file, collected so that everything is told at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(self, row: int | None, column: str | None, what: str, remedy: str) -> None:
        """Note something wrong at a row (or in the whole file) and what to do."""
        self.found.append(Problem(self.file, row, column, what[:MAX_TOLD], remedy[:MAX_TOLD]))

    def refusal(self, row: int | None, column: str | None, what: str, remedy: str) -> FormInvalid:
        """The error for something so wrong that reading cannot go on."""
        self.add(row, column, what, remedy)
        return FormInvalid(self.found)
