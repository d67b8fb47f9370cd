"""Make the lists of a workspace from a release of FedRAMP's rules, with the official text."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

from fedcheck.domain.checklist import Checklist, Item, Source
from fedcheck.domain.process import Process
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.importers.option import Values
from fedcheck.importers.plan import Note, Plan, Prepared
from fedcheck.importers.registry import Peek
from fedcheck.importers.rules.carry_over import Move, find_moves, index_by_code, plan_moves
from fedcheck.importers.rules.common_changes import describe_dates
from fedcheck.importers.rules.controls import (
    SUFFIX,
    describe_control_changes,
    is_control_list,
    read_control_words,
)
from fedcheck.importers.rules.document import RULES_PAGE, SOURCE, Release
from fedcheck.importers.rules.former import find_release, keep_former
from fedcheck.importers.rules.guidance import GUIDANCE, Guidance, read_guidance
from fedcheck.importers.rules.lists import BuiltLists, build_lists
from fedcheck.importers.rules.reader import is_release, read_release
from fedcheck.importers.rules.release_report import (
    describe_changes,
    describe_release,
    note_proposals,
)
from fedcheck.importers.rules.texts import describe_texts, plan_texts
from fedcheck.session import Session
from fedcheck.storage.checklist_writer import dump
from fedcheck.storage.loaded_files import LoadedList
from fedcheck.storage.paths import find_shipped_checklists

RULES_PROCESS = "cr26"
"""The process whose lists are made from the rules."""


def recognize(peek: Peek) -> bool:
    """Return whether a file holds rules, as far as it can be read.

    A folder that can be read can hold nothing else: reading it states why it holds no rules.
    """
    return peek.path.is_dir() or is_release(peek.path)


def prepare(session: Session, path: Path, values: Values) -> Prepared:
    """Read a release; see `plan`."""
    return Prepared(plan(session, path))


def plan(session: Session, path: Path) -> Plan:
    """Plan what a release brings into a workspace.

    Raises:
        FedcheckError: the files hold no rules (status 3), the workspace's process is not made of
            rules (status 2), or one of its lists cannot be read.
    """
    process = session.project.process
    guidance = _read_guidance(process)
    release = read_release(path)
    if not release.entries:
        raise FedcheckError(
            f"{path}: has no rule or indicator in force",
            "use fedramp-consolidated-rules.json of a release, or the folder of its files",
        )
    loaded = _find_earlier(session)
    before = {name: one.in_file for name, one in loaded.items() if one.in_file is not None}
    usual = _usual_phases(_of_entries(before.values()), process)
    words = read_control_words(find_shipped_checklists() / process.id)
    built = build_lists(release, guidance, process, official=True, usual=usual, words=words)
    _refuse_unreadable(session, {*built.lists, *before})
    old = index_by_code(_of_entries(before.values()), SOURCE)
    new = index_by_code(_of_entries(built.lists.values()), SOURCE)
    moves = find_moves(release, old, new)
    lists = _name_release(process, release, built, before)
    renamed = {one.new_ref: one for one in moves if one.in_list}
    own = {name for name, one in loaded.items() if one.layer == "workspace"}
    lists = [
        _keep_earlier(one, before.get(one.id) if one.id in own else None, renamed) for one in lists
    ]
    releases = {name: find_release(one) for name, one in before.items()}
    lists = keep_former(session.project, lists, old, moves, releases)
    new = index_by_code(_of_entries(lists), SOURCE)
    changes = tuple(plan_moves(session.project, moves))
    facts = [
        *describe_release(release, [source.title for source in _sources(before.values())]),
        *describe_changes(session, process, old, new, moves),
        *describe_dates(release, process),
        *describe_control_changes(before, built.lists),
        *_describe_guidance(built),
        *describe_texts(release),
    ]
    notes = [*_notes(release, built), *note_proposals(session, release, old, new, moves)]
    changed = tuple(
        one for one in lists if one.id not in own or _hash(one) != _hash(before[one.id])
    )
    texts = tuple(plan_texts(session.root, release))
    moved = frozenset(one.ref for one in changes)
    label = _label(path, release)
    return Plan(label, tuple(facts), changed, changes, tuple(notes), texts, moved=moved)


def _of_entries(lists: Iterable[Checklist]) -> list[Checklist]:
    """Return the lists of rules and indicators, without that of the controls to be tested."""
    return [one for one in lists if not is_control_list(one.id)]


def _label(path: Path, release: Release) -> str:
    return one_line(f"{path.name} {release.name}, sha256 {release.sha256[:12]}", 120)


def _hash(checklist: Checklist) -> str:
    return hashlib.sha256(dump(checklist)).hexdigest()


def _read_guidance(process: Process) -> Mapping[str, Guidance]:
    folder = find_shipped_checklists() / process.id / GUIDANCE
    if not folder.is_dir():
        raise FedcheckError(
            f"the lists of the process {process.id} are not made from FedRAMP's rules",
            f"create a workspace for them: fedcheck init --process {RULES_PROCESS}",
            ErrorKind.USAGE,
        )
    return read_guidance(folder)


def _find_earlier(session: Session) -> dict[str, LoadedList]:
    """Return the lists that count now and come from the rules: shipped, or of an earlier import."""
    process = session.project.process.id
    return {
        name: one
        for name, one in session.catalog.effective_lists().items()
        if one.checklist is not None and _is_of_rules(one.checklist, process)
    }


def _is_of_rules(checklist: Checklist, process: str) -> bool:
    """Return whether a list is one of those that a release makes, not a person's own."""
    made = f"{process}.{checklist.phase}.{checklist.role}"
    return checklist.id in (made, f"{made}-{SUFFIX}") and any(
        one.id == SOURCE and one.url == RULES_PAGE for one in checklist.sources
    )


def _refuse_unreadable(session: Session, names: Iterable[str]) -> None:
    effective = session.catalog.effective_lists()
    for name in sorted(names):
        one = effective.get(name)
        if one is None or one.layer not in ("workspace", "private"):
            continue
        if one.checklist is None:
            raise FedcheckError(f"{one.path}: cannot be read", "fix it, or move it elsewhere")
        if not _is_of_rules(one.checklist, session.project.process.id) or one.layer == "private":
            raise FedcheckError(
                f"{one.path}: is a list of your own with the id {name}",
                "give it another id: the import creates a list with this id",
                ErrorKind.USAGE,
            )


def _usual_phases(lists: Iterable[Checklist], process: Process) -> dict[str, str]:
    """Return, by role, the phase where most of its items are: for items without any neighbor."""
    counts: dict[str, Counter[str]] = {}
    for one in lists:
        counts.setdefault(one.role, Counter())[one.phase] += len(one.items)
    first = process.phases[0].id
    found = {role: count.most_common(1)[0][0] for role, count in counts.items()}
    return {role: found.get(role, first) for role in process.all_roles}


def _sources(lists: Iterable[Checklist]) -> Iterator[Source]:
    for one in lists:
        yield from (source for source in one.sources if source.id == SOURCE)


def _name_release(
    process: Process, release: Release, built: BuiltLists, before: Mapping[str, Checklist]
) -> list[Checklist]:
    """Return the lists with version and hash of their release, and the wish for our guidance.

    One without items any more stays.
    """
    whole = dict(built.lists)
    for name, one in before.items():
        if name not in whole:
            whole[name] = replace(one, sections=())
    found = []
    known = f"{release.name}, sha256 {release.sha256[:12]}"
    for one in whole.values():
        sources = tuple(
            replace(source, title=f"FedRAMP Consolidated Rules, {known}")
            for source in one.sources
            if source.id == SOURCE
        )
        words = one.summary.partition(" With the official text")[0]
        summary = f"{words} With the official text of release {known}.".strip()
        found.append(replace(one, sources=sources, summary=summary, guidance=process.id))
    return found


def _keep_earlier(
    new: Checklist, before: Checklist | None, renamed: Mapping[str, Move]
) -> Checklist:
    """Return a list with what people wrote into the earlier one of the workspace.

    An item keeps what the rules state nothing of: due date, evidence limits, needs, and a title and
    guidance of its own. Items that people added stay, under their headings.
    """
    sections = [
        replace(
            one,
            items=tuple(_keep_written(new.id, item, before, renamed) for item in one.items),
        )
        for one in new.sections
    ]
    if before is None:
        return replace(new, sections=tuple(sections))
    for old in before.sections:
        own = tuple(
            item
            for item in old.items
            if item.id not in new.items and (item.source is None or item.source.id != SOURCE)
        )
        place = next((i for i, one in enumerate(sections) if one.id == old.id), None)
        if own and place is None:
            sections.append(replace(old, items=own))
        elif own and place is not None:
            sections[place] = replace(sections[place], items=(*sections[place].items, *own))
    more = tuple(one for one in before.sources if one.id != SOURCE)
    return replace(new, sections=tuple(sections), sources=(*new.sources, *more))


def _keep_written(
    checklist: str, item: Item, before: Checklist | None, renamed: Mapping[str, Move]
) -> Item:
    move = renamed.get(f"{checklist}:{item.id}")
    former = tuple(ref.partition(":")[2] for ref in move.old_refs) if move else ()
    name = former[0] if former else item.id
    if before is None or name not in before.items:
        return replace(item, renamed_from=former)
    old = before.items[name][1]
    is_joined = bool(before.guidance)  # else the list has a copy of our words, old ones maybe
    has_own_title = is_joined and old.title != old.official_name
    return replace(
        item,
        title=old.title if has_own_title else item.title,
        guidance=old.guidance if is_joined else "",
        deliverable=old.deliverable,
        needs=old.needs,
        carries_from=old.carries_from or item.carries_from,
        after=old.after,
        due=old.due,
        max_age=old.max_age,
        renamed_from=tuple(dict.fromkeys((*old.renamed_from, *former))),
    )


def _describe_guidance(built: BuiltLists) -> Iterator[str]:
    if built.without_guidance:
        count = pluralize(len(built.without_guidance), "item")
        yield f"{count} without our guidance: {', '.join(built.without_guidance)}"


def _notes(release: Release, built: BuiltLists) -> Iterator[Note]:
    for key in release.unknown:
        what = f"an unknown key, in {pluralize(key.count, 'place')}; it is in no list"
        yield Note(one_line(key.path, 120), what)
    for one in release.notes:
        yield Note(one_line(one.path, 120), one.what)
    for text in release.skipped:
        yield Note("the folder", f"left out: {one_line(text, 200)}")
    for text in built.notes:
        where, _, what = text.partition(": ")
        yield Note(where, what)
