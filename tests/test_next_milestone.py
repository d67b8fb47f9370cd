"""Which milestone comes next: the next conversation, whether it has a date or not."""

from datetime import date
from typing import Any

import pytest
from small_project import KICK_OFF, checklist, item, small_board

from fedcheck.domain.record import Record

DONE = {"r.csp:a": Record("done", done=date(2027, 1, 2))}
FULL = (checklist("f.csp", item("b"), phase="full-assessment"),)


def next_of(*items: Any, **about: Any) -> tuple[str, str]:
    board = small_board(*(items or (item("a"),)), lists=FULL, **about)
    return board.next_milestone, board.next_dated


def test_a_gate_without_a_date_comes_before_one_with_a_date() -> None:
    assert next_of() == ("ready", "package")


def test_it_is_taken_for_held_once_nothing_is_open_in_it() -> None:
    assert next_of(records=DONE) == ("package", "package")
    assert next_of(records={"r.csp:a": Record("na", reason="x")}) == ("package", "package")
    assert next_of(item("a"), item("c", level="should"), records=DONE)[0] == "package"
    assert next_of(item("a"), item("c", after="ready"), records=DONE)[0] == "package"


def test_it_is_taken_for_held_once_a_later_one_has_passed() -> None:
    milestones = {"package": date(2027, 1, 8), "kick-off": KICK_OFF}
    assert next_of(milestones=milestones) == ("kick-off", "kick-off")


@pytest.mark.parametrize(
    ("ready", "expected"), [(date(2027, 1, 10), "package"), (date(2027, 1, 12), "ready")]
)
def test_its_date_decides_once_it_has_one(ready: date, expected: str) -> None:
    found = next_of(milestones={"ready": ready, "kick-off": KICK_OFF})
    assert found == (expected, expected)


def test_without_any_date_it_is_the_first_gate() -> None:
    assert next_of(milestones={}) == ("ready", "ready")


def test_the_agenda_does_not_wait_for_a_gate_without_a_date() -> None:
    from fedcheck.analysis.agenda import find_phases_in_reach

    board = small_board(item("a"), lists=FULL)
    assert find_phases_in_reach(board) == {"readiness", "full-assessment"}
