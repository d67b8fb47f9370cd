"""Which action undo takes back and which one redo makes again, as a person's history tells it."""

from collections.abc import Iterable

from fedcheck.model.change import OUTSIDE, Entered


def next_undo(entered: Iterable[Entered]) -> str | None:
    """Return the action (`tx`) that undo takes back; None where there is none."""
    undo, _ = _stacks(entered)
    return undo[-1] if undo else None


def next_redo(entered: Iterable[Entered]) -> str | None:
    """Return the undo (`tx`) that redo takes back; None where there is none."""
    _, redo = _stacks(entered)
    return redo[-1][0] if redo else None


def _stacks(entered: Iterable[Entered]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the actions that stand, and the undos that stand with what they undid.

    A new action ends what could be done again, as everywhere.
    """
    undo: list[str] = []
    redo: list[tuple[str, str]] = []
    for tx, undoes in dict.fromkeys((e.tx, e.undoes) for e in entered if e.by != OUTSIDE):
        if not undoes:
            undo.append(tx)
            redo.clear()
        elif redo and redo[-1][0] == undoes:
            undo.append(tx)
            redo.pop()
        elif undoes in undo:
            undo.remove(undoes)
            redo.append((tx, undoes))
    return undo, redo
