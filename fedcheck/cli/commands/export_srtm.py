"""The command that fills a test case workbook: SAR Appendix B, SAP Appendix A."""

from datetime import date

import click

from fedcheck.cli import completion
from fedcheck.cli import output as words
from fedcheck.cli.commands.exports import deliver, print_told, tell
from fedcheck.cli.commands.imports import existing_file
from fedcheck.cli.options import as_of_option, json_option, open_workspace, workspace_option
from fedcheck.errors import ErrorKind, FedcheckError


@click.command()
@click.argument("query", nargs=-1, shell_complete=completion.query_words)
@click.option("--template", required=True, metavar="FILE", help="Your own copy of the workbook.")
@click.option("--list", "list_", default="", metavar="ID", help="Fill it from this list.")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to write the result.")
@click.option("--force", is_flag=True, help="Replace FILE.")
@workspace_option
@as_of_option
@json_option
def srtm(
    query: tuple[str, ...],
    template: str,
    list_: str,
    output: str,
    force: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Fill your copy of the SRTM workbook with results, observations, evidence and risks.

    Rows are found by procedure and control, columns by their headings; everything else of the
    workbook stays as it is, formulas too. The template itself is not changed. QUERY takes only
    some tests. What has no row is told. Nothing of private/ is in it.

    \b
    Example:
      fedcheck export srtm --template SRTM-Moderate.xlsx -o SRTM-filled.xlsx
      fedcheck export srtm family:ac --template SRTM.xlsx -o SRTM-AC.xlsx
    """
    from fedcheck.domain.query_fields import item_language
    from fedcheck.exporters import srtm as srtm_out

    path = existing_file(template)
    if output == "-":
        raise FedcheckError(
            "a workbook is no text for the screen", "name a file: -o FILE", ErrorKind.USAGE
        )
    session = open_workspace(workspace, as_of)
    board = session.board().shared()
    refs = None
    if query:
        parsed = item_language(board.project).parse(words.query_text(query))
        refs = {row.ref for row in parsed.select(board.rows.values(), board.today)}
    made = srtm_out.filled(board.project, path, list_id=list_, refs=refs)
    deliver(made.data, output, force, quiet=as_json)
    if as_json:
        print_told(output, made.facts, made.notes)
    else:
        tell(made.facts, made.notes)
