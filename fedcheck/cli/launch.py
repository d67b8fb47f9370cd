"""The one door from the command line to the terminal app."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from fedcheck.cli.commands.config import load_checked
from fedcheck.cli.options import Settings
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import config, head_file, paths


def is_on_terminal() -> bool:
    """Return whether a person is in front of a terminal that can show the app."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def open_app(
    settings: Settings, root: Path | None = None, portfolio: Sequence[str] | None = None
) -> int:
    """Open the app and return the exit status. Raises FedcheckError (2) without a terminal.

    With `portfolio`, it opens on the portfolio of those folders, whatever workspace is around.

    Without a workspace around, the app leads through making one; with a named workspace that is
    not there, it is an error, never a guess.
    """
    if not is_on_terminal():
        raise FedcheckError(
            "the app needs a terminal",
            "to print text, use a command: fedcheck status, fedcheck next, fedcheck --help",
            ErrorKind.USAGE,
        )
    folders = paths.find_user_folders()
    user, problems = load_checked(folders)
    here = paths.find_working_folder()
    if root is None and portfolio is None:
        named = settings.workspace
        try:
            root = paths.find_workspace(named, os.environ, here)
        except FedcheckError as error:
            if named or os.environ.get("FEDCHECK_WORKSPACE") or error.kind is not ErrorKind.USAGE:
                raise
    if root is not None:
        head_file.load_head(root)  # a broken head file is reported here, with all its lines
    from fedcheck.late_modules import load_all

    load_all()
    from fedcheck.tui.start import run_app

    return run_app(
        root, folders, user, config.resolve_user(user, os.environ), here, problems, portfolio
    )
