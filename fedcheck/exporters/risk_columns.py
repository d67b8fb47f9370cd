"""The columns of the POA&M and of the Risk Exposure Table: their headings and their values.

The columns and their values are those of the POA&M template 2.1 (rows 5 to 7 state what each holds)
and of the RET template 2.4 (SAR Appendix A, RET Completion Guide). The POA&M template 3.0 of
2025-11-17 names some of them otherwise, and has guidance between a name and its value.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from fedcheck.domain.finding import Finding, compute_remediation_due
from fedcheck.domain.workspace import Project
from fedcheck.importers.evidence_cells import EvidenceForm, is_private, write_line
from fedcheck.spreadsheets.headings import HeadingTable
from fedcheck.spreadsheets.xlsx_reader import Cell

DEVIATIONS = {
    "risk-adjustment": "Risk Adjustment",
    "false-positive": "False Positive",
    "operational-requirement": "Operational Requirement",
}
ASSESSED = "Security Assessment Report"
"""The detector of what the assessor's own tests found (POA&M template, row 7, column E)."""


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A finding as a row of a table.

    Attributes:
        number: its official number.
        changed: the day on which it was last changed; None where no history knows.
    """

    project: Project
    finding: Finding
    number: str
    changed: date | None


def _controls(row: RiskRow) -> str:
    found = [control for ref in row.finding.items if (item := row.project.item(ref))
             for control in item.controls]  # fmt: skip
    return ", ".join(dict.fromkeys((*found, *row.finding.controls)))


def _detector(row: RiskRow) -> str:
    return row.finding.detector or (ASSESSED if row.finding.items else "")


def _detector_id(row: RiskRow) -> str:
    codes = [item.code for ref in row.finding.items if (item := row.project.item(ref))]
    return row.finding.detector_id or ", ".join(code for code in codes if code)


def _contact(row: RiskRow) -> str:
    person = (row.project.config.people or {}).get(row.finding.owner)
    name = person.name if person and person.name else row.finding.owner
    return f"{name}, {person.contact}" if person and person.contact else name


def _number_texts(texts: tuple[str, ...]) -> str:
    """Return texts numbered as the template does it, a blank line between them."""
    numbered = (
        text if text.startswith("(") else f"({number}) {text}"
        for number, text in enumerate(texts, 1)
    )
    return "\n\n".join(numbered)


def _yes_or_no(holds: bool) -> str:
    return "Yes" if holds else "No"


def _deviation(kind: str) -> Callable[[RiskRow], str]:
    def state(row: RiskRow) -> str:
        if row.finding.deviation != kind or row.finding.deviation_state == "rejected":
            return "No"
        return "Yes" if row.finding.deviation_state == "approved" else "Pending"

    return state


def _rationale(row: RiskRow) -> str:
    title = DEVIATIONS.get(row.finding.deviation)
    return f"{title} : {row.finding.rationale}" if title else ""


def _documents(row: RiskRow) -> str:
    shared = [one for one in row.finding.evidence if not is_private(one.link)]
    lines = (write_line(one, EvidenceForm.NAME) for one in shared)
    return "\n".join(f"Remediation Evidence : {line}" for line in lines)


def _adjusted(row: RiskRow) -> str:
    """Return the adjusted rating once it was approved; one that is asked for is not in force."""
    finding = row.finding
    approved = finding.deviation == "risk-adjustment" and finding.deviation_state == "approved"
    return (finding.adjusted.capitalize() if approved else "") or "N/A"


COLUMNS: Mapping[str, Callable[[RiskRow], Cell]] = {
    "poamid": lambda row: row.number,
    "controls": _controls,
    "weaknessname": lambda row: row.finding.title,
    "weaknessdescription": lambda row: row.finding.text or row.finding.title,
    "weaknessdetectorsource": _detector,
    "weaknesssourceidentifier": _detector_id,
    "assetidentifier": lambda row: "\n".join(row.finding.assets),
    "pointofcontact": _contact,
    "resourcesrequired": lambda row: row.finding.resources,
    "overallremediationplan": lambda row: row.finding.plan,
    "originaldetectiondate": lambda row: row.finding.found,
    "scheduledcompletiondate": lambda row: row.finding.due,
    "plannedmilestones": lambda row: _number_texts(row.finding.steps),
    "milestonechanges": lambda row: _number_texts(row.finding.step_changes),
    "statusdate": lambda row: row.finding.closed or row.changed or row.finding.found,
    "vendordependency": lambda row: _yes_or_no(bool(row.finding.vendor)),
    "lastvendorcheckindate": lambda row: row.finding.vendor_checked,
    "vendordependentproductname": lambda row: row.finding.vendor,
    "originalriskrating": lambda row: (row.finding.original or row.finding.risk).capitalize(),
    "adjustedriskrating": _adjusted,
    "riskadjustment": _deviation("risk-adjustment"),
    "falsepositive": _deviation("false-positive"),
    "operationalrequirement": _deviation("operational-requirement"),
    "deviationrationale": _rationale,
    "supportingdocuments": _documents,
    "comments": lambda row: row.finding.comment,
    "autoapprove": lambda row: row.finding.auto_approved.capitalize(),
    "bindingoperationaldirective2201tracking": lambda row: row.finding.kev.capitalize(),
    "bindingoperationaldirective2201duedate": lambda row: row.finding.kev_due,
    "cve": lambda row: ", ".join(row.finding.cves),
    "servicename": lambda row: row.finding.service,
    "remediationdescription": lambda row: row.finding.remedy,
    "verificationstatementtestingprocedure": lambda row: row.finding.verification,
}
"""The value of a finding for each column, by its heading without blanks and signs."""

MAY_BE_EMPTY = frozenset((
    "milestonechanges", "lastvendorcheckindate", "vendordependentproductname", "deviationrationale",
    "supportingdocuments", "comments", "autoapprove", "bindingoperationaldirective2201duedate",
    "cve", "servicename",
))  # fmt: skip
"""Columns that most findings have nothing for: a deviation, a vendor, another service."""

NUMBER, NAME = "poamid", "weaknessname"
"""The columns by which a table is recognized."""

REQUIRED = {NUMBER: "POAM ID", NAME: "Weakness Name"}
"""Their headings, for people."""

OTHER_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "overallremediationplan": ("remediationplan",),
    "pointofcontact": ("poc",),
    "vendordependency": ("vendordependence",),
    "cve": ("cves", "cveid"),
    "csp": ("cloudserviceprovider", "cspname", "cloudserviceprovidername"),
    "systemname": (
        "cloudserviceoffering", "cloudserviceofferingname", "cso", "csoname",
        "informationsystemname",
    ),
}  # fmt: skip
"""What other editions call a column or a value of the head."""

GUIDANCE = frozenset(("guidance", "instructions", "instruction", "example"))
"""How a row begins that explains what the cells below are for; nothing is written there."""

HEAD: Mapping[str, Callable[[Project, date], Cell]] = {
    "csp": lambda project, _: project.config.provider,
    "systemname": lambda project, _: project.config.name,
    "impactlevel": lambda project, _: (project.config.profile or {}).get("impact", "").capitalize(),
    "poamdate": lambda _, day: day,
    "retdate": lambda _, day: day,
    "rcdtdate": lambda _, day: day,
}
"""The values in the head of a sheet, each below its name."""


def _headings(names: Iterable[str]) -> HeadingTable:
    return HeadingTable({name: (name, *OTHER_HEADINGS.get(name, ())) for name in names}, number="")


COLUMN_HEADINGS = _headings(COLUMNS)

HEAD_KEYS = {
    "csp": "CSP (fedcheck.toml: provider)",
    "systemname": "System Name (fedcheck.toml: name)",
    "impactlevel": "Impact Level (fedcheck.toml: [profile] impact)",
}
"""What fills each value of the head that a person has to give, for people."""

_MADE = ("poamid", "statusdate", "originalriskrating", "vendordependency")
"""Columns whose values are made for the table; nobody entered them."""

_HEADLESS: Mapping[str, Callable[[RiskRow], object]] = {
    "likelihood": lambda row: row.finding.likelihood,
    "impact": lambda row: row.finding.impact,
    "recommendation": lambda row: row.finding.recommendation,
}
"""What no edition has a column for; the SRTM has it, next to the test that a finding names."""

_ENTERED: Mapping[str, Callable[[RiskRow], object]] = {
    "weaknessdescription": lambda row: row.finding.text,
    "weaknessdetectorsource": lambda row: row.finding.detector,
    "weaknesssourceidentifier": lambda row: row.finding.detector_id,
    "riskadjustment": lambda row: row.finding.deviation == "risk-adjustment",
    "falsepositive": lambda row: row.finding.deviation == "false-positive",
    "operationalrequirement": lambda row: row.finding.deviation == "operational-requirement",
    "adjustedriskrating": lambda row: row.finding.adjusted,
    "scheduledcompletiondate": lambda row: not has_computed_due(row.finding),
}
"""Where the value of a column states more than what a person entered: what was entered."""

_WORDS = {
    "controls": "controls",
    "weaknessdescription": "description",
    "weaknessdetectorsource": "detector source",
    "weaknesssourceidentifier": "source identifier",
    "assetidentifier": "assets",
    "pointofcontact": "point of contact",
    "resourcesrequired": "resources",
    "overallremediationplan": "plan",
    "originaldetectiondate": "detection date",
    "scheduledcompletiondate": "due date",
    "plannedmilestones": "planned milestones",
    "milestonechanges": "milestone changes",
    "lastvendorcheckindate": "vendor check-in date",
    "vendordependentproductname": "vendor product",
    "adjustedriskrating": "adjusted risk",
    "riskadjustment": "risk adjustment",
    "falsepositive": "false positive",
    "operationalrequirement": "operational requirement",
    "deviationrationale": "deviation rationale",
    "supportingdocuments": "supporting documents",
    "comments": "comment",
    "autoapprove": "automatic approval",
    "bindingoperationaldirective2201tracking": "BOD 22-01 tracking",
    "bindingoperationaldirective2201duedate": "BOD 22-01 due date",
    "cve": "CVE",
    "servicename": "service",
    "remediationdescription": "remediation description",
    "verificationstatementtestingprocedure": "verification statement",
}
"""What the columns hold, for people."""


def has_computed_due(finding: Finding) -> bool:
    """Return whether the due date is the one that follows from the risk, as in the template."""
    return finding.found is not None and finding.due == compute_remediation_due(
        finding.risk, finding.found
    )


def list_without_column(row: RiskRow, columns: Iterable[str]) -> list[str]:
    """Return what a person entered of a finding and a table with these columns cannot hold."""
    has = {*columns, *_MADE}
    values = {name: _ENTERED.get(name, read) for name, read in COLUMNS.items() if name not in has}
    items = (row.project.item(ref) for ref in row.finding.items)
    if not any(item and item.is_test_step for item in items):
        values |= _HEADLESS
    return [_WORDS.get(name, name) for name, read in values.items() if read(row)]


HEAD_HEADINGS = _headings(HEAD)
