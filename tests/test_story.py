"""History in words: what each kind of change is called, undo and redo, long actions."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fedcheck.analysis.activity import story
from fedcheck.domain.change import Change, HistoryLine
from fedcheck.domain.change_text import describe

AT = datetime(2027, 1, 11, 23, 30, tzinfo=UTC)


def change(field: str, old: Any, new: Any, ref: str = "l:a") -> Change:
    return Change(ref, field, old, new)


def entered(tx: str, *changes: Change, by: str = "alice", undoes: str = "") -> list[HistoryLine]:
    return [HistoryLine(one, AT, by, tx, undoes) for one in changes]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([("status", "todo", "doing")], "started"),
        ([("status", "done", "doing")], "in progress again (was done)"),
        ([("status", "doing", "done"), ("done", None, "2027-01-11")], "done"),
        ([("status", "done", "todo")], "reopened (was done)"),
        ([("status", "doing", "todo")], "back to todo"),
        ([("status", "todo", "blocked"), ("reason", None, "no key")], 'blocked: "no key"'),
        ([("status", "todo", "na"), ("reason", None, "x")], 'not applicable: "x"'),
        (
            [("status", "blocked", "doing"), ("reason", "x", None)],
            "in progress again (was blocked)",
        ),
        ([("reason", "x", "y")], 'reason changed: "y" (was "x")'),
        (
            [("status", "todo", "done"), ("result", None, "other-than-satisfied")],
            "done; other-than-satisfied",
        ),
        ([("result", "satisfied", None)], "result cleared (was satisfied)"),
        ([("owner", None, "bob"), ("due", None, "2027-02-01")], "owner bob; due 2027-02-01"),
        ([("owner", "bob", "dana")], "owner dana (was bob)"),
        ([("due", "+2w", None)], "due cleared (was +2w)"),
        ([("note", None, "a\nb")], 'note written: "a b"'),
        ([("note", "a", None)], 'note removed (was "a")'),
        (
            [("evidence.x", None, {"link": "https://x.example"})],
            'evidence "https://x.example" added',
        ),
        ([("evidence.x", {"link": "x", "label": "Scan"}, None)], 'evidence "Scan" removed'),
        ([("evidence.x", "odd", "odder")], 'evidence "?" changed'),
        ([("basis", "1", "2")], "upstream change reviewed"),
        ([("done", "2027-01-01", "2027-01-02")], "done 2027-01-02 (was 2027-01-01)"),
        ([("unheard-of", 1, 2)], "unheard-of 2 (was 1)"),
        ([("unheard-of", None, ["a", "b"])], "unheard-of a, b"),
    ],
)
def test_changes_of_an_item_make_a_sentence(
    changes: list[tuple[str, Any, Any]], words: str
) -> None:
    assert describe([change(*one) for one in changes]) == words


def test_undo_and_redo_are_called_so() -> None:
    there = change("status", "todo", "done")
    told = story(
        entered("1", there)
        + entered("2", there.inverse(), undoes="1")
        + entered("3", there, undoes="2"),
        UTC,
    )
    assert [deed.what for deed in told] == ["done", "undo: reopened (was done)", "redo: done"]


def test_times_are_those_of_the_workspace() -> None:
    (deed,) = story(entered("1", change("owner", None, "bob")), ZoneInfo("Asia/Tokyo"))
    assert deed.at.replace(tzinfo=None) == datetime(2027, 1, 12, 8, 30)
    assert deed.at - AT == timedelta(0)


def test_a_long_action_is_told_shortly() -> None:
    many = [change("owner", None, "bob", f"l:{number}") for number in range(12)]
    told = story(entered("1", *many), UTC)
    assert [deed.ref for deed in told] == ["l:0", "l:1", "l:2", "l:3", "l:4", ""]
    assert told[-1].what == "and 7 more items in the same action"
