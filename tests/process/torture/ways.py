"""Which ways lead where in a diagram, found by trying them all."""

from typing import Any

from engine.process.elements import Element, Kind


class Ways:
    """The flows of a bundle's diagrams; a boundary event is a way out of the activity it stands beside."""

    def __init__(self, elements: dict[str, Element]) -> None:
        self.elements = elements

    def reach(self, source: Element, join: Element) -> set[str]:
        """The flows into a join that can still be taken from here, without passing it or beginning a new round."""
        flows = [flow for flow in source.outgoing if not self._new_round(flow, join)]
        seen: set[str] = set()
        found: set[str] = set()
        while flows:
            flow = flows.pop()
            if flow.target == join.id:
                found.add(flow.id)
            elif flow.id not in seen:
                seen.add(flow.id)
                ways = self._ways_out(self.elements[flow.target])
                flows += [way for way in ways if not self._new_round(way, join)]
        return found

    def _new_round(self, flow: Any, join: Element) -> bool:
        """Whether a flow leads back to where a loop around the join begins: no way leads to it but through there."""
        head, tail = self.elements[flow.target], self.elements[flow.source]
        start = next(e for e in self._beside(head) if e.kind is Kind.START)
        if tail is not head and self._leads(start, tail, without=head):
            return False
        return join is head or self._leads(join, tail, without=head)

    def _beside(self, element: Element) -> list[Element]:
        return [e for e in self.elements.values() if (e.process, e.within) == (element.process, element.within)]

    def _leads(self, source: Element, target: Element, *, without: Element) -> bool:
        """Whether there is a way from one element to another that does not pass a third."""
        seen, waiting = {source.id}, [source]
        while waiting:
            element = waiting.pop()
            if element is without:
                continue
            if element is target:
                return True
            after = [flow.target for flow in element.outgoing]
            after += [e.id for e in self.elements.values() if e.attached_to == element.id]
            waiting += [self.elements[id] for id in after if id not in seen]
            seen.update(after)
        return False

    def _ways_out(self, element: Element) -> list[Any]:
        beside = [e for e in self.elements.values() if e.attached_to == element.id]
        return [flow for e in (element, *beside) for flow in e.outgoing]
