"""Fill the tab "CSP/Agency Information" of a work breakdown structure: names and contacts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import Person, Project
from fedcheck.importers.wbs.contacts import ContactRow, Information
from fedcheck.spreadsheets.grid import format_cell
from fedcheck.spreadsheets.xlsx_filler import ComputedValue
from fedcheck.spreadsheets.xlsx_reader import Cell, column_letters
from fedcheck.spreadsheets.xlsx_writer import cut_text

LEVELS = {"li-saas": "Li-SaaS", "low": "Low", "moderate": "Moderate", "high": "High"}
"""The words of the template's drop-down list, by impact level."""

_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{6,20}[0-9]")

_HOW = {
    "provider": "provider",
    "id": "[package] fedramp-id",
    "level": "[profile] impact",
    "agency": "[package] agencies",
}
"""The keys of `fedcheck.toml` that a value comes from."""


@dataclass(slots=True)
class FilledInformation:
    """The cells to write, and what a person should know of them."""

    cells: dict[str, Cell | ComputedValue] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)


def fill_information(project: Project, information: Information) -> FilledInformation:
    """Return the cells of names and contacts that are still empty, as far as they are known.

    Signatures are never written. A person goes into a row without a title of its own, because a
    name next to "Sales Contact" claims that role; a contact of the package goes into its title's.
    """
    found = FilledInformation()
    left = []
    for label, value in _describe_service(project).items():
        if label not in information.values:
            continue
        row, column, now = information.values[label]
        if format_cell(now):
            continue
        if value:
            found.cells[f"{column_letters(column + 1)}{row}"] = cut_text(value)
        else:
            left.append(f"{label} (fedcheck.toml: {_HOW[label]})" if label in _HOW else label)
    _fill_contacts(project, information.contacts, found)
    if left:
        found.facts.append(f"left empty in the information tab: {', '.join(left)}")
    if any("signature" in label for label in information.values):
        found.facts.append("signatures are left to the people who sign")
    return found


def _describe_service(project: Project) -> dict[str, str]:
    config = project.config
    package: Mapping[str, Any] = config.package or {}
    agencies = package.get("agencies")
    first = agencies[0] if isinstance(agencies, Sequence) and agencies else ""
    return {
        "provider": config.provider,
        "name": config.name,
        "id": str(package.get("fedramp-id") or ""),
        "level": LEVELS.get(project.facts.get("impact", ""), ""),
        "agency": first if isinstance(first, str) else "",
    }


def _fill_contacts(project: Project, rows: Sequence[ContactRow], found: FilledInformation) -> None:
    named = {one.name.casefold() for one in rows if not one.empty}
    free = [one for one in rows if one.empty]
    for row, person in list(_match_titles(project, free)):
        free.remove(row)
        named.add(person.name.casefold())
        _put(row, person, found)
    homeless = []
    for person in (project.config.people or {}).values():
        if not person.name or person.name.casefold() in named:
            continue
        row_of = (one for one in free if one.role == person.role and not one.title)
        place = next(row_of, None)
        if place is None:
            if person.role in {one.role for one in rows}:
                homeless.append(one_line(person.name, 40))
            continue
        free.remove(place)
        _put(place, person, found)
    if homeless:
        names = ", ".join(homeless[:10]) + (", ..." if len(homeless) > 10 else "")
        found.facts.append(f"contacts to write by hand next to their title: {names}")


def _match_titles(
    project: Project, rows: Sequence[ContactRow]
) -> Iterator[tuple[ContactRow, Person]]:
    """Yield the rows whose title is the type of a contact of the package: `Security Contact`."""
    contacts = (project.config.package or {}).get("contact")
    for one in contacts if isinstance(contacts, Sequence) else ():
        if not isinstance(one, Mapping):
            continue
        kind, name = str(one.get("type") or "").casefold(), str(one.get("name") or "")
        titled = (row for row in rows if row.role == "csp" and kind)
        row = next((row for row in titled if row.title.casefold().startswith(kind)), None)
        if row is not None and name:
            reach = " ".join(str(one.get(key) or "") for key in ("email", "phone"))
            yield row, Person(name, "csp", reach.strip())


def _put(row: ContactRow, person: Person, found: FilledInformation) -> None:
    email, phone = _EMAIL.search(person.contact), _PHONE.search(person.contact)
    values = (person.name, row.email or (email[0] if email else ""), phone[0] if phone else "")
    for offset, value, now in zip((0, 2, 3), values, (row.name, row.email, row.phone), strict=True):
        if value and (offset == 0 or not now):
            place = f"{column_letters(row.column + 1 + offset)}{row.row}"
            found.cells[place] = cut_text(one_line(value, 200))
