"""What a decision table says about coded facts: a code that no fact can have would never match, or never be kept.

The shape of a table and its expressions are the business of `decisions`; here only the codes are compared.
"""

from .check_reading import BPMN, DMN, Element, Report, Sources, zeebe
from .feel import Expression, FeelError, Kind, compile_expression, compile_unary


def check_tables(sources: Sources, report: Report) -> None:
    """The codes in every table against the facts that go in and come out."""
    results = _results(sources)
    for name, (file, decision) in sources.decisions.items():
        table = decision.find(f"{DMN}decisionTable")
        if table is not None:
            rules = table.findall(f"{DMN}rule")
            _inputs(file, table, rules, sources, report)
            _outputs(file, table, rules, (results.get(name, ""), sources), report)


def _results(sources: Sources) -> dict[str, str]:
    """The fact that the single output of a decision becomes, by decision."""
    tasks = (task for diagram in sources.diagrams for task in diagram.process.iter(f"{BPMN}businessRuleTask"))
    called = (found for task in tasks if (found := zeebe(task, "calledDecision")) is not None)
    return {each.get("decisionId", ""): each.get("resultVariable", "") for each in called}


def _inputs(file: str, table: Element, rules: list[Element], sources: Sources, report: Report) -> None:
    kinds = {name: fact.kind for name, fact in sources.facts.items()}
    codes = {name: fact.values for name, fact in sources.facts.items() if fact.values}
    for number, text in enumerate(table.iterfind(f"{DMN}input/{DMN}inputExpression/{DMN}text")):
        try:
            asked = compile_expression(text.text or "", names=kinds, codes=codes)
        except FeelError:
            continue  # told by the compiler
        for rule in rules:
            cells = rule.findall(f"{DMN}inputEntry")
            if number < len(cells) and asked.codes:
                _test(file, cells[number], asked, report)


def _test(file: str, cell: Element, asked: Expression, report: Report) -> None:
    text = (cell.findtext(f"{DMN}text") or "").strip()
    kinds = dict.fromkeys(asked.names, Kind.any)
    try:
        compile_unary(text, names=kinds, input_kind=asked.kind, input_codes=asked.codes)
    except FeelError as error:
        report.add(file, cell.get("id") or "", f"In the cell `{text}`: {error.problem}", error.remedy)


def _outputs(
    file: str, table: Element, rules: list[Element], result: tuple[str, Sources], report: Report
) -> None:
    single, sources = result
    outputs = table.findall(f"{DMN}output")
    if table.get("aggregation"):
        return
    for number, output in enumerate(outputs):
        fact = sources.facts.get(single if len(outputs) == 1 else output.get("name", ""))
        for rule in rules:
            cells = rule.findall(f"{DMN}outputEntry")
            if fact is not None and fact.values and number < len(cells):
                _code(file, cells[number], set(fact.values), report)


def _code(file: str, cell: Element, allowed: set[str], report: Report) -> None:
    text = (cell.findtext(f"{DMN}text") or "").strip()
    try:
        given = compile_expression(text, names={})
    except FeelError:
        return  # computed from facts, or told by the compiler
    value = given.evaluate({})
    codes = set(value) if isinstance(value, list) else {value}
    if given.constant and value is not None and not codes <= allowed:
        remedy = f"Use one of: {', '.join(sorted(allowed))}."
        report.add(file, cell.get("id") or "", f"The result `{text}` is no value of its fact.", remedy)
