"""Sharing a workspace through git."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedcheck.cli.options import (
    Settings,
    json_option,
    open_workspace,
    print_error,
    print_json,
    print_line,
)
from fedcheck.cli.options import workspace_option as workspace_option
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError

if TYPE_CHECKING:
    from fedcheck.sharing.sync_result import SyncResult

WIDTH = 9
"""How many cells the first word of a line has."""


@click.command()
@workspace_option
@click.option("--setup", is_flag=True, help="Set up sync in this clone, once.")
@click.option(
    "--with-private", is_flag=True, help="With --setup: only our company can read the remote."
)
@click.option("--yes", is_flag=True, help="Commit more than 50 MB of evidence without asking.")
@json_option
def sync(workspace: str | None, setup: bool, with_private: bool, yes: bool, as_json: bool) -> int:
    """Commit what changed, merge what others pushed, and push.

    Only fedcheck's files and linked evidence files are committed. Other files that you changed or
    staged stay as they are. Without a connection, sync commits and reports that. It never
    force-pushes; if a file that is not fedcheck's conflicts, everything stays as it was before the
    merge.

    Run --setup once in every clone. It registers the merge driver, adds what is missing to
    .gitattributes and .gitignore, and checks that the clone's configuration runs no program. Files
    under private/ are never committed, unless --with-private confirms that only your company can
    read the remote.

    Exit status 1 if it was not merged or not pushed; the message explains what to do.

    \b
    Example:
      fedcheck sync --setup
      fedcheck sync
    """
    if with_private and not setup:
        raise FedcheckError(
            "--with-private works only with --setup", "add --setup", ErrorKind.USAGE
        )
    if setup:
        _set_up(_find_root(workspace), with_private, as_json)
        return 0
    from fedcheck.sharing.sync import sync_workspace
    from fedcheck.sharing.sync_problems import format_size

    def ask_large(count: int, size: int) -> bool:
        if yes or as_json or not (sys.stdin.isatty() and sys.stderr.isatty()):
            return yes
        what = f"{pluralize(count, 'new evidence file')} of {format_size(size)}"
        return click.confirm(f"Commit {what}? They stay in the repository.", err=True)

    session = open_workspace(workspace)
    result = sync_workspace(session, ask_large=ask_large)
    if as_json:
        print_json(make_document(result))
    else:
        _print_result(result)
    if result.problem:
        print_error(result.problem, result.hint)
    return 1 if result.problem else 0


def _find_root(workspace: str | None) -> Path:
    from fedcheck.storage import paths

    settings = click.get_current_context().find_object(Settings)
    named = workspace or (settings.workspace if settings else None)
    return paths.find_workspace(named, os.environ, paths.find_working_folder())


def _set_up(root: Path, with_private: bool, as_json: bool) -> None:
    from fedcheck.sharing.sync_setup import set_up_sync

    found = set_up_sync(root, with_private=with_private)
    if as_json:
        print_json(
            {
                "schema": "fedcheck/sync-setup@1",
                "added": list(found.added),
                "ignored": list(found.ignored),
                "remotes": list(found.remotes),
                "hooks": list(found.hooks),
                "upstream": found.upstream,
                "with_private": with_private,
            }
        )
        return
    print_line("registered  merge driver of this clone")
    for lines, name in ((found.added, ".gitattributes"), (found.ignored, ".gitignore")):
        if lines:
            print_line(f"added  {pluralize(len(lines), 'line')} to {name}; sync commits it")
    remotes = ", ".join(one_line(one, 120) for one in found.remotes)
    print_line(f"remote  {remotes or 'none yet'}")
    if found.upstream:
        print_line(f"upstream  {found.upstream}")
    print_line("checked  the configuration of this clone runs no other program")
    if found.hooks:
        print_line(f"hooks  sync does not run the hooks of this clone: {', '.join(found.hooks)}")
    if with_private:
        print_line("private  private/ may go to this remote: only our company can read it")
    print_line(
        "Everyone else runs the same command once in their own clone. Then run: fedcheck sync"
    )


def make_document(result: "SyncResult") -> dict[str, Any]:
    """Return `fedcheck/sync@1`."""
    return {
        "schema": "fedcheck/sync@1",
        "remote": result.remote,
        "commit": result.commit,
        "message": result.message,
        "files": result.files,
        "arrived": [
            {"by": one.by, "text": one.words, "lines": one.lines} for one in result.arrived
        ],
        "settled": list(result.settled),
        "pushed": result.pushed,
        "offline": result.offline,
        "notes": list(result.notes),
        "problem": result.problem,
        "hint": result.hint,
    }


def _print_result(result: "SyncResult") -> None:
    from fedcheck.sharing.sync_result import describe_result

    for word, text in describe_result(result):
        print_line(f"{word:<{WIDTH}}  {text}")
