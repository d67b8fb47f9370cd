"""Long histories for measuring: `python histories.py ROOT LINES` adds lines that are valid.

The lines are what months of work leave: notes of all items, changed again and again, half of them
in the person's own history file and half in that of a colleague. Every note ends as the records
have it, so that the history explains the files.
"""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

OWN, COLLEAGUE = "bench", "dana"


def add_history(root: Path, lines: int) -> None:
    """Add so many lines to the history of a workspace that a person has changed before."""
    from fedcheck.session import open_session
    from fedcheck.storage import history, local_state, paths

    os.umask(0o077)
    session = open_session(root, paths.find_user_folders(), (), OWN)
    project = session.project
    notes = {
        f"{name}:{item}": record.note
        for name, records in project.records.items()
        for item, record in records.items()
        if record.note
    }
    own = local_state.find_own_history(root, OWN)
    if own is None or not notes:
        raise SystemExit(f"{root}: make a change in it first; a history is of records")
    other = root / history.FOLDER / f"{COLLEAGUE}-0a1b2c3d.jsonl"
    refs = list(notes)
    half = len(refs) // 2
    for path, who, mine in ((own, OWN, refs[:half]), (other, COLLEAGUE, refs[half:])):
        last = history.read_newest_hash(path) if path.exists() else ""
        with path.open("ab") as file:
            file.writelines(_format_lines(mine, notes, who, lines // 2, last))


def _format_lines(
    refs: list[str], notes: dict[str, str], who: str, lines: int, last: str
) -> Iterator[bytes]:
    """Yield lines of a file: each item's note in turn, the last time as it is now."""
    from fedcheck.domain.change import Change, HistoryLine
    from fedcheck.storage.history_lines import format_line, hash_line

    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(days=200)
    turns = -(-lines // len(refs))
    for number in range(lines):
        turn, place = divmod(number, len(refs))
        ref = refs[place]
        is_last = number + len(refs) >= lines
        old = f"Call {turn} with the platform team" if turn else None
        new = notes[ref] if is_last else f"Call {turn + 1} with the platform team"
        at = begin + timedelta(seconds=number * (190 * 86400 // (turns * len(refs))))
        tx = f"{number:08x}"
        line = format_line(HistoryLine(Change(ref, "note", old, new), at, who, tx), last)
        last = hash_line(line)
        yield line + b"\n"


if __name__ == "__main__":
    add_history(Path(sys.argv[1]), int(sys.argv[2]))
