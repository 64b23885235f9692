"""Small forms for tests, written as a spreadsheet would hold them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.forms import FormDefinition, compile_form
from engine.forms.sheet import write_csv

TODAY = date(2026, 11, 22)
LANGUAGES = {"en": "English (en)", "ru": "Русский (ru)", "ky": "Кыргызча (ky)"}
SHORT = {"domain": "bind::nrm:domain", "fact": "bind::nrm:fact", "consent": "bind::nrm:consent"}
SHORT |= {"htcds": "bind::nrm:htcds", "from_": "bind::nrm:from", "source": "bind::nrm:source"}
SHORT |= {f"{word}_{code}": f"{word}::{name}" for word in ("label", "hint") for code, name in LANGUAGES.items()}
SHORT |= {f"message_{code}": f"constraint_message::{name}" for code, name in LANGUAGES.items()}
LISTS = {
    "yes_no": ["yes", "no"],
    "truth": ["true", "false"],
    "needs": ["medical", "interpreter", "material"],
    "consent": ["given", "refused", "unknown"],
}


@dataclass(frozen=True)
class Fact:
    """As much of a fact as a form looks at."""

    type: str
    values: tuple[str, ...] = ()


FACTS = {
    "wanted": Fact("code", ("yes", "no", "unknown")),
    "seen": Fact("boolean"),
    "needs": Fact("codes", ("medical", "interpreter", "material", "psychological")),
    "people": Fact("number"),
    "birth_date": Fact("date"),
}


def row(kind: str, name: str, **cells: str) -> dict[str, str]:
    """One row of the survey: stored questions get a domain and every row a label unless told otherwise."""
    filled = {"type": kind, "name": name, "label_en": name.title(), "domain": "operational"} | cells
    if kind in ("note", "begin_group", "end_group"):
        filled.pop("domain", None)
    if kind == "end_group":
        filled = {"type": kind}
    return {SHORT.get(column, column): cell for column, cell in filled.items()}


def source(
    *rows: Mapping[str, str],
    lists: Mapping[str, Sequence[str]] | None = None,
    settings: Mapping[str, str] | None = None,
) -> bytes:
    """The csv of a form with these rows, and of the lists those that the rows use."""
    used = {word.split()[-1] for word in (each.get("type", "") for each in rows) if word.startswith("select")}
    chosen = {name: codes for name, codes in LISTS.items() if name in used} if lists is None else lists
    columns = list(dict.fromkeys(["type", "name", *(column for each in rows for column in each)]))
    written = {"form_title": "Try", "form_id": "try", "version": "1", "namespaces": 'nrm="urn:nrm:form"'}
    written |= settings or {}
    sheets = {
        "survey": [columns, *([each.get(column, "") for column in columns] for each in rows)],
        "settings": [list(written), list(written.values())],
    }
    if chosen:
        choices = [[name, code, code.title()] for name, codes in chosen.items() for code in codes]
        sheets["choices"] = [["list_name", "name", "label::English (en)"], *choices]
    return write_csv(sheets)


def form(*rows: Mapping[str, str], **more: Mapping[str, str]) -> FormDefinition:
    """A compiled form with these rows."""
    return compile_form("try", source(*rows, **more), FACTS)  # type: ignore[arg-type]


def sample() -> FormDefinition:
    """A form with one of everything."""
    return form(
        row("note", "earlier", from_="intake.story"),
        row("begin_group", "who"),
        row("select_one yes_no", "child", required="yes", fact="wanted", domain="identity"),
        row(
            "integer",
            "age",
            relevant="${child}='yes'",
            required="yes",
            constraint=". >= 0 and . < 18",
            fact="people",
        ),
        row("date", "born", constraint=". <= today()", fact="birth_date", domain="identity"),
        row("decimal", "height"),
        row("end_group", ""),
        row("begin_group", "what", relevant="${child}='yes' or ${height} > 1"),
        row(
            "select_multiple needs",
            "needs",
            constraint="count-selected(.) <= 2",
            fact="needs",
            domain="medical",
        ),
        row("text", "story", required="selected(${needs},'medical')", domain="testimony"),
        row("select_one consent", "help", consent="urgent_help"),
        row("select_one truth", "lawyer", fact="seen"),
        row("end_group", ""),
    )
