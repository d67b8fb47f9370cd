"""What an item said in an earlier release is kept until it was reviewed, and shown word by word."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from driving import press, screen_text, settle, type_text
from msgspec.structs import replace
from rules_samples import consolidated, rule, written

from fedcheck.analysis.word_difference import Piece, compare_lines
from fedcheck.cli.main import run
from fedcheck.domain.checklist import Former, Item
from fedcheck.domain.glossary import Level
from fedcheck.importers.rules.build import read_process
from fedcheck.importers.rules.carry_over import Place
from fedcheck.importers.rules.common_changes import describe_dates, describe_differences
from fedcheck.importers.rules.importer import plan
from fedcheck.importers.rules.reader import read_release
from fedcheck.importers.rules.ruleset_dates import list_ruleset_dates
from fedcheck.session import Session, open_session
from fedcheck.storage.config import UserConfig
from fedcheck.storage.paths import find_shipped_checklists, find_user_folders

Release = dict[str, Any]
Answer = Callable[..., tuple[int, str]]

ONE, TWO = "ZED-CSO-ONE", "ZED-CSO-TWO"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workspace for 20x Class B with the lists of the sample, and two records."""
    folder = tmp_path_factory.mktemp("former")
    profile = ["--process", "cr26", "--role", "csp", "--type", "20x", "--class", "b"]
    assert run(["init", str(folder / "w"), "--name", "Vault", *profile]) == 0
    bring(folder / "w", consolidated(), "")
    assert run(["set", ONE, TWO, "--status", "done", "-w", str(folder / "w")]) == 0
    return folder / "w"


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "w")
    return tmp_path / "w"


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Answer:
    """Return what runs a command and gives its exit status and what it printed."""

    def ask(*argv: str) -> tuple[int, str]:
        capsys.readouterr()
        status = run([*argv])
        return status, capsys.readouterr().out

    return ask


def bring(root: Path, data: Release, version: str) -> None:
    if version:
        data["info"]["version"] = version
    file = written(root.parent / "rules.json", data)
    assert run(["import", "rules", str(file), "-w", str(root)]) == 0


def cso(data: Release) -> Release:
    rules: Release = data["FRR"]["ZED"]["data"]["all"]["CSO"]
    return rules


def reworded(words: str = "every 2 months") -> Release:
    data = consolidated()
    one = cso(data)[ONE]
    one["statement"] = one["statement"].replace("every 3 months", words)
    one["following_information"] = ["Red widgets", "Green widgets"]
    return data


def opened(root: Path) -> Session:
    return open_session(root, find_user_folders(), (), "alice")


def former(root: Path, code: str) -> tuple[Former, ...]:
    session = opened(root)
    item = session.project.item(session.resolve(code))
    assert item is not None
    return item.former


def test_show_diff_has_the_words_that_came_and_went(root: Path, answer: Answer) -> None:
    bring(root, reworded(), "2026.09.01.01")
    status, out = answer("show", ONE, "-w", str(root))
    assert status == 0 and f"fedcheck show {ONE} --diff" in out
    status, out = answer("show", ONE, "--diff", "-w", str(root))
    assert status == 0 and "Since release 2026.07.01.01, sha256 " in out
    assert "every [-3-] {+2+} months, at least:\n- Red widgets\n- [-Blue-] {+Green+} widgets" in out
    status, out = answer("show", ONE, "--json", "-w", str(root))
    kept = json.loads(out)["former"]
    assert [one["code"] for one in kept] == [""] and "every 3 months" in kept[0]["statement"]
    assert {"kind": "removed", "text": "Blue"} in kept[0]["lines"][2]
    status, out = answer("show", TWO, "--diff", "-w", str(root))
    assert (status, out) == (0, f"{TWO}: nothing changed since it was recorded.\n")


def test_a_confirmed_review_ends_it(root: Path, answer: Answer) -> None:
    bring(root, reworded(), "2026.09.01.01")
    assert run(["set", ONE, "--confirm", "-w", str(root)]) == 0
    status, out = answer("show", ONE, "--diff", "-w", str(root))
    assert (status, out) == (0, f"{ONE}: nothing changed since it was recorded.\n")
    assert json.loads(answer("show", ONE, "--json", "-w", str(root))[1])["former"] == []
    assert plan(opened(root), root.parent / "rules.json").empty, "the same release writes nothing"
    bring(root, reworded(), "2026.10.01.01")
    assert former(root, ONE) == (), "the next release drops it"


def test_the_text_that_was_recorded_stays_over_several_releases(root: Path) -> None:
    bring(root, reworded(), "2026.09.01.01")
    kept = former(root, ONE)
    bring(root, reworded("every month"), "2026.10.01.01")
    assert former(root, ONE) == kept and kept[0].release.startswith("2026.07.01.01, ")
    bring(root, consolidated(), "2026.11.01.01")
    assert former(root, ONE) == (), "it says again what was recorded"


def test_without_a_record_it_is_what_the_newest_import_changed(root: Path, answer: Answer) -> None:
    assert run(["set", ONE, "--status", "todo", "-w", str(root)]) == 0
    bring(root, reworded(), "2026.09.01.01")
    status, out = answer("show", ONE, "--diff", "-w", str(root))
    assert status == 0 and "[-3-] {+2+} months" in out and "Nothing is recorded" in out
    bring(root, reworded(), "2026.10.01.01")
    status, out = answer("show", ONE, "--diff", "-w", str(root))
    assert (status, out) == (0, f"{ONE}: no change to its official statement is known.\n")


def test_a_change_of_force_alone_is_told(root: Path, answer: Answer) -> None:
    data = consolidated()
    cso(data)[TWO]["force"] = "MUST"
    bring(root, data, "2026.09.01.01")
    status, out = answer("show", TWO, "--diff", "-w", str(root))
    assert status == 0 and "level: should -> must" in out and "statement is the same" in out


def test_merged_items_show_each_of_their_texts(root: Path, answer: Answer) -> None:
    data = consolidated()
    del cso(data)[ONE], cso(data)[TWO]
    cso(data)["ZED-CSO-BTH"] = rule("Providers MUST paint widgets.", fkas=[ONE, TWO])
    bring(root, data, "2026.09.01.01")
    assert {one.code for one in former(root, "ZED-CSO-BTH")} == {ONE, TWO}
    status, out = answer("show", "ZED-CSO-BTH", "--diff", "-w", str(root))
    assert status == 0 and f"({TWO} then):" in out
    assert "Providers [-SHOULD-] {+MUST+} paint widgets." in out


def test_where_no_earlier_text_is_known_it_says_so(tmp_path: Path, answer: Answer) -> None:
    root = tmp_path / "w"
    profile = ["--process", "cr26", "--role", "csp", "--type", "20x", "--class", "a"]
    assert run(["init", str(root), "--name", "Vault", *profile]) == 0
    status, out = answer("show", "FRC-CLA-MFR", "--diff", "-w", str(root))
    assert status == 0 and "this checklist has no official text" in out
    assert "https://github.com/FedRAMP/rules" in out and "fedcheck rules diff OLD NEW" in out
    assert run(["set", "FRC-CLA-MFR", "--status", "done", "-w", str(root)]) == 0
    bring(root, consolidated(), "")
    status, out = answer("show", "FRC-CLA-MFR", "--diff", "-w", str(root))
    assert status == 1 and "the earlier statement is not kept here" in out


def test_what_a_whole_subset_shares_is_told_once(root: Path) -> None:
    data = consolidated()
    info = data["FRR"]["ZED"]["info"]
    info["subsets"]["CSO"]["applicability"]["classes"] = ["C", "D"]
    data["info"]["version"] = "2026.09.01.01"
    found = plan(opened(root), written(root.parent / "rules.json", data))
    told = [one for one in found.facts if "ZED-CSO" in one and "guidance" not in one]
    assert told == ["no longer applies to class b: ZED-CSO (all 5 items)"]
    assert not any("nothing is new" in one for one in found.facts)


def test_dates_of_a_ruleset_are_told_once(tmp_path: Path) -> None:
    process = read_process(find_shipped_checklists() / "cr26")
    release = read_release(written(tmp_path / "rules.json", consolidated()))
    known = replace(process, rulesets=tuple(list_ruleset_dates(release)))
    assert list(describe_dates(release, known)) == []
    data = consolidated()
    data["FRR"]["ZED"]["info"]["20x"]["effective"]["date"]["maintain"] = "2027-02-01"
    newer = read_release(written(tmp_path / "rules.json", data))
    (told,) = describe_dates(newer, known)
    assert told.startswith("ZED (20x): obtain 2026-07-04, maintain 2027-02-01, ")
    assert "the calendar has obtain 2026-07-04, maintain 2027-01-01" in told


def test_lines_are_compared_word_by_word_where_they_are_alike() -> None:
    def text(old: str, new: str) -> Iterator[str]:
        signs = {"same": "", "removed": "-", "added": "+"}
        for line in compare_lines(old, new):
            yield " ".join(f"{signs[one.kind]}{one.text}" for one in line)

    assert list(text("a b c\n- x", "a b d\n- x\n- y z")) == ["a b -c +d", "- x", "- +y z"]
    assert list(text("a b c", "d e f")) == ["-a b c", "+d e f"]
    assert list(text("a\n\n  b", "a\nb")) == ["a", "b"]
    assert compare_lines("", "") == () and compare_lines("", "a") == ((Piece("added", "a"),),)


async def test_the_app_shows_it_until_it_is_confirmed(root: Path, clock: Any) -> None:
    from fedcheck.tui.app import FedcheckApp

    bring(root, reworded(), "2026.09.01.01")
    app = FedcheckApp(root, find_user_folders(), UserConfig(), "alice", root, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+g")
        await type_text(pilot, ONE)
        await press(pilot, "enter", "enter")
        await settle(pilot)
        shown = screen_text(app)
        assert "Changed since 2026.07.01.01" in shown and "every 3 2 months" in shown
        await press(pilot, "c")
        await settle(pilot)
        shown = screen_text(app)
        assert "Changed since" not in shown and "every 2 months" in shown


def test_a_force_that_a_subset_shares_is_told_once_and_other_ids_are_named() -> None:
    process = read_process(find_shipped_checklists() / "cr26")
    codes = ("A-B-ONE", "A-B-TWO", "A-B-SIX", "A-C-ONE")
    old = [Item(code.lower(), code, code=code, own_basis="0" * 12) for code in codes]
    new = [replace(one, level=Level.SHOULD, own_basis="1" * 12) for one in old]
    pairs = [(Place("l", one), Place("l", two)) for one, two in zip(old, new, strict=True)]
    assert list(describe_differences(pairs, process)) == [
        "should now, must before: A-B (all 3 items)",
        "1 with another force: A-C-ONE",
    ]
    same = [(one, one) for one, _ in pairs]
    assert list(describe_differences(same, process)) == []
