"""Dialogs whose typed text is never lost: esc asks, and a draft survives a crash."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from textual import on
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widgets import Input, Select, TextArea

from fedcheck.domain.text import pluralize
from fedcheck.session import Transaction
from fedcheck.storage.drafts import FOLDER, Draft, DraftStore
from fedcheck.storage.time_zones import find_zone
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt

R = TypeVar("R")
A = TypeVar("A")

KEEP_SECONDS = 1.0
"""How long after a key what was typed is kept as a draft."""

Texts = Mapping[str, str]


class OpenDraft:
    """The draft of one place, from the opening of its dialog until its text is saved.

    Args:
        app: the app.
        what: the field or the form: `note`, `finding`.
        refs: what it is about; none for something new.
    """

    def __init__(self, app: ProjectApp, what: str, refs: Sequence[str] = ()) -> None:
        self.app = app
        self.store = DraftStore(app.folders.state / FOLDER)
        self.place = (str(app.session.root.resolve()), what, *refs)

    def left(self) -> Draft | None:
        """Return what was left here unsaved."""
        return self.store.load(self.place)

    def keep(self, texts: Texts) -> None:
        """Keep what is typed."""
        self.store.keep(self.place, texts, self.app.clock())

    def forget(self) -> None:
        """Drop the draft."""
        self.store.forget(self.place)

    def saving(self, run: Callable[[], Transaction]) -> Callable[[], Transaction]:
        """Return what saves, and drops the draft once the text is on disk."""

        def save() -> Transaction:
            made = run()
            self.forget()
            return made

        return save

    def describe(self, draft: Draft) -> str:
        """Return when a draft was written and how long it is."""
        at = draft.at.astimezone(find_zone(self.app.session.project.config.timezone))
        words = sum(len(text.split()) for text in draft.texts.values())
        return f"{_format_time(at, self.app.clock())}, {pluralize(words, 'word')}"


def _format_time(at: datetime, now: datetime) -> str:
    today = now.astimezone(at.tzinfo).date() == at.date()
    return f"{at:%H:%M} today" if today else f"{at:%Y-%m-%d %H:%M}"


async def ask_with_draft(
    app: ProjectApp, draft: OpenDraft, stored: Texts, make: Callable[[Texts], Screen[A]]
) -> A | None:
    """Offer what was left unsaved, then ask; `stored` is what the fields hold without it."""
    left = draft.left()
    if left is None or all(stored.get(name, text) == text for name, text in left.texts.items()):
        first: A | None = await app.ask(make({}))
        return first
    choices = [
        Choice("go-on", "Continue with the draft", "g"),
        Choice("drop", "Discard the draft and start from the saved text", "d"),
    ]
    title = f"There is an unsaved draft: {draft.describe(left)}"
    answer = await app.ask(ChoicePrompt(title, choices, "go-on"))
    if answer is None:
        return None
    if answer == "drop":
        draft.forget()
    given: A | None = await app.ask(make(left.texts if answer == "go-on" else {}))
    return given


LEAVE = (
    Choice("stay", "Keep writing", "g"),
    Choice("save", "Save it", "s"),
    Choice("keep", "Close; the draft is kept for next time", "l"),
    Choice("drop", "Close and discard what you typed", "d"),
)


class DraftScreen(ModalScreen[R], Generic[R]):
    """A dialog that asks before what was typed is dropped, and keeps it as a draft meanwhile."""

    draft: OpenDraft | None = None
    _keeping: Timer | None = None

    def typed(self) -> dict[str, str]:
        """Return what the fields hold now, by their names."""
        raise NotImplementedError

    def in_store(self) -> Texts:
        """Return what the fields hold without anything typed."""
        raise NotImplementedError

    def action_save(self) -> None:
        """Save what was typed."""
        raise NotImplementedError

    @property
    def is_changed(self) -> bool:
        """Return whether something was typed that is saved nowhere."""
        return self.typed() != dict(self.in_store())

    @on(Input.Changed)
    @on(Select.Changed)
    @on(TextArea.Changed)
    def _keep_soon(self) -> None:
        if self.draft is not None and self._keeping is None:
            self._keeping = self.set_timer(KEEP_SECONDS, self.keep_draft)

    def keep_draft(self) -> None:
        """Keep what is typed as a draft; without anything typed there is none."""
        if self._keeping is not None:
            self._keeping.stop()
            self._keeping = None
        if self.draft is None:
            return
        if self.is_changed:
            self.draft.keep(self.typed())
        else:
            self.draft.forget()

    def leave(self) -> None:
        """Leave without an answer; ask first where something was typed."""
        if not self.is_current:
            return
        if not self.is_changed:
            self.keep_draft()
            self.dismiss(None)
            return
        choices = [one for one in LEAVE if self.draft is not None or one.value != "keep"]
        title = "What you typed is not saved"
        self.app.push_screen(ChoicePrompt(title, choices, "stay"), self._left)

    def _left(self, answer: str | None) -> None:
        if not self.is_current or answer in (None, "stay"):
            return
        if answer == "save":
            self.action_save()
            return
        if answer == "keep":
            self.keep_draft()
        elif self.draft is not None:
            self.draft.forget()
            self.draft = None
        self.dismiss(None)
