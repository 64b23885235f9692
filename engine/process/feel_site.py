"""Where an expression stands and what its parts are: the ground of `feel_compile` and `feel_comparisons`."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NoReturn

from lark import Tree

from .feel_grammar import FeelError, Node, start_of
from .feel_values import Kind


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression is evaluated over: named values, and the value a table cell is tested against."""

    values: Mapping[str, Any]
    tested: object = None


Run = Callable[[Scope], object]
NOTHING = Scope({})


@dataclass(frozen=True, slots=True)
class Codes:
    """The values a coded name may have; of a list, its items."""

    name: str
    allowed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Typed:
    """A compiled part: its kind, its closure, and what is known of it before it is evaluated."""

    kind: Kind
    run: Run
    node: Node
    constant: bool = False
    codes: Codes | None = None
    items: tuple["Typed", ...] = ()

    @property
    def is_null(self) -> bool:
        """Whether it can only be null."""
        return self.constant and self.run(NOTHING) is None


Rule = Callable[["Site", Node], Typed]


@dataclass(slots=True)
class Site:
    """Where an expression stands: what it may name, and what it was found to use.

    `cell` is the input a table cell tests, absent elsewhere; `rules` compile each sort of node.
    """

    text: str
    rules: Mapping[str, Rule]
    kinds: Mapping[str, Kind]
    codes: Mapping[str, Collection[str]]
    clocks: Collection[str]
    cell: Typed | None = None
    names: set[str] = field(default_factory=set)
    used_clocks: set[str] = field(default_factory=set)
    inputs_used: int = 0

    def build(self, node: Node) -> Typed:
        """Compile a node. Raises `FeelError`."""
        return self.rules[str(node.data)](self, node)

    def build_all(self, node: Node) -> list[Typed]:
        """Compile the parts of a node."""
        return [self.build(child) for child in trees(node)]

    def refuse(self, node: Node, problem: str, remedy: str) -> NoReturn:
        """Raise `FeelError` at a node."""
        raise FeelError(problem, remedy, self.text, start_of(node))


def trees(node: Node) -> list[Node]:
    """The parts of a node, operators aside."""
    return [child for child in node.children if isinstance(child, Tree)]


def made(kind: Kind, run: Run, node: Node, parts: Iterable[Typed]) -> Typed:
    """A part made of others: constant when they all are."""
    return Typed(kind, run, node, constant=all(part.constant for part in parts))


def nearest(name: str, known: Iterable[str], otherwise: str) -> str:
    """The remedy for a misspelling, or another one when nothing is near."""
    near = get_close_matches(name, known, 1)
    return f"Did you mean `{near[0]}`?" if near else otherwise


def boolean(site: Site, part: Typed, where: str) -> Typed:
    """The part, refused unless it can be true or false."""
    if part.kind not in (Kind.boolean, Kind.any):
        remedy = "Write a comparison, for instance x = y."
        site.refuse(part.node, f"{where} needs true or false, and this is a {part.kind}.", remedy)
    return part


def common_kind(site: Site, parts: Iterable[Typed]) -> Kind:
    """The one kind of several parts, null aside; refused where they differ."""
    found = Kind.any
    for part in parts:
        if part.is_null or part.kind is found:
            continue
        if found is not Kind.any and part.kind is not Kind.any:
            problem = f"this is a {part.kind}, the value beside it a {found}."
            site.refuse(part.node, problem, "Give both the same kind.")
        found = part.kind if found is Kind.any else found
    return found


def check_codes(site: Site, coded: Typed, other: Typed) -> None:
    """Refuse a text that a coded name can never be: a misspelt code would be false for ever."""
    if coded.codes is None:
        return
    for part in other.items or (other,):
        value = part.run(NOTHING) if part.constant else None
        if isinstance(value, str) and value not in coded.codes.allowed:
            known = sorted(coded.codes.allowed)
            remedy = nearest(value, known, f"It is one of: {', '.join(known)}.")
            site.refuse(part.node, f'`{coded.codes.name}` is never "{value}".', remedy)
