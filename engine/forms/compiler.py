"""From the source of an XLSForm to a FormDefinition, refusing what would not run exactly as written."""

import hashlib
import re
from collections.abc import Mapping

from .definition import Choice, FormDefinition, FormInvalid, Problems, Section, Text
from .questions import LOOSE, NAME, FactLike, QuestionReader
from .sheet import TRANSLATED, Row, Sheet, read_sheets

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
NEEDS_LABEL = "Write at least label::English (en)."


def compile_form(key: str, content: bytes, facts: Mapping[str, FactLike] | None = None) -> FormDefinition:
    """Compile the csv source of form `key`; with `facts`, check every fact it sets.

    Refused is whatever is not understood: sheets, columns, types, lists, functions, domains, facts, codes.
    Raises FormInvalid with every problem found.
    """
    problems = Problems(f"forms/{key}.csv")
    sheets = read_sheets(problems, content)
    settings = _settings(key, sheets["settings"], problems)
    lists = _lists(sheets.get("choices", Sheet()), problems)
    reader = QuestionReader(problems, lists, facts)
    sections = _sections(sheets["survey"], reader)
    for unused in sorted(lists.keys() - reader.used_lists):
        problems.add(None, "list_name", f"No question uses the list “{unused}”.", "Remove it, or use it.")
    if not any(section.questions for section in sections):
        problems.add(None, None, "The form asks nothing.", "Add a question to the sheet “survey”.")
    if problems.found:
        raise FormInvalid(problems.found)
    return FormDefinition(
        key=key,
        title=_title(settings),
        version=settings.get("version") or "1",
        languages=_languages(sheets["survey"]),
        sections=tuple(sections),
        hash=hashlib.sha256(content).hexdigest(),
    )


def _settings(key: str, sheet: Sheet, problems: Problems) -> Row:
    if len(sheet.rows) != 1:
        problems.add(None, None, "The sheet “settings” needs exactly one row.", "Keep one row.")
        return Row(0, {})
    row = sheet.rows[0]
    if row.get("form_id") not in ("", key):
        problems.add(row.number, "form_id", "The form is not named like its file.", f"Write {key}.")
    if not _title(row):
        problems.add(row.number, "form_title", "The form has no title.", "Write a form_title.")
    return row


def _title(settings: Row) -> Text:
    words = {"en": settings.get("form_title"), **settings.text("nrm:title").words}
    return Text({language: text for language, text in words.items() if text})


def _languages(survey: Sheet) -> tuple[str, ...]:
    matches = (TRANSLATED.fullmatch(column) for column in survey.columns)
    return tuple(dict.fromkeys(match["language"] for match in matches if match))


def _lists(sheet: Sheet, problems: Problems) -> dict[str, list[Choice]]:
    lists: dict[str, list[Choice]] = {}
    for row in sheet.rows:
        name, choice = row.get("list_name"), Choice(row.get("name"), row.text("label"))
        listed = lists.setdefault(name, [])
        if not NAME.fullmatch(name):
            problems.add(row.number, "list_name", f"“{name}” is not a name of a list.", "Use a-z, 0-9 and _.")
        if not CODE.fullmatch(choice.code):
            problems.add(row.number, "name", f"“{choice.code}” is not a code.", "Use a-z, 0-9, _ . and -, no spaces.")
        if any(choice.code == other.code for other in listed):
            problems.add(row.number, "name", f"“{name}” has “{choice.code}” twice.", "Remove one of them.")
        if not choice.label:
            problems.add(row.number, "label", f"The choice “{choice.code}” has no label.", NEEDS_LABEL)
        listed.append(choice)
    return lists


def _sections(survey: Sheet, reader: QuestionReader) -> list[Section]:
    sections: list[Section] = []
    for group, rows in _runs(survey, reader.problems):
        if group is None:
            name, label, relevant = LOOSE if not sections else f"{LOOSE}_{len(sections) + 1}", Text({}), None
        else:
            name, label, relevant = group.get("name"), group.text("label"), reader.begin(group)
        questions = tuple(reader.read(row, name) for row in rows)
        sections.append(Section(name, label, questions, relevant))
    return sections


def _runs(survey: Sheet, problems: Problems) -> list[tuple[Row | None, list[Row]]]:
    """The rows of the survey by group; rows outside any group, in between, are a run of their own."""
    runs: list[tuple[Row | None, list[Row]]] = []
    group: Row | None = None
    fresh = True
    for row in survey.rows:
        word = row.get("type").replace("begin group", "begin_group").replace("end group", "end_group")
        if word in ("begin_group", "end_group"):
            if (word == "begin_group") == (group is not None):
                problems.add(row.number, "type", "The groups do not pair.", "End each group before the next begins.")
            group, fresh = (row, False) if word == "begin_group" else (None, True)
            if group is not None:
                runs.append((group, []))
        else:
            if fresh:
                runs.append((None, []))
                fresh = False
            runs[-1][1].append(row)
    if group is not None:
        problems.add(group.number, "type", "This group does not end.", "Add a row end_group.")
    return runs
