"""Random operations on a workspace, and what a person would expect of each of them.

The model is a plain dict: reference and field to value. The truth is read from the files with
tomli and json, not with fedcheck's readers.
"""

import hashlib
import json
import random
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import tomli
from conftest import FrozenClock, OpenWorkspace
from test_git_sharing import ATTRIBUTES, IGNORED, git

from fedcheck.cli.main import run
from fedcheck.domain.edits import MilestoneEdit
from fedcheck.domain.evidence_edit import EvidenceEdit, attach_evidence
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.request_rules import RequestEdit
from fedcheck.errors import FedcheckError
from fedcheck.session import Session
from fedcheck.storage import history_check
from fedcheck.storage.local_state import LocalNotes
from fedcheck.storage.reconcile import list_all_outside_changes

OUTSIDE = "outside fedcheck"
TASKS = tuple(f"rev5.readiness.csp:{item}" for item in ("diagram", "crypto-table", "sponsor"))
TESTS = tuple(f"rev5.readiness.3pao:{item}" for item in ("mandate-1-fips", "no-shared-accounts"))
ITEMS = (*TASKS, *TESTS)
IMPORTED = "acme.x"
MODELLED = ("status", "owner", "note", "result", "reason", "title", "state", "answer", "risk")
"""The fields that the model foretells; others (done, basis, tested, ...) follow from rules."""

DEFAULTS = {"status": "todo", "state": "open", "risk": "high"}
"""What a file leaves out."""

Key = tuple[str, str]
Values = dict[Key, Any]
Raw = dict[str, Any]


class BrokenPromiseError(AssertionError):
    """What holds by promise does not hold; the operations that led to it are in the message."""


def read_values(root: Path, *, every: bool = False) -> Values:
    """Return the values in the TOML files of a workspace; a private note under `private/REF`."""
    found: Values = {}
    for place in ("", "private/"):
        for path in sorted((root / place / "progress").glob("*.toml")):
            for item, record in tomli.loads(path.read_text()).get("item", {}).items():
                found |= _flat(f"{place}{path.stem}:{item}", record, every)
    for book, table in (("requests", "request"), ("findings", "finding")):
        path = root / f"{book}.toml"
        if path.exists():
            for record in tomli.loads(path.read_text()).get(table, ()):
                found |= _flat(f"{book}:{record.pop('id')}", record, every)
    stones = tomli.loads((root / "fedcheck.toml").read_text()).get("milestones", {})
    return found | {(f"milestones:{name}", "day"): str(day) for name, day in stones.items()}


def _flat(ref: str, record: Mapping[str, Any], every: bool) -> Values:
    found: Values = {}
    for one in record.get("evidence", ()):
        value = {k: str(v) for k, v in one.items() if k != "id"}
        found[ref, f"evidence.{one['id']}"] = value if every else value["link"]
    for name, value in record.items():
        if name != "evidence" and (every or name in MODELLED):
            found[ref, name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True)
class Line:
    """A history line as it stands in a file."""

    digest: str
    data: Raw

    @property
    def key(self) -> Key:
        return self.data["ref"], self.data["field"]

    @property
    def short(self) -> str:
        return self.digest[:12]


def read_lines(home: Path) -> list[Line]:
    """Return the whole lines of the history files of a place, each once."""
    raw = b"".join(path.read_bytes() for path in sorted((home / "history").glob("*.jsonl")))
    found = {}
    for text in raw.splitlines():
        try:
            found[hashlib.sha256(text).hexdigest()] = json.loads(text)
        except ValueError:
            continue
    return [Line(digest, data) for digest, data in found.items()]


def list_maximal(lines: Iterable[Line]) -> dict[Key, list[Line]]:
    """Return for each field the lines that no other line of that field comes after."""
    every = list(lines)
    full = {one.short: one.digest for one in every} | {one.digest: one.digest for one in every}
    parents = {
        one.digest: {
            full[name]
            for name in (one.data["prev"], *one.data.get("saw", ()), *one.data.get("merged", ()))
            if name in full
        }
        for one in every
    }
    by_key: dict[Key, list[Line]] = {}
    for one in every:
        by_key.setdefault(one.key, []).append(one)
    earlier: dict[str, set[str]] = {}

    def before(digest: str) -> set[str]:
        found, open_ones = set(), [digest]
        while open_ones:
            for one in parents[open_ones.pop()]:
                if one in earlier:
                    found |= {one} | earlier[one]
                elif one not in found:
                    found.add(one)
                    open_ones.append(one)
        earlier[digest] = found
        return found

    for one in every:
        before(one.digest)
    return {
        key: [one for one in some if not any(one.digest in earlier[o.digest] for o in some)]
        for key, some in by_key.items()
    }


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

    def run(self, groups: int) -> None:
        """Do so many groups of operations; check after each step."""
        kinds = (
            (12, self.edit_some),
            (4, self.undo_some),
            (3, self.edit_by_hand),
            (2, self.put_back_by_hand),
            (1, self.delete_file),
            (1, self.reorder_by_hand),
            (1, self.break_and_mend),
            (1, self.tear_history),
            (1, self.forget_local_state),
            (1, self.cut_history),
            (2, self.import_list),
            (2, self.turn_clock),
            (3, self.branch_and_join),
            (2, self.stash_and_pop),
            (1, self.reset_and_return),
            (2, self.pull),
        )
        weights, doings = zip(*kinds, strict=True)
        for _ in range(groups):
            self.clock.tick(seconds=self.chance.choice([0, 1, 60, 86400]))
            (doing,) = self.chance.choices(doings, weights)
            clone = self.chance.choice([self.main, self.main, self.other])
            self.counts[doing.__name__] = self.counts.get(doing.__name__, 0) + 1
            self._do(doing.__name__, lambda doing=doing, clone=clone: doing(clone))
            self.check(clone)

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

    # What people do with fedcheck

    def edit_some(self, clone: Clone) -> None:
        for _ in range(self.chance.randint(1, 4)):
            who = self.chance.choice(list(clone.sessions))
            self.edit(clone, who)
            self._compare(clone)

    def edit(self, clone: Clone, who: str) -> None:
        session = clone.sessions[who]
        if self.chance.random() < 0.9:
            session.refresh()
        before = {home: read_lines(home) for home in clone.homes}
        doing = self.chance.choices(
            (self._edit_item, self._edit_evidence, self._edit_request, self._edit_finding,
             self._edit_private, self._move_milestone),
            (8, 3, 3, 2, 2, 1),
        )[0]  # fmt: skip
        doing(clone, who)
        self._note_made(clone, before)

    def _note_made(self, clone: Clone, before: Mapping[Path, list[Line]]) -> None:
        for home in clone.homes:
            known = {one.digest for one in before[home]}
            for one in read_lines(home):
                who = one.data["by"]
                if one.digest in known or who not in clone.made:
                    continue
                if not one.data.get("lost") and one.data["tx"] not in clone.made[who]:
                    clone.made[who].append(one.data["tx"])

    def _edit_item(self, clone: Clone, who: str) -> None:
        ref = self.chance.choice(ITEMS)
        if self.chance.random() < 0.3 and (clone.root / f"checklists/{IMPORTED}.toml").exists():
            ref = f"{IMPORTED}:one"
        wanted: dict[str, str] = {}
        if self.chance.random() < 0.5:
            wanted["owner"] = self.chance.choice(["dana", "erin", "finn", ""])
        if self.chance.random() < 0.4:
            wanted["note"] = self.chance.choice([self._word("note"), "same", ""])
        if ref in TESTS and self.chance.random() < 0.4:
            wanted["result"] = self.chance.choice(["satisfied", "other-than-satisfied"])
        elif self.chance.random() < 0.6:
            wanted["status"] = self.chance.choice(["todo", "doing", "blocked", "done", "na"])
            if wanted["status"] in ("blocked", "na"):
                wanted["reason"] = self.chance.choice(["because", "why not"])
        self._say(f"{who} sets {ref} {wanted}")
        if wanted.get("result") is None and self.chance.random() < 0.3:
            words = [w for name, value in wanted.items() for w in (f"--{name}", value)]
            argv = ("set", "-w", str(clone.root), ref, *words)
            if wanted and who == "alice":  # the name that the environment says
                self.require(run(argv) == 0, f"{argv} failed")
                clone.sessions[who].refresh()
                self._expect_item(clone, ref, wanted)
                return
        clone.sessions[who].apply([ref], ItemEdit(**wanted))
        self._expect_item(clone, ref, wanted)

    def _expect_item(self, clone: Clone, ref: str, wanted: Mapping[str, str]) -> None:
        values = clone.values
        old = values.get((ref, "status"), "todo")
        for name, value in wanted.items():
            self._set(values, (ref, name), value)
        if "result" in wanted:
            values[ref, "status"] = "done"
        now = values.get((ref, "status"), "todo")
        if now != old and "reason" not in wanted and now not in ("na", "blocked"):
            values.pop((ref, "reason"), None)
        if now not in ("done", "na") or (now == "na" and now != old):
            values.pop((ref, "result"), None)

    @staticmethod
    def _set(values: Values, key: Key, value: Any) -> None:
        if value in (DEFAULTS.get(key[1]), "", None):
            values.pop(key, None)
        else:
            values[key] = value

    def _edit_evidence(self, clone: Clone, who: str) -> None:
        session = clone.sessions[who]
        session.refresh()
        ref = self.chance.choice(ITEMS)
        there = session.project.record(ref).evidence
        what = self.chance.choice(["attach", "file", "detach", "renew"])
        self._say(f"{who}: evidence of {ref}: {what}")
        if what in ("attach", "file"):
            link = "evidence/scan.txt" if what == "file" else self._word("TICKET")
            kind = "file" if what == "file" else "ticket"
            new = session.new_evidence(link, here=clone.root, kind=kind)
            session.apply([ref], attach_evidence(new))
            clone.values[ref, f"evidence.{new.id}"] = link
        elif there and what == "detach":
            one = self.chance.choice(there)
            session.apply([ref], EvidenceEdit(detach=(one.id,)))
            del clone.values[ref, f"evidence.{one.id}"]
        elif files := [one for one in there if one.kind == "file"]:
            (clone.root / "evidence/scan.txt").write_text(self._word("scan"))
            one = session.renew_evidence(self.chance.choice(files))
            session.apply([ref], EvidenceEdit(attach=(one,), seen=(one,)))

    def _edit_request(self, clone: Clone, who: str) -> None:
        session = clone.sessions[who]
        session.refresh()
        states = {ref: v for (ref, name), v in clone.values.items() if name == "title"}
        refs = [ref for ref in states if ref.startswith("requests:")]
        if not refs or self.chance.random() < 0.4:
            ref, title = session.new_ref("requests"), self._word("request")
            self._say(f"{who} asks {ref}")
            session.apply([ref], RequestEdit(step="ask", title=title, by=who, to="csp"))
            clone.values[ref, "title"] = title
            return
        ref = self.chance.choice(refs)
        state = clone.values.get((ref, "state"), "open")
        if state == "open":
            answer = self._word("answer")
            self._say(f"{who} answers {ref}")
            session.apply([ref], RequestEdit(step="answer", answer=answer))
            clone.values |= {(ref, "answer"): answer, (ref, "state"): "answered"}
        elif state == "answered" and self.chance.random() < 0.5:
            self._say(f"{who} accepts {ref}")
            session.apply([ref], RequestEdit(step="accept"))
            clone.values[ref, "state"] = "accepted"
        else:
            self._say(f"{who} returns {ref}")
            session.apply([ref], RequestEdit(step="return", comment=self._word("comment")))
            clone.values.pop((ref, "state"), None)

    def _edit_finding(self, clone: Clone, who: str) -> None:
        session = clone.sessions[who]
        session.refresh()
        refs = [r for r, name in clone.values if name == "title" and r.startswith("findings:")]
        if not refs or self.chance.random() < 0.5:
            ref, title = session.new_ref("findings"), self._word("finding")
            self._say(f"{who} raises {ref}")
            session.apply([ref], FindingEdit(new=True, title=title, risk="low"))
            clone.values |= {(ref, "title"): title, (ref, "risk"): "low"}
            return
        ref = self.chance.choice(refs)
        risk = self.chance.choice(["low", "moderate", "high"])
        self._say(f"{who} rates {ref} {risk}")
        session.apply([ref], FindingEdit(risk=risk, owner=self.chance.choice(["dana", "erin"])))
        session.refresh()
        self._set(clone.values, (ref, "risk"), risk)
        clone.values[ref, "owner"] = session.project.thing(ref).owner

    def _edit_private(self, clone: Clone, who: str) -> None:
        ref, text = self.chance.choice(TASKS), self._word("SECRET")
        shared = self.chance.choice([None, "dana", "gil"])
        self._say(f"{who}: private note on {ref}, owner {shared}")
        clone.sessions[who].apply([ref], ItemEdit(private_note=text, owner=shared))
        clone.values[f"private/{ref}", "note"] = text
        if shared:
            clone.values[ref, "owner"] = shared

    def _move_milestone(self, clone: Clone, who: str) -> None:
        day = date(2027, 2, 1) + timedelta(days=self.chance.randint(0, 60))
        self._say(f"{who} moves kick-off to {day}")
        clone.sessions[who].apply(["milestones:kick-off"], MilestoneEdit(day))
        clone.values["milestones:kick-off", "day"] = day.isoformat()

    def undo_some(self, clone: Clone) -> None:
        who = self.chance.choice(list(clone.sessions))
        for _ in range(self.chance.randint(1, 3)):
            again = self.chance.random() < 0.3
            self._take_back(clone, who, again)
            self._compare(clone)

    def _stacks(self, clone: Clone, who: str) -> tuple[list[str], list[tuple[str, str]]]:
        """Return what this person can undo and redo here, worked out from the bare lines."""
        undoes: dict[str, str] = {}
        for home in clone.homes:
            for one in read_lines(home):
                if one.data["by"] == who and not one.data.get("lost"):
                    undoes[one.data["tx"]] = one.data.get("undoes", "")
        undo: list[str] = []
        redo: list[tuple[str, str]] = []
        for tx in clone.made[who]:
            if tx not in undoes:
                continue
            target = undoes[tx]
            if not target:
                undo.append(tx)
                redo = []
            elif redo and redo[-1][0] == target:
                undo.append(tx)
                redo.pop()
            elif target in undo:
                undo.remove(target)
                redo.append((tx, target))
        return undo, redo

    def _take_back(self, clone: Clone, who: str, again: bool) -> None:
        session = clone.sessions[who]
        session.refresh()
        undo, redo = self._stacks(clone, who)
        target = (redo[-1][0] if redo else "") if again else (undo[-1] if undo else "")
        self._say(f"{who} {'redoes' if again else 'undoes'}, expected {target!r}")
        before = {home: read_lines(home) for home in clone.homes}
        files = self._files(clone)
        try:
            done = session.redo() if again else session.undo()
        except FedcheckError as error:
            self._say(f"refused: {error}")
            self.require(self._files(clone) == files, f"refused, and yet it changed: {error}")
            self.require(not target or self._stands_in_the_way(clone, who, target), str(error))
            return
        self.require(done.undoes == target, f"took back {done.undoes!r}, not {target!r}")
        self._note_made(clone, before)
        for home, lines in before.items():
            place = "" if home == clone.root else "private/"
            for one in reversed([o for o in lines if o.data["tx"] == target]):
                if one.data["by"] == who and self._is_modelled(one.key):
                    value = _value(one, "old")
                    value = value["link"] if isinstance(value, dict) else value
                    self._set(clone.values, (place + one.key[0], one.key[1]), value)
        for ref in {ref for ref, _ in clone.values}:
            if clone.values.get((ref, "status")) not in ("done", "na"):
                clone.values.pop((ref, "result"), None)

    @staticmethod
    def _is_modelled(key: Key) -> bool:
        ref, name = key
        if ref.partition(":")[0] in ("checklists", "imports"):
            return False
        return name in MODELLED or name.startswith("evidence.") or ref.startswith("milestones:")

    def _stands_in_the_way(self, clone: Clone, who: str, target: str) -> bool:
        """Tell whether somebody changed since what a transaction set, or its list."""
        every = read_values(clone.root, every=True)
        for home in clone.homes:
            place = "" if home == clone.root else "private/"
            for one in read_lines(home):
                if one.data["tx"] != target or one.data["by"] != who:
                    continue
                if one.key[0].startswith("checklists:"):
                    return True  # its file may be another one since
                now = every.get((place + one.key[0], one.key[1]))
                known = [_text(one.data[name]) for name in ("old", "new")]
                if _text(now) not in known and not (now is None and '"todo"' in known):
                    return True
        return False

    def import_list(self, clone: Clone) -> None:
        if "alice" not in clone.sessions:
            return
        before = {home: read_lines(home) for home in clone.homes}
        path = clone.root.parent / "list.csv"
        more = "".join(f"{self._word('more')},A task\n" for _ in range(self.chance.randint(0, 2)))
        path.write_text(f"Id,Title\none,{self._word('Task')}\n{more}")
        argv = ("import", "csv", str(path), "-w", str(clone.root), "--list", IMPORTED)
        status = run([*argv, "--phase", "readiness", "--role", "csp"])
        self._say(f"alice imports a list: {status}")
        self.require(status in (0, 2), f"import ended with {status}")
        self._note_made(clone, before)
        self._refresh(clone)

    # What happens outside of fedcheck

    def edit_by_hand(self, clone: Clone) -> None:
        """Change a value in a file, to one that was never there."""
        found = self._pick_by_hand(clone)
        if found:
            path, key, old = found
            self._write_by_hand(clone, path, key, old, self._word("hand"))

    def put_back_by_hand(self, clone: Clone) -> None:
        """Put a value back that the field had before: it takes back what somebody set."""
        found = self._pick_by_hand(clone)
        if not found:
            return
        path, key, old = found
        earlier = [
            value
            for one in read_lines(clone.root)
            if one.key == key
            for value in (one.data["old"], one.data["new"])
            if isinstance(value, str) and value not in (old, "") and re.fullmatch(r"[\w-]+", value)
        ]
        if earlier:
            is_ours = list_maximal(read_lines(clone.root))[key][-1].data["by"] != OUTSIDE
            before = {one.digest for one in read_lines(clone.root)}
            self._write_by_hand(clone, path, key, old, self.chance.choice(earlier))
            self.check(clone)
            new = [o for o in read_lines(clone.root) if o.digest not in before and o.key == key]
            self.require(new, f"{key}: an old value came back and is not noted")
            self.require(new[-1].data.get("lost") or not is_ours, f"{key}: no loss is named")

    def _pick_by_hand(self, clone: Clone) -> tuple[Path, Key, str] | None:
        for home in clone.homes:
            self._reconcile(clone)
            del home
        found = []
        for path in sorted((clone.root / "progress").glob("*.toml")):
            records = tomli.loads(path.read_text()).get("item", {})
            for item, record in records.items():
                found += [
                    (path, (f"{path.stem}:{item}", name), record[name])
                    for name in ("owner", "note")
                    if name in record and re.fullmatch(r"[\w-]+", record[name])
                ]
        return self.chance.choice(found) if found else None

    def _write_by_hand(self, clone: Clone, path: Path, key: Key, old: str, new: str) -> None:
        self._say(f"by hand: {key}: {old} -> {new}")
        item = key[0].partition(":")[2]
        head, mark, rest = path.read_text().partition(f'[item."{item}"]\n')
        path.write_text(head + mark + rest.replace(f'{key[1]} = "{old}"', f'{key[1]} = "{new}"', 1))
        clone.values[key] = new

    def delete_file(self, clone: Clone) -> None:
        paths = sorted((clone.root / "progress").glob("*.toml"))
        if not paths:
            return
        path = self.chance.choice(paths)
        self._say(f"{path.name} is deleted")
        path.unlink()
        for key in [key for key in clone.values if key[0].startswith(f"{path.stem}:")]:
            del clone.values[key]

    def reorder_by_hand(self, clone: Clone) -> None:
        for path in sorted((clone.root / "progress").glob("*.toml")):
            head, *blocks = re.split(r"(?m)^(?=\[item\.)", path.read_text())
            self.chance.shuffle(blocks)
            blocks = [block.rstrip("\n") + "\n\n" for block in blocks]
            path.write_text(head + "".join(blocks))

    def break_and_mend(self, clone: Clone) -> None:
        paths = sorted((clone.root / "progress").glob("*.toml"))
        if not paths:
            return
        path = self.chance.choice(paths)
        good = path.read_bytes()
        bad = self.chance.choice(
            [b"<<<<<<< ours\n" + good, good[: len(good) // 2] + b"\n=", b"\xff"]
        )
        path.write_bytes(bad)
        self._say(f"{path.name} is broken")
        who = self.chance.choice(list(clone.sessions))
        session = clone.sessions[who]
        session.refresh()
        self._reconcile(clone)
        ref = next(
            ref for ref in ITEMS if (ref.partition(":")[0] == path.stem) or path.stem == IMPORTED
        )
        if path.stem != IMPORTED:
            try:
                session.apply([ref], ItemEdit(owner="nobody"))
                self.require(False, f"{path.name} is broken and was written")
            except FedcheckError:
                pass
        self.require(path.read_bytes() == bad, "a broken file was written")
        path.write_bytes(good)

    def tear_history(self, clone: Clone) -> None:
        """Leave half a line at the end of a history file, as a crash does; then save."""
        who = self.chance.choice(list(clone.sessions))
        self._save_owner(clone, who)
        path = self._own_file(clone, who)
        with path.open("ab") as out:
            out.write(b'{"v":1,"at":"2027-01-')
        self._say(f"{path.name} is torn")
        self._save_owner(clone, who)

    def _own_file(self, clone: Clone, who: str) -> Path:
        return max(
            (
                path
                for path in (clone.root / "history").glob("*.jsonl")
                if path.name.startswith(who)
            ),
            key=lambda path: path.stat().st_mtime_ns,
        )

    def _save_owner(self, clone: Clone, who: str) -> None:
        clone.sessions[who].refresh()
        before = {home: read_lines(home) for home in clone.homes}
        ref, owner = self.chance.choice(TASKS), self._word("owner")
        self._say(f"{who} sets {ref} owner {owner}")
        clone.sessions[who].apply([ref], ItemEdit(owner=owner))
        clone.values[ref, "owner"] = owner
        self._note_made(clone, before)

    def forget_local_state(self, clone: Clone) -> None:
        """Remove the local state: a fresh clone knows as little."""
        self._reconcile(clone)
        for home in clone.homes:
            shutil.rmtree(home / ".fedcheck", ignore_errors=True)
        self._say("the local state is removed")
        clone.made = {who: [] for who in clone.made}
        self._refresh(clone)

    def cut_history(self, clone: Clone) -> None:
        """Take the last lines of a file away: what others saw of them is missed."""
        paths = [p for p in (clone.root / "history").glob("*.jsonl") if p.stat().st_size]
        if not paths:
            return
        path = self.chance.choice(sorted(paths))
        lines = path.read_bytes().splitlines(keepends=True)
        count = self.chance.randint(1, min(3, len(lines)))
        self._say(f"the last {count} lines of {path.name} are removed")
        path.write_bytes(b"".join(lines[:-count]))
        gone = {hashlib.sha256(line.rstrip(b"\r\n")).hexdigest() for line in lines[-count:]}
        there = {one.digest for one in read_lines(clone.root)}
        self.main.lost_lines |= {digest[:12] for digest in gone - there}
        self.other.lost_lines |= self.main.lost_lines

    def turn_clock(self, clone: Clone) -> None:
        now = self.clock.now
        year = self.chance.choice([1999, 2099, now.year])
        self.clock.now = datetime(year, 5, 6, 7, 8, tzinfo=UTC)
        self._say(f"the clock says {year}")
        self.edit_some(clone)
        self.check(clone)
        self.undo_some(clone)
        self.check(clone)
        self.clock.now = now

    # git

    def _commit(self, clone: Clone) -> str:
        git(clone.root, "add", "-A")
        if git(clone.root, "status", "--porcelain"):
            git(clone.root, "commit", "-qm", self._word("commit"))
        staged = git(clone.root, "ls-files").split()
        self.require(not [n for n in staged if n.startswith(("private/", ".fedcheck/"))], "staged")
        return git(clone.root, "rev-parse", "HEAD").strip()

    def branch_and_join(self, clone: Clone) -> None:
        """Work on two branches, then join them in one of git's ways."""
        self._commit(clone)
        side = self._word("side")
        self._git(clone, "checkout", "-q", "-b", side)
        self.edit_some(clone)
        if self.chance.random() < 0.5:
            self._commit(clone)
            self.edit_some(clone)
        tip = self._commit(clone)
        self._git(clone, "checkout", "-q", "main")
        self._took(clone)
        self.check(clone)
        if self.chance.random() < 0.8:
            self.edit_some(clone)
        self._commit(clone)
        if tip == git(clone.root, "rev-parse", "main").strip():
            return
        favor = self.chance.choice(["ours", "theirs"])
        how = self.chance.choice(["merge", "merge", "rebase", "cherry-pick", "squash"])
        self._say(f"git {how} -X {favor}")
        if how == "merge":
            self._join(clone, "merge", "-q", "--no-edit", "-X", favor, side)
        elif how == "squash":
            self._join(clone, "merge", "-q", "--squash", "-X", favor, side)
        elif how == "cherry-pick":
            self._join(clone, "cherry-pick", "-X", favor, f"main..{side}")
        else:
            self._git(clone, "checkout", "-q", side)
            self._join(clone, "rebase", "-q", "-X", favor, "main")
            self._git(clone, "checkout", "-q", "main")
            self._join(clone, "merge", "-q", "--ff-only", side)
        self._took(clone)

    def _git(self, clone: Clone, *argv: str) -> None:
        self._say("git " + " ".join(argv))
        git(clone.root, *argv)

    def _join(self, clone: Clone, *argv: str) -> None:
        """Run what may stop for conflicts; settle them as a person does who has no time."""
        self._say("git " + " ".join(argv))
        try:
            git(clone.root, *argv)
        except AssertionError:
            self._settle(clone)
        for _ in range(20):
            folder = clone.root / ".git"
            going = next(
                (
                    word
                    for name, word in (
                        ("rebase-merge", "rebase"),
                        ("CHERRY_PICK_HEAD", "cherry-pick"),
                        ("MERGE_HEAD", "merge"),
                    )
                    if (folder / name).exists()
                ),
                "",
            )
            if not going:
                break
            try:
                git(clone.root, "-c", "core.editor=true", going, "--continue")
            except AssertionError as error:
                if "--skip" in str(error) or "allow-empty" in str(error):
                    git(clone.root, going, "--skip")
                else:
                    self._settle(clone)
        self._mend(clone)

    def _settle(self, clone: Clone) -> None:
        """Take one side of each file that is in conflict, whole; a side may have removed it."""
        side = self.chance.choice(["--ours", "--theirs"])
        for name in dict.fromkeys(
            git(clone.root, "diff", "--name-only", "--diff-filter=U").split()
        ):
            try:
                git(clone.root, "checkout", side, "--", name)
                git(clone.root, "add", "--", name)
            except AssertionError:
                git(clone.root, "rm", "-q", "--", name)

    def _mend(self, clone: Clone) -> None:
        """Take the last whole version of a file that merged lines made unreadable."""
        for path in [*clone.root.glob("*.toml"), *clone.root.glob("*/*.toml")]:
            try:
                tomli.loads(path.read_text())
            except ValueError:
                name = str(path.relative_to(clone.root))
                for commit in git(clone.root, "log", "--format=%H", "-m", "--", name).split():
                    try:
                        text = git(clone.root, "show", f"{commit}:{name}")
                        tomli.loads(text)
                    except (AssertionError, ValueError):
                        continue
                    path.write_text(text)
                    self._say(f"{name} is mended")
                    break

    def _took(self, clone: Clone) -> None:
        """Take over what git made of the files: TOML is the truth."""
        clone.values = read_values(clone.root)
        self._refresh(clone)

    def stash_and_pop(self, clone: Clone) -> None:
        self._commit(clone)
        self.edit_some(clone)
        if not git(clone.root, "status", "--porcelain"):
            return
        self._git(clone, "stash", "-q", "--include-untracked")
        self._took(clone)
        self.check(clone)
        self.edit_some(clone)
        self._commit(clone)
        self._join(clone, "stash", "pop", "-q")
        git(clone.root, "add", "-A")
        git(clone.root, "reset", "-q")
        if git(clone.root, "stash", "list"):
            git(clone.root, "stash", "drop", "-q")
        self._took(clone)

    def reset_and_return(self, clone: Clone) -> None:
        self.edit_some(clone)
        self._reconcile(clone)
        there = self._commit(clone)
        here = read_values(clone.root, every=True)
        back = git(clone.root, "rev-list", "--first-parent", "-n", "4", "HEAD").split()[-1]
        self._git(clone, "reset", "-q", "--hard", back)
        self._took(clone)
        self.check(clone)
        self._git(clone, "reset", "-q", "--hard", there)
        self._took(clone)
        private = {key for key in here if key[0].startswith("private/")}
        now = read_values(clone.root, every=True)
        self.require(
            {k: now.get(k) for k in here} == here or private, "forward again, and not as it was"
        )

    def pull(self, clone: Clone) -> None:
        source = self.other if clone is self.main else self.main
        self._commit(source)
        self._commit(clone)
        favor = self.chance.choice(["ours", "theirs"])
        argv = ("pull", "-q", "--no-rebase", "--no-edit", "-X", favor, str(source.root), "main")
        self._join(clone, *argv)
        self._took(clone)

    # What holds

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
            told = [_value(one, "new") for one in last]
            self.require(now in told, f"{key} is {now!r}, and its history ends in {told}")
            others = [one for one in last if _value(one, "new") != now]
            of_field = [o for o in lines if o.key == key]
            self.require(
                all(_is_met(of_field, o) for o in others) or not _are_apart(last),
                f"{key} is {now!r}: lines stand: {_brief(last)}; all {_brief(of_field)}",
            )
            for one in stood.get(key, ()):
                if _value(one, "new") == now or one.data["by"] == OUTSIDE:
                    continue
                was = [_value(o, side) for o in before if o.key == key and o.digest != one.digest
                       for side in ("old", "new")]  # fmt: skip
                takes_back = now is None or now in was or now == _value(one, "old")
                is_told = one.short in named or _is_met(of_field, one)
                is_told = is_told or not _are_apart(stood[key])
                text = f"gone silently: {_brief([one])}; stood {_brief(stood[key])}"
                text += f"; stand {_brief(last)}; named {named}"
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


def _is_met(lines: Iterable[Line], one: Line) -> bool:
    """Tell whether a later line of the field met its value, and did not merely take it back.

    Lines of old versions do not say what their writers saw, so this counts as replaced too
    (`reconcile.list_standing`).
    """
    return any(
        _text(o.data["old"]) == _text(one.data["new"])
        and _text(o.data["new"]) not in (_text(one.data["old"]), _text(one.data["new"]))
        and o.data["at"] >= one.data["at"]
        for o in lines
    )


def _are_apart(lines: Iterable[Line]) -> bool:
    """Tell whether of several lines none met the value of another one.

    Where one did, fedcheck takes them for one after the other, whatever the clocks say: lines of
    old versions and clocks that differ would else look like merges. Two people who set values that
    fit together by chance, unknown to each other, are taken for that too (`reconcile._is_apart`).
    """
    every = list(lines)
    return all(
        _text(a.data["old"]) != _text(b.data["new"]) for a in every for b in every if a is not b
    )


def _value(line: Line, side: str) -> Any:
    """Return the old or new value of a line as the file has it."""
    value = line.data[side]
    if isinstance(value, dict):
        return {name: str(part) for name, part in value.items() if name != "id"}
    return None if value in (DEFAULTS.get(line.data["field"]), "") else value


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _brief(lines: Iterable[Line]) -> list[str]:
    """Return what a message has to say of lines."""
    names = ("at", "by", "old", "new", "lost", "merged", "saw")
    return [f"{o.short} " + str([o.data[n] for n in names if n in o.data]) for o in lines]
