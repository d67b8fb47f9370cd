"""What findings, requests, unreadable files and unsettled values owe at a gate."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from functools import cached_property
from operator import itemgetter

from msgspec import Struct

from fedcheck.analysis import waiting_since
from fedcheck.analysis.board import Board
from fedcheck.analysis.gate_answer import Outstanding
from fedcheck.analysis.outstanding_items import is_unplanned
from fedcheck.analysis.unsettled import Unsettled, list_unsettled, list_unsettled_dates
from fedcheck.domain.finding import Finding
from fedcheck.domain.late_mapping import KeptAnswers
from fedcheck.domain.process import Milestone
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.row import Row
from fedcheck.domain.workspace import Project


class _Traits(Struct, frozen=True):
    """What decides whether an open finding counts at a gate, and where; many have the same.

    Attributes:
        phases: the phases of its items.
        listed: those of its items that are unplanned: their gates list the test already.
    """

    risk: str
    planned: bool
    found: date | None
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
    def findings(self) -> dict[_Traits, list[tuple[int, Finding]]]:
        """Return the open findings by what is judged of them, each with its place among all."""
        phases = KeptAnswers(self._find_phases)  # a test that failed may have many findings
        found: dict[_Traits, list[tuple[int, Finding]]] = {}
        for place, one in enumerate(self.board.project.findings):
            if one.state == "open":
                traits = _Traits(one.risk, one.planned, one.found, *phases[one.items])
                found.setdefault(traits, []).append((place, one))
        return found

    def _find_phases(self, items: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Return `phases` and `listed` of the traits of a finding of some items."""
        board = self.board
        rows = [board.rows[ref] for ref in items if ref in board.rows]
        listed = frozenset(row.phase for row in rows if is_unplanned(board, row))
        return frozenset(row.phase for row in rows), listed

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
    def first_asking(self) -> dict[date | None, Milestone | None]:
        """Return the first gates that ask for findings of some days, as far as looked for."""
        return {}

    @cached_property
    def first_due(self) -> dict[tuple[date | None, date | None], Milestone | None]:
        """Return the first gates by which requests of some days are due, as far as looked for."""
        return {}

    @cached_property
    def shared(self) -> dict[tuple[_Traits, bool, str], list[tuple[int, Outstanding]]]:
        """Return what is outstanding of findings; gates that list them in the same phase share it.

        The keys: what is judged of them, whether they count for their risk, and the phase.
        """
        return {}

    @cached_property
    def unsettled(self) -> list[Unsettled]:
        """Return the requests and findings of which nobody knows yet which value stands."""
        return list(list_unsettled(self.board.project))


def list_outstanding_issues(rules: IssueRules, milestone: Milestone) -> Iterator[Outstanding]:
    """Yield the findings and requests that a gate asks for."""
    yield from _list_findings(rules, milestone)
    yield from _list_requests(rules, milestone)


def list_outstanding_rest(
    rules: IssueRules, milestone: Milestone, asked: Iterable[Row]
) -> Iterator[Outstanding]:
    """Yield what else a gate lacks: files that cannot be read, and what is unsettled.

    Args:
        rules: what is judged.
        milestone: the milestone of the gate.
        asked: the items that the gate asks for; looked at where a file cannot be read.
    """
    board = rules.board
    if board.project.broken:
        yield from _list_files(board, milestone, asked)
    role = board.project.config.role
    dates = list_unsettled_dates(board.project, milestone.id)
    for kind, ref, why, items in (*dates, *rules.unsettled):
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
    found: list[tuple[int, Outstanding]] = []
    for traits, findings in rules.findings.items():
        is_risk = traits.risk in blocking
        if not is_risk and (traits.planned or traits.listed & closes):
            continue
        if _came_later(board, milestone, traits.found):
            continue
        first = _find_first_asking(rules, traits.found)
        key = traits, is_risk, _find_phase(board, milestone, traits.phases, first)
        if key not in rules.shared:
            rules.shared[key] = [
                (place, _describe_finding(board.project, one, *key[1:])) for place, one in findings
            ]
        found += rules.shared[key]
    yield from (one for _, one in sorted(found, key=itemgetter(0)))


def _describe_finding(project: Project, one: Finding, is_risk: bool, phase: str) -> Outstanding:
    what = f"open {one.risk.capitalize()} finding" if is_risk else f"finding {one.lacks}"
    owner = one.owner or project.process.provider
    role = waiting_since.find_remediating_role(project, one)
    return Outstanding("finding", one.id, f"{what}: {one.title}", owner, role, phase, one.found)


def _find_first_asking(rules: IssueRules, found: date | None) -> Milestone | None:
    """Return the first gate that asks for an open finding of a day."""
    if found not in rules.first_asking:
        rules.first_asking[found] = next(
            (
                one
                for one in rules.board.project.process.milestones
                if one.closes
                and one.id in rules.assessed
                and not _came_later(rules.board, one, found)
            ),
            None,
        )
    return rules.first_asking[found]


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
    if key not in rules.first_due:
        stones = (one for one in rules.board.project.process.milestones if one.closes)
        found = (one for one in stones if _is_due_by(rules.board, due, asked, one))
        rules.first_due[key] = next(found, None)
    return rules.first_due[key]


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
