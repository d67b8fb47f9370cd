"""The tab "CSP/Agency Information": the names of the service and the contacts of each party."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import Project
from fedcheck.importers.people import match_person
from fedcheck.importers.plan import Note
from fedcheck.spreadsheets.grid import format_cell
from fedcheck.spreadsheets.headings import HeadingTable, normalize
from fedcheck.spreadsheets.xlsx_reader import Cell, Sheet

LABELS = HeadingTable({
    "provider": ("cloud service provider", "csp", "csp name"),
    "name": ("cloud service offering", "cso", "cso name"),
    "id": ("fedramp id", "package id"),
    "level": ("fedramp baseline", "baseline", "impact level"),
    "agency": ("authorizing agency", "agency"),
    "official": ("agency authorizing official", "authorizing official"),
    "agency signature": ("authorizing agency signature",),
    "provider signature": ("cloud service provider signature",),
}, number="")  # fmt: skip
"""The labels of the tab, each to the left of its value."""

PARTY_HEADS = {"csp contacts": "csp", "agency contacts": "agency", "3pao contacts": "3pao"}
"""The headings of the lists of contacts, by role."""

WITHIN = 60
"""How many rows of the tab are read."""

_PLACEHOLDER = re.compile(r"name of poc\s*[0-9]*", re.I)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A row for a contact: its party, the number of the row (from 1) and its cells.

    Attributes:
        column: the column of the name, from 0; title, email and phone follow it.
    """

    role: str
    row: int
    column: int
    name: str
    title: str
    email: str
    phone: str

    @property
    def empty(self) -> bool:
        """Return whether nobody is named yet."""
        return not self.name or bool(_PLACEHOLDER.fullmatch(self.name))


@dataclass(frozen=True, slots=True)
class Information:
    """What the tab holds.

    Attributes:
        values: by label the number of the row (from 1), the column of the value (from 0) and the
            value.
        contacts: the rows for contacts.
    """

    title: str
    values: dict[str, tuple[int, int, Cell]]
    contacts: tuple[ContactRow, ...]


def find_information(sheets: Sequence[Sheet]) -> Information | None:
    """Return the tab with contacts and names; None where the workbook has none."""
    for sheet in sheets:
        values: dict[str, tuple[int, int, Cell]] = {}
        for at, row in enumerate(sheet.rows[:WITHIN]):
            if (label := LABELS.find_field(_cell(row, 0))) and label not in values:
                values[label] = at + 1, 1, _cell(row, 1)
        contacts = tuple(_list_contacts(sheet))
        if len(values) >= 2 and contacts and not sheet.hidden:
            return Information(sheet.title, values, contacts)
    return None


def _cell(row: Sequence[Cell], column: int) -> Cell:
    return row[column] if column < len(row) else None


def _list_contacts(sheet: Sheet) -> Iterator[ContactRow]:
    """Yield the rows for contacts: those below a heading, up to one without a name."""
    role, column = "", 0
    for at, row in enumerate(sheet.rows[:WITHIN]):
        heads = {PARTY_HEADS.get(normalize(cell)): i for i, cell in enumerate(row)}
        heads.pop(None, None)
        if heads:
            role, column = next((str(name), i) for name, i in heads.items())
            continue
        name, title, email, phone = (
            one_line(format_cell(_cell(row, column + i)), 200) for i in range(4)
        )
        if role and (name or email):
            yield ContactRow(role, at + 1, column, name, title, email, phone)
        else:
            role = ""


def _list_package_names(project: Project) -> set[str]:
    """Return the names of the contacts of the package, in lower case."""
    contacts = (project.config.package or {}).get("contact")
    found = contacts if isinstance(contacts, Sequence) else ()
    return {str(one.get("name") or "").casefold() for one in found if isinstance(one, Mapping)}


def list_unknown_people(sheets: Sequence[Sheet], project: Project) -> list[Note]:
    """Return a note on the contacts of the tab that `fedcheck.toml` does not name."""
    found = find_information(sheets)
    if found is None:
        return []
    known = project.config.people or {}
    listed_in_package = _list_package_names(project)
    new = [
        f"{one.name or one.email} ({one.role})"
        for one in found.contacts
        if not one.empty
        and one.name.casefold() not in listed_in_package
        and match_person(project, one.name) not in known
        and match_person(project, one.email) not in known
    ]
    notes = []
    if new:
        listed = ", ".join(one_line(name, 60) for name in new[:10])
        what = f"contacts that this workspace does not name: {listed}"
        remedy = "add them under [people] in fedcheck.toml"
        notes.append(Note(one_line(found.title, 40), what, remedy))
    level = normalize(format_cell(found.values.get("level", (0, 0, None))[2])).replace(" ", "-")
    impact = project.facts.get("impact", "")
    if level and impact and level != impact:
        what = f"the baseline is {level}, and this workspace is for {impact}"
        notes.append(Note(one_line(found.title, 40), what, "check that it is the right workbook"))
    return notes
