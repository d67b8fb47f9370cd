"""A work breakdown structure and a package checklist like the official ones, much smaller."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import openpyxl
from official_shapes import official
from openpyxl.worksheet.datavalidation import DataValidation

WBS_NAME = "workbooks/FedRAMP-Agency-Authorization-WBS-Template.xlsx"
CHECKLIST_NAME = "workbooks/FedRAMP-Initial-Authorization-Package-Checklist.xlsx"

OTHERS, LI_SAAS = "Plan for Low to High", "Plan for Li-SaaS"

TASKS: Mapping[str, Sequence[tuple[str | float, str, str, str]]] = {
    OTHERS: [
        (1.0, "Build", "", ""),
        (1.1, "  Mend gaps", "CSP", ""),
        ("1.1.1", "    <Gap 1>", "CSP", "more lines if needed"),
        (2.0, "Partnership", "", ""),
        (2.1, "Agency sends the request", "Agency", ""),
        (3.0, "SSP", "", "End date of the SSP"),
        (3.1, "  Write the SSP", "CSP", ""),
        (3.2, "  Review it", "Agency", ""),
        (3.4, "  Hold the Kickoff", "CSP, Agency, PMO, 3PAO (optional)", "*Invite all."),
        (3.5, "Listed as In-Process", "", ""),
        (3.9, "  Approve it", "Agency", ""),
        (4.2, "  Review the plan", "Agency", ""),
        (4.4, "  Validate it", "Agency", ""),
        (5.1, "  Security Assessment", "3PAO", ""),
        (5.3, "  Finalize the SAR", "3PAO", ""),
        (5.4, "  Develop the POA&M", "CSP", ""),
        (5.6, "  SAR Debrief", "CSP, 3PAO", ""),
        (7.0, "For awareness", "", ""),
        (7.1, "  Release a report", "PMO", ""),
    ],
    LI_SAAS: [
        (2.1, "Agency sends the request", "Agency", ""),
        (3.1, "Engage a 3PAO", "CSP", ""),
        (3.3, "Uploaded", "CSP", ""),
        (4.3, "Agency approves", "Agency", ""),
        (4.4, "All can begin", "3PAO", ""),
        (5.1, "Vendor presents", "CSP", ""),
        (6.1, "Assessment", "3PAO", ""),
    ],
}
"""The tasks of each tab: number, text, responsibility, notes."""

SINGLE = 5.6
"""The task whose two dates are one cell."""


def wbs(
    path: Path,
    filled: Mapping[str, Mapping[str, object]] | None = None,
    more: Sequence[Sequence[object]] = (),
    tabs: Sequence[str] = (OTHERS, LI_SAAS),
) -> Path:
    """Write a work breakdown structure.

    Args:
        path: where to write it.
        filled: by number of a task of the first tab the cells `start`, `end`, `parties`, `notes`.
        more: more rows of the first tab.
        tabs: the tabs that it has.
    """
    book = openpyxl.Workbook()
    info = book.active
    info.title = "Information"
    for row in (
        ["Contact List"], [],
        ["Cloud Service Provider: ", None, None, "CSP Contacts", "Title", "Email", "Phone"],
        ["Cloud Service Offering:", None, None, "Name of POC 1", "Sales Contact"],
        ["FedRAMP Baseline:", None, None, "Name of POC 2"], [],
        ["Authorizing Agency: ", None, None, "Agency Contacts", "Title", "Email", "Phone"],
        ["Authorizing Agency Signature: ", None, None, "Name of POC 1", "Authorizing Official"],
    ):  # fmt: skip
        info.append(row)
    choice = DataValidation("list", formula1='"Li-SaaS,Low,Moderate,High"')
    choice.add("B5")
    info.add_data_validation(choice)
    for place, title in enumerate(tabs):
        sheet = book.create_sheet(title)
        sheet.append(["Task #", "Task", "Responsibility", "Start Date", "End Date", "Notes / Q"])
        sheet["F1"] = "Notes / Questions"
        for number, text, parties, notes in TASKS[title]:
            cells = (filled or {}).get(str(number), {}) if place == 0 else {}
            sheet.append([
                number, text, cells.get("parties", parties) or None, cells.get("start"),
                cells.get("end"), cells.get("notes", notes) or None,
            ])  # fmt: skip
            if number == SINGLE:
                sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row,
                                  start_column=4, end_column=5)  # fmt: skip
        for row in more if place == 0 else ():
            sheet.append(list(row))
    book.save(path)
    return path


DOCUMENTS = (
    ("Initial Authorization Package Checklist", None),
    ("System Security Plan (SSP) (CSP)\nin Word", None),
    ("SSP Appendix B - Acronyms", "N/A"),
    ("SSP Appendix C - Policies", None),
    ("SSP Appendix D - User Guide", None),
    ("Security Assessment Report (SAR) (3PAO)\nin Word", None),
    ("SAR APPENDIX A - Risk Exposure Table", None),
    ("Something else", "Y"),
)


def checklist(path: Path) -> Path:
    """Write a package checklist with the header in two merged rows, as the official one has it."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Package Checklist"
    for text in ("Checklist", "CSP:  Enter Name", "CSO: Enter Name", "Package ID: Enter ID",
                 "Submission Date: MM/DD/YY"):  # fmt: skip
        sheet.append([text])
    sheet.append(["Type:", "Template?", "File Uploaded to MAX (Y/N)?", "Document Filename",
                  "Document Date", "Document Version #"])  # fmt: skip
    sheet.append(["Full Package Requirements"])
    for column in "BCDEF":
        sheet.merge_cells(f"{column}6:{column}7")
    for title, answer in DOCUMENTS:
        sheet.append([title, None, answer, *([answer] * 3 if answer == "N/A" else [])])
    book.save(path)
    return path


def find_official(name: str) -> Path | None:
    """Return an official workbook where it is beside the checkout."""
    return next(iter(official(name)), None)


DAY = date(2027, 2, 1)
