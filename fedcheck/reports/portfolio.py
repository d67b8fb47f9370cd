"""The portfolio as Markdown: many workspaces on one page, for one's own company.

It contains no clock time and no path: the same state and date give the same bytes.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from fedcheck.analysis.portfolio import (
    PersonLoad,
    WorkspaceSummary,
    add_up_load,
    describe_parties,
    group_by_day,
)
from fedcheck.domain.dates import format_distance
from fedcheck.domain.text import pluralize
from fedcheck.reports.markdown import escape_document, make_visible, mark_text

END = "<!-- fedcheck portfolio 1 -->"
"""The last line: it marks a file as ours to replace."""

NOBODY = "no owner"


class Unread(Struct, frozen=True):
    """A workspace that could not be read: the name of its folder, and why, without the path."""

    name: str
    why: str


def render_portfolio(
    summaries: Sequence[WorkspaceSummary], unread: Sequence[Unread], days: int, person: str = ""
) -> str:
    """Return the portfolio as Markdown.

    Args:
        summaries: the workspaces that were read, in their order.
        unread: those that were not.
        days: how many days ahead the deadlines go.
        person: whose deadlines and load they are, where only those of one person are listed.
    """
    parts = [*_head(summaries, person), *_overview(summaries, unread)]
    if unread:
        parts += ["", "## Cannot be read", ""]
        parts += [f"- {mark_text(one.name)}: {mark_text(one.why)}" for one in unread]
    parts += ["", f"## Next {pluralize(days, 'day')}", "", *_days(summaries)]
    parts += ["", "## Load", "", *_load(add_up_load(summaries))]
    return escape_document("\n".join([*parts, "", END, ""]))


def _head(summaries: Sequence[WorkspaceSummary], person: str) -> list[str]:
    days = sorted({one.today for one in summaries})
    when = " to ".join(str(day) for day in dict.fromkeys((days[0], days[-1]))) if days else ""
    markings = sorted({make_visible(one.marking) for one in summaries if one.marking.strip()})
    lines = ["# Portfolio", ""]
    lines += [line for one in markings for line in (f"**{mark_text(one)}**", "")]
    about = pluralize(len(summaries), "workspace") + (f", as of {when}" if when else "")
    whose = f" Deadlines and workload of {mark_text(person)} only." if person else ""
    return [
        *lines,
        f"{about}. Internal: contains data of several service offerings.{whose}",
        "",
    ]


def _overview(summaries: Iterable[WorkspaceSummary], unread: Iterable[Unread]) -> list[str]:
    head = ("Workspace", "Process", "Done", "Next gate", "Date", "Outstanding", "Overdue")
    rows = [
        (
            one.name,
            one.process,
            f"{one.count.words} ({one.count.share})",
            one.milestone or "none",
            _day(one.day, one.today),
            describe_gate(one),
            str(one.overdue or "-"),
        )
        for one in summaries
    ]
    rows += [(one.name, "", "", "cannot be read", "", "", "") for one in unread]
    return _table(head, rows)


def _days(summaries: Sequence[WorkspaceSummary]) -> list[str]:
    rows = [(str(one.day), one.workspace, one.words) for one in group_by_day(summaries)]
    return _table(("Date", "Workspace", "What"), rows) if rows else ["No deadlines."]


def _load(people: Sequence[PersonLoad]) -> list[str]:
    own = [one for one in people if one.own]
    others = len(people) - len(own)
    head = ("Person", "Workspaces", "Items", "Answers", "Findings", "Overdue", "Due soon")
    rows = [
        (
            one.person or f"{one.role}, {NOBODY}",
            str(len(one.workspaces)),
            *(str(n or "-") for n in (one.items, one.answers, one.findings, one.overdue, one.soon)),
        )
        for one in own
    ]
    lines = _table(head, rows) if rows else ["None of your people have anything to do."]
    if others:
        lines += ["", f"{pluralize(others, 'person', 'people')} of other parties not listed."]
    return lines


def describe_gate(one: WorkspaceSummary) -> str:
    """Return what a gate lacks, who owes it and what is owed before it.

    As `17: csp 12, 3pao 5; 3 outstanding for earlier milestones`.
    """
    if not one.milestone:
        return "-"
    text = f"{one.missing}: {describe_parties(one.outstanding)}" if one.missing else "ready"
    return text + (f"; {one.before} outstanding for earlier milestones" if one.before else "")


def _day(day: date | None, today: date) -> str:
    return f"{day} ({format_distance(day, today)})" if day else "no date"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    return lines + [f"| {' | '.join(mark_text(cell) for cell in row)} |" for row in rows]
