"""The service, its phases, pace and outstanding items, as a template sees them."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import PurePath

from fedcheck.analysis.board import Board
from fedcheck.analysis.deadlines import list_ruleset_deadlines
from fedcheck.analysis.gate_scope import describe_scope, lacking_by_phase
from fedcheck.analysis.gates import Gate, Outstanding
from fedcheck.analysis.outstanding import OwnerOutstanding, find_issue, group_by_owner, reason_of
from fedcheck.analysis.progress import compute_pace, count_items
from fedcheck.domain.dates import format_distance
from fedcheck.domain.process import Process
from fedcheck.domain.profile import describe_profile
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line, pluralize
from fedcheck.reports import views, wording
from fedcheck.reports.wording import PeopleNames


def build_gate_view(board: Board, gate: Gate, scope: str = "") -> views.GateView:
    """Return a gate as templates see it; `scope` states what its number leaves out."""
    names, owed = PeopleNames(board.project), group_by_owner(board.project, gate.missing)
    return views.GateView(
        ready=gate.ready,
        count=len(gate.missing),
        scope=scope,
        verdict="met" if gate.ready else f"{len(gate.missing)} outstanding",
        answer=_describe_answer(gate, scope),
        counted=count_by_owner(names, owed),
        owed=tuple(
            views.OwedView(
                owner=_owner(debt.role, names.person(debt.person)),
                person=names.person(debt.person),
                role=debt.role,
                count=len(debt.missing),
                missing=tuple(_build_lack_view(board, gate, one) for one in debt.missing),
            )
            for debt in owed
        ),
    )


def count_by_owner(names: PeopleNames, owed: Sequence[OwnerOutstanding]) -> str:
    """Count what is missing by who owes it: `CSP 11 (Alice Moreno 9, no owner 2), JAB 1`."""
    by_role: dict[str, dict[str, int]] = {}
    for debt in owed:
        people = by_role.setdefault(debt.role, {})
        person = names.person(debt.person)
        people[person] = people.get(person, 0) + len(debt.missing)
    parts = []
    for role, people in by_role.items():
        shown = ", ".join(f"{person or 'no owner'} {n}" for person, n in people.items())
        if not role:
            parts.append(shown)
            continue
        number = f"{wording.role_label(role)} {sum(people.values())}"
        parts.append(number if list(people) == [""] else f"{number} ({shown})")
    return ", ".join(parts)


def _describe_answer(gate: Gate, scope: str) -> str:
    of = f" ({scope})" if scope else ""
    if gate.ready:
        return f"Yes: nothing is outstanding{of}."
    return f"No: {len(gate.missing)} outstanding{of}."


def _owner(role: str, person: str) -> str:
    label = wording.role_label(role)
    if person:
        return f"{person} ({label})" if label else person
    return f"{label}, no owner" if label else "No owner"


def _build_lack_view(board: Board, gate: Gate, missing: Outstanding) -> views.LackView:
    row = board.rows.get(missing.ref)
    ref, name, why, due = missing.ref, missing.ref, missing.why, None
    if row:
        name, why, due = (
            wording.format_item_name(row),
            _explain_with_titles(board, row, missing),
            row.due,
        )
    elif missing.kind == "file":
        ref = name = workspace_relative(board, missing.ref)
    elif thing := find_issue(board, missing):
        name, why, due = thing.title, reason_of(board, missing), thing.due
    return views.LackView(
        kind=missing.kind,
        ref=ref,
        name=wording.format_title(name),
        why=wording.format_reason(why),
        by=wording.find_earliest(due, gate.date),
        since=missing.since,
    )


def _explain_with_titles(board: Board, row: Row, missing: Outstanding) -> str:
    """Return why something is missing, with the title of the item that it waits for."""
    if not row.waits:
        return missing.why
    first, others = board.rows[row.waits[0]], len(row.waits) - 1
    named = f'"{one_line(first.item.title, wording.MAX_LABEL)}" ({wording.role_label(first.role)})'
    if missing.kind != "needs":
        return missing.why.replace(first.ref, named)
    if others:
        named += f" and {pluralize(others, 'other')}"
    return missing.why.replace(", ".join(row.waits), named)


def workspace_relative(board: Board, path: str) -> str:
    """Return a path without what it reveals about this machine."""
    place = PurePath(path)
    root = PurePath(board.project.root)
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else place.name


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
    board: Board, judged: Gate, reported: str, every: Sequence[Gate]
) -> views.MilestoneView:
    """Return a milestone.

    Args:
        board: the project on the day of the report.
        judged: the gate of the milestone.
        reported: id of the milestone that the report is for.
        every: the gates of all milestones, in their order.
    """
    scope = describe_scope(board.project.process, every, judged.milestone)
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
        gate=build_gate_view(board, judged, scope) if milestone.closes else None,
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
