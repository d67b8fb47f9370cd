"""The open workspace: one object through which every change goes.

The command line and the app make the same calls; that is why undo, history and the rules are the
same in both. State is immutable: each change makes a new project, and subscribers hear of it.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from fedcheck.insight.entries import Board, board
from fedcheck.model.change import OUTSIDE, Change, Entered
from fedcheck.model.edit import Edit, edited, with_evidence, without_evidence
from fedcheck.model.label import changes_label, edit_label
from fedcheck.model.project import BrokenFile, Project
from fedcheck.model.record import Evidence, Record, field_value
from fedcheck.model.reference import candidates, nearest, split
from fedcheck.model.text import one_line, plural, storable
from fedcheck.store import checklists, commit, history, machine, proofs, workspaces
from fedcheck.store.commit import Deed
from fedcheck.store.paths import HEAD, UserFolders, shipped_checklists
from fedcheck.store.problems import FedcheckError, InvalidFileError, Problem
from fedcheck.store.progress import Progress

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Action:
    """What a person did in one go: its changes, and the words for it."""

    tx: str
    label: str
    changes: tuple[Change, ...]
    undoes: str = ""


@dataclass(slots=True)
class Session:
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
    catalog: checklists.Catalog
    progress: dict[str, Progress]
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
        found = candidates(tail, self.project.refs)
        if len(found) == 1:
            return found[0]
        if found:
            listed = "\n  ".join(found[:20])
            raise FedcheckError(
                f"{one_line(tail, 80)}: may be any of\n  {listed}", "write more of it", 2
            )
        if self.project.item(tail):
            hint = "the workspace's profile leaves it out"
            raise FedcheckError(f"{one_line(tail, 80)}: does not apply here", hint, 2)
        ids = {split(ref)[1]: ref for ref in self.project.refs}
        near = nearest(tail.rpartition(":")[2], ids, 3)
        hint = "did you mean " + " or ".join(near) + "?" if near else "see: fedcheck list"
        raise FedcheckError(f"{one_line(tail, 80)}: no such item", hint, 2)

    def edit(self, refs: Sequence[str], edit: Edit, label: str = "") -> Action:
        """Make the same edit on items, as one action. Raises RuleError, FedcheckError."""
        items = {ref: item for ref in refs if (item := self.project.item(ref)) is not None}
        today = self.today()

        def plan(record: Callable[[str], Record]) -> list[Change]:
            found = (edited(r, item, record(r), edit, today) for r, item in items.items())
            return [change for changes in found for change in changes]

        return self._commit(plan, items, label or edit_label(edit, refs), "", commit.allow)

    def add_evidence(self, refs: Sequence[str], proof: Evidence) -> Action:
        """Attach a piece of evidence to items, as one action."""
        changes = []
        for ref in refs:
            item = self.project.item(ref)
            if item is not None:
                changes += with_evidence(ref, item, self.project.record(ref), proof)
        return self.apply(changes, f"Evidence added: {one_line(proof.name, 60)}")

    def remove_evidence(self, pieces: Sequence[tuple[str, str]]) -> Action:
        """Take pieces of evidence, each a reference and an evidence id, away as one action."""
        changes = []
        for ref, evidence_id in pieces:
            changes += without_evidence(ref, self.project.record(ref), evidence_id)
        return self.apply(changes, f"Evidence removed: {plural(len(changes), 'piece')}")

    def apply(self, changes: Iterable[Change], label: str) -> Action:
        """Save changes as one action; on return they are on disk. Raises FedcheckError."""
        return self._commit_changes(tuple(changes), label, "", commit.allow)

    def undo(self) -> Action:
        """Take back the last action of this person. Raises FedcheckError where that cannot be."""
        target = self._stack()[0]
        if target is None:
            raise FedcheckError("nothing to undo", "", 1)
        return self._take_back(target)

    def redo(self) -> Action:
        """Make again what was undone last. Raises FedcheckError where that cannot be."""
        target = self._stack()[1]
        if target is None:
            raise FedcheckError("nothing to redo", "", 1)
        return self._take_back(target, again=True)

    def refresh(self) -> bool:
        """Read what others changed on disk; tell whether anything did.

        What was broken meanwhile is noted among the problems, and its last good state stays.
        """
        mark = workspaces.fingerprint(self.root)
        if mark == self.mark:
            return False
        try:
            catalog = checklists.reloaded(self.catalog, self.root)
            fresh = load(self.root, catalog)
        except FedcheckError as error:
            self.mark = mark
            self.problems = [Problem(self.root / HEAD, 0, str(error), error.hint)]
            return False
        project, progress, self.problems = fresh
        for broken in project.broken:
            good = self.progress.get(broken.checklist)
            if good is not None and broken.checklist not in progress:
                progress[broken.checklist] = good
                project = project.with_records(broken.checklist, good.records)
        self.project, self.progress, self.catalog = project, progress, catalog
        self.mark = mark
        self._tell()
        return True

    def verify_evidence(
        self, refs: Iterable[str], step: Callable[[int], None] | None = None
    ) -> list[proofs.Verdict]:
        """Hash the evidence files of items and remember the outcome."""
        wanted = [(ref, proof) for ref in refs for proof in self.project.record(ref).evidence]
        verdicts = proofs.verify(self.root, wanted, step)
        self._with_project(replace(self.project, file_states=self._file_states()))
        return verdicts

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
    ) -> Evidence:
        """Return a piece of evidence for a link, checked and, for a file, hashed.

        Raises FedcheckError (status 2) for a missing file, a file outside the workspace without
        the user's word, and a URL with another scheme than http(s).
        """
        link = link.strip()
        if not link:
            raise FedcheckError("the link is empty", "name a file, a URL or a ticket", 2)
        if storable(link) != link:
            shown = one_line(link, 200)
            raise FedcheckError(f"{shown}: the name is not UTF-8 text", "rename the file", 2)
        what = kind or proofs.kind_of(link)
        digest = ""
        if what == "url":
            link = proofs.check_url(link)
        elif what == "file":
            link = proofs.file_link(self.root, link, here, outside)
            try:
                digest = proofs.hash_file(proofs.place_of(self.root, link))
            except OSError as error:
                reason = (error.strerror or "").lower()
                raise FedcheckError(f"{link}: cannot be read: {reason}", "", 2) from None
        return Evidence(
            id=secrets.token_hex(3),
            link=link,
            label=storable(label).strip(),
            kind=what,  # type: ignore[arg-type]
            collected=collected or self.today(),
            expires=expires,
            sha256=digest,
        )

    def history(self, ref: str = "") -> list[Entered]:
        """Return the history of the workspace or of one item, the oldest change first."""
        entered = history.read_all(self.root)
        if not ref:
            return entered
        checklist, item = split(ref)
        found = self.project.checklists.get(checklist)
        earlier = [old for old, new in found.renamed.items() if new == item] if found else []
        refs = {ref, *(f"{checklist}:{old}" for old in earlier)}
        return [one for one in entered if one.change.ref in refs]

    def _commit_changes(
        self, changes: tuple[Change, ...], label: str, undoes: str, guard: commit.Guard
    ) -> Action:
        if not changes:
            return Action(secrets.token_hex(4), label, ())
        refs = [change.ref for change in changes]
        return self._commit(lambda _: changes, refs, label, undoes, guard)

    def _commit(
        self,
        plan: commit.Plan,
        refs: Iterable[str],
        label: str,
        undoes: str,
        guard: commit.Guard,
    ) -> Action:
        tx = secrets.token_hex(4)
        orders = {
            name: list(self.project.checklists[name].items)
            for name in {split(ref)[0] for ref in refs}
            if name in self.project.checklists
        }
        deed = Deed(self.who, self.clock(), tx, undoes)
        names = {name: one.renamed for name, one in self.project.checklists.items()}
        saved = commit.commit_planned(self.root, self.progress, orders, plan, deed, guard, names)
        project = self.project
        for name, found in saved.progress.items():
            self.progress[name] = found
            project = project.with_records(name, found.records)
        self.mark = ""
        states = proofs.quick_states(
            self.root,
            (record for found in saved.progress.values() for record in found.records.values()),
        )
        self._with_project(replace(project, file_states={**(project.file_states or {}), **states}))
        return Action(tx, label, saved.changes, undoes)

    def _take_back(self, target: str, again: bool = False) -> Action:
        """Take an action back; taking back an undo makes its action `again`."""
        mine = self._own_history()
        entered = [one for one in mine if one.tx == target and one.by != OUTSIDE]
        changes = tuple(one.change.inverse() for one in reversed(entered))
        done = changes if again else [one.change for one in entered]
        label = f"{'Done again' if again else 'Undone'}: {changes_label(done)}"
        return self._commit_changes(changes, label, target, _still_there)

    def _own_history(self) -> list[Entered]:
        path = machine.own_history(self.root, self.who)
        return history.read(path) if path else []

    def _stack(self) -> tuple[str | None, str | None]:
        """Return the action that undo and the one that redo would take back."""
        undo: list[str] = []
        redo: list[tuple[str, str]] = []
        for tx, undoes in dict.fromkeys(
            (one.tx, one.undoes) for one in self._own_history() if one.by != OUTSIDE
        ):
            if not undoes:
                undo.append(tx)
                redo.clear()
            elif redo and redo[-1][0] == undoes:
                undo.append(tx)
                redo.pop()
            elif undoes in undo:
                undo.remove(undoes)
                redo.append((tx, undoes))
        return (undo[-1] if undo else None), (redo[-1][0] if redo else None)

    def _file_states(self) -> dict[str, str]:
        records = (r for rs in self.project.records.values() for r in rs.values())
        return proofs.quick_states(self.root, records)

    def _with_project(self, project: Project) -> None:
        self.project = project
        self._tell()

    def _tell(self) -> None:
        for heard in self._subscribers:
            heard(self.project)


def _still_there(change: Change, record: Record) -> None:
    """Refuse to take back a value that somebody has changed since."""
    if field_value(record, change.field) not in (change.old, change.new):
        raise FedcheckError(
            f"{change.ref}: {change.field.partition('.')[0]} was changed since by somebody else",
            "look at it with fedcheck history, then set it by hand",
            1,
        )


def load(
    root: Path, catalog: checklists.Catalog
) -> tuple[Project, dict[str, Progress], list[Problem]]:
    """Read a workspace. Raises FedcheckError (status 3) where its head file cannot be used."""
    config, problems = workspaces.load_head(root)
    process = catalog.processes.get(config.process)
    if process is None:
        known = ", ".join(sorted(catalog.processes)) or "none"
        hint = f"known: {known}"
        raise FedcheckError(f'{root / HEAD}: unknown process "{config.process}"', hint)
    found = workspaces.check_against_process(root, config, process)
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        raise InvalidFileError(errors)
    contents = workspaces.load_contents(root)
    serving = catalog.serving(process)
    records = {
        name: found.renamed(serving[name].renamed if name in serving else {}).records
        for name, found in contents.progress.items()
    }
    broken = [*contents.broken, *_broken_lists(catalog, process.id)]
    all_records = (record for rs in records.values() for record in rs.values())
    options = process.profile or {}
    chosen = {name: value for name, value in (config.profile or {}).items() if name in options}
    profile = workspaces.parse_profile(process, chosen)
    project = Project(
        root=str(root),
        config=replace(config, profile=profile),
        process=process,
        checklists=serving,
        records=records,
        requests=contents.requests.requests,
        findings=contents.findings.findings,
        file_states=proofs.quick_states(root, all_records),
        broken=tuple(broken),
    )
    listed = [*problems, *found, *(_as_problem(b) for b in broken)]
    return project, contents.progress, listed


def _broken_lists(catalog: checklists.Catalog, process: str) -> list[BrokenFile]:
    """Return the checklists of user and workspace that are not as they should be."""
    broken = []
    for loaded in catalog.winning().values():
        if loaded.checklist and process not in loaded.checklist.process:
            continue
        for problem in loaded.problems():
            broken.append(BrokenFile(str(loaded.path), str(problem), loaded.id))
    return broken


def _as_problem(broken: BrokenFile) -> Problem:
    text = broken.message.removeprefix(broken.path).lstrip(":")
    line, colon, rest = text.partition(":")
    if colon and line.strip().isdigit():
        return Problem(Path(broken.path), int(line), rest.strip(), severity="warning")
    return Problem(Path(broken.path), 0, text.strip(), severity="warning")


def open_session(
    root: Path, folders: UserFolders, extra: Sequence[Path], who: str, clock: Clock = system_clock
) -> Session:
    """Open a workspace. Raises FedcheckError (status 3) where it cannot be used.

    Args:
        root: the folder with `fedcheck.toml`.
        folders: the user's folders.
        extra: more folders with checklists, from the user's configuration.
        who: the name that changes are recorded under.
        clock: what tells the time.
    """
    user = (folders.checklists, *extra)
    catalog = checklists.load_catalog(shipped_checklists(), user, root)
    mark = workspaces.fingerprint(root)
    project, progress, problems = load(root, catalog)
    return Session(root, who, clock, project, catalog, progress, problems, mark)
