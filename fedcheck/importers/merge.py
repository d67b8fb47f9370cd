"""Three-way merge of one value: the last agreed value, the recorded one, and that of a file.

What only the file changed is taken, what only the workspace changed stays. Where both did, the
recorded value stays, unless the person prefers the file's.
"""

from collections.abc import Callable, Iterable
from operator import eq
from typing import TypeVar

from msgspec import Struct

from fedcheck.domain.change import HistoryLine
from fedcheck.domain.text import one_line

T = TypeVar("T")


class Merged(Struct, frozen=True):
    """The outcome for one value.

    Attributes:
        taken: whether the file's value is to be recorded.
        conflict: whether both sides changed it, to different values.
    """

    taken: bool = False
    conflict: bool = False


def merge(
    ours: T,
    theirs: T,
    *,
    is_base: Callable[[T], bool],
    prefer_theirs: bool,
    same: Callable[[T, T], bool] = eq,
) -> Merged:
    """Return whether the value of a file is to be taken.

    Args:
        ours: the recorded value.
        theirs: the value in the file.
        is_base: whether a value is the one that both sides started from. The base itself need not
            be known: a fingerprint will do. Of a file without a known base it is the empty value.
        prefer_theirs: whether the file wins where both sides changed the value.
        same: whether the file's value is the recorded one; the first argument is ours.
    """
    if same(ours, theirs) or is_base(theirs):
        return Merged()
    if is_base(ours):
        return Merged(taken=True)
    return Merged(taken=prefer_theirs, conflict=True)


def show_sides(ours: str, theirs: str, file: str) -> str:
    """Return both values of a conflict for a note; `file` is a word for the file."""
    return f'here "{one_line(ours, 50)}", in the {file} "{one_line(theirs, 50)}"'


def list_standing(entered: Iterable[HistoryLine]) -> set[str]:
    """Return the actions that were not undone, or were done again after that."""
    roots: dict[str, tuple[str, bool]] = {}
    stands: dict[str, bool] = {}
    for tx, undoes in dict.fromkeys((one.tx, one.undoes) for one in entered):
        if undoes:
            root, back = roots.get(undoes, (undoes, True))
            roots[tx] = (root, not back)
            stands[root] = not back
        else:
            stands[tx] = True
    return {tx for tx, holds in stands.items() if holds}
