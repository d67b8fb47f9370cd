"""A screen on which items and tests can be changed: its keys, and which items they are about."""

from collections.abc import Callable
from functools import cached_property

from textual import events, on

from fedcheck.domain.row import Row
from fedcheck.tui.app_protocol import ItemsEdited
from fedcheck.tui.dialogs.terms import show_terms
from fedcheck.tui.evidence_actions import dropped_links
from fedcheck.tui.questions import Asking
from fedcheck.tui.screens.assessment_actions import AssessmentActions
from fedcheck.tui.screens.item_actions import ItemActions, Rows, not_all_tests
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.screens.test_actions import TestActions
from fedcheck.tui.widgets.key_line import KeyLine

ON_TESTS = frozenset({"edit_result"})
ON_TASKS = frozenset({"edit_done", "edit_note", "edit_due"})
"""What the line of keys shows on a test only, and on a task only; all of it works on both."""

AskAbout = Callable[[Rows], Asking]


class ItemKeysScreen(PlaceScreen):
    """A screen that states which item a person looks at, and which ones the keys are about."""

    _kind = "task"

    @property
    def row(self) -> Row | None:
        """Return the item at which a person looks."""
        raise TypeError(f"{type(self).__name__} must define which item is meant")

    @property
    def chosen_rows(self) -> Rows:
        """Return the items that the keys are about: the marked ones, or the one looked at."""
        return [self.row] if self.row else []

    @cached_property
    def item_actions(self) -> ItemActions:
        """Return what changes items."""
        return ItemActions(self.fedcheck, self)

    @cached_property
    def test_actions(self) -> TestActions:
        """Return what records tests."""
        return TestActions(self.item_actions)

    def offers(self, action: str) -> bool:
        """Return whether the line of keys shows an action for the item at hand."""
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
        """Return whether a key does something here: those of tests do nothing on a task."""
        row = self.row if action.startswith("test_") else None
        if row is not None and row.item.kind != "test":
            return False
        return super().check_action(action, parameters)

    @on(ItemsEdited)
    def _note_last_test(self, event: ItemsEdited) -> None:
        """Note the last test that got something, for "same as last"."""
        board = self.fedcheck.board
        for ref in event.refs:
            row = board.rows.get(ref)
            if row and (row.record.result or row.record.observation):
                self.fedcheck.last_test = ref

    def on_paste(self, event: events.Paste) -> None:
        """Take files that were dropped onto the terminal as evidence of the items meant."""
        event.stop()
        links = dropped_links(self.fedcheck, event.text)
        if links:
            self._ask(lambda rows: self.item_actions.ask_evidence(rows, links))

    def action_edit_done(self) -> None:
        """Mark the items done, or take that back."""
        self._do(self.item_actions.toggle_done)

    def action_edit_status(self) -> None:
        """Choose a status."""
        self._ask(self.item_actions.ask_status)

    def action_edit_result(self) -> None:
        """Choose a test's result."""
        self._ask(self.item_actions.ask_result)

    def action_edit_owner(self) -> None:
        """Ask for the owner."""
        self._ask(self.item_actions.ask_owner)

    def action_edit_due(self) -> None:
        """Ask for the due date."""
        self._ask(self.item_actions.ask_due)

    def action_edit_note(self) -> None:
        """Edit the note."""
        self._do(self.item_actions.ask_note)

    def action_edit_private_note(self) -> None:
        """Edit the note that stays inside."""
        self._do(self.item_actions.ask_private_note)

    def action_edit_confirm(self) -> None:
        """Confirm what changed upstream."""
        self._do(self.item_actions.confirm)

    def action_edit_evidence(self) -> None:
        """Show the evidence of an item; add a piece to several."""
        rows = self.chosen_rows
        if len(rows) == 1:
            self.fedcheck.open_screen("evidence", rows[0].ref)
        else:
            self._ask(self.item_actions.ask_evidence)

    def action_edit_assessment(self) -> None:
        """Ask what an assessor states about the items."""
        self._ask(AssessmentActions(self.item_actions).ask)

    def action_edit_history(self) -> None:
        """Show what was done to the item."""
        row = self.row
        if row is None:
            self.app.bell()
        else:
            self.fedcheck.open_screen("history", row.ref)

    def action_edit_needs(self) -> None:
        """Go to an item that this one needs, or that needs this one."""
        row = self.row
        if row is None:
            self.app.bell()
        else:
            self.fedcheck.start(self.item_actions.ask_linked(row))

    def action_edit_terms(self) -> None:
        """Explain the terms that the item uses."""
        row = self.row
        if row is None:
            self.app.bell()
        else:
            self.fedcheck.start(show_terms(self.fedcheck, row))

    def action_test_observation(self) -> None:
        """Write what was seen."""
        self._do_to_tests(
            lambda rows: self.test_actions.write_text(rows, "observation", "Observation")
        )

    def action_test_differential(self) -> None:
        """Write where the SSP differs."""
        self._do_to_tests(
            lambda rows: self.test_actions.write_text(rows, "differential", "SSP differences")
        )

    def action_test_again(self) -> None:
        """Record the same as of the last test."""
        self._do_to_tests(self.test_actions.record_again)

    def action_test_methods(self) -> None:
        """Ask which methods were used."""
        self._ask_of_tests(self.test_actions.ask_methods)

    def action_test_sample(self) -> None:
        """Ask what was sampled."""
        hint = "25 of 240 hosts"
        self._ask_of_tests(lambda rows: self.test_actions.ask_text(rows, "Sample", "sample", hint))

    def action_test_tester(self) -> None:
        """Ask who tested."""
        self._ask_of_tests(self.test_actions.ask_tester)

    def action_test_day(self) -> None:
        """Ask when it was tested."""
        self._ask_of_tests(self.test_actions.ask_day)

    def action_test_inherited(self) -> None:
        """Ask who else meets it."""
        self._ask_of_tests(self.test_actions.ask_inherited)

    def action_test_retest(self) -> None:
        """Ask how the retest went."""
        self._ask_of_tests(self.test_actions.ask_retest)

    def action_test_review(self) -> None:
        """Ask what the second assessor makes of it."""
        self._ask_of_tests(self.test_actions.ask_review)

    def _do(self, act: Callable[[Rows], object]) -> None:
        rows = self.chosen_rows
        if rows:
            act(rows)
        else:
            self.app.bell()

    def _ask(self, question: AskAbout) -> None:
        self._do(lambda rows: self.fedcheck.start(question(rows)))

    def _do_to_tests(self, act: Callable[[Rows], object]) -> None:
        rows = self.chosen_rows
        tasks = [row for row in rows if row.item.kind != "test"]
        if tasks:
            self.fedcheck.tell(f"{not_all_tests(rows, tasks)}; only tests are tested")
        else:
            self._do(act)

    def _ask_of_tests(self, question: AskAbout) -> None:
        self._do_to_tests(lambda rows: self.fedcheck.start(question(rows)))
