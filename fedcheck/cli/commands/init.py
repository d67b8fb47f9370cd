"""Commands that make workspaces: init, demo."""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from fedcheck.cli.new_workspace import (
    begins_option,
    check_role,
    collect_profile,
    find_process,
    parse_pair,
    profile_options,
)
from fedcheck.cli.options import (
    Settings,
    as_of_option,
    load_date_order,
    print_error,
    print_line,
    print_reading,
)
from fedcheck.domain.process_names import resolve_milestone, resolve_phase
from fedcheck.domain.profile import describe_profile, parse_profile
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line
from fedcheck.domain.typed_dates import read_typed_date
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import checklist_files, config, paths, workspace_creation
from fedcheck.storage.time_zones import find_zone
from fedcheck.storage.typed_files import make_temporary_folder


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Name of the service offering.")
@click.option("--process", "process_id", default="", help="Process, such as cr26 or agency.")
@click.option("--role", required=True, help="Your role in it, such as csp or 3pao.")
@profile_options
@click.option("--milestone", multiple=True, metavar="NAME=DATE", help="Date of a milestone.")
@begins_option
@click.option("--provider", default="", help="Name of the cloud service provider.")
@click.option("--timezone", default="UTC", show_default=True, help="IANA time zone.")
@click.option("--marking", default="", help="Sensitivity marking for reports.")
@click.option("--git", "with_git", is_flag=True, help="Keep it in git; merge with fedcheck.")
def init(
    folder: Path,
    name: str,
    process_id: str,
    role: str,
    milestone: tuple[str, ...],
    begins: str,
    provider: str,
    timezone: str,
    marking: str,
    with_git: bool,
    **given: Any,
) -> None:
    """Create a workspace in DIR (default: the current folder).

    Without --process, you choose one on a terminal; there is no default. --process also takes a
    process of your own: a folder with a process.toml in your checklists folder, or in
    DIR/checklists.

    --from is for a team that starts in a later phase: earlier phases do not count. To change it
    later, edit the key "begins" in fedcheck.toml.

    \b
    Example:
      fedcheck init vault --name "Acme Vault" --process cr26 --role csp --type 20x --class b
      fedcheck init acme --name "Acme Vault" --process agency --role csp \\
        --impact moderate --milestone kick-off=2027-02-01
      fedcheck init lab --name "Acme Vault" --process agency --role 3pao --from assessment
    """
    root = paths.expand_path(folder).absolute()
    shipped, user = paths.find_shipped_checklists(), config.user_checklists()
    catalog = checklist_files.load_catalog(shipped, user, root)
    process_id = process_id or _ask_for_process(catalog)
    process = find_process(catalog, process_id)
    check_role(process, role)
    chosen = parse_profile(process, collect_profile(given), role)
    workspace_creation.check_timezone(timezone)
    dates: dict[str, date] = {}
    for text in milestone:
        stone, day = parse_pair(text, "--milestone")
        dates[resolve_milestone(process, stone)] = _day(day, timezone)
    if not name.strip():
        raise FedcheckError(
            "the name is empty", "give the name of the service offering", ErrorKind.USAGE
        )
    text = workspace_creation.format_head(
        name.strip(),
        process,
        role,
        provider=provider,
        timezone=timezone,
        marking=marking,
        profile=chosen,
        milestones=dates,
        begins=resolve_phase(process, begins),
    )
    workspace_creation.create(root, text)
    print_line(f"made  {root}")
    if with_git:
        from fedcheck.sharing.setup import keep_in_git
        from fedcheck.sharing.sync_setup import set_up_sync

        keep_in_git(root)
        set_up_sync(root)
        print_line("git   merges records one by one; commit the workspace to share it")
    if process.combinations and (said := describe_profile(process, chosen)):
        print_line(f"profile  {said}")
    if process.status == "historical":
        print_error(f"note: {process.title} is historical. {one_line(process.followed_by)}")
    print_line(
        f"{process.role_title(role)}: to see what to do next, run  fedcheck -w {folder} next"
    )


def _ask_for_process(catalog: checklist_files.Catalog) -> str:
    """Ask on a terminal which process a workspace follows; the suggested one is offered first.

    Raises FedcheckError, status 2, without a terminal.
    """
    offered = catalog.list_choices()
    ids = [one.id for one in offered]
    width = max(len(name) for name in ids)
    lines = [
        f"  {one.id:<{width}}  {one_line(one.choice)}"
        + (f", for {one_line(one.suggested_for)}" if one.suggested_for else "")
        for one in offered
    ]
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        listed = "\n".join(("", *lines))
        raise FedcheckError("no process is given", f"add --process ID:{listed}", ErrorKind.USAGE)
    for line in lines:
        click.echo(line, err=True)
    return str(click.prompt("Process", default=ids[0], type=click.Choice(ids), err=True))


def _day(text: str, timezone: str) -> date:
    from fedcheck.session import system_clock

    try:
        today = system_clock().astimezone(find_zone(timezone)).date()
        day, note = read_typed_date(text, today, load_date_order())
    except ValueError as error:
        raise FedcheckError(str(error), "write 2027-02-01, +12w or fri", ErrorKind.USAGE) from None
    print_reading(note)
    assert day is not None, "the date is empty"
    return day


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--process", "process_id", default="", help="Process: jab (default), agency or cr26.")
@as_of_option
@click.pass_context
def demo(ctx: click.Context, folder: Path | None, process_id: str, as_of: date | None) -> None:
    """Open an example workspace.

    The classic example (jab) is three weeks before its kick-off. The cr26 example is a 20x Class B
    service five weeks before it applies. The agency example is in its assessment, five weeks before
    the SAR debrief. On a terminal the command opens the app; otherwise it prints the status and
    writes the Markdown report. The workspace is created in DIR, or in a new
    temporary folder; an existing workspace in DIR is opened as it is.

    \b
    Example:
      fedcheck demo
      fedcheck demo --process cr26
      fedcheck demo --process agency
      fedcheck demo example </dev/null
    """
    from fedcheck.cli.launch import is_on_terminal, open_app
    from fedcheck.demo import example

    if process_id and process_id not in example.STORIES:
        known = ", ".join(example.STORIES)
        hint = did_you_mean(process_id, example.STORIES) or f"known: {known}"
        text = f'there is no example for the process "{process_id[:60]}"'
        raise FedcheckError(text, hint, ErrorKind.USAGE)
    root = paths.expand_path(folder).absolute() if folder else make_temporary_folder()
    if not (root / paths.WORKSPACE_FILE).exists():
        example.make_example(root, as_of, process_id)
    elif process_id:
        _check_process(root, process_id)
    if is_on_terminal():
        ctx.exit(open_app(ctx.find_object(Settings) or Settings(), root))
    from fedcheck.cli.commands.report import write_default
    from fedcheck.cli.commands.status import status

    ctx.invoke(status, workspace=str(root), as_of=as_of, as_json=False)
    path = write_default(str(root), as_of)
    print_line()
    print_line(f"workspace  {root}")
    print_line(f"report     {path}")


def _check_process(root: Path, process_id: str) -> None:
    """Raise FedcheckError where the workspace in a folder follows another process."""
    from fedcheck.cli.options import open_workspace

    found = open_workspace(str(root), None).project.config.process
    if found != process_id:
        text = f"{root}: the workspace here is for the process {found}, not {process_id}"
        raise FedcheckError(text, "name another folder", ErrorKind.USAGE)
