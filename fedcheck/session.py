"""The open workspace: one object through which every change goes.

Undo, history and rules are the same for the command line and the app. State is immutable. What
only a change needs is imported where it is made: most commands only look.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.analysis.board import Board, build_board, resolve_item
from fedcheck.domain.change import Change, HistoryLine, person_name
from fedcheck.domain.checklist import Checklist
from fedcheck.domain.dates import DateOrder
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.workspace import Project
from fedcheck.errors import ErrorKind, FedcheckError, Problem
from fedcheck.storage import checklist_files, evidence_states, paths, workspace_files
from fedcheck.storage.cache import NO_CACHE, Cache
from fedcheck.storage.evidence_states import Verdict
from fedcheck.storage.file_looks import Step
from fedcheck.storage.guards import Guard, allow_all, unless_changed_since
from fedcheck.storage.head_file import find_cache
from fedcheck.storage.paths import UserFolders
from fedcheck.storage.record_file import random_id
from fedcheck.storage.record_store import RecordStore
from fedcheck.storage.time_zones import find_zone
from fedcheck.storage.workspace_files import load, load_again, open_store, replace_record_file

if TYPE_CHECKING:
    from fedcheck.domain.edits import Edit
    from fedcheck.storage.checklist_writer import Rewritten
    from fedcheck.storage.outside_notes import TransactionHead
    from fedcheck.storage.transaction import Part

Clock = Callable[[], datetime]

Token = Callable[[int], str]
"""Makes a random id of so many bytes, in hexadecimal digits."""


def system_clock() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


class Transaction(Struct, frozen=True):
    """What a person did in one go: its changes, and its label."""

    tx: str
    label: str
    changes: tuple[Change, ...]
    undoes: str = ""


class Session(Struct):
    """An open workspace.

    Attributes:
        project: the state as it is now.
        who: the name that changes are recorded under.
        problems: what is wrong with files of the workspace, for stderr or a toast.
        mark: fingerprint of the files that the state was read from.
        as_of: the day to take for today, where a person named one.
        date_order: what this person means by 2/1/2027.
        token: what makes ids of transactions, requests and findings.
    """

    root: Path
    who: str
    clock: Clock
    project: Project
    catalog: checklist_files.Catalog
    store: RecordStore
    problems: list[Problem]
    mark: str = ""
    as_of: date | None = None
    date_order: DateOrder = "mdy"
    token: Token = random_id
    _board: Board | None = None

    def today(self) -> date:
        """Return what day it is in the workspace's time zone, or the day taken for it."""
        if self.as_of:
            return self.as_of
        return self.clock().astimezone(find_zone(self.project.config.timezone)).date()

    def board(self, as_of: date | None = None) -> Board:
        """Return the project as it stands today, or on another day; the same one until it changes.

        The last one is kept: it shares the project's life, and a command that has ended gives
        nothing back (`options.open_workspace`).
        """
        day, last = as_of or self.today(), self._board
        if last is None or last.project is not self.project or last.today != day:
            last = self._board = build_board(self.project, day)
        return last

    def resolve(self, tail: str) -> str:
        """Return the full reference of an item. Raises FedcheckError (usage) if in doubt."""
        return resolve_item(self.project, tail)

    def new_ref(self, book: str) -> str:
        """Return the reference of a new request or finding, with a random id."""
        return f"{book}:{self.token(3)}"

    def apply(
        self, refs: Sequence[str], edit: "Edit", label: str = "", guard: Guard = allow_all
    ) -> Transaction:
        """Make the same edit on records, as one transaction; on return it is on disk.

        Args:
            refs: what is edited: items, requests, findings, milestones.
            edit: what is to be done.
            label: what it is called; else the edit or its changes state it.
            guard: may refuse a change after a look at the record that is on disk.

        Raises:
            RuleError: where the rules refuse it; then nothing is saved.
            FedcheckError: where it cannot be saved.
        """
        return self.apply_each([(ref, edit) for ref in refs], label, guard)

    def apply_each(
        self, edits: Sequence[tuple[str, "Edit"]], label: str = "", guard: Guard = allow_all
    ) -> Transaction:
        """Make several edits, each on a record of its own, as one transaction. See `apply`."""
        from fedcheck.analysis.consequences import add_consequences
        from fedcheck.domain.edits import edits_label, fresh_evidence
        from fedcheck.storage.transaction_parts import plan_edits

        edits = add_consequences(self.project, edits)
        for _, edit in edits:
            evidence_states.remember_added(self.root, *fresh_evidence(edit))
        today, head = self.today(), self._new_head()
        parts = plan_edits(self.store, self.project, edits, today, self.who)
        made, named = self._commit(parts, head, guard)
        label = label or edits_label(edits) or self._label(named)
        label += "; private note" if named and len(named) < len(made) else ""
        return Transaction(head.tx, label, tuple(made))

    def apply_changes(
        self,
        changes: Iterable[Change],
        label: str,
        guard: Guard = allow_all,
        checklists: Iterable[Checklist] = (),
        imported: str = "",
        texts: Iterable["Rewritten"] = (),
        private: bool = False,
    ) -> Transaction:
        """Save changes of fields, and write lists and texts of the workspace, as one transaction.

        For what was worked out before: an import, a return to an earlier state, a moved record. A
        list of the same id is replaced; the records of its items stay. The history keeps `imported`
        (`875 tests from x.xlsx`). `private` puts all of it under `private/`. Raises FedcheckError.
        """
        from fedcheck.storage.transaction_parts import plan_changes, plan_lists

        lists = tuple(checklists)
        rewritten = [*plan_lists(self.root, lists, self.catalog, private=private), *texts]
        orders = {one.id: list(one.items) for one in lists}
        parts = plan_changes(
            self.store, self.project, tuple(changes), rewritten, orders, private=private
        )
        made, _ = self._commit(parts, head := self._new_head(imported=imported), guard)
        if rewritten:
            self.refresh()
        return Transaction(head.tx, label, tuple(made))

    def undo(self) -> Transaction:
        """Take back the last action of this person. Raises FedcheckError where that cannot be."""
        found = self.store.find_undo(self.who)
        if found is None:
            raise FedcheckError("nothing to undo", "", ErrorKind.REFUSED)
        return self._take_back(*found)

    def redo(self) -> Transaction:
        """Make again what was undone last. Raises FedcheckError where that cannot be."""
        found = self.store.find_redo(self.who)
        if found is None:
            raise FedcheckError("nothing to redo", "", ErrorKind.REFUSED)
        return self._take_back(*found, again=True)

    def reconcile(self, *, amid_merge: bool = False) -> int:
        """Note in the history what was done outside fedcheck; return the number of fields.

        Waits while git is at work, but `amid_merge`. Raises FedcheckError where the disk refuses.
        """
        head, renamed = self._new_head(), self.project.renamed
        return self.store.note_outside(head, renamed, amid_merge=amid_merge)

    def list_outside(self) -> list[Change]:
        """Return what was done outside fedcheck and is in no history yet."""
        return self.store.list_outside(self.project.renamed)

    def refresh(self) -> bool:
        """Read what others changed on disk; return whether anything did.

        What was broken meanwhile is noted among the problems, and its last good state stays.
        """
        mark = workspace_files.compute_fingerprint(self.root)
        if mark == self.mark:
            return False
        self.mark = mark
        try:
            catalog = checklist_files.reloaded(self.catalog, self.root, self.store.find_cache())
            fresh = load_again(self.store, catalog)
        except FedcheckError as error:
            self.problems = [Problem(self.root / paths.WORKSPACE_FILE, 0, str(error), error.hint)]
            return False
        self.project = workspace_files.keep_last_good(fresh, self.store)
        self.catalog, self.problems = catalog, fresh.problems
        self.store.books, self.store.private = fresh.books, fresh.private
        return True

    def refresh_files(self) -> bool:
        """Look whether evidence files came, went or were touched; return whether any did."""
        before, states = self.project.file_states, self._file_states()
        if states != before:
            self.project = replace(self.project, file_states=states)
        return states != before

    def verify_evidence(
        self, refs: Iterable[str], step: Step | None = None, outside: bool = False
    ) -> list[Verdict]:
        """Hash the evidence files of records and remember the outcome.

        See `verify` for the step. `outside` is this person's word that files outside the
        workspace may be read.
        """
        things = [(ref, thing) for ref in refs if (thing := self.project.thing(ref)) is not None]
        evidence_states.allow_outside(self.root, [thing for _, thing in things if outside])
        wanted = [(ref, one) for ref, thing in things for one in thing.evidence]
        verdicts = evidence_states.verify(self.root, wanted, step)
        states = evidence_states.with_verdicts(self._file_states(), verdicts)
        self.project = replace(self.project, file_states=states)
        return verdicts

    def renew_evidence(
        self, evidence: Evidence, day: date | None = None, step: Step | None = None
    ) -> Evidence:
        """Return an evidence item as collected again: the same link, the hash and the day of now.

        Raises FedcheckError where its file is gone.
        """
        from fedcheck.domain.evidence_edit import renew
        from fedcheck.storage import evidence_files

        digest = evidence_files.hash_now(self.root, evidence, step)
        return renew(evidence, digest, day or self.today())

    def new_evidence(
        self,
        link: str,
        *,
        here: Path,
        kind: str = "",
        label: str = "",
        collected: date | None = None,
        expires: date | None = None,
        outside: bool = False,
        step: Step | None = None,
    ) -> Evidence:
        """Return an evidence item for a link, collected today if nothing else is stated.

        See `make_evidence` for what is checked, and what it raises.
        """
        from fedcheck.storage import evidence_files

        return evidence_files.make_evidence(
            self.root,
            link,
            here=here,
            kind=kind,
            label=label,
            collected=collected or self.today(),
            expires=expires,
            outside=outside,
            step=step,
        )

    def history(self, ref: str = "") -> list[HistoryLine]:
        """Return the history of the workspace or of one record, the oldest change first."""
        if not ref:
            return self.store.history()
        return self.store.history_of([ref], self.project.renamed)

    def history_with_imports(self, refs: Iterable[str]) -> list[HistoryLine]:
        """Return the history of records, and what states the imports, the oldest change first."""
        return self.store.history_of(refs, self.project.renamed, with_imports=True)

    def _commit(
        self, parts: Sequence["Part"], head: "TransactionHead", guard: Guard
    ) -> tuple[list[Change], list[Change]]:
        """Save the parts of a transaction; return its changes, and those that a label may name."""
        from fedcheck.storage.transaction_parts import find_home

        made: list[Change] = []
        named: list[Change] = []  # a label quotes no private note
        self.mark = ""
        for home, saved in self.store.save(parts, head, guard, self.project.renamed).items():
            project = self.project
            for found in saved.books.values():
                project = replace_record_file(project, home != self.root, found)
            self.project = workspace_files.look_again(self.root, project, saved.provable)
            made += saved.changes
            named += [
                change
                for change in saved.changes
                if find_home(self.store, self.project, change.ref) == home
            ]
        return made, named

    def _new_head(self, undoes: str = "", imported: str = "") -> "TransactionHead":
        from fedcheck.storage.outside_notes import TransactionHead

        return TransactionHead(self.who, self.clock(), self.token(4), undoes, imported, self.as_of)

    def _take_back(
        self, target: str, lines: Mapping[Path, Sequence[HistoryLine]], again: bool = False
    ) -> Transaction:
        """Take an action back; taking back an undo makes its action `again`."""
        from fedcheck.storage.transaction_parts import plan_taking_back

        parts, imports = plan_taking_back(self.store, self.project, lines)
        head = self._new_head(target)
        done, named = self._commit(parts, head, unless_changed_since)
        if any(part.rewritten for part in parts):
            self.refresh()
        said = [*imports, *(named if again else [change.inverse() for change in named])]
        what = self._label(said) if said else "private note"
        label = f"{'Done again' if again else 'Undone'}: {what}"
        return Transaction(head.tx, label, tuple(done), target)

    def _label(self, changes: Sequence[Change]) -> str:
        """Return the words for what was done to records; requests and findings have titles."""
        from fedcheck.domain.change_text import changes_label

        return changes_label(changes, lambda ref: getattr(self.project.thing(ref), "title", ""))

    def _file_states(self) -> dict[str, str]:
        return evidence_states.check_states(self.root, self.project.list_evidence_holders())


def open_session(
    root: Path,
    folders: UserFolders,
    extra: Sequence[Path],
    who: str,
    clock: Clock = system_clock,
    shipped: Path | None = None,
    cache: Cache = NO_CACHE,
) -> Session:
    """Open a workspace; `who` is the name that changes are recorded under.

    `extra` are more folders with checklists, from the user's configuration; `cache` is this
    person's. Raises FedcheckError where the workspace cannot be used.
    """
    places, own = (folders.checklists, *extra), find_cache(root, cache)
    shipped = shipped or paths.find_shipped_checklists()
    catalog = checklist_files.load_catalog(shipped, places, root, cache, own)
    mark = workspace_files.compute_fingerprint(root)
    found = load(root, catalog, cache=own)
    store, by = open_store(root, found, cache, own), person_name(who)
    return Session(root, by, clock, found.project, catalog, store, found.problems, mark)
