"""Commands that are made from the entries of a registry: options, help and completion."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fedcheck.cli import completion
from fedcheck.cli.lazy_group import LazyGroup
from fedcheck.cli.options import DateType, choice_of, print_line
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import FedcheckError
from fedcheck.importers.option import Option, OptionKind

if TYPE_CHECKING:
    from fedcheck.importers.plan import Note


SHOWN = 30
MOST = 800
"""Characters of a remark: one that names what stays, or is empty, is whole."""

"""How many remarks are shown before the rest is counted; --json lists them all."""


class RegistryGroup(LazyGroup):
    """A group with a command for each entry of a registry, in its order."""

    def __init__(
        self,
        *args: Any,
        list_names: Callable[[], Iterable[str]],
        build: Callable[[str], click.Command],
        find_name: Callable[[str], str] = str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, places={}, **kwargs)
        self.list_names = list_names
        self.build = build
        self.find_name = find_name

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the entries."""
        return list(self.list_names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Build and return the command of an entry."""
        name = self.find_name(cmd_name)
        return self.build(name) if name in self.list_names() else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, also by another name that its entry has."""
        return super().resolve_command(ctx, [*map(self.find_name, args[:1]), *args[1:]])


def build_help(text: str, examples: Iterable[str]) -> str:
    """Return the help of a command: its text, then the examples as they are typed."""
    return "\n".join([text, "", "\b", "Example:", *(f"  {line}" for line in examples)])


def build_option(option: Option) -> click.Option:
    """Return the command line option of a declared option."""
    kind: Any = None
    if option.choices:
        kind = choice_of(option.choices)
    elif option.kind is OptionKind.DAY:
        kind = DateType("future" if option.name == "until" else "past")
    elif option.kind is OptionKind.NUMBER:
        kind = click.IntRange(*option.between) if option.between else click.INT
    flag = option.kind is OptionKind.FLAG
    complete = completion.suggestions(option.suggest) if option.suggest else None
    return click.Option(
        [f"--{option.name}", option.name.replace("-", "_")],
        type=kind,
        is_flag=flag,
        multiple=option.kind is OptionKind.MANY,
        default=False if flag else option.default or None,
        metavar=option.metavar or None,
        help=option.help,
        shell_complete=complete,
    )


def collect_values(options: Iterable[Option], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of options as click read them; a text that was not given is empty."""
    found = {}
    for one in options:
        value = given[one.name.replace("-", "_")]
        empty = "" if one.kind is OptionKind.TEXT else None
        found[one.name] = empty if value is None else value
    return found


def existing_file(name: str, or_folder: bool = False) -> Path:
    """Return a file that a person named. Raises FedcheckError where there is none."""
    path = Path(name)
    if not (path.is_file() or (or_folder and path.is_dir())):
        raise FedcheckError(f"{path}: no such file", "check the name")
    return path


def show_notes(facts: Sequence[str], notes: "Sequence[Note]") -> None:
    """Print what was found or written, and the first of the remarks."""
    for fact in facts:
        print_line(one_line(fact, MOST))
    for note in notes[:SHOWN]:
        remedy = f"; {note.remedy}" if note.remedy else ""
        print_line(f"  {one_line(note.where, 60)}: {one_line(note.what + remedy, MOST)}")
    if len(notes) > SHOWN:
        print_line(f"  and {pluralize(len(notes) - SHOWN, 'more remark')}; --json lists them all")
