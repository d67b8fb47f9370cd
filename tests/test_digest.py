"""The digest of an owner: what they owe and why, in files that are safe to write and to send."""

import json
from datetime import date
from pathlib import Path

import pytest
from conftest import MakeWorkspace
from small_project import TODAY, checklist, item, small_board

from fedcheck.analysis.digests import Digest, build_digests, list_owners
from fedcheck.cli.main import run
from fedcheck.domain.evidence import Evidence
from fedcheck.domain.finding import Finding
from fedcheck.domain.record import Record
from fedcheck.domain.request import Request
from fedcheck.reports.digest import MAX_GUIDANCE, choose_file_names, render_digest, shorten_guidance

LATE = date(2027, 1, 8)
SOON = date(2027, 1, 20)
FAR = date(2027, 6, 1)
OTHERS = checklist("r.3pao", item("review", title="Review it", needs=("r.csp:a",)), role="3pao")


def board(**about):
    records = {
        "a": Record("doing", owner="dana", due=LATE.isoformat()),
        "b": Record(owner="Dana", due=FAR.isoformat()),
        "c": Record("done", owner="erik", done=LATE),
        "r.3pao:review": Record(owner="bob"),
    }
    rows = (
        item(
            "a", title="Plan [tested] <b>", guidance="Do **this** first.", expects=("the report",)
        ),
        item("b"),
        item("c"),
        item("d", title="Nobody's"),
    )
    requests = (
        Request("q1", "Which ports?", by="bob", to="dana", due=SOON),
        Request("q2", "To the role", by="bob", to="csp"),
        Request("q3", "Answered", state="answered", by="bob", to="dana", answer="443"),
    )
    findings = (Finding("f1", "Weak TLS", risk="high", owner="dana", due=SOON),)
    found = {"requests": requests, "findings": findings, "lists": (OTHERS,), "records": records}
    return small_board(*rows, **{**found, **about})


def of(found, owner):
    return next(one for one in found if one.owner.casefold() == owner)


def test_each_owner_has_what_they_owe_and_nobody_comes_last():
    found = build_digests(board())
    assert [one.owner for one in found] == ["bob", "dana", ""]
    dana = of(found, "dana")
    assert [row.item.id for row in dana.items] == ["a", "b"]
    assert [one.id for one in dana.answers] == ["q1"]
    assert [one.id for one in dana.findings] == ["f1"]
    assert dana.overdue(TODAY) == 1
    assert [e.item.id for e in dana.blocked["r.csp:a"]] == ["review"]
    assert [one.id for one in of(found, "bob").judgements] == ["q3"]
    nobody = of(found, "")
    assert [row.item.id for row in nobody.items] == ["d"]
    assert [one.id for one in nobody.answers] == ["q2"]
    assert list_owners(board()) == ["bob", "dana"]


def test_it_is_narrowed_by_day_and_role():
    dana = of(build_digests(board(), until=SOON), "dana")
    assert [row.item.id for row in dana.items] == ["a"]
    assert [one.owner for one in build_digests(board(), role="3pao")] == ["bob"]


def test_evidence_that_no_longer_counts_is_to_be_renewed():
    evidence_item = Evidence("e1", "https://example.com/scan", "Scan", collected=date(2026, 6, 1))
    found = build_digests(
        small_board(
            item("a", max_age="30d"),
            records={"a": Record("done", owner="dana", done=LATE, evidence=(evidence_item,))},
        )
    )
    text = render_digest(board(), of(found, "dana"))
    assert "[Scan](https://example.com/scan): stale, collected 2026-06-01" in text


def test_the_page_says_what_by_when_and_why_and_escapes_it():
    text = render_digest(board(), of(build_digests(board()), "dana"))
    assert "## Overdue" in text
    assert "- **Plan \\[tested\\] \\<b>** (due 2027-01-08, 3 d ago, in progress)" in text
    assert "must be done before Ready" in text
    assert "1 item of others waits for it (bob)" in text
    assert "What to do: Do this first." in text
    assert "Evidence expected: the report" in text
    assert "- **Weak TLS** (high risk, due 2027-01-20, in 9 d)" in text
    assert "Plan: none yet; add a plan and a due date" in text
    assert text == render_digest(board(), of(build_digests(board()), "dana"))
    assert all(len(line) < 1000 for line in text.splitlines())


def test_file_names_are_safe_and_never_the_same():
    names = ["Dana Whitfield", "dana-whitfield", "../../x", "con", "测试", "nobody named", ""]
    found = choose_file_names([Digest(name) for name in names])
    assert len({name.casefold() for name in found}) == len(names)
    assert found[-1] == "nobody-named.md"
    assert found[2] == "x.md"
    assert found[3] != "con.md"
    assert all(name.replace("-", "").removesuffix(".md").isalnum() for name in found)
    assert found == choose_file_names([Digest(name) for name in names])


def test_guidance_is_shortened_at_a_sentence():
    long = "First do [this](https://x.example). " + "Then do that, slowly. " * 40
    found = shorten_guidance(long)
    assert found.startswith("First do this. ")
    assert len(found) <= MAX_GUIDANCE and found.endswith(".")


@pytest.fixture
def root(make_workspace: MakeWorkspace) -> Path:
    folder = make_workspace(
        progress={"rev5.readiness.csp": '[item."diagram"]\nowner = "dana"\ndue = 2027-01-08\n'}
    )
    head = folder / "fedcheck.toml"
    head.write_text(head.read_text() + '\n[people.dana]\nrole = "csp"\n[people.bob]\nrole="3pao"\n')
    private = folder / "private" / "checklists"
    private.mkdir(parents=True)
    (private / "inside.toml").write_text(
        'format = 1\nid = "inside"\nprocess = "jab"\nphase = "readiness"\nrole = "csp"\n'
        'title = "Inside"\n[[section]]\nid = "s"\ntitle = "S"\n'
        '[[section.item]]\nid = "secret"\ntitle = "A secret matter"\n'
    )
    return folder


@pytest.fixture
def fedcheck(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(root)

    def call(*argv: str) -> tuple[int, str, str]:
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


def test_files_are_written_for_everybody(fedcheck, root):
    assert fedcheck("set", "secret", "--owner", "dana")[0] == 0
    status, out, _ = fedcheck("digest")
    assert status == 0
    folder = root / "reports" / "digest-2027-01-11"
    assert sorted(path.name for path in folder.iterdir()) == ["dana.md", "nobody-named.md"]
    written = "".join(path.read_text() for path in folder.iterdir())
    assert "Boundary diagram drawn and agreed" in written
    assert "secret" not in written
    assert "1 overdue" in out
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert fedcheck("digest")[0] == 0
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_named_folder_is_not_written_over(fedcheck, root):
    (root / "out").mkdir()
    (root / "out" / "dana.md").write_text("mine")
    assert fedcheck("digest", "dana", "-o", "out")[0] == 2
    assert fedcheck("digest", "dana", "-o", "out", "--force")[0] == 0
    assert (root / "out" / "dana.md").read_text() != "mine"


def test_one_digest_goes_to_the_screen(fedcheck):
    status, out, _ = fedcheck("digest", "dana", "-o", "-")
    assert status == 0 and out.startswith("# Meridian Ledger: what dana owes")
    status, out, _ = fedcheck("digest", "bob", "-o", "-")
    assert status == 0 and "Nothing to do" in out
    assert "work with no owner" in fedcheck("digest", "nobody", "-o", "-")[1]
    assert fedcheck("digest", "-o", "-")[0] == 2
    status, _, err = fedcheck("digest", "dnaa", "-o", "-")
    assert status == 2 and 'did you mean "dana"' in err
    assert fedcheck("digest", "--role", "cps")[0] == 2


def test_it_is_told_as_json(fedcheck):
    data = json.loads(fedcheck("digest", "dana", "--json")[1])
    assert (data["schema"], data["as_of"]) == ("fedcheck/digest@1", "2027-01-11")
    (one,) = data["digests"]
    assert (one["owner"], one["role"], one["file"], one["overdue"]) == ("dana", "csp", "dana.md", 1)
    assert one["items"][0]["ref"] == "rev5.readiness.csp:diagram"
