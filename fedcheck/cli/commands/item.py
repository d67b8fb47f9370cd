"""Commands on single items: show, set, undo, redo."""

import textwrap
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from fedcheck.analysis.activity import story
from fedcheck.cli import completion, json_documents, output
from fedcheck.cli.commands import issues
from fedcheck.cli.options import (
    as_of_option,
    complain,
    json_option,
    open_workspace,
    paint,
    print_json,
    say,
    workspace_option,
)
from fedcheck.domain.change_text import describe, describe_change, is_bookkeeping
from fedcheck.domain.edits import Withdrawal
from fedcheck.domain.field import Group, within_sentence
from fedcheck.domain.field_values import fact_lines, text_blocks
from fedcheck.domain.fields import in_group
from fedcheck.domain.glossary import STATUS_GLYPHS
from fedcheck.domain.record import Record
from fedcheck.domain.reference import split
from fedcheck.domain.text import clean, one_line
from fedcheck.errors import FedcheckError
from fedcheck.storage.record_file import RESERVED

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.domain.change import HistoryLine
    from fedcheck.domain.row import Row
    from fedcheck.session import Session, Transaction


@click.command()
@click.argument("item", shell_complete=completion.items)
@workspace_option
@as_of_option
@json_option
def show(item: str, workspace: str | None, as_of: date | None, as_json: bool) -> None:
    """Show everything about one ITEM.

    A tail of the reference is enough where it is unambiguous.

    \b
    Example:
      fedcheck show mandate-1-fips
    """
    issues.only_items(item)
    session = open_workspace(workspace, as_of)
    board = session.board()
    row = board.rows[session.resolve(item)]
    if as_json:
        document = json_documents.show_document(board, row, _history(session, row.ref))
        print_json(document)
        return
    _print_item(session, board, row)


def _print_item(session: "Session", board: "Board", row: "Row") -> None:
    item, record = row.item, row.record
    say(paint(one_line(item.title), bold=True))
    say(paint(row.ref, dim=True) + (f"   {one_line(item.code)}" if item.code else ""))
    result = f"   {record.result}" if record.result else ""
    say(f"{output.status_text(row.state).rstrip()}{result}   {output.marks(row)}".rstrip())
    say()
    recorded = fact_lines(record, in_group(Record, Group.FACTS))
    facts = [
        ("level", f"{item.level}, {item.kind}"),
        ("owner", record.owner),
        ("due", output.due_text(row.due, board.today)),
        ("done", record.done.isoformat() if record.done else ""),
        ("reason", record.reason),
        ("controls", ", ".join(item.controls)),
        ("methods", ", ".join(item.methods)),
        ("deliverable", item.deliverable),
        ("evidence limit", item.max_age or (f"renewed every {item.every}" if item.every else "")),
        ("after", item.after),
        *((within_sentence(name), value) for name, value in recorded),
    ]
    for name, value in facts:
        if value:
            say(f"{name:<14}  {one_line(value)}")
    if item.official:
        say()
        _lines(item.official)
    if item.guidance.strip():
        say()
        _paragraphs(item.guidance)
    _block("Expected", item.expects)
    _block("Needs", [_need(board, need) for need in item.needs])
    _block(
        "Evidence",
        [
            f"{proof.id}  {state:<7}  {proof.collected or '':<10}  {one_line(proof.name)}"
            + (f"  {one_line(proof.link)}" if proof.label else "")
            for proof, state in zip(record.evidence, row.evidence, strict=True)
        ],
    )
    for title, text in text_blocks(record):
        say()
        say(title)
        say(textwrap.indent(clean(text), "  "))
    inside = board.project.private_note(row.ref)
    if inside:
        say()
        say("Private note (stays under private/)")
        say(textwrap.indent(clean(inside), "  "))
    source, where = board.project.checklists[row.checklist].source_of(item)
    if source:
        _block("Source", [f"{source.title}, {where}" if where else source.title, source.url])
    issues.of_item(board, row.ref)
    deeds = story(_history(session, row.ref), ZoneInfo(board.project.config.timezone))[-5:]
    _block("History", [f"{d.at:%Y-%m-%d %H:%M}  {d.by}  {d.what}" for d in deeds])


def _history(session: "Session", ref: str) -> "list[HistoryLine]":
    """Return the history of an item; where it cannot be read, that is a warning."""
    try:
        return session.history(ref)
    except FedcheckError as error:
        complain(f"warning: {error}", error.hint)
        return []


def _paragraphs(text: str) -> None:
    room = min(output.width() or 100, 100)
    for paragraph in clean(text).strip().split("\n\n"):
        if paragraph.lstrip().startswith(("-", "*", "1.")):
            say(paragraph)
        else:
            say(textwrap.fill(" ".join(paragraph.split()), room))
        say()


def _lines(text: str) -> None:
    """Print a text whose lines mean something: each is wrapped under its own beginning."""
    room = min(output.width() or 100, 100)
    for line in clean(text).splitlines():
        indent = " " * min(len(line) - len(line.lstrip()), 20)
        say(textwrap.fill(line.strip(), room, initial_indent=indent, subsequent_indent=indent))


def _block(title: str, lines: "list[str] | tuple[str, ...]") -> None:
    shown = [line for line in lines if line]
    if shown:
        say()
        say(title)
        for line in shown:
            say(f"  {one_line(line)}")


def _need(board: "Board", need: str) -> str:
    row = board.rows.get(need)
    if row is None:
        return f"{need}  (does not apply)"
    status = STATUS_GLYPHS[row.state]
    owner = row.record.owner or row.role
    return f"{status} {need}  {one_line(row.item.title, 60)}  ({owner})"


def report_action(session: "Session", action: "Transaction", as_json: bool = False) -> None:
    """Print what an action changed."""
    if as_json:
        rows = [
            {"ref": c.ref, "field": c.field, "old": c.old, "new": c.new} for c in action.changes
        ]
        print_json({"schema": "fedcheck/change@1", "tx": action.tx, "changes": rows})
        return
    shown = [change for change in action.changes if not is_bookkeeping(change)]
    for ref in dict.fromkeys(change.ref for change in shown):
        of_it = [change for change in shown if change.ref == ref]
        if split(ref)[0] in RESERVED:
            say(f"saved  {ref}  {describe(of_it)}")
            continue
        for change in of_it:
            say(f"saved  {ref}  {describe_change(change)}")
    if not action.changes:
        say("No change: the values were already set.")
    elif not shown:
        say(f"saved  {action.label}")


def withdraw_issue(session: "Session", book: str, text: str, reason: str, as_json: bool) -> None:
    """Take a request or a finding out of its register; say so."""
    ref = issues.ref_of(session, book, text)
    title = getattr(session.project.thing(ref), "title", "")
    action = session.apply([ref], Withdrawal(reason))
    if as_json:
        report_action(session, action, as_json)
        return
    say(one_line(f"{split(ref)[1]}  withdrawn: {title}", 200))


@click.command()
@workspace_option
@json_option
def undo(workspace: str | None, as_json: bool) -> None:
    """Take your last change back; what others did stays.

    \b
    Example:
      fedcheck undo
    """
    session = open_workspace(workspace)
    action = session.undo()
    if not as_json:
        say(action.label)
    report_action(session, action, as_json)


@click.command()
@workspace_option
@json_option
def redo(workspace: str | None, as_json: bool) -> None:
    """Make the change again that was undone last.

    \b
    Example:
      fedcheck redo
    """
    session = open_workspace(workspace)
    action = session.redo()
    if not as_json:
        say(action.label)
    report_action(session, action, as_json)
