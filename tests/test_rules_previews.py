"""The previews of the Consolidated Rules, structures 5 and 6: read, compared and imported."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from preview_samples import IDS, LISTED, preview
from rules_samples import consolidated, keyed, written

from fedcheck.cli.main import run
from fedcheck.domain.glossary import Level
from fedcheck.errors import FedcheckError
from fedcheck.importers.rules.applicability import list_applicable
from fedcheck.importers.rules.compare import compare
from fedcheck.importers.rules.document import Artifact, Release, Timeframe
from fedcheck.importers.rules.reader import read_release
from fedcheck.storage import paths
from fedcheck.storage.checklist_files import load_catalog
from fedcheck.storage.checklist_reader import load_list
from fedcheck.storage.toml_io import read


def released(tmp_path: Path, structure: int, data: Any = None) -> Release:
    return read_release(written(tmp_path / f"{structure}.json", data or preview(structure)))


def applying(release: Release, kind: str, letter: str, role: str = "csp") -> dict[str, Level]:
    return list_applicable(release, {"type": kind, "class": letter}, role)


@pytest.mark.parametrize("structure", [5, 6])
def test_a_preview_is_read_without_a_remainder(tmp_path: Path, structure: int) -> None:
    found = released(tmp_path, structure)
    assert found.structure == structure
    assert (len(found.rules), len(found.indicators), len(found.terms)) == (9, 2, 1)
    assert set(found.entries) == IDS
    assert found.unknown == () and found.notes == ()
    one, varied = found.entries["ZED-CSO-ONE"], found.entries["ZED-CSO-VAR"]
    assert {entry.former for entry in found.entries.values()} == {()}, "no fka any more"
    assert one.common.force == "MUST" and one.common.timeframe == Timeframe("months", 3)
    assert one.common.artifacts == (Artifact("all", "A list of widgets"),)
    assert one.common.controls == {"AC": ("ac-2", "ac-3"), "AU": ("au-6",)}
    assert [varied.by_class[key].force for key in "abcd"] == ["MAY", "MAY", "MUST", "MUST"]
    late = "obtain 2027-01-01, maintain 2027-05-04, grace by assessment 2 months"
    assert varied.by_class["d"].effective == late
    assert found.entries["KSI-WID-ONE"].common.artifacts == (Artifact("20x", "A count"),)
    assert found.entries["ZED-TFR-PAI"].common.pain[1].cells[0].timeframe == Timeframe("days", 4)
    assert found.default_artifacts["FRR"] == ("An explanation",)
    dates = {one.bucket: one for one in found.rulesets_by_id["ZED"].effective}
    assert set(dates) == {"20x", "rev5"}
    assert dates["20x"].grace == date(2027, 5, 4), "grace_ends"
    assert (dates["rev5"].grace, dates["rev5"].grace_months) == (None, 6)


def test_a_preview_says_with_its_dates_what_applies_to_a_class(tmp_path: Path) -> None:
    april = released(tmp_path, 5)
    assert {name for name in applying(april, "20x", "a") if name.startswith("ZED")} == set(LISTED)
    assert applying(april, "20x", "a")["ZED-CSO-VAR"] is Level.MAY
    others = {"OLD-CSO-ONE", "KSI-WID-ONE"}
    assert set(applying(april, "20x", "a")) == {*LISTED, *others}, "nothing limits these"
    assert set(applying(april, "20x", "b")) == IDS - {"ZED-AGM-SEE", "ZED-CSL-TCM"}
    rev5 = applying(april, "rev5", "b")
    assert "OLD-CSO-ONE" not in rev5, "those rules are not for Rev5"
    assert set(rev5) == IDS - {"ZED-AGM-SEE", "ZED-CSX-NEW", "OLD-CSO-ONE", *_indicators()}
    assert set(applying(april, "20x", "b", "agency")) == {"ZED-AGM-SEE"}


def test_a_list_of_a_class_may_name_indicators_too(tmp_path: Path) -> None:
    data = preview(5)
    listed = data["FRR"]["ZED"]["info"]["effective"]["20x"]["class"]["a"]
    listed["applies"] = ["ZED-CSO-ONE", "KSI-WID-ONE"]
    data["KSI"]["WID"]["indicators"]["KSI-WID-TWO"] = {"statement": "Widgets shine."}
    found = applying(released(tmp_path, 5, data), "20x", "a")
    assert set(found) == {"ZED-CSO-ONE", "OLD-CSO-ONE", "KSI-WID-ONE"}


def test_the_next_preview_says_it_with_its_subsets(tmp_path: Path) -> None:
    may = released(tmp_path, 6)
    assert set(applying(may, "20x", "a")) == {"KSI-WID-ONE"}
    assert set(applying(may, "20x", "b")) == IDS - {"ZED-AGM-SEE", "ZED-CSL-TCM"}
    assert "ZED-CSX-NEW" not in applying(may, "20x", "c"), "its own subset is for class B"
    assert set(applying(may, "20x", "a", "agency")) == {"ZED-AGM-SEE"}


def _indicators() -> set[str]:
    return {name for name in IDS if name.startswith("KSI")}


def test_names_of_keys_are_no_change(tmp_path: Path) -> None:
    """`both` and `all`, `labels` and `subsets`, `primary_key_word` and `force` are the same."""
    found = compare(released(tmp_path, 5), released(tmp_path, 6))
    assert found.removed == () and found.new == () and found.renamed == ()
    kinds = {one.id: one.kind for one in found.changed}
    assert [name for name, kind in kinds.items() if kind not in ("ruleset", "subset")] == [
        "ZED-CSO-ONE"
    ]
    fields = {(one.id, field.field) for one in found.changed for field in one.fields}
    assert ("ZED-CSO-ONE", "related") in fields and ("ZED", "class a (20x)") in fields
    data = preview(6)
    for ruleset in data["FRR"].values():
        for bucket in ruleset["data"].values():
            for rules in bucket.values():
                for one in rules.values():
                    for text in (one, *one.get("varies_by_class", {}).values()):
                        if "primary_key_word" in text:
                            text["force"] = text.pop("primary_key_word")
    later = released(tmp_path, 7, data)
    assert later.structure == 7
    assert compare(released(tmp_path, 6), later).is_empty


@pytest.mark.parametrize(("old", "new"), [(4, 5), (5, 6), (6, 7), (5, 7)])
def test_generations_are_compared_as_a_page(
    tmp_path: Path, old: int, new: int, capsys: Any
) -> None:
    data = {4: keyed(), 5: preview(5), 6: preview(6), 7: consolidated()}
    for one in (old, new):
        written(tmp_path / f"{one}.json", data[one])
    argv = ["rules", "diff", str(tmp_path / f"{old}.json"), str(tmp_path / f"{new}.json")]
    assert run([*argv, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    before = set(released(tmp_path, old, data[old]).entries)
    after = set(released(tmp_path, new, data[new]).entries)
    assert {one["id"] for one in found["removed"]} == before - after
    assert {one["id"] for one in found["new"]} == after - before
    assert all(one["by"] == "text" and one["confirm"] for one in found["renamed"]), "no fka"
    assert run(argv) == 0
    page = capsys.readouterr().out
    for name in before ^ after:
        assert name in page
    if (old, new) == (4, 5):
        assert "| OLD | requirement (Rev5) | optional | no |" in page
    if (old, new) == (5, 6):
        assert "| ZED | class a (20x) | ZED-CSO-ONE, ZED-CSO-VAR | none |" in page


@pytest.mark.parametrize("structure", [5, 6])
def test_a_preview_is_imported_and_its_unknown_keys_are_named(
    tmp_path: Path, structure: int, capsys: Any
) -> None:
    root = tmp_path / "w"
    argv = ["--name", "Acme", "--process", "cr26", "--role", "csp", "--type", "20x", "--class", "b"]
    assert run(["init", str(root), *argv]) == 0
    data = preview(structure)
    data["FRR"]["ZED"]["info"]["mood"] = "good"
    if structure == 5:
        data["FRR"]["ZED"]["info"]["effective"]["20x"]["class"]["a"]["color"] = "red"
    path = written(tmp_path / "rules.json", data)
    capsys.readouterr()
    assert run(["import", "rules", str(path), "-w", str(root), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    text = " ".join([*said["facts"], json.dumps(said)])
    assert "9 rules and 2 live indicators read" in text
    assert "FRR.ZED.info.mood" in text
    assert structure == 6 or "effective.20x.class.a.color" in text
    codes = set()
    catalog = load_catalog(paths.find_shipped_checklists(), (), root)
    lists = set((root / "checklists").glob("*.toml"))
    controls = root / "checklists" / "cr26.assessment.3pao-controls.toml"
    assert controls in lists
    for file in lists - {controls}:
        assert load_list(file, "workspace", catalog.processes).problems() == []
        for section in read(file).data.get("section", ()):
            codes |= {item["code"] for item in section["item"]}
    assert codes == IDS
    assert run(["show", "zed-cso-var", "-w", str(root)]) == 0
    shown = capsys.readouterr().out
    assert "Providers MAY sell widgets." in shown


HOSTILE = {
    "class": ({"class": ["a", "b"]}, "is a list, not an object"),
    "applies": (
        {"class": {"a": {"applies_in_full": False, "applies": 7}}},
        "is a number, not a text",
    ),
    "no class": ({"class": {"q": {"applies_in_full": True}}}, "is not a class"),
    "grace": ({"date": {"grace_by_assessment_months": "soon"}}, "a plausible number"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_wrong_types_in_a_preview_are_named(tmp_path: Path, name: str) -> None:
    part, reason = HOSTILE[name]
    data = preview(5)
    data["FRR"]["ZED"]["info"]["effective"]["20x"] |= part
    found = released(tmp_path, 5, data)
    assert any(reason in note.what for note in found.notes)
    assert set(found.entries) == IDS


@pytest.mark.parametrize("structure", [5, 6])
def test_a_truncated_preview_is_refused(tmp_path: Path, structure: int) -> None:
    path = tmp_path / "cut.json"
    path.write_text(json.dumps(preview(structure))[:-30], encoding="utf-8")
    with pytest.raises(FedcheckError) as caught:
        read_release(path)
    assert "cut.json" in str(caught.value) and "the file is cut off" in caught.value.hint
    emptied = {**preview(structure), "FRR": {"ZED": {"info": {}, "data": {}}}, "KSI": {}}
    with pytest.raises(FedcheckError, match="only definitions"):
        released(tmp_path, structure, emptied)
