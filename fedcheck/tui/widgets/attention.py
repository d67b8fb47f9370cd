"""What needs attention, as lines that lead to it."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from textual.content import Content

from fedcheck.analysis.board import Board, list_orphaned_refs
from fedcheck.analysis.evidence_register import count_soon
from fedcheck.analysis.issue_evidence import list_issue_rows
from fedcheck.analysis.replacements import list_replacements, summarize
from fedcheck.analysis.rulesets import (
    RulesetState,
    list_ruleset_days,
    list_rulesets,
    select_lapsed,
)
from fedcheck.analysis.waiting_since import find_stale_day
from fedcheck.domain.dates import format_distance
from fedcheck.domain.evidence import normalize_link
from fedcheck.domain.glossary import STATUS_WORDS, UNVERIFIED_WORDS, EvidenceState
from fedcheck.domain.row import Row
from fedcheck.domain.text import one_line
from fedcheck.tui.signs import Signs
from fedcheck.tui.widgets.doors import Door

if TYPE_CHECKING:
    from fedcheck.storage.losses import Loss

RULES_DAYS = 30
"""How many days ahead a day of a ruleset needs attention."""

NONE = "Nothing is overdue, blocked or stale"


def attention(board: Board, signs: Signs, role: str) -> list[Door]:
    """Return what needs attention; one line without a door where nothing does.

    Rulesets are shown to the role that they bind; all else concerns everybody.
    """
    doors = [
        _door(sign, len(found), f"{'item' if len(found) == 1 else 'items'} {words}", target)
        for found, sign, words, target in _items(board, signs)
        if found
    ]
    doors += _rules_ahead(board, signs, role)
    doors += _soon(board, signs)
    doors += _unverified(board, signs)
    asked = [request for request in board.project.requests if request.state == "open"]
    if asked:
        noun = "request" if len(asked) == 1 else "requests"
        back = sum(request.returned for request in asked)
        words = f"{noun} open" + (f", {back} returned" if back else "")
        doors.append(_door("?", len(asked), words, "requests:is:open", "all"))
    gaps = [finding for finding in board.project.findings if finding.state == "open"]
    if gaps:
        high = sum(gap.risk == "high" for gap in gaps)
        noun = "finding" if len(gaps) == 1 else "findings"
        words = f"{noun} open" + (f", {high} high" if high else "")
        doors.append(_door(signs.overdue, len(gaps), words, "findings:is:open", "all"))
    lost = list_orphaned_refs(board.project)
    if lost:
        words = "orphaned records: item no longer in the checklist"
        doors.append(_door(signs.changed, len(lost), words, "orphans:", "all"))
    doors += _replaced(board, signs)
    for number, broken in enumerate(board.project.broken):
        place = PurePath(broken.path).name + (f":{broken.line}" if broken.line else "")
        text = f"! {place}: {one_line(broken.message)}"
        doors.append(Door(Content.styled(text, "$text-error"), f"broken:{number}"))
    return doors or [Door(Content.styled(NONE, "$foreground-muted"))]


def list_loss_doors(losses: "Sequence[Loss]", signs: Signs) -> list[Door]:
    """Return a line for what is lost, and a quiet one for what is on another branch only."""
    doors = []
    for sign, where, found, style in (
        (signs.overdue, "lost from the files", [one for one in losses if not one.branch], "all"),
        (signs.changed, "only on another branch", [one for one in losses if one.branch], "sign"),
    ):
        people = dict.fromkeys(one_line(one.line.by, 20) for one in found)
        if found:
            words = f"{where}: {', '.join(people)}"
            doors.append(_door(sign, len(found), words, "losses:", style))
    return doors


def _rules_ahead(board: Board, signs: Signs, role: str) -> list[Door]:
    """Return the rulesets whose grace is over for a role, and those that bind it soon.

    Only where something that they demand is not done.
    """
    doors = []
    for state in select_lapsed(list_rulesets(board, (role,)), board.today):
        assert state.grace is not None, "a grace that is over had an end"
        event = f"grace ended {format_distance(state.grace, board.today)}"
        doors.append(_ruleset_door(signs.overdue, [state], event, role))
    for one in list_ruleset_days(board, (role,)):
        if one.day and 0 <= (one.day - board.today).days <= RULES_DAYS:
            event = "grace ends" if one.key.startswith("grace") else "binding"
            when = format_distance(one.day, board.today)
            open_states = [state for state in one.states if state.open_rows]
            if open_states:
                doors.append(_ruleset_door(signs.here, open_states, f"{event} {when}", role))
    return doors


def _ruleset_door(sign: str, states: Sequence[RulesetState], event: str, role: str) -> Door:
    """Return a line with what is not done of some rulesets; it leads to just that."""
    codes = list(dict.fromkeys(state.ruleset.code for state in states))
    count = len({row.ref for state in states for row in state.open_rows})
    query = f"code:{'|'.join(codes).lower()} role:{role} is:demanded is:open"
    return _door(sign, count, f"not done, {event}: {', '.join(codes)}", f"query:{query}")


def _items(board: Board, signs: Signs) -> list[tuple[list[Row], str, str, str]]:
    """Return items in trouble: sign, words, and the query that means just them."""
    rows = list(board.rows.values())
    overdue = [e for e in rows if e.overdue]
    blocked = [e for e in rows if e.record.status == "blocked"]
    stale = [e for e in rows if "stale" in e.evidence]
    gone = [e for e in rows if {"missing", "changed"} & set(e.evidence)]
    upstream = [e for e in rows if e.changed]
    lost = "with missing or changed evidence"
    read = "changed upstream, needs review"
    return [
        (overdue, signs.overdue, _oldest(board, overdue), "query:is:overdue"),
        (blocked, signs.status["blocked"], STATUS_WORDS["blocked"], "query:status:blocked"),
        (stale, signs.stale, _stale_words(board, stale), "query:evidence:stale"),
        (gone, signs.stale, lost, "query:evidence:missing|changed"),
        (upstream, signs.changed, read, "query:is:changed"),
    ]


def _stale_words(board: Board, stale: list[Row]) -> str:
    """State whether evidence is too old today, or will be at the milestone that it is for."""
    days = [find_stale_day(row) for row in stale]
    later = sum(day is not None and day > board.today for day in days)
    if not later:
        return "with stale evidence"
    if later == len(stale):
        return f"with evidence going stale from {min(day for day in days if day)}"
    return f"with stale evidence, {later} of them later"


def _replaced(board: Board, signs: Signs) -> list[Door]:
    """Return what nearer files take out of the shipped ones; it leads to the gate."""
    found = list_replacements(board.project)
    if not any(one.takes_out for one in found):
        return []
    text = f"{signs.changed} {summarize(found)}"
    target = f"gate:{board.next_milestone}" if board.next_milestone else ""
    return [Door(Content.styled(text, "$text-warning"), target)]


def _soon(board: Board, signs: Signs) -> list[Door]:
    """Return how much evidence is good today and will not be at the next milestone."""
    count, before = count_soon(board)
    if not count:
        return []
    noun = "evidence item goes" if count == 1 else "evidence items go"
    words = f"{noun} stale before {one_line(before)}"
    return [_door(signs.stale, count, words, "evidence:state:soon")]


def _unverified(board: Board, signs: Signs) -> list[Door]:
    """Return how many files are to be verified; the register does that with one key."""
    links = {
        normalize_link(one.link)
        for row in [*board.rows.values(), *list_issue_rows(board)]
        if row.unverified
        for one, state in zip(row.record.evidence, row.evidence, strict=True)
        if state == EvidenceState.UNVERIFIED
    }
    if not links:
        return []
    words = f"evidence {'file' if len(links) == 1 else 'files'} {UNVERIFIED_WORDS}"
    sign = signs.evidence(EvidenceState.UNVERIFIED)
    return [_door(sign, len(links), words, "evidence:state:unverified")]


def _oldest(board: Board, overdue: Sequence[Row]) -> str:
    days = [(board.today - row.due).days for row in overdue if row.due]
    return f"overdue, oldest by {max(days)} d" if days else "overdue"


def _door(sign: str, count: int, words: str, target: str, styled: str = "sign") -> Door:
    """Return a line: sign, count, words; the sign colored, or all of it."""
    rest = f"{count:>3} {words}"
    if styled == "all":
        return Door(Content.styled(f"{sign} {rest}", "$text-warning"), target)
    return Door(Content.assemble((f"{sign} ", "$text-warning"), rest), target)
