"""The search in long histories gives what the whole graph gives, filtered, whatever git did."""

import json
import os
import shutil
import tempfile
from array import array
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fedcheck.domain.change import IMPORTED, OUTSIDE, SHORT, TAKEN_OVER, Change, HistoryLine
from fedcheck.domain.reference import split_ref
from fedcheck.storage import (
    history,
    history_index,
    history_lines,
    history_search,
    local_state,
    lost_values,
)
from fedcheck.storage.history_graph import build_graph
from fedcheck.storage.history_index import decode_index, encode_index
from fedcheck.storage.history_lines import format_line, hash_line
from fedcheck.storage.history_search import HistorySearch
from fedcheck.storage.lost_values import list_lost_values
from fedcheck.storage.paths import private_home

START = datetime(2027, 1, 11, 15, tzinfo=UTC)
REFS = ("l.a:i1", "l.a:i2", "l.b:é", "imports:t1", "l.a:i1x")
FIELDS = ("status", "note", IMPORTED)


class World:
    """Histories of a workspace that grow in all the ways that git and old versions know."""

    def __init__(self, root: Path, random: Random) -> None:
        self.root, self.random = root, random
        self.hashes: list[str] = []
        self.single: list[str] = []
        self.late: list[bytes] = []
        (root / "private" / "history").mkdir(parents=True)
        (root / "history").mkdir()
        (root / "fedcheck.toml").write_text('format = 1\nname = "A"\nprocess = "jab"\n')
        local_state.note_saved(root, local_state.LocalNotes())

    def make_line(self) -> bytes:
        """Return a line that follows any earlier ones, or one that is nowhere."""
        pick = self.random
        values: Any = pick.choice(("todo", "done", None, ["x"], {"link": '"ref":"l.a:i1"'}))
        change = Change(pick.choice(REFS), pick.choice(FIELDS), None, values)
        if pick.random() < 0.1:
            every = {"i1": {"status": "done", "note": "n"}, "i2": {"owner": "o"}, "i3": {}}
            change = Change("l.a:*", "records", None, pick.choice((every, {}, "x")))
        known = self.hashes[-4:] or [""]
        prev = pick.choice((known[-1], pick.choice(known), pick.choice(self.hashes or [""]), ""))
        saw = [pick.choice(self.hashes)[:SHORT]] if self.hashes and pick.random() < 0.3 else []
        if pick.random() < 0.1:  # it follows a line that comes later, or never
            ahead = format_line(self.line(Change("l.a:i2", "note", None, "ahead")), "")
            self.late.append(ahead)
            prev, saw = (hash_line(ahead), saw) if pick.random() < 0.5 else (prev, ["0" * SHORT])
        entered = self.line(change)
        if self.single and pick.random() < 0.2:
            entered = replace(entered, by=OUTSIDE, lost=pick.choice(self.single)[:SHORT])
        line = format_line(entered, prev, saw)
        if pick.random() < 0.15:
            line = pick.choice((self.respell, self.damage))(line)
        self.hashes.append(hash_line(line))
        if change.field != TAKEN_OVER:
            self.single.append(self.hashes[-1])
        return line

    def line(self, change: Change) -> HistoryLine:
        """Return a line at about this time: clocks differ, and moments are the same at times."""
        at = START + timedelta(seconds=len(self.hashes) // 2 + self.random.choice((0, 0, 0, 3, -9)))
        return HistoryLine(change, at, "ann", self.random.choice(("t1", "t2", "t3")))

    def respell(self, line: bytes) -> bytes:
        """Return a line as another program writes it."""
        data = json.loads(line)
        if self.random.random() < 0.5:
            space = self.random.choice((", ", ","))
            text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(space, ":"))
            return text.encode()
        old, new = self.random.choice(((b'"l.a', b'"\\u006c.a'), (b'"lost":', b'"lost": ')))
        return line.replace(old, new)

    def damage(self, line: bytes) -> bytes:
        """Return a line with a byte changed, or cut off; the last one of a hash is not rare."""
        at = self.random.choice((self.random.randrange(len(line)), len(line) - 3))
        return line[:at] + self.random.choice((b"", b"x", b"7")) + line[at + 1 :]

    def grow(self) -> None:
        """Change the files: lines come at the end, in the middle, twice, or on one line."""
        pick = self.random
        names = ("history/a-1.jsonl", "history/b-2.jsonl", "private/history/a-1.jsonl")
        path = self.root / pick.choice(names)
        raw = path.read_bytes() if path.exists() else b""
        lines = [self.make_line() for _ in range(pick.randrange(1, 6))]
        if self.late and pick.random() < 0.5:
            lines.append(self.late.pop())
        if raw and pick.random() < 0.2:
            lines.append(pick.choice(raw.split(b"\n")).strip(b"\r"))
        end = pick.choice((b"\n", b"\n", b"\r\n"))
        text = pick.choice((end, end, end, b"")).join(lines)
        kind = pick.random()
        if kind < 0.7:
            raw += text + pick.choice((end, end, end, b""))
        elif kind < 0.85:
            some = [*raw.split(b"\n"), *lines]
            pick.shuffle(some)
            raw = b"\n".join(some)
        else:
            raw = raw[: pick.randrange(len(raw) + 1)]
        path.write_bytes(raw)

    def list_whole(self) -> list[HistoryLine]:
        """Return all lines, by the graph."""
        homes = (self.root, private_home(self.root))
        paths = [path for home in homes for path in history.list_history_files(home)]
        return build_graph(one for path in paths for one in history.read(path)).lines

    def check(self, search: HistorySearch, whole: Sequence[HistoryLine]) -> None:
        """Hold what a search gives against the lines of the whole graph."""
        for refs in (set(REFS[:1]), set(REFS[2:4]), set(REFS)):
            wanted = [one for one in whole if one.change.ref in refs]
            assert search.list_lines_of(refs) == wanted
            wanted = [
                one for one in whole if one.change.ref in refs or one.change.field == IMPORTED
            ]
            assert search.list_lines_of(refs, with_imports=True) == wanted
        wanted = [one for one in whole if one.change.field in ("status", "owner")]
        assert search.list_lines_on(("status", "owner")) == wanted
        wanted = [one for one in whole if split_ref(one.change.ref)[0] in ("l.b", "imports")]
        assert search.list_lines_in(("l.b", "imports")) == wanted
        assert search.list_losses() == [one for one in whole if one.lost]
        there = {one.hash[:SHORT] for one in whole}
        for digest in self.hashes:
            assert search.is_there(digest[:SHORT]) in (None, digest[:SHORT] in there)

    def check_lost_values(self, renamed: Mapping[str, Mapping[str, str]]) -> int:
        """Hold the values that were lost against what the whole history gives."""
        found = list_lost_values(self.root, renamed)
        with pytest.MonkeyPatch.context() as patch:
            read_all = history.read_all
            patch.setattr(lost_values, "_list_lines_of_losses", lambda home, *_: read_all(home))
            assert list_lost_values(self.root, renamed) == found
        return len(found)


@given(st.randoms(use_true_random=False), st.sampled_from((0, 1500, 1 << 20)))
def test_it_gives_what_the_whole_graph_gives(random: Random, late: int) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(history_search, "WORTH_AN_INDEX", 1000 if late < 1 << 20 else 1 << 30)
        patch.setattr(history_search, "MAX_LATE", late)
        patch.setattr(history_search, "MAX_NEEDLES", random.choice((1, 8)))
        root = Path(folder)
        world = World(root, random)
        homes = (root, private_home(root))
        lasting = HistorySearch(root, homes)
        for _ in range(6):
            world.grow()
            whole = world.list_whole()
            world.check(HistorySearch(root, homes), whole)
            world.check(lasting, whole)
            world.check_lost_values(random.choice(({}, {"l.a": {"i1": "i2", "i1x": "i3"}})))


def write_chain(path: Path, *entered: HistoryLine) -> list[bytes]:
    """Write a history file in which each line follows the one before; return the lines."""
    lines: list[bytes] = []
    for one in entered:
        lines.append(format_line(one, hash_line(lines[-1]) if lines else ""))
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return lines


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a new folder beside the user's own: the secret is not kept inside a workspace."""
    return tmp_path / "workspace"


def test_a_line_that_comes_again_in_an_earlier_file_counts_there(workspace: Path) -> None:
    folder = World(workspace, Random(1)).root / "history"
    write_chain(
        folder / "a-1.jsonl", HistoryLine(Change(REFS[0], "note", None, "a"), START, "a", "t1")
    )
    values = ("b1", "b2")
    changes = [Change(REFS[0], "note", None, value) for value in values]
    lines = [format_line(HistoryLine(one, START, "b", "t2"), "") for one in changes]
    (folder / "b-1.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    search = HistorySearch(workspace, [workspace])
    assert [one.change.new for one in search.list_lines_of([REFS[0]])] == ["a", "b1", "b2"]
    with (folder / "a-1.jsonl").open("ab") as file:
        file.write(lines[1] + b"\n")
    assert [one.change.new for one in search.list_lines_of([REFS[0]])] == ["a", "b2", "b1"]
    assert search.list_lines_of([REFS[0]]) == history.read_all(workspace)


@pytest.mark.parametrize("settled", [False, True])
def test_a_loss_is_settled_under_the_id_of_today(workspace: Path, settled: bool) -> None:
    folder = World(workspace, Random(1)).root / "history"
    first = HistoryLine(Change("l.a:old", "owner", None, "dana"), START, "ann", "t1")
    lost = hash_line(format_line(first, ""))[:SHORT]
    loss = HistoryLine(Change("l.a:old", "owner", "dana", None), START, OUTSIDE, "t2", lost=lost)
    again = HistoryLine(Change("l.a:new", "owner", None, "erin"), START, "ann", "t3")
    write_chain(folder / "ann-1.jsonl", first, loss, *([again] if settled else []))
    found = list_lost_values(workspace, {"l.a": {"old": "new"}})
    assert [one.line.change.new for one in found] == ([] if settled else ["dana"])


# the index that is kept


@pytest.fixture
def indexed(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace of ours with a history and its index."""
    monkeypatch.setattr(history_search, "WORTH_AN_INDEX", 1)
    world = World(workspace, Random(7))
    owners = [Change(ref, "owner", None, f"dana{n}") for n in range(40) for ref in REFS[:2]]
    write_chain(  # an earlier line has a later clock
        world.root / "history" / "ann-1.jsonl",
        *(
            HistoryLine(change, START - timedelta(seconds=number), "ann", f"t{number}")
            for number, change in enumerate(owners)
        ),
    )
    assert [one.change for one in search_anew(workspace)] == owners[1::2]
    assert index_of(workspace).exists()
    return workspace


def index_of(root: Path) -> Path:
    return root / ".fedcheck" / "history-whole.index"


def search_anew(root: Path) -> list[HistoryLine]:
    found = HistorySearch(root, (root, private_home(root))).list_lines_of([REFS[1]])
    assert found == [one for one in history.read_all(root) if one.change.ref == REFS[1]]
    return found


def count_lines_read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return a list that gets each line which the search decodes from now on."""
    read: list[bytes] = []

    def note(line: bytes) -> Any:
        read.append(line)
        return history_lines.read_line(line)

    monkeypatch.setattr(history_index, "read_line", note)
    return read


def test_with_an_index_only_what_is_asked_for_is_decoded(
    indexed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = count_lines_read(monkeypatch)
    assert len(search_anew(indexed)) == len(read) == 40
    with (indexed / "history" / "ann-1.jsonl").open("ab") as file:
        late = HistoryLine(Change(REFS[0], "note", None, "x"), START, "b", "u")
        file.write(format_line(late, "") + b"\n")
    read.clear()
    assert len(search_anew(indexed)) + 1 == len(read) == 41


def test_a_hand_edit_is_seen_whatever_size_and_time_say(indexed: Path) -> None:
    path = indexed / "history" / "ann-1.jsonl"
    lasting = HistorySearch(indexed, (indexed, private_home(indexed)))
    lasting.list_lines_of([REFS[1]])
    before, raw = path.stat(), path.read_bytes()
    path.write_bytes(raw.replace(b"dana7", b"dana8", 2))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    values = [one.change.new for one in search_anew(indexed)]
    assert values.count("dana8") == 2
    assert [one.change.new for one in lasting.list_lines_of([REFS[1]])] == values


def test_a_hash_that_only_begins_as_one_is_another(indexed: Path) -> None:
    path = indexed / "history" / "ann-1.jsonl"
    digest = hash_line(path.read_bytes().splitlines()[-1])
    digest = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    early = HistoryLine(Change(REFS[1], "note", None, "x"), START - timedelta(days=1), "b", "u")
    with path.open("ab") as file:
        file.write(format_line(early, digest) + b"\n")
    assert search_anew(indexed)[0].change == early.change


def forge_moments(data: bytes) -> bytes:
    """Return an index that turns the order of the lines around."""
    index = decode_index(data)
    assert index is not None
    depths = array("I", index.depths)
    moments = array("q", [-depth for depth in depths])
    return encode_index(replace(index, moments=moments.tobytes()))


@pytest.mark.parametrize("kind", ["forged", "cut", "of another name", "folder", "link", "old"])
def test_an_index_that_is_not_ours_counts_as_none(indexed: Path, kind: str) -> None:
    path = index_of(indexed)
    seal, _, data = path.read_bytes().partition(b"\n")
    forged = forge_moments(data)
    path.unlink()
    if kind == "forged":
        path.write_bytes(seal + b"\n" + forged)
    elif kind == "cut":
        local_state.keep_history_index(indexed, path.name, forged[:-40])
    elif kind == "of another name":
        local_state.keep_history_index(indexed, "history.index", forged)
        path.with_name("history.index").rename(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        there = indexed.parent / "there"
        there.write_bytes(seal + b"\n" + forged)
        path.symlink_to(there)
    else:
        old = decode_index(forged)
        assert old is not None
        old = replace(old, version=old.version - 1)
        local_state.keep_history_index(indexed, path.name, encode_index(old))
    search_anew(indexed)
    if kind == "link":
        assert (indexed.parent / "there").read_bytes() == seal + b"\n" + forged


def test_a_forged_index_would_be_noticed(indexed: Path) -> None:
    """What the test above leaves out: with our own seal it counts, and then the order is wrong."""
    path = index_of(indexed)
    data = path.read_bytes().partition(b"\n")[2]
    local_state.keep_history_index(indexed, path.name, forge_moments(data))
    with pytest.raises(AssertionError):
        search_anew(indexed)


def test_where_nobody_saved_no_index_is_left(indexed: Path) -> None:
    shutil.rmtree(indexed / ".fedcheck")
    search_anew(indexed)
    assert not (indexed / ".fedcheck").exists()
