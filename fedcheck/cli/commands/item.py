"""The command that shows an item."""

import textwrap
from datetime import date
from typing import TYPE_CHECKING

import click

from fedcheck.analysis.activity import story
from fedcheck.analysis.explanations import list_item_terms
from fedcheck.analysis.statement_changes import list_statement_changes
from fedcheck.cli import completion, output, statement_difference
from fedcheck.cli.commands import explain, issues
from fedcheck.cli.options import (
    as_of_option,
    json_option,
    open_workspace,
    print_error,
    print_json,
    print_line,
    style_text,
    workspace_option,
)
from fedcheck.domain.field import Group, within_sentence
from fedcheck.domain.field_values import fact_lines, text_blocks
from fedcheck.domain.fields import in_group
from fedcheck.domain.glossary import STATUS_GLYPHS
from fedcheck.domain.record import Record
from fedcheck.domain.text import clean, one_line
from fedcheck.errors import FedcheckError, NoSuchItemError
from fedcheck.storage.time_zones import find_zone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedcheck.analysis.board import Board
    from fedcheck.domain.change import HistoryLine
    from fedcheck.domain.row import Row
    from fedcheck.domain.terms import Term
    from fedcheck.session import Session


@click.command()
@click.argument("item", shell_complete=completion.complete_items)
@workspace_option
@as_of_option
@json_option
@click.option("--diff", is_flag=True, help="Show how its official statement changed.")
@click.pass_context
def show(
    ctx: click.Context,
    item: str,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
    diff: bool,
) -> None:
    """Show everything about one ITEM, or explain a term or control.

    The end of the reference is enough if it is unambiguous. ITEM can also be a term of FedRAMP's
    rules, by name or id, or a control that the rules add to.

    With --diff: the words added to and removed from the official statement since the item was
    recorded, or in the newest import if nothing is recorded. Exit status 1 if the item changed and
    the earlier statement is not known.

    \b
    Example:
      fedcheck show mandate-1-fips
      fedcheck show VDR-TFR-PVR --diff
      fedcheck show "Accepted Vulnerability"
      fedcheck show "IA-2(8)"
    """
    issues.require_item(item)
    session = open_workspace(workspace, as_of)
    board = session.board()
    try:
        row = board.rows[session.resolve(item)]
    except NoSuchItemError as error:
        if not explain.explain(session, board, item, as_json):
            raise explain.with_suggestions(session, error, item) from None
        return
    terms = list_item_terms(explain.load_lexicon(session), row.item)
    if as_json:
        past = _load_history(session, row.ref)
        from fedcheck.cli import json_documents  # loaded here: words do not need it

        print_json(json_documents.show_document(board, row, past, terms))
        return
    if diff:
        ctx.exit(0 if statement_difference.print_difference(board, row) else 1)
    _print_item(session, board, row, terms)


def _print_item(session: "Session", board: "Board", row: "Row", terms: "Sequence[Term]") -> None:
    item, record = row.item, row.record
    print_line(style_text(one_line(item.title), bold=True))
    print_line(style_text(row.ref, dim=True) + (f"   {one_line(item.code)}" if item.code else ""))
    result = f"   {record.result}" if record.result else ""
    print_line(
        f"{output.status_text(row.state).rstrip()}{result}   {output.describe_marks(row)}".rstrip()
    )
    if list_statement_changes(row) and row.changed:
        print_line(f"What changed: fedcheck show {one_line(item.code or row.ref)} --diff")
    print_line()
    recorded = fact_lines(record, in_group(Record, Group.FACTS))
    facts = [
        ("level", f"{item.level}, {item.kind}"),
        ("owner", record.owner),
        ("due", output.format_due(row.due, board.today)),
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
            print_line(f"{name:<14}  {one_line(value)}")
    if item.official:
        print_line()
        _print_lines(item.official)
    if item.full_guidance.strip():
        print_line()
        _print_paragraphs(item.full_guidance)
    explain.print_item_terms(terms)
    _print_block("Expected", item.expects)
    _print_block("Needs", [_describe_need(board, need) for need in item.needs])
    _print_block(
        "Evidence",
        [
            f"{one.id}  {state:<10}  {one.collected or ''!s:<10}  {one_line(one.name)}"
            + (f"  {one_line(one.link)}" if one.label else "")
            for one, state in zip(record.evidence, row.evidence, strict=True)
        ],
    )
    for title, text in text_blocks(record):
        print_line()
        print_line(title)
        print_line(textwrap.indent(clean(text), "  "))
    inside = board.project.private_note(row.ref)
    if inside:
        print_line()
        print_line("Private note (kept under private/)")
        print_line(textwrap.indent(clean(inside), "  "))
    checklist = board.project.checklists[row.checklist]
    source, _ = checklist.source_of(item)
    if source:
        _print_block("Source", [checklist.describe_source(item), source.url])
    issues.print_issues_of_item(board, row.ref)
    deeds = story(_load_history(session, row.ref), find_zone(board.project.config.timezone))[-5:]
    _print_block("History", [f"{d.at:%Y-%m-%d %H:%M}  {d.by}  {d.what}" for d in deeds])


def _load_history(session: "Session", ref: str) -> "list[HistoryLine]":
    """Return the history of an item; where it cannot be read, that is a warning."""
    try:
        return session.history(ref)
    except FedcheckError as error:
        print_error(f"warning: {error}", error.hint)
        return []


def _print_paragraphs(text: str) -> None:
    room = min(output.terminal_width() or 100, 100)
    for paragraph in clean(text).strip().split("\n\n"):
        if paragraph.lstrip().startswith(("-", "*", "1.")):
            print_line(paragraph)
        else:
            print_line(textwrap.fill(" ".join(paragraph.split()), room))
        print_line()


def _print_lines(text: str) -> None:
    """Print a text whose lines mean something: each is wrapped under its own beginning."""
    room = min(output.terminal_width() or 100, 100)
    for line in clean(text).splitlines():
        indent = " " * min(len(line) - len(line.lstrip()), 20)
        print_line(
            textwrap.fill(line.strip(), room, initial_indent=indent, subsequent_indent=indent)
        )


def _print_block(title: str, lines: "list[str] | tuple[str, ...]") -> None:
    shown = [line for line in lines if line]
    if shown:
        print_line()
        print_line(title)
        for line in shown:
            print_line(f"  {one_line(line)}")


def _describe_need(board: "Board", need: str) -> str:
    row = board.rows.get(need)
    if row is None:
        return f"{need}  (does not apply)"
    status = STATUS_GLYPHS[row.state]
    owner = row.record.owner or row.role
    return f"{status} {need}  {one_line(row.item.title, 60)}  ({owner})"
