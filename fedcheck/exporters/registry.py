"""Every file format that can be exported, one entry each.

The command line (`fedcheck export NAME`), shell completion and docs/commands.md are made from these
entries. A new exporter is one module with a function that returns an `Export`, and one entry.
Entries name functions as `package.module:function`, so that listing the formats loads none of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from fedcheck.domain.glossary import REQUEST_KINDS
from fedcheck.importers.option import Option, OptionKind, Values, load_function

if TYPE_CHECKING:
    from fedcheck.domain.change import Change
    from fedcheck.domain.workspace import Project
    from fedcheck.importers.plan import Note
    from fedcheck.session import Session


@dataclass(frozen=True, slots=True)
class Export:
    """A file to be written.

    Attributes:
        data: its bytes.
        facts: what it contains, a line each.
        notes: what is missing from it, or was changed on the way.
        changes: what is to be recorded in the workspace once the file is written.
        label: the label of the transaction that records them.
        recorded: the same for the person who exports: `The numbers are noted with the findings`.
        left_out: lines about what the file lacks; shown on stderr where the file is not on stdout.
        remarks: lines that a person has to see; shown on stderr in any case.
    """

    data: bytes
    facts: Sequence[str] = ()
    notes: "Sequence[Note]" = ()
    changes: "Sequence[Change]" = ()
    label: str = ""
    recorded: str = ""
    left_out: Sequence[str] = ()
    remarks: Sequence[str] = ()


class Query(StrEnum):
    """What the QUERY of an export narrows."""

    NONE = ""
    ITEMS = "items"
    REQUESTS = "requests"


@dataclass(frozen=True, slots=True)
class Exporter:
    """A file format that can be exported.

    Attributes:
        name: the command: `fedcheck export NAME`.
        help: the help of the command; its first paragraph is the summary.
        examples: command lines for the help.
        writer: `(Session, Values) -> Export`; the values hold those of the options, and `query`
            (text), `template` (Path) and `output` (text, empty for the screen). Raises
            FedcheckError.
        options: what a person can set.
        query: what its QUERY narrows; without one the command takes none.
        template: what the help of `--template` states; with one, the export fills a copy of that
            file, requires a file to write to, and takes `--json`.
        dry_run: whether `--dry-run` shows what it would write.
    """

    name: str
    help: str
    examples: tuple[str, ...]
    writer: str
    options: tuple[Option, ...] = ()
    query: Query = Query.NONE
    template: str = ""
    dry_run: bool = False

    def write(self, session: "Session", values: Values) -> Export:
        """Return the file; nothing is written. Raises FedcheckError."""
        export: Export = load_function(self.writer)(session, values)
        return export


def _people(project: "Project") -> Iterable[str]:
    return project.people()


def _roles(project: "Project") -> Iterable[str]:
    return project.process.roles


SCHEMA = Option("schema", "Also check it against this newer schema file.", metavar="FILE")
JSON_OR_TEXT = Option(
    "format", "Default: by the extension of FILE, or json.", choices=("json", "md")
)
COLUMNS = Option("columns", "Only these columns.", metavar="A,B,C")

EXPORTERS: tuple[Exporter, ...] = (
    Exporter(
        "srtm",
        """\
Fill your copy of the SRTM workbook with results, observations, evidence and risks.

Rows are found by procedure and control, columns by their headings; everything else in the
workbook stays as it is, including formulas. The template itself is not changed. A QUERY selects
tests. Tests without a row are listed. Nothing private or internal is included.""",
        (
            "fedcheck export srtm --template SRTM-Moderate.xlsx -o SRTM-filled.xlsx",
            "fedcheck export srtm family:ac --template SRTM.xlsx -o SRTM-AC.xlsx",
        ),
        "fedcheck.exporters.srtm:write",
        (Option("list", "Checklist to fill it from.", metavar="ID"),),
        query=Query.ITEMS,
        template="Your copy of the workbook.",
    ),
    Exporter(
        "requests",
        """\
Write requests as a table: a reviewer's comment matrix, an evidence request list.

Others fill in answer, evidence, decision, comment and due date; fedcheck import requests
imports the file. QUERY is the same as in fedcheck request list. Nothing private or internal is
included.""",
        (
            "fedcheck export requests round:2 --kind question -o comment-matrix.xlsx",
            "fedcheck export requests is:open --kind evidence --to dana --format md",
        ),
        "fedcheck.exporters.requests:write",
        (
            Option(
                "format",
                "Default: by the extension of FILE, or csv.",
                choices=("csv", "xlsx", "md"),
            ),
            Option("to", "Requests to this person or role.", suggest=_people),
            Option("kind", "Questions, or evidence requests.", choices=REQUEST_KINDS),
        ),
        query=Query.REQUESTS,
    ),
    Exporter(
        "poam",
        """\
Fill a copy of the official POA&M with open, closed and configuration findings.

A finding keeps the row with its number; new findings are added after the last row and get a
number. Everything else in the workbook stays as it is.""",
        ("fedcheck export poam --template FedRAMP-POAM-Template.xlsx -o poam.xlsx",),
        "fedcheck.exporters.risk_tables:write_poam",
        template="Your copy of it.",
        dry_run=True,
    ),
    Exporter(
        "poam-table",
        """\
Write findings as a POA&M of your own, without a workbook: CSV, Excel or Markdown.

An agency keeps a POA&M for its own remediation (VER-AGM-MAP). For an agency, findings of other
roles are left out by default; other roles use --role. Nothing private or internal is included.""",
        (
            "fedcheck export poam-table -o poam.xlsx",
            "fedcheck export poam-table --role agency --format md",
        ),
        "fedcheck.exporters.poam_table:write",
        (
            Option(
                "format",
                "Default: by the extension of FILE, or csv.",
                choices=("csv", "xlsx", "md"),
            ),
            Option("role", "Only findings this role remediates.", suggest=_roles),
        ),
    ),
    Exporter(
        "ret",
        """\
Fill a copy of the official Risk Exposure Table, including risks corrected during testing.

Numbers match the POA&M: every row in one has a row in the other.""",
        ("fedcheck export ret --template RET.xlsx -o ret.xlsx",),
        "fedcheck.exporters.risk_tables:write_ret",
        template="Your copy of it.",
        dry_run=True,
    ),
    Exporter(
        "wbs",
        """\
Fill your copy of the work breakdown structure (WBS) of an agency authorization.

End dates come from milestones and due dates, start dates from the day on which work began where
the cell is empty, names of owners follow their party, and the state of each task is the first
line of its notes. The information tab gets what is empty in it. Everything else in the workbook
stays as it is; the PMO's section, gaps and signatures are left alone. Nothing private or
internal is in it.""",
        ("fedcheck export wbs --template WBS-Template.xlsx -o WBS.xlsx",),
        "fedcheck.exporters.wbs:write",
        template="Your own copy of the workbook.",
    ),
    Exporter(
        "package-checklist",
        """\
Fill your copy of the Initial Authorization Package Checklist.

Each document gets its file name, date and version from the evidence of its items, and Y once it
is done and its party has uploaded its part. What the template answers itself stays. Nothing
private or internal is in it.""",
        ("fedcheck export package-checklist --template Checklist.xlsx -o Package-Checklist.xlsx",),
        "fedcheck.exporters.package_checklist:write",
        template="Your own copy of the workbook.",
    ),
    Exporter(
        "csv",
        """\
Write the items that match a QUERY as CSV, one per row; without a QUERY, all items.

QUERY is the same as in fedcheck list. Text that a spreadsheet would read as a formula gets a
leading apostrophe. Nothing private or internal is included. Additional columns: id, statement,
guidance.""",
        (
            "fedcheck export csv phase:full-assessment -o tests.csv",
            "fedcheck export csv owner:dana --columns ref,title,status,due",
        ),
        "fedcheck.exporters.items:write_csv",
        (COLUMNS,),
        query=Query.ITEMS,
    ),
    Exporter(
        "xlsx",
        """\
Write the items that match a QUERY as an Excel workbook with one sheet.

QUERY is the same as in fedcheck list. The header row is frozen and has filters. Nothing private
or internal is included.""",
        ("fedcheck export xlsx role:3pao kind:test -o tests.xlsx",),
        "fedcheck.exporters.items:write_xlsx",
        (COLUMNS,),
        query=Query.ITEMS,
    ),
    Exporter(
        "json",
        """\
Write the items that match a QUERY as JSON: the rows of fedcheck list --json with more keys.

Nothing private or internal is included. --columns limits the keys.""",
        ("fedcheck export json status:todo -o open.json",),
        "fedcheck.exporters.items:write_json",
        (COLUMNS,),
        query=Query.ITEMS,
    ),
    Exporter(
        "ics",
        """\
Write the deadlines as a calendar file (.ics) that other calendars import.

Each deadline is an all-day event with a stable id, so calendars that support it replace the
event on a newer import. Deadlines without a date, and private or internal ones, are left out.""",
        (
            "fedcheck export ics -o deadlines.ics",
            "fedcheck export ics owner:alice --remind 7 -o alice.ics",
        ),
        "fedcheck.exporters.ics:write",
        (
            Option("role", "Only deadlines of this role, and milestones.", suggest=_roles),
            Option("until", "Last day; default: no limit.", OptionKind.DAY),
            Option(
                "remind",
                "Add a reminder this many days before.",
                OptionKind.NUMBER,
                metavar="DAYS",
                between=(0, 365),
            ),
        ),
        query=Query.ITEMS,
    ),
    Exporter(
        "sdr",
        """\
Write a FedRAMP Security Decision Record: every applicable rule and indicator once.

Status and statements come from the status, note and reason of the provider's items. An item
without a decision is Not Implemented, and its statement notes that no decision is recorded. The
record is validated before it is written. Nothing private or internal is included.""",
        (
            "fedcheck export sdr -o sdr.json",
            "fedcheck export sdr --schema fedramp-security-decision-record-schema.json -o sdr.json",
            "fedcheck export sdr --format md -o sdr.md",
        ),
        "fedcheck.exporters.certification.sdr:write",
        (
            JSON_OR_TEXT,
            SCHEMA,
            Option("complete", "Fail if a requirement has no decision.", OptionKind.FLAG),
        ),
    ),
    Exporter(
        "cpo",
        """\
Write a FedRAMP Certification Package Overview from [package] of fedcheck.toml.

fedcheck package lists what is missing. The overview is validated before it is written.""",
        ("fedcheck export cpo -o cpo.json", "fedcheck export cpo --format md"),
        "fedcheck.exporters.certification.cpo:write",
        (JSON_OR_TEXT, SCHEMA),
    ),
    Exporter(
        "ocr",
        """\
Write a FedRAMP Ongoing Certification Report: what changed, and what is planned.

Changes come from the history, plans from due dates and milestones of the three months after
the period, accepted vulnerabilities from the findings, incidents from [package] of
fedcheck.toml. Nothing private or internal is included.""",
        (
            "fedcheck export ocr --since 2027-01-01 --until 2027-03-31 -o ocr.json",
            "fedcheck export ocr --since 2027-01-01 --format md",
        ),
        "fedcheck.exporters.certification.ocr:write",
        (
            Option("since", "First day of the period.", OptionKind.DAY),
            Option("until", "Last day of the period; default: today.", OptionKind.DAY),
            JSON_OR_TEXT,
            SCHEMA,
        ),
    ),
)
"""Every exporter, in the order of `fedcheck export --help`."""
