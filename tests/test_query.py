"""The query language: what each term means, and that nothing breaks it."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedcheck.domain import glossary, query
from fedcheck.domain.checklist import Item, Section
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.query import split_words
from fedcheck.domain.query_fields import EXAMPLES, IS, KEYS, parse
from fedcheck.domain.record import Record
from fedcheck.domain.row import Row
from fedcheck.errors import QueryError

TODAY = date(2027, 1, 11)


def entry(item_id: str = "fips", record: Record | None = None, **fields: object) -> Row:
    names = set(fields) & (set(Item.__struct_fields__) - {"due"})
    about = {name: fields.pop(name) for name in names}
    item = Item(id=item_id, **{"title": "FIPS 140-validated modules", **about})
    given_fields = {
        "ref": f"rev5.readiness.3pao:{item_id}",
        "checklist": "rev5.readiness.3pao",
        "phase": "readiness",
        "role": "3pao",
        "section": Section("federal-mandates", "Federal mandates"),
        **fields,
    }
    return Row(item=item, record=record or Record(), **given_fields)


def found(text: str, *rows: Row) -> list[str]:
    return [one.item.id for one in parse(text).select(rows, TODAY)]


FULL = entry(
    code="Table 4-1, 1",
    guidance="Look up the CMVP certificate.",
    kind="test",
    level="must-not",
    controls=("SC-13", "AC-2(1)"),
    methods=("examine",),
    deliverable="rar",
    expects=("certificate",),
    record=Record(
        status="done",
        result="satisfied",
        owner="Dana",
        note="Waiver asked for",
        reason="inherited",
        evidence=(Evidence("a1", "https://x.example/CERT", label="NIST page"),),
    ),
    due=date(2027, 1, 20),
    evidence=("stale",),
)
PLAIN = entry(
    "plain",
    title="Nothing special",
    level="may",
    role="csp",
    phase="kick-off",
    checklist="jab.x.csp",
    ref="jab.x.csp:plain",
    section=Section("other", "Other things"),
)


@pytest.mark.parametrize(
    "text",
    ["fips", "FIPS validated", "3pao:fi", "4-1", '"Table 4-1"', "cmvp", "waiver", "inherited",
     "nist", "cert", "sc-13", "status:done", "role:3pao", "phase:readiness",
     "checklist:rev5.readiness.3pao", "checklist:3pao", "section:federal-mandates",
     "section:mandates", "kind:test", "level:must-not", "result:satisfied", "method:examine",
     "family:sc", "FAMILY:AC", "control:ac-2", "control:AC-2(1)", "deliverable:rar", "owner:dana",
     "owner:DANA", "tester:dana", "note:waiver", "due:<14d", "due:<=2027-01-20", "due:2027-01-20",
     "due:>2027-01-19", "due:>=9d", "due:=9d", "due:9d", "due:2w", "evidence:stale", "evidence:any",
     "is:closed", "is:stale", "is:demanded", "is:noted", "-word", "-status:todo", "-evidence:none",
     "status:doing|done", "fips|nothing-such", "is:overdue|closed", '-"two words"'],
)  # fmt: skip
def test_a_term_that_finds_the_one_and_not_the_other(text: str) -> None:
    wanted = ["fips", "plain"] if text in ("-word", '-"two words"', "-evidence:none") else ["fips"]
    assert found(text, FULL, PLAIN) == wanted


@pytest.mark.parametrize(
    "text",
    ["status:todo", "control:ac-20", "control:sc-1", "family:a", "method:test", "due:none",
     "due:<9d", "due:<2027-01-20", "due:2027-01-19", "evidence:none", "evidence:ok", "is:overdue",
     "is:blocked", "is:open", "owner:dan", "owner:none", "tester:none", "result:none", "-fips",
     "role:3pa", "deliverable:ra", "fips nothing-such", "checklist:pao"],
)  # fmt: skip
def test_a_term_that_does_not_find_it(text: str) -> None:
    assert "fips" not in found(text, FULL)


def test_all_terms_must_hold_and_an_empty_query_finds_everything() -> None:
    assert found("fips status:done -is:open", FULL, PLAIN) == ["fips"]
    assert found("fips status:todo", FULL, PLAIN) == []
    assert found("", FULL, PLAIN) == ["fips", "plain"]
    assert found(' - "" ', FULL, PLAIN) == ["fips", "plain"]


def test_evidence_none_asks_only_for_what_is_expected() -> None:
    assert found("evidence:none", PLAIN, entry("bare", expects=("a scan",))) == ["bare"]


def test_waiting_and_ready() -> None:
    waits, later = entry("a", waits=("x:y",)), entry("b", later=True)
    free, closed = entry("c"), entry("d", record=Record(status="done"), waits=("x:y",))
    assert found("is:waiting", waits, later, free, closed) == ["a", "b"]
    assert found("is:ready", waits, later, free, closed) == ["c"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("statsu:done", 'did you mean "status"?'),
        ("status:dnoe", 'did you mean "done"?'),
        ("is:overdu", 'did you mean "overdue"?'),
        ("evidence:stael", 'did you mean "stale"?'),
        ("level:musst", 'did you mean "must'),
        ("kind:exam", "use one of task, test"),
        ("zzz:1", "known keys: status, role"),
        ("status:", "needs a value, such as status:todo"),
        ("-status:", "needs a value"),
        ("status:|", "needs a value"),
        ("due:soon", "write due:<14d"),
        ("due:<2027-02-30", "is not a calendar date"),
        ("due:<9999y", "is not between 1990-01-01"),
    ],
)
def test_an_error_says_what_to_write(text: str, said: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(text)
    assert said in str(error.value)


@pytest.mark.parametrize("name", KEYS)
def test_every_key_has_an_example_that_parses(name: str) -> None:
    parse(f"{name}:{EXAMPLES[name]}")


@pytest.mark.parametrize("word", IS)
def test_every_word_of_is_parses(word: str) -> None:
    found(f"is:{word}", FULL, PLAIN)


PIECES = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [*KEYS, *EXAMPLES.values(), ":", "|", "-", '"', "<", ">=", "9999bd", "2027-01"]
    ),
)


@given(st.lists(PIECES, max_size=6).map("".join), st.sampled_from([TODAY, date.max, date.min]))
def test_any_text_parses_or_is_a_query_error(text: str, today: date) -> None:
    try:
        asked = parse(text)
    except QueryError as error:
        assert str(error)
        return
    asked.select([FULL, PLAIN], today)


TERMS = st.sampled_from([f"{name}:{value}" for name, value in EXAMPLES.items()] + ["fips", "plain"])


@given(TERMS, TERMS)
def test_a_minus_turns_a_term_round_and_words_narrow(one: str, other: str) -> None:
    rows = (FULL, PLAIN)
    chosen, rest = found(one, *rows), found("-" + one, *rows)
    assert sorted(chosen + rest) == ["fips", "plain"]
    both = found(f"{one} {other}", *rows)
    assert set(both) == set(chosen) & set(found(other, *rows))


@given(st.sampled_from(["status", "kind", "level"]))
def test_alternatives_are_a_union(name: str) -> None:
    values = {
        "status": glossary.STATUSES,
        "kind": ("task", "test"),
        "level": glossary.LEVELS,
    }[name]
    either = found(f"{name}:{'|'.join(values)}", FULL, PLAIN)
    assert either == ["fips", "plain"]


def test_words_split_at_blanks_outside_quotes() -> None:
    assert split_words('a "b c" d:"e f" -"g h" "open end') == [
        "a", "b c", "d:e f", "-g h", "open end",
    ]  # fmt: skip


def test_a_long_distance_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0
    real: Callable[..., date] = query.shift_clamped

    def counted(*args: object) -> date:
        nonlocal count
        count += 1
        return real(*args)

    monkeypatch.setattr(query, "shift_clamped", counted)
    found("due:<100bd", *[FULL] * 50)
    assert count == 1
