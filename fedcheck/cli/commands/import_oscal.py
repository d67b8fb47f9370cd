"""The command that makes a test checklist of an OSCAL catalog."""

from typing import TYPE_CHECKING

import click

from fedcheck.cli.commands.imports import existing_file, finish
from fedcheck.cli.options import json_option, open_workspace, workspace_option

if TYPE_CHECKING:
    from fedcheck.importers.oscal.checklist import By


@click.command()
@click.argument("file", type=click.Path())
@click.option(
    "--by",
    type=click.Choice(["control", "objective"]),
    default="control",
    help="An item for each control, or for each determination statement of SP 800-53A.",
)
@click.option("--phase", default="", help="Phase of the checklist; else full-assessment.")
@click.option("--list", "list_", default="", metavar="ID", help="Name of the checklist.")
@click.option("--dry-run", is_flag=True, help="Say what it would do, and do nothing.")
@workspace_option
@json_option
def oscal(
    file: str,
    by: "By",
    phase: str,
    list_: str,
    dry_run: bool,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Make the assessor's test checklist of an OSCAL catalog or resolved profile catalog (JSON).

    The parameters are written into the prose, withdrawn controls are left out. The checklist is
    oscal.controls or oscal.objectives unless --list names another; a newer edition of the catalog
    changes it and keeps what is recorded.

    \b
    Example:
      fedcheck import oscal moderate-resolved-profile_catalog.json --dry-run
      fedcheck import oscal moderate-resolved-profile_catalog.json --by objective
    """
    from fedcheck.importers.oscal.checklist import plan

    path = existing_file(file)
    session = open_workspace(workspace)
    finish(session, plan(session, path, by, phase, list_), dry_run, as_json)
