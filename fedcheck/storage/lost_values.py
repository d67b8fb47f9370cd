"""Values that a person set and that something outside fedcheck took back, until that is settled.

A merge, a revert or a hand edit may lose what somebody entered. The history keeps it, with a line
that states what was lost; it stays listed until a person sets the field again or accepts the loss.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from fedcheck.domain.change import CONFIRMED, OUTSIDE, SHORT, Change, HistoryLine, is_outside
from fedcheck.domain.change_text import class_of
from fedcheck.domain.field import Kind
from fedcheck.domain.fields import field_of
from fedcheck.domain.reference import add_earlier_refs, rename_ref
from fedcheck.domain.text import one_line
from fedcheck.domain.text_versions import Version, join_versions
from fedcheck.storage import history, local_state
from fedcheck.storage.history_search import HistorySearch
from fedcheck.storage.outside_notes import TransactionHead, append_lines
from fedcheck.storage.unexplained import OutsideChange, as_text, group_lines


class LostValue(Struct, frozen=True):
    """A value that was taken back and that nobody has settled yet.

    Attributes:
        home: the workspace, or its private folder.
        ref: the record, under today's id.
        line: the person's line that set it.
        outside: the line that notes the loss; without a hash where none notes it yet.
        standing: of two sides that a merge found, the line of the one whose value stands.
    """

    home: Path
    ref: str
    line: HistoryLine
    outside: HistoryLine
    standing: HistoryLine | None = None

    @property
    def restoring(self) -> Change:
        """Return the change that brings the value back.

        A text comes back next to the one that another person wrote meanwhile.
        """
        now, value = self.outside.change.new, self.line.change.new
        row = field_of(class_of(self.ref), self.line.change.field)
        if self.standing and row is not None and row.kind is Kind.TEXT and now and value:
            lines = (self.standing, self.line)
            value = join_versions(
                *(
                    Version(text, one_line(line.by, 60), line.at.date())
                    for text, line in zip((now, value), lines, strict=True)
                )
            )
        return Change(self.ref, self.line.change.field, now, value)

    @property
    def name(self) -> str:
        """Return the short hash that a person accepts it by."""
        return self.line.hash[:SHORT]


def list_lost_values(
    home: Path,
    renamed: Mapping[str, Mapping[str, str]],
    pending: Sequence[OutsideChange] = (),
) -> list[LostValue]:
    """Return the values of a place that were lost, the oldest first.

    A later line of a person on the same field settles it, and so does the value's return. What
    follows from another field by a rule (the day of `done`) is lost only as long as that one is
    lost too or still the same: else it would come back to a record that it does not fit.

    Args:
        home: the workspace, or its private folder.
        renamed: today's item ids by earlier ones, for each checklist that has renamed any.
        pending: what the history does not explain yet; it is listed as if it were noted.

    Raises FedcheckError where the disk refuses.
    """
    known = _list_lines_of_losses(home, renamed, pending)
    short = {line.hash[:SHORT]: line for line in known}
    places = {line.hash: place for place, line in enumerate(known)}
    unnoted = {(one.change.ref, one.change.field): one for one in pending}
    found = []
    for fields in group_lines(known, renamed).values():
        lines = {
            key: [*lines, *_note_now(unnoted.get(key), lines)] for key, lines in fields.items()
        }
        lost = {
            key: values
            for key, entered in lines.items()
            if (values := _list_open(home, key[0], entered, short))
        }
        for (ref, name), values in lost.items():
            leading = ref, _leading_field(ref, name)
            led_by = lines.get(leading, ())
            found += [
                one for one in values if leading in lost or _is_in_force(one.line, led_by, places)
            ]
    last = {key: len(places) + place for place, key in enumerate(unnoted)}

    def moment(one: LostValue) -> tuple[datetime, int]:
        noted = places.get(one.outside.hash)
        return one.outside.at, last[one.ref, one.outside.change.field] if noted is None else noted

    return sorted(found, key=moment)


def _list_lines_of_losses(
    home: Path, renamed: Mapping[str, Mapping[str, str]], pending: Sequence[OutsideChange]
) -> list[HistoryLine]:
    """Return the lines of the records that have losses, with all that those name, oldest first."""
    search = HistorySearch(home, [home])
    refs = {rename_ref(one.change.ref, renamed) for one in search.list_losses()}
    refs |= {one.change.ref for one in pending if one.lost}
    lines = search.list_lines_of(add_earlier_refs(refs, renamed))
    found = {line.hash[:SHORT] for line in lines}
    named = {name for line in lines for name in (line.lost, *line.merged[:1]) if name}
    if any(search.is_there(name) is not False for name in named - found):
        return history.read_graph(home).lines  # it was lost from another record
    return lines


def _note_now(found: OutsideChange | None, lines: Sequence[HistoryLine]) -> list[HistoryLine]:
    """Return the line that will note what the history of a field does not explain yet."""
    if found is None:
        return []
    at = lines[-1].at
    return [HistoryLine(found.change, at, OUTSIDE, "", lost=found.lost, merged=found.merged)]


def _list_open(
    home: Path, ref: str, entered: Sequence[HistoryLine], short: Mapping[str, HistoryLine]
) -> list[LostValue]:
    """Return the losses of one field that no later line of it settles; its lines oldest first."""
    found: list[LostValue] = []
    returned: set[str] = set()
    for line in reversed(entered):
        if not is_outside(line):
            break
        set_by = short.get(line.lost)
        if set_by is not None and as_text(set_by.change.new) not in returned:
            standing = short.get(line.merged[0]) if line.merged else None
            found.append(LostValue(home, ref, set_by, line, standing))
        returned.add(as_text(line.change.new))
    return found[::-1]


def _leading_field(ref: str, name: str) -> str:
    """Return the field that a field follows from by a rule; empty where it stands for itself."""
    row = field_of(class_of(ref), name)
    return row.follows if row is not None else ""


def _is_in_force(
    line: HistoryLine, leading: Sequence[HistoryLine], places: Mapping[str, int]
) -> bool:
    """Return whether what a line's value followed from is still as it was when it was set."""
    at = places[line.hash]
    last = len(places)
    before = [one for one in leading if one.tx == line.tx or places.get(one.hash, last) < at]
    return not before or before[-1].change.new == leading[-1].change.new


def accept_losses(home: Path, found: Iterable[LostValue], head: TransactionHead) -> None:
    """Write the lines by which a person accepts that values of a place were lost."""
    lines = []
    for one in found:
        now = one.outside.change.new
        change = Change(one.line.change.ref, one.line.change.field, now, now)
        lines.append(HistoryLine(change, head.at, head.by, head.tx, lost=one.name))
    _append(home, lines, head)


def accept_missing(home: Path, missing: str, head: TransactionHead) -> None:
    """Write the line by which a person accepts that a history line is gone."""
    change = Change(f"{CONFIRMED}:{missing}", "line", None, None)
    _append(home, [HistoryLine(change, head.at, head.by, head.tx, lost=missing)], head)


def _append(home: Path, lines: Sequence[HistoryLine], head: TransactionHead) -> None:
    with local_state.lock_workspace(home):
        notes = local_state.load_notes(home)
        local_state.note_saved(home, append_lines(home, head.by, lines, notes))
