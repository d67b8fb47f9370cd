"""CSV as spreadsheets write it: encodings, delimiters, quotes, days, headers by their text."""

import contextlib
import csv
import io
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedcheck.errors import FedcheckError
from fedcheck.importers.csv_checklist.columns import (
    guess_columns,
    parse_result,
    parse_status,
    score_header,
)
from fedcheck.spreadsheets.cells import AmbiguousDayError, is_active, parse_day
from fedcheck.spreadsheets.csv_reader import MAX_BYTES, parse, read_delimited
from fedcheck.spreadsheets.grid import Sheet, find_grid, format_cell, read_sheets
from fedcheck.spreadsheets.xlsx_reader import Sheet as BookSheet
from fedcheck.spreadsheets.xlsx_writer import write_csv, write_xlsx

HERE = Path("x.csv")
ROWS = [["ID", "Title", "Note"], ["1", "Prüfung – §3", "one\ntwo"], ["2", 'He said "no"; ok', ""]]


def written(delimiter: str, ending: str = "\r\n") -> str:
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL).writerows(
        ROWS
    )
    return made.getvalue()


def cells(raw: bytes) -> list[list[str]]:
    return [list(row) for _, row in parse(raw, HERE)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_usual_encoding_and_delimiter_is_read(encoding, delimiter):
    assert cells(written(delimiter).encode(encoding)) == ROWS


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_they_like_and_rows_are_numbered(ending):
    found = parse(written(",", ending).encode(), HERE)
    assert [number for number, _ in found] == [1, 2, 3]
    assert [list(row) for _, row in found] == ROWS


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"'])
def test_the_line_of_excel_names_the_delimiter_and_is_no_row(first):
    found = parse(f"{first}\r\na,b;c\r\n1,2;3\r\n".encode(), HERE)
    assert found == [(1, ("a,b", "c")), (2, ("1,2", "3"))]


def test_commas_in_texts_do_not_win_over_the_delimiter():
    text = "Task;Note\nA, b, c;x, y\nD, e;z\nF;g, h, i, j\n"
    assert cells(text.encode())[1] == ["A, b, c", "x, y"]


@pytest.mark.parametrize(
    "raw", [b"\x89PNG\r\n\x1a\n\x00\x01\x02\x03\x04", b"a,b\n1,\x00\x00x\n", b"\xff\xfe\x00"]
)
def test_what_is_no_text_is_refused_in_words(raw):
    with pytest.raises(FedcheckError) as caught:
        parse(raw, HERE)
    assert caught.value.kind == "unreadable"
    assert caught.value.hint


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(FedcheckError, match="32 MB"):
        read_delimited(path)


@given(st.binary(max_size=400))
def test_no_bytes_are_a_surprise(raw):
    try:
        parse(raw, HERE)
    except FedcheckError as error:
        assert error.kind == "unreadable"


word = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=12)
table = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(word, min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(table)
def test_what_we_write_we_read_again(rows):
    header = [f"Column {i}" for i in range(len(rows[0]))]
    sheet = BookSheet("T", tuple(tuple(row) for row in [header, *rows]))
    found = parse(write_csv([header, *rows]), HERE)
    wanted = [[format_cell(cell) for cell in row] for row in rows]
    assert [[format_cell(cell) for cell in row] for _, row in found[1:]] == wanted
    assert write_xlsx([sheet])[:2] == b"PK"


def test_a_formula_comes_back_as_the_text_it_was(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(write_csv([["a", "b"], ["=1+1", "-x"], ["'quoted'", "@you"]]))
    (sheet,) = read_sheets(path)
    assert [line.text(0) for line in sheet.lines] == ["a", "=1+1", "'quoted'"]
    assert sheet.lines[1].text(1) == "-x"


@pytest.mark.parametrize("sign", "=+-@＝＋－＠﹦﹢﹣﹫")
@pytest.mark.parametrize(
    "before", ["", " ", "\u00a0", "\u200e", "\x01", "\ufeff ", "\u2028", "\n", "\t "]
)
def test_a_guard_is_taken_off_by_the_import_of_our_own_export(tmp_path, sign, before):
    text = f"{before}{sign}cmd"
    assert is_active(text)
    path = tmp_path / "x.csv"
    path.write_bytes(write_csv([["a", "b"], [text, "x"]]))
    with path.open(encoding="utf-8-sig", newline="") as file:
        written = before.replace("\u2028", "\n")  # a line end of another kind
        assert list(csv.reader(file))[1] == [f"'{written}{sign}cmd", "x"]
    (sheet,) = read_sheets(path)
    assert sheet.lines[1].text(0) == format_cell(text)


@pytest.mark.parametrize("text", ["", " ", "a=1", "1-2", "'=1", "\u2013 dash", "é@x", "\u200ex"])
def test_other_texts_need_no_guard(text):
    assert not is_active(text)
    assert next(csv.reader([write_csv([[text, "x"]]).decode("utf-8-sig")])) == [text, "x"]


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2027-02-01", "", date(2027, 2, 1)),
        ("2027-2-1", "", date(2027, 2, 1)),
        ("2027/02/01", "", date(2027, 2, 1)),
        ("2027-02-01T15:30:00Z", "", date(2027, 2, 1)),
        ("2027-02-01 15:30", "", date(2027, 2, 1)),
        ("1/15/2027", "", date(2027, 1, 15)),
        ("15/1/2027", "", date(2027, 1, 15)),
        ("2/1/2027", "mdy", date(2027, 2, 1)),
        ("2/1/2027", "dmy", date(2027, 1, 2)),
        ("2/1/27", "mdy", date(2027, 2, 1)),
        ("3/3/2027", "", date(2027, 3, 3)),
        ("1.2.2027", "mdy", date(2027, 2, 1)),
        ("2/1/2027 3:30 PM", "mdy", date(2027, 2, 1)),
        ("Mon, 1 Feb 2027", "", date(2027, 2, 1)),
        ("1-Feb-27", "", date(2027, 2, 1)),
        ("February 1, 2027", "", date(2027, 2, 1)),
        ("Feb 1st, 2027", "", date(2027, 2, 1)),
        ("Sept 9, 2027", "", date(2027, 9, 9)),
        ("46419", "", date(2027, 2, 1)),
        (46419, "", date(2027, 2, 1)),
        (46419.75, "", date(2027, 2, 1)),
        (datetime(2027, 2, 1, 8), "", date(2027, 2, 1)),
        ("", "", None),
        (None, "", None),
    ],
)
def test_days_are_read_as_they_are_written(text, order, day):
    assert parse_day(text, order) == day


@pytest.mark.parametrize(
    "text", ["next week", "31/31/2027", "2027-13-01", "30 Feb 2027", "12", 3, "Q3 2027", True]
)
def test_what_is_no_day_is_none(text):
    with pytest.raises(ValueError):
        parse_day(text)


def test_a_day_that_may_be_two_is_asked_about():
    with pytest.raises(AmbiguousDayError):
        parse_day("2/1/2027")


@given(st.one_of(st.text(max_size=20), st.integers(), st.floats(), st.none()))
def test_no_cell_is_a_surprise_as_a_day(cell):
    with contextlib.suppress(ValueError):
        parse_day(cell)


def test_the_header_is_found_by_its_text_below_a_title():
    lines = [
        ["Our tracker", "", ""],
        ["", "", ""],
        ["Task Name", "State", "Assigned To"],
        ["A", "Done", "x"],
    ]
    raw = write_csv(lines)
    grid = find_grid(Sheet("", tuple(_lines(raw))), score_header)
    assert grid is not None
    assert grid.header == ("Task Name", "State", "Assigned To")
    assert [grid.place(line) for line in grid.lines] == ["row 4"]


def _lines(raw):
    from fedcheck.spreadsheets.grid import GridRow

    return [GridRow(number, row) for number, row in parse(raw, HERE)]


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (["Task ID", "Task", "State"], {"id": "Task ID", "title": "Task", "status": "State"}),
        (["Key", "Summary", "Assignee"], {"id": "Key", "title": "Summary", "owner": "Assignee"}),
        (["Description", "Target Date"], {"title": "Description", "due": "Target Date"}),
        (["Titel", "Statuss", "Ownr"], {"title": "Titel", "status": "Statuss", "owner": "Ownr"}),
        (["Foo", "Bar"], {}),
    ],
)  # fmt: skip
def test_columns_are_guessed_from_their_headings(header, wanted):
    assert guess_columns(header) == wanted


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Complete", "done"), ("In Progress", "doing"), ("Y", "done"), ("✔", "done"), ("N", "todo"),
        ("Not Started", "todo"), ("ON HOLD", "blocked"), ("N/A", "na"), ("50%", "doing"),
        ("0.5", "doing"), ("100%", "done"), ("1", "done"), ("0", "todo"), ("TRUE", "done"),
        ("In-Progress", "doing"), ("sorta", None), ("250%", None), ("42", "doing"),
    ],
)  # fmt: skip
def test_words_for_a_status(word, status):
    assert parse_status(word, {}) == status


def test_own_words_win():
    assert parse_status("Sorta", {"sorta": "doing"}) == "doing"
    assert parse_status("Done", {"done": "doing"}) == "doing"
    assert parse_result("Fail", {}) == "other-than-satisfied"
    assert parse_result("Passed", {}) == "satisfied"


@pytest.mark.parametrize("cell", ["9999-12-31", "0001-01-01", date(2200, 1, 1), "12/31/1989"])
def test_a_day_of_a_cell_out_of_range_is_refused(cell):
    with pytest.raises(ValueError, match="not between 1990-01-01 and 2199-12-31"):
        parse_day(cell, "mdy")
