"""New tables: texts stay texts, the same rows give the same bytes, other programs read them."""

import csv
import io
import warnings
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedcheck.spreadsheets.xlsx_reader import Sheet, read_workbook
from fedcheck.spreadsheets.xlsx_writer import MAX_CELL_TEXT, write_csv, write_xlsx

ACTIVE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\n=1", "＝1", "＠x", "\u200e-1"]

cells = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.datetimes(datetime(1901, 1, 1), datetime(2100, 1, 1)).map(
        lambda d: d.replace(microsecond=0)
    ),
)


def trimmed(row):
    row = list(row)
    while row and row[-1] is None:
        row.pop()
    return tuple(row)


@given(st.lists(st.lists(cells, max_size=5), max_size=5))
def test_a_new_workbook_comes_back_as_it_was(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("x") / "x.xlsx"
    sheet = Sheet("Title", tuple(tuple(row) for row in rows))
    path.write_bytes(write_xlsx([sheet]))
    assert path.read_bytes() == write_xlsx([sheet])
    back = [trimmed(row) for row in read_workbook(path)[0].rows]
    wanted = [
        tuple(c.replace("\r\n", "\n") if isinstance(c, str) else c for c in trimmed(row))
        for row in rows
    ]
    while wanted and not wanted[-1]:
        wanted.pop()
    for made, asked in zip(back, wanted, strict=True):
        for one, other in zip(made, asked, strict=True):
            if isinstance(other, datetime) and not isinstance(one, datetime):
                one = datetime(one.year, one.month, one.day)  # midnight is a day
            assert one == other


@pytest.mark.parametrize("text", ACTIVE)
def test_no_text_becomes_a_formula(tmp_path, text):
    path = tmp_path / "x.xlsx"
    path.write_bytes(write_xlsx([Sheet("S", (("h",), (text,)))]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cell = openpyxl.load_workbook(path)["S"]["A2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    (row,) = csv.reader(io.StringIO(write_csv([[text, "safe"]]).decode("utf-8-sig"), newline=""))
    assert row[0].startswith("'")
    assert row[1] == "safe"


def test_csv_keeps_numbers_days_and_letters_of_others():
    rows = [[-1, 2.5, True, None, date(2027, 2, 1), datetime(2027, 2, 1, 9, 30)]]
    assert write_csv(rows) == b"-1,2.5,yes,,2027-02-01,2027-02-01 09:30:00\r\n"
    assert write_csv([["é"]]) == b"\xef\xbb\xbf\xc3\xa9\r\n"


def test_titles_texts_and_hidden_sheets_as_excel_takes_them(tmp_path):
    path = tmp_path / "x.xlsx"
    names = ["A/B [x]", "a_b _x_", "long " * 20, ""]
    sheets = [Sheet(name, (("h",), ("x" * 40_000,)), hidden=i > 0) for i, name in enumerate(names)]
    path.write_bytes(write_xlsx(sheets))
    back = read_workbook(path)
    assert [sheet.title for sheet in back][:2] == ["A_B _x_", "a_b _x_ (2)"]
    assert all(0 < len(sheet.title) <= 31 for sheet in back)
    assert [sheet.hidden for sheet in back] == [False, True, True, True]
    assert len(back[0].rows[1][0]) == MAX_CELL_TEXT
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [sheet.title for sheet in back]
