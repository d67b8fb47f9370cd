"""A small process with lists and records, all made up, and how a report of them is checked."""

import json
import re
from datetime import datetime

from conftest import NOW, TODAY
from markdown_it import MarkdownIt

from fedcheck.domain.change import Change, HistoryLine
from fedcheck.reports import child, render, trust
from fedcheck.reports.past_state import load_past_state
from fedcheck.reports.template_files import find_comparison_date
from fedcheck.session import open_session
from fedcheck.storage import history, paths

PROCESS = """
format = 1
id = "jab"
title = "JAB P-ATO"
status = "historical"
blocking-risks = ["high"]
[profile.impact]
values = ["moderate", "high"]
default = "moderate"
[[role]]
id = "csp"
title = "Cloud service provider"
[[role]]
id = "3pao"
title = "Independent assessor"
[[role]]
id = "pmo"
title = "FedRAMP PMO"
[[phase]]
id = "readiness"
title = "Readiness assessment"
purpose = "Prove that it runs."
[[phase]]
id = "full-assessment"
title = "Full assessment"
purpose = "Test everything."
[[milestone]]
id = "ready-conversation"
title = "FedRAMP Ready conversation"
question = "May we hold the FedRAMP Ready conversation?"
closes = ["readiness"]
[[milestone]]
id = "package"
title = "Package delivered"
default = "kick-off - 14d"
[[milestone]]
id = "kick-off"
title = "JAB kick-off"
question = "May we hold the JAB kick-off?"
closes = ["readiness", "full-assessment"]
[[deliverable]]
id = "rar"
title = "Readiness Assessment Report (RAR)"
owner = "3pao"
reviewers = ["csp", "pmo"]
handed-over-by = "r.3pao:upload"
[[deliverable]]
id = "ssp"
title = "System Security Plan (SSP)"
owner = "csp"
reviewers = ["3pao", "pmo"]
handed-over-by = "f.csp:ssp"
[[deliverable]]
id = "letter"
title = "P-ATO letter"
owner = "pmo"
handed-over-by = "nowhere:letter"
[[deliverable]]
id = "high-annex"
title = "Annex for High"
owner = "csp"
handed-over-by = "f.csp:high"
"""

LISTS = {
    "r.3pao": ("readiness", "3pao", """
[[section.item]]
id = "fips"
code = "Table 4-1, 1"
title = "FIPS 140-validated modules everywhere"
kind = "test"
[[section.item]]
id = "upload"
title = "RAR uploaded"
expects = ["the RAR"]
"""),
    "r.csp": ("readiness", "csp", """
[[section.item]]
id = "diagram"
title = "Boundary diagram agreed"
[[section.item]]
id = "sponsor"
title = "Executive sponsor named"
level = "should"
"""),
    "f.csp": ("full-assessment", "csp", """
[[section.item]]
id = "ssp"
title = "SSP signed"
due = "package"
needs = ["plan"]
[[section.item]]
id = "plan"
title = "Incident response plan final"
[[section.item]]
id = "cp-test"
title = "Contingency plan tested"
due = 2027-01-08
[[section.item]]
id = "permits"
title = "Permissions of third parties on file"
[[section.item]]
id = "mobile"
title = "Mobile clients described"
[[section.item]]
id = "high"
title = "Annex for High"
applies = { impact = ["high"] }
"""),
    "f.3pao": ("full-assessment", "3pao", """
[[section.item]]
id = "scan"
title = "Database scan"
kind = "test"
expects = ["scan files"]
max-age = "120d at package"
[[section.item]]
id = "pen"
title = "Penetration test"
kind = "test"
needs = ["f.csp:permits"]
"""),
    "f.pmo": ("full-assessment", "pmo", """
[[section.item]]
id = "complete"
title = "Completeness check"
needs = ["f.csp:ssp"]
"""),
}  # fmt: skip

HEAD = """
format = 1
name = "Meridian Ledger"
provider = "Meridian Systems, Inc."
process = "jab"
role = "csp"
timezone = "America/New_York"
marking = "CUI // SP-PROPIN"
[milestones]
ready-conversation = 2026-11-24
kick-off = 2027-02-01
[people.alice]
name = "Alice Ngata"
role = "csp"
[people.dana]
role = "csp"
[people.bob]
name = "Bob Tanaka"
role = "3pao"
"""

PROGRESS = {
    "r.3pao": """
[item."fips"]
status = "done"
result = "satisfied"
owner = "bob"
done = 2026-11-20
[item."upload"]
status = "done"
owner = "bob"
done = 2026-11-21
[[item."upload".evidence]]
id = "a1"
link = "https://repo.example/rar?v=2|final"
label = "Uploaded RAR"
collected = 2026-11-21
""",
    "r.csp": """
[item."diagram"]
status = "done"
owner = "alice"
done = 2026-11-12
[[item."diagram".evidence]]
id = "a2"
link = "evidence/boundary_v3.pdf"
label = "Boundary diagram"
kind = "file"
collected = 2026-11-12
[item."sponsor"]
status = "na"
owner = "alice"
reason = "The board | decides in March"
""",
    "f.csp": """
[item."ssp"]
status = "done"
owner = "alice"
done = 2027-01-04
[[item."ssp".evidence]]
id = "a3"
link = "MER-204"
kind = "ticket"
[item."cp-test"]
status = "doing"
owner = "dana"
[item."permits"]
status = "blocked"
owner = "dana"
reason = "The landlord has not signed yet"
[item."mobile"]
status = "na"
owner = "alice"
reason = "There are no mobile clients"
""",
    "f.3pao": """
[item."scan"]
status = "done"
result = "satisfied"
owner = "bob"
done = 2026-09-20
[[item."scan".evidence]]
id = "a4"
link = "https://repo.example/scan"
label = "Scan files"
collected = 2026-09-14
""",
}

REQUESTS = """
format = 1
[[request]]
id = "q1"
title = "Screenshot of the session lock"
kind = "evidence"
by = "bob"
to = "dana"
asked = 2027-01-02
due = 2027-01-09
[[request]]
id = "q2"
title = "Export of the firewall rules"
state = "accepted"
"""

FINDINGS = """
format = 1
[[finding]]
id = "V-1"
title = "Session token accepted twice"
risk = "moderate"
items = ["f.3pao:scan"]
plan = "Bind tokens to their audience"
owner = "dana"
due = 2027-03-27
[[finding]]
id = "V-2"
title = "Banner missing"
risk = "low"
state = "closed"
"""

STATUS_DAYS = [
    ("r.csp:sponsor", "na", "2026-12-02T15:00:00"),
    ("f.csp:permits", "blocked", "2026-12-31T02:00:00"),  # still the 30th in New York
    ("f.csp:mobile", "todo", "2026-12-03T15:00:00"),
]


def ship(tmp_path, monkeypatch):
    """Make a checkout that ships the small process and lists above, and nothing else."""
    folder = tmp_path / "shipped" / "checklists" / "jab"
    folder.mkdir(parents=True)
    (folder.parents[1] / "pyproject.toml").write_text("")
    (folder / "process.toml").write_text(PROCESS)
    for name, (phase, role, items) in LISTS.items():
        head = f'format = 1\nid = "{name}"\nprocess = "jab"\nphase = "{phase}"\nrole = "{role}"\n'
        section = f'title = "{name}"\n[[section]]\nid = "s"\ntitle = "Section"\n'
        (folder / f"{name}.toml").write_text(head + section + items)
    stand_in = folder.parents[1] / "fedcheck" / "store" / "paths.py"
    monkeypatch.setattr(paths, "__file__", str(stand_in))
    return folder


def fill(root, head=HEAD, progress=PROGRESS, requests=REQUESTS, findings=FINDINGS):
    (root / "progress").mkdir(parents=True)
    (root / "evidence").mkdir()
    (root / "evidence" / "boundary_v3.pdf").write_bytes(b"diagram")
    (root / paths.WORKSPACE_FILE).write_text(head)
    for name, text in progress.items():
        whole = f'format = 1\nchecklist = "{name}"\n{text}'
        (root / "progress" / f"{name}.toml").write_text(whole)
    (root / "requests.toml").write_text(requests)
    (root / "findings.toml").write_text(findings)
    entered = [
        HistoryLine(
            Change(ref, "status", "todo", new), datetime.fromisoformat(at + "Z"), "alice", "t1"
        )
        for ref, new, at in STATUS_DAYS
    ]
    history.append(root / "history" / "alice-00000000.jsonl", entered)
    return root


def trust_template(root, name):
    """Trust a template of a workspace as it is now."""
    folders = paths.find_user_folders()
    bundle = trust.find_untrusted(name, root, folders)
    if bundle is not None:
        trust.trust(bundle, folders)


def report(root, as_of=TODAY, trusted=True, **about):
    session = open_session(root, paths.find_user_folders(), (), "alice", lambda: NOW)
    board, folders = session.board(as_of), paths.find_user_folders()
    if trusted:
        trust_template(root, about.get("template", render.DEFAULT))
    since = find_comparison_date(root, folders, about.get("template", render.DEFAULT), as_of)
    if since and "earlier" not in about:
        about["earlier"] = load_past_state(session, since, root)
    return render.render_report(board, root=root, folders=folders, **about)


def render_here(monkeypatch):
    """Render templates in this process, for tests of what they say and not of their limits.

    It is what the child does between its order and its limits; a process takes ten times as long.
    """

    def render(order):
        return "".join(child._prepare(json.loads(child._to_json(order))))

    monkeypatch.setattr(child, "render", render)


def template(root, text, name="mine"):
    folder = root / "templates"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md.j2").write_text(text)


def body(text):
    """Return a report without marking and comment."""
    return text.removeprefix("**CUI // SP-PROPIN**\n\n").partition("\n\n**CUI")[0]


def section(text, heading):
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rendered(root, text, **about):
    template(root, text)
    return body(report(root, template="mine", **about))


def markdown_it():
    return MarkdownIt("gfm-like", {"html": True, "linkify": True})


def cells(line):
    """Split a row of a table as GitHub does: at pipes that no backslash escapes."""
    return re.split(r"(?<!\\)\|", line.strip().strip("|"))


def check_tables(text):
    """Fail unless each row of each table has as many cells as its header; return the tables."""
    lines = text.split("\n")
    found = 0
    for token in markdown_it().parse(text):
        if token.type == "table_open":
            first, last = token.map
            rows = lines[first:last]
            assert len({len(cells(row)) for row in rows}) == 1, rows
            found += 1
    heads = len(re.findall(r"(?:^|\n\n)\|.*\n\| ---", text))
    assert found == heads, "a table is not read as one"
    return found


def tokens(text):
    for token in markdown_it().parse(text):
        yield token
        yield from token.children or ()
