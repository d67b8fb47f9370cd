"""The certification package: what `[package]` of fedcheck.toml holds, and what it lacks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from fedcheck.analysis.package_gaps import CONTACTS, REQUIRED, Gap, list_gaps
from fedcheck.domain.edits import PackageEdit
from fedcheck.domain.package import Contact, Package
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError, Problem
from fedcheck.storage.guards import guard_unchanged
from fedcheck.storage.package_table import find_fault, load_entries, load_package, to_history
from fedcheck.storage.record_file import PACKAGE, PROVIDER
from fedcheck.storage.toml_keys import keys_of
from fedcheck.tui.dialogs.package_forms import (
    TYPE,
    ask_entry,
    ask_table,
    doc_of,
    label_of,
    table_text,
    with_table,
)
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.doors import Door, Doors
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.top_line import TopLine

NAMES = 21
"""How many cells the names of entries have."""


class Entry(Struct, frozen=True):
    """One line: a key, or one of the contacts that are required.

    Attributes:
        contact: the type of the contact, where it is one.
        lacks: what is missing, or wrong with it.
    """

    key: str
    label: str
    shown: str
    lacks: str = ""
    contact: str = ""


class PackageScreen(PlaceScreen):
    """What is required first, then what is good to have; enter fills one in."""

    CSS_PATH = sheets("package")
    BINDINGS: ClassVar[list[BindingType]] = bindings("package")
    PLACES: ClassVar[tuple[str, ...]] = ("package", "everywhere")

    def __init__(self) -> None:
        super().__init__()
        self.held: Mapping[str, Any] = {}

    def compose(self) -> ComposeResult:
        """Lay out what is stated about the whole, and the entries."""
        yield TopLine()
        yield Static(id="package-said")
        yield Doors(id="package-list")
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin with the first entry."""
        self.show()
        self.query_one(Doors).focus()

    def on_resize(self, event: Resize) -> None:
        """Cut the lines again."""
        if self.is_mounted:
            self.show()

    def show(self) -> None:
        """Show the entries as the file has them now."""
        session = self.fedcheck.session
        config = session.project.config
        try:
            self.held = load_entries(session.root)
            package, problems = load_package(session.root)
        except FedcheckError as error:
            self.query_one(TopLine).show("Certification package", one_line(config.name, 40))
            self.query_one("#package-said", Static).update(Content(one_line(str(error), 400)))
            self.query_one(Doors).show([])
            return
        gaps = list_gaps(config, package)
        entries = list(_entries(self.held, gaps, problems))
        required = [one for one in entries if one.key in REQUIRED and not _is_other(one)]
        rest = [one for one in entries if one not in required]
        doors = [_heading("Required"), *map(self._door, required)]
        doors += [_heading("Optional"), *map(self._door, rest)]
        listed = self.query_one(Doors)
        listed.show(doors)
        listed.highlighted = listed.highlighted or 1  # the first line is a heading
        self.query_one("#package-said", Static).update(_summary(gaps, problems))
        count = sum(bool(one.shown) for one in entries)
        self.query_one(TopLine).show(
            "Certification package", one_line(config.name, 40), f"{count}/{len(entries)} filled in"
        )

    def _door(self, one: Entry) -> Door:
        signs = self.fedcheck.signs
        sign = signs.overdue if one.lacks else signs.status["done" if one.shown else "todo"]
        style = "$text-warning" if one.lacks else "" if one.shown else "$foreground-muted"
        words = one.lacks or one.shown or doc_of(one.key)
        room = max(self.size.width - NAMES - 12, 20)
        line = Content.assemble(
            (f"{sign:<4}", style),
            (f"{one_line(one.label, NAMES):<{NAMES}} ", "" if one.shown or one.lacks else style),
            (one_line(words, room), style),
        )
        return Door(line, f"{one.key}:{one.contact}")

    @on(Doors.Opened)
    def _opened(self, event: Doors.Opened) -> None:
        key, _, contact = event.target.partition(":")
        self.fedcheck.start(self._ask_contact(contact) if contact else self._ask(key))

    async def _ask(self, key: str) -> None:
        held = self.held.get(key)
        answer = await ask_entry(self.fedcheck, key, held)
        if answer is not None:
            self._save(key, held, answer[0])

    async def _ask_contact(self, kind: str) -> None:
        """Ask for one of the contacts that are required; its type is known."""
        held = self.held.get("contact", [])
        place = next((n for n, one in enumerate(held) if one.get(TYPE) == kind), len(held))
        before = held[place] if place < len(held) else {TYPE: kind}
        answer = await ask_table(
            self.fedcheck, "contact", Contact, before, f"{kind} contact of the service"
        )
        if answer is not None:
            table = answer[0] if answer[0] != {TYPE: kind} else None
            self._save("contact", held, with_table(held, place, table))

    def _save(self, key: str, held: Any, value: Any) -> None:
        """Save an entry, unless somebody else changed it since it was shown."""
        session, seen, new = self.fedcheck.session, to_history(held), to_history(value)
        if new == seen:
            return
        guard = guard_unchanged("value", seen)
        self.fedcheck.change(
            lambda: session.apply_each([(f"{PACKAGE}:{key}", PackageEdit(new))], guard=guard)
        )

    def action_package_close(self) -> None:
        """Go back."""
        if self.is_current:
            self.dismiss(None)


def _entries(
    held: Mapping[str, Any], gaps: Sequence[Gap], problems: Sequence[Problem]
) -> Iterator[Entry]:
    """Yield the lines, in the order of the file; the required contacts each in a line."""
    for key in (PROVIDER, *keys_of(Package)):
        value = held.get(key)
        if key == "contact":
            contacts = value if isinstance(value, list) else []
            for kind in CONTACTS:
                found = next((one for one in contacts if one.get(TYPE) == kind), None)
                lacks = "" if found else f"missing: {kind.lower()} contact"
                shown = table_text({**found, TYPE: ""}) or "no name yet" if found else ""
                yield Entry(key, f"{kind} contact", shown, lacks, kind)
            others = [one for one in contacts if one.get(TYPE) not in CONTACTS]
            yield Entry(key, label_of(key), "; ".join(map(table_text, others)))
        else:
            yield Entry(key, label_of(key), _shown(value), _lacks(key, value, gaps))


def _is_other(one: Entry) -> bool:
    return one.key == "contact" and not one.contact


def _lacks(key: str, value: Any, gaps: Sequence[Gap]) -> str:
    """Return what is missing from an entry that the overview requires."""
    if value and (fault := find_fault(key, value)):
        return f"{_shown(value)}: {fault}"
    full = key if key == PROVIDER else f"{PACKAGE}.{key}"
    for gap in gaps:
        if gap.required and (gap.key == full or gap.key.startswith(f"{full}.")):
            return f"missing: {gap.why}" if not value else f"{_shown(value)}: needs {gap.why}"
    return ""


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return table_text(value)
    if isinstance(value, list):
        parts = [table_text(one) if isinstance(one, dict) else str(one) for one in value]
        return ("; " if any(isinstance(one, dict) for one in value) else ", ").join(parts)
    return str(value) if value else ""


def _summary(gaps: Sequence[Gap], problems: Sequence[Problem]) -> Content:
    """Return in a line or two whether an overview can be written."""
    missing = [gap for gap in gaps if gap.required]
    parts: list[str | tuple[str, str]] = []
    if missing:
        count = pluralize(len(missing), "required entry is", "required entries are")
        parts.append((f"Not ready: {count} missing. ", "bold $text-warning"))
        parts.append(("Complete them to export the overview.", "$foreground-muted"))
    else:
        parts.append(("Ready. ", "bold $text-success"))
        parts.append(("fedcheck export cpo -o cpo.json writes the overview.", "$foreground-muted"))
    for gap in missing:
        if gap.key.startswith("profile"):
            parts.append((f"\nMissing: {gap.why}", "$text-warning"))
    for one in problems[:2]:
        words = f"\nfedcheck.toml:{one.line}: {one_line(one.message, 160)}"
        parts.append((words, "$text-warning"))
    return Content.assemble(*parts)


def _heading(words: str) -> Door:
    return Door(Content.styled(words, "bold"))
