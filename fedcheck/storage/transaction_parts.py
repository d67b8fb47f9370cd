"""Work out what a transaction does in each of its two places: the workspace, and `private/`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from fedcheck.domain.change import Change, HistoryLine, is_import
from fedcheck.domain.checklist import Checklist
from fedcheck.domain.edits import Edit, split_private_note
from fedcheck.domain.reference import split_ref
from fedcheck.domain.workspace import Project
from fedcheck.storage import checklist_writer, transaction
from fedcheck.storage.checklist_files import Catalog
from fedcheck.storage.checklist_writer import Rewritten
from fedcheck.storage.paths import private_home
from fedcheck.storage.record_store import RecordStore
from fedcheck.storage.transaction import Part, Plan


def find_home(store: RecordStore, project: Project, ref: str) -> Path:
    """Return the place that holds a record: that of its checklist."""
    inside = split_ref(ref)[0] in project.private_lists
    return private_home(store.root) if inside else store.root


def plan_edits(
    store: RecordStore, project: Project, edits: Sequence[tuple[str, Edit]], today: date, by: str
) -> list[Part]:
    """Return the parts that make edits; a private note is kept by itself."""
    planned: dict[Path, list[tuple[str, Edit]]] = {home: [] for home in store.homes}
    for ref, edit in edits:
        shared, note = split_private_note(edit)
        if shared is not None:
            planned[find_home(store, project, ref)].append((ref, shared))
        if note is not None:
            planned[private_home(store.root)].append((ref, note))
    items = {ref: project.item(ref) for ref, _ in edits}
    return [
        _make_part(
            store,
            project,
            home,
            transaction.plan_of(here, items, today, by),
            (ref for ref, _ in here),
        )
        for home, here in planned.items()
        if here
    ]


def plan_lists(
    root: Path, lists: Iterable[Checklist], catalog: Catalog, *, private: bool
) -> list[Rewritten]:
    """Return lists of the workspace as they are to be written, in place of those that were read."""
    seen = {one.path: one.sha256 for one in catalog.lists}
    return checklist_writer.plan_lists(private_home(root) if private else root, lists, seen)


def plan_changes(
    store: RecordStore,
    project: Project,
    changes: Sequence[Change],
    rewritten: Sequence[Rewritten],
    new_orders: Mapping[str, Sequence[str]],
    *,
    private: bool,
) -> list[Part]:
    """Return the parts that make changes which were worked out before, and rewrite lists.

    Args:
        store: where the records are.
        project: the state before it.
        changes: what changes in records.
        rewritten: lists and texts of the workspace that come, change or go.
        new_orders: the item ids of the lists that come.
        private: whether all of it is put under `private/`.
    """
    base = private_home(store.root) if private else store.root
    parts = []
    for home in store.homes:
        lists = rewritten if home == base else ()
        here = [
            one
            for one in changes
            if (base if private else find_home(store, project, one.ref)) == home
        ]
        if here or lists:
            plan, refs = transaction.plan_changes(here), (change.ref for change in here)
            parts.append(_make_part(store, project, home, plan, refs, lists, new_orders))
    return parts


def plan_taking_back(
    store: RecordStore, project: Project, lines: Mapping[Path, Sequence[HistoryLine]]
) -> tuple[list[Part], list[Change]]:
    """Return the parts that take an action back, and what its lines state of an import."""
    parts = []
    imports: list[Change] = []
    for home, entered in lines.items():
        imports += [one.change for one in entered if is_import(one.change)]
        made = [one.change for one in reversed(entered) if not is_import(one.change)]
        every = [change.inverse() for change in made]
        files = [change for change in every if checklist_writer.is_file(change)]
        changes = [change for change in every if not checklist_writer.is_file(change)]
        if every:
            plan, refs = transaction.plan_changes(changes), (change.ref for change in changes)
            rewritten = checklist_writer.back(home, files)
            parts.append(_make_part(store, project, home, plan, refs, rewritten))
    return parts, imports


def _make_part(
    store: RecordStore,
    project: Project,
    home: Path,
    plan: Plan,
    refs: Iterable[str],
    rewritten: Sequence[Rewritten] = (),
    new_orders: Mapping[str, Sequence[str]] | None = None,
) -> Part:
    orders: dict[str, Sequence[str]] = {
        name: list(project.checklists[name].items)
        for name in {split_ref(ref)[0] for ref in refs}
        if name in project.checklists
    }
    orders |= new_orders or {}
    return store.part(home, orders, plan, rewritten)
