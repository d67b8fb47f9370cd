"""Plan the import of a team's own list: as a checklist, or as progress on existing items.

The base of the merge is what earlier imports of the sheet wrote, as the history records it. An
import that was undone does not count.
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from msgspec.structs import replace

from fedcheck.domain.change import Change, diff_records
from fedcheck.domain.checklist import Item
from fedcheck.domain.evidence import Evidence, normalize_link
from fedcheck.domain.evidence_edit import apply_evidence_edit, attach_evidence
from fedcheck.domain.field_values import EVIDENCE_PREFIX, field_value
from fedcheck.domain.glossary import Sharing
from fedcheck.domain.item_language import build_item_language
from fedcheck.domain.item_rules import ItemEdit, apply_item_edit
from fedcheck.domain.record import EMPTY_RECORD, Record
from fedcheck.domain.reference import find_candidates
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError, RuleError
from fedcheck.importers.csv_checklist.lists import build_lists
from fedcheck.importers.csv_checklist.rows import Look, describe_columns, require_title_or_id
from fedcheck.importers.csv_checklist.tasks import Task, read_tasks
from fedcheck.importers.evidence_cells import make_evidence
from fedcheck.importers.merge import list_standing, merge, show_sides
from fedcheck.importers.plan import Note, Plan
from fedcheck.session import Session

FIELDS = ("status", "result", "owner", "due", "note", "reason", "done")

_PREVIEW = ("Item", "Title", "Status", "Result", "Owner", "Due", "Control", "Note")

SHOWN = 5
"""How many rows are shown as they would become."""

_Refs = list[tuple[Task, str, Item]]


@dataclass(slots=True)
class _Work:
    """What is gathered on the way to a plan."""

    session: Session
    seen: Look
    theirs: bool
    base: Mapping[tuple[str, str], Any]
    given: Mapping[str, set[str]]
    notes: list[Note] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    changed: int = 0
    conflicts: int = 0
    undated: int = 0
    first_rows: list[tuple[str, ...]] = field(default_factory=list)

    def note(self, task: Task, what: str, remedy: str = "") -> None:
        self.notes.append(Note(self.seen.grid.place(task.line), what, remedy))


def plan(session: Session, seen: Look, *, theirs: bool = False, audience: str = "") -> Plan:
    """Return what a list would change, by what its columns mean.

    Args:
        session: the open workspace.
        seen: the list.
        theirs: where both sides changed a field since the last import, take the sheet's.
        audience: how far a new list travels; one of `Sharing`.

    Raises:
        FedcheckError: status 2 where it is not clear what the columns mean or where the rows go.
    """
    require_title_or_id(seen)
    rows, notes = read_tasks(session, seen)
    facts = [f"{seen.path.name}: {pluralize(len(seen.grid.lines), 'row')}", *describe_columns(seen)]
    lists, sharing = [], Sharing.SHARED
    if seen.mapped.list:
        whole = build_lists(session, seen, rows, audience)
        sharing = whole.sharing
        refs, lists = whole.refs, whole.lists
        facts += whole.facts
        notes += whole.notes
    else:
        refs = _match_items(session, seen, rows, notes)
        facts.append(f"progress on {pluralize(len(refs), 'item')} that {_are(refs)} here already")
    base = _load_base(session, seen.mapped.actions)
    work = _Work(session, seen, theirs, base, _list_given_links(base), notes)
    for task, ref, item in refs:
        _merge_row(work, task, ref, item)
    facts.append(
        f"{pluralize(work.changed, 'record')} to change, {len(refs) - work.changed} unchanged"
    )
    if work.undated:
        day = session.today()
        facts.append(
            f"{pluralize(work.undated, 'item')} done without a date in the sheet: counted as done "
            f"on {day}, including in the pace; --map done=COLUMN provides the date"
        )
    if work.conflicts:
        kept = "the sheet's is used" if theirs else "ours is kept"
        what = pluralize(work.conflicts, "field")
        facts.append(f"{what} changed on both sides since the last import: {kept}")
    label = one_line(seen.path.name, 80)
    unused = len(rows) - len(refs)
    return Plan(
        label,
        tuple(facts),
        tuple(lists),
        tuple(work.changes),
        tuple(work.notes),
        unused=unused,
        first_rows=(_PREVIEW, *work.first_rows) if work.first_rows else (),
        sharing=sharing,
    )


def _are(refs: _Refs) -> str:
    return "is" if len(refs) == 1 else "are"


def matches_items(session: Session, seen: Look) -> bool:
    """Return whether most rows name existing items, by reference, id or code."""
    place = seen.place("id")
    texts = [text for line in seen.grid.lines if (text := line.text(place).strip())]
    known = _index_items(session, seen.mapped.onto)
    return bool(texts) and sum(bool(known.of(text)) for text in texts) * 2 >= len(texts)


@dataclass(frozen=True, slots=True)
class _Known:
    """The items that rows may mean, by what may name them."""

    rows: Mapping[str, Row]
    by_code: Mapping[str, Sequence[str]]
    by_title: Mapping[str, Sequence[str]]

    def of(self, text: str) -> Sequence[str]:
        """Return the references that an id, a code or a title may mean."""
        found: Sequence[str] = find_candidates(text.strip().casefold(), self.rows)
        return found or self.by_code.get(_code_key(text), ())


def _code_key(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


def _index_items(session: Session, query: str) -> _Known:
    board = session.board().shared(with_internal=True)
    wanted = build_item_language(board.project).parse(query)
    rows = {e.ref: e for e in wanted.select(board.rows.values(), board.today)}
    by_code: dict[str, list[str]] = {}
    by_title: dict[str, list[str]] = {}
    for ref, row in rows.items():
        if row.item.code:
            by_code.setdefault(_code_key(row.item.code), []).append(ref)
        by_title.setdefault(one_line(row.item.title).casefold(), []).append(ref)
    return _Known(rows, by_code, by_title)


def _match_items(session: Session, seen: Look, rows: Iterable[Task], notes: list[Note]) -> _Refs:
    """Return the items that rows mean; what means none, or several, is noted."""
    known = _index_items(session, seen.mapped.onto)
    taken: dict[str, str] = {}
    refs: _Refs = []
    for task in rows:
        where = seen.grid.place(task.line)
        found = known.of(task.id) if task.id else ()
        found = found or known.by_title.get(task.title.casefold(), ())
        shown = one_line(task.id or task.title, 60)
        if not found:
            notes.append(Note(where, f'"{shown}" is not an item here', "see: fedcheck list"))
        elif len(found) > 1:
            listed = ", ".join(found[:4])
            remedy = "write the full reference, or narrow it with --onto"
            notes.append(Note(where, f'"{shown}" matches several items: {listed}', remedy))
        elif found[0] in taken:
            what = f"{found[0]} is also in {taken[found[0]]}; this row is not used"
            notes.append(Note(where, what))
        else:
            taken[found[0]] = where
            refs.append((task, found[0], known.rows[found[0]].item))
    return refs


def _load_base(session: Session, actions: Sequence[str]) -> dict[tuple[str, str], Any]:
    """Return what earlier imports wrote, by reference and field, the latest of each."""
    if not actions:
        return {}
    entered = session.history()
    standing = list_standing(entered) & set(actions)
    return {
        (one.change.ref, one.change.field): one.change.new
        for one in entered
        if one.tx in standing and not one.undoes
    }


def _list_given_links(base: Mapping[tuple[str, str], Any]) -> dict[str, set[str]]:
    """Return the links that earlier imports gave each item; one that was removed stays away."""
    found: dict[str, set[str]] = {}
    for (ref, name), value in base.items():
        if name.startswith(EVIDENCE_PREFIX) and isinstance(value, dict):
            found.setdefault(ref, set()).add(normalize_link(str(value.get("link", ""))))
    return found


def _merge_row(work: _Work, task: Task, ref: str, item: Item) -> None:
    """Add the changes that a row makes to the record of its item."""
    record = work.session.project.record(ref)
    merged = {
        name: _merge_field(work, task, ref, record, name) for name in FIELDS if name in task.values
    }
    taken = {name: value for name, value in merged.items() if value is not None}
    became = _edit(work, task, item, record, taken)
    evidence = tuple(_list_new_evidence(work, task, ref, record))
    if evidence:
        became = apply_evidence_edit(became, attach_evidence(*evidence))
    if len(work.first_rows) < SHOWN:
        work.first_rows.append((
            item.id, item.title, became.status, became.result, became.owner, became.due,
            ", ".join(item.controls), became.note,
        ))  # fmt: skip
    made = diff_records(ref, record, became)
    newly_done = became.status == "done" and record.status != "done"
    work.undated += newly_done and not task.values.get("done")
    work.changes += made
    work.changed += bool(made)


def _merge_field(work: _Work, task: Task, ref: str, record: Record, name: str) -> str | None:
    """Return what a field is to become; None where it stays."""
    theirs = task.values[name]
    ours = field_value(record, name) or ""
    usual = field_value(EMPTY_RECORD, name) or ""
    before = work.base.get((ref, name), usual) or usual
    if name in task.yearless and before[4:] == theirs[4:]:
        theirs = before  # "Dec 10" still is the day that it was when the sheet came first
    merged = merge(ours, theirs, is_base=lambda value: value == before, prefer_theirs=work.theirs)
    if merged.conflict:
        work.conflicts += 1
        kept = "the sheet's is used" if merged.taken else "ours is kept"
        sides = show_sides(ours, theirs, "sheet")
        what = f"{ref}: {name} was changed on both sides; {kept}: {sides}"
        work.note(task, what, "" if merged.taken else "use --theirs to take the sheet's")
    return theirs if merged.taken else None


def _edit(work: _Work, task: Task, item: Item, record: Record, taken: Mapping[str, str]) -> Record:
    """Return the record with what was taken, by the rules; what they refuse is noted."""
    wanted: dict[str, Any] = {
        name: taken[name] for name in ("owner", "due", "note", "reason") if name in taken
    }
    moved: dict[str, Any] = {name: taken[name] for name in ("status", "result") if name in taken}
    if moved.get("result"):
        moved.pop("status", None)
    if moved and (reason := task.values.get("reason")):
        wanted["reason"] = reason
    if taken.get("done"):
        wanted["done"] = date.fromisoformat(taken["done"])
    if not (wanted or moved):
        return record
    today = work.session.today()
    try:
        return apply_item_edit(item, record, ItemEdit(**wanted, **moved), today)
    except RuleError as error:
        work.note(task, str(error), error.hint if "--" not in error.hint else _remedy(error))
    try:
        return apply_item_edit(item, record, ItemEdit(**wanted), today)
    except RuleError as error:
        work.note(task, str(error), error.hint)
        return record


def _remedy(error: RuleError) -> str:
    if error.wants == "reason":
        return "put the reason in a column: --map reason=..."
    return "give it another status in the sheet"


def _list_new_evidence(work: _Work, task: Task, ref: str, record: Record) -> Iterator[Evidence]:
    """Yield the evidence of a row that the item does not have, and never had from an import."""
    known = {normalize_link(one.link) for one in record.evidence}
    known |= work.given.get(ref, set())
    for found in task.evidence:
        if normalize_link(found.link) in known:
            continue
        made = make_evidence(work.session, found)
        if isinstance(made, Note):
            work.note(task, made.what, made.remedy)
        elif normalize_link(made.link) not in known:
            known |= {normalize_link(found.link), normalize_link(made.link)}
            yield made


def choose_target(session: Session, seen: Look, where: Mapping[str, str]) -> Look:
    """Return a list with where its rows go: as stated, as remembered, else by what they name.

    Args:
        session: the open workspace.
        seen: the list.
        where: `list`, `phase`, `role`, `level`, `onto`, `dates` as far as a person stated them.

    Raises:
        FedcheckError: status 2 where that cannot be known.
    """
    said = {name: value for name, value in where.items() if value}
    mapped = replace(seen.mapped, **said)
    if mapped.list != seen.mapped.list:
        mapped = replace(mapped, audience="")  # who saw another list says nothing about this one
    if "list" in said:
        mapped = replace(mapped, onto="")
    elif "onto" in said:
        mapped = replace(mapped, list="", phase="", role="")
    seen = dataclasses.replace(seen, mapped=mapped)
    if seen.remembered or mapped.list or mapped.onto:
        return seen
    if matches_items(session, seen):
        return seen
    raise FedcheckError(
        f"{seen.path.name}: its rows name no items of this workspace",
        "name the checklist to create: --list acme.tracker --phase PHASE --role ROLE; or the "
        "items to update: --onto QUERY",
        ErrorKind.USAGE,
    )
