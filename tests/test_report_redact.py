"""What a report leaves out: names, notes, addresses when asked to; what is private, always."""

import hashlib
import json
from itertools import combinations
from typing import get_type_hints

import pytest
from conftest import NOW
from hypothesis import given
from hypothesis import strategies as st
from small_project import project
from small_report import FINDINGS, HEAD, PROGRESS, REQUESTS, fill, report, ship
from test_report_html import NAMES

from fedcheck.cli.main import run
from fedcheck.domain.change import Change, HistoryLine
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.field import Redaction
from fedcheck.domain.fields import field_of
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.errors import FedcheckError
from fedcheck.reports import fingerprint
from fedcheck.reports.redact import REDACTIONS, WITHHELD, Veil, parse_redactions
from fedcheck.storage import history

PEOPLE = ["Alice", "Ngata", "dana", "Bob", "Tanaka", "mallory", "n.ngata@example.com"]
NOTES = ["landlord", "decides in March", "no mobile clients", "audience", "WORDY"]
DIGEST = hashlib.sha256(b"diagram").hexdigest()
"""The hash of the evidence file of the small report."""

LINKS = ["repo.example", "boundary_v3", "MER-204", "wiki.example", DIGEST[:12]]
FORMS = ["md", "html"]


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    return ship(tmp_path, monkeypatch)


@pytest.fixture
def filled(tmp_path, shipped):
    """Return a workspace in which names and addresses stand in many places."""
    progress = {name: text.replace('"bob"', '"Bob"') for name, text in PROGRESS.items()}
    progress["f.csp"] = progress["f.csp"].replace(
        "The landlord has not signed yet",
        "The landlord told Alice, see https://wiki.example/x, evidence/boundary_v3.pdf and MER-204",
    )
    progress["r.csp"] = progress["r.csp"].replace(
        'kind = "file"', f'kind = "file"\nsha256 = "{DIGEST}"'
    )
    progress["f.3pao"] += """
[item."pen"]
status = "doing"
owner = "mallory"
note = "WORDY by mallory"
[[item."pen".evidence]]
id = "a9"
link = "https://files.example/dana/1"
label = "From DANA, n.ngata@example.com"
"""
    requests = (
        REQUESTS
        + """
[[request]]
id = "q3"
title = "Does Ngata agree with www.wiki.example/y?"
text = "WORDY question of mallory"
state = "answered"
answer = "WORDY answer"
comment = "WORDY comment"
by = "mallory"
to = "alice"
document = "SSP of Dana"
[[request.evidence]]
id = "e"
link = "https://repo.example/answer"
"""
    )
    findings = (
        FINDINGS.replace("Bind tokens", "WORDY: bind tokens")
        + """
[[finding]]
id = "V-3"
title = "Tanaka's account is shared"
owner = "mallory"
risk = "high"
"""
    )
    root = fill(tmp_path / "workspace", HEAD, progress, requests, findings)
    found = HistoryLine(Change("f.3pao:pen", "note", "", "WORDY by mallory"), NOW, "mallory", "t9")
    history.append(root / "history" / "mallory-0badcafe.jsonl", [found])
    return root


def leaks(text, words):
    return [word for word in words if word.casefold() in text.casefold()]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_out_stands_nowhere(filled, name, form):
    words = {"owners": PEOPLE, "notes": NOTES, "links": LINKS}
    for count in (1, 2, 3):
        for hidden in combinations(REDACTIONS, count):
            text = report(filled, template=name, form=form, redact=frozenset(hidden))
            for what in hidden:
                assert not leaks(text, words[what]), (hidden, what)
            assert "Left out of this copy: " + ", ".join(REDACTIONS[w] for w in hidden) in text


def test_all_those_words_stand_in_some_report_otherwise(filled):
    whole = "".join(report(filled, template=name, form="html") for name in NAMES)
    assert leaks(whole, PEOPLE + NOTES + LINKS) == PEOPLE + NOTES + LINKS
    assert "Left out" not in whole


def test_what_is_judged_stays_the_same(filled):
    whole = report(filled)
    told = report(filled, redact=frozenset(REDACTIONS))
    for line in whole.splitlines():
        if line.startswith(("Of ", "Missing")) or " outstanding. By owner" in line:
            assert line.partition(" By owner")[0] in told
    assert "| CSP | 6 | 2 | 1 | - | name withheld 5, no owner 1 |" in told
    assert told.count("\n| name withheld (CSP) | ") >= 5
    assert "| withheld |" in told
    assert "no reason given" not in told


def test_history_is_verified_against_a_report_without_names(filled, monkeypatch):
    monkeypatch.chdir(filled)
    assert run(["report", "-o", "r.md", "--redact", "owners"]) == 0
    seen = fingerprint.find((filled / "r.md").read_text())
    assert set(seen.hashes) == {"00000000.jsonl", "0badcafe.jsonl"}
    assert run(["history", "--verify", "--against", "r.md"]) == 0
    path = filled / "history" / "mallory-0badcafe.jsonl"
    path.write_text(json.dumps({"v": 1}) + "\n")
    assert run(["history", "--verify", "--against", "r.md"]) == 1


def test_unknown_words_are_refused(filled, monkeypatch, capsys):
    assert parse_redactions(" Owners ,links,") == {"owners", "links"}
    with pytest.raises(FedcheckError, match='cannot leave out "owner"') as caught:
        parse_redactions("owner")
    assert caught.value.kind == "usage"
    monkeypatch.chdir(filled)
    assert run(["report", "-o", "-", "--redact", "xyzzy"]) == 2
    assert "known: owners, notes, links" in capsys.readouterr().err


PRIVATE_LIST = """
format = 1
id = "acme.inside"
process = "jab"
phase = "full-assessment"
role = "csp"
title = "SECRET-list"
[[section]]
id = "s"
title = "SECRET-section"
[[section.item]]
id = "board"
title = "SECRET-item"
kind = "test"
controls = ["ZZ-9"]
deliverable = "rar"
"""

PRIVATE_PROGRESS = """
format = 1
checklist = "{name}"
[item."{item}"]
status = "blocked"
owner = "SECRET-owner"
note = "SECRET-note"
reason = "SECRET-reason"
[[item."{item}".evidence]]
id = "p1"
link = "https://SECRET-link.example"
label = "SECRET-label"
"""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_private_leaves(tmp_path, shipped, name, form):
    progress = dict(PROGRESS)
    progress["r.csp"] += f"""
[[item."diagram".evidence]]
id = "p2"
link = "private/evidence/SECRET-path.pdf"
label = "SECRET-evidence"
kind = "file"
sha256 = "{"5e" * 32}"
collected = 2026-11-12
"""
    root = fill(tmp_path / "workspace", progress=progress)
    inside = root / "private"
    for folder in ("checklists", "progress", "history", "evidence", "templates"):
        (inside / folder).mkdir(parents=True)
    (inside / "evidence" / "SECRET-path.pdf").write_bytes(b"x")
    before = report(root, template=name, form=form)
    assert name != "evidence" or "kept inside" in before
    (inside / "checklists" / "acme.inside.toml").write_text(PRIVATE_LIST)
    for checklist, item in (("acme.inside", "board"), ("f.csp", "plan")):
        text = PRIVATE_PROGRESS.format(name=checklist, item=item)
        (inside / "progress" / f"{checklist}.toml").write_text(text)
    (inside / "requests.toml").write_text('format = 1\n[[request]]\nid = "x"\ntitle = "SECRET-q"\n')
    (inside / "findings.toml").write_text('format = 1\n[[finding]]\nid = "y"\ntitle = "SECRET-f"\n')
    (inside / "templates" / "secret.md.j2").write_text("SECRET-template")
    (inside / "progress" / "SECRET-broken.toml").write_text("x = SECRET-value")
    entered = HistoryLine(
        Change("acme.inside:board", "note", "", "SECRET-n"), NOW, "SECRET-by", "t"
    )
    history.append(inside / "history" / "SECRET-12345678.jsonl", [entered])
    text = report(root, template=name, form=form)
    assert text == before
    assert "SECRET" not in text.upper()
    assert "5e5e5e" not in text


@pytest.mark.parametrize("kind", [Record, Request, Finding])
def test_every_text_of_a_record_is_of_a_known_sort(kind):
    """A new text is a name, a note or other words, or it can hold neither: say so in its row."""
    harmless = {"id", "due", "basis", "items", "cves", "controls"}
    for name, hint in get_type_hints(kind).items():
        if name not in harmless and (hint is str or hint == tuple[str, ...]):
            row = field_of(kind, name)
            assert row is not None, name
            assert row.redacted is not Redaction.NONE, name


# Letters of what takes the place of a link too: what was put in may make another link.
SHORT_TEXT = st.text("withe", max_size=8)


@given(links=st.lists(SHORT_TEXT, max_size=12), text=st.text("withe ", max_size=40))
def test_links_are_left_out_of_texts_one_after_the_other_the_longest_first(links, text):
    evidence = tuple(Evidence(f"e{n}", link) for n, link in enumerate(links))
    held = Veil(project(records={"a": Record(evidence=evidence)}), frozenset({"links"}))
    expected = text
    for link in sorted({one for one in links if len(one) >= 3}, key=lambda one: (-len(one), one)):
        expected = expected.replace(link, WITHHELD)
    assert held.text(text) == expected
