"""What an action is, and the places where actions can be done."""

from msgspec import Struct

PLACES: dict[str, str] = {
    "everywhere": "Everywhere",
    "home": "Home",
    "edit": "On an item",
    "test": "On a test",
    "list": "Checklist",
    "rows": "In lists",
    "item": "Item details",
    "history": "History",
    "evidence": "Evidence of an item",
    "register": "All evidence",
    "tests": "Testing",
    "gate": "Gate of a milestone",
    "parts": "Responsibilities",
    "calendar": "Calendar",
    "requests": "Requests",
    "findings": "Findings",
    "ledger": "Requests and findings",
    "ledger-page": "Request or finding details",
    "report": "Report",
    "package": "Certification package",
    "bring": "Importing a file",
    "sync": "Sync",
    "portfolio": "Portfolio",
}
"""The places of the app, in the order of the documentation."""

SHARED_PLACES: tuple[tuple[str, ...], ...] = (
    ("rows", "list", "edit", "test"),
    ("item", "edit", "test"),
    ("rows", "tests"),
    ("rows", "history"),
    ("rows", "register"),
    ("rows", "parts"),
    ("rows", "portfolio"),
    ("requests", "ledger", "rows", "ledger-page"),
    ("findings", "ledger", "rows", "ledger-page"),
)
"""Places whose keys work at the same time; those of `everywhere` work with each."""


class Action(Struct, frozen=True):
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
