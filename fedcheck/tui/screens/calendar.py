"""The calendar: every deadline by week and month; each line leads to what is behind it."""

from datetime import date, timedelta
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from fedcheck.analysis.deadlines import Deadline, list_deadlines, select_undated, select_until
from fedcheck.analysis.progress import WORDS, group_deadlines
from fedcheck.domain.dates import Span, format_distance, shift_clamped
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import count_cells, one_line, pluralize
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.doors import Door, Doors
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.top_line import TopLine

AHEAD = Span(365, "d")
"""How far ahead it looks; `fedcheck next --calendar` looks as far as one likes."""

MOST = 200
"""How many deadlines without a day are listed."""

ROOMY = 100
"""From how many columns on who and why have room."""


class CalendarScreen(PlaceScreen):
    """The deadlines of a role, or of everybody."""

    CSS_PATH = sheets("calendar")
    BINDINGS: ClassVar[list[BindingType]] = bindings("calendar")
    PLACES: ClassVar[tuple[str, ...]] = ("calendar", "everywhere")

    def __init__(self) -> None:
        super().__init__()
        self.everybody = False

    def compose(self) -> ComposeResult:
        """Lay out headline and list."""
        yield TopLine()
        yield Static(id="calendar-answer")
        yield Doors(id="calendar-days")
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the calendar, the first line under the cursor."""
        self.show()
        days = self.query_one(Doors)
        days.focus()
        days.action_first()

    def on_resize(self, event: Resize) -> None:
        """Use the new width."""
        self.call_after_refresh(self.show)

    def show(self) -> None:
        """Show the deadlines."""
        board = self.fedcheck.board
        role = "" if self.everybody else self.fedcheck.view_role
        found = list_deadlines(board, role)
        until = shift_clamped(board.today, AHEAD)
        dated, undated = select_until(found, until), select_undated(found)
        whose = "everybody" if self.everybody else role
        self.query_one(TopLine).show("Calendar", f"deadlines of {whose}", f"{board.today}")
        self.query_one("#calendar-answer", Static).update(_answer(dated, undated, board.today))
        doors = [
            door
            for heading, ones in group_deadlines(dated, board.today)
            for door in self._group(heading, ones)
        ]
        later = len(found) - len(dated) - len(undated)
        if later:
            doors.append(_dim(f"and {later} more after {until}"))
        doors += self._group("No date yet", undated[:MOST]) if undated else []
        if len(undated) > MOST:
            doors.append(_dim(f"and {len(undated) - MOST} more: fedcheck next --calendar"))
        if not found:
            doors = [_dim("No deadlines: nothing has a date or waits for one.")]
        self.query_one(Doors).show(doors)

    def _group(self, heading: str, ones: list[Deadline]) -> list[Door]:
        late = heading == "Overdue"
        head = (heading, "bold $text-warning" if late else "bold")
        count = (f"  {len(ones)}", "$foreground-muted")
        return [Door(Content.assemble(head, count)), *(self._line(one) for one in ones)]

    def _line(self, one: Deadline) -> Door:
        """Return a deadline: day, distance, what it is, what for, and with room who and why."""
        today, width = self.fedcheck.board.today, max(self.size.width - 9, 50)
        wide = self.size.width >= ROOMY
        day = one.day.isoformat() if one.day else "-"
        away = format_distance(one.day, today) if one.day else ""
        word = WORDS[one.kind]
        room = width - (12 + 10 + 13) - 2
        who = one_line(f"{one.owner} ({one.role})" if one.owner else one.role, 16)
        why = f"waits for {one.waits}" if one.waits else one.why
        names = (room - 18) * 2 // 3 if wide else room
        # Which rulesets it is stands at the end of the name; what they wait for, behind the door.
        is_halved = not wide and bool(one.waits) and one.kind != "ruleset"
        if is_halved:
            names = room // 2
        title = one_line(one.what, names)
        parts: list[str | tuple[str, str]] = [
            "  ",
            (f"{day:<12}", "$foreground-muted" if one.day is None else ""),
            (f"{away:>8}  ", "$text-warning" if one.late else "$foreground-muted"),
            (f"{word:<11}", "$accent" if one.kind == "milestone" else "$foreground-muted"),
            (title, "bold" if one.kind == "milestone" else ""),
            " " * (names - count_cells(title) + 2),
        ]
        if wide:
            parts.append(who + " " * (16 - count_cells(who) + 2))
            parts.append((one_line(why, room - 18 - names), "$foreground-muted"))
        elif is_halved:
            parts.append((one_line(why, room - names), "$foreground-muted"))
        return Door(Content.assemble(*parts), _target(one))

    @on(Doors.Opened)
    def _open(self, event: Doors.Opened) -> None:
        kind, _, target = event.target.partition(":")
        if kind == "item":
            self.fedcheck.show_item(target)
        elif kind == "gate":
            self.fedcheck.open_screen("gate", target)
        else:
            self.fedcheck.show_issues(kind, ref=event.target)

    def action_calendar_group(self) -> None:
        """Show the deadlines of the role, or of everybody."""
        self.everybody = not self.everybody
        self.show()
        self.query_one(Doors).action_first()

    def action_calendar_close(self) -> None:
        """Go back."""
        self.dismiss(None)


def _answer(dated: list[Deadline], undated: list[Deadline], today: date) -> Content:
    """State how it stands: what is overdue first."""
    late = sum(one.late for one in dated)
    near = sum(not one.late and (one.day or today) - today <= timedelta(days=14) for one in dated)
    bad = (f"{late} overdue", "$text-warning") if late else ("Nothing is overdue", "$text-success")
    rest = f", {pluralize(near, 'deadline')} within 14 days, {len(undated)} without a date"
    return Content.assemble(bad, rest)


def _dim(text: str) -> Door:
    return Door(Content.styled(text, "$foreground-muted"))


def _target(one: Deadline) -> str:
    """Return the door to what is behind a deadline."""
    book, name = split_ref(one.ref)
    if one.kind == "milestone":
        return f"gate:{name}"
    if one.kind == "ruleset":
        return f"gate:{one.milestone}" if one.milestone else ""
    return f"{book}:{name}" if one.kind in ("request", "finding") else f"item:{one.ref}"
