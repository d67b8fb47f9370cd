"""The details of a finding that the official tables require, each set by itself.

A list shows them all with what they hold; one is chosen, asked for, saved, and the list is back.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, get_type_hints

from fedcheck.domain.field import Kind
from fedcheck.domain.field_values import history_form, printed
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.finding import Finding, compute_exposure
from fedcheck.domain.finding_rules import DETAILS, FindingEdit, apply_finding_edit
from fedcheck.domain.text import clean, one_line
from fedcheck.errors import RuleError
from fedcheck.tui.dialogs.drafts import OpenDraft, Texts, ask_with_draft
from fedcheck.tui.dialogs.long_text import NAME, LongTextPrompt
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, TextPrompt
from fedcheck.tui.dialogs.typed_days import describe_typed, read_day
from fedcheck.tui.screens.issue_actions import IssueActions

WIDE, ROOM = 26, 30
"""How many cells the names of details have, and what they hold, in a dialog of 60."""

Details = Mapping[str, Any]
"""What to save: values by the names of fields."""

_HINTS = get_type_hints(Finding)
_ROWS = {row.name: row for row in FIELDS[Finding]}
_DOCS = {name: row.doc for name, row in _ROWS.items()}


def _shown(finding: Finding, name: str, cells: int) -> str:
    return printed(_ROWS[name], history_form(getattr(finding, name)), cells)


class FindingDetails:
    """Asks for details of a finding, one after the other, until it is left."""

    def __init__(self, issue_actions: IssueActions, finding: Finding) -> None:
        self.issue_actions = issue_actions
        self.app = issue_actions.app
        self.finding = finding

    async def ask(self) -> None:
        """Show the details and what they hold; ask for the one that is chosen, and save it."""
        name = await self.app.ask(self._menu(""))
        while name:
            details = await self._ask_for(name)
            if details is not None:
                self._save(name, details)
            name = await self.app.ask(self._menu(name))

    def _menu(self, at: str) -> ChoicePrompt:
        held = {name: _shown(self.finding, name, ROOM) or "-" for name in DETAILS}
        choices = [Choice(name, f"{DETAILS[name]:<{WIDE}}{held[name]}") for name in DETAILS]
        title = f"Details: {one_line(self.finding.title, 60)}"
        return ChoicePrompt(title, choices, at)

    async def _ask_for(self, name: str) -> Details | None:
        """Ask for a detail; return what to save, or nothing where the dialog was left."""
        if name == "corrected" and not self.finding.corrected:
            return await self._ask_corrected()
        if isinstance(_HINTS[name], type) and issubclass(_HINTS[name], StrEnum):
            return await self._ask_word(name)
        if _ROWS[name].kind in (Kind.TEXT, Kind.LINES):
            return await self._ask_lines(name)
        if _HINTS[name] == date | None:
            return await self._ask_day(name)
        text = await self.app.ask(
            TextPrompt(_DOCS[name], getattr(self.finding, name), hint="⏎ saves")
        )
        return None if text is None else {name: text}

    async def _ask_word(self, name: str) -> Details | None:
        values = [value.value for value in _HINTS[name] if value]
        choices = [Choice(value, self._meaning(name, value), value[0]) for value in values]
        if getattr(self.finding, name):
            choices.append(Choice("", "Not set", "x"))
        prompt = ChoicePrompt(_DOCS[name], choices, getattr(self.finding, name))
        value = await self.app.ask(prompt)
        return None if value is None else {name: value}

    def _meaning(self, name: str, value: str) -> str:
        """Return a value as text; of likelihood and impact with the risk that they give."""
        known = {"likelihood": self.finding.likelihood, "impact": self.finding.impact}
        risk = compute_exposure(**{**known, name: value}) if name in known else ""
        return value.capitalize() + (f": the risk is {risk}" if risk else "")

    async def _ask_lines(self, name: str) -> Details | None:
        held = getattr(self.finding, name)
        many = isinstance(held, tuple)
        title = f"{_DOCS[name]}, one per line" if many else _DOCS[name]
        text = await self._ask_text(name, title, "\n".join(held) if many else held)
        if text is None:
            return None
        return {name: text.splitlines() if many else text}

    async def _ask_text(self, name: str, title: str, held: str) -> str | None:
        draft = self._draft(name)

        def make(left: Texts) -> LongTextPrompt:
            return LongTextPrompt(title, held, left.get(NAME), draft)

        return await ask_with_draft(self.app, draft, {NAME: clean(held)}, make)

    def _draft(self, name: str) -> OpenDraft:
        return OpenDraft(self.app, name, [f"findings:{self.finding.id}"])

    async def _ask_day(self, name: str) -> Details | None:
        held = getattr(self.finding, name)
        hint = "2027-02-01, today, -3d, fri; empty: not set"
        now = held.isoformat() if held else ""
        prompt = TextPrompt(_DOCS[name], now, hint=hint, preview=self._preview)
        text = await self.app.ask(prompt)
        return None if text is None else {name: self._day(text)}

    async def _ask_corrected(self) -> Details | None:
        """Ask for all that a correction during testing requires, to be saved as one."""
        details: dict[str, Any] = {}
        for name in ("remedy", "verification"):
            if not getattr(self.finding, name):
                details[name] = await self._ask_text(name, _DOCS[name], "")
                if not details[name]:
                    return None
        hint = "2027-02-01, 2/1/2027, yesterday, -3d; this closes the finding"
        prompt = TextPrompt(_DOCS["corrected"], "today", hint=hint, preview=self._preview)
        text = await self.app.ask(prompt)
        return {**details, "corrected": self._day(text)} if text else None

    def _day(self, text: str) -> date | None:
        return read_day(self.app, text, "past")

    def _preview(self, text: str) -> str:
        return describe_typed(self.app, text, "past")

    def _save(self, at: str, details: Details) -> None:
        """Save details as one change, and know the finding as it will be."""
        edit, today = FindingEdit(details=details), self.app.session.today()
        try:
            self.finding = apply_finding_edit(self.finding, edit, today)
        except RuleError as error:
            self.app.tell(str(error), error.hint, "warning")
        else:
            words = f"{DETAILS[at].lower()}: {_shown(self.finding, at, 200) or 'not set'}"
            drafts = [self._draft(name) for name in details]
            self.issue_actions.save(self.finding, edit, words, drafts=drafts)
