"""Build hook: the shipped report templates go into the wheel as Python modules too."""

import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTemplates(BuildHookInterface):
    """Compiles the templates; an editable install has none, as they change there."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from fedcheck.reports.template_compiler import compile_shipped

        folder = Path(mkdtemp(prefix="fedcheck-templates-"))
        compile_shipped(folder)
        build_data["force_include"][str(folder)] = "fedcheck/reports/compiled"
