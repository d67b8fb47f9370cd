"""The books of a workspace as they were last read, and saving to them: shared and private."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from fedcheck.domain.change import HistoryLine
from fedcheck.storage import transaction
from fedcheck.storage.checklist_writer import Rewritten
from fedcheck.storage.paths import private_home
from fedcheck.storage.record_file import RecordFile
from fedcheck.storage.transaction import Guard, Plan, Saved, TransactionHead


class RecordStore(Struct):
    """The books of a workspace, and those of its private folder.

    Attributes:
        root: the workspace.
        books: its books by name: progress by checklist, requests, findings.
        private: those under `private/`.
    """

    root: Path
    books: dict[str, RecordFile]
    private: dict[str, RecordFile]
    _owed: dict[Path, tuple[HistoryLine, ...]] = field(default_factory=dict)

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
        renamed: Mapping[str, Mapping[str, str]],
        rewritten: Sequence[Rewritten] = (),
    ) -> Saved:
        """Save a plan in one of the two places; see `commit.commit_planned`.

        History lines that a full disk refused earlier are written first.
        """
        known = self.of(home != self.root)
        self.settle_debts(home, deed.by)
        try:
            saved = transaction.commit_planned(
                home, known, orders, plan, deed, guard, renamed, rewritten
            )
        except transaction.UnnotedError as error:
            self._owed[home] = error.lines
            raise
        known.update(saved.books)
        return saved

    def settle_debts(self, home: Path, by: str) -> None:
        """Write the history lines that a full disk refused when their changes were saved."""
        owed = self._owed.get(home)
        if owed:
            transaction.note_owed(home, by, owed)
            del self._owed[home]
