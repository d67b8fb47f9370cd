"""Requirements, recurring deadlines and the next decision, as a template sees them."""

from collections.abc import Iterable, Sequence
from datetime import date

from fedcheck.analysis.board import Board
from fedcheck.analysis.deadlines import list_turns
from fedcheck.analysis.requirements import RequirementCount, count_requirements
from fedcheck.domain.dates import format_distance
from fedcheck.domain.process import Milestone
from fedcheck.domain.profile import list_open_options
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.reports import views, wording
from fedcheck.reports.wording import PeopleNames


def choose_subject(project: Project) -> str:
    """Return the role whose requirements a report counts: the provider's, if it names its profile.

    An agency that uses many services has no profile; what all of them owe states nothing of it.
    """
    process = project.process
    is_open = list_open_options(process, project.config.profile or {})
    return project.config.role or process.provider if is_open else process.provider


def build_requirement_views(
    board: Board, role: str
) -> tuple[tuple[views.RequirementView, ...], str]:
    """Return the requirements of a role by kind and force, and what they come to in a sentence."""
    counts = count_requirements(board, role)
    return tuple(_build_requirement_view(one) for one in counts), _describe_coverage(counts)


def _build_requirement_view(one: RequirementCount) -> views.RequirementView:
    return views.RequirementView(
        title=wording.format_title(one.kind.title),
        levels=", ".join(level.replace("-", " ").upper() for level in one.levels),
        total=one.total,
        addressed=one.addressed,
        declined=one.declined,
        outstanding=one.outstanding,
        optional=one.optional,
    )


def _describe_coverage(counts: Sequence[RequirementCount]) -> str:
    owed = [one for one in counts if not one.optional]
    if not owed:
        return ""
    total, declined = sum(one.total for one in owed), sum(one.declined for one in owed)
    addressed, left = (
        sum(one.addressed for one in owed),
        sum(one.outstanding for one in owed),
    )
    text = (
        f"Of {pluralize(total, 'requirement')} that must or should be met: {addressed} addressed,"
        f" {declined} declined with a reason, {left} outstanding."
    )
    optional = [one for one in counts if one.optional]
    if optional:
        decided = sum(one.addressed + one.declined for one in optional)
        every = sum(one.total for one in optional)
        text += f" Of {pluralize(every, 'optional requirement')}: {decided} decided."
    return text


def build_decision_view(board: Board, reported: str) -> views.NextDecisionView | None:
    """Return the next decision from a milestone on; none where the process names none."""
    milestones = board.project.process.milestones
    ids = [one.id for one in milestones]
    ahead = milestones[ids.index(reported) if reported in ids else 0 :]
    found: Milestone | None = next((one for one in ahead if one.decided_by), None)
    if found is None:
        return None
    process = board.project.process
    return views.NextDecisionView(
        milestone=wording.format_title(found.title),
        when=wording.format_when(board.dates.get(found.id), board.today),
        who=", ".join(wording.format_title(process.role_title(role)) for role in found.decided_by),
        what=one_line(found.decision),
    )


def build_ahead_views(
    board: Board,
    milestones: Iterable[views.MilestoneView],
    rules: Iterable[views.RulesDayView],
    recurring: Iterable[views.RecurringView],
) -> tuple[views.AheadView, ...]:
    """Return the days ahead of milestones, rules and what recurs, the earliest first."""
    found: list[tuple[date, str, str]] = [
        (one.date, one.title, one.gate.verdict if one.gate else "")
        for one in milestones
        if one.date
    ]
    found += [(one.date, one.what, "") for one in rules if one.date]
    found += [(one.date, one.name, f"every {one.every}, {one.owner}") for one in recurring]
    return tuple(
        views.AheadView(
            date=day,
            days=(day - board.today).days,
            away=format_distance(day, board.today),
            what=what,
            state=state,
        )
        for day, what, state in sorted(found, key=lambda one: one[0])
        if day >= board.today
    )


def build_recurring_views(
    board: Board, role: str, names: PeopleNames
) -> Iterable[views.RecurringView]:
    """Yield what recurs in a role and has a day, the earliest first."""
    for one in list_turns(board, role):
        row = board.rows.get(one.ref)
        if one.day and row and not one.private:
            yield views.RecurringView(
                name=wording.format_title(wording.format_item_name(row)),
                ref=row.ref,
                owner=names.who(row.responsible, row.role),
                every=row.item.every,
                date=one.day,
                away=format_distance(one.day, board.today),
                late=one.late,
            )
