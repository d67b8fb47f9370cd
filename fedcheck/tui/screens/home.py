"""Home: where do we stand, what must I do now, what needs attention."""

from datetime import date
from pathlib import PurePath
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Footer, Static

from fedcheck.insight import agenda
from fedcheck.insight.entries import Board
from fedcheck.insight.gates import Gate, gates
from fedcheck.insight.lately import lately
from fedcheck.insight.orphans import orphans
from fedcheck.insight.pace import pace
from fedcheck.model.dates import distance
from fedcheck.model.entry import Entry
from fedcheck.model.record import STATUS_WORDS
from fedcheck.model.text import one_line, plural
from fedcheck.tui.bindings import bindings, shown
from fedcheck.tui.screens.gate import GateScreen
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.widgets.doors import Door, Doors
from fedcheck.tui.widgets.phase_table import GATE, PhaseTable
from fedcheck.tui.widgets.timeline import sparkline, timeline
from fedcheck.tui.widgets.top_line import TopLine

MILESTONES = 5

LATELY = 4
"""How many people are told of under "Since you last looked"."""


class HomeScreen(PlaceScreen):
    """The first screen of a workspace."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("home"),
        *shown("app.checklists", "app.report", "app.goto"),
    ]
    PLACES: ClassVar[tuple[str, ...]] = ("home", "everywhere")

    def compose(self) -> ComposeResult:
        """Lay out the parts of the screen."""
        yield TopLine()
        with VerticalScroll(id="home", can_focus=False):
            yield Static(id="gate-line")
            with Horizontal(id="home-columns"):
                with Vertical(id="stand"):
                    yield Static("Where we stand", classes="heading", id="stand-heading")
                    yield PhaseTable(self.fedcheck.signs, id="phases")
                    yield Static(id="timeline", classes="wide-only")
                    yield Static("Done per week", classes="heading wide-only")
                    yield Doors(id="pace")
                    yield Static("Milestones", classes="heading", id="milestones-heading")
                    yield Doors(id="milestones")
                with Vertical(id="todo"):
                    yield Static(classes="heading", id="next-heading")
                    yield Doors(id="next")
                    yield Static("Needs attention", classes="heading")
                    yield Doors(id="attention")
                    yield Static(
                        "Since you last looked", classes="heading wide-only", id="lately-heading"
                    )
                    yield Doors(id="lately")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show the state and start on the phases."""
        self.show()
        self.query_one(PhaseTable).focus()

    def on_resize(self) -> None:
        """Use the new width."""
        self.call_after_refresh(self.show)

    def show(self) -> None:
        """Show the board."""
        app, board = self.fedcheck, self.fedcheck.board
        found = gates(board)
        self._top(board)
        self._gate(board, found)
        self.query_one(PhaseTable).show(board, found, app.view_role)
        self.query_one("#milestones", Doors).show(self._milestones(board, found))
        self._course(board)
        self._lately()
        attention = self._attention(board)
        self.query_one("#attention", Doors).show(attention)
        self._next(board, len(attention))

    def _top(self, board: Board) -> None:
        project = board.project
        profile = ", ".join(str(v) for v in (project.config.profile or {}).values())
        middle = project.process.title + (f", {profile}" if profile else "")
        if project.process.status == "historical":
            middle += " (historical)"
        app = self.fedcheck
        stone = project.process.milestone(board.next_milestone)
        day = board.dates.get(board.next_milestone)
        away = f" · {stone.title} {distance(day, board.today)}" if stone and day else ""
        self.query_one(TopLine).show(
            project.config.name, middle, f"you: {app.who} ({app.view_role}){away}"
        )

    def _gate(self, board: Board, found: list[Gate]) -> None:
        line = self.query_one("#gate-line", Static)
        gate = next((g for g in found if g.milestone.id == board.next_milestone), None)
        if gate is None:
            line.update(Content("This process has no gates."))
            return
        name = one_line(gate.milestone.title)
        when = f" {gate.date.isoformat()}, {distance(gate.date, board.today)}" if gate.date else ""
        if gate.ready:
            text = Content.assemble(
                (f"{name}{when}: ", "bold"),
                ("nothing is missing", "$text-success"),
            )
        else:
            count = plural(len(gate.missing), "thing is", "things are")
            owed: dict[str, int] = {}
            for missing in gate.missing:
                who = one_line(missing.role or missing.owner, 30) or "nobody named"
                owed[who] = owed.get(who, 0) + 1
            owers = ", ".join(f"{who} {number}" for who, number in owed.items())
            text = Content.assemble(
                (f"{name}{when}: ", "bold"),
                (f"{count} missing", "$text-warning"),
                (f"   {owers}", "$foreground-muted"),
            )
        line.update(text)

    def _milestones(self, board: Board, found: list[Gate]) -> list[Door]:
        shown = [gate for gate in found if gate.date]
        passed = [g for g in shown if g.date and g.date < board.today]
        coming = [g for g in shown if g.date and g.date >= board.today]
        rows = []
        for gate in [*passed[-1:], *coming][:MILESTONES]:
            assert gate.date is not None
            title = one_line(gate.milestone.title)
            verdict = ("", "")
            if gate.milestone.closes:
                lacks = f"{len(gate.missing)} missing"
                verdict = ("ready", "$text-success") if gate.ready else (lacks, "$text-warning")
            line = Content.assemble(
                gate.date.isoformat(),
                (f"{distance(gate.date, board.today):>10}  ", "$foreground-muted"),
                _fill(title, 28),
                verdict,
            )
            rows.append(Door(line, f"gate:{gate.milestone.id}"))
        if not rows:
            text = "No milestone has a date yet: write one under [milestones] in fedcheck.toml"
            rows.append(Door(Content.styled(text, "$foreground-muted")))
        return rows

    def _course(self, board: Board) -> None:
        """Draw the milestones on a line, and how fast the next one comes nearer."""
        titles = {stone.id: stone.title for stone in board.project.process.milestones}
        stones = sorted(((day, titles[name]) for name, day in board.dates.items()), key=_by_day)
        near = [*[s for s in stones if s[0] < board.today][-2:]]
        near += [s for s in stones if s[0] >= board.today][:4]
        ascii_only = self.fedcheck.signs.ascii_only
        line = self.query_one("#timeline", Static)
        width = line.size.width or 60
        drawn = timeline([(title, day) for day, title in near], board.today, width, ascii_only)
        line.update(Content("\n").join(drawn))
        going = pace(board, board.next_milestone)
        style = "$text-warning" if going.late else "$foreground-muted"
        text = Content.assemble(
            (sparkline(going.weeks, ascii_only), "$accent"), "  ", (going.words, style)
        )
        self.query_one("#pace", Doors).show([Door(text, "query:status:done")])

    def _lately(self) -> None:
        doings = lately(self.fedcheck.lately)
        shown = self.size.width >= 100 and self.size.height >= 30 and bool(doings)
        self.query_one("#lately-heading").display = shown
        self.query_one("#lately").display = shown
        lines = [
            Door(Content.assemble((_fill(one.who, 12), "bold"), one.words), "history:")
            for one in doings[:LATELY]
        ]
        self.query_one("#lately", Doors).show(lines)

    def _next(self, board: Board, below: int) -> None:
        role = self.fedcheck.view_role
        steps = agenda.mine(board, role)
        room = self._room_for_steps(board, below)
        heading = f"Next for {role}"
        if len(steps) > room:
            heading += f"   {room} of {len(steps)}"
        self.query_one("#next-heading", Static).update(Content(heading))
        listed = self.query_one("#next", Doors)
        wide = max(listed.size.width - 18, 20) if listed.size.width else 34
        doors = []
        for number, step in enumerate(steps[:room], 1):
            warn = step.entry.overdue or step.entry.unsound
            line = Content.assemble(
                (f"{number:>2} ", "$foreground-muted"),
                (self.fedcheck.signs.mark(step.entry), "$text-warning"),
                " ",
                _fill(one_line(step.entry.item.title), wide - 4),
                " ",
                (one_line(step.why, 16), "$text-warning" if warn else "$foreground-muted"),
            )
            doors.append(Door(line, f"item:{step.entry.ref}"))
        if not doors:
            waiting = sum(e.role == role and e.waiting for e in board.entries.values())
            text = (
                f"Nothing to do now; {plural(waiting, 'item')} wait for others or for a milestone"
            )
            doors.append(
                Door(Content.styled(text, "$foreground-muted"), f"query:role:{role} is:waiting")
            )
        listed.show(doors)

    def _room_for_steps(self, board: Board, below: int) -> int:
        """Return how many steps fit, so that home never has to be scrolled."""
        wide, tall = self.size.width >= 100, self.size.height >= 30
        around = 4 + 2 * (1 + tall) + tall
        table = 0 if wide else len(board.project.process.phases) + 1 + 1 + tall
        return min(max(self.size.height - around - table - below - tall, 3), 16)

    def _attention(self, board: Board) -> list[Door]:
        entries = list(board.entries.values())
        signs = self.fedcheck.signs
        overdue = [e for e in entries if e.overdue]
        blocked = [e for e in entries if e.record.status == "blocked"]
        stale = [e for e in entries if "stale" in e.evidence]
        gone = [e for e in entries if {"missing", "changed"} & set(e.evidence)]
        upstream = [e for e in entries if e.changed]
        late = [r for r in board.project.requests if r.state == "open"]
        gaps = [f for f in board.project.findings if f.state == "open"]
        rows = [
            (overdue, signs.overdue, _oldest(board, overdue), "query:is:overdue"),
            (blocked, signs.status["blocked"], STATUS_WORDS["blocked"], "query:status:blocked"),
            (stale, signs.stale, "with evidence that is too old", "query:evidence:stale"),
            (
                gone,
                signs.stale,
                "with evidence missing or changed",
                "query:evidence:missing|changed",
            ),
            (upstream, signs.changed, "changed upstream, to be read again", "query:is:changed"),
        ]
        doors = [
            Door(
                Content.assemble((f"{sign} ", "$text-warning"), f"{len(found):>3} ", words),
                target,
            )
            for found, sign, words, target in rows
            if found
        ]
        if late:
            text = f"? {len(late):>3} {'request' if len(late) == 1 else 'requests'} unanswered"
            doors.append(Door(Content.styled(text, "$text-warning"), "requests:is:open"))
        if gaps:
            high = sum(gap.risk == "high" for gap in gaps)
            noun = "finding" if len(gaps) == 1 else "findings"
            risk = f", {high} high" if high else ""
            text = f"{signs.overdue} {len(gaps):>3} {noun} open{risk}"
            doors.append(Door(Content.styled(text, "$text-warning"), "findings:is:open"))
        lost = orphans(board.project)
        if lost:
            text = f"{signs.changed} {len(lost):>3} orphaned; fedcheck doctor tells more"
            doors.append(Door(Content.styled(text, "$text-warning")))
        for broken in board.project.broken[:2]:
            place = PurePath(broken.path).name + (f":{broken.line}" if broken.line else "")
            text = f"! {place}: {one_line(broken.message)}"
            doors.append(Door(Content.styled(text, "$text-error")))
        if not doors:
            doors.append(
                Door(
                    Content.styled(
                        "Nothing: no item is overdue, blocked or stale", "$foreground-muted"
                    )
                )
            )
        return doors[: 6 if self.size.height >= 24 else 3]

    @on(PhaseTable.Opened)
    def _open_phase(self, event: PhaseTable.Opened) -> None:
        from fedcheck.tui.screens.checklist import ChecklistScreen
        from fedcheck.tui.widgets.navigator import Place

        if event.role == GATE:
            lack = self.query_one(PhaseTable).lacking.get(event.phase)
            if lack and lack[1]:
                self.app.push_screen(GateScreen(lack[0], event.phase))
            else:
                self.fedcheck.tell("Nothing is missing in this phase" if lack else "It has no gate")
            return
        self.app.push_screen(ChecklistScreen(Place(event.phase, event.role)))

    @on(Doors.Opened)
    def _open_door(self, event: Doors.Opened) -> None:
        kind, _, target = event.target.partition(":")
        if kind == "item":
            self.fedcheck.show_item(target)
        elif kind == "query":
            self.fedcheck.show_query(target)
        elif kind in ("requests", "findings"):
            self.fedcheck.show_ledger(kind, target)
        elif kind == "history":
            self.call_later(self.run_action, "app.app_history")
        else:
            self.app.push_screen(GateScreen(target))

    def action_home_open(self) -> None:
        """Enter is handled by the part that has the focus."""

    def action_home_next_pane(self) -> None:
        """Go to the next part."""
        self.focus_next()


def _by_day(stone: tuple[date, str]) -> date:
    return stone[0]


def _oldest(board: Board, overdue: list[Entry]) -> str:
    days = [(board.today - entry.due).days for entry in overdue if entry.due]
    return f"overdue, the oldest by {max(days)} d" if days else "overdue"


def _fill(text: str, width: int) -> str:
    text = one_line(text, width)
    return text + " " * max(width - cell_len(text), 0)
