"""The command `fedcheck report`: templates, forms, what is left out, copies to edit."""

import json

import pytest
from forked_children import fork_children
from small_report import fill, ship, template
from test_report_html import NAMES, Page

from fedcheck.cli.main import run
from fedcheck.reports.template_files import SHIPPED


@pytest.fixture
def root(tmp_path, monkeypatch):
    ship(tmp_path, monkeypatch)
    found = fill(tmp_path / "workspace")
    monkeypatch.chdir(found)
    return found


def test_the_list_says_what_each_template_is_for(root, capsys):
    template(root, "{# fedcheck context 1: For the \x1b[31mboard #}x", "board")
    assert run(["report", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == sorted([*NAMES, "board"])
    assert lines[0].split(None, 4)[1:4] == ["workspace", "md,", "html"]
    assert "\x1b" not in lines[0]
    assert any("One page for those who decide" in line for line in lines)
    assert run(["report", "--list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found[0]) == {"name", "origin", "summary", "formats", "path"}
    assert found[0]["formats"] == ["md", "html"]


@pytest.mark.parametrize("name", NAMES)
def test_every_template_is_written_in_both_forms(root, name, capsys):
    assert run(["report", name]) == 0
    assert (root / "reports" / f"2027-01-11-{name}-kick-off.md").is_file()
    assert run(["report", name, "--format", "html", "--milestone", "package", "--json"]) == 0
    out = capsys.readouterr().out
    told = json.loads(out[out.index("{") :])
    path = root / "reports" / f"2027-01-11-{name}-package.html"
    assert told["path"] == str(path)
    assert (told["template"], told["milestone"], told["format"]) == (name, "package", "html")
    Page(path.read_text(encoding="utf-8"))


def test_the_ending_of_the_file_decides_on_the_form(root):
    assert run(["report", "-o", "a.html"]) == 0
    assert (root / "a.html").read_text().startswith("<!DOCTYPE html>")
    assert run(["report", "-o", "a.html", "--role", "csp"]) == 0, "an earlier report is replaced"
    assert run(["report", "-o", "b.html", "--format", "md"]) == 0
    assert (root / "b.html").read_text().startswith("**CUI")
    (root / "c.html").write_text("<p>mine</p>")
    assert run(["report", "-o", "c.html"]) == 2
    assert (root / "c.html").read_text() == "<p>mine</p>"


def test_html_is_sent_and_noted_like_markdown(root, capsys):
    assert run(["report", "executive", "-o", "a.html", "--record", "pmo"]) == 0
    capsys.readouterr()
    assert run(["report", "--sent", "--json"]) == 0
    (sent,) = json.loads(capsys.readouterr().out)
    assert (sent["file"], sent["to"]) == ("a.html", "pmo")


def test_a_role_that_is_none(root, capsys):
    assert run(["report", "briefing", "--role", "3pa", "-o", "-"]) == 2
    assert 'did you mean "3pao"?' in capsys.readouterr().err
    assert run(["report", "briefing", "--role", "3PAO", "-o", "-"]) == 0
    assert "briefing of the 3PAO" in capsys.readouterr().out


def test_a_template_is_copied_to_be_edited(root, capsys):
    assert run(["report", "--init", "weekly"]) == 0
    path = root / "templates" / "weekly.md.j2"
    assert path.read_text() == (SHIPPED / "weekly.md.j2").read_text()
    path.write_text("{# fedcheck context 1: Mine #}\n# Mine\n")
    assert run(["report", "--init", "weekly"]) == 2
    assert "already exists" in capsys.readouterr().err
    assert run(["report", "weekly", "-o", "-", "--trust", "weekly"]) == 0
    assert "# Mine" in capsys.readouterr().out
    assert run(["report", "--init", "evidence", "new/my.md.j2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"schema": "fedcheck/template@1", "name": "evidence", "path": "new/my.md.j2"}
    assert run(["report", "--init", "executive", "new/my.md.j2"]) == 2
    assert run(["report", "--init", "executive", "new/my.md.j2", "--force"]) == 0
    assert (root / "new" / "my.md.j2").read_text() == (SHIPPED / "executive.md.j2").read_text()


def test_a_copy_goes_nowhere_else(root, capsys):
    assert run(["report", "--init", "weekli"]) == 2
    assert 'did you mean "weekly"?' in capsys.readouterr().err
    assert run(["report", "--init", "weekly", "."]) == 2
    (root / "link").symlink_to(root / "nowhere")
    assert run(["report", "--init", "weekly", "link"]) == 2
    template(root, "mine", "weekly")
    assert run(["report", "--init", "weekly", "--force"]) == 2, "it would copy itself"
    assert (root / "templates" / "weekly.md.j2").read_text() == "mine"


@pytest.mark.parametrize("form", ["md", "html"])
@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a\n{{ nothing }}", 2, "'nothing' is undefined"),
        ("a\n\n{% if %}", 3, "Expected an expression"),
        ("\n{{ service.__class__ }}", 2, "unsafe"),
        ("\n{{ bar(1, 'x') }}", 2, "a bar needs two whole numbers"),
        ("{% for a in range(10000000) %}{% endfor %}", 1, "more than 1,000,000 numbers"),
    ],
)
def test_an_error_in_a_template_names_file_and_line(
    root, capsys, monkeypatch, text, line, said, form
):
    fork_children(monkeypatch)
    template(root, text)
    assert run(["report", "--trust", "mine", "-o", "-", "--format", form]) == 3
    err = capsys.readouterr().err
    assert f"templates/mine.md.j2:{line}: " in err
    assert said in err


def test_a_template_can_ask_for_the_changes_of_some_days(root, capsys):
    template(root, "{# fedcheck context 1: x\n   Compared with 3d before. #}{{ changes.since }}")
    assert run(["report", "--trust", "mine", "-o", "-"]) == 0
    assert "2027-01-08" in capsys.readouterr().out
    assert run(["report", "mine", "-o", "-", "--since", "2027-01-02"]) == 0
    assert "2027-01-02" in capsys.readouterr().out
