"""Requests out as a table and back in: nothing lost, nobody's words written over, rules kept."""

import csv
import io
import json
from pathlib import Path

import pytest
from conftest import MakeWorkspace
from hypothesis import given
from hypothesis import strategies as st

from fedcheck.cli.main import run
from fedcheck.domain.request import Request
from fedcheck.errors import FedcheckError
from fedcheck.importers import request_rows
from fedcheck.importers.request_rows import COLUMNS
from fedcheck.spreadsheets.grid import read_sheets

PEOPLE = '\n[people.dana]\nrole = "csp"\n[people.bob]\nrole = "3pao"\n'
REQUESTS = """format = 1

[[request]]
id = "q7wd"
title = "Which ports cross the boundary?"
by = "bob"
to = "dana"
asked = 2027-01-02
due = 2027-01-09
round = "1"
document = "SSP"
section = "9.2"
text = "Figure 9-1 shows 443; see [the table] |here|"
items = ["rev5.readiness.csp:diagram"]

[[request]]
id = "123456"
title = "=Export of the firewall rules"
kind = "evidence"
state = "answered"
by = "bob"
to = "dana"
answer = "In the folder"
answered = 2027-01-05

[[request.evidence]]
id = "90e86c"
link = "https://example.com/ports"
label = "Ports"

[[request.evidence]]
id = "90e86d"
link = "private/evidence/secret.txt"
kind = "file"
label = "Secret"
"""


@pytest.fixture
def root(make_workspace: MakeWorkspace) -> Path:
    folder = make_workspace()
    head = folder / "fedcheck.toml"
    head.write_text(head.read_text() + PEOPLE)
    (folder / "requests.toml").write_text(REQUESTS)
    (folder / "evidence").mkdir()
    (folder / "evidence" / "ports.csv").write_text("443")
    (folder / "private" / "evidence").mkdir(parents=True)
    (folder / "private" / "evidence" / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def fedcheck(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(root)

    def call(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def table(fedcheck, *argv: str) -> list[dict[str, str]]:
    """Return the exported rows by field."""
    status, out, err = fedcheck("export", "requests", *argv)
    assert (status, err) == (0, "")
    head, *rows = csv.reader(io.StringIO(out.removeprefix("\ufeff")))
    assert head == list(COLUMNS.values())
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def filled(root: Path, rows: list[dict[str, str]], name: str = "filled.csv", **how) -> str:
    made = io.StringIO(newline="")
    fields = list(rows[0])
    writer = csv.writer(made, **how)
    writer.writerow([COLUMNS[field] for field in fields])
    writer.writerows([row.get(field, "") for field in fields] for row in rows)
    (root / name).write_bytes(made.getvalue().encode("utf-8-sig"))
    return name


def came(fedcheck, name: str, *argv: str) -> dict:
    status, out, err = fedcheck("import", "requests", name, "--json", *argv)
    assert status == 0, err
    return json.loads(out)


def by_id(rows, name="q7wd"):
    return next(row for row in rows if row["id"] == name)


def shown(fedcheck, name="q7wd") -> dict:
    return json.loads(fedcheck("request", "show", name, "--json")[1])


def test_the_table_tells_what_a_reviewer_knows_and_nothing_private(fedcheck):
    rows = table(fedcheck)
    one = by_id(rows)
    assert one["controls"] == "PL-2"
    assert one["items"] == "rev5.readiness.csp:diagram"
    assert (one["due"], one["state"], one["by"]) == ("2027-01-09", "open", "bob")
    two = by_id(rows, "requests:123456")
    assert two["title"] == "'=Export of the firewall rules"
    assert two["evidence"] == "Ports <https://example.com/ports>\nkept inside"
    assert "secret" not in json.dumps(rows)


def test_it_is_narrowed_by_query_person_role_and_kind(fedcheck):
    assert len(table(fedcheck, "is:answered")) == 1
    assert len(table(fedcheck, "--to", "csp")) == 2
    assert len(table(fedcheck, "--to", "DANA", "--kind", "evidence")) == 1
    status, _, err = fedcheck("export", "requests", "--to", "dnaa")
    assert status == 2 and "dana" in err


def test_rows_are_in_order_of_due_date_then_number(fedcheck, root):
    path = root / "requests.toml"
    more = [("R-10", "2027-01-08"), ("R-2", "2027-01-08"), ("r1", "2026-12-01")]
    text = "".join(f'[[request]]\nid = "{i}"\ntitle = "T"\ndue = {d}\n' for i, d in more)
    path.write_text(path.read_text() + text)
    listed = [row["id"] for row in table(fedcheck)]
    assert listed == ["r1", "R-2", "R-10", "q7wd", "requests:123456"], "without a due date: last"


def test_what_comes_back_unfilled_changes_nothing(fedcheck, root):
    before = (root / "requests.toml").read_bytes()
    for name in ("out.csv", "out.xlsx"):
        assert fedcheck("export", "requests", "-o", name)[0] == 0
        found = came(fedcheck, name)
        assert (found["changes"], found["notes"], found["done"]) == ([], [], False)
    assert (root / "requests.toml").read_bytes() == before


@pytest.mark.parametrize("how", [{}, {"delimiter": ";"}, {"delimiter": "\t"}])
def test_a_filled_table_answers_decides_and_asks(fedcheck, root, how):
    rows = table(fedcheck)
    by_id(rows).update(
        answer="Line one\nLine two",
        evidence="The table <evidence/ports.csv>\nhttps://example.com/x",
        due="2/15/2027",
    )
    by_id(rows, "requests:123456").update(decision="Accepted", comment="Fine")
    rows.append({"title": "Who owns the keys?", "by": "bob", "to": "dana", "due": "2027-02-20"})
    name = filled(root, rows, **how)
    assert came(fedcheck, name, "--dry-run")["done"] is False
    assert shown(fedcheck)["state"] == "open"
    found = came(fedcheck, name)
    assert found["notes"] == []
    one = shown(fedcheck)
    assert (one["state"], one["answer"], one["due"]) == (
        "answered",
        "Line one\nLine two",
        "2027-02-15",
    )
    assert one["answered"] == "2027-01-11"
    links = {
        evidence_item["link"]: evidence_item.get("label", "") for evidence_item in one["evidence"]
    }
    assert links == {"evidence/ports.csv": "The table", "https://example.com/x": ""}
    two = shown(fedcheck, "123456")
    assert (two["state"], two["comment"], len(two["evidence"])) == ("accepted", "Fine", 2)
    asked = json.loads(fedcheck("request", "list", "keys", "--json")[1])
    assert [(r["title"], r["due"], r["asked"]) for r in asked] == [
        ("Who owns the keys?", "2027-02-20", "2027-01-11")
    ]
    again = came(fedcheck, name)
    assert (again["changes"], again["notes"]) == ([], [])
    assert fedcheck("undo")[0] == 0
    assert shown(fedcheck)["state"] == "open"
    assert came(fedcheck, name, "--dry-run")["changes"]


def test_where_both_sides_wrote_ours_is_kept_and_told(fedcheck, root):
    rows = table(fedcheck)
    by_id(rows)["answer"] = "Theirs"
    name = filled(root, rows)
    fedcheck("request", "answer", "q7wd", "Ours")
    found = came(fedcheck, name)
    assert found["changes"] == []
    assert 'here "Ours", in the file "Theirs"' in found["notes"][0]["what"]
    assert found["notes"][0]["where"] == "row 2"
    came(fedcheck, name, "--theirs")
    assert shown(fedcheck)["answer"] == "Theirs"


def test_only_the_column_that_was_filled_is_taken(fedcheck, root):
    rows = table(fedcheck)
    by_id(rows)["due"] = "2027-03-01"
    name = filled(root, rows)
    fedcheck("request", "answer", "q7wd", "Ours, meanwhile")
    assert came(fedcheck, name)["notes"] == []
    assert (shown(fedcheck)["answer"], shown(fedcheck)["due"]) == ("Ours, meanwhile", "2027-03-01")


def test_an_old_table_does_not_decide_on_a_new_answer(fedcheck, root):
    rows = table(fedcheck)
    by_id(rows, "requests:123456").update(decision="return", comment="Region two is missing")
    name = filled(root, rows)
    came(fedcheck, name)
    assert shown(fedcheck, "123456")["returned"] is True
    fedcheck("request", "answer", "123456", "Both regions", "--as-of", "2027-01-12")
    found = came(fedcheck, name)
    assert found["changes"] == []
    assert "changed here" in found["notes"][0]["what"]
    assert shown(fedcheck, "123456")["state"] == "answered"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"decision": "accepted"}, "has no answer yet"),
        ({"decision": "perhaps"}, "is not a decision"),
        ({"due": "soon"}, "is not a date"),
        ({"due": "2/1/2027"}, "may mean two dates"),
        ({"evidence": "evidence/none.txt"}, "evidence not added"),
        ({"evidence": "../../etc/passwd"}, "evidence not added"),
        ({"evidence": "private/evidence/secret.txt"}, "private/"),
        ({"comment": "Hm"}, "without a decision"),
        ({"title": "Other words"}, "not imported"),
        ({"id": "q7we"}, "no request has the id"),
        ({"id": "", "title": ""}, "neither an id"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_row(fedcheck, root, changed, said):
    rows = table(fedcheck)
    by_id(rows).update(changed)
    found = came(fedcheck, filled(root, rows))
    assert found["changes"] == []
    (note,) = found["notes"]
    assert said in note["what"]
    assert note["where"] == "row 2"


def test_a_returned_answer_needs_a_reason_and_an_accepted_one_is_settled(fedcheck, root):
    rows = table(fedcheck)
    by_id(rows, "requests:123456")["decision"] = "returned"
    (note,) = came(fedcheck, filled(root, rows))["notes"]
    assert "a returned request needs a comment" in note["what"]
    fedcheck("request", "accept", "123456")
    rows = table(fedcheck)
    by_id(rows, "requests:123456")["answer"] = "More"
    (note,) = came(fedcheck, filled(root, rows))["notes"]
    assert "already accepted" in note["what"]


def test_a_table_of_ones_own_is_read_by_its_headings(fedcheck, root):
    text = "Evidence request list,,\n,,\nNo.,Response,Priority,Request\nq7wd,443 only,High,x\n"
    (root / "own.csv").write_text(text)
    found = came(fedcheck, "own.csv")
    assert shown(fedcheck)["answer"] == "443 only"
    assert [note["what"] for note in found["notes"]] == ['columns that are not used: "Priority"']
    (root / "own.csv").write_text(text.replace("443 only", "8443"))
    (_, note) = came(fedcheck, "own.csv")["notes"]
    assert "the row has no mark" in note["what"]
    assert shown(fedcheck)["answer"] == "443 only"


def test_the_same_row_twice_is_used_once(fedcheck, root):
    rows = table(fedcheck)
    rows += [dict(by_id(rows), answer="second")]
    rows += [{"title": "New one"}, {"title": "New one"}]
    found = came(fedcheck, filled(root, rows))
    assert [note["where"] for note in found["notes"]] == ["row 4", "row 6"]
    assert len({change["ref"] for change in found["changes"]}) == 1


def test_no_table_is_refused_in_words(fedcheck, root):
    (root / "x.csv").write_text("a,b\n1,2\n")
    status, _, err = fedcheck("import", "requests", "x.csv")
    assert status == 3 and "Comment or request" in err
    assert fedcheck("import", "requests", "none.csv")[0] == 3


def test_a_workbook_has_days_and_the_markdown_stays_text(fedcheck, root):
    from datetime import date

    assert fedcheck("export", "requests", "-o", "m.xlsx")[0] == 0
    (sheet,) = read_sheets(root / "m.xlsx")
    due = list(COLUMNS).index("due")
    assert date(2027, 1, 9) in [line.cell(due) for line in sheet.lines]
    assert fedcheck("export", "requests", "-o", "m.xlsx")[0] == 2
    status, out, _ = fedcheck("export", "requests", "--format", "md")
    assert status == 0
    assert "see \\[the table\\] \\|here\\|" in out
    assert "2 requests, 1 open, 1 of them overdue" in out
    assert "secret" not in out and "kept inside" in out


texts = st.text(st.characters(codec="utf-8"), max_size=40)


@given(title=texts, text=texts, answer=texts, comment=texts, section=texts)
def test_every_text_comes_back_as_what_it_was(title, text, answer, comment, section):
    from small_project import project

    request = Request("a1", title, text=text, answer=answer, comment=comment, section=section)
    cells = request_rows.write_cells(project(), request)
    mark = request_rows.parse_mark(request_rows.write_mark(cells, request))
    assert mark is not None
    from fedcheck.spreadsheets.csv_reader import parse
    from fedcheck.spreadsheets.grid import format_cell
    from fedcheck.spreadsheets.xlsx_writer import write_csv

    rows = request_rows.build_rows(project(), [request])
    (_, back) = parse(write_csv(rows), Path("x.csv"))[1]
    found = dict(zip(COLUMNS, map(format_cell, back), strict=True))
    assert all(mark.same(name, found[name]) for name in request_rows.FIELDS)
    assert mark.same_rest(found)


def test_a_broken_book_is_no_table(fedcheck, root):
    (root / "requests.toml").write_text("format = 1\n[[request")
    status, _, err = fedcheck("export", "requests")
    assert status == 3 and "requests.toml" in err
    with pytest.raises(FedcheckError):
        read_sheets(root / "none.xlsx")
