"""Asking before a key replaces what other people recorded: whose, what, and which items then."""

from collections.abc import Sequence

from fedcheck.analysis import overwriting
from fedcheck.analysis.overwriting import Replaced
from fedcheck.domain.change import Change
from fedcheck.domain.edits import Edit
from fedcheck.domain.text import pluralize
from fedcheck.errors import FedcheckError
from fedcheck.storage.guards import Guard
from fedcheck.storage.time_zones import find_zone
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt

SHOWN = 4
"""How many lines the dialog has above its answers, which are in sight on 24 lines."""

REPLACE, EMPTY, CANCEL = "replace", "empty", "cancel"


def find_replaced(app: ProjectApp, changes: Sequence[Change]) -> list[Replaced]:
    """Return what changes replace that the person has to be asked about. Raises FedcheckError."""
    session = app.session
    zone = find_zone(session.project.config.timezone)
    read = session.history_with_imports
    return overwriting.list_replaced(session.project, changes, session.who, read, zone)


def would_replace(app: ProjectApp, refs: Sequence[str], edit: Edit) -> bool:
    """Return whether an edit replaces work that the person has to be asked about.

    Also true if the history cannot be read: `settle_edit` then shows the error.
    """
    try:
        return bool(find_replaced(app, _plan(app, refs, edit)))
    except FedcheckError:
        return True


async def settle_edit(
    app: ProjectApp, refs: Sequence[str], edit: Edit
) -> tuple[Sequence[str], Guard]:
    """Return the records that a person lets an edit change, and the guard to save it with.

    The person is asked if the edit replaces other people's work. No record is left if the person
    cancels, or if the history cannot be read; that error is shown.
    """
    planned = _plan(app, refs, edit)
    guard = overwriting.refuse_unseen(planned, app.session.who)
    try:
        replaced = find_replaced(app, planned)
    except FedcheckError as error:
        app.tell(str(error), error.hint, "error")
        return (), guard
    answer = await ask_replaced(app, replaced, len(refs)) if replaced else REPLACE
    if answer == EMPTY:
        return overwriting.list_left(refs, replaced), guard
    return (refs if answer == REPLACE else ()), guard


async def may_rewrite(app: ProjectApp, refs: Sequence[str], field: str, text: str) -> bool:
    """Return whether a text that several items share may be edited; ask if it is another person's.

    False if the history cannot be read; that error is shown.
    """
    try:
        replaced = find_replaced(app, [Change(ref, field, text or None, None) for ref in refs])
    except FedcheckError as error:
        app.tell(str(error), error.hint, "error")
        return False
    return not replaced or await ask_replaced(app, replaced, len(refs)) == REPLACE


def _plan(app: ProjectApp, refs: Sequence[str], edit: Edit) -> list[Change]:
    session = app.session
    return overwriting.plan_edit(session.project, refs, edit, session.today(), session.who)


async def ask_replaced(app: ProjectApp, replaced: Sequence[Replaced], total: int) -> str:
    """Ask whether work is replaced in some of several items; enter alone replaces nothing."""
    count = overwriting.count_items(replaced)
    every = "it" if count == total else f"it in {count}"
    choices = [Choice(REPLACE, f"Replace {every}; one undo restores it", "r")]
    if count < total:
        left = pluralize(total - count, "empty item")
        choices.append(Choice(EMPTY, f"Change only the {left}", "e"))
    choices.append(Choice(CANCEL, "Cancel: change nothing", "c"))
    title = f"Replace {overwriting.summarize(replaced, total)}?"
    prompt = ChoicePrompt(title, choices, choices[1].value, overwriting.describe(replaced, SHOWN))
    return await app.ask(prompt) or CANCEL
