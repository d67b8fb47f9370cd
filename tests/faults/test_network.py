"""fedcheck does not reach for the network: no socket but those inside the machine."""

import json
import sys
from pathlib import Path

import cases
import pytest
import tracing

pytestmark = pytest.mark.skipif(bool(tracing.why_not()), reason=tracing.why_not() or "none")

NETWORK = ("socket", "connect")
ITEM = "rev5.readiness.csp:abd"

COMMANDS = [
    ("status", "--json"),
    ("list",),
    ("next",),
    ("show", ITEM),
    ("gate",),
    ("report", "-o", "report.md"),
    ("history", "--verify"),
    ("evidence", "list"),
    ("evidence", "verify"),
    ("evidence", "add", ITEM, "https://tickets.example.com/1"),
    ("set", ITEM, "--owner", "dana"),
    ("undo",),
    ("checklist", "validate"),
    ("config", "paths"),
    ("doctor",),
    ("next", "--calendar"),
    ("handoffs",),
    ("responsibilities",),
    ("changes", "2026-01-01"),
    ("tests",),
    ("digest", "-o", "digests"),
    ("report", "executive", "-o", "report.html"),
    ("request", "list"),
    ("finding", "list"),
    ("export", "ics", "-o", "calendar.ics"),
    ("export", "requests", "-o", "requests.xlsx"),
    ("export", "csv", "-o", "items.csv"),
    ("export", "json"),
    ("import", "requests", "requests.xlsx", "--dry-run"),
    ("demo", "demo"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("network")
    cases.prepare(cases.SCENARIOS["later"], found / "ready")
    for name in ("workspace", "home"):
        (found / "ready" / name).rename(found / name)
    return found


def reaching_out(traced: tracing.Traced) -> list[str]:
    """Return the calls that are about another family of sockets than those of this machine."""
    return [
        f"{call.name}({call.text}"
        for call in traced.calls
        if "AF_UNIX" not in call.text and "AF_LOCAL" not in call.text
    ]


def test_no_command_reaches_for_the_network(place: Path) -> None:
    root = place / "workspace"
    argv = [["-w", str(root), *words] for words in COMMANDS]
    several = [sys.executable, "-c", cases.SEVERAL, json.dumps(argv)]
    traced = tracing.run(several, place, NETWORK)
    answers = json.loads(traced.out)
    for words, (status, _, err) in zip(COMMANDS, answers, strict=True):
        assert status in (0, 1), (words, err)
    assert (place / "demo" / "fedcheck.toml").exists()
    assert not reaching_out(traced)


def test_a_socket_would_be_seen(tmp_path: Path) -> None:
    code = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"
    traced = tracing.run([sys.executable, "-c", code], tmp_path, NETWORK)
    assert any("AF_INET" in one for one in reaching_out(traced))
