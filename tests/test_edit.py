"""What a person may do to a record, and what follows from it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_project import applied

from fedcheck.domain.checklist import Item
from fedcheck.domain.edits import list_changes
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import EvidenceEdit, attach_evidence
from fedcheck.domain.field_values import with_field
from fedcheck.domain.glossary import RESULTS, STATUSES
from fedcheck.domain.item_rules import ItemEdit, clear_outcome_if_open
from fedcheck.domain.record import Record
from fedcheck.errors import RuleError

TODAY = date(2027, 1, 11)
BEFORE = date(2026, 12, 1)
TASK = Item("task", "A task")
TEST = Item("test", "A test", kind="test")
SHOULD = Item("advice", "An advice", level="should")


def after(edit: ItemEdit, record: Record | None = None, item: Item = TEST) -> Record:
    record = record or Record()
    return applied(record, list_changes("list:x", record, edit, item, TODAY))


def test_a_result_belongs_to_a_test() -> None:
    with pytest.raises(RuleError, match="task is a task; only tests have a result"):
        after(ItemEdit(result="satisfied"), item=TASK)


@pytest.mark.parametrize("result", ["satisfied", "other-than-satisfied"])
@pytest.mark.parametrize("status", STATUSES)
def test_a_result_makes_a_test_done(result: str, status: str) -> None:
    record = after(ItemEdit(result=result), Record(status, reason="because"))
    assert (record.status, record.result) == ("done", result)
    assert record.done == (None if status == "done" else TODAY)


def test_a_new_result_of_a_done_test_keeps_its_day() -> None:
    record = after(
        ItemEdit(result="other-than-satisfied"), Record("done", "satisfied", done=BEFORE)
    )
    assert (record.result, record.done) == ("other-than-satisfied", BEFORE)


def test_the_result_not_applicable_makes_it_na_and_needs_a_reason() -> None:
    with pytest.raises(RuleError) as error:
        after(ItemEdit(result="not-applicable"))
    assert error.value.wants == "reason"
    record = after(ItemEdit(result="not-applicable", reason="no such thing"))
    assert (record.status, record.result, record.reason) == (
        "na",
        "not-applicable",
        "no such thing",
    )
    assert record.done is None


@pytest.mark.parametrize("status", ["todo", "doing", "blocked", "na"])
def test_a_result_and_another_status_do_not_go_together(status: str) -> None:
    with pytest.raises(RuleError, match=r"has the status done"):
        after(ItemEdit(result="satisfied", status=status, reason="x"))


@pytest.mark.parametrize("status", ["todo", "doing", "blocked"])
def test_leaving_done_clears_result_and_day(status: str) -> None:
    record = after(ItemEdit(status=status), Record("done", "satisfied", done=BEFORE, owner="dana"))
    assert (record.status, record.result, record.done) == (status, "", None)
    assert record.owner == "dana"


def test_done_to_na_and_back_leaves_no_wrong_result() -> None:
    na = after(ItemEdit(status="na", reason="gone"), Record("done", "satisfied", done=BEFORE))
    assert (na.result, na.done) == ("", None)
    done = after(ItemEdit(status="done"), Record("na", "not-applicable", reason="gone"))
    assert (done.result, done.done, done.reason) == ("", TODAY, "")


def test_done_without_a_result_is_allowed() -> None:
    assert after(ItemEdit(status="done")).done == TODAY
    cleared = after(ItemEdit(result=""), Record("done", "satisfied", done=BEFORE))
    assert (cleared.status, cleared.result, cleared.done) == ("done", "", BEFORE)


@pytest.mark.parametrize("item", [TASK, TEST, SHOULD, Item("m", "M", level="may")])
@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_na_needs_a_reason(item: Item, reason: str | None) -> None:
    with pytest.raises(RuleError, match="needs a reason") as error:
        after(ItemEdit(status="na", reason=reason), item=item)
    assert error.value.wants == "reason"
    assert ("declined" in str(error.value)) == (item is SHOULD)


def test_the_reason_of_na_cannot_be_taken_away_but_replaced() -> None:
    na = Record("na", reason="no database")
    with pytest.raises(RuleError):
        after(ItemEdit(reason=""), na)
    assert after(ItemEdit(reason="no databases at all"), na).reason == "no databases at all"
    assert after(ItemEdit(owner="dana"), na).reason == "no database"


def test_why_it_was_blocked_is_no_reason_for_na() -> None:
    blocked = Record("blocked", reason="waits for the vendor")
    with pytest.raises(RuleError):
        after(ItemEdit(status="na"), blocked)
    assert after(ItemEdit(status="na", reason="not ours"), blocked).reason == "not ours"
    assert after(ItemEdit(status="doing"), blocked).reason == ""


def test_blocked_may_stand_without_a_reason() -> None:
    assert after(ItemEdit(status="blocked")).status == "blocked"
    assert after(ItemEdit(status="blocked", reason="vendor")).reason == "vendor"


def test_basis_is_stored_when_todo_is_left_and_goes_when_it_is_back() -> None:
    doing = after(ItemEdit(status="doing"))
    assert doing.basis == TEST.basis()
    assert len(doing.basis) == 12
    assert after(ItemEdit(status="todo"), doing).basis == ""
    assert after(ItemEdit(owner="dana")).basis == ""


def test_an_old_basis_stays_until_a_person_confirms() -> None:
    old = Record("doing", basis="0" * 12)
    for edit in (
        ItemEdit(status="done"),
        ItemEdit(owner="x"),
        ItemEdit(result="satisfied"),
        ItemEdit(note="n"),
    ):
        assert after(edit, old).basis == "0" * 12
    assert after(ItemEdit(confirm=True), old).basis == TEST.basis()
    assert list_changes("list:x", Record(), ItemEdit(confirm=True), TEST, TODAY) == []


@pytest.mark.parametrize(
    ("field", "value", "moves"),
    [
        ("title", "Another", True),
        ("level", "should", True),
        ("statement", "Shall", True),
        ("expects", ("proof",), True),
        ("controls", ("AC-2",), True),
        ("guidance", "Better words", False),
        ("due", "kick-off", False),
        ("code", "9", False),
        ("needs", ("x:y",), False),
    ],
)
def test_basis_is_about_the_substance(field: str, value: object, moves: bool) -> None:
    from msgspec.structs import replace

    changed = replace(TEST, **{field: value})
    assert (changed.basis() != TEST.basis()) is moves


def test_texts_are_trimmed_and_can_be_cleared() -> None:
    record = after(ItemEdit(owner=" dana ", due=" 2027-02-01 ", note="a\r\n  b \n\n", reason=" r "))
    assert (record.owner, record.due, record.reason) == ("dana", "2027-02-01", "r")
    assert record.note == "a\n  b"
    cleared = after(ItemEdit(owner="", due="", note="", reason=""), record)
    assert cleared == Record()


def test_a_text_that_no_file_can_hold_is_made_storable() -> None:
    assert after(ItemEdit(owner="d\udcffna")).owner == "d?na"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (ItemEdit(status="finished"), "is not a status"),
        (ItemEdit(result="fine"), "is not a result"),
        (ItemEdit(due="next week"), "is not a due date"),
    ],
)
def test_words_that_cannot_be_stored_are_refused(edit: ItemEdit, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        after(edit)


def test_what_changes_nothing_is_no_change() -> None:
    record = Record("done", "satisfied", done=BEFORE, basis=TEST.basis(), owner="dana")
    for edit in (
        ItemEdit(),
        ItemEdit(status="done"),
        ItemEdit(result="satisfied"),
        ItemEdit(owner="dana "),
    ):
        assert list_changes("list:x", record, edit, TEST, TODAY) == []


EDITS = st.builds(
    ItemEdit,
    status=st.none() | st.sampled_from(STATUSES),
    result=st.none() | st.sampled_from(["", *RESULTS]),
    owner=st.none() | st.text(max_size=5),
    reason=st.none() | st.sampled_from(["", "because"]),
    confirm=st.booleans(),
)


@given(st.lists(EDITS, max_size=6), st.sampled_from([TASK, TEST, SHOULD]))
def test_no_row_of_edits_breaks_the_rules(edits: list[ItemEdit], item: Item) -> None:
    record = Record()
    for edit in edits:
        try:
            record = after(edit, record, item)
        except RuleError:
            continue
        assert record.status != "na" or record.reason
        assert not record.result or (item.kind == "test" and record.closed)
        assert (record.result == "not-applicable") <= (record.status == "na")
        assert (record.done is not None) == (record.status == "done")
        assert bool(record.basis) == (record.status != "todo")
        assert clear_outcome_if_open(record) == record


def test_the_day_on_which_it_was_done_can_be_said() -> None:
    assert after(ItemEdit(status="done", done=BEFORE)).done == BEFORE
    assert after(ItemEdit(status="doing", done=BEFORE)).done is None
    again = after(ItemEdit(done=BEFORE), after(ItemEdit(status="done")))
    assert (again.status, again.done) == ("done", BEFORE)


def test_a_result_from_elsewhere_is_not_dated_today() -> None:
    assert after(ItemEdit(result="satisfied")).tested == TODAY
    assert after(ItemEdit(result="satisfied", undated=True)).tested is None


def test_evidence_that_was_taken_away_meanwhile_is_not_changed() -> None:
    edit = EvidenceEdit(change=("gone",), values={"label": "New"})
    with pytest.raises(RuleError, match="removed in the meantime"):
        list_changes("list:x", Record(), edit, TEST, TODAY)


def test_evidence_comes_and_goes() -> None:
    evidence_item = Evidence("a1", "https://x", collected=BEFORE)
    changes = list_changes("list:x", Record(), attach_evidence(evidence_item), TEST, TODAY)
    assert [(c.field, c.old) for c in changes] == [("evidence.a1", None)]
    record = applied(Record(), changes)
    assert record.evidence == (evidence_item,)
    gone, none = EvidenceEdit(detach=("a1",)), EvidenceEdit(detach=("zz",))
    assert applied(record, list_changes("list:x", record, gone, TEST, TODAY)) == Record()
    assert list_changes("list:x", record, none, TEST, TODAY) == []


def test_evidence_keeps_its_place_when_it_changes() -> None:
    first, second = Evidence("a", "x"), Evidence("b", "y")
    record = Record(evidence=(first, second))
    changed = with_field(record, "evidence.a", {"link": "z", "kind": "file"})
    assert [e.link for e in changed.evidence] == ["z", "y"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "finished"),
        ("status", 3),
        ("result", "fine"),
        ("owner", ["dana"]),
        ("done", "yesterday"),
        ("due", "next week"),
        ("evidence.a", "https://x"),
        ("evidence.a", {"kind": "url"}),
        ("evidence.a", {"link": 3}),
        ("evidence.a", {"link": "x", "kind": "web"}),
        ("evidence.a", {"link": "x", "collected": "soon"}),
    ],
)
def test_a_value_that_makes_no_sense_is_a_value_error(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        with_field(Record(), field, value)


def test_an_unknown_field_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        with_field(Record(), "extra", "x")
