"""What findings, requests, unreadable files and unsettled values owe at a gate."""

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date
from functools import cached_property

from msgspec import Struct

from fedcheck.analysis import waiting_since
from fedcheck.analysis.board import Board
from fedcheck.analysis.gate_answer import Outstanding
from fedcheck.analysis.outstanding_items import is_unplanned
from fedcheck.analysis.unsettled import list_unsettled
from fedcheck.domain.finding import Finding
from fedcheck.domain.process import Milestone
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row


class _OpenFinding(Struct, frozen=True):
    """An open finding, with what every gate asks about it.

    Attributes:
        phases: the phases of its items.
        listed: those of its items that are unplanned: their gates list the test already.
    """

    finding: Finding
    owner: str
    role: str
    phases: frozenset[str]
    listed: frozenset[str]


class IssueRules(Struct, frozen=True, dict=True):
    """What is judged at all gates of a board besides items, each worked out once for all of them.

    There may be as many findings as a scan has results, and a dozen gates.

    Attributes:
        days: since when requests have their state, as far as the history knows.
    """

    board: Board
    days: Mapping[str, date]

    @cached_property
    def findings(self) -> list[_OpenFinding]:
        """Return the open findings."""
        project, rows = self.board.project, self.board.rows
        found = []
        for one in project.findings:
            if one.state != "open":
                continue
            named = [rows[ref] for ref in one.items if ref in rows]
            listed = frozenset(row.phase for row in named if is_unplanned(self.board, row))
            owner = one.owner or project.process.provider
            role = waiting_since.find_remediating_role(project, one)
            phases = frozenset(row.phase for row in named)
            found.append(_OpenFinding(one, owner, role, phases, listed))
        return found

    @cached_property
    def requests(self) -> list[Request]:
        """Return the open requests."""
        return [one for one in self.board.project.requests if one.state == "open"]

    @cached_property
    def assessed(self) -> frozenset[str]:
        """Return the milestones at which the assessment is over: from the gate that closes it on.

        A process without a phase of assessment asks for findings at every gate.
        """
        phase = self.board.project.process.assessment_phase
        found: list[str] = []
        for one in self.board.project.process.milestones:
            if found or not phase or phase in one.closes:
                found.append(one.id)
        return frozenset(found)

    @cached_property
    def firsts(self) -> dict[tuple[date | None, ...], Milestone | None]:
        """Return the first gates that ask for what came up on some days, as far as looked for."""
        return {}

    @cached_property
    def shared(self) -> dict[tuple[int, str, str], Outstanding]:
        """Return what is outstanding of findings; gates that list one in the same phase share it.

        The keys: its place among the findings, why it counts, and the phase.
        """
        return {}


def list_outstanding_issues(rules: IssueRules, milestone: Milestone) -> Iterator[Outstanding]:
    """Yield the findings and requests that a gate asks for."""
    yield from _list_findings(rules, milestone)
    yield from _list_requests(rules, milestone)


def list_outstanding_rest(
    board: Board, milestone: Milestone, asked: Iterable[Row]
) -> Iterator[Outstanding]:
    """Yield what else a gate lacks: files that cannot be read, and what is unsettled.

    Args:
        board: the project.
        milestone: the milestone of the gate.
        asked: the items that the gate asks for; looked at where a file cannot be read.
    """
    if board.project.broken:
        yield from _list_files(board, milestone, asked)
    role = board.project.config.role
    for kind, ref, why, items in list_unsettled(board.project, milestone.id):
        named = {board.rows[one].phase for one in items if one in board.rows}
        yield Outstanding(kind, ref, why, role, phase=_find_phase(board, milestone, named))


def _find_phase(
    board: Board,
    milestone: Milestone,
    named: Set[str] = frozenset(),
    first: Milestone | None = None,
) -> str:
    """Return the phase in which something that belongs to no phase counts at a milestone's gate.

    The latest phase that the gate closes and that one of its items belongs to; else the last phase
    of the first gate at which it counts, if this gate closes that too; else its own last phase.

    Args:
        board: the project.
        milestone: the milestone of the gate.
        named: the phases of its items.
        first: the first gate at which it counts; None for this one.
    """
    order = board.project.process.order
    closes = sorted(milestone.closes, key=order)
    own = [phase for phase in closes if phase in named]
    if own:
        return own[-1]
    last = max((first or milestone).closes, key=order)
    return last if last in closes else closes[-1]


def _list_findings(rules: IssueRules, milestone: Milestone) -> Iterator[Outstanding]:
    """Yield open findings that block a gate once the assessment is over: by risk, or unplanned.

    The process states which risks block (`blocking-risks`). A finding that is not planned is listed
    here unless the test that found it is listed already.
    """
    if milestone.id not in rules.assessed:
        return
    board, closes = rules.board, frozenset(milestone.closes)
    blocking = {*board.project.process.blocking_risks, *milestone.blocking_risks}
    phases: dict[tuple[frozenset[str], date | None], str] = {}
    for place, one in enumerate(rules.findings):
        finding = one.finding
        is_risk = finding.risk in blocking
        if not is_risk and (finding.planned or one.listed & closes):
            continue
        if _came_later(board, milestone, finding.found):
            continue
        phase = phases.get((one.phases, finding.found), "")
        if not phase:
            first = _find_first_asking(rules, finding.found)
            phase = _find_phase(board, milestone, one.phases, first)
            phases[one.phases, finding.found] = phase
        key = place, "risk" if is_risk else "plan", phase
        if key not in rules.shared:
            rules.shared[key] = _describe_finding(one, is_risk, phase)
        yield rules.shared[key]


def _describe_finding(one: _OpenFinding, is_risk: bool, phase: str) -> Outstanding:
    finding = one.finding
    what = f"open {finding.risk.capitalize()} finding" if is_risk else f"finding {finding.lacks}"
    why = f"{what}: {finding.title}"
    return Outstanding("finding", finding.id, why, one.owner, one.role, phase, finding.found)


def _find_first_asking(rules: IssueRules, found: date | None) -> Milestone | None:
    """Return the first gate that asks for an open finding of a day."""
    key = (found,)
    if key not in rules.firsts:
        rules.firsts[key] = next(
            (
                one
                for one in rules.board.project.process.milestones
                if one.closes
                and one.id in rules.assessed
                and not _came_later(rules.board, one, found)
            ),
            None,
        )
    return rules.firsts[key]


def _list_requests(rules: IssueRules, milestone: Milestone) -> Iterator[Outstanding]:
    board = rules.board
    for request in rules.requests:
        if not _is_due_by(board, request.due, request.asked, milestone):
            continue
        owner = request.to or board.project.process.provider
        role = waiting_since.find_role(board.project, owner)
        word = "returned" if request.returned else "unanswered"
        named = {board.rows[ref].phase for ref in request.items if ref in board.rows}
        first = _find_first_due(rules, request.due, request.asked)
        phase = _find_phase(board, milestone, named, first)
        day = waiting_since.find_request_since(request, rules.days)
        why = f"{word}: {request.title}"
        yield Outstanding("request", request.id, why, owner, role, phase, day)


def _find_first_due(rules: IssueRules, due: date | None, asked: date | None) -> Milestone | None:
    """Return the first gate by which an open request of these days is due."""
    key = due, asked
    if key not in rules.firsts:
        stones = (one for one in rules.board.project.process.milestones if one.closes)
        found = (one for one in stones if _is_due_by(rules.board, due, asked, one))
        rules.firsts[key] = next(found, None)
    return rules.firsts[key]


def _is_due_by(board: Board, due: date | None, asked: date | None, milestone: Milestone) -> bool:
    """Return whether an open request is due by a milestone; one without a day is due at once."""
    day = board.dates.get(milestone.id)
    if due and day:
        return due <= day
    return not _came_later(board, milestone, asked)


def _came_later(board: Board, milestone: Milestone, day: date | None) -> bool:
    """Return whether something came up only after a milestone had taken place."""
    held = board.dates.get(milestone.id)
    return held is not None and day is not None and held < day <= board.today


def _list_files(board: Board, milestone: Milestone, asked: Iterable[Row]) -> Iterator[Outstanding]:
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
        phase = checklist.phase if checklist and closed else _find_phase(board, milestone)
        where = f"line {broken.line}: " if broken.line else ""
        why = f"cannot be read: {where}{broken.message}"
        yield Outstanding("file", broken.path, why, board.project.config.role, phase=phase)
