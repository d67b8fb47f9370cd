"""Who must act on what a gate lacks, and since when: the same for commands, app and report."""

from datetime import date

from small_project import checklist, item, small_board

from fedcheck.analysis.gates import Gate, Outstanding, gate
from fedcheck.analysis.outstanding import (
    find_newly_outstanding,
    group_by_owner,
    reason_of,
    title_of,
)
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request


def lack(ref: str, owner: str, role: str = "", since: date | None = None) -> Outstanding:
    return Outstanding("open", ref, "not done", owner, role, "readiness", since)


def test_roles_in_their_order_people_by_name_nobody_last() -> None:
    project = small_board(item("a")).project
    found = group_by_owner(
        project,
        [
            lack("1", "jab", "jab"),
            lack("2", "3pao", "3pao"),
            lack("3", "somebody"),
            lack("4", "csp", "csp"),
            lack("5", "dana", "csp"),
            lack("6", "Alice", "csp"),
            lack("7", "bob", "3pao"),
            lack("8", "dana", "csp"),
        ],
    )
    assert [(debt.who, [m.ref for m in debt.missing]) for debt in found] == [
        ("Alice (csp)", ["6"]),
        ("dana (csp)", ["5", "8"]),
        ("csp, no owner", ["4"]),
        ("bob (3pao)", ["7"]),
        ("3pao, no owner", ["2"]),
        ("jab, no owner", ["1"]),
        ("somebody", ["3"]),
    ]


def test_a_role_named_as_owner_must_act_whose_list_it_is_in() -> None:
    project = small_board(item("a")).project
    (debt,) = group_by_owner(project, [lack("1", "3pao", "csp")])
    assert (debt.role, debt.person) == ("3pao", "")


def test_what_is_owed_longest_stands_first_then_the_order_of_the_gate() -> None:
    project = small_board(item("a")).project
    rows = [
        lack("1", "x"),
        lack("2", "x", since=date(2027, 1, 5)),
        lack("3", "x"),
        lack("4", "x", since=date(2027, 1, 2)),
    ]
    (debt,) = group_by_owner(project, rows)
    assert [m.ref for m in debt.missing] == ["4", "2", "1", "3"]


def judged(board: object, milestone: str = "package") -> Gate:
    found = board.project.process.milestone(milestone)  # type: ignore[attr-defined]
    return gate(board, found)  # type: ignore[arg-type]


def test_titles_and_reasons_stand_apart() -> None:
    high = Finding("f1", "Weak TLS: everywhere", risk="high")
    asked = Request("q1", "Which ports?")
    board = small_board(item("a", title="Diagram"), findings=(high,), requests=(asked,))
    told = [(title_of(board, m), reason_of(board, m)) for m in judged(board).missing]
    assert told == [
        ("Diagram", "not done"),
        ("Weak TLS: everywhere", "open High finding"),
        ("Which ports?", "unanswered"),
    ]


def test_a_look_ahead_tells_what_is_not_missing_yet() -> None:
    from fedcheck.domain.evidence import Evidence

    scan = Record(
        "done",
        done=date(2027, 1, 2),
        evidence=(Evidence("e", "https://x", collected=date(2027, 1, 2)),),
    )
    lists = (checklist("f.csp", item("b"), phase="full-assessment"),)
    about = {"lists": lists, "records": {"r.csp:a": scan}}
    now = judged(small_board(item("a", max_age="30d"), **about))
    then = judged(small_board(item("a", max_age="30d"), today=date(2027, 2, 2), **about))
    assert find_newly_outstanding(then, now) == {("stale", "r.csp:a")}
    assert find_newly_outstanding(now, now) == frozenset()
