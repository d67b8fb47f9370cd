"""What can be done with evidence: of one item, and of the whole workspace."""

from fedcheck.keys.action import Action

ACTIONS: tuple[Action, ...] = (
    Action("evidence.add", "add", "Add a file, a URL or a ticket.", ("a",), "evidence", True),
    Action(
        "evidence.open",
        "open",
        "Open a URL in the browser, a file with its program; else copy it.",
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
    Action("register.item", "to the item", "Go to the item of it.", ("i",), "register"),
    Action("register.filter", "filter", "Narrow it by words.", ("slash",), "register", True),
    Action("register.group", "group", "By state, item, kind, age.", ("z",), "register", True),
    Action("register.add", "add", "Add it to items; or drop files here.", ("a",), "register", True),
    Action("register.open", "open", "Open a URL or file; or copy it.", ("o",), "register", True),
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
)
