"""A form goes into a workbook and comes out as it was; one that would compute or overwhelm is refused."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from engine.forms import FormInvalid, compile_form
from engine.forms.xlsx import canonical, export_xlsx, import_xlsx
from tests.forms.samples import FACTS, row, source

pytestmark = pytest.mark.once
CONTENT = source(
    row("note", "n", label_en='Two\nlines, and “quotes” "so"'),
    row("select_one yes_no", "safe", label_ru="Безопасно?", label_ky="Коопсузбу?"),
    row("integer", "age", constraint=". >= 0", relevant="${safe} = 'yes'"),
)


def workbook(**cells: Any) -> bytes:
    """The sample as a workbook, with some cells of the survey replaced."""
    book = load_workbook(io.BytesIO(export_xlsx(CONTENT)))
    for place, value in cells.items():
        book["survey"][place] = value
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(FormInvalid) as refused:
        import_xlsx(content)
    return str(refused.value)


def test_out_and_in_again_is_the_same_form() -> None:
    assert canonical(CONTENT) == CONTENT
    assert import_xlsx(export_xlsx(CONTENT)) == CONTENT
    assert compile_form("try", import_xlsx(export_xlsx(CONTENT)), FACTS).hash == compile_form("try", CONTENT).hash


def test_another_way_of_writing_comes_out_canonical() -> None:
    other = b"\xef\xbb\xbf" + CONTENT.replace(b"\n", b"\r\n").replace(b"survey", b"SURVEY,,,,,,,")
    assert import_xlsx(export_xlsx(other)) == canonical(other) == CONTENT


def test_what_looks_like_a_formula_goes_out_as_text() -> None:
    content = source(row("text", "a", label_en="=1+1", hint_en="@SUM(A1)", label_ru="+7 996", label_ky="-"))
    book = load_workbook(io.BytesIO(export_xlsx(content)))
    cells = [cell for line in book["survey"].iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert import_xlsx(export_xlsx(content)) == content


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://x")', "=cmd|'/c calc'!A1"])
def test_a_formula_is_refused_with_its_place(formula: str) -> None:
    said = refusal(workbook(C3=formula))
    assert "row 3, column C" in said and "formula" in said


def test_an_error_cell_is_refused() -> None:
    assert "A cell holds an error" in refusal(workbook(C3="#REF!"))


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (3.0, "3"), (3.5, "3.5"), (7, "7"), (date(2026, 1, 2), "2026-01-02")],
)
def test_what_a_spreadsheet_made_of_a_word_is_a_word_again(value: Any, text: str) -> None:
    assert f",{text},".encode() in import_xlsx(workbook(C3=value))
    assert b"2026-01-02" in import_xlsx(workbook(C3=datetime(2026, 1, 2, 3, 4)))


def test_other_sheets_and_empty_rows_do_no_harm() -> None:
    book = load_workbook(io.BytesIO(export_xlsx(CONTENT)))
    book.create_sheet("remarks")["A1"] = "=1+1"
    book["survey"].title = "x"
    book["x"].title = "Survey"
    book["Survey"]["A900"] = "  "
    assert import_xlsx(saved(book)) == CONTENT


def test_too_many_rows_or_columns() -> None:
    book = load_workbook(io.BytesIO(export_xlsx(CONTENT)))
    book["survey"]["A30000"] = "text"
    assert "too many rows" in refusal(saved(book))
    book = load_workbook(io.BytesIO(export_xlsx(CONTENT)))
    book["survey"]["CZ2"] = "x"
    assert "more than 60 columns" in refusal(saved(book))


@pytest.mark.parametrize("content", [b"", b"survey,", b"PK\x03\x04" + b"x" * 50, b"x" * (1 << 20) + b"x"])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    assert refusal(content)


def _packed(**parts: bytes) -> bytes:
    out = io.BytesIO(export_xlsx(CONTENT))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def test_bombs_macros_and_document_types_are_refused() -> None:
    assert "too large when unpacked" in refusal(_packed(big=b"\0" * (21 << 20)))
    assert "too large when unpacked" in refusal(_packed(**{f"p{number}": b"" for number in range(250)}))
    assert "macros" in refusal(_packed(vbaProject=b"x"))
    doctype = '<!DOCTYPE x [<!ENTITY a "b">]><x/>'
    assert "document type" in refusal(_packed(extra=doctype.encode()))
    assert "document type" in refusal(_packed(**{"xl/extra.xml": doctype.encode("utf-16")}))


def test_a_damaged_workbook_is_refused() -> None:
    whole = export_xlsx(CONTENT)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            damaged = b"<broken" if part.filename.endswith("sheet1.xml") else old.read(part)
            new.writestr(part, damaged)
    assert refusal(out.getvalue())
    assert refusal(whole[: len(whole) // 2])


LETTERS = st.characters(blacklist_categories=("Cc", "Cs"), blacklist_characters="\ufffe\uffff")
TEXTS = st.one_of(
    st.text(LETTERS, min_size=1, max_size=20),
    st.sampled_from(
        ["=1", "'=1", "_x0041_", "_x000D_", "1.0", "TRUE", "2020-01-01", "a\nb", "a\tb", "#REF!", '"', "''"]
    ),
)


@settings(max_examples=25, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_any_words_come_back_as_they_were(label: str, hint: str, remark: str) -> None:
    content = canonical(source(row("text", "a", label_en=label, hint_en=hint, source=remark)))
    assert import_xlsx(export_xlsx(content)) == content
