"""Gates: is a milestone's gate met, and if not, what is missing (design, section 3)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from types import MappingProxyType

from msgspec import Struct

from fedcheck.analysis import waiting_since
from fedcheck.analysis.board import Board
from fedcheck.analysis.rulesets import list_rulesets, select_lapsed
from fedcheck.analysis.unsettled import UNSETTLED_WORDS, list_unsettled
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import (
    ADVISED,
    DEMANDED,
    PROHIBITED,
    UNVERIFIED_WORDS,
    EvidenceState,
    Level,
    Status,
)
from fedcheck.domain.process import Milestone, role_label
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row
from fedcheck.domain.set_twice import is_unsettled
from fedcheck.domain.text import pluralize

EVIDENCE_WORDS = {
    "stale": "evidence is too old",
    "missing": "an evidence file is missing",
    "changed": "an evidence file changed",
}

UPSTREAM_WORDS = "changed upstream and not reviewed since"

GRACE = "grace"
"""The kind of a remark that a grace period is over."""

NO_DAYS: Mapping[str, date] = MappingProxyType({})
"""What is known of days on which something took its status, where no history was read."""


class Outstanding(Struct, frozen=True):
    """One thing that a gate lacks.

    Attributes:
        kind: open, declined, reason, evidence, stale, missing, changed, needs, result, observation,
            finding, request, upstream, unsettled or file. What waits for another role alone is that
            role's, whoever has the item.
        ref: the item, request, finding or file that it is about.
        owner: who owes it: a person where one is named, or else the role.
        phase: the phase of the gate in which it counts; each lack counts in exactly one.
        since: since when it is owed; None where nothing states (docs/gates.md shows the rule).
    """

    kind: str
    ref: str
    why: str
    owner: str
    role: str = ""
    phase: str = ""
    since: date | None = None


class Remark(Struct, frozen=True):
    """Something worth knowing before a milestone that keeps no gate shut.

    Attributes:
        kind: `unverified`: an evidence file was not hashed on this machine as it is now; `grace`:
            the grace period of a ruleset is over, and something that it demands is not done.
        ref: the item that it is about, or `rulesets:ID`.
        why: what is stated about it, as text that accuse nobody.
        owner: who owns the item: a person where one is named, or else the role.
        phase: the phase of the item; empty for a ruleset.
        title: title of the item or of the ruleset.
    """

    kind: str
    ref: str
    why: str
    owner: str
    role: str = ""
    phase: str = ""
    title: str = ""


class Gate(Struct, frozen=True):
    """The answer of a gate; remarks do not count."""

    milestone: Milestone
    date: date | None
    missing: tuple[Outstanding, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def ready(self) -> bool:
        """Return whether the gate is met."""
        return not self.missing


def gate(board: Board, milestone: Milestone, days: Mapping[str, date] = NO_DAYS) -> Gate:
    """Judge the gate of a milestone on the day of the board.

    Args:
        board: the project on that day.
        milestone: the milestone.
        days: since when items and requests have their status, as far as the history knows
            (`find_status_dates`); it only shows since when something is owed.
    """
    asked = [row for row in board.rows.values() if asks_for(board, milestone, row)]
    missing = [lack for row in asked for lack in _lacks(board, row, days)]
    if milestone.closes:
        missing += _findings(board, milestone)
        missing += _requests(board, milestone, days)
        missing += _files(board, milestone, asked)
        missing += _unsettled(board, milestone)
    remarks = [remark for row in asked for remark in _list_remarks(row)]
    if milestone.closes:
        remarks += _list_lapsed_graces(board, milestone)
    return Gate(milestone, board.dates.get(milestone.id), tuple(missing), tuple(remarks))


def asks_for(board: Board, milestone: Milestone, row: Row) -> bool:
    """Return whether the gate of a milestone judges an item, of whatever level."""
    return milestone.asks_for(row.phase, row.role) and not (
        row.private or row.unknown or _after_later(board, row, milestone)
    )


def gates(board: Board, days: Mapping[str, date] = NO_DAYS) -> list[Gate]:
    """Judge the gates of all milestones, in their order."""
    return [gate(board, milestone, days) for milestone in board.project.process.milestones]


def phase_of(
    board: Board,
    milestone: Milestone,
    refs: Iterable[str] = (),
    counts: Callable[[Milestone], bool] = lambda _: False,
) -> str:
    """Return the phase in which something that belongs to no phase counts at a milestone's gate.

    The latest phase that the gate closes and that one of its items belongs to; else the last phase
    of the first gate at which it counts, if this gate closes that too; else its own last phase.
    """
    process = board.project.process
    closes = sorted(milestone.closes, key=process.order)
    named = {board.rows[ref].phase for ref in refs if ref in board.rows}
    own = [phase for phase in closes if phase in named]
    if own:
        return own[-1]
    first = next((one for one in process.milestones if one.closes and counts(one)), milestone)
    last = max(first.closes, key=process.order)
    return last if last in closes else closes[-1]


def _after_later(board: Board, row: Row, milestone: Milestone) -> bool:
    """Return whether an item can only happen after this milestone or a later one."""
    if not row.item.after:
        return False
    order = [stone.id for stone in board.project.process.milestones]
    if row.item.after not in order:
        return False
    return order.index(row.item.after) >= order.index(milestone.id)


def _lacks(board: Board, row: Row, days: Mapping[str, date]) -> Iterator[Outstanding]:
    item, record = row.item, row.record
    demanded, advised = item.level in DEMANDED, item.level in ADVISED

    def lack(kind: str, why: str, of: Row = row) -> Outstanding:
        owner = of.responsible or of.role
        day = waiting_since.find_outstanding_since(board, row, kind, days)
        return Outstanding(kind, row.ref, why, owner, of.role, row.phase, day)

    waited = _find_other_side(board, row)

    if is_unsettled(record.extra) and item.level != "may":
        yield lack("unsettled", UNSETTLED_WORDS)
    if not record.closed:
        if demanded:
            yield lack("open", _open_words(row, waited), waited)
        elif advised:
            yield lack("declined", f"not {_done_word(row)} and not declined")
        return
    if record.status == "na":
        if not record.reason and (demanded or advised):
            yield lack("reason", "not applicable without a reason")
        if row.changed and (demanded or advised):
            yield lack("upstream", UPSTREAM_WORDS)
        if row.unobserved and record.reason and (demanded or advised):
            yield lack("observation", "not applicable, without a reason in the workbook")
        return
    if _unplanned(board, row):
        yield lack("finding", _finding_words(board, row))
    if item.level == "may":
        return
    if item.expects and not record.evidence:
        yield lack("evidence", f"done without evidence; expected: {item.expects[0]}")
    for state, words in EVIDENCE_WORDS.items():
        if state in row.evidence:
            yield lack(state, describe_stale(row, board.today) if state == "stale" else words)
    if row.waits:
        verb = "but it needs" if waited is row else f"and {role_label(row.role)} waits for"
        yield lack("needs", f"done, {verb} {', '.join(row.waits)}", waited)
    if item.kind == "test" and not record.result:
        yield lack("result", "tested without a result")
    if row.unobserved:
        yield lack("observation", "a result without an observation")
    if row.changed:
        yield lack("upstream", UPSTREAM_WORDS)


def describe_stale(row: Row, today: date) -> str:
    """State that evidence is too old: today, or on which day before the milestone it serves."""
    turns = waiting_since.find_stale_day(row)
    if turns is None or turns <= today:
        return EVIDENCE_WORDS["stale"]
    return f"evidence goes stale on {turns.isoformat()}"


def _find_other_side(board: Board, row: Row) -> Row:
    """Return the first item that an item waits for, where it waits for other roles alone; or it.

    An item that is blocked or in progress stays with its role.
    """
    needed = [board.rows[ref] for ref in row.waits if ref in board.rows]
    if not needed or row.record.status in (Status.BLOCKED, Status.DOING):
        return row
    return row if any(one.role == row.role for one in needed) else needed[0]


def _list_remarks(row: Row) -> Iterator[Remark]:
    """Yield what is to be stated about the evidence of an item where the gate would judge it."""
    record = row.record
    if record.status != Status.DONE or row.item.level == Level.MAY or not row.unverified:
        return
    count = row.evidence.count(EvidenceState.UNVERIFIED)
    why = f"{pluralize(count, 'evidence file is', 'evidence files are')} {UNVERIFIED_WORDS}"
    owner = row.responsible or row.role
    yield Remark(EvidenceState.UNVERIFIED, row.ref, why, owner, row.role, row.phase, row.item.title)


def _list_lapsed_graces(board: Board, milestone: Milestone) -> Iterator[Remark]:
    """Yield the rulesets whose grace is over while the gate's roles have not done what they demand.

    It counts whatever phase it belongs to: the rules bind, whichever milestone is spoken of.
    """
    for one in select_lapsed(list_rulesets(board, milestone.roles), board.today):
        demanded = sum(row.item.level in DEMANDED for row in one.rows)
        roles = list(dict.fromkeys(row.role for row in one.open_rows))
        role = roles[0] if len(roles) == 1 else ""
        bound = one.ruleset.maintain or one.ruleset.obtain
        since = "it has been binding since" if one.grace == bound else "its grace period ended on"
        why = (
            f"{since} {one.grace}, and {len(one.open_rows)} of"
            f" {pluralize(demanded, 'binding item')} {'is' if demanded == 1 else 'are'} not done"
        )
        ref = f"rulesets:{one.ruleset.id}"
        yield Remark(GRACE, ref, why, role, role, "", one.ruleset.title)


def _open_words(row: Row, waited: Row) -> str:
    record = row.record
    if record.status == "blocked":
        return f"blocked: {record.reason}" if record.reason else "blocked, no reason given"
    words = "in progress" if record.status == "doing" else f"not {_done_word(row)}"
    if row.overdue and row.due:
        words += f", due {row.due.isoformat()}"
    if row.waits:
        whose = "" if waited is row else f"{role_label(row.role)} "
        words += f", {whose}waits for {row.waits[0]}"
        if len(row.waits) > 1:
            words += f" and {pluralize(len(row.waits) - 1, 'other')}"
    return words


def _done_word(row: Row) -> str:
    """Return what a tick means: a prohibition is not done but confirmed."""
    return "confirmed" if row.item.level in PROHIBITED else "done"


def _unplanned(board: Board, row: Row) -> bool:
    """Return whether an item is other than satisfied without a planned finding."""
    if row.record.result != "other-than-satisfied" or not row.record.closed:
        return False
    return not any(f.planned and row.ref in f.items for f in board.project.findings)


def _finding_words(board: Board, row: Row) -> str:
    raised = [f for f in board.project.findings if row.ref in f.items]
    if not raised:
        return "other than satisfied, without a planned finding"
    first = raised[0]
    return f"other than satisfied; finding {first.id} is {first.lacks}: {first.title}"


def _findings(board: Board, milestone: Milestone) -> Iterator[Outstanding]:
    """Yield open findings that block a gate once the assessment is over: by risk, or unplanned.

    The process states which risks block (`blocking-risks`). A finding that is not planned is listed
    here unless the test that found it is listed already.
    """
    process = board.project.process
    for finding in board.project.findings:
        if finding.state != "open" or not _open_by(board, finding, milestone):
            continue
        if finding.risk in (*process.blocking_risks, *milestone.blocking_risks):
            why = f"open {finding.risk.capitalize()} finding: {finding.title}"
        elif not (finding.planned or _told(board, finding, milestone)):
            why = f"finding {finding.lacks}: {finding.title}"
        else:
            continue
        owner = finding.owner or process.provider
        role = waiting_since.find_remediating_role(board.project, finding)
        phase = phase_of(board, milestone, finding.items, partial(_open_by, board, finding))
        yield Outstanding("finding", finding.id, why, owner, role, phase, finding.found)


def _unsettled(board: Board, milestone: Milestone) -> Iterator[Outstanding]:
    for kind, ref, why, items in list_unsettled(board.project, milestone.id):
        phase = phase_of(board, milestone, items)
        yield Outstanding(kind, ref, why, board.project.config.role, phase=phase)


def _open_by(board: Board, finding: Finding, milestone: Milestone) -> bool:
    """Return whether a gate asks for an open finding: the assessment is over, and it was known."""
    known = not _came_later(board, milestone, finding.found)
    return known and _after_assessment(board, milestone)


def _told(board: Board, finding: Finding, milestone: Milestone) -> bool:
    """Return whether the gate names a test of the finding as unplanned."""
    rows = (board.rows.get(ref) for ref in finding.items)
    return any(e and e.phase in milestone.closes and _unplanned(board, e) for e in rows)


def _after_assessment(board: Board, milestone: Milestone) -> bool:
    """Return whether a milestone is the one that closes the assessment, or a later one.

    A process without a phase of assessment asks for findings at every gate.
    """
    phase = board.project.process.assessment_phase
    for stone in board.project.process.milestones:
        if not phase or phase in stone.closes:
            return True
        if stone.id == milestone.id:
            return False
    return False


def _requests(
    board: Board, milestone: Milestone, days: Mapping[str, date]
) -> Iterator[Outstanding]:
    for request in board.project.requests:
        if request.state == "open" and _due_by(board, request, milestone):
            owner = request.to or board.project.process.provider
            role = waiting_since.find_role(board.project, owner)
            word = "returned" if request.returned else "unanswered"
            phase = phase_of(board, milestone, request.items, partial(_due_by, board, request))
            day = waiting_since.find_request_since(request, days)
            why = f"{word}: {request.title}"
            yield Outstanding("request", request.id, why, owner, role, phase, day)


def _due_by(board: Board, request: Request, milestone: Milestone) -> bool:
    """Return whether an open request is due by a milestone; one without a day is due at once."""
    day = board.dates.get(milestone.id)
    if request.due and day:
        return request.due <= day
    return not _came_later(board, milestone, request.asked)


def _came_later(board: Board, milestone: Milestone, day: date | None) -> bool:
    """Return whether something came up only after a milestone had taken place."""
    held = board.dates.get(milestone.id)
    return held is not None and day is not None and held < day <= board.today


def _files(board: Board, milestone: Milestone, asked: Sequence[Row]) -> Iterator[Outstanding]:
    """A file that cannot be read may hide anything: a gate that needs it is not met.

    It needs the lists of the phases that it closes, and those that their items wait for.
    """
    needed = {split_ref(need)[0] for row in asked for need in row.item.needs}
    for broken in board.project.broken:
        checklist = board.project.checklists.get(broken.checklist)
        hidden = broken.private or broken.checklist in board.project.withheld_lists
        if hidden or not (
            checklist is None or checklist.phase in milestone.closes or checklist.id in needed
        ):
            continue
        closed = checklist is not None and checklist.phase in milestone.closes
        phase = checklist.phase if checklist and closed else phase_of(board, milestone)
        where = f"line {broken.line}: " if broken.line else ""
        why = f"cannot be read: {where}{broken.message}"
        yield Outstanding("file", broken.path, why, board.project.config.role, phase=phase)
