"""The command line as a person types it: what it prints, what it exits with, what it leaves."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fedcheck.cli.main import COMMANDS, run

DIAGRAM = "rev5.readiness.csp:diagram"


@pytest.fixture
def fedcheck(workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return a function that runs a command line in the workspace: status, stdout, stderr."""
    monkeypatch.chdir(workspace)

    def call(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def test_status_counts_and_judges(fedcheck):
    status, out, err = fedcheck("status")
    assert (status, err) == (0, "")
    assert "Meridian Ledger" in out
    assert "in 21 d" in out
    assert "0/4 0%" in out


def test_status_json_has_the_promised_keys(fedcheck):
    status, out, _ = fedcheck("status", "--json")
    data = json.loads(out)
    assert status == 0
    assert data["schema"] == "fedcheck/status@1"
    assert {"name", "process", "profile", "root"} <= set(data["workspace"])
    readiness = data["phases"][0]["checklists"][0]
    assert {"id", "role", "total", "todo", "doing", "blocked", "done", "na", "percent"} <= set(
        readiness
    )
    milestone = next(m for m in data["milestones"] if m["id"] == "kick-off")
    assert (milestone["date"], milestone["days"], milestone["gate"]["ready"]) == (
        "2027-02-01",
        21,
        False,
    )
    assert {"kind", "ref", "why", "owner", "since"} <= set(milestone["gate"]["missing"][0])
    assert set(data["evidence"]) == {"total", "stale", "missing", "changed", "unverified"}
    assert set(data["requests"]) >= {"open", "answered", "overdue"}
    assert set(data["findings"]) >= {"open", "closed"}


def test_list_is_one_item_a_line_and_takes_queries(fedcheck):
    _, everything, _ = fedcheck("list")
    assert len(everything.splitlines()) == 13
    _, some, _ = fedcheck("list", "role:3pao", "control:SC-13")
    assert [line.split()[2] for line in some.splitlines()] == ["rev5.readiness.3pao:mandate-1-fips"]
    _, quoted, _ = fedcheck("list", "boundary diagram drawn")
    assert DIAGRAM in quoted


def test_list_json_is_a_list_of_rows(fedcheck):
    _, out, _ = fedcheck("list", "--json", "crypto-table")
    rows = json.loads(out)
    keys = "ref checklist section id code title kind level status result owner due evidence stale"
    assert set(keys.split()) | {"controls"} <= set(rows[0])


def test_an_unknown_key_of_a_query_is_an_error_with_a_suggestion(fedcheck):
    status, out, err = fedcheck("list", "stauts:todo")
    assert (status, out) == (2, "")
    assert 'did you mean "status"?' in err


def test_set_saves_and_says_so(fedcheck, workspace):
    status, out, _ = fedcheck("set", "diagram", "--status", "doing", "--owner", "dana")
    assert status == 0
    assert f"saved  {DIAGRAM}  status: todo -> doing" in out
    text = (workspace / "progress" / "rev5.readiness.csp.toml").read_text()
    assert '[item."diagram"]' in text
    assert 'owner = "dana"' in text


def test_set_takes_several_items_as_one_undo(fedcheck):
    fedcheck("set", "diagram", "crypto-table", "--status", "done")
    status, out, _ = fedcheck("undo")
    assert status == 0
    assert out.count("status: done -> todo") == 2
    status, out, _ = fedcheck("redo")
    assert out.count("status: todo -> done") == 2


def test_undo_with_nothing_to_undo_says_so(fedcheck):
    status, _, err = fedcheck("undo")
    assert status == 1
    assert "nothing to undo" in err


@pytest.mark.parametrize(
    ("argv", "status", "words"),
    [
        (["set", "diagram"], 2, "nothing to set"),
        (["set", "diagram", "--status", "na"], 2, "needs a reason"),
        (["set", "diagram", "--status", "blocked"], 2, "needs a reason"),
        (["set", "diagram", "--result", "satisfied"], 2, "only tests have a result"),
        (["set", "diagram", "--due", "someday"], 2, "neither a date nor a milestone"),
        (["set", "diagram", "--due", "ready + 5d"], 2, "has no date"),
        (["set", "nothing-like-this", "--status", "done"], 2, "no such item"),
        (["set", "high-only", "--status", "done"], 2, "no such item"),
        (["set", "rev5.readiness.csp:high-only", "--status", "done"], 2, "does not apply"),
        (["set", "diagram", "--status", "finished"], 2, "finished"),
        (["show", "diagrm"], 2, "did you mean diagram?"),
        (["gate", "kickoff"], 2, 'did you mean "kick-off"?'),
        (["lst"], 2, 'did you mean "list"?'),
        (["evidence", "add", "diagram", "no/such/file.pdf"], 2, "no such file"),
        (["evidence", "add", "diagram", "javascript:alert(1)", "--kind", "url"], 2, "not accepted"),
        (["-w", "/nowhere", "status"], 2, "no workspace here"),
        (["status", "--as-of", "yesteryear"], 2, "not a date"),
        (["history", "--verify"], 0, ""),
    ],
)
def test_wrong_usage_is_told_in_words(fedcheck, argv, status, words):
    found, _, err = fedcheck(*argv)
    assert found == status
    assert words in err
    assert "Traceback" not in err


def test_an_ambiguous_reference_lists_the_candidates(fedcheck, workspace):
    text = (workspace / "checklists" / "rev5.readiness.3pao.toml").read_text()
    text = text.replace('id = "upload"', 'id = "diagram"')
    (workspace / "checklists" / "rev5.readiness.3pao.toml").write_text(text)
    status, _, err = fedcheck("show", "diagram")
    assert status == 2
    assert DIAGRAM in err
    assert "rev5.readiness.3pao:diagram" in err


def test_evidence_goes_in_shows_and_comes_out(fedcheck, workspace):
    (workspace / "evidence").mkdir()
    evidence_item = workspace / "evidence" / "boundary.pdf"
    evidence_item.write_bytes(b"drawing")
    status, out, _ = fedcheck(
        "evidence", "add", "diagram", "evidence/boundary.pdf", "--label", "Boundary v3"
    )
    assert status == 0
    assert 'evidence "Boundary v3" added' in out
    _, out, _ = fedcheck("evidence", "list", "--json")
    (row,) = json.loads(out)
    assert row["collected"] == "2027-01-11"
    assert len(row["sha256"]) == 64
    assert fedcheck("evidence", "verify")[0] == 0
    evidence_item.write_bytes(b"another drawing")
    status, out, _ = fedcheck("evidence", "verify")
    assert status == 1
    assert "changed" in out
    _, out, _ = fedcheck("status")
    assert "1 changed" in out
    evidence_item.unlink()
    assert json.loads(fedcheck("evidence", "list", "--json")[1])[0]["state"] == "missing"
    status, out, _ = fedcheck("evidence", "remove", row["id"])
    assert status == 0
    assert 'evidence "Boundary v3" removed' in out
    assert fedcheck("evidence", "list")[1] == ""


def test_evidence_outside_the_workspace_needs_the_users_word(fedcheck, tmp_path):
    (tmp_path / "elsewhere.txt").write_text("x")
    status, _, err = fedcheck("evidence", "add", "diagram", "../elsewhere.txt")
    assert status == 2
    assert "is outside the workspace" in err
    assert fedcheck("evidence", "add", "diagram", "../elsewhere.txt", "--outside")[0] == 0


def test_removing_many_pieces_asks_for_the_word_all(fedcheck):
    for number in (1, 2):
        fedcheck("evidence", "add", "diagram", f"MER-{number}")
    status, _, err = fedcheck("evidence", "remove", "diagram")
    assert status == 2
    assert "2 evidence items match" in err
    assert fedcheck("evidence", "remove", "diagram", "--all")[0] == 0


def test_gate_answers_with_its_exit_status(fedcheck, workspace):
    status, out, _ = fedcheck("gate", "kick-off")
    assert status == 1
    assert "No:" in out
    assert "rev5.full-assessment.csp:ssp-signed" in out
    status, out, _ = fedcheck("gate", "kick-off", "--json")
    data = json.loads(out)
    assert {"milestone", "date", "ready", "missing"} <= set(data)
    for ref in json.loads(fedcheck("list", "--json")[1]):
        if ref["kind"] == "test":
            fedcheck("set", ref["ref"], "--result", "satisfied")
        else:
            fedcheck("set", ref["ref"], "--status", "done")
    for item in ("diagram", "mandate-1-fips", "scan-web"):
        fedcheck("evidence", "add", item, "https://grc.example/1")
    status, out, _ = fedcheck("gate", "kick-off")
    assert (status, "Yes: " in out) == (0, True)
    later = fedcheck("gate", "package", "--as-of", "2027-06-01")
    assert later[0] == 0, "a scan does not go stale after the milestone it served"


def test_next_says_what_and_why(fedcheck):
    fedcheck("set", "crypto-table", "--due", "2027-01-01")
    _, out, _ = fedcheck("next")
    first = out.splitlines()[0]
    assert "crypto-table" in first
    assert "overdue 10 d" in first
    rows = json.loads(fedcheck("next", "--json", "--role", "3pao")[1])
    assert all(row["role"] == "3pao" for row in rows)


def test_show_tells_everything(fedcheck):
    fedcheck("set", "diagram", "--note", "ask Erik", "--status", "doing")
    _, out, _ = fedcheck("show", "diagram")
    for words in ("Boundary diagram drawn", "PL-2", "the diagram", "ask Erik", "RAR Template v2.1"):
        assert words in out
    data = json.loads(fedcheck("show", "diagram", "--json")[1])
    assert {"guidance", "expects", "needs", "source", "note", "reason"} <= set(data)
    assert [row["field"] for row in data["history"]] == ["status", "note", "basis"]


def test_history_reads_like_a_story(fedcheck):
    fedcheck("set", "diagram", "--status", "doing")
    fedcheck("undo")
    _, out, _ = fedcheck("history")
    assert [line.split() for line in out.splitlines()] == [
        ["2027-01-11", "Mon", "UTC"],
        ["15:00", "alice", DIAGRAM, "started"],
        ["15:00", "alice", DIAGRAM, "undo:", "back", "to", "todo"],
    ]


def test_history_notes_a_hand_edit_first(fedcheck, workspace):
    fedcheck("set", "diagram", "--owner", "dana")
    path = workspace / "progress/rev5.readiness.csp.toml"
    path.write_text(path.read_text().replace("dana", "erin"))
    _, out, _ = fedcheck("history", "diagram")
    assert out.splitlines()[-1].split() == [
        *["15:00", "outside", "fedcheck", "owner", "erin", "(was", "dana)"]
    ]
    assert json.loads(fedcheck("history", "--json")[1])[-1]["by"] == "outside fedcheck"


def test_history_tells_what_it_could_not_note(fedcheck, workspace):
    fedcheck("set", "diagram", "--owner", "dana")
    path = workspace / "progress/rev5.readiness.csp.toml"
    path.write_text(path.read_text().replace("dana", "erin"))
    lock = workspace / ".fedcheck" / "lock"
    lock.unlink()
    lock.mkdir()
    status, out, err = fedcheck("history")
    assert status == 0
    assert out.splitlines()[-1] == f"not noted yet  {DIAGRAM}  owner erin (was dana)"
    assert "cannot lock" in err


def test_what_cannot_be_read_counts_as_unknown_not_as_open(fedcheck, workspace):
    fedcheck("set", "diagram", "--status", "done")
    path = workspace / "progress/rev5.readiness.csp.toml"
    path.write_text(path.read_text() + "broken = \n")
    _, out, err = fedcheck("status")
    assert "?/4" in out
    assert f"{path.name}:8" in err
    rows = json.loads(fedcheck("list", "checklist:readiness.csp", "--json")[1])
    assert {row["status"] for row in rows} == {"unknown"}
    assert fedcheck("list", "status:todo", "checklist:readiness.csp")[1] == ""
    _, out, _ = fedcheck("gate", "package")
    assert "rev5.readiness.csp:" not in out.replace(str(path), "")
    assert f"{path}  cannot be read: line 8" in out
    _, out, _ = fedcheck("report", "-o", "-")
    assert "This report is incomplete" in out
    assert "- progress/rev5.readiness.csp.toml, line 8: " in out
    assert "the state of 5 items is unknown" in out
    for argv in (["--owner", "erin"], ["--status", "todo"]):
        status, out, err = fedcheck("set", "diagram", *argv)
        assert (status, out) == (3, "")
        assert f"{path.name}:8" in err


def test_the_record_of_an_item_that_is_gone_is_kept_and_shown(fedcheck, workspace):
    fedcheck("set", "diagram", "--status", "done", "--owner", "dana")
    path = workspace / "checklists" / "rev5.readiness.csp.toml"
    path.write_text(path.read_text().replace('id = "diagram"', 'id = "picture"'))
    assert "orphaned  1 record of removed items" in fedcheck("status")[1]
    assert json.loads(fedcheck("status", "--json")[1])["orphaned"] == [DIAGRAM]
    status, _, err = fedcheck("show", "diagram")
    assert status == 2
    assert "its record is kept; move it with: fedcheck doctor" in err
    assert fedcheck("doctor", "--fix")[0] == 0
    assert "dana" in fedcheck("show", "picture")[1]
    assert "orphaned" not in fedcheck("status")[1]
    fedcheck("undo")
    assert "orphaned  1 record" in fedcheck("status")[1]


def test_renamed_from_moves_a_record_silently(fedcheck, workspace):
    fedcheck("set", "diagram", "--owner", "dana")
    path = workspace / "checklists" / "rev5.readiness.csp.toml"
    renamed = 'id = "picture"\n  renamed-from = ["diagram"]'
    path.write_text(path.read_text().replace('id = "diagram"', renamed))
    status, out, err = fedcheck("show", "picture")
    assert (status, err) == (0, "")
    assert "dana" in out
    assert "orphaned" not in fedcheck("status")[1]


def test_closed_streams_are_no_crash(workspace):
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        command = f"{sys.executable} -m fedcheck -w {workspace} list {closed}"
        assert subprocess.run(command, shell=True, check=False, capture_output=True).returncode == 0


def test_history_verify_names_the_damaged_line(fedcheck, workspace):
    fedcheck("set", "diagram", "--status", "doing", "--owner", "dana")
    (path,) = (workspace / "history").glob("*.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0].replace(b"doing", b"done!") + b"".join(lines[1:]))
    status, _, err = fedcheck("history", "--verify")
    assert status == 1
    assert f"{path.name}:1" in err


def test_init_makes_a_workspace(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    argv = ["init", "acme", "--name", "Acme Vault", "--process", "jab", "--role", "3pao"]
    assert run([*argv, "--impact", "high", "--milestone", "kick-off=2027-02-01"]) == 0
    head = (tmp_path / "acme" / "fedcheck.toml").read_text()
    assert 'impact = "high"' in head
    assert "kick-off = 2027-02-01" in head
    assert run([*argv]) == 2, "an existing workspace is not written over"
    capsys.readouterr()
    assert run(["-w", "acme", "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["workspace"]["role"] == "3pao"


NEW = ("--name", "Acme", "--process", "jab", "--role", "csp")


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (["--impact", "low"], "choose moderate or high"),
        (["--milestone", "kickoff=2027-02-01"], 'did you mean "kick-off"?'),
        (["--milestone", "kick-off=soon"], "not a date"),
        (["--milestone", "kick-off"], "NAME=VALUE"),
        (["--timezone", "Mars/Base"], "unknown time zone"),
        (["--process", "jabb"], 'did you mean "jab"?'),
        (["--role", "cps"], 'did you mean "csp"?'),
    ],
)
def test_init_refuses_what_it_does_not_know(tmp_path, monkeypatch, capsys, extra, words):
    monkeypatch.chdir(tmp_path)
    assert run(["init", "acme", *NEW, *extra]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "acme").exists()


def test_a_broken_file_is_a_warning_and_the_rest_works(fedcheck, workspace):
    (workspace / "progress" / "rev5.readiness.3pao.toml").write_text("format = 1\n[item.\n")
    status, out, err = fedcheck("status")
    assert status == 0
    assert "Meridian Ledger" in out
    assert "progress/rev5.readiness.3pao.toml:2" in err
    status, out, _ = fedcheck("gate", "ready-conversation")
    assert (status, "rev5.readiness.3pao.toml" in out) == (1, True)
    status, _, err = fedcheck("set", "upload", "--status", "done")
    assert status == 3
    assert (workspace / "progress" / "rev5.readiness.3pao.toml").read_text().endswith("[item.\n")


def test_a_broken_head_file_exits_3_with_its_line(fedcheck, workspace):
    (workspace / "fedcheck.toml").write_text('format = 1\nname = "x\n')
    status, _, err = fedcheck("status")
    assert status == 3
    assert "fedcheck.toml:2" in err


def test_checklist_commands(fedcheck, workspace):
    _, out, _ = fedcheck("checklist", "list")
    assert "rev5.readiness.csp" in out
    assert json.loads(fedcheck("checklist", "schema")[1])["title"] == "fedcheck checklist"
    new = ("checklist", "new", "rev5.readiness.csp-acme", "--phase", "readiness")
    status, out, _ = fedcheck(*new, "--audience", "shared")
    assert status == 0
    path = workspace / "checklists" / "rev5.readiness.csp-acme.toml"
    assert fedcheck("checklist", "validate", str(path))[0] == 0
    before = fedcheck("list")[1]
    assert "incident-drill" not in before, "nothing counts until a person writes an item"
    lines = path.read_text().split("#\n", 1)
    example = re.sub("(?m)^# ?", "", lines[1])
    path.write_text(lines[0] + example)
    assert fedcheck("checklist", "validate", str(path))[0] == 0
    assert "incident-drill" in fedcheck("list")[1]
    status, _, err = fedcheck("checklist", "new", "rev5.readiness.csp", "--phase", "readiness")
    assert (status, "already" in err) == (2, True)
    path.write_text(path.read_text().replace("guidance", "guidence"))
    status, out, _ = fedcheck("checklist", "validate", str(path))
    assert status == 1
    assert f"{path}:17: unknown key" in out
    assert 'did you mean "guidance"?' in out


def test_config_paths_and_completion(fedcheck):
    data = json.loads(fedcheck("config", "paths", "--json")[1])
    assert data["config"].endswith("config.toml")
    for shell in ("bash", "zsh", "fish"):
        assert "fedcheck" in fedcheck("completion", shell)[1]


def test_every_command_has_help_with_an_example(capsys):
    for name in COMMANDS:
        assert run([name, "--help"]) == 0
        assert "Example:" in capsys.readouterr().out, name
    for group, names in {
        "evidence": ("add", "list", "verify", "remove"),
        "checklist": ("list", "validate", "new", "schema", "freeze"),
        "config": ("paths",),
    }.items():
        for name in names:
            assert run([group, name, "--help"]) == 0
            assert "Example:" in capsys.readouterr().out, (group, name)


def test_text_from_files_cannot_command_the_terminal(fedcheck, workspace):
    path = workspace / "checklists" / "rev5.readiness.csp.toml"
    nasty = "\\u001b]52;c;aGk=\\u0007 \\u202e \\u001b[31mred [/b] [AC-2]"
    text = path.read_text().replace("Boundary diagram drawn and agreed", nasty)
    path.write_text(text)
    for argv in (["list"], ["show", "diagram"], ["next"], ["gate", "ready-conversation"]):
        _, out, _ = fedcheck(*argv)
        assert "\x1b" not in out
        assert "\u202e" not in out
    assert "[/b] [AC-2]" in fedcheck("show", "diagram")[1]


def process(*argv: str, **kwargs: object) -> subprocess.CompletedProcess[str]:
    """Run fedcheck in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "fedcheck", *argv],
        capture_output=True,
        text=True,
        timeout=60,
        **kwargs,
    )


def test_without_a_terminal_the_app_says_what_to_do(workspace):
    done = process(cwd=workspace, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


def test_version_and_python_m():
    done = process("--version")
    assert (done.returncode, done.stdout) == (0, "fedcheck 0.1.0\n")


def test_a_closed_pipe_is_no_failure(workspace):
    command = f"{sys.executable} -m fedcheck checklist list | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, cwd=workspace
    )
    assert done.returncode == 0
    assert done.stderr == ""


def test_a_bug_leaves_a_report_without_data(workspace, monkeypatch, capsys, home):
    from fedcheck.cli.commands import status as overview

    def broken(*_: object) -> None:
        secret = "note: the vault key"
        raise RuntimeError(secret)

    monkeypatch.setattr(overview, "_head", broken)
    monkeypatch.chdir(workspace)
    assert run(["status"]) == 70
    (report,) = (home / ".local" / "state" / "fedcheck" / "crashes").iterdir()
    assert "vault" not in report.read_text()
    assert "RuntimeError" in report.read_text()
    assert str(report) in capsys.readouterr().err


def test_a_report_remembers_the_history_that_it_saw(fedcheck, workspace):
    fedcheck("set", "diagram", "--status", "doing")
    fedcheck("set", "diagram", "--owner", "dana")
    assert fedcheck("report", "-o", "status.md")[0] == 0
    assert fedcheck("history", "--verify", "--against", "status.md")[0] == 0
    (path,) = (workspace / "history").glob("*.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    assert fedcheck("history", "--verify")[0] == 0, "a cut at a line's end leaves a sound chain"
    status, _, err = fedcheck("history", "--verify", "--against", "status.md")
    assert (status, "it was rewritten" in err) == (1, True)


def test_report_is_deterministic_and_writes_no_history(fedcheck, workspace):
    fedcheck("set", "diagram", "--status", "doing")
    before = [p.read_bytes() for p in (workspace / "history").iterdir()]
    first, second = fedcheck("report", "-o", "-")[1], fedcheck("report", "-o", "-")[1]
    assert first == second
    assert "not affiliated with or endorsed by FedRAMP" in first
    assert [p.read_bytes() for p in (workspace / "history").iterdir()] == before


def test_phrases_keep_together_and_terms_stay_apart(fedcheck):
    assert len(fedcheck("list", "section:authorization boundary")[1].splitlines()) == 2
    assert len(fedcheck("list", 'section:"authorization boundary"')[1].splitlines()) == 2
    assert len(fedcheck("list", "role:csp phase:kick-off")[1].splitlines()) == 1


def test_json_holds_no_control_characters(fedcheck):
    fedcheck("set", "diagram", "--note", "a\u009b31m\u202eb")
    out = fedcheck("show", "diagram", "--json")[1]
    assert out.isascii()
    assert json.loads(out)["note"] == "a\u009b31m\u202eb"


def test_next_for_a_role_that_is_none_is_an_error(fedcheck):
    status, _, err = fedcheck("next", "--role", "cps")
    assert (status, 'did you mean "csp"?' in err) == (2, True)


def test_a_report_goes_into_no_device(fedcheck, workspace):
    import os

    os.mkfifo(workspace / "pipe.md")
    status, _, err = fedcheck("report", "-o", "pipe.md")
    assert (status, "not a regular file" in err) == (2, True)


def test_evidence_that_became_a_pipe_is_missing_and_hangs_nothing(fedcheck, workspace):
    import os

    (workspace / "proof.txt").write_text("x")
    fedcheck("evidence", "add", "diagram", "proof.txt")
    (workspace / "proof.txt").unlink()
    os.mkfifo(workspace / "proof.txt")
    assert fedcheck("evidence", "verify")[0] == 1
    assert "1 missing" in fedcheck("status")[1]


def test_nothing_is_written_through_a_link_in_the_machine_folder(fedcheck, workspace, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    (workspace / ".fedcheck").mkdir()
    (workspace / ".fedcheck" / "seen.json").symlink_to(victim)
    assert fedcheck("set", "diagram", "--status", "doing")[0] == 3
    assert victim.read_text() == "mine"


def test_names_that_no_disk_takes_are_no_bug(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for folder in ("x" * 300, "~nosuchuser/x"):
        status = run(["init", folder, *NEW])
        assert status in (0, 3)
        assert "bug" not in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
@pytest.mark.parametrize("place", ["", "fedcheck.toml", "progress", "history", ".fedcheck"])
def test_a_workspace_that_others_can_write_is_warned_of(fedcheck, workspace, place):
    fedcheck("set", "diagram", "--owner", "dana")
    workspace.chmod(0o700)
    assert fedcheck("status")[2] == ""
    path = workspace / place
    path.chmod(path.stat().st_mode | 0o002)
    status, _, err = fedcheck("status")
    assert status == 0
    assert "every user of this machine can write here" in err
    assert "fedcheck doctor --fix" in err
    assert fedcheck("doctor", "--fix")[0] == 0
    assert fedcheck("status")[2] == ""
