"""The commands that write items as a table: CSV, Excel, JSON."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fedcheck.cli import completion, json_documents
from fedcheck.cli import output as words
from fedcheck.cli.commands.exports import deliver
from fedcheck.cli.options import as_of_option, json_text, open_workspace, workspace_option
from fedcheck.domain.query_fields import item_language

if TYPE_CHECKING:
    from fedcheck.analysis.board import Board
    from fedcheck.domain.row import Row

ONLY_JSON = ("stale", "waits", "private")
"""Keys of the rows of `list --json` that no column has."""

F = TypeVar("F", bound=Callable[..., Any])


def _options(command: F) -> F:
    """Add what the three commands share."""
    for option in (
        as_of_option,
        workspace_option,
        click.option("--force", is_flag=True, help="Replace FILE."),
        click.option("-o", "--output", metavar="FILE", help="Where to write it; else the screen."),
        click.option("--columns", default="", metavar="A,B,C", help="Only these columns."),
        click.argument("query", nargs=-1, shell_complete=completion.query_words),
    ):
        command = option(command)
    return command


@click.command()
@_options
def csv(
    query: tuple[str, ...],
    columns: str,
    output: str | None,
    force: bool,
    workspace: str | None,
    as_of: date | None,
) -> None:
    """Write the items of a QUERY as CSV, one a row; without a QUERY all of them.

    QUERY is that of fedcheck list. A text that a spreadsheet would take for a formula gets an
    apostrophe before it. Nothing of private/ is in it. Columns beside the usual ones: id,
    statement, guidance.

    \b
    Example:
      fedcheck export csv phase:full-assessment -o tests.csv
      fedcheck export csv owner:dana --columns ref,title,status,due
    """
    from fedcheck.exporters import item_rows
    from fedcheck.spreadsheets import xlsx_writer

    names = item_rows.columns_named(columns)
    board, chosen = _chosen(query, workspace, as_of)
    deliver(xlsx_writer.csv_bytes(item_rows.rows(board, chosen, names)), output, force)


@click.command()
@_options
def xlsx(
    query: tuple[str, ...],
    columns: str,
    output: str | None,
    force: bool,
    workspace: str | None,
    as_of: date | None,
) -> None:
    """Write the items of a QUERY as an Excel workbook with one sheet.

    QUERY is that of fedcheck list. The header stays in view and has a filter. Nothing of private/
    is in it.

    \b
    Example:
      fedcheck export xlsx role:3pao kind:test -o tests.xlsx
    """
    from fedcheck.exporters import item_rows
    from fedcheck.spreadsheets import xlsx_writer

    names = item_rows.columns_named(columns)
    board, chosen = _chosen(query, workspace, as_of)
    deliver(xlsx_writer.xlsx_bytes([item_rows.sheet(board, chosen, names)]), output, force)


@click.command("json")
@_options
def json_(
    query: tuple[str, ...],
    columns: str,
    output: str | None,
    force: bool,
    workspace: str | None,
    as_of: date | None,
) -> None:
    """Write the items of a QUERY as JSON: the rows of fedcheck list --json, and more.

    Nothing of private/ is in it. --columns keeps only these keys.

    \b
    Example:
      fedcheck export json status:todo -o open.json
    """
    from fedcheck.exporters import item_rows

    names = item_rows.columns_named(columns, ONLY_JSON) if columns.strip() else ()
    board, chosen = _chosen(query, workspace, as_of)
    rows = [{**item_rows.document(board, one), **json_documents.list_row(one)} for one in chosen]
    if names:
        rows = [{name: row[name] for name in names} for row in rows]
    deliver(f"{json_text(rows)}\n".encode("ascii"), output, force)


def _chosen(
    query: tuple[str, ...], workspace: str | None, as_of: date | None
) -> tuple["Board", list["Row"]]:
    """Return what may leave, and the items of it that a query means."""
    board = open_workspace(workspace, as_of).board().shared()
    parsed = item_language(board.project).parse(words.query_text(query))
    return board, parsed.select(board.rows.values(), board.today)
