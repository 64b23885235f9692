"""What the written files name in each other: facts, country and forms. Their own shape is read elsewhere."""

from .check_reading import BPMN, Report, Sources
from .country import Country
from .feel import FeelError, Kind, compile_expression

COUNTRY = "country.toml"


def check_words(sources: Sources, report: Report) -> None:
    """Every name in facts.toml, country.toml and the forms."""
    if sources.country is not None:
        _country(sources.country, sources, report)
        _consents(sources.country, sources, report)
    _borrowed(sources, report)


def _country(country: Country, sources: Sources, report: Report) -> None:
    if country.spine not in {diagram.id for diagram in sources.diagrams}:
        what = f"The spine “{country.spine}” is no process."
        report.add(COUNTRY, "spine", what, "Write the name of a diagram without .bpmn.")
    for name, purpose in country.purposes.items():
        _roles(f"purposes.{name}", purpose.roles, country, report)
    for name, ground in country.grounds.items():
        _roles(f"grounds.{name}", ground.roles, country, report)
        _ground(f"grounds.{name}", ground.when, sources, report)
    for name, clock in country.clocks.items():
        if clock.from_ and (clock.from_ not in sources.facts or sources.facts[clock.from_].kind is not Kind.date):
            what = f"The clock counts from “{clock.from_}”, which is no fact of type date."
            report.add(COUNTRY, f"clocks.{name}", what, "Name a date fact, or remove `from`.")
    drawn = {each.get("name") for diagram in sources.diagrams for each in diagram.root.iterfind(f"{BPMN}message")}
    for message in country.alarms.keys() - drawn:
        what = f"No diagram knows the message “{message}”, for which somebody is alarmed."
        report.add(COUNTRY, f"alarms.{message}", what, "Name a message that begins a process.")


def _roles(element: str, roles: tuple[str, ...], country: Country, report: Report) -> None:
    for role in roles:
        if role not in country.roles:
            remedy = f"Use one of: {', '.join(sorted(country.roles))}."
            report.add(COUNTRY, element, f"There is no role “{role}”.", remedy)


def _ground(element: str, when: str, sources: Sources, report: Report) -> None:
    """A legal ground is a condition over the facts and the urgency of the offer."""
    names = {name: fact.kind for name, fact in sources.facts.items()} | {"urgent": Kind.boolean}
    codes = {name: fact.values for name, fact in sources.facts.items() if fact.values}
    try:
        compile_expression(when, names=names, wants=Kind.boolean, codes=codes)
    except FeelError as error:
        report.add(COUNTRY, element, f"In `{when}`, character {error.position + 1}: {error.problem}", error.remedy)


def _consents(country: Country, sources: Sources, report: Report) -> None:
    for key, form in sources.forms.items():
        for purpose in form.purposes:
            if purpose not in country.purposes:
                what = f"The form asks consent for “{purpose}”, which is no purpose of country.toml."
                remedy = f"Use one of: {', '.join(sorted(country.purposes))}."
                report.add(f"forms/{key}.csv", "bind::nrm:consent", what, remedy)


def _borrowed(sources: Sources, report: Report) -> None:
    """An earlier answer that a form shows must be asked somewhere."""
    for key, form in sources.forms.items():
        for other, question in form.borrowed:
            unread = f"forms/{other}.csv" in sources.files and other not in sources.forms
            if not unread and (other not in sources.forms or question not in sources.forms[other]):
                what = f"The form shows {other}.{question}, which no form asks."
                report.add(f"forms/{key}.csv", "bind::nrm:from", what, "Write form.question of another form.")
