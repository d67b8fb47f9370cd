"""The details of a finding that the official tables ask for, each set by itself.

A list shows them all with what they hold; one is chosen, asked for, saved, and the list is back.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, get_type_hints

from fedcheck.domain.dates import format_distance, parse_typed_date
from fedcheck.domain.field import Kind
from fedcheck.domain.field_values import history_form, printed
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.finding import Finding, compute_exposure
from fedcheck.domain.finding_rules import DETAILS, FindingEdit, apply_finding_edit
from fedcheck.domain.text import one_line
from fedcheck.errors import RuleError
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, LongTextPrompt, TextPrompt
from fedcheck.tui.screens.issue_actions import IssueActions

WIDE, ROOM = 26, 30
"""How many cells the names of details have, and what they hold, in a dialog of 60."""

_HINTS = get_type_hints(Finding)
_ROWS = {row.name: row for row in FIELDS[Finding]}
_DOCS = {name: row.doc for name, row in _ROWS.items()}


def _shown(finding: Finding, name: str, cells: int) -> str:
    return printed(_ROWS[name], history_form(getattr(finding, name)), cells)


class Weakness:
    """Asks for details of a finding, one after the other, until it is left."""

    def __init__(self, issue_actions: IssueActions, finding: Finding) -> None:
        self.issue_actions = issue_actions
        self.app = issue_actions.app
        self.finding = finding

    def ask(self, at: str = "") -> None:
        """Show the details and what they hold; the chosen one is asked for."""
        held = {name: _shown(self.finding, name, ROOM) or "-" for name in DETAILS}
        choices = [Choice(name, f"{DETAILS[name]:<{WIDE}}{held[name]}") for name in DETAILS]

        def chosen(name: str | None) -> None:
            if name:
                self._ask_for(name)

        title = f"Details: {one_line(self.finding.title, 60)}"
        self.app.push_screen(ChoicePrompt(title, choices, at), chosen)

    def _ask_for(self, name: str) -> None:
        if name == "corrected" and not self.finding.corrected:
            self._ask_corrected({})
        elif isinstance(_HINTS[name], type) and issubclass(_HINTS[name], StrEnum):
            self._ask_word(name)
        elif _ROWS[name].kind in (Kind.TEXT, Kind.LINES):
            self._ask_lines(name)
        elif _HINTS[name] == date | None:
            self._ask_day(name)
        else:
            self._ask_line(name)

    def _ask_word(self, name: str) -> None:
        values = [value.value for value in _HINTS[name] if value]
        choices = [Choice(value, self._meaning(name, value), value[0]) for value in values]
        if getattr(self.finding, name):
            choices.append(Choice("", "Not said", "x"))
        prompt = ChoicePrompt(_DOCS[name], choices, getattr(self.finding, name))
        self.app.push_screen(prompt, lambda value: self._answered(name, value))

    def _meaning(self, name: str, value: str) -> str:
        """Return a value in words; of likelihood and impact with the risk that they give."""
        known = {"likelihood": self.finding.likelihood, "impact": self.finding.impact}
        risk = compute_exposure(**{**known, name: value}) if name in known else ""
        return value.capitalize() + (f": the risk is {risk}" if risk else "")

    def _ask_lines(self, name: str) -> None:
        held = getattr(self.finding, name)
        many = isinstance(held, tuple)
        title = f"{_DOCS[name]}, one a line" if many else _DOCS[name]

        def given(text: str | None) -> None:
            self._answered(name, text.splitlines() if many and text is not None else text)

        self.app.push_screen(LongTextPrompt(title, "\n".join(held) if many else held), given)

    def _ask_line(self, name: str) -> None:
        prompt = TextPrompt(_DOCS[name], getattr(self.finding, name), hint="⏎ saves")
        self.app.push_screen(prompt, lambda text: self._answered(name, text))

    def _ask_day(self, name: str) -> None:
        held = getattr(self.finding, name)
        hint = "2027-02-01, today, -3d, fri; empty: not said"
        now = held.isoformat() if held else ""

        def given(text: str | None) -> None:
            if text is None:
                self.ask(name)
            else:
                self._save(name, {name: self._day(text)})

        self.app.push_screen(TextPrompt(_DOCS[name], now, hint=hint, preview=self._preview), given)

    def _ask_corrected(self, known: Mapping[str, Any]) -> None:
        """Ask for all that a correction during testing is told with, then save it as one."""
        told = ("remedy", "verification")
        left = [one for one in told if not getattr(self.finding, one) and one not in known]

        def given(text: str | None) -> None:
            if not text:
                self.ask("corrected")
            elif left:
                self._ask_corrected({**known, left[0]: text})
            else:
                self._save("corrected", {**known, "corrected": self._day(text)})

        if left:
            self.app.push_screen(LongTextPrompt(_DOCS[left[0]]), given)
            return
        hint = "2027-02-01, today, -3d, fri; this closes the finding"
        prompt = TextPrompt(_DOCS["corrected"], "today", hint=hint, preview=self._preview)
        self.app.push_screen(prompt, given)

    def _day(self, text: str) -> date | None:
        return parse_typed_date(text, self.app.board.today)

    def _preview(self, text: str) -> str:
        day = self._day(text)
        if day is None:
            return ""
        return f"{day:%a} {day.isoformat()}, {format_distance(day, self.app.board.today)}"

    def _answered(self, name: str, value: Any) -> None:
        if value is None:
            self.ask(name)
        else:
            self._save(name, {name: value})

    def _save(self, at: str, details: Mapping[str, Any]) -> None:
        """Save details as one change, then show them all again as they will be."""
        edit, today = FindingEdit(details=details), self.app.session.today()
        try:
            self.finding = apply_finding_edit(self.finding, edit, today)
        except RuleError as error:
            self.app.tell(str(error), error.hint, "warning")
        else:
            words = f"{DETAILS[at].lower()}: {_shown(self.finding, at, 200) or 'not set'}"
            self.issue_actions.save(self.finding, edit, words)
        self.ask(at)
