"""LibreOffice as a second opinion on the workbooks that fedcheck writes, where it is installed."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

HERE = shutil.which("soffice") is not None

ALWAYS_COMPUTE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item
 oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item></oor:items>"""
"""The setting to compute all formulas when a workbook is opened."""


def second_opinion(test: Callable) -> Callable | None:
    """Keep a test only where LibreOffice is installed.

    A clone without it has no such test, and skips none: each of these has a counterpart that needs
    no other program.
    """
    return test if HERE else None


def converted(path: Path, kind: str, folder: Path) -> Path:
    """Return a workbook as LibreOffice reads it, with all its formulas computed, in a folder."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_COMPUTE)
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless"]
    command += ["--convert-to", kind, "--outdir", str(folder / "made"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=110)
    return folder / "made" / path.with_suffix(f".{kind}").name
