"""Values that a person set and that something outside fedcheck took back, until that is settled.

A merge, a revert or a hand edit may lose what somebody entered. The history keeps it, with a line
that says what was lost; it stays listed until a person sets the field again or accepts the loss.
"""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from fedcheck.domain.change import CONFIRMED, SHORT, Change, HistoryLine, is_outside
from fedcheck.storage import history, local_state
from fedcheck.storage.outside_notes import TransactionHead, append_lines
from fedcheck.storage.reconcile import group_lines


class LostValue(Struct, frozen=True):
    """A value that was taken back and that nobody has settled yet.

    Attributes:
        home: the workspace, or its private folder.
        ref: the record, under today's id.
        line: the person's line that set it.
        outside: the line that notes the loss.
    """

    home: Path
    ref: str
    line: HistoryLine
    outside: HistoryLine

    @property
    def restoring(self) -> Change:
        """Return the change that brings the value back."""
        now, value = self.outside.change.new, self.line.change.new
        return Change(self.ref, self.line.change.field, now, value)

    @property
    def name(self) -> str:
        """Return the short hash that a person accepts it by."""
        return self.line.hash[:SHORT]


def list_lost_values(home: Path, renamed: Mapping[str, Mapping[str, str]]) -> list[LostValue]:
    """Return the values of a place that were lost, the oldest first.

    A later line of a person on the same field settles it, and so does the value's return. Raises
    FedcheckError where the disk refuses.
    """
    graph = history.read_graph(home)
    if not any(line.lost for line in graph.lines):
        return []
    short = {line.hash[:SHORT]: line for line in graph.lines}
    found = []
    for fields in group_lines(graph, renamed).values():
        for (ref, _), entered in fields.items():
            for place, line in enumerate(entered):
                set_by = short.get(line.lost) if is_outside(line) else None
                if set_by is None:
                    continue
                value = set_by.change.new
                later = entered[place + 1 :]
                if not any(not is_outside(one) or one.change.new == value for one in later):
                    found.append(LostValue(home, ref, set_by, line))
    return sorted(found, key=lambda one: one.outside.at)


def accept_loss(found: LostValue, head: TransactionHead) -> None:
    """Write the line by which a person accepts that a value was lost. Raises FedcheckError."""
    now = found.outside.change.new
    change = Change(found.line.change.ref, found.line.change.field, now, now)
    _append(found.home, change, found.name, head)


def accept_missing(home: Path, missing: str, head: TransactionHead) -> None:
    """Write the line by which a person accepts that a history line is gone."""
    change = Change(f"{CONFIRMED}:{missing}", "line", None, None)
    _append(home, change, missing, head)


def _append(home: Path, change: Change, lost: str, head: TransactionHead) -> None:
    line = HistoryLine(change, head.at, head.by, head.tx, lost=lost)
    with local_state.lock_workspace(home):
        notes = local_state.load_notes(home)
        local_state.note_saved(home, append_lines(home, head.by, [line], notes))
