"""The user's own configuration, which is read and never rewritten; the machine's time zone."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Struct

from fedcheck.domain.dates import DateOrder
from fedcheck.domain.key import Key
from fedcheck.domain.text import one_line
from fedcheck.errors import InvalidFileError, Problem
from fedcheck.storage import cache
from fedcheck.storage.cache import Cache
from fedcheck.storage.paths import UserFolders, expand_path, find_user_folders

Glyphs = Literal["unicode", "ascii"]
Preset = Literal["", "vim"]
Theme = Literal[
    "",
    "fedcheck-dark",
    "fedcheck-light",
    "contrast-dark",
    "contrast-light",
    "colour-blind-dark",
    "colour-blind-light",
    "monochrome",
    "terminal",
]
"""The themes of the app; it has no others."""

DATE_ORDERS: dict[str, DateOrder] = {"month-first": "mdy", "day-first": "dmy"}
"""What the setting `date-order` may state, and what it means."""

Check = Callable[["UserConfig"], Iterable[tuple[tuple[str | int, ...], str, str]]]
"""Finds what is wrong beyond names and types: place in the file, message, what to do."""


class UserConfig(Struct, frozen=True, rename="kebab"):
    """What `config.toml` in the user's configuration folder may state."""

    format: Annotated[int, Key("Version of the file format: 1")] = 1
    name: Annotated[str, Key("Short name that your changes are recorded under")] = ""
    theme: Annotated[Theme, Key("Theme of the app")] = ""
    glyphs: Annotated[Glyphs, Key("Status signs: unicode or ascii")] = "unicode"
    start: Annotated[str, Key("Start screen of the app")] = "home"
    mouse: Annotated[bool, Key("Whether the app uses the mouse")] = True
    preset: Annotated[Preset, Key("Additional keys: vim")] = ""
    keys: Annotated[Mapping[str, Any] | None, Key("Your keys: action id to key or keys")] = None
    checklists: Annotated[tuple[str, ...], Key("Additional folders with checklists")] = ()
    portfolio: Annotated[
        tuple[str, ...], Key("Workspaces, and folders of workspaces, of your portfolio")
    ] = ()
    cache: Annotated[
        Literal["on", "all", "off"],
        Key("Cache of parsed files: on, all (also of workspaces with a marking), or off"),
    ] = "on"
    date_order: Annotated[
        Literal["month-first", "day-first"], Key("Order of typed dates such as 2/1/2027")
    ] = "month-first"

    @property
    def typed_dates(self) -> DateOrder:
        """Return what 2/1/2027 means where this person types it."""
        return DATE_ORDERS[self.date_order]

    def checklist_folders(self) -> list[Path]:
        """Return the folders with checklists; one of a user that is not known stays as written."""
        return [expand_path(folder) for folder in self.checklists]


def load(folders: UserFolders, check: Check = lambda _: ()) -> tuple[UserConfig, list[Problem]]:
    """Read the user's configuration; a broken one counts as empty and is listed.

    What is wrong in part is listed and left at its default; `check` states more of what is wrong.
    """
    if not os.path.lexists(folders.config_file):
        return UserConfig(), []
    from fedcheck.storage.decoder import decode  # many have no such file, and need no parser
    from fedcheck.storage.toml_io import read

    try:
        document = read(folders.config_file)
    except InvalidFileError as error:
        return UserConfig(), error.problems
    problems = document.collector()
    config = decode(UserConfig, document.data, (), problems) or UserConfig()
    for path, message, hint in check(config):
        problems.add(path, message, hint)
    return config, problems.problems()


def open_cache(
    config: UserConfig, folders: UserFolders, environment: Mapping[str, str] = os.environ
) -> Cache:
    """Return the cache that this person wants; FEDCHECK_CACHE counts before the configuration."""
    wanted = environment.get("FEDCHECK_CACHE") or config.cache
    return cache.open_cache(None if wanted == "off" else folders.cache, wanted == "all")


def list_portfolio_problems(config: UserConfig) -> list[tuple[tuple[str | int, ...], str, str]]:
    """Return the folders of the portfolio that depend on where fedcheck is started."""
    return [
        (
            ("portfolio",),
            f'"{one_line(one, 60)}" is not a full path',
            "write ~/clients or /clients",
        )
        for one in config.portfolio
        if not expand_path(one).is_absolute()
    ]


def user_checklists() -> list[Path]:
    """Return the folders of this user's own checklists and processes, the nearest first."""
    folders = find_user_folders()
    config, _ = load(folders)
    return [folders.checklists, *config.checklist_folders()]


def resolve_user(config: UserConfig, environment: Mapping[str, str]) -> str:
    """Return the name that changes are recorded under: FEDCHECK_USER, configuration, login."""
    named = environment.get("FEDCHECK_USER") or config.name
    if not named:
        import getpass  # loaded here: it brings the terminal's own library

        try:
            named = getpass.getuser()
        except (OSError, KeyError, ImportError):
            named = "someone"
    return one_line(named, 60) or "someone"
