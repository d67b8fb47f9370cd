"""Commands on the program itself: its keys and settings, where things are, shell completion."""

import click

from fedcheck.cli.options import json_option, print_error, print_json, print_line
from fedcheck.errors import Problem
from fedcheck.keys.action import PLACES
from fedcheck.keys.actions import ACTIONS, list_actions
from fedcheck.keys.key_names import key_text
from fedcheck.keys.keymap import KeyMap, build_key_map, list_key_problems
from fedcheck.storage import paths
from fedcheck.storage.config import UserConfig, list_portfolio_problems, load


def load_checked(folders: paths.UserFolders) -> tuple[UserConfig, list[Problem]]:
    """Read the user's configuration with everything that is wrong in it, keys and all."""
    return load(
        folders,
        lambda user: [
            *list_key_problems(user.preset, user.keys, user.start),
            *list_portfolio_problems(user),
        ],
    )


@click.group()
def config() -> None:
    """Show the keys of the app, check the configuration, say where fedcheck keeps things.

    \b
    Example:
      fedcheck config keys
      fedcheck config check
    """


@config.command("keys")
@json_option
def keys(as_json: bool) -> None:
    """Print the keys of the app as they are in force; `*` marks those that were changed.

    \b
    Example:
      fedcheck config keys
      fedcheck config keys --json
    """
    user, problems = load_checked(paths.find_user_folders())
    keymap = build_key_map(user.preset, user.keys)
    if as_json:
        print_json([_row(keymap, number) for number in range(len(ACTIONS))])
    else:
        _print_keys(keymap)
    if problems:
        print_error(
            f"warning: {len(problems)} left out of {problems[0].file}", "fedcheck config check"
        )


def _row(keymap: KeyMap, number: int) -> dict[str, object]:
    action = ACTIONS[number]
    return {
        "id": action.id,
        "place": action.place,
        "label": action.label,
        "help": action.help,
        "keys": keymap.of(action.id),
        "default": action.keys,
        "changed": action.id in keymap.changed,
    }


def _print_keys(keymap: KeyMap) -> None:
    wide = max(len(action.id) for action in ACTIONS)
    for place, title in PLACES.items():
        actions = list_actions(place)
        if not actions:
            continue
        print_line(title)
        for action in actions:
            mark = "*" if action.id in keymap.changed else " "
            written = " ".join(key_text(key) for key in keymap.of(action.id)) or "-"
            print_line(f"{mark} {action.id:<{wide}}  {written:<18} {action.help}")
        print_line()


@config.command("check")
@json_option
def check(as_json: bool) -> None:
    """Check the configuration file; exit 1 and name every problem where there is one.

    \b
    Example:
      fedcheck config check
    """
    folders = paths.find_user_folders()
    _, problems = load_checked(folders)
    if as_json:
        print_json(
            [
                {"file": str(p.file), "line": p.line, "message": p.message, "hint": p.hint}
                for p in problems
            ]
        )
    else:
        for problem in problems:
            print_line(str(problem))
        if not problems:
            there = folders.config_file.exists()
            print_line(
                f"{folders.config_file}: " + ("nothing is wrong" if there else "not there yet")
            )
    if problems:
        click.get_current_context().exit(1)


@config.command("paths")
@json_option
def paths_(as_json: bool) -> None:
    """Print the files and folders that fedcheck uses.

    \b
    Example:
      fedcheck config paths
    """
    folders = paths.find_user_folders()
    places = {
        "config": folders.config_file,
        "checklists": folders.checklists,
        "templates": folders.templates,
        "state": folders.state,
        "cache": folders.cache,
        "shipped": paths.find_shipped_checklists(),
    }
    if as_json:
        shown = {name: str(path) for name, path in places.items()}
        print_json({"schema": "fedcheck/paths@1", **shown})
        return
    for name, path in places.items():
        print_line(f"{name:<11} {path}" + ("" if path.exists() else "  (not there yet)"))


@click.command()
@click.pass_context
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a SHELL.

    \b
    Example:
      eval "$(fedcheck completion bash)"
      fedcheck completion fish > ~/.config/fish/completions/fedcheck.fish
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(ctx.find_root().command, {}, "fedcheck", "_FEDCHECK_COMPLETE").source())
