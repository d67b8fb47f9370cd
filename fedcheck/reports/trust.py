"""Trust in templates of a workspace: a workspace comes from somebody else, and so do they.

What a person trusts is kept in the state folder of that person at this machine, never in a
workspace: for the path of the workspace and the name of the template, the SHA-256 of every
template of the workspace that takes part. A change of any of them makes the template unknown again.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.reports.template_files import find_template
from fedcheck.reports.template_runner import Source, collect_sources
from fedcheck.storage import atomic_files
from fedcheck.storage.paths import UserFolders
from fedcheck.storage.typed_files import make_trusted_folder

STORE = "trusted-templates.json"
FORMAT = 1

_MAX_STORE_BYTES = 2_000_000
"""The largest store that is read, in bytes; a larger one counts as empty."""


class Bundle(Struct, frozen=True):
    """A template as far as it comes from a workspace.

    Attributes:
        name: the template that is to be rendered.
        root: the workspace.
        files: the files of the workspace that take part, by path.
        digest: SHA-256 over their names and texts, in hex.
    """

    name: str
    root: Path
    files: tuple[Path, ...]
    digest: str


class UntrustedError(FedcheckError):
    """A template of a workspace that the person has not trusted, or not as it is now."""

    def __init__(self, bundle: Bundle) -> None:
        count = len(bundle.files)
        shown = ", ".join(str(path.relative_to(bundle.root)) for path in bundle.files[:5])
        more = f" and {count - 5} more" if count > 5 else ""
        super().__init__(
            f'the report template "{bundle.name}" comes with this workspace, and you have not '
            f"trusted its current version: {shown}{more}",
            f"read it, then run: fedcheck report {bundle.name} --trust {bundle.name}",
            ErrorKind.USAGE,
        )
        self.bundle = bundle


def build_bundle(name: str, root: Path, sources: Mapping[str, Source]) -> Bundle | None:
    """Return what a template takes from the workspace; nothing where it takes nothing.

    Args:
        name: the template.
        root: the workspace.
        sources: the template and all that it names, from `running.collect_sources`.
    """
    theirs = {key: one for key, one in sources.items() if one.info.origin == "workspace"}
    if not theirs:
        return None
    texts = [
        (key, hashlib.sha256(one.text.encode("utf-8")).hexdigest())
        for key, one in sorted(theirs.items())
    ]
    digest = hashlib.sha256(json.dumps(texts).encode("ascii")).hexdigest()
    paths = tuple(sorted({one.info.path for one in theirs.values()}))
    return Bundle(name, root, paths, digest)


def find_untrusted(name: str, root: Path, folders: UserFolders) -> Bundle | None:
    """Return what a person has to trust before a template runs; nothing where that is settled.

    Raises FedcheckError: status 2 where there is no such template, 3 where it cannot be read.
    """
    sources = collect_sources(find_template(root, folders, name), root, folders)
    bundle = build_bundle(name, root, sources)
    return None if bundle is None or is_trusted(bundle, folders) else bundle


def is_trusted(bundle: Bundle, folders: UserFolders) -> bool:
    """Return whether the person trusted a template of this workspace exactly as it is now."""
    known = _load_workspaces(folders).get(_key(bundle.root))
    return isinstance(known, dict) and known.get(bundle.name) == bundle.digest


def require(bundle: Bundle, folders: UserFolders) -> None:
    """Raise UntrustedError where the person has not trusted a template."""
    if not is_trusted(bundle, folders):
        raise UntrustedError(bundle)


def trust(bundle: Bundle, folders: UserFolders) -> None:
    """Keep that the person trusts a template as it is now. Raises FedcheckError."""
    workspaces = _load_workspaces(folders)
    known = workspaces.get(_key(bundle.root))
    kept = {**(known if isinstance(known, dict) else {}), bundle.name: bundle.digest}
    data = {"format": FORMAT, "workspaces": {**workspaces, _key(bundle.root): kept}}
    text = json.dumps(data, indent=2, sort_keys=True) + "\n"
    make_trusted_folder(folders.state)
    path = folders.state / STORE
    atomic_files.replace_file(path, text.encode("ascii"), under=folders.state)


def _key(root: Path) -> str:
    # A link to a workspace is that workspace.
    return str(root.resolve())


def _load_workspaces(folders: UserFolders) -> dict[str, Any]:
    """Return what is kept, by workspace. A damaged store counts as empty: the person is asked."""
    try:
        data = json.loads(atomic_files.read_prefix(folders.state / STORE, _MAX_STORE_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        return {}
    found = data.get("workspaces")
    return found if isinstance(found, dict) else {}
