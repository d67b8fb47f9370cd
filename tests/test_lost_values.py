"""A value that something outside fedcheck took back stays listed until a person settles it."""

import re
from pathlib import Path

import pytest
from conftest import OpenWorkspace

from fedcheck.cli.main import run
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.session import Session

DIAGRAM = "rev5.readiness.csp:diagram"
CSP_FILE = "progress/rev5.readiness.csp.toml"


@pytest.fixture
def root(session: Session) -> Path:
    """Return a workspace in which a file was put back as it was before a person's change."""
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    before = (session.root / CSP_FILE).read_bytes()
    session.apply([DIAGRAM], ItemEdit(owner="erin"))
    (session.root / CSP_FILE).write_bytes(before)
    assert session.reconcile() == 1
    return session.root


def verify(root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    status = run(["history", "--verify", "-w", str(root)])
    return status, "".join(capsys.readouterr())


def test_it_is_listed_until_a_person_accepts_it(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        status, said = verify(root, capsys)
        assert status == 1
        assert "owner erin" in said
        assert run(["doctor", "-w", str(root)]) == 1
    (digest,) = re.findall(r"history confirm ([0-9a-f]{12})", said)
    assert run(["history", "confirm", digest, "-w", str(root)]) == 0
    assert verify(root, capsys)[0] == 0
    assert b'owner = "dana"' in (root / CSP_FILE).read_bytes()


def test_it_is_listed_until_it_is_set_again(
    root: Path, open_workspace: OpenWorkspace, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(root, capsys)[0] == 1
    open_workspace(root).apply([DIAGRAM], ItemEdit(owner="erin"))
    assert verify(root, capsys)[0] == 0


def test_doctor_sets_it_again(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor", "--fix", "-w", str(root)])
    assert b'owner = "erin"' in (root / CSP_FILE).read_bytes()
    assert verify(root, capsys)[0] == 0
