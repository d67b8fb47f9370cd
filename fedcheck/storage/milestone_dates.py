"""The dates of milestones: a book that is a part of `fedcheck.toml`, which people write.

Only the lines of the table `[milestones]` are touched; comments, order and all else stay.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from fedcheck.domain.alternatives import with_tables
from fedcheck.domain.dates import is_in_range
from fedcheck.domain.set_twice import SET_TWICE, list_alternatives
from fedcheck.domain.workspace import MilestoneDate
from fedcheck.errors import FedcheckError
from fedcheck.storage.record_file import MILESTONES, RecordFile
from fedcheck.storage.toml_io import dumps, parse
from fedcheck.storage.toml_lines import Lines, list_statements

_VALUE = re.compile(r"(=\s*)[^\s#]+")


def load(path: Path, raw: bytes) -> RecordFile:
    """Read the dates of milestones. Raises InvalidFileError where the file is no TOML."""
    document = parse(path, raw)
    dates = _dates(document.data)
    kept = _list_kept(document.data)
    records = {name: _scheduled(day) for name, day in dates.items()}
    for name, days in kept.items():
        tables = [{"groups": ["day"], "day": day} for day in days]
        records[name] = with_tables(records.get(name, MilestoneDate()), tables)
    return RecordFile(MILESTONES, records, {}, document.sha256, {"": document.text})


def _scheduled(day: date) -> MilestoneDate:
    """Return the record of a date; one outside of the range only stays in the file."""
    return MilestoneDate(day) if is_in_range(day) else MilestoneDate(extra={"day": day})


def dump(book: RecordFile) -> tuple[bytes, RecordFile]:
    """Return the file with the dates of the book in it, and the book with its new text.

    Raises FedcheckError where the table is written in a way that only a person can edit.
    """
    import tomli  # loaded here: to read the dates needs none

    text = book.texts.get("", "")
    days = {name: one.day or one.extra.get("day") for name, one in book.records.items()}
    wanted = {name: day for name, day in days.items() if day}
    kept = [
        keep_day(name, one.values["day"])
        for name, record in book.records.items()
        for one in list_alternatives(record.extra)
        if type(one.values.get("day")) is date
    ]
    had = _list_kept(tomli.loads(text))
    if had != _list_kept({SET_TWICE: kept}):
        text = strip_kept(text) + format_kept(kept)
    now = _replace_dates(text, wanted)
    if _dates(tomli.loads(now)) != wanted:
        raise FedcheckError(
            "fedcheck.toml: its milestones are not written as lines under [milestones]",
            "set the date there by hand",
        )
    return now.encode(), replace(book, texts={"": now})


def keep_day(name: str, day: date) -> dict[str, Any]:
    """Return the table for a date of a milestone that the other side of a merge had."""
    return {"milestone": name, "day": day}


def format_kept(tables: Iterable[Mapping[str, Any]]) -> str:
    """Return the text of such tables, for the end of the file."""
    lines = sorted(f"[[{SET_TWICE}]]\n{dumps(one)}" for one in tables)
    return "".join(f"\n{one}" for one in lines)


def strip_kept(text: str) -> str:
    """Return the text of a file without such tables, which are at its end."""
    if f"[[{SET_TWICE}]]" not in text:
        return text
    kept, inside = [], False
    for one in list_statements(text):
        if one.kind in ("table", "array"):
            inside = one.kind == "array" and one.path == (SET_TWICE,)
        if not inside:
            kept.append(one.text)
    return "".join(kept)


def _list_kept(data: Mapping[str, Any]) -> dict[str, list[date]]:
    """Return the dates of milestones that other sides of merges had."""
    raw = data.get(SET_TWICE)
    found: dict[str, list[date]] = {}
    for one in raw if isinstance(raw, list) else ():
        if isinstance(one, dict) and isinstance(name := one.get("milestone"), str):
            day = one.get("day")
            if type(day) is date and is_in_range(day):
                found.setdefault(name, []).append(day)
    return {name: sorted(days) for name, days in sorted(found.items())}


def _dates(data: Mapping[str, object]) -> dict[str, date]:
    table = data.get(MILESTONES)
    found = table if isinstance(table, dict) else {}
    return {name: day for name, day in found.items() if type(day) is date}


def _replace_dates(text: str, wanted: Mapping[str, date]) -> str:
    import tomli  # as above

    places = Lines(text).known
    had = _dates(tomli.loads(text))
    if any((MILESTONES, name) not in places for name in had):
        return text  # an inline table
    lines = text.split("\n")
    last = places.get((MILESTONES,), 0)
    for name in had:
        last = max(last, places[MILESTONES, name])
    fresh = [f"{name} = {day}" for name, day in wanted.items() if name not in had]
    for name, day in had.items():
        at = places[MILESTONES, name] - 1
        if name in wanted and wanted[name] != day:
            lines[at] = _VALUE.sub(rf"\g<1>{wanted[name]}", lines[at], count=1)
    if (MILESTONES,) in places:
        lines[last:last] = fresh
    elif fresh:
        lines += [f"[{MILESTONES}]", *fresh, ""]
    gone = {places[MILESTONES, name] - 1 for name in had if name not in wanted}
    return "\n".join(line for at, line in enumerate(lines) if at not in gone)
