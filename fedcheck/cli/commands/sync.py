"""Sharing a workspace through git."""

import os

import click

from fedcheck.cli.options import Settings, print_line
from fedcheck.cli.options import workspace_option as workspace_option
from fedcheck.errors import ErrorKind, FedcheckError


@click.command()
@workspace_option
@click.option("--setup", is_flag=True, help="Register fedcheck's merge in this clone.")
def sync(workspace: str | None, setup: bool) -> None:
    """Set up a clone so that git merges records one by one.

    Run it once in every clone of a workspace. It adds a merge driver to the configuration of this
    clone and names the files that it merges in .gitattributes, which you commit.

    \b
    Example:
      fedcheck sync --setup
      git add .gitattributes && git commit -m "Merge with fedcheck"
    """
    from fedcheck.sharing.setup import register_driver
    from fedcheck.storage import paths

    if not setup:
        raise FedcheckError(
            "sync needs to know what to do", "add --setup, once in each clone", ErrorKind.USAGE
        )
    settings = click.get_current_context().find_object(Settings)
    named = workspace or (settings.workspace if settings else None)
    root = paths.find_workspace(named, os.environ, paths.find_working_folder())
    found = register_driver(root)
    print_line("registered  merge driver of this clone")
    if found.added:
        print_line(f"added  {len(found.added)} lines to .gitattributes; commit it")
    print_line("Everybody else runs the same command once in their own clone.")
