"""The details of an item as styled text: plain while the cursor moves, never parsed as markup."""

from textual.content import Content

from fedcheck.insight.entries import Board
from fedcheck.model.dates import distance, parse_max_age
from fedcheck.model.entry import Entry
from fedcheck.model.record import STATUS_WORDS
from fedcheck.model.text import clean, one_line
from fedcheck.tui.signs import STATUS_STYLES, Signs

Part = str | Content | tuple[str, str]

INDENT = 12


def head(board: Board, entry: Entry, signs: Signs) -> Content:
    """Return title, reference and facts of an item, in a few lines."""
    item, record = entry.item, entry.record
    parts: list[Part] = [(one_line(item.title), "bold"), "\n"]
    parts += [(entry.ref, "$foreground-muted")]
    if item.code:
        parts += [("   " + one_line(item.code), "$foreground-muted")]
    parts += ["\n", (signs.status[entry.state], STATUS_STYLES[entry.state]), " "]
    parts += [(STATUS_WORDS[entry.state], STATUS_STYLES[entry.state])]
    facts = [record.result, item.level, item.kind if item.kind == "test" else ""]
    facts += [", ".join(item.controls), _deliverable(board, entry), _limit(entry)]
    parts += [("".join(f" · {one_line(fact)}" for fact in facts if fact), "$foreground-muted")]
    if entry.unknown:
        parts += [("\nIts file cannot be read; nothing is lost: fedcheck doctor", "$text-error")]
    if entry.private:
        parts += [("\nPrivate: in no report, in no gate", "$text-muted")]
    if record.owner or entry.due:
        parts += ["\n", one_line(record.owner) or ("nobody has it", "$foreground-muted")]
    if entry.due:
        style = "$text-warning" if entry.overdue else ""
        away = distance(entry.due, board.today)
        parts += ["   ", (f"due {entry.due.isoformat()}  {away}", style)]
    if entry.overdue:
        parts += [(f"  {signs.overdue} overdue", "$text-warning")]
    if entry.changed:
        text = f"\n{signs.changed} changed upstream since it was recorded; read it, then press c"
        parts += [(text, "$text-warning")]
    if record.reason:
        parts += ["\n", _name("Reason"), clean(record.reason)]
    return Content.assemble(*parts)


def lists(board: Board, entry: Entry, signs: Signs) -> Content:
    """Return what is expected, attached, needed, noted, and where it all comes from."""
    item, record = entry.item, entry.record
    parts: list[Part] = []
    for number, text in enumerate(item.expects):
        parts += ["\n", _name("Expected" if not number else "")]
        parts += [(one_line(text), "$foreground-muted" if record.evidence else "")]
    for number, (proof, state) in enumerate(zip(record.evidence, entry.evidence, strict=True)):
        good = state == "ok"
        parts += ["\n", _name("Evidence" if not number else "")]
        sign = signs.status["done"] if good else signs.stale
        parts += [(sign, "$text-success" if good else "$text-warning"), " ", one_line(proof.name)]
        day = f"  {proof.collected.isoformat()}" if proof.collected else ""
        parts += [
            (day + ("" if good else f"  {state}"), "$foreground-muted" if good else "$text-warning")
        ]
    if not record.evidence and item.expects:
        parts += ["\n", _name("Evidence"), ("none yet; e adds some", "$foreground-muted")]
    for number, need in enumerate(item.needs):
        parts += ["\n", _name("Needs" if not number else ""), *_need(board, need, signs)]
    if entry.later:
        stone = board.project.process.milestone(item.after)
        title = one_line(stone.title) if stone else item.after
        parts += [
            "\n",
            _name("After"),
            (f"only once this has taken place: {title}", "$foreground-muted"),
        ]
    if record.note:
        parts += ["\n", _name("Note"), _hanging(clean(record.note))]
    inside = board.project.private_note(entry.ref)
    if inside:
        parts += ["\n", _name("Private"), _hanging(clean(inside))]
    source, where = board.project.checklists[entry.checklist].source_of(item)
    if source:
        text = f"{one_line(source.title)}, {one_line(where)}" if where else one_line(source.title)
        parts += ["\n", _name("Source"), (text, "$foreground-muted")]
    return Content.assemble(*parts)


def details(board: Board, entry: Entry, signs: Signs) -> Content:
    """Return everything about an item; the guidance stands as it was written."""
    guidance = clean(entry.item.guidance).strip()
    flowing = "\n\n".join(_flow(paragraph) for paragraph in guidance.split("\n\n"))
    middle: list[Part] = ["\n\n", flowing, "\n"] if guidance else ["\n"]
    return Content.assemble(head(board, entry, signs), *middle, lists(board, entry, signs))


def _flow(paragraph: str) -> str:
    """Join the lines of a paragraph, so that it wraps to the width; lists keep their lines."""
    lines = paragraph.splitlines()
    if any(line.lstrip().startswith(("- ", "* ", "1. ")) for line in lines):
        return paragraph
    return " ".join(line.strip() for line in lines)


def _name(text: str) -> Part:
    return (text.ljust(INDENT), "$foreground-muted")


def _hanging(text: str) -> str:
    return text.replace("\n", "\n" + " " * INDENT)


def _need(board: Board, need: str, signs: Signs) -> list[Part]:
    entry = board.entries.get(need)
    if entry is None:
        return [(f"{need} (does not apply)", "$foreground-muted")]
    status = entry.state
    owner = entry.record.owner or entry.role
    due = f", due {entry.due.isoformat()}" if entry.due and not entry.record.closed else ""
    return [
        (signs.status[status], STATUS_STYLES[status]),
        f" {one_line(entry.item.title)}",
        (f"  ({one_line(owner)}{due})", "$foreground-muted"),
    ]


def _deliverable(board: Board, entry: Entry) -> str:
    wanted = entry.item.deliverable
    for paper in board.project.process.deliverables:
        if paper.id == wanted:
            return f"for the {paper.title}"
    return ""


def _limit(entry: Entry) -> str:
    item = entry.item
    if item.max_age:
        limit = parse_max_age(item.max_age)
        return f"evidence at most {limit.span} old" + (f" at {limit.at}" if limit.at else "")
    return f"renewed every {item.every}" if item.every else ""
