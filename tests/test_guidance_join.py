"""Lists of an import hold what the release says; our words join them when they are loaded."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from rules_samples import consolidated, written

from fedcheck.cli.main import run
from fedcheck.domain.checklist import FORMAT, Checklist, Item, Section, SourceRef, When
from fedcheck.domain.guidance import Words, collect_words, join_guidance
from fedcheck.importers.plan import carry_out
from fedcheck.importers.rules.importer import plan
from fedcheck.reports.past_state import load_past_state
from fedcheck.session import Session, open_session
from fedcheck.storage.checklist_writer import dump
from fedcheck.storage.paths import find_shipped_checklists, find_user_folders

Answer = Callable[..., tuple[int, str]]

OURS = "FRC-CLA-MFR"
"""An item of the sample that our guidance has too; it applies to Class A."""

NEW = "ZED-CSO-ONE"
"""One that our guidance has not."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace for 20x Class A with the lists of the sample."""
    folder = tmp_path_factory.mktemp("join")
    profile = ["--process", "cr26", "--role", "csp", "--type", "20x", "--class", "a"]
    assert run(["init", str(folder / "w"), "--name", "Vault", *profile]) == 0
    file = written(folder / "rules.json", consolidated())
    assert run(["import", "rules", str(file), "-w", str(folder / "w")]) == 0
    return folder / "w"


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made.parent, tmp_path / "all")
    return tmp_path / "all" / "w"


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Answer:
    """Return what runs a command and gives its exit status and what it printed."""

    def ask(*argv: str) -> tuple[int, str]:
        capsys.readouterr()
        status = run([*argv])
        return status, capsys.readouterr().out

    return ask


def opened(root: Path, shipped: Path | None = None) -> Session:
    return open_session(root, find_user_folders(), (), "alice", shipped=shipped)


def found(session: Session, code: str) -> Item:
    item = session.project.item(session.resolve(code))
    assert item is not None
    return item


def file_of(root: Path, code: str) -> Path:
    return root / "checklists" / f"{opened(root).resolve(code).partition(':')[0]}.toml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_file_holds_the_release_and_what_is_loaded_has_our_words(root: Path) -> None:
    shipped = collect_words(
        one.checklist
        for one in opened(root).catalog.lists
        if one.layer == "shipped" and one.checklist
    )
    ours = shipped[OURS]
    item = found(opened(root), OURS)
    assert (item.title, item.guidance) == (ours.title, ours.guidance)
    assert item.expects[: len(ours.expects)] == ours.expects
    text = file_of(root, OURS).read_text(encoding="utf-8")
    assert 'guidance = "cr26"' in text and ours.title not in text
    assert ours.guidance.partition(".")[0] not in text
    assert 'title = "Rule of the sample"' in text
    unknown = found(opened(root), NEW)
    assert unknown.title == unknown.official_name == "Rule of the sample"
    assert unknown.expects == ("A list of widgets",) and unknown.guidance == ""
    assert [one.problems() for one in opened(root).catalog.lists if one.layer == "workspace"] == [
        []
    ] * 16


def test_guidance_of_a_later_fedcheck_arrives_and_flags_nothing(root: Path, tmp_path: Path) -> None:
    assert run(["set", OURS, "--status", "done", "-w", str(root)]) == 0
    title = found(opened(root), OURS).title
    later = tmp_path / "shipped"
    shutil.copytree(find_shipped_checklists(), later)
    path = later / "cr26" / file_of(root, OURS).name
    edit(path, f'title = "{title}"', 'title = "A better title"')
    edit(path, 'guidance = """\n', 'guidance = """\nBetter first words. ')
    session = opened(root, later)
    assert found(session, OURS).title == "A better title"
    row = session.board().rows[session.resolve(OURS)]
    assert row.record.status == "done" and not row.changed
    assert plan(session, root.parent / "rules.json").empty, "the file needs no import for it"


def test_what_a_person_wrote_wins_and_stays(root: Path) -> None:
    path = file_of(root, OURS)
    head = f'title = "Rule of the sample"\ncode = "{OURS}"\n'
    edit(path, head, f'title = "Our own title"\ncode = "{OURS}"\nguidance = "Our own words."\n')
    item = found(opened(root), OURS)
    assert (item.title, item.guidance) == ("Our own title", "Our own words.")
    assert plan(opened(root), root.parent / "rules.json").empty
    data = consolidated()
    data["info"]["version"] = "2026.09.01.01"
    file = written(root.parent / "later.json", data)
    assert run(["import", "rules", str(file), "-w", str(root)]) == 0
    item = found(opened(root), OURS)
    assert (item.title, item.guidance) == ("Our own title", "Our own words.")
    assert "2026.09.01.01" in path.read_text(encoding="utf-8")


def test_freeze_pins_the_words_of_today_until_the_next_import(root: Path, answer: Answer) -> None:
    before = {path: path.read_bytes() for path in (root / "checklists").glob("*.toml")}
    assert run(["set", OURS, "--status", "doing", "-w", str(root)]) == 0
    item = found(opened(root), OURS)
    status, out = answer("checklist", "freeze", "-w", str(root))
    assert status == 0 and "with today's guidance" in out
    text = file_of(root, OURS).read_text(encoding="utf-8")
    assert 'guidance = "cr26"' not in text and item.title in text
    assert found(opened(root), OURS) == item
    ref = opened(root).resolve(OURS)
    assert not opened(root).board().rows[ref].changed
    assert run(["import", "rules", str(root.parent / "rules.json"), "-w", str(root)]) == 0
    now = {path: path.read_bytes() for path in before}
    assert now == before, "a list with a copy of our words heals with the next import"
    assert run(["undo", "-w", str(root)]) == 0
    assert file_of(root, OURS).read_text(encoding="utf-8") == text


def test_a_process_without_guidance_is_a_problem_with_its_line(root: Path, answer: Answer) -> None:
    path = file_of(root, OURS)
    edit(path, 'guidance = "cr26"', 'guidance = "cr27"')
    line = path.read_text(encoding="utf-8").split("\n").index('guidance = "cr27"') + 1
    for argv in ((), (str(path),)):
        status, out = answer("checklist", "validate", *argv, "-w", str(root), "--json")
        rows = [one for one in json.loads(out) if "no guidance is shipped" in one["message"]]
        assert status == 1 and [one["line"] for one in rows] == [line]
        assert "cr26" in rows[0]["hint"]
    assert found(opened(root), OURS).title == "Rule of the sample"


def test_an_item_without_a_basis_of_its_own_is_left_alone() -> None:
    where = SourceRef("rules", "A-B-C, Official")
    whole = Item("a", "Official", code="A-B-C", source=where, own_basis="0" * 12, expects=("x",))
    varied = replace(whole, when=(When(expects=("y",), extra={"class": ["b"]}),))
    bare = replace(whole, own_basis="")
    lists = [
        Checklist(FORMAT, "l", ("p",), "q", "csp", "L", sections=(Section("s", "S", items=(one,)),))
        for one in (varied, bare)
    ]
    words = {"A-B-C": Words("Ours", "Do it.", ("ours", "x"))}
    joined, same = (join_guidance(one, words).items["a"][1] for one in lists)
    assert (joined.title, joined.guidance, joined.expects) == ("Ours", "Do it.", ("ours", "x"))
    assert joined.resolved({"class": "b"}).expects == ("ours", "x", "y")
    assert joined.basis() == whole.basis() and same == bare


def test_a_list_is_written_as_its_file_has_it(root: Path) -> None:
    session = opened(root)
    name = file_of(root, OURS).stem
    written_list = session.project.as_written(name)
    assert written_list is not None
    assert dump(written_list) == file_of(root, OURS).read_bytes()


def test_an_earlier_state_has_our_words_too(root: Path) -> None:
    now = datetime.now(UTC)

    def at(days: int) -> Session:
        moment = now + timedelta(days)
        return open_session(root, find_user_folders(), (), "alice", lambda: moment)

    title = found(opened(root), OURS).title
    data = consolidated()
    data["info"]["version"] = "2026.09.01.01"
    session = at(20)
    carry_out(session, plan(session, written(root.parent / "later.json", data)))
    then = load_past_state(at(21), f"{now + timedelta(10):%Y-%m-%d}", root).board.project
    ref = session.resolve(OURS)
    item = then.item(ref)
    assert item is not None and item.title == title
    name = ref.partition(":")[0]
    assert (
        then.checklists[name]
        .sources[0]
        .title.rpartition("Rules, ")[2]
        .startswith("2026.07.01.01, ")
    )
