"""Two releases are compared by content; renames come from the data, or are proposals."""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from rules_samples import OFFICIAL, RELEASES, consolidated, keyed, rule, written

from fedcheck.analysis.word_difference import Piece, compare_words
from fedcheck.cli.main import run
from fedcheck.importers.rules.compare import Comparison, compare
from fedcheck.importers.rules.reader import read_release

Cso = dict[str, Any]


def compared(tmp_path: Path, old: Any, new: Any) -> Comparison:
    return compare(
        read_release(written(tmp_path / "old.json", old)),
        read_release(written(tmp_path / "new.json", new)),
    )


@pytest.fixture
def new() -> dict[str, Any]:
    return consolidated()


@pytest.fixture
def cso(new: dict[str, Any]) -> Cso:
    found: Cso = new["FRR"]["ZED"]["data"]["all"]["CSO"]
    return found


def test_a_release_against_itself_is_empty(tmp_path: Path, new: dict[str, Any]) -> None:
    assert compared(tmp_path, new, new).is_empty
    assert compared(tmp_path, keyed(), keyed()).is_empty


def test_terms_spaces_and_marks_change_nothing(
    tmp_path: Path, new: dict[str, Any], cso: Cso
) -> None:
    cso["ZED-CSO-ONE"]["terms"] = []
    cso["ZED-CSO-TWO"]["statement"] = "Providers  SHOULD paint _widgets_. "
    assert compared(tmp_path, consolidated(), new).is_empty


def test_force_comes_first_and_by_class(tmp_path: Path, new: dict[str, Any], cso: Cso) -> None:
    of = cso["ZED-CSO-VAR"]["varies_by_class"]
    of["c"] = {"statement": "Providers SHOULD sell widgets.", "force": "SHOULD"}
    of["a"] = {"statement": "Providers MAY sell widgets.", "force": "MAY"}
    del of["d"]
    found = compared(tmp_path, consolidated(), new)
    (one,) = found.changed
    assert (one.id, one.kind, one.is_substantial) == ("ZED-CSO-VAR", "rule", True)
    assert [(f.field, f.classes, f.old, f.new) for f in one.fields] == [
        ("applies", ("a",), "no", "yes"),
        ("applies", ("d",), "yes", "no"),
        ("force", ("c",), "MUST", "SHOULD"),
        ("statement", ("c",), "Providers MUST sell widgets.", "Providers SHOULD sell widgets."),
    ]


def test_what_a_change_of_points_times_and_notes_is(
    tmp_path: Path, new: dict[str, Any], cso: Cso
) -> None:
    cso["ZED-CSO-ONE"]["following_information"].append("Green widgets")
    cso["ZED-CSO-TWO"]["note"] = "Any color."
    cso["ZED-CSO-NOT"] |= {"timeframe_type": "bizdays", "timeframe_num": 1}
    table = new["FRR"]["ZED"]["data"]["all"]["TFR"]["ZED-TFR-PAI"]["pain_timeframes"]
    table["5"]["lev"]["timeframe_num"] = 2
    found = {one.id: one for one in compared(tmp_path, consolidated(), new).changed}
    fields = {name: [f.field for f in one.fields] for name, one in found.items()}
    assert fields == {
        "ZED-CSO-ONE": ["points"],
        "ZED-CSO-TWO": ["notes"],
        "ZED-CSO-NOT": ["timeframe"],
        "ZED-TFR-PAI": ["pain timeframes"],
    }
    flagged = {name for name, one in found.items() if one.is_substantial}
    assert flagged == {"ZED-CSO-ONE", "ZED-TFR-PAI"}
    assert found["ZED-CSO-NOT"].fields[0].new == "1 business day"


def test_a_change_of_a_subset_is_one_entry(tmp_path: Path, new: dict[str, Any]) -> None:
    new["FRR"]["ZED"]["info"]["subsets"]["CSO"]["applicability"]["classes"] = ["B", "C"]
    new["FRR"]["ZED"]["info"]["rev5"]["effective"]["date"]["grace"]["default"] = "2027-07-01"
    ruleset, subset = compared(tmp_path, consolidated(), new).changed
    assert (ruleset.id, ruleset.kind) == ("ZED", "ruleset")
    (grace,) = ruleset.fields
    assert (grace.field, grace.new) == ("grace (Rev5)", "first assessment started after 2027-07-01")
    assert (subset.id, subset.kind, len(subset.affects)) == ("ZED-CSO", "subset", 5)
    (classes,) = subset.fields
    assert (classes.field, classes.old, classes.new) == ("classes", "B, C, D", "B, C")


def test_definitions_and_controls_are_listed_on_their_own(
    tmp_path: Path, new: dict[str, Any]
) -> None:
    new["FRD"]["data"]["all"]["FRD-WID"]["definition"] = "A good thing."
    new["CTL"]["AC"]["AC-02"]["guidance"] = ["Count all widgets."]
    found = compared(tmp_path, consolidated(), new)
    assert found.changed == () and found.unmentioned == ()
    assert [one.id for one in found.definitions] == ["FRD-WID"]
    assert [one.id for one in found.controls] == ["AC-02"]


def test_what_the_change_log_does_not_mention(
    tmp_path: Path, new: dict[str, Any], cso: Cso
) -> None:
    cso["ZED-CSO-ONE"]["statement"] = "Providers MUST count all widgets every month."
    cso["ZED-CSO-TWO"]["statement"] = "Providers SHOULD paint all widgets."
    cso["ZED-CSO-TWO"]["updated"] = [{"date": "2026-08-01", "comment": "All of them."}]
    del cso["ZED-CSO-NOT"]
    cso["ZED-CSO-NEW"] = rule("Providers MUST buy widgets.", updated=[])
    found = compared(tmp_path, consolidated(), new)
    assert found.unmentioned == ("ZED-CSO-NOT", "ZED-CSO-NEW", "ZED-CSO-ONE")


def test_an_entry_that_nearly_every_item_has_mentions_nothing(
    tmp_path: Path, new: dict[str, Any], cso: Cso
) -> None:
    launch = [{"date": "2026-08-01", "comment": "Official launch."}]
    for bucket in new["FRR"]["ZED"]["data"].values():
        for subset in bucket.values():
            for one in subset.values():
                one["updated"] = launch
    cso["ZED-CSO-ONE"]["statement"] = "Providers MUST count all widgets every month."
    assert compared(tmp_path, consolidated(), new).unmentioned == ("ZED-CSO-ONE",)


def test_a_former_id_is_a_rename_and_several_are_a_merge(
    tmp_path: Path, new: dict[str, Any], cso: Cso
) -> None:
    del cso["ZED-CSO-ONE"], cso["ZED-CSO-TWO"]
    cso["ZED-CSO-BIG"] = rule(
        "Quite another text MUST be here.", fkas=["ZED-CSO-ONE", "ZED-CSO-TWO"]
    )
    found = compared(tmp_path, consolidated(), new)
    renames = [(one.old, one.new, one.by, one.confirm) for one in found.renamed]
    assert renames == [
        ("ZED-CSO-ONE", "ZED-CSO-BIG", "fka", False),
        ("ZED-CSO-TWO", "ZED-CSO-BIG", "fka", False),
    ]
    assert found.removed == () and found.new == ()
    assert [(one.id, one.was) for one in found.changed] == [
        ("ZED-CSO-BIG", "ZED-CSO-ONE"),
        ("ZED-CSO-BIG", "ZED-CSO-TWO"),
    ]


def test_without_former_ids_a_rename_is_a_proposal_and_moves_nothing(
    tmp_path: Path, new: dict[str, Any], cso: Cso
) -> None:
    moved = cso.pop("ZED-CSO-ONE")
    new["FRR"]["ZED"]["data"]["all"]["AGM"]["ZED-AGM-CNT"] = deepcopy(moved)
    cso["ZED-CSO-ODD"] = rule("Assessors and others MUST sing.", name="Singing")
    found = compared(tmp_path, consolidated(), new)
    (one,) = found.renamed
    assert (one.old, one.new, one.by, one.confirm) == ("ZED-CSO-ONE", "ZED-AGM-CNT", "text", True)
    assert [item.id for item in found.removed] == ["ZED-CSO-ONE"]
    assert [item.id for item in found.new] == ["ZED-CSO-ODD", "ZED-AGM-CNT"]


def test_thousands_of_alike_rules_take_no_time(tmp_path: Path, capsys: Any) -> None:
    def many(ruleset: str, count: int) -> dict[str, Any]:
        data = consolidated()
        zed = data["FRR"]["ZED"]
        zed["info"]["subsets"] |= {f"S{one}": zed["info"]["subsets"]["CSO"] for one in range(count)}
        zed["data"]["all"] |= {
            f"S{one}": {f"{ruleset}-S{one}-KEY": rule("MUST " + "a b " * 200)}
            for one in range(count)
        }
        return data

    old, new = many("OLD", 4_000), many("NEW", 4_000)
    found = compared(tmp_path, old, new)
    assert len(found.removed) == len(found.new) == 4_000
    assert found.renamed == (), "too many to compare their texts"
    some = compared(tmp_path, many("OLD", 12), many("NEW", 12))
    assert len(some.renamed) == 12


def ids_at_home(document: str) -> set[str]:
    """Return the ids in headings, list entries and rows of tables."""
    lines = [line for line in document.splitlines() if re.match(r"#|\||\s*- ", line)]
    return set(re.findall(r"[A-Z]{3}-[A-Z]{3}-[A-Z]{3}", "\n".join(lines)))


def test_the_command_needs_no_workspace(
    tmp_path: Path, new: dict[str, Any], cso: Cso, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    del cso["ZED-CSO-NOT"]
    cso["ZED-CSO-NEW"] = rule("Providers MUST buy | [widgets](http://x) <b>now</b>.", name="A|B")
    cso["ZED-CSO-TWO"] |= {"statement": "Providers MUST paint widgets.", "force": "MUST"}
    written(tmp_path / "old.json", consolidated())
    written(tmp_path / "new.json", new)
    assert run(["rules", "diff", "old.json", "new.json"]) == 0
    text = capsys.readouterr().out
    assert {"ZED-CSO-NOT", "ZED-CSO-NEW", "ZED-CSO-TWO"} <= ids_at_home(text)
    assert "| ZED-CSO-TWO | force | SHOULD | MUST |" in text
    assert "Providers ~~SHOULD~~ **MUST** paint widgets." in text
    assert "| ZED-CSO-NEW | A\\|B | MUST | Providers |" in text
    assert run(["rules", "diff", "old.json", "new.json", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == "fedcheck/rules-diff@1"
    assert [one["id"] for one in data["removed"]] == ["ZED-CSO-NOT"]
    assert [one["id"] for one in data["new"]] == ["ZED-CSO-NEW"]
    assert [one["id"] for one in data["changed"]] == ["ZED-CSO-TWO"]
    assert data["renamed"] == [] and "ZED-CSO-TWO" in data["unmentioned"]
    assert not list(tmp_path.glob("**/fedcheck.toml"))


def test_errors_of_the_command_are_words(tmp_path: Path, capsys: Any) -> None:
    good = str(written(tmp_path / "good.json", consolidated()))
    bad = str(written(tmp_path / "bad.json", {"catalog": {}}))
    assert run(["rules", "diff", good, str(tmp_path / "none.json")]) == 3
    assert "none.json: no such file" in capsys.readouterr().err
    assert run(["rules", "diff", bad, good]) == 3
    assert "OSCAL" in capsys.readouterr().err
    assert run(["rules", "diff", good]) == 2
    assert run(["rules", "diff", good, good]) == 0
    assert "The two files are the same." in capsys.readouterr().out


def test_a_version_that_was_published_twice_is_told(
    tmp_path: Path, new: dict[str, Any], cso: Cso, capsys: Any
) -> None:
    cso["ZED-CSO-TWO"]["terms"] = []
    old = str(written(tmp_path / "old.json", consolidated()))
    assert run(["rules", "diff", old, str(written(tmp_path / "new.json", new))]) == 0
    text = capsys.readouterr().out
    assert "same version but differ in content" in text and "Nothing changed." in text


def test_words_are_compared() -> None:
    assert compare_words("a b c", "a x  c d") == [
        Piece("same", "a"),
        Piece("removed", "b"),
        Piece("added", "x"),
        Piece("same", "c"),
        Piece("added", "d"),
    ]
    assert compare_words("", "") == [] and compare_words("a", "") == [Piece("removed", "a")]


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official releases are not here")
@pytest.mark.parametrize(("old", "new"), [(0, 1), (0, 2), (1, 2), (2, 2)])
def test_official_releases(old: int, new: int, capsys: Any) -> None:
    before, after = (OFFICIAL / RELEASES[one] for one in (old, new))
    names = [_official_ids(one) for one in (before, after)]
    assert run(["rules", "diff", str(before), str(after), "--json"]) == 0
    first = capsys.readouterr().out
    data = json.loads(first)
    assert {one["id"] for one in data["removed"]} == names[0] - names[1]
    assert {one["id"] for one in data["new"]} == names[1] - names[0]
    assert all(one["confirm"] for one in data["renamed"]), "these releases name no former ids"
    pairs = [(one["old"], one["new"]) for one in data["renamed"]]
    if old == 0:
        assert len(pairs) >= 60 and ("FSI-CSO-INB", "AFC-CSO-INB") in pairs
        assert ("VDR-AGM-DRE", "AGU-AGC-TPP") not in pairs
    run(["rules", "diff", str(before), str(after), "--json"])
    assert capsys.readouterr().out == first, "deterministic"
    run(["rules", "diff", str(before), str(after)])
    shown = ids_at_home(capsys.readouterr().out)
    listed = [*data["removed"], *data["new"], *data["changed"]]
    assert {one["id"] for one in listed if len(one["id"]) == 11} <= shown


def _official_ids(folder: Path) -> set[str]:
    path = next(one for one in folder.glob("*.json") if "schema" not in one.name)
    raw = json.loads(path.read_text(encoding="utf-8"))
    rules = {
        name
        for ruleset in raw["FRR"].values()
        for bucket in ruleset["data"].values()
        for subset in bucket.values()
        for name in subset
    }
    return rules | {name for theme in raw["KSI"].values() for name in theme["indicators"]}
