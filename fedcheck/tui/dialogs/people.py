"""Ask for a person, and make sure of a name that nobody has used here: it may be misspelled."""

from collections.abc import Iterable, Sequence

from fedcheck.domain.reference import find_nearest
from fedcheck.domain.text import make_storable, one_line
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, TextPrompt

SHOWN = 8
"""How many known names a hint lists."""


def list_known(app: ProjectApp) -> list[str]:
    """Return the names that were used here: people, roles, whoever asks, answers or remediates."""
    project = app.session.project
    asked = (name for one in project.requests for name in (one.by, one.to))
    owners = (one.owner for one in project.findings)
    names = [*project.people(), *project.process.roles, *asked, *owners]
    return [name for name in dict.fromkeys(names) if name]


async def ask_person(
    app: ProjectApp, title: str, now: str, offered: Sequence[str], example: str = "alice"
) -> str | None:
    """Ask for a name; None where the dialog was left, empty for nobody.

    Args:
        app: the app.
        title: what the person is asked for.
        now: who it is so far.
        offered: the names that are completed.
        example: what a short name looks like, where none is known.
    """
    hint = f"known: {', '.join(offered[:SHOWN])}" if offered else f"a short name, such as {example}"
    while True:
        text = await app.ask(TextPrompt(title, now, hint=hint, known=offered))
        if text is None:
            return None
        name = " ".join(make_storable(text).split())
        settled = await settle_name(app, name)
        if settled is not None:
            return settled
        now = name


async def settle_name(app: ProjectApp, name: str) -> str | None:
    """Return a name as it is known here, or as a new one once that was confirmed; else None."""
    known = list_known(app)
    people = app.session.project.people()
    if not name or name in (*known, app.who) or not people:
        return name
    same = [one for one in known if one.casefold() == name.casefold()]
    if same:
        return same[0]
    near = find_nearest(name, known, 3)
    choices = [
        Choice("new", "Yes, add this person", "y"),
        *(Choice(f"as {one}", f"No, {one_line(one, 40)}", str(n)) for n, one in enumerate(near, 1)),
        Choice("again", "No, retype the name", "t"),
    ]
    title = f'"{one_line(name, 40)}" is not in this workspace. Add a new person?'
    answer = await app.ask(ChoicePrompt(title, choices, f"as {near[0]}" if near else "new"))
    if answer == "new":
        return name
    return answer.removeprefix("as ") if answer and answer.startswith("as ") else None


async def settle_names(
    app: ProjectApp, values: dict[str, str], fields: Iterable[str]
) -> dict[str, str] | None:
    """Return the values of a form with the names in it settled; None where one is to change."""
    settled = dict(values)
    for field in fields:
        if field in values:
            name = await settle_name(app, " ".join(make_storable(values[field]).split()))
            if name is None:
                return None
            settled[field] = name
    return settled
