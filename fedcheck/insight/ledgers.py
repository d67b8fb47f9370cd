"""Requests and findings as registers: whose turn it is, how many, in what groups, which ones."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fedcheck.model.finding import RISKS, Finding
from fedcheck.model.request import Request

Thing = Request | Finding

REQUEST_GROUPS: Mapping[str, str] = {
    "state": "by state",
    "turn": "by whose turn it is",
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

NOBODY = "nobody named"


def state_of(thing: Thing) -> str:
    """Return the state as a person thinks of it: what was returned, failed or planned says so."""
    if isinstance(thing, Request):
        return "returned" if thing.returned else thing.state
    if thing.state == "closed":
        return "closed"
    if thing.retest == "failed":
        return "retest failed"
    return "planned" if thing.planned else "open"


def turn(request: Request) -> str:
    """Return who has to act on a request; nobody once it is accepted."""
    if request.state == "accepted":
        return ""
    return (request.to if request.state == "open" else request.by) or NOBODY


def overdue(thing: Thing, today: date) -> bool:
    """Tell whether it is open after its day."""
    return thing.state == "open" and thing.due is not None and thing.due < today


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of each state (of risks: of the open ones), and how many are overdue."""

    by_state: Mapping[str, int]
    by_risk: Mapping[str, int]
    overdue: int


def counts(things: Sequence[Thing], today: date) -> Counts:
    """Count requests or findings."""
    by_state: dict[str, int] = {}
    by_risk: dict[str, int] = {}
    for thing in things:
        by_state[thing.state] = by_state.get(thing.state, 0) + 1
        if isinstance(thing, Finding) and thing.state == "open":
            by_risk[thing.risk] = by_risk.get(thing.risk, 0) + 1
    return Counts(by_state, by_risk, sum(overdue(thing, today) for thing in things))


def grouped(things: Iterable[Thing], grouping: str) -> list[tuple[str, list[Thing]]]:
    """Return the groups with their headings, and in each what is open and due first on top."""
    groups: dict[tuple[Any, ...], list[Thing]] = {}
    heads: dict[tuple[Any, ...], str] = {}
    for thing in things:
        rank, head = _group(thing, grouping)
        groups.setdefault(rank, []).append(thing)
        heads[rank] = head
    return [(heads[rank], sorted(groups[rank], key=_urgency)) for rank in sorted(groups)]


def _urgency(thing: Thing) -> tuple[Any, ...]:
    closed = thing.state in ("accepted", "closed")
    return (
        closed,
        thing.state == "answered",
        thing.due or date.max,
        thing.title.casefold(),
        thing.id,
    )


def _group(thing: Thing, grouping: str) -> tuple[tuple[Any, ...], str]:
    """Return the rank of a thing's group among the groups, and its heading."""
    state = state_of(thing)
    if isinstance(thing, Request):
        return _group_of_request(thing, state, grouping)
    if grouping == "state":
        return (FINDING_ORDER.index(state),), state.capitalize()
    if state == "closed":
        return (9, "", ""), "Closed"
    if grouping == "risk":
        return (RISKS.index(thing.risk), "", ""), thing.risk.capitalize()
    if grouping == "deviation":
        if not thing.deviation:
            return (2, "", ""), "No deviation asked for"
        words = thing.deviation.replace("-", " ").capitalize()
        decided = thing.deviation_state or "pending"
        return (decided != "pending", words, decided), f"{words}: {decided}"
    return _named(thing.owner, NOBODY.capitalize())


def _group_of_request(request: Request, state: str, grouping: str) -> tuple[tuple[Any, ...], str]:
    match grouping:
        case "state":
            return (REQUEST_ORDER.index(state),), state.capitalize()
        case "turn":
            who = turn(request)
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
            return _named(request.by, "Nobody named as asking")
    return _named(request.document, "No document")


def _named(name: str, without: str) -> tuple[tuple[Any, ...], str]:
    return (not name, name.casefold(), name), name or without


def naming(things: Iterable[Thing], ref: str) -> list[Thing]:
    """Return the requests or findings that name an item, the open ones first."""
    return sorted((thing for thing in things if ref in thing.items), key=_urgency)
