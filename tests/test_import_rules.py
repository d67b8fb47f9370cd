"""A release of the rules becomes the lists of a workspace; every record stays."""

import json
from collections.abc import Callable, Mapping
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

from fedcheck.cli.main import run
from fedcheck.domain.checklist import Item, facts
from fedcheck.domain.record_merge import merge_records
from fedcheck.importers import registry
from fedcheck.importers.plan import Plan
from fedcheck.importers.rules.importer import plan
from fedcheck.importers.rules.profiles import list_profiles
from fedcheck.importers.rules.reader import read_release
from fedcheck.session import Session, open_session
from fedcheck.storage.checklist_reader import load_list
from fedcheck.storage.config import UserConfig
from fedcheck.storage.paths import find_user_folders

NEWEST = OFFICIAL / "2026-07-14"
needs_releases = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="no official releases here")

Release = dict[str, Any]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a workspace for 20x Class B, on the shipped lists."""
    place = tmp_path / "w"
    argv = ["--process", "cr26", "--role", "csp", "--type", "20x", "--class", "b"]
    assert run(["init", str(place), "--name", "Vault", *argv]) == 0
    return place


def opened(root: Path) -> Session:
    return open_session(root, find_user_folders(), (), "alice")


def imported(root: Path, tmp_path: Path, data: Release) -> Plan:
    """Import a release with the command, and return the plan that it showed."""
    file = written(tmp_path / "rules.json", data)
    found = plan(opened(root), file)
    assert run(["import", "rules", str(file), "-w", str(root)]) == 0
    return found


def items_of(session: Session) -> Mapping[str, Item]:
    lists = session.catalog.effective_lists().values()
    return {
        item.code: item
        for one in lists
        if one.checklist is not None and one.id.startswith("cr26.") and "-conversion" not in one.id
        for _, item in one.checklist.items.values()
    }


def ref_of(session: Session, code: str) -> str:
    return session.resolve(code)


def record(root: Path, code: str, *argv: str) -> None:
    assert run(["set", code, *argv, "-w", str(root)]) == 0


def cso(data: Release) -> Release:
    found: Release = data["FRR"]["ZED"]["data"]["all"]["CSO"]
    return found


def edited(change: Callable[[Release], Any]) -> Release:
    data = consolidated()
    data["info"]["version"] = "2026.09.01.01"
    change(cso(data))
    return data


def test_the_official_text_is_in_the_lists_by_class(root: Path, tmp_path: Path) -> None:
    data = consolidated()
    cso(data)["ZED-CSO-ONE"] |= {"note": "Count twice.", "schema": {"name": "Widgets"}}
    imported(root, tmp_path, data)
    session = opened(root)
    found = items_of(session)
    one = found["ZED-CSO-ONE"]
    assert one.statement.endswith("every 3 months, at least:\n- Red widgets\n- Blue widgets")
    assert one.expects == ("A list of widgets",) and "Count twice." in one.remarks
    assert "Time frame: 3 months" in one.remarks and one.every == "3mo"
    pain = found["ZED-TFR-PAI"]
    assert "3 to 10 business days" in pain.remarks and "N5: lev: 4 days" in pain.remarks
    var = found["ZED-CSO-VAR"]
    of = {"type": "rev5", "path": "program", "class": "c"}
    said = var.resolved(facts("cr26", of))
    assert said.statement == "Providers MUST sell widgets." and said.level == "must"
    said = var.resolved(session.project.facts)
    assert said.statement == "Providers MAY sell widgets." and said.level == "may"
    source = session.project.checklists["cr26.build.csp"].sources[0].title
    assert "2026.07.01.01, sha256 " in source
    for path in (root / "checklists").glob("*.toml"):
        assert load_list(path, "workspace", session.catalog.processes).problems() == []


def test_the_report_tells_what_was_read_and_what_is_new_gone_and_unknown(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = consolidated()
    data["KSI"]["WID"]["moods"] = ["glad"]
    file = written(tmp_path / "rules.json", data)
    capsys.readouterr()
    assert run(["import", "rules", str(file), "--json", "--dry-run", "-w", str(root)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["done"] is False and list((root / "checklists").glob("cr26*")) == []
    assert found["facts"][0].startswith("12 rules and 3 live indicators read from release 2026.07")
    assert len(found["facts"][0].rpartition("sha256 ")[2]) == 64
    assert "the lists came from release 2026.07.14.01" in found["facts"]
    new = next(one for one in found["facts"] if " new: " in one)
    gone = next(one for one in found["facts"] if " gone: " in one)
    assert "ZED-CSO-ONE" in new and "SDR-CSX-KMT" in gone
    assert any(one["where"].endswith("KSI.WID.moods") for one in found["notes"])


def test_the_same_file_twice_changes_nothing_and_undo_takes_it_back(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = items_of(opened(root))
    imported(root, tmp_path, consolidated())
    again = plan(opened(root), tmp_path / "rules.json")
    assert again.empty and any("nothing was added" in fact for fact in again.facts)
    assert run(["import", "frmr", str(tmp_path / "rules.json"), "-w", str(root)]) == 0
    assert "Nothing to do" in capsys.readouterr().out
    assert run(["undo", "-w", str(root)]) == 0
    out = capsys.readouterr().out
    assert "texts:glossary" in out and " -> " not in out, "hashes of files tell a person nothing"
    assert items_of(opened(root)) == before


def test_another_time_frame_is_told_and_flags_nothing(root: Path, tmp_path: Path) -> None:
    imported(root, tmp_path, consolidated())
    record(root, "ZED-TFR-PAI", "--status", "done")
    data = consolidated()
    data["FRR"]["ZED"]["data"]["all"]["TFR"]["ZED-TFR-PAI"]["timeframe_num_max"] = 12
    facts = imported(root, tmp_path, data).facts
    assert "1 with another time frame: ZED-TFR-PAI" in facts
    assert not any("to be reviewed" in one or "nothing is new" in one for one in facts)


def test_only_what_a_rule_requires_flags_its_record(root: Path, tmp_path: Path) -> None:
    imported(root, tmp_path, consolidated())
    for code in ("ZED-CSO-ONE", "ZED-CSO-TWO", "ZED-CSO-VAR", "ZED-CSO-ALL"):
        record(root, code, "--status", "done", "--note", f"about {code}")

    def change(found: Release) -> None:
        found["ZED-CSO-ONE"]["following_information"].append("Green widgets")
        found["ZED-CSO-TWO"] |= {"terms": [], "note": "New.", "name": "Other name"}
        found["ZED-CSO-VAR"]["varies_by_class"]["c"]["statement"] += " Really."
        found["ZED-CSO-ALL"]["varies_by_class"]["b"]["force"] = "SHOULD"
        del found["ZED-CSO-NOT"]

    found = imported(root, tmp_path, edited(change))
    assert "2 records to be reviewed: ZED-CSO-ONE, ZED-CSO-ALL" in found.facts
    assert "1 gone: ZED-CSO-NOT" in found.facts
    assert "1 with another force: ZED-CSO-ALL" in found.facts
    said = "2 with another statement, other points or times: ZED-CSO-ONE, ZED-CSO-VAR"
    assert said in found.facts
    session = opened(root)
    items, project = items_of(session), session.project
    flagged = set()
    for code in ("ZED-CSO-ONE", "ZED-CSO-TWO", "ZED-CSO-VAR", "ZED-CSO-ALL"):
        kept = project.record(ref_of(session, code))
        assert (kept.status, kept.note) == ("done", f"about {code}")
        if not items[code].resolved(project.facts).accepts(kept.basis):
            flagged.add(code)
    assert flagged == {"ZED-CSO-ONE", "ZED-CSO-ALL"}


def test_a_record_whose_item_is_gone_stays_and_is_named(root: Path, tmp_path: Path) -> None:
    imported(root, tmp_path, consolidated())
    record(root, "ZED-CSO-ONE", "--note", "counted")
    old = ref_of(opened(root), "ZED-CSO-ONE")

    def change(found: Release) -> None:
        found["ZED-CSO-CNT"] = found.pop("ZED-CSO-ONE")

    found = imported(root, tmp_path, edited(change))
    note = next(one for one in found.notes if one.where == "ZED-CSO-ONE")
    assert f"the record of {old} stays" in note.what
    assert "may now be ZED-CSO-CNT" in note.remedy and found.changes == ()
    session = opened(root)
    assert session.project.record(old).note == "counted"
    move = note.remedy.partition("--move ")[2]
    assert run(["doctor", "--move", move, "-w", str(root)]) == 0
    session = opened(root)
    assert session.project.record(ref_of(session, "ZED-CSO-CNT")).note == "counted"


def test_a_rule_whose_old_id_looks_like_an_indicators_is_proposed_too(
    root: Path, tmp_path: Path
) -> None:
    def before(found: Release) -> None:
        found["KSI-CSO-TWO"] = found.pop("ZED-CSO-TWO")

    imported(root, tmp_path, edited(before))
    record(root, "KSI-CSO-TWO", "--note", "painted")
    found = imported(root, tmp_path, consolidated())
    note = next(one for one in found.notes if one.where == "KSI-CSO-TWO")
    assert "it may now be ZED-CSO-TWO" in note.remedy


def test_doctor_proposes_a_renamed_rule_and_moves_nothing_unasked(
    root: Path, tmp_path: Path, capsys: Any
) -> None:
    imported(root, tmp_path, consolidated())
    record(root, "ZED-CSO-ONE", "--status", "done", "--note", "counted")

    def change(found: Release) -> None:
        found["ZED-CSO-CNT"] = found.pop("ZED-CSO-ONE")

    imported(root, tmp_path, edited(change))
    capsys.readouterr()
    assert run(["doctor", "--fix", "-w", str(root)]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "it may now be zed-cso-cnt" in said
    assert "the same item" not in said
    session = opened(root)
    assert session.project.record(ref_of(session, "ZED-CSO-CNT")).untouched
    assert run(["show", "ZED-CSO-ONE", "-w", str(root)]) == 2
    error = capsys.readouterr().err
    assert "no longer in its checklist" in error and "doctor" in error


def test_a_rule_that_is_not_for_the_profile_is_said_to_be_so(root: Path, capsys: Any) -> None:
    assert run(["show", "frc-csf-bsl", "-w", str(root)]) == 2
    assert "profile excludes it" in capsys.readouterr().err
    assert run(["show", "ksi-iam", "-w", str(root)]) == 2
    assert "6 ids begin with it; see: fedcheck list code:ksi-iam" in capsys.readouterr().err
    assert run(["show", "ac-2", "-w", str(root)]) == 0, "a control is explained all the same"


def test_an_item_that_had_another_id_keeps_its_record(root: Path, tmp_path: Path) -> None:
    imported(root, tmp_path, consolidated())
    record(root, "ZED-CSO-TWO", "--status", "doing", "--note", "blue")

    def change(found: Release) -> None:
        found["ZED-CSO-PNT"] = found.pop("ZED-CSO-TWO") | {"fka": "ZED-CSO-TWO"}

    found = imported(root, tmp_path, edited(change))
    assert "ZED-CSO-TWO is ZED-CSO-PNT now" in found.facts and found.changes == ()
    session = opened(root)
    kept = session.project.record(ref_of(session, "ZED-CSO-PNT"))
    assert (kept.status, kept.note) == ("doing", "blue")
    imported(root, tmp_path, edited(change))
    session = opened(root)
    assert session.project.record(ref_of(session, "ZED-CSO-PNT")).note == "blue"


def test_merged_items_keep_every_text_and_the_least_advanced_status(
    root: Path, tmp_path: Path
) -> None:
    imported(root, tmp_path, consolidated())
    record(root, "ZED-CSO-ONE", "--status", "done", "--note", "counted")
    record(root, "ZED-CSO-TWO", "--status", "doing", "--note", "painted", "--owner", "ann")

    def change(found: Release) -> None:
        del found["ZED-CSO-ONE"], found["ZED-CSO-TWO"]
        text = "Providers MUST count and paint widgets."
        found["ZED-CSO-BTH"] = rule(text, fkas=["ZED-CSO-ONE", "ZED-CSO-TWO"])

    found = imported(root, tmp_path, edited(change))
    assert "ZED-CSO-ONE, ZED-CSO-TWO are ZED-CSO-BTH now" in found.facts
    session = opened(root)
    kept = session.project.record(ref_of(session, "ZED-CSO-BTH"))
    assert kept.status == "doing" and kept.owner == "ann" and kept.done is None
    assert kept.note == "ZED-CSO-ONE: counted\n\nZED-CSO-TWO: painted"
    assert run(["undo", "-w", str(root)]) == 0
    session = opened(root)
    assert session.project.record(ref_of(session, "ZED-CSO-ONE")).note == "counted"


def test_of_one_record_nothing_is_made_anew(root: Path) -> None:
    record(root, "CDS-CSO-PUB", "--note", "x")
    session = opened(root)
    one = session.project.record(ref_of(session, "CDS-CSO-PUB"))
    assert merge_records(["CDS-CSO-PUB"], [one]) is one


def test_what_people_wrote_into_a_list_stays(root: Path, tmp_path: Path) -> None:
    imported(root, tmp_path, consolidated())
    path = root / "checklists" / "cr26.build.csp.toml"
    text = path.read_text(encoding="utf-8")
    head = 'id = "zed-cso-two"\n'
    assert head in text
    own = '\n[[section.item]]\nid = "ours"\ntitle = "Ours is done"\n'
    path.write_text(text.replace(head, f'{head}due = "2027-03-01"\n') + own, encoding="utf-8")
    found = imported(root, tmp_path, edited(lambda found: found.pop("ZED-CSO-NOT")))
    assert "1 gone: ZED-CSO-NOT" in found.facts
    session = opened(root)
    assert items_of(session)["ZED-CSO-TWO"].due == "2027-03-01"
    assert "ours" in session.project.checklists["cr26.build.csp"].items


def test_one_version_with_another_content_is_told(root: Path, tmp_path: Path) -> None:
    imported(root, tmp_path, consolidated())
    data = consolidated()
    data["info"]["description"] = "Published again."
    found = imported(root, tmp_path, data)
    assert any("same version, 2026.07.01.01, but different content" in one for one in found.facts)
    assert len(found.checklists) > 1, "their source names the new hash"


def test_a_list_of_ones_own_is_not_taken(root: Path, tmp_path: Path, capsys: Any) -> None:
    own = root / "checklists" / "cr26.build.csp.toml"
    own.write_text(
        'format = 1\nid = "cr26.build.csp"\nprocess = "cr26"\nphase = "build"\nrole = "csp"\n'
        'title = "Ours"\n',
        encoding="utf-8",
    )
    file = written(tmp_path / "rules.json", consolidated())
    assert run(["import", "rules", str(file), "-w", str(root)]) == 2
    assert "is a list of your own" in capsys.readouterr().err
    own.write_text("format = ", encoding="utf-8")
    assert run(["import", "rules", str(file), "-w", str(root)]) == 3
    assert "cannot be read" in capsys.readouterr().err


def test_what_is_no_release_is_refused_in_words(root: Path, tmp_path: Path, capsys: Any) -> None:
    def refused(path: Path, status: int, text: str, where: Path = root) -> None:
        assert run(["import", "rules", str(path), "-w", str(where)]) == status
        assert text in capsys.readouterr().err

    refused(written(tmp_path / "s.json", {"$defs": {}, "properties": {}}), 3, "is a JSON schema")
    refused(written(tmp_path / "o.json", {"catalog": {}}), 3, "is an OSCAL document")
    jab = tmp_path / "jab"
    assert run(["init", str(jab), "--name", "Old", "--process", "jab", "--role", "csp"]) == 0
    whole = written(tmp_path / "rules.json", consolidated())
    cut = tmp_path / "cut.json"
    cut.write_bytes(whole.read_bytes()[:-200])
    refused(cut, 3, "cut.json")
    refused(tmp_path / "none.json", 3, "no such file")
    refused(written(tmp_path / "e.json", {"FRR": {}, "KSI": {}}), 3, "contains no readable rule")
    refused(whole, 2, "the lists of the process jab are not made from", jab)
    assert list((root / "checklists").glob("cr26*")) == []
    assert registry.recognize(cut)[0].name == "rules"
    assert [one.name for one in registry.recognize(whole)] == ["rules", "oscal"]
    assert [one.name for one in registry.recognize(tmp_path / "o.json")] == ["oscal"]


async def test_the_app_knows_a_release_and_a_folder_of_one(
    root: Path, tmp_path: Path, clock: Any
) -> None:
    from driving import press, screen_text, settle, type_text

    from fedcheck.tui.app import FedcheckApp

    (root / "release").mkdir()
    written(root / "release" / "any-name.json", consolidated())
    written(root / "schema.json", {"$defs": {}, "properties": {}})
    (root / "cut.json").write_text('{"FRR": {}, "KSI": {')
    (root / "nothing").mkdir()
    app = FedcheckApp(root, find_user_folders(), UserConfig(), "alice", root, clock)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "L")
        await type_text(pilot, "release")
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await settle(pilot)
        shown = screen_text(app)
        assert "File type: a release of FedRAMP's rules" in shown
        assert "12 rules and 3 live indicators" in shown
        await press(pilot, "enter")
        await settle(pilot)
        assert (root / "checklists" / "cr26.build.csp.toml").is_file()
        await press(pilot, "ctrl+g")
        await type_text(pilot, "zed-tfr-pai")
        assert "Rule of the sample" in screen_text(app) or "zed-tfr-pai" in screen_text(app)
        await press(pilot, "enter")
        assert "ZED-TFR-PAI" in screen_text(app)
        for name, reason in (
            (
                "schema.json",
                "is a JSON schema, not an OSCAL catalog or a release of FedRAMP's rules",
            ),
            ("cut.json", "cut.json:1: not valid JSON"),
            ("nothing", "contains no rules: it has no JSON file"),
        ):
            await press(pilot, "L")
            await type_text(pilot, name)
            await pilot.press("enter")
            await app.workers.wait_for_complete()
            await settle(pilot)
            assert reason in " ".join(screen_text(app).split())
            await press(pilot, "escape", "escape")


@needs_releases
def test_the_release_of_the_shipped_lists_flags_nothing(root: Path) -> None:
    session = opened(root)
    before = items_of(session)
    found = plan(session, NEWEST)
    assert "246 rules and 46 live indicators read" in found.facts[0]
    assert (
        "nothing was added, removed or changed compared with the lists of the workspace"
    ) in found.facts
    after = {item.code: item for one in found.checklists for _, item in one.items.values()}
    assert set(after) == set(before) and found.changes == ()
    for profile in list_profiles(session.project.process):
        known = facts("cr26", profile)
        for code, item in before.items():
            new = after[code]
            assert new.applies == item.applies and (new.statement or item.kind == "test"), code
            assert new.resolved(known).level == item.resolved(known).level, (code, profile)
            assert new.resolved(known).basis() == item.resolved(known).basis(), (code, profile)


@needs_releases
def test_controls_come_with_fedramps_own_guidance_and_what_a_release_changes_in_them_is_named(
    tmp_path: Path,
) -> None:
    root, name = tmp_path / "a", "cr26.assessment.3pao-controls"
    argv = ["--process", "cr26", "--role", "3pao", "--type", "rev5", "--path", "agency"]
    assert run(["init", str(root), "--name", "Vault", *argv, "--class", "d"]) == 0
    found = plan(opened(root), NEWEST)
    (controls,) = (one for one in found.checklists if one.id == name)
    data = json.loads(next(NEWEST.glob("*rules.json")).read_text())
    text = data["CTL"]["CA"]["CA-08"]["guidance"][0]
    assert controls.items["ca-8"][1].statement == text
    value = data["CTL"]["AU"]["AU-10"]["parameters"][0]["value"]
    assert controls.items["au-10"][1].statement == f"au-10_odp: {value}"
    assert controls.items["ac-6"][1].statement == "", "AC-06-01 and AC-06-08 are other controls"
    assert controls.items["ac-6-8"][1].statement.startswith("ac-06.08_odp: ")
    assert "not to be tested" not in "".join(found.facts)
    assert run(["set", "AU-10", "--result", "satisfied", "-w", str(root)]) == 0
    listed = data["FRR"]["IVV"]["data"]["rev5"]["CSF"]["IVV-CSF-AIA"]["varies_by_class"]
    for letter in "bcd":
        listed[letter]["rev5_controls_list"]["AC"].remove("AC-02")
        listed[letter]["rev5_controls_list"]["AC"].append("AC-04")
    data["CTL"]["AU"]["AU-10"]["parameters"][0]["value"] = "nothing at all"
    assert "1 control more to be tested every year: AC-4" in imported(root, tmp_path, data).facts
    session = opened(root)
    items = session.project.checklists[name].items
    assert "ac-4" in items and "ac-2" not in items
    assert session.board().rows[f"{name}:au-10"].changed, "its parameter has another value"


@needs_releases
def test_three_releases_in_a_row_keep_every_record(root: Path) -> None:
    session = opened(root)
    known = [
        f"{name}:{item}"
        for name, one in session.project.checklists.items()
        for item in one.items
        if name.startswith("cr26.")
    ]
    refs = {ref: f"on {ref}" for ref in known[:203]}
    assert len(refs) == 203
    books: dict[str, str] = {}
    for ref, note in refs.items():
        name, _, item = ref.partition(":")
        head = f'format = 1\nchecklist = "{name}"\n'
        books[name] = books.get(name, head) + f'\n[item."{item}"]\nnote = "{note}"\n'
    (root / "progress").mkdir(exist_ok=True)
    for name, text in books.items():
        (root / "progress" / f"{name}.toml").write_text(text, encoding="utf-8")
    for release in RELEASES:
        assert run(["import", "rules", str(OFFICIAL / release), "-w", str(root)]) == 0
        project = opened(root).project
        assert {ref: project.record(ref).note for ref in refs} == refs, release
    former = {code: item.former for code, item in items_of(opened(root)).items() if item.former}
    reworded = ("FRC-CLA-MFR", "FRC-CSO-PKG", "IEC-CSO-EFR", "VDR-TFR-PVR", "IEC-FRP-ORV")
    assert set(former) == set(reworded), "what the newest import changed, nothing older"
    told = {one.release for found in former.values() for one in found}
    assert told == {"2026.06.24.01, sha256 49a612c8f72e"}
    assert run(["checklist", "validate", "-w", str(root)]) == 0


@pytest.mark.parametrize("generation", [1, 2, 3, 4])
def test_a_release_of_an_older_structure_is_imported_too(
    root: Path, tmp_path: Path, generation: int
) -> None:
    if generation == 4:
        path = written(tmp_path / "any.json", keyed())
    else:
        path = written_folder(tmp_path / "release", listed(generation))
    release = read_release(path)
    assert release.structure == generation
    assert registry.recognize(path)[0].name == "rules"
    assert run(["import", "rules", str(path), "-w", str(root)]) == 0
    session = opened(root)
    assert set(items_of(session)) == set(release.entries)
    for file in (root / "checklists").glob("*.toml"):
        assert load_list(file, "workspace", session.catalog.processes).problems() == []


def test_an_item_that_another_role_owes_now_takes_its_record_along(
    root: Path, tmp_path: Path
) -> None:
    imported(root, tmp_path, consolidated())
    record(root, "ZED-CSO-TWO", "--status", "doing", "--note", "blue")
    old = ref_of(opened(root), "ZED-CSO-TWO")
    data = consolidated()
    zed = data["FRR"]["ZED"]["data"]["all"]
    zed["AGM"]["ZED-CSO-TWO"] = zed["CSO"].pop("ZED-CSO-TWO") | {"affects": ["Agencies"]}
    found = imported(root, tmp_path, data)
    session = opened(root)
    new = next(
        f"{name}:zed-cso-two"
        for name, one in session.project.checklists.items()
        if "zed-cso-two" in one.items
    )
    assert new.startswith("cr26.") and new.partition(":")[0].endswith(".agency")
    assert f"ZED-CSO-TWO is in {new.partition(':')[0]} now" in found.facts
    assert session.project.record(new).note == "blue" and session.project.record(old).untouched
