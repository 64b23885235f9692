"""A form as a workbook, for people who edit it in a spreadsheet. The csv is the source, a workbook a copy."""

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from .definition import FormInvalid, Problems
from .sheet import MAX_BYTES, MAX_ROWS, SHEETS, read_rows, write_csv

MAX_UNPACKED = 20 * MAX_BYTES
MAX_PARTS = 200
MAX_COLUMNS = 60
# Spreadsheets often carry many empty rows behind the last; they are read past, up to here.
MAX_EMPTY_ROWS = 20_000
FILE = "workbook"


def canonical(content: bytes) -> bytes:
    """The same form in the one canonical way of writing it; `import_xlsx(export_xlsx(x)) == canonical(x)`."""
    return write_csv(read_rows(FILE, content))


def export_xlsx(content: bytes) -> bytes:
    """The workbook of a form's csv. Every cell is text, so nothing in it is ever computed."""
    book = Workbook()
    book.remove(book.active)
    rows_by_sheet = read_rows(FILE, content)
    for name in SHEETS:
        if name not in rows_by_sheet:
            continue
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for number, row in enumerate(rows_by_sheet[name], start=1):
            for place, text in enumerate(row, start=1):
                if text:
                    _write(sheet.cell(number, place), text, number == 1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def import_xlsx(content: bytes) -> bytes:
    """The canonical csv of a workbook. Raises FormInvalid for formulas, macros and what is too large."""
    _check_package(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
            rows = {name.lower(): _rows(book[name]) for name in book.sheetnames if name.lower() in SHEETS}
        except FormInvalid:
            raise
        except Exception as error:
            # openpyxl fails in many ways on a damaged workbook; all of them mean the same to the person.
            raise _refusal("The workbook cannot be read.", "Save it again as .xlsx and try once more.") from error
    written = write_csv(rows)
    return canonical(written)


def _write(cell: Any, text: str, bold: bool) -> None:
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)


def _check_package(content: bytes) -> None:
    if len(content) > MAX_BYTES:
        raise _refusal("The workbook is larger than 1 MiB.", "Remove pictures and other sheets.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise _refusal("The workbook is too large when unpacked.", "Copy the cells into a new workbook.")
            for part in parts:
                _check_part(part.filename, package.read(part))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise _refusal("This is not an .xlsx workbook.", "Save the form as .xlsx without a password.") from error


def _check_part(name: str, content: bytes) -> None:
    if "vbaproject" in name.lower():
        raise _refusal("The workbook holds macros.", "Save it as .xlsx without macros.")
    # A part in UTF-16 would hide a document type from the search; such a part is full of zero bytes.
    hidden = name.endswith((".xml", ".rels")) and b"\0" in content
    if hidden or b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise _refusal("The workbook holds a document type.", "Copy the cells into a new workbook.")


def _rows(sheet: Any) -> list[list[str]]:
    rows = [row for row in _read(sheet) if any(row)]
    width = max((place + 1 for row in rows for place, text in enumerate(row) if text), default=0)
    return [(row + [""] * width)[:width] for row in rows]


def _read(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()
    kept = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > MAX_EMPTY_ROWS or kept > MAX_ROWS:
            raise _refusal(f"The sheet “{sheet.title}” has too many rows.", "Delete the empty rows below the last.")
        cells = [_text(cell, number) for cell in row]
        if any(cells[MAX_COLUMNS:]):
            raise _refusal(f"The sheet “{sheet.title}” has more than {MAX_COLUMNS} columns.", "Delete the others.")
        kept += any(cells)
        yield cells[:MAX_COLUMNS]


def _text(cell: Any, row: int) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        what = "A cell holds a formula." if cell.data_type == "f" else "A cell holds an error."
        raise Problems(FILE).refusal(row, cell.column_letter, what, "Replace it by its text.")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _refusal(what: str, remedy: str) -> FormInvalid:
    return Problems(FILE).refusal(None, None, what, remedy)
