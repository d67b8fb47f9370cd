"""One trial: disturb, look, go on working, look again."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import tracing
from cases import SCENARIOS, Fault, Prepared, disturb, fedcheck, prepare
from checks import Allowed, judge, judge_next, state_of
from durable import is_machine_local, path_of


@dataclass(frozen=True)
class Verdict:
    """What came of a fault: whether it hit what it was to hit, and what is wrong."""

    scenario: str
    fault: Fault
    hit: bool
    wrong: tuple[str, ...]
    said: str = ""

    def __str__(self) -> str:
        told = [*self.wrong, *(f"> {line}" for line in self.said.splitlines()[-6:])]
        return f"{self.scenario}, {self.fault.label}\n  " + "\n  ".join(told)


def attempt(prepared: Prepared, fault: Fault, place: Path) -> Verdict:
    """Try one fault in a folder of its own, which is removed where all is well."""
    place.mkdir(parents=True)
    root, traced = disturb(prepared, fault, place)
    hit = _was_hit(fault, traced, root)
    seen = state_of(root)
    ended = (traced.status, traced.out, traced.err)
    wrong = judge(prepared.known, seen, root, ended, _allowed(prepared, fault))
    next_ = [("status", "--json"), prepared.scenario.after, ("history", "--verify")]
    if _not_on_disk(fault, traced):
        wrong.append("LOST: the disk refused to sync it, and it was said to be saved")
    answers = fedcheck(root, next_)
    wrong += judge_next(prepared.known, seen, state_of(root), answers)
    if not wrong:
        shutil.rmtree(place)
    return Verdict(prepared.scenario.name, fault, hit, tuple(wrong), traced.out + traced.err)


def _allowed(prepared: Prepared, fault: Fault) -> Allowed:
    """Return what a fault excuses: words on standard output, the answer about an evidence file."""
    if fault.call is None:
        return Allowed()
    about_proof = any("/workspace/evidence" in path for path in fault.call.targets())
    return Allowed(fault.call.says(), prepared.scenario.answers if about_proof else ())


def _was_hit(fault: Fault, traced: tracing.Traced, root: Path) -> bool:
    """Tell from the log of the run whether the fault hit the call that it was meant for."""
    if fault.call is None:
        return any("EFBIG" in call.text and call.concerns(root) for call in traced.calls)
    for call in traced.hit:
        if call.name == fault.call.name and call.number == fault.call.number:
            return call.concerns(root) or call.says() or call.name in tracing.ENDS
    return False


def _not_on_disk(fault: Fault, traced: tracing.Traced) -> bool:
    """Tell whether something was said to be saved although what it needs could not be synced."""
    call = fault.call
    failed = call is not None and call.name in tracing.SYNCS and fault.kind != "KILL"
    return bool(failed and traced.status == 0 and not is_machine_local(path_of(call)))


class Scenarios:
    """The scenarios made ready in a folder, each when it is first asked for."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.ready: dict[str, Prepared] = {}
        self.made = 0

    def get(self, name: str) -> Prepared:
        """Return a scenario made ready."""
        if name not in self.ready:
            self.made += 1
            self.ready[name] = prepare(SCENARIOS[name], self.place / f"{name}-{self.made}")
        return self.ready[name]

    def attempt(self, name: str, kind: str, call: str, which: int, place: Path) -> Verdict:
        """Try a fault at one of the calls of that name.

        The calls are counted anew where it hit another one: libraries load files in another
        order once they are compiled or updated.
        """
        for turn in range(3):
            calls = [c for c in self.get(name).calls if c.name == call]
            fault = Fault(kind, calls[which])
            verdict = attempt(self.get(name), fault, place / str(turn))
            if verdict.hit:
                break
            del self.ready[name]
        return verdict
