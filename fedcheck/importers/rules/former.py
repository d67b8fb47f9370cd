"""What items stated in an earlier release: kept next to the new text until it was reviewed.

The lists of the workspace are the only place where the earlier text is. Of an item whose record
was made for an earlier text, that text stays until the record is confirmed; of an item without a
record, what the newest import changed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from fedcheck.domain.checklist import Checklist, Former, Item
from fedcheck.domain.workspace import Project
from fedcheck.importers.rules.carry_over import Move, Place
from fedcheck.importers.rules.document import SOURCE


def keep_former(
    project: Project,
    lists: Iterable[Checklist],
    before: Mapping[str, Place],
    moves: Sequence[Move],
    releases: Mapping[str, str],
) -> list[Checklist]:
    """Return lists whose items have what they stated before, where it is still wanted.

    Args:
        project: the workspace, with its profile and records.
        lists: the lists as they are to be written.
        before: the items of the lists that count now, by official id.
        moves: which items had other ids.
        releases: the releases of the lists that count now, by id of the list.
    """
    olds = {one.new: one.olds for one in moves}

    def keep(item: Item, release: str) -> Item:
        places = [before[code] for code in olds.get(item.code, (item.code,)) if code in before]
        found = [
            former
            for place in places
            for former in (
                place.item.former  # the same release again changes nothing
                if releases[place.checklist] == release
                else _list_wanted(project, item, place, releases[place.checklist])
            )
        ]
        return replace(item, former=tuple(dict.fromkeys(found))) if found else item

    return [
        replace(
            one,
            sections=tuple(
                replace(each, items=tuple(keep(item, find_release(one)) for item in each.items))
                for each in one.sections
            ),
        )
        for one in lists
    ]


def find_release(checklist: Checklist) -> str:
    """Return the release that a list was made from: version, and hash where the list has it."""
    titles = (one.title for one in checklist.sources if one.id == SOURCE)
    return next(titles, "").rpartition("Rules, ")[2]


def _list_wanted(project: Project, new: Item, place: Place, release: str) -> Iterator[Former]:
    """Yield the item's text when its record was made, or before this import without a record."""
    now, was = new.resolved(project.facts), place.item.resolved(project.facts)
    basis = project.record(place.ref).basis
    if now.accepts(basis or was.basis()):
        return
    code = place.item.code if place.item.code != new.code else ""
    if not basis or was.accepts(basis):
        if was.statement:
            yield Former(release, was.statement, basis or was.basis(), was.level, code)
        return
    for one in place.item.former:
        if one.basis == basis:
            yield replace(one, code=one.code or code)
