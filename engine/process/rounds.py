"""From where in a process a token can still come to a join, in this round.

The standard lets an inclusive join wait for every token that can reach an empty incoming flow, unless it can reach a
taken one as well. Read literally, two joins in one loop wait for each other or a stage begins twice. So loops are told
apart: a token that would have to go round a loop around the join belongs to the next round and is not waited for;
one that goes round a loop elsewhere may still come.
"""

from collections.abc import Mapping, Sequence

Graph = Mapping[str, Sequence[str]]
Edge = tuple[str, str]


class Rounds:
    """The loops of one process. `before` gives the names that lead to each name; `start` is where all begins."""

    def __init__(self, before: Graph, start: str) -> None:
        self.before = before
        self.loops = _loops(before, _dominators(before, start))

    def reach(self, join: str) -> dict[str, frozenset[str]]:
        """For each name, the entries of a join that can be reached from it in this round, without passing the join."""
        next_round = {edge for edge, body in self.loops.items() if join in body}
        found: dict[str, set[str]] = {}
        for entry in {name for name in self.before[join] if (name, join) not in next_round}:
            for name in _backwards(self.before, entry, join, next_round):
                found.setdefault(name, set()).add(entry)
        return {name: frozenset(entries) for name, entries in found.items()}


def _backwards(before: Graph, entry: str, stop: str, barred: set[Edge]) -> set[str]:
    """Everything from which an entry can be reached, itself included, without passing `stop` or a barred edge."""
    seen, waiting = {entry}, [entry]
    while waiting:
        name = waiting.pop()
        more = {source for source in before[name] if source != stop and (source, name) not in barred} - seen
        seen |= more
        waiting += more
    return seen


def _dominators(before: Graph, start: str) -> dict[str, frozenset[str]]:
    """For each name, the names that every way to it from the start passes, itself included."""
    every = frozenset(before)
    found = {name: every for name in before} | {start: frozenset({start})}
    changed = True
    while changed:
        changed = False
        for name, sources in before.items():
            if name != start and sources:
                passed = frozenset.intersection(*(found[source] for source in sources)) | {name}
                changed = changed or passed != found[name]
                found[name] = passed
    return found


def _loops(before: Graph, dominators: Mapping[str, frozenset[str]]) -> dict[Edge, set[str]]:
    """Each edge that leads back to where a loop begins, with everything in that loop."""
    back = [(source, head) for head, sources in before.items() for source in sources if head in dominators[source]]
    return {(source, head): _backwards(before, source, head, set()) | {head} for source, head in back}
