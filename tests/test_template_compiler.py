"""Shipped templates as modules: the same report as from their text; faults keep their place."""

import pytest
from small_report import fill, render_here, report, ship, template

from fedcheck.errors import FedcheckError
from fedcheck.reports import sandbox, template_compiler
from fedcheck.reports.template_files import SHIPPED, SUFFIX, list_templates
from fedcheck.storage import paths

STATUS = SHIPPED / f"pmo-status{SUFFIX}"


@pytest.fixture
def filled(tmp_path, monkeypatch):
    ship(tmp_path, monkeypatch)
    return fill(tmp_path / "workspace")


@pytest.fixture
def use_modules(tmp_path, monkeypatch):
    """Return a function after which the compiled templates are there, as in a wheel."""

    def use():
        folder = tmp_path / "compiled"
        folder.mkdir()
        for name, text in template_compiler.compile_shipped().items():
            (folder / name).write_text(text, encoding="utf-8")
        monkeypatch.setattr(template_compiler, "COMPILED", folder)
        monkeypatch.setattr(sandbox, "_COMPILED", {})
        template_compiler._has_modules.cache_clear()

    yield use
    template_compiler._has_modules.cache_clear()


def refuse(*_, **__):
    raise AssertionError("a template was compiled")


def test_every_shipped_template_makes_the_same_report_from_its_module(
    filled, use_modules, monkeypatch
):
    names = [one.name for one in list_templates(filled, paths.find_user_folders())]
    before = {name: report(filled, template=name) for name in names}
    use_modules()
    monkeypatch.setattr(sandbox.Sandbox, "compile", refuse)
    assert before.keys() >= {"pmo-status", "executive", "sar-debrief"}
    for name, text in before.items():
        assert report(filled, template=name) == text, name


def test_a_fault_in_a_module_names_the_line_of_the_template(filled, use_modules, monkeypatch):
    render_here(monkeypatch)
    template(filled, '{% set milestone = "none" %}\n{% include "shipped/_outstanding" %}')

    def fail():
        with pytest.raises(FedcheckError) as raised:
            report(filled, template="mine")
        return str(raised.value)

    said = fail()
    use_modules()
    assert fail() == said
    assert f"_outstanding{SUFFIX}:" in said


def test_only_the_text_of_a_shipped_template_for_this_jinja_has_a_module(use_modules, monkeypatch):
    text = STATUS.read_text(encoding="utf-8")
    assert template_compiler.find_compiled(text, str(STATUS)) is None
    use_modules()
    found = template_compiler.find_compiled(text, str(STATUS))
    assert found is not None
    assert found.co_filename == str(STATUS)
    assert template_compiler.find_compiled(text + " ", str(STATUS)) is None
    monkeypatch.setattr(template_compiler, "_VERSION", "0.0")
    assert template_compiler.find_compiled(text, str(STATUS)) is None


def test_a_copy_of_a_shipped_template_has_no_module(tmp_path, use_modules):
    use_modules()
    text = STATUS.read_text(encoding="utf-8")
    assert template_compiler.find_compiled(text, str(tmp_path / STATUS.name)) is None
