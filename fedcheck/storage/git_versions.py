"""Whether a value was ever in the files of this branch, by the versions that git keeps.

A commit that was picked from another branch brings history lines along whose values stayed there:
nothing was lost. git is only asked where a value seems to be lost, by commands that read what it
keeps and run no other program.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from fedcheck.domain.field_values import list_values
from fedcheck.domain.reference import split_ref
from fedcheck.errors import FedcheckError, InvalidFileError
from fedcheck.storage import record_files
from fedcheck.storage.git_snapshot import read_blobs, run_git
from fedcheck.storage.lost_values import LostValue
from fedcheck.storage.record_file import RecordFile
from fedcheck.storage.unexplained import as_text

MAX_VERSIONS = 200
"""How many versions of a file are looked at, the newest ones first."""

ELSEWHERE = ("--branches", "--remotes", "--tags", "--not")


def find_branches(
    root: Path, lost: Sequence[LostValue], renamed: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Return the branch that holds a value which was never in this one, by the value's name.

    A value that was in this branch once, or that no branch holds, is lost and left out. So is
    everything where the workspace is in no git repository.
    """
    found: dict[str, str] = {}
    by_file: dict[tuple[Path, str], list[LostValue]] = {}
    for one in lost:
        by_file.setdefault((one.home, split_ref(one.ref)[0]), []).append(one)
    try:
        if not by_file or run_git(root, "rev-parse", "--is-inside-work-tree").returncode:
            return {}
        here = ["HEAD", *_list_merging(root)]
        for (home, book), values in by_file.items():
            path = record_files.path_of(home, book)
            names = renamed.get(book, {})
            open_ones = _without_held(values, _read_versions(root, path, book, here), names)
            if open_ones:
                others = _read_versions(root, path, book, [*ELSEWHERE, *here])
                found |= _find_holders(root, open_ones, others, names)
    except FedcheckError:
        return {}  # without git it counts as lost: a loss is never hidden by that
    return found


def _list_merging(root: Path) -> list[str]:
    """Return the commit that is being merged, where a merge is not finished."""
    done = run_git(root, "rev-parse", "--verify", "--quiet", "MERGE_HEAD")
    return [] if done.returncode else [done.stdout.decode("ascii", "replace").split()[0]]


def _read_versions(
    root: Path, path: Path, book: str, starts: Sequence[str]
) -> list[tuple[str, RecordFile]]:
    """Return what the versions of a file hold, each once, with the commit that has it."""
    listed = run_git(
        root, "rev-list", "--full-history", f"--max-count={MAX_VERSIONS}", *starts,
        "--", str(path.relative_to(root)),
    )  # fmt: skip
    commits = listed.stdout.decode("ascii", "replace").split()
    if listed.returncode or not commits:
        return []
    place = f"./{path.relative_to(root).as_posix()}"
    asked = "".join(f"{commit}:{place}\n" for commit in commits)
    told = run_git(
        root, "cat-file", "--batch-check=%(objectname) %(objecttype)", given=asked.encode()
    )
    blobs: dict[str, str] = {}
    for commit, line in zip(
        commits, told.stdout.decode("utf-8", "replace").splitlines(), strict=False
    ):
        digest, _, kind = line.partition(" ")
        if kind == "blob":
            blobs.setdefault(digest, commit)
    found = []
    held = read_blobs(root, [digest.encode() for digest in blobs])
    for commit, raw in zip(blobs.values(), held, strict=True):
        try:
            found.append((commit, record_files.parse(path, raw, book)))
        except InvalidFileError:
            continue  # one with markers of a merge counts for nothing
    return found


def _holds(file: RecordFile, value: LostValue) -> bool:
    record = file.records.get(split_ref(value.ref)[1])
    held = list_values(record).get(value.line.change.field) if record is not None else None
    return as_text(held) == as_text(value.line.change.new)


def _without_held(
    values: Iterable[LostValue],
    versions: Iterable[tuple[str, RecordFile]],
    names: Mapping[str, str],
) -> list[LostValue]:
    files = [file.renamed(names) for _, file in versions]
    return [one for one in values if not any(_holds(file, one) for file in files)]


def _find_holders(
    root: Path,
    values: Iterable[LostValue],
    versions: Sequence[tuple[str, RecordFile]],
    names: Mapping[str, str],
) -> dict[str, str]:
    found: dict[str, str] = {}
    branches: dict[str, str] = {}
    files = [(commit, file.renamed(names)) for commit, file in versions]
    for one in values:
        commit = next((commit for commit, file in files if _holds(file, one)), "")
        if commit:
            if commit not in branches:
                branches[commit] = _name_branch(root, commit)
            found[one.name] = branches[commit]
    return found


def _name_branch(root: Path, commit: str) -> str:
    """Return a branch or tag that has a commit; the commit itself where none states so."""
    done = run_git(
        root, "for-each-ref", "--contains", commit, "--format=%(refname:short)", "--count=1"
    )
    names = done.stdout.decode("utf-8", "replace").split()
    return names[0] if names else commit[:9]
