"""The command that writes requests as a table that others fill in."""

from datetime import date

import click

from fedcheck.analysis.issues import request_language
from fedcheck.cli import completion
from fedcheck.cli import output as words
from fedcheck.cli.commands import issues
from fedcheck.cli.commands.exports import deliver
from fedcheck.cli.options import as_of_option, choice_of, open_workspace, workspace_option
from fedcheck.domain.glossary import REQUEST_KINDS
from fedcheck.domain.reference import did_you_mean
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage.record_file import REQUESTS

FORMATS = ("csv", "xlsx", "md")


@click.command()
@click.argument("query", nargs=-1, shell_complete=completion.request_words)
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), help="Else by the name of FILE; else csv."
)
@click.option("--to", default="", shell_complete=completion.people, help="To this person or role.")
@click.option("--kind", type=choice_of(REQUEST_KINDS), help="Questions, or evidence requests.")
@click.option("-o", "--output", metavar="FILE", help="Where to write it; else to the screen.")
@click.option("--force", is_flag=True, help="Replace FILE.")
@workspace_option
@as_of_option
def requests(
    query: tuple[str, ...],
    format_: str | None,
    to: str,
    kind: str | None,
    output: str | None,
    force: bool,
    workspace: str | None,
    as_of: date | None,
) -> None:
    """Write requests as a table: a reviewer's comment matrix, an evidence request list.

    Others fill in answer, evidence, decision, comment and due date; fedcheck import requests takes
    the file back. QUERY is that of fedcheck request list. Nothing of private/ is in it.

    \b
    Example:
      fedcheck export requests round:2 --kind question -o comment-matrix.xlsx
      fedcheck export requests is:open --kind evidence --to dana --format md
    """
    from fedcheck.importers import request_rows

    session = open_workspace(workspace, as_of)
    issues.things_of(session, REQUESTS)
    board = session.board().shared()
    parsed = request_language(board.project).parse(words.query_text(query))
    found = parsed.select(board.project.requests, board.today)
    if to:
        used = (request.to for request in board.project.requests)
        known = {*board.project.people(), *board.project.process.roles, *used}
        if to.casefold() not in {name.casefold() for name in known}:
            raise FedcheckError(
                f'nobody is called "{to[:60]}"', did_you_mean(to, known), ErrorKind.USAGE
            )
    found = request_rows.chosen(board.project, found, to, kind or "")
    found.sort(key=lambda one: (one.asked or date.min, one.id))
    what = format_ or (output or "").rpartition(".")[2].lower()
    if what == "md":
        from fedcheck.reports.request_table import request_table

        data = request_table(board, found, to, kind or "").encode()
    else:
        from fedcheck.spreadsheets import xlsx_writer

        if what == "xlsx":
            data = xlsx_writer.xlsx_bytes([request_rows.sheet_of(board.project, found)])
        else:
            data = xlsx_writer.csv_bytes(request_rows.rows_of(board.project, found))
    deliver(data, output, force)
