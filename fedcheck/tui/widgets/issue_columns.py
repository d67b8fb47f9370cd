"""The columns of requests and of findings."""

from typing import Any

from fedcheck.analysis.issues import Issue, find_next_actor, is_overdue, state_of
from fedcheck.domain.dates import format_distance
from fedcheck.domain.finding import Finding
from fedcheck.domain.request import Request
from fedcheck.domain.text import one_line
from fedcheck.tui.signs import Signs
from fedcheck.tui.widgets.row_list import Cell, Column, Look

SIGNS: dict[str, tuple[str, str]] = {
    "returned": ("blocked", "error"),
    "open": ("todo", ""),
    "answered": ("doing", "accent"),
    "accepted": ("done", "good"),
    "retest failed": ("blocked", "error"),
    "planned": ("doing", "accent"),
    "closed": ("done", "good"),
}
"""By state: the status whose sign stands for it, and the style."""

RISK_STYLES = {"high": "error", "moderate": "warn", "low": "dim"}
THEME = {"error": "$text-error", "warn": "$text-warning", "dim": "$foreground-muted"}
THEME |= {"accent": "$accent", "good": "$text-success", "": ""}
"""The colors of the theme for the styles of the list."""

SHORT = {
    "false-positive": "FP",
    "operational-requirement": "OR",
    "risk-adjustment": "RA",
}
"""Deviations as the POA&M abbreviates them."""


def asker_and_answerer(request: Request, signs: Signs) -> str:
    """State who asks whom."""
    arrow = "->" if signs.ascii_only else "→"
    return f"{one_line(request.by) or '?'} {arrow} {one_line(request.to) or '?'}"


def _state(thing: Issue, _: Look) -> Cell:
    state = state_of(thing)
    return state.removeprefix("retest "), SIGNS[state][1]


def _title(thing: Issue, _: Look) -> Cell:
    return thing.title, "dim" if _is_over(thing) else ""


def _is_over(thing: Issue) -> bool:
    return thing.state in ("accepted", "closed")


def _due(thing: Issue, look: Look) -> Cell:
    text = thing.due.isoformat() if thing.due else ""
    return text if look.widths["due"] >= 10 else text[5:], _due_style(thing, look)


def _away(thing: Issue, look: Look) -> Cell:
    open_ = thing.due is not None and not _is_over(thing)
    text = format_distance(thing.due, look.today) if thing.due and open_ else ""
    return text, _due_style(thing, look)


def _due_style(thing: Issue, look: Look) -> str:
    return "warn" if is_overdue(thing, look.today) else "dim"


def _place(request: Request, _: Look) -> Cell:
    return " ".join(part for part in (request.document, request.section) if part), "dim"


def _who(request: Request, look: Look) -> Cell:
    style = "dim" if request.state == "accepted" else ""
    return asker_and_answerer(request, look.signs), style


def _risk(finding: Finding, _: Look) -> Cell:
    return finding.risk, "dim" if finding.state == "closed" else RISK_STYLES[finding.risk]


def _deviation(finding: Finding, _: Look) -> Cell:
    asked = finding.deviation
    text = f"{SHORT.get(asked, asked)} {finding.deviation_state or 'pending'}" if asked else ""
    pending = asked and finding.deviation_state in ("", "pending")
    return text, "accent" if pending else "dim"


REQUEST_COLUMNS: tuple[Column[Any], ...] = (
    Column("state", _state, {70: 8}),
    Column("title", _title),
    Column("place", _place, {92: 10, 106: 12, 140: 18}),
    Column("round", lambda request, _: (request.round, "dim"), {106: 3, 140: 6}),
    Column("who", _who, {92: 14, 140: 16}),
    Column("turn", lambda request, _: (find_next_actor(request), ""), {70: 9, 92: 0}),
    Column("due", _due, {70: 5, 140: 10}),
    Column("away", _away, {0: 8, 140: 9}, right=True),
)

FINDING_COLUMNS: tuple[Column[Any], ...] = (
    Column("state", _state, {70: 8}),
    Column("risk", _risk, {0: 4, 70: 8}),
    Column("title", _title),
    Column("deviation", _deviation, {106: 11}),
    Column("owner", lambda finding, _: (finding.owner, ""), {92: 8, 140: 12}),
    Column("due", _due, {70: 5, 140: 10}),
    Column("away", _away, {0: 8, 140: 9}, right=True),
)
