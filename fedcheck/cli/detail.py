"""Options for the details of a finding, made from what the data class says of each."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

import click

from fedcheck.cli.context import Day
from fedcheck.model.finding import Finding
from fedcheck.model.weakness import DETAILS

Command = Callable[..., None]

NAMES = {
    "controls": "control",
    "assets": "asset",
    "cves": "cve",
    "steps": "step",
    "step_changes": "step-change",
}
"""How the option of a list is called: it is given once for each of them."""


def detail_options(command: Command) -> Command:
    """Add an option for each detail of a finding."""
    hints = get_type_hints(Finding)
    described = {f.name: f.metadata["key"].doc for f in fields(Finding) if "key" in f.metadata}
    for name in reversed(list(DETAILS)):
        option = f"--{NAMES.get(name, name).replace('_', '-')}"
        text = f"{described[name]}."
        many = get_origin(hints[name]) is tuple
        if many:
            text += " Several times for several."
        kind = _type(hints[name])
        command = click.option(option, name, type=kind, multiple=many, help=text)(command)
    return command


def _type(hint: Any) -> click.ParamType:  # type: ignore[type-arg]
    if get_origin(hint) is Literal:
        return click.Choice(get_args(hint))
    return click.STRING if hint is str or get_origin(hint) is tuple else Day()


def given(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details that were given; an empty text in a list of one clears that list."""
    found = {name: value for name, value in details.items() if value is not None and value != ()}
    return {
        name: [one for one in value if one] if isinstance(value, tuple) else value
        for name, value in found.items()
    }
