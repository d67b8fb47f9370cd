"""The briefings of an agency authorization: agenda, slides and open points."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import OpenWorkspace
from small_report import check_tables
from test_wbs import HEAD

from fedcheck.cli.main import run
from fedcheck.domain.edits import MilestoneEdit
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.reports import template_files
from fedcheck.reports.render import render_report
from fedcheck.reports.slide_views import ALSO_SHOWN
from fedcheck.session import Session
from fedcheck.storage import paths

KICK_OFF, DEBRIEF = "agency.kick-off.csp:", "agency.assessment.3pao:"

Render = Callable[..., str]


@pytest.fixture(scope="module")
def slides() -> dict[str, list[str]]:
    """Return the ids of the slides that the shipped lists have, by deliverable."""
    found: dict[str, list[str]] = {}
    for path in paths.find_shipped_checklists().glob("agency/agency.*.toml"):
        for item in path.read_text().split("[[section.item]]")[1:]:
            deliverable = re.search(r'\n  deliverable = "([^"]*)"', item)
            name = re.search(r'\n  id = "([^"]*)"', item)
            if deliverable and name:
                found.setdefault(deliverable[1], []).append(name[1])
    return found


@pytest.fixture
def session(tmp_path: Path, open_workspace: OpenWorkspace) -> Session:
    root = tmp_path / "acme"
    (root / "progress").mkdir(parents=True)
    (root / paths.WORKSPACE_FILE).write_text(HEAD.replace("IMPACT", "moderate"))
    return open_workspace(root)


@pytest.fixture
def render(session: Session) -> Render:
    def make(template: str, **more: object) -> str:
        folders = paths.find_user_folders()
        return render_report(
            session.board(), root=session.root, folders=folders, template=template, **more
        )

    return make


def section(text: str, title: str) -> str:
    """Return the part of a report under a heading, up to the next one as high."""
    level = title.partition(" ")[0]
    return text.split(f"\n{title}")[1].split(f"\n{level} ")[0]


@pytest.mark.parametrize(("template", "deliverable", "minutes"), [
    ("kick-off-briefing", "kick-off-briefing", 60),
    ("sar-debrief", "sar-debrief-briefing", 70),
])  # fmt: skip
def test_each_slide_is_in_one_part_and_the_minutes_add_up(
    session, render, slides, template, deliverable, minutes
):
    assert set(ALSO_SHOWN) <= set(session.project.refs)
    text = render(template)
    assert f"\n{minutes} minutes in total." in text
    assert "More slides" not in text
    source = (template_files.SHIPPED / f"{template}.md.j2").read_text()
    wanted = [*slides[deliverable], *(r.partition(":")[2] for r, d in ALSO_SHOWN.items()
                                      if d == deliverable)]  # fmt: skip
    assert [source.count(f'"{name}"') for name in wanted] == [1] * len(wanted)
    check_tables(text)


def test_a_slide_shows_state_presenter_and_evidence(session, render):
    ref = f"{KICK_OFF}brief-diagrams"
    link = Evidence("e1", "https://x.example/deck.pptx", "Deck", "url", date(2026, 12, 1))
    session.apply([ref], attach_evidence(link))
    session.apply([ref], ItemEdit(status="done", owner="dana"))
    session.apply([f"{KICK_OFF}brief-gaps"], ItemEdit(status="blocked", reason="No | list"))
    text = render("kick-off-briefing")
    head = text.partition("## Agenda")[0]
    assert "Agency kick-off, 2027-01-11" in head  # its own milestone, not the next one
    assert "| 13 | 20 | Boundary, network and data flows | 1/1 | Dana Fox (CSP) |" in text
    slide = section(text, "### Minute 13 to 33: Boundary, network and data flows")
    assert "Present the boundary diagram" in slide
    assert "[Deck](https://x.example/deck.pptx), 2026-12-01" in slide
    assert "slides 8 to 11" in slide
    assert "blocked: No \\| list" in text
    assert "CSP training" in section(text, "## Before the meeting")
    other = render("kick-off-briefing", milestone="ato")
    assert "ATO issued" in other.partition("## Agenda")[0]


def test_the_debrief_lists_risks_deviations_and_dates(session, render):
    made = []
    for number, title, risk in (("V-2", "Weak TLS", "moderate"), ("V-1", "Shared root", "high"),
                                ("V-3", "Old gap", "low"), ("V-4", "New gap", "low")):  # fmt: skip
        made.append(session.new_ref("findings"))
        edit = FindingEdit(new=True, title=title, risk=risk, owner="dana", plan="Mend it",
                           due=date(2027, 2, 1), details={"number": number})  # fmt: skip
        session.apply([made[-1]], edit)
    session.apply([made[1]], FindingEdit(deviation="risk-adjustment",
                                         rationale="Behind a <bastion>"))  # fmt: skip
    session.apply(["milestones:sar-final"], MilestoneEdit(session.today()))
    session.apply([made[3]], FindingEdit(retest="passed", close=True))
    text = render("sar-debrief")
    risks = section(text, "## Open risks")
    assert "**1** high, **1** moderate, **1** low." in risks
    rows = [line.split(" | ")[0].strip("| ") for line in risks.splitlines() if "V-" in line]
    assert rows == ["V-1", "V-2", "V-3"]
    assert "| V-1 | high | Shared root | risk adjustment, pending | Mend it | 2027-02-01 |" in risks
    deviations = section(text, "## Deviations")
    assert (
        "| V-1 | risk adjustment | Shared root | high | - | pending | Behind a \\<bastion> |"
        in (deviations)
    )
    assert "| V-4 | low | New gap |" in section(text, "## Remediated since the final SAR")
    assert render("sar-debrief", form="html").count("V-1") == 2
    assert text == render("sar-debrief")


def test_the_file_is_named_after_the_milestone_of_the_briefing(session, monkeypatch, capsys):
    monkeypatch.chdir(session.root)
    assert run(["report", "sar-debrief", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["milestone"] == "sar-debrief"
    assert found["path"].endswith("-sar-debrief-sar-debrief.md")
    assert run(["report", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["milestone"] == "ready"
