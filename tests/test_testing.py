"""What is recorded of a test: who, when, how; the retest and the second assessor's review."""

import io
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from small_project import checklist, item, project

from fedcheck.analysis import test_progress
from fedcheck.analysis.board import build_board
from fedcheck.cli.main import run
from fedcheck.domain.edits import list_changes
from fedcheck.domain.field_values import with_field
from fedcheck.domain.item_rules import ItemEdit, TestEdit, repeat_test
from fedcheck.domain.record import Record
from fedcheck.errors import RuleError
from fedcheck.storage import checklist_writer

TODAY = date(2027, 1, 11)
STEP = item("step", kind="test", controls=("AC-2",), methods=("examine", "interview"))
TASK = item("task")


def after(record: Record, by: str = "dana", of=STEP, **fields) -> Record:
    known = {name: fields.pop(name) for name in ("result", "status", "reason") if name in fields}
    edit = ItemEdit(**known, testing=TestEdit(**fields) if fields else None)
    for change in list_changes("l:step", record, edit, of, TODAY, by):
        record = with_field(record, change.field, change.new)
    return record


SATISFIED = after(Record(), result="satisfied")
FAILED = after(Record(), result="other-than-satisfied")


def test_a_result_notes_who_gave_it_and_when():
    assert (SATISFIED.tester, SATISFIED.tested) == ("dana", TODAY)


def test_who_tested_and_when_can_be_said():
    record = after(Record(), result="satisfied", tester="bob", tested=date(2027, 1, 4))
    assert (record.tester, record.tested) == ("bob", date(2027, 1, 4))


def test_another_result_is_of_who_gave_it():
    record = after(SATISFIED, by="bob", result="other-than-satisfied")
    assert (record.tester, record.tested) == ("bob", TODAY)


def test_a_test_in_the_future_is_refused():
    with pytest.raises(RuleError, match="future"):
        after(Record(), tested=date(2027, 1, 12))


def test_a_task_is_not_tested():
    with pytest.raises(RuleError, match="task"):
        after(Record(), of=TASK, observation="seen")
    assert after(Record(), of=TASK, status="done").tester == ""


def test_leaving_a_result_leaves_its_day_and_its_review():
    agreed = after(SATISFIED, by="bob", review="agreed")
    reopened = after(agreed, status="doing")
    assert (reopened.tested, reopened.review, reopened.reviewer) == (None, "", "")
    assert reopened.tester == "dana"


def test_another_observation_takes_back_that_somebody_agreed():
    agreed = after(SATISFIED, by="bob", review="agreed")
    seen = after(agreed, observation="seen again")
    assert (seen.review, seen.reviewer, seen.reviewed) == ("", "", None)
    assert after(agreed, by="bob", observation="seen", review="agreed").review == "agreed"
    assert after(agreed, sample="3 of 9", methods=("test",)).review == "agreed"
    returned = after(SATISFIED, by="bob", review="returned")
    assert after(returned, observation="seen again").review == "returned"
    both = after(agreed, by="bob", result="other-than-satisfied", review="agreed", tester="dana")
    assert (both.review, both.reviewer) == ("agreed", "bob")


def test_methods_stand_in_their_order_and_are_known():
    assert after(Record(), methods=("test", "examine")).methods == ("examine", "test")
    with pytest.raises(RuleError, match="guess"):
        after(Record(), methods=("guess",))


def test_what_is_inherited_is_inherited_from_somebody():
    with pytest.raises(RuleError) as refused:
        after(Record(), inherited="leveraged")
    assert refused.value.wants == "inherited_from"
    record = after(Record(), inherited="leveraged", inherited_from="Big Cloud")
    assert record.inherited_from == "Big Cloud"
    assert after(record, inherited="").inherited_from == ""
    assert after(Record(), inherited="customer").inherited == "customer"


def test_a_retest_that_passed_satisfies_the_test_and_keeps_its_tester():
    record = after(FAILED, by="bob", retest="passed")
    assert (record.result, record.retest, record.retested) == ("satisfied", "passed", TODAY)
    assert (record.tester, record.status) == ("dana", "done")
    assert after(record, retest="failed").result == "other-than-satisfied"


def test_a_retest_needs_something_to_test_again():
    for record in (Record(), SATISFIED):
        with pytest.raises(RuleError, match="nothing to retest"):
            after(record, retest="passed")


def test_the_second_assessor_is_another_one():
    with pytest.raises(RuleError, match="somebody else"):
        after(SATISFIED, by="Dana", review="agreed")
    record = after(SATISFIED, by="bob", review="returned")
    assert (record.review, record.reviewer, record.reviewed) == ("returned", "bob", TODAY)


def test_a_review_is_of_a_result_and_goes_with_it():
    with pytest.raises(RuleError, match="no result"):
        after(Record(), by="bob", review="agreed")
    agreed = after(SATISFIED, by="bob", review="agreed")
    assert after(agreed, result="other-than-satisfied").review == ""


def test_same_as_last_takes_over_what_was_done_and_not_who_and_when():
    record = after(
        SATISFIED, observation="read it", methods=("examine",), sample="3 of 9", tester="carol"
    )
    other = after(Record(), by="bob", result="satisfied", **vars_of(repeat_test(record)))
    assert (other.observation, other.methods, other.sample) == ("read it", ("examine",), "3 of 9")
    assert other.tester == "bob"


def vars_of(testing: TestEdit) -> dict:
    return {name: getattr(testing, name) for name in TestEdit.__struct_fields__}


results = st.sampled_from(["satisfied", "other-than-satisfied", "not-applicable", ""])


@given(
    st.lists(
        st.one_of(
            st.fixed_dictionaries({"result": results, "reason": st.just("why")}),
            st.fixed_dictionaries({"retest": st.sampled_from(["passed", "failed", ""])}),
            st.fixed_dictionaries({"review": st.sampled_from(["agreed", "returned", ""])}),
            st.fixed_dictionaries({"status": st.sampled_from(["todo", "doing", "done"])}),
        ),
        max_size=8,
    ),
    st.lists(st.sampled_from(["dana", "bob"]), min_size=8, max_size=8),
)
def test_no_order_of_deeds_leaves_a_review_without_a_result_or_by_the_tester(deeds, people):
    record = Record()
    for deed, by in zip(deeds, people, strict=False):
        try:
            record = after(record, by=by, **deed)
        except RuleError:
            continue
    assert not (record.review and not record.result)
    assert not (record.review and record.reviewer == record.tester)
    assert not (record.result and record.status not in ("done", "na"))
    assert not (record.tested and not record.result)


STEPS = (
    item("a", kind="test", controls=("AC-2", "AU-2"), methods=("examine",)),
    item("b", kind="test", controls=("AC-10",), methods=("interview", "test")),
    item("c", kind="test"),
    item("d"),
)
RECORDS = {
    "a": replace(SATISFIED, tester="bob", owner="carol"),
    "b": replace(FAILED, review="returned", sample="5 of 50"),
    "c": Record(owner="carol"),
}


def entries():
    found = project(*STEPS, records=RECORDS)
    return list(build_board(found, TODAY).rows.values())


def test_counts_by_family_method_and_tester():
    def told(way):
        return {t.name: (t.tested, t.total) for t in test_progress.COUNTERS[way](entries())}

    assert told("family") == {"AC": (2, 2), "AU": (1, 1), "none": (0, 1)}
    assert told("method") == {
        "examine": (1, 1),
        "interview": (1, 1),
        "test": (1, 1),
        "none": (0, 1),
    }
    assert told("tester") == {"bob": (1, 1), "carol": (0, 1), "dana": (1, 1)}
    everything = test_progress.count_tests("", "", test_progress.list_tests(entries()))
    assert (everything.other, everything.unreviewed, everything.returned) == (1, 2, 1)
    assert (everything.untested, everything.percent) == (1, 66)


def test_interviews_are_those_still_to_hold_by_control():
    steps = [
        item(f"s{n}", kind="test", controls=(f"AC-2({n})",), methods=("interview",))
        for n in (10, 9, 1)
    ]
    found = project(*steps, records={"s1": SATISFIED})
    listed = test_progress.list_interviews(build_board(found, TODAY).rows.values())
    assert [e.item.id for e in listed] == ["s9", "s10"]


def test_set_records_a_test_and_list_finds_it(workspace, monkeypatch, capsys):
    monkeypatch.chdir(workspace)
    monkeypatch.setenv("FEDCHECK_USER", "dana")
    lines = run(["list", "--json", "kind:test"])
    assert lines == 0
    ref = json.loads(capsys.readouterr().out)[0]["ref"]
    status = run(
        ["set", ref, "--result", "satisfied", "--sample", "3 of 9", "--method", "examine",
         "--observation", "read it", "--tester", "bob"]
    )  # fmt: skip
    assert status == 0
    capsys.readouterr()
    assert run(["show", ref, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["test"]["sample"] == "3 of 9"
    assert shown["test"]["methods"] == ["examine"]
    assert shown["tester"] == "bob"
    for query in ("tester:bob", "is:sampled", "review:none", "inherited:none", '"read it"'):
        assert run(["list", "--json", "kind:test", "result:satisfied", query]) == 0
        assert ref in [row["ref"] for row in json.loads(capsys.readouterr().out)], query
    assert run(["tests", "--by", "tester", "--json"]) == 0
    counted = json.loads(capsys.readouterr().out)
    assert {t["name"]: t["tested"] for t in counted["by"]["tester"]}["bob"] == 1
    assert run(["tests", "--samples"]) == 0
    assert "3 of 9" in capsys.readouterr().out


def test_like_records_the_same_of_another_test(make_workspace, monkeypatch, capsys):
    root = make_workspace()
    steps = checklist("acme.steps", *(item(n, kind="test") for n in "ab"), role="3pao")

    path = checklist_writer.path_of(root, "acme.steps")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(checklist_writer.dump(steps))
    monkeypatch.chdir(root)
    assert run(["set", "acme.steps:a", "--result", "satisfied", "--observation", "seen"]) == 0
    assert run(["set", "acme.steps:b", "--like", "acme.steps:a", "--sample", "1 of 2"]) == 0
    capsys.readouterr()
    assert run(["show", "acme.steps:b", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["result"], shown["test"]["observation"]) == ("satisfied", "seen")
    assert shown["test"]["sample"] == "1 of 2"


def test_two_testers_on_the_same_test_keep_what_both_wrote(workspace, open_workspace):
    ours, theirs = open_workspace(workspace, "bob"), open_workspace(workspace, "carol")
    ref = next(e.ref for e in ours.board().rows.values() if e.item.kind == "test")
    ours.apply([ref], ItemEdit(result="satisfied", testing=TestEdit(sample="3 of 9")))
    theirs.apply([ref], ItemEdit(testing=TestEdit(observation="seen by carol")))
    ours.refresh()
    record = ours.project.record(ref)
    assert (record.sample, record.observation, record.tester) == ("3 of 9", "seen by carol", "bob")
    theirs.refresh()
    theirs.apply([ref], ItemEdit(testing=TestEdit(review="agreed")))
    theirs.undo()
    assert theirs.project.record(ref) == record


def test_an_observation_comes_from_stdin(workspace, monkeypatch, capsys):
    monkeypatch.chdir(workspace)
    run(["list", "--json", "kind:test"])
    ref = json.loads(capsys.readouterr().out)[0]["ref"]
    monkeypatch.setattr("sys.stdin", io.StringIO("Read it.\nAsked dana.\n"))
    assert run(["set", ref, "--observation", "-"]) == 0
    assert run(["set", ref, "--observation", "-", "--note", "-"]) == 2
    capsys.readouterr()
    run(["show", ref, "--json"])
    assert json.loads(capsys.readouterr().out)["test"]["observation"] == "Read it.\nAsked dana."


def test_the_official_statement_is_shown_where_it_says_more(make_workspace, monkeypatch, capsys):
    root = make_workspace()
    said = "Determine if:\n - types are named;\n - owners are named"
    longer = item("a", kind="test", title="Types are named; owners…", statement=said)
    same = item(
        "b", kind="test", title="Managers are assigned", statement="If managers are assigned."
    )
    assert (longer.official, same.official) == (said, "")
    path = checklist_writer.path_of(root, "acme.steps")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(checklist_writer.dump(checklist("acme.steps", longer, same, role="3pao")))
    monkeypatch.chdir(root)
    assert run(["show", "acme.steps:a"]) == 0
    assert f"\n{said}\n" in capsys.readouterr().out
    assert run(["list", "owners", "are"]) == 0
    assert "acme.steps:a" in capsys.readouterr().out
