"""A field for links: completes paths, and takes what a terminal pastes for a dropped file."""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from fedcheck.domain.text import count_cells, one_line
from fedcheck.storage.evidence_files import find_typed_file, guess_kind
from fedcheck.storage.evidence_paths import is_fedcheck_file
from fedcheck.storage.paths import expand_path

_SPECIAL = re.compile(r"[\s'\"\\]")

Known = Callable[[str], bool]
"""Returns whether a text is the path of a file."""


def links_in(text: str, known: Known) -> list[str]:
    """Return the links that a text means: several where each is quoted, escaped or known.

    A terminal pastes the path of a dropped file quoted (`'/a b/c.pdf'`), escaped (`/a\\ b/c.pdf`),
    as a file:// URL, or as it is; several with a blank or a line end between them.
    """
    found: list[str] = []
    for line in text.splitlines():
        line = line.strip()
        if line:
            found += _of_line(line, known)
    return list(dict.fromkeys(found))


def _of_line(line: str, known: Known) -> list[str]:
    if known(line):
        return [line]
    words = _words(line)
    if len(words) > 1 and not any(known(word) or guess_kind(word) != "file" for word in words):
        return [line]
    return words


def _words(line: str) -> list[str]:
    """Split at blanks outside quotes; a backslash takes a sign that is no letter as it is."""
    words: list[str] = []
    word, quote, started = "", "", False
    signs = iter(range(len(line)))
    for at in signs:
        char, following = line[at], line[at + 1 : at + 2]
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote, started = char, True
        elif char == "\\" and quote != "'" and following and not following.isalnum():
            word += following
            next(signs)
        elif char.isspace() and not quote:
            if word or started:
                words.append(word)
            word, started = "", False
        else:
            word += char
    if word or started:
        words.append(word)
    return [_path(word) for word in words if word]


def _path(word: str) -> str:
    """Return the path of a file:// URL of this machine; anything else as it is."""
    if not word.lower().startswith("file://"):
        return word
    parts = urlsplit(word)
    return unquote(parts.path) if parts.netloc in ("", "localhost") else word


def as_typed(links: Sequence[str]) -> str:
    """Return links on one line, so that `links_in` finds them again."""
    if len(links) == 1:
        return links[0]
    return " ".join(_quoted(link) for link in links)


def _quoted(link: str) -> str:
    if not _SPECIAL.search(link):
        return link
    return f"'{link}'" if "'" not in link else re.sub(r"([\s'\"\\])", r"\\\1", link)


class LinkField(Input):
    """A line for one link or several; tab completes a path or lists what it may be, or goes on."""

    class Candidates(Message):
        """Several files begin with what was typed; their names, for a line of the form."""

        def __init__(self, names: Sequence[str]) -> None:
            super().__init__()
            self.names = names

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "complete", "complete", show=False)]

    def __init__(self, value: str, here: Path, root: Path, **about: str) -> None:
        suggester = PathSuggester(here, root)
        super().__init__(value, suggester=suggester, select_on_focus=False, **about)  # type: ignore[arg-type]
        self.here = here
        self.root = root

    @property
    def links(self) -> list[str]:
        """Return the links that are here."""
        return links_in(self.value, self.is_file)

    def is_file(self, text: str) -> bool:
        """Return whether there is a file of that name, here or in the workspace."""
        return find_typed_file(text, self.here, self.root) is not None

    def _on_paste(self, event: events.Paste) -> None:
        """Take a pasted text: paths of dropped files go behind what is here already."""
        event.stop()
        event.prevent_default()
        links = links_in(event.text, self.is_file)
        pasted = links and (len(links) > 1 or "\n" in event.text or _SPECIAL.search(event.text))
        if pasted or (links and self.is_file(links[0])):
            before = self.links if self.value.strip() else []
            self.value = as_typed(list(dict.fromkeys([*before, *links])))
            self.cursor_position = len(self.value)
        elif event.text.strip():
            self.insert_text_at_cursor(event.text.strip().splitlines()[0])

    def action_complete(self) -> None:
        """Complete as far as there is no doubt, then list what may follow; else go on."""
        found = find_paths(self.value, (self.here, self.root))
        if not found or self.is_file(self.value):
            self.screen.focus_next()
            return
        common = os.path.commonprefix(found)  # noqa: RUF071 - by character, as shells do
        if len(common) > len(self.value) or len(found) == 1:
            self.value = common
            self.cursor_position = len(common)
        if len(found) > 1:
            start = common.rpartition("/")[0]
            names = [one[len(start) :].removeprefix("/") for one in found]
            self.call_after_refresh(self.post_message, self.Candidates(names))


class PathSuggester(Suggester):
    """Completes paths of files, from the working directory and from the workspace."""

    def __init__(self, *folders: Path) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.folders = folders

    async def get_suggestion(self, value: str) -> str | None:
        """Return the first path that begins with what was typed."""
        return next(iter(find_paths(value, self.folders)), None)


def find_paths(value: str, folders: Iterable[Path]) -> list[str]:
    """Return the paths that begin with what was typed, in the first folder that has some."""
    if not value or "://" in value:
        return []
    head, _, tail = value.rpartition("/")
    for base in folders:
        folder = base / expand_path(head + "/" if head or value.startswith("/") else "")
        try:
            names = sorted(row.name + ("/" if row.is_dir() else "") for row in os.scandir(folder))
        except OSError:
            continue
        found = [
            value[: len(value) - len(tail)] + name
            for name in names
            if name.startswith(tail) and name != tail and (tail or not name.startswith("."))
        ]
        if head == "":
            found = [one for one in found if not is_fedcheck_file(one.rstrip("/"))]
        if found:
            return found
    return []


def list_names(names: Sequence[str], cells: int) -> str:
    """Return names of files on one line of so many cells, and how many more there are."""
    shown: list[str] = []
    for name in names:
        more = f"  and {len(names) - len(shown)} more"
        if count_cells("  ".join([*shown, one_line(name)])) + len(more) > cells and shown:
            return "  ".join(shown) + more
        shown.append(one_line(name, max(cells - len(more), 8)))
    return "  ".join(shown)


class ItemSuggester(Suggester):
    """Completes the last of several references, by the ids of items."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.ids = ids

    async def get_suggestion(self, value: str) -> str | None:
        """Return what was typed with its last reference completed."""
        last = re.split(r"[,\s]+", value)[-1]
        if not last:
            return None
        found = next((one for one in self.ids if one.startswith(last) and one != last), None)
        return value + found[len(last) :] if found else None
