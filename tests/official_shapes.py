"""Workbooks and catalogs that are built like the official ones, in our own words, and much smaller.

The official ones are used too where they lie beside the checkout, in `../shared/data`; a clone
needs none of them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from excel_shapes import Formula, Rich, Tab, Value, write
from small_workbooks import HEADINGS

BESIDE = Path(__file__).parents[2] / "shared" / "data"


def official(pattern: str) -> list[Path]:
    """Return the official files beside this checkout that match a pattern, if any."""
    return sorted(BESIDE.glob(pattern))


STEPS: Mapping[str, Sequence[tuple[str, str, str | Rich, str]]] = {
    "AC-1": [
        ("AC-01a.[01]", "CSP-defined people", Rich(
            ("Determine if a policy on doors is given to ", "[people that somebody names]"),
        ), "Examine, Interview"),
        ("AC-01a.[02]", "CSP-defined people", Rich(
            ("Determine if the ", "[chosen] ", "policy names who may open a door"), "doa",
        ), "Examine, Interview"),
        ("AC-01c.01", "each year", "Determine if the policy is read again", "Examine"),
    ],
    "AC-2": [
        ("AC-02a.", "", "Determine if kinds of keys are listed", "Examine, Interview, Test"),
        ("AC-02b.", "", "Determine if each key has a keeper", "Examine, Interview, Test"),
    ],
    "AC-2 (1)": [("AC-02(01)", "", "Determine if lost keys are noticed", "Examine, Test")],
    "AU-2": [
        ("AU-02a.", "all doors", "Determine if openings are logged", "Test"),
        ("AU-02b.", "", "Determine if the log is read", "Interview, Test"),
    ],
    "SC-7": [("SC-07a.[01]", "", "Determine if the outer doors are watched", "Test")],
}  # fmt: skip
"""By control: procedure, parameter, objective, methods."""

FAMILIES = {"AC": "Access Control", "AU": "Audit and Accountability", "SC": "Protection"}
RESULTS = ("Other Than Satisfied", "Satisfied", "Not Applicable")
LEVELS = ("High", "Moderate", "Low")


def srtm(path: Path, program: str = "excel", level: str = "Moderate") -> Path:
    """Write a test case workbook: 9 tests of 5 controls in 3 sheets; at Low, 6 of 3 in 1."""
    wanted = {c: s for c, s in STEPS.items() if level != "Low" or c.startswith("AC")}
    rows: dict[str, list[tuple[str, ...]]] = {}
    for control, steps in wanted.items():
        rows.setdefault(control[:2], []).extend((control, *step) for step in steps)
    tabs = [
        Tab(
            "Instructions",
            [[Rich(("Security Requirements ", "Traceability Matrix", " of a small house"))], [],
             ["How to use it"], ["  1. Walk.", True], ["  2. Look.\r\n  3. Write.", 0.5]],
            merged=["A1:C1", "A3:B3"],
            extras=True,
        ),
        Tab(
            "Record of Changes",
            [[], [None, "Changes"], [None, "Date", "Description", "Version", "Author"],
             [None, date(2025, 5, 6), "First doors", 1, "We"],
             [None, date(2026, 3, 2), "More doors", 2, "We"]],
            merged=["B2:E2"],
        ),
        _system(level, list(rows)),
        _summary(list(wanted)),
        *(_family(family, steps) for family, steps in rows.items()),
    ]  # fmt: skip
    return write(path, tabs, program)


def _family(family: str, steps: Sequence[Sequence[str | Rich]]) -> Tab:
    rows: list[list[Value]] = [[*HEADINGS]]
    for at, (control, code, parameter, objective, methods) in enumerate(steps, 2):
        exposure = (
            f'IF(OR(L{at}="",M{at}=""),"",IF(AND(L{at}="High",M{at}="High"),"High",'
            f'IF(OR(L{at}="Low",M{at}="Low"),"Low","Moderate")))'
        )
        row: list[Value] = [f"{FAMILIES[family]} here", control, code, objective, parameter or None]
        rows.append([*row, None, methods, *[None] * 6, Formula(exposure)])
    last = len(rows)
    words = {f"J2:J{last}": "Satisfied,Other than Satisfied,Not Applicable"}
    words[f"L2:M{last}"] = ",".join(LEVELS)
    return Tab(family, rows, choices=words, filtered=f"A1:P{last}")


def _summary(controls: Sequence[str]) -> Tab:
    rows: list[list[Value]] = [
        ["Control Family", "Control ID", "Control Name", "Assessment Result",
         "Risk Exposure Level", "SSP Differential Count"]
    ]  # fmt: skip
    for at, control in enumerate(controls, 2):
        tab = control[:2]
        tests = f"COUNTIFS({tab}!B:B,$B{at}"
        result = '""'
        last = f'IF({tests},{tab}!J:J,"Not Applicable")={tests}),"Not Applicable",{result})'
        result = (
            f'IF({tests},{tab}!J:J,"Other Than Satisfied")>0,"Other Than Satisfied",\n'
            f'IF({tests},{tab}!J:J,"Satisfied")>0,"Satisfied",\n{last}))'
        )
        level = '""'
        for one in reversed(LEVELS):
            level = f'IF({tests},{tab}!N:N,"{one}")>0,"{one}",{level})'
        differing = f'{tests},{tab}!P:P,"?*")'
        rows.append([tab, control, "Name", Formula(result), Formula(level), Formula(differing, 0)])
    return Tab("ControlSummary", rows, filtered=f"A1:F{len(rows)}")


def _system(level: str, families: Sequence[str]) -> Tab:
    def counted(column: str, place: str) -> Formula:
        return Formula(f"COUNTIFS(ControlSummary!{column}:{column}, {place})", 0)

    rows: list[list[Value]] = [
        ["System Name"],
        ["Categorization Level", level],
        [],
        ["Result", "Count", None, "Finding/Risk Level", "Count", "Percentage"],
        ["Total Controls", Formula("COUNTA(ControlSummary!B2:B999)", 0)],
    ]
    for at, (result, risk) in enumerate(zip(RESULTS, LEVELS, strict=True), 6):
        share = Formula(f"IF(E{at}=0,0,(E{at}/SUM($E$6:$E$8)))", 0, "F6:F8" if at == 6 else "", 0)
        rows.append([result, counted("D", f"A{at}"), None, risk, counted("E", f"D{at}"), share])
    rows.append(["% Satisfied", Formula("IF(B7=0,0,(B7/SUM(B6:B8)))", 0)])
    for tab in families:
        rows += [[], [f"{tab} Summary"], [None, "Count"]]
        for risk in LEVELS:
            where = f'ControlSummary!A:A,"{tab}",ControlSummary!E:E,A{len(rows) + 1}'
            rows.append([risk, Formula(f"COUNTIFS({where})", 0)])
        where = f'ControlSummary!F:F, ControlSummary!A:A, "{tab}"'
        rows.append(["Total", Formula(f"SUMIFS({where})", 0)])
    return Tab("System", rows, merged=["B1:F1", "B2:F2"])


RISK_HEAD: Sequence[Sequence[Value]] = (
    [None, "    "],
    ["CSP", "System Name", "Impact Level", "POAM Date"],
    ["Text", "Text", "Low", "Date"],
    [],
)
POAM_COLUMNS = (
    "POAM ID", "Controls", "Weakness Name", "Weakness Description", "Weakness Detector Source",
    "Weakness Source Identifier", "Asset Identifier", "Point of Contact", "Resources Required",
    "Overall Remediation Plan", "Original Detection Date", "Scheduled Completion Date",
    "Planned Milestones", "Milestone Changes", "Status Date", "Vendor Dependency",
    "Last Vendor Check-in Date", "Vendor Dependent Product Name", "Original Risk Rating",
    "Adjusted Risk Rating", "Risk Adjustment", "False Positive", "Operational Requirement",
    "Deviation Rationale", "Supporting Documents", "Comments", "Auto-Approve",
    "Binding Operational Directive 22-01 tracking", "Binding Operational Directive 22-01 Due Date",
    "CVE", "Service Name",
)  # fmt: skip
RET_COLUMNS = (
    "POA&M ID", "Controls", "Weakness Name", "Weakness Description", "Weakness Detector Source",
    "Asset Identifier", "Original Detection Date", "Original Risk Rating", "False Positive",
    "Deviation Rationale", "Comments",
)  # fmt: skip
RCDT_COLUMNS = (
    *RET_COLUMNS[:8], "Remediation Description", "Verification Statement/\nTesting Procedure",
)  # fmt: skip

CHANGES = Tab(
    "Record of Changes",
    [[], [None, "Changes"], [None, "Date", "Description", "Version", "Author"],
     [None, date(2025, 8, 31), Rich(("Our ", "first", " form")), 2.0, "We"]],
    merged=["B2:E2"],
)  # fmt: skip


def poam(path: Path, program: str = "excel") -> Path:
    """Write a POA&M: guidance and an example under the header, a due date that is computed."""
    due = 'IF(S{0}="High",K{0}+30,IF(S{0}="Moderate",K{0}+90,IF(S{0}="Low",K{0}+180,"")))'
    rows: list[list[Value]] = [*map(list, RISK_HEAD), [*POAM_COLUMNS]]
    rows.append([f"What stands here:\n{name}" for name in POAM_COLUMNS])
    rows.append(["V-1, V-2, ...", "AC-2, AU-2", *["Text"] * 8, "Date", "Date", *["Text"] * 6])
    for at in range(8, 14):
        shared = Formula(due.format(at), "", "L8:L13" if at == 8 else "", 0)
        rows.append([*[None] * 11, shared])
    others = [*map(list, RISK_HEAD), [*POAM_COLUMNS]]
    tabs = [
        Tab("Open POA&M Items", rows, ["A1:E1"],
            {"C3 S1:S40": "Low,Moderate,High", "U1:W40": "Yes,No,Pending"}, extras=True),
        Tab("Closed POA&M Items", others, ["A1:E1"], {"C3": "Low,Moderate,High"}),
        Tab("Configuration Findings", others, ["A1:E1"], {"C3": "Low,Moderate,High"}),
        CHANGES,
    ]  # fmt: skip
    return write(path, tabs, program)


def ret(path: Path, program: str = "excel") -> Path:
    """Write a Risk Exposure Table; as in the official one, one title ends with a blank."""
    head = [*map(list, RISK_HEAD)]
    tabs = [
        Tab("RET Completion Guide", [[], [None, None, "A guide"], [None, "Column", "Holds"]],
            extras=True),
        Tab("Risk Exposure Table (RET)", [*head, [*RET_COLUMNS]], ["A1:E1"],
            {"C3": "Low,Moderate,High"}),
        Tab("Risks Corrected During Testing ", [*head, [*RCDT_COLUMNS]], ["A1:E1"]),
        CHANGES,
    ]  # fmt: skip
    return write(path, tabs, program)
