"""Read `[package]` of `fedcheck.toml`, for the few commands that need it."""

from pathlib import Path

from fedcheck.domain.package import Package
from fedcheck.errors import Problem
from fedcheck.storage.decoder import decode
from fedcheck.storage.paths import WORKSPACE_FILE
from fedcheck.storage.toml_io import read


def load_package(root: Path) -> tuple[Package, list[Problem]]:
    """Return what the table holds, and as warnings, with lines, what of it cannot be used.

    Without a table all of it is empty. Raises InvalidFileError where the file cannot be read.
    """
    document = read(root / WORKSPACE_FILE, root)
    problems = document.collector()
    found = decode(Package, document.data.get("package", {}), ("package",), problems)
    for one in problems.found:
        one.severity = "warning"
    return found or Package(), problems.problems()
