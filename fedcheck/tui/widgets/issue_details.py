"""The details of a request or finding, as styled text and on a full screen."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message

from fedcheck.analysis.activity import HistoryRow
from fedcheck.analysis.board import Board
from fedcheck.analysis.issues import (
    Issue,
    find_next_actor,
    is_overdue,
    list_issues_of_item,
    state_of,
)
from fedcheck.domain.dates import format_distance
from fedcheck.domain.field import Group
from fedcheck.domain.field_values import fact_lines, text_blocks
from fedcheck.domain.fields import in_group
from fedcheck.domain.finding import REMEDIATION, Finding
from fedcheck.domain.glossary import STATUS_WORDS
from fedcheck.domain.reference import split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.text import clean, one_line
from fedcheck.keys.keymap import KeyMap
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.signs import STATUS_STYLES, Signs
from fedcheck.tui.widgets.issue_columns import RISK_STYLES, SIGNS, THEME, asker_and_answerer

Part = str | Content | tuple[str, str]

Line = tuple[str, Content]
"""A name, or none, and what is next to it."""

INDENT = 12
MUTED = "$foreground-muted"
_GOOD, _WARN, _BAD = "$text-success", "$text-warning", "$text-error"


def details(
    board: Board,
    thing: Issue,
    signs: Signs,
    keymap: KeyMap,
    story: Sequence[HistoryRow] | None,
    width: int,
) -> Content:
    """Return everything about a request or a finding.

    Args:
        board: the project as it stands.
        thing: the request or the finding.
        signs: how states are drawn.
        keymap: the keys in force, for hints.
        story: what was done to it; None while that is not read yet.
        width: how many cells a line has.
    """
    parts = _head(board, thing, signs)
    if thing.text:
        parts += ["\n\n", clean(thing.text).strip()]
    parts.append("\n")
    told = _of_request(thing, keymap) if isinstance(thing, Request) else _of_finding(thing, keymap)
    more = [*_details(thing), *_proofs(thing, signs), *_items(board, thing, signs, keymap)]
    for name, value in [*told, *more]:
        parts += ["\n", _block(name, value, width)]
    for number, (name, value) in enumerate(_told(story)):
        parts += ["\n" if number else "\n\n", _block(name, value, width)]
    return Content.assemble(*parts)


def mentions(board: Board, ref: str, signs: Signs) -> list[Part]:
    """Return the requests and findings that name an item, for the details of that item."""
    parts: list[Part] = []
    named: tuple[tuple[str, list[Issue]], ...] = (
        ("Findings", list_issues_of_item(board.project.findings, ref)),
        ("Requests", list_issues_of_item(board.project.requests, ref)),
    )
    for name, things in named:
        for number, thing in enumerate(things):
            state = state_of(thing)
            status, style = SIGNS[state]
            parts += ["\n", _name(name if not number else "")]
            parts += [(f"{signs.status[status]} {state}", THEME[style] or MUTED), "  "]
            if isinstance(thing, Finding):
                parts += [(f"{thing.risk}  ", THEME[RISK_STYLES[thing.risk]])]
            parts += [one_line(thing.title)]
            if is_overdue(thing, board.today):
                parts += [(f"  {signs.overdue} overdue", "$text-warning")]
    return parts


def _head(board: Board, thing: Issue, signs: Signs) -> list[Part]:
    state = state_of(thing)
    status, style = SIGNS[state]
    parts: list[Part] = [(one_line(thing.title), "bold"), "\n"]
    parts += [(f"{signs.status[status]} {state}", THEME[style] or "")]
    if isinstance(thing, Finding):
        parts += ["   ", (f"{thing.risk} risk", THEME[RISK_STYLES[thing.risk]])]
        parts += ["   ", one_line(thing.owner) or ("no owner", MUTED)]
    else:
        parts += ["   ", asker_and_answerer(thing, signs)]
    if thing.due:
        late = is_overdue(thing, board.today)
        over = thing.state in ("accepted", "closed")
        away = "" if over else f"  {format_distance(thing.due, board.today)}"
        parts += ["   ", (f"due {thing.due.isoformat()}{away}", "$text-warning" if late else "")]
        parts += [(f"  {signs.overdue} overdue", "$text-warning")] if late else []
    parts += ["\n", (" · ".join([thing.id, *_facts(thing)]), MUTED)]
    return parts


def _facts(thing: Issue) -> list[str]:
    if isinstance(thing, Finding):
        limit = f"{REMEDIATION[thing.risk].count} days to remediate"
        found = [limit, _day("found", thing.found), _day("closed", thing.closed)]
    else:
        kind = "request for evidence" if thing.kind == "evidence" else "question"
        place = " ".join(one_line(part) for part in (thing.document, thing.section) if part)
        round_ = one_line(thing.round)
        found = [kind, f"round {round_}" if round_[:1].isdigit() else round_, place]
        found += [_day("asked", thing.asked), _day("answered", thing.answered)]
    return [fact for fact in found if fact]


def _day(word: str, day: date | None) -> str:
    return f"{word} {day.isoformat()}" if day else ""


def _of_request(request: Request, keymap: KeyMap) -> Iterator[Line]:
    if request.comment:
        back = request.returned
        text = clean(request.comment).strip()
        yield "Returned" if back else "Comment", Content.styled(text, _WARN if back else "")
    if request.answer:
        yield "Answer", Content(clean(request.answer).strip())
    elif request.state == "open":
        writes = keymap.hint("requests.answer", "writes it", "; ")
        attaches = keymap.hint("ledger.evidence", "attaches evidence", "; ")
        hint = f"waits for {one_line(find_next_actor(request))}{writes}{attaches}"
        yield "Answer", Content.styled(hint, MUTED)
    if request.state == "answered":
        accepts = keymap.hint("requests.accept", "accepts it", "; ")
        returns = keymap.hint("requests.return", "returns it", "; ")
        hint = f"waits for {one_line(find_next_actor(request))}{accepts}{returns}"
        yield "", Content.styled(hint, MUTED)


def _of_finding(finding: Finding, keymap: KeyMap) -> Iterator[Line]:
    writes = keymap.hint("findings.plan", "writes it", "; ")
    none = f"none yet{writes}: gates require a plan with a date"
    plan = Content(clean(finding.plan).strip())
    yield "Plan", plan if finding.plan else Content.styled(none, MUTED)
    if finding.deviation:
        state = finding.deviation_state or "pending"
        style = {"approved": _GOOD, "rejected": _BAD}.get(state, "$accent")
        words = finding.deviation.replace("-", " ")
        yield "Deviation", Content.assemble(f"{words}  ", (state, style))
        yield "Rationale", Content(clean(finding.rationale).strip())
    if finding.retest:
        style = _GOOD if finding.retest == "passed" else _BAD
        day = f"  {finding.retested.isoformat()}" if finding.retested else ""
        yield "Retest", Content.assemble((finding.retest, style), (day, MUTED))


def _details(thing: Issue) -> Iterator[Line]:
    """Yield the fields that have no place of their own above."""
    for name, text in text_blocks(thing):
        yield name, Content(clean(text).strip())
    rows = (*in_group(type(thing), Group.FACTS), *in_group(type(thing), Group.DETAILS))
    for number, (name, value) in enumerate(fact_lines(thing, rows)):
        yield "Details" if not number else "", Content.assemble((f"{name}  ", MUTED), value)


def _proofs(thing: Issue, signs: Signs) -> Iterator[Line]:
    for number, evidence_item in enumerate(thing.evidence):
        day = f"  {evidence_item.collected.isoformat()}" if evidence_item.collected else ""
        sign = signs.status["done"]
        line = Content.assemble((f"{sign} ", _GOOD), one_line(evidence_item.name), (day, MUTED))
        yield "Evidence" if not number else "", line


def _items(board: Board, thing: Issue, signs: Signs, keymap: KeyMap) -> Iterator[Line]:
    for number, ref in enumerate(thing.items):
        name, row = "Items" if not number else "", board.rows.get(ref)
        if row is None:
            gone = f"{one_line(ref)} (does not apply, or was removed)"
            yield name, Content.styled(gone, MUTED)
            continue
        word = row.record.result or STATUS_WORDS[row.state]
        yield (
            name,
            Content.assemble(
                (f"{signs.status[row.state]} ", STATUS_STYLES[row.state]),
                one_line(row.item.title),
                (f"  {word}  {split_ref(ref)[1]}", MUTED),
            ),
        )
    if not thing.items:
        links = keymap.hint("ledger.item", "links one", "; ")
        yield "Items", Content.styled(f"none{links}", MUTED)


def _told(story: Iterable[HistoryRow] | None) -> Iterator[Line]:
    for number, deed in enumerate(reversed(list(story or ()))):
        when = f"{deed.at.date().isoformat()}  {one_line(deed.by)}  "
        line = Content.assemble((when, MUTED), one_line(deed.what))
        yield "Story" if not number else "", line


def _block(name: str, value: Content, width: int) -> Content:
    """Return a name and next to it what it stands for, wrapped to the room that is left."""
    lines = value.wrap(max(width - INDENT, 20))
    indent = " " * INDENT
    return Content.assemble(_name(name), Content("\n" + indent).join(lines))


def _name(text: str) -> Part:
    return (text.ljust(INDENT), MUTED)


class Page(VerticalScroll, can_focus=True):
    """The details, opened: keys scroll them, and lead on to an item."""

    BINDINGS = bindings("ledger-page")

    class Left(Message):
        """A person goes on to an item that is linked."""

    class Resized(Message):
        """There is another width now to wrap lines to."""

    def on_resize(self) -> None:
        """Have the lines wrapped again."""
        self.post_message(self.Resized())

    def action_page_item(self) -> None:
        """Go to an item that is linked."""
        self.post_message(self.Left())

    def action_page_down(self) -> None:
        """Scroll down."""
        self.scroll_down(animate=False)

    def action_page_up(self) -> None:
        """Scroll up."""
        self.scroll_up(animate=False)
