"""Shipped templates as modules: the same report as from their text, and the same place in errors."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from small_report import body, fill, report, ship, template

from fedcheck.domain.evidence import Evidence
from fedcheck.domain.record import Record
from fedcheck.domain.workspace import Project
from fedcheck.errors import FedcheckError
from fedcheck.reports import report_view, sandbox, template_compiler
from fedcheck.reports.redact import WITHHELD, Veil


@pytest.fixture
def filled(tmp_path, monkeypatch):
    return fill(tmp_path / "workspace", ship(tmp_path, monkeypatch))


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """The folder of the compiled templates, with all of them in it."""
    folder = tmp_path / "compiled"
    folder.mkdir()
    template_compiler.compile_shipped(folder)
    monkeypatch.setattr(template_compiler, "COMPILED", folder)
    monkeypatch.setattr(sandbox, "_COMPILED", {})
    template_compiler._has_modules.cache_clear()
    yield folder
    template_compiler._has_modules.cache_clear()


def refuse(*_, **__):
    raise AssertionError("a template was compiled")
