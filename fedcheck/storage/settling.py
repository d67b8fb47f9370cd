"""Settle what a merge kept of both sides, by the histories: the value set last stands.

While git merges, the history on disk is that of one side; after it the histories are whole, and
they show which of two values came later. Where they do not, the value in the file stays, the
other value stays next to it, and both are listed.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from fedcheck.domain.alternatives import (
    find_part,
    is_standing,
    list_groups,
    with_alternative,
    with_part,
    with_tables,
)
from fedcheck.domain.change import OUTSIDE, SHORT, Change, HistoryLine, diff_records
from fedcheck.domain.coherence import is_coherent, repair
from fedcheck.domain.field import Field, Kind
from fedcheck.domain.field_values import EVIDENCE_PREFIX, field_value, history_form, printed
from fedcheck.domain.fields import FIELDS
from fedcheck.domain.set_twice import SET_TWICE, Alternative, list_alternatives
from fedcheck.domain.text import one_line
from fedcheck.domain.text_versions import Version, join_versions, split_versions
from fedcheck.errors import InvalidFileError
from fedcheck.storage import history, local_state, record_files
from fedcheck.storage.history_graph import LineGraph
from fedcheck.storage.outside_notes import TransactionHead, append_lines
from fedcheck.storage.record_file import RecordFile, has_unsettled
from fedcheck.storage.saved_file import SavedFile, refuse_unreadable, replace_saved_files
from fedcheck.storage.unexplained import Key, as_text, group_lines

Renamed = Mapping[str, Mapping[str, str]]


class Value(Struct, frozen=True):
    """A value of one side as text, with who set it and when; empty where no history knows."""

    text: str
    who: str = ""
    day: str = ""


class SettledField(Struct, frozen=True):
    """A field that was set on both sides of a merge.

    Attributes:
        ref: the record.
        field: labels of the fields.
        stands: what the record holds now.
        others: what the other sides had.
        outcome: `settled` by the histories, `joined` where the texts of all are kept, or `open`.
    """

    ref: str
    field: str
    stands: Value
    others: tuple[Value, ...]
    outcome: Literal["settled", "joined", "open"]


class _Outcome(Struct):
    """What becomes of one record: what it is then, its history lines, and what is listed."""

    record: Any
    lines: list[HistoryLine]
    fields: list[SettledField]


def settle_home(
    home: Path, root: Path, head: TransactionHead, renamed: Renamed
) -> list[SettledField]:
    """Settle what the record files of a place hold of two sides; return all of it, open or not.

    Each file is written as a whole, then the history gets a line for each field that names the
    lines of both sides. Raises FedcheckError where the place is locked or cannot be written.
    """
    with local_state.lock_workspace(home):
        graph = history.read_graph(home)
        by_list = group_lines(graph.lines, renamed)
        found: list[SettledField] = []
        files: list[SavedFile] = []
        lines: list[HistoryLine] = []
        for book in _load_marked(home):
            today = renamed.get(book.name, {})
            judge = _Judge(graph, book.name, by_list.get(book.name, {}), head)
            outcomes = {
                item: judge.settle(item, record)
                for item, record in book.renamed(today).records.items()
                if SET_TWICE in record.extra
            }
            found += [field for one in outcomes.values() for field in one.fields]
            updated = book.renamed(today).with_records(
                {item: one.record for item, one in outcomes.items()}
            )
            if updated.records != book.renamed(today).records:
                made = [line.change for one in outcomes.values() for line in one.lines]
                files.append(SavedFile(home, book, updated, made, (), today, is_new=True))
                lines += [line for one in outcomes.values() for line in one.lines]
        if files:
            _save(home, root, files, lines, head)
    return found


def _load_marked(home: Path) -> Iterator[RecordFile]:
    for name in record_files.list_books(home):
        try:
            book = record_files.load(home, name)
        except InvalidFileError:
            continue
        if has_unsettled({name: book}):
            yield book


def _save(
    home: Path,
    root: Path,
    files: Sequence[SavedFile],
    lines: Sequence[HistoryLine],
    head: TransactionHead,
) -> None:
    notes = local_state.load_notes(home)
    tips = history.read_tips(home)
    local_state.resolve_history_file(home, head.by)  # refused before anything is written
    replace_saved_files(root, files)
    hashes = {record_files.file_name(one.found.name): one.sha256 for one in files}
    notes = replace(notes, files={**notes.files, **hashes})
    local_state.note_saved(home, append_lines(home, head.by, lines, notes, tips))
    refuse_unreadable(files)


class _Judge:
    """Decides between the sides of the records of one file."""

    def __init__(
        self,
        graph: LineGraph,
        book: str,
        lines: Mapping[Key, Sequence[HistoryLine]],
        head: TransactionHead,
    ) -> None:
        self._places = {line.hash: place for place, line in enumerate(graph.lines)}
        self._book = book
        self._lines = lines
        self._head = head

    def settle(self, item: str, record: Any) -> _Outcome:
        """Return what becomes of a record."""
        out = _Outcome(record, [], [])
        ref = f"{self._book}:{item}"
        left: list[dict[str, Any]] = []
        raw = record.extra.get(SET_TWICE)
        tables = [one for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []
        for evidence, groups, some in _collect_linked(tables):
            part = find_part(out.record, evidence)
            known = [one for table in some for one in list_alternatives({SET_TWICE: [table]})]
            if part is None:
                continue
            if not known or any(one.key for one in known):
                left += some
                out.fields += [_describe_unknown(ref, part, one) for one in known]
                continue
            if all(one.is_joined for one in known):
                self._sign(ref, evidence, groups[0], part, out)
            elif not self._decide(ref, evidence, groups, part, known, out):
                left += some
        out.record = with_tables(
            out.record, (one for one in left if not is_standing(out.record, one))
        )
        return out

    def _decide(
        self,
        ref: str,
        evidence: str,
        groups: Sequence[str],
        part: Any,
        known: Sequence[Alternative],
        out: _Outcome,
    ) -> bool:
        """Let the later of several values stand; return whether the histories know which it is."""
        rows = [row for group in groups for row in list_groups(type(part)).get(group, ())]
        try:
            sides = [part, *(with_alternative(part, one) for one in known if not one.is_joined)]
        except (KeyError, ValueError):
            rows = []
            sides = [part]
        differ = [row for row in rows if len({as_text(_form(one, row)) for one in sides}) > 1]
        if not differ:
            out.fields.append(SettledField(ref, ", ".join(groups), Value(""), (), "open"))
            return False
        newest = [self._find_newest(ref, evidence, differ, side) for side in sides]
        latest = max((one for one in newest if one), key=self._place, default=None)
        shown = [row for row in differ if not row.follows] or differ
        values = [_value_of(shown, side, line) for side, line in zip(sides, newest, strict=True)]
        words = ", ".join(row.word for row in shown)
        words = f"evidence {one_line(evidence, 20)}, {words}" if evidence else words
        if latest is None or None in newest or newest.count(latest) > 1:
            out.fields.append(SettledField(ref, words, values[0], tuple(values[1:]), "open"))
            return False
        at = newest.index(latest)
        merged = _with_texts(sides[at], sides, rows, newest)
        if is_coherent(part) and not is_coherent(merged):
            merged = repair(merged, sides[at], part)
        if is_coherent(part) and not is_coherent(merged):
            out.fields.append(SettledField(ref, words, values[0], tuple(values[1:]), "open"))
            return False
        others = (*values[:at], *values[at + 1 :])
        out.fields.append(SettledField(ref, words, values[at], others, "settled"))
        hashes = tuple(
            line.hash[:SHORT]
            for line in (latest, *(one for one in newest if one != latest))
            if line
        )
        if evidence:
            name = f"{EVIDENCE_PREFIX}{evidence}"
            before = out.record
            out.record = with_part(out.record, evidence, merged)
            other = with_part(before, evidence, next(one for one in sides if one != sides[at]))
            change = Change(ref, name, field_value(other, name), field_value(out.record, name))
            out.lines.append(self._line(change, hashes))
            return True
        out.record = merged
        changed = {change.field for change in diff_records(ref, part, merged)}
        named = {row.name for row in differ} | changed
        for row in (row for row in FIELDS[type(merged)] if row.name in named):
            now = _form(merged, row)
            other = next((one for one in sides if _form(one, row) != now), part)
            out.lines.append(self._line(Change(ref, row.name, _form(other, row), now), hashes))
        return True

    def _find_newest(
        self, ref: str, evidence: str, rows: Sequence[Field], side: Any
    ) -> HistoryLine | None:
        """Return the newest line that set what a side has, with all else that its action set.

        None where no line did: a hand edit, or a history that did not come.
        """
        if evidence:
            entered = self._lines.get((ref, f"{EVIDENCE_PREFIX}{evidence}"), ())
            fits = [line for line in entered if _holds(line, side, rows)]
            return max(fits, key=self._place, default=None)
        by_action: dict[str, list[tuple[Field, HistoryLine]]] = {}
        for row in rows:
            for line in self._lines.get((ref, row.name), ()):
                by_action.setdefault(line.tx, []).append((row, line))
        found = [
            line
            for some in by_action.values()
            if all(line.change.new == _form(side, row) for row, line in some)
            for _, line in some
        ]
        return max(found, key=self._place, default=None)

    def _place(self, line: HistoryLine) -> int:
        return self._places.get(line.hash, -1)

    def _sign(self, ref: str, evidence: str, group: str, part: Any, out: _Outcome) -> None:
        """Put the names and days that the histories know over the two texts of a field."""
        row = next((row for row in FIELDS[type(part)] if row.key == group), None)
        versions = split_versions(getattr(part, row.name)) if row else None
        if row is None or versions is None or evidence:
            return
        lines = [self._find_text(ref, row.name, one.text) for one in versions]
        known = [line for line in lines if line is not None]
        if len(known) == len(versions):
            signed = [
                Version(one.text, one_line(line.by, 60), line.at.date())
                for one, line in zip(versions, known, strict=True)
            ]
            order = sorted(range(len(signed)), key=lambda at: self._place(known[at]))
            text = join_versions(*(signed[at] for at in order), in_order=True)
            out.record = replace(part, **{row.name: text})
            hashes = tuple(
                line.hash[:SHORT] for line in sorted(known, key=self._place, reverse=True)
            )
            change = Change(ref, row.name, known[order[-1]].change.new, text)
            out.lines.append(self._line(change, hashes))
        values = [
            Value(printed(row, one.text), line.by if line else "", _day(line))
            for one, line in zip(versions, lines, strict=True)
        ]
        out.fields.append(SettledField(ref, row.word, values[0], tuple(values[1:]), "joined"))

    def _find_text(self, ref: str, name: str, text: str) -> HistoryLine | None:
        same = [one for one in self._lines.get((ref, name), ()) if one.change.new == text]
        return max(same, key=self._place, default=None)

    def _line(self, change: Change, merged: tuple[str, ...]) -> HistoryLine:
        tx = f"{self._head.tx}-outside"
        return HistoryLine(change, self._head.at, OUTSIDE, tx, merged=merged)


def _holds(line: HistoryLine, evidence: Any, rows: Sequence[Field]) -> bool:
    """Return whether a line set these fields of an evidence item to what a side has."""
    new = line.change.new if isinstance(line.change.new, dict) else {}
    return bool(new) and all(new.get(row.name) == _form(evidence, row) for row in rows)


def _form(thing: Any, row: Field) -> Any:
    """Return a field as history keeps it."""
    value = history_form(getattr(thing, row.name))
    return (
        field_value(thing, row.name)
        if value is None and row.kind in (Kind.DAY, Kind.DUE)
        else value
    )


def _collect_linked(
    tables: Sequence[dict[str, Any]],
) -> Iterator[tuple[str, list[str], list[dict[str, Any]]]]:
    """Yield the tables that have to be decided together: those with a group in common."""
    runs: list[tuple[str, set[str], list[dict[str, Any]]]] = []
    for table in tables:
        found = list_alternatives({SET_TWICE: [table]})
        evidence = found[0].evidence if found else ""
        groups = set(found[0].groups) if found else set()
        linked = [run for run in runs if run[0] == evidence and run[1] & groups]
        for run in linked:
            runs.remove(run)
            groups |= run[1]
        runs.append((evidence, groups, [*(one for run in linked for one in run[2]), table]))
    for evidence, groups, some in runs:
        yield evidence, sorted(groups), some


def _with_texts(stands: Any, sides: Sequence[Any], rows: Sequence[Field], lines: Any) -> Any:
    """Return what stands, with the texts of all sides where a text is a part of the group."""
    for row in rows:
        texts = [getattr(one, row.name) for one in sides]
        if row.kind is not Kind.TEXT or not all(texts) or len(set(texts)) == 1:
            continue
        versions = {
            text: Version(text, one_line(line.by, 60), line.at.date())
            for text, line in zip(texts, lines, strict=True)
        }
        order = sorted(versions.values(), key=lambda one: (str(one.day), one.who, one.text))
        stands = replace(stands, **{row.name: join_versions(*order, in_order=True)})
    return stands


def _value_of(rows: Sequence[Field], side: Any, line: HistoryLine | None) -> Value:
    words = [printed(row, _form(side, row)) for row in rows]
    text = ", ".join(word for word in words if word) or "nothing"
    return Value(text, one_line(line.by, 40) if line else "", _day(line))


def _day(line: HistoryLine | None) -> str:
    return line.at.date().isoformat() if line else ""


def _describe_unknown(ref: str, part: Any, found: Alternative) -> SettledField:
    values = [Value(one_line(str(one), 40)) for one in (part.extra.get(found.key), found.value)]
    return SettledField(ref, one_line(found.key, 40), values[0], (values[1],), "open")
