"""Shipped templates as modules: the same report as from their text; faults keep their place."""

import pytest
from small_report import fill, ship

from fedcheck.reports import sandbox, template_compiler


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
