"""A second interpreter, written from the BPMN standard alone: tokens on flows, nothing of SpiffWorkflow.

It is slow and naive on purpose. What the engine offers at every step of a walk must be what this one offers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from engine.process.definitions import Bundle
from engine.process.elements import Element, Event, Kind
from engine.process.feel import plain

from .ways import Ways

Key = tuple[str, ...]
_NAMES = {Event.TIMER: "ArmedTimer", Event.MESSAGE: "ArmedCatch"}


@dataclass(eq=False)
class Token:
    """A token in an element: what it came by, and what runs inside."""

    element: Element
    scope: "Scope"
    via: str = ""
    inside: list["Part"] = field(default_factory=list)
    rest: list[Any] = field(default_factory=list)
    armed: list[Element] = field(default_factory=list)


@dataclass(eq=False)
class Part:
    """One performance of an activity: a user task, or a scope; several of them in a multi-instance."""

    token: Token
    item: dict[str, Any]
    scope: "Scope | None" = None


@dataclass(eq=False)
class Scope:
    """A process or embedded subprocess under way."""

    process: str
    within: str
    inputs: dict[str, Any]
    part: Part | None = None
    tokens: list[Token] = field(default_factory=list)
    end: str | None = None
    over: bool = False


class Reference:
    """An instance of a process, as the standard has it."""

    def __init__(self, bundle: Bundle, process: str, facts: dict[str, Any]) -> None:
        self.bundle, self.facts = bundle, dict(facts)
        self.elements = bundle.elements
        self.ways = Ways(bundle.elements)
        self.sent: list[tuple[str, str]] = []
        self.ended: list[tuple[str, str, str]] = []
        self.top = self._open_scope(process, "", {}, None)

    def keys(self) -> list[Key]:
        """Everything open, under the same names as in the walk."""
        return sorted(key for key, _ in self.open())

    def open(self) -> list[tuple[Key, Any]]:
        """Everything open with what to do about it."""
        return list(self._open_in(self.top))

    def act(self, name: Key, nth: int, facts: dict[str, Any]) -> None:
        """Do the nth open thing of this name."""
        self.facts, self.sent, self.ended = dict(facts), [], []
        [do for key, do in self.open() if key == name][nth]()

    def _open_in(self, scope: Scope) -> Iterator[tuple[Key, Any]]:
        for token in scope.tokens:
            yield from self._open_at(token)

    def _open_at(self, token: Token) -> Iterator[tuple[Key, Any]]:
        element, way = token.element, self._way(token)
        yield from self._open_beside(token, way)
        for part in token.inside:
            if part.scope is not None:
                yield from self._open_part(part, part.scope, way)
            elif element.kind is Kind.USER_TASK:
                told = self._told({**token.scope.inputs, **part.item})
                yield ("OpenTask", "", f"{element.id}{told}", *way[1:]), partial(self._performed, part)
        if element.kind in (Kind.CATCH, Kind.RECEIVE) and element.event in _NAMES:
            yield (_NAMES[element.event], "", *way), partial(self._leave, token)
        if element.kind is Kind.EVENT_GATEWAY:
            for arm in (self.elements[flow.target] for flow in element.outgoing):
                yield (_NAMES[arm.event], arm.id, *way), partial(self._choose, token, arm)

    def _open_part(self, part: Part, scope: Scope, way: Key) -> Iterator[tuple[Key, Any]]:
        if not scope.within:
            told = self._told({**part.token.scope.inputs, **part.item})
            yield ("Scope", "", f"{part.token.element.id}{told}", *way[1:]), partial(self._abandon, part, scope)
        yield from self._open_in(scope)

    def _open_beside(self, token: Token, way: Key) -> Iterator[tuple[Key, Any]]:
        for beside in token.armed:
            if beside.event in _NAMES:
                named = f"{beside.id}{self._told(token.scope.inputs)}"
                yield (_NAMES[beside.event], "", named, *way[1:]), partial(self._boundary, token, beside)

    def _way(self, token: Token) -> Key:
        way, item = [], {}
        at: Token | None = token
        while at is not None:
            way.append(f"{at.element.id}{self._told({**at.scope.inputs, **item})}")
            part = at.scope.part
            at, item = (part.token, part.item) if part else (None, {})
        return tuple(way)

    def _told(self, inputs: dict[str, Any]) -> str:
        return str(sorted(inputs.items()))

    def _ask(self, element: Element, site: str, inputs: dict[str, Any]) -> Any:
        return element.expressions[site].evaluate(self.bundle.values(self.facts) | inputs)

    def _open_scope(self, process: str, within: str, inputs: dict[str, Any], part: Part | None) -> Scope:
        scope = Scope(process, within, inputs, part)
        if part is not None:
            part.scope = scope
        start = next(
            e for e in self.bundle.processes[process].elements.values() if e.kind is Kind.START and e.within == within
        )
        self._follow(scope, start.outgoing[0])
        return scope

    def _follow(self, scope: Scope, *flows: Any) -> None:
        tokens = [Token(self.elements[flow.target], scope, flow.id) for flow in flows]
        scope.tokens.extend(tokens)
        for token in tokens:
            if token in scope.tokens:
                self._enter(token)

    def _enter(self, token: Token) -> None:
        enter = getattr(self, f"_enter_{token.element.kind.name.lower()}", None)
        if enter is not None:
            enter(token)

    def _leave(self, token: Token, *flows: Any) -> None:
        scope = token.scope
        scope.tokens.remove(token)
        self._follow(scope, *(flows or token.element.outgoing))
        self._settle(scope)

    def _settle(self, scope: Scope) -> None:
        """Let joins go that wait for nothing more, and end the scope when no token is left."""
        for token in list(scope.tokens):
            if not scope.over and token in scope.tokens and token.element.kind in (Kind.INCLUSIVE, Kind.PARALLEL):
                self._try_join(token)
        if not scope.tokens and not scope.over:
            self._finish(scope)

    def _finish(self, scope: Scope) -> None:
        scope.over = True
        if scope.part is None:
            return
        if not scope.within:
            end = self.elements[scope.end or ""]
            self.ended.append((scope.process, end.id, end.outcome))
        self._performed(scope.part)

    def _enter_exclusive(self, token: Token) -> None:
        asked = [flow for flow in token.element.outgoing if flow.condition and not flow.default]
        for flow in asked:
            if self._ask(token.element, f"condition:{flow.id}", token.scope.inputs):
                return self._leave(token, flow)
        return self._leave(token, next(flow for flow in token.element.outgoing if flow not in asked))

    def _enter_inclusive(self, token: Token) -> None:
        self._try_join(token)

    _enter_parallel = _enter_inclusive

    def _try_join(self, token: Token) -> None:
        element, scope = token.element, token.scope
        here = {other.via: other for other in reversed(scope.tokens) if other.element is element}
        missing = {flow.id for flow in element.incoming} - set(here)
        if element.kind is Kind.PARALLEL and missing:
            return
        ways = [
            self.ways.reach(source, element)
            for other in scope.tokens
            if other.element is not element
            for source in (other.element, *other.armed)
        ]
        if element.kind is Kind.INCLUSIVE and any(reached & missing for reached in ways):
            return
        for other in here.values():
            if other is not token and token.via != other.via:
                scope.tokens.remove(other)
        self._leave(token, *(element.outgoing if element.kind is Kind.PARALLEL else self._chosen(token)))

    def _chosen(self, token: Token) -> list[Any]:
        element = token.element
        if len(element.outgoing) == 1:
            return element.outgoing
        asked = [flow for flow in element.outgoing if not flow.default]
        taken = [flow for flow in asked if self._ask(element, f"condition:{flow.id}", token.scope.inputs)]
        return taken or [flow for flow in element.outgoing if flow.default]

    def _enter_user_task(self, token: Token) -> None:
        element, scope = token.element, token.scope
        token.armed = [e for e in self.elements.values() if e.attached_to == element.id]
        if element.item is None:
            return self._perform(token, [{}])
        items = [{element.item: plain(item)} for item in self._ask(element, "collection", scope.inputs)]
        if not items:
            return self._leave(token)
        now = items[:1] if element.sequential else items
        token.rest = items[len(now) :]
        return self._perform(token, now)

    _enter_call = _enter_embedded = _enter_user_task

    def _perform(self, token: Token, items: list[dict[str, Any]]) -> None:
        parts = [Part(token, item) for item in items]
        token.inside += parts
        for part in parts:
            if token in token.scope.tokens:
                self._begin(part)

    def _begin(self, part: Part) -> None:
        token, item = part.token, part.item
        element = token.element
        around = {**token.scope.inputs, **item}
        sites = [site for site in element.expressions if site.startswith("input:")]
        given = {site.removeprefix("input:"): plain(self._ask(element, site, around)) for site in sites}
        if element.kind is Kind.CALL:
            self._open_scope(element.calls or "", "", given, part)
        elif element.kind is Kind.EMBEDDED:
            self._open_scope(element.process, element.id, {**around, **given}, part)

    def _performed(self, part: Part) -> None:
        token = part.token
        token.inside.remove(part)
        if token.rest:
            self._perform(token, [token.rest.pop(0)])
        elif not token.inside:
            self._leave(token)

    def _abandon(self, part: Part, scope: Scope) -> None:
        self._cancel_scope(scope)
        self._performed(part)

    def _boundary(self, token: Token, beside: Element) -> None:
        scope = token.scope
        token.armed.remove(beside)
        if beside.interrupting:
            scope.tokens.remove(token)
            self._cancel(token)
        self._follow(scope, *beside.outgoing)
        self._settle(scope)

    def _cancel(self, token: Token) -> None:
        for part in token.inside:
            if part.scope is not None:
                self._cancel_scope(part.scope)

    def _cancel_scope(self, scope: Scope) -> None:
        scope.over = True
        if not scope.within:
            end = self.elements.get(scope.end or "")
            told = end is not None and end.event is Event.ERROR
            self.ended.append(
                (scope.process, end.id, end.outcome) if told and end else (scope.process, "", "interrupted")
            )
        tokens, scope.tokens = scope.tokens, []
        for token in tokens:
            self._cancel(token)

    def _choose(self, token: Token, arm: Element) -> None:
        self._leave(token, *arm.outgoing)

    def _enter_throw(self, token: Token) -> None:
        element = token.element
        if element.event is Event.MESSAGE:
            self.sent.append((element.reference or "", element.id))
        elif element.event is Event.SIGNAL:
            self._signal(self.top, element.reference or "")
        elif element.event in (Event.ERROR, Event.ESCALATION):
            self._escalate(token)
        if token in token.scope.tokens and not token.scope.over:
            self._leave(token)

    _enter_send = _enter_throw

    def _enter_end(self, token: Token) -> None:
        token.scope.end = token.element.id
        if token.element.event is Event.TERMINATE:
            scope = token.scope
            scope.tokens.remove(token)
            tokens, scope.tokens = scope.tokens, []
            for other in tokens:
                self._cancel(other)
            self._settle(scope)
        else:
            self._enter_throw(token)

    def _escalate(self, token: Token) -> None:
        part = token.scope.part
        while part is not None:
            host = part.token
            for beside in host.armed:
                if beside.event is token.element.event and beside.reference in (None, token.element.reference):
                    self._boundary(host, beside)
                    return
            part = host.scope.part

    def _signal(self, scope: Scope, name: str) -> None:
        for token in list(scope.tokens):
            for beside in [e for e in token.armed if e.event is Event.SIGNAL and e.reference == name]:
                self._boundary(token, beside)
            for part in [part for part in token.inside if part.scope is not None and token in scope.tokens]:
                self._signal(part.scope, name)  # type: ignore[arg-type]

    def _enter_decision(self, token: Token) -> None:
        decision = self.bundle.decisions[token.element.decision or ""]
        outputs = decision.evaluate(self.bundle.values(self.facts)).outputs
        assert isinstance(outputs, dict)
        for name, value in outputs.items():
            self.facts[token.element.result if len(outputs) == 1 and token.element.result else name] = plain(value)
        self._leave(token)
