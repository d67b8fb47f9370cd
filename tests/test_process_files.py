"""A process is files: its own roles, phases, profile and lists, from wherever they are found."""

import json
from pathlib import Path

import pytest
from driving import press, screen_text, settle, type_text
from textual.widgets import Select

from fedcheck.cli.main import run
from fedcheck.domain.process import Process
from fedcheck.errors import FedcheckError
from fedcheck.storage import paths, workspace_files
from fedcheck.storage.checklist_files import load_catalog
from fedcheck.storage.checklist_reader import load_list, load_process
from fedcheck.storage.config import UserConfig
from fedcheck.storage.validation import schema
from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.screens.home import HomeScreen

PROCESS = """format = 1
id = "acmeproc"
title = "Acme approval"
assessment = "audit"
blocking-risks = ["high", "moderate"]
srtm = { list = "acme.tests" }

[profile.tier]
title = "Tier"
values = ["gold", "silver"]
default = "silver"

[profile.region]
values = ["eu", "us"]
default = "us"

[[profile-combination]]
tier = "gold"

[[profile-combination]]
tier = "silver"
region = ["us"]

[[role]]
id = "supplier"
title = "Supplier of the service"
duty = "provider"

[[role]]
id = "auditor"
title = "Auditor"
duty = "assessor"

[[role]]
id = "counsel"
title = "Counsel"
optional = true

[[phase]]
id = "prepare"
title = "Prepare"
purpose = "Get ready."

[[phase]]
id = "audit"
title = "Audit"
purpose = "Be audited."

[[milestone]]
id = "start"
title = "Start"
closes = ["prepare"]

[[milestone]]
id = "go-live"
title = "Go live"
closes = ["prepare", "audit"]
default = "start + 4w"

[[deliverable]]
id = "plan"
title = "Plan"
owner = "supplier"
reviewers = ["auditor"]
handed-over-by = "acmeproc.prepare.supplier:plan-sent"

[[ruleset]]
id = "base"
title = "Base rules"
obtain = 2027-01-01
maintain = 2027-04-01
grace = 2027-06-01
grace-after = "go-live"
applies = { tier = "gold" }
"""

SUPPLIER = """format = 1
id = "acmeproc.prepare.supplier"
process = "acmeproc"
phase = "prepare"
role = "supplier"
title = "Prepare: supplier"

[[section]]
id = "s"
title = "Papers"

[[section.item]]
id = "plan-sent"
title = "The plan was sent"
deliverable = "plan"
due = "start - 5d"

[[section.item.when]]
tier = "gold"
title = "The plan was sent in gold"
due = "start - 10d"

[[section.item]]
id = "gold-only"
title = "The gold annex was sent"
applies = { tier = "gold" }
"""

AUDITOR = """format = 1
id = "acmeproc.audit.auditor"
process = "acmeproc"
phase = "audit"
role = "auditor"
title = "Audit: auditor"

[[section]]
id = "s"
title = "Tests"

[[section.item]]
id = "t1"
title = "Doors are locked"
kind = "test"
needs = ["acmeproc.prepare.supplier:plan-sent"]
"""


def put(folder: Path) -> Path:
    """Write the process and its lists into a folder of checklists."""
    home = folder / "acmeproc"
    home.mkdir(parents=True)
    (home / "process.toml").write_text(PROCESS)
    (home / "acmeproc.prepare.supplier.toml").write_text(SUPPLIER)
    (folder / "acmeproc.audit.auditor.toml").write_text(AUDITOR)
    return home


def user_folder(tmp_path: Path) -> Path:
    return paths.find_user_folders().checklists


def configured_folder(tmp_path: Path) -> Path:
    config = paths.find_user_folders().config_file
    config.parent.mkdir(parents=True)
    config.write_text(f'checklists = ["{tmp_path}/lists"]\n')
    return tmp_path / "lists"


def workspace_folder(tmp_path: Path) -> Path:
    return tmp_path / "acme" / "checklists"


@pytest.fixture
def answer(tmp_path, capsys):
    """Return a function that runs a command line: status and what it printed."""

    def call(*argv: str) -> tuple[int, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out + out.err

    return call


INIT = ("--name", "Acme", "--process", "acmeproc", "--role", "supplier")


@pytest.mark.parametrize("place", [user_folder, configured_folder, workspace_folder])
def test_a_process_of_ones_own_works_from_end_to_end(tmp_path, answer, place, open_workspace):
    put(place(tmp_path))
    root = str(tmp_path / "acme")
    status, out = answer("init", root, *INIT, "--milestone", "start=2027-02-01")
    assert (status, "Supplier of the service: to see what to do next" in out) == (0, True), out
    status, out = answer("status", "-w", root)
    assert status == 0
    assert "Acme approval, tier silver, region us   you: alice (supplier)" in out
    assert out.splitlines()[2].split() == ["supplier", "auditor", "gate"]
    assert "Go live  2027-03-01" in out
    assert "replaces" not in out, "nothing shipped is replaced"
    status, out = answer("list", "-w", root)
    assert [line.split()[2] for line in out.splitlines()] == [
        "acmeproc.prepare.supplier:plan-sent",
        "acmeproc.audit.auditor:t1",
    ]
    status, out = answer("gate", "start", "-w", root, "--json")
    data = json.loads(out)
    assert (status, [one["ref"] for one in data["missing"]]) == (
        1,
        ["acmeproc.prepare.supplier:plan-sent"],
    )
    assert answer("set", "plan-sent", "-w", root, "--status", "done")[0] == 0
    assert answer("gate", "start", "-w", root)[0] == 0
    status, out = answer("report", "-w", root, "--milestone", "go-live", "-o", f"{root}/r.md")
    assert status == 0
    text = Path(root, "r.md").read_text()
    assert "Acme approval" in text
    assert "Doors are locked" in text
    assert answer("checklist", "validate", "-w", root)[0] == 0
    status, out = answer("responsibilities", "-w", root)
    assert status == 0
    assert "Auditor" in out


def test_its_own_assessment_and_risks_decide_about_findings(tmp_path, answer):
    put(user_folder(tmp_path))
    root = str(tmp_path / "acme")
    answer("init", root, *INIT)
    named = ("--risk", "moderate", "--plan", "Lock them", "--due", "2027-05-01")
    assert answer("finding", "add", "Doors are open", *named, "-w", root)[0] == 0
    _, out = answer("gate", "start", "-w", root)
    assert "finding" not in out, "the audit is in the future"
    _, out = answer("gate", "go-live", "-w", root, "--json")
    assert [m["why"] for m in json.loads(out)["missing"] if m["kind"] == "finding"] == [
        "open Moderate finding: Doors are open"
    ]
    assert [m["role"] for m in json.loads(out)["missing"] if m["kind"] == "finding"] == ["supplier"]


def test_a_profile_must_be_a_combination_that_exists(tmp_path, answer):
    put(user_folder(tmp_path))
    root = tmp_path / "acme"
    refused = ("--profile", "region=eu", "--profile", "tier=silver")
    status, out = answer("init", str(root), *INIT, *refused)
    assert status == 2
    assert "Acme approval has no combination region eu, tier silver" in out
    assert "it has: tier gold; tier silver, region us" in out
    assert not root.exists()
    assert answer("init", str(root), *INIT, "--profile", "region=eu")[0] == 0
    head = root / "fedcheck.toml"
    assert 'tier = "gold"' in head.read_text(), "the only one that there is with this region"
    head.write_text(head.read_text().replace('"gold"', '"silver"'))
    status, out = answer("status", "-w", str(root))
    assert status == 3
    assert "fedcheck.toml:7: Acme approval has no combination" in out


def test_items_follow_the_profile_everywhere(tmp_path, answer, open_workspace):
    put(user_folder(tmp_path))
    root = tmp_path / "acme"
    answer("init", str(root), *INIT, "--profile", "tier=gold", "--milestone", "start=2027-02-01")
    _, out = answer("list", "in gold", "-w", str(root))
    assert "acmeproc.prepare.supplier:plan-sent" in out, "the search knows the title"
    assert "2027-01-22" in out, "and the day"
    _, out = answer("export", "csv", "-w", str(root), "-o", f"{root}/items.csv")
    assert "The plan was sent in gold" in (root / "items.csv").read_text()
    _, out = answer("gate", "start", "-w", str(root))
    assert "The plan was sent in gold" in out
    assert "gold-only" in out
    item = open_workspace(root).project.as_written("acmeproc.prepare.supplier").items["plan-sent"]
    assert item[1].title == "The plan was sent", "what is written again is what the file says"


def test_roles_without_tables_are_still_read(tmp_path, answer):
    home = put(user_folder(tmp_path))
    plain = PROCESS.partition("[[role]]")[0] + "[[phase]]" + PROCESS.partition("[[phase]]")[2]
    plain = plain.replace("assessment", 'roles = ["supplier", "auditor"]\nassessment', 1)
    (home / "process.toml").write_text(plain)
    loaded = load_process(home / "process.toml")
    assert loaded.problems() == []
    assert loaded.process.roles == ("supplier", "auditor")
    assert loaded.process.role_title("auditor") == "auditor", "no title: the id"
    assert loaded.process.provider == "supplier", "no duty: the first"
    assert loaded.process.assessor == ""


def test_an_optional_role_may_have_lists_and_is_not_offered(tmp_path):
    home = put(user_folder(tmp_path))
    process = load_process(home / "process.toml").process
    assert process.roles == ("supplier", "auditor")
    assert process.all_roles == ("supplier", "auditor", "counsel")
    path = tmp_path / "acmeproc.prepare.counsel.toml"
    text = SUPPLIER.replace("acmeproc.prepare.supplier", path.stem)
    path.write_text(text.replace('role = "supplier"', 'role = "counsel"'))
    assert load_list(path, "file", {"acmeproc": process}).problems() == []


def test_a_list_of_a_process_that_nobody_knows_is_refused(tmp_path, answer):
    folder = put(workspace_folder(tmp_path)).parent
    answer("init", str(tmp_path / "acme"), *INIT)
    odd = AUDITOR.replace('process = "acmeproc"', 'process = "acmepro"')
    (folder / "acmeproc.audit.auditor.toml").write_text(odd)
    status, out = answer("checklist", "validate", "-w", str(tmp_path / "acme"))
    assert status == 1
    assert 'auditor.toml:3: unknown process "acmepro"; did you mean "acmeproc"?' in out
    (folder / "acmeproc.audit.auditor.toml").write_text(odd.replace("acmepro", "zebra"))
    _, out = answer("checklist", "validate", "-w", str(tmp_path / "acme"))
    assert 'unknown process "zebra"; known: acmeproc, agency, cr26, jab' in out


def test_a_process_may_name_others_that_share_its_lists(tmp_path):
    """The shipped lists of jab serve the agency path too, whose files come later."""
    catalog = load_catalog(paths.find_shipped_checklists(), (), None)
    path = tmp_path / "x.csp.toml"
    path.write_text(AUDITOR.replace("acmeproc.audit.auditor", "x.csp").replace("auditor", "csp"))
    text = path.read_text().replace('process = "acmeproc"', 'process = ["jab", "agency"]')
    path.write_text(text.replace('phase = "audit"', 'phase = "review"'))
    assert load_list(path, "file", catalog.processes).problems() == []


@pytest.mark.parametrize(
    ("old", "new", "line", "part"),
    [
        ('id = "acmeproc"', 'id = "acme"', 'id = "acme"', "is not the name of the folder"),
        ('"audit"\nbl', '"adit"\nbl', 'assessment = "adit"', 'unknown phase "adit"; did you'),
        ('["high", "mod', '["hgih", "mod', "blocking-risks", '"hgih" is not one of high'),
        ('default = "silver"', 'default = "slver"', "slver", 'unknown value of tier "slver"'),
        ('["eu", "us"]', "[]", "values = []", "the option region has no values"),
        ('["eu", "us"]', '["us", "us"]', '["us", "us"]', 'the value "us" is listed twice'),
        ("[profile.region]", "[profile.title]", "[profile.title]", "cannot be named"),
        ('tier = "gold"\n\n', 'teir = "gold"\n\n', "teir", 'unknown option of a profile "teir"'),
        ('region = ["us"]', 'region = ["su"]', 'region = ["su"]', 'unknown value of region "su"'),
        ('"silver"\nregion', '"gold"\nregion', "[[profile-combination]]", "the profile defaults"),
        ('duty = "assessor"', 'duty = "provider"', None, "two roles have the duty provider"),
        ('id = "counsel"', 'id = "auditor"', None, 'the role id "auditor" appears twice'),
        ("assessment", "asessment", "asessment", 'unknown key "asessment"; did you mean'),
        ("assessment", 'roles = ["x"]\nassessment', 'roles = ["x"]', "the roles are listed twice"),
        ('["prepare", "audit"]', '["adit"]', 'closes = ["adit"]', 'unknown phase "adit"'),
        ("start + 4w", "strat + 4w", "strat", 'unknown milestone "strat"; did you mean "start"?'),
        ("start + 4w", "go-live + 4w", "go-live + 4w", "depends on itself"),
        ('owner = "supplier"', 'owner = "sup"', 'owner = "sup"', 'unknown role "sup"'),
        ('["auditor"]', '["aud"]', 'reviewers = ["aud"]', 'unknown role "aud"'),
        ('grace-after = "go-live"', 'grace-after = "x"', "grace-after", 'unknown milestone "x"'),
        ("grace = 2027-06-01", "grace = 2026-06-01", "grace = 2026", "ends before the rules bind"),
        ("obtain = 2027-01-01", 'obtain = "soon"', "obtain", '"soon" is not a date'),
        ('{ tier = "gold" }', '{ tier = "god" }', "applies", 'unknown value of tier "god"'),
        ('purpose = "Get', 'source = { id = "q" }\npurpose = "Get', "source", 'unknown source "q"'),
    ],
)  # fmt: skip
def test_whatever_a_process_names_must_be_there(tmp_path, old, new, line, part):
    path = put(tmp_path) / "process.toml"
    assert old in PROCESS
    text = PROCESS.replace(old, new, 1)
    path.write_text(text)
    found = load_process(path).problems()
    (told,) = [one for one in found if part in one.message + "; " + one.hint] or [None]
    assert told is not None, [str(one) for one in found]
    assert told.line > 0
    if line is not None:
        assert line in text.splitlines()[told.line - 1]


def test_the_schema_takes_what_the_loader_takes(tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    tomli = pytest.importorskip("tomli")
    made = jsonschema.Draft202012Validator(schema(Process, "A process"))
    known = tomli.loads(PROCESS)
    known["ruleset"][0] = {
        name: str(value) if name in ("obtain", "maintain", "grace") else value
        for name, value in known["ruleset"][0].items()
    }
    made.validate(known)
    assert list(made.iter_errors({**known, "assesment": "audit"}))


def test_a_new_workspace_has_no_silent_process(tmp_path, answer):
    home = put(user_folder(tmp_path))
    status, out = answer("init", str(tmp_path / "one"), "--name", "One", "--role", "csp")
    assert status == 2
    assert not (tmp_path / "one").exists()
    shown = [line.split()[0] for line in out.splitlines() if line.startswith("  ")]
    assert shown[1:] == ["cr26", "acmeproc", "agency", "jab"], "the closed one is last"
    (home / "process.toml").write_text("default = true\n" + PROCESS)
    _, out = answer("init", str(tmp_path / "two"), "--name", "Two", "--role", "supplier")
    shown = [line.split()[0] for line in out.splitlines() if line.startswith("  ")]
    assert shown[1] == "acmeproc", "the nearer file's suggestion comes first"


def test_a_terminal_asks_for_the_process(tmp_path, monkeypatch):
    for stream in ("stdin", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.prompt", lambda text, **options: "agency")
    root = tmp_path / "asked"
    assert run(["init", str(root), "--name", "One", "--role", "agency"]) == 0
    assert 'process = "agency"' in (root / "fedcheck.toml").read_text()


def test_a_broken_process_is_told_with_its_lines(tmp_path, answer):
    home = put(user_folder(tmp_path))
    root = str(tmp_path / "acme")
    answer("init", root, *INIT)
    (home / "process.toml").write_text(PROCESS.replace('["prepare", "audit"]', '["prepar"]'))
    status, out = answer("gate", "go-live", "-w", root)
    assert status == 1, "a gate that closes nobody knows what is not met"
    assert 'unknown phase "prepar"' in out
    (home / "process.toml").write_text("format = 1\nthis is none\n")
    status, out = answer("status", "-w", root)
    assert status == 3
    assert "process.toml:2:" in out
    status, out = answer("init", str(tmp_path / "other"), *INIT)
    assert status != 0
    assert "process.toml" in out


def test_an_open_session_sees_a_process_change(tmp_path, answer, open_workspace):
    folder = put(workspace_folder(tmp_path)).parent
    root = tmp_path / "acme"
    answer("init", str(root), *INIT)
    session = open_workspace(root)
    assert session.refresh() is False
    (folder / "acmeproc" / "process.toml").write_text(PROCESS.replace("Go live", "Launch"))
    assert session.refresh() is True
    assert session.project.process.milestone("go-live").title == "Launch"
    assert list(session.project.checklists) == [
        "acmeproc.prepare.supplier",
        "acmeproc.audit.auditor",
    ]


def test_freeze_brings_a_process_of_ones_own_along(tmp_path, answer):
    home = put(user_folder(tmp_path))
    root = tmp_path / "acme"
    answer("init", str(root), *INIT)
    status, out = answer("checklist", "freeze", "-w", str(root))
    assert (status, "frozen  acmeproc/process.toml" in out) == (0, True)
    for path in home.iterdir():
        path.unlink()
    assert answer("status", "-w", str(root))[0] == 0


def test_an_unknown_role_in_the_head_is_told_with_its_line(tmp_path):
    put(workspace_folder(tmp_path))
    root = tmp_path / "acme"
    (root / "fedcheck.toml").write_text(
        'format = 1\nname = "A"\nprocess = "acmeproc"\nrole = "csp"\n'
    )
    catalog = load_catalog(paths.find_shipped_checklists(), (), root)
    with pytest.raises(FedcheckError) as caught:
        workspace_files.load(root, catalog)
    (problem,) = caught.value.problems
    assert (problem.line, problem.message) == (4, 'unknown role "csp"')
    assert problem.hint == "known: supplier, auditor, counsel"


@pytest.mark.asyncio
async def test_the_form_for_a_new_workspace_follows_the_process(tmp_path, clock):
    put(user_folder(tmp_path))
    app = FedcheckApp(None, paths.find_user_folders(), UserConfig(), "alice", tmp_path, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        await type_text(pilot, "Acme Vault")
        assert "Application" in screen_text(app)
        app.screen.query_one("#process", Select).value = "acmeproc"
        await settle(pilot)
        assert "Application" not in screen_text(app), "it has no such milestone"
        assert "supplier  Supplier of the service" in screen_text(app)
        assert "Tier" in screen_text(app)
        await press(pilot, "f2")
        assert isinstance(app.screen, HomeScreen)
    head = (tmp_path / "acme-vault" / "fedcheck.toml").read_text()
    assert 'process = "acmeproc"\nrole = "supplier"' in head
    assert 'tier = "silver"\nregion = "us"' in head
