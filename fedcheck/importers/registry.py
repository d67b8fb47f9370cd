"""Every file format that can be imported, one entry each.

The command line (`fedcheck import NAME`), shell completion, the app's import dialog and
docs/commands.md are made from these entries. A new importer is one module and one entry: the module
has a function that recognizes a file and one that reads it into a plan. Entries name functions as
`package.module:function`, so that listing the formats loads none of them.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fedcheck.domain.glossary import LEVELS, SHARING_HINTS
from fedcheck.importers.option import (
    Option,
    OptionKind,
    Question,
    Texts,
    Values,
    form_fields,
    load_function,
    parse_form,
)

if TYPE_CHECKING:
    from fedcheck.domain.workspace import Project
    from fedcheck.importers.plan import Prepared
    from fedcheck.session import Session
    from fedcheck.spreadsheets.grid import Sheet
    from fedcheck.spreadsheets.xlsx_reader import Sheet as BookSheet

TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")


class Peek:
    """A file that is inspected to find out what it is; it is read once, however many look."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def book(self) -> "list[BookSheet]":
        """Return the sheets of a workbook; none where it is no workbook. Raises FedcheckError."""
        from fedcheck.spreadsheets.grid import is_workbook

        if not is_workbook(self.path):
            return []
        from fedcheck.spreadsheets.xlsx_reader import read_workbook

        return read_workbook(self.path)

    @cached_property
    def sheets(self) -> "list[Sheet]":
        """Return the sheets that are not hidden; of CSV its one. Raises FedcheckError."""
        from fedcheck.spreadsheets.grid import is_workbook, read_sheets, select_shown

        return select_shown(self.book) if is_workbook(self.path) else read_sheets(self.path)

    def score_header(self, score: Callable[[Sequence[str]], int]) -> int:
        """Return the best score of a header in the sheets."""
        from fedcheck.spreadsheets.grid import find_grid

        grids = (find_grid(sheet, score) for sheet in self.sheets)
        return max((score(grid.header) for grid in grids if grid is not None), default=0)


@dataclass(frozen=True, slots=True)
class Importer:
    """A file format that can be imported.

    Attributes:
        name: the command: `fedcheck import NAME`.
        title: the kind of file, for the app: `an OSCAL catalog`.
        help: the help of the command; its first paragraph is the summary.
        examples: command lines for the help.
        suffixes: the endings of such files, in lower case.
        recognizer: `(Peek) -> bool`: whether the content is of this format.
        reader: `(Session, Path, Values) -> Prepared`. Raises FedcheckError where the file cannot be
            used.
        options: what a person can set.
        form: `(Session, Path, Texts, Sequence[Option]) -> Sequence[Option]`: the fields of the
            app's form for a file, where they depend on its content; else the options.
        questions: `(Session, Path, Values) -> Generator[Question, str, Values]`: what a person on a
            terminal is asked before the file is read; returns the completed values.
        as_of: whether the command takes `--as-of`.
        folders: whether a folder of files can be read too.
        replaces: whether it can replace what people recorded of items, so that it asks first.
        aliases: other names of the command.
    """

    name: str
    title: str
    help: str
    examples: tuple[str, ...]
    suffixes: tuple[str, ...]
    recognizer: str
    reader: str
    options: tuple[Option, ...] = ()
    form: str = ""
    questions: str = ""
    as_of: bool = True
    folders: bool = False
    replaces: bool = False
    aliases: tuple[str, ...] = ()

    def recognize(self, peek: Peek) -> bool:
        """Return whether a file is of this format. Raises FedcheckError if it is unreadable."""
        suffix = peek.path.suffix.lower()
        fits = self.folders if peek.path.is_dir() else suffix in self.suffixes
        return fits and load_function(self.recognizer)(peek)

    def prepare(self, session: "Session", path: Path, values: Values) -> "Prepared":
        """Read a file into a plan; nothing is written. Raises FedcheckError."""
        prepared: Prepared = load_function(self.reader)(session, path, values)
        return prepared

    def parse_form(self, texts: Texts) -> Values:
        """Return the values that the app's form holds. Raises ValueError."""
        return parse_form((one for one in self.options if one.label), texts)

    def list_fields(self, session: "Session", path: Path, texts: Texts) -> Sequence[Option]:
        """Return the fields of the app's form, with present values. Raises FedcheckError."""
        if not self.form:
            return form_fields(self.options, session.project, texts)
        fields: Sequence[Option] = load_function(self.form)(session, path, texts, self.options)
        return fields

    def ask(
        self, session: "Session", path: Path, values: Values
    ) -> Generator[Question, str, Values]:
        """Yield what to ask on a terminal; return the values with the answers in them."""
        if not self.questions:
            return values
        completed: Values = yield from load_function(self.questions)(session, path, values)
        return completed


def recognize(path: Path) -> list[Importer]:
    """Return the importers that can read a file, the most specific one first.

    Raises FedcheckError where the suffix fits, but the file cannot be read.
    """

    peek = Peek(path)
    return [one for one in IMPORTERS if one.recognize(peek)]


def find_name(text: str) -> str:
    """Return the name of the importer that is also called so; else the text as it is."""
    return next((one.name for one in IMPORTERS if text in one.aliases), text)


def _phases(project: "Project") -> list[str]:
    return [phase.id for phase in project.process.phases]


def _roles(project: "Project") -> Sequence[str]:
    return project.process.roles


def _theirs(whose: str, since: str, what: str = "changed a field") -> Option:
    return Option(
        "theirs",
        f"Where both sides {what}, take the {whose}.",
        OptionKind.FLAG,
        label="File wins",
        hint=f"where both sides changed a field since {since}: yes, or no",
    )


DATES = Option(
    "dates",
    "What 2/1/2027 means: month or day first.",
    choices=("mdy", "dmy"),
    label="Days",
    hint="2/1/2027 begins with the month (mdy) or the day (dmy)",
)


def _list(text: str) -> Option:
    return Option("list", text, metavar="ID", label="Checklist", hint="its id; else the usual one")


def _phase(text: str) -> Option:
    return Option(
        "phase", text, suggest=_phases, label="Its phase", hint="else the full assessment"
    )


IMPORTERS: tuple[Importer, ...] = (
    Importer(
        "requests",
        "a table of requests",
        """\
Bring a filled table of requests back: CSV or .xlsx, as fedcheck export requests writes it.

Rows are matched by their id; a row without one is a new request. Answers, evidence, decisions,
comments and due dates are taken over where the file changed them. What was changed on both
sides since the export is told, and ours is kept. Look at it with --dry-run first.""",
        ("fedcheck import requests matrix-filled.xlsx --dry-run",),
        TABLES,
        "fedcheck.importers.requests:recognize",
        "fedcheck.importers.requests:prepare",
        (_theirs("file's", "the export"), DATES),
    ),
    Importer(
        "srtm",
        "a test case workbook (SRTM)",
        """\
Bring in the assessor's test case workbook (.xlsx): the SRTM, of any baseline and edition.

Each assessment procedure becomes a test; what is filled in becomes results, observations,
evidence and findings. Columns are found by their headings. A workbook that comes again adds
what is new in it: work done here stays, and where both sides say something else ours is kept
and told. What could not be used is told with its sheet, row and column.""",
        ("fedcheck import srtm SRTM-Moderate.xlsx --dry-run",),
        (".xlsx", ".xlsm"),
        "fedcheck.importers.srtm.reader:recognize",
        "fedcheck.importers.srtm.reader:prepare",
        (
            _list("Id of the list it makes."),
            _phase("Phase of that list; else the full assessment."),
            _theirs("file's", "the last import", "say something else"),
        ),
        replaces=True,
    ),
    Importer(
        "wbs",
        "a work breakdown structure (WBS)",
        """\
Import the work breakdown structure of an agency authorization (.xlsx): dates, owners, state.

The end date of a task becomes the date of its milestone or the due date of its items, a name
after a party (CSP (Dana Fox)) their owner, and the line "Status: done 2027-02-01" at the top of
its notes their status. The tab of your impact level counts. Run it again when dates shift:
what only the workbook changed is taken, and what changed on both sides stays and is listed.
Gaps, start dates and contacts are listed and not imported.""",
        ("fedcheck import wbs WBS.xlsx --dry-run",),
        (".xlsx", ".xlsm"),
        "fedcheck.importers.wbs.reader:recognize",
        "fedcheck.importers.wbs.reader:prepare",
        (_theirs("workbook's", "the last import", "changed a value"), DATES),
    ),
    Importer(
        "rules",
        "a release of FedRAMP's rules",
        """\
Make the lists of this workspace from a release of FedRAMP's rules, with the official text.

Take fedramp-consolidated-rules.json of any release, or the folder of an older one. The lists stand
in for the shipped ones: the same items, with the statement, points, notes and artifacts of their
class beside our guidance. Every record stays; an item is flagged for review only where its force,
statement, points or times changed. What is new, gone, changed, renamed or unknown is listed.
Definitions and texts for controls go into glossary.toml and controls.toml: fedcheck show TERM.""",
        (
            "fedcheck import rules fedramp-consolidated-rules.json --dry-run",
            "fedcheck import rules fedramp-consolidated-rules.json",
        ),
        (".json",),
        "fedcheck.importers.rules.importer:recognize",
        "fedcheck.importers.rules.importer:prepare",
        as_of=False,
        folders=True,
        aliases=("frmr",),
    ),
    Importer(
        "oscal",
        "an OSCAL catalog",
        """\
Make the assessor's test checklist of an OSCAL catalog or resolved profile catalog (JSON).

The parameters are written into the prose, withdrawn controls are left out. The checklist is
oscal.controls or oscal.objectives unless --list names another; a newer edition of the catalog
changes it and keeps what is recorded.""",
        (
            "fedcheck import oscal moderate-resolved-profile_catalog.json --dry-run",
            "fedcheck import oscal moderate-resolved-profile_catalog.json --by objective",
        ),
        (".json",),
        "fedcheck.importers.oscal.file:recognize",
        "fedcheck.importers.oscal.checklist:prepare",
        (
            Option(
                "by",
                "An item for each control, or for each determination statement of SP 800-53A.",
                choices=("control", "objective"),
                default="control",
                label="Items by",
                hint="an item for each control, or for each objective",
            ),
            _phase("Phase of the checklist; else full-assessment."),
            _list("Name of the checklist."),
        ),
        as_of=False,
    ),
    Importer(
        "csv",
        "a list of your own",
        """\
Bring in a list that a team keeps in a spreadsheet: CSV or .xlsx.

What its columns mean is guessed, asked on a terminal, or said with --map; it is kept in
imports.toml and used for the next file with these columns. The rows make a checklist
(--list), or are progress on items that they name by reference or official code. A sheet that
comes again changes only what was changed in it. --map FIELD= leaves a field out.

A new checklist needs an audience. Shared: it counts in gates and appears in reports. Internal:
it stays inside your company. Private: it stays under private/ on this computer.

Fields: id, title, status, owner, due, note, reason, evidence, control, section, result, done,
guidance, phase, role.""",
        (
            "fedcheck import csv tracker.xlsx --list acme.tracker --phase readiness --role csp"
            " --audience shared",
            'fedcheck import csv tracker.csv --map title="Task name" --map status=State --dry-run',
        ),
        TABLES,
        "fedcheck.importers.csv_checklist.importer:recognize",
        "fedcheck.importers.csv_checklist.importer:prepare",
        (
            Option("map", "What a column means.", OptionKind.MANY, metavar="FIELD=COLUMN"),
            Option("sheet", "Sheet of a workbook.", metavar="NAME"),
            Option(
                "list",
                "Checklist that its rows make.",
                metavar="ID",
                label="Checklist",
                hint="that its rows make, such as acme.tracker",
            ),
            Option("phase", "Phase of that checklist.", suggest=_phases, label="Its phase"),
            Option("role", "Role of that checklist.", suggest=_roles, label="Its role"),
            Option("level", "How binding its items are; else must.", choices=LEVELS),
            Option(
                "audience",
                "Who sees a new checklist; asked on a terminal.",
                choices=tuple(SHARING_HINTS),
                label="Audience",
                hint="who sees a new checklist; an existing one stays as it is",
            ),
            Option(
                "onto",
                "Its rows are progress of these items.",
                metavar="QUERY",
                label="Or onto",
                hint="items that its rows are progress of: a query",
            ),
            Option(
                "status",
                "What a status word of the sheet means.",
                OptionKind.MANY,
                metavar="WORD=STATUS",
            ),
            Option(
                "result",
                "What a result word of the sheet means.",
                OptionKind.MANY,
                metavar="WORD=RESULT",
            ),
            DATES,
            _theirs("sheet's", "the last import"),
        ),
        replaces=True,
        form="fedcheck.importers.csv_checklist.importer:list_fields",
        questions="fedcheck.importers.csv_checklist.questions:ask",
    ),
)
"""Every importer, the most specific one first: a file that fits several is of the first."""
