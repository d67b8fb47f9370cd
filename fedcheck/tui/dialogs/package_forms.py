"""Asks for one key of the certification package, in the form that its kind needs."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, get_args, get_origin

from fedcheck.domain.dates import format_distance
from fedcheck.domain.package import Package
from fedcheck.domain.text import make_storable, one_line
from fedcheck.storage.package_table import find_fault, find_part_fault
from fedcheck.storage.record_file import PROVIDER
from fedcheck.storage.toml_keys import KeySpec, is_struct, keys_of
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.form import Field, FormScreen
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt, TogglesPrompt
from fedcheck.tui.dialogs.typed_days import read_day

ADD = "add"
YES = "yes"
LONG = ("description", "assessment-summary", "lessons", "summary", "use")
"""Keys whose text may have several lines."""

TYPE = "type"
"""What sort of contact one is; the two that are required are known by it."""

LABELS: Mapping[str, str] = {
    PROVIDER: "Provider",
    "uei": "UEI",
    "fedramp-id": "FedRAMP ID",
    "id": "FedRAMP ID",
    "overview-uri": "Overview address",
    "evidence-base": "Evidence address",
    "next-report": "Next report",
    "contact": "Other contacts",
    "repository": "More repositories",
    "service": "Services",
    "third-party": "Third parties",
    "transformative-change": "Changes",
    "recommendation": "Recommendations",
    "incident": "Incidents",
    "on": "Day",
}


DOCS: Mapping[str, str] = {
    PROVIDER: "Name of the cloud service provider",
    "service-models": "Service models, one or several",
    "contact": "Other contacts: Primary, Technical, ...",
    "repository": "Other repositories with documents of the package",
}
"""What a key is, where the table of keys states less."""


def label_of(name: str) -> str:
    """Return what a key is called on the screen."""
    return LABELS.get(name) or name.replace("-", " ").capitalize()


def doc_of(name: str) -> str:
    """Return what a key is, in a sentence."""
    return DOCS.get(name) or keys_of(Package)[name].key.doc


async def ask_entry(app: ProjectApp, name: str, value: Any) -> tuple[Any] | None:
    """Ask for the value of a key; give it in a tuple, None in it to clear it, or nothing."""
    kind: Any = str if name == PROVIDER else keys_of(Package)[name].type
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return await _ask_word(app, name, kind, value)
    if is_struct(kind):
        return await ask_table(app, name, kind, value or {}, label_of(name))
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        if is_struct(inner):
            return await _ask_tables(app, name, inner, value or [])
        if isinstance(inner, type) and issubclass(inner, StrEnum):
            return await _ask_words(app, name, inner, value or [])
    return await _ask_text(app, name, kind, value)


async def _ask_word(
    app: ProjectApp, name: str, kind: type[StrEnum], value: Any
) -> tuple[Any] | None:
    choices = [Choice(one.value, one.value) for one in kind if one.value]
    choices += [Choice("", "Not set")] if value else []
    answer = await app.ask(ChoicePrompt(doc_of(name), choices, value or ""))
    return None if answer is None else (answer or None,)


async def _ask_words(
    app: ProjectApp, name: str, kind: type[StrEnum], value: Any
) -> tuple[Any] | None:
    held = [value] if isinstance(value, str) else list(value)
    choices = [Choice(one.value, one.value, one.value[0].lower()) for one in kind]
    answer = await app.ask(TogglesPrompt(doc_of(name), choices, held))
    return None if answer is None else (answer.split() or None,)


async def _ask_text(app: ProjectApp, name: str, kind: Any, value: Any) -> tuple[Any] | None:
    """Ask for a text, a day or a list of texts, and judge it while it is typed."""
    listed = get_origin(kind) is tuple

    def parse(text: str) -> Any:
        return _parse(app, kind, text)

    def preview(text: str) -> str:
        found = parse(text)
        if fault := find_fault(name, found):
            raise ValueError(fault)
        return _meaning(app, found)

    field = Field(
        "value",
        "One per line" if listed else "Day" if kind is date else "Text",
        _shown(value),
        preview=preview,
        long=listed or name in LONG,
    )
    form = FormScreen(f"{label_of(name)}: {_lower(doc_of(name))}", [field])
    texts = await app.ask(form)
    return None if texts is None else (parse(texts["value"]),)


async def ask_table(
    app: ProjectApp, name: str, kind: Any, held: Mapping[str, Any], title: str
) -> tuple[Any] | None:
    """Ask for the parts of a table; one that is left empty clears it."""
    texts = await app.ask(_table_form(app, name, kind, held, title))
    if texts is None:
        return None
    return (_table_of(app, kind, texts, held) or None,)


def _table_form(
    app: ProjectApp, name: str, kind: Any, held: Mapping[str, Any], title: str
) -> FormScreen:
    specs = keys_of(kind)

    def check(texts: Mapping[str, str]) -> None:
        table = _table_of(app, kind, texts, held)
        many = get_origin(keys_of(Package)[name].type) is tuple
        if table and (fault := find_fault(name, [table] if many else table)):
            raise ValueError(fault)

    fields = [_part_field(app, kind, spec, held.get(spec.name)) for spec in specs.values()]
    return FormScreen(title, fields, check=check)


def _part_field(app: ProjectApp, kind: Any, spec: KeySpec, value: Any) -> Field:
    def preview(text: str) -> str:
        found = _parse(app, spec.type, text)
        if found is not None and (fault := find_part_fault(kind, spec.name, found)):
            raise ValueError(fault)
        return _meaning(app, found)

    needed = " (required)" if spec.required else ""
    listed = get_origin(spec.type) is tuple
    return Field(
        spec.name,
        one_line(label_of(spec.name), 11),
        (YES if value else "") if spec.type is bool else _shown(value),
        f"{spec.key.doc}{needed}",
        preview=preview,
        long=listed or spec.name in LONG,
    )


def _table_of(
    app: ProjectApp, kind: Any, texts: Mapping[str, str], held: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what was typed as a table; keys of the file that are not known stay in it."""
    found = {}
    for name, spec in keys_of(kind).items():
        value = _parse(app, spec.type, texts[name])
        if value not in (None, False):
            found[name] = value
    unknown = {name: value for name, value in held.items() if name not in texts}
    return {**found, **unknown} if found else {}


async def _ask_tables(
    app: ProjectApp, name: str, kind: Any, held: Sequence[Mapping[str, Any]]
) -> tuple[Any] | None:
    """Ask which of several tables to change, or for another one; then for its parts."""
    choices = [Choice(str(place), table_text(one)) for place, one in enumerate(held)]
    choices.append(Choice(ADD, "Add", "a"))
    answer = await app.ask(ChoicePrompt(doc_of(name), choices, ADD if not held else "0"))
    if answer is None:
        return None
    place = len(held) if answer == ADD else int(answer)
    before = held[place] if place < len(held) else {}
    title = f"{label_of(name)}: clear every field to remove it" if before else label_of(name)
    table = await ask_table(app, name, kind, before, title)
    return None if table is None else (with_table(held, place, table[0]),)


def with_table(held: Sequence[Mapping[str, Any]], place: int, table: Any) -> list[Any] | None:
    """Return tables with another one at a place; None takes that one away."""
    found = [*held[:place], *([table] if table else []), *held[place + 1 :]]
    return found or None


def table_text(table: Mapping[str, Any]) -> str:
    """Return a table in a few words: what it is called, or the first things that it states."""
    texts = [str(one) for one in table.values() if isinstance(one, str | date) and str(one)]
    return one_line(", ".join(texts[:3]), 80)


def _parse(app: ProjectApp, kind: Any, text: str) -> Any:
    """Return what a text stands for; None for an empty one. Raises ValueError."""
    text = make_storable(text).strip()
    if kind is bool:
        if text.lower() not in ("", YES, "no", "y", "n"):
            raise ValueError("write yes or no")
        return text.lower() in (YES, "y")
    if kind is date:
        return read_day(app, text)
    if get_origin(kind) is tuple:
        return [line.strip() for line in text.splitlines() if line.strip()] or None
    return text or None


def _meaning(app: ProjectApp, value: Any) -> str:
    if isinstance(value, date):
        return f"{value:%a} {value.isoformat()}, {format_distance(value, app.session.today())}"
    return f"{len(value)} in all" if isinstance(value, list) else ""


def _shown(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value or "")


def _lower(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
