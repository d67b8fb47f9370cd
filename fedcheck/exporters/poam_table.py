"""A POA&M as a plain table, without an official workbook: an agency's own, or any role's.

Under the Consolidated Rules FedRAMP has no POA&M template any more, and a POA&M belongs to the
agency that acts (VER-AGM-MAP). The columns and values are those of the official POA&M.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from fedcheck.analysis.board import Board
from fedcheck.analysis.waiting_since import find_remediating_role
from fedcheck.domain.finding import Finding
from fedcheck.domain.glossary import Duty
from fedcheck.domain.process import role_label
from fedcheck.domain.reference import did_you_mean
from fedcheck.domain.text import pluralize
from fedcheck.errors import ErrorKind, FedcheckError
from fedcheck.exporters.registry import Export
from fedcheck.exporters.risk_columns import COLUMNS, RiskRow
from fedcheck.importers.option import Values
from fedcheck.session import Session
from fedcheck.spreadsheets.xlsx_reader import Cell, Sheet
from fedcheck.spreadsheets.xlsx_writer import write_csv, write_xlsx
from fedcheck.storage.record_file import FINDINGS

VALUES: Mapping[str, Callable[[RiskRow], Cell]] = {
    **COLUMNS,
    "weaknessdetectorsource": lambda row: row.finding.detector,  # there is no SAR to name here
}

HEADINGS: Mapping[str, str] = {
    "poamid": "POA&M ID",
    "weaknessname": "Weakness",
    "weaknessdescription": "Description",
    "controls": "Controls",
    "weaknessdetectorsource": "Source",
    "weaknesssourceidentifier": "Tracking ID at the source",
    "servicename": "Service",
    "assetidentifier": "Assets",
    "pointofcontact": "Point of contact",
    "resourcesrequired": "Resources required",
    "overallremediationplan": "Plan",
    "originaldetectiondate": "Detected",
    "scheduledcompletiondate": "Scheduled completion",
    "plannedmilestones": "Milestones",
    "milestonechanges": "Milestone changes",
    "originalriskrating": "Risk",
    "adjustedriskrating": "Adjusted risk",
    "deviationrationale": "Rationale",
    "supportingdocuments": "Supporting documents",
    "comments": "Comments",
}
"""The columns, by the heading that the official POA&M has for each, in the order of the table."""

SHORT = (
    "poamid",
    "weaknessname",
    "originalriskrating",
    "pointofcontact",
    "scheduledcompletiondate",
)
"""The columns of the table in Markdown; the rest follows below it."""


def write(session: Session, values: Values) -> Export:
    """Return the findings that a role remediates as CSV, as a workbook or as Markdown.

    Raises FedcheckError: unreadable where the file of findings is broken, usage for a role that
    is not known.
    """
    for broken in session.project.broken:
        if not broken.private and Path(broken.path) == session.root / f"{FINDINGS}.toml":
            raise FedcheckError(f"{FINDINGS}.toml cannot be used", "fix it: fedcheck doctor")
    board = session.board().shared()
    role = _choose_role(board, values["role"])
    every = sorted(board.project.findings, key=lambda one: (one.found or date.max, one.id))
    found = [one for one in every if role in ("", find_remediating_role(board.project, one))]
    remarks = []
    if len(found) < len(every):
        left = pluralize(len(every) - len(found), "finding")
        remarks.append(f"{left} that {role} does not remediate left out")
    rows = [RiskRow(board.project, one, one.number or one.id, None) for one in found]
    match values["format"] or values["output"].rpartition(".")[2].lower():
        case "md":
            data = _render(board, rows, role).encode()
        case "xlsx":
            table: list[tuple[Cell, ...]] = [tuple(one) for one in _build_table(rows)]
            data = write_xlsx([Sheet("POA&M", tuple(table))])
        case _:
            data = write_csv(_build_table(rows))
    return Export(data, remarks=remarks)


def _choose_role(board: Board, wanted: str) -> str:
    """Return the role that is meant: the one given, else one's own if it is an agency's."""
    process = board.project.process
    if wanted:
        if wanted not in process.all_roles:
            hint = did_you_mean(wanted, process.all_roles) or "roles: " + ", ".join(
                process.all_roles
            )
            raise FedcheckError(f'no role is named "{wanted[:60]}"', hint, ErrorKind.USAGE)
        return wanted
    sponsors = [one.id for one in process.role_tables if one.duty == Duty.SPONSOR]
    mine = board.project.config.role
    return mine if mine in sponsors else ""


def _build_table(rows: Sequence[RiskRow]) -> list[list[Cell]]:
    head: list[Cell] = [*HEADINGS.values(), "State", "Closed"]
    body: list[list[Cell]] = [
        [*(VALUES[name](row) for name in HEADINGS), str(row.finding.state), row.finding.closed]
        for row in rows
    ]
    return [head, *body]


def _render(board: Board, rows: Sequence[RiskRow], role: str) -> str:
    from fedcheck.reports.markdown import escape_document, mark_text

    config = board.project.config
    lines = [f"**{mark_text(config.marking)}**", ""] if config.marking else []
    whose = f" ({mark_text(role_label(role))})" if role else ""
    lines += [f"# {mark_text(config.name)}: POA&M{whose}", ""]
    still = sum(row.finding.state == "open" for row in rows)
    count = pluralize(len(rows), "entry", "entries")
    lines += [f"As of {board.today.isoformat()}: {count}, {still} open."]
    if rows:
        lines += ["", "| " + " | ".join([*(HEADINGS[name] for name in SHORT), "State"]) + " |"]
        lines += ["| " + " | ".join(["---"] * (len(SHORT) + 1)) + " |"]
    for row in rows:
        cells = [mark_text(_text(VALUES[name](row)) or "-") for name in SHORT]
        lines.append("| " + " | ".join([*cells, mark_text(_state(row.finding))]) + " |")
    for row in rows:
        lines += ["", f"## {mark_text(row.number)}: {mark_text(row.finding.title)}"]
        for name, heading in HEADINGS.items():
            value = _text(VALUES[name](row)).strip()
            if value and name not in (*SHORT, "adjustedriskrating"):
                lines += ["", f"**{heading}.** {mark_text(' '.join(value.split()))}"]
    return str(escape_document("\n".join(lines) + "\n"))


def _text(value: Cell) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def _state(finding: Finding) -> str:
    return f"closed {finding.closed}" if finding.closed else str(finding.state)
