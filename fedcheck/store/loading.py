"""Read a workspace as a whole: its head file, lists, records, requests, findings; and private/."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fedcheck.errors import FedcheckError, InvalidFileError, Problem
from fedcheck.model.checklist import Checklist
from fedcheck.model.project import BrokenFile, Project
from fedcheck.store import checklists, proofs, workspaces
from fedcheck.store.book import FINDINGS, MILESTONES, REQUESTS, RESERVED, SENT, Book
from fedcheck.store.paths import HEAD, private_home
from fedcheck.store.permissions import writable_by_others


@dataclass(frozen=True, slots=True)
class Loaded:
    """A workspace as it was read.

    Attributes:
        books: its books by name: progress by checklist, requests, findings.
        private: those under `private/`.
        problems: what is wrong with its files, for stderr or a toast.
    """

    project: Project
    books: dict[str, Book]
    private: dict[str, Book]
    problems: list[Problem]


def load(root: Path, catalog: checklists.Catalog) -> Loaded:
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
    private = workspaces.load_private(private_home(root))
    serving = catalog.serving(process)
    inside = {name for name, one in catalog.winning().items() if one.layer == "private"}
    records = {
        name: _today(one, serving).records
        for source, wanted in ((contents, False), (private, True))
        for name, one in source.books.items()
        if (name in inside) is wanted and name not in RESERVED
    }
    notes = {
        name: _today(one, serving).records
        for name, one in private.books.items()
        if name not in inside
    }
    broken = [*contents.broken, *private.broken, *_broken_lists(catalog, process.id)]
    options = process.profile or {}
    chosen = {name: value for name, value in (config.profile or {}).items() if name in options}
    profile = workspaces.parse_profile(process, chosen)
    project = Project(
        root=str(root),
        config=replace(config, profile=profile),
        process=process,
        checklists=serving,
        records=records,
        requests=things_of(contents.books, REQUESTS),
        findings=things_of(contents.books, FINDINGS),
        broken=tuple(broken),
        unreadable=contents.unreadable | (private.unreadable & inside),
        private_lists=frozenset(inside & serving.keys()),
        private_notes=notes,
    )
    project = replace(project, file_states=proofs.quick_states(root, project.proven()))
    listed = [*problems, *found, *writable_by_others(root), *(_problem(one) for one in broken)]
    return Loaded(project, contents.books, private.books, listed)


def things_of(books: Mapping[str, Book], name: str) -> tuple[Any, ...]:
    """Return the requests, or the findings, of a workspace."""
    return tuple(books[name].records.values()) if name in books else ()


def _today(found: Book, serving: dict[str, Checklist]) -> Book:
    """Return records under today's ids of their items."""
    checklist = serving.get(found.name)
    return found.renamed(checklist.renamed) if checklist else found


def _broken_lists(catalog: checklists.Catalog, process: str) -> list[BrokenFile]:
    """Return the checklists that are not as they should be."""
    return [
        BrokenFile(
            str(problem.file),
            problem.message,
            loaded.id,
            problem.line,
            problem.hint,
            private=loaded.layer == "private",
        )
        for loaded in catalog.winning().values()
        if not loaded.checklist or process in loaded.checklist.process
        for problem in loaded.problems()
    ]


def _problem(broken: BrokenFile) -> Problem:
    return Problem(Path(broken.path), broken.line, broken.message, broken.hint, "warning")


def with_book(project: Project, private: bool, found: Book) -> Project:
    """Return the project with one of its books replaced."""
    name = found.name
    if name == REQUESTS:
        return replace(project, requests=tuple(found.records.values()))
    if name == FINDINGS:
        return replace(project, findings=tuple(found.records.values()))
    if name == SENT:
        return project  # nothing that is worked out rests on it
    if name == MILESTONES:
        dates = {one: scheduled.day for one, scheduled in found.records.items()}
        return replace(project, config=replace(project.config, milestones=dates))
    if private and name not in project.private_lists:
        return replace(
            project, private_notes={**(project.private_notes or {}), name: found.records}
        )
    known = replace(project, unreadable=project.unreadable - {name})
    return known.with_records(name, found.records)
