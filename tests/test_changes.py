"""What changed since a day, a revision of git or a report, on a real workspace and its history."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from doc_examples import DOCS, agrees, examples
from msgspec.structs import replace

from fedcheck.analysis.comparison import compare_boards
from fedcheck.analysis.difference import WORDS
from fedcheck.cli.main import run
from fedcheck.domain.edits import MilestoneEdit
from fedcheck.domain.evidence_edit import attach_evidence, detach_each
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.errors import FedcheckError
from fedcheck.reports import render
from fedcheck.reports.past_state import list_remarks, load_past_state
from fedcheck.storage import history, history_lines, paths

DIAGRAM = "rev5.readiness.csp:diagram"
CRYPTO = "rev5.readiness.csp:crypto-table"
SPONSOR = "rev5.readiness.csp:sponsor"
FIPS = "rev5.readiness.3pao:mandate-1-fips"

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def fedcheck(workspace: Path, monkeypatch, capsys):
    """Return a function that runs a command line in the workspace: status, stdout, stderr."""
    monkeypatch.chdir(workspace)

    def call(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


@pytest.fixture
def worked(workspace, open_workspace, clock):
    """Alice and Bob work on the 11th, the 12th and the 13th of January."""
    alice, bob = open_workspace(workspace), open_workspace(workspace, "bob")
    evidence_item = alice.new_evidence("https://repo.example/diagram", here=workspace)
    alice.apply([DIAGRAM], attach_evidence(evidence_item))
    alice.apply([DIAGRAM], ItemEdit(status="done"))
    alice.apply([CRYPTO], ItemEdit(status="doing", due="2027-01-12"))
    clock.tick(days=1)
    bob.refresh()
    bob.apply([DIAGRAM], ItemEdit(status="blocked", reason="the region is not drawn"))
    bob.apply_each(detach_each([(DIAGRAM, evidence_item.id)]))
    clock.tick(days=1)
    alice.refresh()
    alice.apply([SPONSOR], ItemEdit(status="done"))
    alice.apply(["milestones:kick-off"], MilestoneEdit(alice.today().replace(month=2, day=15)))
    return alice


def told(session, spec, here=None):
    """Return what changed, as a set of kind and reference."""
    found = load_past_state(session, spec, here or session.root)
    return {(one.kind, one.ref) for one in compare_boards(found.board, session.board()).differences}


def git(root: Path, *words: str) -> str:
    env = {
        **os.environ,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_DATE": "2027-01-12T20:00:00+00:00",
        "GIT_COMMITTER_DATE": "2027-01-12T20:00:00+00:00",
    }
    names = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    done = subprocess.run(
        ["git", *names, *words], cwd=root, env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_since_the_end_of_a_day(worked):
    assert told(worked, "2027-01-13") == set()
    assert told(worked, "2027-01-12") == {
        ("done", SPONSOR),
        ("milestone-later", "kick-off"),
        *(
            ("milestone-later", milestone)
            for milestone in (
                "package",
                "review-complete",
                "revised-package",
                "final-package",
                "ato",
                "anniversary",
            )
        ),
        ("due-later", "rev5.full-assessment.csp:ssp-signed"),
        ("due-later", "rev5.full-assessment.3pao:scan-web"),
        ("due-later", "jab.kick-off.csp:brief"),
        ("overdue", CRYPTO),
    }
    since = told(worked, "2027-01-11")
    assert {("blocked", DIAGRAM), ("evidence-removed", DIAGRAM)} <= since
    everything = told(worked, "2027-01-10")
    assert ("blocked", DIAGRAM) in everything
    assert ("evidence-removed", DIAGRAM) not in everything, "it came and went in between"
    assert ("started", CRYPTO) in everything


def test_a_day_ends_where_the_workspace_is(make_workspace, open_workspace, clock):
    root = make_workspace(head='timezone = "America/New_York"')
    session = open_workspace(root)
    clock.tick(hours=13)  # four in the morning of the 12th in UTC: still the 11th in New York
    session.apply([DIAGRAM], ItemEdit(status="doing"))
    clock.tick(hours=3)
    session.apply([CRYPTO], ItemEdit(status="doing"))
    assert told(session, "2027-01-11") == {("started", CRYPTO)}


def test_the_earlier_state_is_judged_on_its_own_day(worked):
    found = load_past_state(worked, "2027-01-11", worked.root)
    assert str(found.board.today) == "2027-01-11"
    assert found.board.project.record(DIAGRAM).status == "done"
    assert [evidence_item.link for evidence_item in found.board.project.record(DIAGRAM).evidence]
    assert not found.board.rows[CRYPTO].overdue


def test_what_nobody_noted_yet_is_since(worked, workspace):
    path = workspace / "progress" / "rev5.readiness.csp.toml"
    path.write_text(path.read_text().replace('status = "doing"', 'status = "blocked"'))
    worked.refresh()
    before = {one: one.read_bytes() for one in (workspace / "history").iterdir()}
    assert ("blocked", CRYPTO) in told(worked, "2027-01-12")
    after = {one: one.read_bytes() for one in (workspace / "history").iterdir()}
    assert after == before, "looking back writes nothing"


def test_before_the_history_nothing_is_known_and_that_is_said(worked):
    found = load_past_state(worked, "2026-01-01", worked.root)
    assert found.notes == ("The history begins on 2027-01-11; earlier states are unknown.",)
    assert all(not one.record.closed for one in found.board.rows.values())


def test_a_day_to_come_is_refused(fedcheck):
    status, _, err = fedcheck("changes", "2027-03-01")
    assert status == 2
    assert "2027-03-01 is in the future: today is 2027-01-11" in err


def test_a_list_that_was_brought_in_is_not_there_before(workspace, open_workspace, clock):
    session = open_workspace(workspace)
    clock.tick(days=2)
    one = session.project.checklists["rev5.readiness.csp"]
    shorter = replace(one.sections[0], items=one.sections[0].items[:1])
    lists = [replace(one, sections=(shorter,)), replace(one, id="rev5.readiness.csp-acme")]
    session.apply_changes([], "in", checklists=lists)
    found = told(session, "2027-01-11")
    assert ("item-new", "rev5.readiness.csp-acme:diagram") in found
    assert ("item-gone", CRYPTO) in found


def report_of(session, path: Path) -> None:
    board, folders = session.board(), paths.find_user_folders()
    render.write_file(path, render.render_report(board, root=session.root, folders=folders))


def test_since_a_report(worked, workspace, clock, open_workspace):
    path = workspace / "reports" / "status.md"
    report_of(worked, path)
    clock.tick(minutes=5)
    carol = open_workspace(workspace, "carol")  # whose file of history is a new one
    carol.apply([SPONSOR], ItemEdit(status="todo"))
    worked.refresh()
    assert told(worked, "reports/status.md") == {("reopened", SPONSOR)}
    assert told(worked, "status.md", workspace / "progress") == {("reopened", SPONSOR)}
    found = load_past_state(worked, str(path), workspace)
    assert found.words == "since the report status.md of 2027-01-13"
    assert not found.private


def test_a_report_without_names_is_found_by_its_lines(worked, workspace, clock):
    text = render.render_report(
        worked.board(),
        root=workspace,
        folders=paths.find_user_folders(),
        redact=frozenset({"owners"}),
    )
    (workspace / "sent.md").write_text(text)
    worked.apply([SPONSOR], ItemEdit(status="todo"))
    assert told(worked, "sent.md") == {("reopened", SPONSOR)}


def test_a_report_of_another_workspace_is_refused(worked, make_workspace, open_workspace):
    other = open_workspace(make_workspace("other"))
    other.apply([DIAGRAM], ItemEdit(status="doing"))
    report_of(other, worked.root / "theirs.md")
    with pytest.raises(FedcheckError, match="another workspace") as caught:
        load_past_state(worked, "theirs.md", worked.root)
    assert caught.value.kind == "usage"


def test_a_report_of_a_rewritten_history_is_refused(worked, workspace):
    report_of(worked, workspace / "status.md")
    mine = next((workspace / "history").glob("bob-*.jsonl"))
    lines = mine.read_text().splitlines(keepends=True)
    mine.write_text("".join(lines[:-1]))
    with pytest.raises(FedcheckError, match="rewritten: bob-"):
        load_past_state(worked, "status.md", workspace)


def test_a_file_that_is_no_report_is_refused(fedcheck, workspace):
    (workspace / "note.md").write_text("# Notes\n")
    status, _, err = fedcheck("changes", "note.md")
    assert status == 2
    assert "note.md: is not a fedcheck report" in err
    status, _, err = fedcheck("changes", "reports/gone.md")
    assert (status, "no such file" in err) == (2, True)


@needs_git
def test_since_a_revision(worked, workspace):
    git(workspace, "init", "-q", "-b", "main")
    git(workspace, "add", "-A")
    git(workspace, "commit", "-q", "-m", "one")
    git(workspace, "tag", "sent/v1")
    worked.apply([DIAGRAM], ItemEdit(status="done"))
    worked.apply([SPONSOR], ItemEdit(status="todo"))
    for name in ("sent/v1", "git:main", "HEAD", git(workspace, "rev-parse", "--short", "HEAD")):
        # committed on the 12th, but with the state of the 13th: nothing else is different
        found = told(worked, name)
        assert {("done", DIAGRAM), ("reopened", SPONSOR)} <= found
        assert found - {("done", DIAGRAM), ("reopened", SPONSOR)} == {("overdue", CRYPTO)}
    said = load_past_state(worked, "main", workspace)
    assert said.words.startswith("since the revision main (")
    assert str(said.board.today) == "2027-01-12"


@needs_git
def test_a_workspace_deeper_in_a_repository_and_its_private_folder(worked, workspace):
    (workspace / "private").mkdir()
    (workspace / ".gitignore").write_text("private/\n")
    git(workspace.parent, "init", "-q")
    git(workspace.parent, "add", "-A", "workspace")
    git(workspace.parent, "commit", "-q", "-m", "one")
    worked.apply([SPONSOR], ItemEdit(status="todo"))
    assert ("reopened", SPONSOR) in told(worked, "HEAD")
    found = load_past_state(worked, "HEAD", workspace)
    assert not found.private
    assert "Records under private/ are not in git and are left out." in found.notes


@needs_git
@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("git:--upload-pack=touch x", "is not a revision"),
        ("git:-h", "is not a revision"),
        ("git:", "is not a revision"),
        ("git:a\nb", "is not a revision"),
        ("nothing-like-it", "git has no revision"),
        ("git:HEAD:fedcheck.toml", "git has no revision"),
        ("git:HEAD~7", "git has no revision"),
    ],
)
def test_what_is_no_revision(worked, workspace, spec, said):
    git(workspace, "init", "-q")
    git(workspace, "add", "fedcheck.toml")
    git(workspace, "commit", "-q", "-m", "one")
    with pytest.raises(FedcheckError, match=said) as caught:
        load_past_state(worked, spec, workspace)
    assert caught.value.kind == "usage"
    assert not (workspace / "x").exists()


@needs_git
def test_a_revision_before_the_workspace(worked, workspace):
    git(workspace, "init", "-q")
    (workspace / "README").write_text("soon\n")
    git(workspace, "add", "README")
    git(workspace, "commit", "-q", "-m", "one")
    with pytest.raises(FedcheckError, match="there was no workspace here"):
        load_past_state(worked, "HEAD", workspace)


@needs_git
def test_a_revision_with_a_broken_file_is_used_as_far_as_it_can_be_read(worked, workspace):
    path = workspace / "progress" / "rev5.readiness.csp.toml"
    good = path.read_text()
    path.write_text("status = = done")
    git(workspace, "init", "-q")
    git(workspace, "add", "-A")
    git(workspace, "commit", "-q", "-m", "one")
    path.write_text(good)
    worked.refresh()
    found = load_past_state(worked, "HEAD", workspace)
    assert "1 file of that revision cannot be read" in found.notes[0]
    assert ("readable", "progress/rev5.readiness.csp.toml") in told(worked, "HEAD")


@needs_git
def test_nothing_of_the_repository_is_run(worked, workspace, tmp_path):
    """Hooks, filters, aliases, an external diff: a repository from a stranger may name them."""
    git(workspace, "init", "-q")
    git(workspace, "add", "-A")
    git(workspace, "commit", "-q", "-m", "one")
    trap = tmp_path / "sprung"
    for name in ("post-checkout", "reference-transaction", "post-index-change"):
        hook = workspace / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {trap}\n")
        hook.chmod(0o755)
    (workspace / ".gitattributes").write_text("*.toml filter=trap diff=trap\n")
    for key in (
        "filter.trap.smudge", "filter.trap.clean", "diff.trap.textconv", "core.fsmonitor",
        "core.pager", "core.sshCommand", "alias.cat-file", "gpg.program", "diff.external",
    ):  # fmt: skip
        git(workspace, "config", key, f"touch {trap}; cat")
    git(workspace, "config", "log.showSignature", "true")
    assert told(worked, "HEAD")
    assert not trap.exists()


@needs_git
def test_links_and_strange_paths_of_a_revision_are_left_out(worked, workspace):
    (workspace / "progress" / "link.toml").symlink_to("/etc/passwd")
    git(workspace, "init", "-q")
    git(workspace, "add", "-A")
    git(workspace, "commit", "-q", "-m", "one")
    (workspace / "progress" / "link.toml").unlink()
    worked.refresh()
    assert not load_past_state(worked, "HEAD", workspace).board.project.broken


def test_without_git_or_a_repository_it_says_so(worked, workspace, monkeypatch):
    if shutil.which("git"):
        with pytest.raises(FedcheckError, match="is not in a git repository"):
            load_past_state(worked, "v1", workspace)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FedcheckError, match="git is not installed"):
        load_past_state(worked, "v1", workspace)
    assert load_past_state(worked, "2027-01-12", workspace).notes == ()


@needs_git
def test_what_could_mean_two_things_is_said(worked, workspace):
    git(workspace, "init", "-q", "-b", "status.md")
    git(workspace, "add", "-A")
    git(workspace, "commit", "-q", "-m", "one")
    git(workspace, "tag", "2027-01-12")
    git(workspace, "tag", "note")
    report_of(worked, workspace / "status.md")
    (workspace / "note").write_text("nothing\n")
    (workspace / "2027-01-11").write_text("a file\n")
    day = load_past_state(worked, "2027-01-12", workspace)
    assert day.kind == "date"
    assert "but also names a revision: git:2027-01-12." in day.notes[0]
    assert "a file: ./2027-01-11" in load_past_state(worked, "2027-01-11", workspace).notes[0]
    named = load_past_state(worked, "status.md", workspace)
    assert (named.kind, "git:status.md" in named.notes[0]) == ("report", True)
    assert load_past_state(worked, "./status.md", workspace).notes == ()
    assert load_past_state(worked, "git:status.md", workspace).kind == "revision"
    plain = load_past_state(worked, "note", workspace)
    assert (plain.kind, "the file is not a report" in plain.notes[0]) == ("revision", True)


def test_a_missing_file_is_told_with_what_is_not_known(workspace, open_workspace, clock):
    (workspace / "evidence").mkdir()
    (workspace / "evidence" / "plan.pdf").write_bytes(b"plan")
    session = open_workspace(workspace)
    session.apply(
        [DIAGRAM], attach_evidence(session.new_evidence("evidence/plan.pdf", here=workspace))
    )
    clock.tick(days=2)
    (workspace / "evidence" / "plan.pdf").unlink()
    session.refresh_files()
    found = load_past_state(session, "2027-01-11", workspace)
    comparison = compare_boards(found.board, session.board())
    assert [one.kind for one in comparison.differences] == ["evidence-missing"]
    assert (
        "The earlier state of evidence files is unknown"
        in list_remarks(found, session.board(), comparison)[-1]
    )


def test_private_notes_do_not_reach_the_earlier_state(workspace, open_workspace, clock):
    session = open_workspace(workspace)
    session.apply([DIAGRAM], ItemEdit(note="for all"))
    clock.tick(days=1)
    session.apply([DIAGRAM], ItemEdit(private_note="for us"))
    clock.tick(days=1)
    session.apply([DIAGRAM], ItemEdit(private_note="for us, again", note="for all, again"))
    then = load_past_state(session, "2027-01-12", workspace).board.project.record(DIAGRAM)
    assert then.note == "for all"


def test_the_command_tells_it_worst_first(worked, fedcheck):
    status, out, err = fedcheck("changes", "2027-01-11")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "What changed since the end of 2027-01-11, until 2027-01-13"
    assert "got worse" in lines[1]
    assert "the region is not drawn" in out
    assert lines.index("Slipped  11") < lines.index("Done  1")
    assert any(line.endswith("(with kick-off)  csp") for line in lines)
    blocked = next(line for line in lines if "the region is not drawn" in line)
    assert blocked.startswith("  !  ")
    _, worse, _ = fedcheck("changes", "2027-01-11", "--worse")
    assert "Done" not in worse
    assert blocked in worse


def test_the_json_has_the_promised_keys(worked, fedcheck):
    _, out, _ = fedcheck("changes", "2027-01-11", "--json")
    data = json.loads(out)
    keys = {"schema", "since", "until", "notes", "worse", "better", "other", "changes", "gates"}
    assert set(data) == {*keys, "lacking"}
    assert data["schema"] == "fedcheck/changes@1"
    assert data["since"] == {
        "kind": "date",
        "day": "2027-01-11",
        "words": "since the end of 2027-01-11",
    }
    row = next(one for one in data["changes"] if one["kind"] == "evidence-removed")
    assert row == {
        "kind": "evidence-removed",
        "group": "evidence-lost",
        "trend": "worse",
        "about": "evidence",
        "ref": DIAGRAM,
        "title": "Boundary diagram drawn and agreed",
        "was": "",
        "now": "https://repo.example/diagram",
        "why": "",
        "role": "csp",
        "owner": "",
        "evidence": row["evidence"],
        "because": "",
        "private": False,
        "field": "",
    }
    keys = {"milestone", "title", "trend", "before", "after", "new", "gone"}
    assert set(data["gates"][0]) == keys
    assert data["worse"] == sum(
        one["trend"] == "worse" for one in (*data["changes"], *data["gates"])
    )
    again = fedcheck("changes", "2027-01-11", "--json")[1]
    assert again == out


def test_a_report_tells_the_changes_only_when_asked(worked, fedcheck):
    _, plain, _ = fedcheck("report", "-o", "-")
    assert "What changed" not in plain
    status, out, _ = fedcheck("report", "--since", "2027-01-11", "-o", "-")
    assert status == 0
    assert "## What changed since the end of 2027-01-11" in out
    assert "| **worse** | 3.1: Boundary diagram drawn and agreed | blocked" in out
    assert "the region is not drawn" in out
    assert fedcheck("report", "--since", "2027-01-11", "-o", "-")[1] == out


def test_a_report_does_not_replace_the_one_that_it_compares_with(worked, fedcheck, workspace):
    _, out, _ = fedcheck("report", "--json")
    path = Path(json.loads(out)["path"])
    before = path.read_bytes()
    status, _, err = fedcheck("report", "--since", str(path))
    assert (status, "name another file with -o" in err) == (2, True)
    assert path.read_bytes() == before
    assert fedcheck("report", "--since", str(path), "-o", "new.md")[0] == 0
    assert "Nothing changed." in (workspace / "new.md").read_text()


def test_a_day_that_there_is_not_is_told_as_such(fedcheck):
    status, _, err = fedcheck("changes", "2027-13-01")
    assert (status, "this is not a date" in err) == (2, True)


def test_a_report_withholds_in_its_changes_what_it_withholds(worked, fedcheck):
    what = ("report", "--since", "2027-01-11", "-o", "-", "--redact", "links,notes")
    _, out, _ = fedcheck(*what)
    assert "removed: withheld" in out
    assert "repo.example" not in out
    assert "the region is not drawn" not in out


def test_cutting_by_a_moment_is_the_same_for_lines_written_otherwise(tmp_path):
    def lines(stamps: list[str], blank: str = "") -> str:
        text = prev = ""
        for at in stamps:
            data = f'"v":1,{blank}"at":"{at}","by":"a","tx":"t","ref":"x:{at}","field":"note"'
            line = f'{{{data},"old":null,"new":"n","prev":"{prev}"}}'
            prev = history_lines.hash_line(line.encode())
            text += f"{line}\n"
        return text

    folder = tmp_path / "history"
    folder.mkdir()
    stamps = ["2027-01-11T23:59:59.999Z", "2027-01-12T00:00:00.000Z", "2027-01-11T10:00:00.000Z"]
    odd = ["2027-01-12T05:59:59.999+06:00", "2027-01-12T06:00:00+06:00", "2027-01-11T10:00:00Z"]
    (folder / "a-1.jsonl").write_text(lines(stamps))
    (folder / "b-1.jsonl").write_text(lines(odd, " "))
    moment = datetime(2027, 1, 12, tzinfo=UTC)
    found = [one.change.ref for one in history.read_since([tmp_path], moment)]
    # a clock that was set back: the line after a later one came after it
    assert sorted(found) == sorted(f"x:{at}" for at in (*stamps[1:], *odd[1:]))
    assert history.find_first_moment(tmp_path) == datetime(2027, 1, 11, 23, 59, 59, 999000, UTC)


def test_cutting_by_lines_finds_what_came_after(tmp_path):
    folder = tmp_path / "history"
    folder.mkdir()
    assert history.read_after(tmp_path, ["ab"]) == ([], frozenset({"ab"}))
    (folder / "a-1.jsonl").write_bytes(b"")
    assert history.read_after(tmp_path, [""]) == ([], frozenset())


@pytest.mark.parametrize(("argv", "printed"), list(examples("changes.md")))
def test_the_examples_of_the_page_print_what_it_says(worked, fedcheck, argv, printed):
    status, out, _ = fedcheck(*argv)
    assert status == 0
    assert agrees(printed, out), out


def test_every_kind_of_change_is_documented():
    text = (DOCS / "json.md").read_text(encoding="utf-8").partition("\n## changes\n")[2]
    for kind, (group, _) in WORDS.items():
        line = next(line for line in text.splitlines() if line.startswith(f"- `{group}`"))
        assert f"`{kind}`" in line
