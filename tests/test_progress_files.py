"""Progress files: what is written reads back the same, for people and for diffs."""

import difflib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import tomli
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from small_project import applied

from fedcheck.domain.change import Change, diff_records
from fedcheck.domain.dates import FIRST_DAY, LAST_DAY
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.glossary import RESULTS, STATUSES
from fedcheck.domain.record import EMPTY_RECORD, Record
from fedcheck.errors import InvalidFileError
from fedcheck.storage import progress_files
from fedcheck.storage.record_file import RecordFile
from fedcheck.storage.toml_lines import Lines

TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.text(st.sampled_from(list("ab\"'\\\n\r\t\x00\x1b\x7f\x85\u2028[]{}#=, ")), max_size=20),
)
PLAIN_KEYS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    TEXT,
    st.dates(),
    st.datetimes(),
    st.times(),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN_KEYS, inner, max_size=3),
    max_leaves=6,
)
NOT_OURS = st.dictionaries(PLAIN_KEYS.map("x".__add__), VALUES, max_size=3)
DAYS = st.none() | st.dates(FIRST_DAY, LAST_DAY)
PROOFS = st.builds(
    Evidence,
    id=st.text("0123456789abcdef", min_size=6, max_size=6),
    link=TEXT,
    label=TEXT,
    kind=st.sampled_from(["url", "file", "ticket"]),
    collected=DAYS,
    expires=DAYS,
    sha256=st.sampled_from(["", "ab" * 32]),
    extra=NOT_OURS,
)
DUES = st.sampled_from(["", "2027-02-01", "kick-off - 30d", "package"])
RECORDS = st.builds(
    Record,
    status=st.sampled_from(STATUSES),
    result=st.sampled_from(["", *RESULTS]),
    owner=TEXT,
    due=DUES,
    note=TEXT,
    reason=TEXT,
    done=DAYS,
    basis=st.sampled_from(["", "0123456789ab"]),
    evidence=st.lists(PROOFS, max_size=3, unique_by=lambda p: p.id).map(tuple),
    extra=NOT_OURS,
)
ITEM_IDS = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,8}", fullmatch=True) | PLAIN_KEYS
FILES = st.builds(
    RecordFile,
    st.just("list"),
    st.dictionaries(ITEM_IDS, RECORDS, max_size=4),
    NOT_OURS,
)
PATH = Path("progress/list.toml")


def whole(found: RecordFile) -> Any:
    """Return everything that a progress file holds, unknown keys included."""
    return (
        found.name,
        {name: (record, record.extra, [p.extra for p in record.evidence])
         for name, record in found.records.items()},
        dict(found.extra),
    )  # fmt: skip


@given(FILES)
def test_what_is_written_reads_back_the_same(one: RecordFile) -> None:
    raw, _ = progress_files.dump(one, one.records)
    found = progress_files.load(PATH, raw)
    assert whole(found) == whole(one)
    assert progress_files.dump(found, found.records)[0] == raw


@given(FILES)
def test_it_is_toml_with_evidence_in_tables_of_its_own(one: RecordFile) -> None:
    raw, _ = progress_files.dump(one, one.records)
    data = tomli.loads(raw.decode())
    items = data.get("item", {})
    assert list(items) == list(one.records)
    for name, record in one.records.items():
        assert len(items[name].get("evidence", [])) == len(record.evidence)
    lines = raw.decode().split("\n")
    plain = [n for n in one.records if n.isascii() and n.isprintable() and not set(n) & set('"\\')]
    for name in plain:
        header = f'[[item."{name}".evidence]]'
        assert lines.count(header) >= len(one.records[name].evidence)
        assert f'[item."{name}"]' in lines


@given(FILES, st.randoms(use_true_random=False))
def test_the_bytes_depend_on_the_content_alone(one: RecordFile, random: Any) -> None:
    order = list(one.records)
    first, known = progress_files.dump(one, order)
    shuffled = list(one.records.items())
    random.shuffle(shuffled)
    again = RecordFile(one.name, dict(shuffled), one.extra)
    assert progress_files.dump(again, order)[0] == first
    assert progress_files.dump(known, order)[0] == first  # with the texts of unchanged records kept


@given(FILES, st.data())
def test_one_changed_record_changes_its_own_lines_alone(one: RecordFile, data: Any) -> None:
    names = list(one.records)
    if not names:
        return
    name = data.draw(st.sampled_from(names))
    _, known = progress_files.dump(one, names)
    texts = dict(known.texts)
    changed = known.with_record(name, data.draw(RECORDS.filter(lambda r: r != EMPTY_RECORD)))
    raw, after = progress_files.dump(changed, names)
    assert {n: t for n, t in after.texts.items() if n != name} == {
        n: t for n, t in texts.items() if n != name
    }
    fresh = RecordFile(one.name, changed.records, one.extra)
    assert progress_files.dump(fresh, names)[0] == raw


@given(RECORDS, RECORDS)
def test_differences_lead_from_one_record_to_the_other_and_back(old: Record, new: Record) -> None:
    changes = diff_records("list:item", old, new)
    there = applied(old, changes)
    assert diff_records("list:item", there, new) == []
    back = applied(there, [change.inverse() for change in reversed(changes)])
    assert diff_records("list:item", back, old) == []
    assert diff_records("list:item", old, old) == []


@given(RECORDS, RECORDS)
def test_a_change_is_its_inverses_inverse_and_is_json(old: Record, new: Record) -> None:
    import json

    for change in diff_records("list:item", old, new):
        assert change.inverse().inverse() == change
        data = json.loads(json.dumps([change.old, change.new], allow_nan=False))
        assert data == [change.old, change.new]
        assert Change(change.ref, change.field, *data) == change


KEY_NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
DOCUMENTS = st.dictionaries(
    KEY_NAMES,
    st.recursive(
        SCALARS | st.lists(SCALARS, max_size=3),
        lambda inner: st.dictionaries(KEY_NAMES, inner, max_size=3)
        | st.lists(st.dictionaries(KEY_NAMES, inner, min_size=1), min_size=1, max_size=3),
        max_leaves=8,
    ),
    max_size=5,
)  # fmt: skip


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of all keys that stand on a line of their own."""
    found = []
    for key, value in data.items():
        found.append((*path, key))
        if isinstance(value, dict):
            found += places(value, (*path, key))
    return found


@given(DOCUMENTS, st.booleans())
def test_lines_of_keys(data: dict[str, Any], multiline: bool) -> None:
    text = tomli_w.dumps(data, multiline_strings=multiline)
    lines = Lines(text)
    numbered = text.split("\n")
    for path in places(data):
        here = lines.of(path)
        assert lines.known.get(path) == here, path
        line = numbered[here - 1].strip()
        key = tomli_w.dumps({path[-1]: 0}).partition(" = ")[0]
        assert line.startswith(f"{key} = ") or (line.startswith("[") and key in line)


def test_line_numbers_are_not_led_astray() -> None:
    text = '''# a comment = 1
format = 1 # = 2

note = """
[not.a.header]
fake = 1
"""
other = \'\'\'
fake = "\'\'\'
list = [ # [
  "a]", 'b"',
  [1, 2],
]
[item."a.b"] # [x]
status = "done"
"quo\\"ted" = 1
a.b = 2
[[item."a.b".evidence]]
id = "1"
[[item."a.b".evidence]]
id = "2"
  [item.'lit#eral']
  u2028 = "\u2028\x85"
  last = 1
'''
    tomli.loads(text)
    lines = Lines(text)
    assert lines.of(("format",)) == 2
    assert lines.of(("note",)) == 4
    assert lines.of(("other",)) == 8
    assert lines.of(("list", 1)) == 10
    assert lines.of(("item", "a.b")) == 14
    assert lines.of(("item", "a.b", "status")) == 15
    assert lines.of(("item", "a.b", 'quo"ted')) == 16
    assert lines.of(("item", "a.b", "a", "b")) == 17
    assert lines.of(("item", "a.b", "evidence", 0, "id")) == 19
    assert lines.of(("item", "a.b", "evidence", 1, "id")) == 21
    assert lines.of(("item", "lit#eral", "last")) == 24
    assert lines.of(("item", "a.b", "no-such")) == 14
    assert lines.of(("nowhere",)) == 1


def test_a_file_as_people_see_it() -> None:
    record = Record(
        status="done",
        result="satisfied",
        owner="dana",
        due="2027-02-01",
        note="First line.\nSecond line.",
        done=date(2027, 1, 11),
        basis="0123456789ab",
        evidence=(
            Evidence("a1b2c3", "evidence/scan.nessus", "Scan", "file", date(2027, 1, 3)),
            Evidence("d4e5f6", "https://example.gov"),
        ),
        extra={"ticket": "ABC-1"},
    )
    raw, _ = progress_files.dump(
        RecordFile("list", {"a.b": record, "gone": Record("doing")}), ["a.b"]
    )
    assert (
        raw.decode()
        == '''format = 1
checklist = "list"

[item."a.b"]
status = "done"
result = "satisfied"
owner = "dana"
due = 2027-02-01
note = """
First line.
Second line."""
done = 2027-01-11
basis = "0123456789ab"
ticket = "ABC-1"

[[item."a.b".evidence]]
id = "a1b2c3"
link = "evidence/scan.nessus"
label = "Scan"
kind = "file"
collected = 2027-01-03

[[item."a.b".evidence]]
id = "d4e5f6"
link = "https://example.gov"

[item."gone"]
status = "doing"
'''
    )


def test_items_stand_in_the_order_of_the_checklist() -> None:
    one = RecordFile(
        "list", {"z": Record("doing"), "a": Record("done"), "m": Record("todo", owner="x")}
    )
    raw, _ = progress_files.dump(one, ["m", "z", "a", "other"])
    assert list(tomli.loads(raw.decode())["item"]) == ["m", "z", "a"]


def test_a_record_that_says_nothing_is_left_out() -> None:
    one = RecordFile("list", {"a": Record("doing"), "b": Record("doing", extra={"x": 1})})
    assert "a" not in one.with_record("a", EMPTY_RECORD).records
    assert "b" in one.with_record("b", Record(extra={"x": 1})).records


def test_a_note_is_a_small_diff() -> None:
    def text(note: str) -> list[str]:
        raw, _ = progress_files.dump(
            RecordFile("list", {"a": Record(note=note), "b": Record("done")}), ["a"]
        )
        return raw.decode().splitlines()

    before, after = text("one\ntwo\nthree"), text("one\n2\nthree")
    diff = [d for d in difflib.ndiff(before, after) if d[0] in "+-"]
    assert diff == ["- two", "+ 2"]


def test_unknown_keys_of_every_kind_survive() -> None:
    text = """format = 1
checklist = "list"
top = [1, 2]
[item."a"]
status = "doing"
when = 2027-01-01
at = 10:00:00
stamp = 2027-01-01T10:00:00Z
nested = { a = { b = [ { c = 1 } ] } }
[[item."a".rows]]
x = 1
[[item."a".evidence]]
id = "1"
link = "https://x"
approved = 2027-01-02
[own]
table = true
[[many]]
n = 1
"""
    found = progress_files.load(PATH, text.encode())
    raw, _ = progress_files.dump(found.with_record("a", applied(
        found.records["a"], [Change("list:a", "owner", None, "dana")])), ["a"])  # fmt: skip
    data, before = tomli.loads(raw.decode()), tomli.loads(text)
    assert data["item"]["a"].pop("owner") == "dana"
    assert data == before
    assert isinstance(data["item"]["a"]["stamp"], datetime)
    assert isinstance(data["item"]["a"]["at"], time)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[item.a]\nstatus = "dnoe"', 4, 'did you mean "done"?'),
        ('[item.a]\nstatus = 1', 4, "is not one of todo, doing"),
        ('[item.a]\ndone = "2027-01-01"', 4, "write 2027-01-01 without quotes"),
        ("[item.a]\ndone = 2027-01-01T10:00:00", 4, "without a time; write 2027-01-01"),
        ("[item.a]\ndue = 2027-01-18T00:00:00Z", 4, "without a time; write 2027-01-18"),
        ('[item.a]\ndue = "next week"', 4, "is not a due date"),
        ("[item.a]\nowner = true", 4, "expected text in quotes, found true or false"),
        ('[[item.a.evidence]]\nlink = "x"', 3, 'the key "id" is missing'),
        ('[[item.a.evidence]]\nid = "1"', 3, 'the key "link" is missing'),
        ('[[item.a.evidence]]\nid = "1"\nlink = "x"\nkind = "web"', 6, "is not one of url, file"),
        ("[item]\na = 1", 4, "expected a table, found a number"),
        ("item = 3", 3, "expected tables such as"),
        ('[[item.a.evidence]]\nid = "1"\nlink = "x"\n[[item.a.evidence]]\nid = "1"\nlink = "y"',
         7, 'the evidence id "1" appears twice'),
    ],
)  # fmt: skip
def test_a_wrong_value_has_its_line_and_its_remedy(text: str, line: int, said: str) -> None:
    with pytest.raises(InvalidFileError) as error:
        progress_files.load(PATH, f'format = 1\nchecklist = "list"\n{text}\n'.encode())
    problem = error.value.problems[0]
    assert problem.line == line
    assert said in str(problem)


def test_every_problem_of_a_file_is_told_at_once() -> None:
    text = 'checklist = "other"\n[item.a]\nstatus = "x"\n[item.b]\nowner = 1\ndone = 2\n'
    with pytest.raises(InvalidFileError) as error:
        progress_files.load(PATH, text.encode())
    assert [p.line for p in error.value.problems] == [1, 1, 3, 5, 6]


def test_unknown_keys_that_nest_too_deeply_are_refused() -> None:
    deep = ".".join(["a"] * 3000)
    for text in (
        f"[item.a]\n{deep} = 1",
        f"{deep} = 1",
        f'[[item.a.evidence]]\nid="1"\nlink="x"\n{deep}=1',
    ):
        with pytest.raises(InvalidFileError, match="nested too deeply"):
            progress_files.load(PATH, f"format = 1\n{text}\n".encode())
