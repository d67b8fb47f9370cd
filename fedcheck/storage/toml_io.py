"""Read and write TOML: errors with their line, tables as people write them."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from fedcheck.domain.checklist import FORMAT
from fedcheck.domain.dates import parse_date
from fedcheck.domain.text import one_line
from fedcheck.errors import InvalidFileError
from fedcheck.storage.json_text import quote_json
from fedcheck.storage.problems import Collector
from fedcheck.storage.raw_files import file_error, read_bytes
from fedcheck.storage.toml_keys import KeySpec, keeps_extra, keys_of

_CONFLICT = r"(?m)^(<{7}|>{7})(\s|$)"
_MERGED = ("fedcheck.toml", "requests.toml", "findings.toml", "sent.toml")

SETTLE_HINT = "after a merge, resolve it with: fedcheck doctor --fix"

_PLACE = r"\s*\(at (?:line (\d+), column \d+|end of document)\)$"


class Document(Struct, frozen=True):
    """A parsed file with its text, for messages, and its hash, for saving."""

    path: Path
    text: str
    data: dict[str, Any]
    sha256: str

    def collector(self) -> Collector:
        """Return a collector for the problems of this file."""
        return Collector(self.path, self.text)


def read(path: Path, under: Path | None = None) -> Document:
    """Read and parse a file. Raises InvalidFileError with line and remedy where that fails."""
    return parse(path, read_bytes(path, under))


def parse(path: Path, raw: bytes) -> Document:
    """Parse the bytes of a file. Raises InvalidFileError where they are not TOML of ours."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise file_error(path, line, "not UTF-8 text", "save the file as UTF-8") from None
    if text.startswith("\ufeff"):
        text = text[1:]
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise file_error(path, line, "a binary file, not TOML", "restore it from a copy")
    from fedcheck.storage.quick_toml import read_quickly  # loaded here: what only writes needs none

    data = read_quickly(text)
    if data is None:
        data = _read_carefully(path, text)
    _check_format(path, text, data)
    return Document(path, text, data, hashlib.sha256(raw).hexdigest())


def _read_carefully(path: Path, text: str) -> dict[str, Any]:
    import tomli  # loaded here: few files need it

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        raise _syntax_error(path, text, error) from None
    except RecursionError:
        raise file_error(path, 0, "nested too deeply", "this is not a fedcheck file") from None
    except ValueError as error:
        raise file_error(
            path, 0, f"not TOML: {one_line(str(error), 120)}", "correct the value"
        ) from None


def _syntax_error(path: Path, text: str, error: ValueError) -> InvalidFileError:
    conflict = re.search(_CONFLICT, text)
    if conflict:
        line = text[: conflict.start()].count("\n") + 1
        return file_error(path, line, "unsettled merge conflict", SETTLE_HINT)
    place = re.search(_PLACE, str(error))
    line = int(place[1]) if place and place[1] else text.count("\n") + 1
    message = re.sub(_PLACE, "", str(error))
    return file_error(
        path, line, f"not valid TOML: {one_line(message, 160)}", _syntax_hint(path, message)
    )


def _syntax_hint(path: Path, message: str) -> str:
    if "overwrite" in message or "twice" in message:
        settles = SETTLE_HINT if _is_in_workspace(path) else "write it once"
        return f"this key or table is listed twice; {settles}"
    if "end of document" in message or "Unterminated" in message or "Expected" in message:
        return "a quote or bracket may be missing here or on the line above"
    return "text needs quotes; true, false, numbers and dates do not"


def _is_in_workspace(path: Path) -> bool:
    """Return whether a file is one that `doctor --fix` settles after a merge."""
    return path.parent.name in ("progress", "checklists") or path.name in _MERGED


def _check_format(path: Path, text: str, data: dict[str, Any]) -> None:
    found = data.get("format")
    if not isinstance(found, int) or isinstance(found, bool) or 1 <= found <= FORMAT:
        return
    collector = Collector(path, text)
    if found < 1:
        collector.add(("format",), f"format {found} does not exist", f"write format = {FORMAT}")
    else:
        collector.add(
            ("format",),
            f"format {found} is newer than this fedcheck, which supports format {FORMAT}",
            "upgrade fedcheck; nothing was changed",
        )
    raise InvalidFileError(collector.problems())


def collect_toml_values(thing: Any) -> dict[str, Any]:
    """Return the TOML values of a data class that differ from their defaults, in its order.

    Keys that it keeps as they were read come last; a date outside of the range stands where its
    key belongs, unless a person has set another since.
    """
    specs = keys_of(type(thing))
    kept: Mapping[str, Any] = thing.extra if keeps_extra(type(thing)) else {}
    data: dict[str, Any] = {}
    for name, spec in specs.items():
        value = getattr(thing, spec.field)
        if spec.required or value != spec.default:
            data[name] = _as_toml(spec, value)
        elif name in kept:
            data[name] = kept[name]
    return {**data, **{name: value for name, value in kept.items() if name not in specs}}


def _as_toml(spec: KeySpec, value: Any) -> Any:
    if spec.key.check == "due":
        return _as_date(value)
    return list(value) if isinstance(value, tuple) else value


def _as_date(text: str) -> date | str:
    try:
        return parse_date(text)
    except ValueError:
        return text


def dumps(data: Mapping[str, Any], multiline: bool = False) -> str:
    """Write TOML; `multiline` lets a text of several lines stay so."""
    import tomli_w  # loaded here: only what writes pays for it

    return tomli_w.dumps(data, multiline_strings=multiline)


def format_table(header: str, path: str, data: Mapping[str, Any]) -> str:
    """Write a table; tables inside it follow with headers of their own, never inline."""
    lines = [header + "\n"]
    inner: list[str] = []
    for key, value in data.items():
        under = f"{path}.{quote_key(key)}"
        if isinstance(value, dict):
            inner.append("\n" + format_table(f"[{under}]", under, value))
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            inner += ["\n" + format_table(f"[[{under}]]", under, v) for v in value]
        else:
            multiline = isinstance(value, str) and "\r" not in value
            lines.append(dumps({key: value}, multiline))
    return "".join(lines + inner)


def quote_key(name: str) -> str:
    """Return a key in quotes, always: ids have dots, and one form makes small diffs."""
    return quote_json(name, ascii_only=False).replace("\x7f", "\\u007F")
