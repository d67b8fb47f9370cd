"""Hand-over packages: what is in them, that they can be opened and checked, and hostile ones."""

import json
import stat
import zipfile
from pathlib import Path

import pytest
from conftest import MakeWorkspace, OpenWorkspace
from handovers import HEAD, SECRET, TABLE, fill, unpack

from fedcheck.cli.main import run
from fedcheck.sharing import package_zip
from fedcheck.sharing.handover import prepare


@pytest.fixture
def root(make_workspace: MakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace of an assessor with something of each kind; it is where we are."""
    folder = fill(make_workspace(role="3pao", head=HEAD))
    monkeypatch.chdir(folder)
    return folder


def test_a_package_holds_nothing_that_is_private_internal_or_local(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["set", "crypto-table", "--private-note", "PRIVATEWORD two", "--note", "HISTORYWORD"])
    run(["set", "crypto-table", "--note", "Shared note"])  # the history alone has the older one
    package = tmp_path / "p.zip"
    assert run(["handover", "--to", "csp", "-o", str(package), "--evidence", "files"]) == 0
    folder = unpack(package, tmp_path / "p")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    top = {"README.md", "fedcheck.toml", "findings.toml", "handover.toml", "requests.toml"}
    assert {name for name in names if "/" not in name} == top
    assert {name.split("/")[0] for name in names} - top == {"checklists", "evidence", "progress"}
    assert "checklists/acme.shared.toml" in names
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    found = [word for word in SECRET if word.encode() in everything.replace(b"`private/`", b"")]
    assert not found
    for word in ("Send the crypto table", "Weak ciphers", "CUI // SP-ISVI", "Alice Ngata"):
        assert word.encode() in everything, f"{word} would be found"
    assert (folder / "evidence/table.txt").read_bytes() == TABLE
    assert (folder / "README.md").read_text().count("CUI // SP-ISVI") == 2
    capsys.readouterr()
    assert run(["-w", str(folder), "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"]["open"] == 1


def test_evidence_goes_as_chosen_and_a_changed_file_is_named(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for choice, has_item in (("none", False), ("links", True)):
        folder = tmp_path / choice
        assert run(["handover", "--to", "csp", "-o", str(folder), "--evidence", choice]) == 0
        progress = (folder / "progress/rev5.readiness.csp.toml").read_text()
        assert ("evidence/table.txt" in progress) is has_item
        assert not (folder / "evidence").exists()
    (root / "evidence/table.txt").write_text("other")
    capsys.readouterr()
    assert run(["handover", "--to", "csp", "-o", str(tmp_path / "f"), "--evidence", "files"]) == 0
    assert "evidence/table.txt: changed since it was added" in capsys.readouterr().err
    assert not (tmp_path / "f/evidence").exists()


def test_names_of_our_people_can_be_left_out(root: Path, tmp_path: Path) -> None:
    assert run(["handover", "--to", "csp", "-o", str(tmp_path / "p"), "--redact", "owners"]) == 0
    everything = b"".join(p.read_bytes() for p in (tmp_path / "p").rglob("*.toml")).lower()
    assert b"alice" not in everything
    assert b"ngata" not in everything
    assert b'by = "3pao"' in everything
    assert b"dana" in everything, "theirs stay"


def test_the_same_state_and_time_give_the_same_bytes(
    root: Path, open_workspace: OpenWorkspace
) -> None:
    made = []
    for _ in range(2):
        session = open_workspace(root)
        session.token = lambda size: "ab" * size
        package = prepare(session, "csp", "files")
        made.append(package_zip.pack(package.files, package.manifest.made))
    assert made[0] == made[1]


def test_verify_names_what_was_altered_is_missing_or_was_added(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "p"
    assert run(["handover", "--to", "csp", "-o", str(folder)]) == 0
    assert run(["handover", "--verify", str(folder)]) == 0
    (folder / "findings.toml").write_text("format = 1\n")
    (folder / "README.md").unlink()
    (folder / "evil.sh").write_text("rm")
    (folder / "link").symlink_to("/etc/passwd")
    (folder / ".git").mkdir()
    capsys.readouterr()
    assert run(["handover", "--verify", str(folder), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["altered"] == ["findings.toml"]
    assert found["missing"] == ["README.md"]
    assert found["added"] == [".git/", "evil.sh", "link"]
    assert run(["handover", "--verify", str(root)]) == 3


@pytest.mark.parametrize(
    "argv",
    [
        ["--to", "3pao", "-o", "x"],
        ["--to", "csp"],
        ["--to", "csp", "-o", "progress"],
        ["--to", "csp", "-o", "fedcheck.toml"],
        ["--to", "csp", "--take-back", "x"],
        ["--accept", "ffffff"],
    ],
)
def test_wrong_usage_is_told(root: Path, argv: list[str]) -> None:
    assert run(["handover", *argv]) == 2
    assert not (root / "handovers").exists()


def test_nothing_is_handed_over_while_a_file_is_broken(root: Path, tmp_path: Path) -> None:
    (root / "requests.toml").write_text("no toml")
    assert run(["handover", "--to", "csp", "-o", str(tmp_path / "p.zip")]) == 3
    assert not (tmp_path / "p.zip").exists()


def zipped(path: Path, files: dict[str, bytes], **about: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = about.get("attr", 0)
            archive.writestr(info, data)
    return path


MANIFEST = b'format = 1\nid = "abcdef"\nfrom = "3pao"\nto = "csp"\nmade = "2027-01-11T15:00:00Z"\n'


@pytest.mark.parametrize(
    "name",
    [
        "../evil.toml", "/etc/evil", "a/../../b", "a\\..\\b", "C:/x", "progress/con.toml", "NUL",
        "a//b", "x. ", "a\x01b", "x" * 300, "HANDOVER.TOML",
    ],
)  # fmt: skip
def test_a_zip_with_a_dangerous_name_is_refused(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = zipped(tmp_path / "x.zip", {"handover.toml": MANIFEST, name: b""})
    assert run(["handover", "--verify", str(path)]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_links_bombs_and_crowds_in_a_zip_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = zipped(tmp_path / "l.zip", {"handover.toml": MANIFEST}, attr=stat.S_IFLNK << 16)
    assert run(["handover", "--verify", str(link)]) == 3
    monkeypatch.setattr(package_zip, "MAX_UNPACKED", 1 << 20)
    listed = MANIFEST + b'[[file]]\npath = "x"\nsha256 = "' + b"0" * 64 + b'"\n'
    bomb = zipped(tmp_path / "b.zip", {"handover.toml": listed, "x": bytes(3 << 20)})
    assert run(["handover", "--verify", str(bomb)]) == 3
    raw = bytearray(bomb.read_bytes())  # a header that claims one byte
    raw = raw.replace((3 << 20).to_bytes(4, "little"), (1).to_bytes(4, "little"))
    bomb.write_bytes(raw)
    assert run(["handover", "--verify", str(bomb)]) == 3
    monkeypatch.setattr(package_zip, "MAX_FILES", 2)
    crowd = zipped(tmp_path / "c.zip", {"handover.toml": MANIFEST, "a": b"", "b": b""})
    assert run(["handover", "--verify", str(crowd)]) == 3
    cut = tmp_path / "cut.zip"
    cut.write_bytes(crowd.read_bytes()[:-30])
    assert run(["handover", "--verify", str(cut)]) == 3


@pytest.mark.parametrize(
    "text",
    [
        b"no toml",
        b"format = 1\n",
        MANIFEST.replace(b"abcdef", b"../../x"),
        MANIFEST.replace(b"2027-01-11T15:00:00Z", b"soon"),
        MANIFEST + b'[[file]]\npath = "../x"\nsha256 = "' + b"0" * 64 + b'"\n',
        MANIFEST + b'[[file]]\npath = "x"\nsha256 = "1"\n',
        MANIFEST + b"file = 3\nx = [",
    ],
)
def test_a_broken_manifest_is_told(tmp_path: Path, text: bytes) -> None:
    assert (
        run(["handover", "--verify", str(zipped(tmp_path / "x.zip", {"handover.toml": text}))]) == 3
    )
