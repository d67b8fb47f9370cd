"""Dates outside of 1990 to 2199: reported where they are read, kept as they are, never computed."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import MakeWorkspace, OpenWorkspace
from hypothesis import given
from hypothesis import strategies as st

from fedcheck.cli.main import COMMANDS, run
from fedcheck.domain.dates import (
    FIRST_DAY,
    LAST_DAY,
    DateRangeError,
    Span,
    federal_holidays,
    parse_date,
    shift,
    shift_clamped,
)
from fedcheck.domain.finding_rules import FindingEdit
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.domain.typed_dates import read_typed_due
from fedcheck.storage.history import read_all

DIAGRAM = "rev5.readiness.csp:diagram"
CSP_FILE = "progress/rev5.readiness.csp.toml"
EDGES = ("0001-01-01", "1989-12-31", "2200-01-01", "9999-12-31")

Call = Callable[..., tuple[int, str, str]]


def write_everywhere(root: Path, day: str) -> None:
    """Write a date to every place of a workspace that holds one."""
    (root / "findings.toml").write_text(
        f'format = 1\n[[finding]]\nid = "f1"\ntitle = "t"\nrisk = "high"\nfound = {day}\n'
        f'due = {day}\n[[finding]]\nid = "f2"\ntitle = "t"\nrisk = "low"\nkev = "yes"\n'
        f'kev-due = {day}\nvendor = "x"\nvendor-checked = {day}\nretest = "failed"\n'
        f"retested = {day}\nclosed = {day}\ncorrected = {day}\n"
    )
    (root / "requests.toml").write_text(
        f'format = 1\n[[request]]\nid = "r1"\ntitle = "t"\nto = "csp"\nasked = {day}\ndue = {day}\n'
        f"answered = {day}\n"
    )
    (root / "sent.toml").write_text(
        f'format = 1\n[[sent]]\nid = "s1"\ntitle = "t"\nto = "pmo"\non = {day}\n'
    )
    (root / CSP_FILE).write_text(
        'format = 1\nchecklist = "rev5.readiness.csp"\n\n[item."diagram"]\nstatus = "done"\n'
        f"due = {day}\ndone = {day}\ntested = {day}\nretested = {day}\nreviewed = {day}\n\n"
        '[[item."diagram".evidence]]\nid = "e1"\nlink = "https://example.com/a"\n'
        f"collected = {day}\nexpires = {day}\n"
    )
    head = root / "fedcheck.toml"
    head.write_text(head.read_text().replace("kick-off = 2027-02-01", f"kick-off = {day}"))


@pytest.fixture
def fedcheck(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """Return a function that runs a command line in the workspace: status, stdout, stderr."""
    monkeypatch.chdir(workspace)

    def call(*argv: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = run(argv)
        out = capsys.readouterr()
        return status, out.out, out.err

    return call


LINES = (
    "status", "status --json", "list", "list --json", "list due:<30d is:overdue", "list due:none",
    "next", "next --calendar", "next --json", f"show {DIAGRAM}", f"show {DIAGRAM} --json",
    "gate", "gate kick-off --json", "finding list", "finding list --json", "finding show f1",
    "finding show f2", "request list", "request list --json", "request show r1", "evidence list",
    "evidence list --json", "evidence verify", "milestone", "milestone --json", "handoffs",
    "responsibilities", "tests", "report -o -", "report weekly -o -", "report executive -o -",
    "report --format html -o -", "report --since 2026-12-01 -o -", "digest -o -",
    "export ics -o -", "export requests -o -", "export csv -o -", "export json -o -",
    "export poam -o -", "export ret -o -", "checklist list", "checklist validate", "history",
    "history --verify", "changes 2026-12-01", "doctor", "config check", f"set {DIAGRAM} --note x",
    f"set {DIAGRAM} --due +3d", f"set {DIAGRAM} --status todo", f"set {DIAGRAM} --confirm",
    f"evidence add {DIAGRAM} https://example.com/b", "finding update f1 --risk low",
    "finding update f2 --plan x", "finding update f1 --due +10bd", "finding update f1 --due none",
    "finding add new --risk high", "request answer r1 x", "request add x --to csp",
    "milestone kick-off 2027-03-01", "milestone kick-off +2w", "package",
    "portfolio .", "undo", "undo", "redo", "handover --to 3pao -o ../handed --dry-run", "handover",
    "convert --to agency ../new --dry-run",
)  # fmt: skip


@pytest.mark.parametrize("day", EDGES)
def test_every_command_works_beside_a_date_out_of_range(
    day: str, workspace: Path, fedcheck: Call
) -> None:
    write_everywhere(workspace, day)
    assert {line.split()[0] for line in LINES} >= COMMANDS.keys() - {
        # These read no record.
        "demo", "init", "import", "completion", "rules", "docs", "sync", "merge-file",
    }  # fmt: skip
    for line in LINES:
        status, _, err = fedcheck(*line.split())
        assert status <= 2, (line, status, err)
        assert "unknown" not in err
        assert "No such" not in err, (line, err)


@pytest.mark.parametrize("day", EDGES)
@pytest.mark.parametrize(
    "line",
    [
        "status --as-of {}",
        "report -o - --as-of {}",
        "next --calendar --as-of {}",
        f"set {DIAGRAM} --due {{}}",
        "finding add x --risk high --found {}",
        "finding add x --risk high --due {}",
        "request add x --to csp --due {}",
        "milestone kick-off {}",
        f"evidence add {DIAGRAM} https://example.com --collected {{}}",
        f"evidence add {DIAGRAM} https://example.com --expires {{}}",
        "list due:>{}",
        "changes {}",
        "init other --name N --process jab --role csp --milestone kick-off={}",
    ],
)
def test_a_person_cannot_enter_a_date_out_of_range(day: str, line: str, fedcheck: Call) -> None:
    status, _, err = fedcheck(*line.format(day).split())
    assert status == 2
    assert f"{day} is not between 1990-01-01 and 2199-12-31" in err


@pytest.mark.parametrize("today", ["1990-01-01", "2199-12-31"])
def test_every_command_works_on_the_first_and_the_last_day(today: str, fedcheck: Call) -> None:
    for line in LINES:
        for extra in ([], ["--as-of", today]):
            status, _, err = fedcheck(*line.split(), *extra)
            assert status <= 3, (line, status, err)
    status, _, err = fedcheck("set", DIAGRAM, "--due", "fri", "--as-of", today)
    assert status == (0 if today == "1990-01-01" else 2), err


@pytest.mark.parametrize("day", EDGES)
def test_a_save_leaves_the_dates_as_they_are(
    day: str, workspace: Path, open_workspace: OpenWorkspace
) -> None:
    write_everywhere(workspace, day)
    session = open_workspace(workspace)
    session.apply([DIAGRAM], ItemEdit(owner="dana"))
    session.apply(["findings:f2"], FindingEdit(plan="soon"))
    written = (workspace / CSP_FILE).read_text()
    for key in ("due", "done", "tested", "retested", "reviewed", "collected", "expires"):
        assert f"\n{key} = {day}\n" in written
    gaps = (workspace / "findings.toml").read_text()
    for key in ("found", "due", "kev-due", "vendor-checked", "retested", "closed", "corrected"):
        assert f"\n{key} = {day}\n" in gaps
    again = open_workspace(workspace)
    assert again.project.broken == ()
    assert again.project.record(DIAGRAM).done is None
    assert again.project.record(DIAGRAM).owner == "dana"


def test_the_date_is_reported_with_file_line_and_key(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace
) -> None:
    progress = {"rev5.readiness.csp": '[item."diagram"]\nowner = "bob"\ndone = 9999-12-31\n'}
    session = open_workspace(make_workspace(progress=progress))
    (problem,) = [one for one in session.problems if "9999" in one.message]
    assert (problem.file.name, problem.line) == ("rev5.readiness.csp.toml", 6)
    assert problem.severity == "warning"
    assert problem.message.startswith("done = 9999-12-31 is not between 1990-01-01 and 2199-12-31")
    assert session.project.record(DIAGRAM).owner == "bob"


def test_a_date_that_a_person_sets_replaces_it_and_undo_brings_it_back(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    write_everywhere(workspace, "9999-12-31")
    session = open_workspace(workspace)
    before = (workspace / CSP_FILE).read_text()
    session.apply([DIAGRAM], ItemEdit(due="2027-03-01"))
    assert "\ndue = 2027-03-01\n" in (workspace / CSP_FILE).read_text()
    assert "\ndue = 9999-12-31\n" not in (workspace / CSP_FILE).read_text()
    (change,) = [one.change for one in read_all(workspace) if one.change.new == "2027-03-01"]
    assert change.old == "9999-12-31"
    session.undo()
    assert "\ndue = 9999-12-31\n" in (workspace / CSP_FILE).read_text()
    assert before.count("9999-12-31") == (workspace / CSP_FILE).read_text().count("9999-12-31")


def test_a_due_date_out_of_range_can_be_cleared(
    workspace: Path, open_workspace: OpenWorkspace
) -> None:
    write_everywhere(workspace, "9999-12-31")
    session = open_workspace(workspace)
    session.apply([DIAGRAM], ItemEdit(due=""))
    session.apply(["findings:f1"], FindingEdit(no_due=True))
    assert "\ndue =" not in (workspace / CSP_FILE).read_text()
    assert "\ndue =" not in (workspace / "findings.toml").read_text()


def test_a_checklist_with_such_a_date_is_used_without_it(
    make_workspace: MakeWorkspace, open_workspace: OpenWorkspace
) -> None:
    text = (
        'format = 1\nid = "x.csp"\nprocess = "jab"\nphase = "readiness"\nrole = "csp"\n'
        'title = "X"\n[[section]]\nid = "s"\ntitle = "S"\n[[section.item]]\nid = "one"\n'
        'title = "One"\ndue = "9999-12-31"\n[[section.item.when]]\nimpact = ["moderate"]\n'
        'due = "0001-01-01"\ntitle = "Another"\n'
    )
    session = open_workspace(make_workspace(lists={"x.csp.toml": text}, mini=False))
    assert session.project.broken == ()
    assert session.board().rows["x.csp:one"].due is None
    lines = [one.line for one in session.problems if "is not between" in one.message]
    assert lines == [13, 16]


@pytest.mark.parametrize("text", ["fri", "+1d", "+2w", "+1mo", "+1y", "+1bd", "tomorrow"])
def test_typed_distances_do_not_lead_out_of_the_range(text: str) -> None:
    with pytest.raises(DateRangeError, match="2199-12-31"):
        read_typed_due(text, LAST_DAY)


@given(
    st.dates(),
    st.sampled_from(["d", "bd", "w", "mo", "y"]),
    st.integers(0, 9_999_999),
    st.sampled_from([1, -1]),
)
def test_arithmetic_ends_in_the_range_or_says_so(day: date, unit: str, n: int, sign: int) -> None:
    try:
        assert FIRST_DAY <= shift(day, Span(n, unit), sign) <= LAST_DAY
    except DateRangeError as error:
        assert "1990-01-01" in str(error)
    assert FIRST_DAY <= shift_clamped(day, Span(n, unit), sign) <= LAST_DAY


def step(day: date, count: int) -> date:
    """Return a day so many business days later, from day to day: what the calculation replaced."""
    one = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += one
        while day.weekday() >= 5 or day in federal_holidays(day.year):
            day += one
    return day


@given(st.dates(date(1992, 1, 1), date(2197, 12, 31)), st.integers(-400, 400))
def test_business_days_are_those_that_one_counts(day: date, count: int) -> None:
    assert shift(day, Span(abs(count), "bd"), 1 if count >= 0 else -1) == step(day, count)


def test_ten_thousand_business_days_look_at_few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    from fedcheck.domain import dates

    looked: list[int] = []
    count = dates._count_business_days
    monkeypatch.setattr(
        dates, "_count_business_days", lambda day, first: looked.append(day) or count(day, first)
    )
    assert shift(date(2000, 1, 3), Span(10_000, "bd")) == step(date(2000, 1, 3), 10_000)
    with pytest.raises(DateRangeError):
        shift(date(2000, 1, 3), Span(1_000_000, "bd"))
    assert len(looked) < 60


@pytest.mark.parametrize("day", ["1990-01-01", "2199-12-31"])
def test_the_first_and_the_last_day_are_dates(day: str) -> None:
    assert parse_date(day).isoformat() == day
