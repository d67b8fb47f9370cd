"""The command that shows what changed since a day, a revision or a report, and what got worse."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedcheck.analysis import outstanding
from fedcheck.analysis.difference import Comparison, Difference, GateDifference
from fedcheck.cli import output
from fedcheck.cli.options import (
    as_of_option,
    json_option,
    open_workspace,
    print_json,
    print_line,
    style_text,
    workspace_option,
)
from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.reports.past_state import PastState
    from fedcheck.session import Session

MARKS = {"worse": "!", "better": "+", "other": "-"}

MAX_REASON = 70
"""The widest words on a terminal, in cells."""


@click.command()
@click.argument("since", metavar="SINCE")
@click.option("--worse", is_flag=True, help="Show only what got worse.")
@workspace_option
@as_of_option
@json_option
def changes(
    since: str, worse: bool, workspace: str | None, as_of: date | None, as_json: bool
) -> None:
    """Show what changed SINCE a date, a git revision or an earlier report.

    A date (2027-01-04) means the end of that day. Changes for the worse are marked with ! and come
    first; + marks changes for the better. git:NAME always means a revision, ./NAME a report.

    \b
    Example:
      fedcheck changes 2027-01-04
      fedcheck changes reports/2027-01-04-pmo-status.md --worse
      fedcheck changes git:v1 --json
    """
    from fedcheck.analysis.comparison import compare_boards
    from fedcheck.reports.past_state import list_remarks, load_past_state

    session = open_workspace(workspace, as_of)
    found = load_past_state(session, since, Path.cwd())
    new = session.board()
    if not found.private:
        found, new = found.shared(with_internal=True), new.shared(with_internal=True)
    comparison = compare_boards(found.board, new)
    notes = [*list_remarks(found, new, comparison), *_note_losses(session)]
    if as_json:
        print_json(changes_document(found, comparison, notes, worse))
        return
    _print(found, new, comparison, notes, worse)


def _note_losses(session: "Session") -> list[str]:
    """Return what no comparison of files shows: what people set and a merge left out of them."""
    from fedcheck.doctor.losses import count_losses, find_losses

    try:
        lost = [one for one in find_losses(session) if one.home == session.root and not one.branch]
    except FedcheckError:
        return []  # doctor tells of a history that cannot be read
    return [f"{count_losses(lost)}; see fedcheck doctor"] if lost else []


def changes_document(
    found: "PastState", comparison: Comparison, notes: Sequence[str], worse: bool
) -> dict[str, Any]:
    """Return the JSON of a comparison."""
    return {
        "schema": "fedcheck/changes@1",
        "since": {"kind": found.kind, "day": comparison.since, "words": found.words},
        "until": comparison.until,
        "notes": list(notes),
        "worse": comparison.count("worse"),
        "better": comparison.count("better"),
        "other": comparison.count("other"),
        "changes": [_row(one) for one in comparison.differences if one.worse or not worse],
        "gates": [_gate_row(one) for one in comparison.gates if one.newly_outstanding or not worse],
        "lacking": [
            {
                "kind": lack.kind,
                "ref": lack.ref,
                "why": lack.why,
                "owner": lack.owner,
                "milestones": list(milestones),
            }
            for lack, milestones in comparison.list_newly_outstanding()
        ],
    }


def _row(delta: Difference) -> dict[str, Any]:
    return {
        "kind": delta.kind,
        "group": delta.group,
        "trend": delta.trend,
        "about": delta.about,
        "ref": delta.ref,
        "title": delta.title,
        "was": delta.was,
        "now": delta.now,
        "why": delta.why,
        "role": delta.role,
        "owner": delta.owner,
        "evidence": delta.evidence_item,
        "because": delta.because,
        "field": delta.field,
        "private": delta.private,
    }


def _gate_row(gate: GateDifference) -> dict[str, Any]:
    return {
        "milestone": gate.milestone,
        "title": gate.title,
        "trend": gate.trend,
        "before": gate.before,
        "after": gate.after,
        "new": len(gate.newly_outstanding),
        "gone": gate.gone,
    }


def _print(
    found: "PastState", board: "Board", comparison: Comparison, notes: Sequence[str], worse: bool
) -> None:
    print_line(style_text(f"What changed {found.words}, until {comparison.until}", bold=True))
    print_line(comparison.summary)
    for note in notes:
        print_line(f"Note: {note}")
    names = output.shorten_refs(board.rows)
    _print_gates(board, comparison, worse, names)
    for title, group in comparison.grouped():
        shown = [one for one in group if one.worse or not worse]
        if shown:
            print_line()
            print_line(f"{style_text(title, bold=True)}  {len(shown)}")
            _print_rows([_cells(one, names) for one in shown], 2)


def _print_gates(
    board: "Board", comparison: Comparison, worse: bool, names: Mapping[str, str]
) -> None:
    """Print how gates changed, and what they lack newly, each thing once."""
    gates = [one for one in comparison.gates if one.newly_outstanding or not worse]
    if not gates:
        return
    print_line()
    print_line(style_text("Gates", bold=True))
    _print_rows([[MARKS[g.trend], g.title, g.words] for g in gates], 2)
    if not comparison.list_newly_outstanding():
        return
    print_line()
    print_line(style_text("Newly outstanding", bold=True))
    rows = [
        [
            "!",
            names.get(one.ref, one.ref),
            outstanding.title_of(board, one),
            outstanding.reason_of(board, one),
            one.owner,
            f"for {', '.join(milestones)}",
        ]
        for one, milestones in comparison.list_newly_outstanding()
    ]
    _print_rows(rows, 2)


def _print_rows(rows: Sequence[Sequence[str]], flexible: int) -> None:
    """Print rows; one that begins with ! is shown as bad news."""
    for row, line in zip(rows, output.format_table(rows, flexible=flexible), strict=True):
        print_line(style_text(f"  {line}", fg="red") if row[0] == "!" else f"  {line}")


def _cells(delta: Difference, names: Mapping[str, str]) -> list[str]:
    said = f"{delta.words} (with {delta.because})" if delta.because else delta.words
    if output.terminal_width():
        said = one_line(said, MAX_REASON)
    who = delta.owner or delta.role
    return [MARKS[delta.trend], names.get(delta.ref, delta.ref), delta.title, said, who]
