"""What can be done with requests and findings."""

from fedcheck.keys.action import Action

ACTIONS: tuple[Action, ...] = (
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
    Action(
        "findings.details",
        "details",
        "Set likelihood and impact, correction during testing, and all that the POA&M asks for.",
        ("m",),
        "findings",
        True,
    ),
    Action("ledger.add", "add", "Ask something, or raise a finding.", ("a",), "ledger", True),
    Action(
        "ledger.evidence", "evidence", "See, add, open and remove evidence.", ("e",), "ledger", True
    ),
    Action("ledger.item", "item", "Link an item, or take one off.", ("i",), "ledger"),
    Action("ledger.owner", "owner", "Say who is to answer, or who has it.", ("o",), "ledger"),
    Action("ledger.due", "due", "Set the day by which it is due.", ("d",), "ledger", True),
    Action("ledger.edit", "edit", "Change title, place, people and text.", ("E",), "ledger"),
    Action(
        "ledger.withdraw",
        "withdraw",
        "Take it back, saying why; the history keeps it.",
        ("D",),
        "ledger",
    ),
    Action("ledger.filter", "filter", "Narrow the list as you type.", ("slash",), "ledger", True),
    Action("ledger.group", "group", "Group the list another way.", ("z",), "ledger"),
    Action(
        "ledger.switch", "other list", "Go from requests to findings, or back.", ("tab",), "ledger"
    ),
    Action(
        "ledger.back", "back", "Close it; leave the filter; go back.", ("escape",), "ledger", True
    ),
    Action(
        "page.item", "go to item", "Go to the item that is linked.", ("enter",), "ledger-page", True
    ),
    Action("page.down", "down", "Scroll down.", ("down", "j"), "ledger-page"),
    Action("page.up", "up", "Scroll up.", ("up", "k"), "ledger-page"),
)
