"""Items in groups: by section, owner, due date, status or control family."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from fedcheck.analysis.board import Board
from fedcheck.analysis.progress import count_items
from fedcheck.domain.glossary import STATUS_WORDS
from fedcheck.domain.query_fields import FAMILIES, parse_family
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line

GROUPINGS: dict[str, str] = {
    "section": "Section, in checklist order",
    "owner": "Owner",
    "due": "Due date",
    "status": "Status",
    "family": "Control family",
}
"""What items can be grouped by, with the words for it."""

ItemGroup = tuple[str, list[Row]]

_STATES = ("blocked", "doing", "todo", "other", "unknown", "done", "na")
_DUE = ("Overdue", "Today", "Within 7 days", "Within 30 days", "Later", "No due date", "Closed")


def group_items(rows: Iterable[Row], by: str, board: Board) -> list[ItemGroup]:
    """Return entries in groups, each with its title and what is done of it: `Testing  3/9`.

    Within a group the order of the checklists holds; by due date the earliest comes first.
    """
    rows = list(rows)
    if by == "due":
        groups = _group_by(rows, lambda row: _due_heading(row, board.today), _DUE)
        for name, members in groups:
            if name != "Closed":
                members.sort(key=lambda row: row.due or date.max)
    elif by == "status":
        groups = _group_by(rows, lambda row: row.state, _STATES)
    elif by == "owner":
        groups = _group_by(rows, lambda row: row.record.owner, ("",))
    elif by == "family":
        groups = _group_by(rows, _first_family, ())
    else:
        return _group_by_section(rows, board)
    titles = {"status": _status_title, "owner": _owner_title, "family": _family_title}
    title = titles.get(by, str)
    return [
        (f"{one_line(title(key))}  {count_items(members).words}", members)
        for key, members in groups
    ]


def _group_by(
    rows: Sequence[Row], key: Callable[[Row], str], order: Sequence[str]
) -> list[ItemGroup]:
    """Group entries: what the order names first comes first, what it leaves out by its name."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    places = {name: place for place, name in enumerate(order)}
    last = len(places)
    names = sorted(groups, key=lambda name: (places.get(name, last), not name, name.casefold()))
    return [(name, groups[name]) for name in names]


def _group_by_section(rows: Sequence[Row], board: Board) -> list[ItemGroup]:
    """Group entries by section; where they are of several lists, a title states about which."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.checklist, row.section.id), []).append(row)
    places = {(row.phase, row.role) for row in rows}
    found = []
    for members in groups.values():
        first = members[0]
        title = first.section.title
        if len(places) > 1:
            phase = board.project.process.phase(first.phase)
            named = phase.title if phase else first.phase
            title = f"{named} › {first.role.upper()} › {title}"
        found.append((f"{one_line(title)}  {count_items(members).words}", members))
    return found


def _due_heading(row: Row, today: date) -> str:
    if row.overdue:
        return "Overdue"
    if row.record.closed:
        return "Closed"
    if row.due is None:
        return "No due date"
    days = (row.due - today).days
    if days <= 0:
        return "Today"
    return "Within 7 days" if days <= 7 else "Within 30 days" if days <= 30 else "Later"


def _first_family(row: Row) -> str:
    return parse_family(row.item.controls[0]) if row.item.controls else ""


def _status_title(state: str) -> str:
    return {"other": "Other than satisfied", "na": "Not applicable"}.get(
        state, STATUS_WORDS[state].capitalize()
    )


def _owner_title(owner: str) -> str:
    return owner or "No owner"


def _family_title(name: str) -> str:
    if not name:
        return "No control"
    return f"{name}: {FAMILIES[name]}" if name in FAMILIES else name
