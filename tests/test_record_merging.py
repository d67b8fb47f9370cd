"""Records merged three ways: what the rules couple stays together, and no side is preferred."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fedcheck.domain.alternatives import list_groups, with_alternative, with_tables
from fedcheck.domain.checklist import Item
from fedcheck.domain.coherence import is_coherent, repair
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import EvidenceEdit, apply_evidence_edit
from fedcheck.domain.field_values import field_value, list_values
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.finding import Finding
from fedcheck.domain.finding_rules import FindingEdit, apply_finding_edit
from fedcheck.domain.item_rules import ItemEdit, TestEdit, apply_item_edit
from fedcheck.domain.record import EMPTY_RECORD, Record
from fedcheck.domain.request import Request
from fedcheck.domain.request_rules import RequestEdit, apply_request_edit
from fedcheck.domain.set_twice import list_alternatives
from fedcheck.domain.text_versions import Version, join_versions
from fedcheck.errors import RuleError
from fedcheck.sharing.order import merge_order, survivors
from fedcheck.sharing.record_files import Merged, Texts, merge_record_files
from fedcheck.sharing.records import Merger
from fedcheck.sharing.remark import BOTH_SET
from fedcheck.storage import record_files
from fedcheck.storage.record_file import RecordFile

TODAY = date(2027, 1, 11)
ITEM = Item(id="a", title="T", kind="test")


def merge(base: Any, ours: Any, theirs: Any, empty: Any = EMPTY_RECORD) -> tuple[Any, list[str]]:
    merger = Merger()
    return merger.merge(base, ours, theirs, empty, "a"), [
        f"{'!' if one.is_conflict else ''}{one}" for one in merger.remarks
    ]


# one record


def test_fields_that_no_rule_couples_merge_alone() -> None:
    base = Record(owner="ann", sample="3 of 9")
    merged, told = merge(base, replace(base, owner="bob"), replace(base, sample="4 of 9"))
    assert merged == Record(owner="bob", sample="4 of 9")
    assert not told


def test_a_result_takes_its_status_tester_and_day_along() -> None:
    ours = apply_item_edit(ITEM, EMPTY_RECORD, ItemEdit(result="satisfied"), TODAY, "ann")
    theirs = apply_item_edit(ITEM, EMPTY_RECORD, ItemEdit(owner="bob"), TODAY, "bob")
    merged, told = merge(EMPTY_RECORD, ours, theirs)
    assert merged == replace(ours, owner="bob")
    assert not told
    failed = apply_item_edit(
        ITEM, EMPTY_RECORD, ItemEdit(result="other-than-satisfied"), TODAY, "bob"
    )
    merged, told = merge(EMPTY_RECORD, ours, failed)
    assert merged == merge(EMPTY_RECORD, failed, ours)[0], "whichever side is called ours"
    (other,) = list_alternatives(merged.extra)
    assert other.groups == ("status",)
    assert [with_alternative(plain(merged), other), plain(merged)] in pairs(ours, failed)
    assert told == [f"a, result, tester: {BOTH_SET}"]


def plain(thing: Any) -> Any:
    """Return a record without what it keeps of other sides."""
    return with_tables(thing, ())


def pairs(one: Any, two: Any) -> list[list[Any]]:
    return [[one, two], [two, one]]


def test_what_is_not_there_on_one_side_is_kept_as_such() -> None:
    ours = Record(status="doing", owner="ann")  # type: ignore[arg-type]
    theirs = Record(status="blocked", reason="r", owner="ann")  # type: ignore[arg-type]
    merged, _ = merge(Record(owner="ann"), ours, theirs)
    (other,) = list_alternatives(merged.extra)
    assert [with_alternative(plain(merged), other), plain(merged)] in pairs(ours, theirs)


def test_two_unsettled_merges_keep_all_values() -> None:
    one, two, three = (Record(owner=name) for name in ("bob", "ann", "cy"))
    first, _ = merge(EMPTY_RECORD, one, two)
    second, _ = merge(EMPTY_RECORD, three, first)
    assert second == merge(EMPTY_RECORD, first, three)[0]
    values = {second.owner, *(x.values["owner"] for x in list_alternatives(second.extra))}
    assert values == {"ann", "bob", "cy"}
    settled = replace(plain(first), owner="bob")
    assert merge(first, settled, first)[0] == settled, "it is settled on one side"
    third, _ = merge(EMPTY_RECORD, first, settled)
    assert len(list_alternatives(third.extra)) == 1, "a value is kept once"


def test_a_field_of_evidence_that_both_set_is_kept_in_the_record() -> None:
    scan = Evidence("e1", "https://x/1", label="Scan")
    sides = [Record(evidence=(replace(scan, label=name),)) for name in ("Old", "New")]
    merged, told = merge(Record(evidence=(scan,)), *sides)
    assert merged == merge(Record(evidence=(scan,)), *sides[::-1])[0]
    (other,) = list_alternatives(merged.extra)
    assert (other.evidence, other.values) == ("e1", {"label": "Old"})
    assert not merged.evidence[0].extra, "the history takes evidence as a whole"
    assert told == [f"a, evidence e1, label: {BOTH_SET}"]
    changed = replace(merged, owner="ann")
    gone, _ = merge(merged, replace(merged, evidence=()), changed)
    assert not gone.extra, "nothing is kept of evidence that is gone"


def test_what_was_done_twice_is_done_once() -> None:
    first, later = (
        apply_item_edit(ITEM, EMPTY_RECORD, ItemEdit(status="done"), TODAY + timedelta(days=n))
        for n in (0, 1)
    )
    for sides in ((first, later), (later, first)):
        assert merge(EMPTY_RECORD, *sides) == (first, [])


def test_a_change_stands_against_what_clears_the_same() -> None:
    base = Record(note="old", owner="ann")
    for sides in (("", "new"), ("new", "")):
        ours, theirs = (replace(base, note=note) for note in sides)
        merged, told = merge(base, ours, theirs)
        assert merged.note == "new"
        assert told == ["a, note: removed on one side and changed on the other: the change is kept"]


def test_both_texts_are_kept_with_who_and_when() -> None:
    base = Record(note="n", observation="o", tester="ann", tested=TODAY, status="doing")  # type: ignore[arg-type]
    ours = replace(base, observation="first\nobservation")
    theirs = replace(base, observation="second", note="noted")
    for sides in ((ours, theirs), (theirs, ours)):
        merged, told = merge(base, *sides)
        assert merged.observation == (
            "[ann, 2027-01-11, one version]\nfirst\nobservation\n\n"
            "[ann, 2027-01-11, another version]\nsecond"
        )
        assert merged.note == "noted"
        assert told == ["a, observation: changed on both sides: both texts are kept"]


def test_a_text_that_goes_on_from_the_other_one_stands_alone() -> None:
    assert join_versions(Version("a\nb\nc"), Version("b\nc")) == "a\nb\nc"
    assert join_versions(Version("satisfied"), Version("not satisfied")) == (
        "[one version]\nnot satisfied\n\n[another version]\nsatisfied"
    )
    joined = join_versions(Version("x", "ann", TODAY), Version("y", "bob"))
    assert joined == "[ann, 2027-01-11]\nx\n\n[bob]\ny"
    assert join_versions(Version(joined), Version("y", "bob")) == joined, "merged before"


def test_lists_take_what_either_side_added_and_lose_what_either_removed() -> None:
    base = Record(methods=("examine", "interview"))  # type: ignore[arg-type]
    ours = replace(base, methods=("interview", "test"))
    theirs = replace(base, methods=("examine",))
    assert merge(base, ours, theirs)[0].methods == ("test",)


def test_evidence_merges_by_id_and_its_link_with_its_hash() -> None:
    scan = Evidence("e1", "scan.txt", sha256="0" * 64)
    base = Record(evidence=(scan, Evidence("e2", "https://x/2")))
    new = replace(scan, link="new.txt", sha256="1" * 64)
    ours = Record(evidence=(replace(scan, label="Scan"), Evidence("e3", "https://x/3")))
    theirs = Record(evidence=(new, base.evidence[1], Evidence("e4", "https://x/4")))
    merged, told = merge(base, ours, theirs)
    assert merged.evidence == (
        replace(new, label="Scan"), Evidence("e4", "https://x/4"), Evidence("e3", "https://x/3"),
    )  # fmt: skip
    assert not told
    gone, changed = Record(evidence=()), Record(evidence=(new,))
    merged, told = merge(Record(evidence=(scan,)), gone, changed)
    assert merged.evidence == (new,)
    assert told == [
        "a, evidence e1: removed on one side and changed on the other: the change is kept"
    ]


def test_unknown_keys_merge_each_as_a_whole() -> None:
    base = Record(extra={"x": 1, "y": [1], "z": "z"})
    ours = Record(extra={"x": 2, "y": [1], "z": "z", "mine": {"a": 1}})
    theirs = Record(extra={"x": 1, "z": "other", "due": date(9999, 1, 1)})
    merged, told = merge(base, ours, theirs)
    assert merged.extra == {"x": 2, "z": "other", "mine": {"a": 1}, "due": date(9999, 1, 1)}
    assert not told
    merged, told = merge(base, ours, Record(extra={"x": 3}))
    assert told[0] == f"a, x: {BOTH_SET}"
    (other,) = list_alternatives(merged.extra)
    assert (merged.extra["x"], other.key, other.value) == (2, "x", 3)


def test_evidence_that_an_answer_rests_on_stays() -> None:
    base = Request("r", "T", evidence=(Evidence("e", "https://x"),))
    ours = replace(base, state="answered", answered=TODAY)
    theirs = replace(base, evidence=())
    for sides in ((ours, theirs), (theirs, ours)):
        merged, told = merge(base, *sides, empty=Request("r"))
        assert merged == ours
        assert len(told) == 1


def test_a_finding_closed_by_a_deviation_that_was_rejected_keeps_both() -> None:
    base = Finding("f", "T", deviation="false-positive", deviation_state="approved", rationale="r")  # type: ignore[arg-type]
    ours = apply_finding_edit(base, FindingEdit(close=True), TODAY)
    theirs = apply_finding_edit(base, FindingEdit(decision="rejected"), TODAY)
    owned = replace(theirs, owner="bob")
    merged, told = merge(base, ours, owned, Finding("f"))
    assert merged == merge(base, owned, ours, Finding("f"))[0]
    (other,) = list_alternatives(merged.extra)
    assert other.groups == ("risk", "state")
    both = [with_alternative(plain(merged), other), plain(merged)]
    assert both in pairs(replace(ours, owner="bob"), owned), "what does not depend on it is merged"
    assert told == [f"a: {BOTH_SET}"]


# pairs of edits, by the rules

PEOPLE = st.sampled_from(["ann", "bob", "cy"])
WORDS = st.sampled_from(["", "x", "y"])
DAYS = st.integers(0, 3).map(lambda n: TODAY + timedelta(days=n))


def maybe(strategy: Any) -> Any:
    return st.one_of(st.none(), strategy)


TESTS = st.builds(
    TestEdit,
    observation=maybe(WORDS),
    tester=maybe(PEOPLE),
    methods=maybe(st.sampled_from([(), ("test",), ("examine", "interview")])),
    inherited=maybe(st.sampled_from(["", "leveraged", "shared"])),
    inherited_from=maybe(WORDS),
    retest=maybe(st.sampled_from(["", "passed", "failed"])),
    review=maybe(st.sampled_from(["", "agreed", "returned"])),
)
EVIDENCE = st.builds(
    EvidenceEdit,
    attach=st.sampled_from(
        [(), (Evidence("e1", "https://x/1"),), (Evidence("e2", "https://x/2"),)]
    ),
    detach=st.sampled_from([(), ("e1",)]),
)
ITEM_EDITS = st.builds(
    ItemEdit,
    status=maybe(st.sampled_from(["todo", "doing", "blocked", "done", "na"])),
    result=maybe(st.sampled_from(["", "satisfied", "other-than-satisfied", "not-applicable"])),
    owner=maybe(PEOPLE),
    note=maybe(WORDS),
    reason=maybe(WORDS),
    testing=maybe(TESTS),
    more=st.sampled_from(
        [{}, {"verified": "satisfied"}, {"verified": ""}, {"summary": "s"}, {"summary": ""}]
    ),
)
REQUEST_EDITS = st.builds(
    RequestEdit,
    step=st.sampled_from(["", "answer", "accept", "return"]),
    to=maybe(PEOPLE),
    text=maybe(WORDS),
    answer=maybe(WORDS),
    comment=maybe(WORDS),
    link=st.sampled_from([(), ("l:a",), ("l:b",)]),
)
FINDING_EDITS = st.builds(
    FindingEdit,
    risk=maybe(st.sampled_from(["high", "low"])),
    plan=maybe(WORDS),
    owner=maybe(PEOPLE),
    deviation=maybe(st.sampled_from(["", "false-positive", "operational-requirement"])),
    rationale=maybe(WORDS),
    decision=maybe(st.sampled_from(["approved", "rejected"])),
    retest=maybe(st.sampled_from(["passed", "failed"])),
    close=st.booleans(),
    reopen=st.booleans(),
)


def made(edits: Any) -> Any:
    return st.lists(st.tuples(st.one_of(edits, EVIDENCE), DAYS, PEOPLE), max_size=3)


def apply(thing: Any, edits: Any) -> Any:
    """Return a record after the edits that the rules allow."""
    for edit, day, who in edits:
        try:
            if isinstance(edit, EvidenceEdit):
                thing = apply_evidence_edit(thing, edit)
            elif isinstance(edit, ItemEdit):
                thing = apply_item_edit(ITEM, thing, edit, day, who)
            elif isinstance(edit, RequestEdit):
                thing = apply_request_edit(thing, edit, day)
            else:
                thing = apply_finding_edit(thing, edit, day)
        except RuleError:
            continue
    return thing


RULES: list[Callable[[Any], bool]] = [
    lambda r: r.status != "na" or bool(r.reason),
    lambda r: not r.result or r.status == ("na" if r.result == "not-applicable" else "done"),
    lambda r: (r.status == "done") == bool(r.done),
    lambda r: (r.status == "todo") == (not r.basis),
    lambda r: not r.review or bool(r.result),
    lambda r: bool(r.review) == bool(r.reviewer) == bool(r.reviewed),
    lambda r: not r.review or r.reviewer != r.tester,
    lambda r: bool(r.retest) == bool(r.retested),
    lambda r: r.inherited not in ("leveraged", "shared") or bool(r.inherited_from),
    lambda r: apply_item_edit(ITEM, r, ItemEdit(), TODAY) == r,
    is_coherent,
]
FINDING_RULES: list[Callable[[Any], bool]] = [
    lambda f: not f.deviation or bool(f.rationale),
    lambda f: bool(f.deviation) or not f.deviation_state,
    lambda f: (f.state == "closed") == bool(f.closed),
    is_coherent,
]
KINDS = {
    "record": ("list.a", Record(), ITEM_EDITS, RULES),
    "request": ("requests", Request("a", "T", asked=TODAY), REQUEST_EDITS, [is_coherent]),
    "finding": ("findings", Finding("a", "T", found=TODAY), FINDING_EDITS, FINDING_RULES),
}


def holds(rule: Callable[[Any], bool], thing: Any) -> bool:
    try:
        return rule(thing)
    except RuleError:
        return False


def file_of(book: str, thing: Any) -> bytes:
    return record_files.dump(
        RecordFile(
            book, {"a": thing, "b": replace(thing, note="b")} if book == "list.a" else {"a": thing}
        ),
        ["a", "b"],
    )[0]


def merge_files(book: str, base: bytes, ours: bytes, theirs: bytes) -> Merged:
    return merge_record_files(Path(f"{book}.toml"), book, Texts(base, ours, theirs), ["a", "b"])


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_what_both_sides_keep_of_the_rules_holds_after_a_merge(
    kind: str, data: st.DataObject
) -> None:
    book, start, edits, rules = KINDS[kind]
    base = apply(start, data.draw(made(edits)))
    ours, theirs = (apply(base, data.draw(made(edits))) for _ in range(2))
    texts = [file_of(book, one) for one in (base, ours, theirs)]
    there = merge_files(book, *texts)
    back = merge_files(book, texts[0], texts[2], texts[1])
    assert there.data == back.data
    assert sorted(map(str, there.remarks)) == sorted(map(str, back.remarks))
    merged = record_files.parse(Path(f"{book}.toml"), there.data, book).get("a")
    kept = [one for one in list_alternatives(merged.extra) if not one.is_joined]
    outcomes = [plain(merged), *(with_alternative(plain(merged), other) for other in kept)]
    for one in outcomes:
        whole = one if is_coherent(one) else repair(one, ours, theirs)  # as settling does
        for rule in rules:
            if holds(rule, ours) and holds(rule, theirs):
                assert holds(rule, whole), "whichever value stands in the end"
    if kept:
        named = {name for other in kept for name in names_of(merged, other)}
        for name in named:
            values = [_get(one, name) for one in outcomes]
            assert _get(ours, name) in values
            assert _get(theirs, name) in values
        return
    for name in {*list_values(ours), *list_values(theirs), *list_values(base)}:
        was, mine, other, now = (_get(one, name) for one in (base, ours, theirs, merged))
        if mine in (other, was) or other == was:
            continue
        if isinstance(now, str) and now not in (mine, other):
            assert all(text in now for text in (mine, other) if text), "the form now contains both"


def names_of(thing: Any, other: Any) -> set[str]:
    rows = list_groups(type(thing))
    return {row.name for group in other.groups for row in rows[group]}


def _get(thing: Any, name: str) -> Any:
    return field_value(thing, name)


# order, files


LETTERS = st.lists(st.sampled_from("abcdefg"), unique=True)


@given(LETTERS, LETTERS, LETTERS)
def test_the_order_is_the_same_whichever_side_is_called_ours(
    base: list[str], ours: list[str], theirs: list[str]
) -> None:
    merged = merge_order(base, ours, theirs)
    assert merged == merge_order(base, theirs, ours)
    assert sorted(merged) == sorted({*ours, *theirs})
    assert merge_order(ours, ours, theirs) == merge_order(ours, theirs, theirs) or set(ours) - set(
        theirs
    )
    assert merge_order(base, ours, ours) == ours
    assert survivors(base, ours, theirs) == survivors(base, theirs, ours)


PROGRESS = 'format = 1\nchecklist = "l"\n'


def progress(*items: str, head: str = "") -> bytes:
    return (PROGRESS + head + "\n" + "\n".join(items)).encode()


def item(name: str, **fields: str) -> str:
    return f'[item."{name}"]\n' + "".join(f'{k} = "{v}"\n' for k, v in fields.items())


def merged_progress(base: bytes, *sides: bytes, **more: Any) -> str:
    found = merge_record_files(Path("progress/l.toml"), "l", Texts(base, *sides), **more)
    return found.data.decode()


def test_records_keep_the_order_of_the_checklist() -> None:
    ours, theirs = (
        progress(item("c", note="c")),
        progress(item("b", note="b"), item("zz", note="z")),
    )
    text = merged_progress(b"", ours, theirs, order=["a", "b", "c"])
    assert [line for line in text.split("\n") if line.startswith("[")] == [
        '[item."b"]', '[item."c"]', '[item."zz"]',
    ]  # fmt: skip


def test_a_record_that_one_side_removed_and_the_other_changed_stays() -> None:
    base, gone = progress(item("a", note="n", owner="ann")), progress()
    changed = progress(item("a", owner="ann", note="new"))
    found = merge_record_files(Path("progress/l.toml"), "l", Texts(base, gone, changed))
    assert found.data == changed
    assert [str(one) for one in found.remarks] == [
        "a: removed on one side and changed on the other: the change is kept"
    ]
    assert b"item" not in merge_record_files(Path("l.toml"), "l", Texts(base, gone, base)).data


def test_an_item_that_one_side_knows_by_its_old_id_is_the_same_item() -> None:
    base = progress(item("old", note="n"))
    ours, theirs = progress(item("new", note="n", owner="ann")), progress(item("old", note="more"))
    text = merged_progress(base, ours, theirs, renamed={"old": "new"})
    assert text == progress(item("new", owner="ann", note="more")).decode()


def test_unknown_keys_of_a_file_survive() -> None:
    ours, theirs = progress(head='x = "x"\n'), progress(head="y = 1\n")
    text = merged_progress(progress(), ours, theirs)
    assert 'x = "x"\n' in text
    assert "y = 1\n" in text


def test_fields_of_evidence_that_mean_one_file_merge_together() -> None:
    groups = {row.name: row.merge for row in FIELDS[Evidence]}
    assert groups["link"] == groups["sha256"] == groups["kind"] != ""
