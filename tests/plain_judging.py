"""Rows and gates worked out one by one, as the design states the rules, without any index.

The program judges each item, finding and expression once for all gates of a board. What it finds
has to be what this finds.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from fedcheck.analysis.board import Board
from fedcheck.analysis.evidence import find_newest_date
from fedcheck.analysis.gate_answer import Gate
from fedcheck.analysis.milestones import Calendar, find_phase_ends
from fedcheck.domain.checklist import Checklist, Item
from fedcheck.domain.dates import parse_due, parse_max_age, parse_span, resolve_due, shift_clamped
from fedcheck.domain.evidence import find_file_state
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import ADVISED, DEMANDED
from fedcheck.domain.process import Milestone
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row
from fedcheck.domain.workspace import Project


def dues(calendar: Calendar, text: str) -> date | None:
    try:
        return resolve_due(parse_due(text), calendar.anchor) if text else None
    except ValueError:
        return None


def judge_row(
    project: Project, calendar: Calendar, today: date, of: Checklist, item: Item
) -> tuple[Any, ...]:
    """Return due, overdue, evidence, waits, later and changed of a row."""
    record = project.record(f"{of.id}:{item.id}")
    ends = find_phase_ends(project, calendar.dates).get(of.phase)
    due = dues(calendar, record.due or item.due)
    newest = find_newest_date(record) if item.every else None
    if newest and not record.due:
        due = shift_clamped(newest, parse_span(item.every))
        due = due if ends is None or due <= ends else None
    late = due is not None and due < today and (item.level != "may" or bool(record.due))
    again = bool(item.every) and record.status == "done"
    held = calendar.dates.get(item.after)
    known = {f"{one.id}:{two.id}" for one, _, two in project.applying()}
    return (
        due,
        late and (again or not record.closed),
        tuple(judge_evidence(project, calendar, today, item, record, ends)),
        tuple(one for one in item.needs if one in known and not project.record(one).closed),
        bool(item.after) and (held is None or held > today),
        bool(record.basis) and not item.accepts(record.basis),
    )


def judge_evidence(
    project: Project, calendar: Calendar, today: date, item: Item, record: Record, ends: date | None
) -> Iterator[str]:
    for one in record.evidence:
        state = find_file_state(project.file_states or {}, one)
        limits = []
        judged = today
        if item.max_age:
            limit = parse_max_age(item.max_age)
            judged = (calendar.anchor(limit.at) if limit.at else None) or today
            limits.append((limit.span, judged))
        if item.every and one.collected == find_newest_date(record):
            limits.append((parse_span(item.every), min(today, ends or today)))
        days = [judged, *(day for _, day in limits)]
        old = any(
            one.collected is None or shift_clamped(one.collected, span) < day
            for span, day in limits
        )
        if state in ("missing", "changed"):
            yield state
        elif old or (one.expires and any(one.expires < day for day in days)):
            yield "stale"
        else:
            yield state or "ok"


def list_missing(board: Board, milestone: Milestone) -> list[tuple[str, str, str, str, str]]:
    """Return kind, reference, owner, role and phase of what a gate lacks."""
    asked = [row for row in board.rows.values() if is_asked(board, milestone, row)]
    found = [lack for row in asked for lack in list_lacks(board, row)]
    if milestone.closes:
        found += list_findings(board, milestone)
        found += list_requests(board, milestone)
    return found


def is_asked(board: Board, milestone: Milestone, row: Row) -> bool:
    order = [one.id for one in board.project.process.milestones]
    after = row.item.after
    later = after in order and order.index(after) >= order.index(milestone.id)
    roles = milestone.roles or (row.role,)
    return row.phase in milestone.closes and row.role in roles and not later


def list_lacks(board: Board, row: Row) -> Iterator[tuple[str, str, str, str, str]]:
    item, record = row.item, row.record
    demanded, advised = item.level in DEMANDED, item.level in ADVISED

    def lack(kind: str, of: Row = row) -> tuple[str, str, str, str, str]:
        return kind, row.ref, of.responsible or of.role, of.role, row.phase

    needed = [board.rows[ref] for ref in row.waits]
    begun = record.status in ("blocked", "doing") or any(one.role == row.role for one in needed)
    waited = row if begun or not needed else needed[0]
    if not record.closed:
        if demanded:
            yield lack("open", waited)
        elif advised:
            yield lack("declined")
        return
    if record.status == "na":
        if not record.reason and (demanded or advised):
            yield lack("reason")
        if row.changed and (demanded or advised):
            yield lack("upstream")
        if row.unobserved and record.reason and (demanded or advised):
            yield lack("observation")
        return
    if is_unplanned(board, row):
        yield lack("finding")
    if item.level == "may":
        return
    if item.expects and not record.evidence:
        yield lack("evidence")
    for state in ("stale", "missing", "changed"):
        if state in row.evidence:
            yield lack(state)
    if row.waits:
        yield lack("needs", waited)
    if item.kind == "test" and not record.result:
        yield lack("result")
    if row.unobserved:
        yield lack("observation")
    if row.changed:
        yield lack("upstream")


def is_unplanned(board: Board, row: Row) -> bool:
    if row.record.result != "other-than-satisfied" or not row.record.closed:
        return False
    return not any(one.planned and row.ref in one.items for one in board.project.findings)


def came_later(board: Board, milestone: Milestone, day: date | None) -> bool:
    held = board.dates.get(milestone.id)
    return held is not None and day is not None and held < day <= board.today


def asks_for_finding(board: Board, finding: Finding, milestone: Milestone) -> bool:
    process = board.project.process
    ids = [one.id for one in process.milestones]
    closing = [
        place
        for place, one in enumerate(process.milestones)
        if process.assessment_phase in one.closes or not process.assessment_phase
    ]
    over = bool(closing) and ids.index(milestone.id) >= closing[0]
    return over and not came_later(board, milestone, finding.found)


def asks_for_request(board: Board, request: Request, milestone: Milestone) -> bool:
    day = board.dates.get(milestone.id)
    if request.due and day:
        return request.due <= day
    return not came_later(board, milestone, request.asked)


def find_phase(
    board: Board, milestone: Milestone, refs: Iterable[str], asking: Sequence[Milestone]
) -> str:
    order = [one.id for one in board.project.process.phases]
    named = {board.rows[ref].phase for ref in refs if ref in board.rows}
    own = [one for one in order if one in milestone.closes and one in named]
    if own:
        return own[-1]
    first = next((one for one in asking if one.closes), milestone)
    last = [one for one in order if one in first.closes][-1]
    return last if last in milestone.closes else [o for o in order if o in milestone.closes][-1]


def list_findings(board: Board, milestone: Milestone) -> Iterator[tuple[str, str, str, str, str]]:
    project = board.project
    stones = project.process.milestones
    for one in project.findings:
        if one.state != "open" or not asks_for_finding(board, one, milestone):
            continue
        rows = [board.rows[ref] for ref in one.items if ref in board.rows]
        told = any(row.phase in milestone.closes and is_unplanned(board, row) for row in rows)
        risks = (*project.process.blocking_risks, *milestone.blocking_risks)
        if one.risk in risks or not (one.planned or told):
            asking = [stone for stone in stones if asks_for_finding(board, one, stone)]
            phase = find_phase(board, milestone, one.items, asking)
            role = one.owner if one.owner in project.process.roles else "csp"
            yield "finding", one.id, one.owner or "csp", role, phase


def list_requests(board: Board, milestone: Milestone) -> Iterator[tuple[str, str, str, str, str]]:
    project = board.project
    stones = project.process.milestones
    for one in project.requests:
        if one.state == "open" and asks_for_request(board, one, milestone):
            asking = [stone for stone in stones if asks_for_request(board, one, stone)]
            phase = find_phase(board, milestone, one.items, asking)
            owner = one.to or "csp"
            role = owner if owner in project.process.roles else ""
            yield "request", one.id, owner, role, phase


def count_before(found: Sequence[Gate], place: int) -> int:
    """Return how many things earlier gates lack that the gate at a place does not ask for."""
    own = {(one.kind, one.ref) for one in found[place].missing}
    closes = found[place].milestone.closes
    earlier = {
        (one.kind, one.ref)
        for gate in found[:place]
        for one in gate.missing
        if one.phase not in closes or (one.kind, one.ref) not in own
    }
    return len(earlier)
