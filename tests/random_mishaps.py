"""What happens outside of fedcheck: hand edits, broken files, a removed local state, a clock."""

import hashlib
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import tomli
from plain_truth import (
    Key,
    list_maximal,
    read_lines,
)
from random_people import IMPORTED, ITEMS, TASKS, People
from random_world import OUTSIDE, Clone

from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import FedcheckError


class Mishaps(People):
    """People who edit files by hand, and what else befalls a workspace."""

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
