"""The columns and rules of a DMN decision table: each text compiled, each fault noted with its place."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from lxml import etree

from .decision_tables import Input, Output, Rule
from .faults import Problem
from .feel import Expression, FeelError, Kind, UnaryTest, compile_expression, compile_unary
from .feel_values import equal, kind_of, text_of

Element = etree._Element
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
_T = TypeVar("_T")
_MOST_RULES = 500
_MOST_COLUMNS = 50
_FEEL = ("feel", "https://www.omg.org/spec/DMN/20191111/FEEL/")
# The types of the standard, and three of an older modeler for numbers. A list of codes is written "Any".
_TYPES = {
    "": Kind.any,
    "Any": Kind.any,
    "string": Kind.string,
    "boolean": Kind.boolean,
    "number": Kind.number,
    "integer": Kind.number,
    "long": Kind.number,
    "double": Kind.number,
    "date": Kind.date,
    "time": Kind.time,
    "dateTime": Kind.datetime,
    "dayTimeDuration": Kind.duration,
    "yearMonthDuration": Kind.duration,
}


@dataclass
class Place:
    """Where in a file is being read, and what may be named there. A problem is noted, and reading goes on."""

    file: str
    decision: str
    kinds: Mapping[str, Kind]
    codes: Mapping[str, Collection[str]]
    problems: list[Problem]
    noted: int = 0

    def note(self, what: str, remedy: str) -> None:
        """Note a problem of this decision."""
        self.noted += 1
        self.problems.append(Problem(self.file, self.decision, what, remedy))

    def tried(self, where: str, build: Callable[[], _T]) -> _T | None:
        """What `build` makes; an expression that is not right is noted with its place, and gives null."""
        try:
            return build()
        except FeelError as error:
            self.note(f"{where}: {error.what}", error.remedy)
            return None


def check_language(place: Place, element: Element, where: str) -> None:
    """Note an expression language other than FEEL."""
    language = element.get("expressionLanguage")
    if language is not None and language.lower() not in map(str.lower, _FEEL):
        place.note(f"{where}: the expression language {language!r} is not read.", "Write it in FEEL.")


def read_input(place: Place, element: Element) -> Input | None:
    """One input column, or null when problems were noted."""
    written = element.find(f"{DMN}inputExpression")
    text = _text(written)
    label = element.get("label") or text
    where = f'Input "{label}"'
    if written is None or not text:
        place.note(f"{where} has no expression.", "Write the name of a fact.")
        return None
    check_language(place, written, where)
    kind, values = _kind(place, written, where), element.find(f"{DMN}inputValues")

    def build() -> Input:
        expression = _expression(place, text, kind)
        return Input(label, expression, None if values is None else _test(place, expression, _text(values)))

    return place.tried(where, build)


def read_output(place: Place, element: Element) -> Output:
    """One output column. Nameless, it is called like the decision."""
    name = element.get("name") or place.decision
    where = f'Output "{name}"'
    known = place.kinds.get(name, Kind.any)
    kind = _kind(place, element, where)
    if Kind.any not in (kind, known) and kind is not known:
        place.note(f"{where} is a {kind}, the fact of that name a {known}.", "Give both the same type.")
    kind = known if kind is Kind.any else kind
    values = place.tried(where, lambda: _values(place, element, kind))
    default = element.find(f"{DMN}defaultOutputEntry")
    column = Output(name, kind, values, None)
    if default is None:
        return column
    return replace(column, default=_result(place, column, default, f"{where}, default"))


def _values(place: Place, element: Element, kind: Kind) -> tuple[Any, ...] | None:
    text = _text(element.find(f"{DMN}outputValues"))
    if not text:
        return None
    listed = compile_expression(f"[{text}]", names={}, wants=Kind.list)
    values = tuple(listed.evaluate({}) or ())
    for value in values:
        if kind is not Kind.any and kind_of(value) is not kind:
            what = f"The output value {text_of(value)!r} is no {kind}."
            place.note(what, "List only values of the column's type.")
    return values


def read_rules(place: Place, table: Element, inputs: tuple[Input, ...], outputs: tuple[Output, ...]) -> Iterator[Rule]:
    """The rules of a table, as far as no problems were noted."""
    elements = table.findall(f"{DMN}rule")
    ids = [element.get("id", "") for element in elements]
    if not 0 < len(elements) <= _MOST_RULES or len(inputs) + len(outputs) > _MOST_COLUMNS:
        what = f"The table has {len(elements)} rules and {len(inputs) + len(outputs)} columns."
        place.note(what, f"Write 1 to {_MOST_RULES} rules and at most {_MOST_COLUMNS} columns.")
        return
    if not all(ids) or len(set(ids)) < len(ids):
        place.note("A rule has no id, or the id of another.", "Give every rule an id: it is kept with the case.")
        return
    for element in elements:
        rule = _rule(place, element, inputs, outputs)
        if rule is not None:
            yield rule


def _rule(place: Place, element: Element, inputs: tuple[Input, ...], outputs: tuple[Output, ...]) -> Rule | None:
    where = f"Rule {element.get('id')}"
    entries, results = element.findall(f"{DMN}inputEntry"), element.findall(f"{DMN}outputEntry")
    if len(entries) != len(inputs) or len(results) != len(outputs):
        place.note(f"{where} has not one cell for every column.", "Open and save the table in the modeler.")
        return None
    tests = [_cell(place, column, entry, where) for column, entry in zip(inputs, entries, strict=True)]
    found = [
        _result(place, column, entry, f"{where}, output {column.name}")
        for column, entry in zip(outputs, results, strict=True)
    ]
    description = " ".join((element.findtext(f"{DMN}description") or "").split())
    return Rule(
        element.get("id", ""),
        description,
        tuple(test for test in tests if test),
        tuple(result for result in found if result),
    )


def _cell(place: Place, column: Input, entry: Element, where: str) -> UnaryTest | None:
    where = f'{where}, input "{column.label}"'
    check_language(place, entry, where)
    return place.tried(where, lambda: _test(place, column.expression, _text(entry)))


def _test(place: Place, tested: Expression, text: str) -> UnaryTest:
    return compile_unary(text, names=place.kinds, input_kind=tested.kind, codes=place.codes, input_codes=tested.codes)


def _result(place: Place, column: Output, entry: Element, where: str) -> Expression | None:
    check_language(place, entry, where)
    text = _text(entry)
    if not text:
        place.note(f"{where} is empty.", "Write a value; write null if nothing is meant.")
        return None
    expression = place.tried(where, lambda: _expression(place, text, column.kind))
    if expression is not None and expression.constant:
        _check_value(place, column, expression.evaluate({}), where)
    return expression


def _expression(place: Place, text: str, kind: Kind) -> Expression:
    wants = None if kind is Kind.any else kind
    return compile_expression(text, names=place.kinds, wants=wants, codes=place.codes)


def _check_value(place: Place, column: Output, value: object, where: str) -> None:
    allowed: Collection[object] | None = column.values
    if allowed is None and isinstance(value, str):
        allowed = place.codes.get(column.name)
    if allowed is None or any(equal(value, other) for other in allowed):
        return
    known = ", ".join(text_of(other) or "null" for other in allowed)
    place.note(f"{where}: {text_of(value) or 'null'} is not an allowed value.", f"It is one of: {known}.")


def _kind(place: Place, element: Element, where: str) -> Kind:
    written = element.get("typeRef", "").removeprefix("feel:")
    kind = _TYPES.get(written)
    if kind is None:
        place.note(f"{where}: the type {written!r} is not known.", f"One of {', '.join(filter(None, _TYPES))}.")
    return kind or Kind.any


def _text(element: Element | None) -> str:
    return "" if element is None else (element.findtext(f"{DMN}text") or "").strip()
