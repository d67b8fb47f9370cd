"""What the keys do to tests: observation, methods, sample, tester, inheritance, retest, review."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual import on

from fedcheck.domain.dates import distance, parse_date, typed_due
from fedcheck.domain.glossary import METHODS
from fedcheck.domain.item_rules import ItemEdit, TestEdit, repeat_test
from fedcheck.domain.row import Row
from fedcheck.tui import bulk_edit
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, TextPrompt, TogglesPrompt
from fedcheck.tui.screens.item_actions import EditingScreen, Entries
from fedcheck.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from fedcheck.session import Transaction
    from fedcheck.storage.transaction import Guard

INHERITED = (
    Choice("leveraged", "inherited from a leveraged service; asks for its name", "l"),
    Choice("shared", "shared with a leveraged service; asks for its name", "s"),
    Choice("customer", "the customer's responsibility", "c"),
    Choice("", "the provider's own", "n"),
)
RETEST = (
    Choice("passed", "passed: it is satisfied now", "p"),
    Choice("failed", "failed: still other than satisfied", "f"),
    Choice("", "no retest", "n"),
)
REVIEW = (
    Choice("agreed", "agreed", "a"),
    Choice("returned", "returned to the tester; say why in the note", "r"),
    Choice("", "not reviewed", "n"),
)


ON_TESTS = frozenset({"edit_result"})
ON_TASKS = frozenset({"edit_done", "edit_note", "edit_due"})
"""What the line of keys shows on a test only, and on a task only; all of it works on both."""


class FieldworkScreen(EditingScreen):
    """A screen on which tests can be recorded."""

    _kind = "task"

    def offers(self, action: str) -> bool:
        """Tell whether the line of keys shows an action for the item at hand."""
        return action not in (ON_TASKS if self._kind_at_hand() == "test" else ON_TESTS)

    def follow_kind(self) -> None:
        """Show the keys of a test on a test, and those of a task on a task."""
        kind = self._kind_at_hand()
        if kind != self._kind:
            self._kind = kind
            self.query_one(KeyLine).show_anew()

    def _kind_at_hand(self) -> str:
        row = self.row
        return row.item.kind if row is not None else "task"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Tell whether a key does something here: those of tests do nothing on a task."""
        row = self.row if action.startswith("test_") else None
        if row is not None and row.item.kind != "test":
            return False
        return super().check_action(action, parameters)

    def action_test_observation(self) -> None:
        """Write what was seen."""
        self._with_tests(lambda rows: self._write_text(rows, "observation", "What was seen"))

    def action_test_differential(self) -> None:
        """Write where the SSP differs."""
        self._with_tests(lambda e: self._write_text(e, "differential", "Where the SSP differs"))

    def action_test_again(self) -> None:
        """Record the same as of the last test."""
        self._with_tests(self._again)

    def action_test_methods(self) -> None:
        """Ask which methods were used."""
        self._with_tests(self._ask_methods)

    def action_test_sample(self) -> None:
        """Ask what was sampled."""
        self._with_tests(lambda e: self._ask_text(e, "Sample", "sample", "25 of 240 hosts"))

    def action_test_tester(self) -> None:
        """Ask who tested."""
        self._with_tests(self._ask_tester)

    def action_test_day(self) -> None:
        """Ask when it was tested."""
        self._with_tests(self._ask_day)

    def action_test_inherited(self) -> None:
        """Ask who else meets it."""
        self._with_tests(self._ask_inherited)

    def action_test_retest(self) -> None:
        """Ask how the retest went."""
        self._with_tests(lambda e: self._choose(e, "retest", "Retest", RETEST))

    def action_test_review(self) -> None:
        """Ask what the second assessor makes of it."""
        self._with_tests(lambda e: self._choose(e, "review", "Your review", REVIEW))

    @on(EditingScreen.Edited)
    def _note_last(self, event: EditingScreen.Edited) -> None:
        """Note the last test that got something, for "same as last"."""
        board = self.fedcheck.board
        for ref in event.refs:
            row = board.rows.get(ref)
            if row and (row.record.result or row.record.observation):
                self.fedcheck.last_test = ref

    def record(self, rows: Entries, **what: Any) -> None:
        """Save what was recorded of tests."""
        self.edit(rows, ItemEdit(testing=TestEdit(**what)))

    def _with_tests(self, act: Callable[[Entries], object]) -> None:
        rows = self.meant
        tasks = [row for row in rows if row.item.kind != "test"]
        if not rows:
            self.app.bell()
        elif tasks:
            alone = len(rows) == 1
            what = (
                "This is a task"
                if alone
                else f"Not all of them are tests: {bulk_edit.names(tasks)}"
            )
            self.fedcheck.tell(f"{what}; only a test is tested")
        else:
            act(rows)

    def _again(self, rows: Entries) -> None:
        app = self.fedcheck
        last = app.board.rows.get(app.last_test)
        if last is None:
            app.tell("No test was recorded yet since the app was opened", "record one first")
            return
        record = last.record
        wanted = [row for row in rows if row.ref != last.ref]
        if wanted:
            edit = ItemEdit(
                result=record.result or None,
                reason=record.reason or None,
                testing=repeat_test(record),
            )
            self.edit(wanted, edit)

    def _write_text(self, rows: Entries, field: str, title: str) -> None:
        session = self.fedcheck.session
        refs = [row.ref for row in rows]

        def read(row: Row) -> str:
            return str(getattr(row.record, field))

        def save(text: str, guard: "Guard") -> "Transaction":
            wanted: dict[str, Any] = {field: text}
            edit = ItemEdit(testing=TestEdit(**wanted))
            return self._noted(refs, session.apply(refs, edit, guard=guard))

        self._write(title, rows, read, save, field)

    def _ask_text(self, rows: Entries, title: str, field: str, hint: str) -> None:
        def given(text: str | None) -> None:
            if text is not None:
                self.record(rows, **{field: text})

        now = bulk_edit.shared(rows, lambda row: str(getattr(row.record, field)))
        self.app.push_screen(TextPrompt(_about(title, rows), now, hint=hint), given)

    def _ask_methods(self, rows: Entries) -> None:
        asked = {method for row in rows for method in row.item.methods}
        choices = [Choice(m, f"{m}{', asked for' if m in asked else ''}", m[0]) for m in METHODS]

        def given(text: str | None) -> None:
            if text is not None:
                self.record(rows, methods=tuple(text.split()))

        now = bulk_edit.shared(rows, lambda row: " ".join(row.record.methods))
        title = _about("Methods that were used", rows)
        self.app.push_screen(TogglesPrompt(title, choices, now.split() or asked), given)

    def _ask_tester(self, rows: Entries) -> None:
        people = self.fedcheck.session.project.people()

        def given(text: str | None) -> None:
            if text is not None:
                self.record(rows, tester=text)

        now = bulk_edit.shared(rows, lambda row: row.record.tester)
        hint = "known: " + ", ".join(people[:8]) if people else "a short name, such as dana"
        prompt = TextPrompt(_about("Tester", rows), now, hint=hint, known=people)
        self.app.push_screen(prompt, given)

    def _ask_day(self, rows: Entries) -> None:
        today = self.fedcheck.board.today

        def preview(text: str) -> str:
            day = parse_date(typed_due(text, today))
            if day > today:
                raise ValueError("a test cannot have taken place in the future")
            return f"{day:%a} {day.isoformat()}, {distance(day, today)}"

        def given(text: str | None) -> None:
            if text is not None:
                self.record(rows, tested=parse_date(typed_due(text, today)))

        now = bulk_edit.shared(
            rows, lambda e: e.record.tested.isoformat() if e.record.tested else ""
        )
        hint = "2027-01-11, today, -2d"
        title = _about("Day of the test", rows)
        prompt = TextPrompt(title, now or today.isoformat(), hint=hint, preview=preview)
        self.app.push_screen(prompt, given)

    def _ask_inherited(self, rows: Entries) -> None:
        records = self.fedcheck.session.project.records.values()
        services = {one.inherited_from for listed in records for one in listed.values()}
        known = sorted(services - {""})

        def named(kind: str) -> Callable[[str | None], None]:
            def given(name: str | None) -> None:
                if name is not None:
                    self.record(rows, inherited=kind, inherited_from=name)

            return given

        def preview(text: str) -> str:
            if not text.strip():
                raise ValueError("the name of the service is needed: the report tells it")
            return ""

        def chosen(kind: str | None) -> None:
            if kind in ("leveraged", "shared"):
                now = bulk_edit.shared(rows, lambda row: row.record.inherited_from)
                hint = "known: " + ", ".join(known[:6]) if known else "name of the service"
                title = _about("From which service", rows)
                prompt = TextPrompt(title, now, hint=hint, known=known, preview=preview)
                self.app.push_screen(prompt, named(kind))
            elif kind is not None:
                self.record(rows, inherited=kind)

        now = bulk_edit.shared(rows, lambda row: row.record.inherited)
        self.app.push_screen(ChoicePrompt(bulk_edit.title_of(rows), INHERITED, now), chosen)

    def _choose(self, rows: Entries, field: str, title: str, choices: tuple[Choice, ...]) -> None:
        def chosen(value: str | None) -> None:
            if value is not None:
                self.record(rows, **{field: value})

        now = bulk_edit.shared(rows, lambda row: str(getattr(row.record, field)))
        self.app.push_screen(ChoicePrompt(_about(title, rows), choices, now), chosen)


def _about(title: str, rows: Entries) -> str:
    return f"{title}: {bulk_edit.title_of(rows, 50)}"
