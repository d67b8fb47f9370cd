"""Names that come from files: none becomes a path before its pattern was checked."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import OpenWorkspace

from fedcheck.cli.main import run
from fedcheck.domain.key import RESERVED_LIST_IDS
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.storage import checklist_writer, history, names, record_files
from fedcheck.storage.checklist_reader import load_list
from fedcheck.storage.record_file import RESERVED_NAMES

Call = Callable[..., tuple[int, str, str]]

BAD_IDS = (
    "", ".", "..", "../x", "../../home/.cargo/config", "/etc/x", "a/b", "a\\b", "A", "a b", "-a",
    ".hidden", "a\n", "a\x00b", "a:b", "x" * 201, "é",
)  # fmt: skip


@pytest.fixture
def call(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    monkeypatch.chdir(workspace)

    def called(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return status, out, err

    return called


@pytest.mark.parametrize("text", BAD_IDS)
def test_what_is_no_id_of_a_list_is_refused(text: str) -> None:
    with pytest.raises(FedcheckError):
        names.parse_list_id(text)
    with pytest.raises(FedcheckError):
        record_files.path_of(Path("root"), text)


@pytest.mark.parametrize("text", sorted(RESERVED_LIST_IDS))
def test_no_list_has_a_reserved_name(text: str) -> None:
    with pytest.raises(FedcheckError, match="fedcheck uses this name itself"):
        names.parse_list_id(text)
    if text not in RESERVED_NAMES:
        with pytest.raises(FedcheckError, match="fedcheck uses this name itself"):
            record_files.path_of(Path("root"), text)


def test_the_names_of_record_files_are_reserved() -> None:
    assert set(RESERVED_NAMES) < RESERVED_LIST_IDS
    assert {checklist_writer.LISTS, checklist_writer.TEXTS} < RESERVED_LIST_IDS


@pytest.mark.parametrize(
    "value", ["", "a" * 63, "A" * 64, "../" + "a" * 61, "a" * 64 + "\n", 3, None]
)
def test_what_is_no_hash_is_refused(value: object) -> None:
    with pytest.raises(FedcheckError, match="is not a SHA-256 hash"):
        names.parse_sha256(value)


@pytest.mark.parametrize("value", ["../x.jsonl", "/x.jsonl", "x.json", "X.jsonl", "a/b.jsonl", 3])
def test_what_is_no_history_file_is_refused(value: object) -> None:
    assert names.parse_history_file_name(value) is None


@pytest.mark.parametrize("text", ["../x.md", "a/b.md", "", ".", "..", ".x.md", "a\n.md"])
def test_what_leads_elsewhere_is_no_file_name(text: str) -> None:
    with pytest.raises(FedcheckError, match="is not a file name"):
        names.parse_file_name(text)
    assert names.parse_file_name("2027-01-11-pmo-status-kick-off-3pao.md")


LISTED = b'format = 1\nid = "x"\n'
DIGEST = hashlib.sha256(LISTED).hexdigest()


def write_history(root: Path, ref: str, field: str, old: object, new: object) -> None:
    """Write what a stranger would ship: an action of ours in our own history file."""
    line = {
        "v": 1, "at": "2027-01-10T10:00:00.000Z", "by": "alice", "tx": "aaaa1111", "ref": ref,
        "field": field, "old": old, "new": new, "prev": "",
    }  # fmt: skip
    (root / "history").mkdir(exist_ok=True)
    text = json.dumps(line, separators=(",", ":")) + "\n"
    (root / "history/alice-00000000.jsonl").write_text(text)
    kept = root / ".fedcheck/backup/lists"
    kept.mkdir(parents=True, exist_ok=True)
    (kept / f"{DIGEST}.toml").write_bytes(LISTED)
    (root / ".fedcheck/writers.json").write_text('{"alice": "alice-00000000.jsonl"}')
    (root / ".fedcheck/seen.json").write_text("{}")  # it was saved there: what we undo is ours


@pytest.mark.parametrize(
    ("ref", "field", "old", "new"),
    [
        ("checklists:../../outside/x", "file", DIGEST, None),
        ("checklists:../../outside/there", "file", None, DIGEST),
        ("checklists:/tmp/x", "file", DIGEST, None),
        ("checklists:checklists", "file", DIGEST, None),
        ("checklists:a:b", "file", DIGEST, None),
        ("checklists:acme", "file", "../../../../outside/there", None),
        ("checklists:acme", "file", 3, None),
        ("checklists:acme", "owner", DIGEST, None),
        ("../../outside/x:a", "owner", "dana", None),
        ("../outside/there:a", "owner", "dana", "erin"),
        ("progress:a", "owner", "dana", None),
    ],
)
def test_undo_of_a_line_with_a_bad_name_reads_and_writes_nothing(
    workspace: Path,
    open_workspace: OpenWorkspace,
    ref: str,
    field: str,
    old: object,
    new: object,
) -> None:
    outside = workspace.parent / "outside"
    outside.mkdir()
    (outside / "there.toml").write_bytes(LISTED)
    write_history(workspace, ref, field, old, new)
    session = open_workspace(workspace)
    before = {p: p.read_bytes() for p in workspace.parent.rglob("*") if p.is_file()}
    with pytest.raises(FedcheckError) as error:
        session.undo()
    assert error.value.kind in (ErrorKind.REFUSED, ErrorKind.USAGE)
    assert "nothing to undo" not in str(error.value), "the action was found, and refused"
    after = {p: p.read_bytes() for p in workspace.parent.rglob("*") if p.is_file()}
    after.pop(workspace / ".fedcheck/lock", None)
    assert after == before


def test_a_kept_list_that_is_not_what_its_name_says_is_not_brought_back(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    write_history(workspace, "checklists:acme", "file", DIGEST, None)
    (workspace / f".fedcheck/backup/lists/{DIGEST}.toml").write_bytes(b"another text")
    with pytest.raises(FedcheckError, match="is not on this machine"):
        open_workspace(workspace).undo()
    assert not (workspace / "checklists/acme.toml").exists()


def test_a_past_state_reads_no_list_by_a_bad_name(call: Call, workspace: Path) -> None:
    outside = workspace.parent / "outside"
    outside.mkdir()
    write_history(workspace, "checklists:../../../../outside/x", "file", DIGEST, None)
    status, _, err = call("changes", "2027-01-09")
    assert status == 0, err
    assert not list(outside.iterdir())


@pytest.mark.parametrize("name", ["checklists", "requests", "imports", "private"])
def test_a_list_of_a_reserved_name_is_refused_everywhere(
    call: Call, workspace: Path, name: str
) -> None:
    (workspace.parent / "l.csv").write_text("Id,Title\na,b\n")
    made = ("--phase", "readiness", "--role", "csp", "--audience", "shared")
    for argv in (
        ("import", "csv", "../l.csv", "--list", name, *made),
        ("checklist", "new", name, *made),
    ):
        status, _, err = call(*argv)
        assert status == 2, argv
        assert f'no checklist can be named "{name}"' in err
        assert not (workspace / f"checklists/{name}.toml").exists()
    text = (workspace / "checklists/rev5.readiness.csp.toml").read_text()
    path = workspace / f"checklists/{name}.toml"
    path.write_text(text.replace('id = "rev5.readiness.csp"', f'id = "{name}"'))
    assert load_list(path, "workspace").checklist is None
    for argv, expected in (
        (("checklist", "validate"), 1), (("doctor",), 1), (("status",), 0),
    ):  # fmt: skip
        status, out, err = call(*argv)
        assert status == expected, (argv, out, err)
        assert f'no checklist can be named "{name}"' in " ".join((out + err).split()), argv
    assert call("set", f"{name}:diagram", "--owner", "dana")[0] == 2
    assert not history.list_history_files(workspace)


@pytest.mark.parametrize("name", ["checklists", "Some Name", "private"])
def test_a_progress_file_of_a_name_that_no_list_has_is_told(
    call: Call, workspace: Path, name: str
) -> None:
    (workspace / f"progress/{name}.toml").write_text('format = 1\n[item."a"]\nowner = "x"\n')
    _, _, err = call("status")
    assert f'no checklist can be named "{name}"' in err
    assert call("set", "diagram", "--owner", "dana")[0] == 0
