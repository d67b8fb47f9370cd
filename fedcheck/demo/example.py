"""Make an example workspace through the same session that everybody uses.

Same day, same bytes: what is not in the story is drawn from a checksum of the item's reference.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from fedcheck.demo import agency, authorization, certification
from fedcheck.demo.story import MARKING, TIMEZONE, ItemOverride, Pace, Story
from fedcheck.domain.change import Change, diff_records
from fedcheck.domain.edits import Edit
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import EvidenceEdit
from fedcheck.domain.glossary import EvidenceKind
from fedcheck.domain.item_rules import ASSESSMENT, ItemEdit, TestEdit
from fedcheck.domain.profile import parse_profile
from fedcheck.domain.row import Row
from fedcheck.session import Session, open_session
from fedcheck.storage import (
    atomic_files,
    file_looks,
    issue_files,
    local_state,
    paths,
    workspace_creation,
)
from fedcheck.storage.checklist_files import load_catalog
from fedcheck.storage.record_file import FINDINGS, REQUESTS, make_empty
from fedcheck.storage.time_zones import find_zone
from fedcheck.storage.toml_io import dumps

STORIES: Mapping[str, Story] = {
    one.process: one for one in (authorization.STORY, certification.STORY, agency.STORY)
}
"""The examples by the process that they follow; the first is the one that nobody has to name."""

GRAIN = 3
"""Days of work that are saved as one action, so that making the example takes about a second."""

REVIEW = ItemEdit(testing=TestEdit(review="agreed"))

Edits = list[tuple[str, Edit]]
Work = dict[tuple[int, str], Edits]
"""Edits of records, by the first of some days and the person."""


@dataclass(slots=True)
class Stage:
    """The clock and the ids of the example: both state what the story wants."""

    now: datetime
    tx: str = ""

    def clock(self) -> datetime:
        """Return what time it is in the story."""
        return self.now

    def token(self, _: int) -> str:
        """Return the id of the transaction that is made."""
        return self.tx


@dataclass(frozen=True, slots=True)
class Save:
    """What one person saved at one moment: edits of items, or a request or finding as it was made.

    Attributes:
        tx: id of the transaction.
        as_of: the last of the days whose work is saved.
    """

    moment: datetime
    who: str
    tx: str
    label: str
    edits: Edits = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    as_of: date | None = None


class _Days(dict[str, str]):
    """The days that a text of a story names: `{-9}` is nine days ago, `{+40}` in forty days."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self.today = today

    def __missing__(self, away: str) -> str:
        return _shift(self.today, int(away)).isoformat()


def make_example(root: Path, today: date | None = None, process_id: str = "") -> None:
    """Make an example in a folder. Raises FedcheckError where there is a workspace already.

    Args:
        root: the folder; it is made.
        today: the day that the example is at; the real one without it.
        process_id: one of `STORIES`; the first without it.
    """
    day = today or find_today(datetime.now(UTC))
    story = STORIES[process_id or next(iter(STORIES))]
    process = load_catalog(paths.find_shipped_checklists(), (), None).processes[story.process]
    text = workspace_creation.format_head(
        story.name,
        process,
        story.role,
        provider=story.provider,
        timezone=TIMEZONE,
        marking=MARKING,
        profile=parse_profile(process, story.profile, story.role),
        milestones={name: _shift(day, away) for name, away in story.milestones.items()},
    )
    people = {who: {"name": name, "role": role} for who, (name, role) in story.people.items()}
    tables = story.tables.format_map(_Days(day))
    workspace_creation.create(root, f"{text}\n{dumps({'people': people})}{tables}")
    for who in story.people:
        local_state.name_history(root, who, "example")
    nobody = paths.UserFolders(root / "none", root / "none", root / "none")
    stage = Stage(datetime.combine(day, time(15), UTC))
    session = open_session(root, nobody, (), story.lead, stage.clock)
    session.token = stage.token
    lost: list[Path] = []
    saves = [
        *_plan_work(story, session, day, lost),
        *_plan_assessments(story, session, day),
        *_plan_issues(story, root, day, FINDINGS, story.findings),
        *_plan_issues(story, root, day, REQUESTS, story.requests),
    ]
    for one in sorted(saves, key=lambda save: (save.moment, save.who, save.tx)):
        stage.now, stage.tx = one.moment, one.tx
        session.who, session.as_of = one.who, one.as_of
        if one.edits:
            session.apply_each(one.edits, one.label)
        if one.changes:
            session.apply_changes(one.changes, one.label)
    for path in lost:
        atomic_files.remove_file(path, under=root)


def find_today(now: datetime) -> date:
    """Return what day it is where the example is set."""
    return now.astimezone(find_zone(TIMEZONE)).date()


def _plan_work(story: Story, session: Session, today: date, lost: list[Path]) -> Iterator[Save]:
    """Yield what everybody saved of the items; files that are to be lost are added to `lost`."""
    work: Work = defaultdict(list)
    reviews: Work = defaultdict(list)
    rows = session.board(today).rows
    statuses = _statuses(story, rows)
    for row in rows.values():
        turn = story.overrides.get(row.ref, ItemOverride())
        status = statuses[row.ref]
        if status == "todo":
            continue
        away, who = _day(row, turn, _pace(story, row)), _owner(story, row, turn)
        day, group = _shift(today, away), away - away % GRAIN
        edit = _edit(story, row, turn, status, day, today)
        work[group, who].append((row.ref, edit))
        if edit.result and _hash_number(row.ref + "review") % 3 == 0:
            reviews[group, _reviewer(story, row, who)].append((row.ref, REVIEW))
        if status == "done" and (row.item.expects or turn.evidence_day or turn.lost_file):
            taken = _shift(today, turn.evidence_day) if turn.evidence_day is not None else day
            evidence_item = _make_evidence(story, session.root, row, taken, turn.lost_file, lost)
            work[group, who].append((row.ref, EvidenceEdit(attach=(evidence_item,))))
    for number, (group, who) in enumerate(sorted(work)):
        at = time(14 + number % 6, 7 * number % 60)
        last = _shift(today, group + GRAIN - 1)
        entered = min(last, _shift(today, -1))
        yield Save(
            moment=datetime.combine(entered, at, UTC),
            who=who,
            tx=f"{_hash_number(f'{group}{who}'):08x}",
            label=f"Work of {who}",
            edits=work[group, who],
            as_of=last if last > entered else None,
        )
    for group, who in reviews:
        yield Save(
            moment=datetime.combine(_shift(today, min(group + GRAIN, -1)), time(21), UTC),
            who=who,
            tx=f"{_hash_number(f'review {group}{who}'):08x}",
            label=f"Work of {who}",
            edits=reviews[group, who],
        )


def _plan_assessments(story: Story, session: Session, today: date) -> Iterator[Save]:
    """Yield what the assessor recorded about requirements, by day and person."""
    found: Work = defaultdict(list)
    for ref, one in story.assessments.items():
        said = {name: getattr(one, name) for name in ASSESSMENT if getattr(one, name)}
        if session.project.item(ref) is not None:
            found[one.day, one.who].append((ref, ItemEdit(more=said)))
    for (away, who), edits in found.items():
        yield Save(
            moment=datetime.combine(_shift(today, away), time(22), UTC),
            who=who,
            tx=f"{_hash_number(f'assessment {away}{who}'):08x}",
            label=f"Assessment by {who}",
            edits=edits,
            as_of=_shift(today, away),
        )


def _statuses(story: Story, rows: Mapping[str, Row]) -> dict[str, str]:
    """Draw the status of every item; none is done before what it needs."""
    told = {ref: turn.status for ref, turn in story.overrides.items() if turn.status}
    drawn = {ref: _status(row, _pace(story, row)) for ref, row in rows.items()}
    found = {ref: told.get(ref, drawn[ref]) for ref in rows}
    while True:
        early = [
            ref
            for ref, row in rows.items()
            if found[ref] == "done"
            and any(found.get(need, "done") not in ("done", "na") for need in row.item.needs)
        ]
        if not early:
            return found
        found.update(dict.fromkeys(early, "todo"))


def _pace(story: Story, row: Row) -> Pace:
    """Return how far the item's section is, else its phase and role; nothing has begun else."""
    rest = story.paces.get((row.phase, row.role, ""), Pace(0, 0, -20, -1))
    return story.paces.get((row.phase, row.role, row.section.id), rest)


def _day(row: Row, turn: ItemOverride, pace: Pace) -> int:
    if turn.day is not None:
        return turn.day
    return pace.first_day + _hash_number(row.ref) % max(pace.last_day - pace.first_day, 1)


def _plan_issues(story: Story, root: Path, today: date, name: str, text: str) -> Iterator[Save]:
    """Yield the requests or findings of the story, each as saved by the one who made it."""
    text = text.format_map(_Days(today))
    for key, thing in issue_files.load(root / f"{name}.toml", text.encode(), name).records.items():
        made = getattr(thing, "asked", None) or getattr(thing, "found", None) or today
        yield Save(
            moment=datetime.combine(made, time(16), UTC),
            who=getattr(thing, "by", "") or story.finder,
            tx=f"{name}-{key}",
            label=thing.title,
            changes=diff_records(f"{name}:{key}", make_empty(name, key), thing),
        )


def _edit(
    story: Story, row: Row, turn: ItemOverride, status: str, day: date, today: date
) -> ItemEdit:
    """Return what was done of an item on the day on which it was worked on."""
    result = turn.result if status in ("done", "na") else ""
    if row.item.kind == "test" and status == "done" and not result:
        result = "satisfied"
    return ItemEdit(
        status=None if result else status,
        result=result or None,
        owner=_owner(story, row, turn),
        due=_shift(today, turn.due).isoformat() if turn.due is not None else None,
        note=turn.note or story.notes.get(row.item.id) or None,
        reason=turn.reason or None,
        testing=_make_test_edit(row, day) if result else None,
        done=day,
    )


def _make_test_edit(row: Row, day: date) -> TestEdit:
    """Return what the tester wrote: methods always, a sample and an observation for some."""
    item, draw = row.item, _hash_number(row.ref + "fieldwork")
    evidence_item = item.expects[0] if item.expects else "the service"
    seen = f"Examined  {evidence_item}. The sampled systems match what it describes."
    return TestEdit(
        tested=day,
        methods=item.methods or None,
        sample=f"{draw % 20 + 5} of {draw % 200 + 40} components" if draw % 3 == 0 else None,
        observation=seen if draw % 2 == 0 else None,
    )


def _reviewer(story: Story, row: Row, tester: str) -> str:
    """Return who reviews a test: somebody of the same role who did not test."""
    return next(name for name in story.owners[row.role] if name != tester)


def _status(row: Row, pace: Pace) -> str:
    if row.later:
        return "todo"
    draw = _hash_number(row.ref + "status") % 100
    if draw < pace.done:
        return "done"
    return "doing" if draw < pace.done + pace.doing else "todo"


def _owner(story: Story, row: Row, turn: ItemOverride) -> str:
    people = story.owners[row.role]
    return turn.owner or people[_hash_number(row.section.id) % len(people)]


def _make_evidence(
    story: Story, root: Path, row: Row, day: date, gone: bool, lost: list[Path]
) -> Evidence:
    """Return a piece of evidence: a file for some, a link or a ticket for the others."""
    draw = _hash_number(row.ref + "proof")
    label = row.item.expects[0] if row.item.expects else row.item.title
    proof_id = f"{draw % 0xFFFFFF:06x}"
    kind = draw % 6
    if gone or kind == 0:
        link = f"evidence/{row.item.id}.txt"
        path = root / link
        if not path.exists():
            text = f"Example evidence, fictional.\n{label}\nCollected {day}\n"
            atomic_files.replace_file(path, text.encode(), under=root)
        if gone:
            lost.append(path)
        digest = file_looks.hash_file(path)
        return Evidence(proof_id, link, label, EvidenceKind.FILE, day, sha256=digest)
    if kind == 1:
        return Evidence(
            proof_id, f"{story.ticket_prefix}-{draw % 900 + 100}", label, EvidenceKind.TICKET, day
        )
    link = f"{story.evidence_address}{row.checklist}/{row.item.id}"
    return Evidence(proof_id, link, label, EvidenceKind.URL, day)


def _hash_number(text: str) -> int:
    return zlib.crc32(text.encode())


def _shift(day: date, away: int) -> date:
    return day + timedelta(days=away)
