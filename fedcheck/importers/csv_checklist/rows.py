"""Read the rows of a team's own list by the meaning of its columns."""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from fedcheck.domain.control_ids import find_controls
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.importers.csv_checklist import columns
from fedcheck.importers.csv_checklist.column_mappings import Mapped, load, sort_by_columns
from fedcheck.importers.evidence_cells import CellEvidence, EvidenceForm, read_line, split_cell
from fedcheck.importers.plan import Note
from fedcheck.session import Session
from fedcheck.spreadsheets.cells import AmbiguousDayError, parse_day
from fedcheck.spreadsheets.grid import Grid, GridRow, Sheet, find_best_grid, find_grid, read_sheets
from fedcheck.spreadsheets.headings import normalize

WANTED = "the first row of a list names its columns: Task, Status, Owner, Due, ..."
DAYS = ("due", "done")


@dataclass(frozen=True, slots=True)
class Look:
    """A list as it was found, and what its columns mean.

    Attributes:
        remembered: whether the meaning is known from an earlier import.
        unused: headings that mean nothing here.
    """

    path: Path
    grid: Grid
    mapped: Mapped
    remembered: bool

    @property
    def unused(self) -> list[str]:
        """Return the headings of columns that are not used."""
        used = self.mapped.headings
        return [
            heading for heading in self.grid.header if heading and normalize(heading) not in used
        ]

    def place(self, name: str) -> int:
        """Return the column of a field; -1 where it has none."""
        wanted = normalize(self.mapped.columns.get(name, ""))
        if self.mapped.columns.get(name) in self.grid.header:
            return self.grid.header.index(self.mapped.columns[name])
        places = [i for i, heading in enumerate(self.grid.header) if normalize(heading) == wanted]
        return places[0] if places and wanted else -1

    def samples(self, heading: str, count: int = 3) -> list[str]:
        """Return the first different values of a column, to show what is in it."""
        place = self.grid.header.index(heading)
        texts = (one_line(line.text(place), 24) for line in self.grid.lines)
        return list(dict.fromkeys(text for text in texts if text))[:count]


def look(
    session: Session, path: Path, given: Mapping[str, str] | None = None, sheet: str = ""
) -> Look:
    """Return a list with what its columns mean: as it is remembered, else as it is guessed.

    Args:
        session: the open workspace.
        path: a CSV file or a workbook.
        given: the headings for fields, as a person says; an empty one for a field without any.
        sheet: the sheet of a workbook that is meant; else the one that looks most like a list.

    Raises:
        FedcheckError: status 3 where the file cannot be read or has no header, 2 for an unknown
            field or heading.
    """
    sheets = read_sheets(path)
    if sheet:
        titles = [one.title for one in sheets if one.title]
        sheets = [one for one in sheets if one.title.casefold() == sheet.casefold()]
        if not sheets:
            hint = did_you_mean(sheet, titles) or "there are: " + ", ".join(titles[:20])
            raise FedcheckError(
                f'{path.name}: no sheet "{one_line(sheet, 40)}"', hint, ErrorKind.USAGE
            )
    for known in sort_by_columns(load(session.root)):
        grid = _find_grid(known, sheets)
        if grid is not None:
            return with_columns(Look(path, grid, known, True), given or {})
    said = {normalize(heading) for heading in (given or {}).values() if heading}

    def score(cells: Sequence[str]) -> int:
        there = len(said & {normalize(cell) for cell in cells if cell})
        return 1000 * there + columns.score_header(cells)

    grid = find_best_grid(path, sheets, score, WANTED)
    found = Mapped(columns.guess_columns(grid.header), sheet=sheet and grid.sheet)
    return with_columns(Look(path, grid, found, False), given or {})


def _find_grid(known: Mapped, sheets: Sequence[Sheet]) -> Grid | None:
    """Return the rows under a header that has all columns of a list that is remembered."""

    def score(cells: Sequence[str]) -> int:
        return int(known.headings <= {normalize(cell) for cell in cells if cell})

    wanted = [one for one in sheets if not known.sheet or one.title == known.sheet]
    grids = (find_grid(sheet, score) for sheet in wanted)
    return next((grid for grid in grids if grid is not None), None)


def with_columns(seen: Look, given: Mapping[str, str]) -> Look:
    """Return a list with other columns for some fields. Raises FedcheckError."""
    wanted = dict(seen.mapped.columns)
    headings = {normalize(heading): heading for heading in seen.grid.header if heading}
    for name, heading in given.items():
        if name not in columns.FIELDS:
            hint = did_you_mean(name, columns.FIELDS) or "known: " + ", ".join(columns.FIELDS)
            raise FedcheckError(
                f'a column cannot mean "{one_line(name, 40)}"', hint, ErrorKind.USAGE
            )
        if heading and normalize(heading) not in headings:
            near = did_you_mean(heading, headings.values())
            listed = ", ".join(one_line(one, 30) for one in list(headings.values())[:20])
            text = f'no column is called "{one_line(heading, 40)}"'
            raise FedcheckError(text, near or f"there are: {listed}", ErrorKind.USAGE)
        wanted.pop(name, None)
        if heading:
            wanted = {n: h for n, h in wanted.items() if normalize(h) != normalize(heading)}
            wanted[name] = headings[normalize(heading)]
    ordered = {name: wanted[name] for name in columns.FIELDS if name in wanted}
    return dataclasses.replace(seen, mapped=replace(seen.mapped, columns=ordered))


def find_unknown_words(seen: Look) -> dict[str, Counter[str]]:
    """Return the words for a status or a result that are not known, by field, with how often."""
    found: dict[str, Counter[str]] = {}
    for name, meaning in (("status", columns.parse_status), ("result", columns.parse_result)):
        place = seen.place(name)
        own = getattr(seen.mapped, name) or {}
        texts = [" ".join(line.text(place).split()) for line in seen.grid.lines]
        words = Counter(text for text in texts if text and meaning(text, own) is None)
        if words:
            found[name] = words
    return found


def find_ambiguous_days(seen: Look) -> list[str]:
    """Return days that mean two days while nobody has said how this list writes them.

    Where other days of the list can only be read one way, it is taken to write all so; see
    `with_dates`.
    """
    found = []
    for place in (seen.place(name) for name in DAYS):
        for line in seen.grid.lines if place >= 0 else ():
            try:
                parse_day(line.cell(place), seen.mapped.dates)
            except AmbiguousDayError:
                found.append(one_line(line.text(place), 20))
            except ValueError:
                pass
    return list(dict.fromkeys(found))


def infer_date_order(seen: Look) -> str:
    """Return the order in which the list can only write its days; empty where that is open."""
    firsts = seconds = 0
    for place in (seen.place(name) for name in DAYS):
        for line in seen.grid.lines if place >= 0 else ():
            found = re.match(r"(\d{1,2})[-/](\d{1,2})[-/]\d", line.text(place))
            if found:
                firsts += int(found[1]) > 12
                seconds += int(found[2]) > 12
    if bool(firsts) == bool(seconds):
        return ""
    return "dmy" if firsts else "mdy"


def describe_columns(seen: Look) -> Iterable[str]:
    """Yield lines on what the columns were taken for."""
    listed = [f'{name} = "{one_line(h, 30)}"' for name, h in seen.mapped.columns.items()]
    yield "columns: " + ", ".join(listed) + ("" if seen.remembered else " (guessed or given)")
    if seen.unused:
        shown = ", ".join(f'"{one_line(heading, 30)}"' for heading in seen.unused[:12])
        yield f"columns that are not used: {shown}"


def require_title_or_id(seen: Look) -> None:
    """Raise FedcheckError where neither a title nor an id is among the columns."""
    if "title" not in seen.mapped.columns and "id" not in seen.mapped.columns:
        listed: Sequence[str] = [one_line(one, 30) for one in seen.grid.header if one]
        text = f"{seen.path.name}: it is not clear which column says what is to be done"
        hint = f'say it: --map title="{listed[0]}"; there are: {", ".join(listed[:20])}'
        raise FedcheckError(text, hint, ErrorKind.USAGE)


IMPLIED = {"satisfied": "done", "other-than-satisfied": "done", "not-applicable": "na"}
"""The status that follows from each result."""


@dataclass(frozen=True, slots=True)
class Task:
    """A row as it is understood.

    Attributes:
        values: what it says of the record, by field; what could not be understood is not there.
        evidence: what its cell of evidence says.
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


def read_tasks(session: Session, seen: Look) -> tuple[list[Task], list[Note]]:
    """Return the rows as they are understood, and notes on what was not."""
    notes: list[Note] = []
    words: dict[tuple[str, str], list[GridRow]] = {}
    found = []
    for line in seen.grid.lines:
        task = _read_task(session, seen, line, notes, words)
        if task is not None:
            found.append(task)
    for (name, word), lines in words.items():
        more = f" and {pluralize(len(lines) - 1, 'more row')}" if len(lines) > 1 else ""
        what = f'{name}: "{one_line(word, 40)}" is not known, and was not used'
        remedy = f'say what it means: --{name} "{one_line(word, 40)}=..."'
        notes.append(Note(seen.grid.place(lines[0]) + more, what, remedy))
    return found, notes


def _read_task(
    session: Session,
    seen: Look,
    line: GridRow,
    notes: list[Note],
    words: dict[tuple[str, str], list[GridRow]],
) -> Task | None:
    def text(name: str) -> str:
        return line.text(seen.place(name))

    name, title = " ".join(text("id").split()), " ".join(text("title").split())
    if not name and not title:
        notes.append(Note(seen.grid.place(line), "neither a title nor an id", ""))
        return None
    controls = find_controls(text("control"))
    if text("control").strip(" -–") and not controls:
        what = f'control: "{one_line(text("control"), 40)}" names none'
        notes.append(Note(seen.grid.place(line), what, "write it as AC-2(1)"))
    return Task(
        line,
        name,
        title or name,
        " ".join(text("section").split()),
        " ".join(text("phase").split()),
        " ".join(text("role").split()),
        text("guidance").strip(),
        controls,
        _read_values(session, seen, line, notes, words),
        tuple(read_line(one, EvidenceForm.ANGLES) for one in split_cell(text("evidence"))),
    )


def _read_values(
    session: Session,
    seen: Look,
    line: GridRow,
    notes: list[Note],
    words: dict[tuple[str, str], list[GridRow]],
) -> dict[str, str]:
    """Return what a row says of the record, by field."""
    found: dict[str, str] = {}
    for name in ("note", "reason"):
        if name in seen.mapped.columns:
            found[name] = line.text(seen.place(name))
    if "owner" in seen.mapped.columns:
        found["owner"] = _find_person(session, line.text(seen.place("owner")))
    for name in DAYS:
        if name in seen.mapped.columns:
            day = _parse_day(seen, line, name, notes)
            if day is not None:
                found[name] = day
    for name, meaning in (("status", columns.parse_status), ("result", columns.parse_result)):
        if name not in seen.mapped.columns:
            continue
        word = " ".join(line.text(seen.place(name)).split())
        meant = meaning(word, getattr(seen.mapped, name) or {}) if word else ""
        if meant is None:
            words.setdefault((name, word), []).append(line)
        else:
            found[name] = meant or ("todo" if name == "status" else "")
    return _reconcile_status(seen, line, found, notes)


def _reconcile_status(
    seen: Look, line: GridRow, found: dict[str, str], notes: list[Note]
) -> dict[str, str]:
    """Let the result decide the status; note a row that gives another one."""
    implied = IMPLIED.get(found.get("result", ""))
    if implied:
        said = found.get("status", "todo")
        if "status" in found and said not in (implied, "todo"):
            what = f"the result {found['result']} makes it {implied}, the status says {said}"
            notes.append(Note(seen.grid.place(line), what, "the result counts"))
        found["status"] = implied
    if found.get("status") != "done":
        found.pop("done", None)
    return found


def _parse_day(seen: Look, line: GridRow, name: str, notes: list[Note]) -> str | None:
    """Return a day as it is stored, empty for none; None where the cell holds no day."""
    cell = line.cell(seen.place(name))
    if line.text(seen.place(name)).casefold().strip() in ("tbd", "tba", "n/a", "na", "-", "–"):
        return ""
    try:
        day = parse_day(cell, seen.mapped.dates)
    except AmbiguousDayError as error:
        notes.append(
            Note(seen.grid.place(line), f"{name}: {error}", "say --dates mdy, or --dates dmy")
        )
        return None
    except ValueError as error:
        notes.append(Note(seen.grid.place(line), f"{name}: {error}", "write it as 2027-02-01"))
        return None
    return day.isoformat() if day else ""


def _find_person(session: Session, text: str) -> str:
    """Return the short name of somebody who is known by it or by their full name; else the text."""
    words = " ".join(text.split())
    people = session.project.config.people or {}
    for name, person in people.items():
        if words.casefold() in (name.casefold(), person.name.casefold()):
            return name
    return words
