"""Select several rows and change them as one transaction."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from msgspec.structs import replace

from fedcheck.analysis.consequences import describe_retests
from fedcheck.domain.edits import Edit
from fedcheck.domain.item_rules import ItemEdit, apply_item_edit
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import Project
from fedcheck.errors import RuleError
from fedcheck.session import Transaction

NAMED = 3
"""How many items a message names."""


def title_of(rows: Sequence[Row], width: int = 60) -> str:
    """Return what a dialog is about: the title of an item, or how many there are."""
    return one_line(rows[0].item.title, width) if len(rows) == 1 else f"{len(rows)} items"


def shared(rows: Iterable[Row], read: Callable[[Row], str]) -> str:
    """Return what all items have, or nothing where they differ."""
    values = {read(row) for row in rows}
    return values.pop() if len(values) == 1 else ""


def names(rows: Sequence[Row]) -> str:
    """Return the ids of items for a message, the first few of them."""
    listed = ", ".join(one_line(row.item.id, 40) for row in rows[:NAMED])
    more = len(rows) - NAMED
    return f"{listed} and {more} more" if more > 0 else listed


def with_needs(project: Project, action: Transaction) -> Transaction:
    """Return an action whose label states what an item that was just done still needs.

    Nobody is held back: what was done is done. But the gate will ask.
    """
    done = [c.ref for c in action.changes if c.field == "status" and c.new == "done"]
    known = set(project.refs)
    items = [item for ref in done if (item := project.item(ref)) is not None]
    needs = dict.fromkeys(need for item in items for need in item.needs if need in known)
    open_ = [need for need in needs if not project.record(need).closed]
    if not open_:
        return action
    first = project.item(open_[0])
    title = one_line(first.title, 60) if first else ""
    more = f" and {len(open_) - 1} more" if len(open_) > 1 else ""
    return replace(action, label=f"{action.label}, but it still needs: {title}{more}")


def with_retests(
    project: Project, edits: Sequence[tuple[str, Edit]], action: Transaction
) -> Transaction:
    """Return an action whose label states where a test and its finding do not agree after it."""
    said = describe_retests(project, edits)
    return replace(action, label=f"{action.label}; {'; '.join(said)}") if said else action


def check(project: Project, refs: Sequence[str], edit: ItemEdit, today: date) -> None:
    """Raise RuleError, naming the item, where the rules refuse an edit of any of several items.

    An item alone is left to the session: it asks the disk.
    """
    if len(refs) < 2:
        return
    refusals = []
    for ref in refs:
        item = project.item(ref)
        if item is not None:
            try:
                apply_item_edit(item, project.record(ref), edit, today)
            except RuleError as error:
                refusals.append(error)
    if refusals:
        first = refusals[0]
        more = f", and {len(refusals) - 1} more" if len(refusals) > 1 else ""
        hint = f"none of the {len(refs)} items was changed"
        raise RuleError(f"{first}{more}", hint, first.wants)


@dataclass(slots=True)
class Marks:
    """Marked items by reference.

    Attributes:
        anchor: the item on which a range began that is still open; empty without one.
    """

    refs: set[str] = field(default_factory=set)
    anchor: str = ""
    _before: frozenset[str] = frozenset()

    def toggle(self, ref: str) -> None:
        """Mark an item, or take its mark away; an open range ends."""
        self.end()
        self.refs ^= {ref}

    def begin(self, ref: str) -> None:
        """Begin a range."""
        self._before = frozenset(self.refs)
        self.anchor = ref
        self.refs.add(ref)

    def stretch(self, refs: Iterable[str]) -> None:
        """Let the open range be these items, besides what was marked before it."""
        self.refs = {*self._before, *refs}

    def end(self) -> None:
        """End the range; what it marked stays marked."""
        self.anchor = ""

    def add(self, refs: Iterable[str]) -> None:
        """Mark items."""
        self.end()
        self.refs.update(refs)

    def drop(self, refs: Iterable[str]) -> None:
        """Take the marks of items away."""
        self.end()
        self.refs.difference_update(refs)

    def keep(self, known: Collection[str]) -> None:
        """Forget items that are there no more."""
        gone = [ref for ref in self.refs if ref not in known]
        if gone:
            self.drop(gone)
