"""The certification package: `[package]` of `fedcheck.toml`, read, checked and written key by key.

It is a book that is a part of a file which people write. Each key is an entry of its own, with the
name of the provider, which is at the top of the file. Only the lines of a key that changes are
touched; comments, order and all else stay.

The history keeps an entry as text: a text as it is, a list of texts a line each, a day as
2027-02-01, tables as JSON.
"""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_origin

from msgspec.structs import replace

from fedcheck.domain.package import Package
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import PackageEntry
from fedcheck.errors import ErrorKind, FedcheckError, Problem
from fedcheck.storage.decoder import decode, decode_carefully
from fedcheck.storage.package_lines import replace_entry
from fedcheck.storage.paths import WORKSPACE_FILE
from fedcheck.storage.problems import Collector
from fedcheck.storage.record_file import PACKAGE, PROVIDER, RecordFile
from fedcheck.storage.toml_io import parse, read
from fedcheck.storage.toml_keys import is_struct, keys_of


def load_package(root: Path) -> tuple[Package, list[Problem]]:
    """Return what the table holds, and as warnings, with lines, what of it cannot be used.

    Without a table all of it is empty. Raises InvalidFileError where the file cannot be read.
    """
    document = read(root / WORKSPACE_FILE, root)
    problems = document.collector()
    found = decode(Package, document.data.get(PACKAGE, {}), (PACKAGE,), problems)
    for one in problems.found:
        one.severity = "warning"
    return found or Package(), problems.problems()


def load_entries(root: Path) -> dict[str, Any]:
    """Return what the file holds of each known key, as TOML values. Raises InvalidFileError."""
    return _entries(read(root / WORKSPACE_FILE, root).data)


def find_fault(key: str, value: Any) -> str:
    """Return as text what is wrong with a value of a key; empty where it can be written."""
    if key == PROVIDER or value in ("", None, [], {}):
        return ""
    problems = Collector(Path(WORKSPACE_FILE), "")
    decode(Package, {key: value}, (PACKAGE,), problems)
    found = next(iter(problems.found), None)
    if found is None:
        return ""
    return f"{found.message}; {found.hint}" if found.hint else found.message


def find_part_fault(kind: Any, key: str, value: Any) -> str:
    """Return as text what is wrong with one key of a table; what others lack is not of it."""
    problems = Collector(Path(WORKSPACE_FILE), "")
    spec = keys_of(kind)[key]
    decode_carefully(kind, {key: value}, (key,), problems)
    missing = [f'the key "{one.name}" is missing' for one in keys_of(kind).values() if one != spec]
    found = [one for one in problems.found if one.message not in missing]
    if not found:
        return ""
    return f"{found[0].message}; {found[0].hint}" if found[0].hint else found[0].message


def to_history(value: Any) -> str:
    """Return a TOML value as the history keeps it."""
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list) and all(isinstance(one, str) and "\n" not in one for one in value):
        return "\n".join(value)
    return json.dumps(value, ensure_ascii=False, default=str) if value else ""


def to_toml(key: str, text: str) -> Any:
    """Return the TOML value that an entry of the history stands for; None for an empty one.

    Raises ValueError where it is none of this key.
    """
    kind = str if key == PROVIDER else keys_of(Package)[key].type
    if not text:
        return None
    if kind is date:
        return date.fromisoformat(text)
    if is_struct(kind):
        return _with_days(kind, json.loads(text))
    if get_origin(kind) is not tuple:
        return text
    (inner, *_) = get_args(kind)
    if is_struct(inner) or text.startswith('["'):
        return [_with_days(inner, one) if is_struct(inner) else one for one in json.loads(text)]
    return text.split("\n")


def load(path: Path, raw: bytes) -> RecordFile:
    """Read the entries. Raises InvalidFileError where the file is no TOML."""
    document = parse(path, raw)
    entries = _entries(document.data)
    records = {name: PackageEntry(to_history(value)) for name, value in entries.items()}
    return RecordFile(PACKAGE, records, {}, document.sha256, {"": document.text})


def dump(book: RecordFile) -> tuple[bytes, RecordFile]:
    """Return the file with the entries of the book in it, and the book with its new text.

    Raises FedcheckError (refused) where a value breaks a rule, or the table is written in a way
    that only a person can edit.
    """
    import tomli  # loaded here: to read the table needs none

    text = book.texts.get("", "")
    had = {name: to_history(value) for name, value in _entries(tomli.loads(text)).items()}
    wanted = {name: one.value for name, one in book.records.items() if one.value}
    for name in dict.fromkeys((*keys_of(Package), PROVIDER)):
        new = wanted.get(name, "")
        if new != had.get(name, ""):
            text = replace_entry(text, _path(name), _checked(name, new), _order())
    try:
        now = {name: to_history(value) for name, value in _entries(tomli.loads(text)).items()}
    except tomli.TOMLDecodeError:
        now = {}
    if now != wanted:
        raise FedcheckError(
            "fedcheck.toml: its package is not written as lines under [package]",
            "change it there by hand",
            ErrorKind.REFUSED,
        )
    return text.encode(), replace(book, texts={"": text})


def _checked(name: str, text: str) -> Any:
    try:
        value = to_toml(name, text)
        fault = find_fault(name, value)
    except (ValueError, TypeError, AttributeError) as error:
        fault = one_line(str(error), 120)
    if fault:
        raise FedcheckError(f"package.{name}: {fault}", "", ErrorKind.REFUSED)
    return value


def _path(name: str) -> tuple[str, ...]:
    return (PROVIDER,) if name == PROVIDER else (PACKAGE, name)


def _order() -> tuple[str, ...]:
    return tuple(keys_of(Package))


def _entries(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the known keys of the file that hold something."""
    table = data.get(PACKAGE)
    found = table if isinstance(table, dict) else {}
    known = {name: found[name] for name in keys_of(Package) if found.get(name)}
    provider = data.get(PROVIDER)
    return {**({PROVIDER: provider} if provider else {}), **known}


def _with_days(kind: Any, table: Any) -> Any:
    """Return a table of the history with its days as dates."""
    if not isinstance(table, dict):
        raise ValueError("expected a table")
    days = {name for name, spec in keys_of(kind).items() if spec.type is date}
    return {
        name: date.fromisoformat(value) if name in days and isinstance(value, str) else value
        for name, value in table.items()
    }
