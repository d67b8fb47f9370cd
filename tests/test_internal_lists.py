"""Internal checklists: their people work with them, and nothing of them leaves the company."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import press, screen_text, settle

from fedcheck.cli.commands import own_checklist
from fedcheck.cli.main import run
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.widgets.navigator import Navigator

Call = Callable[..., tuple[int, str, str]]

SECRET = "quokka"
"""Stands in every text of the internal list and of what is recorded about it, and nowhere else."""

NAME = "acme.quokka"
INTERNAL = """format = 1
id = "acme.quokka"
process = ["jab", "agency", "cr26"]
phase = "PHASE"
role = "csp"
title = "Quokka tracker"
audience = "internal"
[[source]]
id = "sheet"
title = "quokka.xlsx"
[[section]]
id = "s"
title = "Quokka section"
[[section.item]]
id = "quokka-plan"
code = "QUOKKA-1"
title = "Quokka plan is signed"
guidance = "Ask quokka."
expects = ["Quokka minutes"]
controls = ["AC-2"]
deliverable = "quokka"
due = "2027-01-05"
[[section.item]]
id = "quokka-test"
kind = "test"
title = "Quokka test passes"
code = "AC-99a.[01]"
methods = ["test"]
"""
PROGRESS = """[item."quokka-plan"]
status = "blocked"
owner = "quokka-quinn"
reason = "Quokka reason"
note = "Quokka note"

[[item."quokka-plan".evidence]]
id = "aa"
link = "https://quokka.example/x"
label = "Quokka label"
collected = 2025-01-01

[item."quokka-test"]
status = "done"
result = "other-than-satisfied"
tester = "quokka-tess"
observation = "Quokka observation"
"""
SHARED = """format = 1
id = "acme.more"
process = ["jab", "agency", "cr26"]
phase = "PHASE"
role = "csp"
title = "More"
[[section]]
id = "s"
title = "S"
[[section.item]]
id = "waits"
title = "Waits for what is inside"
needs = ["acme.quokka:quokka-plan"]
due = "acme.quokka:quokka-plan + 3d"
"""
REQUESTS = """format = 1
[[request]]
id = "r1"
title = "Which hosts?"
by = "3pao"
to = "csp"
asked = 2027-01-04
state = "open"
items = ["acme.quokka:quokka-plan", "acme.more:waits"]
"""
FINDINGS = """format = 1
[[finding]]
id = "f1"
title = "Hosts are open"
risk = "high"
found = 2027-01-04
state = "open"
items = ["acme.quokka:quokka-test"]
"""


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    def call(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


@pytest.fixture
def place(make_workspace, monkeypatch: pytest.MonkeyPatch):
    """Return a function that makes a workspace with an internal list and goes there."""

    def make(process: str = "jab", phase: str = "readiness", **more) -> Path:
        texts = {f"{NAME}.toml": INTERNAL, "acme.more.toml": SHARED}
        root = make_workspace(
            process=process,
            lists={name: text.replace("PHASE", phase) for name, text in texts.items()},
            progress={NAME: PROGRESS},
            **more,
        )
        (root / "requests.toml").write_text(REQUESTS)
        (root / "findings.toml").write_text(FINDINGS)
        monkeypatch.chdir(root)
        return root

    return make


REPORTS = ("pmo-status", "briefing", "weekly", "executive", "requests", "evidence",
           "responsibilities", "test-status", "kick-off-briefing", "sar-debrief")  # fmt: skip


def leaving(process: str) -> list[list[str]]:
    """Return the commands that write what leaves the company."""
    more = ["--since", "2027-01-06"]
    made = [["report", name, "-o", f"{name}.md", "--full", *more] for name in REPORTS]
    made += [["report", "briefing", "-o", "briefing.html", *more], ["digest", "-o", "digests"]]
    for name in ("requests", "csv", "xlsx", "json", "ics", "poam-table"):
        made.append(["export", name, "-o", f"export-{name}.{'xlsx' if name == 'xlsx' else 'txt'}"])
    made.append(["export", "requests", "-o", "requests.xlsx"])
    made += [["gate"], ["gate", "--json"], ["status"], ["status", "--json"]]
    made += [["responsibilities"], ["responsibilities", "--json"]]
    if process == "cr26":
        made += [["export", name, "-o", f"{name}.{form}", "--format", form]
                 for name, form in (("sdr", "json"), ("sdr", "md"), ("cpo", "json"))]  # fmt: skip
        made.append(["export", "ocr", "-o", "ocr.md"])
    return made


def texts_of(path: Path) -> str:
    """Return what a file says; of a workbook, what its parts say."""
    import zipfile

    if path.suffix != ".xlsx":
        return path.read_text()
    with zipfile.ZipFile(path) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())


@pytest.mark.parametrize(("process", "phase"), [("jab", "readiness"), ("cr26", "prepare")])
def test_no_word_of_an_internal_list_leaves(call: Call, place, process: str, phase: str) -> None:
    profile = {} if process == "jab" else {"type": "20x", "path": "program", "class": "b"}
    root = place(process, phase, mini=process == "jab", milestones={}, profile=profile)
    status, _, err = call("set", "quokka-plan", "--note", "Quokka again", "--as-of", "2027-01-09")
    assert status == 0, err
    before = {path for path in root.rglob("*") if path.is_file()}
    for argv in leaving(process):
        status, out, err = call(*argv)
        assert status in (0, 1), (argv, err)
        assert SECRET not in (out + err).casefold(), argv
    written = [path for path in root.rglob("*") if path.is_file() and path not in before]
    written = [path for path in written if not {".fedcheck", "history"} & set(path.parts)]
    assert len(written) > 15
    said = {path.name: texts_of(path) for path in written}
    assert [name for name in said if SECRET in name or SECRET in said[name].casefold()] == []
    assert "acme.more:waits" in said["export-requests.txt"], "only the one link is left out"
    assert "Waits for what is inside" in said["export-json.txt"]
    assert "Hosts are open" in said["pmo-status.md"]


def test_its_people_see_it_and_it_is_counted_apart(call: Call, place) -> None:
    place()
    marked = [line for line in call("list")[1].splitlines() if line.endswith("internal")]
    assert [line.split()[2] for line in marked] == [f"{NAME}:quokka-plan", f"{NAME}:quokka-test"]
    rows = json.loads(call("list", "is:internal", "--json")[1])
    assert [(row["id"], row["private"], row["internal"]) for row in rows] == [
        ("quokka-plan", True, True), ("quokka-test", True, True),
    ]  # fmt: skip
    assert call("list", "is:private")[1] == ""
    assert "internal" in call("checklist", "list")[1]
    plain, apart = (json.loads(call("status", *more, "--json")[1]) for more in ([], ["--internal"]))
    (row,) = apart.pop("internal")
    assert plain == apart, "the totals are the same"
    keys = ("id", "phase", "role", "total", "done", "blocked", "percent", "overdue")
    assert [row[key] for key in keys] == [NAME, "readiness", "csp", 2, 1, 1, 50, 1]
    ids = {one["id"] for phase in plain["phases"] for one in phase["checklists"]}
    assert "acme.more" in ids and NAME not in ids
    _, out, _ = call("status")
    assert "1 internal checklist not counted: fedcheck status --internal" in out
    _, out, _ = call("status", "--internal")
    assert f"{NAME}  Readiness, csp  1/2 50%  1 overdue\n" in out
    assert call("set", "quokka-plan", "--status", "doing")[0] == 0
    assert "quokka-plan" in call("next")[1]


def test_a_shared_list_that_names_an_internal_item_is_a_problem(call: Call, place) -> None:
    root = place()
    status, out, _ = call("checklist", "validate", str(root / "checklists" / "acme.more.toml"))
    assert status == 1
    assert f"acme.more.toml:13: {NAME}:quokka-plan is internal, and this list is shared" in out
    assert f"acme.more.toml:14: {NAME}:quokka-plan is internal" in out
    assert call("checklist", "validate", str(root / "checklists" / f"{NAME}.toml"))[0] == 1
    both = [root / "checklists" / f"{name}.toml" for name in (NAME, "acme.more")]
    both[1].write_text(
        both[1].read_text().replace('title = "More"', 'title = "M"\naudience = "internal"')
    )
    assert "is internal" not in call("checklist", "validate", *map(str, both))[1]


def test_a_broken_file_of_an_internal_list_stops_no_gate(call: Call, place) -> None:
    root = place()
    (root / "progress" / f"{NAME}.toml").write_text("format = 1\n[quokka\n")
    _, out, _ = call("gate", "kick-off", "--json")
    assert "acme.more:waits" in out
    assert SECRET not in out
    call("report", "-o", "r.md")
    assert SECRET not in (root / "r.md").read_text().casefold()
    assert "quokka" in json.dumps(json.loads(call("doctor", "--json")[1]))


def test_what_may_leave_has_no_link_to_it(place, open_workspace) -> None:
    board = open_workspace(place()).board()
    project = board.shared().project
    request, finding = project.request("r1"), project.finding("f1")
    assert request and request.items == ("acme.more:waits",)
    assert finding and finding.items == ()
    assert project.written is not None and NAME in board.project.records
    assert not any(NAME in held for held in (project.checklists, project.written, project.records))
    returned = board.shared(with_internal=True).project.request("r1")
    assert returned == board.project.request("r1"), "a person of the company goes on with it"


SHEET = "ID,Task,Status,Owner\nT-1,Quokka plan,Open,quinn\nT-2,Quokka two,Done,\n"
WHERE = ("--list", "acme.own", "--phase", "readiness", "--role", "csp")


def test_an_import_of_a_new_list_says_who_sees_it(call: Call, place) -> None:
    root = place()
    (root / "t.csv").write_text(SHEET)
    status, _, err = call("import", "csv", "t.csv", *WHERE)
    assert status == 2
    assert "choose who sees it: shared, internal or private" in err
    assert not (root / "checklists" / "acme.own.toml").exists()
    status, out, _ = call("import", "csv", "t.csv", *WHERE, "--audience", "internal")
    assert status == 0 and "acme.own: internal: your company sees it" in out
    assert 'audience = "internal"' in (root / "checklists" / "acme.own.toml").read_text()
    (root / "t.csv").write_text(SHEET + "T-3,Quokka three,Open,\n")
    assert call("import", "csv", "t.csv")[0] == 0, "known already: not asked again"
    status, _, err = call("import", "csv", "t.csv", *WHERE, "--audience", "shared")
    assert (status, "acme.own is internal already" in err) == (2, True)
    other = ("--list", "acme.other", *WHERE[2:])
    status, _, err = call("import", "csv", "t.csv", *other)
    assert (status, "acme.other is a new checklist" in err) == (2, True), "of another list"


def test_a_private_import_writes_nothing_outside_of_private(call: Call, place) -> None:
    root = place()
    (root.parent / "t.csv").write_text(SHEET)

    def outside() -> dict[str, bytes]:
        files = [path for path in root.rglob("*") if path.is_file()]
        kept = [path for path in files if not {"private", ".fedcheck"} & set(path.parts)]
        return {str(path): path.read_bytes() for path in kept}

    call("list")
    before = outside()
    argv = ("import", "csv", "../t.csv", *WHERE, "--audience", "private")
    assert call(*argv)[0] == 0
    assert outside() == before
    assert (root / "private" / "checklists" / "acme.own.toml").is_file()
    assert (root / "private" / "progress" / "acme.own.toml").is_file()
    (row,) = json.loads(call("list", "checklist:acme.own", "status:done", "--json")[1])
    assert (row["id"], row["private"], row["internal"]) == ("t-2", True, False)
    assert "Nothing to do" in call("import", "csv", "../t.csv")[1]
    assert call("undo")[0] == 0
    assert call("list", "checklist:acme.own")[0] == 2, "the list is gone"
    assert call("import", "csv", "../t.csv")[0] == 0, "and comes again as private as it was"
    assert outside() == before
    assert "private/" not in call("doctor")[1]
    assert call("history", "--verify")[0] == 0


def test_a_new_checklist_asks_who_sees_it(call: Call, place, monkeypatch) -> None:
    root = place()
    new = ("checklist", "new", "acme.own", "--phase", "readiness")
    status, _, err = call(*new)
    assert (status, "choose who sees it: shared, internal or private" in err) == (2, True)
    assert not (root / "checklists" / "acme.own.toml").exists()
    tty = type("Tty", (), {"isatty": staticmethod(lambda: True)})
    asked: list[str] = []
    with monkeypatch.context() as patch:
        patch.setattr(own_checklist, "sys", type("S", (), {"stdin": tty, "stderr": tty}))
        patch.setattr("click.prompt", lambda text, **_: asked.append(text) or "internal")
        status, _, err = call(*new)
    assert (status, asked) == (0, ["Audience"])
    assert "  private: kept under private/" in err
    path = root / "checklists" / "acme.own.toml"
    assert 'audience = "internal"' in path.read_text()
    assert call("checklist", "validate", str(path))[0] == 0
    status, _, _ = call("checklist", "new", "acme.hid", *new[3:], "--audience", "private")
    assert status == 0 and (root / "private" / "checklists" / "acme.hid.toml").is_file()
    assert call("checklist", "new", "acme.hid", *new[3:], "--audience", "shared")[0] == 2


def test_a_list_moves_between_shared_and_internal(call: Call, place) -> None:
    root = place()
    path = root / "checklists" / f"{NAME}.toml"
    before = path.read_text().replace("[[source]]", "# a remark\n[[source]]")
    path.write_text(before)
    status, out, _ = call("checklist", "audience", NAME, "shared")
    assert status == 0 and "2 required items now count toward gates" in out
    assert path.read_text() == before.replace('audience = "internal"\n', "")
    assert "quokka-plan" in call("gate", "kick-off")[1]
    assert call("undo")[0] == 0
    assert path.read_text() == before
    assert call("checklist", "audience", NAME, "internal")[1] == f"{NAME} is internal already.\n"
    path.write_bytes(before.replace('audience = "internal"\n', "").replace("\n", "\r\n").encode())
    assert call("checklist", "audience", NAME, "internal")[0] == 0
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
    assert SECRET not in call("gate", "kick-off")[1]
    status, _, err = call("checklist", "audience", NAME, "private")
    assert status == 1 and "cannot move to or from private/" in err
    assert call("checklist", "audience", "acme.none", "internal")[0] == 3


def test_what_was_shared_by_mistake_does_not_leave_again_as_removed(call: Call, place) -> None:
    root = place()
    assert call("checklist", "audience", NAME, "shared")[0] == 0
    assert call("report", "-o", "early.md")[0] == 0
    assert SECRET in (root / "early.md").read_text().casefold()
    assert call("checklist", "audience", NAME, "internal")[0] == 0
    assert call("report", "-o", "late.md", "--since", "early.md")[0] == 0
    assert SECRET not in (root / "late.md").read_text().casefold()


@pytest.mark.asyncio
async def test_the_app_marks_it(place, clock) -> None:
    root = place()
    app = FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "alice", root, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "2")
        shown = screen_text(app)
        assert "Quokka plan is signed" in shown
        assert " done, 2 internal" in shown, "no total of a phase has them"
        lines = [line for line in shown.splitlines() if "internal" in line]
        assert any("Quokka plan is signed" in line for line in lines)
        nodes = app.screen.query_one(Navigator).nodes.values()
        assert any(str(node.label).endswith(" internal  1/2") for node in nodes)
