"""The single-file text flavour of XLSForm: a csv whose first column names the sheet, read into rows."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .definition import FormInvalid, Problems, Text

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


def read_sheets(problems: Problems, content: bytes) -> dict[str, Sheet]:
    """The sheets of a form's source. Raises FormInvalid for a sheet or column that is not known."""
    sheets = _collect(problems, content)
    for name, sheet in sheets.items():
        _check_columns(problems, name, sheet.columns)
    for name in ("survey", "settings"):
        if name not in sheets:
            problems.add(None, None, f"The sheet “{name}” is missing.", "Add it.")
    if problems.found:
        raise FormInvalid(problems.found)
    return sheets


def read_rows(file: str, content: bytes) -> dict[str, list[list[str]]]:
    """Header and rows of each sheet as they stand, all as wide as the header. Raises FormInvalid."""
    rows: dict[str, list[list[str]]] = {}
    for name, sheet in read_sheets(Problems(file), content).items():
        columns = [column for column in sheet.columns if column]
        rows[name] = [columns, *([row.get(column) for column in columns] for row in sheet.rows)]
    return rows


def write_csv(rows_by_sheet: Mapping[str, list[list[str]]]) -> bytes:
    """The one canonical way a form is written: sheets in order, UTF-8 without a mark, lines ending in LF."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for name in SHEETS:
        rows = rows_by_sheet.get(name)
        if rows:
            writer.writerow([name])
            writer.writerows(["", *row] for row in rows)
    return out.getvalue().encode()


def _collect(problems: Problems, content: bytes) -> dict[str, Sheet]:
    sheets: dict[str, Sheet] = {}
    sheet: Sheet | None = None
    for number, name, cells in _records(problems, content):
        if name:
            sheet = _open(problems, sheets, number, name)
        if not any(cells):
            continue
        if sheet is None:
            raise problems.refusal(number, None, "This row belongs to no sheet.", "Begin with a row “survey”.")
        if sheet.columns:
            sheet.rows.append(_row(problems, number, sheet.columns, cells))
        else:
            sheet.columns = cells
    return sheets


def _records(problems: Problems, content: bytes) -> Iterator[tuple[int, str, list[str]]]:
    """Rows as (number, sheet name or "", cells)."""
    number = 0
    try:
        for number, record in enumerate(csv.reader(_lines(problems, content), strict=True), start=1):
            if number > MAX_ROWS:
                raise problems.refusal(number, None, f"More than {MAX_ROWS} rows.", "Split the form.")
            cells = [_cell(problems, number, cell) for cell in record]
            yield number, cells[0].lower() if cells else "", cells[1:]
    except csv.Error as error:
        what = f"The row cannot be read: {error}."
        raise problems.refusal(number + 1, None, what, "Mend its quotation marks.") from error


def _lines(problems: Problems, content: bytes) -> io.StringIO:
    if len(content) > MAX_BYTES:
        raise problems.refusal(None, None, "The form is larger than 1 MiB.", "Split it into two forms.")
    try:
        return io.StringIO(content.decode("utf-8-sig"), newline="")
    except UnicodeDecodeError as error:
        what = f"Byte {error.start} is not UTF-8."
        raise problems.refusal(None, None, what, "Save the file as UTF-8 csv.") from error


def _cell(problems: Problems, number: int, cell: str) -> str:
    cell = unicodedata.normalize("NFC", cell.replace("\r\n", "\n").strip())
    if len(cell) > MAX_CELL:
        raise problems.refusal(number, None, f"A cell is longer than {MAX_CELL} characters.", "Shorten it.")
    for letter in cell:
        if unicodedata.category(letter) == "Cc" and letter not in "\n\t":
            what = f"A cell holds the invisible character U+{ord(letter):04X}."
            raise problems.refusal(number, None, what, "Type the cell again.")
    return cell


def _open(problems: Problems, sheets: dict[str, Sheet], number: int, name: str) -> Sheet:
    if name not in SHEETS:
        problems.add(number, None, f"There is no sheet “{name[:40]}” in a form.", f"Use {', '.join(SHEETS)}.")
        return Sheet()
    if name in sheets:
        problems.add(number, None, f"The sheet “{name}” begins twice.", "Put its rows together.")
        return Sheet()
    return sheets.setdefault(name, Sheet())


def _row(problems: Problems, number: int, columns: list[str], cells: list[str]) -> Row:
    if any(cells[len(columns) :]):
        what = "The row has more cells than the sheet has columns."
        problems.add(number, None, what, "Put a text with a comma between quotation marks.")
    filled = {column: cell for column, cell in zip(columns, cells, strict=False) if cell}
    if "" in filled:
        problems.add(number, None, "A cell stands under no heading.", "Give its column a heading.")
    return Row(number, filled)


def _check_columns(problems: Problems, name: str, columns: list[str]) -> None:
    for place, column in enumerate(columns):
        if not column:
            continue
        match = TRANSLATED.fullmatch(column)
        known = match["column"] in IN_LANGUAGES[name] if match else column in COLUMNS[name]
        if not known:
            translated = (f"{word}::Русский (ru)" for word in sorted(IN_LANGUAGES[name]))
            remedy = f"Use {', '.join([*sorted(COLUMNS[name]), *translated])}."
            problems.add(None, column, f"The sheet “{name}” has no such column.", remedy)
        if column in columns[:place]:
            problems.add(None, column, f"The sheet “{name}” has this column twice.", "Remove one of them.")
