"""The books of a workspace as they were last read, and saving to them: shared and private.

What only a change, or a look at the history, needs is imported where that is done.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.domain.change import (
    Change,
    HistoryLine,
    find_next_redo,
    find_next_undo,
    is_outside,
)
from fedcheck.domain.reference import add_earlier_refs
from fedcheck.errors import InvalidFileError
from fedcheck.storage import head_file, history, local_state, record_files
from fedcheck.storage.cache import NO_CACHE, Cache
from fedcheck.storage.guards import Guard
from fedcheck.storage.paths import private_home
from fedcheck.storage.presence import Identity
from fedcheck.storage.record_file import PACKAGE, RecordFile, has_unsettled

if TYPE_CHECKING:
    from fedcheck.storage.checklist_writer import Rewritten
    from fedcheck.storage.history_search import HistorySearch
    from fedcheck.storage.outside_notes import TransactionHead
    from fedcheck.storage.own_transactions import OwnTransaction
    from fedcheck.storage.transaction import CommitResult, Part, Plan
    from fedcheck.storage.unexplained import OutsideChange

Renamed = Mapping[str, Mapping[str, str]]
"""Today's item ids by earlier ones, for each checklist that has renamed any."""


class RecordStore(Struct):
    """The books of a workspace, and those of its private folder.

    Attributes:
        root: the workspace.
        books: its books by name: progress by checklist, requests, findings.
        private: those under `private/`.
        identity: distinguishes the workspace from another one that takes its place.
        cache: where parsed files of the workspace are kept; never those under `private/`.
        user_cache: this person's cache, which the workspace may not want for its files.
    """

    root: Path
    books: dict[str, RecordFile]
    private: dict[str, RecordFile]
    identity: Identity
    cache: Cache = NO_CACHE
    user_cache: Cache = NO_CACHE
    _refused_lines: dict[Path, tuple[HistoryLine, ...]] = field(default_factory=dict)
    _signed: str = ""
    _searching: "HistorySearch | None" = None

    @property
    def homes(self) -> tuple[Path, Path]:
        """Return the two places with books: the workspace, and its private folder."""
        return self.root, private_home(self.root)

    @property
    def _search(self) -> "HistorySearch":
        if self._searching is None:
            from fedcheck.storage.history_search import HistorySearch

            self._searching = HistorySearch(self.root, self.homes)
        return self._searching

    @property
    def known(self) -> dict[Path, dict[str, RecordFile]]:
        """Return the books of each place as they were last read, and the package as it is now."""
        books = {**self.books}
        with suppress(InvalidFileError):
            books[PACKAGE] = record_files.load(self.root, PACKAGE, self.cache)
        return {self.root: books, private_home(self.root): self.private}

    def of(self, private: bool) -> dict[str, RecordFile]:
        """Return the books of one of the two places."""
        return self.private if private else self.books

    def find_cache(self) -> Cache:
        """Return the cache for the files of the workspace, as its head file wants it by now."""
        self.cache = head_file.find_cache(self.root, self.user_cache)
        return self.cache

    def part(
        self,
        home: Path,
        orders: Mapping[str, Sequence[str]],
        plan: "Plan",
        rewritten: Sequence["Rewritten"] = (),
    ) -> "Part":
        """Return what a transaction does in one of the two places; see `Part`."""
        from fedcheck.storage.transaction import Part

        cache = self.cache if home == self.root else NO_CACHE
        return Part(home, self.of(home != self.root), orders, plan, rewritten, cache)

    def has_unsettled(self) -> bool:
        """Return whether any record holds the values of two sides of a merge."""
        return has_unsettled(self.books) or has_unsettled(self.private)

    def save(
        self,
        parts: Sequence["Part"],
        head: "TransactionHead",
        guard: Guard,
        renamed: Renamed,
    ) -> dict[Path, "CommitResult"]:
        """Save what a transaction does in each place; see `transaction.commit`.

        History lines that a full disk refused earlier are written first.
        """
        from fedcheck.storage import transaction
        from fedcheck.storage.outside_notes import HistoryRefusedError

        self.identity.check()
        for part in parts:
            self.append_refused_lines(part.home, head.by)

        head = replace(head, signed=self._signed)
        try:
            saved = transaction.commit(self.identity, parts, head, guard, renamed)
        except HistoryRefusedError as error:
            self._refused_lines[error.home] = error.lines
            raise
        results = dict(zip((part.home for part in parts), saved, strict=True))
        for home, result in results.items():
            books = self.of(home != self.root)
            for name, book in result.books.items():
                before = books.get(name)
                if home == self.root and (before is None or before.sha256 != book.sha256):
                    record_files.remember_saved(book, before.sha256 if before else "", self.cache)
                books[name] = book
        return results

    @contextmanager
    def signed_by(self, who: str) -> Iterator[None]:
        """Write another name into the history lines of what is saved meanwhile.

        For changes that somebody made elsewhere. Undo still takes them as those of who saves.
        """
        self._signed = who
        try:
            yield
        finally:
            self._signed = ""

    def append_refused_lines(self, home: Path, by: str) -> None:
        """Write the history lines that a full disk refused when their changes were saved."""
        owed = self._refused_lines.get(home)
        if owed:
            from fedcheck.storage import outside_notes

            outside_notes.append_refused_lines(home, by, owed)
            del self._refused_lines[home]

    def note_outside(
        self, head: "TransactionHead", renamed: Renamed, *, amid_merge: bool = False
    ) -> int:
        """Add to the history what was done outside fedcheck; return how many fields that were.

        `amid_merge`: also while git waits for a person to finish a merge.

        Raises FedcheckError where the workspace is locked, gone or cannot be written.
        """
        from fedcheck.storage import outside_notes

        self.identity.check()
        for home in self.homes:
            self.append_refused_lines(home, head.by)
        return sum(
            len(
                outside_notes.record_outside_changes(
                    home, head, renamed, known, amid_merge=amid_merge
                )
            )
            for home, known in self.known.items()
        )

    def list_outside(self, renamed: Renamed) -> list[Change]:
        """Return what was done outside fedcheck and is in no history yet."""
        return [one.change for one in self.find_outside(renamed)]

    def find_outside(self, renamed: Renamed) -> list["OutsideChange"]:
        """Return the same with what it takes back."""
        from fedcheck.storage.reconcile import list_all_outside_changes

        return [
            one
            for home, known in self.known.items()
            for one in list_all_outside_changes(
                home, renamed, local_state.load_notes(home), known=known
            ).found
        ]

    def history(self) -> list[HistoryLine]:
        """Return the history of both places, the oldest change first.

        Raises WorkspaceGoneError where the workspace is gone: that is no empty history.
        """
        self.identity.check()
        return history.read_graph(*self.homes).lines

    def history_of(
        self, refs: Iterable[str], renamed: Renamed, *, with_imports: bool = False
    ) -> list[HistoryLine]:
        """Return the history of records alone, also under earlier ids, the oldest change first.

        Its cost hardly grows with the whole history. `with_imports`: and the lines that state what
        an import brought. Raises as `history`.
        """
        self.identity.check()
        return self._search.list_lines_of(
            add_earlier_refs(refs, renamed), with_imports=with_imports
        )

    def history_on(self, fields: Collection[str]) -> list[HistoryLine]:
        """Return the history of some fields of all records, the oldest change first.

        Raises as `history`.
        """
        self.identity.check()
        return self._search.list_lines_on(fields)

    def history_in(self, owners: Collection[str]) -> list[HistoryLine]:
        """Return the history of all records of lists, or of other books, the oldest first.

        Raises as `history`.
        """
        self.identity.check()
        return self._search.list_lines_in(owners)

    def history_since(self, moment: datetime) -> list[HistoryLine]:
        """Return what was entered in both places from a moment on, the oldest change first.

        Raises as `history`.
        """
        self.identity.check()
        return history.read_since(self.homes, moment)

    def find_undo(self, who: str) -> "OwnTransaction | None":
        """Return what undo takes back: the last action of a person in this clone that stands.

        Raises as `history`.
        """
        return self._find_at_end(who, again=False) or self._find_own(who, find_next_undo)

    def find_redo(self, who: str) -> "OwnTransaction | None":
        """Return what redo takes back: the last undo of a person in this clone that stands.

        Raises as `history`.
        """
        return self._find_at_end(who, again=True) or self._find_own(who, find_next_redo)

    def _find_at_end(self, who: str, *, again: bool) -> "OwnTransaction | None":
        """Return what the ends of this person's history files show, without reading all of them."""
        from fedcheck.storage.own_transactions import find_at_end

        self.identity.check()
        made = local_state.load_notes(self.root).made.get(who, ())
        files: dict[Path, Path] = {}
        for home in self.homes:
            path = local_state.find_own_history(home, who)
            if path is not None:
                files[home] = path
            elif history.list_history_files(home):
                return None  # one of them may be continued
        found = find_at_end(files, made, again=again)
        return (found[0], {home: found[1].get(home, []) for home in self.homes}) if found else None

    def _find_own(
        self, who: str, find: Callable[[Iterable[HistoryLine]], str | None]
    ) -> "OwnTransaction | None":
        """Return a transaction of a person in this clone, and its lines in each place.

        What the local state knows to be made here is in that order, whatever the clocks state;
        before it what this person's file held when it was moved or copied here. What a clone of
        git brought was made in another one.
        """
        from fedcheck.storage.history_graph import build_graph

        self.identity.check()
        made = local_state.load_notes(self.root).made.get(who, ())
        places = {tx: place for place, tx in enumerate(made)}
        own = {home: self._own_lines(home, who, made) for home in self.homes}
        both = build_graph(line for lines in own.values() for line in lines).lines
        tx = find(sorted(both, key=lambda line: places.get(line.tx, -1)))
        if tx is None:
            return None
        return tx, {
            home: [line for line in lines if line.tx == tx and not is_outside(line)]
            for home, lines in own.items()
        }

    def _own_lines(self, home: Path, who: str, made: Sequence[str]) -> list[HistoryLine]:
        path = local_state.find_own_history(home, who) or local_state.find_older_history(home, who)
        if path is None:
            return []
        from fedcheck.storage import outside_notes
        from fedcheck.storage.history_graph import build_graph

        graph = build_graph(history.read(path))
        places = set(made)
        here = [one for one in graph.lines if one.tx in places]
        notes = local_state.load_notes(home)
        if outside_notes.came_from_elsewhere(home, path.name, notes):
            return here
        if not here:
            # Of what git took away nothing can be undone; private lines are in no other clone.
            return [] if made and home == self.root else graph.lines
        first = min(here, key=lambda one: made.index(one.tx))
        known = graph.list_own_chain([first.prev]) | {one.hash for one in here}
        return [one for one in graph.lines if one.hash in known]
