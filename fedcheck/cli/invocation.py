"""What every start of fedcheck needs, `--version` too: the option `-w`, and words on stderr.

It loads nothing of the domain, so that what answers without a workspace answers at once.
"""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

MAX_MESSAGE = 2000
"""The longest line on stderr, in characters."""


class Settings:
    """What was stated before the command's name."""

    def __init__(self, workspace: str | None = None) -> None:
        self.workspace = workspace


def workspace_option(command: F) -> F:
    """Add `-w DIR`."""
    return click.option(
        "-w",
        "--workspace",
        metavar="DIR",
        help="Workspace to use; default: FEDCHECK_WORKSPACE, or the one around this folder.",
    )(command)


def print_error(message: str, hint: str = "") -> None:
    """Print a message for a person on stderr, after what is on stdout already.

    Lines after the first are indented: no name of a file can look like a message of its own.
    """
    from fedcheck.domain.text import clean

    sys.stdout.flush()
    text = clean(f"fedcheck: {message}" + (f"\n{hint}" if hint else ""))
    lines = [line.strip()[:MAX_MESSAGE] for line in text.splitlines()]
    click.echo("\n  ".join(lines), err=True)
