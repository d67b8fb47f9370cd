"""Where in the files of a workspace something stands: the file of a record, and the line."""

from pathlib import Path

from fedcheck.errors import InvalidFileError
from fedcheck.model.project import Project
from fedcheck.store import books, toml
from fedcheck.store.lines import Lines
from fedcheck.store.paths import private_home

Keys = tuple[str | int, ...]


class Places:
    """Finds files and lines; each file is read once, and only when it is asked for."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._read: dict[Path, Lines] = {}

    def home(self, checklist: str) -> Path:
        """Return the folder that the records of a checklist lie under."""
        root = Path(self.project.root)
        return private_home(root) if checklist in self.project.private_lists else root

    def progress_file(self, checklist: str) -> Path:
        """Return the file with the records of a checklist."""
        return books.path_of(self.home(checklist), checklist)

    def record(self, checklist: str, item: str, *more: str | int) -> int:
        """Return the line of a record, or of something in it; 0 where it cannot be found.

        The file may still hold it under an earlier id of its item.
        """
        found = self.project.checklists.get(checklist)
        earlier = [old for old, new in found.renamed.items() if new == item] if found else []
        file = self.progress_file(checklist)
        names = [item, *earlier]
        known = self._lines(file).known
        name = next((one for one in names if ("item", one) in known), item)
        return self.line(file, "item", name, *more)

    def line(self, file: Path, *keys: str | int) -> int:
        """Return the line of a path of keys, or of the nearest place above it."""
        return self._lines(file).of(keys) if self._lines(file).known.keys() != {()} else 0

    def _lines(self, file: Path) -> Lines:
        if file not in self._read:
            try:
                self._read[file] = Lines(toml.read(file).text)
            except InvalidFileError:
                self._read[file] = Lines("")
        return self._read[file]
