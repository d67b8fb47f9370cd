"""Evidence files: changed means changed, and nothing is read for ever."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import MakeWorkspace, OpenWorkspace

from fedcheck.cli.main import run
from fedcheck.domain.evidence import Evidence, file_key
from fedcheck.domain.evidence_edit import EvidenceEdit, attach_evidence
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.record import Record
from fedcheck.session import Session
from fedcheck.storage import evidence_paths, evidence_states, file_looks, local_state

DIAGRAM = "rev5.readiness.csp:diagram"
CRYPTO = "rev5.readiness.csp:crypto-table"
SMALL, LARGE = "evidence/small.txt", "evidence/large.bin"
MIB = 1 << 20
NFC, NFD = "evidence/Übersicht é.txt", unicodedata.normalize("NFD", "evidence/Übersicht é.txt")

Call = Callable[..., tuple[int, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs a command on a workspace: status and stdout."""

    def line(root: Path, *argv: str) -> tuple[int, str]:
        status = run([*argv, "-w", str(root)])
        return status, capsys.readouterr().out

    return line


@pytest.fixture
def at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Believe each look: as if the test waited until files are at rest."""
    monkeypatch.setattr(file_looks, "REST", 0)


@pytest.fixture
def root(workspace: Path, open_workspace: OpenWorkspace) -> Path:
    """Return a workspace in which an item is done, with a small and a large evidence file."""
    (workspace / "evidence").mkdir()
    (workspace / SMALL).write_text("the boundary")
    (workspace / LARGE).write_bytes(b"scan\n" * (3 * MIB // 5))
    add(open_workspace(workspace), DIAGRAM, SMALL, LARGE)
    open_workspace(workspace).apply([DIAGRAM], ItemEdit(status="done"))
    return workspace


def add(session: Session, ref: str, *links: str) -> None:
    made = [session.new_evidence(link, here=session.root) for link in links]
    session.apply([ref], attach_evidence(*made))


def states(root: Path, open_workspace: OpenWorkspace, ref: str = DIAGRAM) -> tuple[str, ...]:
    return open_workspace(root).board().rows[ref].evidence


def count_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that fills with the names of the files that are hashed."""
    real, names = file_looks.look_into, list[str]()

    def counted(path: Path, *args: object, **named: object) -> file_looks.FileLook:
        names.append(path.name)
        return real(path, *args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(file_looks, "look_into", counted)
    return names


# a new time stamp is no change


def taken_by_git(root: Path, to: Path) -> None:
    (root / ".gitignore").write_text(".fedcheck/\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for argv in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *argv], cwd=root, check=True, timeout=60)
    subprocess.run([*git, "clone", "-q", str(root), str(to)], check=True, timeout=60)


def taken_by_copy(root: Path, to: Path) -> None:
    subprocess.run(["cp", "-r", str(root), str(to)], check=True, timeout=60)


def taken_by_zip(root: Path, to: Path) -> None:
    archive = root.parent / "workspace.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for path in sorted(root.rglob("*")):
            out.write(path, path.relative_to(root))
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(to)


def touched(root: Path, to: Path) -> None:
    shutil.move(root, to)
    for path in (to / "evidence").iterdir():
        os.utime(path, (1, 1))


@pytest.mark.parametrize("take", [taken_by_git, taken_by_copy, taken_by_zip, touched])
def test_no_copy_of_a_workspace_accuses_anybody(
    root: Path, call: Call, take: Callable[[Path, Path], None]
) -> None:
    there = root.parent / "there"
    take(root, there)
    found = json.loads(call(there, "status", "--json")[1])["evidence"]
    assert found == {"total": 2, "stale": 0, "missing": 0, "changed": 0, "unverified": 1}
    kinds = {m["kind"] for m in json.loads(call(there, "gate", "--json")[1])["missing"]}
    assert not kinds & {"changed", "missing", "unverified"}
    told = call(there, "report", "pmo-status", "-o", "-")[1]
    assert "its hash differs" not in told
    assert (
        "Of 2 evidence attachments, none are stale, missing or changed. 1 attachment is not "
        "verified" in told
    )
    assert call(there, "evidence", "verify")[1] == "2 files hashed; 0 problems found.\n"
    found = json.loads(call(there, "status", "--json")[1])["evidence"]
    assert (found["changed"], found["unverified"]) == (0, 0)


def test_an_edit_that_hides_behind_the_old_time_is_found(
    root: Path, open_workspace: OpenWorkspace, at_rest: None
) -> None:
    assert states(root, open_workspace) == ("ok", "ok")
    path = root / SMALL
    before = path.stat()
    path.write_text("the boundarY")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert states(root, open_workspace) == ("changed", "ok")
    path.write_text("the boundary")
    assert states(root, open_workspace) == ("ok", "ok"), "it is again what it was"


def test_a_large_file_is_unverified_until_a_person_verifies_it(
    root: Path, open_workspace: OpenWorkspace, call: Call, at_rest: None
) -> None:
    os.utime(root / LARGE, (5, 5))
    assert states(root, open_workspace) == ("ok", "unverified")
    shown = call(root, "status")[1]
    assert "(1 unverified)" in shown
    assert "fedcheck evidence verify evidence:unverified" in shown
    assert "? unverified" in call(root, "list", "evidence:unverified")[1]
    assert call(root, "evidence", "verify", "evidence:unverified")[0] == 0
    assert states(root, open_workspace) == ("ok", "ok")
    (root / LARGE).write_bytes(b"xxxx\n" * (3 * MIB // 5))
    assert states(root, open_workspace) == ("ok", "unverified")
    assert call(root, "evidence", "verify")[0] == 1
    assert states(root, open_workspace) == ("ok", "changed")


def test_another_size_needs_no_reading(
    root: Path, open_workspace: OpenWorkspace, at_rest: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (root / LARGE).open("ab") as file:
        file.write(b"more")
    names = count_reads(monkeypatch)
    assert states(root, open_workspace) == ("ok", "changed")
    assert names == []
    with (root / LARGE).open("r+b") as file:
        file.truncate(3 * MIB // 5 * 5)
    assert states(root, open_workspace) == ("ok", "unverified"), "the size fits: it may be the same"


def test_what_was_hashed_is_not_hashed_again(
    root: Path, open_workspace: OpenWorkspace, at_rest: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(root / SMALL, (7, 7))
    names = count_reads(monkeypatch)
    for _ in range(3):
        assert states(root, open_workspace) == ("ok", "ok")
    assert names == ["small.txt"]
    (root / SMALL).chmod(0o600)
    (root / SMALL).rename(root / "evidence/x")
    (root / "evidence/x").rename(root / SMALL)
    assert states(root, open_workspace) == ("ok", "ok")
    assert names == ["small.txt"] * 2, "a rename costs one hash"


def test_where_nothing_can_be_remembered_the_answer_stands_and_is_kept_in_this_process(
    root: Path, open_workspace: OpenWorkspace, at_rest: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(root / ".fedcheck")
    (root / ".fedcheck").write_text("in the way")
    os.utime(root / SMALL, (7, 7))
    session = open_workspace(root)
    assert session.board().rows[DIAGRAM].evidence[0] == "ok"
    names = count_reads(monkeypatch)
    session.refresh_files()
    session.refresh_files()
    assert names == [], "the app looks every few seconds"


def test_a_check_does_not_wait_for_the_lock(root: Path, open_workspace: OpenWorkspace) -> None:
    os.utime(root / SMALL, (7, 7))
    with local_state.lock_workspace(root):
        begun = time.monotonic()
        assert states(root, open_workspace)[0] == "ok"
        assert time.monotonic() - begun < local_state.LOCK_WAIT / 2


def test_a_workspace_that_went_away_is_not_made_anew(root: Path) -> None:
    piece = Evidence("e1", SMALL, kind="file", sha256="0" * 64)  # type: ignore[arg-type]
    (root / "fedcheck.toml").unlink()
    shutil.rmtree(root / ".fedcheck")
    found = evidence_states.check_states(root, [Record(evidence=(piece,))])
    assert found == {file_key(piece): "changed"}
    assert not (root / ".fedcheck").exists()


@pytest.mark.parametrize(("seconds", "state"), [(1, "changed"), (3, "ok")])
def test_a_look_at_a_file_that_was_not_at_rest_is_not_believed(
    root: Path, open_workspace: OpenWorkspace, seconds: int, state: str
) -> None:
    """As if it had been written again within one tick: same size, same times, other bytes."""
    path = root / SMALL
    path.write_text("THE BOUNDARY")
    facts = path.stat()
    known = local_state.load_verified(root)
    known[SMALL] |= {"mtime": facts.st_mtime_ns, "ctime": facts.st_ctime_ns, "inode": facts.st_ino}
    known[SMALL]["at"] = facts.st_ctime_ns + seconds * 1_000_000_000
    local_state.note_verified(root, known)
    evidence_states._seen_here.clear()
    assert states(root, open_workspace)[0] == state


def test_a_large_file_that_was_added_while_new_is_hashed_once_more(
    root: Path, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = count_reads(monkeypatch)
    assert states(root, open_workspace) == ("ok", "ok")
    assert "large.bin" in names


@pytest.mark.parametrize("entry", ['"x"', "[1]", '{"size": "1"}', '{"state": "ok", "size": 12}'])
def test_a_damaged_memory_is_no_knowledge(
    root: Path, open_workspace: OpenWorkspace, entry: str
) -> None:
    (root / ".fedcheck/verified.json").write_text(f'{{"{SMALL}": {entry}}}')
    assert states(root, open_workspace)[0] == "ok"


def test_two_items_that_were_added_with_different_bytes_are_judged_apart(
    root: Path, open_workspace: OpenWorkspace
) -> None:
    (root / SMALL).write_text("a new boundary")
    add(open_workspace(root), CRYPTO, SMALL)
    assert states(root, open_workspace)[0] == "changed"
    assert states(root, open_workspace, CRYPTO) == ("ok",)


def test_evidence_without_a_hash_can_only_be_missing(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    text = '[[item."diagram".evidence]]\nid = "a1"\nlink = "big.bin"\nkind = "file"\n'
    head = 'format = 1\nchecklist = "rev5.readiness.csp"\n\n'
    (workspace / "progress/rev5.readiness.csp.toml").write_text(head + text)
    (workspace / "big.bin").write_bytes(bytes(2 * MIB))
    assert states(workspace, open_workspace) == ("ok",)
    (workspace / "big.bin").unlink()
    assert states(workspace, open_workspace) == ("missing",)


def test_stale_evidence_stays_stale_whether_it_was_verified_or_not(
    root: Path, open_workspace: OpenWorkspace, clock: object
) -> None:
    session = open_workspace(root)
    session.project.record(DIAGRAM)
    text = (root / "progress/rev5.readiness.csp.toml").read_text()
    old = text.replace('kind = "file"\n', 'kind = "file"\nexpires = 2020-01-01\n')
    (root / "progress/rev5.readiness.csp.toml").write_text(old)
    os.utime(root / LARGE, (5, 5))
    assert set(states(root, open_workspace)) == {"stale"}


def test_a_hash_in_capitals_is_the_same_hash(root: Path, open_workspace: OpenWorkspace) -> None:
    path = root / "progress/rev5.readiness.csp.toml"
    lines = path.read_text().splitlines(keepends=True)
    raised = [line.replace(line[10:-2], line[10:-2].upper()) if line.startswith("sha256") else line
              for line in lines]  # fmt: skip
    assert raised != lines
    path.write_text("".join(raised))
    assert states(root, open_workspace) == ("ok", "ok")
    assert [one.state for one in open_workspace(root).verify_evidence([DIAGRAM])] == ["ok", "ok"]


def test_what_an_import_hashed_is_remembered_for_the_next_process(
    workspace: Path, open_workspace: OpenWorkspace, at_rest: None
) -> None:
    (workspace / "large.bin").write_bytes(bytes(2 * MIB))
    session = open_workspace(workspace)
    piece = session.new_evidence("large.bin", here=workspace)
    session.apply([DIAGRAM], EvidenceEdit(attach=(piece,)))
    evidence_states._seen_here.clear()
    assert states(workspace, open_workspace) == ("ok",)


# how much is read


def test_a_command_hashes_so_many_bytes_and_the_next_one_goes_on(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence_states, "HASHED_BY_ONE_COMMAND", 4 * MIB)
    monkeypatch.setattr(file_looks, "REST", 0)
    root = make_workspace()
    names = [f"e{number}.bin" for number in range(10)]
    for name in names:
        (root / name).write_bytes(name.encode() * (MIB // 6))
    add(open_workspace(root), DIAGRAM, *names)
    for name in names:
        os.utime(root / name, (9, 9))
    evidence_states._seen_here.clear()
    counts = [states(root, open_workspace).count("unverified") for _ in range(4)]
    assert counts == [6, 2, 0, 0]


def test_the_documented_limits() -> None:
    assert (evidence_states.HASHED_AT_ONCE, evidence_states.HASHED_BY_ONE_COMMAND) == (
        1 << 20,
        64 << 20,
    )
    assert file_looks.REST == 2_000_000_000


def test_ten_thousand_files_take_one_look_each(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_looks, "REST", 0)
    (workspace / "evidence").mkdir()

    def records(count: int) -> list[Record]:
        made = []
        for number in range(count):
            link = f"evidence/é{number}.txt" if number % 2 else f"evidence/{number}.txt"
            if number % 5:
                (workspace / link).write_text("x")
            sha = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
            made.append(Evidence(f"{number}", link, kind="file", sha256=sha))  # type: ignore[arg-type]
        return [Record(evidence=tuple(made))]

    many = records(10_000)
    evidence_states.check_states(workspace, many)
    calls = {"read": 0, "write": 0, "stat": 0}

    def counting(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def counted(*args: object, **named: object) -> object:
            calls[name] += 1
            return real(*args, **named)

        return counted

    monkeypatch.setattr(local_state, "load_verified", counting("read", local_state.load_verified))
    monkeypatch.setattr(local_state, "note_verified", counting("write", local_state.note_verified))
    monkeypatch.setattr(Path, "lstat", counting("stat", Path.lstat))
    begun = time.process_time()
    found = evidence_states.check_states(workspace, many)
    assert time.process_time() - begun < 5
    assert calls["read"] == 1
    assert calls["write"] == 0
    assert calls["stat"] <= 10_000 + 10
    assert list(found.values()) == ["missing"] * 2_000


# names in two forms


@pytest.mark.parametrize(("stored", "on_disk"), [(NFC, NFD), (NFD, NFC)])
def test_a_name_in_the_other_form_is_the_same_file(
    workspace: Path, open_workspace: OpenWorkspace, call: Call, stored: str, on_disk: str
) -> None:
    (workspace / "evidence").mkdir()
    (workspace / stored).write_text("x")
    add(open_workspace(workspace), DIAGRAM, stored)
    (workspace / stored).rename(workspace / on_disk)
    assert (workspace / on_disk).name in os.listdir(workspace / "evidence")  # noqa: PTH208
    evidence_states._seen_here.clear()
    assert states(workspace, open_workspace) == ("ok",)
    assert call(workspace, "evidence", "verify")[0] == 0
    (piece,) = open_workspace(workspace).project.record(DIAGRAM).evidence
    assert call(workspace, "evidence", "renew", piece.id)[0] == 0
    assert "orphan-evidence" not in call(workspace, "doctor", "--json")[1]
    (workspace / on_disk).write_text("y")
    assert states(workspace, open_workspace) == ("changed",)


def test_both_forms_in_folders_too(tmp_path: Path) -> None:
    (tmp_path / unicodedata.normalize("NFD", "é/ö")).mkdir(parents=True)
    (tmp_path / unicodedata.normalize("NFD", "é/ö/ü.txt")).write_text("x")
    assert evidence_paths.resolve_path(tmp_path, "é/ö/ü.txt").read_text() == "x"
    assert evidence_paths.resolve_path(tmp_path, "é/ö/ä.txt") == tmp_path / "é/ö/ä.txt"


def test_the_exact_name_goes_first(tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        (tmp_path / unicodedata.normalize(form, "é.txt")).write_text(form)
        name = unicodedata.normalize(form, "é.txt")
        assert evidence_paths.resolve_path(tmp_path, name).read_text() == form


def test_adding_it_in_the_other_form_is_noticed(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace)
    (workspace / "evidence").mkdir()
    (workspace / NFC).write_text("x")
    assert run(["evidence", "add", "diagram", NFC]) == 0
    (workspace / NFC).rename(workspace / NFD)
    assert run(["evidence", "add", "diagram", NFC]) == 0
    assert "already" in capsys.readouterr().err


def test_a_link_in_the_other_form_does_not_hide_a_way_out(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    secret = workspace.parent / "secret.txt"
    secret.write_text("x")
    (workspace / "evidence").mkdir()
    (workspace / NFD).symlink_to(secret)
    assert evidence_paths.leaves_workspace(workspace, NFC)
    text = f'[[item."diagram".evidence]]\nid = "a1"\nlink = "{NFC}"\nkind = "file"\n'
    head = 'format = 1\nchecklist = "rev5.readiness.csp"\n\n'
    (workspace / "progress/rev5.readiness.csp.toml").write_text(head + text)
    assert states(workspace, open_workspace) == ("missing",)
    inside = workspace / unicodedata.normalize("NFD", "evidence/ä.txt")
    inside.symlink_to("../fedcheck.toml")
    assert evidence_paths.is_fedcheck_file(
        evidence_paths.resolve_inside(workspace, "evidence/ä.txt")
    )


# what is not a regular file


def piped(root: Path) -> Path:
    os.mkfifo(root.parent / "pipe")
    return root.parent / "pipe"


def device(_: Path) -> Path:
    return Path("/dev/zero")


@pytest.mark.parametrize("make", [piped, device])
@pytest.mark.parametrize("inside", [True, False])
def test_nobody_waits_for_a_pipe_or_a_device(
    workspace: Path, make: Callable[[Path], Path], inside: bool
) -> None:
    """In a real process, with a limit of time: outside, and behind a link in the workspace."""
    target = make(workspace)
    link = str(target)
    (workspace / "evidence").mkdir()
    if inside:
        link = "evidence/x"
        if target.name == "pipe":
            os.mkfifo(workspace / link)
        else:
            (workspace / link).symlink_to(target)
    sha = "0" * 64
    text = f'[[item."diagram".evidence]]\nid = "a1"\nlink = "{link}"\nkind = "file"\n'
    text += f'sha256 = "{sha}"\n'
    head = 'format = 1\nchecklist = "rev5.readiness.csp"\n\n'
    (workspace / "progress/rev5.readiness.csp.toml").write_text(head + text)
    wanted = [
        (["status"], 0),
        (["evidence", "verify", "--outside"], 1),
        (["evidence", "list"], 0),
        (["evidence", "add", "diagram", link, "--outside"], 2),
        (["evidence", "renew", "a1"], 2),
    ]
    lines = [[*argv, "-w", str(workspace)] for argv, _ in wanted]
    code = f"from fedcheck.cli.main import run\nfor line in {lines!r}: print('=', run(line))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, timeout=60, check=True, cwd=workspace,
    )  # fmt: skip
    *said, rest = re.split(r"(?m)^= ", done.stdout)
    statuses = [int(one.split()[0]) for one in [*said[1:], rest]]
    assert statuses == [status for _, status in wanted], (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert "missing" in said[1], "what verify said"


def test_a_file_that_becomes_a_pipe_after_it_was_looked_at_is_unreadable(
    root: Path, open_workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kind of a file is asked of the open file, not of the name a moment before."""
    real = evidence_paths.EvidenceFinder.stat_file

    def swapped(self: evidence_paths.EvidenceFinder, link: str):  # type: ignore[no-untyped-def]
        found = real(self, link)
        if link == SMALL and found:
            found[0].unlink()
            os.mkfifo(found[0])
        return found

    session = open_workspace(root)
    monkeypatch.setattr(evidence_paths.EvidenceFinder, "stat_file", swapped)

    def give_up(*_: object) -> None:
        raise AssertionError("it waits for the other end of a pipe")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(20)
    try:
        verdicts = session.verify_evidence([DIAGRAM])
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    assert [verdict.state for verdict in verdicts] == ["unreadable", "ok"]


def test_a_file_that_grows_while_it_is_read_is_not_read_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(bytes(3 * MIB))
    with pytest.raises(OSError, match="large"):
        file_looks.look_into(path, most=MIB)

    def grow(_: int) -> None:
        with path.open("ab") as file:
            file.write(bytes(MIB // 16)) if path.stat().st_size < 4 * MIB else None

    look = file_looks.look_into(path, grow)
    assert not look.settled, "its hash is of bytes that nobody finds again"


# remarks


def test_the_gate_counts_it_as_a_remark(
    root: Path, call: Call, open_workspace: OpenWorkspace
) -> None:
    os.utime(root / LARGE, (5, 5))
    text = call(root, "gate", "ready-conversation")[1]
    assert "Remarks  1  (not counted)" in text
    assert "fedcheck evidence verify evidence:unverified" in text
    found = json.loads(call(root, "gate", "ready-conversation", "--json")[1])
    (remark,) = found["remarks"]
    assert (remark["kind"], remark["ref"]) == ("unverified", DIAGRAM)
    assert remark["why"] == "1 evidence file is not verified yet"
    assert "unverified" not in {one["kind"] for one in found["missing"]}
    verified = call(root, "evidence", "verify")[0]
    after = json.loads(call(root, "gate", "ready-conversation", "--json")[1])
    assert (verified, after["remarks"]) == (0, [])
    assert after["missing"] == found["missing"]


def test_doctor_notes_it_and_finds_nothing_wrong(root: Path, call: Call) -> None:
    os.utime(root / LARGE, (5, 5))
    text = call(root, "doctor", "--json")[1]
    notes = [one for one in json.loads(text)["problems"] if one["kind"] == "unverified-evidence"]
    assert [one["severity"] for one in notes] == ["note"]
    assert "1 file is not verified yet" in notes[0]["message"]


@pytest.mark.parametrize("template", ["pmo-status", "evidence", "briefing", "executive"])
def test_no_report_accuses_anybody(root: Path, call: Call, template: str) -> None:
    os.utime(root / LARGE, (5, 5))
    status, text = call(root, "report", template, "-o", "-")
    assert status == 0
    assert "its hash differs" not in text
    assert "unverified" not in text
    if template in ("pmo-status", "evidence"):
        assert "not verified yet" in text
