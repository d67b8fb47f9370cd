"""Items as CSV, Excel and JSON: every column, no formula, nothing of private/."""

import csv
import io
import json

import libreoffice
import pytest

from fedcheck.cli.main import run
from fedcheck.exporters.items import COLUMNS, LONG, USUAL

DIAGRAM = "rev5.readiness.csp:diagram"
MANDATE = "rev5.readiness.3pao:mandate-1-fips"


@pytest.fixture
def fedcheck(make_workspace, monkeypatch, capsys):
    """Return a function that runs a command in a workspace with notes, evidence and secrets."""
    inside = (
        'format = 1\nid = "inside.csp"\nprocess = "jab"\nphase = "readiness"\nrole = "csp"\n'
        'title = "Inside"\n[[section]]\nid = "s"\ntitle = "S"\n[[section.item]]\nid = "secret"\n'
        'title = "Secret item"\n'
    )
    root = make_workspace(
        progress={
            "rev5.readiness.csp": (
                '[item."diagram"]\nstatus = "doing"\nowner = "dana"\n'
                'note = """\n=1+1\nsecond"""\n\n'
                '[[item."diagram".evidence]]\nid = "aa"\nlink = "https://example.com/d"\n'
                'label = "Diagram"\n\n[[item."diagram".evidence]]\nid = "bb"\n'
                'link = "private/evidence/x.pdf"\nlabel = "Secret name"\nkind = "file"\n'
            ),
            "rev5.readiness.3pao": (
                '[item."mandate-1-fips"]\nstatus = "done"\nresult = "satisfied"\n'
                'done = 2027-01-05\ntester = "tess"\nobservation = "Seen, \\"all\\" of it"\n'
            ),
        }
    )
    for folder, name, text in (
        ("checklists", "inside.csp", inside),
        ("progress", "rev5.readiness.csp",
         'format = 1\nchecklist = "rev5.readiness.csp"\n[item."diagram"]\nnote = "Secret note"\n'),
    ):  # fmt: skip
        place = root / "private" / folder / f"{name}.toml"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    monkeypatch.chdir(root)

    def call(*argv):
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def table(text):
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_csv_has_a_row_for_each_item_and_every_usual_column(fedcheck):
    status, out, err = fedcheck("export", "csv")
    assert (status, err) == (0, "")
    rows = {row["ref"]: row for row in table(out)}
    assert tuple(next(iter(rows.values()))) == USUAL
    diagram, mandate = rows[DIAGRAM], rows[MANDATE]
    assert diagram["links"] == "Diagram: https://example.com/d\nkept inside"
    assert (diagram["evidence"], diagram["owner"], diagram["phase"]) == ("2", "dana", "readiness")
    assert mandate["observation"] == 'Seen, "all" of it'
    assert (mandate["done"], mandate["tester"], mandate["result"]) == (
        "2027-01-05", "tess", "satisfied",
    )  # fmt: skip
    assert "SC-13" in mandate["controls"].split(", ")


def test_csv_is_rfc_4180_and_holds_no_formula(fedcheck):
    _, out, _ = fedcheck("export", "csv", "diagram", "--columns", "ref,note")
    assert out == f'ref,note\r\n{DIAGRAM},"\'=1+1\nsecond"\r\n'


def test_columns_are_chosen_and_a_wrong_one_is_named(fedcheck):
    _, out, _ = fedcheck("export", "csv", "role:3pao", "--columns", "Title, guidance,title")
    assert out.splitlines()[0] == "title,guidance"
    status, out, err = fedcheck("export", "csv", "--columns", "ref,titel")
    assert (status, out) == (2, "")
    assert 'did you mean "title"' in err
    assert fedcheck("export", "csv", "rol:csp")[0] == 2


def test_json_is_the_row_of_list_and_more(fedcheck):
    listed = {row["ref"]: row for row in json.loads(fedcheck("list", "--json")[1])}
    rows = json.loads(fedcheck("export", "json")[1])
    for row in rows:
        assert listed[row["ref"]].items() <= row.items()
        assert set(COLUMNS) <= set(row)
    diagram = next(row for row in rows if row["ref"] == DIAGRAM)
    assert diagram["links"][0] == {
        "id": "aa", "state": "ok", "link": "https://example.com/d", "label": "Diagram",
        "kind": "url", "collected": None, "expires": None, "sha256": "",
    }  # fmt: skip
    few = json.loads(fedcheck("export", "json", "diagram", "--columns", "ref,links")[1])
    assert [list(row) for row in few] == [["ref", "links"]]


@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_nothing_private_leaves(fedcheck, tmp_path, kind):
    target = tmp_path / f"out.{kind}"
    assert fedcheck("export", kind, "-o", str(target), "--columns", ",".join(COLUMNS))[0] == 0
    text = target.read_text(errors="replace") if kind != "xlsx" else str(sheet_of(target))
    assert "kept inside" in text
    assert "ecret" not in text
    assert "private" not in text


def sheet_of(path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(path)
    return book.active, [[cell.value for cell in row] for row in book.active]


def test_excel_opens_with_header_widths_pane_and_filter(fedcheck, tmp_path):
    target = tmp_path / "items.xlsx"
    assert fedcheck("export", "xlsx", "-o", str(target))[0] == 0
    found, rows = sheet_of(target)
    assert tuple(rows[0]) == USUAL
    assert len(rows) == 1 + len(json.loads(fedcheck("export", "json")[1]))
    assert found.freeze_panes == "A2"
    assert found.auto_filter.ref.startswith("A1:")
    assert found.column_dimensions["C"].width > 12
    by_ref = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows}
    assert by_ref[DIAGRAM]["note"] == "=1+1\nsecond"
    assert by_ref[MANDATE]["done"].date().isoformat() == "2027-01-05"
    again = tmp_path / "again.xlsx"
    fedcheck("export", "xlsx", "-o", str(again))
    assert again.read_bytes() == target.read_bytes()


def test_a_file_that_is_there_is_not_replaced_unasked(fedcheck, tmp_path):
    target = tmp_path / "items.csv"
    target.write_text("mine")
    assert fedcheck("export", "csv", "-o", str(target))[0] == 2
    assert target.read_text() == "mine"
    assert fedcheck("export", "csv", "-o", str(target), "--force")[0] == 0
    assert fedcheck("export", "xlsx")[0] == 2


def test_no_items_are_a_table_with_a_header_alone(fedcheck, tmp_path):
    assert fedcheck("export", "csv", "owner:nobody-at-all")[1].count("\r\n") == 1
    target = tmp_path / "none.xlsx"
    assert fedcheck("export", "xlsx", "nosuchword", "-o", str(target))[0] == 0
    assert len(sheet_of(target)[1]) == 1


def test_the_long_columns_are_there_when_asked_for():
    assert set(LONG) == {"id", "statement", "guidance"}
    assert not set(LONG) & set(USUAL)


@libreoffice.second_opinion
def test_libreoffice_reads_the_workbook(fedcheck, tmp_path):
    target = tmp_path / "items.xlsx"
    fedcheck("export", "xlsx", "-o", str(target), "--columns", "ref,title,note")
    rows = table(libreoffice.converted(target, "csv", tmp_path).read_text(encoding="utf-8"))
    assert {row["ref"]: row["note"] for row in rows}[DIAGRAM] == "=1+1\nsecond"
