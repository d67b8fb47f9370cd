"""Values that the history does not explain: records held against the lines of their fields.

Which line of a field stands is known from the graph of all lines (`history_graph`), or else from
the values that each one met.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from fedcheck.domain.alternatives import list_unsettled_fields
from fedcheck.domain.change import SHORT, Change, HistoryLine, is_outside
from fedcheck.domain.field_values import EVIDENCE_PREFIX, list_values
from fedcheck.domain.item_rules import REVIEW_FIELDS
from fedcheck.domain.reference import rename_ref, split_ref
from fedcheck.storage.history_graph import LineGraph
from fedcheck.storage.record_file import IN_HEAD, RecordFile, make_empty

Key = tuple[str, str]
"""Reference and field."""


class OutsideChange(Struct, frozen=True):
    """A value that no history line explains.

    Attributes:
        lost: the person's line that it takes back, shortened; empty where it takes none back.
        merged: where two sides set the field unknown to each other, the lines of both.
    """

    change: Change
    lost: str = ""
    merged: tuple[str, ...] = ()


def group_lines(
    lines: Iterable[HistoryLine], renamed: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[Key, list[HistoryLine]]]:
    """Return lines by list and by field, under today's ids, in their order."""
    found: dict[str, dict[Key, list[HistoryLine]]] = {}
    for line in lines:
        owner = split_ref(line.change.ref)[0]
        ref = rename_ref(line.change.ref, renamed) if renamed else line.change.ref
        found.setdefault(owner, {}).setdefault((ref, line.change.field), []).append(line)
    return found


def list_unexplained(
    graph: LineGraph, lines: Mapping[Key, Sequence[HistoryLine]], found: RecordFile
) -> list[OutsideChange]:
    """Return the difference between records, under today's ids, and what the history knows."""
    known = dict(lines)
    defaults = list_values(make_empty(found.name, ""))  # of a field we do not know: nothing
    begins_set = found.name in IN_HEAD  # with values that nobody set with fedcheck
    changes = []
    for item, record in found.records.items():
        ref = f"{found.name}:{item}"
        unsettled = list_unsettled_fields(record)
        for name, now in list_values(record).items():
            entered = known.pop((ref, name), None)
            if name in unsettled:
                continue  # settling it says what became of both sides
            default = defaults.get(name)
            if entered is None:
                if now != default and not begins_set:
                    changes.append(OutsideChange(Change(ref, name, default, now)))
            elif len(entered) > 1 or entered[0].change.new != now:
                changes += _explain(graph, (ref, name), entered, now, default)
    for key, entered in known.items():
        gone = defaults.get(key[1])
        changes += _explain(graph, key, entered, gone, gone)
    return [_explain_agreement(graph, lines, one) for one in changes]


def _explain_agreement(
    graph: LineGraph, lines: Mapping[Key, Sequence[HistoryLine]], one: OutsideChange
) -> OutsideChange:
    """Return the end of a review as what a merge decided, where its writer had not seen a text.

    A merge takes "agreed" back where the other side changed the observation meanwhile.
    """
    ref, name = one.change.ref, one.change.field
    if not one.lost or one.merged or name not in REVIEW_FIELDS or one.change.new:
        return one
    lost = next(line for line in reversed(lines[ref, name]) if line.hash.startswith(one.lost))
    unseen = [
        line
        for line in lines.get((ref, "observation"), ())
        if line.tx != lost.tx and not graph.is_after(lost, line)
    ]
    if not unseen:
        return one
    return OutsideChange(one.change, merged=(unseen[-1].hash[:SHORT], one.lost))


def _explain(
    graph: LineGraph, key: Key, entered: Sequence[HistoryLine], now: Any, default: Any
) -> list[OutsideChange]:
    """Return what is to be noted of a field with lines; nothing where one of them explains it.

    Args:
        graph: all lines.
        key: reference and field.
        entered: the lines of this field, the oldest first; never none.
        now: what the file holds.
        default: what it holds where nothing is known.
    """
    standing = list_standing(graph, entered)
    newest = standing[-1]
    if now not in [line.change.new for line in standing]:
        earlier = [value for one in entered for value in (one.change.old, one.change.new)]
        took_back = not is_outside(newest) and (now in earlier or now == default)
        lost = newest.hash[:SHORT] if took_back else ""
        return [OutsideChange(Change(*key, newest.change.new, now), lost)]
    others = [line for line in standing if line.change.new != now]
    if not others or not _are_apart(standing, others):
        return []
    kept = next(line for line in reversed(standing) if line.change.new == now)
    other = others[-1]
    # The later of two stands, as it does in one folder; an earlier one took something back.
    is_loss = other.at > kept.at and not is_outside(other)
    is_loss = is_loss and not _is_given_way(graph, entered, kept, other)
    lost = other.hash[:SHORT] if is_loss else ""
    merged = tuple(line.hash[:SHORT] for line in (kept, *others))
    return [OutsideChange(Change(*key, other.change.new, now), lost, merged)]


def _is_given_way(
    graph: LineGraph, entered: Sequence[HistoryLine], kept: HistoryLine, other: HistoryLine
) -> bool:
    """Return whether each merge of two sides takes what one line set, and not what another did.

    That is so where the other side removed an evidence item that this side changed, and where it
    came back to the value from which both began: it has no change then.
    """
    if other.change.field.startswith(EVIDENCE_PREFIX) and other.change.new is None:
        return True
    shared = [
        line for line in entered if graph.is_after(kept, line) and graph.is_after(other, line)
    ]
    began = shared[-1].change.new if shared else entered[0].change.old
    return as_text(other.change.new) == as_text(began)


def _are_apart(standing: Sequence[HistoryLine], others: Sequence[HistoryLine]) -> bool:
    """Return whether none of the others met the value of a line that stands, or the reverse.

    Lines of old versions only show so. `others` are among those that stand.
    """
    old = Counter(as_text(one.change.old) for one in standing)
    new = Counter(as_text(one.change.new) for one in standing)
    for other in others:
        before, after = as_text(other.change.old), as_text(other.change.new)
        itself = int(before == after)
        if old[after] > itself or new[before] > itself:
            return False
    return True


def list_standing(graph: LineGraph, entered: Sequence[HistoryLine]) -> list[HistoryLine]:
    """Return the lines of one field that no other one replaced, the oldest first.

    A line is replaced by one that is known to come after it, also where that one was replaced
    itself, or else by one that met its value at a later time: lines of older versions do not state
    what their writers saw.
    """
    if len(entered) == 1:
        return list(entered)
    by_old: dict[str, list[tuple[int, HistoryLine]]] = {}
    for place, line in enumerate(entered):
        by_old.setdefault(as_text(line.change.old), []).append((place, line))
    standing: list[HistoryLine] = []
    reached: dict[int, int] = {}
    for place in range(len(entered) - 1, -1, -1):
        line = entered[place]
        if not graph.is_reached(line, reached) and not _is_met(graph, place, line, by_old):
            standing.append(line)
        graph.note_reach(line, reached)
    return standing[::-1] or list(entered[-1:])


def _is_met(
    graph: LineGraph,
    place: int,
    line: HistoryLine,
    by_old: Mapping[str, Sequence[tuple[int, HistoryLine]]],
) -> bool:
    """Return whether a later line found the value that this one set.

    The clock states what is later, not the order of lines: a clock that ran ahead once puts all
    that follows late in that order. One that only takes back what this one set may as well have
    been before it.
    """
    old, new = as_text(line.change.old), as_text(line.change.new)
    return any(
        (one.at, there) > (line.at, place)
        and as_text(one.change.new) not in (old, new)
        and not graph.is_after(line, one)
        for there, one in by_old.get(new, ())
    )


def as_text(value: Any) -> str:
    """Return a value of a history line as a text that is the same for the same value."""
    if type(value) is str:
        return f'"{value}'  # nothing else begins so, and most values are texts
    import json  # loaded here: most files are explained

    return json.dumps(value, sort_keys=True)
