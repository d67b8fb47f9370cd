"""Read a JSON file within bounds, and state as text why one cannot be read."""

import json
import re
import stat
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fedcheck.domain.text import one_line
from fedcheck.errors import InvalidFileError, Problem

_YAML = re.compile(r"(%YAML|---|[A-Za-z][\w-]*:(\s|$))")


@dataclass(frozen=True, slots=True)
class JsonLimits:
    """How much JSON is read, and what to advise where a file is none of the kind.

    Attributes:
        max_bytes: the largest file that is read.
        max_objects: the most objects and arrays: each costs memory many times what it takes on
            disk.
        take_json: what to do about a file that is not JSON.
        take_smaller: what to do about one that is too large.
        too_deep: what to state about one that nests without end.
    """

    max_bytes: int
    max_objects: int
    take_json: str
    take_smaller: str
    too_deep: str


def name_other_json(data: Any) -> str:
    """Return what JSON is that is easily taken for data; empty where it is nothing of that kind."""
    if not isinstance(data, dict):
        return ""
    if "$defs" in data or isinstance(data.get("properties"), dict):
        return "a JSON schema"
    if "fedRampRequirements" in data or "certificationPackageOverviewUri" in data:
        return "a document of a certification package"
    return ""


def read_bytes(path: Path, limits: JsonLimits) -> bytes:
    """Return what a file holds. Raises InvalidFileError where it is none or is too large."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise explain(path, 0, "a folder, device or pipe, not a file", "name a file")
        if found.st_size > limits.max_bytes:
            larger = f"larger than {limits.max_bytes >> 20} MB"
            raise explain(path, 0, larger, limits.take_smaller)
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        hint = "check name and permissions"
        raise explain(path, 0, f"cannot be read: {reason}", hint) from None


def parse_json(path: Path, raw: bytes, limits: JsonLimits, twice: Counter[str]) -> Any:
    """Return the JSON in the bytes of a file.

    Args:
        path: the file, for messages.
        raw: what it holds.
        limits: the bounds.
        twice: gets the keys that an object has more than once, each with how many objects do; the
            last one counts.

    Raises:
        InvalidFileError: with line and remedy.
    """
    if raw.startswith(b"PK\x03\x04"):
        raise explain(path, 0, "a zip file or workbook, not JSON", limits.take_json)
    encoding = json.detect_encoding(raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise explain(path, line, "not UTF-8 text", "save the file as UTF-8") from None
    text = text.removeprefix("\ufeff")
    begin = text[:2000].lstrip()
    if not begin:
        raise explain(path, 0, "empty", "download it again from its source")
    if begin.startswith("<"):
        raise explain(path, 0, "XML, not JSON", limits.take_json)
    if begin[0] not in "{[" and (_YAML.match(begin) or path.suffix in (".yaml", ".yml")):
        raise explain(path, 0, "YAML, not JSON", limits.take_json)
    if text.count("{") + text.count("[") > limits.max_objects:
        many = f"holds more than {limits.max_objects:,} objects"
        raise explain(path, 0, many, limits.take_smaller)
    try:
        return json.loads(text, object_pairs_hook=_counting(twice), parse_constant=_refuse)
    except json.JSONDecodeError as error:
        what = f"not valid JSON, column {error.colno}: {one_line(error.msg, 100)}"
        hint = "download it again from its source, or correct this place"
        if not text[error.pos :].strip(", \r\n\t") or error.msg.startswith("Unterminated string"):
            hint = "the file is cut off; download it again from its source"
        raise explain(path, error.lineno, what, hint) from None
    except RecursionError:
        raise explain(path, 0, "nested too deeply", limits.too_deep) from None
    except ValueError as error:
        what = f"not valid JSON: {one_line(str(error), 100)}"
        raise explain(path, 0, what, "correct the value") from None


def explain(path: Path, line: int, message: str, hint: str) -> InvalidFileError:
    """Return the error of a file that cannot be used."""
    return InvalidFileError([Problem(path, line, message, hint)])


def _counting(twice: Counter[str]) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    """Return what makes an object of its pairs, and counts the keys that it has several times."""

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            times = Counter(key for key, _ in pairs)
            twice.update(key for key, count in times.items() if count > 1)
        return found

    return made


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not a JSON value")
