"""Build the shipped lists of `cr26` from a release of the rules and our guidance.

    python -m fedcheck.importers.rules.build RULES.json

Reads `checklists/cr26/process.toml` and `checklists/cr26/guidance/`, and writes
`checklists/cr26/*.toml`. Nothing is written where guidance is missing or is for no rule.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from fedcheck.domain.guidance import join_guidance
from fedcheck.domain.process import Process
from fedcheck.errors import FedcheckError, InvalidFileError
from fedcheck.importers.rules.controls import collect_control_words, read_control_words
from fedcheck.importers.rules.document import Release
from fedcheck.importers.rules.guidance import GUIDANCE, read_guidance
from fedcheck.importers.rules.lists import BuiltLists, build_lists
from fedcheck.importers.rules.reader import read_release
from fedcheck.importers.rules.ruleset_dates import list_ruleset_dates, write_rulesets
from fedcheck.storage import atomic_files
from fedcheck.storage.atomic_files import toml_files
from fedcheck.storage.checklist_files import PROCESS_FILE
from fedcheck.storage.checklist_reader import load_process
from fedcheck.storage.checklist_writer import dump
from fedcheck.storage.paths import find_shipped_checklists

MADE = "# Built from FedRAMP rules "
"""How the first line of a list that was built begins; others are left alone."""


def build_files(release: Release, folder: Path) -> tuple[dict[str, bytes], BuiltLists]:
    """Return the files of the lists of a process by name, and what did not fit together.

    Args:
        release: the rules.
        folder: that of the process, with `process.toml` and the guidance.

    Raises:
        FedcheckError: the process or the guidance cannot be read.
    """
    process = read_process(folder)
    guidance = read_guidance(folder / GUIDANCE)
    control_words = read_control_words(folder)
    built = build_lists(release, guidance, process, words=control_words)
    words = {name: one.words for name, one in guidance.items()}
    words |= collect_control_words(built.lists.values(), control_words)
    lists = {name: join_guidance(one, words) for name, one in built.lists.items()}
    built = replace(built, lists=lists)
    head = f"{MADE}{release.name}, sha256 {release.sha256}; edit guidance/, not this file\n"
    files = {f"{name}.toml": head.encode() + dump(one) for name, one in built.lists.items()}
    return files, built


def read_process(folder: Path) -> Process:
    """Return the process of a folder. Raises InvalidFileError with what is wrong with it."""
    loaded = load_process(folder / PROCESS_FILE)
    problems = loaded.problems()
    if loaded.process is None or problems:
        raise InvalidFileError(problems)
    return loaded.process


def main(argv: Sequence[str]) -> int:
    """Build the lists; returns 0, 1 where something does not fit, 3 where a file is unreadable."""
    parser = argparse.ArgumentParser(
        prog="python -m fedcheck.importers.rules.build", description=__doc__
    )
    parser.add_argument("rules", type=Path, help="a release of the rules: a file or a folder")
    parser.add_argument(
        "--folder", type=Path, help="folder of the process; default: the shipped one"
    )
    parser.add_argument(
        "--rulesets", action="store_true", help="print the [[ruleset]] tables of the release"
    )
    given = parser.parse_args(argv)
    folder = given.folder or find_shipped_checklists() / "cr26"
    try:
        release = read_release(given.rules)
        if given.rulesets:
            sys.stdout.write(write_rulesets(list_ruleset_dates(release)))
            return 0
        files, built = build_files(release, folder)
        problems = list_problems(release, read_process(folder), built)
    except InvalidFileError as error:
        sys.stderr.write("".join(f"{problem}\n" for problem in error.problems))
        return 3
    except FedcheckError as error:
        sys.stderr.write(f"{error}\n  {error.hint}\n")
        return 3
    if problems:
        sys.stderr.write("".join(f"{line}\n" for line in problems))
        return 1
    _write(folder, files)
    items = sum(len(one.items) for one in built.lists.values())
    sys.stdout.write(f"{len(files)} lists with {items} items written to {folder}\n")
    return 0


def list_problems(release: Release, process: Process, built: BuiltLists) -> list[str]:
    """Return as text what keeps the lists from being shipped."""
    found = [f"{name}: no guidance" for name in built.without_guidance]
    found += [
        f"{name}: guidance for an id that is not in the release" for name in built.without_rule
    ]
    found += built.notes
    if list(process.rulesets) != list_ruleset_dates(release):
        found.append(f"{PROCESS_FILE}: the [[ruleset]] tables differ from --rulesets")
    return found


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for path in toml_files(folder):
        if path.name not in files and path.read_bytes().startswith(MADE.encode()):
            atomic_files.remove_file(path, under=folder)
    wanted = {folder / name: data for name, data in files.items()}
    atomic_files.replace_files(wanted, under=folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
