"""The kinds of files that can be brought in: what each looks like, and who reads it.

The app recognises a file by its suffix and its content; the commands name the kind themselves. A
new importer is one entry here.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fedcheck.importers.plan import Plan
from fedcheck.session import Session, Transaction
from fedcheck.storage import atomic_files

if TYPE_CHECKING:
    from fedcheck.importers.csv_checklist.rows import Look
    from fedcheck.spreadsheets.cells import Order
    from fedcheck.spreadsheets.grid import Sheet
    from fedcheck.spreadsheets.xlsx_reader import Sheet as BookSheet

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")


def _nothing(_: Transaction) -> None:
    """Do nothing once an import is carried out."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan, and what is to be done once it was carried out.

    Attributes:
        after: hears of the action; keeps what the next import of such a file needs.
    """

    plan: Plan
    after: Callable[[Transaction], None] = _nothing


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be said about a file before it is read.

    Attributes:
        name: by what name `prepare` gets it.
        label: its name for people, short.
        value: what holds while nobody says another thing.
        hint: what could stand there.
        known: what it may be, for completion.
    """

    name: str
    label: str
    value: str = ""
    hint: str = ""
    known: tuple[str, ...] = ()


class Peek:
    """A file that is looked at, to find out what it is; it is read once, however many look."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def book(self) -> "list[BookSheet]":
        """Return the sheets of a workbook; none where it is no workbook."""
        from fedcheck.spreadsheets.grid import is_workbook

        if not is_workbook(self.path):
            return []
        from fedcheck.spreadsheets.xlsx_reader import read_workbook

        return read_workbook(self.path)

    @cached_property
    def sheets(self) -> "list[Sheet]":
        """Return the sheets that are not hidden; of CSV its one."""
        from fedcheck.spreadsheets.grid import is_workbook, read_sheets, shown_sheets

        return shown_sheets(self.book) if is_workbook(self.path) else read_sheets(self.path)

    def header(self, score: Callable[[Sequence[str]], int]) -> int:
        """Return the best score of a header in the sheets."""
        from fedcheck.spreadsheets.grid import grid_of

        grids = (grid_of(sheet, score) for sheet in self.sheets)
        return max((score(grid.header) for grid in grids if grid is not None), default=0)


Said = Mapping[str, str]
"""What a person said about a file, by the names of its options."""


def _no_options(_: Session, __: Path, ___: Said) -> tuple[Option, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file.

    Attributes:
        id: the name of its command: `fedcheck import ID`.
        title: what it is, for people.
        suffixes: how the names of such files end, in lower case.
        recognises: says from the content whether a file is one; it may raise FedcheckError.
        prepare: reads a file for a workspace. Raises FedcheckError where that cannot be.
        options: what can be said about a file, with what holds now. Raises FedcheckError too.
    """

    id: str
    title: str
    suffixes: tuple[str, ...]
    recognises: Callable[[Peek], bool]
    prepare: Callable[[Session, Path, Said], Prepared]
    options: Callable[[Session, Path, Said], tuple[Option, ...]] = _no_options


def kinds_of(path: Path) -> list[FileKind]:
    """Return the kinds that a file may be, the most special one first.

    Raises FedcheckError where the suffix fits, but the file cannot be read.
    """
    peek, suffix = Peek(path), path.suffix.lower()
    return [kind for kind in KINDS if suffix in kind.suffixes and kind.recognises(peek)]


def _is_requests(peek: Peek) -> bool:
    """A table of requests has the marks of our export, or most of its columns."""
    from fedcheck.importers import request_rows

    def score(cells: Sequence[str]) -> int:
        found = {request_rows.field_of(cell) for cell in cells if cell} - {""}
        asked = {"title", "answer"} <= found
        return len(found) if asked and ("mark" in found or len(found) >= 8) else 0

    return peek.header(score) > 0


def _requests(session: Session, path: Path, said: Said) -> Prepared:
    from fedcheck.importers import requests

    plan = requests.plan(session, path, theirs=_theirs(said), dates=_order(said))
    return Prepared(plan)


def _theirs(said: Said) -> bool:
    return said.get("theirs", "").strip().casefold() in ("yes", "y")


def _request_options(_: Session, __: Path, said: Said) -> tuple[Option, ...]:
    return (_dates_option(said), _theirs_option(said, "the export"))


def _order(said: Said) -> "Order":
    order = said.get("dates", "").strip().casefold()
    if order == "mdy":
        return "mdy"
    return "dmy" if order == "dmy" else ""


def _dates_option(said: Said, value: str = "") -> Option:
    hint = "2/1/2027 begins with the month (mdy) or the day (dmy)"
    return Option("dates", "Days", said.get("dates", value), hint, ("mdy", "dmy"))


def _theirs_option(said: Said, since: str) -> Option:
    hint = f"where both sides changed a field since {since}: yes, or no"
    return Option("theirs", "File wins", said.get("theirs", "no"), hint, ("yes", "no"))


def _is_list(peek: Peek) -> bool:
    """Any table with a header may be a team's own list."""
    from fedcheck.importers.csv_checklist import columns

    return peek.header(columns.score) > 0


def _looked(session: Session, path: Path, said: Said) -> "Look":
    """Return a list with its columns as they are known, guessed and said."""
    from fedcheck.importers.csv_checklist import columns, rows

    named = ((name, said.get(_column(name))) for name in columns.FIELDS)
    given = {name: heading.strip() for name, heading in named if heading is not None}
    return rows.look(session, path, given)


def _column(name: str) -> str:
    """Return the name of the option for a column; `phase` and `role` are those of the list."""
    return f"column-{name}" if name in ("phase", "role") else name


def _list(session: Session, path: Path, said: Said) -> Prepared:
    from fedcheck.importers.csv_checklist import column_mappings, rows
    from fedcheck.importers.csv_checklist import plan as tracker_plan

    where = {name: said.get(name, "").strip() for name in ("list", "phase", "role", "onto")}
    seen = _looked(session, path, said)
    seen = tracker_plan.target(session, seen, {**where, "dates": _order(said)})
    if not seen.mapped.dates and rows.ambiguous_days(seen):
        seen = tracker_plan.target(session, seen, {"dates": rows.sure_dates(seen)})
    plan = tracker_plan.plan(session, seen, theirs=_theirs(said))

    def after(action: Transaction) -> None:
        column_mappings.remember(session.root, seen.mapped, action.tx)

    return Prepared(plan, after)


def _list_options(session: Session, path: Path, said: Said) -> tuple[Option, ...]:
    from fedcheck.importers.csv_checklist import columns

    seen = _looked(session, path, said)
    process, mapped = session.project.process, seen.mapped
    phases = tuple(phase.id for phase in process.phases)
    role = mapped.role or session.project.config.role
    headings = tuple(heading for heading in seen.grid.header if heading)
    first = (
        Option("list", "Checklist", mapped.list, "that its rows make, such as acme.tracker"),
        Option("phase", "Its phase", mapped.phase, " or ".join(phases), phases),
        Option("role", "Its role", role, " or ".join(process.roles), process.roles),
        Option("onto", "Or onto", mapped.onto, "items that its rows are progress of: a query"),
        _dates_option(said, mapped.dates),
        _theirs_option(said, "the last import"),
    )
    rest = tuple(
        Option(
            _column(name),
            name.capitalize(),
            mapped.columns.get(name, ""),
            f"column: {what}",
            headings,
        )
        for name, what in columns.FIELDS.items()
    )
    return tuple(
        dataclasses.replace(one, value=said.get(one.name, one.value)) for one in (*first, *rest)
    )


def _is_srtm(peek: Peek) -> bool:
    """A test case workbook has a sheet with the header of tests."""
    from fedcheck.importers.srtm.columns import header_of

    return any(header_of(sheet.rows)[0] >= 0 for sheet in peek.book)


def _srtm(session: Session, path: Path, said: Said) -> Prepared:
    from fedcheck.importers.srtm import reader

    name, phase = said.get("list", "").strip(), said.get("phase", "").strip()
    return Prepared(reader.plan(session, path, list_id=name, phase=phase, theirs=_theirs(said)))


def _srtm_options(session: Session, _: Path, said: Said) -> tuple[Option, ...]:
    return (*_list_of_tests(session, said), _theirs_option(said, "the last import"))


def _list_of_tests(session: Session, said: Said) -> tuple[Option, ...]:
    phases = tuple(phase.id for phase in session.project.process.phases)
    return (
        Option("list", "Checklist", said.get("list", ""), "its id; else the usual one"),
        Option("phase", "Its phase", said.get("phase", ""), "else the full assessment", phases),
    )


def _is_oscal(peek: Peek) -> bool:
    """Any JSON, in any encoding, is left to the reader of OSCAL, which says what else it is."""
    try:
        head = atomic_files.read_begin(peek.path, 64)
    except OSError:
        return False
    bare = head.translate(None, b"\x00\xef\xbb\xbf\xff\xfe").lstrip()
    return bare.startswith((b"{", b"["))


def _oscal(session: Session, path: Path, said: Said) -> Prepared:
    from fedcheck.importers.oscal import checklist

    by: checklist.By = "objective" if said.get("by", "").strip() == "objective" else "control"
    name, phase = said.get("list", "").strip(), said.get("phase", "").strip()
    return Prepared(checklist.plan(session, path, by, phase, name))


def _oscal_options(session: Session, _: Path, said: Said) -> tuple[Option, ...]:
    hint = "an item for each control, or for each objective"
    by = Option("by", "Items by", said.get("by", "control"), hint, ("control", "objective"))
    return (by, *_list_of_tests(session, said))


KINDS: tuple[FileKind, ...] = (
    FileKind("requests", "a table of requests", TABLES, _is_requests, _requests, _request_options),
    FileKind(
        "srtm", "a test case workbook (SRTM)", (".xlsx", ".xlsm"), _is_srtm, _srtm, _srtm_options
    ),
    FileKind("oscal", "an OSCAL catalog", (".json",), _is_oscal, _oscal, _oscal_options),
    FileKind("csv", "a list of your own", TABLES, _is_list, _list, _list_options),
)
"""Every kind, the most special one first."""
