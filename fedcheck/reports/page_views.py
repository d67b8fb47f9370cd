"""The first page of a report: a gate by party, test results in one table, what is outstanding."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from fedcheck.analysis import test_progress
from fedcheck.analysis.assessment_summary import DELIVERABLE, find_overall_summary
from fedcheck.analysis.assessor_results import AssessorCount, count_assessor_results
from fedcheck.analysis.board import Board
from fedcheck.analysis.gates import Gate, Outstanding
from fedcheck.analysis.issues import is_overdue
from fedcheck.analysis.outstanding import find_issue, group_by_owner
from fedcheck.domain.glossary import Risk
from fedcheck.domain.row import Row
from fedcheck.domain.text import pluralize
from fedcheck.reports import wording
from fedcheck.reports.evidence_views import EvidenceView
from fedcheck.reports.view import View
from fedcheck.reports.wording import PeopleNames

MAX_PEOPLE = 4
"""How many people of a party are named with what they owe."""

NO_OWNER = "no owner"

KIND_WORDS = {
    "open": "not done",
    "declined": "no decision",
    "reason": "no reason",
    "evidence": "no evidence",
    "stale": "stale evidence",
    "missing": "file missing",
    "changed": "file changed",
    "needs": "waiting",
    "result": "no result",
    "observation": "no observation",
    "finding": "finding",
    "request": "unanswered",
    "upstream": "changed upstream",
    "unsettled": "set on both sides of a merge",
    "file": "unreadable",
}
"""What each kind of outstanding item is called where only their number is given."""

_REGISTERS = {"request": "Requests", "finding": "Findings", "file": "Files"}


class PartyView(View, frozen=True):
    """What a party still owes before the milestone.

    `waiting` counts what waits for something else, `who` names the people with their numbers.
    """

    role: str
    label: str
    count: int
    overdue: int
    blocked: int
    waiting: int
    who: str


class GroupView(View, frozen=True):
    """Outstanding items of one party in one part of its lists; `first` is the earliest day."""

    role: str
    party: str
    part: str
    count: int
    what: str
    who: str
    first: date | None


class ResultView(View, frozen=True):
    """How far the tests of a list are, or the assessor's verification, validation and summaries.

    `step` is tested, verified, validated or summarized; a summary has no result.
    """

    step: str
    name: str
    total: int
    recorded: int
    satisfied: int
    other: int
    na: int
    outstanding: int


class ReplacementView(View, frozen=True):
    """A file that replaces a shipped one, and what it takes out as text."""

    kind: str
    id: str
    layer: str
    removed: int
    lowered: int
    takes_out: bool
    text: str


class SlideView(View, frozen=True):
    """A slide of a briefing: the item that asks for it, and what it has to show.

    `where` names the slides of the guidance, `owner` who presents it.
    """

    deliverable: str
    ref: str
    id: str
    title: str
    shows: str
    expects: tuple[str, ...]
    where: str
    role: str
    party: str
    owner: str
    status: str
    state: str
    reason: str
    due: date | None
    overdue: bool
    evidence: tuple[EvidenceView, ...]


def build_party_views(
    board: Board, gate: Gate | None, names: PeopleNames, roles: Iterable[str]
) -> Iterable[PartyView]:
    """Yield what each party owes a gate; provider and assessor also where they owe nothing more."""
    process = board.project.process
    missing = gate.missing if gate else ()
    owing = [one.role for one in group_by_owner(board.project, missing)]
    by_role: dict[str, list[Outstanding]] = {role: [] for role in dict.fromkeys((*roles, *owing))}
    people: dict[str, Counter[str]] = {role: Counter() for role in by_role}
    for debt in group_by_owner(board.project, missing):
        by_role[debt.role] += debt.missing
        people[debt.role][names.person(debt.person)] += len(debt.missing)
    for role, owed in by_role.items():
        if not owed and role not in (process.provider, process.assessor):
            continue
        rows = _rows_of(board, owed)
        yield PartyView(
            role=role,
            label=wording.role_label(role) or "No party",
            count=len(owed),
            overdue=sum(row.overdue for row in rows) + _count_late_requests(board, owed),
            blocked=sum(row.record.status == "blocked" for row in rows),
            waiting=sum(row.waiting and row.role == role for row in rows),
            who=_name_people(people[role]),
        )


def _rows_of(board: Board, owed: Iterable[Outstanding]) -> list[Row]:
    """Return the items among what is owed, each once."""
    refs = dict.fromkeys(one.ref for one in owed)
    return [board.rows[ref] for ref in refs if ref in board.rows]


def _count_late_requests(board: Board, owed: Iterable[Outstanding]) -> int:
    found = (board.project.request(one.ref) for one in owed if one.kind == "request")
    return sum(request is not None and is_overdue(request, board.today) for request in found)


def _name_people(people: Counter[str]) -> str:
    """Return people with how much each owes: `Bob Tanaka 4, Carol Reyes 2, no owner 3`."""
    named = [(name, number) for name, number in people.most_common() if name]
    shown = [f"{name} {number}" for name, number in named[:MAX_PEOPLE]]
    rest = named[MAX_PEOPLE:]
    if len(rest) == 1:  # "1 other" would take the room of the name
        shown.append(f"{rest[0][0]} {rest[0][1]}")
    elif rest:
        shown.append(f"{pluralize(len(rest), 'other')} {sum(number for _, number in rest)}")
    if people[""]:
        shown.append(f"{NO_OWNER} {people['']}")
    return ", ".join(shown)


def build_group_views(board: Board, gate: Gate | None, names: PeopleNames) -> Iterable[GroupView]:
    """Yield what a gate lacks by party and part of the lists, in the order of the process."""
    groups: dict[tuple[str, str, str], list[tuple[str, Outstanding]]] = {}
    for debt in group_by_owner(board.project, gate.missing if gate else ()):
        for one in debt.missing:
            row = board.rows.get(one.ref)
            other = ("~", _REGISTERS.get(one.kind, "Other"))
            place = (row.checklist, row.section.title) if row else other
            groups.setdefault((debt.role, *place), []).append((debt.person, one))
    roles, lists = list(board.project.process.all_roles), list(board.project.checklists)

    def order(place: tuple[str, str, str]) -> tuple[int, int]:
        role, checklist, _ = place
        known = roles.index(role) if role in roles else len(roles)
        return known, lists.index(checklist) if checklist in lists else len(lists)

    sections = {
        (name, section.title): at
        for name, one in board.project.checklists.items()
        for at, section in enumerate(one.sections)
    }
    for key in sorted(groups, key=lambda one: (*order(one), sections.get(one[1:], 0))):
        found = groups[key]
        kinds = Counter(KIND_WORDS.get(one.kind, one.kind) for _, one in found)
        role, _, part = key
        yield GroupView(
            role=role,
            party=wording.role_label(role) or "No party",
            part=wording.format_title(part),
            count=len(found),
            what=", ".join(_count_kind(words, number) for words, number in kinds.most_common()),
            who=_name_people(Counter(names.person(person) for person, _ in found)),
            first=wording.find_earliest(*(_due_day(board, one) for _, one in found)),
        )


def _count_kind(words: str, number: int) -> str:
    return pluralize(number, words) if words == KIND_WORDS["finding"] else f"{number} {words}"


def _due_day(board: Board, one: Outstanding) -> date | None:
    row = board.rows.get(one.ref)
    if row:
        return row.due
    thing = find_issue(board, one)
    return thing.due if thing else None


def build_result_views(board: Board, role: str) -> tuple[ResultView, ...]:
    """Return the tests list by list, then what the assessor recorded about a role's requirements.

    The latter only where anything is recorded.
    """
    lists: dict[str, list[Row]] = {}
    for row in test_progress.list_tests(board.rows.values()):
        lists.setdefault(row.checklist, []).append(row)
    found = []
    for name, rows in lists.items():
        one = test_progress.count_tests("", "", rows)
        title = wording.format_title(board.project.checklists[name].title)
        counts = (one.total, one.tested, one.satisfied, one.other, one.na, one.untested)
        found.append(ResultView("tested", title, *counts))
    assessed = count_assessor_results(board, role)
    if any(one.recorded for one in assessed):
        found += [_build_assessor_view(one) for one in assessed]
    return tuple(found)


def _build_assessor_view(one: AssessorCount) -> ResultView:
    return ResultView(
        step=one.step,
        name=f"{wording.format_title(one.kind.title)} {one.step}",
        total=one.total,
        recorded=one.recorded,
        satisfied=one.satisfied,
        other=one.other,
        na=one.na,
        outstanding=one.total - one.recorded,
    )


def describe_results(board: Board, role: str) -> tuple[str, ...]:
    """State what the table of results does not: the overall summary, and open findings by risk."""
    said = []
    if any(one.id == DELIVERABLE for one in board.project.process.deliverables):
        begun = any(one.recorded for one in count_assessor_results(board, role))
        if not begun:
            said.append("The assessor has not recorded any verification or validation yet.")
        written = bool(find_overall_summary(board))
        said.append(
            "The overall assessment summary is recorded."
            if written
            else "The overall assessment summary is not recorded yet."
        )
    said += _describe_findings(board)
    unplanned = _count_without_finding(board)
    if unplanned:
        verb = "has" if unplanned == 1 else "have"
        said.append(f"{pluralize(unplanned, 'test')} other than satisfied {verb} no finding yet.")
    return tuple(said)


def _describe_findings(board: Board) -> Sequence[str]:
    found = board.project.findings
    still = [one for one in found if one.state == "open"]
    if not found:
        return ()
    if not still:
        return (f"No open findings; {len(found)} closed.",)
    risks = Counter(one.risk for one in still)
    said = ", ".join(f"{risks[risk]} {risk.capitalize()}" for risk in Risk if risks[risk])
    late = sum(one.due is not None and one.due < board.today for one in still)
    bare = sum(not one.planned for one in still)
    more = [f"{late} overdue"] if late else []
    more += [f"{bare} without a plan or due date"] if bare else []
    closed = len(found) - len(still)
    more += [f"{closed} closed"] if closed else []
    return (f"Open findings by risk: {'; '.join([said, *more])}.",)


def _count_without_finding(board: Board) -> int:
    raised = {ref for one in board.project.findings for ref in one.items}
    return sum(
        row.record.result == "other-than-satisfied" and row.ref not in raised
        for row in test_progress.list_tests(board.rows.values())
    )
