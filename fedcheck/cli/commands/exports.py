"""The group of exports, and what each of them shares: where the result goes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fedcheck.cli.commands.imports import SHOWN
from fedcheck.cli.lazy_group import LazyGroup
from fedcheck.cli.options import print_json, say
from fedcheck.domain.text import one_line, plural
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import atomic_files

if TYPE_CHECKING:
    from fedcheck.domain.change import Change
    from fedcheck.importers.plan import Note

EXPORTS: dict[str, str] = {
    "srtm": "export_srtm:srtm",
    "requests": "export_requests:requests",
    "poam": "export_risks:poam",
    "ret": "export_risks:ret",
    "csv": "export_items:csv",
    "xlsx": "export_items:xlsx",
    "json": "export_items:json_",
    "ics": "export_ics:ics",
}
"""Each export, and the module and function that hold its command."""


@click.group(cls=LazyGroup, places=EXPORTS)
def export() -> None:
    """Write what others ask for: workbooks, tables, calendars.

    Without -o the result goes to the screen where it is text.

    \b
    Example:
      fedcheck export ics -o deadlines.ics
    """


def tell(facts: Sequence[str], notes: Sequence["Note"]) -> None:
    """Tell what an export wrote, and what is to be known of it."""
    for fact in facts:
        say(one_line(fact, 200))
    for note in notes[:SHOWN]:
        remedy = f"; {note.remedy}" if note.remedy else ""
        say(f"  {one_line(note.where, 60)}: {one_line(note.what + remedy, 200)}")
    if len(notes) > SHOWN:
        say(f"  and {plural(len(notes) - SHOWN, 'more remark')}; --json tells all of them")


def print_told(
    path: str | None,
    facts: Sequence[str],
    notes: Sequence["Note"],
    changes: Sequence["Change"] = (),
) -> None:
    """Print the same as JSON; `path` is None where nothing was written."""
    print_json(
        {
            "schema": "fedcheck/export@1",
            "path": path,
            "facts": list(facts),
            "changes": [
                {"ref": c.ref, "field": c.field, "old": c.old, "new": c.new} for c in changes
            ],
            "notes": [{"where": n.where, "what": n.what, "remedy": n.remedy} for n in notes],
        }
    )


def deliver(data: bytes, output: str | None, force: bool = False, quiet: bool = False) -> None:
    """Write an export to its file, or to the screen without one (and for `-`).

    `quiet` leaves out the line that says so.

    Raises FedcheckError (status 2) where the file is there already and not to be replaced, or where
    the result is no text and has no file.
    """
    if output is None or output == "-":
        try:
            click.echo(data.decode(), nl=False)
        except UnicodeDecodeError:
            raise FedcheckError(
                "this is no text for the screen", "name a file: -o FILE", ErrorKind.USAGE
            ) from None
        return
    path = Path(output)
    if path.exists() and not force:
        raise FedcheckError(
            f"{path}: is there already", "choose another name, or --force", ErrorKind.USAGE
        )
    atomic_files.write_whole(path, data)
    if not quiet:
        say(f"written  {path}")
