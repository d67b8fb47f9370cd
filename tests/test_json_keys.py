"""The keys of the JSON that commands print: none that was there once goes away.

`golden/json_keys.json` lists them by command, nested: `phases[].checklists[].id`. A star stands for
keys that are data (a role, a level, a profile option). UPDATE_GOLDEN=1 adds what is new and takes
nothing away: that is for a person to do, with a reason.
"""

import csv
import io
import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import agency_workbooks
import click
import official_shapes
import pytest
import rules_samples
from small_catalog import TOY, written
from small_workbooks import srtm as small_srtm

from fedcheck.cli.main import cli, run

GOLDEN = Path(__file__).with_name("golden") / "json_keys.json"
PAGE = Path(__file__).parents[1] / "docs" / "json.md"
DAY = date(2027, 1, 11)

DATA = {
    ("status", "workspace.profile"),
    ("convert --to PROCESS DIR", "profile"),
    ("responsibilities", "phases[].deliverables[].items"),
}
"""Objects whose keys are data, by command and place."""

ITEM = "jab.readiness.csp:jab-fit"
TEST = "rev5.readiness.3pao:system-info-identity"
GATE = "package"
LINK = "https://a.example/1"


def script(folder: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield commands in the order in which they run, by the name under which their keys are held.

    They run on the demo; those without a name only prepare what others then show.
    """
    yield "status", ["status"]
    yield "list", ["list"]
    yield "next", ["next", "--role", "csp", "-n", "500"]
    yield "next", ["next", "--role", "jab", "-n", "500"]
    yield "next --calendar", ["next", "--calendar"]
    yield "gate", ["gate", GATE]
    yield "set", ["set", ITEM, "--note", "seen", "--private-note", "ours", "--owner", "dana"]
    yield "undo", ["undo"]
    yield "redo", ["redo"]
    yield "milestone", ["milestone"]
    yield "milestone ID DATE --dry-run", ["milestone", "kick-off", "2027-01-12", "--dry-run"]
    yield "milestone ID DATE --dry-run", ["milestone", "kick-off", "2027-12-01", "--dry-run"]
    yield "milestone ID DATE", ["milestone", "kick-off", "2027-02-02"]
    link = ["--link", LINK, "--label", "A", "--collected", "2026-01-02"]
    until = ["--expires", "2027-01-02"]
    yield "evidence add", ["evidence", "add", TEST, *link, *until]
    scan = "evidence/scan.csv"
    (folder / "demo" / scan).write_text("host\n")
    yield "evidence add", ["evidence", "add", TEST, scan, *link[2:], *until]
    yield "evidence list", ["evidence", "list"]
    yield "evidence verify", ["evidence", "verify"]
    yield "evidence renew", ["evidence", "renew", "PIECE", "--collected", "2027-01-04"]
    added = ["A scan", "--kind", "evidence", "--item", TEST, "--due", "2027-01-10"]
    yield "request add", ["request", "add", *added, "--to", "dana", "--by", "bob"]
    yield "request edit", ["request", "edit", "REQUEST", "--round", "1", "--section", "2"]
    yield (
        "request answer",
        ["request", "answer", "REQUEST", "Here", "--evidence", scan],
    )
    yield "request list", ["request", "list"]
    yield "request show", ["request", "show", "REQUEST"]
    yield "request return", ["request", "return", "REQUEST", "--comment", "Not that"]
    yield "request answer", ["request", "answer", "REQUEST", "There"]
    yield "request accept", ["request", "accept", "REQUEST"]
    gap = ["A gap", "--risk", "high", "--item", TEST, "--found", "2026-11-02", "--owner", "dana"]
    yield "finding add", ["finding", "add", *gap, "--asset", "web-1", "--cve", "CVE-2026-1234"]
    yield "next", ["next", "--role", "csp", "-n", "500"]
    more = ["--deviation", "risk-adjustment", "--rationale", "It is inside", "--adjusted", "low"]
    yield "finding update", ["finding", "update", "FINDING", *more, "--deviation-state", "approved"]
    evidence_item = ["--evidence", scan, "--plan", "Patch it", "--step", "Order it"]
    yield "finding update", ["finding", "update", "FINDING", *evidence_item]
    yield "finding list", ["finding", "list"]
    yield "finding show", ["finding", "show", "FINDING"]
    yield "show", ["show", TEST]
    yield "show", ["show", ITEM]
    yield "evidence remove", ["evidence", "remove", "PIECE"]
    large = folder / "demo" / "evidence" / "large.bin"
    large.write_bytes(bytes(2 << 20))
    yield "", ["evidence", "add", ITEM, "evidence/large.bin"]
    yield "", ["set", ITEM, "--status", "done"]
    os.utime(large, (5, 5))
    yield "gate", ["gate", "ready-conversation"]
    yield "tests", ["tests"]
    yield "tests --interviews", ["tests", "--interviews"]
    yield "tests --samples", ["tests", "--samples"]
    yield "responsibilities", ["responsibilities"]
    yield "handoffs", ["handoffs", "--all"]
    yield "history", ["history"]
    yield "history --verify", ["history", "--verify"]
    old, new = rules_samples.consolidated(), rules_samples.consolidated()
    rules = new["FRR"]["ZED"]["data"]["all"]["CSO"]
    del rules["ZED-CSO-NOT"]
    rules["ZED-CSO-NEW"] = rules_samples.rule("Providers MUST buy widgets.", name="Buying")
    rules["ZED-CSO-TWO"] |= {"statement": "Providers MUST paint widgets.", "force": "MUST"}
    files = [rules_samples.written(folder / f"{n}.json", d) for n, d in (("a", old), ("b", new))]
    yield "rules diff OLD NEW", ["rules", "diff", *map(str, files)]
    yield "changes", ["changes", "2026-12-01"]
    yield "changes", ["changes", "2026-10-01"]
    yield "digest", ["digest"]
    yield "report", ["report"]
    yield "report --record WHOM", ["report", "--record", "PMO", "-o", str(folder / "sent.md")]
    yield "report --sent", ["report", "--sent"]
    yield "report --list", ["report", "--list"]
    yield "report --init NAME", ["report", "--init", "weekly"]
    yield "portfolio", ["portfolio", ".", "--as-of", "2027-01-11"]
    yield "checklist list", ["checklist", "list"]
    yield "config keys", ["config", "keys"]
    yield "config paths", ["config", "paths"]
    yield "export json", ["export", "json"]
    yield "package", ["package"]
    handed = folder / "handed"
    yield "handover --to ROLE", ["handover", "--to", "3pao", "-o", str(handed)]
    yield "handover --verify FILE", ["handover", "--verify", str(handed)]
    head = handed / "fedcheck.toml"
    head.write_text(re.sub(r"kick-off = \S+", "kick-off = 2027-03-03", head.read_text()))
    yield "", ["request", "add", "Which port?", "--by", "3pao", "-w", str(handed)]
    yield "handover --return", ["handover", "--return", "-o", f"{handed}.zip", "-w", str(handed)]
    yield "handover --take-back FILE", ["handover", "--take-back", f"{handed}.zip"]
    yield "handover", ["handover"]
    yield "handover --accept ID", ["handover", "--accept", "all"]
    agency = str(folder / "converted")
    yield "convert --to PROCESS DIR", ["convert", "--to", "agency", agency]
    plan = agency_workbooks.wbs(folder / "plan.xlsx", {"3.1": {"end": date(2027, 2, 1)}})
    yield "import wbs", ["import", "wbs", str(plan), "-w", agency]
    documents = agency_workbooks.checklist(folder / "documents.xlsx")
    for name, template in (("wbs", plan), ("package-checklist", documents)):
        out = str(folder / f"{name}-out.xlsx")
        filled = ["export", name, "--template", str(template), "-o", out, "-w", agency]
        yield f"export {name}", filled
    yield "", ["finding", "add", "Without assets", "--risk", "low"]
    poam, ret = official_shapes.poam(folder / "p.xlsx"), official_shapes.ret(folder / "r.xlsx")
    for name, template in (("poam", poam), ("ret", ret)):
        out = str(folder / f"{name}-out.xlsx")
        yield f"export {name}", ["export", name, "--template", str(template), "-o", out]
    srtm = official_shapes.srtm(folder / "book.xlsx")
    yield "import srtm", ["import", "srtm", str(srtm)]
    yield "", ["set", "rev5.srtm-moderate:ac-01a.01", "--result", "satisfied"]
    results = {"Assessment Result": "Satisfied", "Evidence": "None"}
    other = small_srtm(folder / "other.xlsx", {"AC-01a.[02]": results})
    yield "import srtm", ["import", "srtm", str(other), "--list", "acme.srtm"]
    worse = {"Assessment Result": "Other than Satisfied"}
    again = str(small_srtm(folder / "again.xlsx", {"AC-01a.[01]": worse}))
    yield "import srtm", ["import", "srtm", again, "--theirs", "--dry-run"]
    out = str(folder / "srtm-out.xlsx")
    yield "export srtm", ["export", "srtm", "--template", str(srtm), "-o", out]
    vault, goal = str(folder / "vault"), ["--type", "20x", "--class", "b"]
    named = ["--name", "V", "--process", "cr26", "--role", "csp"]
    yield "", ["init", vault, *named, *goal]
    value = {"parameters": [{"parameterId": "ac-02.01_odp", "value": "all"}]}
    varied = {"varies_by_class": {"b": {**value, "guidance": ["Count."]}}}
    new["CTL"]["AC"]["AC-02-01"] = {**value, **varied, "guidance": ["Count widgets."]}
    rules_samples.written(files[1], new)
    yield "import rules", ["import", "rules", str(files[0]), "-w", vault]
    yield "", ["import", "rules", str(files[1]), "-w", vault]
    yield "show", ["show", "ZED-CSO-ONE", "-w", vault]
    yield "show TERM", ["show", "widgets", "-w", vault]
    yield "show CONTROL", ["show", "AC-2 (1)", "-w", vault]
    yield "import oscal", ["import", "oscal", str(written(folder, TOY))]
    listed = folder / "list.csv"
    listed.write_text("Task,Status,Owner,Due\nBuy locks,Done,dana,2027-01-05\nPaint,??,erik,\n")
    made = ["--list", "acme.plan", "--phase", "full-assessment", "--role", "csp"]
    made += ["--audience", "internal"]
    yield "import csv", ["import", "csv", str(listed), *made]
    yield "status", ["status", "--internal"]
    shared, other = str(folder / "shared"), str(folder / "clone")
    yield "", ["init", shared, *named, *goal, "--git"]
    yield "sync --setup", ["sync", "--setup", "-w", shared]
    share(Path(shared), Path(other))
    yield "", ["sync", "--setup", "-w", other]
    yield "", ["set", "cr26.apply.csp:frc-cso-pkg", "--note", "seen", "-w", other]
    yield "", ["sync", "-w", other]
    yield "sync", ["sync", "-w", shared]
    matrix = folder / "matrix.csv"
    yield "", ["export", "requests", "-o", str(matrix)]
    yield "fill", [str(matrix)]
    yield "import requests", ["import", "requests", str(matrix)]
    yield "request withdraw", ["request", "withdraw", "REQUEST", "--reason", "Not needed"]
    yield "finding withdraw", ["finding", "withdraw", "FINDING", "--reason", "None at all"]
    yield "config check", ["config", "check"]
    yield "portfolio", ["portfolio", "."]
    yield "doctor", ["doctor"]
    yield "doctor", ["doctor", "--fix"]
    yield "checklist validate", ["checklist", "validate"]
    yield "status", ["status"]


def places(value: Any, command: str, above: str = "") -> Iterator[str]:
    """Yield the keys of a value, each with where it stands."""
    if isinstance(value, list):
        for one in value:
            yield from places(one, command, f"{above}[]")
    elif isinstance(value, dict):
        for key, inner in value.items():
            name = "*" if (command, above) in DATA else key
            place = f"{above}.{name}" if above else name
            yield place
            yield from places(inner, command, place)


def fill_in(matrix: Path) -> None:
    """Answer each request in an exported table, and write a due date that is not a date."""
    text = matrix.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    made = io.StringIO()
    writer = csv.DictWriter(made, list(rows[0]))
    writer.writeheader()
    writer.writerows([{**row, "Answer": "As you see", "Due": "soon"} for row in rows])
    matrix.write_text(made.getvalue(), encoding="utf-8")


def share(root: Path, other: Path) -> None:
    """Commit a workspace, and clone it around a bare repository."""
    bare = root.with_name("bare.git")
    assert run(["sync", "-w", str(root)]) == 0
    for argv in (
        ["init", "-q", "--bare", str(bare)],
        ["-C", str(root), "remote", "add", "origin", str(bare)],
        ["-C", str(root), "push", "-q", "-u", "origin", "HEAD"],
        ["clone", "-q", str(bare), str(other)],
    ):
        subprocess.run(["git", *argv], check=True)


def spoil(root: Path) -> None:
    """Break a checklist, a progress file and the configuration."""
    (root / "checklists").mkdir(exist_ok=True)
    (root / "checklists" / "own.toml").write_text("format = 1\nid = [\n")
    (root / "progress" / "jab.readiness.csp.toml").write_text("format = 1\n<<<<<<<\n")
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "fedcheck" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("nonsense = [\n")


@pytest.fixture
def printed(tmp_path, monkeypatch, capsys, copy_example):
    """Return the keys that each command prints, on the demo."""
    root = copy_example(tmp_path / "demo", DAY)
    monkeypatch.chdir(root)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "x")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "x@x")
    found: dict[str, set[str]] = {}
    named: dict[str, str] = {}
    for command, words in script(tmp_path):
        if command == "config check":
            spoil(root)
        if command == "fill":
            fill_in(Path(*words))
            continue
        argv = [named.get(word, word) for word in words]
        as_json = ["--json"] if command and command != "export json" else []
        status = run([*argv, *as_json])
        out, err = capsys.readouterr()
        assert status in (0, 1, 3), (argv, err)
        if not command:
            continue
        assert out, (argv, err)
        value = json.loads(out)
        found.setdefault(command, set()).update(places(value, command))
        if command in ("request add", "finding add"):
            kind, _, name = value["changes"][0]["ref"].partition(":")
            named[kind[:-1].upper()] = name
        if command == "evidence list":
            (named["PIECE"],) = (row["id"] for row in value if row["link"] == LINK)
    return found


def held() -> dict[str, list[str]]:
    return json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.exists() else {}


@pytest.mark.timeout(300)
def test_no_key_goes_away(printed):
    if os.environ.get("UPDATE_GOLDEN"):
        old = held()
        new = {name: sorted({*keys, *old.get(name, ())}) for name, keys in printed.items()}
        text = json.dumps({**old, **new}, indent=1, ensure_ascii=False)
        GOLDEN.write_text(f"{text}\n", encoding="utf-8")
    wanted = held()
    gone = {name: sorted({*keys} - printed[name]) for name, keys in wanted.items()}
    assert not {name: keys for name, keys in gone.items() if keys}
    assert printed.keys() == wanted.keys(), "run with UPDATE_GOLDEN=1, and read the result"


def commands(group: click.Group, above: str = "") -> Iterator[str]:
    """Yield the commands that print JSON."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")
        if any("--json" in option.opts for option in command.params):
            yield f"{above}{name}"


def test_each_command_with_json_is_held():
    """A command that learns `--json` needs a line in `script`."""
    bare = {re.sub(r" (--|[A-Z]).*", "", name) for name in held()}
    assert set(commands(cli)) <= bare


def described() -> dict[str, str]:
    """Return what the page says of each command: in the rows of its table, and its sections."""
    text = PAGE.read_text(encoding="utf-8")
    said: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            named, about = re.split(r" (?<!\\)\| ", line.strip("| "), maxsplit=1)
            for name in re.findall(r"`([^`]+)`", named):
                first, *ends = name.removesuffix(" --json").split("\\|")
                group = first.partition(" ")[0]
                for one in (first, *(f"{group} {end}" for end in ends)):
                    said[one] = f"{said.get(one, '')} {about}"
    for section in text.split("\n## ")[1:]:
        for paragraph in section.split("\n\n"):
            if found := re.match(r"`(\w+)(?: SINCE)? --json` prints", paragraph):
                said[found[1]] = paragraph
    return said


REFERENCE = re.compile(r"\b(?:rows? of|as|as in|and|of) `([a-z ]+?)(?: --json)?`")
"""How a description refers to that of another command: "the row of `list`"."""


def whole(command: str, said: dict[str, str]) -> str:
    """Return what is said of a command, and of those that its description points to."""
    first = "import ..." if command.startswith("import ") else command
    taken, wanted = [], [first]
    while wanted:
        name = wanted.pop()
        if name in said and name not in taken:
            taken.append(name)
            wanted += REFERENCE.findall(said[name])
    return " ".join(said[name] for name in taken)


@pytest.mark.parametrize("command", held())
def test_the_page_names_each_key(command):
    about = whole(command, described())
    names = {name for place in held()[command] for name in re.split(r"[.\[\]]+", place)}
    assert not sorted(name for name in names - {"", "*"} if f'"{name}"' not in about)
