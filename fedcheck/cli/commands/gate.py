"""The command that shows whether the gate of a milestone is met, and who owes what is missing."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from fedcheck.analysis import gate_scope, gates, outstanding, waiting_since
from fedcheck.cli import completion, output
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
from fedcheck.domain.glossary import EvidenceState
from fedcheck.domain.text import one_line
from fedcheck.storage.time_zones import find_zone

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.analysis.gates import Gate, Outstanding
    from fedcheck.session import Session

_LIST = r"[a-z0-9][a-z0-9._-]*:(?=[a-z0-9])"
"""The list's part of a reference, which gives way first."""

MAX_REMARKS = 10
"""How many remarks are listed before the rest is counted."""


@click.command()
@click.argument("milestone", required=False, shell_complete=completion.complete_milestones)
@workspace_option
@as_of_option
@json_option
@click.pass_context
def gate(
    ctx: click.Context,
    milestone: str | None,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Show whether you are ready for a MILESTONE, and exactly what is outstanding.

    Outstanding items are grouped by who must act, with the date since when each is owed. --as-of
    looks ahead: evidence that will be too old by then, and what will be overdue. Exit status 0 if
    ready, 1 if not. Without a MILESTONE: the next one.

    \b
    Example:
      fedcheck gate kick-off --as-of 2027-02-01
    """
    session = open_workspace(workspace, as_of)
    board = session.board()
    process = board.project.process
    name = board.next_milestone
    if milestone:
        from fedcheck.domain.process_names import resolve_milestone

        name = resolve_milestone(process, milestone)
    stone = process.milestone(name)
    assert stone is not None
    every = gates.gates(board, load_status_dates(session))
    found = next(one for one in every if one.milestone.id == name)
    fresh: frozenset[tuple[str, str]] = frozenset()
    session.as_of = None
    today = session.today()
    if board.today > today:
        fresh = outstanding.find_newly_outstanding(found, gates.gate(session.board(), stone))
    if as_json:
        from fedcheck.cli import json_documents  # loaded here: words do not need it

        print_json(json_documents.gate_document(board, found, fresh, every))
    else:
        _print_gate(board, found, fresh, today, every)
    ctx.exit(0 if found.ready else 1)


def load_status_dates(session: "Session") -> Mapping[str, date]:
    """Return since when items have their status, where a gate asks for that."""
    project = session.project
    if not waiting_since.needs_history(project):
        return {}
    return waiting_since.find_status_dates(
        project,
        session.store.history_on(waiting_since.STATUS_FIELDS),
        find_zone(project.config.timezone),
    )


def _print_gate(
    board: "Board",
    gate: "Gate",
    fresh: Collection[tuple[str, str]],
    today: date,
    every: "Sequence[Gate]",
) -> None:
    milestone = gate.milestone
    day = output.format_due(gate.date, board.today) or "no date yet"
    print_line(f"{style_text(milestone.title, bold=True)}   {day}")
    if board.today > today:
        ahead = format_distance(board.today, today)
        print_line(f"As of {board.today} ({ahead}) if nothing changes until then.")
    if not milestone.closes:
        print_line("This milestone has no gate: it closes no phase.")
        return
    print_lines(output.replacement_lines(board.project))
    if milestone.question:
        print_line(milestone.question)
    scope = gate_scope.describe_scope(board.project.process, every, milestone)
    of = f" ({scope})" if scope else ""
    if gate.ready:
        print_line(style_text(f"Yes: nothing is outstanding{of}.", fg="green"))
        _print_remarks(board, gate)
        return
    count = len(gate.missing)
    more = f", {len(fresh)} of them not yet due" if fresh else ""
    print_line(style_text(f"No: {count} outstanding{of}{more}.", fg="red"))
    names, width = output.shorten_refs(board.rows), output.terminal_width()
    for debt in outstanding.group_by_owner(board.project, gate.missing):
        print_line()
        print_line(f"{style_text(one_line(debt.who), bold=True)}  {len(debt.missing)}")
        rows = [_row(board, one, fresh, names, today, width) for one in debt.missing]
        print_lines(output.format_table(rows, flexible=3))
    _print_remarks(board, gate)


def _print_remarks(board: "Board", gate: "Gate") -> None:
    """Print the remarks, which do not count, and how to resolve them."""
    if not gate.remarks:
        return
    names = output.shorten_refs(board.rows)
    print_line()
    print_line(f"{style_text('Remarks', bold=True)}  {len(gate.remarks)}  (not counted)")
    rows = [
        ["", names.get(one.ref, one.ref), one.title, one.why] for one in gate.remarks[:MAX_REMARKS]
    ]
    print_lines(output.format_table(rows, flexible=2))
    if gate.remarks[MAX_REMARKS:]:
        print_line(f"  and {len(gate.remarks) - MAX_REMARKS} more")
    if any(one.kind == EvidenceState.UNVERIFIED for one in gate.remarks):
        print_line(output.VERIFY_HINT)


def _is_due_later(board: "Board", missing: "Outstanding", today: date) -> bool:
    """Return whether an open item has a due date, and it has not passed yet."""
    row = board.rows.get(missing.ref)
    if row is None or row.due is None or missing.kind not in ("open", "declined"):
        return False
    return row.overdue and row.due >= today


def _row(
    board: "Board",
    missing: "Outstanding",
    fresh: Collection[tuple[str, str]],
    names: Mapping[str, str],
    today: date,
    width: int,
) -> list[str]:
    """Return what is missing as cells: since when, the reference, the title, why."""
    why = outstanding.reason_of(board, missing)
    if fresh and (missing.kind, missing.ref) in fresh:
        why = f"not due yet: {why}"
    elif _is_due_later(board, missing, today):
        why = f"not yet overdue: {why}"
    if output.is_narrow(width):
        why = one_line(re.sub(_LIST, "", why), width // 4)
    elif width:
        why = one_line(why, output.MAX_REASON)
    day = f"since {missing.since}" if missing.since else ""
    ref = names.get(missing.ref, missing.ref)
    return ["", day, ref, outstanding.title_of(board, missing), why]
