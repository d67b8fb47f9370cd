"""What the keys do to an item: ask what has to be asked, then hand the edit to the session."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from fedcheck.insight.progress import by_phase_and_role
from fedcheck.model.checklist import ADVISED
from fedcheck.model.dates import distance, typed_due
from fedcheck.model.edit import Edit
from fedcheck.model.entry import Entry
from fedcheck.model.record import STATUS_WORDS
from fedcheck.model.text import one_line
from fedcheck.tui.note import write_note
from fedcheck.tui.prompts import Choice, ChoicePrompt, TextPrompt
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.widgets.navigator import Place

if TYPE_CHECKING:
    from fedcheck.session import Action
    from fedcheck.store.commit import Guard
    from fedcheck.tui.app import FedcheckApp

STATUS_KEYS = {"todo": "t", "doing": "d", "blocked": "b", "done": "x", "na": "n"}
RESULT_CHOICES = (
    Choice("satisfied", "satisfied", "s"),
    Choice("other-than-satisfied", "other than satisfied; needs a finding", "o"),
    Choice("not-applicable", "not applicable; asks for the reason", "n"),
    Choice("clear", "no result yet", "c"),
)


class EditingScreen(PlaceScreen):
    """A screen on which one item can be changed; says which by `entry`."""

    @property
    def entry(self) -> Entry | None:
        """Return the item that the keys are about."""
        raise TypeError(f"{type(self).__name__} does not say which item is meant")

    def action_edit_done(self) -> None:
        """Mark the item done, or take that back."""
        self._with_entry(self.toggle_done)

    def action_edit_status(self) -> None:
        """Choose a status."""
        self._with_entry(self.ask_status)

    def action_edit_result(self) -> None:
        """Choose a test's result."""
        self._with_entry(self.ask_result)

    def action_edit_owner(self) -> None:
        """Ask for the owner."""
        self._with_entry(self.ask_owner)

    def action_edit_due(self) -> None:
        """Ask for the due date."""
        self._with_entry(self.ask_due)

    def action_edit_note(self) -> None:
        """Edit the note."""
        self._with_entry(self.ask_note)

    def action_edit_private_note(self) -> None:
        """Edit the note that stays inside."""
        self._with_entry(self.ask_private_note)

    def action_edit_confirm(self) -> None:
        """Confirm what changed upstream."""
        self._with_entry(self.confirm)

    def action_edit_evidence(self) -> None:
        """Show the evidence."""
        from fedcheck.tui.screens.evidence import EvidenceScreen

        self._with_entry(lambda entry: self.app.push_screen(EvidenceScreen(entry.ref)))

    def _with_entry(self, act: Callable[[Entry], object]) -> None:
        entry = self.entry
        if entry is None:
            self.app.bell()
            return
        act(entry)

    def edit(self, ref: str, edit: Edit) -> None:
        """Save an edit off the UI thread."""
        session = self.fedcheck.session
        self.fedcheck.change(lambda: session.edit([ref], edit))

    def toggle_done(self, entry: Entry) -> None:
        """Mark an item done, or todo if it is.

        What that means is judged when its turn comes to be saved, so that keys keep their order;
        and only once, or a save that is tried again could take back what the first try did.
        """
        session = self.fedcheck.session
        wanted = ""

        def job() -> "Action":
            nonlocal wanted
            wanted = wanted or ("todo" if session.project.record(entry.ref).closed else "done")
            return session.edit([entry.ref], Edit(status=wanted))

        self.fedcheck.change(job)

    def ask_status(self, entry: Entry) -> None:
        """Ask for a status, and for the reason where one is needed."""
        signs = self.fedcheck.signs
        choices = [
            Choice(status, f"{signs.status[status]} {self._status_words(entry, status)}", key)
            for status, key in STATUS_KEYS.items()
        ]

        def chosen(status: str | None) -> None:
            if status in ("blocked", "na"):
                self._ask_reason(entry, status)
            elif status:
                self.edit(entry.ref, Edit(status=status))

        title = one_line(entry.item.title, 60)
        self.app.push_screen(ChoicePrompt(title, choices, entry.record.status), chosen)

    def _status_words(self, entry: Entry, status: str) -> str:
        if status == "na":
            declined = " (or declined)" if entry.item.level in ADVISED else ""
            return f"not applicable{declined}; asks for the reason"
        return f"{STATUS_WORDS[status]}{'; asks for the reason' if status == 'blocked' else ''}"

    def _ask_reason(self, entry: Entry, status: str, result: str | None = None) -> None:
        def preview(text: str) -> str:
            if status == "na" and not text.strip():
                raise ValueError("a reason is needed: it goes into the report")
            return ""

        def given(reason: str | None) -> None:
            if reason is not None:
                self.edit(entry.ref, Edit(status=status, result=result, reason=reason))

        asked = "Why does it not apply?" if status == "na" else "What holds it?"
        prompt = TextPrompt(
            asked, entry.record.reason, hint="⏎ saves, esc cancels", preview=preview
        )
        self.app.push_screen(prompt, given)

    def ask_result(self, entry: Entry) -> None:
        """Ask for the result of a test."""
        if entry.item.kind != "test":
            self.fedcheck.tell("This is a task: only a test has a result", "space marks it done")
            return

        def chosen(result: str | None) -> None:
            if result == "not-applicable":
                self._ask_reason(entry, "na", result)
            elif result == "clear":
                self.edit(entry.ref, Edit(result=""))
            elif result:
                self.edit(entry.ref, Edit(result=result))

        title = one_line(entry.item.title, 60)
        self.app.push_screen(ChoicePrompt(title, RESULT_CHOICES, entry.record.result), chosen)

    def ask_owner(self, entry: Entry) -> None:
        """Ask who has it."""
        people = self.fedcheck.session.project.people()
        hint = "known: " + ", ".join(people[:8]) if people else "a short name, such as alice"
        prompt = TextPrompt("Owner", entry.record.owner, hint=hint, known=people)

        def given(owner: str | None) -> None:
            if owner is not None:
                self.edit(entry.ref, Edit(owner=owner))

        self.app.push_screen(prompt, given)

    def ask_due(self, entry: Entry) -> None:
        """Ask for the due date, showing what it comes to while it is typed."""
        board = self.fedcheck.board
        hint = "2027-02-01, +2w, fri, kick-off - 30d; empty: the checklist's own"

        def preview(text: str) -> str:
            meant = typed_due(text, board.today)
            if not meant:
                own = board.calendar.due(entry.item.due)
                return f"the checklist's own: {own}" if own else "no due date"
            day = board.calendar.day_of(meant)
            return f"{day:%a} {day.isoformat()}, {distance(day, board.today)}"

        def given(text: str | None) -> None:
            if text is not None:
                self.edit(entry.ref, Edit(due=typed_due(text, board.today)))

        self.app.push_screen(TextPrompt("Due", entry.record.due, hint=hint, preview=preview), given)

    def ask_note(self, entry: Entry) -> None:
        """Edit the note."""
        session, ref = self.fedcheck.session, entry.ref

        def save(note: str, guard: "Guard") -> "Action":
            return session.edit([ref], Edit(note=note), guard=guard)

        write_note(self.fedcheck, f"Note: {entry.item.title}", entry.record.note, save)

    def ask_private_note(self, entry: Entry) -> None:
        """Edit the note that never leaves the company."""
        session, ref = self.fedcheck.session, entry.ref

        def save(note: str, guard: "Guard") -> "Action":
            return session.edit([ref], Edit(private_note=note), guard=guard)

        title = f"Private note, in no report: {entry.item.title}"
        write_note(self.fedcheck, title, session.project.private_note(ref), save)

    def confirm(self, entry: Entry) -> None:
        """Confirm that what changed upstream was read."""
        if not entry.changed:
            self.fedcheck.tell("Nothing changed upstream in this item")
            return
        self.edit(entry.ref, Edit(confirm=True))


def ask_place(app: "FedcheckApp", now: Place, go: Callable[[Place], None]) -> None:
    """Ask for phase and role."""
    board = app.board
    places: dict[str, Place] = {}
    choices = []
    for (phase, role), count in by_phase_and_role(board).items():
        found = board.project.process.phase(phase)
        title = f"{found.title if found else phase} › {role.upper()}"
        value = f"{phase}/{role}"
        places[value] = Place(phase, role)
        choices.append(Choice(value, f"{title:<42} {count.text}"))

    def chosen(value: str | None) -> None:
        if value:
            go(places[value])

    app.push_screen(ChoicePrompt("Go to", choices, f"{now.phase}/{now.role}"), chosen)
