"""Requests and findings: their rules, their files, their history, undo and what others wrote."""

from datetime import UTC, date
from pathlib import Path

import pytest
import tomli
from conftest import OpenWorkspace

from fedcheck.analysis.activity import story
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.finding_rules import (
    close_finding,
    raise_finding,
    rate_finding,
    reopen_finding,
    request_deviation,
    retest_finding,
)
from fedcheck.domain.request import Request
from fedcheck.domain.request_rules import (
    RequestEdit,
    accept_request,
    answer_request,
    apply_request_edit,
    return_request,
)
from fedcheck.errors import FedcheckError, InvalidFileError, RuleError
from fedcheck.session import Session
from fedcheck.storage import record_files

DAY = date(2027, 1, 11)
PROOF = Evidence("e1", "https://x.example", "Scan")


def ask(session: Session, **fields: object) -> str:
    ref = session.new_ref("requests")
    edit = RequestEdit("ask", **{"title": "Which ports?", **fields})  # type: ignore[arg-type]
    session.apply([ref], edit, "asked")
    return ref


def test_a_request_is_saved_told_and_taken_back(session: Session) -> None:
    ref = ask(session, to="csp", link=("rev5.readiness.csp:diagram",))
    request_id = ref.partition(":")[2]
    data = tomli.loads((session.root / "requests.toml").read_text())
    assert data == {
        "format": 1,
        "request": [
            {
                "id": request_id,
                "title": "Which ports?",
                "to": "csp",
                "asked": DAY,
                "items": ["rev5.readiness.csp:diagram"],
            }
        ],
    }
    session.apply([ref], RequestEdit("answer", answer="443", evidence=(PROOF,)), "answered")
    found = session.project.request(request_id)
    assert found is not None
    assert (found.state, found.answer, found.evidence) == ("answered", "443", (PROOF,))
    told = [deed.what for deed in story(session.history(), DAY_ZONE)]
    assert told[0] == ('new: "Which ports?"; assigned to csp; items rev5.readiness.csp:diagram')
    assert told[1] == 'answered; answer written: "443"; evidence "Scan" added'
    session.undo()
    found = session.project.request(request_id)
    assert found is not None
    assert (found.state, found.answer, found.evidence) == ("open", "", ())
    session.undo()
    assert session.project.requests == ()
    session.redo()
    assert [one.title for one in session.project.requests] == ["Which ports?"]


DAY_ZONE = UTC


def test_unknown_keys_and_order_survive(session: Session) -> None:
    path = session.root / "requests.toml"
    path.write_text(
        'format = 1\nown = 1\n\n[[request]]\nid = "b"\ntitle = "B"\nticket = "X-1"\n\n'
        '[[request]]\nid = "a"\ntitle = "A"\n'
    )
    session.refresh()
    ref = ask(session)
    session.apply(["requests:b"], RequestEdit("answer", answer="yes"), "answered")
    data = tomli.loads(path.read_text())
    assert data["own"] == 1
    assert [one["id"] for one in data["request"]] == ["b", "a", ref.partition(":")[2]]
    assert data["request"][0]["ticket"] == "X-1"
    by = [one.by for one in session.history()]
    assert by.count("outside fedcheck") == 2  # the two titles


def test_two_people_ask_and_answer_at_once(session: Session, open_workspace: OpenWorkspace) -> None:
    ref = ask(session)
    other = open_workspace(session.root, "bob")
    session.apply([ref], RequestEdit("answer", answer="443"), "answered")
    ask(other, title="And UDP?")
    session.refresh()
    assert [one.state for one in session.project.requests] == ["answered", "open"]
    assert other.project.requests == session.project.requests


def test_the_rules_of_a_request() -> None:
    new = Request("q", "Which ports?")
    with pytest.raises(RuleError, match="needs a title"):
        apply_request_edit(Request("q"), RequestEdit("ask", title="  "), DAY)
    with pytest.raises(RuleError, match="the answer is empty"):
        answer_request(new, None, (), DAY)
    with pytest.raises(RuleError, match="has no answer yet"):
        accept_request(new)
    with pytest.raises(RuleError, match="is already open"):
        return_request(new, "x")
    there = answer_request(new, "443", (), DAY)
    with pytest.raises(RuleError, match="a returned request needs a comment"):
        return_request(there, " ")
    back = return_request(there, "UDP too")
    assert (back.state, back.comment, back.returned) == ("open", "UDP too", True)
    again = answer_request(back, None, (PROOF,), DAY)
    assert (again.answer, again.comment, again.returned) == ("443", "", False)
    settled = accept_request(again)
    assert settled.state == "accepted"
    with pytest.raises(RuleError, match="was already accepted"):
        answer_request(settled, "444", (), DAY)
    assert return_request(settled, "UDP is wrong").state == "open"


def test_the_rules_of_a_finding() -> None:
    raised = raise_finding(Finding("f", "Old TLS", "moderate"), DAY)
    assert (raised.found, raised.due) == (DAY, date(2027, 4, 11))
    assert rate_finding(raised, "high").due == date(2027, 2, 10)
    agreed = Finding("f", "Old TLS", "moderate", found=DAY, due=date(2027, 3, 1))
    assert rate_finding(agreed, "high").due == date(2027, 3, 1)
    with pytest.raises(RuleError, match="needs a rationale"):
        request_deviation(raised, "false-positive", None)
    asked = request_deviation(raised, "false-positive", "the scanner is wrong")
    assert asked.deviation_state == "pending"
    with pytest.raises(RuleError, match="without evidence"):
        close_finding(asked, DAY)
    passed = retest_finding(raised, "passed", DAY)
    assert (passed.state, passed.closed, passed.retested) == ("closed", DAY, DAY)
    again = reopen_finding(passed)
    assert (again.state, again.closed, again.retest) == ("open", None, "")
    assert retest_finding(passed, "failed", DAY).state == "open"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[[request]]\nid = "a"\n', 2, 'the key "title" is missing'),
        ('[[request]]\nid = "a"\ntitle = "A"\n[[request]]\nid = "a"\ntitle = "B"\n', 6, "twice"),
        ('[[request]]\nid = "a:b"\ntitle = "A"\n', 3, "this is not an id"),
        ('[[request]]\nid = "a"\ntitle = "A"\nstate = "lost"\n', 5, "lost"),
    ],
)
def test_a_broken_ledger_is_told_with_its_line(
    session: Session, text: str, line: int, words: str
) -> None:
    path = session.root / "requests.toml"
    path.write_text("format = 1\n" + text)
    with pytest.raises(InvalidFileError) as error:
        record_files.load(session.root, "requests")
    (problem,) = error.value.problems
    assert (problem.line, words in str(problem)) == (line, True)
    with pytest.raises(FedcheckError):
        ask(session)
    assert path.read_text() == "format = 1\n" + text


def test_a_progress_file_with_a_reserved_name_is_told_of(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    (workspace / "progress" / "requests.toml").write_text("format = 1\n")
    session = open_workspace(workspace)
    assert any("no checklist can be named" in str(problem) for problem in session.problems)
