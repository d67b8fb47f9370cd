"""Shipped templates as Python modules: made when a wheel is built, so that no report compiles them.

A module is found by a hash over the text of its template and the version of Jinja: where either
differs, and in a checkout, the text is compiled. Templates of a workspace or of a person never have
one.
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


def compile_shipped() -> dict[str, str]:
    """Return the text of a module for every shipped template, by the name of its file."""
    sandbox = Sandbox()
    modules = {}
    for path in sorted(SHIPPED.glob(f"*{SUFFIX}")):
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
        name = f"shipped/{path.name.removesuffix(SUFFIX)}"
        modules[_module_name(text)] = sandbox.compile(text, name, raw=True) + "\n"
    return modules


def find_compiled(text: str, path: str) -> CodeType | None:
    """Return the code of a shipped template, with the name of its file; None where there is none.

    Args:
        text: the template as it was read.
        path: the file that it was read from.
    """
    if Path(path).parent != SHIPPED or not _has_modules():
        return None
    module = COMPILED / _module_name(text)
    if not module.is_file():
        return None
    code = SourceFileLoader(module.stem, str(module)).get_code(module.stem)
    return code.replace(co_filename=path) if code else None


@cache
def _has_modules() -> bool:
    return bool(_VERSION) and COMPILED.is_dir()


def _module_name(text: str) -> str:
    return "t" + hashlib.sha256(f"{_VERSION}\n{text}".encode()).hexdigest()[:32] + ".py"
