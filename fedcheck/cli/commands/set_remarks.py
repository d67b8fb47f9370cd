"""Remarks that `fedcheck set` prints after a change; none of them prevents a change."""

from typing import TYPE_CHECKING, Any

from fedcheck.analysis.consequences import describe_retests
from fedcheck.cli.change_output import hint_at_new_people
from fedcheck.cli.options import print_error, print_line
from fedcheck.domain.change_text import describe_lost_review
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import one_line, pluralize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fedcheck.domain.change import Change
    from fedcheck.domain.row import Row
    from fedcheck.session import Session

ASSESSED = frozenset(("verified", "validated"))
"""The fields that go out as the independent assessor's word."""

SHOWN = 5
"""How many items a remark names."""


def print_remarks(
    session: "Session",
    refs: "Sequence[str]",
    edit: ItemEdit,
    changes: "Sequence[Change]",
    replaced_notes: int,
    people: "Sequence[str]",
) -> None:
    """Print all that is to be pointed out once an edit of items is saved.

    Args:
        session: the open workspace, after the change.
        refs: the items that were edited.
        edit: what was done.
        changes: what that changed.
        replaced_notes: how many other notes the edit took the place of.
        people: the names that were known before it.
    """
    if edit.result == "other-than-satisfied":
        from fedcheck.cli.commands import issues  # the commands on findings bring much with them

        issues.print_raise_hint(session.board(), list(refs))
    for line in describe_retests(session.project, [(ref, edit) for ref in refs]):
        print_line(line)
    _remark_on_observation(session, refs, edit.note)
    if replaced_notes:
        which = pluralize(replaced_notes, "other note")
        print_error(f"note: {which} replaced; fedcheck undo restores it")
    _remark_on_reviews(changes)
    is_assessed = bool(ASSESSED & edit.more.keys())
    if edit.status == "done" or is_assessed:
        rows = session.board().rows
        if edit.status == "done":
            _remark_on_needs(rows, refs)
        if is_assessed:
            _remark_on_assessor(session, rows, refs, "assessor" in edit.more)
    names: list[Any] = [edit.owner, edit.testing and edit.testing.tester, edit.more.get("assessor")]
    hint_at_new_people(session, people, *names)


def count_replaced_notes(session: "Session", refs: "Sequence[str]", note: str | None) -> int:
    """Count the items of several whose own, other note a new one takes the place of."""
    if note is None or len(refs) < 2:
        return 0
    return sum(session.project.record(ref).note not in ("", note) for ref in refs)


def _remark_on_reviews(changes: "Sequence[Change]") -> None:
    """Print whose review a new result or observation takes back."""
    by_ref: dict[str, dict[str, Change]] = {}
    for change in changes:
        by_ref.setdefault(change.ref, {})[change.field] = change
    lost = {ref: why for ref, of_it in by_ref.items() if (why := describe_lost_review(of_it))}
    for ref, why in list(lost.items())[:SHOWN]:
        print_error(f"note: {one_line(split_ref(ref)[1], 40)}: {why}")
    if len(lost) > SHOWN:
        print_error(f"note: so are the reviews of {len(lost) - SHOWN} more of these items")


def _remark_on_assessor(
    session: "Session", rows: "Mapping[str, Row]", refs: "Sequence[str]", named: bool
) -> None:
    """Print who is recorded as the assessor of an item of the same side."""
    people = session.project.config.people or {}
    for ref in refs:
        name = session.project.record(ref).assessor
        if name in people:
            role = people[name].role
        else:  # a name that nobody explains is of this workspace's side only where it is one's own
            role = session.project.config.role if not named else ""
        if role and ref in rows and rows[ref].role == role:
            print_error(
                f"note: {one_line(name, 40)} ({role}) is recorded as the assessor of an item of "
                "the same role; if that is wrong: --assessor NAME, or fedcheck undo"
            )
            return


def _remark_on_needs(rows: "Mapping[str, Row]", refs: "Sequence[str]") -> None:
    """Print what completed items still need: a gate counts those items as missing."""
    waiting = [row for ref in refs if (row := rows.get(ref)) and row.waits]
    for row in waiting[:SHOWN]:
        more = f" and {len(row.waits) - 1} more" if len(row.waits) > 1 else ""
        print_error(
            f"note: {one_line(row.ref, 80)} needs {one_line(row.waits[0], 80)}{more}, which is "
            "not done; gates count this item as outstanding until then"
        )
    if len(waiting) > SHOWN:
        print_error(f"note: so do {len(waiting) - SHOWN} more of these items")


def _remark_on_observation(session: "Session", refs: "Sequence[str]", note: str | None) -> None:
    """Print that a note is not exported, where the test step has no observation."""
    records = session.project.record
    steps = [ref for ref in refs if (item := session.project.item(ref)) and item.is_test_step]
    if note and any(not records(ref).observation for ref in steps):
        print_error(
            "a note stays in fedcheck; the workbook's Observations column comes from "
            '--observation "..."'
        )
