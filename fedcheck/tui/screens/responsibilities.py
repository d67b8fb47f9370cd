"""Who waits for whom, and who does what in each phase."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from fedcheck.analysis.handoffs import Handoff, group_by_roles, list_handoffs
from fedcheck.analysis.responsibilities import PhaseDuties, describe_phase_role, list_phase_duties
from fedcheck.analysis.waiting_since import STATUS_FIELDS, find_status_dates
from fedcheck.domain.process import role_label
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line, pluralize
from fedcheck.storage.time_zones import find_zone
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.filtered_list import ListScreen
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.responsibility_list import DutyRow, Line, ResponsibilityList, roles_text
from fedcheck.tui.widgets.top_line import TopLine

SHOWN = 8
"""How many of the items that wait the details name."""

Piece = tuple[str, str]


class ResponsibilitiesScreen(ListScreen):
    """Hand-offs above, deliverables by phase below, the details of one of them at the end."""

    CSS_PATH = sheets("parts")
    BINDINGS: ClassVar[list[BindingType]] = bindings("parts")
    PLACES: ClassVar[tuple[str, ...]] = ("parts", "rows", "everywhere")
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual reads it from the class
        (0, "-narrow"),
        (100, "-wide"),
        (170, "-broad"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.far = False
        self.days: Mapping[str, date] = {}

    @property
    def rows(self) -> ResponsibilityList:
        """Return the list."""
        return self.query_one(ResponsibilityList)

    def compose(self) -> ComposeResult:
        """Lay out list and details."""
        yield TopLine()
        with Container(id="parts"):
            yield ResponsibilityList(self.fedcheck.signs, id="parts-list")
            with VerticalScroll(id="parts-details", can_focus=False):
                yield Static(id="parts-text")
        yield KeyLine()

    def show(self) -> None:
        """Show who waits and who does what; read the history where the project is another one."""
        session = self.fedcheck.session
        project = session.project
        zone = find_zone(project.config.timezone)
        self.read(
            lambda: find_status_dates(project, session.store.history_on(STATUS_FIELDS), zone),
            self._know,
        )
        self._fill()

    def _know(self, days: Mapping[str, date]) -> None:
        self.days = days
        self._fill()

    def _fill(self) -> None:
        board, me = self.fedcheck.board, self.fedcheck.view_role
        every = list_handoffs(board, self.days)
        found = [one for one in every if self.far or one.near]
        groups = sorted(group_by_roles(found).items(), key=lambda pair: me not in pair[0])
        rows: list[Line | str] = []
        for (waits, on_), group in groups:
            rows += [f"{_who(waits)} waits for {_who(on_)}  {len(group)}", *group]
        if not found:
            rows.append("Nobody is waiting now")
        rows.append("Deliverables: prepared by, reviewed by, decided by, status")
        for phase in list_phase_duties(board):
            if phase.duties:
                rows.append(_phase_line(phase))
                rows += [DutyRow(duty, phase) for duty in phase.duties]
        self.rows.today = board.today
        self.rows.put(rows, "This process has no deliverables, and nobody is waiting")
        hidden = len(every) - len(found)
        part = f"{pluralize(len(found), 'hand-off')}" + (
            f", {hidden} in later phases" if hidden else ""
        )
        self.query_one(TopLine).show("Responsibilities", "and who waits for whom", part)
        self.show_details()

    def show_details(self) -> None:
        """Show the details of the highlighted row."""
        row = self.rows.current
        lines: list[Piece] = []
        if isinstance(row, Handoff):
            lines = self._of_handoff(row)
        elif row is not None:
            lines = _of_duty(row, self.fedcheck.view_role)
        text = Content.assemble(*((f"{text}\n", style) for text, style in lines))
        self.query_one("#parts-text", Static).update(text)
        self.query_one("#parts-details").scroll_home(animate=False)

    def _of_handoff(self, row: Handoff) -> list[Piece]:
        board = self.fedcheck.board
        rows = board.rows
        since = f", since {row.since}." if row.since else "; start date unknown."
        what = {"answer": "the answer", "acceptance": "acceptance", "retest": "the retest"}
        thing = f", for {what[row.what]}" if row.what in what else ""
        lines: list[Piece] = [(one_line(row.title), "bold"), (row.ref, "$foreground-muted")]
        lines.append((f"{_who(row.waits)} waits for {_who(row.on)}{thing}{since}", ""))
        if row.stuck:
            lines.append(("It is waiting for:", "$text-warning"))
            lines += [(f"  {_title(board.rows, ref)}", "") for ref in row.stuck[:SHOWN]]
        if row.blocks:
            count = pluralize(len(row.blocks), "item")
            more = f"; {row.behind} items in all depend on it" if row.behind else ""
            lines.append((f"It holds up {count} of the {_who(row.waits)}{more}:", ""))
            lines += [(f"  {_title(rows, ref)}", "") for ref in row.blocks[:SHOWN]]
            if len(row.blocks) > SHOWN:
                lines.append((f"  and {len(row.blocks) - SHOWN} more", "$foreground-muted"))
        return lines

    @on(ResponsibilityList.Opened)
    def _opened(self) -> None:
        row = self.rows.current
        if isinstance(row, Handoff):
            book = row.ref.partition(":")[0]
            if row.what == "item":
                self.fedcheck.show_item(row.ref)
            else:
                self.fedcheck.show_issues(book, ref=row.ref)
        elif row is not None and row.duty.row is not None:
            self.fedcheck.show_item(row.duty.row.ref)
        else:
            self.fedcheck.tell("No checklist has the item that delivers it")

    def action_parts_switch(self) -> None:
        """Go to the first row of the other part; the headings above it stay in view."""
        rows = self.rows
        wanted = DutyRow if isinstance(rows.current, Handoff) else Handoff
        place = next((i for i, row in enumerate(rows.rows) if isinstance(row, wanted)), -1)
        if place >= 0:
            rows.cursor = place
            rows.scroll_to(y=max(place - 2, 0), animate=False)
        else:
            self.app.bell()

    def action_parts_far(self) -> None:
        """Show or hide what is in later phases."""
        self.far = not self.far
        self._fill()

    def action_parts_close(self) -> None:
        """Go back."""
        if self.is_current:
            self.dismiss(None)


def _who(role: str) -> str:
    return role_label(role) if role else "someone without a role"


def _title(rows: Mapping[str, Row], ref: str) -> str:
    row = rows.get(ref)
    return one_line(row.item.title if row else ref)


def _phase_line(phase: PhaseDuties) -> str:
    decides = f"   decides: {roles_text(phase.decides)}" if phase.decides else ""
    return f"{one_line(phase.phase.title)}{decides}"


def _of_duty(row: DutyRow, me: str) -> list[Piece]:
    """Return the parts of the roles in a deliverable and in its phase, one's own part first."""
    duty, phase = row.duty, row.phase
    lines: list[Piece] = [(one_line(duty.deliverable.title), "bold")]
    said = [f"Prepares: {role_label(duty.prepares)}"]
    if duty.contributes:
        said.append(f"contributes: {roles_text(duty.contributes)}")
    said += [
        f"reviews: {roles_text(duty.reviews)}",
        f"decides: {roles_text(phase.decides_on(duty))}",
    ]
    lines.append((" · ".join(said), "$foreground-muted"))
    for part in sorted(phase.parts, key=lambda part: part.role != me):
        if part.idle:
            continue
        lines.append((f"{role_label(part.role)} in {one_line(phase.phase.title)}", "bold"))
        lines += [(one_line(sentence), "") for sentence in describe_phase_role(part)]
    return lines
