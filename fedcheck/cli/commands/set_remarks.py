"""Remarks that `fedcheck set` prints after a change; none of them prevents a change."""

from typing import TYPE_CHECKING, Any

from fedcheck.analysis.board import list_open_needs
from fedcheck.analysis.consequences import describe_retests
from fedcheck.cli.change_output import hint_at_new_people
from fedcheck.cli.options import print_error, print_line
from fedcheck.domain.change_text import describe_lost_review
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import one_line, pluralize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedcheck.domain.change import Change
    from fedcheck.domain.workspace import Project
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
    if edit.status == "done":
        _remark_on_needs(session.project, refs)
    if ASSESSED & edit.more.keys():
        _remark_on_assessor(session.project, refs, "assessor" in edit.more)
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


def _remark_on_assessor(project: "Project", refs: "Sequence[str]", named: bool) -> None:
    """Print who is recorded as the assessor of an item of the same side."""
    people = project.config.people or {}
    # A name that nobody explains is of this workspace's side only where it is one's own.
    unexplained = "" if named else project.config.role
    for ref in refs:
        name = project.record(ref).assessor
        role = people[name].role if name in people else unexplained
        if role and project.outlines[split_ref(ref)[0]].role == role:
            print_error(
                f"note: {one_line(name, 40)} ({role}) is recorded as the assessor of an item of "
                "the same role; if that is wrong: --assessor NAME, or fedcheck undo"
            )
            return


def _remark_on_needs(project: "Project", refs: "Sequence[str]") -> None:
    """Print what completed items still need: a gate counts those items as missing."""
    waiting = [(ref, needs) for ref in refs if (needs := _list_needs(project, ref))]
    for ref, needs in waiting[:SHOWN]:
        more = f" and {len(needs) - 1} more" if len(needs) > 1 else ""
        print_error(
            f"note: {one_line(ref, 80)} needs {one_line(needs[0], 80)}{more}, which is "
            "not done; gates count this item as outstanding until then"
        )
    if len(waiting) > SHOWN:
        print_error(f"note: so do {len(waiting) - SHOWN} more of these items")


def _list_needs(project: "Project", ref: str) -> tuple[str, ...]:
    item = project.item(ref)
    return list_open_needs(project, split_ref(ref)[0], item) if item else ()


def _remark_on_observation(session: "Session", refs: "Sequence[str]", note: str | None) -> None:
    """Print that a note is not exported, where the test step has no observation."""
    records = session.project.record
    steps = [ref for ref in refs if (item := session.project.item(ref)) and item.is_test_step]
    if note and any(not records(ref).observation for ref in steps):
        print_error(
            "a note stays in fedcheck; the workbook's Observations column comes from "
            '--observation "..."'
        )
