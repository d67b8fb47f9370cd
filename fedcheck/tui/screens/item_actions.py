"""What the keys do to items: ask what has to be asked, then hand the edit to the session."""

from collections.abc import Callable, Sequence
from typing import Any

from textual.message_pump import MessagePump

from fedcheck.analysis.board import Board
from fedcheck.analysis.issues import Issue, list_issues_of_item, state_of
from fedcheck.analysis.progress import count_by_phase_and_role
from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.glossary import ADVISED, RESULT_SIGNS, STATUS_SIGNS, STATUS_WORDS
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line
from fedcheck.session import Transaction
from fedcheck.storage.guards import Guard, allow_all
from fedcheck.tui import bulk_edit
from fedcheck.tui.app_protocol import HistoryRecalled, ItemsEdited, ProjectApp
from fedcheck.tui.checklist_view import Place
from fedcheck.tui.dialogs.finding_forms import UNSATISFIED, saved_then_offered
from fedcheck.tui.dialogs.note import write_note
from fedcheck.tui.dialogs.people import ask_person
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, TextPrompt
from fedcheck.tui.dialogs.replacing import may_rewrite, settle_edit, would_replace
from fedcheck.tui.dialogs.typed_days import describe_day, read_due
from fedcheck.tui.evidence_actions import ask_evidence
from fedcheck.tui.history_reader import read_last
from fedcheck.tui.signs import Signs
from fedcheck.tui.widgets.issue_columns import SIGNS

Rows = Sequence[Row]

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
MOST = 20
"""The most linked items offered."""


class ItemActions:
    """Asks for changes of items and saves them; the screen hears by `ItemsEdited` what is on disk.

    What asks a person is a coroutine, to be run by the app's `start`.
    """

    def __init__(self, app: ProjectApp, screen: MessagePump) -> None:
        self.app = app
        self.screen = screen

    def recall(self, ref: str) -> None:
        """Read the last lines of an item's history off the UI thread for `HistoryRecalled`."""
        app, screen = self.app, self.screen
        app.writer.submit(
            lambda: read_last(app.session, ref),
            lambda future: screen.post_message(HistoryRecalled(ref, future)),
        )

    def edit(self, rows: Rows, edit: ItemEdit, *, ask: bool = False) -> None:
        """Save an edit of items, as one transaction, off the UI thread.

        An edit of several items asks before it replaces other people's work; so does one of a
        single item with `ask`, for a key that does not show what is there.
        """
        self.app.start(self._edit(rows, edit, ask or len(rows) > 1))

    async def _edit(self, rows: Rows, edit: ItemEdit, ask: bool) -> None:
        refs: Sequence[str] = [row.ref for row in rows]
        guard: Guard = allow_all
        if ask:
            refs, guard = await settle_edit(self.app, refs, edit)
        if refs:
            self._save_edit(refs, edit, guard)

    def _save_edit(self, refs: Sequence[str], edit: ItemEdit, guard: Guard) -> None:
        session = self.app.session

        def job() -> Transaction:
            bulk_edit.check(session.project, refs, edit, session.today())
            transaction = session.apply(refs, edit, guard=guard)
            transaction = bulk_edit.with_needs(session.project, transaction)
            edits = [(ref, edit) for ref in refs]
            return bulk_edit.with_retests(session.project, edits, transaction)

        self.save(refs, job)

    def save(self, refs: Sequence[str], job: Callable[[], Transaction]) -> None:
        """Save a change off the UI thread, and show the screen when it is on disk."""

        def told() -> Transaction:
            return self.edited(refs, job())

        self.app.change(told)

    def edited(self, refs: Sequence[str], transaction: Transaction) -> Transaction:
        """Notify the screen that items were changed; return what did it."""
        self.screen.post_message(ItemsEdited(refs))
        return transaction

    def toggle_done(self, rows: Rows) -> None:
        """Mark items done, those of several that are open; or todo, if all of them are closed.

        What that means is judged when its turn comes to be saved, so that keys keep their order;
        and only once, or a save that is tried again could take back what the first try did.
        """
        session = self.app.session
        refs = [row.ref for row in rows]
        reopen = ItemEdit(status="todo")
        closed = all(session.project.record(ref).closed for ref in refs)
        if closed and would_replace(self.app, refs, reopen):  # takes other people's results away
            self.edit(rows, reopen, ask=True)
            return
        wanted = ""
        chosen: list[str] = []

        def job() -> Transaction:
            nonlocal wanted, chosen
            if not wanted:
                chosen = [ref for ref in refs if not session.project.record(ref).closed] or refs
                wanted = "todo" if session.project.record(chosen[0]).closed else "done"
            transaction = session.apply(chosen, ItemEdit(status=wanted))
            return bulk_edit.with_needs(session.project, transaction)

        self.save(refs, job)

    async def ask_status(self, rows: Rows) -> None:
        """Ask for a status, and for the reason where one is needed."""
        signs = self.app.signs
        choices = [
            Choice(status, f"{signs.status[status]} {_status_words(rows, status)}", key)
            for status, key in STATUS_KEYS.items()
        ]
        now = bulk_edit.shared(rows, lambda row: row.record.status)
        status = await self.app.ask(ChoicePrompt(bulk_edit.title_of(rows), choices, now))
        if status in ("blocked", "na"):
            await self._ask_reason(rows, status)
        elif status:
            self.edit(rows, ItemEdit(status=status))

    async def _ask_reason(self, rows: Rows, status: str, result: str | None = None) -> None:
        def preview(text: str) -> str:
            if not text.strip():
                raise ValueError("a reason is required; the report includes it")
            return ""

        asked = "Why is it not applicable?" if status == "na" else "Why is it blocked?"
        if len(rows) > 1:
            asked += f" ({len(rows)} items)"
        now = bulk_edit.shared(rows, lambda row: row.record.reason)
        prompt = TextPrompt(asked, now, hint="⏎ saves, esc cancels", preview=preview)
        reason = await self.app.ask(prompt)
        if reason is not None:
            self.edit(rows, ItemEdit(status=status, result=result, reason=reason))

    async def ask_result(self, rows: Rows) -> None:
        """Ask for the result of tests."""
        tasks = [row for row in rows if row.item.kind != "test"]
        if tasks:
            alone = len(rows) == 1
            hint = self.app.hint("edit.done", "marks it done")
            if not alone:
                hint = self.app.hint("list.mark", "reopens a task")
            self.app.tell(f"{not_all_tests(rows, tasks)}; only tests have results", hint)
            return
        now = bulk_edit.shared(rows, lambda row: row.record.result)
        prompt = ChoicePrompt(bulk_edit.title_of(rows), RESULT_CHOICES, now)
        result = await self.app.ask(prompt)
        if result == "not-applicable":
            await self._ask_reason(rows, "na", result)
        elif result == "clear":
            self.edit(rows, ItemEdit(result=""))
        elif result == UNSATISFIED:
            await self._fail(rows)
        elif result:
            self.edit(rows, ItemEdit(result=result))

    async def _fail(self, rows: Rows) -> None:
        """Save that tests are not satisfied; the findings that they need are offered then."""
        refs: Sequence[str] = [row.ref for row in rows]
        guard: Guard = allow_all
        if len(rows) > 1:
            refs, guard = await settle_edit(self.app, refs, ItemEdit(result=UNSATISFIED))
        if refs:
            self.save(refs, saved_then_offered(self.app, refs, guard))

    async def ask_owner(self, rows: Rows) -> None:
        """Ask who has them."""
        people = self.app.session.project.people()
        now = bulk_edit.shared(rows, lambda row: row.record.owner)
        owner = await ask_person(self.app, _asked("Owner", rows), now, people)
        if owner is not None:
            self.edit(rows, ItemEdit(owner=owner))

    async def ask_due(self, rows: Rows) -> None:
        """Ask for the due date, showing what it comes to while it is typed."""
        board = self.app.board
        hint = "2027-02-01, Dec 15, +2w, kick-off - 30d; empty: the checklist's date"

        def preview(text: str) -> str:
            read = read_due(self.app, text)
            typed = read.due
            if not typed and len(rows) > 1:
                return "each checklist's date"
            if not typed:
                own = board.calendar.due(rows[0].item.due)
                return f"the checklist's date: {own}" if own else "no due date"
            day = board.calendar.day_of(typed)
            return describe_day(day, board.today, read.note)

        now = bulk_edit.shared(rows, lambda row: row.record.due)
        text = await self.app.ask(TextPrompt(_asked("Due", rows), now, hint=hint, preview=preview))
        if text is not None:
            self.edit(rows, ItemEdit(due=read_due(self.app, text).due))

    def ask_note(self, rows: Rows) -> None:
        """Edit the note; that of several items only while none has a note of its own."""
        session = self.app.session
        refs = [row.ref for row in rows]

        def save(note: str, guard: Guard) -> Transaction:
            return self.edited(refs, session.apply(refs, ItemEdit(note=note), guard=guard))

        self.write("Note", rows, lambda row: row.record.note, save)

    def ask_private_note(self, rows: Rows) -> None:
        """Edit the note that never leaves the company."""
        session = self.app.session
        refs = [row.ref for row in rows]

        def save(note: str, guard: Guard) -> Transaction:
            return self.edited(refs, session.apply(refs, ItemEdit(private_note=note), guard=guard))

        def read(row: Row) -> str:
            return session.project.private_note(row.ref)

        self.write("Private note (in no report)", rows, read, save, place="private note")

    def write(
        self,
        what: str,
        rows: Rows,
        read: Callable[[Row], str],
        save: Callable[[str, Guard], Transaction],
        field: str = "note",
        place: str = "",
    ) -> None:
        """Ask for a long text of items, while none of several has one of its own."""
        noted = [row for row in rows if read(row)]
        seen = bulk_edit.shared(rows, read)
        if noted and not seen:
            text = f"Some already have a note: {bulk_edit.names(noted)}"
            hint = self.app.hint("list.mark", "deselects those, or ")
            self.app.tell(text, f"{hint}write them one by one")
            return
        about = f"{what}: {bulk_edit.title_of(rows)}"
        refs = [row.ref for row in rows]

        async def ask_and_write() -> None:
            if len(refs) < 2 or place or await may_rewrite(self.app, refs, field, seen):
                write_note(self.app, about, seen, save, refs=refs, field=field, place=place)

        self.app.start(ask_and_write())

    def confirm(self, rows: Rows) -> None:
        """Confirm that what changed upstream was read."""
        changed = [row for row in rows if row.changed]
        if changed:
            self.edit(changed, ItemEdit(confirm=True))
        else:
            what = "this item" if len(rows) == 1 else "these items"
            self.app.tell(f"Nothing changed upstream in {what}")

    async def ask_evidence(self, rows: Rows, links: Sequence[str] = ()) -> None:
        """Ask for evidence of items, as one transaction."""
        session = self.app.session
        refs = [row.ref for row in rows]
        asked = await ask_evidence(self.app, refs, links)
        if asked is not None:
            filled, draft = asked
            edit = attach_evidence(*filled.evidence_items)
            self.save(refs, draft.saving(lambda: session.apply(filled.refs, edit)))

    async def ask_linked(self, row: Row) -> None:
        """Open the item that is linked; where there are several, ask which one."""
        board, signs = self.app.board, self.app.signs
        needs = [board.rows[need] for need in row.item.needs if need in board.rows]
        found = [("needs", one) for one in needs]
        found += [("needed by", one) for one in _needing(board, row.ref)]
        project = board.project
        named = [
            *list_issues_of_item(project.findings, row.ref),
            *list_issues_of_item(project.requests, row.ref),
        ]
        if not found and not named:
            self.app.tell("This item has no dependencies", "no request or finding links to it")
            return
        choices = [
            Choice(
                one.ref,
                f"{word:<10} {signs.status[one.state]} {one_line(one.item.title, 38)}"
                f"  {STATUS_WORDS[one.state]}",
                str(number) if number < 10 else "",
            )
            for number, (word, one) in enumerate(found[:MOST], 1)
        ]
        choices += [_to_issue(thing, signs) for thing in named[:MOST]]
        ref: str | None = choices[0].value
        if len(choices) > 1:
            ref = await self.app.ask(ChoicePrompt("Go to a linked item", choices))
        book = ref.partition(":")[0] if ref else ""
        if book in ("requests", "findings"):
            self.app.show_issues(book, ref=ref or "")
        elif ref:
            self.app.open_screen("item", ref)


def not_all_tests(rows: Rows, tasks: Rows) -> str:
    """State that a task is no test: the one item that is meant, or some of several."""
    if len(rows) == 1:
        return "This is a task"
    return f"Not all of them are tests: {bulk_edit.names(tasks)}"


def _asked(what: str, rows: Rows) -> str:
    return what if len(rows) == 1 else f"{what} of {len(rows)} items"


def _status_words(rows: Rows, status: str) -> str:
    if status == "na":
        declined = " (or declined)" if any(e.item.level in ADVISED for e in rows) else ""
        return f"not applicable{declined}; asks for the reason"
    return f"{STATUS_WORDS[status]}{'; asks for the reason' if status == 'blocked' else ''}"


def _needing(board: Board, ref: str) -> list[Row]:
    return [row for row in board.rows.values() if ref in row.item.needs]


def _to_issue(thing: Issue, signs: Signs) -> Choice:
    """Return the way to a request or a finding that names an item."""
    book = "requests" if isinstance(thing, Request) else "findings"
    state = state_of(thing)
    text = f"{book[:-1]:<10} {signs.status[SIGNS[state][0]]} {one_line(thing.title, 38)}  {state}"
    return Choice(f"{book}:{thing.id}", text)


async def ask_place(app: ProjectApp, now: Place, go: Callable[[Place], Any]) -> None:
    """Ask for phase and role."""
    board = app.board
    places: dict[str, Place] = {}
    choices = []
    for (phase, role), count in count_by_phase_and_role(board).items():
        found = board.project.process.phase(phase)
        title = f"{found.title if found else phase} › {role.upper()}"
        value = f"{phase}/{role}"
        places[value] = Place(phase, role)
        choices.append(Choice(value, f"{title:<42} {count.text}"))
    chosen = await app.ask(ChoicePrompt("Go to", choices, f"{now.phase}/{now.role}"))
    if chosen:
        go(places[chosen])
