"""The exports: a command for each entry of the registry, and where its file goes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedcheck.cli import completion
from fedcheck.cli.options import (
    as_of_option,
    json_option,
    open_workspace,
    print_error,
    print_json,
    print_line,
    workspace_option,
)
from fedcheck.cli.output import join_query
from fedcheck.cli.registry_commands import (
    RegistryGroup,
    build_help,
    build_option,
    collect_values,
    existing_file,
    show_notes,
)
from fedcheck.domain.text import drop_joiners
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.exporters import registry
from fedcheck.storage.typed_files import replace_typed_file, typed_link_error

if TYPE_CHECKING:
    from fedcheck.exporters.registry import Export, Exporter

QUERIES = {
    registry.Query.ITEMS: completion.complete_item_query,
    registry.Query.REQUESTS: completion.complete_request_query,
}
"""The completion of each kind of query."""


def build_command(name: str) -> click.Command:
    """Return the command of an exporter."""
    entry = next(one for one in registry.EXPORTERS if one.name == name)
    params: list[click.Parameter] = []
    if entry.query:
        complete = QUERIES[entry.query]
        params.append(click.Argument(["query"], nargs=-1, shell_complete=complete))
    if entry.template:
        params.append(
            click.Option(["--template"], required=True, metavar="FILE", help=entry.template)
        )
    params += [build_option(one) for one in entry.options]
    where = "File to write." if entry.template else "File to write; the screen by default."
    params += [
        click.Option(["-o", "--output"], required=bool(entry.template), metavar="FILE", help=where),
        click.Option(["--force"], is_flag=True, help="Replace FILE."),
    ]
    if entry.dry_run:
        text = "Only show what would be written."
        params.append(click.Option(["--dry-run"], is_flag=True, help=text))

    def run(**given: Any) -> None:
        run_export(entry, given)

    help_ = build_help(entry.help, entry.examples)
    command = workspace_option(click.Command(name, params=params, callback=run, help=help_))
    command = as_of_option(command)
    return json_option(command) if entry.template else command


@click.group(
    cls=RegistryGroup,
    list_names=lambda: [one.name for one in registry.EXPORTERS],
    build=build_command,
)
def export() -> None:
    """Write workbooks, tables and calendars for others.

    Without -o, text goes to the screen.

    \b
    Example:
      fedcheck export ics -o deadlines.ics
    """


def run_export(entry: "Exporter", given: dict[str, Any]) -> None:
    """Write an export to its file or the screen, and state what a person should know of it."""
    output, as_json = given["output"], given.get("as_json", False)
    dry_run = given.get("dry_run", False)
    values = collect_values(entry.options, given)
    values |= {"query": join_query(given.get("query", ())), "output": output or ""}
    if entry.template:
        values["template"] = existing_file(given["template"])
        if output == "-":
            raise FedcheckError(
                "a workbook cannot be shown on the screen", "name a file: -o FILE", ErrorKind.USAGE
            )
    session = open_workspace(given["workspace"], given["as_of"])
    export = entry.write(session, values)
    if not as_json and entry.dry_run:
        show_notes(export.facts, export.notes)
    if not dry_run:
        deliver(export.data, output, given["force"], quiet=as_json)
        if export.changes:
            session.apply_changes(export.changes, export.label)
    if as_json:
        print_export(None if dry_run else output, export)
        return
    if not entry.dry_run:
        show_notes(export.facts, export.notes)
    if dry_run:
        print_line("Nothing was written.")
    elif export.changes:
        print_line(f"{export.recorded}; fedcheck undo reverses that.")
    for line in export.remarks:
        print_error(line)
    if output not in (None, "-"):
        for line in export.left_out:
            print_error(line)


def print_export(path: str | None, export: "Export") -> None:
    """Print `fedcheck/export@1`; `path` is None where nothing was written."""
    print_json(
        {
            "schema": "fedcheck/export@1",
            "path": path,
            "facts": list(export.facts),
            "changes": [
                {"ref": c.ref, "field": c.field, "old": c.old, "new": c.new} for c in export.changes
            ],
            "notes": [{"where": n.where, "what": n.what, "remedy": n.remedy} for n in export.notes],
        }
    )


def deliver(data: bytes, output: str | None, force: bool = False, quiet: bool = False) -> None:
    """Write an export to its file, or to the screen without one (and for `-`).

    `quiet` leaves out the line that states so.

    Raises FedcheckError where the file is there already and not to be replaced, or where
    the result is no text and has no file.
    """
    if output is None or output == "-":
        try:
            click.echo(drop_joiners(data.decode()), nl=False)
        except UnicodeDecodeError:
            raise FedcheckError(
                "this is not text and cannot be shown on the screen",
                "name a file: -o FILE",
                ErrorKind.USAGE,
            ) from None
        return
    path = Path(output)
    if path.is_symlink() and not force:
        raise typed_link_error(path)
    if path.exists() and not force:
        raise FedcheckError(
            f"{path}: already exists", "choose another name, or --force", ErrorKind.USAGE
        )
    replace_typed_file(path, data, force=force)
    if not quiet:
        print_line(f"written  {path}")
