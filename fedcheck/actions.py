"""Everything a person can do in the app, in one table.

Bindings, footer, help panel, palette and the page in `docs/` are made from it. No Textual here, so
that commands and documentation can read it too.
"""

from dataclasses import dataclass

PLACES: dict[str, str] = {
    "everywhere": "Everywhere",
    "home": "Home",
    "edit": "On an item",
    "list": "Checklist",
    "rows": "In a list of items",
    "item": "Item, opened",
    "evidence": "Evidence of an item",
    "report": "Report",
}
"""The places of the app, in the order of the documentation."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do.

    Attributes:
        id: stable name, `place.verb`; the method is `action_` with underscores.
        label: one or two words for the footer.
        help: one sentence for the help panel and the documentation.
        keys: the keys, the first one is shown.
        place: where it can be done.
        footer: whether the footer shows it.
    """

    id: str
    label: str
    help: str
    keys: tuple[str, ...]
    place: str
    footer: bool = False

    @property
    def method(self) -> str:
        """Return the name of the action as Textual calls it."""
        return self.id.replace(".", "_").replace("-", "_")


ACTIONS: tuple[Action, ...] = (
    Action("app.home", "home", "Go to the home screen.", ("1",), "everywhere"),
    Action("app.checklists", "checklists", "Go to the checklists.", ("2",), "everywhere"),
    Action("app.report", "report", "Preview the report, and export it.", ("r", "5"), "everywhere"),
    Action("app.goto", "go to", "Go to any item by its name.", ("ctrl+g",), "everywhere"),
    Action("app.undo", "undo", "Take your last change back.", ("u", "ctrl+z"), "everywhere"),
    Action(
        "app.redo", "redo", "Make the change again that was undone.", ("U", "ctrl+y"), "everywhere"
    ),
    Action("app.role", "role", "Look at it as another role.", ("R",), "everywhere"),
    Action(
        "app.workspace", "workspaces", "Open another workspace, or make one.", ("w",), "everywhere"
    ),
    Action(
        "app.help",
        "keys",
        "Show the keys of this place.",
        ("question_mark", "f1"),
        "everywhere",
        True,
    ),
    Action("app.quit", "quit", "Leave; everything is saved.", ("q", "ctrl+q"), "everywhere", True),
    Action("home.open", "open", "Open the list behind the number.", ("enter",), "home", True),
    Action("home.next-pane", "next pane", "Go to the next part of the screen.", ("tab",), "home"),
    Action("edit.done", "done", "Mark the item done, or take that back.", ("space",), "edit", True),
    Action("edit.status", "status", "Choose a status.", ("s",), "edit", True),
    Action("edit.result", "result", "Give a test its result.", ("t",), "edit"),
    Action(
        "edit.evidence", "evidence", "See, add, open and remove evidence.", ("e",), "edit", True
    ),
    Action("edit.note", "note", "Write the note.", ("n",), "edit", True),
    Action(
        "edit.private-note",
        "private note",
        "Write the note that stays under private/ and is in no report.",
        ("N",),
        "edit",
    ),
    Action("edit.owner", "owner", "Say who has it.", ("o",), "edit", True),
    Action("edit.due", "due", "Set a due date.", ("d",), "edit", True),
    Action(
        "edit.confirm",
        "reviewed",
        "Confirm that you have read what changed upstream.",
        ("c",),
        "edit",
    ),
    Action("list.filter", "filter", "Narrow the list as you type.", ("slash",), "list", True),
    Action("list.clear", "clear filter", "Leave the filter, or go back.", ("escape",), "list"),
    Action("rows.open", "open", "Open the item with its whole guidance.", ("enter",), "rows"),
    Action("list.phase", "phase", "Choose phase and role.", ("p",), "list"),
    Action("list.tree", "tree", "Show or hide the tree of phases.", ("T",), "list"),
    Action("rows.down", "down", "Go down.", ("down", "j"), "rows"),
    Action("rows.up", "up", "Go up.", ("up", "k"), "rows"),
    Action("rows.page-down", "page down", "Go a page down.", ("pagedown", "ctrl+d"), "rows"),
    Action("rows.page-up", "page up", "Go a page up.", ("pageup", "ctrl+u"), "rows"),
    Action("rows.first", "first", "Go to the first item.", ("home", "g"), "rows"),
    Action("rows.last", "last", "Go to the last item.", ("end", "G"), "rows"),
    Action("item.close", "back", "Go back to the list.", ("escape", "enter"), "item", True),
    Action("evidence.add", "add", "Add a file, a URL or a ticket.", ("a",), "evidence", True),
    Action(
        "evidence.open",
        "open",
        "Open it: a URL in the browser; else the path is copied.",
        ("o", "enter"),
        "evidence",
        True,
    ),
    Action(
        "evidence.remove",
        "remove",
        "Detach it; the file stays where it is.",
        ("x", "delete"),
        "evidence",
        True,
    ),
    Action("evidence.close", "back", "Go back to the list.", ("escape",), "evidence", True),
    Action("report.export", "export", "Write the report to its file.", ("e",), "report", True),
    Action(
        "report.milestone",
        "milestone",
        "Choose the milestone that it is for.",
        ("m",),
        "report",
        True,
    ),
    Action("report.copy", "copy", "Copy the Markdown to the clipboard.", ("c",), "report", True),
    Action(
        "report.source",
        "source",
        "Switch between rendered and plain Markdown.",
        ("s",),
        "report",
        True,
    ),
    Action("report.close", "back", "Go back.", ("escape",), "report", True),
)
"""The table of actions; ids are never renamed."""


def of_place(place: str) -> tuple[Action, ...]:
    """Return the actions of a place."""
    return tuple(action for action in ACTIONS if action.place == place)


KEY_NAMES: dict[str, str] = {
    "question_mark": "?",
    "slash": "/",
    "enter": "⏎",
    "escape": "esc",
    "space": "space",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "delete": "del",
    "down": "↓",
    "up": "↑",
}
"""How keys are written on screen, where not by their own name."""


def key_text(key: str) -> str:
    """Return how a key is written on screen."""
    return KEY_NAMES.get(key, key)
