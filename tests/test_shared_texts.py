"""Workbooks as spreadsheet programs write them are read and filled: texts in a shared table."""

import warnings
from datetime import date, datetime

import openpyxl
import pytest
from excel_shapes import PROGRAMS, Formula, Rich, Tab, write
from hypothesis import given
from hypothesis import strategies as st
from small_workbooks import MAIN, SHEET, part, sheet_xml, with_parts

from fedcheck.spreadsheets.xlsx_filler import fill_cells
from fedcheck.spreadsheets.xlsx_reader import MergedArea, read_workbook

ROWS = [
    ["Task", "When", Rich(("Who ", "does", " it"))],
    ["same", date(2027, 1, 2), "same"],
    ["  kept  ", datetime(2027, 1, 2, 12), "line\nnext\r\nlast _x0041_ & <b>"],
    [True, 2.5, Rich(("読む", "本"), "よむほん")],
    [7, Formula("A5+1", 8), Formula('IF(A9=1,"x","")')],
    [Formula("A5&C5", "7x", over="A6:A7", group=0), Formula("B2+1", date(2027, 1, 3)), None],
    [Formula("", "8x", group=0)],
]
READ = (
    ("Task", "When", "Who does it"),
    ("same", date(2027, 1, 2), "same"),
    ("  kept  ", datetime(2027, 1, 2, 12), "line\nnext\nlast _x0041_ & <b>"),
    (True, 2.5, "読む本"),
    (7, 8),
    ("7x", date(2027, 1, 3)),
    ("8x",),
)


@pytest.fixture(params=PROGRAMS)
def book(request, tmp_path):
    tab = Tab('Work & "play"', ROWS, ["A9:B10"], {"A2:A9": "x,y"}, "A1:C7", extras=True)
    other = Tab("Notes", [["same"]], hidden=True)
    return write(tmp_path / "book.xlsx", [tab, other], request.param)


def test_the_same_is_read_whichever_program_wrote_it(book):
    sheet, notes = read_workbook(book)
    assert (sheet.title, sheet.hidden) == ('Work & "play"', False)
    assert tuple(tuple(row) for row in sheet.rows) == READ
    assert sheet.merged == (MergedArea(8, 0, 9, 1),)
    assert sheet.uncomputed == frozenset()
    assert (notes.title, notes.hidden, notes.rows) == ("Notes", True, (("same",),))


def test_another_reader_agrees(book):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheet = openpyxl.load_workbook(book, data_only=True)['Work & "play"']
    found = [[cell.value for cell in row] for row in sheet["A1:C4"]]
    assert found[0] == list(READ[0])
    assert found[1] == ["same", datetime(2027, 1, 2), "same"]
    assert found[2][:2] == list(READ[2][:2])
    assert found[3] == list(READ[3])


def test_one_cell_is_filled_and_its_text_stays_with_the_others(book):
    sheet = 'Work & "play"'
    book.write_bytes(fill_cells(book, {sheet: {"A2": "new", "C4": None, "E8": date(2027, 2, 1)}}))
    rows = read_workbook(book)[0].rows
    assert rows[1] == ("new", date(2027, 1, 2), "same")
    assert rows[3] == (True, 2.5)
    assert rows[7] == (None, None, None, None, date(2027, 2, 1))
    assert (*rows[:1], rows[2], *rows[4:7]) == (*READ[:1], READ[2], *READ[4:])
    assert read_workbook(book)[1].rows == (("same",),)


def shared(tmp_path, table, *cells):
    """Return the cells of a workbook with a table of shared texts, given as XML."""
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>"
    )
    row = "".join(f'<c t="s"><v>{cell}</v></c>' for cell in cells)
    parts = {
        "xl/_rels/workbook.xml.rels": relations.encode(),
        SHEET: sheet_xml(f"<row>{row}</row>"),
    }
    if table is not None:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{table}</sst>'.encode()
    return read_workbook(with_parts(tmp_path / "x.xlsx", **parts))[0].rows


@pytest.mark.parametrize(
    ("table", "cells", "row"),
    [
        ("<si><t>a</t></si><si/><si><t/></si><si><t>d</t></si>", "0123", ("a", None, None, "d")),
        ("<si><r><t>a</t></r><r><rPr><b/></rPr>no<t> b</t></r></si>", "0", ("a b",)),
        ("<si><rPh><t>x</t></rPh><t>a</t><rPh><t>y</t></rPh></si>", "0", ("a",)),
        ("<si><t>a<!-- no -->b</t>no</si>no<si><t><![CDATA[<c>]]></t></si>", "01", ("ab", "<c>")),
        (
            "<si><t>a</t></si>",
            ("0", "1", "-1", " 0 ", "x", "0"),
            ("a", *[None] * 2, "a", None, "a"),
        ),
        ("", "0", None),
        (None, "0", None),
    ],
)
def test_what_a_table_of_texts_may_hold(tmp_path, table, cells, row):
    assert shared(tmp_path, table, *cells) == ((row,) if row else ())


LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


@given(st.lists(st.one_of(LINE, st.lists(LINE, min_size=1, max_size=3)), max_size=8))
def test_any_texts_are_read_as_they_were_written(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("x") / "x.xlsx"
    row = [Rich(tuple(text), "aloud") if isinstance(text, list) else text for text in texts]
    write(path, [Tab("A", [row])])
    wanted = tuple("".join(text) for text in texts)
    assert read_workbook(path)[0].rows == ((wanted,) if wanted else ())
    assert part(path.read_bytes(), "xl/sharedStrings.xml").count(b"<si>") == len(set(row))
