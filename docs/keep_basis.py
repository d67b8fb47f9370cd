"""Keep what was recorded under an earlier wording: `python docs/keep_basis.py REV`.

Compares the shipped checklists with those of a git revision. Where an item has a new title or new
expected evidence, and level, kind, controls and `meaning` are as before, the fingerprints of the
earlier wording go into its `earlier-basis`. An item that means something else gets `meaning = 2` by
hand first.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from fedcheck.domain.checklist import Checklist, Item, fingerprint
from fedcheck.storage.checklist_reader import load_list

LISTS = Path(__file__).parent.parent / "checklists"


def earlier_fingerprints(old: Item, new: Item) -> list[str]:
    """Return the fingerprints of an item's earlier wording; none where more than words changed."""
    substance = [
        (one.level, one.kind, one.controls, one.meaning, one.own_basis) for one in (old, new)
    ]
    if substance[0] != substance[1] or new.own_basis:
        return []
    by_older_formula = [old.title, old.level, old.statement, old.expects, old.controls]
    made = [old.basis(), *([fingerprint(by_older_formula)] if old.meaning == 1 else [])]
    known = dict.fromkeys((*old.earlier_basis, *new.earlier_basis, *made))
    return [] if new.accepts(old.basis()) else list(known)


def write_fingerprints(path: Path, kept: dict[str, list[str]]) -> None:
    """Write the key `earlier-basis` below the id of each item."""
    written: list[str] = []
    item = ""
    for line in path.read_text("utf-8").splitlines():
        found = re.match(r'(\s*)id = "([^"]+)"', line)
        starts = found and written and written[-1].strip() == "[[section.item]]"
        if line.lstrip().startswith("["):
            item = ""
        if item and line.lstrip().startswith("earlier-basis = "):
            continue
        written.append(line)
        if found and starts and found[2] in kept:
            item = found[2]
            digits = ", ".join(f'"{one}"' for one in kept[item])
            written.append(f"{found[1]}earlier-basis = [{digits}]")
    path.write_text("\n".join(written) + "\n", "utf-8")


def load_old(revision: str, path: Path) -> Checklist | None:
    """Return a shipped list as it was at a revision; nothing where it did not exist."""
    name = path.relative_to(LISTS.parent).as_posix()
    shown = subprocess.run(["git", "show", f"{revision}:{name}"], capture_output=True, check=False)
    if shown.returncode:
        return None
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, path.name)
        copy.write_bytes(shown.stdout)
        return load_list(copy, "file").checklist


def find_old_items(
    before: Mapping[Path, Checklist | None], path: Path, new: Checklist
) -> dict[str, Item]:
    """Return the items as they were; those of a new list come from lists of the same phase."""
    old = before[path]
    same = (one for at, one in before.items() if one and at.parent == path.parent)
    lists = [old] if old else [one for one in same if one.phase == new.phase]
    return {name: item for one in lists for name, (_, item) in one.items.items()}


def main(revision: str) -> None:
    """Write the earlier fingerprints into all shipped lists that are written by hand."""
    paths = [
        path
        for path in sorted(LISTS.glob("*/*.toml"))
        if path.name not in ("process.toml", "glossary.toml") and path.parent.name != "cr26"
    ]
    before = {path: load_old(revision, path) for path in paths}
    for path in paths:
        new = load_list(path, "file").checklist
        if new is None:
            continue
        old = find_old_items(before, path, new)
        kept = {
            name: made
            for name, (_, item) in new.items.items()
            if name in old and (made := earlier_fingerprints(old[name], item))
        }
        if kept:
            write_fingerprints(path, kept)
            print(f"{path.name}: {len(kept)} items")


if __name__ == "__main__":
    main(sys.argv[1])
