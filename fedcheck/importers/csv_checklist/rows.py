"""Read the rows of a team's own list by the meaning of its columns."""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from msgspec.structs import replace

from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import one_line, pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.importers.csv_checklist import columns
from fedcheck.importers.csv_checklist.column_mappings import Mapped, load, sort_by_columns
from fedcheck.importers.plan import Note
from fedcheck.session import Session
from fedcheck.spreadsheets.cells import AmbiguousDayError, parse_day
from fedcheck.spreadsheets.grid import (
    Grid,
    GridRow,
    Sheet,
    drop_errors,
    find_best_grid,
    find_grid,
    name_cell,
    read_sheets,
)
from fedcheck.spreadsheets.headings import normalize

WANTED = "the first row of a list names its columns: Task, Status, Owner, Due, ..."
DAYS = ("due", "done")

_ABOUT_THE_FILE = re.compile(
    r"\b(?:record of changes|change (?:log|record)|revision|version history|instructions?|"
    r"completion guide|read ?me|legend|look ?ups?|drop ?downs?)\b",
    re.I,
)
"""The titles of sheets that are about the workbook; they are read where there is no other."""


@dataclass(frozen=True, slots=True)
class Look:
    """A list as it was found, and what its columns mean.

    Attributes:
        remembered: whether the meaning is known from an earlier import.
        notes: what was wrong with the table as such.
        unused: headings that mean nothing here.
    """

    path: Path
    grid: Grid
    mapped: Mapped
    remembered: bool
    notes: tuple[Note, ...] = ()

    @property
    def unused(self) -> list[str]:
        """Return the headings of columns that are not used."""
        used = self.mapped.headings
        return [
            heading for heading in self.grid.header if heading and normalize(heading) not in used
        ]

    def place(self, name: str) -> int:
        """Return the column of a field; -1 where it has none."""
        heading = self.mapped.columns.get(name, "")
        return _find_place(self.grid.header, heading) if heading else -1

    def samples(self, heading: str, count: int = 3) -> list[str]:
        """Return the first different values of a column, to show what is in it."""
        place = self.grid.header.index(heading)
        texts = (one_line(line.text(place), 24) for line in self.grid.lines)
        return list(dict.fromkeys(text for text in texts if text))[:count]


@lru_cache(maxsize=1024)
def _find_place(header: tuple[str, ...], heading: str) -> int:
    """Return the column with a heading; -1 where there is none. Asked for every cell of a list."""
    if heading in header:
        return header.index(heading)
    wanted = normalize(heading)
    places = (place for place, own in enumerate(header) if wanted and normalize(own) == wanted)
    return next(places, -1)


def name_apart(cells: Sequence[str]) -> tuple[str, ...]:
    """Return headings of which none is twice: a later `Notes` is `Notes (column F)`."""
    seen: set[str] = set()
    found = []
    for place, cell in enumerate(cells):
        name = normalize(cell)
        if name and name in seen:
            cell = f"{cell} (column {name_cell(GridRow(0, ()), place)[:-1]})"
        seen.add(name)
        found.append(cell)
    return tuple(found)


def _tidy(grid: Grid) -> tuple[Grid, tuple[Note, ...]]:
    """Return a grid with distinct headings and no failed formulas, and what to report."""
    notes = []
    grid, errors = drop_errors(grid)
    where = grid.sheet or "the cells"
    if errors:
        more = f" and {len(errors) - 10} more" if len(errors) > 10 else ""
        what = f"failed formulas are read as empty: {', '.join(errors[:10])}{more}"
        notes.append(Note(where, what, "correct them in the sheet"))
    header = name_apart(grid.header)
    if twice := [new for new, old in zip(header, grid.header, strict=True) if new != old]:
        listed = ", ".join(f'"{one_line(name, 40)}"' for name in twice[:6])
        what = f"columns with the same name are distinguished as {listed}"
        notes.append(Note("the header", what, "give each column a unique name"))
    bare = [place for place, heading in enumerate(header) if not heading]
    counts = {place: sum(bool(line.text(place)) for line in grid.lines) for place in bare}
    for place, count in counts.items():
        if count:
            column = name_cell(GridRow(0, ()), place)[:-1]
            what = f"column {column} has no heading; {pluralize(count, 'cell')} not used"
            notes.append(Note("the header", what, "give the column a name"))
    return Grid(grid.sheet, header, grid.lines), tuple(notes)


def look(
    session: Session, path: Path, given: Mapping[str, str] | None = None, sheet: str = ""
) -> Look:
    """Return a list with what its columns mean: as it is remembered, else as it is guessed.

    Args:
        session: the open workspace.
        path: a CSV file or a workbook.
        given: the headings for fields, as a person states; an empty one for a field without any.
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
            hint = did_you_mean(sheet, titles) or "it has: " + ", ".join(titles[:20])
            raise FedcheckError(
                f'{path.name}: no sheet "{one_line(sheet, 40)}"', hint, ErrorKind.USAGE
            )
    else:
        # A log of changes looks like a list, but is about the file itself.
        sheets = [one for one in sheets if not _ABOUT_THE_FILE.search(one.title)] or sheets
    for known in sort_by_columns(load(session.root)):
        grid = _find_grid(known, sheets)
        if grid is not None:
            grid, notes = _tidy(grid)
            return with_columns(Look(path, grid, known, True, notes), given or {})
    said = {normalize(heading) for heading in (given or {}).values() if heading}

    def score(cells: Sequence[str]) -> int:
        there = len(said & {normalize(cell) for cell in name_apart(cells) if cell})
        return 1000 * there + columns.score_header(cells)

    grid, notes = _tidy(find_best_grid(path, sheets, score, WANTED))
    found = Mapped(columns.guess_columns(grid.header, grid.lines), sheet=sheet and grid.sheet)
    return with_columns(Look(path, grid, found, False, notes), given or {})


def _find_grid(known: Mapped, sheets: Sequence[Sheet]) -> Grid | None:
    """Return the rows under a header that has all columns of a list that is remembered."""

    def score(cells: Sequence[str]) -> int:
        return int(known.headings <= {normalize(cell) for cell in name_apart(cells) if cell})

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
                f'a column cannot be mapped to "{one_line(name, 40)}"', hint, ErrorKind.USAGE
            )
        if heading and normalize(heading) not in headings:
            near = did_you_mean(heading, headings.values())
            listed = ", ".join(one_line(one, 30) for one in list(headings.values())[:20])
            text = f'no column is named "{one_line(heading, 40)}"'
            raise FedcheckError(text, near or f"it has: {listed}", ErrorKind.USAGE)
        wanted.pop(name, None)
        if heading:
            wanted = {n: h for n, h in wanted.items() if normalize(h) != normalize(heading)}
            wanted[name] = headings[normalize(heading)]
    ordered = {name: wanted[name] for name in columns.FIELDS if name in wanted}
    return dataclasses.replace(seen, mapped=replace(seen.mapped, columns=ordered))


def find_unknown_words(seen: Look) -> dict[str, Counter[str]]:
    """Return the words for a status or a result that are not known, by field, with how often."""
    found: dict[str, Counter[str]] = {}
    for name, meaning in (("status", columns.understand_status), ("result", columns.parse_result)):
        place = seen.place(name)
        own = getattr(seen.mapped, name) or {}
        texts = [" ".join(line.text(place).split()) for line in seen.grid.lines]
        words = Counter(text for text in texts if text and meaning(text, own) is None)
        if words:
            found[name] = words
    return found


def list_words(seen: Look, name: str) -> list[str]:
    """Return the words of a column of statuses or results, the unknown ones first."""
    place = seen.place(name)
    parse = columns.understand_status if name == "status" else columns.parse_result
    own = getattr(seen.mapped, name) or {}
    texts = Counter(" ".join(line.text(place).split()) for line in seen.grid.lines)
    words = {text.casefold(): text for text, _ in texts.most_common() if text and len(text) <= 40}
    return sorted(words.values(), key=lambda word: parse(word, own) is not None)


def find_ambiguous_days(seen: Look) -> list[str]:
    """Return days that mean two days while nobody has stated how this list writes them.

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
    order = seen.mapped.dates
    bare = dataclasses.replace(seen, mapped=replace(seen.mapped, dates=""))
    if order and (ambiguous := find_ambiguous_days(bare)):
        first, other = ("month", "dmy") if order == "mdy" else ("day", "mdy")
        yield (
            f"dates such as {ambiguous[0]} are read {first} first; use --dates {other} if that is "
            "wrong"
        )


def require_title_or_id(seen: Look) -> None:
    """Raise FedcheckError where neither a title nor an id is among the columns."""
    if "title" not in seen.mapped.columns and "id" not in seen.mapped.columns:
        listed: Sequence[str] = [one_line(one, 30) for one in seen.grid.header if one]
        text = f"{seen.path.name}: it is unclear which column contains the task"
        hint = f'add --map title="{listed[0]}"; it has: {", ".join(listed[:20])}'
        raise FedcheckError(text, hint, ErrorKind.USAGE)
