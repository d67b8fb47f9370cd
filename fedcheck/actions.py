"""Everything a person can do in the app, in one table.

Bindings, footer, help panel, palette and the page in `docs/` are made from it. No Textual here, so
that commands and documentation can read it too.
"""

import string
import unicodedata
from dataclasses import dataclass

PLACES: dict[str, str] = {
    "everywhere": "Everywhere",
    "home": "Home",
    "edit": "On an item",
    "list": "Checklist",
    "rows": "In lists",
    "item": "Item, opened",
    "history": "History",
    "evidence": "Evidence of an item",
    "register": "All evidence",
    "gate": "Gate of a milestone",
    "requests": "Requests",
    "findings": "Findings",
    "ledger": "Requests and findings",
    "ledger-rows": "In their list",
    "ledger-page": "One of them, opened",
    "report": "Report",
}
"""The places of the app, in the order of the documentation."""

TOGETHER: tuple[tuple[str, ...], ...] = (
    ("rows", "list", "edit"),
    ("item", "edit"),
    ("rows", "history"),
    ("rows", "register"),
    ("requests", "ledger", "ledger-rows", "ledger-page"),
    ("findings", "ledger", "ledger-rows", "ledger-page"),
)
"""Places whose keys work at the same time; those of `everywhere` work with each."""


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
        vim: the keys that the vim preset adds.
        palette: whether the palette offers it.
    """

    id: str
    label: str
    help: str
    keys: tuple[str, ...]
    place: str
    footer: bool = False
    vim: tuple[str, ...] = ()
    palette: bool = True

    @property
    def method(self) -> str:
        """Return the name of the action as Textual calls it."""
        return self.id.replace(".", "_").replace("-", "_")


ACTIONS: tuple[Action, ...] = (
    Action("app.home", "home", "Go to the home screen.", ("1",), "everywhere"),
    Action("app.checklists", "checklists", "Go to the checklists.", ("2",), "everywhere"),
    Action("app.evidence", "evidence", "Go to all evidence.", ("3",), "everywhere"),
    Action(
        "app.ledgers",
        "questions",
        "Go to the questions, requests for evidence and findings.",
        ("4",),
        "everywhere",
    ),
    Action("app.history", "history", "Read who changed what, and when.", ("6",), "everywhere"),
    Action("app.report", "report", "Preview the report, and export it.", ("r", "5"), "everywhere"),
    Action("app.goto", "go to", "Go to any item by its name.", ("ctrl+g",), "everywhere"),
    Action("app.undo", "undo", "Take your last change back.", ("u", "ctrl+z"), "everywhere"),
    Action(
        "app.redo",
        "redo",
        "Make the change again that was undone.",
        ("U", "ctrl+y"),
        "everywhere",
        vim=("ctrl+r",),
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
    Action(
        "app.palette",
        "everything",
        "Find everything that can be done here by its name.",
        ("ctrl+p",),
        "everywhere",
        True,
        vim=("colon",),
        palette=False,
    ),
    Action("app.theme", "theme", "Choose the colours.", ("ctrl+t",), "everywhere"),
    Action("app.quit", "quit", "Leave; everything is saved.", ("q", "ctrl+q"), "everywhere", True),
    Action(
        "home.open",
        "open",
        "Open the list behind the number.",
        ("enter",),
        "home",
        True,
        palette=False,
    ),
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
    Action("edit.history", "history", "Read the history of the item.", ("H",), "edit"),
    Action(
        "edit.needs", "linked", "Go to an item that it needs, or that needs it.", ("f",), "edit"
    ),
    Action("list.filter", "filter", "Narrow the list as you type.", ("slash",), "list", True),
    Action(
        "list.clear",
        "clear filter",
        "Take the marks off; leave the filter; go back.",
        ("escape",),
        "list",
        vim=("h",),
    ),
    Action(
        "rows.open",
        "open",
        "Open what the cursor is on.",
        ("enter",),
        "rows",
        vim=("l",),
    ),
    Action("list.mark", "mark", "Mark the item for a change of several.", ("x",), "list", True),
    Action("list.mark-range", "range", "Mark a range that follows the cursor.", ("v",), "list"),
    Action("list.mark-all", "mark all", "Mark all that is shown.", ("X", "ctrl+a"), "list"),
    Action("list.group", "group", "Group by section, owner, due, status, family.", ("z",), "list"),
    Action("list.phase", "phase", "Choose phase and role.", ("p",), "list"),
    Action("list.tree", "tree", "Show or hide the tree of phases.", ("T",), "list"),
    Action("rows.down", "down", "Go down.", ("down", "j"), "rows", palette=False),
    Action("rows.up", "up", "Go up.", ("up", "k"), "rows", palette=False),
    Action(
        "rows.page-down",
        "page down",
        "Go a page down.",
        ("pagedown", "ctrl+d"),
        "rows",
        vim=("ctrl+f",),
        palette=False,
    ),
    Action(
        "rows.page-up",
        "page up",
        "Go a page up.",
        ("pageup", "ctrl+u"),
        "rows",
        vim=("ctrl+b",),
        palette=False,
    ),
    Action("rows.first", "first", "Go to the first line.", ("home", "g"), "rows", palette=False),
    Action("rows.last", "last", "Go to the last line.", ("end", "G"), "rows", palette=False),
    Action(
        "item.close",
        "back",
        "Go back to the list.",
        ("escape", "enter", "backspace"),
        "item",
        True,
        vim=("h",),
    ),
    Action("history.item", "item", "Show the item in its list.", ("i",), "history", True),
    Action("history.filter", "filter", "Narrow it by words.", ("slash",), "history", True),
    Action("history.close", "back", "Leave the filter, or go back.", ("escape",), "history", True),
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
    Action("evidence.edit", "change", "Change label, dates and items.", ("e",), "evidence", True),
    Action(
        "evidence.renew",
        "renew",
        "Collected again today: new day, new hash.",
        ("c",),
        "evidence",
        True,
    ),
    Action("evidence.replace", "replace", "Put another link in its place.", ("f",), "evidence"),
    Action(
        "evidence.close", "back", "Go back to the list.", ("escape",), "evidence", True, vim=("h",)
    ),
    Action("gate.date", "date", "Set the date of the milestone.", ("d",), "gate", True),
    Action("gate.close", "back", "Go back.", ("escape",), "gate", True),
    Action("requests.answer", "answer", "Write the answer.", ("n",), "requests", True),
    Action("requests.accept", "accept", "Accept the answer.", ("y",), "requests", True),
    Action("requests.return", "return", "Return the answer, saying why.", ("b",), "requests", True),
    Action(
        "findings.state",
        "state",
        "Close it or open it again; rate its risk; ask for a deviation, or decide on it.",
        ("s",),
        "findings",
        True,
    ),
    Action("findings.retest", "retest", "Say how the retest went.", ("t",), "findings", True),
    Action("findings.plan", "plan", "Write what will be done about it.", ("p",), "findings", True),
    Action("ledger.add", "add", "Ask something, or raise a finding.", ("a",), "ledger", True),
    Action(
        "ledger.evidence", "evidence", "See, add, open and remove evidence.", ("e",), "ledger", True
    ),
    Action("ledger.item", "item", "Link an item, or take one off.", ("i",), "ledger"),
    Action("ledger.owner", "owner", "Say who is to answer, or who has it.", ("o",), "ledger"),
    Action("ledger.due", "due", "Set the day by which it is due.", ("d",), "ledger", True),
    Action("ledger.edit", "edit", "Change title, place, people and text.", ("E",), "ledger"),
    Action("ledger.filter", "filter", "Narrow the list as you type.", ("slash",), "ledger", True),
    Action("ledger.group", "group", "Group the list another way.", ("z",), "ledger"),
    Action(
        "ledger.switch", "other list", "Go from requests to findings, or back.", ("tab",), "ledger"
    ),
    Action(
        "ledger.back", "back", "Close it; leave the filter; go back.", ("escape",), "ledger", True
    ),
    Action("ledger.open", "open", "Open it as a whole.", ("enter",), "ledger-rows"),
    Action("ledger.down", "down", "Go down.", ("down", "j"), "ledger-rows"),
    Action("ledger.up", "up", "Go up.", ("up", "k"), "ledger-rows"),
    Action(
        "ledger.page-down", "page down", "Go a page down.", ("pagedown", "ctrl+d"), "ledger-rows"
    ),
    Action("ledger.page-up", "page up", "Go a page up.", ("pageup", "ctrl+u"), "ledger-rows"),
    Action("ledger.first", "first", "Go to the first one.", ("home", "g"), "ledger-rows"),
    Action("ledger.last", "last", "Go to the last one.", ("end", "G"), "ledger-rows"),
    Action(
        "page.item", "go to item", "Go to the item that is linked.", ("enter",), "ledger-page", True
    ),
    Action("page.down", "down", "Scroll down.", ("down", "j"), "ledger-page"),
    Action("page.up", "up", "Scroll up.", ("up", "k"), "ledger-page"),
    Action("register.item", "to the item", "Go to the item of it.", ("i",), "register"),
    Action("register.filter", "filter", "Narrow it by words.", ("slash",), "register", True),
    Action("register.group", "group", "By state, item, kind, age.", ("z",), "register", True),
    Action("register.add", "add", "Add it to items; or drop files here.", ("a",), "register", True),
    Action("register.open", "open", "Open a URL; copy a path.", ("o",), "register", True),
    Action("register.edit", "change", "Change label, dates and items.", ("e",), "register", True),
    Action(
        "register.renew",
        "renew",
        "Collected again today: new day, new hash.",
        ("c",),
        "register",
        True,
    ),
    Action("register.replace", "replace", "Put another link in its place.", ("f",), "register"),
    Action(
        "register.remove",
        "remove",
        "Detach it from one item or from all; the file stays where it is.",
        ("x", "delete"),
        "register",
        True,
    ),
    Action("register.verify", "verify", "Hash what is shown, compare.", ("v",), "register", True),
    Action("register.back", "back", "Stop, leave the filter, or go back.", ("escape",), "register"),
    Action("report.export", "export", "Write the report to its file.", ("e",), "report", True),
    Action(
        "report.milestone",
        "milestone",
        "Choose the milestone that it is for.",
        ("m",),
        "report",
        True,
    ),
    Action("report.template", "template", "Choose the template.", ("t",), "report"),
    Action("report.pager", "pager", "Read the Markdown in your pager.", ("p",), "report"),
    Action("report.editor", "editor", "Write it, and open it in your editor.", ("E",), "report"),
    Action(
        "report.record",
        "record",
        "Write it, and note to whom it was sent.",
        ("S",),
        "report",
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
    Action("report.close", "back", "Go back.", ("escape",), "report", True, vim=("h",)),
)
"""The table of actions; ids are never renamed."""


def of_place(place: str) -> tuple[Action, ...]:
    """Return the actions of a place."""
    return tuple(action for action in ACTIONS if action.place == place)


def key_name(character: str) -> str:
    """Return the name of the key that gives a character, as Textual calls it."""
    if character.isalnum():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return _SHORTER.get(name, name)


_SHORTER = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
KEY_NAMES: dict[str, str] = {
    **{key_name(character): character for character in string.punctuation},
    "enter": "⏎",
    "escape": "esc",
    "space": "space",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "delete": "del",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}
"""How keys are written on screen, where not by their own name."""


def key_text(key: str) -> str:
    """Return how a key is written on screen."""
    modifiers, plus, name = key.rpartition("+")
    return modifiers + plus + KEY_NAMES.get(name, name)
