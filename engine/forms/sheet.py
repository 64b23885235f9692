"""The single-file text flavour of XLSForm: a csv whose first column names the sheet, read into rows."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from .definition import FormInvalid, Problem, Text

MAX_BYTES = 1 << 20
MAX_CELL = 10_000
MAX_ROWS = 3_000
SHEETS = ("survey", "choices", "settings")
TRANSLATED = re.compile(r"(?P<column>[a-z_]+|nrm:title)::[^:()]+ \((?P<language>[a-z]{2,3})\)")
COLUMNS: dict[str, frozenset[str]] = {
    "survey": frozenset(
        [
            "type",
            "name",
            "required",
            "relevant",
            "constraint",
            "default",
            "appearance",
            "bind::nrm:domain",
            "bind::nrm:fact",
            "bind::nrm:htcds",
            "bind::nrm:from",
            "bind::nrm:consent",
            "bind::nrm:source",
        ]
    ),
    "choices": frozenset({"list_name", "name"}),
    "settings": frozenset(["form_title", "form_id", "version", "default_language", "namespaces", "style"]),
}
IN_LANGUAGES: dict[str, frozenset[str]] = {
    "survey": frozenset({"label", "hint", "constraint_message"}),
    "choices": frozenset({"label"}),
    "settings": frozenset({"nrm:title"}),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet counts it, and its cells that are not empty, by column."""

    number: int
    cells: dict[str, str]

    def get(self, column: str) -> str:
        """The cell, or "" where there is none."""
        return self.cells.get(column, "")

    def text(self, column: str) -> Text:
        """The words of a column that is written once per language."""
        words: dict[str, str] = {}
        for name, cell in self.cells.items():
            match = TRANSLATED.fullmatch(name)
            if match and match["column"] == column:
                words[match["language"]] = cell
        return Text(words)


@dataclass(slots=True)
class Sheet:
    """One sheet: its columns in order and its rows."""

    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


def read_sheets(file: str, content: bytes) -> dict[str, Sheet]:
    """The sheets of a form's source. Raises FormInvalid for a sheet or column that is not known."""
    problems: list[Problem] = []
    sheets = _collect(file, content, problems)
    for name, sheet in sheets.items():
        problems.extend(_column_problems(file, name, sheet.columns))
    for name in ("survey", "settings"):
        if name not in sheets:
            problems.append(Problem(file, None, None, f"The sheet “{name}” is missing.", "Add it."))
    if problems:
        raise FormInvalid(problems)
    return sheets


def _collect(file: str, content: bytes, problems: list[Problem]) -> dict[str, Sheet]:
    sheets: dict[str, Sheet] = {}
    sheet: Sheet | None = None
    for number, name, cells in _records(file, content):
        if name:
            sheet = _open(sheets, name, Problem(file, number, None, "", ""), problems)
        if not any(cells):
            continue
        if sheet is None:
            what = "This row belongs to no sheet."
            problems.append(Problem(file, number, None, what, "Begin with a row “survey”."))
            sheet = Sheet()
        if sheet.columns:
            sheet.rows.append(_row(file, number, sheet.columns, cells, problems))
        else:
            sheet.columns = cells
    return sheets


def write_csv(rows_by_sheet: dict[str, list[list[str]]]) -> bytes:
    """The one canonical way a form is written: sheets in order, UTF-8 without a mark, lines ending in LF."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for name in SHEETS:
        rows = rows_by_sheet.get(name)
        if rows:
            writer.writerow([name])
            writer.writerows(["", *row] for row in rows)
    return out.getvalue().encode()


def read_rows(file: str, content: bytes) -> dict[str, list[list[str]]]:
    """Header and rows of each sheet as they stand, all as wide as the header. Raises FormInvalid."""
    sheets = read_sheets(file, content)
    rows: dict[str, list[list[str]]] = {}
    for name, sheet in sheets.items():
        columns = [column for column in sheet.columns if column]
        rows[name] = [columns, *([row.get(column) for column in columns] for row in sheet.rows)]
    return rows


def _records(file: str, content: bytes) -> Iterator[tuple[int, str, list[str]]]:
    """Rows as (number, sheet name or "", cells)."""
    if len(content) > MAX_BYTES:
        raise FormInvalid(
            [Problem(file, None, None, "The form is larger than 1 MiB.", "Split it into two forms.")]
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormInvalid(
            [Problem(file, None, None, f"Byte {error.start} is not UTF-8.", "Save the file as UTF-8 csv.")]
        ) from error
    number = 0
    try:
        for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            if number > MAX_ROWS:
                raise FormInvalid(
                    [Problem(file, number, None, f"More than {MAX_ROWS} rows.", "Split the form.")]
                )
            cells = [_cell(file, number, cell) for cell in record]
            yield number, cells[0].lower() if cells else "", cells[1:]
    except csv.Error as error:
        raise FormInvalid(
            [
                Problem(
                    file, number + 1, None, f"The row cannot be read: {error}.", "Mend its quotation marks."
                )
            ]
        ) from error


def _cell(file: str, number: int, cell: str) -> str:
    cell = unicodedata.normalize("NFC", cell.replace("\r\n", "\n").strip())
    if len(cell) > MAX_CELL:
        raise FormInvalid([Problem(file, number, None, f"A cell is longer than {MAX_CELL}.", "Shorten it.")])
    for letter in cell:
        if unicodedata.category(letter) == "Cc" and letter not in "\n\t":
            what = f"A cell holds the invisible character U+{ord(letter):04X}."
            raise FormInvalid([Problem(file, number, None, what, "Type the cell again.")])
    return cell


def _open(sheets: dict[str, Sheet], name: str, place: Problem, problems: list[Problem]) -> Sheet:
    if name not in SHEETS:
        what = f"There is no sheet “{name[:40]}” in a form."
        problems.append(Problem(place.file, place.row, None, what, f"Use {', '.join(SHEETS)}."))
        return Sheet()
    if name in sheets:
        problems.append(
            Problem(place.file, place.row, None, f"“{name}” begins twice.", "Put its rows together.")
        )
        return Sheet()
    sheets[name] = Sheet()
    return sheets[name]


def _row(file: str, number: int, columns: list[str], cells: list[str], problems: list[Problem]) -> Row:
    if any(cells[len(columns) :]):
        what = "The row has more cells than the sheet has columns."
        problems.append(Problem(file, number, None, what, "Put a text with a comma between quotation marks."))
    filled = {column: cell for column, cell in zip(columns, cells, strict=False) if cell}
    if "" in filled:
        problems.append(
            Problem(file, number, None, "A cell stands under no heading.", "Give its column a heading.")
        )
    return Row(number, filled)


def _column_problems(file: str, name: str, columns: list[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for column in columns:
        match = TRANSLATED.fullmatch(column)
        known = match["column"] in IN_LANGUAGES[name] if match else column in COLUMNS[name]
        if not known and column:
            translated = (f"{word}::Русский (ru)" for word in sorted(IN_LANGUAGES[name]))
            remedy = f"Use {', '.join([*sorted(COLUMNS[name]), *translated])}."
            yield Problem(file, None, column, f"The sheet “{name}” has no such column.", remedy)
        if column and column in seen:
            yield Problem(
                file, None, column, f"The sheet “{name}” has this column twice.", "Remove one of them."
            )
        seen.add(column)
