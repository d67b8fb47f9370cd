"""The commands that take a change back and make it again: undo, redo."""

import click

from fedcheck.cli.change_output import print_transaction
from fedcheck.cli.options import json_option, open_workspace, print_line, workspace_option


@click.command()
@workspace_option
@json_option
def undo(workspace: str | None, as_json: bool) -> None:
    """Undo your last change; changes by others stay.

    \b
    Example:
      fedcheck undo
    """
    session = open_workspace(workspace)
    action = session.undo()
    if not as_json:
        print_line(action.label)
    print_transaction(session, action, as_json)


@click.command()
@workspace_option
@json_option
def redo(workspace: str | None, as_json: bool) -> None:
    """Redo the change that was undone last.

    \b
    Example:
      fedcheck redo
    """
    session = open_workspace(workspace)
    action = session.redo()
    if not as_json:
        print_line(action.label)
    print_transaction(session, action, as_json)
