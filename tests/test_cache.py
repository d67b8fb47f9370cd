"""The cache of parsed files: what is kept, what never is, and that files on disk always count."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import MakeWorkspace
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect
from msgspec.msgpack import Encoder
from msgspec.structs import replace
from own_caches import give_own_cache, run_afresh

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import Status
from fedcheck.domain.process import Process
from fedcheck.domain.record import Record
from fedcheck.domain.workspace import WorkspaceConfig
from fedcheck.storage import cache, cache_folder, paths, quick_toml, record_files
from fedcheck.storage.cache import Cache, make_key, open_cache
from fedcheck.storage.cache_folder import CacheFolder
from fedcheck.storage.checklist_files import Outlines, load_catalog
from fedcheck.storage.loaded_files import KeptList
from fedcheck.storage.shipped_cache import FILE_NAME, load_shipped_cache
from fedcheck.storage.shipped_cache_writer import dump_shipped_cache

CSP = "rev5.readiness.csp"
PROGRESS = '[item."diagram"]\nstatus = "doing"\nowner = "amy"\nnote = "drawn by amy"\n'
RECORDS: type[dict[str, Record]] = dict[str, Record]

Call = Callable[[str], str]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a cache of the test's own."""
    return give_own_cache(tmp_path / "cache", monkeypatch)


@pytest.fixture
def root(make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace with a record, and stand in it."""
    found = make_workspace(progress={CSP: PROGRESS})
    monkeypatch.chdir(found)
    return found


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return a function that runs a command as a process of its own would."""
    return lambda line: run_afresh(line, capsys, monkeypatch)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the TOML files that are parsed from now on."""
    names: list[str] = []
    parse = quick_toml.read_quickly

    def watched(text: str) -> dict[str, object] | None:
        names.append(text[:60])
        return parse(text)

    monkeypatch.setattr(quick_toml, "read_quickly", watched)
    return names


def kept_text(folder: Path) -> bytes:
    """Return all that the cache holds, one file after the other."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("*")))


def swap(path: Path, old: str, new: str) -> None:
    """Change a file by hand so that only its bytes tell: same size, same times."""
    assert len(old) == len(new)
    before = path.stat()
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def test_nothing_is_parsed_twice(root: Path, call: Call, parsed: list[str]) -> None:
    before = call("list"), call("status"), call("gate ready")
    assert parsed
    parsed.clear()
    assert (call("list"), call("status"), call("gate ready")) == before
    assert parsed == []


def test_after_a_change_nothing_is_parsed(root: Path, call: Call, parsed: list[str]) -> None:
    """A save keeps what it wrote: the next command finds it."""
    call("status")
    call("set diagram --owner bob")
    parsed.clear()
    assert "bob" in call("show diagram")
    assert parsed == []


@pytest.mark.parametrize(
    ("name", "old", "new", "shown"),
    [
        (f"progress/{CSP}.toml", "amy", "zoe", "zoe"),
        ("fedcheck.toml", "Ledger", "Folder", "Folder"),
        (f"checklists/{CSP}.toml", "diagram", "diagrum", "diagrum"),
    ],
)
def test_a_change_by_hand_is_seen(
    root: Path, call: Call, name: str, old: str, new: str, shown: str
) -> None:
    """Even one that leaves the size and the times of the file as they were."""
    before = call("list") + call("status")
    assert shown not in before
    swap(root / name, old, new)
    assert shown in call("list") + call("status")


def damage_each(folder: Path, damage: Callable[[Path], None]) -> int:
    """Do something to each file of the cache; return how many there were."""
    found = sorted(folder.glob("*.msgpack"))
    for path in found:
        damage(path)
    return len(found)


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0x41
    path.write_bytes(raw)


def link_to_copy(path: Path) -> None:
    copy = path.with_name(f"copy-{path.name}")
    path.rename(copy)
    path.symlink_to(copy)


def put_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def put_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def put_other_value(path: Path) -> None:
    """Write what has a right checksum and is nothing that fedcheck keeps."""
    path.unlink()
    CacheFolder(path.parent).write(path.name, b"\x93\x01\x02\x03")


DAMAGES = {
    "a bit flipped": flip,
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-7]),
    "empty": lambda path: path.write_bytes(b""),
    "no cache file": lambda path: path.write_bytes(b"<html>" * 100),
    "a link": link_to_copy,
    "a pipe": put_pipe,
    "a folder": put_folder,
    "others may write it": lambda path: path.chmod(0o666),
    "another value": put_other_value,
}


@pytest.mark.parametrize("name", DAMAGES)
def test_an_odd_cache_file_counts_as_none(
    root: Path, call: Call, own_cache: Path, parsed: list[str], name: str
) -> None:
    before = call("list"), call("show diagram")
    assert damage_each(own_cache, DAMAGES[name])  # type: ignore[arg-type]
    parsed.clear()
    assert (call("list"), call("show diagram")) == before
    assert parsed, "it was parsed again"


def test_an_odd_folder_counts_as_none(
    root: Path, call: Call, own_cache: Path, tmp_path: Path
) -> None:
    """A link in place of the folder, or a folder that others may write to: none is read."""
    before = call("list")
    elsewhere = tmp_path / "elsewhere"
    shutil.move(own_cache, elsewhere)
    held = sorted(path.name for path in elsewhere.iterdir())
    own_cache.symlink_to(elsewhere)
    assert call("list") == before
    assert call("set diagram --owner bob")
    assert sorted(path.name for path in elsewhere.iterdir()) == held, "nothing is written there"
    own_cache.unlink()
    own_cache.mkdir()
    own_cache.chmod(0o777)
    assert "bob" in call("list")
    assert not list(own_cache.iterdir())


def test_files_of_another_user_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = CacheFolder(tmp_path / "parsed")
    folder.write("x.msgpack", b"held")
    assert bytes(CacheFolder(tmp_path / "parsed").read("x.msgpack") or b"") == b"held"
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    assert CacheFolder(tmp_path / "parsed").read("x.msgpack") is None
    assert folder.read("x.msgpack") is None, "nor with the folder open already"


def test_only_this_user_can_read_it(root: Path, call: Call, own_cache: Path) -> None:
    call("status")
    assert stat.S_IMODE(own_cache.stat().st_mode) == 0o700
    modes = {stat.S_IMODE(path.stat().st_mode) for path in own_cache.iterdir()}
    assert modes == {0o600}


def test_another_version_reads_none_of_it(
    root: Path, call: Call, parsed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    call("status")
    monkeypatch.setattr(cache, "compute_stamp", lambda: "another version")
    parsed.clear()
    call("status")
    assert parsed


def test_private_files_never_enter(root: Path, call: Call, own_cache: Path) -> None:
    call("set diagram --private-note hush-hush")
    private_list = root / "private" / "checklists" / "own.toml"
    private_list.parent.mkdir(parents=True, exist_ok=True)
    text = (root / "checklists" / f"{CSP}.toml").read_text().replace(CSP, "own")
    private_list.write_text(text.replace('title = "', 'title = "Secret '))
    call("list")
    call(f"show {CSP}:diagram")
    held = kept_text(own_cache)
    assert b"drawn by amy" in held
    assert b"hush-hush" not in held
    assert b"Secret " not in held


MARKING = 'marking = "CUI"\n'


@pytest.mark.parametrize(
    ("head", "config", "environment", "is_kept"),
    [
        ("", "", "", True),
        (MARKING, "", "", False),
        (MARKING + "cache = true\n", "", "", True),
        (MARKING, 'cache = "all"\n', "", True),
        (MARKING + "cache = false\n", 'cache = "all"\n', "", False),
        ("cache = false\n", "", "", False),
        ("", 'cache = "off"\n', "", False),
        ("cache = true\n", 'cache = "off"\n', "", False),
        ("", 'cache = "off"\n', "on", True),
        ("", "", "off", False),
    ],
)
def test_who_decides_whether_a_workspace_is_kept(
    make_workspace: MakeWorkspace,
    call: Call,
    own_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    head: str,
    config: str,
    environment: str,
    is_kept: bool,
) -> None:
    root = make_workspace(head=head, progress={CSP: PROGRESS})
    monkeypatch.chdir(root)
    place = paths.find_user_folders().config_file
    place.parent.mkdir(parents=True)
    place.write_text(f"format = 1\n{config}")
    if environment:
        monkeypatch.setenv("FEDCHECK_CACHE", environment)
    call("status")
    call("set diagram --owner bob")
    call("list")
    held = kept_text(own_cache)
    assert (b"drawn by amy" in held) is is_kept
    assert (b"Meridian" in held) is is_kept
    if "off" in config + environment and environment != "on":
        assert not own_cache.exists()


def test_a_file_with_something_odd_is_not_kept(root: Path, call: Call, own_cache: Path) -> None:
    """What is odd about a file is told each time."""
    path = root / "progress" / f"{CSP}.toml"
    path.write_text(path.read_text() + "shoe-size = 45\n")
    head = root / "fedcheck.toml"
    head.write_text("colour = 1\n" + head.read_text())
    first, second = call("status"), call("status")
    assert first == second
    assert "colour" in first
    assert b"shoe-size" not in kept_text(own_cache)
    assert b"drawn by amy" not in kept_text(own_cache)


def test_the_oldest_files_go_first(tmp_path: Path) -> None:
    folder = CacheFolder(tmp_path / "parsed")
    for number in range(6):
        folder.write(f"{number}.msgpack", b"x" * 1000)
        os.utime(tmp_path / "parsed" / f"{number}.msgpack", ns=(0, number))
    folder.prune(3 * 1100)
    assert sorted(path.name[0] for path in (tmp_path / "parsed").iterdir()) == ["3", "4", "5"]


def test_a_growing_cache_is_pruned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without anybody asking for it."""
    monkeypatch.setattr(cache_folder.CacheFolder.prune, "__defaults__", (20_000,))
    kept = open_cache(tmp_path)
    for number in range(200):
        kept.keep(RECORDS, make_key("x", str(number), ""), {"a": Record(note="n" * 1000)})
    taken = sum(path.stat().st_size for path in (tmp_path / "parsed").iterdir())
    assert taken < 100_000


FULL = """
import resource, signal, sys
from fedcheck.cli.main import run
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))
sys.exit(run(["status"]))
"""


def test_a_full_disk_is_no_matter(root: Path, call: Call, own_cache: Path) -> None:
    """The limit of the system on the size of files stands for the full disk."""
    own = subprocess.run([sys.executable, "-c", FULL], capture_output=True, text=True, check=False)
    assert own.returncode == 0, own.stderr
    assert list(own_cache.iterdir()) == []
    assert "Meridian Ledger" in own.stdout


def load_again(kept: Cache, kind: type, value: object) -> object:
    """Return what another process would find."""
    key = make_key("x", "", repr(value))
    kept.keep(kind, key, value)
    cache._shared.clear()
    return open_cache(kept.folder.path.parent).load(kind, key)  # type: ignore[union-attr]


def test_every_shipped_file_is_the_same_from_the_cache(tmp_path: Path) -> None:
    plain = load_catalog(paths.find_shipped_checklists(), (), None)
    cache._shared.clear()
    load_catalog(paths.find_shipped_checklists(), (), None, open_cache(tmp_path))
    cache._shared.clear()
    again = load_catalog(paths.find_shipped_checklists(), (), None, open_cache(tmp_path))
    assert all(one.parsed is None for one in again.lists), "none was parsed"
    assert [one.checklist for one in again.lists] == [one.checklist for one in plain.lists]
    assert again.processes == plain.processes
    first = next(one for one in again.lists if one.checklist and one.checklist.items)
    item = next(iter(first.checklist.items))  # type: ignore[union-attr]
    same = next(one for one in plain.lists if one.id == first.id)
    assert first.place(item) == same.place(item) != ()


def test_a_wheel_brings_the_shipped_lists_parsed(tmp_path: Path) -> None:
    """An entry counts only for the bytes that it was made from, also in an installed program."""
    shipped = tmp_path / "checklists"
    shutil.copytree(paths.find_shipped_checklists(), shipped)
    made = dump_shipped_cache(shipped)
    assert made == dump_shipped_cache(shipped), "each build makes the same"
    (tmp_path / FILE_NAME).write_bytes(made)
    brought = Cache(shipped=load_shipped_cache(tmp_path))
    assert brought.shipped.stamp
    edited = next(iter(sorted(shipped.glob("*/*.csp.toml"))))
    text = edited.read_text()
    edited.write_text(text.replace('title = "', 'title = "Our ', 1))

    cache._shared.clear()
    found = {one.path: one for one in load_catalog(shipped, (), None, brought).lists}
    assert [path for path, one in found.items() if one.parsed is not None] == [edited]
    assert found[edited].checklist.title.startswith("Our ")  # type: ignore[union-attr]
    cache._shared.clear()
    plain = {one.path: one.checklist for one in load_catalog(shipped, (), None).lists}
    assert {path: one.checklist for path, one in found.items()} == plain


@pytest.mark.parametrize("raw", [b"", b"\x00", b"<html>", b"\x82"])
def test_a_broken_file_of_the_wheel_counts_as_none(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(raw)
    assert load_shipped_cache(tmp_path).entries == {}


TEXTS = st.text(max_size=20)
RECORD = st.builds(
    Record,
    status=st.sampled_from(list(Status)),
    owner=TEXTS,
    note=TEXTS,
    due=st.sampled_from(["", "2027-01-01"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(TEXTS, RECORD, max_size=3))
def test_records_are_the_same_from_the_cache(tmp_path: Path, records: dict[str, Record]) -> None:
    assert load_again(open_cache(tmp_path), RECORDS, records) == records


def list_untyped(kind: inspect.Type, at: str = "", inside: tuple[type, ...] = ()) -> set[str]:
    """Return the keys of structs under which a kind of entry has values without a type."""
    if isinstance(kind, inspect.AnyType):
        return {at}
    parts = [(at, one) for name in ("types", "item_types") for one in getattr(kind, name, ())]
    names = ("item_type", "key_type", "value_type")
    parts += [(at, getattr(kind, name)) for name in names if hasattr(kind, name)]
    if isinstance(kind, inspect.StructType) and kind.cls not in inside:
        inside = (*inside, kind.cls)
        parts += [(one.encode_name, one.type) for one in kind.fields]
    return {key for name, part in parts for key in list_untyped(part, name, inside)}


KEPT = (
    KeptList,
    Process,
    WorkspaceConfig,
    Outlines,
    RECORDS,
    *record_files._KINDS.values(),
    record_files._TEXTS_KIND,
)


def test_only_values_under_known_keys_have_no_type() -> None:
    """All others come back from MessagePack as they were, so they are not loaded to compare."""
    found = {key for kind in KEPT for key in list_untyped(inspect.type_info(kind))}
    assert {Encoder().encode(key) for key in found} == set(cache._UNTYPED)


def test_what_would_not_be_the_same_is_not_kept(tmp_path: Path) -> None:
    kept = open_cache(tmp_path)
    day = {"x": date(2027, 1, 2)}
    assert load_again(kept, RECORDS, {"a": Record(extra=day)}) is None
    evidence = Evidence("a", "b", extra=day)
    assert load_again(kept, RECORDS, {"a": Record(evidence=(evidence,))}) is None
    head = WorkspaceConfig(1, "a", "jab", "csp")
    assert load_again(kept, WorkspaceConfig, head) == head
    assert load_again(kept, WorkspaceConfig, replace(head, package=day)) is None
    same = {"a": Record(extra={"x": ["y", 1, True]})}
    assert load_again(kept, RECORDS, same) == same


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from([KeptList, Process, RECORDS]))
def test_no_bytes_of_an_entry_do_harm(tmp_path: Path, raw: bytes, kind: type) -> None:
    """Also with a right checksum: it is a value of the kind, or nothing."""
    kept = open_cache(tmp_path)
    key = make_key("x", "", raw.hex())
    assert kept.folder is not None
    kept.folder.write(cache._name_file(key), raw)
    found = kept.load(kind, key)
    cache._shared.clear()
    assert found is None or isinstance(found, kind if kind is not RECORDS else dict)
