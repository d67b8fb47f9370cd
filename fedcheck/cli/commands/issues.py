"""What the commands on requests and on findings share: ids, days, texts, proof, blocks."""

import textwrap
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fedcheck.analysis.activity import story
from fedcheck.analysis.issues import Issue, is_overdue, list_issues_of_item, state_of
from fedcheck.cli import output
from fedcheck.cli.options import print_error, print_line, print_lines, read_due_option, style_text
from fedcheck.domain.dates import format_distance
from fedcheck.domain.field import Field, Group, Kind, within_sentence
from fedcheck.domain.field_values import fact_lines
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.glossary import STATUS_GLYPHS
from fedcheck.domain.reference import find_nearest, split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.text import clean, one_line
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage.record_file import FINDINGS, REQUESTS
from fedcheck.storage.time_zones import find_zone

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.domain.change import HistoryLine
    from fedcheck.domain.evidence import Evidence
    from fedcheck.session import Session

ISSUE_WORDS = {REQUESTS: "request", FINDINGS: "finding"}
"""What one entry of a book is called."""

CANDIDATES = 20
"""How many things that may be meant are listed."""


def list_issues(session: "Session", book: str) -> Sequence[Issue]:
    """Return the requests or the findings. Raises FedcheckError where their file is broken."""
    for broken in session.project.broken:
        if not broken.private and Path(broken.path) == session.root / f"{book}.toml":
            raise FedcheckError(f"{book}.toml cannot be used", "fix it: fedcheck doctor")
    return session.project.requests if book == REQUESTS else session.project.findings


def resolve_ref(session: "Session", book: str, text: str) -> str:
    """Return the reference of what an id, or the beginning of one, means.

    Raises FedcheckError if that is in doubt.
    """
    known = {thing.id: thing for thing in list_issues(session, book)}
    start = text.removeprefix(f"{book}:")
    found = [start] if start in known else [one for one in known if start and one.startswith(start)]
    if len(found) == 1:
        return f"{book}:{found[0]}"
    shown = one_line(text, 80) or '""'
    if found:
        lines = [f"{one}  {one_line(known[one].title, 60)}" for one in found[:CANDIDATES]]
        listed = "\n  ".join(lines)
        raise FedcheckError(
            f"{shown}: may be any of\n  {listed}", "write more of it", ErrorKind.USAGE
        )
    name = ISSUE_WORDS[book]
    near = find_nearest(start, known, 3)
    hint = "did you mean " + " or ".join(near) + "?" if near else f"see: fedcheck {name} list"
    raise FedcheckError(f"{shown}: no such {name}", hint, ErrorKind.USAGE)


def resolve_refs(session: "Session", book: str, texts: Iterable[str]) -> list[str]:
    """Return the references of several."""
    return list(dict.fromkeys(resolve_ref(session, book, text) for text in texts))


def resolve_any_ref(session: "Session", text: str) -> str:
    """Return the reference of an item, or of a request or finding that is named in full."""
    book = split_ref(text)[0]
    return resolve_ref(session, book, text) if book in ISSUE_WORDS else session.resolve(text)


def require_item(text: str) -> None:
    """Refuse the reference of a request or finding, and state where it is shown."""
    book, thing = split_ref(text)
    if book in ISSUE_WORDS:
        shown, name = one_line(text, 80), ISSUE_WORDS[book]
        hint = f"see: fedcheck {name} show {one_line(thing, 40)}"
        raise FedcheckError(f"{shown}: is a {name}, not an item", hint, ErrorKind.USAGE)


def resolve_item_refs(session: "Session", items: Iterable[str]) -> tuple[str, ...]:
    """Return the items that are named. Raises FedcheckError for one of a private list."""
    refs = tuple(dict.fromkeys(session.resolve(item) for item in items))
    for ref in refs:
        if split_ref(ref)[0] in session.project.private_lists:
            hint = "requests and findings are shared and would reveal it"
            raise FedcheckError(f"{ref}: is private", hint, ErrorKind.USAGE)
    return refs


def parse_date_option(session: "Session", text: str | None) -> date | None:
    """Return the day that somebody typed, as `set --due` takes it. Raises FedcheckError."""
    due = read_due_option(session, text)
    return session.board().calendar.day_of(due) if due else None


def evidence_of(
    session: "Session", links: Iterable[str], kind: str | None, outside: bool
) -> "tuple[Evidence, ...]":
    """Return evidence for links; what is attached with an edit may be read from then on."""
    return tuple(
        session.new_evidence(link, here=Path.cwd(), kind=kind or "", outside=outside)
        for link in links
    )


def load_history(session: "Session", ref: str) -> "list[HistoryLine]":
    """Return the history of a request or finding; where it cannot be read, that is a warning."""
    try:
        return session.history(ref)
    except FedcheckError as error:
        print_error(f"warning: {error}", error.hint)
        return []


def format_due_cell(thing: Issue, today: date) -> str:
    """Return the due date of what is open, marked where it has passed."""
    if not thing.due or thing.state in ("accepted", "closed"):
        return ""
    return thing.due.isoformat() + (" !" if is_overdue(thing, today) else "")


def describe_due(thing: Issue, today: date) -> str:
    """Return the due date with its distance, while that matters."""
    if not thing.due:
        return ""
    far = thing.state not in ("accepted", "closed")
    return thing.due.isoformat() + (f", {format_distance(thing.due, today)}" if far else "")


def print_heading(thing: Issue, ref: str, what: str, today: date) -> None:
    """Print title, reference and state."""
    for line in textwrap.wrap(one_line(thing.title), output.terminal_width() or 100):
        print_line(style_text(line, bold=True))
    print_line(style_text(ref, dim=True) + f"   {what}")
    print_line(state_of(thing) + ("   ! overdue" if is_overdue(thing, today) else ""))
    print_line()


def print_fields(pairs: Iterable[tuple[str, str]]) -> None:
    """Print names and values, those that have one."""
    told = [(name, value) for name, value in pairs if value]
    wide = max([9, *(len(name) for name, _ in told)])
    for name, value in told:
        print_line(f"{name:<{wide}}  {one_line(value)}")


def more_facts(thing: Issue) -> list[tuple[str, str]]:
    """Return the fields of one line that have no place of their own, with their labels."""
    rows = (row for row in _more(thing) if row.kind is not Kind.TEXT)
    return [(within_sentence(label), value) for label, value in fact_lines(thing, tuple(rows))]


def more_texts(thing: Issue) -> list[tuple[str, str]]:
    """Return the long texts that have no place of their own, with their labels."""
    return [(row.label, getattr(thing, row.name)) for row in _more(thing) if row.kind is Kind.TEXT]


def _more(thing: Issue) -> tuple[Field, ...]:
    groups = (Group.FACTS, Group.TEXTS, Group.DETAILS)
    return tuple(row for row in FIELDS[type(thing)] if row.group in groups)


def print_paragraph(title: str, text: str) -> None:
    """Print a text under its title, folded to the width of the terminal."""
    if not text.strip():
        return
    print_line()
    print_line(title)
    room = min(output.terminal_width() or 100, 100) - 2
    for line in clean(text).strip("\n").splitlines():
        for part in textwrap.wrap(line, room, break_on_hyphens=False) or [""]:
            print_line(f"  {part}".rstrip())


def print_details(session: "Session", board: "Board", thing: Issue, ref: str) -> None:
    """Print what every request and finding ends with: items, evidence, story."""
    _print_lines("Items", [_describe_item(board, one) for one in thing.items])
    evidence_items = [
        [p.id, str(p.collected or ""), p.label or p.link, p.link if p.label else ""]
        for p in thing.evidence
    ]
    _print_lines("Evidence", output.format_table(evidence_items))
    deeds = story(load_history(session, ref), find_zone(board.project.config.timezone))
    if deeds:
        print_line()
        print_line("History")
    room = min(output.terminal_width() or 100, 100)
    for deed in deeds:
        when = f"  {deed.at:%Y-%m-%d %H:%M}  {one_line(deed.by)}  "
        line = when + one_line(deed.what)
        print_line(textwrap.fill(line, room, subsequent_indent=" " * 20, break_on_hyphens=False))


def _describe_item(board: "Board", ref: str) -> str:
    row = board.rows.get(ref)
    if row is None:
        return f"? {ref}  (not here)"
    return f"{STATUS_GLYPHS[row.state]} {ref}  {row.item.title}"


def print_issues_of_item(board: "Board", ref: str) -> None:
    """Print the requests and findings that name an item."""
    for title, things in (
        ("Requests", board.project.requests),
        ("Findings", board.project.findings),
    ):
        rows = [
            ["", t.id, _kind(t), state_of(t), format_due_cell(t, board.today), t.title]
            for t in list_issues_of_item(things, ref)
        ]
        if rows:
            print_line()
            print_line(title)
            print_lines(output.format_table(rows, flexible=5))


def _kind(thing: Issue) -> str:
    return thing.kind if isinstance(thing, Request) else thing.risk


def print_raise_hint(board: "Board", refs: Iterable[str]) -> None:
    """State how findings are raised for tests that are not satisfied and have none yet."""
    bare = []
    for ref in refs:
        known = [
            one.id
            for one in list_issues_of_item(board.project.findings, ref)
            if one.state == "open"
        ]
        if known:
            print_line(f"{ref}: listed in finding {', '.join(known)}")
        else:
            bare.append(ref)
    if bare:
        named = " ".join(f"--item {ref}" for ref in bare)
        print_line("This needs a finding. Describe the weakness and rate it high, moderate or low:")
        rated = '--likelihood moderate --impact moderate --recommendation "..."'
        print_line(f'  fedcheck finding add "..." {rated} {named}')


def _print_lines(title: str, lines: Sequence[str]) -> None:
    if lines:
        print_line()
        print_line(title)
        for line in lines:
            print_line(f"  {one_line(line, max(output.terminal_width() - 2, 0))}")


def print_new_ref(thing: Any, *parts: str) -> None:
    """Print the new id first, for scripts, then what it is."""
    more = ", ".join(part for part in parts if part)
    print_line(f"{thing.id}  {one_line(thing.title, 100)}" + (f"  ({more})" if more else ""))


def withdraw_issue(session: "Session", book: str, text: str, reason: str, as_json: bool) -> None:
    """Take a request or a finding out of its register; say so."""
    from fedcheck.cli.change_output import print_transaction  # `show` uses this module too
    from fedcheck.domain.edits import Withdrawal

    ref = resolve_ref(session, book, text)
    title = getattr(session.project.thing(ref), "title", "")
    action = session.apply([ref], Withdrawal(reason))
    if as_json:
        print_transaction(session, action, as_json)
        return
    print_line(one_line(f"{split_ref(ref)[1]}  withdrawn: {title}", 200))
