"""Templates of a workspace: they run once they are trusted, in a child process with limits."""

import json
import re
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner
from forked_children import fork_children
from small_report import fill, render_here, report, ship, template

from fedcheck.cli.commands import report as report_command
from fedcheck.cli.main import cli, run
from fedcheck.errors import FedcheckError
from fedcheck.reports import child, trust
from fedcheck.reports.template_files import SHIPPED
from fedcheck.storage import paths


@pytest.fixture
def root(tmp_path, monkeypatch):
    ship(tmp_path, monkeypatch)
    found = fill(tmp_path / "workspace")
    monkeypatch.chdir(found)
    return found


@pytest.fixture
def children(monkeypatch):
    """Return the processes that were started to render a template; git is none of them."""
    found = []
    start = subprocess.Popen

    def noted(*args, **kwargs):
        process = start(*args, **kwargs)
        if args[0][0] == sys.executable:
            found.append(process)
        return process

    monkeypatch.setattr(child.subprocess, "Popen", noted)
    return found


@pytest.fixture
def forked(monkeypatch):
    """Fork the children, for tests of what they do and not of how they start; return them."""
    return fork_children(monkeypatch)


def store():
    return paths.find_user_folders().state / trust.STORE


def test_an_untrusted_template_ends_with_what_to_do(root, capsys, children):
    template(root, "{% include 'part' %}", "board")
    template(root, "part", "part")
    assert run(["report", "board", "-o", "out.md"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "templates/board.md.j2, templates/part.md.j2" in err
    assert "fedcheck report board --trust board" in err
    assert not (root / "out.md").exists()
    assert not store().exists()
    assert not children


def test_trust_given_on_the_command_line_lasts(root, capsys, children):
    template(root, "Board of {{ service.name }}", "board")
    assert run(["report", "--trust", "board", "-o", "-"]) == 0
    assert "Board of Meridian Ledger" in capsys.readouterr().out
    assert run(["report", "board", "-o", "-"]) == 0
    assert "Board of Meridian Ledger" in capsys.readouterr().out
    assert run(["report", "board", "--trust", "board", "-o", "-"]) == 0
    assert len(children) == 3
    assert store().stat().st_mode & 0o777 == 0o600


def test_trust_is_for_the_template_that_runs(root, capsys, forked):
    template(root, "a", "a")
    template(root, "b", "b")
    assert run(["report", "a", "--trust", "b", "-o", "-"]) == 2
    assert 'the report is made with "a"' in capsys.readouterr().err
    assert run(["report", "--trust", "c", "-o", "-"]) == 2
    assert 'no report template "c"' in capsys.readouterr().err
    assert run(["report", "--trust", "a", "-o", "-"]) == 0
    assert run(["report", "b", "-o", "-"]) == 2


@pytest.mark.parametrize(
    "text",
    [
        "{% include 'part' %}",
        "{% extends 'part.md.j2' %}",
        "{% import 'part' as p %}x",
        "{% from 'part' import x without context %}x",
        "{% include ['nothing', 'part'] %}",
        "{% include 'part' if items else 'nothing' %}",
        "{% include 'between' %}",
    ],
)
def test_a_change_of_what_is_included_asks_again(root, capsys, text, monkeypatch, forked):
    template(root, text, "mine")
    template(root, "{% include 'part' %}", "between")
    template(root, "{% set x = 1 %}first", "part")
    template(root, "other", "other")
    assert run(["report", "--trust", "mine", "-o", "-"]) == 0
    render_here(monkeypatch)  # whether it may run is the question from here on
    template(root, "another", "other")
    assert run(["report", "mine", "-o", "-"]) == 0, "it has no part in this one"
    template(root, "{% set x = 1 %}second", "part")
    capsys.readouterr()
    assert run(["report", "mine", "-o", "-"]) == 2
    assert "part.md.j2" in capsys.readouterr().err
    template(root, "{% set x = 1 %}first", "part")
    assert run(["report", "mine", "-o", "-"]) == 0


def test_a_file_that_appears_later_asks_again(root, forked):
    template(root, "{% include 'part' ignore missing %}x", "mine")
    assert run(["report", "--trust", "mine", "-o", "-"]) == 0
    template(root, "part", "part")
    assert run(["report", "mine", "-o", "-"]) == 2


def test_a_name_that_is_computed_leads_to_no_template_of_the_workspace(root, capsys, forked):
    template(root, "{% set name = 'pa' ~ 'rt' %}{% include name %}", "mine")
    template(root, "part", "part")
    assert run(["report", "--trust", "mine", "-o", "-"]) == 3
    assert "part.md.j2: is loaded under a computed name" in capsys.readouterr().err
    template(root, "{% set name = 'shipped/_' ~ 'head' %}{% include name %}", "mine")
    assert run(["report", "--trust", "mine", "-o", "-"]) == 0
    assert "Meridian Ledger" in capsys.readouterr().out


def test_a_template_is_not_made_of_endless_others(root, capsys):
    for place in range(120):
        template(root, f"{{% include 't{place + 1}' %}}", f"t{place}")
    assert run(["report", "t0", "-o", "-"]) == 3
    assert "t0.md.j2: includes more than 100 templates" in capsys.readouterr().err
    assert run(["report", "t100", "-o", "-"]) == 2, "a shorter chain can be trusted"
    for name in "abcde":
        template(root, "{% include ['a', 'b', 'c', 'd', 'e'] %}" + "x" * 250_000, name)
    assert run(["report", "a", "-o", "-"]) == 3
    assert "or 1,048,576 characters" in capsys.readouterr().err


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.md.j2")), ids=lambda path: path.name)
def test_shipped_templates_name_shipped_ones_alone(path):
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"{%-?\s*(?:include|extends|import|from)\s+(\S+)", text)
    assert all(name.startswith('"shipped/') for name in named)


def test_trust_holds_for_one_workspace(root, tmp_path, forked):
    template(root, "mine", "mine")
    assert run(["report", "--trust", "mine", "-o", "-"]) == 0
    shutil.copytree(root, tmp_path / "copy")
    assert run(["report", "-w", str(tmp_path / "copy"), "mine", "-o", "-"]) == 2
    (tmp_path / "link").symlink_to(root)
    assert run(["report", "-w", str(tmp_path / "link"), "mine", "-o", "-"]) == 0


def test_trust_that_came_with_a_workspace_counts_for_nothing(root, forked):
    template(root, "mine", "mine")
    assert run(["report", "--trust", "mine", "-o", "-"]) == 0
    for folder in (root / ".fedcheck", root / "templates", root):
        folder.mkdir(exist_ok=True)
        shutil.copy(store(), folder / trust.STORE)
    store().unlink()
    assert run(["report", "mine", "-o", "-"]) == 2


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"format": 1}', '{"format": 9}', "[" * 100_000],
    ids=["empty", "cut", "list", "bare", "newer", "deep"],
)
def test_a_damaged_store_counts_as_empty(root, text, forked):
    template(root, "mine", "mine")
    store().parent.mkdir(parents=True)
    store().write_text(text)
    assert run(["report", "mine", "-o", "-"]) == 2
    assert run(["report", "--trust", "mine", "-o", "-"]) == 0
    assert run(["report", "mine", "-o", "-"]) == 0


class Terminal:
    @staticmethod
    def isatty():
        return True


@pytest.mark.parametrize(("answer", "status"), [("y\n", 0), ("\n", 2), ("n\n", 2)])
def test_on_a_terminal_the_person_is_asked(root, monkeypatch, answer, status):
    template(root, "Board{% include 'part' %}", "board")
    template(root, "part", "part")
    streams = type("S", (), {"stdin": Terminal, "stderr": Terminal})
    with monkeypatch.context() as patch:
        patch.setattr(report_command, "sys", streams)
        done = CliRunner().invoke(cli, ["report", "board", "-o", "out.md"], input=answer)
    assert f"{root / 'templates' / 'board.md.j2'}\n" in done.stderr
    assert f"{root / 'templates' / 'part.md.j2'}\n" in done.stderr
    assert 'template "board" comes with this workspace' in done.stderr
    assert "[y/N]" in done.stderr
    assert (root / "out.md").exists() == (status == 0)
    if status:
        assert isinstance(done.exception, trust.UntrustedError)
        assert done.exception.kind == "usage"
    assert run(["report", "board", "-o", "out.md"]) == status


def test_templates_of_ones_own_need_no_trust(root, capsys, children):
    folder = paths.find_user_folders().templates
    folder.mkdir(parents=True)
    (folder / "own.md.j2").write_text("Own {% include 'own-part' %}")
    (folder / "own-part.md.j2").write_text("part of {{ service.name }}")
    assert run(["report", "own", "-o", "-"]) == 0
    assert "Own part of Meridian Ledger" in capsys.readouterr().out
    assert run(["report", "-o", "-"]) == 0
    assert not children
    assert not store().exists()
    template(root, "the workspace's", "own-part")
    assert run(["report", "own", "-o", "-"]) == 2, "the nearer one would run now"
    assert "templates/own-part.md.j2" in capsys.readouterr().err
    assert run(["report", "--trust", "own", "-o", "-"]) == 0
    assert "Own the workspace's" in capsys.readouterr().out
    assert len(children) == 1


def test_a_computed_name_is_no_way_around_trust(root, capsys, forked):
    folder = paths.find_user_folders().templates
    folder.mkdir(parents=True)
    (folder / "own.md.j2").write_text("{% set name = 'pa' ~ 'rt' %}{% include name %}")
    (folder / "part.md.j2").write_text("mine")
    assert run(["report", "own", "-o", "-"]) == 0
    template(root, "the workspace's", "part")
    assert run(["report", "own", "-o", "-"]) == 3
    assert "is loaded under a computed name" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["pmo-status", "weekly", "briefing"])
@pytest.mark.parametrize(
    "about",
    [
        {},
        {"form": "html", "milestone": "package"},
        {"role": "3pao", "redact": frozenset({"owners", "notes", "links"})},
    ],
    ids=["plain", "html", "redacted"],
)
def test_the_child_sees_what_the_parent_sees(root, forked, name, about):
    private = root / "private" / "progress"
    private.mkdir(parents=True)
    (private / "f.csp.toml").write_text(
        'format = 1\nchecklist = "f.csp"\n[item."ssp"]\nnote = "for us alone"\n'
    )
    theirs = report(root, template=name, **about)
    assert not forked
    template(root, (SHIPPED / f"{name}.md.j2").read_text(), name)
    ours = report(root, template=name, **about)
    assert len(forked) == 1
    assert ours.replace(f"{name} workspace", f"{name} shipped") == theirs
    assert "for us alone" not in ours


def test_the_child_compares_with_the_state_that_was_asked_for(root, children, capsys):
    for since in ("2027-01-02", "2026-12-31"):
        assert run(["report", "--since", since, "-o", "-"]) == 0
    theirs = capsys.readouterr().out
    template(root, (SHIPPED / "pmo-status.md.j2").read_text(), "pmo-status")
    for since in ("2027-01-02", "2026-12-31"):
        assert run(["report", "--since", since, "-o", "-", "--trust", "pmo-status"]) == 0
    ours = capsys.readouterr().out
    assert len(children) == 2
    assert ours.replace("pmo-status workspace", "pmo-status shipped") == theirs


def test_the_child_runs_no_module_of_the_workspace(root, capsys):
    for name in ("jinja2", "fedcheck", "msgspec", "json", "sitecustomize"):
        (root / f"{name}.py").write_text("raise SystemExit('taken over')\n")
    template(root, "fine", "mine")
    assert run(["report", "--trust", "mine", "-o", "-"]) == 0
    assert "fine" in capsys.readouterr().out


def test_the_child_changes_no_file(root, forked):
    template(root, "fine", "mine")
    assert run(["report", "--trust", "mine", "-o", "-"]) == 0
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    assert run(["report", "mine", "-o", "-"]) == 0
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


ENDLESS = "{% for a in range(1000000) %}{% for b in range(1000000) %}{% endfor %}{% endfor %}"
LIMITS = {
    "time": ("MAX_SECONDS", 1.0, ENDLESS, "runs for more than 1 seconds"),
    "output": (
        "MAX_BYTES",
        100_000,
        ENDLESS.replace("{% endfor %}", "0123456789{% endfor %}", 1),
        "writes more than 100,000 bytes",
    ),
    "memory": (
        "MAX_MEMORY",
        64 * 1024 * 1024,
        "{% set n = namespace(t='ab') %}{% for i in range(99) %}"
        "{% set n.t = n.t ~ n.t %}{% endfor %}",
        "needs more memory than allowed",
    ),
    "memory in small pieces": (
        "MAX_MEMORY",
        64 * 1024 * 1024,
        "{% set n = namespace(l=[]) %}{% for i in range(1000000) %}"
        "{% set n.l = [n.l, range(i, i + 1000) | list] %}{% endfor %}",
        "needs more memory than allowed",
    ),
}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
@pytest.mark.parametrize("limit", LIMITS)
def test_a_child_that_reaches_a_limit_is_ended(root, capsys, monkeypatch, children, limit):
    name, value, text, said = LIMITS[limit]
    monkeypatch.setattr(child, name, value)
    template(root, text, "mine")
    assert run(["report", "--trust", "mine", "-o", "out.md"]) == 3
    err = capsys.readouterr().err
    assert "templates/mine.md.j2" in err
    assert said in err
    assert not (root / "out.md").exists()
    (process,) = children
    assert process.poll() is not None


def test_a_child_that_the_system_kills_is_reported(root, monkeypatch):
    monkeypatch.setattr(child, "_START", "import os; os.kill(os.getpid(), 9)")
    template(root, "x", "mine")
    with pytest.raises(FedcheckError, match=r"was stopped by the system \(signal 9\)"):
        report(root, template="mine")


def test_a_bug_in_the_child_is_a_bug(root, monkeypatch):
    monkeypatch.setattr(child, "_START", "raise LookupError('of ours')")
    template(root, "x", "mine")
    with pytest.raises(RuntimeError, match="LookupError: of ours"):
        report(root, template="mine")


def test_the_store_is_plain_json(root):
    template(root, "mine", "mine")
    assert run(["report", "--trust", "mine", "-o", "-"]) == 0
    data = json.loads(store().read_text())
    assert data["format"] == 1
    ((workspace, known),) = data["workspaces"].items()
    assert workspace == str(root.resolve())
    assert set(known) == {"mine"}
