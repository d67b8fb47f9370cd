"""The columns of requests and of findings, for the width that there is."""

from datetime import date

from fedcheck.analysis.issues import Thing, overdue, state_of, turn
from fedcheck.domain.dates import distance
from fedcheck.domain.finding import Finding
from fedcheck.domain.request import Request
from fedcheck.domain.text import one_line
from fedcheck.tui.signs import Signs
from fedcheck.tui.widgets.issue_list import Columns, IssueRow

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
"""The colours of the theme for the styles of the list."""

SHORT = {
    "false-positive": "FP",
    "operational-requirement": "OR",
    "risk-adjustment": "RA",
}
"""Deviations as the POA&M abbreviates them."""


def request_columns(width: int) -> Columns:
    """Return the columns of requests for a width in cells."""
    if width >= 140:
        return (
            ("state", 8), ("title", 0), ("place", 18), ("round", 6), ("who", 16),
            ("due", 10), ("away", 9),
        )  # fmt: skip
    if width >= 106:
        return (
            ("state", 8), ("title", 0), ("place", 12), ("round", 3), ("who", 14),
            ("day", 5), ("away", 8),
        )  # fmt: skip
    if width >= 92:
        return ("state", 8), ("title", 0), ("place", 10), ("who", 14), ("day", 5), ("away", 8)
    if width >= 70:
        return ("state", 8), ("title", 0), ("turn", 9), ("day", 5), ("away", 8)
    return ("title", 0), ("away", 8)


def finding_columns(width: int) -> Columns:
    """Return the columns of findings for a width in cells."""
    first = (("state", 8), ("risk", 8), ("title", 0))
    if width >= 140:
        return *first, ("deviation", 11), ("owner", 12), ("due", 10), ("away", 9)
    if width >= 106:
        return *first, ("deviation", 11), ("owner", 8), ("day", 5), ("away", 8)
    if width >= 92:
        return *first, ("owner", 8), ("day", 5), ("away", 8)
    if width >= 70:
        return *first, ("day", 5), ("away", 8)
    return ("risk", 4), ("title", 0), ("away", 8)


def row(ref: str, thing: Thing, today: date, signs: Signs) -> IssueRow:
    """Return the line of a request or a finding."""
    state = state_of(thing)
    status, style = SIGNS[state]
    late = overdue(thing, today)
    over = thing.state in ("accepted", "closed")
    due_style = "warn" if late else "dim"
    cells = {
        "state": (state.removeprefix("retest "), style),
        "title": (thing.title, "dim" if over else ""),
        "due": (thing.due.isoformat() if thing.due else "", due_style),
        "day": (thing.due.isoformat()[5:] if thing.due else "", due_style),
        "away": (distance(thing.due, today) if thing.due and not over else "", due_style),
    }
    cells |= _of_request(thing, signs) if isinstance(thing, Request) else _of_finding(thing)
    return IssueRow(
        ref, signs.overdue if late else " ", signs.status[status], style or "dim", cells
    )


def asker_and_answerer(request: Request, signs: Signs) -> str:
    """Say who asks whom."""
    arrow = "->" if signs.ascii_only else "→"
    return f"{one_line(request.by) or '?'} {arrow} {one_line(request.to) or '?'}"


def _of_request(request: Request, signs: Signs) -> dict[str, tuple[str, str]]:
    who = asker_and_answerer(request, signs)
    return {
        "place": (" ".join(part for part in (request.document, request.section) if part), "dim"),
        "round": (request.round, "dim"),
        "who": (who, "dim" if request.state == "accepted" else ""),
        "turn": (turn(request), ""),
    }


def _of_finding(finding: Finding) -> dict[str, tuple[str, str]]:
    asked = finding.deviation
    decided = f"{SHORT.get(asked, asked)} {finding.deviation_state or 'pending'}" if asked else ""
    pending = asked and finding.deviation_state in ("", "pending")
    closed = finding.state == "closed"
    return {
        "risk": (finding.risk, "dim" if closed else RISK_STYLES[finding.risk]),
        "deviation": (decided, "accent" if pending else "dim"),
        "owner": (finding.owner, ""),
    }
