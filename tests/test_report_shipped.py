"""Every report that comes with fedcheck: what it tells, how it is built, that it stays the same."""

import hashlib
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import TODAY
from small_report import HEAD, PROCESS, check_tables, fill, markdown_it, report, section, ship
from test_report_html import NAMES

from fedcheck.reports.template_files import list_templates
from fedcheck.storage import paths

GOLDEN = Path(__file__).with_name("golden")
ROOT = Path(__file__).parents[1]
FORMS = ("md", "html")


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    return ship(tmp_path, monkeypatch)


@pytest.fixture
def filled(tmp_path, shipped):
    return fill(tmp_path / "workspace")


def test_all_templates_are_there_and_say_what_they_are_for(filled):
    found = list_templates(filled, paths.find_user_folders())
    assert [one.name for one in found] == [
        "briefing", "evidence", "executive", "kick-off-briefing", "pmo-status", "requests",
        "responsibilities", "sar-debrief", "test-status", "weekly",
    ]  # fmt: skip
    for one in found:
        assert 20 < len(one.summary) < 45, one.name


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_the_one_that_was_read_and_found_good(filled, name, form):
    text = report(filled, template=name, form=form)
    text = re.sub(r"(?s)<style>.*</style>", "<style></style>", text)
    path = GOLDEN / f"{name}.{form}"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "run with UPDATE_GOLDEN=1, and read the result"


def empty(tmp_path, shipped):
    head = 'format = 1\nname = "New"\nprocess = "jab"\nrole = "csp"\n'
    return fill(tmp_path / "w", head, {}, "format = 1\n", "format = 1\n")


def without_milestones(tmp_path, shipped):
    keep = PROCESS.partition("[[milestone]]")[0].replace("historical", "current")
    (shipped / "process.toml").write_text(keep)
    for path in shipped.glob("*.*.toml"):
        path.unlink()
    return empty(tmp_path, shipped)


def broken(tmp_path, shipped):
    root = fill(tmp_path / "w", HEAD)
    for name in ("f.csp", "f.3pao"):
        (root / "progress" / f"{name}.toml").write_text("format = 1\nitem = 3\n")
    return root


def whole(tmp_path, shipped):
    return fill(tmp_path / "w")


@pytest.mark.parametrize("make", [whole, empty, without_milestones, broken])
@pytest.mark.parametrize("name", NAMES)
def test_the_markdown_is_well_built(tmp_path, shipped, name, make):
    text = report(make(tmp_path, shipped), template=name)
    check_tables(text)
    found = markdown_it().parse(text)
    levels = [int(token.tag[1]) for token in found if token.type == "heading_open"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for before, after in pairwise(t.type for t in found if t.type != "inline"):
        if before == "heading_close":
            assert after != "html_block", "the last section is empty"
    types = [token.type for token in found]
    assert types.count("tbody_open") == types.count("table_open"), "a table without rows"
    headings = [at for at, token in enumerate(found) if token.type == "heading_open"]
    for one, following in pairwise(headings):
        deeper = found[following].tag > found[one].tag
        assert following - one > 3 or deeper, f"an empty section: {found[one + 1].content}"
    texts = [c for token in found for c in token.children or ()]
    assert not [t for t in texts if t.type == "html_inline"]
    for token in texts:
        if token.type == "link_open":
            assert token.attrs["href"].startswith(("https://", "#"))
        if token.type == "text":
            assert "None" not in token.content
    assert not re.search(r"\n{3}|[ \t]\n", text.partition("<!-- fedcheck")[0])
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert not [line for line in lines if re.search(r"\|\s*\|", line)], "an empty cell"


def test_a_report_of_a_broken_workspace_says_that_it_is_not_complete(tmp_path, shipped):
    root = broken(tmp_path, shipped)
    for name in NAMES:
        assert "**This report is incomplete because" in report(root, template=name)


SCRIPT = """
import sys
from pathlib import Path
from datetime import UTC, date, datetime
from fedcheck.reports import render
from fedcheck.reports.past_state import load_past_state
from fedcheck.reports.template_files import find_comparison_date
from fedcheck.session import open_session
from fedcheck.storage import paths
root = Path(sys.argv[1])
noon = datetime(2027, 1, 11, 15, tzinfo=UTC)
session = open_session(root, paths.find_user_folders(), (), "x", lambda: noon)
board = session.board(date(2027, 1, 11))
past = {}
for one in render.list_templates(root, paths.find_user_folders()):
    since = find_comparison_date(root, paths.find_user_folders(), one.name, date(2027, 1, 11))
    if since and since not in past:
        past[since] = load_past_state(session, since, root)
    about = {"template": one.name, "earlier": past.get(since), "redact": frozenset(["notes"])}
    for form in render.FORMATS:
        made = render.render_report(
            board, root=root, folders=paths.find_user_folders(), form=form, **about
        )
        sys.stdout.buffer.write(made.encode())
"""


def test_neither_hash_seed_nor_locale_nor_folder_shows(tmp_path, copy_example):
    root = copy_example(tmp_path / "demo", TODAY)
    made = []
    for seed, locale, zone, place in (
        ("1", "C.UTF-8", "UTC", tmp_path),
        ("2", "C", "Asia/Tokyo", Path("/")),
    ):
        told = {"PYTHONHASHSEED": seed, "LC_ALL": locale, "LANG": locale, "TZ": zone}
        environment = {**os.environ, **told, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", SCRIPT, str(root)]
        done = subprocess.run(command, env=environment, capture_output=True, cwd=place, check=True)
        made.append(done.stdout)
    assert made[0] == made[1]
    assert made[0].count(b"<!-- fedcheck report 1\n") == 2 * len(NAMES)


# What each of them tells


def test_a_briefing_brings_the_lists_of_a_role(filled):
    text = report(filled, template="briefing")
    assert "# Meridian Ledger: briefing of the CSP" in text
    assert 'The CSP has 1 of 4 points ready for "JAB kick-off".' in text
    points = section(text, "Points and their evidence")
    assert "| SSP signed | ✓ done | MER-204 | Alice Ngata (CSP) |" in points
    assert "blocked: The landlord has not signed yet" in points
    assert "Screenshot of the session lock" in section(text, "Still open: CSP")
    assert "Database scan" in section(text, "Still open: other parties")


def test_a_briefing_of_another_role(filled):
    text = report(filled, template="briefing", role="3PAO", milestone="ready-conversation")
    assert "# Meridian Ledger: briefing of the 3PAO" in text
    assert 'The 3PAO has 2 of 2 points ready for "FedRAMP Ready conversation".' in text
    assert "[Uploaded RAR](https://repo.example/rar?v=2%7Cfinal), 2026-11-21" in text
    assert "The 3PAO owes nothing more before this milestone." in text


def test_one_page_has_few_rows_however_much_there_is(tmp_path, shipped):
    rows = "".join(
        f'[item."x{n}"]\nstatus = "blocked"\nreason = "{"long " * 60}"\n' for n in range(30)
    )
    items = "".join(f'[[section.item]]\nid = "x{n}"\ntitle = "Item {n}"\n' for n in range(30))
    path = shipped / "f.csp.toml"
    path.write_text(path.read_text() + items)
    progress = {"f.csp": rows}
    text = report(fill(tmp_path / "w", progress=progress), template="executive")
    assert "And 28 more of the same kinds." in text
    assert len(text.splitlines()) < 80
    assert max(map(len, text.splitlines())) < 600


def test_a_comment_matrix_has_question_and_answer(filled):
    (filled / "requests.toml").write_text(
        """
format = 1
[[request]]
id = "q1"
title = "Which keys sign tokens?"
text = "Section 10 names none."
document = "SSP"
section = "10.4"
round = "1"
by = "bob"
to = "alice"
asked = 2027-01-02
due = 2027-01-09
[[request]]
id = "q2"
title = "Export of the firewall rules"
kind = "evidence"
state = "answered"
by = "bob"
answer = "See the link"
answered = 2027-01-08
[[request.evidence]]
id = "e1"
link = "https://repo.example/rules"
label = "Rules"
[[request]]
id = "q3"
title = "Old one"
state = "accepted"
by = "pmo"
to = "3pao"
comment = "Fine"
"""
    )
    text = report(filled, template="requests")
    assert "**1 open** (1 overdue); 1 answered, awaiting acceptance; 1 accepted." in text
    row = next(line for line in text.splitlines() if "Which keys" in line)
    assert row == (
        "| `q1` | SSP, 10.4, round 1 | Which keys sign tokens?: Section 10 names none. | Bob Tanaka"
        " (3PAO) to Alice Ngata (CSP) | 2027-01-02, due 2027-01-09, overdue | none yet |"
    )
    answered = section(text, "Answered, awaiting acceptance")
    assert "See the link (2027-01-08) Evidence: [Rules](https://repo.example/rules)" in answered
    assert "Comment: Fine" in section(text, "Accepted")
    pmo = report(filled, template="requests", role="pmo")
    assert "requests to and from the PMO" in pmo
    assert "Old one" in pmo
    assert "Which keys" not in pmo


def test_the_register_tells_age_state_and_hash(filled):
    path = filled / "progress" / "r.csp.toml"
    digest = hashlib.sha256((filled / "evidence" / "boundary_v3.pdf").read_bytes()).hexdigest()
    hashed = f'kind = "file"\nsha256 = "{digest}"'
    path.write_text(path.read_text().replace('kind = "file"', hashed))
    text = report(filled, template="evidence")
    bad = section(text, "Does not count")
    assert "| [Scan files](https://repo.example/scan) | Database scan | Bob Tanaka (3PAO) |" in bad
    assert "| 2026-09-14, 119 d | stale: older than 120d at Package delivered, 2027-01-18 |" in bad
    good = section(text, "Counts")
    assert "| Boundary diagram (`evidence/boundary_v3.pdf`) |" in good
    assert f"| `{digest[:12]}` |" in good
    assert digest[:13] not in text


def test_the_state_of_testing(filled):
    path = filled / "progress" / "f.3pao.toml"
    path.write_text(path.read_text().replace('"satisfied"', '"other-than-satisfied"'))
    text = report(filled, template="test-status")
    assert "Of the 3 tests that apply, 2 have a result: 1 satisfied, 1 other than" in text
    gaps = section(text, "Other than satisfied")
    assert "| Session token accepted twice, open | moderate | 2027-03-27 |" in gaps
    assert "no finding yet" not in text
    (filled / "findings.toml").write_text("format = 1\n")
    text = report(filled, template="test-status")
    assert "**1 test was not satisfied and has no finding yet.**" in text
    assert "| none yet | - | - |" in section(text, "Other than satisfied")
    testers = section(text, "By tester")
    assert "| Bob Tanaka (3PAO) | 2/2, 100% | 1 | 1 | - | - | 2 |" in testers
