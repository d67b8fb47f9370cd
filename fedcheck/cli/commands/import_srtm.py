"""The command that brings a test case workbook in: SAR Appendix B, SAP Appendix A."""

from datetime import date

import click

from fedcheck.cli.commands.imports import existing_file, finish
from fedcheck.cli.options import as_of_option, json_option, open_workspace, workspace_option


@click.command()
@click.argument("file", type=click.Path())
@click.option("--list", "list_", default="", metavar="ID", help="Id of the list it makes.")
@click.option("--phase", default="", help="Phase of that list; else the full assessment.")
@click.option(
    "--theirs", is_flag=True, help="Where both sides say something else, take the file's."
)
@click.option("--dry-run", is_flag=True, help="Say what it would do, and do nothing.")
@workspace_option
@as_of_option
@json_option
def srtm(
    file: str,
    list_: str,
    phase: str,
    theirs: bool,
    dry_run: bool,
    workspace: str | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Bring in the assessor's test case workbook (.xlsx): the SRTM, of any baseline and edition.

    Each assessment procedure becomes a test; what is filled in becomes results, observations,
    evidence and findings. Columns are found by their headings. A workbook that comes again adds
    what is new in it: work done here stays, and where both sides say something else ours is kept
    and told. What could not be used is told with its sheet, row and column.

    \b
    Example:
      fedcheck import srtm SRTM-Moderate.xlsx --dry-run
    """
    from fedcheck.importers.srtm import reader as importer

    path = existing_file(file)
    session = open_workspace(workspace, as_of)
    found = importer.plan(session, path, list_id=list_, phase=phase, theirs=theirs)
    finish(session, found, dry_run, as_json)
