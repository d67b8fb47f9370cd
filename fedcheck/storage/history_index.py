"""Where the lines of long histories stand in the graph, kept so that few of them are parsed.

For the lines of some files up to some length, an index knows each line's place in the order of
`history_graph`, by its hash, and the few lines that a search for their reference would miss. It
holds nothing of what they state. It counts only for exactly the bytes that it was made from.
"""

import hashlib
import re
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
from msgspec import Struct

from fedcheck.domain.change import (
    IMPORTED,
    SHORT,
    TAKEN_OVER,
    Change,
    HistoryLine,
    count_parts,
    expand_line,
)
from fedcheck.storage.history_graph import sort_parents_first
from fedcheck.storage.history_lines import (
    LineData,
    hash_line,
    make_line,
    read_line,
    split_lines,
)
from fedcheck.storage.json_text import quote_json

VERSION = 2

MAX_SPECIAL = 10_000
"""With more lines that a search would miss there is no index."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_WHOLE = 64
_DIGITS = 16
_REST = (_WHOLE - _DIGITS) // 2
_HEX = re.compile(r"[0-9a-f]+")

Spot = tuple[int, int]
"""The moment of a line, in microseconds, and its depth: see `history_graph`."""


class LineFact(Struct, frozen=True, gc=False):
    """What of a line decides its place.

    Attributes:
        at: its moment, in microseconds.
        named: the lines of other chains that it names, shortened.
        parts: how many lines of one field it contains.
    """

    at: int
    prev: str
    named: tuple[str, ...]
    parts: int


class ReadLine(Struct, frozen=True, gc=False):
    """A line as it was read, with the numbers of its file and of its place in what was read."""

    file: int
    number: int
    digest: str
    data: LineData
    at: datetime
    day: date | None

    def list_parts(self) -> list[HistoryLine]:
        """Return the lines of each field that it contains."""
        return expand_line(make_line(self.data, self.at, self.day, self.digest))

    @property
    def fact(self) -> LineFact:
        """Return what decides its place."""
        data = self.data
        parts = count_parts(Change(data.ref, data.field, None, data.new))
        named = tuple(name[:SHORT] for name in (*data.saw, *data.merged))
        return LineFact((self.at - _EPOCH) // _TICK, data.prev, named, parts)


class HistoryIndex(Struct, frozen=True, array_like=True):
    """An index as it is kept: columns in the order of the lines' hashes.

    Attributes:
        order: the byte order of the columns.
        files: of each file its name, the length that was read, the hash of that, and how many
            lines of it count.
        digests: the first 64 bits of each hash.
        rests: what follows them: a damaged line may name a hash that only begins as another.
        numbers: the place of each line among all, file after file.
        missing: the lines that are named and in none of the files, shortened.
        special: file, begin and end of lines that a search does not have to find, and whether their
            text shows what they are about: imports and lists that were taken over do, what is not
            written as we write it does not.
    """

    version: int
    order: str
    files: list[tuple[str, int, str, int]]
    digests: bytes
    rests: bytes
    moments: bytes
    depths: bytes
    numbers: bytes
    missing: list[str]
    special: list[tuple[int, int, int, bool]]


def read_lines(file: int, raw: bytes, first: int = 0) -> Iterable[ReadLine]:
    """Yield the lines of a part of a file that can be read; `first` is the number of the first."""
    for number, line in enumerate(split_lines(raw), first):
        read = read_line(line)
        if read:
            yield ReadLine(file, number, hash_line(line), *read)


class Places:
    """The places of lines in the graph: those that an index knows, and those that came later."""

    def __init__(self, index: HistoryIndex | None = None) -> None:
        self.index = index
        self._spots: dict[str, Spot] = {}
        self._short: dict[str, str] = {}
        self._missing: set[str] = set(index.missing) if index else set()
        self._starts: list[int] = []
        if index is None:
            return
        self._digests = memoryview(index.digests).cast("Q")
        self._moments = memoryview(index.moments).cast("q")
        self._depths = memoryview(index.depths).cast("I")
        self._numbers = memoryview(index.numbers).cast("I")
        total = 0
        for _, _, _, count in index.files:
            self._starts.append(total)
            total += count

    @property
    def missing(self) -> set[str]:
        """Return the lines that are named and nowhere, shortened."""
        return self._missing

    def is_there(self, short: str) -> bool:
        """Return whether there is a line of a shortened hash."""
        return short in self._short or self._is_short_indexed(short)

    def find(self, digest: str) -> tuple[int, int] | None:
        """Return the numbers of the file and of the line that an index has for a hash, if any."""
        at = self._find_indexed(digest, _DIGITS)
        if at is None:
            return None
        number = self._numbers[at]
        return bisect_right(self._starts, number) - 1, number

    def spot(self, digest: str) -> Spot:
        """Return the spot of a line that is there."""
        found = self._find_spot(digest)
        assert found is not None, "every line that can be read has its place"
        return found

    def add(self, facts: Mapping[str, LineFact]) -> bool:
        """Add lines by their hash; return False where the graph has to be built as a whole.

        That is so where a line came that an earlier one follows, or where hashes were forged.
        """
        fresh = {
            digest: fact
            for digest, fact in facts.items()
            if digest not in self._spots and self._find_indexed(digest, _DIGITS) is None
        }
        for digest, fact in fresh.items():
            short = digest[:SHORT]
            if short in self._missing or self.is_there(short):
                return False
            if "+" in fact.prev:
                return False  # the name of a part of a line, which no line of ours follows
            self._short[short] = digest
        waiting = {}
        for digest, fact in fresh.items():  # in most files, each line is after those it follows
            before = [self._find_spot(fact.prev)] if fact.prev else []
            before += [self._find_named(name, digest) for name in fact.named]
            if None in before and any(
                parent in fresh and parent not in self._spots
                for parent in (fact.prev, *(self._short.get(name, "") for name in fact.named))
                if parent != digest
            ):
                waiting[digest] = fact
                continue
            self._place(digest, fact, [one for one in before if one])
        return not waiting or self._add_waiting(waiting)

    def _add_waiting(self, waiting: Mapping[str, LineFact]) -> bool:
        """Place lines that are before some that they follow; return as `add`."""
        parents = {
            digest: [
                one
                for one in (fact.prev, *(self._short.get(name, "") for name in fact.named))
                if one in waiting and one != digest
            ]
            for digest, fact in waiting.items()
        }
        for digest in sort_parents_first(parents):
            if any(one not in self._spots for one in parents[digest]):
                return False  # a circle
            fact = waiting[digest]
            before = [self._find_spot(fact.prev)] if fact.prev else []
            before += [self._find_named(name, digest) for name in fact.named]
            self._place(digest, fact, [one for one in before if one])
        return True

    def _place(self, digest: str, fact: LineFact, before: Sequence[Spot]) -> None:
        moment = max((fact.at, *(one[0] for one in before)))
        depth = max((one[1] for one in before), default=-1) + fact.parts
        self._spots[digest] = moment, depth
        if len(before) < len(fact.named) + bool(fact.prev):
            self._note_missing(digest, fact)

    def _note_missing(self, digest: str, fact: LineFact) -> None:
        if fact.prev and self._find_spot(fact.prev) is None:
            self._missing.add(fact.prev[:SHORT])
        for name in fact.named:
            if name != digest[:SHORT] and self._find_named(name, digest) is None:
                self._missing.add(name)

    def _find_spot(self, digest: str) -> Spot | None:
        found = self._spots.get(digest)
        if found is None and (at := self._find_indexed(digest, _DIGITS)) is not None:
            found = self._moments[at], self._depths[at]
        return found

    def _find_named(self, name: str, by: str) -> Spot | None:
        digest = self._short.get(name)
        if digest is not None:
            return self._spots.get(digest) if digest != by else None
        at = self._find_indexed(name, SHORT)
        return (self._moments[at], self._depths[at]) if at is not None else None

    def _is_short_indexed(self, short: str) -> bool:
        return self._find_indexed(short, SHORT) is not None

    def _find_indexed(self, digest: str, digits: int) -> int | None:
        """Return the place in the columns of the index of the line whose hash begins so."""
        whole = _WHOLE if digits == _DIGITS else SHORT
        if self.index is None or len(digest) != whole or not _HEX.fullmatch(digest):
            return None
        bits = 4 * (_DIGITS - digits)
        wanted = int(digest[:digits], 16)
        at = bisect_left(self._digests, wanted << bits)
        if at == len(self._digests) or self._digests[at] >> bits != wanted:
            return None
        rest = self.index.rests[_REST * at : _REST * (at + 1)]
        return at if whole == SHORT or rest.hex() == digest[_DIGITS:] else None


def build_index(files: Sequence[tuple[str, bytes]]) -> HistoryIndex | None:
    """Return the index of history files, names and bytes in their order; nothing if there is none.

    There is none where hashes were forged, or where hardly a line is written as we write it.
    """
    facts: dict[str, LineFact] = {}
    special: list[tuple[int, int, int, bool]] = []
    known: list[tuple[str, int, str, int]] = []
    for file, (name, raw) in enumerate(files):
        before, end = len(facts), -1
        for text in raw.split(b"\n"):
            begin, end = end + 1, end + 1 + len(text)
            for line in read_lines(file, text):
                facts.setdefault(line.digest, line.fact)
                is_plain = _is_plain(line.data, text)
                if not is_plain or line.data.field in (TAKEN_OVER, IMPORTED):
                    special.append((file, begin, end, is_plain))
        if len(special) > MAX_SPECIAL:
            return None
        known.append((name, len(raw), hashlib.sha256(raw).hexdigest(), len(facts) - before))
    places = Places()
    if not places.add(facts):
        return None
    rows = sorted((int(digest[:_DIGITS], 16), n, digest) for n, digest in enumerate(facts))
    spots = [places.spot(digest) for _, _, digest in rows]
    return HistoryIndex(
        VERSION,
        sys.byteorder,
        known,
        array("Q", [row[0] for row in rows]).tobytes(),
        bytes.fromhex("".join(digest[_DIGITS:] for _, _, digest in rows)),
        array("q", [spot[0] for spot in spots]).tobytes(),
        array("I", [spot[1] for spot in spots]).tobytes(),
        array("I", [row[1] for row in rows]).tobytes(),
        sorted(places.missing),
        special,
    )


def _is_plain(data: LineData, text: bytes) -> bool:
    """Return whether a line is found by its reference, its field and what it names as lost."""
    return (
        format_key("ref", data.ref) in text
        and format_key("field", data.field) in text
        and (not data.lost or format_key("lost", data.lost) in text)
    )


def format_key(name: str, value: str) -> bytes:
    """Return a key of a line with its text as it is in the file."""
    return f'"{name}":{quote_json(value)}'.encode("ascii")


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(HistoryIndex)


def encode_index(index: HistoryIndex) -> bytes:
    """Return an index as bytes."""
    return _ENCODER.encode(index)


def decode_index(data: bytes) -> HistoryIndex | None:
    """Return an index that was kept; nothing where it is of another version or damaged."""
    try:
        index = _DECODER.decode(data)
    except msgspec.MsgspecError:
        return None
    if index.version != VERSION or index.order != sys.byteorder:
        return None
    count = sum(count for _, _, _, count in index.files)
    columns = index.digests, index.rests, index.moments, index.depths, index.numbers
    widths = 8, _REST, 8, 4, 4
    is_whole = [len(column) for column in columns] == [width * count for width in widths]
    return index if is_whole else None
