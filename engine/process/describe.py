"""Each process as a numbered list that a person can read: who does what, by when, what decides, how it ends.

Works from the files alone (diagrams, tables, country.toml, facts.toml), so that it can describe a bundle
that does not compile yet.
"""

import re
import tomllib
from collections.abc import Mapping

from ..errors import Invalid
from .describe_steps import Table, Translate, Voice, duties, offer, plain, what
from .describe_words import WORDS
from .drawn import GATEWAYS, Drawn, Flow, Node, parse, read

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"
NAME = re.compile(r'"[^"]*"|[A-Za-z_]\w*')


def describe(files: Mapping[str, bytes], *, language: str = "en", translate: Translate | None = None) -> str:
    """All diagrams and tables of a bundle's files, in the order of their names, the spine first.

    `translate` says names of the drawing in the reader's language. Raises Invalid, naming file and remedy."""
    if language not in WORDS:
        raise Invalid(f"There is no description in {language!r}. Choose one of {', '.join(WORDS)}.")
    country, facts = (_toml(files, name) for name in ("country.toml", "facts.toml"))
    diagrams = {name: _drawn(name, files[name]) for name in sorted(files) if name.endswith(".bpmn")}
    ordered = sorted(diagrams.values(), key=lambda drawn: drawn.id != country.get("spine"))
    names = {drawn.id: drawn.name for drawn in ordered}
    voice = Voice(language, country, facts, names, translate or str)
    parts = [describe_process(drawn, voice) for drawn in ordered]
    parts += [_table(name, files[name], voice) for name in sorted(files) if name.endswith(".dmn")]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


def describe_process(drawn: Drawn, voice: Voice) -> list[str]:
    """One process: a heading, what it is for, the numbered steps, and the facts its conditions ask about."""
    steps = {node.id: number for number, node in enumerate(_in_order(drawn), start=1)}
    lines = [f"{voice.translate(drawn.name)} [{drawn.id}]"]
    if drawn.documentation:
        lines.append(voice.translate(drawn.documentation))
    offered: set[str] = set()
    for node_id, number in steps.items():
        node = drawn.nodes[node_id]
        sentences = what(node, voice, steps)
        if node.lane not in offered and "accept" in node.properties:
            sentences += offer(node, voice)
            offered.add(node.lane)
        sentences += duties(node, voice, steps)
        if node.documentation:
            sentences.append(voice.translate(node.documentation))
        then, *ways = _ways(node, drawn, voice, steps) or [""]
        lines.append(f"{number:>3}. {' '.join([*sentences, then]).rstrip()}")
        lines += [f"       - {way}" for way in ways]
    return lines + _asked(drawn, voice)


def describe_table(dmn: bytes, voice: Voice) -> list[str]:
    """One decision table: what it is for, how it is read, and each rule's annotation with its result."""
    lines: list[str] = []
    for decision in parse(dmn).iter(f"{{{DMN}}}decision"):
        lines.append(f"{voice.translate(str(decision.get('name')))} [{decision.get('id')}]")
        about = decision.findtext(f"{{{DMN}}}description")
        lines += [voice.translate(about)] if about else []
        table = decision.find(f"{{{DMN}}}decisionTable")
        if table is None:
            continue
        policy = table.get("hitPolicy", "UNIQUE")
        phrase = f"rules_{policy}" if f"rules_{policy}" in WORDS[voice.language] else "rules"
        lines.append(voice.say(phrase, policy=policy))
        for number, rule in enumerate(table.iter(f"{{{DMN}}}rule"), start=1):
            results = ", ".join(str(cell.findtext(f"{{{DMN}}}text")) for cell in rule.iter(f"{{{DMN}}}outputEntry"))
            about = voice.translate(rule.findtext(f"{{{DMN}}}description") or str(rule.get("id")))
            lines.append(f"{number:>3}. {about} → {results}")
    return lines


def _toml(files: Mapping[str, bytes], name: str) -> Table:
    try:
        return tomllib.loads(files.get(name, b"").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{name} cannot be read: {error}. Correct that line.") from error


def _drawn(name: str, xml: bytes) -> Drawn:
    try:
        return read(parse(xml))
    except Invalid as error:
        raise Invalid(f"{name}: {error.message}") from error


def _table(name: str, dmn: bytes, voice: Voice) -> list[str]:
    try:
        return describe_table(dmn, voice)
    except Invalid as error:
        raise Invalid(f"{name}: {error.message}") from error


def _in_order(drawn: Drawn) -> list[Node]:
    """Nodes as one meets them walking from the starts: a step follows all that lead to it, loops aside."""
    seen: set[str] = set()
    walked: list[str] = []

    def walk(first: str) -> None:
        stack = [(first, iter(_next(drawn, first)))]
        seen.add(first)
        while stack:
            _, following = stack[-1]
            step = next((other for other in following if other not in seen), None)
            if step is None:
                walked.append(stack.pop()[0])
            else:
                seen.add(step)
                stack.append((step, iter(_next(drawn, step))))

    starts = [node.id for node in drawn.nodes.values() if node.kind == "startEvent"]
    for node_id in [*reversed(starts), *drawn.nodes]:
        if node_id not in seen:
            walk(node_id)
    return [drawn.nodes[node_id] for node_id in reversed(walked)]


def _next(drawn: Drawn, node_id: str) -> list[str]:
    """What follows a node, last first: walking backwards keeps the first way on top."""
    attached = [node.id for node in drawn.nodes.values() if node.attached_to == node_id]
    return [
        *attached,
        *(flow.target for flow in reversed(drawn.leaving(node_id)) if flow.target in drawn.nodes),
    ]


def _ways(node: Node, drawn: Drawn, voice: Voice, steps: Mapping[str, int]) -> list[str]:
    """Where it goes from here; a gateway with several ways out opens with its question."""
    leaving = drawn.leaving(node.id)
    name = voice.translate(node.name or node.id)
    if len(leaving) > 1:
        question = name if name.endswith("?") else f"{name}."
        kind = node.kind if node.kind in GATEWAYS else "parallelGateway"  # a task's ways out are all taken
        return [voice.say(kind, name=question), *(_way(flow, drawn, voice, steps) for flow in leaving)]
    lead = ""
    if node.kind in GATEWAYS:
        gather = {"inclusiveGateway": "gather", "parallelGateway": "gather_all"}.get(node.kind, "meet")
        lead = voice.say(gather, name=name) + " "
    return [lead + voice.say("then", step=steps[flow.target]) for flow in leaving]


def _way(flow: Flow, drawn: Drawn, voice: Voice, steps: Mapping[str, int]) -> str:
    label, step = voice.translate(flow.name or drawn.nodes[flow.target].name), steps[flow.target]
    if flow.condition:
        return voice.say("way", label=label, condition=plain(flow.condition), step=step)
    if flow.default:
        return voice.say("otherwise", label=label, step=step)
    return voice.say("way_plain", label=label, step=step)


def _asked(drawn: Drawn, voice: Voice) -> list[str]:
    """The facts that the conditions of this process name, with what they mean."""
    words = " ".join([*(flow.condition for flow in drawn.flows), *(node.each[0] for node in drawn.nodes.values())])
    asked = [name for name in dict.fromkeys(NAME.findall(words)) if name in voice.facts]
    if not asked:
        return []
    meanings = [f"       - {name}: {voice.translate(str(voice.facts[name].get('meaning', '')))}" for name in asked]
    return [voice.say("asks"), *meanings]
