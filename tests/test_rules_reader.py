"""Rules files of every structure are read; what is not known is named, other files are refused."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rules_samples import (
    OFFICIAL,
    RELEASES,
    consolidated,
    keyed,
    listed,
    rule,
    written,
    written_folder,
)

from fedcheck.errors import FedcheckError
from fedcheck.importers.rules.document import Artifact, Release, Timeframe
from fedcheck.importers.rules.reader import read_release


def read(tmp_path: Path, data: Any) -> Release:
    return read_release(written(tmp_path / "any-name.json", data))


def test_the_newest_structure_is_read_whole(tmp_path: Path) -> None:
    found = read(tmp_path, consolidated())
    assert (found.version, found.date, found.structure) == ("2026.07.01.01", date(2026, 7, 1), 7)
    assert (len(found.rules), len(found.indicators), len(found.terms)) == (12, 3, 1)
    assert found.unknown == () and found.notes == ()
    one = found.entries["ZED-CSO-ONE"]
    assert one.common.points == ("Red widgets", "Blue widgets")
    assert one.common.artifacts == (Artifact("all", "A list of widgets"),)
    assert one.common.timeframe == Timeframe("months", 3)
    late = found.entries["ZED-TFR-PAI"].common
    assert late.timeframe == Timeframe("bizdays", 10, 3)
    assert [(row.rating, len(row.cells)) for row in late.pain] == [("1", 0), ("5", 1)]
    assert found.default_artifacts["KSI"] == ("A measurement",)
    assert found.controls[0].common.guidance == ("Count widgets.",)
    split = found.rulesets_by_id["ZED"].effective
    assert [(d.bucket, d.maintain, d.until_assessment) for d in split] == [
        ("20x", date(2027, 1, 1), True),
        ("rev5", date(2027, 7, 1), True),
    ]


def test_a_subset_is_looked_up_under_its_bucket_and_then_under_the_ruleset(tmp_path: Path) -> None:
    ruleset = read(tmp_path, consolidated()).rulesets_by_id["ZED"]
    own, common = ruleset.find_subset("20x", "CSX"), ruleset.find_subset("20x", "TFR")
    assert own is not None and own.bucket == "20x"
    assert common is not None and common.bucket == "all"


def test_the_structure_of_early_2026(tmp_path: Path) -> None:
    found = read(tmp_path, keyed())
    assert found.structure == 4 and found.version == "0.9.9-beta"
    assert found.date is None
    assert [note.path for note in found.notes] == ["info.last_updated"], "31 February"
    one, two = found.entries["OLD-CSO-ONE"], found.entries["OLD-CSO-TWO"]
    assert one.former == ("FRR-OLD-01", "FRR-OLD-02") and one.common.force == "MUST"
    assert one.references[0].url == "https://example.com"
    assert set(two.by_class) == {"b", "d"}, "low and high"
    assert two.by_class["d"].pain[0].cells[0].timeframe == Timeframe("days", 0.5)
    assert found.entries["KSI-CSX-SUM"] in found.rules, "a rule, whatever its prefix says"
    assert [one.id for one in found.indicators] == ["KSI-WID-ONE"]
    assert [d.bucket for d in found.rulesets[0].effective] == ["20x", "rev5"]
    assert found.unknown == ()


@pytest.mark.parametrize("generation", [1, 2, 3])
def test_the_structures_of_2025_are_folders_of_files(tmp_path: Path, generation: int) -> None:
    found = read_release(written_folder(tmp_path / "any", listed(generation)))
    assert found.structure == generation
    assert len(found.files) == 3 and found.version == "25.11C"
    assert [one.id for one in found.rules] == ["FRR-OLD-01", "FRR-OLD-TF-LO-01"]
    assert found.rules[0].classes == (("b",) if generation == 1 else ("b", "c"))
    assert found.rules[1].subset == "LO", "a group within a group"
    assert list(found.entries)[-1] == "KSI-WID-01", "the retired one is not live"
    assert len(found.indicators) == (2 if generation == 3 else 1)
    assert found.indicators[0].controls == ("ac-2",)
    assert found.terms[0].term == "Widget"
    assert found.unknown == () and found.notes == ()


def test_one_file_of_a_folder_is_a_release_of_its_own(tmp_path: Path) -> None:
    folder = written_folder(tmp_path / "any", listed(2))
    found = read_release(folder / "OLD.json")
    assert (found.version, found.date) == ("25.11A", date(2025, 12, 1))
    assert found.rulesets[0].name == "Old Standard"
    with pytest.raises(FedcheckError, match="only definitions"):
        read_release(folder / "FRD.json")


def test_keys_that_are_not_known_are_named_once_with_their_path(tmp_path: Path) -> None:
    data = consolidated()
    for one in ("ZED-CSO-ONE", "ZED-CSO-TWO"):
        data["FRR"]["ZED"]["data"]["all"]["CSO"][one]["mood"] = "good"
    data["FRR"]["ZED"]["info"]["color"] = "red"
    data["NEW"] = {}
    found = read(tmp_path, data)
    assert {one.path: one.count for one in found.unknown} == {
        "FRR.ZED.data.all.CSO.ZED-CSO-ONE.mood": 2,
        "FRR.ZED.info.color": 1,
        "NEW": 1,
    }
    assert len(found.rules) == 12


def test_wrong_types_are_named_and_the_rest_is_used(tmp_path: Path) -> None:
    data = consolidated()
    zed = data["FRR"]["ZED"]["data"]["all"]["CSO"]
    zed["ZED-CSO-ONE"] |= {"statement": 7, "timeframe_num": -3, "related": [1, "ZED-CSO-TWO"]}
    zed["ZED-CSO-TWO"] |= {"force": "PERHAPS", "notification": "by mail"}
    zed["ZED-CSO-NOT"] = ["no object"]
    zed["../../etc/passwd"] = rule("Providers MUST NOT be hostile.")
    found = read(tmp_path, data)
    start = "FRR.ZED.data.all.CSO."
    assert {note.path.removeprefix(start) for note in found.notes} == {
        "ZED-CSO-ONE.statement",
        "ZED-CSO-ONE.timeframe_num",
        "ZED-CSO-ONE.related",
        "ZED-CSO-TWO",
        "ZED-CSO-TWO.notification",
        "ZED-CSO-NOT",
        "../../etc/passwd",
    }
    assert found.entries["ZED-CSO-ONE"].related == ("ZED-CSO-TWO",)
    assert "ZED-CSO-NOT" not in found.entries
    assert all("passwd" not in name for name in found.entries)


def test_a_key_that_stands_twice_is_named(tmp_path: Path) -> None:
    text = json.dumps(consolidated()).replace('"ZED-CSO-TWO": {', '"ZED-CSO-ONE": {', 1)
    path = tmp_path / "twice.json"
    path.write_text(text, encoding="utf-8")
    found = read_release(path)
    assert any(note.path == "ZED-CSO-ONE" and "several times" in note.what for note in found.notes)


REFUSED = {
    "schema": ({"$schema": "x", "properties": {"FRR": {}}, "$defs": {}}, "JSON schema"),
    "oscal": ({"catalog": {"groups": []}}, "OSCAL"),
    "sdr": ({"fedRampRequirements": []}, "certification package"),
    "list": ([1], "not an object"),
    "other": ({"a": 1}, "none of the parts"),
    "empty": ({"FRR": {}, "info": {}}, "no readable rule"),
    "wrong": ({"FRR": {"A": 1, "B": {"data": [1]}}}, "no readable rule"),
    "no ids": (
        {"FRR": {"A": {"base": {"requirements": [{"statement": "x"}]}}}},
        "no readable rule",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_rules_file_is_refused_with_the_reason(tmp_path: Path, name: str) -> None:
    data, reason = REFUSED[name]
    with pytest.raises(FedcheckError, match=reason):
        read(tmp_path, data)


def deep(levels: int) -> str:
    return '{"FRR": ' + '{"a": ' * levels + "1" + "}" * levels + "}"


HOSTILE = {
    "truncated": (json.dumps(consolidated())[:2000], "the file is cut off"),
    "cut in a value": (json.dumps(consolidated())[:-1], "the file is cut off"),
    "deep": (deep(100_000), "deep"),
    "rather deep": (deep(200), "deep"),
    "not a number": ('{"FRR": {"A": NaN}}', "NaN"),
    "many": ('{"FRR": [' + "[]," * 500_000 + "[]]}", "objects"),
    "a long number": ('{"FRR": {}, "n": ' + "9" * 5000 + "}", "not valid JSON"),
    "xml": ("<catalog/>", "XML"),
    "yaml": ("FRR:\n  A: 1\n", "YAML"),
    "nothing": ("", "empty"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_truncated_file_is_refused_in_words(tmp_path: Path, name: str) -> None:
    text, reason = HOSTILE[name]
    path = tmp_path / "rules.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FedcheckError) as caught:
        read_release(path)
    said = f"{caught.value} {caught.value.hint}"
    assert reason in said and "rules.json" in said


def test_a_folder_may_hold_the_schema_beside_the_rules(tmp_path: Path) -> None:
    files = {"a.schema.json": REFUSED["schema"][0], "rules.json": consolidated()}
    found = read_release(written_folder(tmp_path / "any", files))
    alone = read_release(tmp_path / "any" / "rules.json")
    assert found.sha256 == alone.sha256 and found.rules == alone.rules
    assert "a.schema.json" in found.skipped[0] and "schema" in found.skipped[0]


def test_a_folder_of_two_releases_or_of_none_is_refused(tmp_path: Path) -> None:
    two = {"a.json": consolidated(), "b.json": keyed()}
    with pytest.raises(FedcheckError, match=r"several releases: a\.json, b\.json"):
        read_release(written_folder(tmp_path / "two", two))
    with pytest.raises(FedcheckError, match="no JSON file"):
        read_release(written_folder(tmp_path / "none", {}))
    with pytest.raises(FedcheckError, match="JSON schema"):
        read_release(written_folder(tmp_path / "schema", {"s.json": REFUSED["schema"][0]}))


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official releases are not here")
@pytest.mark.parametrize("name", RELEASES)
def test_an_official_release_is_read_without_a_remainder(name: str) -> None:
    found = read_release(OFFICIAL / name)
    assert found.unknown == () and found.notes == ()
    raw = json.loads((OFFICIAL / name / found.files[0]).read_text(encoding="utf-8"))
    ids = [
        key
        for ruleset in raw["FRR"].values()
        for bucket in ruleset["data"].values()
        for subset in bucket.values()
        for key in subset
    ]
    assert [one.id for one in found.rules] == ids
    statements = {one.id: one.wordings() for one in (*found.rules, *found.indicators)}
    assert all(w.statement for wordings in statements.values() for w in wordings.values())
    assert sum(len(one["indicators"]) for one in raw["KSI"].values()) == len(found.indicators)
