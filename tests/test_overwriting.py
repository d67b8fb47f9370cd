"""What replaces other people's work is asked about, or refused; one item named goes through."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import tomli
from click.testing import CliRunner
from small_project import checklist, item, project
from small_workbooks import srtm

from fedcheck.analysis.overwriting import (
    NAMED_BY,
    describe,
    list_replaced,
    plan_edit,
    refuse_unseen,
    summarize,
)
from fedcheck.cli import replacing
from fedcheck.cli.main import cli, run
from fedcheck.domain.change import OUTSIDE, Change, HistoryLine
from fedcheck.domain.fields import field_of
from fedcheck.domain.item_rules import ItemEdit, TestEdit
from fedcheck.domain.record import Record
from fedcheck.errors import FedcheckError
from fedcheck.storage import checklist_writer

TODAY = date(2027, 1, 11)
DAY = date(2026, 11, 27)
STEPS = checklist(
    "acme.steps",
    *(item(n, kind="test", controls=("AC-2",), methods=("examine",)) for n in ("a", "b", "c")),
    role="3pao",
)
A, B, C = "acme.steps:a", "acme.steps:b", "acme.steps:c"
BENS = Record(status="done", result="satisfied", tester="ben", tested=DAY, observation="Read it")


def line(ref: str, field: str, value: str, by: str, **more) -> HistoryLine:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return HistoryLine(Change(ref, field, None, value), at, by, more.pop("tx", "t1"), **more)


def replaced(record: Record, edit: ItemEdit, *lines: HistoryLine, who: str = "ann") -> list[str]:
    """Return what an edit of a test in this state would replace, in words."""
    known = project(lists=(STEPS,), records={A: record})
    changes = plan_edit(known, [A], edit, TODAY, who)
    return describe(list_replaced(known, changes, who, lambda _: lines, UTC))


def test_every_field_of_the_rule_is_in_the_table():
    names = {*NAMED_BY, *NAMED_BY.values()} - {""}
    assert all(field_of(Record, name) for name in names)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (
            ItemEdit(result="other-than-satisfied"),
            "a: ben's result satisfied -> other-than-satisfied (2026-11-27)",
        ),
        (ItemEdit(status="todo"), "a: ben's result satisfied -> none (2026-11-27)"),
        (ItemEdit(testing=TestEdit(observation="X")), "a: ben's observation (2026-11-27)"),
        (ItemEdit(testing=TestEdit(observation="")), "a: ben's observation (cleared) (2026-11-27)"),
        (ItemEdit(testing=TestEdit(tester="ann")), "a: ben's tester (2026-11-27)"),
    ],
)
def test_what_a_tester_recorded_is_the_testers(edit, said):
    assert replaced(BENS, edit) == [said]


def test_items_of_which_the_same_is_to_be_said_share_a_line():
    known = project(lists=(STEPS,), records=dict.fromkeys((A, B, C), BENS))
    changes = plan_edit(known, [A, B, C], ItemEdit(result="other-than-satisfied"), TODAY, "ann")
    found = list_replaced(known, changes, "ann", lambda: (), UTC)
    words = "ben's result satisfied -> other-than-satisfied (2026-11-27)"
    assert describe(found) == [f"a, b, c: {words}"]
    assert summarize(found, 3) == "ben's work in all 3 items"


def test_what_takes_nothing_away_is_not_asked_about():
    assert not replaced(BENS, ItemEdit(result="satisfied", owner="ann", due="2027-02-01"))
    assert not replaced(BENS, ItemEdit(testing=TestEdit(observation="Read it, and asked erik")))
    assert not replaced(Record(), ItemEdit(result="satisfied", note="new"))
    retest = ItemEdit(testing=TestEdit(retest="passed"))
    failed = Record("done", "other-than-satisfied", tester="ben", tested=DAY)
    assert not replaced(failed, retest), "a retest is recorded beside the first result"


def test_ones_own_work_is_not_asked_about_but_a_different_result_is():
    other = ItemEdit(result="other-than-satisfied", testing=TestEdit(observation="X"))
    said = "a: your result satisfied -> other-than-satisfied (2026-11-27)"
    assert replaced(BENS, other, who="Ben") == [said]
    assert not replaced(BENS, ItemEdit(status="todo", note="again"), who="ben")


def test_where_nobody_is_named_the_history_says_whose_it_is():
    edit = ItemEdit(note="N", testing=TestEdit(observation="X"))
    record = Record(note="seen", observation="Read it")
    mine = line(A, "note", "seen", "ann")
    his = line(A, "observation", "Read it", "ben")
    assert replaced(record, edit, mine, his) == ["a: ben's observation (2026-11-20)"]
    back = line(A, "note", "seen", "ann", tx="t3", undoes="t2")
    assert replaced(Record(note="seen"), ItemEdit(note="N"), line(A, "note", "seen", "ben"), back)
    hand = line(A, "note", "seen", OUTSIDE)
    assert replaced(Record(note="seen"), ItemEdit(note="N"), hand) == [
        "a: an unknown person's note (2026-11-20)"
    ]
    assert replaced(Record(note="seen"), ItemEdit(note="N")) == ["a: an unknown person's note"]


def test_a_text_that_somebody_put_into_ones_own_test_is_theirs():
    edit = ItemEdit(testing=TestEdit(observation="X"))
    his = line(A, "observation", "Read it", "cleo")
    assert replaced(BENS, edit, his, who="ben") == ["a: cleo's observation (2026-11-20)"]
    came = line("imports:t1", "imported", "1 test", "cleo")
    assert not replaced(BENS, edit, came, his, who="ben"), "whoever imports it has not written it"


def test_what_came_after_the_question_is_not_replaced():
    planned = plan_edit(project(lists=(STEPS,)), [A], ItemEdit(result="satisfied"), TODAY, "ann")
    guard = refuse_unseen(planned, "ann")
    (result,) = (one for one in planned if one.field == "result")
    guard(result, Record())
    failed = Record("done", "other-than-satisfied", tester="ann")
    guard(result, failed)
    with pytest.raises(FedcheckError, match="somebody else changed the result in the meantime"):
        guard(result, Record("done", "other-than-satisfied", tester="ben"))


# The command line


@pytest.fixture
def root(make_workspace, monkeypatch):
    """Return a workspace with three tests, of which ben recorded the first; ann works in it."""
    folder = make_workspace(role="3pao", mini=False)
    checklist_writer.path_of(folder, "acme.steps").write_bytes(checklist_writer.dump(STEPS))
    monkeypatch.chdir(folder)
    ben = ["--result", "other-than-satisfied", "--observation", "4 of 25 are stale"]
    monkeypatch.setenv("FEDCHECK_USER", "ben")
    assert run(["set", "a", *ben, "--as-of", "2026-11-27"]) == 0
    monkeypatch.setenv("FEDCHECK_USER", "ann")
    return folder


@pytest.fixture
def fedcheck(root, capsys):
    def call(*argv: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def records(root: Path) -> dict[str, tuple[str, str]]:
    """Return result and tester of each test."""
    items = tomli.loads((root / "progress" / "acme.steps.toml").read_text())["item"]
    return {name: (one.get("result", ""), one.get("tester", "")) for name, one in items.items()}


BEN = ("other-than-satisfied", "ben")
ANN = ("satisfied", "ann")
WHOSE = "a: ben's result other-than-satisfied -> satisfied"


def test_one_item_that_is_named_goes_through_and_says_whose_it_was(fedcheck, root):
    status, _, err = fedcheck("set", "a", "--result", "satisfied", "--observation", "All are gone")
    assert status == 0
    assert f"note: replaces {WHOSE}, observation (2026-11-27)" in err
    assert records(root) == {"a": ANN}
    assert "replaces" not in fedcheck("set", "b", "--result", "satisfied")[2]


@pytest.mark.parametrize(
    "words",
    [("a", "b"), ("kind:test", "--yes"), ("tester:ben",), ("a", "--like", "b")],
    ids=["several", "query", "query of one", "like"],
)
def test_anything_else_is_refused_without_a_terminal(fedcheck, root, words):
    fedcheck("set", "b", "--result", "satisfied")
    before = records(root)
    given = () if "--like" in words else ("--result", "satisfied")
    status, _, err = fedcheck("set", *words, *given)
    assert status == 2 and records(root) == before
    assert WHOSE in err and "--replace replaces that" in err


def test_replace_and_only_empty_say_it_without_a_terminal(fedcheck, root):
    edit = ("set", "kind:test", "--yes", "--result", "satisfied")
    status, _, err = fedcheck(*edit)
    assert (
        status == 2
        and "this would replace ben's work in 1 of 3 items: a: ben's result" in err
        and "--only-empty" in err
    )
    assert fedcheck(*edit, "--replace", "--only-empty")[0] == 2
    assert fedcheck(*edit, "--only-empty")[0] == 0
    assert records(root) == {"a": BEN, "b": ANN, "c": ANN}
    assert fedcheck(*edit, "--replace")[0] == 0
    assert records(root) == {"a": ANN, "b": ANN, "c": ANN}
    assert fedcheck("undo")[0] == 0
    assert records(root)["a"] == BEN
    status, out, _ = fedcheck("set", "a", "--like", "b", "--only-empty", "--json")
    assert status == 0 and json.loads(out)["changes"] == []


def test_what_only_follows_from_a_change_is_asked_about_too(fedcheck, root):
    status, _, err = fedcheck("set", "a", "b", "--status", "todo")
    assert status == 2 and "ben's result other-than-satisfied -> none" in err
    assert fedcheck("set", "a", "b", "--owner", "ann")[0] == 0
    fedcheck("set", "c", "--note", "mine")
    assert fedcheck("set", "b", "c", "--note", "both")[0] == 0, "one's own note"


@pytest.mark.parametrize(
    ("answer", "status", "after"),
    [
        ("r", 0, {"a": ANN, "b": ANN, "c": ANN}),
        ("e", 0, {"a": BEN, "b": ANN, "c": ANN}),
        ("c", 2, {"a": BEN}),
        ("", 2, {"a": BEN}),
    ],
)
def test_a_terminal_is_asked(root, monkeypatch, answer, status, after):
    terminal = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr(replacing, "sys", SimpleNamespace(stdin=terminal, stderr=terminal))
    argv = ["set", "a", "b", "c", "--result", "satisfied"]
    done = CliRunner().invoke(cli, argv, input=f"{answer}\n")
    assert (
        f"This would replace ben's work in 1 of 3 items:\n  {WHOSE} (2026-11-27)\n" in done.output
    )
    assert "(r) replace, (e) change only the 2 empty items, or (c) cancel?" in done.output
    assert (done.exit_code != 0) == (status != 0)
    assert records(root) == after


# Imports


def test_a_sheet_that_comes_again_asks_before_it_replaces_a_result(fedcheck, root):
    head = "Ref,Result,Note\n"
    (root / "t.csv").write_text(f"{head}acme.steps:a,Satisfied,ours\nacme.steps:b,Satisfied,x\n")
    came = ("import", "csv", "t.csv", "--theirs", "--map", "id=Ref", "--onto", "kind:test")
    status, out, err = fedcheck(*came, "--dry-run")
    assert status == 0, err
    assert "Would replace recorded work in 1 item:\n  a: ben's result" in out
    listed = json.loads(fedcheck(*came, "--dry-run", "--json")[1])["replaced"]
    assert [(one["field"], one["whose"], one["on"]) for one in listed] == [
        ("result", "ben", "2026-11-27")
    ]
    status, _, err = fedcheck(*came)
    assert status == 2 and WHOSE in err and records(root) == {"a": BEN}
    status, out, _ = fedcheck(*came, "--only-empty")
    assert status == 0 and "1 item with recorded work is left unchanged" in out
    assert records(root) == {"a": BEN, "b": ("satisfied", "")}
    assert fedcheck(*came, "--replace")[0] == 0
    assert records(root)["a"][0] == "satisfied"


def test_a_workbook_that_comes_again_asks_before_it_replaces_an_observation(fedcheck, root):
    cells = {"Observations / Test Results": "Read it.", "Assessment Result": "satisfied"}
    book = srtm(root / "book.xlsx", {"AC-01a.[01]": cells})
    assert fedcheck("import", "srtm", "book.xlsx")[0] == 0
    assert fedcheck("set", "AC-01a.[01]", "--tester", "ben")[0] == 0
    srtm(book, {"AC-01a.[01]": {**cells, "Observations / Test Results": "Asked erik."}})
    assert fedcheck("import", "srtm", "book.xlsx")[0] == 0, "ours is kept, and nothing replaced"
    status, _, err = fedcheck("import", "srtm", "book.xlsx", "--theirs")
    assert status == 2 and "ac-01a.01: ben's observation" in err
    status, out, _ = fedcheck("import", "srtm", "book.xlsx", "--theirs", "--replace")
    assert status == 0 and "Replaced recorded work in 1 item" in out


# A second assessor's review


def recorded(fedcheck) -> dict:
    return json.loads(fedcheck("show", "a", "--json")[1])["test"]


def test_agreed_goes_with_what_was_agreed_on_and_the_history_says_why(fedcheck, monkeypatch):
    monkeypatch.setenv("FEDCHECK_USER", "cleo")
    assert fedcheck("set", "a", "--review", "agreed")[0] == 0
    monkeypatch.setenv("FEDCHECK_USER", "ben")
    status, _, err = fedcheck("set", "a", "--observation", "5 of 25 are stale")
    why = 'review "agreed" of cleo cleared, because the observation changed'
    assert status == 0 and f"note: a: {why}" in err
    assert why in fedcheck("history", "a")[1]
    assert recorded(fedcheck)["review"] is None
    fedcheck("undo")
    assert recorded(fedcheck)["review"] == "agreed"


def test_an_undo_that_changes_what_was_agreed_on_takes_agreed_back(fedcheck, monkeypatch):
    monkeypatch.setenv("FEDCHECK_USER", "ben")
    fedcheck("set", "a", "--observation", "5 of 25 are stale")
    monkeypatch.setenv("FEDCHECK_USER", "cleo")
    fedcheck("set", "a", "--review", "agreed")
    monkeypatch.setenv("FEDCHECK_USER", "ben")
    assert fedcheck("undo")[0] == 0
    test = recorded(fedcheck)
    assert (test["observation"], test["review"]) == ("4 of 25 are stale", None)
    fedcheck("redo")
    assert recorded(fedcheck)["review"] == "agreed"
