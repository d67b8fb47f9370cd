"""Commands on the program itself: where things are, shell completion."""

import click

from fedcheck.cli.context import json_option, print_json, say
from fedcheck.store import paths


@click.group()
def config() -> None:
    """Show where fedcheck keeps things.

    \b
    Example:
      fedcheck config paths
    """


@config.command("paths")
@json_option
def paths_(as_json: bool) -> None:
    """Print the files and folders that fedcheck uses.

    \b
    Example:
      fedcheck config paths
    """
    folders = paths.user_folders()
    places = {
        "config": folders.config_file,
        "checklists": folders.checklists,
        "templates": folders.templates,
        "state": folders.state,
        "cache": folders.cache,
        "shipped": paths.shipped_checklists(),
    }
    if as_json:
        shown = {name: str(path) for name, path in places.items()}
        print_json({"schema": "fedcheck/paths@1", **shown})
        return
    for name, path in places.items():
        say(f"{name:<11} {path}" + ("" if path.exists() else "  (not there yet)"))


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a SHELL.

    \b
    Example:
      eval "$(fedcheck completion bash)"
      fedcheck completion fish > ~/.config/fish/completions/fedcheck.fish
    """
    from click.shell_completion import get_completion_class

    from fedcheck.cli.main import cli

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(cli, {}, "fedcheck", "_FEDCHECK_COMPLETE").source())
