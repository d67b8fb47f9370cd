"""The portfolio: many workspaces side by side, read as data, with nothing written anywhere."""

import json
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import closed_folders
import pytest
from conftest import KICK_OFF, FrozenClock, MakeWorkspace
from msgspec.structs import replace

from fedcheck.analysis.portfolio import add_up_load
from fedcheck.cli.main import run
from fedcheck.sharing import portfolio
from fedcheck.sharing.portfolio import PortfolioReader, choose_places, find_workspaces, sort_rows
from fedcheck.storage import checklist_reader
from fedcheck.storage.config import UserConfig
from fedcheck.storage.paths import find_user_folders

Call = Callable[..., tuple[int, str, str]]

CSP = "rev5.readiness.csp"
PROGRESS = """
[item."diagram"]
status = "doing"
owner = "dana"
due = 2027-01-05

[item."crypto-table"]
owner = "Dana"
due = 2027-01-20

[[item."crypto-table".evidence]]
id = "e1"
link = "evidence/big.bin"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
kind = "file"
collected = 2027-01-04
"""
HELD = {"ready-conversation": date(2026, 11, 2), "ready": date(2026, 12, 1)}
PEOPLE = '\n[people.dana]\nrole = "csp"\n[people.bob]\nrole = "3pao"\n'
INTERNAL = """format = 1
id = "acme.inside"
process = ["jab"]
phase = "readiness"
role = "csp"
title = "Inside"
audience = "internal"

[[section]]
id = "s"
title = "S"
  [[section.item]]
  id = "secret"
  title = "Secret chore"
  due = "kick-off - 10d"
"""


@pytest.fixture
def clients(make_workspace: MakeWorkspace, tmp_path: Path) -> Path:
    """Return a folder with three workspaces, one of them a folder deeper."""
    for place, (where, name) in enumerate(
        [("clients/b", "Bay"), ("clients/deep/a", "Alder"), ("clients/c", "Cove")]
    ):
        day = KICK_OFF + timedelta(days=place)
        stones = {**HELD, "kick-off": day}
        root = make_workspace(where, progress={CSP: PROGRESS}, milestones=stones)
        head = root / "fedcheck.toml"
        head.write_text(head.read_text().replace("Meridian Ledger", name) + PEOPLE)
        (root / "evidence").mkdir()
        (root / "evidence" / "big.bin").write_bytes(b"x" * 100)
    (tmp_path / "clients" / ".hidden").mkdir()
    (tmp_path / "clients" / "notes.txt").write_text("no folder")
    return tmp_path / "clients"


@pytest.fixture
def call(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Call:
    monkeypatch.chdir(tmp_path)

    def run_line(*argv: object) -> tuple[int, str, str]:
        capsys.readouterr()
        status = run(["portfolio", *map(str, argv)])
        return status, *capsys.readouterr()

    return run_line


def listing(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return every path below a folder with its mode, time and content."""
    found = {}
    for path in sorted([folder, *folder.rglob("*")]):
        stat = path.lstat()
        data = path.read_bytes() if path.is_file() else b""
        found[str(path)] = stat.st_mode, stat.st_mtime_ns, data
    return found


def documents(out: str) -> dict[str, dict]:
    return {one["name"]: one["summary"] for one in json.loads(out)["workspaces"]}


def test_workspaces_stand_side_by_side_by_their_next_date(call: Call, clients: Path) -> None:
    status, out, err = call(clients)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["Bay", "Alder", "Cove"]
    assert "Package delivered  2027-01-18  in 7 d" in lines[1]
    assert "csp " in lines[1]
    assert "3pao " in lines[1]
    rows = documents(call(clients, "--json")[1])
    bay = rows["Bay"]
    assert bay["milestone"] | {"missing": 0, "before": 0} == {
        "id": bay["milestone"]["id"], "title": bay["milestone"]["title"],
        "date": "2027-01-18", "days": 7, "missing": 0, "before": 0,
    }  # fmt: skip
    assert sum(one["count"] for one in bay["outstanding"]) == bay["milestone"]["missing"] > 0
    milestones = [one["ref"] for one in bay["deadlines"] if one["kind"] == "milestone"]
    assert milestones == ["milestones:package", "milestones:kick-off"]
    assert all("2027-01-11" <= one["day"] <= "2027-02-10" for one in bay["deadlines"])


def test_a_gate_without_a_date_is_sorted_by_the_next_one_that_has_one(
    call: Call, clients: Path, make_workspace: MakeWorkspace
) -> None:
    make_workspace("clients/d", milestones={"kick-off": KICK_OFF + timedelta(days=1)})
    status, out, _ = call(clients)
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()[1:5]] == [
        "Bay",
        "Alder",
        "Meridian",
        "Cove",
    ]
    assert "no date" in out


def test_numbers_are_those_of_status(call: Call, clients: Path, capsys) -> None:
    row = documents(call(clients, "--json")[1])["Bay"]
    run(["status", "-w", str(clients / "b"), "--json"])
    found = json.loads(capsys.readouterr().out)
    lists = [one for phase in found["phases"] for one in phase["checklists"]]
    assert row["all"]["total"] == sum(one["total"] for one in lists)
    assert row["all"]["done"] == sum(one["done"] for one in lists)
    gate = next(m for m in found["milestones"] if m["id"] == row["milestone"]["id"])
    assert row["milestone"]["missing"] == len(gate["gate"]["missing"])
    run(["list", "is:overdue", "-w", str(clients / "b"), "--json"])
    assert row["overdue"] == len(json.loads(capsys.readouterr().out)) > 0


def test_nothing_is_written_anywhere(call: Call, clients: Path, home: Path) -> None:
    before = listing(clients), listing(home)
    for words in ((), ("--json",), ("--format", "md"), ("--person", "dana")):
        assert call(clients, *words)[0] == 0
    assert (listing(clients), listing(home)) == before


def test_a_file_of_evidence_is_not_read(call: Call, clients: Path) -> None:
    states = documents(call(clients, "--json")[1])["Bay"]["evidence"]
    assert states["unverified"] == 1
    assert states["changed"] == 0
    (clients / "b" / "evidence" / "big.bin").unlink()
    assert documents(call(clients, "--json")[1])["Bay"]["evidence"]["missing"] == 1


def test_it_works_where_nothing_can_be_written_and_some_is_closed(clients: Path) -> None:
    closed_folders.require_closed_folders()
    places = [*clients.rglob("*"), clients]
    for path in places:
        path.chmod(0o555 if path.is_dir() else 0o444)
    shut = clients / "c"
    shut.chmod(0)
    try:
        argv = ["-m", "fedcheck", "portfolio", str(clients), "--json", "--as-of", "2027-01-11"]
        done = closed_folders.run(argv)
    finally:
        shut.chmod(0o755)
        for path in places:
            path.chmod(0o755)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["workspaces"]
    assert [one["name"] for one in rows] == ["Bay", "Alder", "c"]
    assert "permission denied" in rows[2]["error"]


def test_what_cannot_be_read_is_a_row_that_says_why(call: Call, clients: Path) -> None:
    for name, text in {
        "newer": "format = 99\n", "torn": "format = \n", "odd": 'format = 1\nname = "O"\n',
        "other": 'format = 1\nname = "O"\nprocess = "mars"\nrole = "csp"\n',
        "zone": 'format = 1\nname = "O"\nprocess = "jab"\nrole = "csp"\ntimezone = "Mars/X"\n',
    }.items():  # fmt: skip
        (clients / name).mkdir()
        (clients / name / "fedcheck.toml").write_text(text)
    (clients / "linked").mkdir()
    (clients / "linked" / "fedcheck.toml").symlink_to(clients / "b" / "fedcheck.toml")
    (clients / "b" / "progress" / f"{CSP}.toml").write_text("format = 1\n<<<<<<< x\n")
    status, out, err = call(clients, "--json")
    assert status == 0
    rows = {one["name"]: one for one in json.loads(out)["workspaces"]}
    why = {name: row["error"] for name, row in rows.items() if row["summary"] is None}
    assert "newer than this fedcheck" in why["newer"]
    assert "not valid TOML" in why["torn"]
    assert "missing" in why["odd"]
    assert 'unknown process "mars"' in why["other"]
    assert "unknown time zone" in why["zone"]
    assert "outside" in why["linked"]
    assert all(name in err for name in why)
    assert "conflict" in rows["Bay"]["problems"][0]["message"]
    assert rows["Bay"]["summary"]["all"]["unknown"] > 0
    assert "cannot be read" in call(clients)[1]
    markdown = call(clients, "--format", "md")[1]
    assert "- newer: fedcheck.toml:1: format 99" in markdown
    assert str(clients) not in markdown


@pytest.mark.parametrize(
    ("words", "expected", "said"),
    [
        (["newer"], 3, "newer than this fedcheck"),
        (["nowhere"], 3, "no such file"),
        (["empty"], 3, "no workspace in it"),
        ([], 2, "no workspaces to show"),
        (["clients", "nowhere"], 0, "no such file"),
        (["clients", "--person", "dna"], 2, 'did you mean "dana"?'),
        (["clients", "--person", "dana", "--mine"], 2, "cannot be combined"),
        (["clients", "-o", "clients"], 2, "is a folder"),
        (["clients", "--days", "-1"], 2, "--days"),
        (["clients", "--format", "text", "-o", "x.txt"], 2, "--format md"),
    ],
)
def test_exit_status_and_words(
    call: Call, clients: Path, tmp_path: Path, words: list[str], expected: int, said: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer" / "fedcheck.toml").write_text("format = 99\n")
    status, _, err = call(*words)
    assert status == expected, err
    assert said in err


@pytest.mark.skipif(os.name != "posix", reason="names of files are text elsewhere")
def test_names_and_places_that_are_no_text(call: Call, clients: Path, tmp_path: Path) -> None:
    odd = os.fsencode(clients) + b"/bad\xff\x1b[31m"
    os.mkdir(odd)  # noqa: PTH102 - a Path would be read again as text
    Path(os.fsdecode(odd), "fedcheck.toml").write_text("format = 99\n")
    for words in ((), ("--json",), ("--format", "md"), ("-o", tmp_path / "p.md")):
        status, out, err = call(clients, *words)
        assert status == 0, err
        assert "\x1b" not in out + err
        (out + err).encode()
    found = find_workspaces([Path("/no\0where")])
    assert found.broken[0].trouble


def test_a_broken_list_of_ones_own_is_told_once(call: Call, clients: Path) -> None:
    folders = find_user_folders()
    folders.checklists.mkdir(parents=True)
    (folders.checklists / "acme.inside.toml").write_text("format = \n")
    status, _, err = call(clients)
    assert status == 0
    assert err.count("acme.inside.toml") == 1


def test_where_workspaces_are_looked_for(clients: Path, tmp_path: Path) -> None:
    def names(*places: Path) -> list[str]:
        return [path.name for path in find_workspaces(places).roots]

    assert names(clients) == ["b", "c", "a"]
    assert names(clients, clients / "b", clients / "deep") == ["b", "c", "a"], "each once"
    assert names(clients / "b" / "fedcheck.toml") == ["b"]
    assert names(tmp_path) == ["b", "c"], "two folders deep, no deeper"
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "one").symlink_to(clients / "b")
    (linked / "round").symlink_to(linked)
    (linked / "many").symlink_to(clients)
    assert names(linked) == ["one"], "a link to a folder of workspaces is not followed"


def test_a_folder_without_end_is_left(
    clients: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portfolio, "MOST", 2)
    assert "1 workspace beyond 2 left out" in call(clients)[2]
    monkeypatch.setattr(portfolio, "MOST_FOLDERS", 1)
    assert "stopped after 1 folders" in find_workspaces([clients]).left_out


def test_without_a_folder_the_configuration_counts_then_the_recent_workspaces(
    clients: Path, call: Call
) -> None:
    folders = find_user_folders()
    folders.state.mkdir(parents=True)
    gone, there = str(clients / "gone"), str(clients / "c")
    (folders.state / "app.json").write_text(json.dumps({"recent": [gone, there, 3]}))
    assert list(documents(call("--json")[1])) == ["Cove"]
    folders.config.mkdir(parents=True)
    folders.config_file.write_text(f'portfolio = ["{clients / "b"}", "{clients / "deep"}"]\n')
    assert list(documents(call("--json")[1])) == ["Bay", "Alder"]
    assert list(documents(call(clients / "c", "--json")[1])) == ["Cove"]
    assert choose_places((), UserConfig(portfolio=("~/clients",)), folders) == [
        Path.home() / "clients"
    ]


def test_config_check_wants_whole_paths(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    folders = find_user_folders()
    folders.config.mkdir(parents=True)
    folders.config_file.write_text('name = "alice"\nportfolio = ["~/clients", "work"]\n')
    assert run(["config", "check"]) == 1
    out = capsys.readouterr().out
    assert ":2: " in out
    assert '"work" is not a full path' in out


def test_each_workspace_has_its_own_today(
    clients: Path, call: Call, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = clients / "b" / "fedcheck.toml"
    head.write_text(head.read_text().replace("role =", 'timezone = "Pacific/Auckland"\nrole =', 1))
    days = {name: one["as_of"] for name, one in documents(call(clients, "--json")[1]).items()}
    assert days == {"Bay": "2027-01-12", "Alder": "2027-01-11", "Cove": "2027-01-11"}
    later = documents(call(clients, "--json", "--as-of", "2027-01-30", "--days", "2")[1])
    assert {one["as_of"] for one in later.values()} == {"2027-01-30"}
    assert {one["until"] for one in later.values()} == {"2027-02-01"}


def test_the_load_of_a_person_adds_up_over_workspaces(call: Call, clients: Path) -> None:
    people = json.loads(call(clients, "--json")[1])["people"]
    dana = next(one for one in people if one["person"].casefold() == "dana")
    assert dana | {"items": 6, "overdue": 3, "soon": 3, "ours": True} == dana
    assert sorted(dana["workspaces"]) == ["Alder", "Bay", "Cove"]
    assert people[0] is dana
    status, out, _ = call(clients, "--person", "DANA")
    assert status == 0
    assert "dana" in out
    assert "no owner" not in out
    assert "3 workspaces with nothing for alice left out." in call(clients, "--mine")[1]


def test_people_of_other_parties_stay_apart(clients: Path, clock: FrozenClock) -> None:
    reader = PortfolioReader(find_user_folders(), UserConfig(), clock)
    summaries = [reader.read(root).summary for root in find_workspaces([clients]).roots]
    load = summaries[0].load[0]
    other = replace(load, person="bob", role="3pao", own=False)
    found = add_up_load(replace(one, load=(load, other)) for one in summaries)
    assert [(one.person, one.own, len(one.workspaces)) for one in found] == [
        (load.person, True, 3), *[("bob", False, 1)] * 3,
    ]  # fmt: skip


def test_internal_lists_are_counted_apart_and_are_part_of_the_load(
    call: Call, clients: Path
) -> None:
    before = documents(call(clients, "--json")[1])["Bay"]
    (clients / "b" / "checklists" / "acme.inside.toml").write_text(INTERNAL)
    after = documents(call(clients, "--json")[1])["Bay"]
    assert (before["internal"]["total"], after["internal"]["total"]) == (0, 1)
    assert after["all"] == before["all"]
    assert after["milestone"] == before["milestone"]
    (more,) = [one for one in after["deadlines"] if one not in before["deadlines"]]
    assert (more["ref"], more["internal"]) == ("acme.inside:secret", True)
    nobody = [
        next(one["items"] for one in each["load"] if not one["person"]) for each in (before, after)
    ]
    assert nobody[1] == nobody[0] + 1


def test_markdown_is_data_and_the_same_each_time(call: Call, clients: Path, tmp_path: Path) -> None:
    head = clients / "b" / "fedcheck.toml"
    bad = "Bay | <img src=x> [x](javascript:1) \\u001b[31m"
    head.write_text(
        head.read_text()
        .replace('"Bay"', f'"{bad}"')
        .replace("role =", 'marking = "CUI"\nrole =', 1)
    )
    out = tmp_path / "portfolio.md"
    assert call(clients, "-o", out)[0] == 0
    first = out.read_text()
    assert call(clients, "-o", out)[0] == 0, "an earlier portfolio is replaced"
    assert out.read_text() == first == call(clients, "--format", "md")[1]
    assert "**CUI**" in first
    assert r"Bay \| \<img src=x>" in first
    assert "\x1b" not in first
    assert "javascript:" not in first
    assert "2027-01-18 (in 7 d)" in first
    out.write_text("mine")
    assert call(clients, "-o", out)[0] == 2
    assert out.read_text() == "mine"
    assert call(clients, "-o", out, "--force")[0] == 0
    written = tmp_path / "portfolio.json"
    assert call(clients, "-o", written)[0] == 0
    assert json.loads(written.read_text())["schema"] == "fedcheck/portfolio@1"


def test_templates_and_local_state_of_a_workspace_are_not_believed(
    call: Call, clients: Path
) -> None:
    before = documents(call(clients, "--json")[1])
    for root in (clients / "b", clients / "c"):
        (root / "templates").mkdir()
        (root / "templates" / "portfolio.md.j2").write_text("{{ 1 / 0 }}")
        (root / ".fedcheck").mkdir()
        (root / ".fedcheck" / "verified.json").write_text('{"evidence/big.bin": {}}')
    assert documents(call(clients, "--json")[1]) == before


def test_lists_that_workspaces_share_are_parsed_once(
    clients: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = find_user_folders()
    folders.checklists.mkdir(parents=True)
    (folders.checklists / "acme.inside.toml").write_text(INTERNAL)
    read: list[Path] = []
    parse = checklist_reader.load_list
    monkeypatch.setattr(
        checklist_reader, "load_list", lambda path, *more: read.append(path) or parse(path, *more)
    )
    reader = PortfolioReader(folders, UserConfig(), clock)
    rows = sort_rows(reader.read(root) for root in find_workspaces([clients]).roots)
    assert all(row.summary and row.summary.internal.total == 1 for row in rows)
    names = [path.name for path in read]
    assert len(names) == len(set(names)), "the three clients have the same lists"


def test_equal_lists_of_two_workspaces_stay_apart(clients: Path, clock: FrozenClock) -> None:
    mine = clients / "b" / "checklists" / f"{CSP}.toml"
    mine.write_text(mine.read_text().replace("[[section]]", "[[section", 1))
    own = clients / "c" / "checklists" / f"{CSP}.toml"
    own.write_text(own.read_text() + '\n[[section]]\nid = "x"\ntitle = "X"\n')
    reader = PortfolioReader(find_user_folders(), UserConfig(), clock)
    alone = PortfolioReader(find_user_folders(), UserConfig(), clock).read(clients / "c")
    rows = {row.name: row for row in map(reader.read, find_workspaces([clients]).roots)}
    assert [str(one.file) for one in rows["Bay"].problems] == [str(mine)]
    assert not rows["Alder"].problems
    assert rows["Cove"].summary.count == alone.summary.count
    assert rows["Alder"].summary.count.total != rows["Bay"].summary.count.total


def test_a_workspace_that_goes_away_meanwhile(clients: Path, clock: FrozenClock) -> None:
    reader = PortfolioReader(find_user_folders(), UserConfig(), clock)
    (root,) = find_workspaces([clients / "b"]).roots
    root.rename(clients / "moved")
    row = reader.read(root)
    assert row.summary is None
    assert "no such file" in row.trouble
