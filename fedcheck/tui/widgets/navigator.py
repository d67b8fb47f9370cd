"""The tree of phases, roles and sections, with counts."""

from collections.abc import Collection, Iterable

from rich.text import Text
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from fedcheck.analysis.board import Board
from fedcheck.analysis.progress import Count, count_by_phase_and_role, count_by_section
from fedcheck.domain.glossary import Sharing
from fedcheck.domain.text import one_line
from fedcheck.tui.checklist_view import Place

WIDTH = 32
"""The width in cells that labels are cut to; the stylesheet gives the tree a little more."""


class Navigator(Tree[Place]):
    """Phases, roles, sections. Moving through it shows the place's items."""

    class Chosen(Message):
        """A person went to a place."""

        def __init__(self, place: Place) -> None:
            self.place = place
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__("All", Place(), id=id)
        self.show_root = False
        self.guide_depth = 2
        self.nodes: dict[Place, TreeNode[Place]] = {}
        self.titles: dict[Place, str] = {}
        self.marks: dict[str, Sharing] = {}
        self.counts: dict[Place, Count] = {}

    @property
    def opened(self) -> frozenset[Place]:
        """Return the places whose parts are shown."""
        return frozenset(place for place, node in self.nodes.items() if node.is_expanded)

    def open_all(self, places: Iterable[Place]) -> None:
        """Show the parts of places, where there are some."""
        for place in places:
            node = self.nodes.get(place)
            if node is not None and node.allow_expand:
                node.expand()

    def show(self, board: Board, place: Place) -> None:
        """Fill the tree once, and again where there are other places; else the counts change."""
        self.counts = _counts(board)
        self.marks = dict.fromkeys(board.project.private_lists, Sharing.PRIVATE)
        self.marks |= dict.fromkeys(board.project.internal_lists, Sharing.INTERNAL)
        opened = self.opened
        refill = set(self.nodes) != set(self.counts)
        if refill:
            self.root.remove_children()
            self.nodes.clear()
            self._fill(board)
        for place_, node in self.nodes.items():
            node.set_label(self._label(place_))
        if refill:
            self.open_all(opened)
        self.go_to(place)

    def go_to(self, place: Place) -> None:
        """Put the cursor on a place, opening what is above it."""
        node = self.nodes.get(place)
        if node is None:
            return
        above = node.parent
        while above is not None:
            above.expand()
            above = above.parent
        if self.cursor_node is not node:
            self.call_after_refresh(self.move_cursor, node)

    def _fill(self, board: Board) -> None:
        phases: dict[str, TreeNode[Place]] = {}
        for checklist in board.project.checklists.values():
            spot = Place(checklist.phase)
            if spot not in self.counts:
                continue
            if spot not in self.nodes:
                phase = board.project.process.phase(checklist.phase)
                self.titles[spot] = phase.title if phase else checklist.phase
                phases[checklist.phase] = self.root.add("", spot)
                self.nodes[spot] = phases[checklist.phase]
            self._fill_role(checklist.phase, checklist.role, phases[checklist.phase])
            for section in checklist.sections:
                leaf = Place(checklist.phase, checklist.role, checklist.id, section.id)
                if leaf in self.counts:
                    self.titles[leaf] = one_line(section.title)
                    above = self.nodes[Place(checklist.phase, checklist.role)]
                    self.nodes[leaf] = above.add_leaf("", leaf)

    def _fill_role(self, phase: str, role: str, above: TreeNode[Place]) -> None:
        spot = Place(phase, role)
        if spot not in self.nodes:
            self.titles[spot] = role.upper()
            self.nodes[spot] = above.add("", spot)

    def _label(self, place: Place) -> Text:
        count = self.counts.get(place, Count())
        full = count.countable and count.done == count.countable
        depth = 2 if place.section else 1 if place.role else 0
        mark = f" {self.marks[place.checklist]}" if place.checklist in self.marks else ""
        room = WIDTH - 7 - len(count.text) - 2 * depth - len(mark)
        title = Text(one_line(self.titles[place], room), "bold" if not place.role else "")
        title.append(mark, "italic")
        return title.append(f"  {count.text}" + (" ✓" if full else ""), "dim")

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Place]) -> None:
        """Show the items of the place under the cursor."""
        event.stop()
        if event.node.data is not None and self.has_focus:
            self.post_message(self.Chosen(event.node.data))

    def on_tree_node_selected(self, event: Tree.NodeSelected[Place]) -> None:
        """Show the items of the chosen place."""
        event.stop()
        if event.node.data is not None:
            self.post_message(self.Chosen(event.node.data))


def places(board: Board) -> Collection[Place]:
    """Return the places that have items, or parts that do."""
    return _counts(board)


def _counts(board: Board) -> dict[Place, Count]:
    """Return the counts of every place that has items."""
    counts: dict[Place, Count] = {}
    for (phase, role), count in count_by_phase_and_role(board).items():
        counts[Place(phase, role)] = count
        total = counts.setdefault(Place(phase), Count())
        total.unknown += count.unknown
        for status, number in count.by_status.items():
            total.by_status[status] += number
    for (checklist, section), count in count_by_section(board.rows.values()).items():
        found = board.project.checklists[checklist]
        counts[Place(found.phase, found.role, checklist, section)] = count
        counts.setdefault(Place(found.phase), Count())  # a private list may stand there alone
        counts.setdefault(Place(found.phase, found.role), Count())
    return counts
