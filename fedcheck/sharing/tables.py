"""Files that people write, `fedcheck.toml` and own checklists: merged as text, checked as data.

The text of people stays as they wrote it: lines are merged first, and conflicts of lines key by
key. What comes out has to state what the data of the three files state when they are merged key by
key, and item by item; if it does not, it is not used.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from fedcheck.domain.alternatives import as_key
from fedcheck.domain.set_twice import SET_TWICE
from fedcheck.domain.text import one_line
from fedcheck.errors import InvalidFileError
from fedcheck.sharing.line_merge import merge_lines, settle_by_key
from fedcheck.sharing.order import merge_order, survivors
from fedcheck.sharing.record_files import Texts
from fedcheck.sharing.remark import BOTH_SET, CHANGE_STANDS, NO_ANSWER, Remark
from fedcheck.storage.milestone_dates import format_kept, keep_day, strip_kept
from fedcheck.storage.record_file import MILESTONES
from fedcheck.storage.toml_io import dumps, format_table, parse


def merge_table_file(
    path: Path, texts: Texts, *, by_data: bool
) -> tuple[bytes | None, list[Remark]]:
    """Return a file that people write merged three ways; None where that takes a person.

    Args:
        path: the file, for messages.
        texts: the three texts.
        by_data: whether the file may be written from its data where its lines do not merge.
            Comments are then lost.

    Raises:
        InvalidFileError: where a side is broken, or of a newer format.
    """
    ours, theirs = (parse(path, raw).data for raw in (texts.ours, texts.theirs))
    try:
        base = parse(path, texts.base).data if texts.base else {}
    except InvalidFileError:
        base = {}
    remarks: list[Remark] = []
    kept = _merge_kept(base, ours, theirs)
    plain = [{k: v for k, v in one.items() if k != SET_TWICE} for one in (base, ours, theirs)]
    wanted = merge_tables(plain[0], plain[1], plain[2], (), remarks, kept)
    if any(one.is_conflict for one in remarks):
        return None, remarks
    kept = [one for one in kept if not _stands(one, wanted)]
    wanted |= {SET_TWICE: kept} if kept else {}
    bare = Texts(*(_without_kept(one) for one in (texts.base, texts.ours, texts.theirs)))
    for text in (merge_lines(bare)[0], settle_by_key(bare)):
        whole = text and text + format_kept(kept)
        if whole is not None and _says(path, whole, wanted):
            return whole.encode(), remarks
    return (format_file(wanted).encode() if by_data else None), remarks


def _merge_kept(
    base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return the values of milestones that earlier merges kept, and nobody settled since."""
    sides = [
        {as_key(one): one for one in found if isinstance(one, dict)}
        for found in (side.get(SET_TWICE, []) for side in (base, ours, theirs))
        if isinstance(found, list)
    ]
    if len(sides) < len((base, ours, theirs)):
        return []
    known = {**sides[1], **sides[2]}
    return [known[key] for key in sorted(survivors(*sides))]


def _stands(table: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Return whether the file has the value that a table keeps."""
    days = wanted.get(MILESTONES, {})
    name = table.get("milestone")
    return isinstance(days, dict) and name in days and days[name] == table.get("day")


def _without_kept(raw: bytes) -> bytes:
    return strip_kept(raw.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _says(path: Path, text: str, wanted: Mapping[str, Any]) -> bool:
    """Return whether a text is TOML with the wanted data; lists of tables in any order."""
    try:
        found = parse(path, text.encode("utf-8", "surrogateescape")).data
    except InvalidFileError:
        return False
    return bool(_ordered(found) == _ordered(wanted))


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ordered(one) for key, one in value.items()}
    if _has_ids(value):
        return sorted((_ordered(one) for one in value), key=lambda one: str(one["id"]))
    return value


def _has_ids(value: Any) -> bool:
    """Return whether a value is a list of tables, each with an id of its own."""
    if not isinstance(value, list) or not value:
        return False
    ids = [one.get("id") if isinstance(one, dict) else None for one in value]
    return all(isinstance(one, str) for one in ids) and len(set(ids)) == len(ids)


def merge_tables(
    base: Mapping[str, Any],
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    path: Sequence[str],
    remarks: list[Remark],
    kept: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the data of a file merged three ways: by key, and by id where tables have one.

    Of the date of a milestone that both sides moved the earlier one stands, and the other one goes
    to `kept`.
    """
    merged: dict[str, Any] = {}
    for key in merge_order(tuple(base), tuple(ours), tuple(theirs)):
        sides = base.get(key), ours.get(key), theirs.get(key)
        value = _merge_value(*sides, (*path, key), remarks, kept)
        if value is not None:
            merged[key] = value
    return merged


def _merge_value(
    was: Any,
    mine: Any,
    other: Any,
    path: Sequence[str],
    remarks: list[Remark],
    kept: list[dict[str, Any]] | None,
) -> Any:
    if mine == other or other == was:
        return mine
    if mine == was:
        return other
    place = ", ".join(one_line(part, 60) for part in path)
    if mine is None or other is None:
        remarks.append(Remark(place, CHANGE_STANDS))
        return other if mine is None else mine
    if isinstance(mine, dict) and isinstance(other, dict):
        before = was if isinstance(was, dict) else {}
        return merge_tables(before, mine, other, path, remarks, kept)
    if _has_ids(mine) and _has_ids(other):
        listed = was if _has_ids(was) else []
        old, first, second = ({one["id"]: one for one in side} for side in (listed, mine, other))
        return list(merge_tables(old, first, second, path, remarks, kept).values())
    if kept is not None and len(path) == 2 and path[0] == MILESTONES and _are_days(mine, other):
        remarks.append(Remark(place, BOTH_SET))
        kept.append(keep_day(path[1], max(mine, other)))
        return min(mine, other)
    remarks.append(Remark(place, NO_ANSWER, is_conflict=True))
    return mine


def _are_days(*values: Any) -> bool:
    return all(type(one) is date for one in values)


def format_file(data: Mapping[str, Any]) -> str:
    """Return data as the text of a file: plain keys first, then tables with heads of their own."""
    plain = {key: value for key, value in data.items() if not _is_table(value)}
    parts = [dumps(plain)]
    for key, value in data.items():
        if _is_table(value):
            many = value if isinstance(value, list) else [value]
            head = f"[[{key}]]" if isinstance(value, list) else f"[{key}]"
            parts += [format_table(head, key, one) for one in many]
    return "\n".join(parts)


def _is_table(value: Any) -> bool:
    tables = isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
    return isinstance(value, dict) or bool(tables)
