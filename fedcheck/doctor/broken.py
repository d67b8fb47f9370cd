"""Files that cannot be used as they are: what loading says of each, with line and remedy."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from fedcheck.doctor.defect import Defect, broken
from fedcheck.doctor.tree import PLACES, Tree
from fedcheck.errors import InvalidFileError, Problem
from fedcheck.model.process import Process
from fedcheck.model.reference import did_you_mean
from fedcheck.model.text import one_line
from fedcheck.session import Session
from fedcheck.store import toml, workspaces
from fedcheck.store.checklists import Catalog
from fedcheck.store.lines import Lines
from fedcheck.store.paths import HEAD, private_home


def broken_files(session: Session) -> list[Defect]:
    """Return what opening the workspace found wrong with its files, warnings too."""
    unusable = {broken.path for broken in session.project.broken}
    return [
        broken(one, "error" if str(one.file) in unusable else one.severity)
        for one in session.problems
        if "fedcheck doctor" not in one.hint  # what sends one to doctor is found again here
    ]


def broken_around(root: Path, catalog: Catalog | None) -> list[Defect]:
    """Return what is wrong with the files beside a head that cannot be used."""
    contents = [workspaces.load_contents(root), workspaces.load_private(private_home(root))]
    found = [
        Problem(Path(one.path), one.line, one.message, one.hint)
        for content in contents
        for one in content.broken
    ]
    for loaded in catalog.winning().values() if catalog else ():
        if loaded.layer != "shipped":
            found += loaded.problems()
    return [broken(one, "error") for one in found]


def head_problems(root: Path, processes: Mapping[str, Process]) -> list[Defect]:
    """Return everything that is wrong with `fedcheck.toml`, with lines."""
    try:
        config, found = workspaces.load_head(root)
        process = processes.get(config.process)
        if process is None:
            found = [*found, _unknown_process(root, config.process, processes)]
        else:
            found = [*found, *workspaces.check_against_process(root, config, process)]
    except InvalidFileError as error:
        found = error.problems
    return [broken(one, one.severity) for one in found]


def _unknown_process(root: Path, name: str, processes: Iterable[str]) -> Problem:
    known = sorted(processes)
    hint = did_you_mean(name, known) or "known: " + (", ".join(known) or "none")
    line = Lines(toml.read(root / HEAD).text).of(("process",))
    return Problem(root / HEAD, line, f'unknown process "{one_line(name, 60)}"', hint)


def closed_places(tree: Tree) -> list[Defect]:
    """Return the folders and files of ours that could not be looked into."""
    return [
        Defect(
            "broken-file",
            "error",
            f"cannot be read: {reason}",
            "check its permissions, or move it away",
            path,
        )
        for path, reason in tree.closed
        if tree.place(path) in ("", *PLACES)
    ]
