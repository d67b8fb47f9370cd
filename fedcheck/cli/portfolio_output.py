"""A portfolio on a terminal and as JSON."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from fedcheck.analysis.portfolio import (
    PersonLoad,
    WorkspaceSummary,
    add_up_load,
    describe_parties,
    group_by_day,
)
from fedcheck.cli import output
from fedcheck.cli.options import print_line, style_text
from fedcheck.domain.dates import format_distance
from fedcheck.domain.glossary import TOLD_STATES
from fedcheck.domain.text import one_line, pluralize

if TYPE_CHECKING:
    from fedcheck.analysis.progress import Count
    from fedcheck.sharing.portfolio import PortfolioRow

SCHEMA = "fedcheck/portfolio@1"

MOST_DAYS = 60
"""The most lines of deadlines on a terminal; Markdown and JSON have all."""

NARROW_OWED = 20
"""The widest list of who owes how much on a narrow terminal, in cells."""

MAX_NAME = 32
MAX_GATE = 24
"""The widest name of a workspace and of a gate on a terminal, in cells."""


def print_portfolio(rows: "Sequence[PortfolioRow]", days: int) -> None:
    """Print workspaces, then their deadlines by day, then the load of one's own people."""
    summaries = [row.summary for row in rows if row.summary]
    narrow = output.is_narrow(output.terminal_width())
    head = ["Workspace", "Done", "Next gate", "Date", "", "Outstanding", "Overdue"]
    listed = [_cells(row, narrow) for row in rows]
    if narrow:
        head[6] = "Late"
        del head[4]
    right = (1, len(head) - 1) if narrow else (1, 4, len(head) - 1)
    for place, line in enumerate(output.format_table([head, *listed], right, flexible=0)):
        print_line(line if place else style_text(line, dim=True))
    for row in rows:
        if row.summary is None:
            print_line(style_text(f"! {one_line(row.name)}: {one_line(row.brief)}", fg="red"))
    print_line()
    _print_days(summaries, days)
    print_line()
    _print_load(add_up_load(summaries))


def _cells(row: "PortfolioRow", narrow: bool) -> list[str]:
    one = row.summary
    if one is None:
        cells = [f"! {one_line(row.name, MAX_NAME)}", "", "cannot be read", "", "", "", ""]
    else:
        mark = "! " if row.problems else ""
        cells = [
            mark + one_line(one.name, MAX_NAME),
            one.count.text if narrow else f"{one.count.text} {one.count.share:>4}",
            one_line(one.milestone or "-", 14 if narrow else MAX_GATE),
            str(one.day or "no date") if one.milestone else "",
            format_distance(one.day, one.today) if one.day else "",
            one_line(_outstanding(one), NARROW_OWED if narrow else 0),
            str(one.overdue or "-"),
        ]
    if narrow:
        del cells[4]
    return cells


def _outstanding(one: WorkspaceSummary) -> str:
    if not one.milestone:
        return "-"
    text = describe_parties(one.outstanding) if one.missing else "ready"
    return text + (f" (+{one.before} earlier)" if one.before else "")


def _print_days(summaries: Sequence[WorkspaceSummary], days: int) -> None:
    print_line(style_text(f"Next {pluralize(days, 'day')}", bold=True))
    found = group_by_day(summaries)
    rows = [
        [
            str(one.day),
            f"in {one.away} d" if one.away else "today",
            one_line(one.workspace, MAX_NAME),
            one_line(one.words),
        ]
        for one in found[:MOST_DAYS]
    ]
    for line in output.format_table(rows, right=(1,), flexible=3):
        print_line(f"  {line}")
    if not rows:
        print_line("  No deadlines.")
    if len(found) > MOST_DAYS:
        print_line(f"  and {len(found) - MOST_DAYS} more: fedcheck portfolio --format md")


def _print_load(people: Sequence[PersonLoad]) -> None:
    own = [one for one in people if one.own]
    print_line(style_text("Workload of your people", bold=True))
    rows = [["", "workspaces", "items", "answers", "findings", "overdue", "due soon"]]
    rows += [
        [
            one_line(one.person, MAX_NAME) or f"{one.role}, no owner",
            *(
                str(number or "-")
                for number in (
                    len(one.workspaces), one.items, one.answers, one.findings,
                    one.overdue, one.soon,
                )
            ),
        ]
        for one in own
    ]  # fmt: skip
    for place, line in enumerate(output.format_table(rows, right=range(1, 7)) if own else ()):
        print_line(f"  {line if place else style_text(line, dim=True)}")
    if not own:
        print_line("  None of your people have anything to do.")
    if others := len(people) - len(own):
        print_line(f"  {pluralize(others, 'person', 'people')} of other parties: --json")


def build_document(rows: "Iterable[PortfolioRow]", days: int, person: str) -> dict[str, Any]:
    """Return the JSON of a portfolio."""
    rows = list(rows)
    people = add_up_load(row.summary for row in rows if row.summary)
    return {
        "schema": SCHEMA,
        "days": days,
        "person": person,
        "workspaces": [_workspace_row(row) for row in rows],
        "people": [_person_row(one) for one in people],
    }


def _workspace_row(row: "PortfolioRow") -> dict[str, Any]:
    return {
        "root": str(row.root),
        "name": row.name,
        "error": row.trouble,
        "hint": row.hint,
        "problems": [
            {"file": str(one.file), "line": one.line, "message": one.message, "hint": one.hint}
            for one in row.problems
        ],
        "summary": _summary(row.summary) if row.summary else None,
    }


def _summary(one: WorkspaceSummary) -> dict[str, Any]:
    milestone = {
        "id": one.milestone_id,
        "title": one.milestone,
        "date": one.day,
        "days": (one.day - one.today).days if one.day else None,
        "missing": one.missing,
        "before": one.before,
    }
    return {
        "provider": one.provider,
        "process": one.process,
        "role": one.role,
        "marking": one.marking,
        "as_of": one.today,
        "until": one.until,
        "all": _count(one.count),
        "own": _count(one.own),
        "internal": _count(one.internal),
        "milestone": milestone if one.milestone else None,
        "outstanding": [{"role": each.role, "count": each.count} for each in one.outstanding],
        "overdue": one.overdue,
        "blocked": one.blocked,
        "evidence": {state.value: one.evidence.get(state, 0) for state in TOLD_STATES},
        "requests": one.requests,
        "findings": one.findings,
        "deadlines": [
            {
                "day": each.day,
                "kind": each.kind,
                "what": each.what,
                "ref": each.ref,
                "owner": each.owner,
                "role": each.role,
                "internal": each.private,
            }
            for each in one.deadlines
        ],
        "load": [_person_row(each) for each in one.load],
    }


def _count(count: "Count") -> dict[str, Any]:
    return {
        "total": count.total,
        "done": count.done,
        "countable": count.countable,
        "optional": count.optional,
        "unknown": count.unknown,
        "percent": count.percent,
    }


def _person_row(one: PersonLoad) -> dict[str, Any]:
    return {
        "person": one.person,
        "role": one.role,
        "ours": one.own,
        "workspaces": list(one.workspaces),
        "items": one.items,
        "answers": one.answers,
        "findings": one.findings,
        "overdue": one.overdue,
        "soon": one.soon,
    }
