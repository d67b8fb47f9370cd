"""The gate of a milestone: yes, or exactly what is missing; each line leads to its item."""

import re
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Footer, Static

from fedcheck.insight.gates import Gate, Missing, gate
from fedcheck.model.dates import distance, typed_day
from fedcheck.model.reference import split
from fedcheck.model.text import cells, one_line, plural
from fedcheck.tui.bindings import bindings
from fedcheck.tui.prompts import TextPrompt
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.widgets.doors import Door, Doors
from fedcheck.tui.widgets.top_line import TopLine

_LIST = re.compile(r"[a-z0-9][a-z0-9._-]*:(?=[a-z0-9])")
"""The list's part of a reference: there is little room, and the item's part says enough."""


class GateScreen(PlaceScreen):
    """What a gate lacks, grouped by who owes it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("gate")
    PLACES: ClassVar[tuple[str, ...]] = ("gate", "everywhere")

    def __init__(self, milestone: str, phase: str = "") -> None:
        super().__init__()
        self.milestone = milestone
        self.phase = phase

    def compose(self) -> ComposeResult:
        """Lay out headline and list."""
        yield TopLine()
        yield Static(id="gate-answer")
        yield Doors(id="gate-missing")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show the gate."""
        self.show()
        self.query_one(Doors).focus()

    def on_resize(self) -> None:
        """Use the new width."""
        self.call_after_refresh(self.show)

    def show(self) -> None:
        """Show the answer and what is missing."""
        board = self.fedcheck.board
        stone = board.project.process.milestone(self.milestone)
        if stone is None:
            return
        found = gate(board, stone)
        when = f"{found.date}  {distance(found.date, board.today)}" if found.date else "no date yet"
        self.query_one(TopLine).show(f"Gate › {stone.title}", "", when)
        self.query_one("#gate-answer", Static).update(self._answer(found))
        self.query_one(Doors).show(self._missing(found))

    def _answer(self, found: Gate) -> Content:
        stone = found.milestone
        question = one_line(stone.question or f"May we call: {stone.title}?")
        if not stone.closes:
            return Content("This milestone closes no phase, so it has no gate.")
        if found.ready:
            return Content.assemble(
                (question, "bold"), " ", ("Yes: nothing is missing.", "$text-success")
            )
        count = plural(len(self._here(found)), "thing is", "things are")
        return Content.assemble(
            (question, "bold"), " ", (f"Not yet: {count} missing.", "$text-warning")
        )

    def _here(self, found: Gate) -> list[Missing]:
        """Return what is missing in the phase that is asked about, or in all."""
        return [m for m in found.missing if not self.phase or m.phase == self.phase]

    def _missing(self, found: Gate) -> list[Door]:
        room = max(self.size.width - 9, 40)
        names = room * 3 // 5
        reasons = room - names
        grouped: dict[str, list[Door]] = {}
        for missing in self._here(found):
            entry = self.fedcheck.board.entries.get(missing.ref)
            title = one_line(entry.item.title if entry else missing.why, names)
            why = one_line(_LIST.sub("", missing.why), reasons) if entry else missing.kind
            line = Content.assemble(
                "  " + title + " " * (names - cells(title) + 2), (why, "$foreground-muted")
            )
            target = f"item:{missing.ref}" if entry else _in_a_ledger(missing)
            door = Door(line, target)
            role = f" ({missing.role})" if missing.role and missing.role != missing.owner else ""
            grouped.setdefault(f"{missing.owner or 'nobody named'}{role}", []).append(door)
        doors: list[Door] = []
        for owner, owed in grouped.items():
            head = Content.assemble(
                (one_line(owner), "bold"), (f"  {len(owed)}", "$foreground-muted")
            )
            doors += [Door(head), *owed]
        return doors

    @on(Doors.Opened)
    def _open(self, event: Doors.Opened) -> None:
        kind, _, ref = event.target.partition(":")
        if kind == "item":
            self.fedcheck.show_item(ref)
        else:
            self.fedcheck.show_ledger(kind, ref=event.target)

    def action_gate_date(self) -> None:
        """Set the date of the milestone, showing what was typed comes to."""
        session, name = self.fedcheck.session, self.milestone
        today = self.fedcheck.board.today
        own = (session.project.config.milestones or {}).get(name)

        def preview(text: str) -> str:
            day = typed_day(text, today)
            return f"{day:%a} {day}, {distance(day, today)}" if day else "follows from the process"

        def given(text: str | None) -> None:
            if text is not None:
                day = typed_day(text, today)
                self.fedcheck.change(lambda: session.schedule(name, day))

        stone = session.project.process.milestone(name)
        title = f"Date: {one_line(stone.title if stone else name, 50)}"
        hint = "2027-02-01, +12w, fri; empty: follows from the process"
        value = own.isoformat() if own else ""
        self.app.push_screen(TextPrompt(title, value, hint=hint, preview=preview), given)

    def action_gate_close(self) -> None:
        """Go back."""
        self.dismiss(None)


def _in_a_ledger(missing: Missing) -> str:
    """Return the door to a request or a finding; none to what is neither."""
    book = {"request": "requests", "finding": "findings"}.get(missing.kind, "")
    return f"{book}:{split(missing.ref)[1]}" if book else ""
