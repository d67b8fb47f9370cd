"""A tick on what is forbidden means compliance; what is advised is done or declined."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from driving import press, screen_text, settle, type_text

from fedcheck.analysis.board import build_board
from fedcheck.cli.main import run
from fedcheck.domain.glossary import Level
from fedcheck.session import Session, open_session
from fedcheck.storage import paths
from fedcheck.storage.checklist_files import load_catalog
from fedcheck.storage.config import UserConfig
from fedcheck.storage.paths import find_user_folders
from fedcheck.tui.app import FedcheckApp

ABSENCE = re.compile(r"\b(no|only|without|stays|never)\b", re.IGNORECASE)
ADVISED = "SCN-RTR-NNR"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    place = tmp_path / "w"
    argv = ["--process", "cr26", "--role", "csp", "--type", "20x", "--class", "b"]
    assert run(["init", str(place), "--name", "Vault", *argv]) == 0
    return place


def opened(root: Path) -> Session:
    return open_session(root, find_user_folders(), (), "alice")


def test_a_tick_on_what_is_forbidden_means_compliance() -> None:
    catalog = load_catalog(paths.find_shipped_checklists(), (), None)
    forbidden = [
        item
        for one in catalog.lists
        if one.checklist and one.checklist.process == ("cr26",)
        for _, item in one.checklist.items.values()
        if {item.level, *(when.level for when in item.when)} & {Level.MUST_NOT, Level.SHOULD_NOT}
    ]
    assert len({item.code for item in forbidden}) == 16
    for item in forbidden:
        assert ABSENCE.search(item.title), f"{item.code}: {item.title}"
        assert " not " not in f" {item.title} ", "a double negation is ticked wrongly"


def test_what_is_advised_counts_and_is_declined_with_a_reason(root: Path, capsys: Any) -> None:
    capsys.readouterr()

    def count() -> tuple[int, int]:
        assert run(["status", "-w", str(root), "--json"]) == 0
        lists = [
            one
            for phase in json.loads(capsys.readouterr().out)["phases"]
            for one in phase["checklists"]
            if one["role"] == "csp"
        ]
        return sum(one["total"] for one in lists), sum(one["na"] for one in lists)

    board = build_board(opened(root).project, opened(root).today())
    mine = [row for row in board.rows.values() if row.role == "csp"]
    counted = [row for row in mine if row.item.level is not Level.MAY]
    assert any(row.item.level is Level.SHOULD for row in counted)
    total, declined = count()
    assert total >= len(counted) and declined == 0
    code = next(row.item.code for row in counted if row.item.level is Level.SHOULD)
    for one in (code.lower(), ADVISED):
        assert run(["set", one, "--status", "na", "-w", str(root)]) == 2
        assert "declined needs a reason" in capsys.readouterr().err
        assert run(["set", one, "--status", "na", "--reason", "Too dear.", "-w", str(root)]) == 0
        capsys.readouterr()
    assert count() == (total, 2)
    assert run(["gate", "application", "-w", str(root), "--json"]) == 1
    missing = json.loads(capsys.readouterr().out)["missing"]
    kinds = {one["kind"] for one in missing if one["ref"].partition(":")[0].startswith("cr26")}
    assert "declined" in kinds, "the others are neither done nor declined"
    assert not [one for one in missing if one["ref"].endswith(f":{code.lower()}")]


async def test_the_app_asks_for_the_reason_of_what_is_declined(root: Path, clock: Any) -> None:
    app = FedcheckApp(root, find_user_folders(), UserConfig(), "alice", root, clock)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "ctrl+g")
        await type_text(pilot, ADVISED.lower())
        await press(pilot, "enter", "s")
        assert "not applicable (or declined); asks for the reason" in " ".join(
            screen_text(app).replace("│", " ").split()
        )
        choices = app.screen.choices  # type: ignore[attr-defined]
        key = next(one.key for one in choices if one.value == "na")
        await press(pilot, key)
        await press(pilot, "enter")
        ref = app.session.resolve(ADVISED)
        assert app.session.project.record(ref).status == "todo", "a reason is asked for first"
        await type_text(pilot, "Too dear")
        await press(pilot, "enter")
        await settle(pilot)
        record = app.session.project.record(ref)
        assert (record.status, record.reason) == ("na", "Too dear")
