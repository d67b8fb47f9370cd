"""Many processes on one workspace at once, some of them killed: what they were told is saved."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cases
import tracing
from checks import State, lines, state_of

LISTS = ("crowd.a", "crowd.b", "crowd.c")
WHO = ("alice", "bob", "carol", "dana")
"""Fewer people than processes: several processes write one history file."""

WORKER = """
import sys
from pathlib import Path
from fedcheck.domain.evidence_edit import attach_evidence
from fedcheck.domain.item_rules import ItemEdit
from fedcheck.session import open_session
from fedcheck.storage import paths
from fedcheck.errors import FedcheckError
root, who = Path(sys.argv[1]), sys.argv[2]
session = open_session(root, paths.find_user_folders(), (), who)
print("open", flush=True)
sys.stdin.readline()
for line in sys.stdin:
    ref, value = line.split()
    while True:
        try:
            if value.startswith("SEC-"):
                ticket = session.new_evidence(value, here=root, kind="ticket")
                session.apply([ref], attach_evidence(ticket))
            else:
                session.apply([ref], ItemEdit(owner=value))
            break
        except FedcheckError as error:
            if "locked by another" not in str(error):
                raise
            print("refused", flush=True)
    print("saved", ref, value, flush=True)
print("end", flush=True)
"""

Order = tuple[str, str]
"""A reference, and the value that it is to have: an owner, or a ticket as evidence."""


@dataclass
class Worker:
    """A process with its orders, and the file that it reports to."""

    who: str
    orders: list[Order]
    place: Path
    process: "subprocess.Popen[str]"

    @property
    def words(self) -> list[str]:
        """Return the whole lines that it has said so far."""
        return self.place.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()

    def saved(self) -> list[Order]:
        found = (line.split() for line in self.words if line.startswith("saved "))
        return [(ref, value) for _, ref, value in found]


@dataclass(frozen=True)
class Outcome:
    """How it went.

    Attributes:
        changes: how many were reported as saved.
        inside: how many processes were killed with the lock in their hands.
        refused: how often a process waited in vain for the lock, and tried again.
        lost: what was reported as saved and is not there.
        wrong: what else is not as it should be.
    """

    processes: int
    changes: int
    killed: int
    inside: int
    refused: int
    seconds: float
    lost: list[str]
    wrong: list[str]


def orders_for(processes: int, changes: int) -> list[list[Order]]:
    """Return what each process is to do: half of them all add evidence to the same items."""
    return [
        [
            (f"{LISTS[n % 3]}:own-{p}-{n}", f"p{p}.{n}")
            if p % 2
            else (f"{LISTS[n % 3]}:shared-{n % 10}", f"SEC-{p * 1000 + n}")
            for n in range(changes)
        ]
        for p in range(processes)
    ]


def make(root: Path, orders: Sequence[Sequence[Order]]) -> None:
    """Make a workspace with lists that hold the items of all orders."""
    words = ["init", str(root), "--name", "A", "--process", "jab", "--role", "csp"]
    subprocess.run(
        [sys.executable, "-m", "fedcheck", *words],
        env=tracing.environment(root.parent / "home"),
        capture_output=True,
        check=True,
    )
    refs = sorted({ref for some in orders for ref, _ in some})
    for name in LISTS:
        text = (
            f'format = 1\nid = "{name}"\nprocess = "jab"\nphase = "readiness"\nrole = "csp"\n'
            'title = "T"\nsummary = "S"\n\n[[section]]\nid = "s"\ntitle = "S"\n\n'
        )
        for ref in refs:
            owner, _, item = ref.partition(":")
            if owner == name:
                text += f'  [[section.item]]\n  id = "{item}"\n  title = "T"\n\n'
        (root / "checklists" / f"{name}.toml").write_text(text, encoding="utf-8")
        (root / "checklists" / f"{name}.toml").chmod(0o600)


def start(root: Path, who: str, orders: list[Order], place: Path) -> Worker:
    """Start a process; it waits for `go` when it is ready."""
    home = root.parent / "home"
    with place.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(root), who],
            env=tracing.environment(home),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
            umask=0,
        )
    return Worker(who, orders, place, process)


def go(worker: Worker) -> None:
    """Let a process begin; it reads its orders from the pipe, which holds them all."""
    assert worker.process.stdin is not None
    text = "".join(f"{ref} {value}\n" for ref, value in worker.orders)
    worker.process.stdin.write("\n" + text)
    worker.process.stdin.close()


def together(place: Path, processes: int, changes: int, kills: int, seed: int = 1) -> Outcome:
    """Run processes at once, kill some at random moments, restart every second one of those."""
    chance = random.Random(seed)
    root = place / "workspace"
    orders = orders_for(processes, changes)
    make(root, orders)
    began = time.monotonic()
    workers = [
        start(root, WHO[p % len(WHO)], own, place / f"{p}.txt") for p, own in enumerate(orders)
    ]
    _until(lambda: all(w.words or w.process.poll() is not None for w in workers))
    for worker in workers:
        go(worker)
    victims = {
        p: chance.randrange(changes * 7 // 10) for p in chance.sample(range(processes), kills)
    }
    killed = inside = 0
    again: list[Worker] = []
    while any(worker.process.poll() is None for worker in [*workers, *again]):
        for p, moment in list(victims.items()):
            done = workers[p].saved()
            if len(done) < moment:
                continue
            time.sleep(chance.uniform(0, 0.02))
            del victims[p]
            inside += killed % 2 == 0 and _has_the_lock(workers[p].process)
            workers[p].process.send_signal(signal.SIGKILL)
            killed += workers[p].process.wait() == -signal.SIGKILL
            if killed % 2:
                # what it was told to be saved is not done again; what it was not told may be there
                rest = orders[p][len(workers[p].saved()) :]
                again.append(start(root, workers[p].who, rest, place / f"{p}-again.txt"))
                go(again[-1])
        time.sleep(0.005)
    seconds = time.monotonic() - began
    everyone = [*workers, *again]
    wrong = [f"{w.place.name}: {w.words[-3:]}" for w in everyone if w.process.returncode > 0]
    told = [(w.who, *order) for w in everyone for order in w.saved()]
    refused = sum(w.words.count("refused") for w in everyone)
    lost, more = judge(root, told, killed)
    return Outcome(processes, len(told), killed, inside, refused, seconds, lost, wrong + more)


def _has_the_lock(process: "subprocess.Popen[str]") -> bool:
    """Wait a little until a process holds a lock (Linux tells); tell whether it did."""
    locks = Path("/proc/locks")
    end = time.monotonic() + 2
    while locks.exists() and process.poll() is None and time.monotonic() < end:
        held = (line.split() for line in locks.read_text().splitlines())
        if any("->" not in words and str(process.pid) in words for words in held):
            return True
    return False


def _until(true: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "the processes did not start"
        time.sleep(0.01)


def by_commands(place: Path, parallel: int, changes: int) -> Outcome:
    """Make each change with a real `fedcheck set`, several of them at a time."""
    root = place / "workspace"
    orders = [
        [(f"{LISTS[n % 3]}:own-{p}-{n}", f"p{p}.{n}") for n in range(changes)]
        for p in range(parallel)
    ]
    make(root, orders)
    began = time.monotonic()
    wrong: list[str] = []

    def work(p: int) -> list[tuple[str, str, str]]:
        told = []
        for ref, value in orders[p]:
            who = WHO[p % len(WHO)]
            done = subprocess.run(
                tracing.command(root, ["set", ref, "--owner", value]),
                env={**tracing.environment(place / "home"), "FEDCHECK_USER": who},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode == 0 and done.stdout.startswith("saved  "):
                told.append((who, ref, value))
            else:
                wrong.append(f"{ref}: {done.returncode} {done.stderr}")
        return told

    with ThreadPoolExecutor(parallel) as pool:
        told = [one for some in pool.map(work, range(parallel)) for one in some]
    seconds = time.monotonic() - began
    lost, more = judge(root, told, 0)
    return Outcome(parallel * changes, len(told), 0, 0, 0, seconds, lost, wrong + more)


def judge(
    root: Path, told: Sequence[tuple[str, str, str]], killed: int
) -> tuple[list[str], list[str]]:
    """Return what was reported and is not there, and what else is wrong."""
    seen = state_of(root)
    there, noted = _values(seen), _noted(seen)
    lost = [f"{who} {ref} {value}" for who, ref, value in told if (ref, value) not in there]
    # A process killed between file and history did what its successor then found done already:
    # the history has it as done outside.
    lost += [
        f"history: {one}"
        for one in told
        if one not in noted and not (killed and ("outside fedcheck", *one[1:]) in noted)
    ]
    wrong = [f"broken: {one}" for one in seen.broken]
    wrong += [f"open to others: {one}" for one in seen.modes]
    unsaid = there - {(ref, value) for _, ref, value in told}
    if len(unsaid) > killed:
        wrong.append(f"more was done than said: {sorted(unsaid)}")
    last = f"{LISTS[0]}:own-1-0"
    answers = cases.fedcheck(
        root, [("status", "--json"), ("set", last, "--note", "last"), ("history", "--verify")]
    )
    wrong += [f"{status}: {err or out}" for status, out, err in answers if status or err]
    after = state_of(root)
    if _values(after) != there:
        wrong.append("one more save changed what was there")
    wrong += [f"lies around: {name}" for name in after.files if name.endswith(".tmp")]
    if len(after.logs) > len(WHO):
        wrong.append(f"{len(after.logs)} history files")
    return lost, wrong


def _values(state: State) -> set[Order]:
    found = set()
    for name, records in state.lists.items():
        for item, record in records.items():
            ref = f"{name}:{item}"
            if "owner" in record:
                found.add((ref, record["owner"]))
            found |= {(ref, evidence_item["link"]) for evidence_item in record.get("evidence", [])}
    return found


def _noted(state: State) -> set[tuple[str, str, str]]:
    found = set()
    for one in lines(state):
        new = one["new"]
        found.add((one["by"], one["ref"], new["link"] if isinstance(new, dict) else str(new)))
    return found
