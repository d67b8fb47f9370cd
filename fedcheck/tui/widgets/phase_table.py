"""The table of phases by roles: bars, counts and the gate; each cell is a door to its items."""

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from fedcheck.analysis.board import Board
from fedcheck.analysis.gate_scope import lacking_by_phase
from fedcheck.analysis.gates import Gate
from fedcheck.analysis.progress import Count, count_by_phase_and_role, split_phases
from fedcheck.domain.process import Phase
from fedcheck.domain.text import one_line
from fedcheck.tui.signs import UNICODE, Signs

Lacking = dict[str, tuple[str, int] | None]

GATE = "gate"


class PhaseTable(Widget, can_focus=True):
    """Phases as rows, roles and the gate as columns, a cursor on one cell.

    Where a process has many phases, those that concern other roles only are folded into the last
    row; opening that row shows them, and folds them again.
    """

    BINDINGS = [  # noqa: RUF012 - Textual reads it from the class
        Binding("down,j", "move(1,0)", "down", show=False),
        Binding("up,k", "move(-1,0)", "up", show=False),
        Binding("right,l", "move(0,1)", "right", show=False),
        Binding("left,h", "move(0,-1)", "left", show=False),
        Binding("enter", "open", "open", key_display="⏎"),
    ]

    cursor: reactive[tuple[int, int]] = reactive((0, 0))

    class Opened(Message):
        """A person opened a cell: a phase and a role, or the phase's gate."""

        def __init__(self, phase: str, role: str) -> None:
            self.phase = phase
            self.role = role
            super().__init__()

    class Folded(Message):
        """A person wants to see the phases of other roles, or no longer."""

    def __init__(self, signs: Signs = UNICODE, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.signs = signs
        self.board: Board | None = None
        self.phases: list[Phase] = []
        self.others: list[Phase] = []
        self.unfolded = False
        self.counts: dict[tuple[str, str], Count] = {}
        self.roles: list[str] = []
        self.main_roles: frozenset[str] = frozenset()
        self.lacking: Lacking = {}
        self.here = ""

    def show(self, board: Board, gates: list[Gate], view_role: str) -> None:
        """Show the state of a board; the first time, the cursor goes to the current phase."""
        first = self.board is None
        on_fold = bool(self.others) and self.cursor[0] == len(self.phases)
        self.board = board
        self.counts = count_by_phase_and_role(board)
        self.phases, self.others = split_phases(board, view_role)
        present = self._list_present_roles(view_role)
        roles = [role for role in board.project.process.roles if role in present]
        self.main_roles = board.project.process.main_roles  # the others are the first without bars
        self.roles = sorted(roles, key=lambda r: (r not in self.main_roles, roles.index(r)))
        self.lacking = lacking_by_phase(board, gates, board.next_milestone)
        phases = [phase.id for phase in self.phases]
        self.here = current_phase({phase: self.lacking[phase] for phase in phases})
        if self.unfolded:
            self.phases = list(board.project.process.phases)
            phases = [phase.id for phase in self.phases]
        if first:
            row = phases.index(self.here) if self.here in phases else 0
            self.cursor = (row, self.roles.index(view_role) if view_role in self.roles else 0)
        else:
            last = self.row_count - 1
            row = last if on_fold else min(self.cursor[0], last)
            self.cursor = (row, min(self.cursor[1], len(self.roles)))
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the height: a heading and a line for each phase."""
        return self.row_count + 1 if self.board else 1

    @property
    def row_count(self) -> int:
        """Return the number of rows below the heading: the phases, and what unfolds the others."""
        return len(self.phases) + bool(self.others)

    def _list_present_roles(self, view_role: str) -> set[str]:
        """Return the roles with a column: folded, those of the next gate and the viewer."""
        assert self.board is not None, "a board is shown"
        present = {role for _, role in self.counts}
        process = self.board.project.process
        milestone = process.milestone(self.board.next_milestone)
        if self.unfolded or not self.others or not milestone or not milestone.roles:
            return present
        return present & {view_role, *milestone.roles}

    def _columns(self) -> tuple[int, list[int], int]:
        """Return the widths of titles, role columns and bars for the room there is."""
        width = self.size.width
        title = 23 if width >= 60 else 17
        room = width - title - 14
        workers = max(sum(role in self.main_roles for role in self.roles), 1)
        bar = min(room // workers - 9, 16)
        bar = bar if bar >= 5 else 0
        columns = []
        for role in self.roles:
            beside = max(7, cell_len(role) + 1)  # the name and a gap
            wanted = (bar + 9 if bar else 8) if role in self.main_roles else beside
            columns.append(wanted if wanted <= room else 0)
            room -= columns[-1]
        return title, columns, bar

    def toggle(self) -> None:
        """Show the phases of other roles from the next `show` on, or fold them."""
        self.unfolded = not self.unfolded

    def render(self) -> Content:
        """Draw the table."""
        if self.board is None:
            return Content("")
        title, columns, bar = self._columns()
        heads = [
            (set_cell_size(role, wide), "$foreground-muted")
            for role, wide in zip(self.roles, columns, strict=True)
            if wide
        ]
        lines = [Content.assemble(" " * (title + 2), *heads, ("outstanding", "$foreground-muted"))]
        for row, phase in enumerate(self.phases):
            lines.append(self._line(row, phase.id, phase.title, title, columns, bar))
        if self.others:
            lines.append(self._fold())
        return Content("\n").join(lines)

    def _line(
        self, row: int, phase: str, name: str, title: int, columns: list[int], bar: int
    ) -> Content:
        lack = self.lacking.get(phase)
        lacks = lack[1] if lack else None
        sign, style = " ", ""
        if lacks == 0:
            sign, style = self.signs.status["done"].strip("[]"), "$text-success"
        elif phase == self.here:
            sign, style = self.signs.here, "bold"
        parts: list[Content | tuple[str, str] | str] = [(f"{sign} ", style)]
        parts.append(
            (set_cell_size(one_line(name, title - 1), title), style if sign != " " else "")
        )
        for column, (role, wide) in enumerate(zip(self.roles, columns, strict=True)):
            if wide:
                cell = self._cell(phase, role, bar if role in self.main_roles else 0)
                parts.append(self._at_cursor(cell, row, column, wide))
        gate = "-" if lacks is None else "met" if lacks == 0 else str(lacks)
        colour = (
            "$text-success" if lacks == 0 else "$text-warning" if lacks else "$foreground-muted"
        )
        cell = Content.styled(gate, colour)
        parts.append(self._at_cursor(cell, row, len(self.roles), 11))
        return Content.assemble(*parts)

    def _fold(self) -> Content:
        """Return the last row: it states which phases are folded, or folds them again."""
        room = self.size.width - 2
        names = ", ".join(phase.title for phase in self.others)
        words = "fewer phases" if self.unfolded else f"{len(self.others)} more: {names}"
        sign = "-" if self.unfolded else "+"
        line = Content.styled(f"{sign} {one_line(words, max(room, 12))}", "$foreground-muted")
        at = self.has_focus and self.cursor[0] == len(self.phases)
        return line.stylize("reverse", 2) if at else line

    def _cell(self, phase: str, role: str, bar: int) -> Content:
        count = self.counts.get((phase, role))
        if count is None:
            return Content.styled("-".rjust(bar + 2) if bar else "-", "$foreground-muted")
        if not bar:
            return Content(count.text)
        full = count.done == count.countable
        drawn = (self.signs.bar(count, bar), "$success" if full else "$accent")
        return Content.assemble(drawn, f" {count.text}")

    def _at_cursor(self, cell: Content, row: int, column: int, wide: int) -> Content:
        """Fill a cell to its width; under the cursor its text, not its bar, is turned round."""
        at = self.has_focus and self.cursor == (row, column)
        text = cell.plain.rstrip()
        begin = max(text.rfind(" "), 0) if column < len(self.roles) else 0
        filled = Content.assemble(cell, " " * max(wide - cell_len(cell.plain), 0))
        return filled.stylize("reverse", begin, len(text) + 1) if at else filled

    def watch_has_focus(self, has_focus: bool) -> None:
        """Show the cursor only where the focus is."""
        super().watch_has_focus(has_focus)
        self.refresh()

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor."""
        if self.board is None:
            return
        last = self.row_count - 1
        row, column = self.cursor
        shown = [number for number, wide in enumerate(self._columns()[1]) if wide]
        shown.append(len(self.roles))
        if columns:
            ahead = [one for one in shown if (one - column) * columns > 0]
            column = min(ahead, key=lambda one: abs(one - column), default=column)
        self.cursor = (min(max(row + rows, 0), last), column)

    def action_open(self) -> None:
        """Open the cell under the cursor."""
        if self.board is None:
            return
        row, column = self.cursor
        if row >= len(self.phases):
            self.post_message(self.Folded())
            return
        role = self.roles[column] if column < len(self.roles) else GATE
        self.post_message(self.Opened(self.phases[row].id, role))

    def on_click(self, event: events.Click) -> None:
        """Open the clicked cell."""
        if self.board is None:
            return
        row = event.y - 1
        title, columns, _ = self._columns()
        place = event.x - title - 2
        column = 0
        while column < len(columns) and place >= columns[column]:
            place -= columns[column]
            column += 1
        if 0 <= row < self.row_count:
            self.cursor = (row, column if place >= 0 else self.cursor[1])
            self.action_open()


def current_phase(lacking: Lacking) -> str:
    """Return the first phase whose gate is not met; the last one where all are."""
    return next((phase for phase, lack in lacking.items() if lack and lack[1]), list(lacking)[-1])
