"""A group of commands that imports a command only when it is called."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

from fedcheck.errors import ErrorKind, FedcheckError


class LazyGroup(click.Group):
    """A group whose commands are places: `status:status` is `status` in `commands/status.py`."""

    def __init__(self, *args: Any, places: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order in which one meets them."""
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        place = self.places.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        found = getattr(importlib.import_module(f"fedcheck.cli.commands.{module}"), name)
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, with a suggestion where there is none of that name."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            from fedcheck.domain.reference import did_you_mean

            hint = did_you_mean(args[0], known) or f"see: {ctx.command_path} --help"
            raise FedcheckError(f'no command "{args[0][:60]}"', hint, ErrorKind.USAGE)
        return super().resolve_command(ctx, args)
