"""What needs attention, as doors: bad news first, each with what it counts behind it."""

from collections.abc import Sequence
from pathlib import PurePath

from textual.content import Content

from fedcheck.insight.entries import Board
from fedcheck.insight.orphans import orphans
from fedcheck.insight.register import full_register
from fedcheck.model.entry import Entry
from fedcheck.model.record import STATUS_WORDS
from fedcheck.model.text import one_line
from fedcheck.tui.signs import Signs
from fedcheck.tui.widgets.doors import Door

NONE = "Nothing: no item is overdue, blocked or stale"


def attention(board: Board, signs: Signs) -> list[Door]:
    """Return what needs attention; one line without a door where nothing does."""
    doors = [
        _door(sign, len(found), words, target)
        for found, sign, words, target in _items(board, signs)
        if found
    ]
    doors += _soon(board, signs)
    asked = [request for request in board.project.requests if request.state == "open"]
    if asked:
        noun = "request" if len(asked) == 1 else "requests"
        doors.append(_door("?", len(asked), f"{noun} unanswered", "requests:is:open", "all"))
    gaps = [finding for finding in board.project.findings if finding.state == "open"]
    if gaps:
        high = sum(gap.risk == "high" for gap in gaps)
        noun = "finding" if len(gaps) == 1 else "findings"
        words = f"{noun} open" + (f", {high} high" if high else "")
        doors.append(_door(signs.overdue, len(gaps), words, "findings:is:open", "all"))
    lost = orphans(board.project)
    if lost:
        words = "orphaned: the checklist has the item no more"
        doors.append(_door(signs.changed, len(lost), words, "orphans:", "all"))
    for number, broken in enumerate(board.project.broken):
        place = PurePath(broken.path).name + (f":{broken.line}" if broken.line else "")
        text = f"! {place}: {one_line(broken.message)}"
        doors.append(Door(Content.styled(text, "$text-error"), f"broken:{number}"))
    return doors or [Door(Content.styled(NONE, "$foreground-muted"))]


def _items(board: Board, signs: Signs) -> list[tuple[list[Entry], str, str, str]]:
    """Return items in trouble: sign, words, and the query that means just them."""
    entries = list(board.entries.values())
    overdue = [e for e in entries if e.overdue]
    blocked = [e for e in entries if e.record.status == "blocked"]
    stale = [e for e in entries if "stale" in e.evidence]
    gone = [e for e in entries if {"missing", "changed"} & set(e.evidence)]
    upstream = [e for e in entries if e.changed]
    lost = "with evidence missing or changed"
    read = "changed upstream, to be read again"
    return [
        (overdue, signs.overdue, _oldest(board, overdue), "query:is:overdue"),
        (blocked, signs.status["blocked"], STATUS_WORDS["blocked"], "query:status:blocked"),
        (stale, signs.stale, "with evidence that is too old", "query:evidence:stale"),
        (gone, signs.stale, lost, "query:evidence:missing|changed"),
        (upstream, signs.changed, read, "query:is:changed"),
    ]


def _soon(board: Board, signs: Signs) -> list[Door]:
    """Return how much evidence is good today and will not be at the next milestone."""
    found = full_register(board)
    count = found.counts["soon"]
    if not count:
        return []
    noun = "piece of evidence goes" if count == 1 else "pieces of evidence go"
    words = f"{noun} stale before {one_line(found.before)}"
    return [_door(signs.stale, count, words, "evidence:state:soon")]


def _oldest(board: Board, overdue: Sequence[Entry]) -> str:
    days = [(board.today - entry.due).days for entry in overdue if entry.due]
    return f"overdue, the oldest by {max(days)} d" if days else "overdue"


def _door(sign: str, count: int, words: str, target: str, styled: str = "sign") -> Door:
    """Return a line: sign, count, words; the sign coloured, or all of it."""
    rest = f"{count:>3} {words}"
    if styled == "all":
        return Door(Content.styled(f"{sign} {rest}", "$text-warning"), target)
    return Door(Content.assemble((f"{sign} ", "$text-warning"), rest), target)
