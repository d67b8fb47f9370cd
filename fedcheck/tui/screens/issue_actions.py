"""Changes of requests and findings: ask what has to be asked, then hand it to the session."""

from collections.abc import Callable, Sequence
from datetime import date

from fedcheck.analysis.issues import Issue
from fedcheck.domain.edits import Withdrawal
from fedcheck.domain.evidence_edit import EvidenceEdit
from fedcheck.domain.finding import Finding, compute_remediation_due
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.request import Request
from fedcheck.domain.request_rules import RequestEdit
from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.session import Transaction
from fedcheck.storage.guards import ConflictError, Guard, allow_all
from fedcheck.tui import bulk_edit
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.drafts import OpenDraft
from fedcheck.tui.dialogs.goto import ask_item
from fedcheck.tui.dialogs.note import write_note
from fedcheck.tui.dialogs.people import ask_person
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, TextPrompt
from fedcheck.tui.dialogs.typed_days import describe_day, read_due

IssueEdit = RequestEdit | FindingEdit | EvidenceEdit | Withdrawal
"""What is done to a request or a finding.

A save that the disk refused half way is made again, so an edit made twice must be as made once.
"""


class IssueActions:
    """Asks for changes of the things in one book, and saves them."""

    def __init__(self, app: ProjectApp, book: str) -> None:
        self.app = app
        self.book = book

    def save(
        self,
        thing: Issue,
        edit: IssueEdit,
        what: str,
        guard: Guard = allow_all,
        conflict: Callable[[ConflictError], object] | None = None,
        drafts: Sequence[OpenDraft] = (),
    ) -> None:
        """Save a change off the UI thread, then drop drafts; `what` shows it in the toast."""
        job = self.job(thing, edit, what)

        def run() -> Transaction:
            made = job(guard)
            for draft in drafts:
                draft.forget()
            return made

        self.app.change(run, conflict=conflict)

    def job(self, thing: Issue, edit: IssueEdit, what: str) -> Callable[[Guard], Transaction]:
        """Return what saves a change."""
        session = self.app.session
        label = f'"{one_line(thing.title, 50)}" {what}'
        ref = f"{self.book}:{thing.id}"

        def run(guard: Guard) -> Transaction:
            made = session.apply([ref], edit, label, guard)
            return bulk_edit.with_retests(session.project, [(ref, edit)], made)

        return run

    def write(
        self,
        thing: Issue,
        field: str,
        title: str,
        edit_of: Callable[[str], IssueEdit],
        what: str,
        even_same: bool = False,
    ) -> None:
        """Ask for a long text; what another person wrote meanwhile is never written over."""

        def save(text: str, guard: Guard) -> Transaction:
            return self.job(thing, edit_of(text), what)(guard)

        heading = f"{title}: {thing.title}"
        write_note(
            self.app,
            heading,
            getattr(thing, field),
            save,
            refs=[f"{self.book}:{thing.id}"],
            field=field,
            even_same=even_same,
        )

    async def ask_name(
        self, thing: Issue, now: str, title: str, edit_of: Callable[[str], IssueEdit]
    ) -> None:
        """Ask for a person or a role; `now` is who it is so far."""
        project = self.app.session.project
        people = list(dict.fromkeys([*project.people(), *project.process.roles]))
        who = await ask_person(self.app, title, now, people)
        if who is not None:
            words = f"owner: {who}" if who else "has no owner"
            self.save(thing, edit_of(who), words)

    async def ask_to_withdraw(self, thing: Issue) -> None:
        """Ask why it is taken back; then it goes."""
        session, ref = self.app.session, f"{self.book}:{thing.id}"

        def preview(text: str) -> str:
            if not text.strip():
                raise ValueError("a reason is needed; the history keeps it")
            return ""

        title = f"Reason for withdrawing: {one_line(thing.title, 60)}"
        reason = await self.app.ask(TextPrompt(title, hint="⏎ saves", preview=preview))
        if reason:
            self.app.change(lambda: session.apply([ref], Withdrawal(reason)))

    async def ask_due(self, thing: Issue) -> None:
        """Ask for the day by which it is due, showing what it comes to while it is typed."""
        own = due_by_risk(thing)
        now = thing.due.isoformat() if thing.due else ""
        without = f"set by risk: {own.isoformat()}" if own else "no due date"
        hint = f"2027-02-01, +2w, fri, kick-off - 30d; empty: {without}"
        preview = due_preview(self.app, without)
        text = await self.app.ask(TextPrompt("Due", now, hint=hint, preview=preview))
        if text is not None:
            day = day_of(self.app, text) or own
            words = f"due {day.isoformat()}" if day else "has no due date"
            self.save(thing, due_edit(thing, day if text.strip() else None), words)

    async def ask_link(self, thing: Issue) -> None:
        """Ask which item to link; where some are, one of them can be taken off."""
        if not thing.items:
            await ask_item(self.app, lambda chosen: self._link(thing, chosen))
            return
        choices = [Choice("", "Link another item", "i")]
        choices += [
            Choice(ref, f"Unlink: {self._title(ref)}", str(number))
            for number, ref in enumerate(thing.items[:9], 1)
        ]

        ref = await self.app.ask(ChoicePrompt("Items", choices))
        if ref == "":
            await ask_item(self.app, lambda chosen: self._link(thing, chosen))
        elif ref:
            self.save(thing, link_edit(thing, unlink=ref), "no longer links the item")

    def _link(self, thing: Issue, ref: str) -> None:
        self.save(thing, link_edit(thing, link=ref), f"names {self._title(ref)}")

    async def go_to_item(self, thing: Issue) -> None:
        """Go to the item that is linked, or to one of them."""
        here = [ref for ref in thing.items if ref in self.app.board.rows]
        if not here:
            self.app.tell("No applicable item is linked", self.app.hint("ledger.item", "links one"))
        elif len(here) == 1:
            self.app.show_item(here[0])
        else:
            choices = [
                Choice(ref, self._title(ref), str(number)) for number, ref in enumerate(here[:9], 1)
            ]
            ref = await self.app.ask(ChoicePrompt("Go to", choices))
            if ref:
                self.app.show_item(ref)

    def _title(self, ref: str) -> str:
        item = self.app.session.project.item(ref)
        return one_line(item.title if item else ref, 60)


def link_edit(thing: Issue, link: str = "", unlink: str = "") -> IssueEdit:
    """Return the edit that links an item to a request or a finding, or takes one off."""
    kind = RequestEdit if isinstance(thing, Request) else FindingEdit
    return kind(link=(link,) if link else (), unlink=(unlink,) if unlink else ())


def due_edit(thing: Issue, day: date | None) -> IssueEdit:
    """Return the edit that sets a due date; without one it is by the risk, or there is none."""
    if isinstance(thing, Request):
        return RequestEdit(due=day, no_due=day is None)
    by_risk = day is None and thing.found is not None
    return FindingEdit(due=day, by_risk=by_risk, no_due=day is None and not by_risk)


def due_by_risk(thing: Issue) -> date | None:
    """Return the due date that follows from the risk of a finding; none for a request."""
    if isinstance(thing, Finding) and thing.found:
        return compute_remediation_due(thing.risk, thing.found)
    return None


def day_of(app: ProjectApp, text: str) -> date | None:
    """Return the day that a typed due date means; none for an empty one. Raises ValueError."""
    meant = read_due(app, text).due
    return app.board.calendar.day_of(meant) if meant else None


def due_preview(app: ProjectApp, without: str) -> Callable[[str], str]:
    """Return what states the day that a typed due date means."""

    def preview(text: str) -> str:
        day = day_of(app, text)
        if day is None:
            return without
        return describe_day(day, app.board.today, read_due(app, text).note)

    return preview


def items_of(app: ProjectApp, text: str, kept: Sequence[str]) -> tuple[str, ...]:
    """Return the references that typed ends of references mean. Raises ValueError.

    Those that was there (`kept`) may stay, whether the checklists still have them or not.
    """
    found = []
    for word in text.replace(",", " ").split():
        if word in kept:
            found.append(word)
            continue
        try:
            found.append(app.session.resolve(word))
        except FedcheckError as error:
            raise ValueError(f"{error}; {error.hint}" if error.hint else str(error)) from None
    return tuple(dict.fromkeys(found))


def items_preview(app: ProjectApp, kept: Sequence[str]) -> Callable[[str], str]:
    """Return what states which items are meant."""

    def preview(text: str) -> str:
        titles: Sequence[str] = [
            item.title
            for ref in items_of(app, text, kept)
            if (item := app.session.project.item(ref))
        ]
        return "; ".join(one_line(title, 60) for title in titles) or "ids of items, or none"

    return preview
