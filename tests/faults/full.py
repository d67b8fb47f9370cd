"""Every fault, the big crowd, the long hunt of the property tests; what `make faults` runs.

Prints what was tried and what went wrong, and writes the counts into docs/reliability.md.
"""

import argparse
import compileall
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import between
import cases
import crowd
import tracing
import trial
from cases import Fault
from test_network import COMMANDS

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- counts: written by make faults -->", "<!-- end of counts -->"

ERRORS_IN_WORDS = {
    "KILL": "killed with SIGKILL",
    "ENOSPC": "disk full (ENOSPC)",
    "EIO": "input/output error (EIO)",
    "EACCES": "permission denied (EACCES)",
    "EROFS": "read-only (EROFS)",
    "ENOSPC on": "disk full from there on",
    "ENOSPC, no unlink": "disk full, and nothing can be removed",
    cases.FULL: "disk full in the middle of a write",
}


@dataclass
class Tally:
    """What was tried, row by row, and everything that went wrong."""

    rows: list[tuple[str, int, int]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lost: int = 0
    every: int = 1

    def add(self, what: str, tried: int, wrong: Iterable[str] = ()) -> None:
        """Add a row; what went wrong in it is shown at the end."""
        listed = list(wrong)
        self.rows.append((what, tried, len(listed)))
        self.wrong += listed
        self.lost += sum("LOST" in one for one in listed)
        print(f"{what}: {tried} tried, {len(listed)} wrong", flush=True)


def all_faults(tally: Tally, place: Path) -> None:
    """Try every fault of every scenario."""
    scenarios = trial.Scenarios(place / "ready")
    jobs: list[tuple[str, Fault, int]] = []
    for name in cases.SCENARIOS:
        prepared = scenarios.get(name)
        seen: Counter[str] = Counter()
        which = {}
        for call in prepared.calls:
            which[call] = seen[call.name]
            seen[call.name] += 1
        found = cases.faults(prepared)
        some = found[:: tally.every]
        jobs += [(name, fault, which[fault.call] if fault.call else 0) for fault in some]
    print(f"{len(jobs)} faults", flush=True)

    def one(number: int) -> trial.Verdict:
        name, fault, _ = jobs[number]
        verdict = trial.attempt(scenarios.get(name), fault, place / "cases" / str(number))
        if verdict.wrong:
            print(f"WRONG: {verdict}", flush=True)
        if number % 100 == 0:
            print(f"  {number} of {len(jobs)}", flush=True)
        return verdict

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(one, range(len(jobs))))
    for number, verdict in enumerate(verdicts):
        name, fault, which_call = jobs[number]
        if not verdict.hit and fault.call is not None:
            again = place / "again" / str(number)
            verdicts[number] = scenarios.attempt(
                name, fault.kind, fault.call.name, which_call, again
            )
    for kind, words in ERRORS_IN_WORDS.items():
        some = [verdict for verdict in verdicts if verdict.fault.kind == kind]
        wrong = [str(verdict) for verdict in some if verdict.wrong]
        if kind != cases.FULL:  # a file that never grows to that size is never too long
            wrong += [f"hit nothing: {verdict}" for verdict in some if not verdict.hit]
        tally.add(f"faults: {words}", sum(verdict.hit for verdict in some), wrong)
    late = [f"{name}: {one}" for name in cases.SCENARIOS for one in scenarios.get(name).unsynced]
    tally.add("saves read for what is synced before the word", len(cases.SCENARIOS), late)


def crowds(tally: Tally, place: Path) -> None:
    """Run the crowds at their full size."""
    for what, outcome in (
        ("20 processes, 50 changes each", crowd.together(_made(place / "a"), 20, 50, 5)),
        ("8 shells, 10 commands each", crowd.by_commands(_made(place / "b"), 8, 10)),
    ):
        wrong = [f"LOST: {one}" for one in outcome.lost] + outcome.wrong
        killed = f", {outcome.killed} killed" if outcome.killed else ""
        inside = f" ({outcome.inside} with the lock)" if outcome.inside else ""
        tally.add(f"changes reported as saved: {what}{killed}{inside}", outcome.changes, wrong)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def between_steps(tally: Tally, place: Path) -> None:
    """Let git, a missing folder and links come between any two steps of a save; turn the clock."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [
            pool.submit(between.try_all, save, place / save, tally.every) for save in between.SAVES
        ]
    done = [job.result() for job in jobs]
    for what in done[0]:
        tried = sum(found[what][0] for found in done)
        tally.add(what, tried, [one for found in done for one in found[what][1]])


def random_operations(tally: Tally, place: Path) -> None:
    """Run random operations against the model of a person for a long while."""
    report = place / "random.xml"
    argv = ["-q", "-n", "auto", "-p", "no:cacheprovider", f"--junitxml={report}"]
    seeds = max(1, 400 // tally.every)
    more = {"FEDCHECK_RANDOM_SEEDS": str(seeds), "FEDCHECK_RANDOM_GROUPS": "30"}
    _pytest([*argv, str(TESTS / "test_random_operations.py")], more)
    found = list(ElementTree.parse(report).iter("testcase"))
    counted = [one.get("value", "0") for case in found for one in case.iter("property")]
    what = f"random operations in {len(found)} workspaces, with git and two clones"
    tally.add(what, sum(int(one) for one in counted), _failures(found))


def git_storm(tally: Tally, place: Path) -> None:
    """Let teams of four work at random, and share it with git in every way."""
    report = place / "storm.xml"
    argv = ["-q", "-n", "auto", "-p", "no:cacheprovider", f"--junitxml={report}"]
    more = {"FEDCHECK_STORM_SEEDS": str(max(1, 24 // tally.every)), "FEDCHECK_STORM_ROUNDS": "10"}
    _pytest([*argv, str(TESTS / "test_git_storm.py")], more)
    found = list(ElementTree.parse(report).iter("testcase"))
    counted = [
        int(one.get("value", "0"))
        for case in found
        for one in case.iter("property")
        if one.get("name") == "edits"
    ]
    what = f"random edits of {len(found)} teams of four, shared with git in every way"
    tally.add(what, sum(counted), _failures(found))


def _failures(found: Iterable[ElementTree.Element]) -> list[str]:
    return [
        f"{one.get('name')}: {problem.get('message', '')[:2000]}"
        for one in found
        for problem in (*one.findall("failure"), *one.findall("error"))
    ]


def in_pytest(tally: Tally, place: Path) -> None:
    """Run the tests that are written as tests, with all their cases."""
    for what, name in (
        ("the app in a terminal, while the disk refuses", "test_app_faults.py"),
        ("bugs planted, to be found by these checks", "test_harness.py"),
        ("commands that reach for no network", "test_network.py"),
        ("links in the place of every name that is written", "../test_links.py"),
        ("names from files that lead elsewhere", "../test_names.py"),
        ("a workspace that goes away", "../test_workspace_gone.py"),
    ):
        report = place / f"{Path(name).name}.xml"
        argv = ["-q", "-p", "no:cacheprovider", str((Path(__file__).parent / name).resolve())]
        _pytest([*argv, f"--junitxml={report}"], {"FEDCHECK_FAULTS": "full"})
        found = list(ElementTree.parse(report).iter("testcase"))
        skipped = [one for one in found if one.find("skipped") is not None]
        failed = _failures(found)
        tried = len(COMMANDS) if name == "test_network.py" else len(found) - len(skipped)
        tally.add(what, tried, failed)


def hunt(tally: Tally, place: Path) -> None:
    """Run every property test with many more cases, and count them."""
    argv = [
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "hypothesis",
        "--hypothesis-show-statistics",
        "-n",
        "auto",
    ]
    out = _pytest([*argv, str(TESTS)], {"HYPOTHESIS_PROFILE": "hunt"})
    (place / "hunt.txt").write_text(out, encoding="utf-8")
    phases = re.findall(r"- (\d+) passing(?: examples)?, (\d+) failing", out)
    failed = [line for line in out.splitlines() if line.startswith(("FAILED", "ERROR"))]
    tally.add("cases of property tests", sum(int(passed) for passed, _ in phases), failed)


def _pytest(argv: list[str], more: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *argv],
        cwd=ROOT,
        env={**os.environ, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        print(done.stdout[-3000:])
    return done.stdout


PARTS: dict[str, Callable[[Tally, Path], None]] = {
    "faults": all_faults,
    "between": between_steps,
    "random": random_operations,
    "storm": git_storm,
    "crowds": crowds,
    "tests": in_pytest,
    "hunt": hunt,
}


def counts(tally: Tally, day: str) -> str:
    """Return the counts as they stand in the page."""
    width = max(len(what) for what, _, _ in tally.rows)
    lines = [f"Last full run: {day}. Lost changes: {tally.lost}.", ""]
    lines += [f"| {'what':{width}} | tried | wrong |", f"| {'-' * width} | ----: | ----: |"]
    lines += [f"| {what:{width}} | {tried:5} | {wrong:5} |" for what, tried, wrong in tally.rows]
    injected = sum(tried for what, tried, _ in tally.rows if what.startswith("faults: "))
    lines += ["", f"Faults injected: {injected}, in {len(cases.SCENARIOS)} kinds of save."]
    return "\n".join(lines)


def write(page: Path, text: str) -> None:
    """Put the counts between their markers."""
    whole = page.read_text(encoding="utf-8")
    head, _, rest = whole.partition(BEGIN)
    tail = rest.partition(END)[2]
    page.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


def main() -> int:
    """Run the parts; return 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--date", help="the day to write; today otherwise")
    parser.add_argument(
        "--every", type=int, default=1, metavar="N", help="of the faults only each Nth one"
    )
    parser.add_argument(
        "--try",
        nargs=4,
        dest="one",
        metavar=("SAVE", "KIND", "CALL", "WHICH"),
        help="one fault only, such as: later KILL renameat 0",
    )
    options = parser.parse_args()
    day = options.date or datetime.now(UTC).date().isoformat()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if why := tracing.why_not():
        print(f"cannot run: {why}", file=sys.stderr)
        return 2
    place = Path(tempfile.mkdtemp(prefix="fedcheck-faults-"))
    if options.one:
        save, kind, call, which = options.one
        verdict = trial.Scenarios(place / "ready").attempt(save, kind, call, int(which), place)
        print(verdict)
        print(f"to be looked at in {place}" if verdict.wrong else "all is well")
        return 1 if verdict.wrong else 0
    # Without byte code each of the thousands of processes would compile the program.
    compileall.compile_dir(ROOT / "fedcheck", quiet=1)
    tally = Tally(every=options.every)
    for name in options.parts or PARTS:
        print(f"== {name}", flush=True)
        (place / name).mkdir()
        PARTS[name](tally, place / name)
    text = counts(tally, day)
    print("\n" + text)
    for one in tally.wrong:
        print(f"\nWRONG: {one}")
    if tally.wrong:
        print(f"\nwhat is wrong can be looked at in {place}")
    else:
        shutil.rmtree(place)
    if not options.parts and options.every == 1:
        write(PAGE, text)
        print(f"written: {PAGE.relative_to(ROOT)}")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
