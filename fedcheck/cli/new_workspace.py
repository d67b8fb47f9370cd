"""What commands that make workspaces share: the process, the role, and the profile options."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from fedcheck.domain.process import Process
from fedcheck.domain.reference import did_you_mean
from fedcheck.errors import ErrorKind, FedcheckError, InvalidFileError
from fedcheck.storage.checklist_files import Catalog

F = TypeVar("F", bound=Callable[..., Any])

PROFILE_OPTIONS = (
    click.option("--impact", help="Impact level; the process has a default."),
    click.option("--type", "type_", help="cr26: 20x or rev5."),
    click.option("--path", help="cr26: program or agency."),
    click.option("--class", "class_", help="cr26: a, b, c or d."),
    click.option("--profile", multiple=True, metavar="OPTION=VALUE", help="Other profile options."),
)


begins_option = click.option(
    "--from",
    "begins",
    default="",
    metavar="PHASE",
    help="Phase to start in; leaves out earlier ones.",
)


def profile_options(command: F) -> F:
    """Add the options that set the profile of a new workspace; see `collect_profile`."""
    for option in reversed(PROFILE_OPTIONS):
        command = option(command)
    return command


def collect_profile(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the profile options that were given, by name. Raises FedcheckError (usage)."""
    options = dict(parse_pair(text, "--profile") for text in given["profile"])
    names = {"impact": "impact", "type_": "type", "path": "path", "class_": "class"}
    named = {name: given[key] for key, name in names.items()}
    return options | {name: value for name, value in named.items() if value}


def parse_pair(text: str, option: str) -> tuple[str, str]:
    """Return both sides of NAME=VALUE. Raises FedcheckError (usage)."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise FedcheckError(f"{option} {text[:60]}: expected NAME=VALUE", "", ErrorKind.USAGE)
    return name.strip(), value.strip()


def find_process(catalog: Catalog, process_id: str) -> Process:
    """Return a process by its id. Raises FedcheckError where there is none, or it is broken."""
    process = catalog.processes.get(process_id)
    file = catalog.process_file(process_id)
    errors = [one for one in (file.problems() if file else ()) if one.severity == "error"]
    if errors:
        raise InvalidFileError(errors)
    if process is None:
        known = ", ".join(sorted(catalog.processes))
        hint = did_you_mean(process_id, catalog.processes) or f"known: {known}"
        raise FedcheckError(f'unknown process "{process_id[:60]}"', hint, ErrorKind.USAGE)
    return process


def check_role(process: Process, role: str) -> None:
    """Raise FedcheckError (usage) where a process has no such role."""
    if role not in process.roles:
        hint = did_you_mean(role, process.roles) or "known: " + ", ".join(process.roles)
        raise FedcheckError(f'{process.id} has no role "{role[:60]}"', hint, ErrorKind.USAGE)
