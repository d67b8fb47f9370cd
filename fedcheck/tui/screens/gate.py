"""The gate of a milestone: yes, or exactly what is missing; each line leads to its item."""

import re
from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from fedcheck.analysis.gate_scope import describe_scope
from fedcheck.analysis.gates import GRACE, Gate, Outstanding, gates
from fedcheck.analysis.outstanding import group_by_owner, reason_of, title_of
from fedcheck.analysis.replacements import list_replacements, summarize
from fedcheck.analysis.rescheduling import describe_impact, measure_impact, reschedule_milestone
from fedcheck.analysis.waiting_since import STATUS_FIELDS, find_status_dates, needs_history
from fedcheck.domain.dates import format_distance
from fedcheck.domain.edits import MilestoneEdit
from fedcheck.domain.glossary import UNVERIFIED_WORDS, EvidenceState
from fedcheck.domain.reference import split_ref
from fedcheck.domain.text import count_cells, one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.storage.record_file import MILESTONES
from fedcheck.storage.time_zones import find_zone
from fedcheck.tui.dialogs.prompts import TextPrompt
from fedcheck.tui.dialogs.typed_days import describe_typed, read_day
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.doors import Door, Doors
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.top_line import TopLine

_LIST = re.compile(r"[a-z0-9][a-z0-9._-]*:(?=[a-z0-9])")
"""The list's part of a reference: there is little room, and the item's part states enough."""


ROOMY = 100
"""From how many columns on the day is next to its distance."""

SINCE = 23
"""The width of both."""

MAX_GRACES = 3
"""How many rulesets are shown whose grace is over."""


class GateScreen(PlaceScreen):
    """What a gate lacks, grouped by who owes it."""

    CSS_PATH = sheets("gate")
    BINDINGS: ClassVar[list[BindingType]] = bindings("gate")
    PLACES: ClassVar[tuple[str, ...]] = ("gate", "everywhere")

    def __init__(self, milestone: str, phase: str = "") -> None:
        super().__init__()
        self.milestone = milestone
        self.phase = phase
        self._known: tuple[Project, Mapping[str, date]] | None = None

    def compose(self) -> ComposeResult:
        """Lay out headline and list."""
        yield TopLine()
        yield Static(id="gate-answer")
        yield Doors(id="gate-missing")
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the gate."""
        self.show()
        self.query_one(Doors).focus()

    def on_resize(self, event: Resize) -> None:
        """Use the new width."""
        self.call_after_refresh(self.show)

    def show(self) -> None:
        """Show the answer and what is missing."""
        board = self.fedcheck.board
        milestone = board.project.process.milestone(self.milestone)
        if milestone is None:
            return
        every = gates(board, self._days())
        found = next(one for one in every if one.milestone.id == milestone.id)
        scope = describe_scope(board.project.process, every, milestone)
        phase = board.project.process.phase(self.phase)
        when = (
            f"{found.date}  {format_distance(found.date, board.today)}"
            if found.date
            else "no date yet"
        )
        self.query_one(TopLine).show(
            f"Gate › {milestone.title}" + (f" › {phase.title}" if phase else ""), "", when
        )
        self.query_one("#gate-answer", Static).update(self._answer(found, scope))
        self.query_one(Doors).show(self._missing(found))

    def _answer(self, found: Gate, scope: str) -> Content:
        """Return the answer; its number states what it counts where that is not everything."""
        milestone = found.milestone
        question = one_line(milestone.question or f"Ready for {milestone.title}?")
        if not milestone.closes:
            return Content("This milestone closes no phase, so it has no gate.")
        replaced = summarize(list_replacements(self.fedcheck.board.project))
        note = (f"\n{replaced}." if replaced else "", "$text-warning")
        told = (self._remarks(found), "$foreground-muted")
        of = f" ({scope})" if scope else ""
        if found.ready:
            yes = (f"Yes: nothing is outstanding{of}.", "$text-success")
            return Content.assemble((question, "bold"), " ", yes, note, told)
        count = len(self._here(found))
        phase = self.fedcheck.board.project.process.phase(self.phase)
        if phase:
            is_all = len(self._here(found)) == len(found.missing)
            every = "" if is_all else f", of {len(found.missing)} for {one_line(milestone.title)}"
            of = f" in {one_line(phase.title)}{every}{of}"
        no = (f"No: {count} outstanding{of}.", "$text-warning")
        return Content.assemble((question, "bold"), " ", no, note, told)

    def _remarks(self, found: Gate) -> str:
        """Return the remarks, which do not count, with how to resolve them."""
        remarks = [one for one in found.remarks if self.phase in ("", one.phase)]
        lines = [f"Remark: {one.title}: {one.why}." for one in remarks if one.kind == GRACE]
        if len(lines) > MAX_GRACES:
            more = len(lines) - MAX_GRACES
            lines[MAX_GRACES:] = [f"and {more} more: fedcheck gate {found.milestone.id}"]
        files = sum(one.kind == EvidenceState.UNVERIFIED for one in remarks)
        if files:
            count = pluralize(files, "item has evidence", "items have evidence")
            verifies = self.fedcheck.hint("app.evidence", "to verify it", "; ")
            lines.append(f"Remark: {count} {UNVERIFIED_WORDS}{verifies}.")
        return "".join(f"\n{line}" for line in lines)

    def _here(self, found: Gate) -> list[Outstanding]:
        """Return what is missing in the phase that is asked about, or in all."""
        return [m for m in found.missing if not self.phase or m.phase == self.phase]

    def _missing(self, found: Gate) -> list[Door]:
        """Return the lines: who must act, and under each since when, what and why."""
        board = self.fedcheck.board
        wide = self.size.width >= ROOMY
        since = SINCE if wide else 11
        room = max(self.size.width - 9 - since, 30)
        names = min(room * 7 // 10, 62)
        reasons = room - names - 2
        head = f"  {'owed since' if wide else 'since':<{since}}{'outstanding':<{names + 2}}why"
        doors: list[Door] = []
        for debt in group_by_owner(board.project, self._here(found)):
            who = (one_line(debt.who), "bold")
            count = (f"  {len(debt.missing)}", "$foreground-muted")
            doors.append(Door(Content.assemble(who, count)))
            for missing in debt.missing:
                title = one_line(title_of(board, missing), names)
                why = one_line(_LIST.sub("", reason_of(board, missing)), reasons)
                owed = since_text(missing, board.today, wide)
                line = Content.assemble(
                    (f"  {owed:<{since}}", "$foreground-muted"),
                    title + " " * (names - count_cells(title) + 2),
                    (why, "$foreground-muted"),
                )
                item = missing.ref in board.rows
                doors.append(Door(line, f"item:{missing.ref}" if item else _in_a_ledger(missing)))
        return [Door(Content.styled(head, "$foreground-muted")), *doors] if doors else []

    def _days(self) -> Mapping[str, date]:
        """Return since when items have their status; the history is read once for each state."""
        session = self.fedcheck.session
        project = session.project
        if self._known is None or self._known[0] is not project:
            zone = find_zone(project.config.timezone)
            asks = needs_history(project)
            days = (
                find_status_dates(project, session.store.history_on(STATUS_FIELDS), zone)
                if asks
                else {}
            )
            self._known = (project, days)
        return self._known[1]

    @on(Doors.Opened)
    def _open(self, event: Doors.Opened) -> None:
        """Show what is missing; from there one comes back here."""
        kind, _, ref = event.target.partition(":")
        if kind == "item":
            self.fedcheck.open_screen("checklist", ref=ref)
        else:
            self.fedcheck.open_screen(kind, ref=event.target)

    def action_gate_date(self) -> None:
        """Set the date of the milestone, showing what was typed comes to."""
        self.fedcheck.start(self._ask_date())

    async def _ask_date(self) -> None:
        session, name, board = self.fedcheck.session, self.milestone, self.fedcheck.board
        own = (session.project.config.milestones or {}).get(name)

        def preview(text: str) -> str:
            day = read_day(self.fedcheck, text)
            told = describe_typed(self.fedcheck, text) or "set by the process"
            moved = describe_impact(measure_impact(board, reschedule_milestone(board, name, day)))
            return f"{told}; {moved}" if moved else told

        milestone = session.project.process.milestone(name)
        title = f"Date: {one_line(milestone.title if milestone else name, 50)}"
        hint = "2027-02-01, Dec 15, +12w; empty: set by the process"
        value = own.isoformat() if own else ""
        text = await self.fedcheck.ask(TextPrompt(title, value, hint=hint, preview=preview))
        if text is not None:
            day = read_day(self.fedcheck, text)
            edit = MilestoneEdit(day)
            self.fedcheck.change(lambda: session.apply([f"{MILESTONES}:{name}"], edit))

    def action_gate_close(self) -> None:
        """Go back."""
        self.dismiss(None)


def since_text(missing: Outstanding, today: date, wide: bool) -> str:
    """Return since when something is owed; a dash where nothing shows."""
    if missing.since is None:
        return "-"
    away = format_distance(missing.since, today)
    return f"{missing.since}  {away:>9}" if wide else f"{away:>9}"


def _in_a_ledger(missing: Outstanding) -> str:
    """Return the door to a request or a finding; none to what is neither."""
    book = {"request": "requests", "finding": "findings"}.get(missing.kind, "")
    return f"{book}:{split_ref(missing.ref)[1]}" if book else ""
