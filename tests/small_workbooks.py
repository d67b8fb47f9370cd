"""Small workbooks for tests: a test case workbook made by us, and parts changed by hand."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.datavalidation import DataValidation

from fedcheck.spreadsheets.xlsx_reader import Sheet
from fedcheck.spreadsheets.xlsx_writer import write_xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"

HEADINGS = (
    "Control Name", "Control ID", "Assessment Procedure", "Assessment Objective",
    "Assessment Parameter", "Additional FedRAMP Requirements / Guidance", "Test Method",
    "Observations / Test Results", "Evidence", "Assessment Result", "Identified Risk",
    "Likelihood Level", "Impact Level", "Risk Exposure Level", "Recommendation for Mitigation",
    "SSP Implementation Differential?",
)  # fmt: skip
"""The columns of the official workbook, A to P."""

STEPS = (
    ("AC-1", "AC-01a.[01]", "Determine if a policy is written.", "Examine"),
    ("AC-1", "AC-01a.[02]", "Determine if the policy is handed out.", "Examine, Interview"),
    ("AC-2 (1)", "AC-02(01)", "Determine if accounts are managed.", "Interview, Test"),
    ("AU-2", "AU-02a.", "Determine if events are logged.", "Test"),
)
"""Control, procedure, objective, methods."""


def srtm(
    path: Path,
    filled: Mapping[str, Mapping[str, Any]] | None = None,
    steps: Sequence[tuple[str, str, str, str]] = STEPS,
) -> Path:
    """Write a workbook like the official one, with formulas; cells by procedure and column."""
    book = openpyxl.Workbook()
    system = book.active
    system.title = "System"
    system.append(["System Name"])
    system.append(["Categorization Level", "Moderate"])
    system.append(
        ["Total Controls", "=COUNTA('Control Summary'!B2:B99)", None, "Finding/Risk Level"]
    )
    for word, level in (("Satisfied", "High"), ("Other than Satisfied", "Moderate")):
        row = system.max_row + 1
        counted = f"=COUNTIFS('Control Summary'!D:D, A{row})"
        system.append([word, counted, None, level, f"=COUNTIFS('Control Summary'!E:E, D{row})"])
    summary = book.create_sheet("Control Summary")
    summary.append(
        ["Control Family", "Control ID", "Control Name", "Assessment Result",
         "Risk Exposure Level", "SSP Differential Count"]
    )  # fmt: skip
    for control in dict.fromkeys(step[0] for step in steps):
        tab = control[:2]
        summary.append(
            [tab, control, "Name", f"=IF({tab}!J2=1,1,2)", "=1+1",
             f'=COUNTIFS({tab}!B:B, "{control}", {tab}!P:P, "*")']
        )  # fmt: skip
    for control, code, objective, methods in steps:
        tab = control[:2]
        if tab not in book.sheetnames:
            sheet = book.create_sheet(tab)
            sheet.append(HEADINGS)
            choice = DataValidation("list", formula1='"Satisfied,Other than Satisfied"')
            choice.add("J2:J90")
            sheet.add_data_validation(choice)
        sheet = book[tab]
        row = sheet.max_row + 1
        said = (filled or {}).get(code, {})
        cells = ["Name", control, code, objective, None, None, methods]
        cells += [said.get(name) for name in HEADINGS[7:]]
        cells[13] = f'=IF(OR(L{row}="",M{row}=""),"","High")'
        sheet.append(cells)
    book.save(path)
    return path


def table(path: Path, rows: Sequence[Sequence[Any]], title: str = "AC") -> Path:
    """Write a workbook of one sheet."""
    path.write_bytes(write_xlsx([Sheet(title, tuple(tuple(row) for row in rows))]))
    return path


def with_parts(path: Path, **parts: bytes | None) -> Path:
    """Write a small workbook with some of its parts replaced, taken away or added."""
    whole = write_xlsx([Sheet("A", (("name", "n"), ("x", 1)))])
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(made, "w", 8) as new:
        for name in dict.fromkeys((*old.namelist(), *parts)):
            data = parts[name] if name in parts else old.read(name)
            if data is not None:
                new.writestr(name, data)
    path.write_bytes(made.getvalue())
    return path


def sheet_xml(body: str, head: str = "") -> bytes:
    """Return a sheet with rows given as XML."""
    return f'<worksheet xmlns="{MAIN}">{head}<sheetData>{body}</sheetData></worksheet>'.encode()


def part(data: bytes, name: str) -> bytes:
    """Return a part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)
