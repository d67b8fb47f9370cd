"""Templates of reports: which one counts, what it sees, that it stays inside and ends."""

import re
from datetime import date
from pathlib import Path

import pytest
from conftest import NOW, TODAY
from forked_children import fork_children
from small_report import body, fill, render_here, rendered, report, ship, template

from fedcheck.errors import FedcheckError
from fedcheck.reports import (
    ask_views,
    change_views,
    child,
    context,
    duty_views,
    evidence_views,
    fingerprint,
    gate_views,
    item_views,
    page_views,
    report_view,
    sandbox,
)
from fedcheck.reports import views as view
from fedcheck.reports.fingerprint import Fingerprint
from fedcheck.reports.template_files import SHIPPED, list_templates
from fedcheck.reports.view import LazyView
from fedcheck.session import open_session
from fedcheck.storage import history, paths

ROOT = Path(__file__).parents[1]


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    return ship(tmp_path, monkeypatch)


@pytest.fixture
def filled(tmp_path, shipped):
    return fill(tmp_path / "workspace")


def test_the_nearest_template_of_a_name_counts(filled):
    folders = paths.find_user_folders()
    folders.templates.mkdir(parents=True)
    (folders.templates / "pmo-status.md.j2").write_text("the user's\n")
    (folders.templates / "weekly.md.j2").write_text("weekly\n")
    (folders.templates / "UPPER.md.j2").write_text("no name\n")
    found = {t.name: t.origin for t in list_templates(filled, folders)}
    assert {name for name, origin in found.items() if origin == "user"} == {"pmo-status", "weekly"}
    assert "UPPER" not in found
    assert body(report(filled)) == "the user's"
    template(filled, "the workspace's\n", "pmo-status")
    assert body(report(filled)) == "the workspace's"
    assert "template pmo-status workspace\n" in report(filled)
    assert body(report(filled, template="weekly")) == "weekly"


def test_a_template_changes_one_block_of_a_shipped_one(filled):
    before = body(report(filled))
    template(
        filled,
        '{% extends "shipped/pmo-status" %}'
        "{% block about %}By {{ service.provider }}.{% endblock %}",
        "pmo-status",
    )
    after = body(report(filled))
    assert after.endswith("By Meridian Systems, Inc..")
    assert after.rpartition("\n\n")[0] == before.rpartition("\n\n")[0]


def test_templates_include_and_import_each_other(filled):
    template(filled, "{% macro bold(t) %}**{{ t }}**{% endmacro %}", "macros")
    template(filled, "included {{ as_of }}", "part")
    text = "{% import 'macros.md.j2' as m %}{{ m.bold(service.name) }} {% include 'part' %}"
    assert rendered(filled, text) == "**Meridian Ledger** included 2027-01-11"


def test_marking_and_fingerprint_stand_whatever_a_template_does(filled):
    template(filled, "nothing")
    text = report(filled, template="mine", milestone="package")
    assert text.startswith(
        "**CUI // SP-PROPIN**\n\nnothing\n\n**CUI // SP-PROPIN**\n\n<!-- fedcheck"
    )
    found = fingerprint.find(text)
    (path,) = history.list_history_files(filled)
    assert found == Fingerprint(
        TODAY, "mine workspace", "package", {path.name: (history.read_newest_hash(path),)}
    )


def test_every_name_of_the_context_can_be_used(filled):
    text = rendered(
        filled,
        "{{ format }} {{ as_of.year }} {{ (milestone.date - as_of).days }} {{ idle | join(',') }}\n"
        "{% for role, found in items | groupby('role') %}{{ role }}={{ found | count }} "
        "{% endfor %}.\n"
        "{{ phases | sum(attribute='total.done') }} {{ items | map(attribute='ref') | first }}\n"
        "{% for item in items if item.owner_id == 'bob' and item.evidence %}{{ item.id }} "
        "{{ loop.index }}{% if not loop.last %}, {% endif %}{% endfor %}.\n"
        "{{ items[0].ref | code }} {{ link('a|b', 'https://x.example/|') }}\n"
        "{% set n = namespace(c=0) %}{% for i in range(3) %}{% set n.c = n.c + i %}{% endfor %}"
        "{{ n.c }}{{ none }}",
    )
    assert text.splitlines() == [
        "1 2027 21 ",
        "3pao=4 csp=7 pmo=1 .",
        "5 r.csp:diagram",
        "upload 1, scan 2.",
        "`r.csp:diagram` [a\\|b](https://x.example/%7C)",
        "3",
    ]


def views():
    modules = (
        view,
        ask_views,
        change_views,
        duty_views,
        evidence_views,
        gate_views,
        item_views,
        page_views,
        report_view,
    )
    found = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    ours = {module.__name__ for module in modules}
    return [one for one in found if one.__module__ in ours and one.__name__.endswith("View")]


def field_names(one):
    return set(one.FIELDS if issubclass(one, LazyView) else one.__struct_fields__)


def documented(text):
    """Return the names that each table of the documentation lists, table by table."""
    found = []
    for table in text.split("| name | meaning |\n| --- | --- |\n")[1:]:
        rows = table.partition("\n\n")[0].splitlines()
        found.append({name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])})
    return found


def test_the_documentation_names_everything_that_a_template_sees_and_nothing_else():
    text = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    known = {one.__name__: field_names(one) for one in views()}
    tables = documented(text)
    for name, names in known.items():
        assert names in tables, (name, sorted(names))
    for names in tables:
        assert names in known.values(), sorted(names)
    assert len(tables) == len(known)
    assert f"version {view.FORMAT} of the context" in text


def test_the_documentation_names_limits_filters_functions_and_blocks():
    text = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    known = set(re.findall(r"`(\w+)`", text))
    assert f"{child.MAX_SECONDS:g} seconds" in text
    assert f"{child.MAX_BYTES:,} bytes" in text
    assert f"{child.MAX_MEMORY // 1024 // 1024} MiB" in text
    assert f"{sandbox.MAX_RANGE:,} numbers" in text
    room = sandbox.Sandbox()
    assert set(room.filters) <= known | {"e", "escape", "d"}
    assert set(room.globals) <= known
    for path in sorted(SHIPPED.glob("[a-z]*.md.j2")):
        name = path.name.removesuffix(".md.j2")
        blocks = re.findall(r"{% block (\w+)", path.read_text(encoding="utf-8"))
        if blocks:
            listed = ", ".join(f"`{block}`" for block in blocks)
            assert f"| `{name}` | {listed} |" in text


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a\nb {{ servce.name }}", 2, "'servce' is undefined"),
        ("a\n\n{{ service.nme }}", 3, "has no attribute 'nme'"),
        ("a\n{% if %}", 2, "Expected an expression"),
        ("a\n{% for x in items %}", 2, "Unexpected end of template"),
        ("{{ service }}", 1, "a service cannot be printed; name one of its fields"),
        ("\n{{ 1 / 0 }}", 2, "division by zero"),
        ("\n{{ as_of - 'x' }}", 2, "unsupported operand"),
        ("\n{% include 'nothing' %}", 2, 'no template "nothing"'),
        ("\n{% include '../../etc/passwd' %}", 2, "no template"),
        ("\n{{ x | safe }}", 2, "No filter named 'safe'"),
        ("\n{% include 'mine' %}", 2, "calls itself without end"),
        ("\n{{ items | sort(attribute='evidence') }}", 2, "not supported between"),
    ],
)
def test_an_error_names_file_and_line(filled, text, line, said, monkeypatch):
    if line > 1:  # the others in a process of their own, as in real use
        render_here(monkeypatch)
    with pytest.raises(FedcheckError, match=re.escape(said)) as caught:
        rendered(filled, text)
    path = filled / "templates" / "mine.md.j2"
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert caught.value.kind == "unreadable"


def test_an_error_in_an_included_template_names_that_one(filled):
    template(filled, "\n\n{{ nothing }}", "part")
    with pytest.raises(FedcheckError, match=re.escape("part.md.j2:3: 'nothing' is undefined")):
        rendered(filled, "{% include 'part' %}")


def test_unknown_names(filled):
    with pytest.raises(FedcheckError) as caught:
        report(filled, template="pmo-statis")
    assert caught.value.kind == "usage"
    assert caught.value.hint == 'did you mean "pmo-status"?'
    for name in ("../../etc/passwd", "", "a/b", "\x1b[31m"):
        with pytest.raises(FedcheckError, match="no report template"):
            report(filled, template=name)
    with pytest.raises(FedcheckError, match="unknown milestone"):
        report(filled, milestone="kickoff")


def test_a_template_for_a_newer_context_is_refused_in_words(filled):
    assert rendered(filled, "{# fedcheck context 1 #}ok") == "ok"
    with pytest.raises(FedcheckError, match=r"mine\.md\.j2:1: .* version 2") as caught:
        rendered(filled, "{#- fedcheck context 2 -#}ok")
    assert caught.value.kind == "unreadable"


def test_a_template_of_the_workspace_is_no_way_to_other_files(filled, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the key")
    (filled / "templates").mkdir()
    (filled / "templates" / "mine.md.j2").symlink_to(secret)
    with pytest.raises(FedcheckError, match="is outside the workspace"):
        report(filled, template="mine")
    with pytest.raises(FedcheckError, match="is outside the workspace"):
        template(filled, "{% include 'mine' %}", "other")
        report(filled, template="other")


def test_a_template_that_cannot_be_read(filled):
    template(filled, "x")
    path = filled / "templates" / "mine.md.j2"
    path.write_bytes(b"a\n\xff")
    with pytest.raises(FedcheckError, match=r"mine\.md\.j2:2: is not UTF-8"):
        report(filled, template="mine")
    path.write_text("x" * (300 * 1024))
    with pytest.raises(FedcheckError, match="larger than 256 KiB"):
        report(filled, template="mine")
    path.unlink()
    path.mkdir()
    with pytest.raises(FedcheckError, match=r"mine\.md\.j2: a folder, not a file"):
        report(filled, template="mine")


ESCAPES = [
    "{{ ''.__class__.__mro__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ service.__class__ }}",
    "{{ service['__class__'] }}",
    "{{ (service | attr('__class__')) }}",
    "{{ self.__init__.__globals__ }}",
    "{{ range.__globals__ }}",
    "{{ namespace.__init__ }}",
    "{{ items.__len__ }}",
    "{{ [service] | map(attribute='__class__') | first }}",
    "{{ '{0.__class__}'.format(service) }}",
    "{{ '%s' % service }}",
    "{{ lipsum.__globals__ }}",
    "{{ cycler }}",
    "{{ as_of.today() }}",
    "{{ as_of.strftime('%s') }}",
    "{% macro m() %}{% endmacro %}{{ m.__call__ }}",
    "{{ loop }}",
    "{% do items.append(1) %}",
    "{% set service.name = 'x' %}",
]


@pytest.mark.parametrize("text", ESCAPES)
def test_the_sandbox_holds(filled, text, monkeypatch):
    if text != ESCAPES[0]:
        render_here(monkeypatch)
    with pytest.raises(FedcheckError) as caught:
        rendered(filled, text)
    assert caught.value.kind == "unreadable"
    assert "<class" not in str(caught.value)


RUNAWAYS = [
    "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    "{% for a in range(10**9) %}{% endfor %}",
    "{% for a in range(999999999999) %}{% endfor %}",
    "{% set l = range(1000) | list %}{% for a in l %}{% for b in l %}{% for c in l %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    "{% set l = range(90000) | list %}{% for a in l %}{% for b in l if false %}"
    "{% endfor %}{% endfor %}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "{% block a %}{{ self.a() }}{{ self.a() }}{% endblock %}",
    "{% include 'mine' %}{% include 'mine' %}",
    "{% for a in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
    "{{ 'a' * 10**12 }}",
    "{{ 'a' * 999999999999 }}",
    "{{ [1] * 999999999999 }}",
    "{{ 9 ** 9 ** 9 ** 9 }}",
    "{{ 999999999 * 999999999 }}",
    "{{ '%99999999999d' % 1 }}",
    "{{ 'a'.center(999999999999) }}",
    "{{ 'a' | center(999999999999) }}",
    "{{ 'a'.ljust(999999999999) }}",
    "{{ (5).to_bytes(999999999999) }}",
    "{{ 'a' | indent(999999999999) }}",
    "{{ [] | batch(999999999999, 'x') | list }}",
    "{{ 1.5 | round(999999999, 'ceil') }}",
    "{{ lipsum(999999999) }}",
    "{% set n = namespace(t='aaaa') %}{% for i in range(60) %}"
    "{% set n.t = n.t ~ n.t %}{% endfor %}",
    "{% set n = namespace(t='aaaa') %}{% for i in range(60) %}"
    "{% set n.t = n.t + n.t %}{% endfor %}",
    "{% set n = namespace(t='aaaa') %}{% for i in range(60) %}"
    "{% set n.t %}{{ n.t }}{{ n.t }}{% endset %}{% endfor %}",
    "{% set n = namespace(t='aaaa') %}{% for i in range(60) %}"
    "{% set n.t = [n.t, n.t] | join %}{% endfor %}",
    "{% set n = namespace(t='aaaa') %}{% for i in range(60) %}"
    "{% set n.t = n.t | replace('a', 'aaaa') %}{% endfor %}",
    "{% set n = namespace(t=[1, 2]) %}{% for i in range(60) %}"
    "{% set n.t = n.t + n.t %}{% endfor %}",
    "{% for a in range(20000) %}012345678901234567890123456789012345678901234567890123456789"
    "{% endfor %}",
    "{{ [[1, 2]] | sum(start=[]) }}",
    "{{ '99999999999999999999' | int }}",
    "{% set environment = 1 %}{% for a in range(900000) %}{% for b in items %}{% for c in items %}"
    "{% endfor %}{% endfor %}{% endfor %}",
    *(
        "{% set n = namespace(t='ab', l=[]) %}{% for i in range(14) %}{% set n.t = n.t ~ n.t %}"
        "{% endfor %}{% for i in range(40000) %}{% set n.l = [n.l, " + grown + "] %}{% endfor %}"
        for grown in ("n.t | list", "n.t | upper", "n.t.split('a')", "n.t.upper()", "n.t[1:]")
    ),
    "{% set n = namespace(t='ab') %}{% for i in range(99) %}{% set n.t = n.t ~ n.t %}{% endfor %}",
]


@pytest.mark.parametrize("text", RUNAWAYS, ids=range(len(RUNAWAYS)))
def test_a_template_that_runs_away_is_stopped(filled, text, monkeypatch):
    fork_children(monkeypatch)
    monkeypatch.setattr(child, "MAX_SECONDS", 0.5)
    monkeypatch.setattr(child, "MAX_BYTES", 1_000_000)
    monkeypatch.setattr(child, "MAX_MEMORY", 64 * 1024 * 1024)
    with pytest.raises(FedcheckError) as caught:
        rendered(filled, text)
    assert caught.value.kind == "unreadable"


def test_the_real_limits_are_reached_soon(filled):
    with pytest.raises(FedcheckError, match="writes more than 16,000,000 bytes"):
        rendered(filled, "{% for a in range(1000000) %}0123456789abcdefghij{% endfor %}")
    with pytest.raises(FedcheckError, match="more memory than allowed") as caught:
        rendered(filled, RUNAWAYS[-1])
    assert caught.value.hint.startswith("the limit is 512 MiB")


def test_a_slow_template_is_stopped(filled, monkeypatch):
    monkeypatch.setattr(child, "MAX_SECONDS", 1.0)
    with pytest.raises(FedcheckError, match="runs for more than 1 seconds") as caught:
        rendered(filled, RUNAWAYS[3])
    assert caught.value.kind == "unreadable"


def test_the_history_is_read_when_the_day_of_a_status_is_asked_for_and_not_before(
    filled, monkeypatch
):
    session = open_session(filled, paths.find_user_folders(), (), "alice", lambda: NOW)
    board = session.board(TODAY).shared()
    data = context.gather_context(board, filled, "kick-off", "", frozenset(), None)
    reads = []
    search = context.HistorySearch
    monkeypatch.setattr(
        context, "HistorySearch", lambda root, homes: reads.append(root) or search(root, homes)
    )
    assert data.totals.items
    assert not reads
    items = {item.ref: item for item in data.items}
    assert items["f.csp:permits"].since == date(2026, 12, 30)
    assert items["r.csp:sponsor"].since == date(2026, 12, 2)
    assert reads == [filled]
