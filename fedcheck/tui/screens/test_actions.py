"""What the keys do to tests: observation, methods, sample, tester, inheritance, retest, review."""

from typing import Any

from fedcheck.domain.glossary import METHODS
from fedcheck.domain.item_rules import ItemEdit, TestEdit, repeat_test
from fedcheck.domain.row import Row
from fedcheck.session import Transaction
from fedcheck.storage.guards import Guard
from fedcheck.tui import bulk_edit
from fedcheck.tui.dialogs.people import ask_person
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, TextPrompt, TogglesPrompt
from fedcheck.tui.dialogs.typed_days import describe_typed, read_day
from fedcheck.tui.screens.item_actions import ItemActions, Rows

INHERITED = (
    Choice("leveraged", "inherited from a leveraged service; asks for its name", "l"),
    Choice("shared", "shared with a leveraged service; asks for its name", "s"),
    Choice("customer", "the customer's responsibility", "c"),
    Choice("", "provider (not inherited)", "n"),
)
RETEST = (
    Choice("passed", "passed: now satisfied", "p"),
    Choice("failed", "failed: still other than satisfied", "f"),
    Choice("", "no retest", "n"),
)
REVIEW = (
    Choice("agreed", "agreed", "a"),
    Choice("returned", "returned to the tester; explain in the note", "r"),
    Choice("", "not reviewed", "n"),
)


class TestActions:
    """Asks what was recorded of tests, and saves it as changes of items."""

    __test__ = False  # pytest takes every class of this name for one of its own

    def __init__(self, items: ItemActions) -> None:
        self.items = items
        self.app = items.app

    def record(self, rows: Rows, **what: Any) -> None:
        """Save what was recorded of tests."""
        self.items.edit(rows, ItemEdit(testing=TestEdit(**what)))

    def record_again(self, rows: Rows) -> None:
        """Record the same as of the last test; ask before that replaces other people's work."""
        last = self.app.board.rows.get(self.app.last_test)
        if last is None:
            self.app.tell("No test recorded since the app was opened", "record one first")
            return
        record = last.record
        wanted = [row for row in rows if row.ref != last.ref]
        if wanted:
            edit = ItemEdit(
                result=record.result or None,
                reason=record.reason or None,
                testing=repeat_test(record),
            )
            self.items.edit(wanted, edit, ask=True)

    def write_text(self, rows: Rows, field: str, title: str) -> None:
        """Ask for a long text."""
        session = self.app.session
        refs = [row.ref for row in rows]

        def read(row: Row) -> str:
            return str(getattr(row.record, field))

        def save(text: str, guard: Guard) -> Transaction:
            wanted: dict[str, Any] = {field: text}
            edit = ItemEdit(testing=TestEdit(**wanted))
            return self.items.edited(refs, session.apply(refs, edit, guard=guard))

        self.items.write(title, rows, read, save, field)

    async def ask_text(self, rows: Rows, title: str, field: str, hint: str) -> None:
        """Ask for a short text."""
        now = bulk_edit.shared(rows, lambda row: str(getattr(row.record, field)))
        text = await self.app.ask(TextPrompt(_about(title, rows), now, hint=hint))
        if text is not None:
            self.record(rows, **{field: text})

    async def ask_methods(self, rows: Rows) -> None:
        """Ask which methods were used."""
        asked = {method for row in rows for method in row.item.methods}
        choices = [Choice(m, f"{m}{', required' if m in asked else ''}", m[0]) for m in METHODS]
        now = bulk_edit.shared(rows, lambda row: " ".join(row.record.methods))
        title = _about("Methods used", rows)
        text = await self.app.ask(TogglesPrompt(title, choices, now.split() or asked))
        if text is not None:
            self.record(rows, methods=tuple(text.split()))

    async def ask_tester(self, rows: Rows) -> None:
        """Ask who tested."""
        people = self.app.session.project.people()
        now = bulk_edit.shared(rows, lambda row: row.record.tester)
        text = await ask_person(self.app, _about("Tester", rows), now, people, "dana")
        if text is not None:
            self.record(rows, tester=text)

    async def ask_day(self, rows: Rows) -> None:
        """Ask when it was tested."""
        today = self.app.board.today

        def preview(text: str) -> str:
            day = read_day(self.app, text, "past")
            if day is None:
                raise ValueError("enter the test date")
            if day > today:
                raise ValueError("a test cannot have taken place in the future")
            return describe_typed(self.app, text, "past")

        now = bulk_edit.shared(
            rows, lambda e: e.record.tested.isoformat() if e.record.tested else ""
        )
        hint = "2027-01-11, 1/11/2027, yesterday, -2d"
        title = _about("Test date", rows)
        prompt = TextPrompt(title, now or today.isoformat(), hint=hint, preview=preview)
        text = await self.app.ask(prompt)
        if text is not None:
            self.record(rows, tested=read_day(self.app, text, "past"))

    async def ask_inherited(self, rows: Rows) -> None:
        """Ask who else meets it."""
        now = bulk_edit.shared(rows, lambda row: row.record.inherited)
        prompt = ChoicePrompt(bulk_edit.title_of(rows), INHERITED, now)
        kind = await self.app.ask(prompt)
        if kind in ("leveraged", "shared"):
            await self._ask_service(rows, kind)
        elif kind is not None:
            self.record(rows, inherited=kind)

    async def _ask_service(self, rows: Rows, kind: str) -> None:
        records = self.app.session.project.records.values()
        services = {one.inherited_from for listed in records for one in listed.values()}
        known = sorted(services - {""})

        def preview(text: str) -> str:
            if not text.strip():
                raise ValueError("the name of the service is required; the report includes it")
            return ""

        now = bulk_edit.shared(rows, lambda row: row.record.inherited_from)
        hint = "known: " + ", ".join(known[:6]) if known else "name of the service"
        title = _about("Inherited from", rows)
        name = await self.app.ask(TextPrompt(title, now, hint=hint, known=known, preview=preview))
        if name is not None:
            self.record(rows, inherited=kind, inherited_from=name)

    async def ask_retest(self, rows: Rows) -> None:
        """Ask how the retest went."""
        await self._choose(rows, "retest", "Retest", RETEST)

    async def ask_review(self, rows: Rows) -> None:
        """Ask what the second assessor makes of it."""
        await self._choose(rows, "review", "Your review", REVIEW)

    async def _choose(
        self, rows: Rows, field: str, title: str, choices: tuple[Choice, ...]
    ) -> None:
        now = bulk_edit.shared(rows, lambda row: str(getattr(row.record, field)))
        value = await self.app.ask(ChoicePrompt(_about(title, rows), choices, now))
        if value is not None:
            self.record(rows, **{field: value})


def _about(title: str, rows: Rows) -> str:
    return f"{title}: {bulk_edit.title_of(rows, 50)}"
