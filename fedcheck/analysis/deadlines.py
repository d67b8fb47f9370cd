"""Clocks: every deadline of a workspace, with what it is for, who has it and where it comes from.

Seven kinds: `milestone` (it takes place, or lapses), `ruleset` (rules begin to bind, or their grace
ends), `item` (due), `turn` (a recurring item is due
again), `evidence` (it goes stale, or has to be collected again for a milestone), `request` (an
answer is due) and `finding` (it is to be remediated). A deadline without a day states what it waits
for.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.analysis.board import Board
from fedcheck.analysis.evidence import (
    find_age_limit_date,
    find_newest_date,
    predict_stale_date,
    resolve_age_limit,
)
from fedcheck.analysis.rulesets import list_ruleset_days
from fedcheck.analysis.waiting_since import find_answering_role, find_remediating_role
from fedcheck.domain.checklist import Item, SourceRef
from fedcheck.domain.dates import parse_due, parse_max_age, shift_clamped
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import REMEDIATION, Finding, compute_remediation_due
from fedcheck.domain.process import Milestone
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.errors import QueryError

KINDS: tuple[str, ...] = ("milestone", "ruleset", "item", "turn", "evidence", "request", "finding")
"""The kinds, in the order in which those of one day are shown."""

OF_NO_ROLE = ("milestone", "ruleset")
"""Kinds that belong to no role."""

REMEDIATION_SOURCE = "FedRAMP baselines Rev 5, RA-5"
"""Where the days for remediation come from (`REMEDIATION` in `domain/finding.py`)."""

MAX_NAME_CELLS = 60
"""The widest name of a piece of evidence, in cells."""


class Deadline(Struct, frozen=True):
    """Something with a day, or something that will have one.

    Attributes:
        key: stable name, unique in the workspace: `item:LIST:ID`, `evidence:LIST:ID#PIECE`.
        day: when; None while it is not known.
        kind: one of `KINDS`.
        what: what it is for, as text.
        ref: `milestones:ID`, `rulesets:ID`, `LIST:ID`, `requests:ID` or `findings:ID`.
        owner: the person who has it; empty where only the role is known.
        role: the role that has it; empty for milestones, which are everybody's.
        why: the rule or fact that gives the day.
        source: document and place that the rule comes from, where there is one.
        waits: what a deadline without a day waits for; empty where it has one.
        late: whether its day has passed and it is still to be done.
        private: whether it comes from a private list, and so never leaves.
        rulesets: ids of the rulesets that it is about; `ref` names the first of them.
        milestone: the milestone that the end of a grace period depends on, where there is one.
    """

    key: str
    day: date | None
    kind: str
    what: str
    ref: str
    owner: str
    role: str
    why: str
    source: str = ""
    waits: str = ""
    late: bool = False
    private: bool = False
    rulesets: tuple[str, ...] = ()
    milestone: str = ""


def list_deadlines(board: Board, role: str = "", query: str = "") -> list[Deadline]:
    """Return the deadlines of a role or of all, the earliest first; those without a day last.

    Args:
        board: the project on the day that is taken for today.
        role: only what this role has, the milestones, and the rulesets that bind it; empty for
            everybody's.
        query: narrows as in the lists of items, of requests and of findings; a query leaves out
            milestones and rulesets. One that none of the three languages knows raises QueryError.
    """
    items, requests, findings = _select_by_query(board, query)
    found: list[Deadline] = []
    if not query.strip():
        found += _milestone_deadlines(board)
        found += list_ruleset_deadlines(board, role)
    for row in items:
        found += _item_deadlines(board, row)
    found += (_request_deadline(board, one) for one in requests if one.state == "open")
    found += (_finding_deadline(board, one) for one in findings if one.state == "open")
    if role:
        found = [one for one in found if one.role == role or one.kind in OF_NO_ROLE]
    return sorted(found, key=_sort_key)


def list_turns(board: Board, role: str = "") -> list[Deadline]:
    """Return the next turns of what recurs in a role or in all: those of `list_deadlines`."""
    found = [
        one
        for row in board.rows.values()
        if row.item.every and (not role or row.role == role)
        for one in _item_deadlines(board, row)
        if one.kind == "turn"
    ]
    return sorted(found, key=_sort_key)


def _sort_key(one: Deadline) -> tuple[bool, date, int]:
    return one.day is None, one.day or date.max, KINDS.index(one.kind)


def _select_by_query(
    board: Board, query: str
) -> tuple[Iterable[Row], Iterable[Request], Iterable[Finding]]:
    """Return what a query means in each of the three languages; nothing where it means nothing."""
    project, today = board.project, board.today
    if not query.strip():
        return board.rows.values(), project.requests, project.findings
    from fedcheck.analysis.issue_queries import select_issues
    from fedcheck.domain.item_language import build_item_language

    requests, findings = select_issues(project, query, today)
    items: Iterable[Row] = ()
    try:
        items = build_item_language(project).parse(query).select(board.rows.values(), today)
    except QueryError:
        if requests is None and findings is None:
            raise
    return items, requests or (), findings or ()


def select_until(found: Iterable[Deadline], until: date | None) -> list[Deadline]:
    """Return the deadlines with a day up to one day, that included; those that are late too."""
    return [one for one in found if one.day and (until is None or one.day <= until)]


def select_undated(found: Iterable[Deadline]) -> list[Deadline]:
    """Return the deadlines that have no date yet."""
    return [one for one in found if one.day is None]


def _milestone_deadlines(board: Board) -> Iterator[Deadline]:
    """Yield milestones that lie ahead, and those without a date. One that passed took place."""
    for milestone in board.project.process.milestones:
        day = board.dates.get(milestone.id)
        if day and day < board.today:
            continue
        own = milestone.id in (board.project.config.milestones or {})
        why = "date set in fedcheck.toml" if own else milestone.default
        waits = "" if day else _milestone_waits_for(board, milestone)
        yield Deadline(
            key=f"milestone:{milestone.id}",
            day=day,
            kind="milestone",
            what=milestone.title,
            ref=f"milestones:{milestone.id}",
            owner="",
            role="",
            why=why or "no default date",
            source=_process_source(board.project, milestone.source),
            waits=waits,
        )


def _milestone_waits_for(board: Board, milestone: Milestone) -> str:
    if not milestone.default:
        return f"a date: fedcheck milestone {milestone.id} DATE"
    return _anchor_waits_for(board, milestone.default)


def _process_source(project: Project, source: SourceRef | None) -> str:
    if source is None:
        return ""
    title = next((s.title for s in project.process.sources if s.id == source.id), source.id)
    return _format_source(title, source.where)


def list_ruleset_deadlines(board: Board, role: str = "") -> list[Deadline]:
    """Return the days of rulesets that lie ahead, and ends of grace that have no date yet.

    Args:
        board: the project on the day that is taken for today.
        role: only rulesets that ask something of this role; empty for all.
    """
    return sorted(_ruleset_deadlines(board, role), key=_sort_key)


def _ruleset_deadlines(board: Board, role: str) -> Iterator[Deadline]:
    for one in list_ruleset_days(board, (role,) if role else ()):
        if one.day and one.day < board.today:
            continue
        rulesets = [state.ruleset for state in one.states]
        sources = (_process_source(board.project, ruleset.source) for ruleset in rulesets)
        yield Deadline(
            key=f"ruleset:{one.key}",
            day=one.day,
            kind="ruleset",
            what=one.what,
            ref=f"rulesets:{rulesets[0].id}",
            owner="",
            role="",
            why=one.why,
            source="; ".join(dict.fromkeys(text for text in sources if text)),
            waits=one.waits,
            rulesets=tuple(ruleset.id for ruleset in rulesets),
            milestone=one.milestone,
        )


def _format_source(title: str, where: str) -> str:
    return f"{title}, {where}" if title and where else title or where


def _item_deadlines(board: Board, row: Row) -> Iterator[Deadline]:
    if row.unknown or row.record.status == "na":
        return
    item, record = row.item, row.record
    newest = find_newest_date(record) if item.every else None
    if item.every and not record.due and (newest or not item.due or record.closed):
        yield from _recurrence_deadline(board, row, newest)
    elif not record.closed and (record.due or item.due):
        expression = record.due or item.due
        fixed = row.due is not None and expression == row.due.isoformat()
        why = "date set on the item" if fixed else expression
        waits = "" if row.due else _anchor_waits_for(board, expression)
        yield _item_deadline(board, row, "item", row.due, why, waits)
    yield from _evidence_deadlines(board, row)


def _recurrence_deadline(board: Board, row: Row, newest: date | None) -> Iterator[Deadline]:
    """Yield the next turn of what recurs; the one after it depends on when this one is done."""
    period = row.item.every
    if newest is None:
        after = board.project.process.milestone(row.item.after)
        first = "the first delivery"
        if after and row.later:
            first += f", after {after.title}"
        yield _item_deadline(board, row, "turn", None, f"every {period}", first)
    elif row.due is not None:
        yield _item_deadline(board, row, "turn", row.due, f"every {period}, last {newest}")


def _item_deadline(
    board: Board, row: Row, kind: str, day: date | None, why: str, waits: str = ""
) -> Deadline:
    checklist = board.project.checklists[row.checklist]
    source, where = checklist.source_of(row.item)
    return Deadline(
        key=f"{kind}:{row.ref}",
        day=day,
        kind=kind,
        what=row.item.title,
        ref=row.ref,
        owner=_person_or_empty(board, row.responsible),
        role=row.role,
        why=why,
        source=_format_source(source.title if source else "", where),
        waits=waits,
        late=day is not None and day < board.today,
        private=row.private,
    )


def _person_or_empty(board: Board, owner: str) -> str:
    """Return an owner who is a person; a role that is named as owner is none."""
    return "" if owner in board.project.process.roles else owner


def _evidence_deadlines(board: Board, row: Row) -> Iterator[Deadline]:
    """Yield the days on which evidence stops to count, one for all pieces of an item and day.

    A piece that is too old for a milestone to come has to be collected again by that day. The turn
    of a recurring item is a deadline of its own; here only a limit or an expiry counts.
    """
    item, record = row.item, row.record
    ends = board.phase_ends.get(row.phase)
    found: dict[tuple[date, str], list[Evidence]] = {}
    for evidence_item, state in zip(record.evidence, row.evidence, strict=True):
        if not (item.max_age or evidence_item.expires) or state not in ("ok", "stale"):
            continue
        if state == "ok":
            day, why = (
                predict_stale_date(item, record, evidence_item, board.calendar, ends),
                _describe_limit(item, evidence_item),
            )
        else:
            day, why = _recollection_date(board, row, evidence_item)
        if day is not None:
            found.setdefault((day, why), []).append(evidence_item)
    for (day, why), pieces in found.items():
        more = f" and {pluralize(len(pieces) - 1, 'other piece')}" if len(pieces) > 1 else ""
        named = f"{one_line(pieces[0].name, MAX_NAME_CELLS)}{more}: {why}"
        about = _item_deadline(board, row, "evidence", day, named)
        yield replace(about, key=f"{about.key}#{pieces[0].id}")


def _describe_limit(item: Item, evidence_item: Evidence) -> str:
    """State by which rule a piece that counts today stops to count."""
    expires = f"expires on {evidence_item.expires}" if evidence_item.expires else ""
    age = f"at most {item.max_age} old" if item.max_age else ""
    return ", ".join(part for part in (expires, age) if part)


def _recollection_date(board: Board, row: Row, evidence_item: Evidence) -> tuple[date | None, str]:
    """Return by when stale evidence has to be collected again, and why.

    That is the day of the milestone that it is judged at, while that lies ahead; else the day on
    which it became too old.
    """
    span, at = resolve_age_limit(row.item.max_age, board.calendar, board.today)
    old = find_age_limit_date(row.item, row.record, evidence_item)
    if at > board.today:
        milestone = board.project.process.milestone(parse_max_age(row.item.max_age).at)
        name = milestone.title if milestone else "the milestone"
        from_day = f"; counts if collected from {shift_clamped(at, span, -1)} on" if span else ""
        return at, f"will be too old for {name}{from_day}"
    if old is None:
        return board.today, "its date is unknown"
    return old, f"too old, {_describe_limit(row.item, evidence_item)}"


def _request_deadline(board: Board, request: Request) -> Deadline:
    asked = f"asked {request.asked}" if request.asked else "asked"
    by = f" by {request.by}" if request.by else ""
    named = request.to if request.to not in board.project.process.roles else ""
    return Deadline(
        key=f"request:{request.id}",
        day=request.due,
        kind="request",
        what=request.title,
        ref=f"requests:{request.id}",
        owner=named,
        role=find_answering_role(board.project, request),
        why=("returned, " if request.returned else "") + asked + by,
        waits="" if request.due else "a due date",
        late=request.due is not None and request.due < board.today,
    )


def _finding_deadline(board: Board, finding: Finding) -> Deadline:
    rule = compute_remediation_due(finding.risk, finding.found) if finding.found else None
    day = finding.due or rule
    span = REMEDIATION[finding.risk]
    if day is not None and day == rule:
        why = f"{finding.risk}: {span} after discovery on {finding.found}"
    else:
        why = f"{finding.risk}: date set on the finding" if day else finding.risk
    return Deadline(
        key=f"finding:{finding.id}",
        day=day,
        kind="finding",
        what=finding.title,
        ref=f"findings:{finding.id}",
        owner=_person_or_empty(board, finding.owner),
        role=find_remediating_role(board.project, finding),
        why=why,
        source=REMEDIATION_SOURCE if day and day == rule else "",
        waits="" if day else "a due date, or a discovery date",
        late=day is not None and day < board.today,
    )


def _anchor_waits_for(board: Board, expression: str) -> str:
    """State what a due expression without a day waits for."""
    try:
        anchor = parse_due(expression).anchor
    except ValueError:
        return "a readable date"
    milestone = board.project.process.milestone(anchor)
    if milestone:
        return f"the date of {milestone.title}"
    item = board.project.item(anchor)
    return f"{item.title} to be done" if item else f"{anchor}, which is unknown"
