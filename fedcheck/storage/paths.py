"""Where things are: the workspace, the shipped checklists, the user's own folders."""

import errno
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from fedcheck.errors import ErrorKind, FedcheckError

WORKSPACE_FILE = "fedcheck.toml"
"""The file that makes a folder a workspace."""

LOCAL_STATE = ".fedcheck"
"""The folder of a workspace that stays on this machine: lock, hashes."""


HANDOVERS_FOLDER = "handovers"
"""The folder of a workspace with the packages that were sent to others, and what came back."""

PRIVATE_FOLDER = "private"
"""The folder of a workspace whose content never leaves the company; laid out like the workspace."""


def private_home(root: Path) -> Path:
    """Return the folder of a workspace with what never leaves the company."""
    return root / PRIVATE_FOLDER


def workspace_of(home: Path) -> Path:
    """Return the root that a home of records belongs to: the workspace, or its private folder.

    It is what is trusted when files of the home are written or read.
    """
    if home.name == PRIVATE_FOLDER and os.path.lexists(home.parent / WORKSPACE_FILE):
        return home.parent
    return home


class UserFolders(Struct, frozen=True):
    """The folders of the person at this machine.

    Attributes:
        config: configuration, templates and checklists; never written by us.
        state: what the app remembers, and crash reports.
        cache: may be deleted at any time.
    """

    config: Path
    state: Path
    cache: Path

    @property
    def config_file(self) -> Path:
        """Return the user's configuration file."""
        return self.config / "config.toml"

    @property
    def checklists(self) -> Path:
        """Return the user's own checklist folder."""
        return self.config / "checklists"

    @property
    def templates(self) -> Path:
        """Return the folder of the user's own report templates."""
        return self.config / "templates"


def expand_path(text: str | Path) -> Path:
    """Return a typed path with `~` worked out; an unknown user's stays as it was written."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path.expanduser raises for ~nobody


def find_user_folders() -> UserFolders:
    """Return the user's folders by the customs of the system (XDG on Linux)."""
    plain = _plain_xdg(os.environ) if sys.platform == "linux" else None
    if plain is not None:
        return plain
    import platformdirs  # loaded here: it takes longer than to find the folders of most

    return UserFolders(
        platformdirs.user_config_path("fedcheck", appauthor=False),
        platformdirs.user_state_path("fedcheck", appauthor=False),
        platformdirs.user_cache_path("fedcheck", appauthor=False),
    )


XDG = (
    ("XDG_CONFIG_HOME", ".config"),
    ("XDG_STATE_HOME", ".local/state"),
    ("XDG_CACHE_HOME", ".cache"),
)
"""The variables that name a person's folders, and the folders of the home where they do not."""


def _plain_xdg(environment: Mapping[str, str]) -> UserFolders | None:
    """Return the user's folders by the XDG Base Directory Specification.

    None where that takes more than to look at absolute paths (no home, a relative one, Android).
    """
    home = environment.get("HOME", "").rstrip("/")
    found = []
    for variable, usual in XDG:
        folder = environment.get(variable) or (home and f"{home}/{usual}")
        if not folder.startswith("/") or "ANDROID_DATA" in environment:
            return None
        found.append(Path(folder, "fedcheck"))
    return UserFolders(*found)


TOP_PAGES = {"readme": "README.md", "security": "SECURITY.md"}
"""The pages of the documentation that are at the top of a checkout."""


def find_shipped_docs() -> dict[str, Path]:
    """Return the pages of the documentation by topic: those of a checkout, or those in a wheel.

    Raises FedcheckError where there are none.
    """
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent
    found: dict[str, Path] = {}
    if (checkout / "pyproject.toml").is_file():
        pages = {name: checkout / file for name, file in TOP_PAGES.items()}
        found = {name: page for name, page in pages.items() if page.is_file()}
    for folder in (checkout / "docs", package / "docs"):
        if found or folder.parent == package:
            found |= {page.stem: page for page in sorted(folder.glob("*.md"))}
    if not found:
        raise FedcheckError(f"{package}: the documentation is missing", "reinstall fedcheck")
    return found


def find_shipped_checklists() -> Path:
    """Return the folder of the shipped checklists: next to the package, or inside it in a wheel."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "checklists").is_dir():
        return checkout / "checklists"
    if (package / "checklists").is_dir():
        return package / "checklists"
    raise FedcheckError(f"{package}: the shipped checklists are missing", "reinstall fedcheck")


_NOTHING_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}


def is_workspace(folder: Path) -> bool:
    """Return whether a folder holds a workspace, be its head file broken or not.

    Raises FedcheckError where the system does not let this user look.
    """
    try:
        (folder / WORKSPACE_FILE).lstat()
    except ValueError:  # a path with a zero byte
        return False
    except OSError as error:
        if error.errno in _NOTHING_THERE:
            return False
        reason = (error.strerror or str(error)).lower()
        closed = _find_closed(folder)
        where = "" if closed == folder else f" (on the way to {folder})"
        raise FedcheckError(
            f"{closed}: {reason}{where}",
            "ask the owner of the folder for access, or name another workspace with -w DIR",
        ) from error
    return True


def _find_closed(folder: Path) -> Path:
    """Return the nearest folder that can be seen at all: it is the one that lets nobody in."""
    for one in (folder, *folder.parents):
        try:
            one.lstat()
        except OSError:
            continue
        return one
    return folder


def find_working_folder() -> Path:
    """Return the working directory. Raises FedcheckError where it was removed meanwhile."""
    try:
        return Path.cwd()
    except OSError as error:
        reason = (
            "no longer exists" if error.errno == errno.ENOENT else (error.strerror or "").lower()
        )
        raise FedcheckError(
            f"the working directory: {reason}", "change to an existing folder: cd DIR"
        ) from error


def find_workspace(named: str | None, environment: Mapping[str, str], here: Path) -> Path:
    """Return the root of the workspace that is meant.

    That is the folder named by `-w`, else by FEDCHECK_WORKSPACE, else the nearest one above the
    working directory. Raises FedcheckError with status 2 where there is none, and with 3 where a
    folder on the way is closed to this user and may hold it: never a guess.
    """
    said = named or environment.get("FEDCHECK_WORKSPACE", "")
    if said:
        root = expand_path(said)
        if root.name == WORKSPACE_FILE and is_workspace(root.parent):
            root = root.parent
        if is_workspace(root):
            return root.absolute()
        where = "-w" if named else "FEDCHECK_WORKSPACE"
        raise FedcheckError(
            f"{root}: no workspace here ({where} names it)",
            "name a folder that holds fedcheck.toml, or create one with: fedcheck init",
            ErrorKind.USAGE,
        )
    for folder in (here, *here.parents):
        if is_workspace(folder):
            return folder
    raise FedcheckError(
        f"no workspace in {here} or above it",
        "change to one, name one with -w DIR, or create one: fedcheck init",
        ErrorKind.USAGE,
    )
