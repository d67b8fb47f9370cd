"""Evidence files are opened with the system's program, after a person saw what will run."""

import os
import subprocess
from pathlib import Path

import pytest
from driving import press, screen_text, settle

from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.storage import config, paths
from fedcheck.tui import evidence_opener
from fedcheck.tui.app import FedcheckApp

DIAGRAM = "rev5.readiness.csp:diagram"


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an opener in a folder of the PATH."""
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text("#!/bin/sh\n")
    opener.chmod(0o755)
    monkeypatch.setattr(evidence_opener.sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("PATH", str(opener.parent))
    return opener


def test_the_opener_is_never_one_of_the_workspace(
    desktop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "w"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "xdg-open").write_text("#!/bin/sh\n")
    (root / "bin" / "xdg-open").chmod(0o755)
    (tmp_path / "linked").symlink_to(root / "bin")
    monkeypatch.chdir(root / "bin")
    for folder in (root / "bin", tmp_path / "linked", Path(), Path("../bin")):
        monkeypatch.setenv("PATH", str(folder))
        assert evidence_opener.find_opener(root) == ""
    monkeypatch.setenv("PATH", os.pathsep.join((str(root / "bin"), ".", "", str(desktop.parent))))
    assert evidence_opener.find_opener(root) == str(desktop)
    monkeypatch.delenv("DISPLAY")
    assert evidence_opener.find_opener(root) == "", "no desktop, nothing that could show it"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.desktop", b"x"),
        ("scan.PDF.Sh", b"x"),
        ("scan.pdf", b"#!/bin/sh\nrm -rf ~"),
        ("scan.pdf", b"\n[Desktop Entry]\nExec=sh"),
        ("scan.pdf", b"\x7fELF"),
    ],
)
def test_what_a_system_would_run_is_not_opened(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert evidence_opener.may_run(path)
    (tmp_path / "plain.pdf").symlink_to(path)
    assert evidence_opener.may_run(tmp_path / "plain.pdf")
    (tmp_path / "real.pdf").write_bytes(b"%PDF-1.7")
    assert not evidence_opener.may_run(tmp_path / "real.pdf")


async def test_a_file_opens_after_what_will_run_was_shown(
    desktop, make_workspace, open_workspace, clock, monkeypatch
) -> None:
    root = make_workspace()
    (root / "scan.pdf").write_bytes(b"%PDF-1.7")
    session = open_workspace(root)
    session.apply([DIAGRAM], attach_evidence(session.new_evidence("scan.pdf", here=root)))
    started: list[tuple[list[str], str]] = []
    monkeypatch.setattr(
        subprocess, "Popen", lambda command, **how: started.append((command, how["cwd"]))
    )
    app = FedcheckApp(root, paths.find_user_folders(), config.UserConfig(), "alice", root, clock)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "2", "e", "o")
        assert app.screen.choices[0].text == f"Run: {desktop} {root / 'scan.pdf'}"
        assert "Open scan.pdf?" in screen_text(app)
        assert started == []
        await press(pilot, "o")
        assert started == [([str(desktop), str(root / "scan.pdf")], "/")]
        await press(pilot, "o", "c")
        assert len(started) == 1
        assert app.clipboard == str(root / "scan.pdf")
