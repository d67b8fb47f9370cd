"""Who does what in each phase, and who waits for whom."""

import json
from datetime import date

import pytest
from doc_examples import agrees, examples
from msgspec.structs import replace
from small_project import PROCESS, TODAY, checklist, item, project

from fedcheck.analysis.board import build_board
from fedcheck.analysis.handoffs import list_handoffs
from fedcheck.analysis.responsibilities import describe_phase_role, list_phase_duties
from fedcheck.cli.main import run
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.process import Deliverable, Milestone
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.domain.workspace import Person
from fedcheck.storage import paths
from fedcheck.storage.checklist_files import load_catalog
from fedcheck.storage.checklist_reader import load_process

DUTIES = replace(
    PROCESS,
    roles=("csp", "3pao", "pmo", "jab"),
    milestones=(
        Milestone("ready", "Ready", closes=("readiness",), decided_by=("pmo",), decision="Yes."),
        Milestone("package", "Package", closes=("readiness", "full-assessment")),
        Milestone(
            "ato",
            "P-ATO",
            closes=("full-assessment", "review"),
            decided_by=("jab",),
            decision="So.",
        ),
    ),
    deliverables=(
        Deliverable("rar", "The RAR", "3pao", ("csp", "pmo"), "r.3pao:upload"),
        Deliverable("ssp", "The SSP", "csp", ("3pao",), "f.csp:ssp"),
        Deliverable("letter", "The letter", "jab", (), "nowhere:letter"),
    ),
)


def duties(**about):
    lists = (
        replace(checklist("r.csp", item("help", deliverable="rar")), summary="The CSP helps."),
        checklist("r.3pao", item("upload", deliverable="rar"), role="3pao"),
        checklist("f.csp", item("ssp", deliverable="ssp"), phase="full-assessment"),
    )
    return project(lists=lists, process=DUTIES, **about)


def test_who_prepares_contributes_reviews_and_decides():
    readiness, full, review, nowhere = list_phase_duties(build_board(duties(), TODAY))
    (rar,) = readiness.duties
    assert (rar.prepares, rar.contributes, rar.reviews) == ("3pao", ("csp",), ("csp", "pmo"))
    assert readiness.decides == ("pmo",)
    assert [one.deliverable.id for one in full.duties] == ["ssp"]
    assert full.decides == ("jab",), "nobody is said to decide at the package"
    assert review.duties == ()
    assert [one.deliverable.id for one in nowhere.duties] == ["letter"], "no list hands it over"


def test_a_deliverable_may_be_decided_by_another_role_than_its_phase():
    (rar, ssp, letter) = DUTIES.deliverables
    process = replace(DUTIES, deliverables=(replace(rar, decided_by=("jab",)), ssp, letter))
    project = replace(duties(), process=process)
    readiness, full, *_ = list_phase_duties(build_board(project, TODAY))
    assert (readiness.decides, readiness.decides_on(readiness.duties[0])) == (("pmo",), ("jab",))
    assert full.decides_on(full.duties[0]) == ("jab",), "as its phase"


def test_what_each_role_does_in_words():
    readiness = list_phase_duties(build_board(duties(), TODAY))[0]
    said = {part.role: describe_phase_role(part) for part in readiness.parts}
    assert said["csp"] == ["The CSP helps.", "Reviews: The RAR.", "1 item: 0/1 done."]
    assert said["3pao"][1:] == ["Prepares: The RAR.", "1 item: 0/1 done."]
    assert said["pmo"] == ["Reviews: The RAR.", "Decides at Ready: Yes."]
    assert said["jab"] == ["No part in this phase, according to the process and its checklists."]


def test_the_jab_decides_in_the_last_phase_that_its_gate_closes():
    _, full, review, _ = list_phase_duties(build_board(duties(), TODAY))
    decides = [[s.id for s in part.decides] for part in (full.parts[3], review.parts[3])]
    assert decides == [[], ["ato"]]


def test_private_lists_have_no_part_in_it():
    hidden = replace(duties(), private_lists=frozenset({"r.csp"}))
    (rar,) = list_phase_duties(build_board(hidden, TODAY))[0].duties
    assert rar.contributes == ()


LISTS = (
    checklist("r.csp", item("plan", due="2027-01-04"), item("own", needs=("r.csp:plan",))),
    checklist(
        "r.3pao",
        item("read", needs=("r.csp:plan",)),
        item("test", needs=("r.csp:plan", "r.3pao:begin")),
        item("begin"),
        item("write", needs=("r.3pao:test",)),
        role="3pao",
    ),
)


def waiting(records=None, requests=(), findings=(), days=None, lists=LISTS):
    found = project(lists=lists, records=records, requests=requests, findings=findings)
    people = {"bob": Person("Bob", "3pao"), "dana": Person("Dana", "csp")}
    found = replace(found, config=replace(found.config, people=people))
    return list_handoffs(build_board(found, TODAY), days or {})


def test_what_another_role_needs_is_a_hand_off_with_its_age():
    (one,) = waiting({"r.csp:plan": Record(status="doing", owner="dana")})
    assert (one.waits, one.on, one.ref, one.owner) == ("3pao", "csp", "r.csp:plan", "dana")
    assert one.blocks == ("r.3pao:read", "r.3pao:test")
    assert one.behind == 4, "own, read, test, and write after test"
    assert one.overdue
    assert one.since == date(2027, 1, 4), "it is overdue since then"
    assert one.age(TODAY) == 7


@pytest.mark.parametrize("status", ["done", "na"])
def test_what_is_there_is_waited_for_by_nobody(status):
    assert waiting({"r.csp:plan": Record(status=status)}) == []


def test_work_that_began_tells_since_when_it_waits():
    lists = (replace(LISTS[0], sections=()), LISTS[1])
    lists = (checklist("r.csp", item("plan")), lists[1])
    (one,) = waiting(lists=lists)
    assert one.since is None, "nothing tells"
    blocked = {"r.3pao:read": Record(status="blocked")}
    (one,) = waiting(blocked, days={"r.3pao:read": date(2027, 1, 6)}, lists=lists)
    assert one.since == date(2027, 1, 6)
    ready = {"r.3pao:begin": Record(status="done", done=date(2027, 1, 8))}
    (one,) = waiting(ready, lists=lists)
    assert one.since == date(2027, 1, 8), "all else that the test needs was there"


def test_what_is_waited_for_may_wait_itself():
    lists = (
        checklist("r.csp", item("plan", needs=("r.3pao:first",))),
        checklist("r.3pao", item("first"), item("read", needs=("r.csp:plan",)), role="3pao"),
    )
    found = {one.ref: one for one in waiting(lists=lists)}
    assert found["r.csp:plan"].stuck == ("r.3pao:first",)
    assert found["r.3pao:first"].stuck == ()


def test_a_circle_of_needs_ends():
    lists = (
        checklist("r.csp", item("a", needs=("r.3pao:b",))),
        checklist("r.3pao", item("b", needs=("r.csp:a",)), role="3pao"),
    )
    assert {one.ref: one.behind for one in waiting(lists=lists)} == {"r.csp:a": 1, "r.3pao:b": 1}


def test_requests_wait_for_the_answer_and_then_for_its_acceptance():
    asked, answered = date(2027, 1, 2), date(2027, 1, 9)
    one = Request("q1", "Why?", by="bob", to="dana", asked=asked, due=date(2027, 1, 8))
    two = replace(one, id="q2", state="answered", answered=answered)
    own = replace(one, id="q3", by="3pao", to="bob")
    closed = replace(two, id="q4", state="accepted")
    found = waiting({"r.csp:plan": Record(status="done")}, requests=(one, two, own, closed))
    told = [(h.waits, h.on, h.what, h.ref, h.since, h.overdue, h.owner) for h in found]
    assert told == [
        ("csp", "3pao", "acceptance", "requests:q2", answered, False, "bob"),
        ("3pao", "csp", "answer", "requests:q1", asked, True, "dana"),
    ]


def test_a_finding_with_its_proof_waits_for_the_retest():
    evidence_item = Evidence("e1", "MER-7", kind="ticket", collected=date(2027, 1, 5))
    done = {"r.csp:plan": Record(status="done")}
    (one,) = waiting(done, findings=(Finding("f1", "Gap", evidence=(evidence_item,)),))
    assert (one.waits, one.on, one.what, one.since) == ("csp", "3pao", "retest", date(2027, 1, 5))
    assert waiting(done, findings=(Finding("f1", "Gap"),)) == []
    assert (
        waiting(done, findings=(Finding("f1", "Gap", evidence=(evidence_item,), retest="passed"),))
        == []
    )


def test_the_longest_wait_stands_first():
    first = Request("q1", "One", by="bob", to="csp", asked=date(2027, 1, 5))
    second = replace(first, id="q2", asked=date(2027, 1, 3))
    found = waiting({"r.csp:plan": Record(status="done")}, requests=(first, second))
    assert [one.ref for one in found] == ["requests:q2", "requests:q1"]


@pytest.fixture
def fedcheck(workspace, monkeypatch, capsys):
    monkeypatch.chdir(workspace)

    def call(*argv):
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def test_the_command_answers_who_does_what_in_a_phase(fedcheck):
    status, out, err = fedcheck("responsibilities", "--phase", "kick-off")
    assert (status, err) == (0, "")
    assert out.startswith("Kick-off\n")
    assert "Decides at JAB kick-off: The JAB issues a go or no-go" in out
    header = next(line for line in out.splitlines() if "Prepares" in line)
    assert header.split() == [
        "Deliverable", "Prepares", "Contributes", "Reviews", "Decides", "State",
    ]  # fmt: skip
    _, mine, _ = fedcheck("responsibilities", "--phase", "readiness", "--role", "3pao")
    assert "Readiness Assessment Report (RAR)" in mine
    assert "business case" not in mine


@pytest.mark.parametrize("option", [("--phase", "kickoff"), ("--role", "3pa")])
def test_a_phase_or_role_that_is_not_there_is_wrong_usage(fedcheck, option):
    status, _, err = fedcheck("responsibilities", *option)
    assert status == 2
    assert "did you mean" in err


def test_the_json_of_both_commands(fedcheck):
    data = json.loads(fedcheck("responsibilities", "--json")[1])
    assert data["schema"] == "fedcheck/responsibilities@1"
    phase = next(one for one in data["phases"] if one["id"] == "kick-off")
    assert set(phase) == {"id", "title", "decides", "decisions", "deliverables", "roles"}
    assert phase["decides"] == ["jab"]
    assert set(phase["deliverables"][0]) == {
        "id", "title", "prepares", "contributes", "reviews", "decides", "handed_over_by",
        "status", "due", "items",
    }  # fmt: skip
    assert set(phase["roles"][0]) == {
        "role", "lists", "summaries", "prepares", "reviews", "decides", "items",
    }  # fmt: skip
    fedcheck("request", "add", "Send the rules", "--by", "3pao", "--to", "csp")
    data = json.loads(fedcheck("handoffs", "--json")[1])
    assert data["schema"] == "fedcheck/handoffs@1"
    one = next(row for row in data["handoffs"] if row["what"] == "answer")
    assert set(one) == {
        "waits", "on", "what", "ref", "title", "owner", "status", "since", "days", "due",
        "overdue", "blocks", "behind", "stuck", "near",
    }  # fmt: skip
    assert (one["waits"], one["on"], one["since"], one["days"]) == ("3pao", "csp", "2027-01-11", 0)


def test_hand_offs_of_a_role_as_a_person_reads_them(fedcheck):
    fedcheck("request", "add", "Send the rules", "--by", "3pao", "--to", "csp")
    _, out, _ = fedcheck("handoffs", "--role", "3pao")
    assert "3PAO waits for CSP" in out
    assert "Send the rules" in out


def test_the_shipped_processes_tell_who_decides_with_a_source():
    catalog = load_catalog(paths.find_shipped_checklists(), (), None)
    assert not catalog.process_problems
    jab = catalog.processes["jab"]
    told = {one.id: one.decided_by for one in jab.milestones if one.decided_by}
    assert told == {
        "prioritized": ("jab",), "ready": ("pmo",), "kick-off": ("jab",), "ato": ("jab",),
    }  # fmt: skip
    for process in catalog.processes.values():
        for milestone in process.milestones:
            assert (
                bool(milestone.decided_by)
                == bool(milestone.decision)
                == bool(milestone.decision_source)
            )


def test_a_decision_without_a_source_or_by_nobody_known_is_told(tmp_path):
    path = tmp_path / "jab" / "process.toml"
    path.parent.mkdir()
    path.write_text(
        'format = 1\nid = "jab"\ntitle = "T"\nroles = ["csp", "jab"]\n'
        '[[phase]]\nid = "p"\ntitle = "P"\npurpose = "x"\n'
        '[[milestone]]\nid = "m"\ntitle = "M"\ncloses = ["p"]\ndecided-by = ["jbb"]\n'
        '[[milestone]]\nid = "n"\ntitle = "N"\ncloses = ["p"]\ndecided-by = ["jab"]\n'
        'decision-source = { id = "none", where = "1" }\n'
    )
    said = [str(problem) for problem in load_process(path).problems()]
    assert any('unknown role of this process "jbb"; did you mean "jab"?' in one for one in said)
    assert any("who decides is stated without a source" in one for one in said)
    assert any('unknown source "none"' in one for one in said)


@pytest.fixture
def shipped(tmp_path, monkeypatch, capsys, open_workspace):
    """Return a function that runs a command line in a workspace with the shipped lists."""
    root = tmp_path / "acme"
    named = ["--name", "Acme Vault", "--process", "jab", "--role", "csp"]
    assert run(["init", str(root), *named, "--milestone", "kick-off=2027-02-01"]) == 0
    session = open_workspace(root)
    session.apply(["rev5.full-assessment.csp:cp-test"], ItemEdit(status="doing", due="2027-01-08"))
    session.apply(
        ["rev5.full-assessment.3pao:test-cp"], ItemEdit(status="blocked", reason="no report")
    )
    monkeypatch.chdir(root)
    capsys.readouterr()

    def call(*argv):
        status = run(argv)
        return status, capsys.readouterr().out

    return call


def test_the_jab_decides_on_the_business_case_and_on_the_package(shipped):
    data = json.loads(shipped("responsibilities", "--json")[1])
    decides = {
        one["id"]: one["decides"] for phase in data["phases"] for one in phase["deliverables"]
    }
    assert decides["rar"] == ["pmo"]
    for document in ("business-case", "ssp", "sap", "sar", "poam", "final-package"):
        assert decides[document] == ["jab"], document


@pytest.mark.parametrize(("argv", "printed"), list(examples("responsibilities.md")))
def test_the_examples_of_the_page_print_what_it_says(shipped, argv, printed):
    status, out = shipped(*argv)
    assert status == 0
    assert agrees(printed, out), out
