"""Which transaction of a person undo or redo takes back, from the end of the person's own history.

Undo asks for the newest one only: the end of the file shows it, however long the history is. Where
it does not, the answer comes from the whole file; see `RecordStore`.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from fedcheck.domain.change import HistoryLine, is_acceptance, is_outside, stack_action
from fedcheck.storage import history
from fedcheck.storage.history_index import format_key
from fedcheck.storage.history_lines import parse_lines, split_lines

REACH = 64 * 1024
"""How far back from the end of a file is looked, in bytes."""

OwnTransaction = tuple[str, dict[Path, list[HistoryLine]]]
"""A transaction, and its lines in each place, the oldest first."""


def find_at_end(
    files: Mapping[Path, Path], made: Sequence[str], *, again: bool
) -> OwnTransaction | None:
    """Return what undo, or redo (`again`), takes back; nothing where the ends do not show it.

    Args:
        files: the person's own history file in each place.
        made: the transactions of the person in this clone, the newest last.
        again: whether it is redo that asks.
    """
    texts = {home: history.read_raw(path) for home, path in files.items()}
    ends = {home: _read_end(raw) for home, raw in texts.items()}
    undone = {
        one.tx: one.undoes
        for lines in ends.values()
        for one in lines
        if not is_outside(one) and not is_acceptance(one)
    }
    known = []
    for tx in reversed(made):
        if tx not in undone:
            break
        known.append((tx, undone[tx]))
    last = _find_last(known[::-1], again=again)
    if last is None:
        return None
    found: dict[Path, list[HistoryLine]] = {}
    for home, raw in texts.items():
        whole = _read_transaction(raw, last)
        of_end = [one for one in ends[home] if one.tx == last]
        if whole is None or any(one not in whole for one in of_end):
            return None  # its lines are in another order, or not written as we write them
        found[home] = [one for one in whole if not is_outside(one)]
    return last, found


def _read_end(raw: bytes) -> list[HistoryLine]:
    """Return the lines that stand whole within REACH from the end of a file."""
    end = raw if len(raw) <= REACH else raw[-REACH:].partition(b"\n")[2]
    return parse_lines(split_lines(end))


def _find_last(known: Sequence[tuple[str, str]], *, again: bool) -> str | None:
    """Return what the newest transactions show to be the last that can be taken back, or nothing.

    Each comes with the one that it takes back. From the first on that takes none back it is known
    what can be made again, and of what can be undone the end.
    """
    starts = [place for place, (_, undoes) in enumerate(known) if not undoes]
    undo: list[str] = []
    redo: list[tuple[str, str]] = []
    for tx, undoes in known[starts[0] :] if starts else ():
        if not stack_action(undo, redo, tx, undoes):
            return None  # it takes back an earlier one, or none
    if again:
        return redo[-1][0] if redo else None
    return undo[-1] if undo else None


def _read_transaction(raw: bytes, tx: str) -> list[HistoryLine] | None:
    """Return the lines of a transaction in a file; nothing where they are no chain in its order."""
    key, at = format_key("tx", tx), 0
    found: list[HistoryLine] = []
    while (at := raw.find(key, at)) >= 0:
        begin, end = raw.rfind(b"\n", 0, at) + 1, raw.find(b"\n", at)
        at = end if end >= 0 else len(raw)
        found += [one for one in parse_lines(split_lines(raw[begin:at])) if one.tx == tx]
    is_chain = all(one.hash == after.prev for one, after in pairwise(found))
    return found if is_chain else None
