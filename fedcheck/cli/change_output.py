"""What commands print of a change that was saved: values, and names that are new."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fedcheck.cli.options import print_error, print_json, print_line
from fedcheck.domain.change_text import describe, describe_change, is_bookkeeping
from fedcheck.domain.reference import find_nearest, split_ref
from fedcheck.domain.text import one_line
from fedcheck.storage.checklist_writer import LISTS, TEXTS
from fedcheck.storage.record_file import RESERVED_NAMES

if TYPE_CHECKING:
    from fedcheck.session import Session, Transaction


def print_transaction(session: "Session", action: "Transaction", as_json: bool = False) -> None:
    """Print what an action changed."""
    if as_json:
        rows = [
            {"ref": c.ref, "field": c.field, "old": c.old, "new": c.new} for c in action.changes
        ]
        print_json({"schema": "fedcheck/change@1", "tx": action.tx, "changes": rows})
        return
    shown = [change for change in action.changes if not is_bookkeeping(change)]
    for ref in dict.fromkeys(change.ref for change in shown):
        of_it = [change for change in shown if change.ref == ref]
        if split_ref(ref)[0] in (LISTS, TEXTS):
            print_line(f"saved  {ref}")  # what changed in a whole file is a hash
            continue
        if split_ref(ref)[0] in RESERVED_NAMES:
            print_line(f"saved  {ref}  {describe(of_it)}")
            continue
        for change in of_it:
            print_line(f"saved  {ref}  {describe_change(change)}")
    if not action.changes:
        print_line("No change: the values were already set.")
    elif not shown:
        print_line(f"saved  {action.label}")


def hint_at_new_people(session: "Session", known: Sequence[str], *names: str | None) -> None:
    """State that a name was not known before the change: it may be misspelled.

    Where fedcheck.toml lists no people, only what is nearly another name is worth a word.
    """
    for name in dict.fromkeys(names):
        if name and name not in known:
            near = find_nearest(name, known)
            if not near and not session.project.config.people:
                continue
            meant = f"; did you mean {near[0]}?" if near else ""
            listed = ", ".join(one_line(one, 30) for one in known[:8])
            print_error(
                f'"{one_line(name, 40)}" is new in this workspace{meant}', f"known: {listed}"
            )


def list_people_and_roles(session: "Session") -> list[str]:
    """Return the names that may own or answer something: known people, then roles."""
    project = session.project
    return list(dict.fromkeys([*project.people(), *project.process.roles, session.who]))
