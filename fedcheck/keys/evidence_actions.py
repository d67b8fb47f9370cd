"""What can be done with evidence: of one item, and of the whole workspace."""

from fedcheck.keys.action import Action

ACTIONS: tuple[Action, ...] = (
    Action("evidence.add", "add", "Add a file, a URL or a ticket.", ("a",), "evidence", True),
    Action(
        "evidence.open",
        "open",
        "Open a URL or file; otherwise copy it.",
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
    Action("evidence.edit", "change", "Edit label, dates and items.", ("e",), "evidence", True),
    Action(
        "evidence.renew",
        "renew",
        "Renew: collected again today, new hash.",
        ("c",),
        "evidence",
        True,
    ),
    Action("evidence.replace", "replace", "Replace the link.", ("f",), "evidence"),
    Action(
        "evidence.close", "back", "Go back to the list.", ("escape",), "evidence", True, vim=("h",)
    ),
    Action("register.item", "to the item", "Go to its item.", ("i",), "register"),
    Action("register.filter", "filter", "Filter by words.", ("slash",), "register", True),
    Action(
        "register.group", "group", "Group by state, item, kind or age.", ("z",), "register", True
    ),
    Action("register.add", "add", "Add evidence; or drop files here.", ("a",), "register", True),
    Action("register.open", "open", "Open a URL or file; or copy it.", ("o",), "register", True),
    Action("register.edit", "change", "Edit label, dates and items.", ("e",), "register", True),
    Action(
        "register.renew",
        "renew",
        "Renew: collected again today, new hash.",
        ("c",),
        "register",
        True,
    ),
    Action("register.replace", "replace", "Replace the link.", ("f",), "register"),
    Action(
        "register.remove",
        "remove",
        "Detach it from one item or from all; the file stays where it is.",
        ("x", "delete"),
        "register",
        True,
    ),
    Action(
        "register.verify", "verify", "Hash and verify the files shown.", ("v",), "register", True
    ),
    Action("register.back", "back", "Stop, clear the filter, or go back.", ("escape",), "register"),
)
