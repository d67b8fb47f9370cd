"""One line of a portfolio: what a workspace adds up to on a day, and the load of people over many.

Gates, outstanding items and progress are those of the process, as in `status`: without private and
internal lists. Those are counted apart. Deadlines and load include them, because a portfolio is the
company's own view.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.analysis.board import Board
from fedcheck.analysis.deadlines import Deadline, list_deadlines, select_until
from fedcheck.analysis.digests import Digest, build_digests
from fedcheck.analysis.gate_scope import count_before
from fedcheck.analysis.gates import Gate, gate
from fedcheck.analysis.issues import Issue, is_overdue
from fedcheck.analysis.outstanding import group_by_owner
from fedcheck.analysis.progress import Count, count_evidence_states, count_items
from fedcheck.analysis.waiting_since import find_answering_role, find_remediating_role, find_role
from fedcheck.domain.dates import Span, shift_clamped
from fedcheck.domain.glossary import TOLD_STATES
from fedcheck.domain.profile import describe_profile

DAYS = 30
"""How many days ahead a portfolio lists deadlines."""

MAX_DAYS = 3660
"""The most days ahead that may be asked for: ten years."""


class PartyOutstanding(Struct, frozen=True):
    """How much a role owes before the next gate; the role is empty where it is not known."""

    role: str
    count: int


class PersonLoad(Struct, frozen=True):
    """What one person has to do in one workspace, or in several.

    Attributes:
        person: short name; empty for what nobody of one's own role is named for.
        role: role of the person, as far as it is known.
        own: whether it is the role of the workspace: somebody of one's own company.
        workspaces: names of the workspaces.
        items: open items, those that wait for others included.
        answers: requests to answer, and answers to accept or return.
        findings: findings to remediate.
        overdue: how much of all that is past due.
        soon: how much of it is due within the days that were asked for, from today on.
    """

    person: str
    role: str
    own: bool
    workspaces: tuple[str, ...]
    items: int
    answers: int
    findings: int
    overdue: int
    soon: int

    @property
    def total(self) -> int:
        """Return the number of things to do."""
        return self.items + self.answers + self.findings


class WorkspaceSummary(Struct, frozen=True):
    """What a workspace adds up to on a day.

    Attributes:
        process: title of the process, with the profile.
        today: the day that it was judged on.
        until: the last day of the deadlines.
        count: required items of all roles.
        own: those of the workspace's role.
        internal: items of private and internal lists, which are in neither.
        milestone: title of the next milestone with a gate; empty where there is none.
        day: date of that milestone.
        dated: date of the next milestone with a gate that has one.
        missing: how many things its gate lacks.
        before: how many more earlier gates lack.
        outstanding: what its gate lacks, by role.
        overdue: items, requests and findings that are past due.
        blocked: items that are blocked.
        evidence: how much evidence does not count, or was not verified, by state.
        requests: requests that are open.
        findings: findings that are open.
        deadlines: those from today up to `until`, the earliest first; not those that are past due.
        load: what each person has to do, the most loaded first.
        people: short names of everybody known.
    """

    name: str
    provider: str
    marking: str
    process: str
    role: str
    today: date
    until: date
    count: Count
    own: Count
    internal: Count
    milestone_id: str
    milestone: str
    day: date | None
    dated: date | None
    missing: int
    before: int
    outstanding: tuple[PartyOutstanding, ...]
    overdue: int
    blocked: int
    evidence: Mapping[str, int]
    requests: int
    findings: int
    deadlines: tuple[Deadline, ...]
    load: tuple[PersonLoad, ...]
    people: tuple[str, ...]

    @property
    def concerns(self) -> bool:
        """Return whether anybody has anything to do, or something is due: else it is left out."""
        return bool(self.load or self.deadlines)

    @property
    def next_day(self) -> date:
        """Return the day that it is sorted by.

        That is the day of its gate, of the next gate that has one, or of its first deadline.
        """
        first = self.deadlines[0].day if self.deadlines else None
        ahead = (day for day in (self.day, self.dated, first) if day and day >= self.today)
        return next(ahead, date.max)


def summarize(board: Board, days: int = DAYS, person: str = "") -> WorkspaceSummary:
    """Return what a workspace adds up to.

    Args:
        board: the project on the day that is taken for today.
        days: how many days ahead deadlines are listed.
        person: list the deadlines and the load of this person alone (any case).
    """
    project, today = board.project, board.today
    until = shift_clamped(today, Span(days, "d"))
    rows = list(board.rows.values())
    shared = [row for row in rows if not row.private]
    states = count_evidence_states(shared)
    found = _judge_gates(board)
    nearest = found[-1] if found else None
    load = _list_load(board, until)
    ahead = [one for one in select_until(list_deadlines(board), until) if one.day and not one.late]
    issues: tuple[Issue, ...] = (*project.requests, *project.findings)
    whole = WorkspaceSummary(
        name=project.config.name,
        provider=project.config.provider,
        marking=project.config.marking,
        process=_describe_process(board),
        role=project.config.role,
        today=today,
        until=until,
        count=count_items(shared),
        own=count_items(row for row in shared if row.role == project.config.role),
        internal=count_items(row for row in rows if row.private),
        milestone_id=nearest.milestone.id if nearest else "",
        milestone=nearest.milestone.title if nearest else "",
        day=nearest.date if nearest else None,
        dated=board.dates.get(board.next_dated),
        missing=len(nearest.missing) if nearest else 0,
        before=count_before(found, nearest.milestone) if nearest else 0,
        outstanding=_count_by_party(board, nearest),
        overdue=sum(row.overdue for row in rows) + sum(is_overdue(one, today) for one in issues),
        blocked=sum(row.record.status == "blocked" for row in shared),
        evidence={state: count for state in TOLD_STATES if (count := states[state])},
        requests=sum(one.state == "open" for one in project.requests),
        findings=sum(one.state == "open" for one in project.findings),
        deadlines=tuple(one for one in ahead if one.day and one.day >= today),
        load=tuple(load),
        people=tuple(project.people()),
    )
    return narrow_to(whole, person) if person else whole


def narrow_to(summary: WorkspaceSummary, person: str) -> WorkspaceSummary:
    """Return a summary with the deadlines and the load of one person alone (any case)."""
    name = person.casefold()
    return replace(
        summary,
        load=tuple(one for one in summary.load if one.person.casefold() == name),
        deadlines=tuple(one for one in summary.deadlines if one.owner.casefold() == name),
    )


def _judge_gates(board: Board) -> list[Gate]:
    """Judge the gates up to the next one, which is the last; later ones are not asked for."""
    milestones = board.project.process.milestones
    ids = [one.id for one in milestones]
    if board.next_milestone not in ids:
        return []
    return [gate(board, one) for one in milestones[: ids.index(board.next_milestone) + 1]]


def _describe_process(board: Board) -> str:
    process = board.project.process
    profile = describe_profile(process, board.project.config.profile or {})
    return f"{process.title}, {profile}" if profile else process.title


def _count_by_party(board: Board, nearest: Gate | None) -> tuple[PartyOutstanding, ...]:
    """Count what a gate lacks by role, in the order of the process."""
    counts: dict[str, int] = {}
    for one in group_by_owner(board.project, nearest.missing if nearest else ()):
        counts[one.role] = counts.get(one.role, 0) + len(one.missing)
    return tuple(PartyOutstanding(role, count) for role, count in counts.items())


def _list_load(board: Board, until: date) -> list[PersonLoad]:
    digests = build_digests(board, with_evidence=False)
    found = [_weigh(board, one if one.owner else _own_part(board, one), until) for one in digests]
    return sorted((one for one in found if one.total), key=_heaviest_first)


def _own_part(board: Board, nobody: Digest) -> Digest:
    """Return what nobody is named for and one's own role has: others look after their own."""
    project, mine = board.project, board.project.config.role
    return Digest(
        "",
        mine,
        tuple(row for row in nobody.items if row.role == mine),
        tuple(one for one in nobody.answers if find_answering_role(project, one) == mine),
        tuple(one for one in nobody.judgements if find_role(project, one.by) == mine),
        tuple(one for one in nobody.findings if find_remediating_role(project, one) == mine),
    )


def _weigh(board: Board, digest: Digest, until: date) -> PersonLoad:
    today, mine = board.today, board.project.config.role
    role = digest.role or next((row.role for row in digest.items), "")
    asked: tuple[Issue, ...] = (*digest.answers, *digest.findings)
    days = [*(row.due for row in digest.items), *(one.due for one in asked)]
    return PersonLoad(
        person=digest.owner,
        role=role,
        own=role == mine,
        workspaces=(board.project.config.name,),
        items=len(digest.items),
        answers=len(digest.answers) + len(digest.judgements),
        findings=len(digest.findings),
        overdue=digest.overdue(today),
        soon=sum(day is not None and today <= day <= until for day in days),
    )


def _heaviest_first(one: PersonLoad) -> tuple[bool, bool, int, int, str, str]:
    return not one.own, not one.person, -one.overdue, -one.total, one.person.casefold(), one.role


def add_up_load(summaries: Iterable[WorkspaceSummary]) -> list[PersonLoad]:
    """Return the load of each person over several workspaces, one's own people first.

    A short name of one's own role means the same person everywhere. People of other roles are of
    other companies: the same name in two workspaces may be two people, so each stays apart.
    """
    found: dict[tuple[str, ...], PersonLoad] = {}
    for place, summary in enumerate(summaries):
        for one in summary.load:
            key = (one.person.casefold(), one.role, "" if one.own else str(place))
            found[key] = _join(found[key], one) if key in found else one
    return sorted(found.values(), key=_heaviest_first)


def _join(a: PersonLoad, b: PersonLoad) -> PersonLoad:
    return PersonLoad(
        a.person,
        a.role,
        a.own,
        (*a.workspaces, *b.workspaces),
        a.items + b.items,
        a.answers + b.answers,
        a.findings + b.findings,
        a.overdue + b.overdue,
        a.soon + b.soon,
    )


class DueDay(Struct, frozen=True):
    """What one workspace has on one day.

    Attributes:
        away: how many days ahead that is, where the workspace is.
        milestones: titles of the milestones of the day.
        others: titles of everything else, by kind of deadline.
    """

    day: date
    away: int
    workspace: str
    milestones: tuple[str, ...]
    others: Mapping[str, tuple[str, ...]]

    @property
    def words(self) -> str:
        """Return what is due: `Kick-off; 3 items due; 1 answer due: Scope of the scan`."""
        counted = []
        for kind, titles in self.others.items():
            text = f"{len(titles)} {NOUNS[kind][len(titles) > 1]}"
            counted.append(f"{text}: {titles[0]}" if len(titles) == 1 else text)
        return "; ".join([*self.milestones, *counted])


NOUNS: Mapping[str, tuple[str, str]] = {
    "ruleset": ("ruleset date", "ruleset dates"),
    "item": ("item due", "items due"),
    "turn": ("recurring item due", "recurring items due"),
    "evidence": ("evidence item expires", "evidence items expire"),
    "request": ("answer due", "answers due"),
    "finding": ("remediation due", "remediations due"),
}
"""What a kind of deadline is called where deadlines are counted."""


def group_by_day(summaries: Iterable[WorkspaceSummary]) -> list[DueDay]:
    """Return the deadlines of several workspaces by day, the earliest first."""
    found: list[DueDay] = []
    for summary in summaries:
        days: dict[date, list[Deadline]] = {}
        for one in summary.deadlines:
            if one.day is not None:
                days.setdefault(one.day, []).append(one)
        for day, ones in days.items():
            others: dict[str, tuple[str, ...]] = {}
            for one in ones:
                if one.kind != "milestone":
                    others[one.kind] = (*others.get(one.kind, ()), one.what)
            titles = tuple(one.what for one in ones if one.kind == "milestone")
            away = (day - summary.today).days
            found.append(DueDay(day, away, summary.name, titles, others))
    return sorted(found, key=lambda one: (one.day, not one.milestones, one.workspace.casefold()))


def describe_parties(outstanding: Iterable[PartyOutstanding]) -> str:
    """Return who owes how much: `csp 12, 3pao 5`."""
    return ", ".join(f"{one.role or 'no role'} {one.count}" for one in outstanding)
