"""Writing a note, and what to do where somebody else wrote it meanwhile."""

from collections.abc import Callable

from fedcheck.domain.text import clean, one_line
from fedcheck.session import Transaction
from fedcheck.storage.transaction import ConflictError, Guard, unless_changed
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, LongTextPrompt

Save = Callable[[str, Guard], Transaction]
"""Saves a text, unless the guard refuses."""

CHOICES = [
    Choice("both", "Keep both: theirs, and mine below it", "b"),
    Choice("mine", "Keep mine; theirs stays in the history", "m"),
    Choice("theirs", "Keep theirs, and forget mine", "t"),
    Choice("edit", "Go on writing, with theirs above", "e"),
]


def write_note(
    app: ProjectApp,
    title: str,
    seen: str,
    save: Save,
    draft: str = "",
    *,
    field: str = "note",
    even_same: bool = False,
) -> None:
    """Ask for a note and save it; another person's text is never written over unseen.

    Args:
        app: the app.
        title: what the note is about.
        seen: the note as the person sees it now.
        save: saves the text, with a guard against what changed meanwhile.
        draft: the text to begin with, where that is another one.
        field: what the text is called in a change, where it is no note.
        even_same: whether a text that was left as it was is saved too: it may say something.
    """

    def given(text: str | None) -> None:
        if text is not None and (even_same or text.rstrip() != clean(seen)):
            app.change(
                lambda: save(text, unless_changed(field, seen)),
                conflict=lambda error: _settle(app, title, text, error, save, field),
            )

    app.push_screen(LongTextPrompt(one_line(title, 70), draft or seen), given)


def _settle(
    app: ProjectApp, title: str, mine: str, error: ConflictError, save: Save, field: str
) -> None:
    """Ask what to do with two texts; until then mine stays here, and theirs on the disk."""
    theirs = error.now
    both = f"{theirs.rstrip()}\n\n{mine}" if theirs else mine

    def chosen(answer: str | None) -> None:
        if answer in ("both", "mine"):
            text = both if answer == "both" else mine
            app.change(
                lambda: save(text, unless_changed(field, theirs)),
                conflict=lambda later: _settle(app, title, mine, later, save, field),
            )
        elif answer != "theirs":
            write_note(app, title, theirs, save, both, field=field)

    app.push_screen(
        ChoicePrompt(f"This {field} was changed while you wrote", CHOICES, "both"), chosen
    )
