"""The books of a workspace as they were last read, and saving to them: shared and private."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from fedcheck.domain.change import Change, HistoryLine
from fedcheck.domain.edits import LookUp
from fedcheck.storage import history, local_state, transaction
from fedcheck.storage.checklist_writer import Rewritten
from fedcheck.storage.paths import private_home
from fedcheck.storage.presence import Identity
from fedcheck.storage.reconcile import list_all_outside_changes
from fedcheck.storage.record_file import RecordFile
from fedcheck.storage.transaction import CommitResult, Guard, Plan, TransactionHead

Renamed = Mapping[str, Mapping[str, str]]
"""Today's item ids by earlier ones, for each checklist that has renamed any."""


class RecordStore(Struct):
    """The books of a workspace, and those of its private folder.

    Attributes:
        root: the workspace.
        books: its books by name: progress by checklist, requests, findings.
        private: those under `private/`.
        identity: tells the workspace from another one that takes its place.
    """

    root: Path
    books: dict[str, RecordFile]
    private: dict[str, RecordFile]
    identity: Identity
    _refused_lines: dict[Path, tuple[HistoryLine, ...]] = field(default_factory=dict)

    @property
    def homes(self) -> tuple[Path, Path]:
        """Return the two places with books: the workspace, and its private folder."""
        return self.root, private_home(self.root)

    def of(self, private: bool) -> dict[str, RecordFile]:
        """Return the books of one of the two places."""
        return self.private if private else self.books

    def save(
        self,
        home: Path,
        orders: Mapping[str, Sequence[str]],
        plan: Plan,
        deed: TransactionHead,
        guard: Guard,
        renamed: Renamed,
        rewritten: Sequence[Rewritten] = (),
    ) -> CommitResult:
        """Save a plan in one of the two places; see `commit_planned`.

        History lines that a full disk refused earlier are written first.
        """
        known = self.of(home != self.root)
        self.identity.check()
        self.append_refused_lines(home, deed.by)
        try:
            saved = transaction.commit_planned(
                home, known, orders, self._plan_here(plan), deed, guard, renamed, rewritten
            )
        except transaction.HistoryRefusedError as error:
            self._refused_lines[home] = error.lines
            raise
        known.update(saved.books)
        return saved

    def _plan_here(self, plan: Plan) -> Plan:
        """Return a plan that looks again, under the lock, whether the workspace is the same."""

        def checked(look: LookUp) -> Iterable[Change]:
            self.identity.check()
            return plan(look)

        return checked

    def append_refused_lines(self, home: Path, by: str) -> None:
        """Write the history lines that a full disk refused when their changes were saved."""
        owed = self._refused_lines.get(home)
        if owed:
            transaction.append_refused_lines(home, by, owed)
            del self._refused_lines[home]

    def note_outside(self, head: TransactionHead, renamed: Renamed) -> int:
        """Add to the history what was done outside fedcheck; return how many fields that were.

        Raises FedcheckError where the workspace is locked, gone or cannot be written.
        """
        self.identity.check()
        for home in self.homes:
            self.append_refused_lines(home, head.by)
        return sum(
            len(transaction.record_outside_changes(home, head, renamed)) for home in self.homes
        )

    def list_outside(self, renamed: Renamed) -> list[Change]:
        """Return what was done outside fedcheck and is in no history yet."""
        return [
            change for home in self.homes for change in list_all_outside_changes(home, renamed)[0]
        ]

    def history(self) -> list[HistoryLine]:
        """Return the history of both places, the oldest change first.

        Raises WorkspaceGoneError where the workspace is gone: that is no empty history.
        """
        self.identity.check()
        paths = [path for home in self.homes for path in history.list_history_files(home)]
        return history.merge_histories(history.read(path) for path in paths)

    def own_history(self, who: str) -> list[HistoryLine]:
        """Return what a person did in this clone, the oldest change first. Raises as `history`."""
        self.identity.check()
        return history.merge_histories(self.own_lines(home, who) for home in self.homes)

    def own_lines(self, home: Path, who: str) -> list[HistoryLine]:
        """Return the lines of a person's own history file in one of the two places."""
        path = local_state.find_own_history(home, who)
        return history.read(path) if path else []
