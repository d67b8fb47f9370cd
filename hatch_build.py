"""Build hook: what is made when a wheel is built, and is in no checkout.

An editable install has none of it: there the program works from the files as they are.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildHook(BuildHookInterface):
    """Adds what is made to the wheel; each thing has a function of its own below."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        self._made = TemporaryDirectory(prefix="fedcheck-build-")
        made = Path(self._made.name)
        build_data["force_include"] |= make_lists(Path(self.root, "checklists"), made)
        build_data["force_include"] |= make_templates(made)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._made.cleanup()


def make_lists(shipped: Path, made: Path) -> dict[str, str]:
    """Parse the shipped checklists; return where the file goes in the wheel."""
    from fedcheck.storage.shipped_cache import FILE_NAME
    from fedcheck.storage.shipped_cache_writer import dump_shipped_cache

    path = made / FILE_NAME
    path.write_bytes(dump_shipped_cache(shipped))
    return {str(path): f"fedcheck/{FILE_NAME}"}


def make_templates(made: Path) -> dict[str, str]:
    """Make the shipped report templates as Python modules; return where they go in the wheel."""
    from fedcheck.reports.template_compiler import compile_shipped

    folder = made / "compiled"
    folder.mkdir()
    for name, module in compile_shipped().items():
        (folder / name).write_text(module, encoding="utf-8")
    return {str(folder): "fedcheck/reports/compiled"}
