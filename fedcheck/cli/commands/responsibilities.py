"""The commands that show who does what in each phase, and who waits for whom."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from fedcheck.analysis import handoffs as waiting
from fedcheck.analysis import responsibilities as parts
from fedcheck.cli import completion, output
from fedcheck.cli.commands.gate import load_status_dates
from fedcheck.cli.options import (
    as_of_option,
    json_option,
    open_workspace,
    print_json,
    print_line,
    style_text,
    workspace_option,
)
from fedcheck.domain.glossary import STATUS_WORDS
from fedcheck.domain.process import role_label
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.analysis.handoffs import Handoff
    from fedcheck.analysis.progress import Count
    from fedcheck.analysis.responsibilities import Duty, PhaseDuties, PhaseRole

MAX_TITLE = 44
"""The widest title in a table, in cells."""


@click.command()
@click.option("--phase", help="Only this phase.")
@click.option("--role", shell_complete=completion.complete_roles, help="Only this role.")
@workspace_option
@as_of_option
@json_option
def responsibilities(
    phase: str | None, role: str | None, workspace: str | None, as_of: date | None, as_json: bool
) -> None:
    """Show who prepares, reviews and decides in each phase, and what each role does.

    The table is based on the process and its checklists. A decision maker is named only if a source
    of the process names one.

    \b
    Example:
      fedcheck responsibilities --role 3pao
      fedcheck responsibilities --phase kick-off
    """
    board = open_workspace(workspace, as_of).board()
    found = parts.list_phase_duties(board)
    if phase:
        _require_known(phase, [one.phase.id for one in found], "phase")
        found = [one for one in found if one.phase.id == phase]
    if role:
        _require_known(role, parts.list_roles(board), "role")
    if as_json:
        print_json(duties_document(found, role))
        return
    for place, one in enumerate(found):
        if place:
            print_line()
        _print_phase(one, role)


@click.command()
@click.option(
    "--role",
    shell_complete=completion.complete_roles,
    help="Only what this role waits for or owes.",
)
@click.option("--all", "far", is_flag=True, help="Include later phases.")
@workspace_option
@as_of_option
@json_option
def handoffs(
    role: str | None, far: bool, workspace: str | None, as_of: date | None, as_json: bool
) -> None:
    """Show who waits for whom, for what, since when, and what it holds up.

    This covers items that another role needs, answers to requests, acceptance of answers, and
    retests of findings. The longest wait comes first.

    \b
    Example:
      fedcheck handoffs --role csp
    """
    session = open_workspace(workspace, as_of)
    board = session.board()
    found = waiting.list_handoffs(board, load_status_dates(session))
    if role:
        _require_known(role, parts.list_roles(board), "role")
        found = [one for one in found if role in (one.waits, one.on)]
    if as_json:
        listed = [handoff_row(one, board.today) for one in found]
        print_json({"schema": "fedcheck/handoffs@1", "as_of": board.today, "handoffs": listed})
        return
    later = 0 if far else sum(not one.near for one in found)
    found = [one for one in found if far or one.near]
    names = output.shorten_refs(board.rows)
    for place, ((waits, on), group) in enumerate(waiting.group_by_roles(found).items()):
        if place:
            print_line()
        head = f"{_who(waits)} waits for {_who(on)}"
        print_line(f"{style_text(head, bold=True)}  {len(group)}")
        rows = [_cells(one, board, names.get(one.ref, one.ref)) for one in group]
        for line in output.format_table(rows, right=(0,), flexible=2):
            print_line(f"  {line}")
    if not found:
        print_line("Nobody is waiting now." if later else "Nobody is waiting.")
    if later:
        print_line(f"and {later} more in later phases: fedcheck handoffs --all")


def _require_known(word: str, known: Sequence[str], what: str) -> None:
    if word not in known:
        hint = did_you_mean(word, known) or "known: " + ", ".join(known)
        raise FedcheckError(f'unknown {what} "{one_line(word, 60)}"', hint, ErrorKind.USAGE)


def _who(role: str) -> str:
    return role_label(role) if role else "Someone without a role"


def _print_phase(found: "PhaseDuties", role: str | None) -> None:
    print_line(style_text(one_line(found.phase.title), bold=True))
    print_line(f"  {one_line(found.phase.purpose)}")
    duties = [duty for duty in found.duties if not role or duty.concerns(role)]
    if duties:
        head = ["Deliverable", "Prepares", "Contributes", "Reviews", "Decides", "State"]
        rows = [head, *(_duty_cells(duty, found) for duty in duties)]
        print_line()
        for place, line in enumerate(output.format_table(rows, flexible=0)):
            print_line(f"  {style_text(line, dim=True) if not place else line}")
    for part in found.parts:
        if (role and part.role != role) or (part.idle and not role):
            continue
        print_line()
        print_line(f"  {style_text(role_label(part.role), bold=True)}")
        for sentence in parts.describe_phase_role(part):
            print_line(f"    {one_line(sentence)}")


def _duty_cells(duty: "Duty", found: "PhaseDuties") -> list[str]:
    state = STATUS_WORDS.get(duty.state, duty.state) if duty.state else "in no list"
    due = f", due {duty.due}" if duty.due and duty.row and not duty.row.record.closed else ""
    return [
        one_line(duty.deliverable.title, MAX_TITLE if output.terminal_width() else 0),
        role_label(duty.prepares),
        _roles(duty.contributes),
        _roles(duty.reviews),
        _roles(found.decides_on(duty)),
        state + due,
    ]


def _roles(roles: Sequence[str]) -> str:
    return ", ".join(map(role_label, roles)) or "-"


def _cells(one: "Handoff", board: "Board", ref: str) -> list[str]:
    age = one.age(board.today)
    status = STATUS_WORDS.get(one.status, one.status)
    late = "overdue, " if one.overdue else ""
    held = f"holds up {pluralize(len(one.blocks), 'item')}" if one.blocks else ""
    held += f", {one.behind} in all" if one.behind > len(one.blocks) else ""
    stuck = f"waits in turn for {one.stuck[0]}" if one.stuck else ""
    more = f" and {len(one.stuck) - 1} more" if len(one.stuck) > 1 else ""
    return [
        "" if age is None else f"{age} d",
        ref,
        one.title,
        f"{late}{status}",
        one.owner or "no owner",
        f"due {one.due}" if one.due else "",
        "; ".join(part for part in (held, stuck + more) if part),
    ]


def handoff_row(one: "Handoff", today: date) -> dict[str, Any]:
    """Return the JSON of a hand-off."""
    return {
        "waits": one.waits,
        "on": one.on,
        "what": one.what,
        "ref": one.ref,
        "title": one.title,
        "owner": one.owner,
        "status": one.status,
        "since": one.since,
        "days": one.age(today),
        "due": one.due,
        "overdue": one.overdue,
        "blocks": list(one.blocks),
        "behind": one.behind,
        "stuck": list(one.stuck),
        "near": one.near,
    }


def duties_document(found: "Sequence[PhaseDuties]", role: str | None = None) -> dict[str, Any]:
    """Return the JSON of responsibilities: of one role, or of all."""
    return {
        "schema": "fedcheck/responsibilities@1",
        "phases": [_phase_row(one, role) for one in found],
    }


def _phase_row(found: "PhaseDuties", role: str | None) -> dict[str, Any]:
    return {
        "id": found.phase.id,
        "title": found.phase.title,
        "decides": list(found.decides),
        "decisions": [
            {
                "milestone": milestone.id,
                "by": list(milestone.decided_by),
                "decision": milestone.decision,
            }
            for milestone in found.gates
        ],
        "deliverables": [
            {
                "id": duty.deliverable.id,
                "title": duty.deliverable.title,
                "prepares": duty.prepares,
                "contributes": list(duty.contributes),
                "reviews": list(duty.reviews),
                "decides": list(found.decides_on(duty)),
                "handed_over_by": duty.deliverable.handed_over_by,
                "status": duty.state,
                "due": duty.due,
                "items": {name: _count_row(count) for name, count in duty.counts.items()},
            }
            for duty in found.duties
            if not role or duty.concerns(role)
        ],
        "roles": [_part_row(part) for part in found.parts if role in (None, part.role)],
    }


def _part_row(part: "PhaseRole") -> dict[str, Any]:
    return {
        "role": part.role,
        "lists": [one.id for one in part.lists],
        "summaries": list(part.summaries),
        "prepares": list(part.prepares),
        "reviews": list(part.reviews),
        "decides": [milestone.id for milestone in part.decides],
        "items": _count_row(part.counts),
    }


def _count_row(count: "Count") -> dict[str, int]:
    return {"total": count.total, "done": count.done, "countable": count.countable}
