"""What the checklist screen shows, as it is remembered between starts: the place, and the view."""

from msgspec import Struct

from fedcheck.analysis.grouping import GROUPINGS
from fedcheck.tui.memory import WorkspaceMemory

BETWEEN = "/"
"""Stands between the parts of a place; no part can hold it."""


class Place(Struct, frozen=True):
    """A place in the tree: a phase, a role in it, a section of one of its checklists."""

    phase: str = ""
    role: str = ""
    checklist: str = ""
    section: str = ""

    def holds(self, phase: str, role: str, checklist: str, section: str) -> bool:
        """Return whether an item of these coordinates is at this place or below it."""
        mine = (self.phase, self.role, self.checklist, self.section)
        theirs = (phase, role, checklist, section)
        return all(not m or m == t for m, t in zip(mine, theirs, strict=True))


class ChecklistView(Struct, frozen=True):
    """What is remembered of the checklist screen between starts.

    Attributes:
        place: the place in the tree.
        filter: the text of the filter.
        grouping: what the list is grouped by.
        ref: the item under the cursor.
        opened: the open nodes of the tree.
        tree_shown: whether the tree was asked for where there is little room.
        tree_hidden: whether it was put away where there is much.
    """

    place: Place
    filter: str = ""
    grouping: str = "section"
    ref: str = ""
    opened: frozenset[Place] = frozenset()
    tree_shown: bool = False
    tree_hidden: bool = False

    @classmethod
    def load(cls, memory: WorkspaceMemory) -> "ChecklistView":
        """Read it; what is damaged counts as not stated."""
        grouping = memory.text("group")
        tree = memory.texts("tree")
        return cls(
            _place(memory.text("place")),
            memory.text("filter"),
            grouping if grouping in GROUPINGS else "section",
            memory.text("ref"),
            frozenset(_place(text) for text in memory.texts("open")),
            "shown" in tree,
            "hidden" in tree,
        )

    def save(self, memory: WorkspaceMemory) -> None:
        """Write it, in one go, where it is another than before."""
        tree = [("shown", self.tree_shown), ("hidden", self.tree_hidden)]
        memory.put_all(
            {
                "place": _text(self.place),
                "filter": self.filter,
                "group": self.grouping,
                "ref": self.ref,
                "open": sorted(_text(place) for place in self.opened),
                "tree": [word for word, so in tree if so],
            }
        )


def _text(place: Place) -> str:
    parts = (place.phase, place.role, place.checklist, place.section)
    return BETWEEN.join(parts).rstrip(BETWEEN)


def _place(text: str) -> Place:
    return Place(*text.split(BETWEEN)[:4])
