"""What happens to the records of a workspace when its lists are made from another release.

A record follows its official id. A new id that the release states was another one (`fka`) takes
over the record; several that became one are merged: all texts are kept, each with its old id, and
the status is the least advanced.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from fedcheck.domain.change import Change, diff_records
from fedcheck.domain.checklist import Checklist, Item
from fedcheck.domain.record import EMPTY_RECORD
from fedcheck.domain.record_merge import merge_records
from fedcheck.domain.workspace import Project
from fedcheck.importers.rules.document import Entry, Release


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
        in_list: whether it is one item whose list stays, so that the list itself states so
            (`renamed-from`).
    """

    olds: tuple[str, ...]
    old_refs: tuple[str, ...]
    new: str
    new_ref: str
    in_list: bool


def index_by_code(lists: Iterable[Checklist], source: str) -> dict[str, Place]:
    """Return the items based on a source by their official ids; the first of each counts."""
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
    """Yield the changes of records that moves make; what a list states by itself needs none."""
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
