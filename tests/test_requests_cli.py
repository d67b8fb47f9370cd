"""Requests and findings from the command line: asked, answered, raised, closed, owed, told."""

import io
import json
import re
from datetime import date
from pathlib import Path

import pytest
import tomli
from click.shell_completion import BashComplete
from conftest import MakeWorkspace
from msgspec.structs import replace
from small_project import item, small_board

from fedcheck.analysis.gates import gate
from fedcheck.cli.main import cli, run
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import Record

DIAGRAM = "rev5.readiness.csp:diagram"
FIPS = "rev5.readiness.3pao:mandate-1-fips"
PEOPLE = """
[people.dana]
role = "csp"
[people.bob]
role = "3pao"
"""


@pytest.fixture
def root(make_workspace: MakeWorkspace) -> Path:
    """Return a workspace in which two people are known."""
    folder = make_workspace()
    head = folder / "fedcheck.toml"
    head.write_text(head.read_text() + PEOPLE)
    return folder


@pytest.fixture
def fedcheck(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return a function that runs a command line in the workspace: status, stdout, stderr."""
    monkeypatch.chdir(root)

    def call(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def ask(fedcheck, *argv: str, title: str = "Which ports?") -> str:
    status, out, err = fedcheck("request", "add", title, *argv)
    assert (status, err) == (0, "")
    return out.split()[0]


def find(fedcheck, *argv: str, title: str = "Weak TLS", risk: str = "moderate") -> str:
    status, out, err = fedcheck("finding", "add", title, "--risk", risk, *argv)
    assert (status, err) == (0, "")
    return out.split()[0]


def told(fedcheck, *argv: str) -> dict:
    status, out, _ = fedcheck(*argv, "--json")
    assert status == 0
    return json.loads(out)


def test_a_request_is_asked_with_everything(fedcheck, root):
    about = ["--document", "SSP", "--section", "9.2", "--round", "1", "--text", "All of them."]
    who = ["--by", "TR-B", "--to", "dana", "--due", "+2w", "--item", "diagram"]
    request_id = ask(fedcheck, *about, *who, "--kind", "evidence")
    (saved,) = tomli.loads((root / "requests.toml").read_text())["request"]
    assert saved == {
        "id": request_id,
        "title": "Which ports?",
        "kind": "evidence",
        "by": "TR-B",
        "to": "dana",
        "asked": date(2027, 1, 11),
        "due": date(2027, 1, 25),
        "round": "1",
        "document": "SSP",
        "section": "9.2",
        "text": "All of them.",
        "items": [DIAGRAM],
    }


def test_who_asks_is_who_types_and_texts_come_from_stdin(fedcheck, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("One.\nTwo.\n"))
    request_id = ask(fedcheck, "--text", "-", "--due", "kick-off - 14d")
    row = told(fedcheck, "request", "show", request_id)
    assert (row["by"], row["text"], row["due"]) == ("alice", "One.\nTwo.", "2027-01-18")


def test_answer_return_answer_accept_and_take_it_back(fedcheck, root):
    (root / "ports.csv").write_text("443\n")
    request_id = ask(fedcheck, "--by", "bob", "--to", "dana")
    status, out, _ = fedcheck("request", "answer", request_id, "443", "--evidence", "ports.csv")
    assert (status, "answered" in out, "ports.csv" in out) == (0, True, True)
    assert fedcheck("request", "return", request_id, "--comment", "And UDP?")[0] == 0
    row = told(fedcheck, "request", "show", request_id)
    assert (row["state"], row["returned"], row["comment"]) == ("open", True, "And UDP?")
    assert row["evidence"][0]["sha256"]
    assert fedcheck("request", "answer", request_id, "No UDP")[0] == 0
    assert fedcheck("request", "accept", request_id)[0] == 0
    row = told(fedcheck, "request", "show", request_id)
    assert (row["state"], row["answer"], len(row["evidence"])) == ("accepted", "No UDP", 1)
    assert fedcheck("undo")[0] == 0
    assert told(fedcheck, "request", "show", request_id)["state"] == "answered"
    _, out, _ = fedcheck("request", "show", request_id)
    for words in ("by bob (3pao)", "dana (csp)", "No UDP", "ports.csv", 'new: "Which ports?"'):
        assert words in out


def test_several_are_accepted_as_one_change_or_not_at_all(fedcheck):
    one, two = ask(fedcheck), ask(fedcheck)
    fedcheck("request", "answer", one, "yes")
    status, _, err = fedcheck("request", "accept", one, two)
    assert (status, "has no answer yet" in err) == (2, True)
    assert told(fedcheck, "request", "show", one)["state"] == "answered"
    fedcheck("request", "answer", two, "yes")
    assert fedcheck("request", "accept", one, two)[0] == 0
    assert fedcheck("undo")[0] == 0
    assert {row["state"] for row in told(fedcheck, "request", "list")} == {"answered"}


BOOK = """format = 1

[[request]]
id = "abc1"
title = "First"
asked = 2027-01-03
by = "TR-B"
to = "dana"
due = 2027-01-04
round = "1"
document = "SSP"
items = ["rev5.readiness.csp:diagram"]

[[request]]
id = "abd2"
title = "Second"
asked = 2027-01-02
by = "bob"
to = "csp"
state = "answered"
answered = 2027-01-05
answer = "443"
due = 2027-01-04

[[request]]
id = "xyz3"
title = "Third"
asked = 2027-01-05
by = "dana"
to = "bob"
answered = 2027-01-06
comment = "And UDP?"
"""


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ([], ["abd2", "abc1", "xyz3"]),
        (["state:open"], ["abc1"]),
        (["state:returned"], ["xyz3"]),
        (["is:open"], ["abc1", "xyz3"]),
        (["is:overdue"], ["abc1"]),
        (["to:csp"], ["abd2", "abc1"]),
        (["to:dana"], ["abc1"]),
        (["by:tr-b|bob"], ["abd2", "abc1"]),
        (["round:1", "document:ssp"], ["abc1"]),
        (["item:diagram"], ["abc1"]),
        (["due:none"], ["xyz3"]),
        (["udp"], ["xyz3"]),
        (["--", "-udp", "-to:dana"], ["abd2"]),
        (["is:overdue", "--as-of", "2027-01-04"], []),
    ],
)
def test_the_list_takes_queries_and_the_newest_is_last(fedcheck, root, query, ids):
    (root / "requests.toml").write_text(BOOK)
    status, out, err = fedcheck("request", "list", *query)
    assert (status, err) == (0, "" if ids else "fedcheck: no request matches\n")
    assert [line.split()[0] for line in out.splitlines()] == ids


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["request", "list", "stat:open"], 'did you mean "state"?'),
        (["request", "list", "state:opne"], 'did you mean "open"?'),
        (["request", "list", "to:dnaa"], 'did you mean "dana"?'),
        (["request", "list", "document:sspp"], 'did you mean "SSP"?'),
        (["request", "show", "ab"], "may be any of"),
        (["request", "show", "xyz4"], "did you mean xyz3?"),
        (["request", "answer", ""], "no such request"),
        (["request", "answer", "abc"], "the answer is empty"),
        (["request", "accept", "abc"], "has no answer yet"),
        (["request", "return", "abc", "--comment", "x"], "is already open"),
        (["request", "return", "abd", "--comment", " "], "a returned request needs a comment"),
        (["request", "add", "  "], "needs a title"),
        (["request", "add", "A", "--due", "someday"], "neither a date nor a milestone"),
        (["request", "add", "A", "--item", "diagrm"], "did you mean diagram?"),
        (["show", "requests:xyz3"], "fedcheck request show xyz3"),
        (["finding", "show", "xyz3"], "no such finding"),
        (["finding", "add", "A"], "--risk"),
        (["finding", "add", "A", "--risk", "hihg"], "hihg"),
        (["finding", "add", "A", "--risk", "low", "--found", "someday"], "neither a date"),
    ],
)
def test_wrong_usage_is_told_in_words_and_saves_nothing(fedcheck, root, argv, words):
    (root / "requests.toml").write_text(BOOK)
    status, out, err = fedcheck(*argv)
    assert (status, out) == (2, "")
    assert words in err
    assert (root / "requests.toml").read_text() == BOOK
    assert not (root / "findings.toml").exists()


def test_a_broken_file_is_not_an_empty_list(fedcheck, root):
    (root / "requests.toml").write_text("format = 1\n[[request\n")
    for argv in (["list"], ["show", "a"], ["add", "A"]):
        status, out, err = fedcheck("request", *argv)
        assert (status, out) == (3, ""), argv
        assert "requests.toml:2" in err, argv


def test_a_private_item_is_not_told_of(fedcheck, root):
    inside = root / "private" / "checklists"
    inside.mkdir(parents=True)
    text = (root / "checklists" / "jab.kick-off.csp.toml").read_text()
    text = text.replace("jab.kick-off.csp", "jab.kick-off.csp-inside").replace("brief", "secret")
    (inside / "jab.kick-off.csp-inside.toml").write_text(text)
    for argv in (["request", "add", "A"], ["finding", "add", "A", "--risk", "low"]):
        status, _, err = fedcheck(*argv, "--item", "secret")
        assert (status, "is private" in err) == (2, True)


@pytest.mark.parametrize(
    ("risk", "due"), [("high", "2027-02-09"), ("moderate", "2027-04-10"), ("low", "2027-07-09")]
)
def test_a_finding_is_due_by_its_risk(fedcheck, risk, due):
    finding_id = find(fedcheck, "--found", "2027-01-10", risk=risk)
    assert told(fedcheck, "finding", "show", finding_id)["due"] == due
    fedcheck("finding", "update", finding_id, "--due", "2027-01-30")
    assert told(fedcheck, "finding", "show", finding_id)["due"] == "2027-01-30"
    fedcheck("finding", "update", finding_id, "--due", "")
    assert told(fedcheck, "finding", "show", finding_id)["due"] == due


def test_several_updates_in_one_command_are_one_change(fedcheck):
    finding_id = find(fedcheck, "--item", "mandate-1-fips")
    argv = ["--plan", "Upgrade", "--owner", "dana", "--risk", "high", "--evidence", "SEC-1"]
    why = ["--deviation", "risk-adjustment", "--rationale", "inside only"]
    assert fedcheck("finding", "update", finding_id, *argv, *why, "--retest", "passed")[0] == 0
    row = told(fedcheck, "finding", "show", finding_id)
    assert (row["state"], row["closed"], row["risk"]) == ("closed", "2027-01-11", "high")
    assert (row["plan"], row["owner"], row["due"]) == ("Upgrade", "dana", "2027-02-10")
    assert (row["deviation_state"], row["evidence"][0]["link"]) == ("pending", "SEC-1")
    fedcheck("undo")
    row = told(fedcheck, "finding", "show", finding_id)
    assert (row["state"], row["plan"], row["risk"], row["evidence"]) == ("open", "", "moderate", [])


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "nothing to update"),
        (["--close"], "cannot be closed without evidence"),
        (["--close", "--reopen"], "contradict"),
        (["--close", "--retest", "failed"], "contradict"),
        (["--reopen", "--retest", "passed"], "contradict"),
        (["--deviation", "false-positive"], "needs a rationale"),
        (["--deviation-state", "approved"], "no deviation was requested"),
        (["--title", " "], "the title is empty"),
        (["--plan", "-", "--text", "-"], "only one text"),
        (["--plan", "Upgrade", "--evidence", "no/such.pdf"], "no such file"),
    ],
)
def test_updates_that_the_rules_refuse_change_nothing(fedcheck, root, argv, words):
    finding_id = find(fedcheck)
    before = (root / "findings.toml").read_text()
    status, _, err = fedcheck("finding", "update", finding_id, *argv)
    assert (status, words in err) == (2, True), err
    assert (root / "findings.toml").read_text() == before


def test_a_finding_closes_on_proof_and_opens_again(fedcheck):
    finding_id = find(fedcheck)
    assert fedcheck("finding", "update", finding_id, "--evidence", "SEC-1", "--close")[0] == 0
    assert fedcheck("finding", "list", "state:open")[1] == ""
    assert fedcheck("finding", "update", finding_id, "--reopen")[0] == 0
    fedcheck("finding", "update", finding_id, "--retest", "failed")
    assert fedcheck("finding", "list", "state:open", "retest:failed")[1].startswith(finding_id)
    assert "retest failed" in fedcheck("finding", "show", finding_id)[1]


def test_findings_are_listed_by_risk_owner_and_lateness(fedcheck):
    late = find(fedcheck, "--due", "2027-01-01", "--owner", "dana", title="Old TLS", risk="high")
    planned = find(fedcheck, "--plan", "Patch", "--found", "2026-12-01", title="Old kernel")

    def ids(*query: str) -> list[str]:
        return [line.split()[0] for line in fedcheck("finding", "list", *query)[1].splitlines()]

    assert ids() == [planned, late]
    assert ids("risk:high") == ids("is:overdue") == ids("owner:csp") == ids("tls") == [late]
    assert ids("is:unplanned") == [late]
    assert ids("owner:none") == [planned]
    assert ids("is:overdue", "--as-of", "2026-12-31") == []
    status, _, err = fedcheck("finding", "list", "risk:hgh")
    assert (status, 'did you mean "high"?' in err) == (2, True)


def test_an_item_shows_what_names_it(fedcheck):
    request_id = ask(fedcheck, "--item", "diagram")
    finding_id = find(fedcheck, "--item", "diagram")
    other = ask(fedcheck, "--item", "crypto-table", title="Another")
    _, out, _ = fedcheck("show", "diagram")
    assert re.search(rf"Requests\n +{request_id}  .*Which ports\?", out)
    assert re.search(rf"Findings\n +{finding_id}  .*Weak TLS", out)
    assert other not in out
    row = told(fedcheck, "show", "diagram")
    assert [one["id"] for one in row["requests"]] == [request_id]
    assert [one["id"] for one in row["findings"]] == [finding_id]
    assert "Boundary diagram drawn" in fedcheck("request", "show", request_id)[1]


def test_a_test_that_is_not_satisfied_says_how_to_raise_the_finding(fedcheck):
    fedcheck("set", "crypto-table", "--status", "done")
    _, out, _ = fedcheck("set", "mandate-1-fips", "--result", "other-than-satisfied")
    line = next(one.strip() for one in out.splitlines() if "finding add" in one)
    rated = '--likelihood moderate --impact moderate --recommendation "..."'
    assert line == f'fedcheck finding add "..." {rated} --item {FIPS}'
    finding_id = find(fedcheck, "--item", FIPS)
    _, out, _ = fedcheck("set", "mandate-1-fips", "--result", "other-than-satisfied")
    assert (finding_id in out, "finding add" in out) == (True, False)
    assert "finding add" not in fedcheck("set", "mandate-1-fips", "--result", "satisfied")[1]


def owed(fedcheck, *argv: str) -> list[tuple[str, str, str]]:
    rows = told(fedcheck, "next", "-n", "99", *argv)
    return [(r["id"], r["task"], r["why"]) for r in rows if r["kind"] in ("request", "finding")]


def test_next_tells_what_is_owed_to_whom(fedcheck):
    late = ask(fedcheck, "--by", "TR-B", "--to", "dana", "--due", "2027-01-09")
    asked = ask(fedcheck, "--by", "dana", "--to", "bob", "--kind", "evidence", title="The SAP")
    weak = find(fedcheck, "--owner", "dana", "--due", "2027-06-01")
    far = find(fedcheck, "--owner", "dana", "--due", "2027-06-01", "--plan", "Patch", title="Far")
    soon = find(fedcheck, "--due", "2027-01-13", "--plan", "Patch", title="Soon")
    rows = owed(fedcheck)
    assert rows == [
        (late, "Answer (TR-B): Which ports?", "overdue 2 d"),
        (soon, "Remediate (moderate): Soon", "due in 2 d"),
        (weak, "Plan (moderate): Weak TLS", "without a plan"),
    ]
    assert far not in {row[0] for row in rows}
    assert owed(fedcheck, "--role", "3pao") == [
        (asked, "Provide evidence (dana): The SAP", "asked")
    ]
    assert re.search(
        rf"requests:{late} +Answer \(TR-B\): Which ports\?  +dana", fedcheck("next")[1]
    )
    assert [row[0] for row in owed(fedcheck, "owner:dana")] == [late, weak]
    assert owed(fedcheck, "status:todo") == []
    fedcheck("request", "answer", asked, "there")
    assert owed(fedcheck, "--role", "3pao") == []
    assert owed(fedcheck)[-2][1:] == ("Accept or return (bob): The SAP", "answered 2027-01-11")
    fedcheck("request", "return", asked, "--comment", "unsigned")
    (again,) = owed(fedcheck, "--role", "3pao")
    assert again[1:] == ("Provide evidence again (dana): The SAP", "returned")
    fedcheck("finding", "update", weak, "--evidence", "SEC-1")
    assert weak not in {row[0] for row in owed(fedcheck)}
    assert ("Retest (moderate): Weak TLS", "evidence is there") in {
        row[1:] for row in owed(fedcheck, "--role", "3pao")
    }


def test_next_keeps_the_rows_of_items_as_they_were(fedcheck):
    before = told(fedcheck, "next")
    ask(fedcheck, "--to", "csp", "--due", "2027-01-01")
    rows = told(fedcheck, "next", "-n", "99")
    assert rows[0]["kind"] == "request"
    assert rows[1:] == before


def test_status_counts_both(fedcheck):
    assert "requests" not in fedcheck("status")[1]
    late = ask(fedcheck, "--due", "2027-01-01")
    back, there, done = ask(fedcheck), ask(fedcheck), ask(fedcheck)
    for one in (back, there, done):
        fedcheck("request", "answer", one, "yes")
    fedcheck("request", "return", back, "--comment", "no")
    fedcheck("request", "accept", done)
    find(fedcheck, risk="high")
    find(fedcheck, "--due", "2027-01-01", risk="low")
    closed = find(fedcheck)
    fedcheck("finding", "update", closed, "--retest", "passed")
    out = fedcheck("status")[1]
    assert "requests  2 open  (1 overdue, 1 returned), 1 answered\n" in out
    assert "findings  2 open  (1 high, 1 low, 1 overdue)\n" in out
    data = told(fedcheck, "status")
    assert data["requests"] == {
        "open": 2, "answered": 1, "accepted": 1, "returned": 1, "overdue": 1,
    }  # fmt: skip
    assert data["findings"] == {
        "open": 2, "closed": 1, "risk": {"high": 1, "moderate": 0, "low": 1}, "overdue": 1,
    }  # fmt: skip
    assert late in fedcheck("request", "list", "is:overdue")[1]


def test_the_gate_tells_of_them_by_title_until_they_are_settled(fedcheck):
    request_id = ask(fedcheck, "--to", "dana", title="The ports?")
    high = find(fedcheck, "--plan", "Patch", risk="high", title="Old kernel")
    bare = find(fedcheck, title="No banner")
    lacks = fedcheck("gate", "package")[1]
    assert re.search(rf"{request_id} +The ports\? +unanswered", lacks)
    assert re.search(rf"{high} +Old kernel +open High finding", lacks)
    assert re.search(rf"{bare} +No banner +finding without a plan", lacks)
    fedcheck("request", "answer", request_id, "443")
    fedcheck("finding", "update", high, "--retest", "passed")
    fedcheck("finding", "update", bare, "--plan", "Show one")
    lacks = fedcheck("gate", "package")[1]
    assert not any(one in lacks for one in (request_id, high, bare))
    fedcheck("request", "return", request_id, "--comment", "UDP?")
    assert re.search(r"The ports\? +returned", fedcheck("gate", "package")[1])


def test_an_unplanned_finding_is_told_once_and_after_the_assessment_only() -> None:
    gap = {"t": Record("done", "other-than-satisfied", done=date(2027, 1, 10))}
    weak = Finding("f1", "Weak TLS", "moderate", items=("r.csp:t",), due=date(2027, 2, 1))
    other = replace(weak, id="f2", items=())

    def whys(milestone: str, *findings: Finding) -> list[str]:
        board = small_board(item("t", kind="test"), records=gap, findings=findings)
        found = board.project.process.milestone(milestone)
        assert found is not None
        return [m.why for m in gate(board, found).missing if m.kind == "finding"]

    lack = "other than satisfied; finding f1 is without a plan: Weak TLS"
    assert whys("package", weak) == [lack]
    assert whys("package", weak, other) == [lack, "finding without a plan: Weak TLS"]
    assert whys("ready", weak, other) == [lack]


def test_the_role_that_owes_a_request_is_that_of_the_person(fedcheck):
    ask(fedcheck, "--to", "bob", title="The SAP?")
    out = fedcheck("gate", "kick-off")[1]
    assert re.search(r"bob \(3pao\) .*\n.*The SAP\?", out)


def test_their_history_is_a_story(fedcheck):
    request_id = ask(fedcheck, "--kind", "evidence", "--by", "bob")
    fedcheck("undo")
    _, out, _ = fedcheck("history")
    lines = [line.split("  ")[-1] for line in out.splitlines()[1:]]
    assert lines == [
        'new: "Which ports?"; kind evidence; asked by bob',
        'undo: removed: "Which ports?"',
    ]
    fedcheck("redo")
    assert 'redo: new: "Which ports?"' in fedcheck("history", f"requests:{request_id}")[1]


def test_what_was_taken_away_meanwhile_is_not_made_up(fedcheck, root, monkeypatch):
    from fedcheck.session import Session

    request_id = ask(fedcheck)
    real = Session.apply

    def late(self, *args, **kwargs):
        (root / "requests.toml").write_text("format = 1\n")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Session, "apply", late)
    status, _, err = fedcheck("request", "answer", request_id, "443")
    assert (status, "no longer exists" in err) == (2, True)
    assert "request" not in tomli.loads((root / "requests.toml").read_text())


def test_their_text_cannot_command_the_terminal(fedcheck, root):
    nasty = "\\u001b]52;c;aGk=\\u0007\\u202e[/b]"
    (root / "requests.toml").write_text(
        f'format = 1\n[[request]]\nid = "a"\ntitle = "{nasty}"\nto = "{nasty}"\n\n'
        f'document = "{nasty}"\n'
        f'by = "{nasty}"\ntext = "{nasty}"\nanswer = "{nasty}"\ncomment = "{nasty}"\n'
        f'items = ["{DIAGRAM}", "{nasty}"]\n'
    )
    (root / "findings.toml").write_text(
        f'format = 1\n[[finding]]\nid = "b"\ntitle = "{nasty}"\nowner = "{nasty}"\n'
        f'text = "{nasty}"\nplan = "{nasty}"\nitems = ["{DIAGRAM}"]\n'
    )
    for argv in (
        ["request", "list"], ["request", "show", "a"], ["request", "show", "a", "--json"],
        ["finding", "list"], ["finding", "show", "b"], ["show", "diagram"], ["next"],
        ["gate", "package"],
    ):  # fmt: skip
        _, out, _ = fedcheck(*argv)
        assert out, argv
        assert not set(out) & {"\x1b", "\x07", "\u202e"}, argv


@pytest.mark.parametrize(
    "path",
    [("request", name) for name in ("add", "answer", "accept", "return", "list", "show")]
    + [("finding", name) for name in ("add", "update", "list", "show")],
)
def test_every_command_has_help_with_an_example(capsys, path):
    assert run([*path, "--help"]) == 0
    assert "Example:" in capsys.readouterr().out


def test_the_shell_completes_ids_and_queries(fedcheck, root, monkeypatch, capsys):
    (root / "requests.toml").write_text(BOOK)

    def ends(line: str) -> list[str]:
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
        completer = BashComplete(cli, {}, "fedcheck", "_FEDCHECK_COMPLETE")
        return [one.partition(",")[2] for one in completer.complete().splitlines()]

    assert ends("fedcheck request show ab") == ["abc1", "abd2"]
    assert ends("fedcheck request list state:ret") == ["state:returned"]
    assert ends("fedcheck request list document:") == ["document:SSP"]
    assert ends("fedcheck finding list ris") == ["risk:"]
