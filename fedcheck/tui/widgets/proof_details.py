"""The details of a row of the evidence register, as styled text; never parsed as markup."""

from textual.content import Content

from fedcheck.insight.entries import Board
from fedcheck.insight.register import Row, Use
from fedcheck.model.dates import distance
from fedcheck.model.text import clean, one_line
from fedcheck.tui.signs import STATUS_STYLES, Signs

Part = str | Content | tuple[str, str]

INDENT = 12
STYLES = {"ok": "$text-success", "stale": "$text-warning", "soon": "$text-warning"}
STYLES |= {"missing": "$text-error", "changed": "$text-error", "lacking": "$text-warning"}


def details(board: Board, row: Row, signs: Signs) -> Content:
    """Return name, link, dates and items of a row."""
    proof, parts = row.proof, list[Part]()
    if proof is None:
        parts += [("No evidence yet", "bold"), "\n", _name("Expected")]
        gap = "\n" + " " * INDENT
        parts += [gap.join(one_line(text) for text in row.uses[0].entry.item.expects)]
    else:
        parts += [(one_line(proof.name), "bold"), "\n", _name("Link"), clean(proof.link)]
        digest = f"   sha256 {proof.sha256[:12]}" if proof.sha256 else ""
        parts += [(f"   {proof.kind}{digest}", "$foreground-muted")]
        day = proof.collected
        parts += ["\n", _name("Collected")]
        parts += [f"{day}  {distance(day, board.today)}" if day else "no date"]
        if proof.expires:
            parts += [("   expires ", "$foreground-muted"), str(proof.expires)]
        parts += ["\n", _name("Stale from"), _until(board, row.worst)]
    for number, use in enumerate(row.uses):
        parts += ["\n", _name("" if number else "For")]
        parts += _use(use, signs)
    return Content.assemble(*parts)


def _until(board: Board, use: Use) -> Part:
    """Say when a piece goes stale, and what judges it."""
    if use.stale_from is None:
        return ("never: nothing here asks for its age", "$foreground-muted")
    text = f"{use.stale_from}  {distance(use.stale_from, board.today)}"
    if use.at:
        stone = board.project.process.milestone(use.at)
        day = board.calendar.anchor(use.at)
        title = one_line(stone.title) if stone else use.at
        if day is None:
            return f"{text}   judged today, while {title} has no date"
        words = "after" if day < use.stale_from else "before"
        text += f"   {words} {title}, {day}"
    return (text, STYLES[use.standing]) if use.standing in ("stale", "soon") else text


def _use(use: Use, signs: Signs) -> list[Part]:
    entry = use.entry
    word = {"ok": "good", "soon": "soon stale"}.get(use.standing, use.standing)
    parts: list[Part] = [
        (signs.status[entry.state], STATUS_STYLES[entry.state]),
        " ",
    ]
    if use.proof is not None:
        parts += [(f"{word}  ", STYLES.get(use.standing, "$foreground-muted"))]
    return [*parts, one_line(entry.item.title), (f"  {entry.ref}", "$foreground-muted")]


def _name(text: str) -> Part:
    return (text.ljust(INDENT), "$foreground-muted")
