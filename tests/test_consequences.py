"""What an edit asks of other records: retests agree, and accepted evidence counts."""

import pytest
from small_project import checklist, item

from fedcheck.analysis.gates import gates
from fedcheck.cli.main import run
from fedcheck.doctor.examine import examine
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.item_rules import ItemEdit, TestEdit
from fedcheck.domain.request_rules import RequestEdit
from fedcheck.storage import checklist_writer

ONE, TWO = "acme.steps:one", "acme.steps:two"
FAILED = ItemEdit(result="other-than-satisfied")
STEPS = checklist(
    "acme.steps",
    *(
        item(name, kind="test", code=f"AC-02{name}.", controls=("AC-2",), statement=f"See {name}.")
        for name in ("one", "two")
    ),
    role="3pao",
)


@pytest.fixture
def tested(workspace, open_workspace):
    """A session with two failed tests and one finding that names both."""
    path = checklist_writer.path_of(workspace, "acme.steps")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(checklist_writer.dump(STEPS))
    session = open_workspace(workspace)
    session.apply([ONE, TWO], FAILED)
    raise_gap(session, "f1", ONE, TWO)
    return session


def raise_gap(session, name, *items):
    edit = FindingEdit(new=True, title=f"Gap {name}", risk="low", link=items)
    session.apply([f"findings:{name}"], edit)


def results(session):
    return [session.project.record(ref).result for ref in (ONE, TWO)]


def retest(outcome):
    return ItemEdit(testing=TestEdit(retest=outcome))


def test_a_finding_closes_with_the_last_retest_of_its_tests(tested):
    tested.apply([ONE], retest("passed"))
    assert tested.project.finding("f1").state == "open", "the other test still fails"
    tested.apply([TWO], retest("passed"))
    gap = tested.project.finding("f1")
    assert (gap.state, gap.retest, gap.retested) == ("closed", "passed", tested.today())
    tested.apply([TWO], retest("failed"))
    gap = tested.project.finding("f1")
    assert (gap.state, gap.retest) == ("open", "failed"), "what failed again is open again"
    tested.undo()
    tested.undo()
    assert tested.project.finding("f1").state == "open"
    assert results(tested) == ["satisfied", "other-than-satisfied"]


def test_the_retest_of_a_finding_is_that_of_its_tests_but_for_those_of_another(tested):
    raise_gap(tested, "f2", TWO)
    tested.apply(["findings:f1"], FindingEdit(retest="passed"))
    assert results(tested) == ["satisfied", "other-than-satisfied"], "f2 is open and names two"
    assert tested.project.record(ONE).retest == "passed"
    tested.apply(["findings:f2"], FindingEdit(retest="passed"))
    assert results(tested) == ["satisfied", "satisfied"]


def test_a_finding_corrected_during_testing_satisfies_its_tests(tested):
    words = {"corrected": tested.today(), "remedy": "Closed the port", "verification": "Scanned"}
    tested.apply(["findings:f1"], FindingEdit(details=words))
    assert results(tested) == ["satisfied", "satisfied"]
    assert not [one for one in examine(tested) if one.kind == "contradiction"]
    tested.apply([ONE], FAILED)
    (found,) = [one for one in examine(tested) if one.kind == "contradiction"]
    assert "finding f1 was corrected during testing" in found.message


def test_an_observation_from_before_the_retest_is_named(tested, monkeypatch, capsys):
    tested.apply([ONE, TWO], ItemEdit(testing=TestEdit(observation="Ports are open.")))
    monkeypatch.chdir(tested.root)
    assert run(["set", ONE, "--retest", "passed", "--observation", "Closed on retest."]) == 0
    assert "still describes" not in capsys.readouterr().out
    assert run(["set", TWO, "--retest", "passed"]) == 0
    assert "two: the observation still describes the failed test" in capsys.readouterr().out
    assert run(["undo"]) == 0
    assert run(["finding", "update", "f1", "--retest", "passed"]) == 0
    assert "two: the observation still describes the failed test" in capsys.readouterr().out


def test_a_finding_of_a_satisfied_test_is_remarked(tested, monkeypatch, capsys):
    tested.apply([ONE], ItemEdit(result="satisfied"))
    monkeypatch.chdir(tested.root)
    words = ["--risk", "low", "--item"]
    assert run(["finding", "add", "Stale accounts", *words, ONE]) == 0
    assert "one: satisfied, but finding" in capsys.readouterr().out
    assert run(["finding", "add", "Shared accounts", *words, TWO]) == 0
    assert "satisfied, but" not in capsys.readouterr().out


def test_a_result_is_given_in_the_words_of_workbooks(tested, monkeypatch, capsys):
    monkeypatch.chdir(tested.root)
    assert run(["set", ONE, "--result", "Not Applicable", "--reason", "No doors"]) == 0
    assert run(["set", TWO, "--result", "OTS"]) == 0
    capsys.readouterr()
    assert run(["list", "result:not-applicable", "--json"]) == 0
    assert '"one"' in capsys.readouterr().out
    assert run(["set", ONE, "--result", "perhaps"]) == 2
    assert "'other-than-satisfied'" in capsys.readouterr().err


def test_the_commands_say_what_stays_open_and_why(tested, monkeypatch, capsys):
    monkeypatch.chdir(tested.root)
    assert run(["set", ONE, "--retest", "passed"]) == 0
    told = capsys.readouterr().out
    assert "one: satisfied, but finding f1 is open: it also names two" in told
    assert run(["set", TWO, "--retest", "passed"]) == 0
    told = capsys.readouterr().out
    assert "f1" in told and "is open" not in told


def test_doctor_names_contradictions(tested, monkeypatch, capsys):
    assert not [one for one in examine(tested) if one.kind == "contradiction"]
    tested.apply([ONE], ItemEdit(result="satisfied"))
    (found,) = [one for one in examine(tested) if one.kind == "contradiction"]
    assert (found.ref, found.severity) == (ONE, "warning")
    assert "satisfied, but finding f1 is open" in found.message
    monkeypatch.chdir(tested.root)
    assert run(["doctor"]) == 1
    assert "Tests and findings that disagree" in capsys.readouterr().out


def test_accepted_evidence_is_evidence_of_the_items_that_the_request_names(session):
    proof = Evidence("e1", link="https://grc.example/1", kind="url")
    ref, items = "requests:r1", ("rev5.readiness.csp:diagram", "rev5.readiness.csp:tour")
    session.apply([ref], RequestEdit("ask", kind="evidence", title="The diagram", link=items))
    session.apply([ref], RequestEdit("answer", evidence=(proof,)))
    assert session.project.record(items[0]).evidence == ()
    session.apply([ref], RequestEdit("accept"))
    assert [session.project.record(one).evidence for one in items] == [(proof,), (proof,)]
    session.apply([ref], RequestEdit("return", comment="again"))
    session.apply([ref], RequestEdit("answer"))
    session.apply([ref], RequestEdit("accept"))
    assert len(session.project.record(items[0]).evidence) == 1, "never twice"
    session.apply([ref], RequestEdit(link=("rev5.readiness.csp:sponsor",)))
    assert session.project.record("rev5.readiness.csp:sponsor").evidence == (proof,)


def test_a_result_without_an_observation_is_outstanding(tested, monkeypatch, capsys):
    def lacking():
        return {
            lack.ref
            for gate in gates(tested.board())
            for lack in gate.missing
            if lack.kind == "observation"
        }

    assert lacking() == {ONE, TWO}
    tested.apply([ONE], ItemEdit(testing=TestEdit(observation="Seen.")))
    tested.apply([TWO], ItemEdit(result="not-applicable", reason="No such doors."))
    assert lacking() == set()
    monkeypatch.chdir(tested.root)
    tested.apply([ONE], ItemEdit(testing=TestEdit(observation="")))
    assert run(["tests"]) == 0
    assert "1 result without an observation" in capsys.readouterr().out
    assert run(["list", "is:unobserved"]) == 0
    assert "one" in capsys.readouterr().out
    assert run(["report", "test-status", "-o", "-"]) == 0
    assert "1 result has no observation yet" in capsys.readouterr().out
    assert run(["set", ONE, "--note", "A paragraph"]) == 0
    assert "--observation" in capsys.readouterr().err


def test_a_new_name_is_remarked(session, monkeypatch, capsys):
    session.apply(["rev5.readiness.csp:diagram"], ItemEdit(owner="anna"))
    monkeypatch.chdir(session.root)
    assert run(["set", "rev5.readiness.csp:tour", "--owner", "annna"]) == 0
    assert '"annna" is new in this workspace; did you mean anna?' in capsys.readouterr().err
    assert run(["set", "rev5.readiness.csp:tour", "--owner", "anna"]) == 0
    assert capsys.readouterr().err == ""
