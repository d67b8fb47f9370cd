"""Find the lines of some records, fields or actions, in the order that the graph of all has them.

The cost does not grow with what a long history states: its bytes are searched, and only the lines
that are found are parsed. Their order comes from an index (`history_index`), which this user keeps
in the local state; lines that came since are read. The answer is that of `read_graph`, filtered.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock

from msgspec import Struct

from fedcheck.domain.change import ALL_ITEMS, IMPORTED, TAKEN_OVER, HistoryLine
from fedcheck.domain.reference import split_ref
from fedcheck.storage import history, local_state
from fedcheck.storage.history_graph import build_graph
from fedcheck.storage.history_index import (
    HistoryIndex,
    Places,
    ReadLine,
    build_index,
    decode_index,
    encode_index,
    format_key,
    read_lines,
)
from fedcheck.storage.history_lines import LineData, parse_lines, split_lines

WORTH_AN_INDEX = 512 * 1024
"""From so many bytes on an index is kept."""

SHARED_INDEX, WHOLE_INDEX = "history.index", "history-whole.index"
"""The names of the indexes in the local state: of one place, and of both."""

MAX_LATE = 256 * 1024
"""With more bytes that the index does not know, it is made again."""

MAX_NEEDLES = 8
"""More texts than that are not searched for one after the other."""

_KEYS = re.compile(rb'"(?:ref|field)":(?="[^"\\\n]*(?:\\[^\n][^"\\\n]*)*("))')
"""A reference or a field; it ends where the group does."""

_LOST = b'"lost":"'

Wants = Callable[[LineData], bool]
"""Returns whether a line may be wanted."""

_Order = tuple[int, int, int, bool, int]
"""Moment, depth, number of the file, whether the line is late, number in the file."""


class _Held(Struct):
    """A history file: what it holds, and how much of that the index knows."""

    name: str
    raw: bytes
    indexed: int = 0


class HistorySearch:
    """Searches the histories of a workspace; one object reads again only what changed.

    Args:
        root: the workspace, in whose local state an index may be kept.
        homes: the places with history files: the workspace, and its private folder.
    """

    def __init__(self, root: Path, homes: Sequence[Path]) -> None:
        self._root, self._homes = root, homes
        self._name = SHARED_INDEX if len(homes) == 1 else WHOLE_INDEX
        self._files: list[_Held] = []
        self._late: dict[str, ReadLine] = {}
        self._places = Places()
        self._is_sound = True
        self._lock = Lock()

    def list_lines_of(
        self, refs: Collection[str], *, with_imports: bool = False
    ) -> list[HistoryLine]:
        """Return the lines of records, the oldest first; with those of imports if asked for.

        Raises FedcheckError where the disk refuses.
        """
        wholes = {f"{split_ref(ref)[0]}:{ALL_ITEMS}" for ref in refs}
        heads = {*refs, *wholes}
        special = [format_key("ref", head) for head in wholes]
        special += [format_key("field", IMPORTED)] if with_imports else []

        def wants(data: LineData) -> bool:
            return data.ref in heads or (with_imports and data.field == IMPORTED)

        found = self._find([format_key("ref", ref) for ref in refs], special, wants)
        return [
            one
            for one in found
            if one.change.ref in refs or (with_imports and one.change.field == IMPORTED)
        ]

    def list_lines_on(self, fields: Collection[str]) -> list[HistoryLine]:
        """Return the lines of fields of all records, the oldest first. Raises FedcheckError."""
        needles = [format_key("field", name) for name in fields]
        special = [format_key("field", TAKEN_OVER)]
        wanted = {*fields, TAKEN_OVER}
        found = self._find(needles, special, lambda data: data.field in wanted)
        return [one for one in found if one.change.field in fields]

    def list_lines_in(self, owners: Collection[str]) -> list[HistoryLine]:
        """Return the lines of all records of lists, or of other books, the oldest first.

        Raises FedcheckError where the disk refuses.
        """
        needles = [format_key("ref", f"{owner}:")[:-1] for owner in owners]
        found = self._find(needles, needles, lambda data: split_ref(data.ref)[0] in owners)
        return [one for one in found if split_ref(one.change.ref)[0] in owners]

    def list_losses(self) -> list[HistoryLine]:
        """Return the lines that name another one as lost, the oldest first.

        Raises FedcheckError where the disk refuses.
        """
        return [
            one for one in self._find([_LOST], [_LOST], lambda data: bool(data.lost)) if one.lost
        ]

    def is_there(self, short: str) -> bool | None:
        """Return whether there is a line of a shortened hash; nothing where that is not known.

        It counts for what the last search read.
        """
        with self._lock:
            return self._places.is_there(short) if self._is_sound else None

    def _find(
        self, needles: Sequence[bytes], special: Sequence[bytes], wants: Wants
    ) -> list[HistoryLine]:
        """Return the lines that are wanted, in order, and maybe others.

        Args:
            needles: parts of the text of lines that are wanted; many only if each is a whole
                reference or field.
            special: the same for lines that the index lists.
            wants: decides once a line was read.
        """
        with self._lock:
            self._catch_up()
            if not self._is_sound:
                lines = (one for held in self._files for one in parse_lines(split_lines(held.raw)))
                return build_graph(lines).lines
            found = {
                line.digest: line for line in self._list_lines(needles, special) if wants(line.data)
            }
            return _merge_parts((self._find_order(digest), line) for digest, line in found.items())

    def _find_order(self, digest: str) -> _Order:
        """Return the order of a line; of one that is there several times, that of the first."""
        moment, depth = self._places.spot(digest)
        places = []
        if (known := self._places.find(digest)) is not None:
            places.append((known[0], False, known[1]))
        if (late := self._late.get(digest)) is not None:
            places.append((late.file, True, late.number))
        return moment, depth, *min(places)

    def _list_lines(self, needles: Sequence[bytes], special: Sequence[bytes]) -> Iterator[ReadLine]:
        """Yield the lines that the index knows and that hold one of the needles, and all others."""
        yield from self._late.values()
        index = self._places.index
        for number, held in enumerate(self._files):
            if not held.indexed or index is None:
                continue
            spans = {
                (begin, end)
                for file, begin, end, is_plain in index.special
                if file == number
                and not (is_plain and all(held.raw.find(one, begin, end) < 0 for one in special))
            }
            if len(needles) > MAX_NEEDLES and all(one.endswith(b'"') for one in needles):
                spans.update(_find_lines_of_many(held.raw, frozenset(needles), held.indexed))
            else:
                for needle in needles:
                    spans.update(_find_lines(held.raw, needle, held.indexed))
            for begin, end in spans:
                yield from read_lines(number, held.raw[begin:end])

    def _catch_up(self) -> None:
        """Read the files; where they only grew, only what is new is parsed."""
        paths = [path for home in self._homes for path in history.list_history_files(home)]
        names = [path.relative_to(self._root).as_posix() for path in paths]
        raws = [history.read_raw(path) for path in paths]
        held = self._files
        if names != [one.name for one in held] or not self._is_sound:
            self._begin(names, raws)
            return
        if all(raw == one.raw for raw, one in zip(raws, held, strict=True)):
            return
        late = sum(len(raw) - one.indexed for raw, one in zip(raws, held, strict=True))
        is_longer = all(
            raw.startswith(one.raw) and (one.raw[-1:] in (b"", b"\n") or raw == one.raw)
            for raw, one in zip(raws, held, strict=True)
        )
        if not is_longer or late > MAX_LATE:
            self._begin(names, raws)
            return
        begins = [len(one.raw) for one in held]
        for raw, one in zip(raws, held, strict=True):
            one.raw = raw
        if not self._read_late(begins):
            self._begin(names, raws)

    def _begin(self, names: Sequence[str], raws: Sequence[bytes]) -> None:
        """Read everything that the index does not know; make one where it is missing."""
        total = sum(map(len, raws))
        self._files = [_Held(name, raw) for name, raw in zip(names, raws, strict=True)]
        index = self._load_index() if total >= WORTH_AN_INDEX else None
        if index is not None:
            late = total - sum(length for _, length, _, _ in index.files)
            if late <= MAX_LATE and self._start(index):
                return
        index = self._make_index() if total >= WORTH_AN_INDEX else None
        self._is_sound = self._start(index)

    def _start(self, index: HistoryIndex | None) -> bool:
        """Take an index and read what came later; return as `Places.add`."""
        self._late = {}
        self._places = Places(index)
        for number, held in enumerate(self._files):
            held.indexed = index.files[number][1] if index else 0
        return self._read_late([held.indexed for held in self._files])

    def _read_late(self, begins: Sequence[int]) -> bool:
        """Read the files from where each is known; return as `Places.add`."""
        fresh: dict[str, ReadLine] = {}
        for number, (held, begin) in enumerate(zip(self._files, begins, strict=True)):
            for line in read_lines(number, held.raw[begin:], len(self._late) + len(fresh)):
                before = self._late.get(line.digest) or fresh.get(line.digest)
                if before is None or (line.file, line.number) < (before.file, before.number):
                    fresh[line.digest] = line
        facts = {digest: line.fact for digest, line in fresh.items()}
        self._late |= fresh
        return self._places.add(facts)

    def _load_index(self) -> HistoryIndex | None:
        """Return the index that was kept, if the files begin with what it was made from."""
        index = decode_index(local_state.load_history_index(self._root, self._name))
        if index is None or len(index.files) != len(self._files):
            return None
        for held, (name, length, digest, _) in zip(self._files, index.files, strict=True):
            if name != held.name or length > len(held.raw):
                return None
            if hashlib.sha256(memoryview(held.raw)[:length]).hexdigest() != digest:
                return None
        return index

    def _make_index(self) -> HistoryIndex | None:
        """Return an index of all whole lines, and keep it."""
        whole = [(held.name, held.raw[: held.raw.rfind(b"\n") + 1]) for held in self._files]
        index = build_index(whole)
        if index is not None:
            local_state.keep_history_index(self._root, self._name, encode_index(index))
        return index


def _find_lines(raw: bytes, needle: bytes, end: int) -> Iterator[tuple[int, int]]:
    """Yield begin and end of the lines that hold a text, up to an offset in the file."""
    at = raw.find(needle, 0, end)
    while at >= 0:
        begin, stop = raw.rfind(b"\n", 0, at) + 1, raw.find(b"\n", at, end)
        stop = end if stop < 0 else stop
        yield begin, stop
        at = raw.find(needle, stop, end)


def _find_lines_of_many(
    raw: bytes, needles: Collection[bytes], end: int
) -> Iterator[tuple[int, int]]:
    """Yield the same for many texts, each a reference or a field."""
    stop = -1
    for key in _KEYS.finditer(raw, 0, end):
        at = key.start()
        if at >= stop and raw[at : key.end(1)] in needles:
            begin, stop = raw.rfind(b"\n", 0, at) + 1, raw.find(b"\n", at, end)
            stop = end if stop < 0 else stop
            yield begin, stop


def _merge_parts(lines: Iterable[tuple[_Order, ReadLine]]) -> list[HistoryLine]:
    """Return the lines of one field each that lines contain, each at its place."""
    parts = []
    for order, line in lines:
        every = line.list_parts()
        for number, part in enumerate(every):
            depth = order[1] - len(every) + 1 + number
            parts.append(((order[0], depth, *order[2:], number), part))
    return [part for _, part in sorted(parts, key=lambda one: one[0])]
