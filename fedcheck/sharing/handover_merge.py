"""Merge the records that came back with a hand-over, as far as the other side may set them.

The base is what both sides last agreed on; ours is our record as the other side may see it. What
the other side may not set, and what both sides set differently, becomes a proposal.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.analysis.waiting_since import find_answering_role
from fedcheck.domain.change import AnyRecord, Change, diff_records
from fedcheck.domain.edits import apply_changes
from fedcheck.domain.field import Field, Kind
from fedcheck.domain.field_values import field_value
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.glossary import RequestState, Status
from fedcheck.domain.record import Record
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.text import one_line
from fedcheck.domain.workspace import MilestoneDate, Project
from fedcheck.sharing.handover_scope import (
    HANDED_LISTS,
    is_allowed,
    list_merge_group,
    list_rights,
    may_add,
)
from fedcheck.sharing.handover_store import Proposal, ProposedChange
from fedcheck.sharing.handover_view import View
from fedcheck.sharing.records import Merger
from fedcheck.storage import record_files
from fedcheck.storage.record_file import FINDINGS, MILESTONES, REQUESTS, RecordFile, make_empty

NOT_THEIRS = "not theirs to set"
BOTH_SET = "set on both sides"

_NEW_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,59}")


class Outcome(Struct):
    """What a return comes to.

    Attributes:
        changes: what is merged, against our records as they are.
        proposals: what is up to a person.
        remarks: what was left out or decided, a line each.
    """

    changes: list[Change] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class RecordMerge:
    """Merges the books of one return into a workspace; nothing is saved."""

    def __init__(self, project: Project, view: View, role: str, today: date) -> None:
        """Remember what the merge is about.

        Args:
            project: our workspace.
            view: what the other side may see of it.
            role: the other side.
            today: the day that counts as that of an answer without one.
        """
        self.project = project
        self.role = role
        self.today = today
        self.outcome = Outcome()
        self._ours = view
        self._theirs = View(project, role)

    def merge_book(self, base: RecordFile, theirs: RecordFile) -> None:
        """Merge the records of one book."""
        renamed = self.project.renamed.get(theirs.name, {})
        base, theirs = base.renamed(renamed), theirs.renamed(renamed)
        if theirs.name == MILESTONES:
            self._propose_milestones(base, theirs)
            return
        for item in dict.fromkeys((*base.records, *theirs.records)):
            ref = f"{theirs.name}:{item}"
            if item not in theirs.records:
                self._remark(ref, "not in what came back; it stays as it is")
                continue
            ours = self._find_ours(ref)
            if item in base.records:
                self._merge(ref, base.records[item], ours, theirs.records[item])
            elif isinstance(ours, Record):
                self._merge_new_item(ref, ours, theirs.records[item])
            elif ours != make_empty(theirs.name, item):
                self._remark(ref, "an id of ours that was not handed over; left out")
            else:
                self._add(ref, theirs.records[item])

    def _find_ours(self, ref: str) -> AnyRecord:
        book, item = split_ref(ref)
        if book in (REQUESTS, FINDINGS):
            return self.project.thing(ref) or make_empty(book, item)
        return self.project.record(ref)

    def _merge_new_item(self, ref: str, ours: Record, came: AnyRecord) -> None:
        """Merge the record of an item that had none when the package was made."""
        name, _ = split_ref(ref)
        checklist = self.project.checklists.get(name)
        if checklist is None or self.project.item(ref) is None:
            self._remark(ref, "the checklist has no such item; left out")
        elif checklist.role not in HANDED_LISTS.get(self.role, ()) and ours != Record():
            self._remark(ref, "was not handed over; left out")
        else:
            self._merge(ref, Record(), ours, came)

    def _merge(self, ref: str, base: Any, ours: Any, came: Any) -> None:
        name, _ = split_ref(ref)
        checklist = self.project.checklists.get(name)
        list_role = checklist.role if checklist else ""
        theirs = self._clean(ref, base, self._theirs.show(came, list_role), came)
        shown = self._ours.show(ours, list_role)
        rights = list_rights(self.project, ref, ours, self.role)
        if isinstance(theirs, Request):
            theirs = self._settle_answer(base, theirs)
        allowed: list[Change] = []
        refused: list[Change] = []
        for change in diff_records(ref, base, theirs):
            may = is_allowed(self.project, rights, change.field, change.old, ours)
            (allowed if may else refused).append(change)
        permitted = self._complete(ref, base, apply_changes(base, allowed))
        if isinstance(base, Record) and isinstance(permitted, Record):
            # The version of an item that we reviewed is ours; theirs counts with their status.
            if permitted.status == base.status:
                permitted = replace(permitted, basis=shown.basis)
            base = replace(base, basis=shown.basis)
        permitted, held = _hold_back(ref, base, shown, permitted)
        merged, remarks = _merge_record(ref, base, shown, permitted)
        wanted = diff_records(ref, base, permitted)
        made = diff_records(ref, shown, merged)
        if {_unit(shown, one) for one in made} - {_unit(base, one) for one in wanted}:
            made, remarks = [], []  # no rule holds with both: all of theirs is up to a person
        outcome = {one.field: one.new for one in made}
        for one in wanted:
            ours_now = field_value(shown, one.field)
            if one.new != ours_now and one.field not in outcome:
                held.append(replace(one, old=ours_now))
        self.outcome.changes += [self._against_ours(change, ours, shown) for change in made]
        self.outcome.remarks += remarks
        self._propose(ref, ours, held, BOTH_SET)
        now = [replace(one, old=field_value(shown, one.field)) for one in refused]
        self._propose(ref, ours, [one for one in now if one.old != one.new], NOT_THEIRS)

    def _clean(self, ref: str, base: Any, theirs: Any, came: Any) -> Any:
        """Return a record as it came without evidence that no package may bring."""
        kept = {one.id for one in theirs.evidence}
        was = {one.id: one for one in base.evidence}
        for one in came.evidence:
            if one.id not in kept:
                link = one_line(one.link, 80)
                self._remark(ref, f"evidence {link}: leads out of the evidence files; left out")
        if kept == {one.id for one in came.evidence}:
            return theirs
        back = [was[one.id] for one in came.evidence if one.id in was and one.id not in kept]
        return replace(theirs, evidence=(*theirs.evidence, *back))

    def _settle_answer(self, base: Request, theirs: Request) -> Request:
        """Return a request that was answered by hand as answered; only we accept or return it."""
        if find_answering_role(self.project, base) != self.role:
            return theirs
        if theirs.answer == base.answer and theirs.evidence == base.evidence:
            return replace(theirs, state=base.state, answered=base.answered, comment=base.comment)
        if base.state == RequestState.ACCEPTED:
            return theirs
        answered = theirs.answered if theirs.answered != base.answered else self.today
        return replace(theirs, state=RequestState.ANSWERED, answered=answered, comment="")

    def _complete(self, ref: str, base: Any, permitted: Any) -> Any:
        """Return an item that was done by hand with the day and the version of the item."""
        item = self.project.item(ref) if isinstance(permitted, Record) else None
        if item is None or permitted.status == base.status:
            return permitted
        changed: dict[str, Any] = {}
        if permitted.status == Status.DONE and permitted.done is None:
            changed["done"] = self.today
        if permitted.status != Status.TODO and not permitted.basis:
            changed["basis"] = item.basis()
        return replace(permitted, **changed)

    def _against_ours(self, change: Change, ours: Any, shown: Any) -> Change:
        """Return a change from what we have, which may be more than the other side sees."""
        new = change.new
        if change.field == "items":
            hidden = [one for one in ours.items if one not in shown.items]
            new = [*(new or []), *hidden] or None
        return replace(change, old=field_value(ours, change.field), new=new)

    def _add(self, ref: str, came: Any) -> None:
        """Take a new request or finding, or propose it."""
        book, name = split_ref(ref)
        if not _NEW_ID.fullmatch(name):
            self._remark(ref, "this is no id; left out")
            return
        empty = make_empty(book, name)
        new = self._clean(ref, empty, self._theirs.show(came), came)
        if isinstance(new, Request):
            new = replace(
                new,
                state=RequestState.OPEN,
                asked=new.asked or self.today,
                answer="",
                answered=None,
                comment="",
                by=new.by or self.role,
            )
        changes = diff_records(ref, empty, new)
        if may_add(self.project, new, self.role):
            self.outcome.changes += changes
        else:
            self._propose(ref, empty, changes, NOT_THEIRS, as_one=True)

    def _propose_milestones(self, base: RecordFile, theirs: RecordFile) -> None:
        known = {one.id for one in self.project.process.milestones}
        dates = self.project.config.milestones or {}
        for name, came in theirs.records.items():
            ours = MilestoneDate(dates.get(name))
            if name in known and came != base.get(name) and came.day not in (None, ours.day):
                ref = f"{MILESTONES}:{name}"
                self._propose(ref, ours, diff_records(ref, ours, came), NOT_THEIRS)

    def _propose(
        self, ref: str, thing: Any, changes: Iterable[Change], why: str, *, as_one: bool = False
    ) -> None:
        units: dict[str, list[Change]] = {}
        for change in changes:
            unit = "" if as_one else list_merge_group(thing, change.field)
            units.setdefault(unit, []).append(change)
        for together in units.values():
            listed = tuple(ProposedChange(one.field, one.old, one.new) for one in together)
            text = json.dumps([ref, [[one.field, one.new] for one in together]], sort_keys=True)
            short = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:6]
            known = [one.id for one in self.outcome.proposals]
            if short not in known:
                self.outcome.proposals.append(Proposal(short, ref, why, listed))

    def _remark(self, ref: str, text: str) -> None:
        self.outcome.remarks.append(f"{one_line(ref, 80)}: {text}")


def _unit(thing: Any, change: Change) -> str:
    return list_merge_group(thing, change.field)


def _hold_back(ref: str, base: Any, ours: Any, theirs: Any) -> tuple[Any, list[Change]]:
    """Return their record without what both sides set differently, and those changes of theirs.

    Texts and lists hold what both sides wrote, unless one of them emptied it.
    """
    rows = {row.name: row for row in FIELDS[type(base)]}
    by_us = {
        _unit(base, one)
        for one in diff_records(ref, base, ours)
        if one.field not in rows or not rows[one.field].follows
    }
    units: dict[str, list[Change]] = {}
    for change in diff_records(ref, base, theirs):
        units.setdefault(_unit(base, change), []).append(change)
    held: list[Change] = []
    for unit, changes in units.items():
        if unit not in by_us or all(_agrees(ours, one) for one in changes):
            continue
        if unit in rows and not rows[unit].merge and _can_join(rows[unit], base, ours, theirs):
            continue
        held += changes
    back = apply_changes(theirs, [one.inverse() for one in held])
    return back, [replace(one, old=field_value(ours, one.field)) for one in held]


def _agrees(ours: Any, change: Change) -> bool:
    return bool(field_value(ours, change.field) == change.new)


def _can_join(row: Field, base: Any, ours: Any, theirs: Any) -> bool:
    values = [getattr(one, row.name) for one in (base, ours, theirs)]
    if row.kind is Kind.TEXT:
        return all(values[1:])
    is_list = row.kind in (Kind.LINES, Kind.REFS)
    return is_list and all(values[1:]) and all(len(set(one)) == len(one) for one in values)


def _merge_record(ref: str, base: Any, ours: Any, theirs: Any) -> tuple[Any, list[str]]:
    """Return a record of three versions of which no field is set differently on both sides."""
    book, name = split_ref(ref)
    merger = Merger()
    merged = merger.merge(base, ours, theirs, make_empty(book, name), ref)
    return merged, [str(one) for one in merger.remarks]


def parse_books(folder: Path, files: Mapping[str, tuple[str, bytes]]) -> dict[str, RecordFile]:
    """Return record files by book. Raises InvalidFileError where one is broken.

    Args:
        folder: where they are, for messages.
        files: name and bytes of the file of each book.
    """
    return {
        book: record_files.parse(folder / name, raw, book) for book, (name, raw) in files.items()
    }
