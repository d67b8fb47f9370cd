"""Import a table of requests that others filled in."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from fedcheck.analysis.consequences import list_shared_evidence
from fedcheck.domain.change import Change, diff_records
from fedcheck.domain.evidence import Evidence, normalize_link
from fedcheck.domain.reference import find_candidates, find_nearest, split_ref
from fedcheck.domain.request import Request
from fedcheck.domain.request_rules import RequestEdit, RequestStep, apply_request_edit
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.workspace import Project
from fedcheck.errors import RuleError
from fedcheck.importers import request_rows
from fedcheck.importers.evidence_cells import (
    KEPT_INSIDE,
    EvidenceForm,
    make_evidence,
    read_line,
    split_cell,
)
from fedcheck.importers.merge import merge, show_sides
from fedcheck.importers.option import Values
from fedcheck.importers.people import match_person
from fedcheck.importers.plan import Note, Plan, Prepared
from fedcheck.importers.registry import Peek
from fedcheck.importers.request_rows import COLUMNS, Mark
from fedcheck.importers.request_words import is_row_number, parse_decision, parse_kind
from fedcheck.session import Session
from fedcheck.spreadsheets.cells import AmbiguousDayError, DateOrder, parse_day
from fedcheck.spreadsheets.grid import (
    Grid,
    GridRow,
    drop_errors,
    find_best_grid,
    normalize_cell,
    read_sheets,
)
from fedcheck.storage.record_file import REQUESTS

WANTED = 'it needs the columns "ID" or "Comment or request"; see: fedcheck export requests'

_IDENTITY = ("kind", "round", "by", "document", "section", "title", "text")


@dataclass(slots=True)
class _Reading:
    """What is gathered while the rows of a file are read."""

    session: Session
    project: Project
    grid: Grid
    columns: Mapping[str, int]
    theirs: bool
    dates: DateOrder
    notes: list[Note] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    asked: dict[tuple[str, ...], Request] | None = None
    changed: int = 0
    new: int = 0
    unused: int = 0
    same: int = 0
    conflicts: int = 0

    def note(self, line: GridRow, what: str, remedy: str = "") -> None:
        self.notes.append(Note(self.grid.place(line), what, remedy))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row against the request that it is about: what it states now, and stated at the export."""

    line: GridRow
    cells: Mapping[str, str]
    request: Request
    ours: Mapping[str, str]
    mark: Mark | None


def recognize(peek: Peek) -> bool:
    """Return whether a file is a table of requests: the marks of our export, or most columns."""

    def score(cells: Sequence[str]) -> int:
        found = request_rows.find_columns(cells)
        asked = {"title", "answer"} <= found.keys()
        return len(found) if asked and ("mark" in found or len(found) >= 8) else 0

    return peek.score_header(score) > 0


def prepare(session: Session, path: Path, values: Values) -> Prepared:
    """Read a filled table of requests; see `plan`."""
    return Prepared(plan(session, path, theirs=values["theirs"], dates=values["dates"]))


def plan(session: Session, path: Path, *, theirs: bool = False, dates: DateOrder = "") -> Plan:
    """Return what a filled table of requests would change.

    Args:
        session: the open workspace.
        path: a CSV file or a workbook.
        theirs: where both sides changed the same field since the export, take the file's.
        dates: what 2/1/2027 means.

    Raises:
        FedcheckError: status 3 where the file cannot be read or is no such table.
    """
    grid, errors = drop_errors(
        find_best_grid(path, read_sheets(path), request_rows.score_header, WANTED)
    )
    columns = request_rows.find_columns(grid.header)
    used = columns.values()
    extra = [heading for place, heading in enumerate(grid.header) if heading and place not in used]
    project = session.project.shared(with_internal=True)
    reading = _Reading(session, project, grid, columns, theirs, dates)
    if extra:
        listed = ", ".join(f'"{one_line(name, 40)}"' for name in extra[:10])
        reading.notes.append(Note("the header", f"columns that are not used: {listed}"))
    if errors:
        what = f"failed formulas are read as empty: {', '.join(errors[:10])}"
        reading.notes.append(Note(grid.sheet or "the cells", what, "correct them in the file"))
    for line in grid.lines:
        _read_row(reading, line)
    return _make_plan(reading, path)


def _make_plan(reading: _Reading, path: Path) -> Plan:
    read = len(reading.grid.lines)
    facts = [f"{path.name}: {pluralize(read, 'row')}, {reading.same} unchanged"]
    for count, words in ((reading.changed, "changed"), (reading.new, "new")):
        if count:
            facts.append(f"{pluralize(count, 'request')} {words}")
    if reading.conflicts:
        kept = "the file's is used" if reading.theirs else "ours is kept"
        what = pluralize(reading.conflicts, "field")
        facts.append(f"{what} changed on both sides since the export: {kept}")
    label = one_line(path.name, 80)
    changes, notes = tuple(reading.changes), tuple(reading.notes)
    return Plan(label, tuple(facts), (), changes, notes, unused=reading.unused)


def _read_row(reading: _Reading, line: GridRow) -> None:
    cells = {name: line.text(place) for name, place in reading.columns.items()}
    said = cells.get("id", "").strip().removeprefix(f"{REQUESTS}:")
    project = reading.project
    if said:
        request = project.request(said) or project.request(said.casefold())
        if request is None and "mark" not in reading.columns and is_row_number(said):
            said = ""
        elif request is None:
            known = [one.id for one in project.requests]
            near = find_nearest(said, known)
            hint = f'did you mean "{near[0]}"?' if near else "a new request has no id"
            reading.note(line, f'no request has the id "{one_line(said, 40)}"', hint)
            reading.unused += 1
            return
    if not said:
        cells |= {n: match_person(project, cells[n]) for n in ("by", "to") if cells.get(n)}
        title = " ".join(cells.get("title", "").split())
        if not title:
            reading.note(line, "neither an id nor a comment or request", "state what is requested")
            reading.unused += 1
            return
        request = _find_earlier(reading, cells)
    known_as = request.id if request else "\x1f".join(_identify(cells))
    if known_as in reading.seen:
        reading.note(line, f"repeats the request of {reading.seen[known_as]}; it is not used")
        reading.unused += 1
        return
    reading.seen[known_as] = reading.grid.place(line)
    if request is None:
        _add_request(reading, line, cells)
    else:
        _merge_row(reading, line, cells, request)


def _identify(cells: Mapping[str, str]) -> tuple[str, ...]:
    values = {**cells, "kind": parse_kind(cells.get("kind", ""))}
    return tuple(" ".join(values.get(name, "").split()).casefold() for name in _IDENTITY)


def _find_earlier(reading: _Reading, cells: Mapping[str, str]) -> Request | None:
    """Return the request that a row without an id has become in an earlier import."""
    if reading.asked is None:
        project = reading.project
        known = (
            (_identify(request_rows.write_cells(project, r)), r) for r in reversed(project.requests)
        )
        reading.asked = dict(known)
    return reading.asked.get(_identify(cells))


def _add_request(reading: _Reading, line: GridRow, cells: Mapping[str, str]) -> None:
    """Add the request of a row without an id; the row may contain its answer too."""
    session = reading.session
    ref = session.new_ref(REQUESTS)
    names = ("title", "by", "to", "round", "document", "section", "text")
    words: dict[str, Any] = {name: cells.get(name, "") for name in names}
    edit = RequestEdit(
        "ask",
        kind=parse_kind(cells.get("kind", "")),
        due=_parse_day(reading, line, "due"),
        asked=_parse_day(reading, line, "asked"),
        link=tuple(_find_items(reading, line, cells)),
        **words,
    )
    new = Request(split_ref(ref)[1])
    asked = apply_request_edit(new, edit, session.today())
    ours = request_rows.write_cells(reading.project, asked)
    row = _Row(line, {**cells, "due": ours["due"]}, asked, ours, None)
    became = _apply_row(reading, row, asked)
    reading.new += 1
    reading.changes += diff_records(ref, new, became)


def _find_items(reading: _Reading, line: GridRow, cells: Mapping[str, str]) -> Iterator[str]:
    project = reading.project
    for word in re.split(r"[,;\s]+", cells.get("items", "")):
        found = find_candidates(word, project.refs) if word else []
        if len(found) == 1:
            yield found[0]
        elif word:
            what = "matches several items" if found else "is not an item here"
            reading.note(line, f'"{one_line(word, 60)}" {what}', "link the item by hand")


def _parse_day(reading: _Reading, line: GridRow, name: str) -> date | None:
    if name not in reading.columns:
        return None
    try:
        return parse_day(line.cell(reading.columns[name]), reading.dates)
    except AmbiguousDayError as error:
        reading.note(line, f"{COLUMNS[name]}: {error}", "add --dates mdy or --dates dmy")
    except ValueError as error:
        reading.note(line, f"{COLUMNS[name]}: {error}", "write it as 2027-02-01")
    return None


def _merge_row(reading: _Reading, line: GridRow, cells: dict[str, str], request: Request) -> None:
    ours = request_rows.write_cells(reading.project, request)
    mark = request_rows.parse_mark(cells.get("mark", ""))
    if cells.get("due"):
        day = _parse_day(reading, line, "due")
        cells["due"] = day.isoformat() if day else ours["due"]
    row = _Row(line, cells, request, ours, mark)
    _note_other_columns(reading, row)
    became = _apply_row(reading, row, request)
    made = diff_records(f"{REQUESTS}:{request.id}", request, became)
    reading.changes += made
    if became.state == "accepted" != request.state:
        reading.changes += list_shared_evidence(reading.project, became)
    reading.changed += bool(made)
    reading.same += not made


def _note_other_columns(reading: _Reading, row: _Row) -> None:
    """Note changes in the columns that are not imported."""
    if row.mark is None or row.mark.same_rest(row.cells):
        return
    names = [
        COLUMNS[name]
        for name in request_rows.REST
        if name in row.cells and request_rows.cell_text(row.cells[name]) != row.ours[name]
    ]
    if names:
        what = f"{', '.join(names)}: differs from the value here and is not imported"
        reading.note(row.line, what, "if the change is intended, make it with E in the app")


def _apply_row(reading: _Reading, row: _Row, request: Request) -> Request:
    """Return the request with what a row changes, by the rules of requests."""
    due = _merge_field(reading, row, "due")
    if due is not None:
        day = date.fromisoformat(due) if due else None
        edit = RequestEdit(due=day, no_due=day is None)
        request = apply_request_edit(request, edit, reading.session.today())
    request = _answer(reading, row, request)
    return _decide(reading, row, request)


def _apply(reading: _Reading, row: _Row, request: Request, edit: RequestEdit) -> Request:
    """Return the request after an edit; where the rules refuse it that is noted."""
    try:
        return apply_request_edit(request, edit, reading.session.today())
    except RuleError as error:
        reading.note(row.line, str(error).partition(": ")[2] or str(error), error.hint)
        return request


def _merge_field(reading: _Reading, row: _Row, name: str) -> str | None:
    """Return what a field is to become; None where it stays.

    The file's value counts where only the file changed it. Where both sides did, ours is kept
    unless theirs was asked for.
    """
    if name not in row.cells:
        return None
    theirs, ours, mark = request_rows.cell_text(row.cells[name]), row.ours[name], row.mark

    def is_base(value: str) -> bool:
        return mark.same(name, value) if mark is not None else not value

    merged = merge(ours, theirs, is_base=is_base, prefer_theirs=reading.theirs)
    if merged.conflict:
        reading.conflicts += 1
        kept = "theirs is used" if merged.taken else "ours is kept"
        since = "changed on both sides" if mark else "differs, and the row has no mark"
        remedy = "" if merged.taken else "use --theirs to take the file's"
        sides = show_sides(ours, theirs, "file")
        reading.note(row.line, f"{COLUMNS[name]}: {since}; {kept}: {sides}", remedy)
    return theirs if merged.taken else None


def _answer(reading: _Reading, row: _Row, request: Request) -> Request:
    answer = _merge_field(reading, row, "answer")
    if answer == "":
        reading.note(row.line, "the answer is empty in the file; ours is kept")
        answer = None
    evidence = tuple(_list_new_evidence(reading, row, request))
    if answer is None and not evidence:
        return request
    day = _parse_day(reading, row.line, "answered")
    if day is None or day == request.answered or day > reading.session.today():
        day = reading.session.today()
    edit = RequestEdit("answer", answer=answer, answered=day, evidence=evidence)
    return _apply(reading, row, request, edit)


def _list_new_evidence(reading: _Reading, row: _Row, request: Request) -> Iterator[Evidence]:
    """Yield the evidence that the row names and the request does not have yet."""
    text = request_rows.cell_text(row.cells.get("evidence", ""))
    if row.mark is not None and row.mark.same("evidence", text):
        return
    known = {normalize_link(one.link) for one in request.evidence}
    there = set(known)
    for line in split_cell(text):
        found = read_line(line, EvidenceForm.ANGLES)
        if normalize_link(found.link) in there or found.link == KEPT_INSIDE:
            continue
        there.add(normalize_link(found.link))
        evidence_item = make_evidence(reading.session, found)
        if isinstance(evidence_item, Note):
            reading.notes.append(
                dataclasses.replace(evidence_item, where=reading.grid.place(row.line))
            )
        elif normalize_link(evidence_item.link) not in known:
            yield evidence_item


def _decide(reading: _Reading, row: _Row, request: Request) -> Request:
    wanted = _find_decision(reading, row, request)
    comment = _merge_field(reading, row, "comment")
    words = comment if comment is not None else normalize_cell(row.cells.get("comment", ""))
    if wanted:
        step: RequestStep = "accept" if wanted == "accepted" else "return"
        return _apply(reading, row, request, RequestEdit(step, comment=words))
    if comment is None or request_rows.cell_text(request.comment) == comment:
        return request
    if request_rows.standing_decision(request):
        return _apply(reading, row, request, RequestEdit(comment=comment))
    reading.note(row.line, "a comment without a decision", "add accepted or returned next to it")
    return request


def _find_decision(reading: _Reading, row: _Row, request: Request) -> str:
    """Return `accepted` or `returned` where the file decides so now, else nothing."""
    said = _read_decision(reading, row)
    if not said or said == request_rows.standing_decision(request):
        return ""
    base = request_rows.decision_base(row.request)
    if row.mark is not None and not row.mark.same("base", base) and not reading.theirs:
        reading.conflicts += 1
        what = f"{said}, but the request changed here since the export; ours is kept"
        reading.note(row.line, what, "use --theirs to take the file's")
        return ""
    return said


def _read_decision(reading: _Reading, row: _Row) -> str:
    """Return the new decision in the columns of decision and state; a decision wins."""
    for name in ("decision", "state"):
        text = row.cells.get(name, "")
        word = parse_decision(text)
        if row.mark is not None and row.mark.same(name, text):
            continue
        if word == "?":
            what = f'{COLUMNS[name]}: "{one_line(text, 40)}" is not a decision'
            reading.note(row.line, what, "write accepted or returned")
        elif word and (name == "decision" or row.mark is not None):
            return word
        elif word == "accepted" and row.cells.get("answer"):
            return word  # a matrix of others: a comment that was answered, and is closed
    return ""
