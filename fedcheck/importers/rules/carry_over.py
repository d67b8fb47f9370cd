"""What happens to the records of a workspace when its lists are made from another release.

A record follows its official id. A new id that the release says was another one (`fka`) takes over
the record; several that became one are merged: all texts are kept, each with its old id, and the
status is the least advanced.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.change import Change, diff_records
from fedcheck.domain.checklist import Checklist, Item
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import Status
from fedcheck.domain.record import EMPTY_RECORD, Record
from fedcheck.domain.workspace import Project
from fedcheck.importers.rules.document import Entry, Release

ADVANCED = (Status.TODO, Status.BLOCKED, Status.DOING, Status.NA, Status.DONE)
"""The states, from the least advanced one on."""

_TEXTS = ("note", "reason", "observation", "sample", "differential")


class Place(Struct, frozen=True):
    """Where an item with an official id is: its list, and the item."""

    checklist: str
    item: Item

    @property
    def ref(self) -> str:
        """Return its reference."""
        return f"{self.checklist}:{self.item.id}"


class Move(Struct, frozen=True):
    """Items that became another one, or that are in another list now.

    Attributes:
        olds: the official ids that they had; several for a merge.
        old_refs: their references, in the same order.
        in_list: whether it is one item whose list stays, so that the list itself says so
            (`renamed-from`).
    """

    olds: tuple[str, ...]
    old_refs: tuple[str, ...]
    new: str
    new_ref: str
    in_list: bool


def index_by_code(lists: Iterable[Checklist], source: str) -> dict[str, Place]:
    """Return the items that rest on a source by their official ids; the first of each counts."""
    found: dict[str, Place] = {}
    for one in lists:
        for _, item in one.items.values():
            if item.source is not None and item.source.id == source and item.code:
                found.setdefault(item.code, Place(one.id, item))
    return found


def find_moves(
    release: Release, before: Mapping[str, Place], after: Mapping[str, Place]
) -> list[Move]:
    """Return what has another id, or is in another list; an old id goes to one new id only."""
    found: list[Move] = []
    taken: set[str] = set()
    for code, place in after.items():
        entry: Entry = release.entries[code]
        former = [
            one
            for one in dict.fromkeys(entry.former)
            if one in before and one not in after and one not in taken
        ]
        taken.update(former)
        known = before.get(code)
        same = [code] if known and (former or known.checklist != place.checklist) else []
        olds = (*same, *former)
        if olds:
            refs = tuple(before[one].ref for one in olds)
            in_list = len(former) == 1 and not known and not _leaves_list(before[former[0]], place)
            found.append(Move(olds, refs, code, place.ref, in_list))
    return found


def _leaves_list(old: Place, new: Place) -> bool:
    return old.checklist != new.checklist


def plan_moves(project: Project, moves: Iterable[Move]) -> Iterator[Change]:
    """Yield the changes of records that moves make; what a list says by itself needs none."""
    for move in moves:
        if move.in_list:
            continue
        records = [project.record(ref) for ref in move.old_refs]
        target = EMPTY_RECORD if move.new_ref in move.old_refs else project.record(move.new_ref)
        if all(one.untouched for one in records) or not target.untouched:
            continue  # nothing is known, or the new item has a record of its own, which stands
        merged = merge_records(move.olds, records)
        for ref, record in zip(move.old_refs, records, strict=True):
            if ref != move.new_ref:
                yield from diff_records(ref, record, EMPTY_RECORD)
        yield from diff_records(move.new_ref, project.record(move.new_ref), merged)


def merge_records(ids: Sequence[str], records: Sequence[Record]) -> Record:
    """Return one record of several: every text with its id, the least advanced status.

    Of what can stand only once (owner, dates, results) the first that is there counts.
    """
    if len(records) == 1:
        return records[0]
    status = min((one.status for one in records), key=ADVANCED.index)
    merged = records[0]
    for one in records[1:]:
        values = {
            name: getattr(one, name)
            for name in Record.__struct_fields__
            if getattr(merged, name) == getattr(EMPTY_RECORD, name)
        }
        merged = replace(merged, **values)
    texts = {name: _join_texts(name, ids, records) for name in _TEXTS}
    closed = status in (Status.DONE, Status.NA)
    done = max((one.done for one in records if one.done), default=None) if closed else None
    return replace(
        merged, status=status, done=done, evidence=tuple(_join_evidence(records)), **texts
    )


def _join_texts(name: str, ids: Sequence[str], records: Sequence[Record]) -> str:
    texts = [
        f"{one}: {text}"
        for one, record in zip(ids, records, strict=True)
        if (text := getattr(record, name).strip())
    ]
    return "\n\n".join(texts)


def _join_evidence(records: Iterable[Record]) -> Iterator[Evidence]:
    """Yield every link once; an id that is taken gets a number."""
    ids: set[str] = set()
    links: set[str] = set()
    for record in records:
        for one in record.evidence:
            if one.link in links:
                continue
            links.add(one.link)
            name, number = one.id, 2
            while name in ids:
                name, number = f"{one.id}-{number}", number + 1
            ids.add(name)
            yield replace(one, id=name)
