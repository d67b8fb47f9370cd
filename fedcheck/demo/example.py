"""Make the example workspace through the same session that everybody uses.

Same day, same bytes: what is not in the story is drawn from a checksum of the item's reference.
"""

import zlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fedcheck.demo import story
from fedcheck.demo.story import ItemOverride, Pace
from fedcheck.domain.change import diff_records
from fedcheck.domain.edits import Edit
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import EvidenceEdit
from fedcheck.domain.glossary import EvidenceKind
from fedcheck.domain.item_rules import ItemEdit, TestEdit
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
from fedcheck.storage.record_file import FINDINGS, REQUESTS, RecordFile, make_empty
from fedcheck.storage.toml_io import dumps

GRAIN = 3
"""Days of work that are saved as one action, so that making the example takes about a second."""

REVIEW = ItemEdit(testing=TestEdit(review="agreed"))

Edits = list[tuple[str, Edit]]
Work = dict[tuple[int, str], Edits]
"""Edits of records, by the first of some days and the person."""


@dataclass(slots=True)
class Stage:
    """The clock and the ids of the example: both say what the story wants."""

    now: datetime
    tx: str = ""

    def clock(self) -> datetime:
        """Return what time it is in the story."""
        return self.now

    def token(self, _: int) -> str:
        """Return the id of the transaction that is made."""
        return self.tx


def make_example(root: Path, today: date | None = None) -> None:
    """Make the example in a folder. Raises FedcheckError where there is a workspace already.

    Args:
        root: the folder; it is made.
        today: the day that the example stands at; the real one without it.
    """
    day = today or find_today(datetime.now(UTC))
    process = load_catalog(paths.find_shipped_checklists(), (), None).processes["jab"]
    text = workspace_creation.format_head(
        story.NAME,
        process,
        "csp",
        provider=story.PROVIDER,
        timezone=story.TIMEZONE,
        marking=story.MARKING,
        profile=parse_profile(process, {}),
        milestones={name: _shift_to_workday(day, away) for name, away in story.MILESTONES.items()},
    )
    people = {who: {"name": name, "role": role} for who, (name, role) in story.PEOPLE.items()}
    workspace_creation.create(root, text + "\n" + dumps({"people": people}))
    for who in story.PEOPLE:
        local_state.name_history(root, who, "example")
    nobody = paths.UserFolders(root / "none", root / "none", root / "none")
    stage = Stage(datetime.combine(day, time(15), UTC))
    session = open_session(root, nobody, (), "alice", stage.clock)
    session.token = stage.token
    _save_story(session, stage, day)
    asked, due = _shift_to_workday(day, -9), _shift_to_workday(day, -2)
    for name, text in (
        (
            FINDINGS,
            story.FINDINGS.format(
                found=_shift_to_workday(day, -15),
                due=_shift_to_workday(day, 75),
                step=_shift_to_workday(day, 40),
            ),
        ),
        (REQUESTS, story.REQUESTS.format(asked=asked, due=due)),
    ):
        _import(session, stage, issue_files.load(root / f"{name}.toml", text.encode(), name), day)


def find_today(now: datetime) -> date:
    """Return what day it is where the example is set."""
    return now.astimezone(ZoneInfo(story.TIMEZONE)).date()


def _save_story(session: Session, stage: Stage, today: date) -> None:
    """Save what everybody did, in the order of the days."""
    work: Work = defaultdict(list)
    reviews: Work = defaultdict(list)
    lost: list[Path] = []
    rows = session.board(today).rows
    statuses = _statuses(rows)
    for row in rows.values():
        turn = story.ITEM_OVERRIDES.get(row.ref, ItemOverride())
        status = statuses[row.ref]
        if status == "todo":
            continue
        away, who = _day(row, turn, _pace(row)), _owner(row, turn)
        day, group = _shift_to_workday(today, away), away - away % GRAIN
        edit = _edit(row, turn, status, day, today)
        work[group, who].append((row.ref, edit))
        if edit.result and _hash_number(row.ref + "review") % 3 == 0:
            reviews[group, _reviewer(row, who)].append((row.ref, REVIEW))
        if status == "done" and (row.item.expects or turn.evidence_day or turn.lost_file):
            taken = (
                _shift_to_workday(today, turn.evidence_day)
                if turn.evidence_day is not None
                else day
            )
            evidence_item = _make_evidence(session.root, row, taken, turn.lost_file, lost)
            work[group, who].append((row.ref, EvidenceEdit(attach=(evidence_item,))))
    saves: list[tuple[datetime, str, str, date | None, Edits]] = []
    for number, (group, who) in enumerate(sorted(work)):
        at = time(14 + number % 6, 7 * number % 60)
        last = _shift_to_workday(today, group + GRAIN - 1)
        entered = min(last, _shift_to_workday(today, -1))
        saves.append(
            (
                datetime.combine(entered, at, UTC),
                who,
                f"{group}{who}",
                last if last > entered else None,
                work[group, who],
            )
        )
    for group, who in reviews:
        moment = datetime.combine(_shift_to_workday(today, min(group + GRAIN, -1)), time(21), UTC)
        saves.append((moment, who, f"review {group}{who}", None, reviews[group, who]))
    for moment, who, name, as_of, edits in sorted(saves, key=lambda save: save[:3]):
        stage.now, stage.tx = moment, f"{zlib.crc32(name.encode()):08x}"
        session.who, session.as_of = who, as_of
        session.apply_each(edits, f"Work of {who}")
    for path in lost:
        atomic_files.remove_file(path, under=session.root)


def _statuses(rows: Mapping[str, Row]) -> dict[str, str]:
    """Draw the status of every item; none is done before what it needs."""
    told = {ref: turn.status for ref, turn in story.ITEM_OVERRIDES.items() if turn.status}
    drawn = {ref: _status(row, _pace(row)) for ref, row in rows.items()}
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


def _pace(row: Row) -> Pace:
    """Return how far the item's section is, else its phase and role; nothing has begun else."""
    rest = story.PACES.get((row.phase, row.role, ""), Pace(0, 0, -20, -1))
    return story.PACES.get((row.phase, row.role, row.section.id), rest)


def _day(row: Row, turn: ItemOverride, pace: Pace) -> int:
    if turn.day is not None:
        return turn.day
    return pace.first_day + _hash_number(row.ref) % max(pace.last_day - pace.first_day, 1)


def _import(session: Session, stage: Stage, book: RecordFile, day: date) -> None:
    """Save the requests or findings of the story, each as the one who made it."""
    for name, thing in book.records.items():
        made = getattr(thing, "asked", None) or day - timedelta(days=20)
        stage.now = datetime.combine(made, time(16), UTC)
        session.who, stage.tx = getattr(thing, "by", "") or "carol", f"{book.name}-{name}"
        ref = f"{book.name}:{name}"
        session.apply_changes(diff_records(ref, make_empty(book.name, name), thing), thing.title)


def _edit(row: Row, turn: ItemOverride, status: str, day: date, today: date) -> ItemEdit:
    """Return what was done of an item on the day on which it was worked on."""
    result = turn.result if status in ("done", "na") else ""
    if row.item.kind == "test" and status == "done" and not result:
        result = "satisfied"
    return ItemEdit(
        status=None if result else status,
        result=result or None,
        owner=_owner(row, turn),
        due=_shift_to_workday(today, turn.due).isoformat() if turn.due is not None else None,
        note=turn.note or None,
        reason=turn.reason or None,
        testing=_make_test_edit(row, day) if result else None,
        done=day,
    )


def _make_test_edit(row: Row, day: date) -> TestEdit:
    """Return what the tester wrote: methods always, a sample and an observation for some."""
    item, draw = row.item, _hash_number(row.ref + "fieldwork")
    evidence_item = item.expects[0] if item.expects else "the service"
    seen = f"Looked at: {evidence_item}. What it says was found on the systems that were sampled."
    return TestEdit(
        tested=day,
        methods=item.methods or None,
        sample=f"{draw % 20 + 5} of {draw % 200 + 40} components" if draw % 3 == 0 else None,
        observation=seen if draw % 2 == 0 else None,
    )


def _reviewer(row: Row, tester: str) -> str:
    """Return who reviews a test: somebody of the same role who did not test."""
    return next(name for name in story.OWNERS[row.role] if name != tester)


def _status(row: Row, pace: Pace) -> str:
    if row.later:
        return "todo"
    draw = _hash_number(row.ref + "status") % 100
    if draw < pace.done:
        return "done"
    return "doing" if draw < pace.done + pace.doing else "todo"


def _owner(row: Row, turn: ItemOverride) -> str:
    people = story.OWNERS[row.role]
    return turn.owner or people[_hash_number(row.section.id) % len(people)]


def _make_evidence(root: Path, row: Row, day: date, gone: bool, lost: list[Path]) -> Evidence:
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
        return Evidence(proof_id, f"MER-{draw % 900 + 100}", label, EvidenceKind.TICKET, day)
    link = f"https://grc.meridian.example/evidence/{row.checklist}/{row.item.id}"
    return Evidence(proof_id, link, label, EvidenceKind.URL, day)


def _hash_number(text: str) -> int:
    return zlib.crc32(text.encode())


def _shift_to_workday(day: date, away: int) -> date:
    return day + timedelta(days=away)
