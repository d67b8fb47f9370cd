"""Terms of the rules and FedRAMP's texts for controls: found, marked, imported, shown."""

import json
from pathlib import Path
from typing import Any

import pytest
from driving import press, screen_text, settle, type_text
from rules_samples import OFFICIAL, consolidated, rule, written
from textual.widgets import Static

from fedcheck.cli.main import run
from fedcheck.domain.change import Change
from fedcheck.domain.control_ids import parse_control
from fedcheck.domain.terms import (
    Glossary,
    Lexicon,
    Term,
    find_term,
    list_terms,
    mark_terms,
    suggest_terms,
    uses_term,
)
from fedcheck.errors import FedcheckError
from fedcheck.importers.plan import carry_out
from fedcheck.importers.rules.importer import plan
from fedcheck.importers.rules.reader import read_release
from fedcheck.importers.rules.texts import build_controls, build_glossary
from fedcheck.linting.copies import list_runs, list_strings
from fedcheck.session import open_session
from fedcheck.storage import checklist_writer, official_texts, paths
from fedcheck.storage.config import UserConfig
from fedcheck.tui.app import FedcheckApp

needs_releases = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="no official releases here")
NEWEST = OFFICIAL / "2026-07-14" / "fedramp-consolidated-rules.json"

ACCEPTED = Term("FRD-ACV", "Accepted Flaw", alts=("accepted flaw", "accepted flaws"))
FLAW = Term("FRD-FLW", "Flaw", alts=("flaw", "flaws"))
REPORT = Term("FRD-RPT", "Pain Report (PAIN)", alts=("pain report", "PAIN"))
MACHINE = Term("FRD-MBI", "Machine-Based (Resources)", alts=("machine-based", "machine based"))
PROVIDER = Term("FRD-PRV", "Provider", alts=("provider", "providers"), marked=False)
MUST = Term("FRD-MST", "Must", alts=("must", "MUST"))
MAY = Term("FRD-MAY", "MAY", alts=("MAY",))
LEXICON = Lexicon((FLAW, ACCEPTED, REPORT, MACHINE, PROVIDER, MUST, MAY))


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("An accepted flaw is a flaw.", ["accepted flaw", "flaw"]),
        ("ACCEPTED\nFlaws, flawless flaws", ["ACCEPTED\nFlaws", "flaws"]),
        ("accepted, flaws", ["flaws"]),
        ("a flaw's cause; re-flaw; flaw-free", ["flaw"]),
        ("it _is_ a _flaw_ (flaws)", ["flaw", "flaws"]),
        ("PAIN and pain; a pain report", ["PAIN", "pain report"]),
        ("machine-based, machine  based, non-machine-based", ["machine-based", "machine  based"]),
        ("Providers MUST; you must; it May, or MAY", ["MUST", "MAY"]),
        ("", []),
    ],
)
def test_the_longest_form_is_marked_whole_and_in_its_case(text: str, marked: list[str]) -> None:
    marks = mark_terms(LEXICON, text)
    assert [text[one.start : one.end] for one in marks] == marked


def test_terms_of_a_text_are_listed_once_and_uses_count_the_longest_form_only() -> None:
    text = "Providers list each accepted flaw; an accepted flaw has a PAIN."
    assert list_terms(LEXICON, text) == (ACCEPTED, REPORT)
    assert uses_term(LEXICON, PROVIDER, text)  # not marked, but used
    assert not uses_term(LEXICON, FLAW, text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("frd-acv", ACCEPTED),
        ("accepted  FLAWS", ACCEPTED),
        ("Pain Report", REPORT),
        ("pain report (pain)", REPORT),
        ("pain", REPORT),
        ("must", MUST),
        ("provider", PROVIDER),
        ("x" * 100_000, None),
    ],
)
def test_a_term_is_found_by_id_name_and_form_in_any_case(text: str, found: Term | None) -> None:
    assert find_term(LEXICON, text) is found


def test_near_names_are_suggested() -> None:
    assert suggest_terms(LEXICON, "acepted flaw")[0] == "Accepted Flaw"
    assert suggest_terms(LEXICON, "zzzzzz") == []


@pytest.mark.parametrize(
    ("text", "control"),
    [
        ("IA-2(8)", "IA-2(8)"),
        ("ia-02 (08)", "IA-2(8)"),
        ("IA-02-08", "IA-2(8)"),
        ("ia-2.8", "IA-2(8)"),
        ("AC-20", "AC-20"),
        ("ZZ-1", ""),
        ("IA-2(8) and AC-2", ""),
        ("the IA-2", ""),
        ("VDR-TFR-PDD", ""),
    ],
)
def test_a_control_is_read_in_every_usual_spelling(text: str, control: str) -> None:
    assert parse_control(text) == control


def own() -> Glossary:
    found = official_texts.load_own_glossary("cr26")
    assert found is not None
    return found


def test_our_definitions_are_short_and_of_distinct_terms() -> None:
    terms = own().terms
    assert len({one.id for one in terms}) == len(terms) == 75
    for one in terms:
        assert one.definition.endswith(".") and len(one.definition) < 330, one.id
    shipped = paths.find_shipped_checklists() / "cr26" / "glossary.toml"
    assert official_texts.check_text_file(shipped) == []


@needs_releases
def test_our_definitions_cover_the_release_and_copy_no_text_of_it() -> None:
    release = build_glossary(read_release(NEWEST))
    assert [(one.id, one.term) for one in own().terms] == [
        (one.id, one.term) for one in release.terms
    ]
    texts = list_strings(json.loads(NEWEST.read_bytes()))
    copied = {run for text in texts for run in list_runs(text)}
    for one in own().terms:
        assert copied.isdisjoint(list_runs(one.definition)), one.id


@needs_releases
def test_every_control_text_of_the_release_has_a_control_of_its_own() -> None:
    release = read_release(NEWEST)
    texts = build_controls(release)
    assert len(texts.controls) == len(release.controls) == 79
    assert all(parse_control(one.id) == one.id for one in texts.controls)


def sample() -> dict[str, Any]:
    """Return a release with a term, a term that is not marked, and texts for two controls."""
    data = consolidated()
    terms = data["FRD"]["data"]["all"]
    terms["FRD-BOX"] = {
        "term": "Widget Box",
        "definition": "\x1b[31mA box.",
        "alts": ["boxes", "ZED-CSO-BOX"],
    }
    terms["FRD-MST"] = {"term": "MUST", "definition": "Required.", "ignore_in_terms": True}
    data["FRR"]["ZED"]["data"]["all"]["CSO"]["ZED-CSO-BOX"] = rule(
        "Providers MUST keep widgets in boxes.", name="Storage"
    )
    varied = {"b": {"guidance": ["Class B counts."]}, "c": {"guidance": ["Class C counts."]}}
    value = [{"parameterId": "ac-02.01_odp", "value": "all \x1b[31mof them"}]
    data["CTL"]["AC"]["AC-02-01"] = {"parameters": value, "varies_by_class": varied}
    return data


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Return a workspace for 20x Class B, on the shipped lists."""
    place = tmp_path / "w"
    goal = ["--process", "cr26", "--role", "csp", "--type", "20x", "--class", "b"]
    assert run(["init", str(place), "--name", "Vault", *goal]) == 0
    return place


@pytest.fixture
def filled(bare: Path, tmp_path: Path) -> Path:
    """Return the workspace with the made-up release imported."""
    file = written(tmp_path / "rules.json", sample())
    assert run(["import", "rules", str(file), "-w", str(bare)]) == 0
    return bare


def show(
    root: Path, text: str, capsys: pytest.CaptureFixture[str], *more: str, status: int = 0
) -> tuple[str, str]:
    capsys.readouterr()
    assert run(["show", text, "-w", str(root), *more]) == status
    found = capsys.readouterr()
    return found.out, found.err


def test_an_import_writes_the_texts_and_undo_takes_them_back(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path / "rules.json", sample())
    assert run(["import", "rules", str(file), "-w", str(bare), "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "3 definitions in glossary.toml" in out and "2 control texts in controls.toml" in out
    assert "in no list" not in out
    glossary, controls = bare / "glossary.toml", bare / "controls.toml"
    assert not glossary.exists() and not controls.exists()
    assert run(["import", "rules", str(file), "-w", str(bare), "--json"]) == 0
    texts = json.loads(capsys.readouterr().out)["texts"]
    assert texts == [{"id": "glossary", "entries": 3}, {"id": "controls", "entries": 2}]
    kept = glossary.read_bytes(), controls.read_bytes()
    session = open_session(bare, paths.find_user_folders(), (), "alice")
    assert plan(session, file).texts == ()  # the same release changes nothing
    newer = sample()
    newer["info"]["version"] = "2026.09.01.01"
    newer["FRD"]["data"]["all"]["FRD-WID"]["definition"] = "Another thing."
    assert run(["import", "rules", str(written(tmp_path / "b.json", newer)), "-w", str(bare)]) == 0
    assert "Another thing." in glossary.read_text()
    assert run(["undo", "-w", str(bare)]) == 0
    assert (glossary.read_bytes(), controls.read_bytes()) == kept
    assert run(["undo", "-w", str(bare)]) == 0
    assert not glossary.exists() and not controls.exists()
    assert run(["redo", "-w", str(bare)]) == 0
    assert (glossary.read_bytes(), controls.read_bytes()) == kept
    capsys.readouterr()
    assert run(["history", "--verify", "-w", str(bare)]) == 0


def test_what_was_imported_is_explained(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("Widget Box", "frd-box", "BOXES"):
        out, _ = show(filled, text, capsys)
        assert "A box." in out and "release 2026.07.01.01" in out and "\x1b" not in out
        assert "1 item uses it" in out and "ZED-CSO-BOX" in out
    value = json.loads(show(filled, "boxes", capsys, "--json")[0])
    assert (value["schema"], value["id"]) == ("fedcheck/term@1", "FRD-BOX")
    assert [one["code"] for one in value["items"]] == ["ZED-CSO-BOX"]
    out, _ = show(filled, "zed-cso-box", capsys)  # an item's code goes first
    assert "Terms\n  Widget, Widget Box\n" in out and 'fedcheck show "Widget"' in out
    value = json.loads(show(filled, "ZED-CSO-BOX", capsys, "--json")[0])
    assert [one["id"] for one in value["terms"]] == ["FRD-WID", "FRD-BOX"]  # MUST is not marked
    assert "Required." in show(filled, "must", capsys)[0]
    _, err = show(filled, "widgett box", capsys, status=2)
    assert 'did you mean the term "Widget Box"' in err


def test_a_control_has_the_text_of_the_class_and_its_items(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in ("AC-2(1)", "ac-02.01", "AC-02-01"):
        out, _ = show(filled, text, capsys)
        assert "ac-02.01_odp: all" in out and "Class B counts." in out
        assert "Class C counts." not in out and "Differs for Class C" in out
        assert "name it" in out or "names it" in out
        assert "\x1b" not in out
    value = json.loads(show(filled, "ac-2.1", capsys, "--json")[0])
    assert (value["schema"], value["class"]) == ("fedcheck/control@1", "b")
    assert [one["class"] for one in value["classes"]] == ["b", "c"]
    assert "adds nothing to this control" in show(filled, "AC-9", capsys)[0]


def test_without_an_import_our_words_are_shown_and_where_the_official_ones_are(
    bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _ = show(bare, "accepted vulnerabilities", capsys)
    assert own().terms[0].definition[:40] in out and "fedcheck import rules" in out
    value = json.loads(show(bare, "FRD-ACV", capsys, "--json")[0])
    assert value["definition"] == "" and value["own"] and value["release"] == ""
    out, _ = show(bare, "IA-2(8)", capsys)
    assert "fedcheck import rules" in out and "KSI-IAM-APM" in out
    show(bare, "ZZ-2", capsys, status=2)


def test_a_process_without_terms_explains_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(["init", str(tmp_path / "j"), "--name", "J", "--process", "jab", "--role", "csp"]) == 0
    )
    for text in ("Accepted Vulnerability", "ZZ-2"):
        assert "no such item" in show(tmp_path / "j", text, capsys, status=2)[1]


BROKEN = {
    "unclosed": b'format = 1\n\n[[term]]\nid = "FRD-X\n',
    "of a newer format": b"format = 99\n",
    "without a format": b'[[term]]\nid = "FRD-X"\n',
    "too large": b"format = 1\n#" + b"x" * official_texts.MOST_BYTES,
    "binary": b"\x00\xff",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_broken_glossary_is_named_and_the_items_work(
    bare: Path, data: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (bare / "glossary.toml").write_bytes(data)
    _, err = show(bare, "Drift", capsys, status=3)
    assert "glossary.toml" in err
    out, err = show(bare, "VER-RPT-AVI", capsys)
    assert "VER-RPT-AVI" in out and "warning: " in err and "glossary.toml" in err
    for command in (["doctor"], ["checklist", "validate"]):
        assert run([*command, "-w", str(bare)]) == 1
        assert "glossary.toml" in capsys.readouterr().out


def test_a_hostile_glossary_is_bounded_and_cleaned(
    bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = '[[term]]\nid = "T-{0}"\nterm = "\\u001b[2Jterm {0}"\ndefinition = "\\u202ex"\n'
    count = official_texts.MOST_ENTRIES + 5
    text = "format = 1\n" + "".join(entry.format(n) for n in (0, *range(count)))
    (bare / "glossary.toml").write_text(text)
    out, err = show(bare, "t-7", capsys)
    assert "\x1b" not in out and "\u202e" not in out
    assert "T-0 appears twice" in err and "glossary.toml:7:" in err
    assert f"the first {official_texts.MOST_ENTRIES} are used" in err
    show(bare, f"T-{count - 1}", capsys, status=2)
    assert run(["checklist", "validate", str(bare / "glossary.toml"), "-w", str(bare)]) == 1


def test_a_link_out_of_the_workspace_is_not_read(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret.toml"
    secret.write_text('format = 1\n[[term]]\nid = "FRD-X"\nterm = "Secret"\n')
    (bare / "glossary.toml").symlink_to(secret)
    assert "glossary.toml" in show(bare, "secret", capsys, status=3)[1]
    before, file = secret.read_bytes(), written(tmp_path / "rules.json", sample())
    assert run(["import", "rules", str(file), "-w", str(bare)]) == 3
    assert secret.read_bytes() == before and not (bare / "controls.toml").exists()


def test_an_edited_file_is_not_written_over(
    filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = sample()
    newer["FRD"]["data"]["all"]["FRD-WID"]["definition"] = "Another thing."
    session = open_session(filled, paths.find_user_folders(), (), "alice")
    planned = plan(session, written(tmp_path / "b.json", newer))
    (filled / "glossary.toml").write_text("format = 1\n")
    with pytest.raises(FedcheckError, match=r"glossary\.toml: was edited since"):
        carry_out(session, planned)
    assert (filled / "glossary.toml").read_text() == "format = 1\n"


@pytest.mark.parametrize("name", ["texts:../../x", "texts:fedcheck", "texts:", "texts:glossary/x"])
def test_a_history_cannot_name_another_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(FedcheckError, match="nothing was read or written"):
        checklist_writer.back(tmp_path, [Change(name, "file", None, "0" * 64)])


def test_terms_to_ignore_are_read_at_either_place(tmp_path: Path) -> None:
    data = sample()
    data["FRD"]["ignore_in_terms"] = ["widget"]
    release = read_release(written(tmp_path / "rules.json", data))
    assert {one.id: one.linked for one in release.terms} == {
        "FRD-WID": False,
        "FRD-BOX": True,
        "FRD-MST": False,
    }
    assert not [one for one in release.unknown if "ignore_in_terms" in one.path]


@pytest.mark.asyncio
async def test_the_app_marks_terms_and_explains_them(filled: Path, home: Path, clock: Any) -> None:
    app = FedcheckApp(filled, paths.find_user_folders(), UserConfig(), "alice", home, clock)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.open_screen("item", app.session.resolve("ZED-CSO-BOX"))
        await settle(pilot)
        head = app.screen.query_one("#item-head", Static).content
        spans = {head.plain[one.start : one.end]: str(one.style) for one in head.spans}
        assert spans.get("widgets") == spans.get("boxes") == "underline"
        assert "2 defined terms used here; K explains them" in screen_text(app)
        await press(pilot, "K")
        shown = screen_text(app)
        assert "Terms in ZED-CSO-BOX" in shown and "A thing." in shown and "A box." in shown
        await type_text(pilot, "must")
        shown = screen_text(app)
        assert "Not in this text" in shown and "Required." in shown and "A box." not in shown
        await press(pilot, "escape")
        assert "Terms in ZED-CSO-BOX" not in screen_text(app)
        (filled / "glossary.toml").write_text("format = 1\n[[term]\n")
        await press(pilot, "K")  # a broken file leaves our definitions, and is named
        await type_text(pilot, "drift")
        shown = screen_text(app)
        assert "our definitions" in shown and "FRD-DFT" in shown and "[[term" not in shown
