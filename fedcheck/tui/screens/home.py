"""Home: where do we stand, what must I do now, what needs attention."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from fedcheck.analysis import agenda
from fedcheck.analysis.board import Board
from fedcheck.analysis.gates import Gate, gates
from fedcheck.analysis.progress import compute_pace
from fedcheck.domain.dates import format_distance
from fedcheck.domain.profile import list_headings
from fedcheck.domain.text import pluralize
from fedcheck.tui.conversion_offer import list_conversion_doors
from fedcheck.tui.key_bindings import bindings, shown
from fedcheck.tui.screens.home_lines import by_day, date_lines, fill, gate_line, list_troubles
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.attention import attention
from fedcheck.tui.widgets.doors import Door, Doors
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.phase_table import GATE, PhaseTable
from fedcheck.tui.widgets.step_lines import step_line
from fedcheck.tui.widgets.timeline import sparkline, timeline
from fedcheck.tui.widgets.top_line import TopLine

MILESTONES = 5
MORE_DATES = 3
"""How many dates are shown, and how many more of a process with rulesets where there is room."""

LATELY = 4
"""How many people are reported about under "Since you last looked"."""


class HomeScreen(PlaceScreen):
    """The first screen of a workspace."""

    CSS_PATH = sheets("home")
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("home"),
        *shown("app.checklists", "app.report", "app.goto"),
    ]
    PLACES: ClassVar[tuple[str, ...]] = ("home", "everywhere")
    AUTO_FOCUS = "#phases"

    def __init__(self) -> None:
        super().__init__()
        self._judged: tuple[Board, str, list[Gate], list[Door]] | None = None
        self._widths_used = (0, 0)
        self._is_laid_out = False
        self.top = TopLine()
        self.phases = PhaseTable(self.fedcheck.signs, id="phases")
        self.gate_line = Doors(id="gate-line")
        self.timeline = Static(id="timeline", classes="wide-only")
        self.pace = Doors(id="pace")
        self.milestones_heading = Static(classes="heading", id="milestones-heading")
        self.milestones = Doors(id="milestones")
        self.next_heading = Static(classes="heading", id="next-heading")
        self.next = Doors(id="next")
        self.attention = Doors(id="attention")
        self.lately_heading = Static(
            "Since you last looked", classes="heading wide-only", id="lately-heading"
        )
        self.lately = Doors(id="lately")
        self.stand = Vertical(
            Static("Status", classes="heading", id="stand-heading"),
            self.phases,
            self.timeline,
            Static("Done per week", classes="heading wide-only"),
            self.pace,
            self.milestones_heading,
            self.milestones,
            id="stand",
        )
        self.todo = Vertical(
            self.next_heading,
            self.next,
            Static("Needs attention", classes="heading"),
            self.attention,
            self.lately_heading,
            self.lately,
            id="todo",
        )
        self.page = VerticalScroll(
            self.gate_line,
            Horizontal(self.stand, self.todo, id="home-columns"),
            id="home",
            can_focus=False,
        )

    def compose(self) -> ComposeResult:
        """Lay out the parts of the screen, with what they show: so they are drawn only once."""
        self.show()
        yield self.top
        yield self.page
        yield KeyLine()

    @property
    def is_current(self) -> bool:
        """Return whether it may be drawn: not before its parts have been told their sizes.

        Textual would draw it with its first layout, and all of it again after that.
        """
        return self._is_laid_out and super().is_current

    def on_resize(self, event: Resize) -> None:
        """Use the new width."""
        self._is_laid_out = True
        if self._widths_used != self._find_widths():
            self.call_after_refresh(self.show)

    def _find_widths(self) -> tuple[int, int]:
        """Return the cells of both columns; of those not laid out, what they are going to have."""
        if self.stand.size.width:
            return self.stand.size.width, self.todo.size.width
        room = self.app.size.width - 4
        if self.app.size.width < 100:
            return room, room
        return (room - 4) * 3 // 5, room - 4 - (room - 4) * 3 // 5

    def show(self) -> None:
        """Show the board."""
        app, board = self.fedcheck, self.fedcheck.board
        self._widths_used = self._find_widths()
        role = app.view_role
        if self._judged is None or self._judged[0] is not board or self._judged[1] != role:
            self._judged = board, role, gates(board), attention(board, app.signs, role)
        found = self._judged[2]
        self._top(board)
        self._gate(board, found)
        self.phases.show(board, found, app.view_role)
        with_rules = " and rules" if board.project.process.rulesets else ""
        self.milestones_heading.update(f"Milestones{with_rules}")
        self.milestones.show(self._dates(board, found))
        self._course(board)
        self._lately()
        needs = self._needs(list_troubles(app, self._judged[3]))
        self.attention.show(needs)
        self._next(board, len(needs))

    def _top(self, board: Board) -> None:
        project = board.project
        app = self.fedcheck
        milestone = project.process.milestone(board.next_dated)
        day = board.dates.get(board.next_dated)
        away = (
            f" · {milestone.title} {format_distance(day, board.today)}" if milestone and day else ""
        )
        you = f"you: {app.who} ({app.view_role})"
        heads = list_headings(project.process, project.config.profile or {})
        self.top.show(project.config.name, heads, you + away, you)

    def _gate(self, board: Board, found: list[Gate]) -> None:
        conversion = list_conversion_doors(self.fedcheck) if self.app.size.height >= 24 else []
        line = gate_line(board, found)
        self.gate_line.show([line, *conversion] if line.target else [line])

    def _dates(self, board: Board, found: list[Gate]) -> list[Door]:
        """Return the milestone that passed last and those that come next, as many as fit."""
        lines = date_lines(board, found, self.fedcheck.view_role, self._widths_used[0])
        more = MORE_DATES if board.project.process.rulesets and self.app.size.height >= 40 else 0
        if lines:
            return lines[: MILESTONES + more]
        sets = self.fedcheck.hint("gate.date", "sets one on the gate screen", "; ")
        text = Content.styled(f"No milestone has a date yet{sets}", "$foreground-muted")
        return [Door(text, f"gate:{board.next_milestone}")]

    def _course(self, board: Board) -> None:
        """Draw the milestones on a line, and how fast the next one comes nearer."""
        titles = {milestone.id: milestone.title for milestone in board.project.process.milestones}
        known = [(day, titles[name]) for name, day in board.dates.items() if name in titles]
        milestones = sorted(known, key=by_day)
        near = [*[s for s in milestones if s[0] < board.today][-2:]]
        near += [s for s in milestones if s[0] >= board.today][:4]
        ascii_only = self.fedcheck.signs.ascii_only
        line = self.timeline
        width = self._widths_used[0]
        drawn = timeline([(title, day) for day, title in near], board.today, width, ascii_only)
        line.update(Content("\n").join(drawn))
        going = compute_pace(board, board.next_dated)
        style = "$text-warning" if going.late else "$foreground-muted"
        bars = sparkline(going.weeks, ascii_only)
        words = going.words if len(bars + going.words) + 4 <= width else going.short_words
        text = Content.assemble((bars, "$accent"), "  ", (words, style))
        milestone = board.project.process.milestone(board.next_dated)
        phases = f" phase:{'|'.join(milestone.closes)}" if milestone and milestone.closes else ""
        if phases and milestone and milestone.roles:
            phases += f" role:{'|'.join(milestone.roles)}"
        self.pace.show([Door(text, f"query:status:done -level:may{phases}")])

    def _lately(self) -> None:
        entered = self.fedcheck.others.since_last_look
        if not (entered or self.lately.doors):
            self.lately_heading.display = self.lately.display = False
            return
        from fedcheck.analysis.activity import lately

        doings = lately(entered)
        shown = self.app.size.width >= 100 and self.app.size.height >= 30 and bool(doings)
        self.lately_heading.display = shown
        self.lately.display = shown
        lines = [
            Door(Content.assemble((fill(one.who, 12), "bold"), one.words), f"history:{one.who}")
            for one in doings[:LATELY]
        ]
        self.lately.show(lines)

    def _next(self, board: Board, below: int) -> None:
        role = self.fedcheck.view_role
        steps = agenda.list_steps_of_role(board, role)
        room = self._room_for_steps(below)
        self.next_heading.update(Content(f"Next for {role}"))
        listed = self.next
        width, most = self._widths_used[1], 2 if self.app.size.width >= 100 else 1
        doors: list[Door] = []
        rows = 0
        for number, step in enumerate(steps, 1):
            line, tall = step_line(self.fedcheck.signs, step, number, width, most)
            if rows + tall + (number < len(steps)) > room:
                break
            rows += tall
            doors.append(Door(line, f"item:{step.row.ref}"))
        more = len(steps) - len(doors)
        if more:
            doors.append(Door(Content.styled(f"   and {more} more", "$foreground-muted"), "steps:"))
        if not doors:
            waiting = sum(e.role == role and e.waiting for e in board.rows.values())
            text = (
                "Nothing to do now; waiting for others or a milestone: "
                f"{pluralize(waiting, 'item')}"
            )
            doors.append(
                Door(Content.styled(text, "$foreground-muted"), f"query:role:{role} is:waiting")
            )
        listed.show(doors)

    def _room_for_steps(self, below: int) -> int:
        """Return how many steps fit, so that home never has to be scrolled."""
        wide, tall = self.app.size.width >= 100, self.app.size.height >= 30
        around = 3 + len(self.gate_line.doors) + 2 * (1 + tall) + tall
        table = 0 if wide else self.phases.row_count + 1 + 2 * tall
        return min(max(self.app.size.height - around - table - below - tall, 3), 16)

    def _needs(self, found: list[Door]) -> list[Door]:
        """Return what needs attention; of more than there is room for, the last line shows."""
        height = self.app.size.height
        room = 10 if height >= 30 else 6 if height >= 24 else 3
        if len(found) <= room:
            return found
        more = Content.styled(f"  and {len(found) - room + 1} more", "$text-warning")
        return [*found[: room - 1], Door(more, "attention:")]

    @on(PhaseTable.Folded)
    def _fold_phases(self) -> None:
        self.phases.toggle()
        self.show()

    @on(PhaseTable.Opened)
    def _open_phase(self, event: PhaseTable.Opened) -> None:
        if event.role == GATE:
            lack = self.phases.lacking.get(event.phase)
            if lack and lack[1]:
                self.fedcheck.open_screen("gate", lack[0], event.phase)
            else:
                self.fedcheck.tell(
                    "Nothing is outstanding in this phase" if lack else "This phase has no gate"
                )
            return
        from fedcheck.tui.checklist_view import Place

        self.fedcheck.open_screen("checklist", Place(event.phase, event.role))

    @on(Doors.Opened)
    def _open_door(self, event: Doors.Opened) -> None:
        from fedcheck.tui.screens.home_doors import open_door

        open_door(self.fedcheck, event.target)

    def action_home_open(self) -> None:
        """Enter is handled by the part that has the focus."""

    def action_home_next_pane(self) -> None:
        """Go to the next part."""
        self.focus_next()
