"""Two clones with three people, and what they are expected to hold at any moment."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conftest import FrozenClock, OpenWorkspace
from plain_truth import (
    Line,
    Values,
    are_apart,
    brief,
    is_met,
    list_maximal,
    read_lines,
    read_values,
    value_of,
)
from test_git_sharing import ATTRIBUTES, IGNORED, git

from fedcheck.session import Session
from fedcheck.storage import history_check
from fedcheck.storage.local_state import LocalNotes
from fedcheck.storage.reconcile import list_all_outside_changes

OUTSIDE = "outside fedcheck"


class BrokenPromiseError(AssertionError):
    """What holds by promise does not hold; the operations that led to it are in the message."""


@dataclass
class Clone:
    """A folder with its people.

    Attributes:
        made: transactions that each person made here since the local state began, in order.
        lost_lines: hashes of the lines that were removed from a history file here.
    """

    root: Path
    sessions: dict[str, Session]
    values: Values
    made: dict[str, list[str]] = field(default_factory=dict)
    lost_lines: set[str] = field(default_factory=set)

    @property
    def homes(self) -> tuple[Path, Path]:
        return self.root, self.root / "private"


class World:
    """Two clones with three people, and what they are expected to hold."""

    def __init__(self, root: Path, opener: OpenWorkspace, clock: FrozenClock, seed: int) -> None:
        self.chance = random.Random(seed)
        self.clock = clock
        self.open = opener
        self.steps: list[str] = []
        self.counts: dict[str, int] = {}
        self.number = 0
        for name, lines in ((".gitignore", IGNORED), (".gitattributes", ATTRIBUTES)):
            (root / name).write_text("".join(f"{line}\n" for line in lines))
        (root / "evidence").mkdir()
        (root / "evidence/scan.txt").write_text("0")
        git(root, "init", "-q", "-b", "main")
        git(root, "add", "-A")
        git(root, "commit", "-qm", "begin")
        other = root.parent / "other"
        git(root.parent, "clone", "-q", str(root), str(other))
        self.main = self._clone(root, "alice", "bob")
        self.other = self._clone(other, "carol")

    def _clone(self, root: Path, *people: str) -> Clone:
        sessions = {who: self.open(root, who) for who in people}
        for session in sessions.values():
            session.token = self._token  # the same ones in each run of a seed
        return Clone(root, sessions, read_values(root), {who: [] for who in people})

    def _do(self, name: str, doing: Any) -> None:
        self.steps.append(name)
        try:
            doing()
        except BrokenPromiseError:
            raise
        except Exception as error:
            raise BrokenPromiseError(self._told(f"{type(error).__name__}: {error}")) from error

    def require(self, holds: object, text: str) -> None:
        """Raise where what is promised does not hold."""
        if not holds:
            raise BrokenPromiseError(self._told(text))

    def _told(self, text: str) -> str:
        return text + "\n  after: " + "\n         ".join(self.steps[-25:])

    def _say(self, text: str) -> None:
        self.steps.append(f"  {text}")

    def _word(self, kind: str) -> str:
        self.number += 1
        return f"{kind}-{self.number}"

    def _token(self, size: int) -> str:
        return self.chance.randbytes(size).hex()

    def _refresh(self, clone: Clone) -> None:
        for session in clone.sessions.values():
            session.refresh()

    def _files(self, clone: Clone) -> dict[str, bytes]:
        return {
            str(path.relative_to(clone.root)): path.read_bytes()
            for path in clone.root.rglob("*")
            if path.is_file() and not {".git", ".fedcheck"} & set(path.parts)
        }

    def _compare(self, clone: Clone) -> None:
        found = read_values(clone.root)
        wanted = {key: value for key, value in clone.values.items() if key in found or value}
        wrong = {k: (wanted.get(k), found.get(k)) for k in {*wanted, *found}}
        wrong = {k: pair for k, pair in wrong.items() if pair[0] != pair[1]}
        self.require(not wrong, f"expected and found: {wrong}")

    def _reconcile(self, clone: Clone) -> None:
        who = self.chance.choice(list(clone.sessions))
        clone.sessions[who].refresh()
        clone.sessions[who].reconcile()

    def check(self, clone: Clone) -> None:
        """Check everything that is promised of a clone; what was done outside is noted first."""
        self._compare(clone)
        self._check_damage(clone)
        before = {home: read_lines(home) for home in clone.homes}
        self._reconcile(clone)
        self._compare(clone)
        self._check_damage(clone)
        for home in clone.homes:
            self.require(
                list_all_outside_changes(home, {}, LocalNotes()).found == (),
                f"{home.name}: not explained after it was noted: "
                f"{list_all_outside_changes(home, {}, LocalNotes()).found}",
            )
        for session in clone.sessions.values():
            self.require(session.reconcile() == 0, "noted twice")
        values = read_values(clone.root, every=True)
        for home in clone.homes:
            self._check_history(clone, home, values, before[home])
        self._check_private(clone)

    def _check_damage(self, clone: Clone) -> None:
        for home in clone.homes:
            damages = history_check.verify(home)
            wrong = [one for one in damages if one.missing not in clone.lost_lines]
            self.require(not wrong, f"verify: {wrong}")

    def _check_history(
        self, clone: Clone, home: Path, values: Values, before: Iterable[Line]
    ) -> None:
        """Replay: of each field the last line is what the file says, and no loss is silent."""
        place = "" if home == clone.root else "private/"
        lines = read_lines(home)
        named = {name for o in lines for name in (o.data.get("lost"), *o.data.get("merged", ()))}
        after, stood = list_maximal(lines), list_maximal(before)
        for key, last in after.items():
            if key[0].partition(":")[0] in ("checklists", "imports", "history", "sent"):
                continue
            now = values.get((place + key[0], key[1]))
            told = [value_of(one, "new") for one in last]
            self.require(now in told, f"{key} is {now!r}, and its history ends in {told}")
            others = [one for one in last if value_of(one, "new") != now]
            of_field = [o for o in lines if o.key == key]
            self.require(
                all(is_met(of_field, o) for o in others) or not are_apart(last),
                f"{key} is {now!r}: lines stand: {brief(last)}; all {brief(of_field)}",
            )
            for one in stood.get(key, ()):
                if value_of(one, "new") == now or one.data["by"] == OUTSIDE:
                    continue
                was = [value_of(o, side) for o in before if o.key == key and o.digest != one.digest
                       for side in ("old", "new")]  # fmt: skip
                takes_back = now is None or now in was or now == value_of(one, "old")
                is_told = one.short in named or is_met(of_field, one)
                is_told = is_told or not are_apart(stood[key])
                text = f"gone silently: {brief([one])}; stood {brief(stood[key])}"
                text += f"; stand {brief(last)}; named {named}"
                self.require(is_told or not takes_back, f"{key} is {now!r}: {text}")
        for (ref, name), now in values.items():
            ours = ref.startswith("private/") == bool(place)
            key = (ref.removeprefix(place), name)
            if ours and key not in after and not ref.startswith("milestones:"):
                self.require(now in (None, "todo"), f"{key} is {now!r}, and no line says so")

    def _check_private(self, clone: Clone) -> None:
        for path in clone.root.rglob("*"):
            if path.is_file() and "private" not in path.parts and ".git" not in path.parts:
                self.require(b"SECRET-" not in path.read_bytes(), f"{path}: holds a private note")
