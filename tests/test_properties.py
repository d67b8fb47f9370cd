"""What holds for anything whatever: files, queries, edits, histories, reports (hypothesis).

`HYPOTHESIS_PROFILE=hunt` looks at 2,000 examples of each property in place of 50.
"""

import hashlib
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import TODAY
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace
from nasty.make import HERE, TEXTS, raw_characters
from rich.cells import cell_len
from small_project import applied, small_board
from test_progress_files import FILES, PATH, RECORDS, whole

from fedcheck.cli import output
from fedcheck.cli.options import json_text
from fedcheck.cli.output import MAX_WIDTH, format_table
from fedcheck.domain import query_fields
from fedcheck.domain.change import Change, HistoryLine, diff_records
from fedcheck.domain.checklist import Checklist, Item
from fedcheck.domain.dates import (
    FIRST_DAY,
    LAST_DAY,
    parse_due,
    parse_max_age,
    parse_span,
)
from fedcheck.domain.edits import list_changes
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import EvidenceEdit, attach_evidence
from fedcheck.domain.field_values import field_names, field_value, with_field
from fedcheck.domain.finding import Findings
from fedcheck.domain.glossary import RESULTS, STATUSES
from fedcheck.domain.item_rules import ItemEdit, clear_outcome_if_open
from fedcheck.domain.process import Process
from fedcheck.domain.query import split_words
from fedcheck.domain.record import Record
from fedcheck.domain.reference import find_candidates, matches_tail, split_ref
from fedcheck.domain.request import Requests
from fedcheck.domain.text import clean, count_cells, one_line
from fedcheck.domain.typed_dates import read_typed_due
from fedcheck.domain.workspace import WorkspaceConfig
from fedcheck.errors import InvalidFileError, QueryError, RuleError
from fedcheck.reports.markdown import code, escape_document, link, mark_text
from fedcheck.storage import (
    history,
    history_check,
    history_lines,
    progress_files,
    toml_io,
)
from fedcheck.storage.checklist_reader import load_list, load_process
from fedcheck.storage.config import UserConfig
from fedcheck.storage.decoder import decode
from fedcheck.storage.record_file import RecordFile

SHORT = {name: text for name, text in TEXTS.items() if len(text) < 1000}
ANY = st.text(st.characters(), max_size=40)
NASTY = st.lists(ANY | st.sampled_from(sorted(SHORT.values())), max_size=3).map("".join)
STORED = NASTY.map(lambda text: text.encode("utf-8", "replace").decode())

# ---------------------------------------------------------------- loaders

CORPUS = [path.read_bytes() for folder in ("anywhere", "places", "odd") for path in
          sorted((HERE / folder).iterdir())]  # fmt: skip
GOOD = [path.read_bytes() for path in sorted((HERE.parent / "mini").glob("*.toml"))] + [
    b'format = 1\nchecklist = "list"\n\n[item."a"]\nstatus = "done"\ndone = 2027-01-01\n\n'
    b'[[item."a".evidence]]\nid = "a1"\nlink = "x"\nkind = "file"\n',
    b'format = 1\nname = "x"\nprocess = "jab"\nrole = "csp"\n[milestones]\nkick-off = 2027-02-01\n',
    b'format = 1\n[[request]]\nid = "q"\ntitle = "x"\n[[finding]]\nid = "f"\ntitle = "x"\n',
]
PIECES = [
    b"[", b"]", b"[[", b"]]", b'"', b'"""', b"'", b"'''", b"=", b"\n", b"\r\n", b"#", b",", b".",
    b"{", b"}", b"\\", b"\\u0000", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\x1b[31m", b"1", b"-",
    b"2027-02-30", b"true", b"inf", b"nan", b"format = 2\n", b"format = 1\n", b"<<<<<<< x\n",
    b'id = "a"\n', b"[item]\n", b"[[section.item]]\n", b"\xe2\x80\xae", b"a.b.c = 1\n", b" = ",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Draw a good file into which something was put, or from which something was cut."""
    raw = draw(st.sampled_from(GOOD))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(raw)))
        end = min(len(raw), place + draw(st.sampled_from([0, 0, 1, 3, 20])))
        new = draw(st.sampled_from(PIECES) | st.binary(max_size=3))
        raw = raw[:place] + new + raw[end:]
    return raw


RAW = (
    mutated()
    | st.binary(max_size=80)
    | st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join)
    | st.sampled_from(CORPUS)
)
KINDS = [Checklist, Process, Requests, Findings, WorkspaceConfig, UserConfig]


def check_problems(problems: list[Any], raw: bytes) -> None:
    """Fail unless every problem has its line within the file, and words fit for a screen."""
    last = raw.count(b"\n") + 1
    for problem in problems:
        assert 0 <= problem.line <= last
        assert problem.message
        assert not raw_characters(clean(str(problem)))
        assert len(str(problem)) < 600


@given(RAW)
def test_any_bytes_are_read_or_refused_in_words(raw: bytes) -> None:
    try:
        document = toml_io.parse(PATH, raw)
    except InvalidFileError as error:
        check_problems(error.problems, raw)
        return
    for kind in KINDS:
        collector = document.collector()
        decode(kind, document.data, (), collector)
        check_problems(collector.problems(), raw)


def ordered(data: Any) -> str:
    """Return data as text, keys in order: a save puts tables last, and nan is not itself."""
    if isinstance(data, dict):
        return repr(sorted((key, ordered(value)) for key, value in data.items()))
    if isinstance(data, list | tuple):
        return repr([ordered(one) for one in data])
    return repr(data)


@given(RAW)
def test_any_bytes_are_a_progress_file_or_none(raw: bytes) -> None:
    """What is read is written back the same: nothing of a person's is lost by a save."""
    try:
        found = progress_files.load(PATH, raw)
    except InvalidFileError as error:
        check_problems(error.problems, raw)
        return
    again = progress_files.load(PATH, progress_files.dump(found, found.records)[0])
    assert ordered(whole(again)) == ordered(whole(found))


@given(RAW)
def test_any_bytes_are_a_checklist_or_none(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "list.toml"
    path.write_bytes(raw)
    loaded = load_list(path, "workspace")
    check_problems(loaded.problems(), raw)
    assert loaded.checklist or loaded.problems()
    found = load_process(path)
    process, problems = found.process, found.problems()
    check_problems(problems, raw)
    assert process or problems


@given(FILES)
def test_progress_comes_back_with_unknown_keys(one: RecordFile) -> None:
    raw, _ = progress_files.dump(one, one.records)
    assert whole(progress_files.load(PATH, raw)) == whole(one)


# ---------------------------------------------------------------- queries

WORDS = st.sampled_from(
    [*query_fields.KEYS, *query_fields.IS, *query_fields.EVIDENCE_WORDS, *STATUSES, "AC-2", "14d"]
)
QUERIES = st.lists(
    WORDS | NASTY | st.sampled_from([":", "|", "-", '"', " ", "<", ">=", "none"]), max_size=6
).map("".join)
ENTRIES = [
    *small_board(
        Item("a", "Title", controls=("AC-2",), expects=("x",), needs=("r.csp:b",)),
        Item("b", "".join(SHORT.values()), kind="test", every="1mo", due="kick-off - 30d"),
        records={"a": Record("done", owner="alice"), "b": Record(note="".join(SHORT.values()))},
    ).rows.values()
]  # fmt: skip


@given(QUERIES, st.sampled_from([TODAY, date.min, date.max]))
def test_any_text_is_a_query_or_refused_in_words(text: str, today: date) -> None:
    try:
        found = query_fields.parse(text)
    except QueryError as error:
        assert str(error)
        return
    chosen = found.select(ENTRIES, today)
    assert chosen == [row for row in ENTRIES if found(row, today)]
    assert query_fields.parse(found.text).select(ENTRIES, today) == chosen


@given(NASTY)
def test_a_word_that_stands_in_a_text_finds_it(text: str) -> None:
    words = [word for word in split_words(text) if ":" not in word and word[0] not in "-|"]
    for word in words:
        row = replace(ENTRIES[0], record=Record(note=f"x {word} y"))
        assert query_fields.parse(f'"{word}"')(row, TODAY)


# ---------------------------------------------------------------- edits and changes

PROOFS = st.builds(
    Evidence, id=st.sampled_from(["a1", "b2", "c3"]), link=STORED, label=STORED,
    kind=st.sampled_from(["url", "file", "ticket"]),
    collected=st.none() | st.dates(FIRST_DAY, LAST_DAY),
)  # fmt: skip
EDITS = st.builds(
    ItemEdit,
    status=st.none() | st.sampled_from(STATUSES),
    result=st.none() | st.sampled_from(["", *RESULTS]),
    owner=st.none() | NASTY,
    due=st.none() | st.sampled_from(["", "2027-02-01", "kick-off - 30d"]),
    note=st.none() | NASTY,
    reason=st.none() | NASTY,
    confirm=st.booleans(),
)
DEEDS = st.lists(EDITS | PROOFS | st.integers(0, 9), max_size=6)
ITEMS = st.sampled_from([Item("i", "Task"), Item("i", "Test", kind="test", level="should")])


def planned(item: Item, record: Record, deed: Any, number: int) -> list[Change]:
    """Return the changes of a deed: an edit, a new piece of evidence, or one taken away."""
    if isinstance(deed, ItemEdit):
        return list_changes("l:i", record, deed, item, TODAY)
    if isinstance(deed, Evidence):
        added = attach_evidence(replace(deed, id=f"new-{number}"))
        return list_changes("l:i", record, added, item, TODAY)
    ids = [evidence_item.id for evidence_item in record.evidence]
    gone = EvidenceEdit(detach=(ids[deed % len(ids)],)) if ids else EvidenceEdit()
    return list_changes("l:i", record, gone, item, TODAY)


@given(ITEMS, RECORDS, DEEDS)
def test_whatever_was_done_can_be_taken_back(item: Item, start: Record, deeds: list[Any]) -> None:
    """Edits and evidence, then their inverses from the last to the first: the start is back."""
    record, done = start, []
    for number, deed in enumerate(deeds):
        try:
            changes = planned(item, record, deed, number)
        except RuleError as error:
            assert str(error)
            continue
        assert not [change for change in changes if change.old == change.new]
        done.append((record, changes))
        record = applied(record, changes)
        assert record == clear_outcome_if_open(record) or start != clear_outcome_if_open(start)
    for before, changes in reversed(done):
        record = applied(record, [change.inverse() for change in reversed(changes)])
        assert diff_records("l:i", record, before) == []


@given(RECORDS, RECORDS, RECORDS)
def test_two_writers_on_different_fields_commute(start: Record, one: Record, two: Record) -> None:
    """Whoever comes first, the record ends the same; only where evidence stands may differ."""
    mine = [c for c in diff_records("l:i", start, one) if hash(c.field) % 2]
    theirs = [c for c in diff_records("l:i", start, two) if not hash(c.field) % 2]
    first = applied(applied(start, mine), theirs)
    second = applied(applied(start, theirs), mine)
    assert diff_records("l:i", first, second) == []
    assert {p.id for p in first.evidence} == {p.id for p in second.evidence}
    woven = [change for pair in zip(mine, theirs, strict=False) for change in pair]
    woven += mine[len(theirs) :] + theirs[len(mine) :]
    assert diff_records("l:i", applied(start, woven), first) == []


@given(RECORDS)
def test_a_field_set_to_its_own_value_changes_nothing(record: Record) -> None:
    for name in (
        *field_names(Record),
        *(f"evidence.{evidence_item.id}" for evidence_item in record.evidence),
    ):
        again = with_field(record, name, json.loads(json.dumps(field_value(record, name))))
        assert diff_records("l:i", record, again) == []
        if not name.startswith("evidence."):
            assert again == record


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY, inner, max_size=3),
    max_leaves=5,
)
FIELD_NAMES = (
    st.sampled_from([*field_names(Record), "evidence.a1", "extra", "closed", "__class__", ""]) | ANY
)


@given(RECORDS, FIELD_NAMES, JSON)
def test_a_forged_change_is_refused_or_makes_a_sound_record(
    record: Record, name: str, value: Any
) -> None:
    try:
        changed = with_field(record, name, value)
    except (KeyError, ValueError):
        return
    raw, _ = progress_files.dump(RecordFile("list", {"i": changed}), ["i"])
    found = progress_files.load(PATH, raw)
    stored = found.records.get("i", Record())
    assert stored.status == changed.status
    assert [evidence_item.id for evidence_item in stored.evidence] == [
        evidence_item.id for evidence_item in changed.evidence
    ]


# ---------------------------------------------------------------- history

STAMPS = st.datetimes(
    min_value=datetime(2001, 1, 1), max_value=datetime(8999, 1, 1), timezones=st.just(UTC)
).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
VALUES = st.none() | ANY | st.dictionaries(ANY, ANY | st.none() | st.booleans(), max_size=3)
CHANGES = st.builds(Change, NASTY, NASTY, VALUES, VALUES)
LINES = st.builds(HistoryLine, CHANGES, STAMPS, NASTY, NASTY, NASTY)


@given(LINES, st.sampled_from(["", "ab" * 32]))
def test_a_history_line_comes_back(entered: HistoryLine, prev: str) -> None:
    line = history_lines.format_line(entered, prev)
    assert line.isascii()
    assert b"\n" not in line
    assert not raw_characters(line.decode())
    found = history_lines.parse_line(line)
    assert found == replace(entered, prev=prev, hash=hashlib.sha256(line).hexdigest())


@given(st.binary(max_size=60) | JSON.map(lambda data: json.dumps(data).encode()))
def test_any_line_is_history_or_none(line: bytes) -> None:
    found = history_lines.parse_line(line)
    assert found is None or isinstance(found, HistoryLine)


@given(
    st.dictionaries(st.sampled_from(["v", "at", "by", "tx", "ref", "field", "old", "new"]), JSON)
)
def test_a_line_of_wrong_types_is_history_or_none(data: dict[str, Any]) -> None:
    full = {"v": 1, "at": "2027-01-01T00:00:00Z", "by": "x", "tx": "x", "ref": "l:i"}
    line = json.dumps({**full, "field": "note", "old": None, "new": None, **data}).encode()
    found = history_lines.parse_line(line)
    assert found is None or (isinstance(found.by, str) and found.at.tzinfo is not None)


@given(st.lists(LINES, min_size=2, max_size=5), st.data())
def test_any_changed_byte_of_a_history_is_found(
    tmp_path: Path, lines: list[HistoryLine], data: st.DataObject
) -> None:
    """The chain finds it, but in the last line, which nothing follows: there only `--against`.

    Stated exactly: a change before the last line is found whatever it is; a change in the last
    line is found by `verify` where the line is no JSON any more or its `prev` is another, and
    always by the hash of the line, which is what a report keeps.
    """
    folder = tmp_path / "history"
    folder.mkdir(exist_ok=True)
    path = folder / "alice-00000000.jsonl"
    path.unlink(missing_ok=True)
    history.append(path, lines)
    assert history_check.verify(tmp_path) == []
    newest, raw = history.read_newest_hash(path), path.read_bytes()
    place = data.draw(st.integers(0, len(raw) - 1))
    new = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[place]))
    forged = raw[:place] + bytes([new]) + raw[place + 1 :]
    path.write_bytes(forged)
    if history_lines.split_lines(forged) == history_lines.split_lines(raw):
        return  # how lines end does not count
    found = history_check.verify(tmp_path)
    last = raw.rstrip(b"\n").rfind(b"\n") + 1
    if found:
        assert found[0].path == path
        assert 1 <= found[0].line <= forged.count(b"\n") + 1
    else:
        assert place >= last, "only a change of the last line can pass"
        assert newest not in history.list_line_hashes(path), "and --against finds that"


@given(st.lists(LINES, min_size=3, max_size=5), st.data())
def test_a_line_removed_is_found_and_one_moved_is_not_missed(
    tmp_path: Path, lines: list[HistoryLine], data: st.DataObject
) -> None:
    """A merge may put lines in any order, so only what is gone is damage."""
    folder = tmp_path / "history"
    folder.mkdir(exist_ok=True)
    path = folder / "alice-00000000.jsonl"
    path.unlink(missing_ok=True)
    history.append(path, lines)
    told = [one.hash for one in history.read_all(tmp_path)]
    newest, kept = history.read_newest_hash(path), path.read_bytes().splitlines(keepends=True)
    place = data.draw(st.integers(0, len(kept) - 1))
    moved = kept.pop(place)
    if data.draw(st.booleans()):
        kept.insert(data.draw(st.integers(0, len(kept))), moved)
        path.write_bytes(b"".join(kept))
        assert history_check.verify(tmp_path) == []
        assert [one.hash for one in history.read_all(tmp_path)] == told
        return
    path.write_bytes(b"".join(kept))
    if place < len(lines) - 1:
        assert history_check.verify(tmp_path)
    else:
        assert newest not in history.list_line_hashes(path), "and --against finds that"


# ---------------------------------------------------------------- Markdown

ACTIVE = st.sampled_from([
    "|", "\\|", "`", "<b>", "</td>", "<!--", "-->", "![", "](", "[x]", "(javascript:alert(1))",
    "(data:text/html,x)", "<file:///etc/passwd>", "https://x.example/", "www.x.example", "\n", "\r",
    "a@b.example", "&lt;", "&#60;", "[^1]", "[x]: file:///x", "~~", "**", "mailto:", "vscode:",
])  # fmt: skip
TEXTS_OF_REPORTS = st.lists(ACTIVE | NASTY, max_size=6).map("".join)
PARSER = MarkdownIt("gfm-like", {"html": True, "linkify": True})


def all_tokens(document: str) -> list[Any]:
    """Return the tokens of a document, those inside lines too."""
    blocks = PARSER.parse(document)
    return [one for block in blocks for one in (block, *(block.children or ()))]


@given(TEXTS_OF_REPORTS, TEXTS_OF_REPORTS)
def test_no_text_is_active_in_a_table(one: str, two: str) -> None:
    row = f"| {mark_text(one)} | {link(one, two)} | {code(two)} |"
    document = escape_document(f"| a | b | c |\n| --- | --- | --- |\n{row}\n{row}\n")
    found = all_tokens(document)
    kinds = [token.type for token in found]
    assert not {"html_inline", "html_block", "image", "fence", "code_block"} & set(kinds)
    assert kinds.count("table_open") == 1
    assert kinds.count("th_open") == 3
    assert kinds.count("tr_open") == 3
    assert kinds.count("td_open") == 6
    links = [token.attrs["href"] for token in found if token.type == "link_open"]
    assert all(re.match("https?://", target, re.IGNORECASE) for target in links)
    assert len(links) in (0, 2)
    assert not raw_characters(document)


@given(TEXTS_OF_REPORTS)
def test_no_text_begins_a_block(text: str) -> None:
    for place in ("{}", "- {}", "> {}", "1. {}", "## {}", "x\n{}", "{}\n\ny"):
        found = {
            token.type
            for token in all_tokens(escape_document(place.replace("{}", mark_text(text))))
        }
        assert not found & {
            "html_inline", "html_block", "image", "fence", "code_block", "link_open", "table_open",
            "hr",
        }  # fmt: skip


# ---------------------------------------------------------------- words of the model

IDS = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,8}", fullmatch=True)


@given(IDS, st.lists(st.tuples(IDS, IDS), max_size=6), ANY)
def test_references(item: str, pairs: list[tuple[str, str]], text: str) -> None:
    refs = list(dict.fromkeys(f"{checklist}:{name}" for checklist, name in pairs))
    for ref in refs:
        assert find_candidates(ref, refs) == [ref]
        assert split_ref(ref) == tuple(ref.split(":"))
        assert f"{split_ref(ref)[0]}:{split_ref(ref)[1]}" == ref
    for tail in (item, text):
        found = find_candidates(tail, refs)
        assert set(found) <= set(refs)
        assert all(matches_tail(ref, tail) for ref in found)


@given(NASTY | st.from_regex(r"[a-z0-9.:-]{1,8} ?[+-] ?[0-9]{1,5}(d|bd|w|mo|y)", fullmatch=True))
def test_dates_are_read_or_refused_with_value_error(text: str) -> None:
    for parse in (parse_due, parse_max_age, parse_span, lambda t: read_typed_due(t, TODAY).due):
        try:
            found = parse(text)
        except ValueError as error:
            assert str(error)
            continue
        if parse is parse_due:
            due: Any = found
            said = str(due.fixed or due.anchor)
            if due.sign:
                said += f" {'-' if due.sign < 0 else '+'} {due.span}"
            assert parse_due(said) == found
        elif isinstance(found, str) and found:
            assert parse_due(found)


# ---------------------------------------------------------------- screens


def test_no_control_character_at_all_is_left() -> None:
    """Every code point there is: what a terminal obeys, or nobody sees, becomes visible."""
    bad = "".join(sorted(raw_characters("".join(map(chr, range(0x110000))))))
    assert len(bad) > 100_000
    assert set(clean(bad)) == {"\ufffd", "\n"}, "line ends of other kinds are line ends"
    assert set(one_line(bad)) <= {"\ufffd", " "}


@given(NASTY, st.integers(1, 60))
def test_a_text_cut_for_a_line_takes_no_more_cells(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert cell_len(line) <= count_cells(line) <= limit
    assert count_cells(one_line(text)) > limit or line == one_line(text)


@given(st.lists(st.lists(NASTY, min_size=3, max_size=3), max_size=4))
def test_a_table_is_lines_of_plain_text(rows: list[list[str]]) -> None:
    lines = format_table(rows, right=(0,), flexible=1)
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert not raw_characters(line)
        assert "\n" not in line
        for cell in row:
            assert one_line(cell) in line


def lay_out_plainly(rows: list[list[str]], room: int) -> list[str]:
    """Return what `format_table(rows, right=(0,), flexible=1)` states, cell by cell."""
    cleaned = [[one_line(cell) for cell in row] for row in rows]
    widths = [
        min(max(map(count_cells, column)), MAX_WIDTH) for column in zip(*cleaned, strict=True)
    ]
    if room and rows:
        widths[1] = max(12, widths[1] + min(room - sum(widths) - 4, 0))
    lines = []
    for row in cleaned:
        parts = []
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            text = one_line(cell, width) if room else cell
            gap = " " * (width - count_cells(text))
            parts.append(text + gap if place else gap + text)
        lines.append("  ".join(parts))
    return [line.rstrip() for line in lines]


CELL = NASTY | st.text("ab ✓日\t", max_size=130) | st.text("ab |", max_size=9)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=4), st.integers(0, 90))
def test_a_table_is_laid_out_as_cell_by_cell(rows: list[list[str]], room: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(output, "terminal_width", lambda: room)
        assert format_table(rows, right=(0,), flexible=1) == lay_out_plainly(rows, room)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(TODAY),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_json_is_as_the_standard_library_writes_it(data: Any) -> None:
    assert json_text(data) == json.dumps(data, indent=2, default=lambda day: day.isoformat())


@pytest.mark.parametrize("name", TEXTS)
def test_a_nasty_text_is_cleaned_in_no_time(name: str) -> None:
    text = TEXTS[name]
    assert not raw_characters(clean(text) + one_line(text))
    assert len(one_line(text, 80)) <= 80
    assert mark_text(text) == mark_text(text)
    assert cell_len(one_line(text, 10)) <= 10
