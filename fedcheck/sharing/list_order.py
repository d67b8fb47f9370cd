"""What merging a progress file takes from its checklist: the order of items, and old ids."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from fedcheck.storage import config, paths
from fedcheck.storage.checklist_reader import load_list
from fedcheck.storage.names import ListId


def read_item_order(root: Path, name: ListId) -> tuple[Sequence[str], Mapping[str, str]]:
    """Return the item ids of a checklist in order, and today's ids by earlier ones.

    The workspace's own list counts before the user's and the shipped one, as everywhere. One that
    cannot be read states nothing.
    """
    for path, under in _list_places(root, name):
        if path.is_file():
            checklist = load_list(path, "file", under=under).checklist
            if checklist is not None:
                return tuple(checklist.items), checklist.renamed
    return (), {}


def _list_places(root: Path, name: ListId) -> Iterator[tuple[Path, Path | None]]:
    """Yield where the list may be, nearest first, and the folder that no link may lead out of."""
    file = f"{name}.toml"
    yield root / "checklists" / file, root
    yield paths.private_home(root) / "checklists" / file, root
    for folder in config.user_checklists():
        yield folder / file, None
    for path in sorted(paths.find_shipped_checklists().glob(f"*/{file}")):
        yield path, None
