"""Work grows with the size of what a stranger sends, not with its square.

Calls of functions are counted, not time: four times as much may take little more than four times
as many. What loops inside one call, such as a comprehension, is counted by a generous ratio of
processor time at sizes where a square would show by far.
"""

import cProfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import MakeWorkspace

from fedcheck.cli.main import run

SMALL = 300
LIST = "rev5.readiness.csp"
HEAD = f'format = 1\nchecklist = "{LIST}"\n\n'


def evidence(root: Path, n: int) -> None:
    pieces = (
        f'[[item."diagram".evidence]]\nid = "e{i}"\nlink = "https://x.example/{i}"\n'
        for i in range(n)
    )
    text = HEAD + '[item."diagram"]\nstatus = "doing"\n' + "".join(pieces)
    (root / "progress" / f"{LIST}.toml").write_text(text)


def requests(root: Path, n: int) -> None:
    told = (
        f'[[request]]\nid = "r{i}"\ntitle = "t"\nto = "p{i}"\nby = "q{i}"\nanswer = "y"\n'
        f'due = 2027-01-0{1 + i % 9}\nitems = ["{LIST}:diagram"]\n'
        for i in range(n)
    )
    (root / "requests.toml").write_text("format = 1\n" + "".join(told))


def findings(root: Path, n: int) -> None:
    told = (
        f'[[finding]]\nid = "f{i}"\ntitle = "t"\nrisk = "low"\nowner = "p{i}"\n'
        f'found = 2026-12-0{1 + i % 9}\nitems = ["{LIST}:diagram"]\n'
        for i in range(n)
    )
    (root / "findings.toml").write_text("format = 1\n" + "".join(told))


def orphans(root: Path, n: int) -> None:
    told = (f'[item."zz{i}"]\nstatus = "doing"\n' for i in range(n))
    (root / "progress" / f"{LIST}.toml").write_text(HEAD + "".join(told))


def wrong_dates(root: Path, n: int) -> None:
    told = (
        f'[[finding]]\nid = "f{i}"\ntitle = "t"\nrisk = "low"\nfound = 9999-12-31\n'
        for i in range(n)
    )
    (root / "findings.toml").write_text("format = 1\n" + "".join(told))


def needs(root: Path, n: int) -> None:
    told = (
        f'[[section.item]]\nid = "i{i}"\ntitle = "t{i}"\ndue = "kick-off - {i % 300}bd"\n'
        + (f'needs = ["i{i - 1}"]\n' if i else "")
        for i in range(n)
    )
    head = 'format = 1\nid = "x"\nprocess = "jab"\nphase = "readiness"\nrole = "csp"\n'
    head += 'title = "X"\n[[section]]\nid = "s"\ntitle = "S"\n'
    (root / "checklists" / "x.toml").write_text(head + "".join(told))


CASES: list[tuple[Callable[[Path, int], None], str]] = [
    (evidence, "evidence add diagram https://y.example/z"),
    (evidence, "evidence remove diagram e7"),
    (evidence, "changes 2027-01-01"),
    (evidence, "doctor"),
    (requests, "request answer r7 x"),
    (requests, "gate kick-off"),
    (requests, "report weekly -o -"),
    (requests, "digest -o d"),
    (findings, "finding update f7 --plan x"),
    (findings, "report executive -o -"),
    (findings, "digest -o d"),
    (orphans, "doctor"),
    (wrong_dates, "status"),
    (needs, "list"),
    (needs, "next --calendar"),
    (needs, "set i8 --owner x"),
]


def count_work(line: list[str]) -> int:
    """Run a line; return how many functions it called."""
    counter = cProfile.Profile()  # it counts in C, which a profile function in Python does not
    status = counter.runcall(run, line)
    assert status <= 2
    return sum(entry.callcount for entry in counter.getstats())


@pytest.mark.parametrize(("fill", "line"), CASES)
def test_four_times_as_much_is_little_more_than_four_times_the_work(
    fill: Callable[[Path, int], None],
    line: str,
    make_workspace: MakeWorkspace,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen = []
    for size in (SMALL, 4 * SMALL):
        root = make_workspace(f"w{size}")
        fill(root, size)
        words = line.replace("-o d", f"-o {root / 'd'}").split()
        run(["-w", str(root), "status"])
        seen.append(count_work(["-w", str(root), *words]))
    capsys.readouterr()
    few, many = seen
    assert many < 5 * few, (few, many)


@pytest.mark.parametrize(
    "query",
    ["w{}", "-w{}", "w|w{}", "NOT", "(", ")", "-", '"', "owner:x{}", "due:<9999bd", "is:overdue"],
)
@pytest.mark.parametrize("joined", [" ", "|", ""])
def test_a_query_of_thousands_of_words(
    query: str, joined: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = []
    for size in (2_000, 8_000):
        text = joined.join(query.format(i) for i in range(size))
        seen.append(count_work(["-w", str(workspace), "list", "--", text]))
    err = capsys.readouterr().err
    assert "Recursion" not in err
    assert seen[1] < 5 * seen[0]


def test_equal_words_of_a_query_are_looked_for_once() -> None:
    from fedcheck.domain.query import Language

    asked: list[str] = []

    def texts(thing: str) -> list[str]:
        asked.append(thing)
        return [thing]

    search = Language[str]({}, {}, texts).parse(" ".join(["fips"] * 20_000 + ["-x"]))
    from datetime import date

    assert search.select(["FIPS 140", "fips x", "other"], date(2027, 1, 1)) == ["FIPS 140"]
    assert asked == ["FIPS 140", "fips x", "other"]
