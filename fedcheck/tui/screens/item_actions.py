"""What the keys do to items: ask what has to be asked, then hand the edit to the session."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

from fedcheck.analysis.activity import HistoryRow
from fedcheck.analysis.progress import by_phase_and_role
from fedcheck.domain.dates import distance, typed_due
from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.glossary import ADVISED, RESULT_SIGNS, STATUS_SIGNS, STATUS_WORDS
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.row import Row
from fedcheck.tui import bulk_edit
from fedcheck.tui.dialogs.issue_forms import UNSATISFIED, saved_then_offered
from fedcheck.tui.dialogs.note import write_note
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, TextPrompt
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.widgets.navigator import Place

if TYPE_CHECKING:
    from fedcheck.session import Transaction
    from fedcheck.storage.transaction import Guard
    from fedcheck.tui.app import FedcheckApp

Entries = Sequence[Row]

STATUS_KEYS = {str(name): sign.key for name, sign in STATUS_SIGNS.items() if sign.key}
RESULT_HINTS = {
    "other-than-satisfied": "; needs a finding",
    "not-applicable": "; asks for the reason",
}
RESULT_CHOICES = (
    *(
        Choice(str(name), sign.word + RESULT_HINTS.get(name, ""), sign.key)
        for name, sign in RESULT_SIGNS.items()
    ),
    Choice("clear", "no result yet", "c"),
)


class EditingScreen(PlaceScreen):
    """A screen on which items can be changed; says which one by `entry`, which ones by `meant`."""

    class Edited(Message):
        """A change of some items is on disk."""

        def __init__(self, refs: Sequence[str]) -> None:
            self.refs = refs
            super().__init__()

    class Recalled(Message):
        """The last lines of an item's history are known."""

        def __init__(self, ref: str, future: "Future[tuple[HistoryRow, ...]]") -> None:
            self.ref = ref
            self.future = future
            super().__init__()

    def recall(self, ref: str) -> None:
        """Read the last lines of an item's history off the UI thread; `Recalled` brings them."""
        app = self.fedcheck
        app.writer.submit(
            lambda: app.recall.last(app.session, ref),
            lambda future: self.post_message(self.Recalled(ref, future)),
        )

    @property
    def row(self) -> Row | None:
        """Return the item at which a person looks."""
        raise TypeError(f"{type(self).__name__} does not say which item is meant")

    @property
    def meant(self) -> Entries:
        """Return the items that the keys are about: the marked ones, or the one looked at."""
        return [self.row] if self.row else []

    def action_edit_done(self) -> None:
        """Mark the items done, or take that back."""
        self._with_meant(self.toggle_done)

    def action_edit_status(self) -> None:
        """Choose a status."""
        self._with_meant(self.ask_status)

    def action_edit_result(self) -> None:
        """Choose a test's result."""
        self._with_meant(self.ask_result)

    def action_edit_owner(self) -> None:
        """Ask for the owner."""
        self._with_meant(self.ask_owner)

    def action_edit_due(self) -> None:
        """Ask for the due date."""
        self._with_meant(self.ask_due)

    def action_edit_note(self) -> None:
        """Edit the note."""
        self._with_meant(self.ask_note)

    def action_edit_private_note(self) -> None:
        """Edit the note that stays inside."""
        self._with_meant(self.ask_private_note)

    def action_edit_confirm(self) -> None:
        """Confirm what changed upstream."""
        self._with_meant(self.confirm)

    def action_edit_evidence(self) -> None:
        """Show the evidence of an item; add a piece to several."""
        self._with_meant(self.show_evidence)

    def action_edit_history(self) -> None:
        """Show what was done to the item."""
        from fedcheck.tui.screens.history import HistoryScreen

        row = self.row
        if row is None:
            self.app.bell()
        else:
            self.app.push_screen(HistoryScreen(row.ref))

    def action_edit_needs(self) -> None:
        """Go to an item that this one needs, or that needs this one."""
        from fedcheck.tui.screens.item import ask_linked

        row = self.row
        if row is None:
            self.app.bell()
        else:
            ask_linked(self.fedcheck, row)

    def _with_meant(self, act: Callable[[Entries], object]) -> None:
        rows = self.meant
        if rows:
            act(rows)
        else:
            self.app.bell()

    def edit(self, rows: Entries, edit: ItemEdit) -> None:
        """Save an edit of items, as one action, off the UI thread."""
        session = self.fedcheck.session
        refs = [row.ref for row in rows]

        def job() -> "Transaction":
            bulk_edit.check(session.project, refs, edit, session.today())
            action = session.apply(refs, edit)
            return bulk_edit.with_needs(session.project, action)

        self.save(refs, job)

    def save(self, refs: Sequence[str], job: "Callable[[], Transaction]") -> None:
        """Save a change off the UI thread, and tell this screen when it is on disk."""

        def told() -> "Transaction":
            action = job()
            self.post_message(self.Edited(refs))
            return action

        self.fedcheck.change(told)

    def toggle_done(self, rows: Entries) -> None:
        """Mark items done, those of several that are open; or todo, if all of them are closed.

        What that means is judged when its turn comes to be saved, so that keys keep their order;
        and only once, or a save that is tried again could take back what the first try did.
        """
        session = self.fedcheck.session
        refs = [row.ref for row in rows]
        wanted = ""
        chosen: list[str] = []

        def job() -> "Transaction":
            nonlocal wanted, chosen
            if not wanted:
                chosen = [ref for ref in refs if not session.project.record(ref).closed] or refs
                wanted = "todo" if session.project.record(chosen[0]).closed else "done"
            action = session.apply(chosen, ItemEdit(status=wanted))
            return bulk_edit.with_needs(session.project, action)

        self.save(refs, job)

    def ask_status(self, rows: Entries) -> None:
        """Ask for a status, and for the reason where one is needed."""
        signs = self.fedcheck.signs
        choices = [
            Choice(status, f"{signs.status[status]} {_status_words(rows, status)}", key)
            for status, key in STATUS_KEYS.items()
        ]

        def chosen(status: str | None) -> None:
            if status in ("blocked", "na"):
                self._ask_reason(rows, status)
            elif status:
                self.edit(rows, ItemEdit(status=status))

        now = bulk_edit.shared(rows, lambda row: row.record.status)
        self.app.push_screen(ChoicePrompt(bulk_edit.title_of(rows), choices, now), chosen)

    def _ask_reason(self, rows: Entries, status: str, result: str | None = None) -> None:
        def preview(text: str) -> str:
            if status == "na" and not text.strip():
                raise ValueError("a reason is needed: it goes into the report")
            return ""

        def given(reason: str | None) -> None:
            if reason is not None:
                self.edit(rows, ItemEdit(status=status, result=result, reason=reason))

        asked = "Why does it not apply?" if status == "na" else "What holds it?"
        if len(rows) > 1:
            asked += f" ({len(rows)} items)"
        now = bulk_edit.shared(rows, lambda row: row.record.reason)
        prompt = TextPrompt(asked, now, hint="⏎ saves, esc cancels", preview=preview)
        self.app.push_screen(prompt, given)

    def ask_result(self, rows: Entries) -> None:
        """Ask for the result of tests."""
        tasks = [row for row in rows if row.item.kind != "test"]
        if tasks:
            alone = len(rows) == 1
            what = (
                "This is a task"
                if alone
                else f"Not all of them are tests: {bulk_edit.names(tasks)}"
            )
            hint = self.fedcheck.hint("edit.done", "marks it done")
            if not alone:
                hint = self.fedcheck.hint("list.mark", "takes the mark off a task")
            self.fedcheck.tell(f"{what}; only a test has a result", hint)
            return

        def chosen(result: str | None) -> None:
            if result == "not-applicable":
                self._ask_reason(rows, "na", result)
            elif result == "clear":
                self.edit(rows, ItemEdit(result=""))
            elif result == UNSATISFIED:
                refs = [row.ref for row in rows]
                self.save(refs, saved_then_offered(self.fedcheck, refs))
            elif result:
                self.edit(rows, ItemEdit(result=result))

        now = bulk_edit.shared(rows, lambda row: row.record.result)
        self.app.push_screen(ChoicePrompt(bulk_edit.title_of(rows), RESULT_CHOICES, now), chosen)

    def ask_owner(self, rows: Entries) -> None:
        """Ask who has them."""
        people = self.fedcheck.session.project.people()
        hint = "known: " + ", ".join(people[:8]) if people else "a short name, such as alice"
        now = bulk_edit.shared(rows, lambda row: row.record.owner)
        prompt = TextPrompt(_asked("Owner", rows), now, hint=hint, known=people)

        def given(owner: str | None) -> None:
            if owner is not None:
                self.edit(rows, ItemEdit(owner=owner))

        self.app.push_screen(prompt, given)

    def ask_due(self, rows: Entries) -> None:
        """Ask for the due date, showing what it comes to while it is typed."""
        board = self.fedcheck.board
        hint = "2027-02-01, +2w, fri, kick-off - 30d; empty: the checklist's own"

        def preview(text: str) -> str:
            meant = typed_due(text, board.today)
            if not meant and len(rows) > 1:
                return "each the checklist's own"
            if not meant:
                own = board.calendar.due(rows[0].item.due)
                return f"the checklist's own: {own}" if own else "no due date"
            day = board.calendar.day_of(meant)
            return f"{day:%a} {day.isoformat()}, {distance(day, board.today)}"

        def given(text: str | None) -> None:
            if text is not None:
                self.edit(rows, ItemEdit(due=typed_due(text, board.today)))

        now = bulk_edit.shared(rows, lambda row: row.record.due)
        prompt = TextPrompt(_asked("Due", rows), now, hint=hint, preview=preview)
        self.app.push_screen(prompt, given)

    def ask_note(self, rows: Entries) -> None:
        """Edit the note; that of several items only while none has a note of its own."""
        session = self.fedcheck.session
        refs = [row.ref for row in rows]

        def save(note: str, guard: "Guard") -> "Transaction":
            return self._noted(refs, session.apply(refs, ItemEdit(note=note), guard=guard))

        self._write("Note", rows, lambda row: row.record.note, save)

    def ask_private_note(self, rows: Entries) -> None:
        """Edit the note that never leaves the company."""
        session = self.fedcheck.session
        refs = [row.ref for row in rows]

        def save(note: str, guard: "Guard") -> "Transaction":
            return self._noted(refs, session.apply(refs, ItemEdit(private_note=note), guard=guard))

        def read(row: Row) -> str:
            return session.project.private_note(row.ref)

        self._write("Private note, in no report", rows, read, save)

    def _write(
        self,
        what: str,
        rows: Entries,
        read: Callable[[Row], str],
        save: "Callable[[str, Guard], Transaction]",
        field: str = "note",
    ) -> None:
        noted = [row for row in rows if read(row)]
        seen = bulk_edit.shared(rows, read)
        if noted and not seen:
            text = f"Some of them have one of their own already: {bulk_edit.names(noted)}"
            hint = self.fedcheck.hint("list.mark", "takes the mark off those, or ")
            self.fedcheck.tell(text, f"{hint}write one by one")
            return
        about = f"{what}: {bulk_edit.title_of(rows)}"
        write_note(self.fedcheck, about, seen, save, field=field)

    def _noted(self, refs: Sequence[str], action: "Transaction") -> "Transaction":
        self.post_message(self.Edited(refs))
        return action

    def confirm(self, rows: Entries) -> None:
        """Confirm that what changed upstream was read."""
        changed = [row for row in rows if row.changed]
        if changed:
            self.edit(changed, ItemEdit(confirm=True))
        else:
            what = "this item" if len(rows) == 1 else "these items"
            self.fedcheck.tell(f"Nothing changed upstream in {what}")

    def show_evidence(self, rows: Entries) -> None:
        """Show the evidence of an item; ask for one piece that proves several."""
        from fedcheck.tui.screens.evidence import EvidenceScreen

        if len(rows) == 1:
            self.app.push_screen(EvidenceScreen(rows[0].ref))
        else:
            self._ask_proof(rows)

    def on_paste(self, event: events.Paste) -> None:
        """Take files that were dropped onto the terminal as evidence of the items meant."""
        from fedcheck.tui.screens.evidence import dropped

        event.stop()
        links = dropped(self.fedcheck, event.text)
        if links:
            self._with_meant(lambda rows: self._ask_proof(rows, links))

    def _ask_proof(self, rows: Entries, links: Sequence[str] = ()) -> None:
        """Ask for evidence that proves items, as one action."""
        from fedcheck.tui.dialogs.evidence_form import EvidenceForm, Filled

        session = self.fedcheck.session
        refs = [row.ref for row in rows]

        def given(filled: Filled | None) -> None:
            if filled is not None:
                self.save(refs, lambda: session.apply(filled.refs, attach_evidence(*filled.proofs)))

        self.app.push_screen(EvidenceForm(refs=refs, links=links), given)


def _asked(what: str, rows: Entries) -> str:
    return what if len(rows) == 1 else f"{what} of {len(rows)} items"


def _status_words(rows: Entries, status: str) -> str:
    if status == "na":
        declined = " (or declined)" if any(e.item.level in ADVISED for e in rows) else ""
        return f"not applicable{declined}; asks for the reason"
    return f"{STATUS_WORDS[status]}{'; asks for the reason' if status == 'blocked' else ''}"


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
