"""Requests and findings as registers: whose turn it is, counts and groups."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import RISKS
from fedcheck.domain.request import Request

Issue = Request | Finding

REQUEST_GROUPS: Mapping[str, str] = {
    "state": "by state",
    "turn": "by who acts next",
    "round": "by round",
    "by": "by reviewer",
    "document": "by document",
}
FINDING_GROUPS: Mapping[str, str] = {
    "risk": "by risk",
    "state": "by state",
    "owner": "by owner",
    "deviation": "by deviation",
}
"""How they can be grouped, and the words for it."""

REQUEST_ORDER = ("returned", "open", "answered", "accepted")
FINDING_ORDER = ("retest failed", "open", "planned", "closed")
"""States in the order in which they ask for attention."""

NOBODY = "no owner"


def state_of(thing: Issue) -> str:
    """Return the state as a person thinks of it: what was returned, failed or planned states so."""
    if isinstance(thing, Request):
        return "returned" if thing.returned else thing.state
    if thing.state == "closed":
        return "closed"
    if thing.retest == "failed":
        return "retest failed"
    return "planned" if thing.planned else "open"


def find_next_actor(request: Request) -> str:
    """Return who has to act on a request; nobody once it is accepted."""
    if request.state == "accepted":
        return ""
    return (request.to if request.state == "open" else request.by) or NOBODY


def is_overdue(thing: Issue, today: date) -> bool:
    """Return whether it is open after its day."""
    return thing.state == "open" and thing.due is not None and thing.due < today


class IssueCounts(Struct, frozen=True):
    """How many there are of each state (of risks: of the open ones), and how many are overdue."""

    by_state: Mapping[str, int]
    by_risk: Mapping[str, int]
    overdue: int


def count_issues(things: Sequence[Issue], today: date) -> IssueCounts:
    """Count requests or findings."""
    by_state: dict[str, int] = {}
    by_risk: dict[str, int] = {}
    for thing in things:
        by_state[thing.state] = by_state.get(thing.state, 0) + 1
        if isinstance(thing, Finding) and thing.state == "open":
            by_risk[thing.risk] = by_risk.get(thing.risk, 0) + 1
    return IssueCounts(by_state, by_risk, sum(is_overdue(thing, today) for thing in things))


def group_issues(things: Iterable[Issue], grouping: str) -> list[tuple[str, list[Issue]]]:
    """Return the groups with their headings, and in each what is open and due first on top."""
    groups: dict[tuple[Any, ...], list[Issue]] = {}
    heads: dict[tuple[Any, ...], str] = {}
    for thing in things:
        rank, head = _group_key(thing, grouping)
        groups.setdefault(rank, []).append(thing)
        heads[rank] = head
    return [(heads[rank], sorted(groups[rank], key=_urgency)) for rank in sorted(groups)]


def _urgency(thing: Issue) -> tuple[Any, ...]:
    closed = thing.state in ("accepted", "closed")
    return (
        closed,
        thing.state == "answered",
        thing.due or date.max,
        thing.title.casefold(),
        thing.id,
    )


def _group_key(thing: Issue, grouping: str) -> tuple[tuple[Any, ...], str]:
    """Return the rank of a thing's group among the groups, and its heading."""
    state = state_of(thing)
    if isinstance(thing, Request):
        return _request_group_key(thing, state, grouping)
    if grouping == "state":
        return (FINDING_ORDER.index(state),), state.capitalize()
    if state == "closed":
        return (9, "", ""), "Closed"
    if grouping == "risk":
        return (RISKS.index(thing.risk), "", ""), thing.risk.capitalize()
    if grouping == "deviation":
        if not thing.deviation:
            return (2, "", ""), "No deviation requested"
        words = thing.deviation.replace("-", " ").capitalize()
        decided = thing.deviation_state or "pending"
        return (decided != "pending", words, decided), f"{words}: {decided}"
    return _name_group_key(thing.owner, NOBODY.capitalize())


def _request_group_key(request: Request, state: str, grouping: str) -> tuple[tuple[Any, ...], str]:
    match grouping:
        case "state":
            return (REQUEST_ORDER.index(state),), state.capitalize()
        case "turn":
            who = find_next_actor(request)
            if not who:
                return (2, "", ""), "Accepted"
            return (who == NOBODY, who.casefold(), who), f"Waits for {who}"
        case "round":
            number = re.search(r"[0-9]+", request.round)
            newest = -int(number[0][:9]) if number else 0
            round_ = request.round
            head = f"Round {round_}" if round_[:1].isdigit() else round_ or "No round"
            return (not round_, newest, round_), head
        case "by":
            return _name_group_key(request.by, "No requester")
    return _name_group_key(request.document, "No document")


def _name_group_key(name: str, without: str) -> tuple[tuple[Any, ...], str]:
    return (not name, name.casefold(), name), name or without


def list_issues_of_item(things: Iterable[Issue], ref: str) -> list[Issue]:
    """Return the requests or findings that name an item, the open ones first."""
    return sorted((thing for thing in things if ref in thing.items), key=_urgency)
