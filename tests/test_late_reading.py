"""What a command does not ask for is not read: lists, records and evidence files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import MakeWorkspace, OpenWorkspace
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from own_caches import give_own_cache, run_afresh

from fedcheck.analysis.board import resolve_item
from fedcheck.cli.main import run
from fedcheck.domain.checklist import Checklist, Item, Section
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.late_mapping import KeptAnswers, LateMapping, LateValues
from fedcheck.domain.list_outline import make_outline
from fedcheck.domain.record import Record
from fedcheck.domain.reference import find_candidates
from fedcheck.domain.workspace import Project
from fedcheck.errors import FedcheckError
from fedcheck.session import open_session
from fedcheck.storage import cache, checklist_files, evidence_states, paths
from fedcheck.storage.cache import Cache, open_cache
from fedcheck.storage.loaded_files import KeptList

CSP = "rev5.readiness.csp"
RECORD = '[item."{}"]\nstatus = "doing"\nowner = "{}"\n'
EVIDENCE = """
  [[item."first".evidence]]
  id = "a1"
  link = "scan.txt"
  kind = "file"
"""
OWN = """
format = 1
id = "own"
process = "jab"
phase = "readiness"
role = "csp"
title = "Own list"

[[section]]
id = "all"
title = "All"

  [[section.item]]
  id = "first"
  code = "DIA-2"
  title = "First thing done"
  renamed-from = "former"

  [[section.item]]
  id = "second"
  title = "Second thing done"

  [[section.item]]
  id = "a.first"
  title = "First of A done"

  [[section.item]]
  id = "diagram"
  title = "Only with a high impact"
  applies = { impact = ["high"] }
"""

Call = Callable[[str], str]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a cache of the test's own."""
    return give_own_cache(tmp_path / "cache", monkeypatch)


@pytest.fixture
def root(make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace with records in two lists, one with an evidence file; stand in it."""
    found = make_workspace(
        lists={"own.toml": OWN},
        progress={
            CSP: RECORD.format("diagram", "amy"),
            "own": RECORD.format("first", "bob") + EVIDENCE,
        },
    )
    (found / "scan.txt").write_text("scanned")
    monkeypatch.chdir(found)
    return found


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of what is read from now on: ids of lists, owners in records, links."""
    names: list[str] = []
    load, stat_file = Cache.load, evidence_states.EvidenceFinder.stat_file

    def watched(self: Cache, kind: type[Any], key: str) -> Any:
        found = load(self, kind, key)
        if isinstance(found, KeptList):
            names.append(found.checklist.id)
        elif found and kind == dict[str, Record]:
            names.append(f"records of {next(iter(found.values())).owner}")
        return found

    def seen(self: evidence_states.EvidenceFinder, link: str) -> Any:
        names.append(link)
        return stat_file(self, link)

    monkeypatch.setattr(Cache, "load", watched)
    monkeypatch.setattr(evidence_states.EvidenceFinder, "stat_file", seen)
    return names


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return a function that runs a command as a process of its own would."""
    return lambda line: run_afresh(line, capsys, monkeypatch)


@pytest.mark.parametrize("word", ["own:second", "second"])
def test_a_change_of_one_item_reads_its_list_and_records_alone(
    root: Path, call: Call, read: list[str], word: str
) -> None:
    call("set own:second --note begun")  # the first change takes all values into the history
    read.clear()
    assert "done" in call(f"set {word} --status done")
    assert read[0] == "own"
    assert set(read) == {"own", "records of bob", "scan.txt"}
    read.clear()
    call("list")
    assert {CSP, "own", "records of amy", "records of bob", "scan.txt"} <= set(read)


@pytest.mark.parametrize("word", [f"{CSP}:diagram", "3.1"])
def test_an_official_code_leads_to_the_list_that_has_it(
    root: Path, call: Call, read: list[str], word: str
) -> None:
    call("set own:second --note begun")  # the first change takes all values into the history
    read.clear()
    assert "doing -> done" in call(f"set {word} --status done")
    assert set(read) == {CSP, "records of amy"}


def test_a_name_asks_for_the_people_and_not_for_the_lists(
    root: Path, call: Call, read: list[str]
) -> None:
    call("set own:second --note begun")  # the first change takes all values into the history
    read.clear()
    call(f"set {CSP}:diagram --owner carl")
    assert set(read) == {CSP, "records of amy", "records of bob"}


def test_what_is_known_of_a_list_is_what_the_list_states(root: Path, tmp_path: Path) -> None:
    """Of a list of the cache as of one that was parsed; also of all that are shipped."""
    shipped = Path(__file__).parents[1] / "checklists"
    first = checklist_files.load_catalog(shipped, (), root)
    kept = open_cache(tmp_path / "kept")
    checklist_files.load_catalog(shipped, (), root, kept)
    again = checklist_files.load_catalog(shipped, (), root, kept)
    assert {one.id: one.outline for one in again.lists} == {
        one.id: make_outline(one.in_file) for one in first.lists if one.in_file
    }
    assert all(one.late is not None for one in again.lists)
    for one in again.lists:
        assert one.in_file == next(each.in_file for each in first.lists if each.path == one.path)
        assert one.late is None
        kept = one.in_file
        assert kept
        assert kept.bases == {name: item.basis() for name, (_, item) in kept.items.items()}


def test_a_basis_that_is_kept_counts_for_this_very_item() -> None:
    """Not for one with the same id and another meaning, such as an earlier wording of it."""
    item = Item("a", "Drawn")
    other = replace(item, title="Not drawn")
    listed = Checklist(
        1, "x", ("jab",), "p", "csp", "X", sections=(Section("s", "S", "", (item,)),)
    )
    listed.know_bases([item.basis()])
    assert listed.accepts(item, item.basis())
    assert not listed.accepts(other, item.basis())
    assert listed.accepts(other, other.basis())


def test_a_list_that_is_damaged_in_the_cache_is_parsed_when_it_is_asked_for(
    root: Path, call: Call, own_cache: Path
) -> None:
    before = call("list")
    held = [path for path in own_cache.iterdir() if b"Own list" in path.read_bytes()]
    for path in held:
        path.write_bytes(path.read_bytes()[:-3])
    assert held
    assert call("list") == before


def test_records_that_are_damaged_in_the_cache_are_parsed_when_they_are_asked_for(
    root: Path, call: Call, own_cache: Path
) -> None:
    before = call("list --json")
    (held,) = [path for path in own_cache.iterdir() if b"bob" in path.read_bytes()]
    held.write_bytes(b"")
    assert call("list --json") == before


def test_what_is_edited_by_hand_and_lost_from_the_cache_is_read_as_it_is(
    root: Path, open_workspace: OpenWorkspace, own_cache: Path
) -> None:
    """Between the opening and the question for it: rare, and no reason to fail."""
    run(["status"])
    folders = paths.find_user_folders()
    kept = open_cache(own_cache.parent)
    session = open_session(root, folders, (), "alice", cache=kept)
    for path in own_cache.iterdir():
        path.write_bytes(b"")
    cache._shared.clear()
    listed, records = root / "checklists" / "own.toml", root / "progress" / "own.toml"
    listed.write_text(listed.read_text().replace("Second thing", "Another thing"))
    records.write_text(records.read_text().replace("bob", "eve"))
    assert session.project.checklists["own"].items["second"][1].title == "Another thing done"
    assert session.project.record("own:first").owner == "eve"
    assert session.refresh()
    assert session.project.record("own:first").owner == "eve"


def test_evidence_is_looked_at_once_somebody_asks(
    root: Path, open_workspace: OpenWorkspace
) -> None:
    session = open_workspace(root)
    (root / "scan.txt").unlink()
    assert session.board().rows["own:first"].evidence == ("missing",)
    session.apply(["own:second"], ItemEdit(owner="dana"))
    assert session.board().rows["own:first"].evidence == ("missing",)


def test_a_change_before_somebody_asks_hides_no_state(
    root: Path, open_workspace: OpenWorkspace
) -> None:
    session = open_workspace(root)
    session.apply([f"{CSP}:diagram"], ItemEdit(owner="dana"))
    session.apply(["own:second"], ItemEdit(owner="dana"))
    (root / "scan.txt").unlink()
    assert session.board().rows["own:first"].evidence == ("missing",)
    assert session.project.record(f"{CSP}:diagram").owner == "dana"


words = st.sampled_from(
    ["diagram", "first", "DIA-2", "dia-02", "own", "a.first", "own:first", "3.1", "former", CSP]
)


@given(word=words | st.text("adfi:.-2r", max_size=6))
def test_a_word_means_the_same_as_in_a_search_through_all_items(
    root: Path, open_workspace: OpenWorkspace, word: str
) -> None:
    late = open_workspace(root).project
    plain = replace(late, checklists=dict(open_workspace(root).project.checklists.items()))
    found = late.find_refs(lambda outline: outline.find_tail(word))
    assert find_candidates(word, found) == find_candidates(word, plain.refs)
    assert answer(late, word) == answer(plain, word)


def answer(project: Project, word: str) -> str:
    """Return the reference that a word means, or the message that there is none."""
    try:
        return resolve_item(project, word)
    except FedcheckError as error:
        return str(error)


def test_late_values_are_made_once_and_in_their_order() -> None:
    made: list[str] = []

    def make(name: str) -> str:
        made.append(name)
        return name.upper()

    late = LateValues(["b", "a"], make)
    assert ("a" in late, "c" in late, list(late), len(late), made) == (
        True,
        False,
        ["b", "a"],
        2,
        [],
    )
    assert (late["a"], late["a"], late.get("c"), made) == ("A", "A", None, ["a"])
    assert (late.get("a", "?"), late.get("c", "?")) == ("A", "?")
    more = late.with_value("c", "see").with_value("b", "bee")
    assert dict(more) == {"b": "bee", "a": "A", "c": "see"}
    assert (dict(late), made) == ({"b": "B", "a": "A"}, ["a", "b"])


def test_an_answer_is_worked_out_once() -> None:
    asked: list[int] = []

    def answer(number: int) -> int:
        asked.append(number)
        if number > 2:
            raise FedcheckError("too many")
        return number * 2

    kept = KeptAnswers(answer)
    assert ([kept[1], kept[0], kept[1]], asked) == ([2, 0, 2], [1, 0])
    for _ in range(2):
        with pytest.raises(FedcheckError):
            kept[3]
    assert (dict(kept), asked) == ({1: 2, 0: 0}, [1, 0, 3, 3])


def test_a_late_mapping_that_fails_is_asked_again() -> None:
    answers: list[Any] = [FedcheckError("away"), {"a": 1}]

    def read() -> dict[str, int]:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found  # type: ignore[no-any-return]

    late = LateMapping(read)
    with pytest.raises(FedcheckError):
        len(late)
    assert not late.is_read
    assert (dict(late), late.is_read, answers) == ({"a": 1}, True, [])
