"""Lines of history files: how one is written, read, distinguished from the next, and hashed."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from fedcheck.domain.change import Change, HistoryLine, expand_line
from fedcheck.domain.dates import format_stamp
from fedcheck.storage.json_text import encode_json

VERSION = 1


def format_line(entered: HistoryLine, prev: str, saw: Sequence[str] = ()) -> bytes:
    """Return a history line for a change, without its newline."""
    data: dict[str, Any] = {
        "v": VERSION,
        "at": format_stamp(entered.at.astimezone(UTC), "milliseconds"),
        "by": entered.by,
        "tx": entered.tx,
        "ref": entered.change.ref,
        "field": entered.change.field,
        "old": entered.change.old,
        "new": entered.change.new,
    }
    more = {
        "undoes": entered.undoes,
        "for": entered.day.isoformat() if entered.day else "",
        "lost": entered.lost,
        "merged": list(entered.merged),
        "saw": list(saw),
    }
    data |= {name: value for name, value in more.items() if value}
    data["prev"] = prev
    return encode_json(data)


def hash_line(line: bytes) -> str:
    """Return the SHA-256 of a line; how it ends does not count."""
    return hashlib.sha256(line).hexdigest()


def split_lines(raw: bytes) -> list[bytes]:
    """Return the lines of a history file, without empty ones.

    Line ends do not count: a clone may have other ones. Two objects on one line, which a merge
    makes of a last line without an end, are two lines.
    """
    lines = [text for line in raw.split(b"\n") if (text := line.strip(b"\r \t"))]
    if not _may_hold_two(raw):
        return lines
    return [
        one for text in lines for one in (_split_objects(text) if _may_hold_two(text) else (text,))
    ]


def _may_hold_two(text: bytes) -> bool:
    return b"}{" in text or b"} {" in text


def _split_objects(line: bytes) -> list[bytes]:
    """Return the JSON objects that are on one line; the line itself where it is none."""
    try:
        text = line.decode("ascii")
    except UnicodeDecodeError:
        return [line]
    import json  # loaded here, and below: msgspec reads what is usual

    decoder, start = json.JSONDecoder(), 0
    found: list[bytes] = []
    while start < len(text):
        try:
            _, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            return [*found, text[start:].encode()]
        found.append(text[start:end].encode())
        start = end + len(text[end:]) - len(text[end:].lstrip())
    return found


class LineData(msgspec.Struct, rename={"day": "for"}, gc=False):
    """A history line as JSON."""

    v: int
    at: str
    by: str
    tx: str
    ref: str
    field: str
    old: Any
    new: Any
    prev: str = ""
    undoes: str = ""
    day: str = ""
    lost: str = ""
    merged: list[str] = []
    saw: list[str] = []


_DECODER = msgspec.json.Decoder(LineData)


def parse_lines(lines: Iterable[bytes]) -> list[HistoryLine]:
    """Parse history lines; those that are damaged or are there again are left out."""
    parsed = (parse_line(line) for line in dict.fromkeys(lines))
    return [part for one in parsed if one is not None for part in expand_line(one)]


def parse_line(line: bytes) -> HistoryLine | None:
    """Parse a history line; nothing where it is damaged or of a newer kind."""
    read = read_line(line)
    return make_line(*read, hash_line(line)) if read else None


def read_line(line: bytes) -> tuple[LineData, datetime, date | None] | None:
    """Return what a line states, its moment (UTC) and its day; nothing as `parse_line`."""
    try:
        data = _decode(line)
        if data.v != VERSION:
            return None
        at = datetime.fromisoformat(data.at)
        if at.tzinfo is not UTC:
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        if not 1 < at.year < datetime.max.year:  # time zones must not lead out of the calendar
            return None
        day = date.fromisoformat(data.day) if data.day else None
    except (ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return None
    return data, at, day


def make_line(data: LineData, at: datetime, day: date | None, digest: str) -> HistoryLine:
    """Return a line that was read, with its hash."""
    return HistoryLine(
        Change(data.ref, data.field, data.old, data.new),
        at,
        data.by,
        data.tx,
        data.undoes,
        day,
        data.lost,
        tuple(data.merged),
        tuple(data.saw),
        data.prev,
        digest,
    )


def _decode(line: bytes) -> LineData:
    try:
        return _DECODER.decode(line)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:  # it knows no half of a surrogate pair and no NaN; we wrote both
        import json

        return msgspec.convert(json.loads(line), LineData)


def previous_hash(line: bytes) -> str | None:
    """Return the hash that a line keeps of the one before it; None where it cannot be read."""
    import json

    try:
        prev = json.loads(line)["prev"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return prev if isinstance(prev, str) else None
