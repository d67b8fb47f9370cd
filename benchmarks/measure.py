"""Measures fedcheck against the targets of its design: `make bench`, or `--write` for the page.

Everything is a ratio inside one run, since machines differ: a command against `python -c pass`,
the app against an app with one label, a key in our list against a key in a bare list. Of several
runs the quickest counts. Commands and the start of the app are counted in processor time, which
other programs on the machine disturb least; keys and saving by the clock.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import workspaces

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "performance.md"
OFFICIAL = HERE.parents[1] / "shared" / "data"
CATALOG = "oscal/FedRAMP_rev5_MODERATE-baseline-resolved-profile_catalog.from-yaml.json"
SRTM = (
    "srtm/FedRAMP-SAR-Appendix-B-Moderate-Security-Requirements-Traceability-Matrix-Template.xlsx"
)
FEDCHECK = (sys.executable, "-m", "fedcheck")


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, how long, against what, and what is wanted."""

    what: str
    took: str
    ratio: str = ""
    target: str = ""
    met: str = ""


def environment(home: Path) -> dict[str, str]:
    """Return the environment of everything measured: byte code is kept, settings are not ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FEDCHECK_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    places = {f"XDG_{name}_HOME": str(home / name) for name in ("CONFIG", "STATE", "CACHE", "DATA")}
    return {**kept, **places, "HOME": str(home), "FEDCHECK_USER": "bench", "TZ": "UTC"}


class Bench:
    """One run: a folder for everything that is written, and the rows that were found."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self.folder, self.rounds = folder, rounds
        self.env = environment(folder / "home")
        self.rows: list[Row] = []
        self.bare = self.processor([sys.executable, "-c", "pass"], rounds * 3)

    def processor(self, command: Sequence[str], rounds: int = 0) -> float:
        """Return the least processor time of a command, in seconds."""
        best = float("inf")
        for _ in range(rounds or self.rounds):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, env=self.env, check=True, stdout=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
            best = min(best, spent)
        return best

    def probe(self, *words: str) -> dict[str, float]:
        """Run a probe in a process of its own, and return what it prints."""
        done = subprocess.run(
            [sys.executable, str(HERE / "probe.py"), *words],
            env=self.env, check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return found

    def best(self, key: str, *words: str) -> float:
        """Return the least of one value of a probe."""
        return self.least(*words)[key]

    def least(self, *words: str) -> dict[str, float]:
        """Return the least of each value of a probe."""
        found = [self.probe(*words) for _ in range(self.rounds)]
        return {name: min(one[name] for one in found) for name in found[0]}

    def against(self, what: str, took: float, base: float, target: float, unit: str) -> None:
        """Note a time with its ratio to another one, and whether that is as wanted."""
        ratio = took / base
        wanted = f"{target:g} × {unit}" if target else ""
        met = ("yes" if ratio <= target else "no") if target else ""
        self.rows.append(Row(what, ms(took), f"{ratio:.1f} × {unit}", wanted, met))

    def within(self, what: str, took: float, limit: float) -> None:
        """Note a time with its limit in seconds; 0 for none."""
        met = ("yes" if took <= limit else "no") if limit else ""
        self.rows.append(Row(what, ms(took), "", ms(limit) if limit else "", met))


def ms(seconds: float) -> str:
    """Return a time in milliseconds."""
    return f"{seconds * 1000:,.1f} ms" if seconds < 0.1 else f"{seconds * 1000:,.0f} ms"


def commands(bench: Bench, root: Path, size: str) -> None:
    """Measure whole processes of commands."""
    for name, words in {
        "status": ["status"],
        "list": ["list"],
        "set": ["set", "bench.l00:i3", "--note", "another note"],
    }.items():
        took = bench.processor([*FEDCHECK, "-w", str(root), *words])
        bench.against(f"{name}, {size}", took, bench.bare, 8, "bare python")


def app(bench: Bench, big: Path, long: Path) -> None:
    """Measure the start of the app, and keys in a long list."""
    one = bench.best("spent", "label")
    bench.against("app to its home screen, 3,000 items", bench.best("spent", "home", str(big)),
                  one, 1.6, "one label")  # fmt: skip
    ours, plain = bench.least("keys", str(long), "bench.l00"), bench.least("bare")
    bench.within("a list of 1,400 opens", ours["opened"], 0)
    bench.within("key to screen in it, 95th percentile", ours["p95"], 0.016)
    bench.within("the same in a bare list that Textual draws", plain["p95"], 0)
    bench.against("key to screen in it, median", ours["median"], plain["median"], 0, "bare list")


def portfolio(bench: Bench) -> None:
    """Measure a portfolio of thirty workspaces with 500 recorded items each."""
    clients = bench.folder / "clients"
    for number in range(30):
        workspaces.make(clients / f"client{number:02}", 4, 125)
    took = bench.processor([*FEDCHECK, "portfolio", str(clients), "--json"])
    bench.within("portfolio, 30 workspaces of 500 items", took, 3.0)


def saving(bench: Bench, small: Path, long: Path) -> None:
    """Measure one durable change."""
    bench.within("one change is durable, list of 300", bench.best("median", "save", str(small)),
                 0.015)  # fmt: skip
    bench.within("one change is durable, list of 1,400", bench.best("median", "save", str(long)),
                 0.050)  # fmt: skip


def official(bench: Bench, data: Path) -> None:
    """Measure imports of FedRAMP's own files, where they are."""
    empty = workspaces.make(bench.folder / "empty", 0, 0)
    for what, kind, name, more in (
        ("import of the Moderate SRTM", "srtm", SRTM, []),
        ("import of the Moderate catalog", "oscal", CATALOG, ["--by", "objective"]),
    ):
        path = data / name
        if not path.exists():
            bench.rows.append(Row(what, "skipped", "the official file is not here"))
            continue
        command = [*FEDCHECK, "-w", str(empty), "import", kind, str(path), *more, "--dry-run"]
        bench.against(what, bench.processor(command), bench.bare, 0, "bare python")
    if (data / CATALOG).exists():
        command = [*FEDCHECK, "-w", str(empty), "import", "oscal", str(data / CATALOG)]
        bench.processor([*command, "--by", "objective"], 1)
        keys = bench.least("keys", str(empty), "oscal.objectives")
        bench.within("its checklist of 1,388 tests opens", keys["opened"], 0)
        bench.within("key to screen in it, 95th percentile", keys["p95"], 0.016)
        bench.within("one change in it is durable", bench.best("median", "save", str(empty)), 0.05)


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table in Markdown."""
    head = ("measured", "took", "ratio", "target", "met")
    cells = [head, *((r.what, r.took, r.ratio, r.target, r.met) for r in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|", *lines[1:]])


def page(bench: Bench, load: dict[str, float]) -> str:
    """Return docs/performance.md."""
    cores = os.cpu_count() or 1
    saved = load["toml"] - load["json"]
    python = platform.python_version()
    opened, toml, cached = (ms(load[name]) for name in ("open", "toml", "json"))
    share = f"{saved / load['open']:.0%}"
    return f"""# Performance

Made by `make performance`: real numbers of one run, on a machine with {cores} cores under
{platform.system()}, Python {python}. `make bench` prints the same table on yours and
writes nothing. Targets are those of the design; where one is not met, the table says so.

Workspaces are generated: every item has guidance, controls, an evidence limit, and a record with an
owner, a note and two pieces of evidence. "3,000" is 20 lists of 150, "20,000" is 40 lists of 500;
the shipped checklists come on top. A command, and the start of the app, is processor time from the
start of the process, against `python -c pass` ({ms(bench.bare)}) or an app with one label. Keys and
saving are by the clock, so other work on the machine counts there: {load_now()}
The app runs without a terminal, but all that it would write to one is made. A key waits for the
next drawing: Textual makes 60 a second in the bare list, and 120 in our app, which asks for it.

{table(bench.rows)}

Where the time of a command goes, 3,000 items: opening the workspace takes {opened} of
processor time, of which parsing its TOML is {toml}. The same values as JSON are read in {cached},
so a cache of parsed files would save about {ms(saved)} in each command, {share} of opening.
It would not bring a
command with 3,000 full records to 8 times a bare Python: the interpreter with click (`--version`)
and the modules of a command take most of that alone. There is no such cache.
"""


def load_now() -> str:
    """Say how much else the machine does, where it can tell."""
    if not hasattr(os, "getloadavg"):
        return ""
    return f"its load was {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores."


def main() -> None:
    """Measure, and print the table or write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each thing is run")
    parser.add_argument("--quick", action="store_true", help="without the 20,000 items")
    parser.add_argument("--data", type=Path, default=OFFICIAL, help="folder of official files")
    parser.add_argument("--portfolio", action="store_true", help="only the portfolio")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fedcheck-bench-") as name:
        folder = Path(name)
        bench = Bench(folder, said.rounds)
        if said.portfolio:
            portfolio(bench)
            print(table(bench.rows))
            return
        big = workspaces.make(folder / "big", 20, 150)
        long = workspaces.make(folder / "long", 1, 1400)
        small = workspaces.make(folder / "small", 1, 300)
        bench.against("--version", bench.processor([*FEDCHECK, "--version"]), bench.bare, 0,
                      "bare python")  # fmt: skip
        steps: list[Callable[[], None]] = [
            lambda: commands(bench, big, "3,000 items"),
            lambda: app(bench, big, long),
            lambda: saving(bench, small, long),
            lambda: official(bench, said.data),
            lambda: portfolio(bench),
        ]
        if not said.quick:
            huge = workspaces.make(folder / "huge", 40, 500)
            steps.append(lambda: commands(bench, huge, "20,000 items"))
        for step in steps:
            step()
        if said.write:
            PAGE.write_text(page(bench, bench.least("load", str(big))), encoding="utf-8")
        print(table(bench.rows))


if __name__ == "__main__":
    main()
