"""Run by test_fields.py against a copy of fedcheck that has one more field, status and result.

The copy differs from ours in the table of fields, the table of signs, and the members themselves.
"""

import csv
import io
import json
from pathlib import Path

import pytest
from driving import press, screen_text, settle

import fedcheck
from fedcheck.cli.main import run
from fedcheck.domain.glossary import Result, Status
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp

DIAGRAM = "rev5.readiness.csp:diagram"
TEST = "rev5.readiness.3pao:mandate-1-fips"
TICKET = '[item."diagram"]\nticket = "MER-7"\n'


def test_it_is_the_copy() -> None:
    assert Path(fedcheck.__file__).parents[1] != Path(__file__).parents[1]
    assert Status("parked") in Status and Result("partly") in Result


@pytest.fixture
def grown(make_workspace, open_workspace, monkeypatch):
    root = make_workspace(progress={"rev5.readiness.csp": TICKET})
    monkeypatch.chdir(root)
    session = open_workspace(root)
    session.reconcile()
    return session


def printed(capsys, *argv: str) -> str:
    status = run(list(argv))
    out = capsys.readouterr()
    assert status == 0, out.err
    return out.out


def test_a_field_of_an_item_is_set_shown_and_kept(grown, capsys) -> None:
    said = printed(capsys, "set", DIAGRAM, "--ticket", "MER-9")
    assert said == f"saved  {DIAGRAM}  change ticket: MER-7 -> MER-9\n"
    assert 'ticket = "MER-9"' in (grown.root / "progress/rev5.readiness.csp.toml").read_text()
    assert "change ticket   MER-9" in printed(capsys, "show", DIAGRAM)
    assert json.loads(printed(capsys, "show", DIAGRAM, "--json"))["ticket"] == "MER-9"
    assert "change ticket MER-9 (was MER-7)" in printed(capsys, "history")
    assert "Undone: diagram: change ticket MER-9 (was MER-7)" in printed(capsys, "undo")


def test_a_field_of_an_item_is_a_column_of_the_export(grown, capsys) -> None:
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "export", "csv"))))
    assert {row["ticket"] for row in rows if row["ref"] == DIAGRAM} == {"MER-7"}


def test_a_detail_of_a_finding_is_set_and_shown(grown, capsys) -> None:
    told = printed(
        capsys, "finding", "add", "Open port", "--risk", "low", "--board", "accepted on Monday"
    )
    finding = told.split()[0]
    document = json.loads(printed(capsys, "finding", "show", finding, "--json"))
    assert document["details"]["board"] == "accepted on Monday"
    assert "risk board  accepted on Monday" in printed(capsys, "finding", "show", finding)
    said = printed(capsys, "finding", "update", finding, "--board", "rejected")
    assert "risk board rejected (was accepted on Monday)" in said


async def test_a_field_and_a_status_are_on_screen(grown, clock) -> None:
    app = FedcheckApp(
        grown.root, paths.user_folders(), config.UserConfig(), "alice", grown.root, clock
    )
    async with app.run_test(size=(140, 50)) as pilot:
        await settle(pilot)
        await press(pilot, "2", "enter")
        assert "Change ticket" in screen_text(app)
        assert "MER-7" in screen_text(app)
        await press(pilot, "escape", "s", "p")
        await settle(pilot)
        assert "∥" in screen_text(app)
        assert app.session.project.record(DIAGRAM).status == "parked"


def test_a_status_is_in_list_json_history_and_export(grown, capsys) -> None:
    printed(capsys, "set", DIAGRAM, "--status", "parked")
    assert "∥ parked" in printed(capsys, "list", "status:parked")
    (row,) = json.loads(printed(capsys, "list", "status:parked", "--json"))
    assert row["status"] == "parked"
    assert "parked" in printed(capsys, "history")
    assert "∥" in printed(capsys, "show", DIAGRAM)
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "export", "csv"))))
    assert {row["status"] for row in rows if row["ref"] == DIAGRAM} == {"parked"}
    lists = [one for phase in status_of(capsys)["phases"] for one in phase["checklists"]]
    assert sum(one["parked"] for one in lists) == 1


def status_of(capsys):
    return json.loads(printed(capsys, "status", "--json"))


def test_a_result_is_in_json_history_and_export(grown, capsys) -> None:
    grown.apply([TEST], ItemEdit(result="partly"))
    assert "partly" in printed(capsys, "history")
    assert json.loads(printed(capsys, "show", TEST, "--json"))["result"] == "partly"
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "export", "csv"))))
    assert {row["result"] for row in rows if row["ref"] == TEST} == {"partly"}
