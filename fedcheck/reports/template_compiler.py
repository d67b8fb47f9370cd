"""Shipped templates as Python modules: made when a wheel is built, so that no report compiles them.

They are modules of the package like any other. A module is found by a hash over the text of its
template and the version of Jinja: where either differs, and in a checkout, the text is compiled.
"""

import hashlib
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

import jinja2

from fedcheck.reports.sandbox import Sandbox
from fedcheck.reports.template_files import SHIPPED, SUFFIX

COMPILED = Path(__file__).with_name("compiled")
"""Where the modules are; a checkout has none."""

_VERSION = str(getattr(jinja2, "__version__", ""))


def compile_shipped(folder: Path) -> None:
    """Write every shipped template as a module into an existing folder."""
    sandbox = Sandbox()
    for path in sorted(SHIPPED.glob(f"*{SUFFIX}")):
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
        name = f"shipped/{path.name.removesuffix(SUFFIX)}"
        module = sandbox.compile(text, name, raw=True)
        (folder / _module_name(text)).write_text(module + "\n", encoding="utf-8")


def find_compiled(text: str, filename: str) -> CodeType | None:
    """Return the code of a template by its text, with the name of its file; None where unknown."""
    if not _has_modules():
        return None
    path = COMPILED / _module_name(text)
    if not path.is_file():
        return None
    code = SourceFileLoader(path.stem, str(path)).get_code(path.stem)
    return code.replace(co_filename=filename) if code else None


@cache
def _has_modules() -> bool:
    return bool(_VERSION) and COMPILED.is_dir()


def _module_name(text: str) -> str:
    return "t" + hashlib.sha256(f"{_VERSION}\n{text}".encode()).hexdigest()[:32] + ".py"
