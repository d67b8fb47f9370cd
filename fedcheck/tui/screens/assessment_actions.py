"""What the key for the assessment does: verification, validation, summary, and the response."""

from collections.abc import Mapping

from fedcheck.domain.glossary import RESULT_SIGNS
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.row import Row
from fedcheck.session import Transaction
from fedcheck.storage.guards import Guard
from fedcheck.tui import bulk_edit
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt
from fedcheck.tui.screens.item_actions import ItemActions, Rows

PARTS = (
    Choice("verified", "verification: the implementation is as documented", "v"),
    Choice("validated", "validation: it has the intended effect", "e"),
    Choice("summary", "summary of the process and the findings", "s"),
    Choice("response", "the provider's response", "r"),
)

TEXTS: Mapping[str, str] = {
    "summary": "Assessment summary",
    "response": "The provider's response",
}

QUESTIONS: Mapping[str, str] = {"verified": "Verification", "validated": "Validation"}

RESULTS = (
    *(Choice(str(value), sign.word, sign.key) for value, sign in RESULT_SIGNS.items()),
    Choice("", "not assessed", "-"),
)


class AssessmentActions:
    """Asks what an assessor states about items, and saves it as changes of items."""

    def __init__(self, items: ItemActions) -> None:
        self.items = items
        self.app = items.app

    async def ask(self, rows: Rows) -> None:
        """Ask which part, then for it."""
        title = f"Assessment: {bulk_edit.title_of(rows, 50)}"
        part = await self.app.ask(ChoicePrompt(title, PARTS))
        if part is None:
            return
        if part in TEXTS:
            self._write(rows, part)
        else:
            now = bulk_edit.shared(rows, lambda row: str(getattr(row.record, part)))
            title = f"{QUESTIONS[part]}: {bulk_edit.title_of(rows, 50)}"
            value = await self.app.ask(ChoicePrompt(title, RESULTS, now))
            if value is not None:
                self.items.edit(rows, ItemEdit(more={part: value}))

    def _write(self, rows: Rows, field: str) -> None:
        session = self.app.session
        refs = [row.ref for row in rows]

        def read(row: Row) -> str:
            return str(getattr(row.record, field))

        def save(text: str, guard: Guard) -> Transaction:
            edit = ItemEdit(more={field: text})
            return self.items.edited(refs, session.apply(refs, edit, guard=guard))

        self.items.write(TEXTS[field], rows, read, save, field)
