"""The service, its phases, pace and outstanding items, as a template sees them."""

from collections.abc import Iterable
from datetime import timedelta

from fedcheck.analysis.board import Board
from fedcheck.analysis.deadlines import list_ruleset_deadlines
from fedcheck.analysis.gate_scope import lacking_by_phase
from fedcheck.analysis.gates import Gate
from fedcheck.analysis.progress import compute_pace, count_evidence_states, count_items
from fedcheck.analysis.replacements import Replacement
from fedcheck.analysis.waiting_since import list_stale_later
from fedcheck.domain.dates import format_distance
from fedcheck.domain.process import Process
from fedcheck.domain.profile import describe_profile
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line
from fedcheck.reports import views, wording
from fedcheck.reports.gate_views import GateView
from fedcheck.reports.page_views import ReplacementView
from fedcheck.reports.wording import workspace_relative


def build_service_view(board: Board) -> views.ServiceView:
    """Return the service offering."""
    config = board.project.config
    profile = ", ".join(f"{name} {value}" for name, value in (config.profile or {}).items())
    process = board.project.process
    words = describe_profile(process, config.profile or {}) if process.combinations else profile
    return views.ServiceView(
        name=wording.format_title(config.name),
        provider=wording.format_title(config.provider),
        profile=wording.format_title(profile),
        going_for=wording.format_title(words),
        role=config.role,
        marking=wording.format_title(config.marking),
    )


def build_process_view(board: Board) -> views.ProcessView:
    """Return the authorization path."""
    found = board.project.process
    return views.ProcessView(
        id=found.id,
        title=wording.format_title(found.title),
        summary=one_line(found.summary),
        historical=found.status == "historical",
        followed_by=one_line(found.followed_by),
        note=one_line(found.note),
        roles=tuple(
            build_role_view(board.project.process, role) for role in list_report_roles(board)
        ),
    )


def list_report_roles(board: Board) -> list[str]:
    """Return the roles that owe anything, in the order of the process."""
    owing = {row.role for row in board.rows.values()}
    roles = board.project.process.all_roles
    return [role for role in dict.fromkeys(roles) if role in owing]


def build_milestone_view(
    board: Board, judged: Gate, reported: str, scope: str
) -> views.MilestoneView:
    """Return a milestone.

    Args:
        board: the project on the day of the report.
        judged: the gate of the milestone.
        reported: id of the milestone that the report is for.
        scope: what the number of its gate leaves out; empty for nothing.
    """
    milestone, today = judged.milestone, board.today
    return views.MilestoneView(
        id=milestone.id,
        title=wording.format_title(milestone.title),
        question=wording.format_title(milestone.question or f"Ready for {milestone.title}?"),
        date=judged.date,
        days=(judged.date - today).days if judged.date else None,
        away=format_distance(judged.date, today) if judged.date else "",
        when=wording.format_when(judged.date, today),
        roles=tuple(
            role for role in list_report_roles(board) if role in (milestone.roles or (role,))
        ),
        reported=milestone.id == reported,
        gate=GateView(board, judged, scope) if milestone.closes else None,
    )


def build_rules_day_views(board: Board, role: str) -> Iterable[views.RulesDayView]:
    """Yield the days ahead on which rules begin to bind a role, or their grace ends."""
    for one in list_ruleset_deadlines(board, role):
        yield views.RulesDayView(
            date=one.day,
            days=(one.day - board.today).days if one.day else None,
            away=format_distance(one.day, board.today) if one.day else "",
            what=one.what,
            why=one_line(one.why),
            source=one_line(one.source),
            waits=one_line(one.waits),
        )


def build_phase_views(board: Board, judged: list[Gate], reported: str) -> Iterable[views.PhaseView]:
    """Yield the phases that hold any item, shown for a milestone."""
    lacks, roles = lacking_by_phase(board, judged, reported), list_report_roles(board)
    milestone = board.project.process.milestone(reported)
    asked = (milestone.roles if milestone else ()) or roles
    for phase in board.project.process.phases:
        rows = board.of_phase(phase.id)
        if not rows:
            continue
        lack = lacks[phase.id]
        yield views.PhaseView(
            id=phase.id,
            title=wording.format_title(phase.title),
            purpose=one_line(phase.purpose),
            begun=any(row.record.status != "todo" for row in rows),
            roles=tuple(role for role in roles if any(row.role == role for row in rows)),
            counts=tuple(_build_count_view_or_none(role, rows) for role in roles),
            total=build_count_view("", rows),
            asked=build_count_view("", [row for row in rows if row.role in asked]),
            gate="-" if lack is None else f"{lack[1]} outstanding" if lack[1] else "met",
        )


def build_pace_view(board: Board, towards: str) -> views.PaceView | None:
    """Return how fast the work goes toward a milestone; nothing where there is none."""
    if not towards:
        return None
    found = compute_pace(board, towards)
    monday = board.today - timedelta(days=board.today.weekday())
    last = len(found.weeks) - 1
    return views.PaceView(
        weeks=tuple(
            views.WeekView(monday - timedelta(weeks=last - place), done)
            for place, done in enumerate(found.weeks)
        ),
        done=found.done,
        total=found.total,
        made=round(found.made, 1),
        needed=None if found.needed is None else round(found.needed, 1),
        late=found.late,
        text=found.words,
    )


def build_role_view(process: Process, role: str) -> views.RoleView:
    """Return a role."""
    return views.RoleView(role, wording.role_label(role), process.role_title(role))


def _build_count_view_or_none(role: str, rows: list[Row]) -> views.CountView | None:
    own = [row for row in rows if row.role == role]
    return build_count_view(role, own) if own else None


def build_count_view(role: str, rows: list[Row]) -> views.CountView:
    """Return how many of the entries have which status; `role` states whose they are."""
    count = count_items(rows)
    return views.CountView(
        role=role,
        total=count.total,
        countable=count.countable,
        overdue=sum(row.overdue for row in rows),
        percent=count.percent,
        text=f"{count.text}, {count.share}",
        **count.by_status,
    )


def build_unreadable_views(board: Board) -> Iterable[views.UnreadableView]:
    """Yield the files that could not be read, each with how many items it hides."""
    for broken in board.project.broken:
        hidden = [
            row for row in board.rows.values() if row.unknown and row.checklist == broken.checklist
        ]
        path = workspace_relative(board, broken.path)
        yield views.UnreadableView(path, broken.line, one_line(broken.message), len(hidden))


def build_replacement_view(one: Replacement) -> ReplacementView:
    """Return a file that replaces a shipped one."""
    removed, lowered = len(one.removed), len(one.lowered)
    return ReplacementView(
        one.kind, one.id, one.layer, removed, lowered, one.takes_out, one_line(one.words)
    )


def build_totals_view(board: Board) -> views.TotalsView:
    """Return the counts over the whole workspace."""
    states = count_evidence_states(board.rows.values())
    return views.TotalsView(
        items=len(board.rows),
        evidence=states.total(),
        trouble=wording.describe_evidence(states, len(list_stale_later(board))),
        stale=states["stale"],
        missing=states["missing"],
        changed=states["changed"],
        unverified=states["unverified"],
        overdue=sum(row.overdue for row in board.rows.values()),
    )
