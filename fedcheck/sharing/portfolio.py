"""Read many workspaces side by side, as data: nothing is reconciled, locked, hashed or written.

What others share is not trusted: no template runs, no link out of a workspace is followed, and a
workspace that cannot be read is a row with the reason.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from msgspec import Struct

from fedcheck.analysis.board import build_board
from fedcheck.analysis.portfolio import DAYS, WorkspaceSummary, summarize
from fedcheck.domain.text import pluralize
from fedcheck.errors import FedcheckError, Problem
from fedcheck.storage import checklist_files, config, paths, workspace_files
from fedcheck.storage.config import UserConfig
from fedcheck.storage.evidence_states import peek_states
from fedcheck.storage.head_file import find_cache
from fedcheck.storage.paths import UserFolders
from fedcheck.storage.recent_workspaces import list_recent_workspaces
from fedcheck.storage.time_zones import find_zone

LEVELS = 2
"""How many folders deep workspaces are looked for in a folder that a person names."""

MOST = 500
"""The most workspaces of one portfolio."""

MOST_FOLDERS = 5000
"""The most folders that are looked into for workspaces."""


class PortfolioRow(Struct, frozen=True):
    """One workspace of a portfolio.

    Attributes:
        root: its folder, as it was found.
        summary: what it adds up to; None where it cannot be read.
        trouble: why it cannot be read; empty where it can.
        hint: what to do about that.
        problems: what is wrong with files of a workspace that can be read.
    """

    root: Path
    summary: WorkspaceSummary | None = None
    trouble: str = ""
    hint: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def brief(self) -> str:
        """Return why it cannot be read, without the path of its folder."""
        return self.trouble.replace(f"{self.root}{os.sep}", "").removeprefix(f"{self.root}: ")

    @property
    def name(self) -> str:
        """Return the name of the workspace, or that of its folder."""
        return self.summary.name if self.summary else self.root.name


class FoundWorkspaces(Struct, frozen=True):
    """Where the workspaces of a portfolio are.

    Attributes:
        roots: their folders, each once.
        broken: places that were named and cannot be looked into, or hold no workspace.
        left_out: what was not looked at; empty where all was.
    """

    roots: tuple[Path, ...]
    broken: tuple[PortfolioRow, ...] = ()
    left_out: str = ""


def choose_places(named: Sequence[str], user: UserConfig, folders: UserFolders) -> list[Path]:
    """Return where to look: what was named, else the configuration, else the recent workspaces."""
    if named or user.portfolio:
        return [paths.expand_path(one).absolute() for one in named or user.portfolio]
    return [Path(one) for one in list_recent_workspaces(folders)]


def find_workspaces(places: Iterable[Path]) -> FoundWorkspaces:
    """Return the workspaces at some places: each is a workspace, or a folder of workspaces.

    Looks LEVELS folders deep, never into hidden folders and never inside a workspace. A link to a
    folder is followed where it lies directly in a place that was named.
    """
    found: dict[str, Path] = {}
    broken: list[PortfolioRow] = []
    search = _Search()
    for place in places:
        root = place.parent if place.name == paths.WORKSPACE_FILE else place
        try:
            inside = list(search.look(root, LEVELS))
        except (FedcheckError, OSError, ValueError) as error:  # a path with a zero byte
            broken.append(_describe_failure(root, error))
            continue
        if not inside:
            text = f"no workspace in it or {LEVELS} folders below it"
            hint = "name a folder that holds fedcheck.toml, or folders that do"
            broken.append(PortfolioRow(root, trouble=text, hint=hint))
        for one in inside:
            found.setdefault(os.path.realpath(one), one)
    roots = tuple(found.values())
    left_out = "" if search.left else f"stopped after {MOST_FOLDERS} folders"
    if len(roots) > MOST:
        left_out = f"{pluralize(len(roots) - MOST, 'workspace')} beyond {MOST} left out"
    return FoundWorkspaces(roots[:MOST], tuple(broken), left_out)


class _Search:
    """A walk through folders with an end."""

    def __init__(self) -> None:
        self.left = MOST_FOLDERS

    def look(self, folder: Path, levels: int) -> Iterator[Path]:
        """Yield the workspaces in a folder that was named. Raises FedcheckError or OSError."""
        if paths.is_workspace(folder):
            yield folder
            return
        with os.scandir(folder) as listed:
            inside = sorted((one for one in listed if _is_folder(one)), key=lambda one: one.name)
        for entry in inside:
            self.left = max(self.left - 1, 0)
            if not self.left:
                return
            below = Path(entry.path)
            try:
                if paths.is_workspace(below):
                    yield below
                elif levels > 1 and not entry.is_symlink():
                    yield from self.look(below, levels - 1)
            except OSError:
                continue  # a folder beside the workspaces that is closed to this person
            except FedcheckError:
                yield below  # it may be a workspace: its row says that it is closed


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir() and not entry.name.startswith(".")
    except OSError:
        return False


def _describe_failure(root: Path, error: FedcheckError | OSError | ValueError) -> PortfolioRow:
    if isinstance(error, FedcheckError):
        return PortfolioRow(root, trouble=str(error), hint=error.hint)
    reason = error.strerror if isinstance(error, OSError) else ""
    text = (reason or str(error)).lower()
    return PortfolioRow(root, trouble=f"{root}: {text}", hint="check name and permissions")


class PortfolioReader:
    """Reads workspaces one after another; a list that several of them have is parsed once.

    Args:
        folders: the person's own folders.
        user: the person's configuration.
        clock: gives the time; each workspace's own time zone makes its today of it.
        as_of: the day to take for today everywhere.
        days: how many days ahead deadlines are listed.
        person: list the deadlines and the load of this person alone.
    """

    def __init__(
        self,
        folders: UserFolders,
        user: UserConfig,
        clock: Callable[[], datetime],
        as_of: date | None = None,
        days: int = DAYS,
        person: str = "",
    ) -> None:
        self.clock, self.as_of, self.days, self.person = clock, as_of, days, person
        self._places = (folders.checklists, *user.checklist_folders())
        self._base: checklist_files.Catalog | None = None
        self._cache = config.open_cache(user, folders)

    def read(self, root: Path) -> PortfolioRow:
        """Read one workspace; what is wrong with it is in the row. Writes nothing into it."""
        try:
            if self._base is None:
                shipped = paths.find_shipped_checklists()
                self._base = checklist_files.load_catalog(shipped, self._places, None, self._cache)
            cache = find_cache(root, self._cache)
            catalog = checklist_files.reloaded(self._base, root, cache)
            found = workspace_files.load(root, catalog, peek_states, cache)
            zone = find_zone(found.project.config.timezone)
            today = self.as_of or self.clock().astimezone(zone).date()
            summary = summarize(build_board(found.project, today), self.days, self.person)
        except (FedcheckError, OSError) as error:
            return _describe_failure(root, error)
        return PortfolioRow(root, summary, problems=tuple(found.problems))


def sort_rows(rows: Iterable[PortfolioRow]) -> list[PortfolioRow]:
    """Return rows by the day that comes next; those without a day, then those without a summary."""

    def order(row: PortfolioRow) -> tuple[bool, date, str, str]:
        day = row.summary.next_day if row.summary else date.max
        return row.summary is None, day, row.name.casefold(), str(row.root)

    return sorted(rows, key=order)
