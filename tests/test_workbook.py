"""Workbooks of others are read within bounds: what is hostile is refused in words."""

import io
import os
import struct
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_workbooks import MAIN, SHEET, sheet_xml, with_parts

from fedcheck.errors import FedcheckError
from fedcheck.spreadsheets import xlsx_package, xlsx_reader
from fedcheck.spreadsheets.xlsx_filler import fill_cells
from fedcheck.spreadsheets.xlsx_reader import read_workbook
from fedcheck.spreadsheets.xlsx_writer import write_xlsx


def first(path):
    return read_workbook(path)[0]


def refused(path, *words):
    """Return the error of a workbook that is refused, with a remedy."""
    with pytest.raises(FedcheckError) as caught:
        read_workbook(path)
    assert caught.value.kind == "unreadable"
    assert caught.value.hint
    assert all(word in str(caught.value) for word in (path.name, *words)), str(caught.value)
    return caught.value


@pytest.fixture
def book(tmp_path):
    return tmp_path / "x.xlsx"


def test_values_of_every_kind(book):
    body = (
        '<row r="2"><c r="B2" t="str"><f>1+1</f><v>two</v></c><c r="C2" t="b"><v>1</v></c>'
        '<c r="D2" t="e"><v>#N/A</v></c><c r="E2"><v>1.5</v></c><c r="F2"><v>7</v></c>'
        '<c r="G2" t="inlineStr"><is><r><t>a</t></r><r><t xml:space="preserve"> b</t></r>'
        "<rPh><t>no</t></rPh></is></c>"
        '<c r="H2" s="2"><v>46054</v></c><c r="I2" s="3"><v>46054.5</v></c>'
        '<c r="J2" t="d"><v>2027-02-01</v></c><c r="K2" t="n"><v>x1</v></c>'
        '<c r="L2" t="inlineStr"><is><t>a_x000D_b_x005F_x0041_</t></is></c></row>'
    )
    rows = first(with_parts(book, **{SHEET: sheet_xml(body)})).rows
    assert rows == (
        (),
        (None, "two", True, "#N/A", 1.5, 7, "a b", date(2026, 2, 1), datetime(2026, 2, 1, 12),
         date(2027, 2, 1), "x1", "a\rb_x0041_"),
    )  # fmt: skip


def test_days_of_the_1904_system(book):
    head = (
        f'<workbook xmlns="{MAIN}" xmlns:r="x"><workbookPr date1904="1"/>'
        '<sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    body = sheet_xml('<row r="1"><c r="A1" s="2"><v>0</v></c></row>')
    path = with_parts(book, **{"xl/workbook.xml": head.encode(), SHEET: body})
    assert first(path).rows == ((date(1904, 1, 1),),)


def test_places_that_the_cells_do_not_name(book):
    body = "<row><c><v>1</v></c><c/><c><v>3</v></c></row>"
    body += "<row><c r='C2'><v>4</v></c><c><v>5</v></c></row>"
    assert first(with_parts(book, **{SHEET: sheet_xml(body)})).rows == (
        (1, None, 3),
        (None, None, 4, 5),
    )


def test_prefixed_tags_and_other_encodings(book):
    text = (
        '<?xml version="1.0" encoding="UTF-16"?><x:worksheet xmlns:x="' + MAIN + '"><x:sheetData>'
        '<x:row r="1"><x:c r="A1" s="1"/><x:c r="B1" t="inlineStr"><x:is><x:t>é</x:t></x:is></x:c>'
        "</x:row></x:sheetData></x:worksheet>"
    )
    assert first(with_parts(book, **{SHEET: text.encode("utf-16")})).rows == ((None, "é"),)


def test_empty_cells_in_comments_and_cdata_are_text(book):
    body = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t><![CDATA[see <c r="A1" s="1"/>]]></t></is></c>'
        "</row>"
    )
    assert first(with_parts(book, **{SHEET: sheet_xml(body)})).rows == (('see <c r="A1" s="1"/>',),)


def test_formatted_empty_cells_cost_no_width(book):
    body = "".join(
        f'<row r="{i}"><c r="A{i}" s="1"/><c r="B{i}"><v>{i}</v></c><c r="Z{i}" s="1"/></row>'
        for i in range(1, 1001)
    )
    rows = first(with_parts(book, **{SHEET: sheet_xml(body)})).rows
    assert len(rows) == 1000
    assert rows[41] == (None, 42)


HOSTILE = {
    "entities": (
        '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>',
        "document type",
    ),
    "outside": (
        '<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>',
        "document type",
    ),
    "outside subset": (
        '<!DOCTYPE w SYSTEM "http://example.com/x.dtd"><worksheet/>',
        "document type",
    ),
    "unknown entity": ("<worksheet>&nothing;</worksheet>", "damaged"),
    "cut off": (f'<worksheet xmlns="{MAIN}"><sheetData><row>', "damaged"),
    "no XML": ("name,n\nx,1\n", "damaged"),
    "deep": ("<a>" * 1000 + "</a>" * 1000, "deep"),
    "a long tag": (f'<a b="{"x" * 1_100_000}"/>', "too long"),
    "odd encoding": ('<?xml version="1.0" encoding="nonsense"?><worksheet/>', "damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused(book, name):
    text, words = HOSTILE[name]
    refused(with_parts(book, **{SHEET: text.encode()}), words)
    refused(with_parts(book, **{"xl/workbook.xml": text.encode()}))


def test_a_bomb_is_not_unpacked_whole(book, monkeypatch):
    monkeypatch.setattr(xlsx_package, "MAX_UNPACKED", 1 << 20)
    refused(with_parts(book, **{SHEET: b" " * (64 << 20)}), "too large", "unpacked")


def test_a_lying_size_in_the_header_is_no_way_around(book):
    path = with_parts(book, **{SHEET: sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>')})
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    path.write_bytes(data.replace(struct.pack("<L", size), struct.pack("<L", 5)))
    refused(path)


def test_too_many_tags_cells_texts_and_places(book, monkeypatch):
    row = '<row r="1">' + '<c t="str"><v>word</v></c>' * 50 + "</row>"
    with_parts(book, **{SHEET: sheet_xml(row)})
    assert len(first(book).rows[0]) == 50
    monkeypatch.setattr(xlsx_package, "MAX_TAGS", 90)
    refused(book, "too large", "tags")
    monkeypatch.undo()
    monkeypatch.setattr(xlsx_reader, "MAX_TEXT", 150)
    refused(book, "too large", "characters")
    monkeypatch.setattr(xlsx_reader, "MAX_PLACES", 40)
    refused(book, "too large", "cells")


def test_a_cell_in_the_last_corner(book):
    one = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    rows = first(with_parts(book, **{SHEET: sheet_xml(one)})).rows
    assert rows[-1][16_383] == 1
    assert rows[0] == ()
    many = "".join(f'<row r="{i}"><c r="XFD{i}"><v>1</v></c></row>' for i in range(1, 400))
    refused(with_parts(book, **{SHEET: sheet_xml(many)}), "too large", "far below or next to")
    beyond = '<row r="9999999"><c r="A9999999"><v>1</v></c></row>'
    beyond += '<row r="1"><c r="ZZZ1"><v>1</v></c></row>'
    assert first(with_parts(book, **{SHEET: sheet_xml(beyond)})).rows == ()


def test_one_part_for_many_sheets_is_refused(book):
    sheets = "".join(f'<sheet name="S{i}" sheetId="{i}" r:id="rId1"/>' for i in range(1, 500))
    head = f'<workbook xmlns="{MAIN}" xmlns:r="x"><sheets>{sheets}</sheets></workbook>'
    refused(with_parts(book, **{"xl/workbook.xml": head.encode()}), "same part")


OTHERS = {
    "empty": (b"", "empty"),
    "csv": (b"name,n\nx,1\n", "not an Excel workbook"),
    "html": (b"<html><table><tr><td>x</td></tr></table></html>", "not an Excel workbook"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old kind"),
    "encrypted": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") * 3,
        "password",
    ),
    "half a zip": (b"PK\x03\x04" + b"\0" * 40, "cut off"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_workbook_is_named(book, name):
    data, words = OTHERS[name]
    book.write_bytes(data)
    refused(book, words)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"xl/workbook.bin": b"x"}, "xlsb"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "OpenDocument"),
        ({"[Content_Types].xml": None}, "not an Excel workbook"),
        ({SHEET: None}, "missing"),
        ({"../../evil": b"x"}, "unsafe name"),
        ({"/etc/evil": b"x"}, "unsafe name"),
        ({"..\\evil": b"x"}, "unsafe name"),
        ({"XL/Workbook.xml": b"x"}, "same name"),
    ],
)
def test_packages_that_are_refused(book, parts, words):
    refused(with_parts(book, **parts), words)


def test_parts_that_overlap_are_refused(book):
    with_parts(book)
    data = bytearray(book.read_bytes())
    places = [i for i in range(len(data)) if data[i : i + 4] == b"PK\x01\x02"]
    first_offset = data[places[0] + 42 : places[0] + 46]
    data[places[1] + 42 : places[1] + 46] = first_offset
    book.write_bytes(bytes(data))
    refused(book)


def test_encrypted_and_oddly_packed_parts_are_refused(book):
    with_parts(book)
    data = bytearray(book.read_bytes())
    for place in [i for i in range(len(data)) if data[i : i + 4] == b"PK\x01\x02"]:
        data[place + 8] |= 1
    book.write_bytes(bytes(data))
    refused(book, "password")
    with zipfile.ZipFile(book, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("[Content_Types].xml", "x" * 100)
    refused(book, "compression")


def test_a_table_of_contents_that_no_workbook_has(book):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for i in range(xlsx_package.MAX_ENTRIES + 5):
            archive.writestr(f"{i}", "")
    book.write_bytes(made.getvalue())
    refused(book, "too large", "parts")
    with zipfile.ZipFile(made, "w") as archive:
        for i in range(40):
            archive.writestr(f"{i}" * 30_000, "")
    book.write_bytes(made.getvalue())
    refused(book, "too large", "table of contents")


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
def test_a_file_cut_off_is_refused(book, kept):
    data = with_parts(book).read_bytes()
    book.write_bytes(data[: int(len(data) * kept)])
    refused(book)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_folders_and_links_to_themselves_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe.xlsx")
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "link.xlsx").symlink_to("link.xlsx")
    for name in ("pipe.xlsx", "folder.xlsx", "link.xlsx", "nothing.xlsx"):
        refused(tmp_path / name)


def test_links_to_other_files_are_not_followed(book):
    rels = (
        '<Relationships xmlns="x"><Relationship Id="rId1" TargetMode="External"'
        ' Type="t/worksheet" Target="file:///etc/passwd"/></Relationships>'
    )
    refused(with_parts(book, **{"xl/_rels/workbook.xml.rels": rels.encode()}), "without a sheet")


def test_sheets_that_are_hidden_are_told(book):
    head = (
        f'<workbook xmlns="{MAIN}" xmlns:r="x"><sheets>'
        '<sheet name="A &amp; B" sheetId="1" state="veryHidden" r:id="rId1"/></sheets></workbook>'
    )
    sheet = first(with_parts(book, **{"xl/workbook.xml": head.encode()}))
    assert (sheet.title, sheet.hidden) == ("A & B", True)


def a_workbook():
    made = io.BytesIO()
    whole = zipfile.ZipFile(io.BytesIO(write_xlsx([SMALL])))
    with whole, zipfile.ZipFile(made, "w") as archive:  # stored: a change reaches the XML
        for name in whole.namelist():
            archive.writestr(name, whole.read(name))
    return made.getvalue()


SMALL = xlsx_reader.Sheet("A", (("name", "n"), ("x", 1), (date(2027, 2, 1), True)))
WHOLE = a_workbook()


@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(max_size=4)), max_size=4),
    st.integers(0, len(WHOLE)),
    st.booleans(),
)
def test_a_changed_file_is_read_filled_or_refused_in_words(tmp_path_factory, changes, end, cut):
    data = bytearray(WHOLE)
    for place, new in changes:
        data[place : place + len(new)] = new
    path = tmp_path_factory.mktemp("x") / "x.xlsx"
    path.write_bytes(data[:end] if cut else data)
    try:
        sheets = read_workbook(path)
        made = fill_cells(path, {sheets[0].title: {"A1": "x", "C9": date(2027, 1, 1)}})
    except FedcheckError as error:
        assert error.hint
        return
    path.write_bytes(made)
    assert read_workbook(path)[0].rows[0][0] == "x"
