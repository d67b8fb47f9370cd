"""The command that shows where a workspace stands."""

from datetime import date
from typing import TYPE_CHECKING

import click

from fedcheck.analysis import gate_scope, gates, issues
from fedcheck.analysis.board import list_orphaned_refs
from fedcheck.analysis.progress import (
    Count,
    count_by_phase_and_role,
    count_evidence_states,
    count_internal,
    split_phases,
)
from fedcheck.analysis.waiting_since import list_stale_later
from fedcheck.cli import output
from fedcheck.cli.options import (
    as_of_option,
    json_option,
    open_workspace,
    print_json,
    print_line,
    print_lines,
    style_text,
    workspace_option,
)
from fedcheck.domain.dates import format_distance
from fedcheck.domain.glossary import (
    RISKS,
    TOLD_STATES,
    EvidenceState,
)
from fedcheck.domain.profile import describe_profile
from fedcheck.domain.succession import format_conversion, list_successors
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.analysis.gates import Gate
    from fedcheck.session import Session
    from fedcheck.storage.losses import Loss


@click.command()
@workspace_option
@as_of_option
@click.option("--internal", is_flag=True, help="Include internal checklists, counted separately.")
@json_option
def status(workspace: str | None, as_of: date | None, internal: bool, as_json: bool) -> None:
    """Show progress by phase and role, gates, evidence and requests.

    These totals exclude internal checklists (audience = "internal").

    \b
    Example:
      fedcheck status --as-of 2027-02-01
      fedcheck status --internal
    """
    session = open_workspace(workspace, as_of)
    whole = session.board()
    lost = _find_losses(session)
    if as_json:
        from fedcheck.cli import json_documents  # loaded here: words do not need it
        from fedcheck.cli.commands.gate import load_status_dates

        days = load_status_dates(session)
        document = json_documents.status_document(whole, days, internal)
        rows = [json_documents.loss_row(session, one) for one in lost]
        print_json({**document, "losses": rows})
        return
    board = whole.without_internal()
    _head(board, session)
    found = gates.gates(board)
    _print_phases(board, found)
    _print_milestones(board, found)
    _print_rulesets(board)
    _print_attention(board)
    _print_losses(lost)
    if internal:
        _print_internal(whole)
    elif hidden := len(count_internal(whole)):
        text = f"{pluralize(hidden, 'internal checklist')} not counted: fedcheck status --internal"
        print_line(style_text(text, dim=True))


def _find_losses(session: "Session") -> "list[Loss]":
    """Return what people set and what is not in the files; nothing where that cannot be known."""
    from fedcheck.storage.losses import list_losses

    try:
        return list_losses(session.root, session.store.known, session.project.renamed)
    except FedcheckError:
        return []  # doctor tells of a history that cannot be read


def _print_losses(found: "list[Loss]") -> None:
    if not found:
        return
    from fedcheck.doctor.losses import count_losses

    lost = [one for one in found if not one.branch]
    if lost:
        print_line(f"lost      {style_text(f'{count_losses(lost)}: fedcheck doctor', fg='yellow')}")
    away = [one for one in found if one.branch]
    if away:
        print_line(f"branches  {count_losses(away)}: fedcheck doctor")


def _print_internal(board: "Board") -> None:
    """Print the internal checklists, apart from what the process counts."""
    print_line()
    print_line(style_text("Internal (in no gate or report)", bold=True))
    titles = {phase.id: phase.title for phase in board.project.process.phases}
    rows = [
        [
            " ",
            checklist.id,
            f"{titles.get(checklist.phase, checklist.phase)}, {checklist.role}",
            f"{count.words} {count.share}",
            f"{overdue} overdue" if overdue else "",
        ]
        for checklist, count, overdue in count_internal(board)
    ]
    print_lines(output.format_table(rows) or ["  none"])


def _head(board: "Board", session: "Session") -> None:
    project, who = board.project, session.who
    process, chosen = project.process, project.config.profile or {}
    profile = ", ".join(f"{k} {v}" for k, v in chosen.items())
    if process.combinations:
        profile = describe_profile(process, chosen)
    line = process.title + (f", {profile}" if profile else "")
    name = one_line(project.config.name)
    print_line(f"{style_text(name, bold=True)}   {line}   you: {who} ({project.config.role})")
    if project.process.status == "historical":
        print_line(style_text(f"Historical. {one_line(project.process.followed_by)}", dim=True))
    if successors := list_successors(project.process, session.catalog.list_choices()):
        text = f"To continue on another process: {format_conversion(successors)}"
        print_line(style_text(text, dim=True))
    print_line()


def _print_phases(board: "Board", found: "list[Gate]") -> None:
    counts = count_by_phase_and_role(board)
    near, others = split_phases(board, board.project.config.role)
    all_roles = board.project.process.roles
    roles = [r for r in all_roles if any((phase.id, r) in counts for phase in near)]
    lacking = gate_scope.lacking_by_phase(board, found, board.next_milestone)
    rows = [["", *roles, "gate"]]
    for phase in near:
        cells = [_cell(counts.get((phase.id, role))) for role in roles]
        rows.append([phase.title, *cells, _outstanding_text(lacking[phase.id])])
    print_lines(output.format_table(rows))
    told = [
        f"{phase.title} {' '.join(f'{role} {counts[phase.id, role].text}' for role in owing)}"
        for phase in others
        if (owing := [role for role in all_roles if (phase.id, role) in counts])
    ]
    if told:
        print_line(style_text(f"Phases of other roles: {', '.join(told)}", dim=True))
    print_line()


def _cell(count: Count | None) -> str:
    return f"{count.text} {count.share:>4}" if count else "-"


def _outstanding_text(lack: tuple[str, int] | None) -> str:
    if lack is None:
        return "-"
    return f"{lack[1]} outstanding" if lack[1] else "met"


def _print_milestones(board: "Board", found: "list[Gate]") -> None:
    scopes = gate_scope.describe_scopes(board.project.process, found)
    rows = []
    pairs = zip(found, scopes, strict=True)
    for gate, scope in sorted(pairs, key=lambda pair: pair[0].date or date.max):
        milestone = gate.milestone
        day = gate.date.isoformat() if gate.date else "no date"
        away = format_distance(gate.date, board.today) if gate.date else ""
        verdict = _verdict(gate, scope) if milestone.closes else ""
        mark = "▸" if milestone.id == board.next_milestone else " "
        rows.append([mark, milestone.title, day, away, verdict])
    print_lines(output.format_table(rows, right=(3,)))
    print_line()


def _print_rulesets(board: "Board") -> None:
    """Print from which days rules bind one's own role, and when their grace ends, if not past."""
    if not board.project.process.rulesets:
        return
    from fedcheck.analysis import deadlines  # loaded here: not every process has rulesets

    found = deadlines.list_ruleset_deadlines(board, board.project.config.role)
    if not found:
        return
    print_line(style_text("Rules", bold=True))
    rows = [
        [
            " ",
            one.day.isoformat() if one.day else "no date yet",
            format_distance(one.day, board.today) if one.day else "",
            one.what,
            f"waits for {one.waits}" if one.waits else "",
        ]
        for one in found
    ]
    print_lines(output.format_table(rows, right=(2,), flexible=3))
    print_line()


def _verdict(gate: "Gate", scope: str) -> str:
    text = "ready" if gate.ready else f"{len(gate.counted)} outstanding"
    return f"{text} ({scope})" if scope else text


def _print_attention(board: "Board") -> None:
    rows = board.rows.values()
    states = count_evidence_states(rows)
    later = len(list_stale_later(board)) if states[EvidenceState.STALE] else 0
    counts = {state: states[state] for state in TOLD_STATES}
    counts[EvidenceState.STALE] -= later
    bad = [f"{count} {state}" for state, count in counts.items() if count]
    bad += [f"{later} stale by their milestone"] if later else []
    print_line(f"overdue   {sum(row.overdue for row in rows)}")
    print_line(f"blocked   {sum(row.record.status == 'blocked' for row in rows)}")
    print_line(f"evidence  {states.total()} attached" + (f"  ({', '.join(bad)})" if bad else ""))
    if states[EvidenceState.UNVERIFIED]:
        print_line(f"          {output.VERIFY_HINT}")
    _print_issues(board)
    lost = list_orphaned_refs(board.project)
    if lost:
        text = pluralize(len(lost), "record") + " of removed items: fedcheck doctor"
        print_line(f"orphaned  {style_text(text, fg='yellow')}")
    print_lines(output.replacement_lines(board.project))


def _print_issues(board: "Board") -> None:
    requests, findings = board.project.requests, board.project.findings
    asked, found = (
        issues.count_issues(requests, board.today),
        issues.count_issues(findings, board.today),
    )
    returned = sum(one.returned for one in requests)
    late = f"{asked.overdue} overdue" if asked.overdue else ""
    back = f"{returned} returned" if returned else ""
    if requests:
        more = _in_brackets(late, back)
        answered = asked.by_state.get("answered", 0)
        waits = f", {answered} answered" if answered else ""
        print_line(f"requests  {asked.by_state.get('open', 0)} open{more}{waits}")
    if findings:
        risks = [f"{found.by_risk[risk]} {risk}" for risk in RISKS if risk in found.by_risk]
        late = f"{found.overdue} overdue" if found.overdue else ""
        print_line(f"findings  {found.by_state.get('open', 0)} open{_in_brackets(*risks, late)}")


def _in_brackets(*parts: str) -> str:
    told = ", ".join(part for part in parts if part)
    return f"  ({told})" if told else ""
