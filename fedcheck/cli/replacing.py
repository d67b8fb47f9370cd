"""Asking before other people's work is replaced, and `--replace` and `--only-empty` for scripts."""

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from fedcheck.analysis import overwriting
from fedcheck.cli.invocation import print_error
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage.time_zones import find_zone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fedcheck.analysis.overwriting import Replaced
    from fedcheck.domain.change import Change
    from fedcheck.session import Session

SHOWN = 5
"""How many lines the question, or the refusal, has."""

F = TypeVar("F", bound=Callable[..., Any])

REPLACE_HELP = "Replace other people's results, observations and notes without asking."
ONLY_EMPTY_HELP = "Change only items where nothing would be replaced."


def replacing_options(command: F) -> F:
    """Add `--replace` and `--only-empty`."""
    command = click.option("--only-empty", is_flag=True, help=ONLY_EMPTY_HELP)(command)
    return click.option("--replace", "replaces", is_flag=True, help=REPLACE_HELP)(command)


def find_replaced(session: "Session", changes: "Iterable[Change]") -> "list[Replaced]":
    """Return what changes replace that this person has to be asked about."""
    zone = find_zone(session.project.config.timezone)
    read = session.history_with_imports
    return overwriting.list_replaced(session.project, changes, session.who, read, zone)


def check_options(replaces: bool, only_empty: bool) -> None:
    """Raise FedcheckError (usage) where both answers are given."""
    if replaces and only_empty:
        raise FedcheckError(
            "--replace and --only-empty cannot be combined", "use one of them", ErrorKind.USAGE
        )


def decide(replaced: "Sequence[Replaced]", total: int, replaces: bool, only_empty: bool) -> bool:
    """Return whether to replace what a change would; if not, only the other items change.

    Asks on a terminal, unless an option answers. Raises FedcheckError, status 2, where the person
    cancels, and without a terminal and an option.
    """
    if not replaced or replaces:
        return True
    if only_empty:
        return False
    count = overwriting.count_items(replaced)
    said = overwriting.summarize(replaced, total)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        named = "; ".join(overwriting.describe(replaced, SHOWN))
        hint = "--replace replaces that"
        if count < total:
            hint += ", --only-empty changes only the other items"
        raise FedcheckError(f"this would replace {said}: {named}", hint, ErrorKind.USAGE)
    click.echo(f"This would replace {said}:", err=True)
    for line in overwriting.describe(replaced, SHOWN):
        click.echo(f"  {line}", err=True)
    answers = ["r", "e", "c"] if count < total else ["r", "c"]
    only = f", (e) change only the {total - count} empty items, " if count < total else " "
    answer = click.prompt(
        f"(r) replace{only}or (c) cancel?", type=click.Choice(answers), default="c", err=True
    )
    if answer == "c":
        raise FedcheckError("nothing was changed", "", ErrorKind.USAGE)
    return bool(answer == "r")


def print_replaced(replaced: "Sequence[Replaced]") -> None:
    """Print on stderr whose work a change replaces without a question."""
    for line in overwriting.describe(replaced, SHOWN):
        print_error(f"note: replaces {line}; fedcheck undo restores it")
