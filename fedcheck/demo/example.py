"""Make the example workspace through the same session that everybody uses.

Same day, same bytes: what is not in the story is drawn from a checksum of the item's reference.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import tomli_w

from fedcheck.demo import story
from fedcheck.demo.story import Pace, Turn
from fedcheck.domain.change import Change, differences
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field_values import with_field
from fedcheck.domain.glossary import EvidenceKind
from fedcheck.domain.item_rules import ItemEdit, TestEdit, edited, with_evidence
from fedcheck.domain.record import EMPTY
from fedcheck.domain.row import Row
from fedcheck.session import Session, open_session
from fedcheck.storage import (
    atomic_files,
    evidence_files,
    issue_files,
    local_state,
    paths,
    transaction,
    workspace_files,
)
from fedcheck.storage.checklist_files import load_catalog
from fedcheck.storage.record_file import FINDINGS, REQUESTS, RecordFile, empty
from fedcheck.storage.transaction import TransactionHead

GRAIN = 3
"""Days of work that are saved as one action, so that making the example takes about a second."""


def make(root: Path, today: date | None = None) -> None:
    """Make the example in a folder. Raises FedcheckError where there is a workspace already.

    Args:
        root: the folder; it is made.
        today: the day that the example stands at; the real one without it.
    """
    day = today or today_there(datetime.now(UTC))
    process = load_catalog(paths.shipped_checklists(), (), None).processes["jab"]
    text = workspace_files.head_text(
        story.NAME,
        process,
        "csp",
        provider=story.PROVIDER,
        timezone=story.TIMEZONE,
        marking=story.MARKING,
        profile=workspace_files.parse_profile(process, {}),
        milestones={name: _at(day, away) for name, away in story.MILESTONES.items()},
    )
    people = {who: {"name": name, "role": role} for who, (name, role) in story.PEOPLE.items()}
    workspace_files.create(root, text + "\n" + tomli_w.dumps({"people": people}))
    for who in story.PEOPLE:
        local_state.name_history(root, who, "example")
    nobody = paths.UserFolders(root / "none", root / "none", root / "none")
    noon = datetime.combine(day, time(15), UTC)
    session = open_session(root, nobody, (), "alice", lambda: noon)
    _play(session, day)
    asked, due = _at(day, -9), _at(day, -2)
    for name, text in (
        (FINDINGS, story.FINDINGS.format(found=_at(day, -15), due=_at(day, 75), step=_at(day, 40))),
        (REQUESTS, story.REQUESTS.format(asked=asked, due=due)),
    ):
        _enter(session, issue_files.load(root / f"{name}.toml", text.encode(), name), day)


def today_there(now: datetime) -> date:
    """Return what day it is where the example is set."""
    return now.astimezone(ZoneInfo(story.TIMEZONE)).date()


def _play(session: Session, today: date) -> None:
    """Save what everybody did, in the order of the days."""
    work: dict[tuple[int, str], list[Change]] = defaultdict(list)
    lost: list[Path] = []
    rows = session.board(today).rows
    statuses = _statuses(rows)
    for row in rows.values():
        turn = story.TURNS.get(row.ref, Turn())
        pace = _pace(row)
        status = statuses[row.ref]
        if status == "todo":
            continue
        away = _day(row, turn, pace)
        changes = _changes(session, row, turn, status, _at(today, away), today, lost)
        work[away - away % GRAIN, _owner(row, turn)] += changes
    for number, ((away, who), changes) in enumerate(sorted(work.items())):
        at = datetime.combine(
            _at(today, min(away, -1)), time(14 + number % 6, 7 * number % 60), UTC
        )
        _save(
            session, changes, TransactionHead(who, at, f"{zlib.crc32(f'{away}{who}'.encode()):08x}")
        )
    for path in lost:
        path.unlink(missing_ok=True)


def _statuses(rows: Mapping[str, Row]) -> dict[str, str]:
    """Draw the status of every item; none is done before what it needs."""
    told = {ref: turn.status for ref, turn in story.TURNS.items() if turn.status}
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


def _day(row: Row, turn: Turn, pace: Pace) -> int:
    if turn.day is not None:
        return turn.day
    return pace.first_day + _draw(row.ref) % max(pace.last_day - pace.first_day, 1)


def _enter(session: Session, book: RecordFile, day: date) -> None:
    """Save the requests or findings of the story, each as the one who made it."""
    for name, thing in book.records.items():
        by = getattr(thing, "by", "") or "carol"
        made = getattr(thing, "asked", None) or day - timedelta(days=20)
        at = datetime.combine(made, time(16), UTC)
        changes = differences(f"{book.name}:{name}", empty(book.name, name), thing)
        _save(session, changes, TransactionHead(by, at, f"{book.name}-{name}"))


def _save(session: Session, changes: Iterable[Change], deed: TransactionHead) -> None:
    orders = {name: list(found.items) for name, found in session.project.checklists.items()}
    saved = transaction.commit(session.root, session.shelf.books, orders, changes, deed)
    session.shelf.books.update(saved.books)


def _changes(
    session: Session,
    row: Row,
    turn: Turn,
    status: str,
    day: date,
    today: date,
    lost: list[Path],
) -> list[Change]:
    """Return all changes of an item on the day on which it was worked on."""
    result = turn.result if status in ("done", "na") else ""
    if row.item.kind == "test" and status == "done" and not result:
        result = "satisfied"
    owner = _owner(row, turn)
    edit = ItemEdit(
        status=None if result else status,
        result=result or None,
        owner=owner,
        due=_at(today, turn.due).isoformat() if turn.due is not None else None,
        note=turn.note or None,
        reason=turn.reason or None,
        testing=_fieldwork(row) if result else None,
    )
    changes = edited(row.ref, row.item, EMPTY, edit, day, owner)
    if result and _draw(row.ref + "review") % 3 == 0:
        changes += _reviewed(row, changes, owner, day)
    if status == "done" and (row.item.expects or turn.evidence_day or turn.lost_file):
        taken = _at(today, turn.evidence_day) if turn.evidence_day is not None else day
        proof = _proof(session.root, row, taken, turn.lost_file, lost)
        changes += with_evidence(row.ref, EMPTY, proof)
    return changes


def _fieldwork(row: Row) -> TestEdit:
    """Return what the tester wrote: methods always, a sample and an observation for some."""
    item, draw = row.item, _draw(row.ref + "fieldwork")
    proof = item.expects[0] if item.expects else "the service"
    seen = f"Looked at: {proof}. What it says was found on the systems that were sampled."
    return TestEdit(
        methods=item.methods or None,
        sample=f"{draw % 20 + 5} of {draw % 200 + 40} components" if draw % 3 == 0 else None,
        observation=seen if draw % 2 == 0 else None,
    )


def _reviewed(row: Row, changes: list[Change], tester: str, day: date) -> list[Change]:
    """Return what the second assessor made of a test."""
    record = EMPTY
    for change in changes:
        record = with_field(record, change.field, change.new)
    others = [name for name in story.OWNERS[row.role] if name != tester]
    edit = ItemEdit(testing=TestEdit(review="agreed"))
    return edited(row.ref, row.item, record, edit, day, others[0]) if others else []


def _status(row: Row, pace: Pace) -> str:
    if row.later:
        return "todo"
    draw = _draw(row.ref + "status") % 100
    if draw < pace.done:
        return "done"
    return "doing" if draw < pace.done + pace.doing else "todo"


def _owner(row: Row, turn: Turn) -> str:
    people = story.OWNERS[row.role]
    return turn.owner or people[_draw(row.section.id) % len(people)]


def _proof(root: Path, row: Row, day: date, gone: bool, lost: list[Path]) -> Evidence:
    """Return a piece of evidence: a file for some, a link or a ticket for the others."""
    draw = _draw(row.ref + "proof")
    label = row.item.expects[0] if row.item.expects else row.item.title
    proof_id = f"{draw % 0xFFFFFF:06x}"
    kind = draw % 6
    if gone or kind == 0:
        link = f"evidence/{row.item.id}.txt"
        path = root / link
        if not path.exists():
            _write(path, f"Example evidence, fictional.\n{label}\nCollected {day}\n")
        if gone:
            lost.append(path)
        digest = evidence_files.hash_file(path)
        return Evidence(proof_id, link, label, EvidenceKind.FILE, day, sha256=digest)
    if kind == 1:
        return Evidence(proof_id, f"MER-{draw % 900 + 100}", label, EvidenceKind.TICKET, day)
    link = f"https://grc.meridian.example/evidence/{row.checklist}/{row.item.id}"
    return Evidence(proof_id, link, label, EvidenceKind.URL, day)


def _write(path: Path, text: str) -> None:
    atomic_files.write_whole(path, text.encode())


def _draw(text: str) -> int:
    return zlib.crc32(text.encode())


def _at(day: date, away: int) -> date:
    return day + timedelta(days=away)
