"""What a workspace goes for: named by options, completed, and refused where there is none."""

import json
import re
from pathlib import Path

import pytest
from conftest import FrozenClock
from driving import screen_text, settle
from hypothesis import given
from hypothesis import strategies as st

from fedcheck.cli.main import run
from fedcheck.domain.control_ids import normalize_code
from fedcheck.storage import config, paths
from fedcheck.storage.toml_io import read
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.widgets.phase_table import PhaseTable


def make(root: Path, *argv: str) -> int:
    return run(["init", str(root), "--name", "Vault", "--process", "cr26", *argv])


@pytest.mark.parametrize(
    ("argv", "profile"),
    [
        (("--role", "csp", "--type", "20x", "--class", "B"), ("20x", "program", "b")),
        (("--role", "csp", "--type", "rev5", "--path", "agency", "--class", "d"),
         ("rev5", "agency", "d")),
        (("--role", "csp", "--type", "rev5", "--class", "d"), ("rev5", "agency", "d")),
        (("--role", "agency"), ("any", "any", "any")),
        (("--role", "3pao", "--class", "a"), ("any", "any", "a")),
        (("--role", "3pao", "--type", "20x", "--class", "b"), ("20x", "program", "b")),
    ],
)  # fmt: skip
def test_a_profile_is_completed_where_only_one_fits(
    tmp_path: Path, argv: tuple[str, ...], profile: tuple[str, ...]
) -> None:
    assert make(tmp_path / "w", *argv) == 0
    found = read(tmp_path / "w/fedcheck.toml").data["profile"]
    assert (found["type"], found["path"], found["class"]) == profile
    assert run(["status", "-w", str(tmp_path / "w")]) == 0


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("--type", "rev5", "--class", "a"), "has no combination type rev5, class a"),
        (("--type", "20x", "--path", "agency"), "has no combination type 20x, path agency"),
        (("--type", "rev5", "--path", "program", "--class", "d"), "has no combination type rev5"),
        (("--type", "any", "--path", "any", "--class", "any"), "has no combination type any"),
        (("--type", "rev5", "--class", "b"), "add --path program|agency"),
        ((), "add --type 20x|rev5 --path program|agency --class a|b|c|d"),
        (("--type", "rev5"), "add --path program|agency --class b|c|d"),
        (("--path", "agency"), "add --class b|c|d"),
        (("--class", "e"), '"e" is not a class of cr26'),
    ],
)
def test_what_fedramp_does_not_offer_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], message: str
) -> None:
    assert make(tmp_path / "w", "--role", "csp", *argv) == 2
    err = capsys.readouterr().err
    assert message in err
    assert "it has: " in err or "add --" in err or "choose " in err
    assert not (tmp_path / "w").exists()


def test_a_preview_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make(tmp_path / "w", "--role", "csp", "--type", "20x", "--class", "d") == 0
    assert "20x: preview" in capsys.readouterr().out


@pytest.mark.parametrize("code", ["CCM-OCR-AVL", "ccm-ocr-avl", "Ccm-Ocr-Avl"])
def test_an_official_code_names_its_item(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    make(tmp_path / "w", "--role", "csp", "--type", "20x", "--class", "b")
    capsys.readouterr()
    assert run(["show", code, "--json", "-w", str(tmp_path / "w")]) == 0
    assert json.loads(capsys.readouterr().out)["code"] == "CCM-OCR-AVL"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AC-2(1)", "ac-02 (01)"),
        ("AC-2(1)", "AC-2.1"),
        ("AC-1a.1", "ac-01A.1"),
        ("AC-01a.[01][02]", "ac-1a.[1][2]"),
        ("VDR-TFR-PDD", "vdr-tfr-pdd"),
    ],
)
def test_spellings_of_a_code_agree(one: str, other: str) -> None:
    assert normalize_code(one) == normalize_code(other)


@given(st.text(st.sampled_from("acA-_\u2010\u2014\u0130 \t\u20030120[]()."), max_size=12))
def test_blanks_dashes_and_zeros_are_left_out_of_a_code(code: str) -> None:
    dashed = re.sub(r"[\u2010-\u2014_]", "-", code.casefold())
    plain = re.sub(r"(?<![0-9])0+(?=[0-9])", "", re.sub(r"\s+", "", dashed))
    assert normalize_code(code) == normalize_code(plain)


def test_codes_that_differ_stay_apart() -> None:
    codes = ["AC-2", "AC-2(1)", "AC-20", "AC-2(10)", "AC-1.1.1", "KSI-IAM-APM", "AC-01b"]
    assert len({normalize_code(code) for code in codes}) == len(codes)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)], ids=lambda size: f"{size[0]}")
async def test_the_names_of_five_roles_stand_apart_on_home(
    tmp_path: Path, clock: FrozenClock, size: tuple[int, int]
) -> None:
    root = tmp_path / "w"
    make(root, "--role", "csp", "--type", "20x", "--class", "b")
    user = config.UserConfig()
    app = FedcheckApp(root, paths.find_user_folders(), user, "alice", root, clock)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        app.screen.query_one(PhaseTable).post_message(PhaseTable.Folded())
        await settle(pilot)
        shown = screen_text(app).splitlines()
    (head,) = (line for line in shown if " csp " in line and " 3pao " in line)
    names = head.partition(" csp ")[2].split()
    names = names[: names.index("outstanding")]
    assert names == [name for name in ("3pao", "agency", "pmo", "advisor") if name in names]
