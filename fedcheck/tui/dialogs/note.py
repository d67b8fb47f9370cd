"""Writing a note, and what to do where somebody else wrote it meanwhile."""

from collections.abc import Callable, Sequence

from fedcheck.domain.text import clean, one_line
from fedcheck.session import Transaction
from fedcheck.storage.guards import ConflictError, Guard, guard_unchanged
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.drafts import OpenDraft, Texts, ask_with_draft
from fedcheck.tui.dialogs.long_text import NAME, LongTextPrompt
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt

Save = Callable[[str, Guard], Transaction]
"""Saves a text, unless the guard refuses."""

CHOICES = [
    Choice("both", "Keep both: theirs, then mine", "b"),
    Choice("mine", "Keep mine; theirs stays in the history", "m"),
    Choice("theirs", "Keep theirs; discard mine", "t"),
    Choice("edit", "Keep writing, with theirs above", "e"),
]


def write_note(
    app: ProjectApp,
    title: str,
    seen: str,
    save: Save,
    *,
    refs: Sequence[str],
    field: str = "note",
    place: str = "",
    even_same: bool = False,
) -> None:
    """Ask for a note and save it; another person's text is never written over unseen.

    Args:
        app: the app.
        title: what the note is about.
        seen: the note as the person sees it now.
        save: saves the text, with a guard against what changed meanwhile.
        refs: what it is a note of; a draft is kept by it.
        place: what a draft is kept by next to that; the field, where nothing is stated.
        field: what the text is called in a change, where it is no note.
        even_same: whether a text that was left as it was is saved too: it may state something.
    """
    draft = OpenDraft(app, place or field, refs)
    app.start(_ask_note(app, title, seen, save, draft, field, even_same))


async def _ask_note(
    app: ProjectApp,
    title: str,
    seen: str,
    save: Save,
    draft: OpenDraft,
    field: str,
    even_same: bool = False,
) -> None:
    def make(left: Texts) -> LongTextPrompt:
        return LongTextPrompt(one_line(title, 70), seen, left.get(NAME), draft)

    text = await ask_with_draft(app, draft, {NAME: clean(seen)}, make)
    if text is not None and (even_same or text.rstrip() != clean(seen)):
        _save_unless_changed(app, title, text, seen, save, draft, field)
    elif text is not None:
        draft.forget()


def _save_unless_changed(
    app: ProjectApp,
    title: str,
    text: str,
    seen: str,
    save: Save,
    draft: OpenDraft,
    field: str,
    mine: str = "",
) -> None:
    """Save a text, and settle with the person who wrote another one meanwhile."""
    app.change(
        draft.saving(lambda: save(text, guard_unchanged(field, seen))),
        conflict=lambda error: app.start(
            _settle(app, title, mine or text, error, save, draft, field)
        ),
    )


async def _settle(
    app: ProjectApp,
    title: str,
    mine: str,
    error: ConflictError,
    save: Save,
    draft: OpenDraft,
    field: str,
) -> None:
    """Ask what to do with two texts; until then mine stays here, and theirs on the disk."""
    theirs = error.now
    both = f"{theirs.rstrip()}\n\n{mine}" if theirs else mine

    question = f"This {field} changed while you were writing"
    answer = await app.ask(ChoicePrompt(question, CHOICES, "both"))
    if answer in ("both", "mine"):
        text = both if answer == "both" else mine
        _save_unless_changed(app, title, text, theirs, save, draft, field, mine)
    elif answer == "theirs":
        draft.forget()
    else:
        prompt = LongTextPrompt(one_line(title, 70), theirs, both, draft)
        text = await app.ask(prompt) or ""
        if text and text.rstrip() != clean(theirs):
            _save_unless_changed(app, title, text, theirs, save, draft, field)
