"""The open workspace: one object through which every change goes.

The command line and the app make the same calls; that is why undo, history and the rules are the
same in both. State is immutable: each change makes a new project, and subscribers hear of it.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from fedcheck.analysis.board import Board, board
from fedcheck.analysis.issue_evidence import BOOKS, in_a_ledger
from fedcheck.domain.change import (
    OUTSIDE,
    Change,
    HistoryLine,
    Thing,
    differences,
    is_import,
    next_redo,
    next_undo,
)
from fedcheck.domain.change_text import changes_label
from fedcheck.domain.checklist import Checklist
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import EvidenceEdit
from fedcheck.domain.field_values import field_value
from fedcheck.domain.finding import Finding
from fedcheck.domain.item_rules import ItemEdit, edited, with_evidence, without_evidence
from fedcheck.domain.reference import split
from fedcheck.domain.request import Request
from fedcheck.domain.request_rules import withdrawal
from fedcheck.domain.text import one_line, plural, storable
from fedcheck.domain.workspace import Project, Scheduled
from fedcheck.errors import ErrorKind, FedcheckError, Problem
from fedcheck.storage import (
    checklist_files,
    checklist_writer,
    evidence_files,
    history,
    local_state,
    transaction,
    workspace_files,
)
from fedcheck.storage.history import history_files
from fedcheck.storage.naming import item_ref
from fedcheck.storage.paths import HEAD, UserFolders, private_home, shipped_checklists
from fedcheck.storage.reconcile import all_outside_changes
from fedcheck.storage.record_file import MILESTONES, RESERVED
from fedcheck.storage.record_store import RecordStore
from fedcheck.storage.transaction import TransactionHead
from fedcheck.storage.workspace_files import load, with_book

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


class Transaction(Struct, frozen=True):
    """What a person did in one go: its changes, and the words for it."""

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
    """

    root: Path
    who: str
    clock: Clock
    project: Project
    catalog: checklist_files.Catalog
    shelf: RecordStore
    problems: list[Problem]
    mark: str = ""
    as_of: date | None = None
    _subscribers: list[Callable[[Project], None]] = field(default_factory=list)

    def today(self) -> date:
        """Return what day it is in the workspace's time zone, or the day taken for it."""
        if self.as_of:
            return self.as_of
        return self.clock().astimezone(ZoneInfo(self.project.config.timezone)).date()

    def board(self, as_of: date | None = None) -> Board:
        """Return the project as it stands today, or on another day."""
        return board(self.project, as_of or self.today())

    def subscribe(self, heard: Callable[[Project], None]) -> None:
        """Call a function with the new project after every change."""
        self._subscribers.append(heard)

    def resolve(self, tail: str) -> str:
        """Return the full reference of an item. Raises FedcheckError (status 2) if in doubt."""
        return item_ref(self.project, tail)

    def edit(
        self,
        refs: Sequence[str],
        edit: ItemEdit,
        label: str = "",
        guard: transaction.Guard = transaction.allow,
    ) -> Transaction:
        """Make the same edit on items, as one action. Raises RuleError, FedcheckError.

        The guard may refuse after a look at the record that is on disk.
        """
        today, text = self.today(), edit.private_note

        def plan_for(refs: Sequence[str]) -> transaction.Plan:
            items = {ref: item for ref in refs if (item := self.project.item(ref)) is not None}
            return lambda record: [
                change
                for ref, item in items.items()
                for change in edited(ref, item, record(ref), edit, today, self.who)
            ]

        def note_inside(record: transaction.LookUp) -> list[Change]:
            new = storable(text or "").rstrip() or None
            return [Change(ref, "note", record(ref).note or None, new) for ref in refs]

        deed = self._deed()
        made: list[Change] = []
        inside: list[Change] = []
        if edit != ItemEdit(private_note=text):
            made += self._commit(plan_for, refs, deed, guard)
        if text is not None:
            inside += self._commit_at(private_home(self.root), note_inside, refs, deed, guard)
        return Transaction(deed.tx, label or self._edit_label(made, inside), (*made, *inside))

    def revise(
        self,
        refs: Sequence[str],
        to: Callable[[Any], Thing],
        label: str,
        guard: transaction.Guard = transaction.allow,
    ) -> Transaction:
        """Make requests or findings what a function makes of them, as one action.

        The function gets each as it is on disk, an empty one where there is none. It may raise
        RuleError, and the guard may refuse; then nothing is saved.
        """

        def plan(look: transaction.LookUp) -> list[Change]:
            pairs = [(ref, look(ref)) for ref in refs]
            return [c for ref, old in pairs for c in differences(ref, old, to(old))]

        deed = self._deed()
        made = self._commit_at(self.root, plan, refs, deed, guard)
        return Transaction(deed.tx, label, made)

    def withdraw(self, ref: str, reason: str) -> Transaction:
        """Take a request or a finding out of its register; the history keeps it, and the reason.

        Raises RuleError without a reason, FedcheckError where it cannot be saved.
        """
        named = self.project.thing(ref)
        title = one_line(named.title, 50) if isinstance(named, Request | Finding) else ref

        def plan(look: transaction.LookUp) -> list[Change]:
            thing: Any = look(ref)
            return withdrawal(ref, thing, reason)

        deed = self._deed()
        made = self._commit_at(self.root, plan, [ref], deed, transaction.allow)
        return Transaction(deed.tx, f'"{title}" withdrawn', made)

    def schedule(self, milestone: str, day: date | None) -> Transaction:
        """Set the date of a milestone, or (None) let it follow from the process."""
        label = f"{milestone}: {day.isoformat() if day else 'no date of its own'}"
        return self.revise([f"{MILESTONES}:{milestone}"], lambda _: Scheduled(day), label)

    def new_ref(self, book: str) -> str:
        """Return the reference of a new request or finding, with a random id."""
        return f"{book}:{secrets.token_hex(3)}"

    def add_evidence(self, refs: Sequence[str], *pieces: Evidence) -> Transaction:
        """Attach pieces of evidence, each to all of the items, as one action.

        A request or a finding can be among them, by its reference.
        """
        changes = []
        for ref in refs:
            thing = self.project.thing(ref)
            if thing is not None and (in_a_ledger(ref) or self.project.item(ref) is not None):
                changes += with_evidence(ref, thing, *pieces)
        for proof in pieces:
            evidence_files.note_added(self.root, proof)
        what = one_line(pieces[0].name, 60) if len(pieces) == 1 else f"{len(pieces)} pieces"
        where = f", to {len(refs)} items" if len(refs) > 1 else ""
        return self.apply(changes, f"Evidence added: {what}{where}")

    def revise_evidence(self, wanted: EvidenceEdit, label: str) -> Transaction:
        """Change what is known of pieces of evidence, and what they stand for, as one action.

        Raises RuleError where a piece was taken away meanwhile.
        """

        def plan_for(refs: Sequence[str]) -> transaction.Plan:
            return lambda look: [
                change for ref in refs for change in wanted.changes(ref, look(ref))
            ]

        if wanted.seen is not None:
            evidence_files.note_added(self.root, wanted.seen)
        deed = self._deed()
        made = self._commit(plan_for, wanted.refs, deed, transaction.allow)
        return Transaction(deed.tx, label, made)

    def remove_evidence(self, pieces: Sequence[tuple[str, str]]) -> Transaction:
        """Take pieces of evidence, each a reference and an evidence id, away as one action."""
        changes = []
        for ref, evidence_id in pieces:
            thing = self.project.thing(ref)
            if thing is not None:
                changes += without_evidence(ref, thing, evidence_id)
        return self.apply(changes, f"Evidence removed: {plural(len(changes), 'piece')}")

    def apply(
        self, changes: Iterable[Change], label: str, guard: transaction.Guard = transaction.allow
    ) -> Transaction:
        """Save changes as one action; on return they are on disk. Raises FedcheckError."""
        changes = tuple(changes)

        def plan_for(refs: Sequence[str]) -> transaction.Plan:
            return lambda _: [change for change in changes if change.ref in refs]

        deed = self._deed()
        refs = list(dict.fromkeys(change.ref for change in changes))
        return Transaction(deed.tx, label, self._commit(plan_for, refs, deed, guard))

    def bring_in(
        self, found: Iterable[Checklist], changes: Iterable[Change], label: str
    ) -> Transaction:
        """Write lists of the workspace's own, and make changes, as one action.

        A list of the same id is replaced; what is recorded about its items stays. The label says
        what is imported (`875 tests from x.xlsx`) and is kept in the history. Raises FedcheckError.
        """
        found, changes = tuple(found), tuple(changes)
        deed = self._deed(imported=label)
        seen = {one.id: one.sha256 for one in self.catalog.lists if one.layer == "workspace"}
        rewritten = [
            checklist_writer.Rewritten(o.id, checklist_writer.dump(o), seen.get(o.id))
            for o in found
        ]
        orders = {one.id: list(one.items) for one in found}
        refs = list(dict.fromkeys(change.ref for change in changes))
        made = self._commit_at(
            self.root, lambda _: changes, refs, deed, transaction.allow, rewritten, orders
        )
        if found:
            self.refresh()
        return Transaction(deed.tx, f"imported {label}", made)

    def undo(self) -> Transaction:
        """Take back the last action of this person. Raises FedcheckError where that cannot be."""
        target = next_undo(self._own_history())
        if target is None:
            raise FedcheckError("nothing to undo", "", ErrorKind.REFUSED)
        return self._take_back(target)

    def redo(self) -> Transaction:
        """Make again what was undone last. Raises FedcheckError where that cannot be."""
        target = next_redo(self._own_history())
        if target is None:
            raise FedcheckError("nothing to redo", "", ErrorKind.REFUSED)
        return self._take_back(target, again=True)

    def reconcile(self) -> int:
        """Note in the history what was done outside fedcheck; return how many fields that were.

        Raises FedcheckError (status 3) where the workspace is locked or cannot be written.
        """
        deed = self._deed()
        for home in self.shelf.homes:
            self.shelf.settle_debts(home, self.who)
        noted = [transaction.note_outside(home, deed, self._renamed()) for home in self.shelf.homes]
        return sum(len(changes) for changes in noted)

    def unnoted(self) -> list[Change]:
        """Return what was done outside fedcheck and stands in no history yet."""
        found: list[Change] = []
        for home in self.shelf.homes:
            found += all_outside_changes(home, self._renamed())[0]
        return found

    def refresh(self) -> bool:
        """Read what others changed on disk; tell whether anything did.

        What was broken meanwhile is noted among the problems, and its last good state stays.
        """
        mark = workspace_files.fingerprint(self.root)
        if mark == self.mark:
            return False
        try:
            catalog = checklist_files.reloaded(self.catalog, self.root)
            fresh = load(self.root, catalog)
        except FedcheckError as error:
            self.mark = mark
            self.problems = [Problem(self.root / HEAD, 0, str(error), error.hint)]
            return False
        project = fresh.project
        for broken in project.broken:
            now = fresh.private if broken.private else fresh.books
            name = broken.checklist or Path(broken.path).stem  # requests and findings are no list
            good = self.shelf.of(broken.private).get(name)
            if good is not None and name not in now:
                now[name] = good
                project = with_book(project, broken.private, good)
        self.project, self.catalog, self.problems = project, catalog, fresh.problems
        self.shelf.books, self.shelf.private = fresh.books, fresh.private
        self.mark = mark
        self._tell()
        return True

    def refresh_files(self) -> bool:
        """Look whether evidence files came, went or were touched; tell whether any did."""
        states = self._file_states()
        if states == self.project.file_states:
            return False
        self._with_project(replace(self.project, file_states=states))
        return True

    def allow_outside(self, refs: Iterable[str]) -> None:
        """Give this person's word that evidence of items outside the workspace may be read."""
        named = [self.project.thing(ref) for ref in refs]
        evidence_files.allow_outside(self.root, (one for one in named if one is not None))

    def verify_evidence(
        self, refs: Iterable[str], step: evidence_files.Step | None = None
    ) -> list[evidence_files.Verdict]:
        """Hash the evidence files of items and remember the outcome.

        The step hears of every megabyte read; where it raises `proofs.Stopped`, what was verified
        until then is remembered and returned.
        """
        wanted = [(ref, proof) for ref in refs for proof in self._evidence(ref)]
        verdicts = self.hash_evidence(wanted, step)
        self._with_project(replace(self.project, file_states=self._file_states()))
        return verdicts

    def hash_evidence(
        self, pieces: Iterable[tuple[str, Evidence]], step: evidence_files.Step | None = None
    ) -> list[evidence_files.Verdict]:
        """Hash pieces of evidence and remember the outcome; `refresh_files` takes it over.

        Touches no state of the session, so that it may run in any thread.
        """
        return evidence_files.verify(self.root, pieces, step)

    def renewed(
        self, proof: Evidence, day: date | None = None, step: evidence_files.Step | None = None
    ) -> Evidence:
        """Return a piece as collected anew: the same link, the hash and the day of now."""
        fresh = evidence_files.rehashed(self.root, proof, step)
        day = day or self.today()
        late = proof.expires is not None and proof.expires < day
        return replace(fresh, collected=day, expires=None if late else proof.expires)

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
        step: evidence_files.Step | None = None,
    ) -> Evidence:
        """Return a piece of evidence for a link, collected today if nothing else is said.

        See `proofs.new_evidence` for what is checked, and what it raises.
        """
        day = collected or self.today()
        proof = evidence_files.new_evidence(
            self.root, link, here=here, kind=kind, outside=outside, step=step
        )
        return replace(proof, label=storable(label).strip(), collected=day, expires=expires)

    def history(self, ref: str = "") -> list[HistoryLine]:
        """Return the history of the workspace or of one item, the oldest change first."""
        parts = [history.read(path) for home in self.shelf.homes for path in history_files(home)]
        entered = history.in_order(parts)
        if not ref:
            return entered
        checklist, item = split(ref)
        found = self.project.checklists.get(checklist)
        earlier = [old for old, new in found.renamed.items() if new == item] if found else []
        refs = {ref, *(f"{checklist}:{old}" for old in earlier)}
        return [one for one in entered if one.change.ref in refs]

    def _commit(
        self,
        plan_for: Callable[[Sequence[str]], transaction.Plan],
        refs: Sequence[str],
        deed: TransactionHead,
        guard: transaction.Guard,
    ) -> tuple[Change, ...]:
        """Save a plan for items, those of private lists in their own place, as one action."""
        made: list[Change] = []
        for home in self.shelf.homes:
            here = [ref for ref in refs if self._home(ref) == home]
            if here:
                made += self._commit_at(home, plan_for(here), here, deed, guard)
        return tuple(made)

    def _commit_at(
        self,
        home: Path,
        plan: transaction.Plan,
        refs: Iterable[str],
        deed: TransactionHead,
        guard: transaction.Guard,
        rewritten: Sequence[checklist_writer.Rewritten] = (),
        new_orders: Mapping[str, Sequence[str]] | None = None,
    ) -> tuple[Change, ...]:
        """Save a plan in one place: the workspace, or its private folder."""
        private = home != self.root
        orders: dict[str, Sequence[str]] = {
            name: list(self.project.checklists[name].items)
            for name in {split(ref)[0] for ref in refs}
            if name in self.project.checklists
        }
        orders |= new_orders or {}
        saved = self.shelf.save(home, orders, plan, deed, guard, self._renamed(), rewritten)
        project = self.project
        for found in saved.books.values():
            project = with_book(project, private, found)
        self.mark = ""
        states = evidence_files.quick_states(
            self.root,
            (
                record
                for name, found in saved.books.items()
                if name not in RESERVED or name in BOOKS
                for record in found.records.values()
            ),
        )
        self._with_project(replace(project, file_states={**(project.file_states or {}), **states}))
        return saved.changes

    def _home(self, ref: str) -> Path:
        inside = split(ref)[0] in self.project.private_lists
        return private_home(self.root) if inside else self.root

    def _renamed(self) -> dict[str, Mapping[str, str]]:
        return {name: one.renamed for name, one in self.project.checklists.items()}

    def _deed(self, undoes: str = "", imported: str = "") -> TransactionHead:
        return TransactionHead(self.who, self.clock(), secrets.token_hex(4), undoes, imported)

    def _take_back(self, target: str, again: bool = False) -> Transaction:
        """Take an action back; taking back an undo makes its action `again`."""
        done: list[Change] = []
        imports: list[Change] = []
        deed = self._deed(target)
        for home in self.shelf.homes:
            entered = [one for one in self._own(home) if one.tx == target and one.by != OUTSIDE]
            if not entered:
                continue
            imports += [one.change for one in entered if is_import(one.change)]
            made = [one.change for one in reversed(entered) if not is_import(one.change)]
            every = [change.inverse() for change in made]
            changes = [change for change in every if not checklist_writer.is_list(change)]
            rewritten = checklist_writer.back(
                home, [change for change in every if checklist_writer.is_list(change)]
            )
            refs = [change.ref for change in changes]
            done += self._commit_at(
                home, _as_they_are(changes), refs, deed, _still_there, rewritten
            )
            if rewritten:
                self.refresh()
        said = [*imports, *(done if again else [change.inverse() for change in done])]
        label = f"{'Done again' if again else 'Undone'}: {changes_label(said, self._title)}"
        return Transaction(deed.tx, label, tuple(done), target)

    def _own_history(self) -> list[HistoryLine]:
        return history.in_order(self._own(home) for home in self.shelf.homes)

    def _own(self, home: Path) -> list[HistoryLine]:
        path = local_state.own_history(home, self.who)
        return history.read(path) if path else []

    def _edit_label(self, made: Sequence[Change], inside: Sequence[Change]) -> str:
        """Return what an edit did; a private note is named, never quoted."""
        if made:
            return changes_label(made) + ("; private note" if inside else "")
        refs = dict.fromkeys(split(change.ref)[1] for change in inside)
        if not refs:
            return changes_label([])
        return (
            f"{next(iter(refs))}: private note"
            if len(refs) == 1
            else f"private note ({len(refs)} items)"
        )

    def _title(self, ref: str) -> str:
        """Return what a request or finding is called; nothing for an item, or what is gone."""
        found = self.project.thing(ref)
        return found.title if isinstance(found, Request | Finding) else ""

    def _evidence(self, ref: str) -> tuple[Evidence, ...]:
        thing = self.project.thing(ref)
        return thing.evidence if thing is not None else ()

    def _file_states(self) -> dict[str, str]:
        return evidence_files.quick_states(self.root, self.project.proven())

    def _with_project(self, project: Project) -> None:
        self.project = project
        self._tell()

    def _tell(self) -> None:
        for heard in self._subscribers:
            heard(self.project)


def _as_they_are(changes: Sequence[Change]) -> transaction.Plan:
    return lambda _: changes


def _still_there(change: Change, record: Thing) -> None:
    """Refuse to take back a value that somebody has changed since."""
    if field_value(record, change.field) not in (change.old, change.new):
        raise FedcheckError(
            f"{change.ref}: {change.field.partition('.')[0]} was changed since by somebody else",
            "look at it with fedcheck history, then set it by hand",
            ErrorKind.REFUSED,
        )


def open_session(
    root: Path,
    folders: UserFolders,
    extra: Sequence[Path],
    who: str,
    clock: Clock = system_clock,
    shipped: Path | None = None,
) -> Session:
    """Open a workspace. Raises FedcheckError (status 3) where it cannot be used.

    Args:
        root: the folder with `fedcheck.toml`.
        folders: the user's folders.
        extra: more folders with checklists, from the user's configuration.
        who: the name that changes are recorded under.
        clock: what tells the time.
        shipped: the folder of the shipped checklists, where it is known already.
    """
    user = (folders.checklists, *extra)
    catalog = checklist_files.load_catalog(shipped or shipped_checklists(), user, root)
    mark = workspace_files.fingerprint(root)
    found = load(root, catalog)
    shelf = RecordStore(root, found.books, found.private)
    return Session(root, who, clock, found.project, catalog, shelf, found.problems, mark)
