"""Records and references whose checklist or item is gone."""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fedcheck.analysis.consequences import list_contradictions
from fedcheck.doctor.defect import Defect, MoveRecord, Severity
from fedcheck.doctor.files import Places
from fedcheck.domain.checklist import Checklist
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import STATUS_WORDS
from fedcheck.domain.record import Record
from fedcheck.domain.reference import did_you_mean, find_candidates, find_nearest, split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.session import Session

Records = Mapping[str, Record]

MOST_NAMESAKES = 3
"""How many official ids may end alike for their last part to state what they are about."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A record whose item its checklist no longer has.

    Attributes:
        new_id: the only item without a record that has the very substance it was made for.
    """

    checklist: str
    item: str
    record: Record
    new_id: str = ""

    @property
    def ref(self) -> str:
        """Return its reference."""
        return f"{self.checklist}:{self.item}"

    @property
    def is_movable(self) -> bool:
        """Return whether it can be named on a command line and holds what can be moved."""
        plain = one_line(self.item) == self.item and self.item and ":" not in self.item
        return bool(plain) and not self.record.untouched


def list_orphans(session: Session) -> list[Orphan]:
    """Return the records whose item is gone, also those of lists that are gone."""
    found = []
    for name, records in session.project.records.items():
        checklist = session.project.checklists.get(name)
        if checklist is None:
            found += [Orphan(name, item, record) for item, record in records.items()]
            continue
        lost = {
            item: record
            for item, record in records.items()
            if item not in checklist.items and item not in checklist.renamed
        }
        heirs = {item: _guess_new_id(checklist, records, record) for item, record in lost.items()}
        claims = Counter(heirs.values())
        found += [
            Orphan(name, item, record, heirs[item] if claims[heirs[item]] == 1 else "")
            for item, record in lost.items()
        ]
    return found


def _guess_new_id(checklist: Checklist, records: Records, record: Record) -> str:
    if not record.basis:
        return ""
    if _has_official_ids(checklist):
        # Whether an official id was renamed is for a person to say: texts may be alike by chance.
        return ""
    same = [
        item.id
        for _, item in checklist.items.values()
        if item.id not in records and item.accepts(record.basis)
    ]
    return same[0] if len(same) == 1 else ""


def _has_official_ids(checklist: Checklist) -> bool:
    """Return whether items are called by the ids of a publisher, as rules of FedRAMP are."""
    return any(
        item.own_basis and item.id == item.code.lower() for _, item in checklist.items.values()
    )


def find_orphan_records(session: Session, places: Places) -> list[Defect]:
    """Return the records whose item is gone from its checklist, and where each may belong."""
    project = session.project
    shaky = {one.checklist for one in project.broken}
    lost = list_orphans(session)
    orphaned = _ShortNames([one.ref for one in lost])
    known = _ShortNames(project.refs)
    return [
        _orphan_defect(project, places, one, orphaned, known, one.checklist in shaky)
        for one in lost
        if one.checklist in project.checklists
    ]


class _ShortNames:
    """Returns an item's id where that leaves no doubt among references, or else all of it."""

    def __init__(self, refs: Sequence[str]) -> None:
        self._refs = refs
        self._counts = Counter(split_ref(ref)[1] for ref in refs)

    def of(self, item: str, checklist: str) -> str:
        """Return the shortest name of an item."""
        count = self._counts[item] or len(find_candidates(item, self._refs))
        return item if count == 1 else f"{checklist}:{item}"


def _orphan_defect(
    project: Project,
    places: Places,
    orphan: Orphan,
    orphaned: _ShortNames,
    known: _ShortNames,
    shaky: bool,
) -> Defect:
    name = one_line(orphan.item, 60)
    fix = None
    message = f'"{name}" is no longer an item of this checklist; {describe_record(orphan.record)}'
    if orphan.record.untouched:
        remedy = "fedcheck recognizes nothing in this table: delete it by hand"
    elif shaky:
        remedy = "fix the checklist first, then run fedcheck doctor again: part of it is unreadable"
    elif not orphan.is_movable:
        remedy = "edit the file: write the id of its item in the header of the table"
    elif orphan.new_id:
        fix = MoveRecord(orphan.ref, f"{orphan.checklist}:{orphan.new_id}")
        message += f'; "{orphan.new_id}" is the same item under another name'
        remedy = "move the record there with: fedcheck doctor --fix"
    else:
        remedy = _suggest_move(project, orphan, orphaned, known)
    line = places.record(orphan.checklist, orphan.item)
    file = places.progress_file(orphan.checklist)
    severity: Severity = "note" if orphan.record.untouched else "warning"
    return Defect("orphan-record", severity, message, remedy, file, line, orphan.ref, fix)


def _suggest_move(
    project: Project, orphan: Orphan, orphaned: _ShortNames, known: _ShortNames
) -> str:
    """Return how a person moves a record to the item that it belongs to."""
    checklist = project.checklists[orphan.checklist]
    near = _find_likely_items(project, checklist, orphan)
    old = orphaned.of(orphan.item, checklist.id)
    if not near:
        command = f"fedcheck doctor --move {shlex.quote(old + '=ITEM')}"
        if _has_official_ids(checklist):
            where = f"role:{checklist.role}"
            return f"if a rule covers it now (fedcheck list {where}): {command}; otherwise leave it"
        return f"find its item with fedcheck list checklist:{checklist.id}, then: {command}"
    where, item = split_ref(near[0])
    new = known.of(item, where)
    rest = [split_ref(ref)[1] for ref in near[1:]]
    others = f" (or {', '.join(rest)})" if rest else ""
    command = f"fedcheck doctor --move {shlex.quote(f'{old}={new}')}"
    return f"it may now be {item}{others}; if so: {command}"


def _find_likely_items(project: Project, checklist: Checklist, orphan: Orphan) -> list[str]:
    """Return the references of up to three items without a record that an orphan may belong to.

    Official ids state by their last part what they are about, and a rule may have moved to another
    list of its role; other ids are near by spelling, in the same list.
    """
    if not _has_official_ids(checklist):
        records = project.records.get(checklist.id, {})
        free = [item for item in checklist.items if item not in records]
        return [f"{checklist.id}:{item}" for item in find_nearest(orphan.item, free, 3)]
    same_text, same_key = [], []
    for one in project.checklists.values():
        records = project.records.get(one.id, {})
        for _, item in one.items.values() if one.role == checklist.role else ():
            if item.id in records or not item.own_basis:
                continue
            if orphan.record.basis and item.accepts(orphan.record.basis):
                same_text.append(f"{one.id}:{item.id}")
            elif item.id.rpartition("-")[2] == orphan.item.rpartition("-")[2]:
                same_key.append(f"{one.id}:{item.id}")
    if len(same_key) > MOST_NAMESAKES:
        same_key = []  # a part that many ids end with says nothing
    return (same_text or same_key)[:3]


def describe_record(record: Record) -> str:
    """Describe what a record holds."""
    parts = [STATUS_WORDS[record.status]]
    if record.result:
        parts.append(record.result)
    if record.owner:
        parts.append(f"owner {one_line(record.owner, 40)}")
    if record.note:
        parts.append("a note")
    if record.evidence:
        parts.append(f"{pluralize(len(record.evidence), 'piece')} of evidence")
    return f"its record ({', '.join(parts)}) does not count"


def find_unknown_lists(session: Session, places: Places) -> list[Defect]:
    """Return the progress files whose checklist does not exist, or serves another process."""
    project, winning = session.project, session.catalog.effective_lists()
    found = []
    for name, records in project.records.items():
        if name in project.checklists:
            continue
        loaded = winning.get(name)
        if loaded is not None and loaded.checklist is None:
            continue  # the checklist is there and broken: that is told of it
        counted = f"{pluralize(len(records), 'record')} in it {_does_or_do(len(records))} not count"
        if loaded is not None and loaded.checklist is not None:
            serves = " and ".join(loaded.checklist.process)
            message = f"its checklist serves {serves}, not {project.process.id}; {counted}"
            remedy = "keep the file if you may return to that process; otherwise move it elsewhere"
            if loaded.checklist.phase in project.skipped:
                message, remedy = _explain_skipped(project, loaded.checklist.phase, counted)
        else:
            message = f'there is no checklist "{one_line(name, 60)}"; {counted}'
            guess = did_you_mean(name, project.checklists)
            remedy = "put the checklist into checklists/, or move the file elsewhere"
            if guess:
                remedy = f"{guess} then rename the file, and correct its key checklist"
        file = places.progress_file(name)
        line = places.line(file, "checklist")
        found.append(Defect("unknown-list", "warning", message, remedy, file, line, name))
    return found


def _explain_skipped(project: Project, phase: str, counted: str) -> tuple[str, str]:
    """Return why a phase of the process is not in the workspace, and what to do."""
    begins = project.config.begins
    if begins:
        return (
            f"the phase {phase} is before {begins}, the first phase of this workspace; {counted}",
            "to count it, remove the line begins = ... from fedcheck.toml",
        )
    return (
        f"the phase {phase} does not exist for this profile; {counted}",
        "to count it, change [profile] in fedcheck.toml",
    )


def _does_or_do(count: int) -> str:
    return "does" if count == 1 else "do"


def find_duplicate_records(session: Session, places: Places) -> list[Defect]:
    """Return the items that have a record under an earlier id and one under today's."""
    found = []
    for name, checklist in session.project.checklists.items():
        for item in session.project.records.get(name, {}):
            new = checklist.renamed.get(item)
            if new is None or item in checklist.items:
                continue
            message = (
                f'"{one_line(item, 60)}" is now called "{new}", and both have a record; only the '
                f'record of "{new}" counts'
            )
            remedy = f'copy what is missing to "{new}" by hand, then delete this table'
            file, line = places.progress_file(name), places.record(name, item)
            ref = f"{name}:{item}"
            found.append(Defect("twice-recorded", "warning", message, remedy, file, line, ref))
    return found


def find_changed_upstream(session: Session) -> list[Defect]:
    """Return one defect that counts the records made for an item that reads otherwise now."""
    count = sum(1 for _ in _list_outdated(session))
    if not count:
        return []
    message = f"{pluralize(count, 'item')} changed since {'it was' if count == 1 else 'they were'}"
    return [
        Defect(
            "changed-upstream",
            "warning",
            f"{message} recorded; gates are not met until each is reviewed",
            "see them with: fedcheck list is:changed; then: fedcheck set ITEM --confirm",
        )
    ]


def _list_outdated(session: Session) -> Iterator[str]:
    for checklist, _, item in session.project.applying():
        ref = f"{checklist.id}:{item.id}"
        basis = session.project.record(ref).basis
        if basis and not item.accepts(basis):
            yield ref


def find_unknown_references(session: Session, places: Places) -> list[Defect]:
    """Return the items that no checklist has and that a request or a finding names."""
    project = session.project
    return [
        *_report_unknown(project, places, "request", project.requests),
        *_report_unknown(project, places, "finding", project.findings),
    ]


def find_contradictions(session: Session, places: Places) -> list[Defect]:
    """Return the tests whose result and whose findings do not agree."""
    project = session.project
    named = dict.fromkeys(ref for finding in project.findings for ref in finding.items)
    remedy = "record the retest: fedcheck finding update ID --retest passed; or correct the result"
    return [
        Defect(
            "contradiction",
            "warning",
            f"{one_line(split_ref(ref)[1], 60)}: {why}",
            remedy,
            places.progress_file(split_ref(ref)[0]),
            places.record(*split_ref(ref)),
            ref,
        )
        for ref, why in list_contradictions(project, named)
    ]


def _report_unknown(
    project: Project, places: Places, what: str, entries: Sequence[Request | Finding]
) -> list[Defect]:
    file = Path(project.root) / f"{what}s.toml"
    shaky = {one.checklist for one in project.broken}
    return [
        Defect(
            "unknown-reference",
            "warning",
            f'{what} {one_line(entry.id, 20)} names "{one_line(ref, 100)}", which is not an item',
            _remedy(project, ref),
            file,
            places.line(file, what, index, "items"),
            entry.id,
        )
        for index, entry in enumerate(entries)
        for ref in entry.items
        if project.item(ref) is None and split_ref(ref)[0] not in shaky
    ]


def _remedy(project: Project, ref: str) -> str:
    checklist, item = split_ref(ref)
    known = project.checklists.get(checklist)
    if known is not None and item in known.renamed:
        return f"it was renamed: write {checklist}:{known.renamed[item]}"
    full = find_candidates(ref, project.refs)
    if len(full) == 1:
        return f"write the full reference: {full[0]}"
    by_item = {split_ref(one)[1]: one for one in project.refs}
    by_item |= {name: f"{checklist}:{name}" for name in (known.items if known else ())}
    near = [by_item[name] for name in find_nearest(item, by_item, 2)]
    return f"did you mean {' or '.join(near)}?" if near else "name an item, or remove it"
