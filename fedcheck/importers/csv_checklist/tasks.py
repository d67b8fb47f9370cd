"""Read the rows of a team's own list as tasks; what would be lost is kept in the note."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fedcheck.domain.control_ids import find_controls
from fedcheck.domain.dates import DateOrder, parse_due
from fedcheck.domain.text import one_line, pluralize
from fedcheck.domain.typed_dates import Lean, read_typed_date
from fedcheck.importers.csv_checklist import columns
from fedcheck.importers.csv_checklist.row_kinds import find_groups, is_total
from fedcheck.importers.csv_checklist.rows import DAYS, Look
from fedcheck.importers.evidence_cells import CellEvidence, EvidenceForm, read_line, split_cell
from fedcheck.importers.people import match_person
from fedcheck.importers.plan import Note
from fedcheck.session import Session
from fedcheck.spreadsheets.cells import AmbiguousDayError, parse_day
from fedcheck.spreadsheets.grid import GridRow, name_cell

IMPLIED = {"satisfied": "done", "other-than-satisfied": "done", "not-applicable": "na"}
"""The status that follows from each result."""

NO_DAY = frozenset((
    "tbd", "tba", "tbc", "n/a", "na", "-", "–", "—", "none", "?", "unknown", "not set", "no date",
    "to be determined", "not scheduled", "pending", "open",
))  # fmt: skip
"""What a cell for a day holds where there is none yet."""

_DAY_INSIDE = re.compile(
    r"(?:by|before|on|until|due|no later than|nlt|est\.?|target:?|~)?\s*"
    r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-/]\d{1,2}[-/]\d{2,4}|[a-z]{3,9}\.? \d{1,2},? \d{4})"
    r"(?:\s*(?:eod|cob|\(.*\)|\?|-.*|,.*|;.*))?",
    re.I,
)
_OTHER_CODE = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*[.-]\d[A-Za-z0-9.()]*")


@dataclass(frozen=True, slots=True)
class Task:
    """A row as it is understood.

    Attributes:
        values: what it states about the record, by field; what could not be understood is not
            there.
        evidence: what its cell of evidence states.
        yearless: the fields whose date has no year in the sheet; the year is a guess.
    """

    line: GridRow
    id: str
    title: str
    section: str = ""
    phase: str = ""
    role: str = ""
    guidance: str = ""
    controls: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[CellEvidence, ...] = ()
    yearless: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Reading:
    """What is gathered while the rows of a list are read."""

    session: Session
    seen: Look
    notes: list[Note] = field(default_factory=list)
    words: dict[tuple[str, str], list[GridRow]] = field(default_factory=dict)
    yearless: set[tuple[int, str]] = field(default_factory=set)

    def note(self, line: GridRow, what: str, remedy: str = "") -> None:
        self.notes.append(Note(self.seen.grid.place(line), what, remedy))


def read_tasks(session: Session, seen: Look) -> tuple[list[Task], list[Note]]:
    """Return the rows as they are understood, and notes on what was not."""
    reading = _Reading(session, seen, [*seen.notes])
    groups = find_groups(seen.grid, {name: seen.place(name) for name in seen.mapped.columns})
    found = []
    group = ""
    for line in seen.grid.lines:
        if line.number in groups:
            group = groups[line.number]
            reading.note(line, f'"{one_line(group, 40)}" is the heading of the rows below')
        elif is_total(line):
            reading.note(line, "a total of other rows, not a task")
        elif (task := _read_task(reading, line)) is not None:
            named = task.section or "section" in seen.mapped.columns
            found.append(task if named else dataclasses.replace(task, section=group))
    for (name, word), lines in reading.words.items():
        more = f" and {pluralize(len(lines) - 1, 'more row')}" if len(lines) > 1 else ""
        what = f'{name}: "{one_line(word, 40)}" is not a known {name}; kept in the note'
        remedy = f'map it: --{name} "{one_line(word, 40)}=..."'
        reading.notes.append(Note(seen.grid.place(lines[0]) + more, what, remedy))
    return found, reading.notes


def _read_task(reading: _Reading, line: GridRow) -> Task | None:
    seen = reading.seen

    def text(name: str) -> str:
        return line.text(seen.place(name))

    name, title = " ".join(text("id").split()), " ".join(text("title").split())
    if not name and not title:
        reading.note(line, "neither a title nor an id")
        return None
    lost = list(_list_cells_beyond(reading, line))
    controls = _parse_controls(text("control"))
    values = _read_values(reading, line, lost)
    if text("control").strip(" -–") and not controls:
        what = f'control: "{one_line(text("control"), 40)}" is not a control'
        reading.note(line, what, "write it as AC-2(1)")
    return Task(
        line,
        name,
        title or name,
        " ".join(text("section").split()),
        " ".join(text("phase").split()),
        " ".join(text("role").split()),
        text("guidance").strip(),
        controls,
        values,
        tuple(read_line(one, EvidenceForm.ANGLES) for one in split_cell(text("evidence"))),
        frozenset(name for name in DAYS if (line.number, name) in reading.yearless),
    )


def _list_cells_beyond(reading: _Reading, line: GridRow) -> Iterator[str]:
    """Yield what is in cells beyond the last column, for the note."""
    beyond = range(len(reading.seen.grid.header), len(line.cells))
    filled = [place for place in beyond if line.text(place).strip()]
    if filled:
        cells = ", ".join(name_cell(line, place) for place in filled[:5])
        what = f"{cells}: beyond the last column; kept in the note"
        reading.note(line, what, "a text that contains a comma needs quotes")
    for place in filled:
        yield f"{name_cell(line, place)} in the sheet: {line.text(place).strip()}"


def _parse_controls(text: str) -> tuple[str, ...]:
    """Return the controls of a cell; ids of other catalogs (3.1.1, AC.L1-3.1.1) as they are."""
    found: list[str] = []
    for part in re.split(r"[,;\n]+", text):
        ours = find_controls(part)
        bare = part.strip()
        found += ours or ([bare.upper()] if _OTHER_CODE.fullmatch(bare) else [])
    return tuple(dict.fromkeys(found))


def _read_values(reading: _Reading, line: GridRow, lost: list[str]) -> dict[str, str]:
    """Return what a row states about the record, by field; what would be lost is in the note."""
    seen = reading.seen
    found: dict[str, str] = {}
    for name in ("note", "reason"):
        if name in seen.mapped.columns:
            found[name] = line.text(seen.place(name))
    if "owner" in seen.mapped.columns:
        found["owner"] = _read_owner(reading, line, lost)
    for name in DAYS:
        if name in seen.mapped.columns:
            day = _parse_day(reading, line, name, lost)
            if day is not None:
                found[name] = day
    for name, meaning in (("status", columns.parse_status), ("result", columns.parse_result)):
        if name not in seen.mapped.columns:
            continue
        word = " ".join(line.text(seen.place(name)).split())
        meant = meaning(word, getattr(seen.mapped, name) or {}) if word else ""
        if meant is None and name == "status":
            meant = _read_status(reading, line, word, found, lost)
        if meant is None:
            reading.words.setdefault((name, word), []).append(line)
            lost.append(f"{one_line(seen.mapped.columns[name], 40)} in the sheet: {word}")
        else:
            found[name] = meant or ("todo" if name == "status" else "")
    _take_reason_from_note(reading, line, found)
    if lost:
        found["note"] = "\n".join([text for text in (found.get("note"), *lost) if text])
    return _reconcile_status(reading, line, found)


def _read_owner(reading: _Reading, line: GridRow, lost: list[str]) -> str:
    """Return the owner of a row: the first of several people; the whole cell is in the note."""
    seen, project = reading.seen, reading.session.project
    text = line.text(seen.place("owner"))
    whole = match_person(project, text)
    people = project.config.people or {}
    parts = [part.strip() for part in _BETWEEN_PEOPLE.split(text) if part.strip()]
    listed = [part.strip() for part in text.split(",") if part.strip()]
    if whole not in people and all(match_person(project, part) in people for part in listed):
        parts = listed
    if len(parts) < 2:
        return whole
    first = match_person(project, parts[0])
    if first not in people and "@" not in parts[0]:
        return whole  # a team with a slash in its name
    shown = one_line(text, 60)
    reading.note(
        line,
        f'owner: "{shown}" names several people; {first} becomes the owner; the original is kept '
        "in the note",
    )
    lost.append(f"{one_line(seen.mapped.columns['owner'], 40)} in the sheet: {one_line(text)}")
    return first


_BETWEEN_PEOPLE = re.compile(r"\s*[;/&+\n]\s*|\s+and\s+|(?<=\w),\s*(?=\S+@)", re.I)


def _read_status(
    reading: _Reading, line: GridRow, word: str, found: dict[str, str], lost: list[str]
) -> str | None:
    """Return the status that a cell begins with; the rest is the reason, or kept in the note."""
    seen = reading.seen
    parts = columns.split_status(word, seen.mapped.status or {})
    if parts is None:
        return None
    status, rest = parts
    if status in ("na", "blocked") and not found.get("reason"):
        found["reason"] = rest
        kept = "the rest is the reason"
    else:
        lost.append(f"{one_line(seen.mapped.columns['status'], 40)} in the sheet: {word}")
        kept = "kept in the note"
    reading.note(line, f'status: "{one_line(word, 40)}" is read as {status}; {kept}')
    return status


def _take_reason_from_note(reading: _Reading, line: GridRow, found: dict[str, str]) -> None:
    """Let the note be the reason of what is blocked or not applicable, where there is no other."""
    note = found.get("note", "")
    if found.get("status") in ("na", "blocked") and note and not found.get("reason"):
        found["reason"] = one_line(note)
        reading.note(line, f"the note is also the reason why it is {found['status']}")
    elif found.get("status") == "blocked" and not found.get("reason"):
        reading.note(line, "blocked without a reason", "add the reason to the sheet's notes")


def _reconcile_status(reading: _Reading, line: GridRow, found: dict[str, str]) -> dict[str, str]:
    """Let the result decide the status; note a row that gives another one."""
    implied = IMPLIED.get(found.get("result", ""))
    if implied:
        said = found.get("status", "todo")
        if "status" in found and said not in (implied, "todo"):
            what = f"the result {found['result']} means {implied}, but the status is {said}"
            reading.note(line, what, "the result counts")
        found["status"] = implied
    if found.get("status") != "done":
        found.pop("done", None)
    return found


def _parse_day(reading: _Reading, line: GridRow, name: str, lost: list[str]) -> str | None:
    """Return a day as it is stored, empty for none; None where the cell holds no date."""
    seen = reading.seen
    place = seen.place(name)
    text = " ".join(line.text(place).split())
    if text.casefold().strip(" .") in NO_DAY:
        return ""
    where = f"{name} ({name_cell(line, place)})"
    try:
        day = parse_day(line.cell(place), seen.mapped.dates)
        return day.isoformat() if day else ""
    except AmbiguousDayError as error:
        lost.append(f"{one_line(seen.mapped.columns[name], 40)} in the sheet: {text}")
        reading.note(line, f"{where}: {error}; kept in the note", "add --dates mdy or --dates dmy")
        return None
    except ValueError as error:
        inside = _find_day(text, seen, name)
        if not inside and (inside := _find_near_day(reading, text)):
            reading.yearless.add((line.number, name))
        heading = one_line(seen.mapped.columns[name], 40)
        lost.append(f"{heading} in the sheet: {text}")
        if inside:
            what = (
                f'{where}: "{one_line(text, 40)}" is read as {inside}; the original is kept in '
                "the note"
            )
            reading.note(line, what)
            return inside
        reading.note(line, f"{where}: {error}; kept in the note", "write it as 2027-02-01")
        return None


def _find_near_day(reading: _Reading, text: str) -> str:
    """Return the day of a date without its year: the one nearest to today, before or after."""
    today = reading.session.today()
    if not _NO_YEAR.fullmatch(text):
        return ""
    order: DateOrder = reading.seen.mapped.dates or reading.session.date_order
    found = []
    for lean in _LEANS:
        try:
            day, _ = read_typed_date(text, today, order, lean)
        except ValueError:
            continue
        found += [day] if day else []
    return min(found, key=lambda day: abs(day - today)).isoformat() if found else ""


_LEANS: tuple[Lean, ...] = ("future", "past")
_NO_YEAR = re.compile(r"\d{1,2}/\d{1,2}|[a-z]{3,9}\.? \d{1,2}|\d{1,2}[ -][a-z]{3,9}\.?", re.I)


def _find_day(text: str, seen: Look, name: str) -> str:
    """Return the day that a text plainly means: `by 2027-02-01 (draft)`, `kick-off - 30d`."""
    found = _DAY_INSIDE.fullmatch(text)
    try:
        if found:
            day = parse_day(found[1], seen.mapped.dates)
            return day.isoformat() if day else ""
        if name == "due" and re.search(r"\s[-+]\s*\d", text):
            parse_due(text.casefold())
            return text.casefold()
    except ValueError:
        pass
    return ""
