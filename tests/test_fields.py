"""The table of fields: it names what the classes have, and every consumer says what it names."""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from msgspec.structs import replace

from fedcheck.analysis.activity import lately, story
from fedcheck.analysis.comparison import compare_boards
from fedcheck.analysis.difference import Difference
from fedcheck.cli.commands.finding import finding as finding_group
from fedcheck.cli.commands.request import request as request_group
from fedcheck.cli.commands.set import set_
from fedcheck.cli.json_documents import finding_document, request_document, show_document
from fedcheck.domain.change import Change, HistoryLine, diff_records, imported
from fedcheck.domain.change_text import changes_label, describe, describe_change
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field import Field, Group, Kind, Redaction
from fedcheck.domain.field_values import choices, field_names, history_form, with_field
from fedcheck.domain.fields import FIELDS, field_of
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import MilestoneDate, PackageEntry, SentReport
from fedcheck.exporters.items import COLUMNS
from fedcheck.reports.redact import Veil

ROOT = Path(__file__).parents[1]
DIAGRAM = "rev5.readiness.csp:diagram"
BOOKS = {
    Record: DIAGRAM,
    Request: "requests:q1",
    Finding: "findings:f1",
    MilestoneDate: "milestones:kick-off",
    SentReport: "sent:s1",
}
DAYS = (date(2027, 1, 5), date(2027, 1, 8))

ALL = [(cls, row) for cls in BOOKS for row in FIELDS[cls] if row.name in field_names(cls)]
WITH_RECORD = [(cls, row) for cls, row in ALL if cls in (Record, Request, Finding)]


def name_of(case: Any) -> str:
    return case.__name__ if isinstance(case, type) else getattr(case, "name", "")


def values_of(cls: type, row: Field) -> tuple[Any, Any]:
    """Return two values of a field that differ from each other and are not empty."""
    if row.kind in (Kind.LINES, Kind.REFS):
        known = choices(cls, row.name)
        return ((known[0],), (known[1],)) if known else (("alpha",), ("beta",))
    if row.kind is Kind.CHOICE:
        known = tuple(value for value in choices(cls, row.name) if value)
        return known[-1], known[0]
    if row.kind is Kind.DAY:
        return DAYS
    return ("2027-01-05", "2027-01-08") if row.kind is Kind.DUE else ("alpha", "beta")


def blank(cls: type) -> Any:
    return cls() if cls in (Record, MilestoneDate) else cls(BOOKS[cls].partition(":")[2])


def changed(cls: type, row: Field) -> tuple[Any, Any, Change]:
    """Return a record before and after a change of one field, and that change."""
    was, now = values_of(cls, row)
    base = blank(cls) if row.name == "title" or cls in (Record, MilestoneDate) else named(cls)
    old, new = (replace(base, **{row.name: value}) for value in (was, now))
    (change,) = diff_records(BOOKS[cls], old, new)
    return old, new, change


def named(cls: type) -> Any:
    return replace(blank(cls), title="Which ports?")


def shown(row: Field, value: Any) -> str:
    """Return how a value reads in a sentence."""
    text = str(value[0] if isinstance(value, tuple) else value)
    return row.words.get(text, text)


@pytest.mark.parametrize("cls", FIELDS)
def test_the_table_and_the_class_name_the_same_fields(cls: type) -> None:
    known = {name for name in cls.__struct_fields__ if name != "extra"}  # type: ignore[attr-defined]
    if cls in (MilestoneDate, PackageEntry, SentReport):
        known.discard("evidence")  # these have none; the attribute is for code that serves all
    assert {row.name for row in FIELDS[cls]} == known
    assert len({row.name for row in FIELDS[cls]}) == len(FIELDS[cls])
    assert len({row.label for row in FIELDS[cls]}) == len(FIELDS[cls])


@pytest.mark.parametrize("cls", FIELDS)
def test_the_kind_of_a_field_is_that_of_its_attribute(cls: type) -> None:
    hints = get_type_hints(cls)
    for row in FIELDS[cls]:
        hint = hints[row.name]
        is_choice = isinstance(hint, type) and issubclass(hint, StrEnum)
        assert (row.kind is Kind.CHOICE) == is_choice, row.name
        assert (row.kind is Kind.DAY) == (date in get_args(hint)), row.name
        listed = (Kind.LINES, Kind.REFS, Kind.EVIDENCE)
        assert (row.kind in listed) == (get_origin(hint) is tuple), row.name
        assert row.check == ("due" if row.kind is Kind.DUE else ""), row.name


@pytest.mark.parametrize("cls", FIELDS)
def test_a_row_refers_to_rows_that_are_there(cls: type) -> None:
    names = {row.name for row in FIELDS[cls]}
    for row in FIELDS[cls]:
        assert not row.follows or row.follows in names, row.name
        assert row.doc and not row.doc.removesuffix("...").endswith("."), row.name
        assert row.label[0].isupper(), row.name


@pytest.mark.parametrize(
    ("cls", "together"),
    [
        (Record, {"status", "result", "reason", "tester", "tested", "done", "basis"}),
        (Record, {"inherited", "inherited_from"}),
        (Record, {"verified", "validated", "assessor", "assessed"}),
        (Request, {"state", "answer", "answered", "comment"}),
        (Finding, {"risk", "original", "adjusted", "due", "deviation", "deviation_state"}),
        (Finding, {"state", "closed", "retest", "retested", "corrected"}),
    ],
)
def test_fields_that_a_rule_couples_merge_together(cls: type, together: set[str]) -> None:
    groups = {row.merge for row in FIELDS[cls] if row.name in together}
    assert len(groups) == 1 and groups != {""}


@pytest.mark.parametrize(("cls", "row"), ALL, ids=name_of)
def test_history_and_label_say_what_a_field_was_and_what_it_is(cls: type, row: Field) -> None:
    old, new, change = changed(cls, row)
    was, now = (shown(row, getattr(one, row.name)) for one in (old, new))
    for told in (describe([change]), changes_label([change])):
        assert "nothing" not in told
        if cls is Record and row.name == "status":
            assert told.endswith("reopened (was n/a)")
        elif row.name == "basis":
            assert told.endswith("upstream change reviewed")
        elif row.name == "state":
            assert told.endswith(f"open again (was {was})")
        else:
            assert now in told and was in told, told
            assert row.word in told or row.name in ("result", "title"), told
    line = describe_change(change)
    assert line.startswith(f"{row.word}: ") and was in line and now in line


@pytest.mark.parametrize(("cls", "row"), ALL, ids=name_of)
def test_what_is_set_first_or_cleared_is_named_too(cls: type, row: Field) -> None:
    if row.kind is Kind.CHOICE and all(choices(cls, row.name)):
        return  # it always has a value
    _, new, change = changed(cls, row)
    value = shown(row, getattr(new, row.name))
    for one in (Change(change.ref, row.name, None, change.new), change.inverse()):
        assert value in describe([one]) or row.name == "basis", describe([one])
    cleared = describe([Change(change.ref, row.name, change.new, None)])
    assert value in cleared, cleared
    assert re.search("cleared|removed", cleared), cleared


@pytest.mark.parametrize(("cls", "row"), WITH_RECORD, ids=name_of)
def test_changes_names_every_field(cls: type, row: Field, session: Any) -> None:
    old, new, _ = changed(cls, row)
    told = compared(session, cls, old, new)
    if row.name == "basis":
        return  # an item that changed upstream, or was reviewed, is told as such
    assert told, "a change that nothing tells of"
    if row.follows or told[0].kind != "field":
        return  # the words of that kind say it
    was, now = (shown(row, getattr(one, row.name)) for one in (old, new))
    assert told[0].words == f"{row.word}: {was} -> {now}"


def compared(session: Any, cls: type, old: Any, new: Any) -> list[Difference]:
    """Return what is told of one record that changed, with nothing else in between."""
    projects = []
    for one in (old, new):
        project = session.project
        if cls is Record:
            project = project.with_records("rev5.readiness.csp", {"diagram": one})
        else:
            name = "requests" if cls is Request else "findings"
            project = replace_project(project, **{name: (one,)})
        projects.append(project)
    board = session.board()
    boards = [replace_board(board, project) for project in projects]
    return [one for one in compare_boards(*boards).differences if one.ref == BOOKS[cls]]


def replace_project(project: Any, **more: Any) -> Any:
    return replace(project, **more)


def replace_board(board: Any, project: Any) -> Any:
    from fedcheck.analysis.board import build_board as board_of

    return board_of(project, board.today)


def test_owner_and_note_are_among_what_changed(session: Any) -> None:
    """The case that showed the defect: a new owner was no change."""
    old, new = Record(owner="dana", note="a"), Record(owner="erik", note="b")
    told = compared(session, Record, old, new)
    assert [one.words for one in told] == ["owner: dana -> erik", "note: a -> b"]
    assert {one.trend for one in told} == {"other"}


def test_a_result_is_told_once() -> None:
    """What follows from a status or a result by a rule is not told again."""
    done = [
        Change(DIAGRAM, "status", "todo", "done"),
        Change(DIAGRAM, "done", None, "2027-01-11"),
        Change(DIAGRAM, "basis", None, "0f"),
    ]
    assert describe(done) == "done"
    review = [
        Change(DIAGRAM, "review", None, "agreed"),
        Change(DIAGRAM, "reviewed", None, "2027-01-11"),
    ]
    assert describe(review) == "review agreed"


def test_evidence_says_which_of_its_fields_changed() -> None:
    old = {"link": "scan.pdf", "kind": "file", "label": "Scan", "collected": "2027-01-05"}
    new = {**old, "label": "Scan of March", "collected": "2027-03-05", "approved": "yes"}
    told = describe([Change(DIAGRAM, "evidence.x", old, new)])
    assert told == (
        'evidence "Scan of March" changed: label Scan of March (was Scan),'
        " collected 2027-03-05 (was 2027-01-05), approved yes"
    )
    for row in FIELDS[Evidence]:
        if row.name != "id":
            told = describe(
                [Change(DIAGRAM, "evidence.x", {row.name: "alpha"}, {row.name: "beta"})]
            )
            assert f"{row.word} beta (was alpha)" in told


def test_several_records_are_counted_and_what_they_share_is_named() -> None:
    same = [Change(f"l:{n}", "owner", None, "dana") for n in range(3)]
    assert changes_label(same) == "owner dana (3 items)"
    differing = [Change(f"l:{n}", "owner", f"p{n}", "dana") for n in range(3)]
    assert changes_label(differing) == "owner dana (3 items)"
    tested = [
        Change(f"l:{n}", field, old, new)
        for n in range(2)
        for field, old, new in (
            ("result", "satisfied" if n else None, "other-than-satisfied"),
            ("tester", None, "dana"),
        )
    ]
    assert changes_label(tested) == "other-than-satisfied; tester dana (2 items)", "result first"
    asked = [Change(f"requests:{n}", "due", None, f"2027-02-0{n + 1}") for n in range(2)]
    assert changes_label(asked) == "due changed (2 requests)"


AT = datetime(2027, 1, 11, 15, tzinfo=UTC)


def test_an_import_is_one_row_that_says_what_came() -> None:
    made = [Change("checklists:acme", "file", None, "f00"), Change("acme:a", "owner", None, "bob")]
    lines = [
        HistoryLine(one, AT, "bob", "t1")
        for one in [imported("t1", "875 tests from x.xlsx"), *made]
    ]
    back = [HistoryLine(one.inverse(), AT, "bob", "t2", "t1") for one in made]
    told = story([*lines, *back], UTC)
    assert [row.what for row in told] == [
        "imported 875 tests from x.xlsx",
        "undo: imported 875 tests from x.xlsx",
    ]
    assert [one.words for one in lately(lines)] == ["imported 875 tests from x.xlsx"]
    without = story([HistoryLine(one, AT, "bob", "t3") for one in made], UTC)
    assert [row.what for row in without] == ["checklist imported", "owner bob"]


def test_every_field_is_in_the_json_of_its_record(session: Any) -> None:
    board = session.board()
    documents = {
        Record: show_document(board, board.rows[DIAGRAM], []),
        Request: request_document(Request("q1"), board.today, []),
        Finding: finding_document(Finding("f1"), board.today, []),
    }
    for cls, document in documents.items():
        for row in FIELDS[cls]:
            if row.kind is Kind.EVIDENCE:
                continue
            parts = row.json_part.split()
            inner = [part for part in parts if part not in ("row", "document")]
            assert parts or row.name == "basis", row.name
            for part in inner:
                assert (row.json or row.name) in document[part], row.name
            if set(parts) - set(inner):
                assert (row.json or row.name) in document, row.name


def test_every_field_of_an_item_is_a_column_of_the_export() -> None:
    hidden = {Kind.EVIDENCE, Kind.HASH}
    names = {row.column or row.name for row in FIELDS[Record] if row.kind not in hidden}
    assert names <= set(COLUMNS)


@pytest.mark.parametrize(("cls", "row"), WITH_RECORD, ids=name_of)
def test_a_redacted_report_has_no_name_and_no_note(cls: type, row: Field, session: Any) -> None:
    secret = "Mallory" if row.redacted is Redaction.NAME else "the landlord said so"
    value: Any = (secret,) if row.kind in (Kind.LINES, Kind.REFS) else secret
    if row.redacted not in (Redaction.NAME, Redaction.NOTE):
        return
    thing = replace(blank(cls), **{row.name: value})
    project = session.project
    if cls is Record:
        project = project.with_records("rev5.readiness.csp", {"diagram": thing})
    else:
        project = replace_project(
            project, **{"requests" if cls is Request else "findings": (thing,)}
        )
    veiled = Veil(project, frozenset(["owners", "notes"]))()
    found = {
        Record: veiled.record(DIAGRAM),
        Request: (*veiled.requests, None)[0],
        Finding: (*veiled.findings, None)[0],
    }[cls]
    assert secret not in str(getattr(found, row.name))


def test_options_that_mirror_a_field_are_those_of_the_table() -> None:
    commands = {
        Record: [set_],
        Request: list(request_group.commands.values()),
        Finding: list(finding_group.commands.values()),
    }
    for cls, found in commands.items():
        options = {text for one in found for param in one.params for text in param.opts}
        for row in FIELDS[cls]:
            assert not row.option or row.option in options, (cls.__name__, row.name)


@pytest.mark.parametrize(("cls", "row"), ALL, ids=name_of)
def test_a_value_survives_the_history(cls: type, row: Field) -> None:
    for value in values_of(cls, row):
        thing = replace(blank(cls), **{row.name: value})
        kept = json.loads(json.dumps(history_form(value)))
        assert with_field(blank(cls), row.name, kept) == thing


def test_details_panes_have_a_place_for_every_field() -> None:
    for cls in (Record, Request, Finding):
        for row in FIELDS[cls]:
            assert row.group is not Group.HIDDEN or row.name == "basis", row.name
    assert field_of(Record, "unheard-of") is None


GROWN = {
    "domain/record.py": [('    note: str = ""\n', '    note: str = ""\n    ticket: str = ""\n')],
    "domain/finding.py": [('    plan: str = ""\n', '    plan: str = ""\n    board: str = ""\n')],
    "domain/fields.py": [
        (
            "RECORD = (\n",
            'RECORD = (\n    Field("ticket", "Change ticket", LINE, "Ticket of the change",'
            ' option="--ticket"),\n',
        ),
        (
            "FINDING = (\n",
            'FINDING = (\n    Field("board", "Risk board", LINE, "Decision of the risk board",'
            ' json_part="details", option="--board", group=DETAILS),\n',
        ),
    ],
    "domain/glossary.py": [
        ('    NA = "na"\n', '    NA = "na"\n    PARKED = "parked"\n'),
        ('    SATISFIED = "satisfied"\n', '    PARTLY = "partly"\n    SATISFIED = "satisfied"\n'),
        (
            "    Status.DONE: Sign(",
            '    Status.PARKED: Sign("parked", "∥", "[=]", "warning", "p"),\n'
            "    Status.DONE: Sign(",
        ),
        (
            "    Result.NOT_APPLICABLE: Sign(",
            '    Result.PARTLY: Sign("partly satisfied", "~", "[~]", "warning", "p"),\n'
            "    Result.NOT_APPLICABLE: Sign(",
        ),
    ],
}  # fmt: skip
"""One attribute and one row for a field; one member and one row for a status and a result."""


# A whole run of pytest of its own: the inner limit is the shorter one, and says which step hangs.
@pytest.mark.timeout(400)
def test_a_new_field_is_one_entry_and_so_is_a_new_status_or_result(tmp_path: Path) -> None:
    """In a copy of the program that has them, they are on screen, in JSON, history and export."""
    # With its byte code, which holds for every file that is not changed below.
    shutil.copytree(ROOT / "fedcheck", tmp_path / "fedcheck")
    (tmp_path / "checklists").symlink_to(ROOT / "checklists")
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    for name, pairs in GROWN.items():
        path = tmp_path / "fedcheck" / name
        text = path.read_text(encoding="utf-8")
        for before, after in pairs:
            assert text.count(before) >= 1, before
            text = text.replace(before, after, 1)
        path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider",
         "--timeout", "100", "--timeout-method", "thread",
         "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"),
         str(ROOT / "tests" / "grown_fields.py")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=380,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "." * 7 in done.stdout, done.stdout[-2000:]
