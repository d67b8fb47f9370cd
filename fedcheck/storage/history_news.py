"""What came into the histories of a workspace since somebody last looked, for a program that stays.

It keeps the bytes that it saw: where a file only grew, nothing but the new lines is parsed.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from fedcheck.domain.change import HistoryLine
from fedcheck.storage import history
from fedcheck.storage.history_graph import build_graph
from fedcheck.storage.history_index import format_key
from fedcheck.storage.history_lines import parse_lines, split_lines

_ACTION = re.compile(rb'"tx":"[^"\\]*"')


class HistoryNews:
    """Tells the lines of the histories of some places that came since the look before."""

    def __init__(self, homes: Sequence[Path]) -> None:
        self._homes = homes
        self._seen: dict[Path, bytes] = {}
        self._gone: set[bytes] = set()

    def see(self) -> None:
        """Take all that is there for known. Raises FedcheckError where the disk refuses."""
        self._seen = self._read()

    def look(self) -> list[HistoryLine]:
        """Return the lines that came since the last look, the oldest first.

        A line is no news where another one of its action was ever there: git may take files away
        and bring them back. Raises FedcheckError where the disk refuses.
        """
        before, now = self._seen, self._read()
        self._seen = now
        fresh: list[bytes] = []
        for path, raw in now.items():
            seen = before.get(path, b"")
            grew = raw.startswith(seen) and seen[-1:] in (b"", b"\n")
            fresh += split_lines(raw[len(seen) :] if grew else raw)
        for path, seen in before.items():
            if not now.get(path, b"").startswith(seen):
                self._gone |= set(_ACTION.findall(seen))
        came = build_graph(parse_lines(fresh)).lines if fresh else []
        actions = {one.tx: format_key("tx", one.tx) for one in came}
        known = {
            tx
            for tx, key in actions.items()
            if key in self._gone or any(key in seen for seen in before.values())
        }
        return [one for one in came if one.tx not in known]

    def _read(self) -> dict[Path, bytes]:
        return {
            path: history.read_raw(path)
            for home in self._homes
            for path in history.list_history_files(home)
        }
