"""The lines of all history files as a graph: which one came after which.

A line knows the one before it in its file (`prev`), and the newest ones of other files that its
writer had seen (`saw`). Where one line leads back to another it is known to be later; only
where neither does is it the clocks that state.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from fedcheck.domain.change import SHORT, HistoryLine

_MAX_REACH = 256
"""On how many chains a line is known to come after others, the newest ones: each branch and each
person is one. A forged history with more is ordered by its clocks."""


class _Place(Struct, frozen=True, gc=False):
    """Where a line stands: on which chain, how far along, and how far it reaches on others.

    Attributes:
        chain: number of the run of lines that follow one another.
        step: its place in that chain.
        reach: for other chains, the last step that it comes after.
        moment: its time, or that of the latest line before it: a clock may have been set back.
        depth: length of the longest way back to a first line.
    """

    chain: int
    step: int
    reach: Mapping[int, int]
    moment: datetime
    depth: int


class LineGraph(Struct):
    """History lines, each once, the oldest first.

    Attributes:
        lines: in an order in which none is before one that it follows.
        by_hash: the same by their hash.
    """

    lines: list[HistoryLine]
    by_hash: dict[str, HistoryLine]
    _places: dict[str, _Place]

    def moment(self, line: HistoryLine) -> datetime:
        """Return when a line was entered: never before a line that it follows."""
        return self._places[line.hash].moment

    def is_after(self, later: HistoryLine, earlier: HistoryLine) -> bool:
        """Return whether a line is known to come after another."""
        if later.hash == earlier.hash:
            return False
        there, here = self._places[earlier.hash], self._places[later.hash]
        if there.chain == here.chain:
            return there.step < here.step
        return here.reach.get(there.chain, -1) >= there.step

    def note_reach(self, line: HistoryLine, reached: dict[int, int]) -> None:
        """Note how far a line reaches on each chain, its own one included; see `is_reached`."""
        place = self._places[line.hash]
        for chain, step in (*place.reach.items(), (place.chain, place.step)):
            if step > reached.get(chain, -1):
                reached[chain] = step

    def is_reached(self, line: HistoryLine, reached: Mapping[int, int]) -> bool:
        """Return whether any of the other lines noted is known to come after this one."""
        place = self._places[line.hash]
        return reached.get(place.chain, -1) >= place.step

    def collect_earlier(self, hashes: Collection[str]) -> tuple[set[str], set[str]]:
        """Return the lines of these hashes with all that they follow, and the hashes not found."""
        short = {digest[:SHORT]: digest for digest in self.by_hash}
        missing = set(hashes) - self.by_hash.keys()
        open_ones = [digest for digest in hashes if digest not in missing]
        found: set[str] = set()
        while open_ones:
            digest = open_ones.pop()
            if digest in found:
                continue
            found.add(digest)
            open_ones += _parents(self.by_hash[digest], self.by_hash, short)
        return found, missing

    def list_own_chain(self, ends: Iterable[str]) -> set[str]:
        """Return the hashes of lines and of those before them in their own file."""
        found: set[str] = set()
        for end in ends:
            at = end
            while at in self.by_hash and at not in found:
                found.add(at)
                at = self.by_hash[at].prev
        return found


def build_graph(lines: Iterable[HistoryLine]) -> LineGraph:
    """Return lines as a graph; of identical ones the first counts."""
    by_hash: dict[str, HistoryLine] = {}
    for line in lines:
        by_hash.setdefault(line.hash, line)
    places = _find_places(by_hash)

    def key(line: HistoryLine) -> tuple[datetime, int]:
        place = places[line.hash]
        return place.moment, place.depth

    return LineGraph(sorted(by_hash.values(), key=key), by_hash, places)


def _parents(
    line: HistoryLine, by_hash: Mapping[str, HistoryLine], short: Mapping[str, str]
) -> list[str]:
    """Return the hashes of the lines that a line follows, as far as they are there."""
    found = [line.prev] if line.prev in by_hash else []
    for one in (*line.saw, *line.merged):
        digest = short.get(one[:SHORT])
        if digest is not None and digest != line.hash:
            found.append(digest)
    return found


def _find_places(by_hash: Mapping[str, HistoryLine]) -> dict[str, _Place]:
    names_others = any(line.saw or line.merged for line in by_hash.values())
    short = {digest[:SHORT]: digest for digest in by_hash} if names_others else {}
    places: dict[str, _Place] = {}
    ends: list[int] = []  # the last step of each chain
    for digest, line in by_hash.items():  # in most files, each line is after those it follows
        before = places.get(line.prev)
        if before and not line.saw and not line.merged and ends[before.chain] == before.step:
            step, moment = before.step + 1, max(line.at, before.moment)
            ends[before.chain] = step
            places[digest] = _Place(before.chain, step, before.reach, moment, before.depth + 1)
            continue
        parents = _parents(line, by_hash, short)
        if not all(one in places for one in parents):
            return _find_places_of_any_order(by_hash, short)
        places[digest] = _place(line, [places[one] for one in parents], ends)
    return places


def _find_places_of_any_order(
    by_hash: Mapping[str, HistoryLine], short: Mapping[str, str]
) -> dict[str, _Place]:
    """Return the places of lines where some are before one that they follow, as after a merge."""
    parents = {digest: _parents(line, by_hash, short) for digest, line in by_hash.items()}
    places: dict[str, _Place] = {}
    ends: list[int] = []
    for digest in sort_parents_first(parents):
        before = [places[one] for one in parents[digest] if one in places]
        places[digest] = _place(by_hash[digest], before, ends)
    return places


def _place(line: HistoryLine, before: Sequence[_Place], ends: list[int]) -> _Place:
    moment = max((line.at, *(one.moment for one in before)))
    depth = max((one.depth for one in before), default=-1) + 1
    first = before[0] if before else None
    goes_on = first is not None and ends[first.chain] == first.step
    if first is not None and goes_on:
        chain, step = first.chain, first.step + 1
        ends[chain] = step
    else:
        chain, step = len(ends), 0
        ends.append(0)
    if first is not None and goes_on and len(before) == 1:
        return _Place(chain, step, first.reach, moment, depth)
    reach: dict[int, int] = {}
    for one in before:
        for other, far in (*one.reach.items(), (one.chain, one.step)):
            if other != chain and far > reach.get(other, -1):
                reach[other] = far
    if len(reach) > _MAX_REACH:
        reach = dict(sorted(reach.items())[-_MAX_REACH:])
    return _Place(chain, step, reach, moment, depth)


def sort_parents_first(parents: Mapping[str, Sequence[str]]) -> list[str]:
    """Return hashes in an order in which none is before a parent of its own.

    A circle, which only a forged short hash can make, ends the order: its lines come last.
    """
    waiting = {digest: len(of) for digest, of in parents.items()}
    children: dict[str, list[str]] = {}
    for digest, of in parents.items():
        for one in of:
            children.setdefault(one, []).append(digest)
    ready = [digest for digest, count in waiting.items() if not count]
    for digest in ready:  # grows as it goes
        for child in children.get(digest, ()):
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    if len(ready) < len(parents):
        done = set(ready)
        ready += [digest for digest in parents if digest not in done]
    return ready
