"""Filling a workbook of others: the named cells change, and nothing else does."""

import io
import re
import zipfile
from datetime import date, datetime

import libreoffice
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from small_workbooks import MAIN, SHEET, part, sheet_xml, with_parts

from fedcheck.errors import FedcheckError
from fedcheck.spreadsheets.xlsx_filler import ComputedValue, fill_cells, list_formula_cells
from fedcheck.spreadsheets.xlsx_places import column_number
from fedcheck.spreadsheets.xlsx_reader import column_letters, read_workbook

CHAIN = "xl/calcChain.xml"


@pytest.fixture
def template(tmp_path):
    """A workbook with what is easily lost: merges, drop-downs, conditional formats, formulas."""
    path = tmp_path / "t.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Work"
    for row in [["a", "b", "c", "sum"], [1, 2, None, "=A2+B2"], [3, 4, None, "=A3+B3"]]:
        sheet.append(row)
    sheet["F2"].number_format = "dd.mm.yyyy"
    sheet.merge_cells("A5:B6")
    sheet.column_dimensions["B"].width = 33
    choice = DataValidation("list", formula1='"x,y"')
    choice.add("C2:C9")
    sheet.add_data_validation(choice)
    red = PatternFill(bgColor="FF0000")
    sheet.conditional_formatting.add("C2:C9", CellIsRule("equal", ['"x"'], fill=red))
    book.create_sheet("Other").append(["untouched"])
    book.save(path)
    return path


def parts_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def value(data, place, sheet="Work", path=None):
    return openpyxl.load_workbook(io.BytesIO(data))[sheet][place].value


def without_cell(xml, place):
    return re.sub(rf'<c r="{place}"[^>]*?(/>|>.*?</c>)'.encode(), b"", xml, flags=re.S)


def test_only_the_cell_changes(template):
    old, new = (
        parts_of(template.read_bytes()),
        parts_of(fill_cells(template, {"Work": {"B2": "=evil()"}})),
    )
    assert list(old) == list(new)
    changed = [name for name in old if old[name] != new[name]]
    assert set(changed) <= {SHEET, "xl/workbook.xml"}
    one, other = (parts[SHEET] for parts in (old, new))
    assert without_cell(one, "B2") == without_cell(other, "B2")
    assert b'<is><t xml:space="preserve">=evil()</t></is>' in other
    assert new["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"") == old[
        "xl/workbook.xml"
    ].replace(b' fullCalcOnLoad="1"', b"")
    assert b'fullCalcOnLoad="1"' in new["xl/workbook.xml"]


def test_nothing_to_fill_is_the_same_workbook(template):
    assert parts_of(fill_cells(template, {})) == parts_of(template.read_bytes())
    assert parts_of(fill_cells(template, {"Work": {}})) == parts_of(template.read_bytes())


def test_the_same_cells_give_the_same_bytes(template):
    wanted = {"Work": {"B2": date(2027, 1, 2), "C3": "x"}, "Other": {"Z9": 1}}
    assert fill_cells(template, wanted) == fill_cells(template, wanted)


def test_values_of_every_kind(template):
    data = fill_cells(
        template,
        {"Work": {"A2": 1.5, "B2": True, "C2": "a <b> & \x01 _x0041_\ntwo", "A3": None, "C3": ""}},
    )
    assert value(data, "A2") == 1.5
    assert value(data, "B2") is True
    assert value(data, "A3") is None
    path = template.with_name("made.xlsx")
    path.write_bytes(data)
    assert read_workbook(path)[0].rows[1][2] == "a <b> & \x01 _x0041_\ntwo"


def test_days_take_the_format_of_their_cell_or_a_new_one(template):
    data = fill_cells(
        template,
        {"Work": {"F2": date(2027, 2, 1), "C2": date(2027, 2, 1), "C3": datetime(2027, 2, 1, 9)}},
    )
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Work"]
    assert sheet["F2"].value == sheet["C2"].value == datetime(2027, 2, 1)
    assert sheet["F2"].number_format == "dd.mm.yyyy"
    assert sheet["C2"].is_date
    assert sheet["C3"].value == datetime(2027, 2, 1, 9)
    again = fill_cells(template, {"Work": {"F2": date(2027, 2, 1)}})
    assert part(again, "xl/styles.xml") == part(template.read_bytes(), "xl/styles.xml")


def test_a_formula_stays_and_shows_what_it_will_come_to(template):
    data = fill_cells(
        template,
        {"Work": {"D2": ComputedValue(3), "D3": ComputedValue("seven"), "C2": ComputedValue(1)}},
    )
    assert value(data, "D2") == "=A2+B2"
    cached = openpyxl.load_workbook(io.BytesIO(data), data_only=True)["Work"]
    assert [cached["D2"].value, cached["D3"].value, cached["C2"].value] == [3, "seven", None]
    assert list_formula_cells(template)["Work"].keys() == {"D2", "D3"}


def with_chain(tmp_path):
    rels = (
        '<Relationships xmlns="p">'
        '<Relationship Id="rId1" Type="t/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="rId2" Type="t/calcChain" Target="calcChain.xml"/></Relationships>'
    )
    types = (
        '<Types xmlns="c"><Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/calcChain.xml" ContentType="chain"/></Types>'
    )
    body = (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v/></c><c r="B2"><f>1+1</f><v>2</v></c></row>'
    )
    parts = {
        "xl/_rels/workbook.xml.rels": rels.encode(),
        "[Content_Types].xml": types.encode(),
        CHAIN: b'<calcChain><c r="B2" i="1"/></calcChain>',
        SHEET: sheet_xml(body),
    }
    return with_parts(tmp_path / "c.xlsx", **parts)


def test_the_chain_goes_with_a_formula_that_a_value_replaces(tmp_path):
    path = with_chain(tmp_path)
    kept = parts_of(fill_cells(path, {"A": {"B2": ComputedValue(5), "A2": ComputedValue("x")}}))
    assert CHAIN in kept
    assert b'<c r="A2" t="str"><f t="shared" si="0"/><v>x</v></c>' in kept[SHEET]
    lost = parts_of(fill_cells(path, {"A": {"B2": 5}}))
    assert CHAIN not in lost
    assert b"calcChain" not in lost["[Content_Types].xml"] + lost["xl/_rels/workbook.xml.rels"]
    assert b'<c r="B2"><v>5</v></c>' in lost[SHEET]
    with pytest.raises(FedcheckError, match="A1 contains a formula shared with other"):
        fill_cells(path, {"A": {"A1": 5}})


def test_new_cells_and_rows_stand_in_their_order(tmp_path):
    body = '<row r="2" spans="2:3"><c r="B2" s="1"/><c r="C2"><v>1</v></c></row><row r="5" ht="9"/>'
    head = '<dimension ref="B2:C5"/>'
    path = with_parts(tmp_path / "x.xlsx", **{SHEET: sheet_xml(body, head)})
    wanted = {"A2": 1, "AA2": 2, "B2": "b", "A1": "first", "C4": 4, "B5": 5, "A9": 9}
    xml = part(fill_cells(path, {"A": wanted}), SHEET).decode()
    places = re.findall(r' r="([A-Z]+)(\d+)"', xml)
    assert [f"{c}{r}" for c, r in places] == ["A1", "A2", "B2", "C2", "AA2", "C4", "B5", "A9"]
    assert re.findall(r'<row r="(\d+)"', xml) == ["1", "2", "4", "5", "9"]
    assert 'spans="1:27"' in xml
    assert '<row r="5" ht="9"><c r="B5">' in xml
    assert '<dimension ref="A1:AA9"/>' in xml
    assert '<c r="B2" s="1" t="inlineStr">' in xml


def test_rows_and_cells_that_do_not_name_their_place(tmp_path):
    body = (
        "<row><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row><row/><row><c><v>7</v></c></row>"
    )
    path = with_parts(tmp_path / "x.xlsx", **{SHEET: sheet_xml(body)})
    made = tmp_path / "made.xlsx"
    made.write_bytes(fill_cells(path, {"A": {"B1": "new", "E1": "e", "A2": "two", "A5": "five"}}))
    assert read_workbook(made)[0].rows == ((1, "new", 3, None, "e"), ("two",), (7,), (), ("five",))


def test_a_sheet_without_rows_and_tags_with_a_prefix(tmp_path):
    plain = f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'
    prefixed = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"/></x:sheetData></x:worksheet>'
    )
    for text in (
        plain,
        prefixed,
        plain.replace("<w", '<?xml version="1.0" encoding="utf-16"?><w', 1),
    ):
        coded = text.encode("utf-16" if "utf-16" in text else "utf-8")
        path = with_parts(tmp_path / "x.xlsx", **{SHEET: coded})
        made = tmp_path / "made.xlsx"
        made.write_bytes(fill_cells(path, {"A": {"B2": "é", "A1": 1}}))
        assert read_workbook(made)[0].rows == ((1,), (None, "é"))


@given(
    st.dictionaries(
        st.tuples(st.integers(1, 12), st.integers(1, 30)),
        st.one_of(st.integers(-9, 9), st.text("ab <&\n=", max_size=6)),
        max_size=12,
    )
)
def test_what_was_filled_is_read_again_and_all_else_stays(tmp_path_factory, wanted):
    folder = tmp_path_factory.mktemp("x")
    body = "".join(
        f'<row r="{r}">' + "".join(f'<c r="{c}{r}"><v>{r}</v></c>' for c in "BDF") + "</row>"
        for r in (2, 3, 7)
    )
    path = with_parts(folder / "x.xlsx", **{SHEET: sheet_xml(body)})
    asked = {f"{column_letters(c)}{r}": v for (r, c), v in wanted.items()}
    made = folder / "made.xlsx"
    made.write_bytes(fill_cells(path, {"A": asked}))
    expected = {(r, column_number(c)): r for c in "BDF" for r in (2, 3, 7)}
    expected |= wanted
    found = {
        (r, c): v
        for r, row in enumerate(read_workbook(made)[0].rows, 1)
        for c, v in enumerate(row, 1)
        if v is not None
    }
    assert found == {place: v for place, v in expected.items() if v != ""}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"Nowhere": {"A1": 1}}, "no sheet"),
        ({"Work": {"A1": "x" * 40_000}}, "longer than a cell"),
        ({"Work": {"A0": 1}}, "not a cell reference"),
    ],
)
def test_what_cannot_be_filled_is_said(template, cells, words):
    with pytest.raises(FedcheckError, match=words) as caught:
        fill_cells(template, cells)
    assert caught.value.hint


def test_a_workbook_with_macros_is_not_handed_on(tmp_path):
    path = with_parts(tmp_path / "x.xlsm", **{"xl/vbaProject.bin": b"x"})
    with pytest.raises(FedcheckError, match="macros"):
        fill_cells(path, {"A": {"A1": 1}})


@libreoffice.second_opinion
def test_libreoffice_opens_a_filled_workbook(template, tmp_path):
    made = tmp_path / "made.xlsx"
    made.write_bytes(fill_cells(template, {"Work": {"C2": "x & y", "Q20": date(2027, 2, 1)}}))
    lines = libreoffice.converted(made, "csv", tmp_path).read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith("1,2,x & y,3")
    assert "2027" in lines[19] or "27" in lines[19]
