"""The group of exports, and what each of them shares: where the result goes."""

from pathlib import Path

import click

from fedcheck.cli.context import say
from fedcheck.cli.lazy import LazyGroup
from fedcheck.store import files
from fedcheck.store.problems import FedcheckError

EXPORTS: dict[str, str] = {
    "srtm": "export_srtm:srtm",
    "requests": "export_requests:requests",
    "poam": "export_risks:poam",
    "ret": "export_risks:ret",
    "csv": "export_items:csv",
    "xlsx": "export_items:xlsx",
    "json": "export_items:json_",
    "ics": "ics:ics",
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


def deliver(data: bytes, output: str | None, force: bool = False) -> None:
    """Write an export to its file, or to the screen without one (and for `-`).

    Raises FedcheckError (status 2) where the file is there already and not to be replaced, or where
    the result is no text and has no file.
    """
    if output is None or output == "-":
        try:
            click.echo(data.decode(), nl=False)
        except UnicodeDecodeError:
            raise FedcheckError(
                "this is no text for the screen", "name a file: -o FILE", 2
            ) from None
        return
    path = Path(output)
    if path.exists() and not force:
        raise FedcheckError(f"{path}: is there already", "choose another name, or --force", 2)
    files.write_whole(path, data)
    say(f"written  {path}")
