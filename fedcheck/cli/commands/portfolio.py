"""The command that looks over many workspaces."""

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from fedcheck.analysis.portfolio import DAYS, MAX_DAYS
from fedcheck.cli import portfolio_output
from fedcheck.cli.options import (
    as_of_option,
    json_option,
    json_text,
    print_error,
    print_line,
    print_problems,
)
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError, Problem
from fedcheck.reports.portfolio import END, Unread, render_portfolio
from fedcheck.storage import config, paths
from fedcheck.storage.typed_files import replace_typed_file, typed_link_error

if TYPE_CHECKING:
    from fedcheck.sharing.portfolio import PortfolioRow

Format = Literal["text", "md", "json"]

USAGE = ErrorKind.USAGE

MOST_NAMES = 20
"""The most people that a hint names."""


@click.command()
@click.argument("dirs", nargs=-1, metavar="[DIR]...", type=click.Path())
@click.option("--person", metavar="NAME", help="Only the deadlines and the load of this person.")
@click.option("--mine", is_flag=True, help="Only your own deadlines and load.")
@click.option(
    "--days",
    type=click.IntRange(0, MAX_DAYS),
    default=DAYS,
    show_default=True,
    help="How many days ahead deadlines are listed.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "md", "json"]),
    help="Text, Markdown or JSON; else by the ending of FILE.",
)
@click.option("-o", "--output", metavar="FILE", help="File to write; - for the screen.")
@click.option("--force", is_flag=True, help="Replace FILE whatever it is, or what a link leads to.")
@click.option("--open", "in_app", is_flag=True, help="Open the portfolio in the app.")
@as_of_option
@json_option
def portfolio(
    dirs: tuple[str, ...],
    person: str | None,
    mine: bool,
    days: int,
    form: Format | None,
    output: str | None,
    force: bool,
    in_app: bool,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Show many workspaces side by side: progress, next gate, outstanding, deadlines, load.

    DIR is a workspace, or a folder with workspaces up to two folders deep. Without DIR, the list
    "portfolio" in your configuration counts, else the workspaces that you opened in the app last.

    Workspaces are only read: nothing in their folders is written, locked or hashed. Evidence files
    that were not verified on this machine count as unverified. A workspace that cannot be read is a
    row with the reason; the exit status is 3 only if none can be read.

    \b
    Example:
      fedcheck portfolio clients
      fedcheck portfolio clients --mine --days 14
      fedcheck portfolio clients --format md -o portfolio.md
    """
    from fedcheck.session import system_clock
    from fedcheck.sharing import portfolio as reading

    if mine and person:
        raise FedcheckError("--mine and --person exclude each other", "", USAGE)
    if in_app:
        _open_app(dirs)
        return
    chosen = _choose_format(form, as_json, output)
    if output and output != "-":
        _check_target(Path(output), force)
    folders = paths.find_user_folders()
    user, problems = config.load(folders)
    name = config.resolve_user(user, os.environ) if mine else one_line(person or "", 60)
    found = reading.find_workspaces(reading.choose_places(dirs, user, folders))
    reader = reading.PortfolioReader(folders, user, system_clock, as_of, days, name)
    rows = reading.sort_rows([*map(reader.read, found.roots), *found.broken])
    if not rows:
        hint = "name folders: fedcheck portfolio DIR, or list them as portfolio in config.toml"
        raise FedcheckError("no workspaces to show", hint, USAGE)
    _warn([*problems], rows, found.left_out)
    if person:
        _check_person(name, rows)
    shown = [row for row in rows if not name or _concerns(row)]
    _show(shown, chosen, output, days, name, force)
    if name and len(shown) < len(rows) and chosen == "text":
        left_out = pluralize(len(rows) - len(shown), "workspace")
        print_line(f"{left_out} without anything for {name} left out.")
    if not any(row.summary for row in rows):
        click.get_current_context().exit(3)


def _open_app(dirs: tuple[str, ...]) -> None:
    from fedcheck.cli.invocation import Settings
    from fedcheck.cli.launch import open_app

    context = click.get_current_context()
    settings = context.find_object(Settings) or Settings()
    context.exit(open_app(settings, portfolio=dirs))


def _choose_format(form: Format | None, as_json: bool, output: str | None) -> Format:
    """Return the format that was asked for, or that of the file's ending."""
    if as_json:
        if form not in (None, "json"):
            raise FedcheckError(f"--json and --format {form} exclude each other", "", USAGE)
        return "json"
    if form is None and output and output != "-":
        return "json" if output.endswith(".json") else "md"
    return form or "text"


def _check_target(path: Path, force: bool) -> None:
    """Raise FedcheckError where something else than an earlier portfolio is in the way."""
    if path.is_dir():
        raise FedcheckError(f"{path}: is a folder", "name a file in it", USAGE)
    if force or not os.path.lexists(path):
        return
    if path.is_symlink():
        raise typed_link_error(path)
    if not path.is_file():
        raise FedcheckError(f"{path}: is no ordinary file", "use -o - for the screen", USAGE)
    text = path.read_bytes().decode("utf-8", "replace")
    if text.strip() and END not in text and portfolio_output.SCHEMA not in text:
        hint = "name another file with -o; --force replaces this one"
        raise FedcheckError(f"{path}: is no portfolio of fedcheck", hint, USAGE)


def _warn(problems: "list[Problem]", rows: "list[PortfolioRow]", left_out: str) -> None:
    """Report on stderr what could not be read, then what is wrong with files of the rest."""
    for row in rows:
        if row.summary is None:
            print_error(f"warning: {one_line(row.name, 60)}: {row.trouble}", row.hint)
    # A list of one's own that is broken is a problem of every workspace, and told once.
    found = dict.fromkeys([*problems, *(one for row in rows for one in row.problems)])
    print_problems([*found])
    if left_out:
        print_error(f"warning: {left_out}", "name fewer folders")


def _check_person(name: str, rows: "list[PortfolioRow]") -> None:
    known = {one for row in rows if row.summary for one in row.summary.people}
    if known and name.casefold() not in {one.casefold() for one in known}:
        listed = ", ".join(sorted(known)[:MOST_NAMES])
        hint = did_you_mean(name, sorted(known)) or f"known: {listed}"
        raise FedcheckError(f'nobody is called "{name}"', hint, USAGE)


def _concerns(row: "PortfolioRow") -> bool:
    """Return whether a workspace has anything of the person whose load was asked for."""
    return row.summary is None or row.summary.concerns


def _show(
    rows: "list[PortfolioRow]", form: Format, output: str | None, days: int, name: str, force: bool
) -> None:
    to_file = output is not None and output != "-"
    if form == "text" and not to_file:
        portfolio_output.print_portfolio(rows, days)
        return
    if form == "json":
        text = json_text(portfolio_output.build_document(rows, days, name)) + "\n"
    elif form == "md":
        unread = [Unread(row.name, row.brief) for row in rows if row.summary is None]
        text = render_portfolio([row.summary for row in rows if row.summary], unread, days, name)
    else:
        raise FedcheckError("text is for the screen", "use --format md with -o FILE", USAGE)
    if not to_file:
        click.echo(text, nl=False)
        return
    replace_typed_file(Path(output or ""), text.encode(), force=force)
    print_line(f"written  {output}")
