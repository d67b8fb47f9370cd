"""What can be done with requests and findings."""

from fedcheck.keys.action import Action

ACTIONS: tuple[Action, ...] = (
    Action("requests.answer", "answer", "Write the answer.", ("n",), "requests", True),
    Action("requests.accept", "accept", "Accept the answer.", ("y",), "requests", True),
    Action(
        "requests.return", "return", "Return the answer with a comment.", ("b",), "requests", True
    ),
    Action(
        "findings.state",
        "state",
        "Close or reopen it; rate its risk; request or decide a deviation.",
        ("s",),
        "findings",
        True,
    ),
    Action("findings.retest", "retest", "Record the retest.", ("t",), "findings", True),
    Action("findings.plan", "plan", "Write the remediation plan.", ("p",), "findings", True),
    Action(
        "findings.details",
        "details",
        "Set likelihood, impact, correction during testing, and other POA&M fields.",
        ("m",),
        "findings",
        True,
    ),
    Action("ledger.add", "add", "Add a request, or raise a finding.", ("a",), "ledger", True),
    Action(
        "ledger.evidence", "evidence", "See, add, open and remove evidence.", ("e",), "ledger", True
    ),
    Action("ledger.item", "item", "Link or unlink an item.", ("i",), "ledger"),
    Action("ledger.owner", "owner", "Set the assignee or owner.", ("o",), "ledger"),
    Action("ledger.due", "due", "Set the due date.", ("d",), "ledger", True),
    Action("ledger.edit", "edit", "Edit title, document, people and text.", ("E",), "ledger"),
    Action(
        "ledger.withdraw",
        "withdraw",
        "Withdraw it with a reason; the history keeps it.",
        ("D",),
        "ledger",
    ),
    Action("ledger.filter", "filter", "Narrow the list as you type.", ("slash",), "ledger", True),
    Action("ledger.group", "group", "Change the grouping.", ("z",), "ledger"),
    Action(
        "ledger.switch", "other list", "Go from requests to findings, or back.", ("tab",), "ledger"
    ),
    Action(
        "ledger.back",
        "back",
        "Close it, clear the filter, or go back.",
        ("escape",),
        "ledger",
        True,
    ),
    Action("page.item", "go to item", "Go to the linked item.", ("enter",), "ledger-page", True),
    Action("page.down", "down", "Scroll down.", ("down", "j"), "ledger-page"),
    Action("page.up", "up", "Scroll up.", ("up", "k"), "ledger-page"),
)
