"""The lists of cr26 are built from a release and our guidance, and the shipped ones are current."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from rules_samples import OFFICIAL, consolidated, written

from fedcheck.domain.checklist import Item, facts
from fedcheck.domain.glossary import Level
from fedcheck.domain.guidance import join_guidance
from fedcheck.domain.process import Process
from fedcheck.errors import InvalidFileError
from fedcheck.importers.rules.applicability import list_applicable
from fedcheck.importers.rules.build import build_files, list_problems, main, read_process
from fedcheck.importers.rules.clocks import find_period
from fedcheck.importers.rules.controls import is_control_list, read_control_words
from fedcheck.importers.rules.document import Release, Timeframe, Wording
from fedcheck.importers.rules.guidance import read_guidance
from fedcheck.importers.rules.lists import BuiltLists, basis_of, build_lists, section_title
from fedcheck.importers.rules.profiles import find_condition, list_profiles, split_conditions
from fedcheck.importers.rules.reader import read_release
from fedcheck.importers.rules.ruleset_dates import list_ruleset_dates
from fedcheck.linting.copies import list_runs, list_strings
from fedcheck.storage.checklist_reader import load_list
from fedcheck.storage.paths import find_shipped_checklists

CR26 = find_shipped_checklists() / "cr26"
CONTROLS = "3pao-controls"
BUILT = [one for one in CR26.glob("cr26.*.toml") if one.name != "cr26.prepare.csp-conversion.toml"]
NEWEST = OFFICIAL / "2026-07-14"
needs_releases = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="no official releases here")


@pytest.fixture(scope="module")
def process() -> Process:
    return read_process(CR26)


def guidance_for(release: Release, folder: Path) -> Path:
    """Write guidance for every item of a release, in the phases of our process."""
    folder.mkdir()
    lines = []
    for name in release.entries:
        phase = "monitor" if "AGM" in name else "operate"
        lines += [
            f'["{name}"]',
            f'phase = "{phase}"',
            'section = "class-a"',
            f'title = "{name} is done"',
            f'summary = "Our words on {name}."',
            'guidance = "Do it."',
            'expects = ["a list"]',
        ]
    (folder / "ALL.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return read_release(written(tmp_path / "rules.json", consolidated()))


@pytest.fixture
def built(release: Release, tmp_path: Path, process: Process) -> BuiltLists:
    """Return the lists as they are shipped: what the release says, and our words."""
    guidance = read_guidance(guidance_for(release, tmp_path / "g"))
    found = build_lists(release, guidance, process)
    words = {name: one.words for name, one in guidance.items()}
    lists = {name: join_guidance(one, words) for name, one in found.lists.items()}
    return replace(found, lists=lists)


def items_of(built: BuiltLists) -> Mapping[str, Item]:
    return {item.code: item for one in built.lists.values() for _, item in one.items.values()}


def test_the_lists_select_what_applies_with_its_force(
    release: Release, built: BuiltLists, process: Process
) -> None:
    assert built.without_guidance == built.without_rule == built.notes == ()
    assert set(built.lists) == {"cr26.operate.csp", "cr26.monitor.agency"}
    for profile in list_profiles(process):
        for role in ("csp", "agency"):
            lists = [one for one in built.lists.values() if one.role == role]
            known = facts("cr26", profile)
            shown = {
                item.code: item.resolved(known).level
                for one in lists
                for _, item in one.applying(known)
            }
            assert shown == list_applicable(release, profile, role), (profile, role)


def test_an_item_is_our_words_and_the_facts_of_the_rule(built: BuiltLists) -> None:
    item = items_of(built)["ZED-CSO-ONE"]
    assert (item.id, item.title, item.level) == (
        "zed-cso-one",
        "ZED-CSO-ONE is done",
        Level.MUST,
    )
    assert item.guidance == "Our words on ZED-CSO-ONE.\n\nDo it."
    assert item.remarks.startswith("- Official name: Rule")
    assert "Time frame: 3 months" in item.remarks and item.every == "3mo"
    assert item.full_guidance == f"{item.guidance}\n\n{item.remarks}"
    assert item.expects == ("a list",) and item.statement == ""
    assert "count widgets" not in item.full_guidance, "no official text"
    assert items_of(built)["ZED-TFR-PAI"].remarks.endswith("3 to 10 business days")
    assert items_of(built)["KSI-WID-ONE"].controls == ("AC-2(1)", "AC-3")
    assert section_title("class-a") == "Class A" and section_title("rev5-controls")[:4] == "Rev5"


def test_an_import_may_carry_the_official_text(
    release: Release, tmp_path: Path, process: Process
) -> None:
    found = items_of(build_lists(release, {}, process, official=True))
    assert found == {}, "without any guidance no phase is known"
    guidance = dict(read_guidance(guidance_for(release, tmp_path / "g")))
    del guidance["ZED-CSO-TWO"]
    result = build_lists(release, guidance, process, official=True)
    found = items_of(result)
    assert result.without_guidance == ("ZED-CSO-TWO",)
    two = found["ZED-CSO-TWO"]
    assert two.title == "Rule of the sample", "the official name, beside its neighbors"
    assert {one.guidance for one in found.values()} == {""}, "our words are joined, not copied"
    assert two.statement == "Providers SHOULD paint widgets."
    titles = {
        item.code: item.title
        for one in result.lists.values()
        for _, item in join_guidance(one, {}).items.values()
    }
    assert titles["ZED-CSO-NOT"] == "Prohibition observed: Rule of the sample", "a tick complies"
    assert titles["ZED-CSO-TWO"] == "Rule of the sample"
    assert found["ZED-CSO-ONE"].statement.endswith("\n- Red widgets\n- Blue widgets")
    assert "Class B: Providers MAY sell" in found["ZED-CSO-VAR"].statement


def test_the_basis_is_of_the_class_and_changes_with_force_statement_and_points(
    tmp_path: Path, release: Release, built: BuiltLists
) -> None:
    item = items_of(built)["ZED-CSO-VAR"]
    entry = release.entries["ZED-CSO-VAR"]
    of = {"type": "20x", "path": "program"}
    for letter in "bcd":
        assert item.resolved({**of, "class": letter}).basis() == basis_of(entry, letter)

    def bases(data: Any) -> dict[str, str]:
        found = read_release(written(tmp_path / "changed.json", data)).entries
        return {name: basis_of(one) for name, one in found.items()}

    data, before = consolidated(), bases(consolidated())
    cso = data["FRR"]["ZED"]["data"]["all"]["CSO"]
    cso["ZED-CSO-TWO"] |= {"terms": [], "note": "New.", "name": "Other", "timeframe_num": 3}
    assert bases(data) == before
    cso["ZED-CSO-ONE"]["following_information"].append("Green widgets")
    cso["ZED-CSO-TWO"]["force"] = "MUST"
    cso["ZED-CSO-NOT"]["statement"] = "Providers MUST NOT lose any widgets."
    cso["ZED-CSO-VAR"]["varies_by_class"]["c"]["force"] = "SHOULD"
    after = bases(data)
    assert {name for name in after if after[name] != before[name]} == {
        "ZED-CSO-ONE",
        "ZED-CSO-TWO",
        "ZED-CSO-NOT",
        "ZED-CSO-VAR",
    }
    changed = read_release(written(tmp_path / "changed.json", data)).entries["ZED-CSO-VAR"]
    assert [basis_of(changed, one) == basis_of(entry, one) for one in "bcd"] == [True, False, True]


def test_guidance_without_a_rule_and_mistakes_in_it_are_named(
    release: Release, tmp_path: Path, process: Process
) -> None:
    folder = guidance_for(release, tmp_path / "g")
    more = '["ZED-CSO-OLD"]\nphase = "operate"\nsection = "a"\ntitle = "T"\nsummary = "S"\n'
    (folder / "MORE.toml").write_text(more, encoding="utf-8")
    result = build_lists(release, read_guidance(folder), process)
    assert result.without_rule == ("ZED-CSO-OLD",)
    said = list_problems(release, process, result)
    assert "ZED-CSO-OLD: guidance for an id that is not in the release" in said
    bad = f'["A-B"]\nphase = "x"\nsection = 3\ntitle = "{"t" * 61}"\nmood = 1\n["ZED-CSO-ONE"]\n'
    (folder / "BAD.toml").write_text(bad, encoding="utf-8")
    with pytest.raises(InvalidFileError) as caught:
        read_guidance(folder)
    text = "\n".join(str(one) for one in caught.value.problems)
    assert "BAD.toml:3: section is of the wrong type" in text
    assert 'unknown key "mood"' in text and "summary is missing" in text


def test_a_phase_that_the_process_does_not_have_is_named(
    release: Release, tmp_path: Path, process: Process
) -> None:
    folder = guidance_for(release, tmp_path / "g")
    path = folder / "ALL.toml"
    text = path.read_text(encoding="utf-8").replace('phase = "monitor"', 'phase = "nowhere"')
    path.write_text(text, encoding="utf-8")
    result = build_lists(release, read_guidance(folder), process)
    assert result.notes == ('ZED-AGM-SEE: the process has no phase "nowhere"; left out',)


def test_grace_is_never_before_maintain(release: Release) -> None:
    found = {one.id: one for one in list_ruleset_dates(release)}
    assert set(found) == {"frc", "zed-20x", "zed-rev5"}
    rev5 = found["zed-rev5"]
    assert rev5.maintain == rev5.grace and rev5.grace_after == "assessment-start"
    assert rev5.applies == {"type": ("rev5", "any")} and found["frc"].applies is None


def test_conditions_are_the_fewest_that_tell_profiles_apart(process: Process) -> None:
    every = list_profiles(process)
    assert len([one for one in every if "any" not in one.values()]) == 9
    assert find_condition(every, every) == {}
    agency = [one for one in every if one["path"] == "agency"]
    assert find_condition(agency, every) == {"path": ("agency",)}
    odd = [
        one
        for one in every
        if (one["type"], one["class"]) in (("20x", "b"), ("rev5", "c")) and one["path"] != "any"
    ]
    assert find_condition(odd, every) is None
    met = [one for condition in split_conditions(odd, every) for one in every if all(
        one[name] in values for name, values in condition.items()
    )]  # fmt: skip
    assert met == odd


@pytest.mark.parametrize(
    ("text", "time", "period"),
    [
        ("MUST report at least once every 3 months.", None, "3mo"),
        ("MUST report at least once per year.", None, "1y"),
        ("MUST report at least monthly.", None, "1mo"),
        ("MUST rest every two weeks.", None, "2w"),
        ("MUST check at least once every six months.", Timeframe("months", 6), "6mo"),
        ("MUST notify within 5 business days.", Timeframe("bizdays", 5), ""),
        ("MUST record each Quarterly Review.", None, ""),
        ("MUST pass an annual surveillance.", Timeframe("years", 1), "1y"),
        ("MUST act every day.", Timeframe("hours", 24), ""),
    ],
)
def test_what_recurs(text: str, time: Timeframe | None, period: str) -> None:
    assert find_period(Wording(text, timeframe=time)) == period


def test_the_shipped_lists_name_release_and_hash_and_are_valid(process: Process) -> None:
    files = sorted(BUILT)
    heads = {path.read_text(encoding="utf-8").partition("\n")[0] for path in files}
    assert len(files) == 16 and len(heads) == 1
    assert "2026.07.14.01, sha256 135707003f0a" in heads.pop()
    codes: list[str] = []
    recipients: list[str] = []
    for path in files:
        loaded = load_list(path, "shipped", {"cr26": process})
        assert loaded.problems() == [] and loaded.checklist is not None
        if is_control_list(loaded.checklist.id):
            continue
        for _, item in loaded.checklist.items.values():
            codes.append(item.code)
            recipients += [line for line in item.remarks.splitlines() if "- Notify" in line]
    assert len(codes) == len(set(codes)) == 246 + 46
    assert "- Notify FedRAMP: info@fedramp.gov" in recipients  # not the name and the same address
    assert "- Notify All Necessary Parties: FedRAMP Certification Data" in recipients


@needs_releases
def test_our_words_share_no_run_of_eight_with_the_official_text() -> None:
    official = {
        run
        for text in list_strings(
            json.loads((NEWEST / "fedramp-consolidated-rules.json").read_bytes())
        )
        for run in list_runs(text)
    }
    conversion = load_list(CR26 / "cr26.prepare.csp-conversion.toml", "shipped").checklist
    assert conversion is not None
    ours = [
        (name, one.title, f"{one.summary}\n\n{one.guidance}", one.expects)
        for name, one in read_guidance(CR26 / "guidance").items()
    ]
    ours += [
        (one.code, one.title, one.guidance, one.expects) for _, one in conversion.items.values()
    ]
    ours.append(("controls", "", read_control_words(CR26).guidance, ()))
    copied = [
        (name, *run)
        for name, title, guidance, expects in ours
        for text in (title, *guidance.split("\n\n"), *expects)
        for run in list_runs(text)
        if run in official
    ]
    assert copied == []


@needs_releases
def test_the_shipped_lists_are_those_that_the_builder_makes(process: Process) -> None:
    release = read_release(NEWEST)
    files, built = build_files(release, CR26)
    assert list_problems(release, process, built) == []
    shipped = {path.name: path.read_bytes() for path in BUILT}
    assert set(shipped) == set(files)
    assert [name for name in files if files[name] != shipped[name]] == []


@needs_releases
def test_the_shipped_lists_apply_as_computed_for_every_profile_and_role(process: Process) -> None:
    release = read_release(NEWEST)
    lists = [load_list(path, "shipped").checklist for path in BUILT if CONTROLS not in path.name]
    for profile in list_profiles(process):
        known = facts("cr26", profile)
        for role in process.all_roles:
            shown = {
                item.code: item.resolved(known).level
                for one in lists
                if one is not None and one.role == role
                for _, item in one.applying(known)
            }
            assert shown == list_applicable(release, profile, role), (profile, role)


@needs_releases
def test_no_official_statement_is_in_the_shipped_lists() -> None:
    text = " ".join(
        " ".join(path.read_text(encoding="utf-8").split()) for path in CR26.glob("cr26.*.toml")
    )
    release = read_release(NEWEST)
    quoted = [
        name
        for name, entry in release.entries.items()
        for wording in entry.wordings().values()
        if " ".join(wording.statement.split()) in text
    ]
    assert quoted == []


def test_the_builder_writes_nothing_where_something_is_missing(
    tmp_path: Path, capsys: Any, release: Release
) -> None:
    folder = tmp_path / "cr26"
    folder.mkdir()
    (folder / "process.toml").write_bytes((CR26 / "process.toml").read_bytes())
    guidance = guidance_for(release, folder / "guidance") / "ALL.toml"
    text = guidance.read_text(encoding="utf-8")
    guidance.write_text(text.partition('["KSI-WID-OPT"]')[0], encoding="utf-8")
    rules = str(tmp_path / "rules.json")
    assert main([rules, "--folder", str(folder)]) == 1
    said = capsys.readouterr().err
    assert "KSI-WID-OPT: no guidance" in said and "[[ruleset]]" in said
    assert sorted(path.name for path in folder.iterdir()) == ["guidance", "process.toml"]
    assert main([str(tmp_path / "none.json"), "--folder", str(folder)]) == 3
    assert main([rules, "--folder", str(folder), "--rulesets"]) == 0
    tables = capsys.readouterr().out
    assert 'id = "zed-rev5"' in tables and 'grace-after = "assessment-start"' in tables
    guidance.write_text(text, encoding="utf-8")
    head = (CR26 / "process.toml").read_text(encoding="utf-8").partition("[[ruleset]]")[0]
    (folder / "process.toml").write_text(head + tables, encoding="utf-8")
    old = folder / "cr26.apply.csp.toml"
    old.write_bytes(b"# Built from FedRAMP rules 1\nformat = 1\n")
    (folder / "cr26.own.csp.toml").write_bytes(b"format = 1\n")
    assert main([rules, "--folder", str(folder)]) == 0
    assert "2 lists with" in capsys.readouterr().out
    names = {path.name for path in folder.glob("cr26.*.toml")}
    assert names == {"cr26.operate.csp.toml", "cr26.monitor.agency.toml", "cr26.own.csp.toml"}
