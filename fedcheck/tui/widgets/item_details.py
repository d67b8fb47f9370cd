"""The details of an item as styled text: plain while the cursor moves, never parsed as markup."""

import textwrap
from collections.abc import Iterator, Sequence

from textual.content import Content

from fedcheck.analysis.activity import HistoryRow
from fedcheck.analysis.board import Board
from fedcheck.analysis.explanations import list_item_terms
from fedcheck.analysis.statement_changes import StatementChange, list_statement_changes
from fedcheck.analysis.word_difference import MARKS
from fedcheck.domain.checklist import Item
from fedcheck.domain.dates import format_distance, parse_max_age
from fedcheck.domain.field import Group
from fedcheck.domain.field_values import fact_lines, text_blocks
from fedcheck.domain.fields import in_group
from fedcheck.domain.glossary import (
    SHARING_HINTS,
    STATUS_WORDS,
    UNSOUND_STATES,
    UNVERIFIED_WORDS,
    EvidenceState,
)
from fedcheck.domain.record import Record
from fedcheck.domain.row import Row
from fedcheck.domain.terms import Lexicon, mark_terms
from fedcheck.domain.text import clean, count_cells, one_line, pluralize
from fedcheck.keys.keymap import KeyMap
from fedcheck.tui.signs import EVIDENCE_STYLES, STATUS_STYLES, Signs
from fedcheck.tui.widgets.issue_details import mentions

NO_TERMS = Lexicon()

Part = str | Content | tuple[str, str]

INDENT = 12
BELOW = "\n" + " " * INDENT
MUTED = "$foreground-muted"

_WORD_STYLES = {"same": "", "removed": "$text-error strike", "added": "$text-success underline"}


def head(
    board: Board, row: Row, signs: Signs, keymap: KeyMap, lexicon: Lexicon = NO_TERMS
) -> Content:
    """Return title, reference, facts and official statement of an item; its terms are marked."""
    item, record = row.item, row.record
    parts: list[Part] = [(one_line(item.title), "bold"), "\n"]
    parts += [(row.ref, MUTED)]
    if item.code:
        parts += [("   " + one_line(item.code), MUTED)]
    parts += ["\n", (signs.status[row.state], STATUS_STYLES[row.state]), " "]
    parts += [(STATUS_WORDS[row.state], STATUS_STYLES[row.state])]
    facts = [record.result, item.level, _kind(item)]
    facts += [", ".join(item.controls), _deliverable(board, row), _limit(row)]
    parts += [("".join(f" · {one_line(fact)}" for fact in facts if fact), MUTED)]
    if row.unknown:
        parts += [
            ("\nIts file cannot be read; nothing is lost. See: fedcheck doctor", "$text-error")
        ]
    if row.private:
        parts += [(f"\n{row.sharing.capitalize()}: {SHARING_HINTS[row.sharing]}", MUTED)]
    if record.owner or row.due:
        parts += ["\n", one_line(record.owner) or ("no owner", MUTED)]
    if row.due:
        style = "$text-warning" if row.overdue else ""
        away = format_distance(row.due, board.today)
        parts += ["   ", (f"due {row.due.isoformat()}  {away}", style)]
    if row.overdue:
        parts += [(f"  {signs.overdue} overdue", "$text-warning")]
    if row.waiting:
        count = pluralize(len(row.waits), "item")
        why = f"waits for {count}" if row.waits else "not due to start yet"
        parts += [(f"\n{signs.waiting} {why}", MUTED)]
    if row.unsound:
        bad = [state for state in row.evidence if state in UNSOUND_STATES]
        told = ", ".join(dict.fromkeys(bad))
        parts += [
            (f"\n{signs.stale} {pluralize(len(bad), 'evidence item')}: {told}", "$text-warning")
        ]
    if row.unverified:
        files = pluralize(row.evidence.count(EvidenceState.UNVERIFIED), "file")
        sign = signs.evidence(EvidenceState.UNVERIFIED)
        text = f"\n{sign} {files} {UNVERIFIED_WORDS}"
        parts += [(text + keymap.hint("app.evidence", "to verify", ": "), MUTED)]
    if row.changed:
        text = f"\n{signs.changed} changed upstream since it was recorded; review it"
        confirms = keymap.hint("edit.confirm", "confirms your review", ", ")
        parts += [(text + confirms, "$text-warning")]
    if record.reason:
        parts += ["\n", _name("Reason"), clean(record.reason)]
    changes = list_statement_changes(row) if row.changed else []
    for change in changes:
        parts += ["\n\n", *_change(change, signs)]
    if item.official and not any(one.is_reworded for one in changes):
        parts += ["\n\n", _marked(clean(item.official), lexicon)]
    return Content.assemble(*parts)


def _change(change: StatementChange, signs: Signs) -> Iterator[Part]:
    """Yield the statement with the words that came and went, under what it is compared with."""
    code = f" ({one_line(change.former.code)} then)" if change.former.code else ""
    level = f", level {change.former.level} before" if change.is_other_level else ""
    yield (f"Changed since {one_line(change.version)}{code}{level}", MUTED)
    if not change.is_reworded:
        yield "\nThe statement is the same. Its level, times or listed controls changed."
        return
    for line in change.lines:
        for number, piece in enumerate(line):
            yield " " if number else "\n"
            before, after = MARKS[piece.kind] if signs.ascii_only else ("", "")
            yield (before + clean(piece.text) + after, _WORD_STYLES[piece.kind])


def _marked(text: str, lexicon: Lexicon) -> Content:
    """Return a text in which each term of the rules is underlined where it is used first."""
    content = Content(text)
    first = {mark.term.id: mark for mark in reversed(mark_terms(lexicon, text))}
    for mark in first.values():
        content = content.stylize("underline", mark.start, mark.end)
    return content


def _kind(item: Item) -> str:
    """Return how a test is done; nothing for a task."""
    if item.kind != "test":
        return ""
    return f"test: {', '.join(item.methods)}" if item.methods else "test"


def lists(
    board: Board,
    row: Row,
    signs: Signs,
    keymap: KeyMap,
    width: int = 0,
    past: Sequence[HistoryRow] = (),
    lexicon: Lexicon = NO_TERMS,
) -> Content:
    """Return what is expected, attached, needed, noted, where it comes from, what was done.

    Args:
        board: the project as it stands.
        row: the item.
        signs: the signs to draw with.
        keymap: the keys in force, for hints.
        width: the width in cells that long texts are wrapped to, under each other.
        past: the last lines of the item's history.
        lexicon: the terms that are known.
    """
    item, record = row.item, row.record
    parts: list[Part] = []
    line: list[Part]
    for number, (text, ticked) in enumerate(expected(row)):
        sign = signs.status["done" if ticked else "todo"]
        line = [(sign, "$text-success" if ticked else MUTED), f" {one_line(text)}"]
        parts += ["\n", _name("Expected" if not number else ""), _under(line, width)]
    for number, (evidence_item, state) in enumerate(
        zip(record.evidence, row.evidence, strict=True)
    ):
        good, style = state == EvidenceState.OK, EVIDENCE_STYLES[state]
        line = [
            (signs.evidence(state), style),
            f" {one_line(evidence_item.name)}",
        ]
        day = f"  {evidence_item.collected.isoformat()}" if evidence_item.collected else ""
        line.append((day + ("" if good else f"  {state}"), MUTED if good else style))
        parts += ["\n", _name("Evidence" if not number else ""), _under(line, width)]
    if not record.evidence and item.expects:
        adds = keymap.hint("edit.evidence", "adds some", "; ")
        parts += ["\n", _name("Evidence"), (f"none yet{adds}", MUTED)]
    for number, need in enumerate(item.needs):
        line = _need(board, need, signs)
        parts += ["\n", _name("Needs" if not number else ""), _under(line, width)]
    which = "it" if len(item.needs) == 1 else "one of them"
    if item.needs:
        parts += [(keymap.hint("edit.needs", f"opens {which}", BELOW), MUTED)]
    if row.later:
        milestone = board.project.process.milestone(item.after)
        title = one_line(milestone.title) if milestone else item.after
        parts += ["\n", _name("After"), (f"only after: {title}", MUTED)]
    named = mentions(board, row.ref, signs)
    if named:
        parts += [*named, (keymap.hint("edit.needs", "opens one of them", BELOW), MUTED)]
    for name, value in fact_lines(record, in_group(Record, Group.FACTS)):
        parts += ["\n", _name(name), _under([value], width)]
    for name, text in text_blocks(record):
        parts += ["\n", _name(name), _hanging(text, width)]
    inside = board.project.private_note(row.ref)
    if inside:
        parts += ["\n", _name("Private"), _hanging(inside, width)]
    terms = list_item_terms(lexicon, item)
    if terms:
        used = pluralize(len(terms), "defined term") + " used here"
        parts += ["\n", _name("Terms"), (used, MUTED)]
        parts += [(keymap.hint("edit.terms", "explains them", "; "), MUTED)]
    source = one_line(board.project.checklists[row.checklist].describe_source(item))
    if source:
        parts += ["\n", _name("Source"), (_hanging(source, width), MUTED)]
    for number, deed in enumerate(past):
        parts += ["\n", _name("History" if not number else ""), f"{deed.at:%Y-%m-%d}  "]
        parts += [(one_line(f"{deed.by}  {deed.what}", max(width - INDENT - 12, 30)), MUTED)]
    if past:
        all_of_it = keymap.hint("edit.history", "shows all of it and restores a point", BELOW)
        parts += [(all_of_it, MUTED)]
    return Content.assemble(*parts)


def expected(row: Row) -> list[tuple[str, bool]]:
    """Return what evidence is expected, each with whether it is there.

    A piece that is called as expected answers just that. Otherwise nobody can tell which piece
    is for what: all is there once there are as many pieces as are expected.
    """
    names = [one_line(evidence_item.name).casefold() for evidence_item in row.record.evidence]
    expects = row.item.expects
    enough = len(names) >= len(expects)
    return [(text, enough or one_line(text).casefold() in names) for text in expects]


def details(
    board: Board,
    row: Row,
    signs: Signs,
    keymap: KeyMap,
    width: int = 0,
    past: Sequence[HistoryRow] = (),
    lexicon: Lexicon = NO_TERMS,
) -> Content:
    """Return everything about an item; the guidance is as it was written."""
    guidance = clean(row.item.full_guidance).strip()
    flowing = "\n\n".join(_flow(paragraph) for paragraph in guidance.split("\n\n"))
    middle: list[Part] = ["\n\n", flowing, "\n"] if guidance else ["\n"]
    below = lists(board, row, signs, keymap, width, past, lexicon)
    return Content.assemble(head(board, row, signs, keymap, lexicon), *middle, below)


def _flow(paragraph: str) -> str:
    """Join the lines of a paragraph, so that it wraps to the width; lists keep their lines."""
    lines = paragraph.splitlines()
    if any(line.lstrip().startswith(("- ", "* ", "1. ")) for line in lines):
        return paragraph
    return " ".join(line.strip() for line in lines)


def _name(text: str) -> Part:
    """Return the name of a part; a longer one keeps a blank before what follows."""
    return (text.ljust(INDENT) if len(text) < INDENT else text + " ", MUTED)


def _under(parts: Sequence[Part], width: int) -> Content:
    """Return a styled line, wrapped so that it is under itself, after the name of the part."""
    line = Content.assemble(*parts)
    return Content("\n" + " " * INDENT).join(line.wrap(max(width - INDENT, 24))) if width else line


def _hanging(text: str, width: int) -> str:
    """Return a text whose lines are under each other, after the name of the part."""
    room = max(width - INDENT, 24)
    lines: list[str] = []
    for line in clean(text).splitlines():
        whole = not width or count_cells(line) <= room
        lines += [line] if whole else textwrap.wrap(line, room) or [""]
    return ("\n" + " " * INDENT).join(lines)


def _need(board: Board, need: str, signs: Signs) -> list[Part]:
    row = board.rows.get(need)
    if row is None:
        return [(f"{need} (does not apply)", MUTED)]
    status = row.state
    owner = row.record.owner or row.role
    due = f", due {row.due.isoformat()}" if row.due and not row.record.closed else ""
    return [
        (signs.status[status], STATUS_STYLES[status]),
        f" {one_line(row.item.title)}",
        (f"  ({one_line(owner)}{due})", MUTED),
    ]


def _deliverable(board: Board, row: Row) -> str:
    wanted = row.item.deliverable
    for deliverable in board.project.process.deliverables:
        if deliverable.id == wanted:
            return f"for the {deliverable.title}"
    return ""


def _limit(row: Row) -> str:
    item = row.item
    if item.max_age:
        limit = parse_max_age(item.max_age)
        return f"evidence at most {limit.span} old" + (f" at {limit.at}" if limit.at else "")
    return f"renewed every {item.every}" if item.every else ""
