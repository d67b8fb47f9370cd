"""The command that tells what changed since a day, a revision or a report, and what got worse."""

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
    paint,
    print_json,
    say,
    workspace_option,
)
from fedcheck.domain.text import one_line

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.reports.past_state import Earlier

MARKS = {"worse": "!", "better": "+", "other": "-"}

REASON = 70
"""The widest words on a terminal, in cells."""


@click.command()
@click.argument("since", metavar="SINCE")
@click.option("--worse", is_flag=True, help="Tell only what got worse.")
@workspace_option
@as_of_option
@json_option
def changes(
    since: str, worse: bool, workspace: str | None, as_of: date | None, as_json: bool
) -> None:
    """Tell what changed SINCE a day, a revision of git or an earlier report.

    A date (2027-01-04) means the end of that day. Whatever got worse is named, marked with !, and
    stands first; + marks what got better. git:NAME is a revision in any case, ./NAME a report.

    \b
    Example:
      fedcheck changes 2027-01-04
      fedcheck changes reports/2027-01-04-pmo-status.md --worse
      fedcheck changes git:v1 --json
    """
    from fedcheck.analysis.comparison import between
    from fedcheck.reports.past_state import earlier, remarks

    session = open_workspace(workspace, as_of)
    found = earlier(session, since, Path.cwd())
    new = session.board()
    if not found.private:
        found, new = found.shared(), new.shared()
    deltas = between(found.board, new)
    notes = remarks(found, new, deltas)
    if as_json:
        print_json(changes_document(found, deltas, notes, worse))
        return
    _print(found, new, deltas, notes, worse)


def changes_document(
    found: "Earlier", deltas: Comparison, notes: Sequence[str], worse: bool
) -> dict[str, Any]:
    """Return the JSON of a comparison."""
    return {
        "schema": "fedcheck/changes@1",
        "since": {"kind": found.kind, "day": deltas.since, "words": found.words},
        "until": deltas.until,
        "notes": list(notes),
        "worse": deltas.count("worse"),
        "better": deltas.count("better"),
        "other": deltas.count("other"),
        "changes": [_row(one) for one in deltas.deltas if one.worse or not worse],
        "gates": [_gate_row(one) for one in deltas.gates if one.came or not worse],
        "lacking": [
            {
                "kind": lack.kind,
                "ref": lack.ref,
                "why": lack.why,
                "owner": lack.owner,
                "milestones": list(stones),
            }
            for lack, stones in deltas.new_lacks()
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
        "evidence": delta.proof,
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
        "new": len(gate.came),
        "gone": gate.gone,
    }


def _print(
    found: "Earlier", board: "Board", deltas: Comparison, notes: Sequence[str], worse: bool
) -> None:
    say(paint(f"What changed {found.words}, until {deltas.until}", bold=True))
    say(deltas.summary)
    for note in notes:
        say(f"Note: {note}")
    names = output.short_names(board.project.refs)
    _print_gates(board, deltas, worse, names)
    for title, group in deltas.grouped():
        shown = [one for one in group if one.worse or not worse]
        if shown:
            say()
            say(f"{paint(title, bold=True)}  {len(shown)}")
            _print_rows([_cells(one, names) for one in shown], 2)


def _print_gates(board: "Board", deltas: Comparison, worse: bool, names: Mapping[str, str]) -> None:
    """Print how gates changed, and what they lack newly, each thing once."""
    gates = [one for one in deltas.gates if one.came or not worse]
    if not gates:
        return
    say()
    say(paint("Gates", bold=True))
    _print_rows([[MARKS[g.trend], g.title, g.words] for g in gates], 2)
    if not deltas.new_lacks():
        return
    say()
    say(paint("New among what is missing", bold=True))
    rows = [
        [
            "!",
            names.get(one.ref, one.ref),
            outstanding.title_of(board, one),
            outstanding.reason_of(board, one),
            one.owner,
            f"for {', '.join(stones)}",
        ]
        for one, stones in deltas.new_lacks()
    ]
    _print_rows(rows, 2)


def _print_rows(rows: Sequence[Sequence[str]], flexible: int) -> None:
    """Print rows; one that begins with ! is told as bad news."""
    for row, line in zip(rows, output.table(rows, flexible=flexible), strict=True):
        say(paint(f"  {line}", fg="red") if row[0] == "!" else f"  {line}")


def _cells(delta: Difference, names: Mapping[str, str]) -> list[str]:
    said = f"{delta.words} (with {delta.because})" if delta.because else delta.words
    if output.width():
        said = one_line(said, REASON)
    who = delta.owner or delta.role
    return [MARKS[delta.trend], names.get(delta.ref, delta.ref), delta.title, said, who]
