"""What may happen between any two steps of a save, and what must hold then.

git commits, stashes or goes to another branch; the folder goes away; a stranger puts a link in the
place of a name. And the clock may say 1999 or 2099 for a whole command.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tracing
from cases import ONE, OTHER, SCENARIOS, Scenario
from checks import explained, state_of, values_of

GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_NAME": "x" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "x@x" for who in ("AUTHOR", "COMMITTER")},
}
COMMIT = "cd $ROOT && git add -A && git commit -qm between"


@dataclass(frozen=True)
class Event:
    """What happens: a script for it, and one for the way back. $ROOT and $OUT are folders."""

    name: str
    script: str
    back: str = ""


POP = """
cd $ROOT && git stash list | grep . || exit 0
git stash pop -q && exit 0
git add -A && git commit -qm mine && git checkout -q stash@{0} -- . && git stash drop -q
"""
"""Bring a stash back; where something is in its way, that is committed, and the stash wins."""

EVENTS = (
    Event("git commit", COMMIT),
    Event("git stash", "cd $ROOT && git stash -q -u", POP),
    Event("git checkout of a branch", f"{COMMIT}; git checkout -q side",
          f"{COMMIT}; git checkout -q main"),
    Event("git checkout of a branch without it", f"{COMMIT}; git checkout -q away",
          "cd $ROOT && git checkout -q main || {"
          " echo x >> $ROOT.late; git stash -q -u; git checkout -q main; }"),
    Event("folder gone", "mv $ROOT $ROOT.gone", "mv $ROOT.gone $ROOT"),
)  # fmt: skip
LINKED = (
    "progress", "history", ".fedcheck", ".fedcheck/backup", ".fedcheck/seen.json", "private",
    "private/progress", "private/history", "progress/LIST", "history/MINE", "fedcheck.toml",
)  # fmt: skip
"""What a link takes the place of; the rest of the table stands in tests/test_links.py."""

SAVES = ("later", "two-lists", "private", "undo")


MOST_LATE = 8
"""Steps between the last look for fedcheck.toml and what is then written: the way back of git is
blocked there by a file of ours. It is not lost: git names it, and a stash of it is kept here."""


def links() -> Iterator[Event]:
    """Yield for each name the event that a link to a place outside is put there."""
    for name in LINKED:
        path = name.replace("LIST", "rev5.readiness.csp.toml").replace("MINE", "alice-*.jsonl")
        target = "file" if "." in Path(path).name[1:] else "folder"
        script = f"cd $ROOT && f=$(echo {path}) && mv $f $f.moved; ln -s $OUT/{target} $f"
        back = (
            f"cd $ROOT; for f in {path} {path}.moved; do f=${{f%.moved}}; [ ! -L $f ] || rm $f;"
            " [ ! -e $f.moved ] || mv $f.moved $f; done"
        )
        yield Event(f"link for {name}", script, back)


class Place:
    """A workspace in git in which a save is disturbed again and again, and its process."""

    def __init__(self, scenario: Scenario, place: Path) -> None:
        place.mkdir(parents=True)
        self.scenario, self.place = scenario, place
        self.root, self.kept = place / "workspace", place / "kept"
        self.outside = place / "outside"
        self.environment = {**tracing.environment(place / "home"), **GIT}
        self.environment |= {"ROOT": str(self.root), "OUT": str(self.outside)}
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("stepping.py"))],
            env=tracing.environment(place / "home"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._make()
        before = state_of(self.root)
        self.steps = self.call(self.scenario.command)["steps"]
        self.new = state_of(self.root)
        self.words = _list_new_words(before.lists, self.new.lists)

    def _make(self) -> None:
        assert (
            self.call(
                ("init", str(self.root), "--name", "A", "--process", "jab", "--role", "csp"), False
            )["status"]
            == 0
        )
        self.run_script(
            "cd $ROOT && rm -rf evidence && git init -q -b main && git add -A && git commit -qm one"
        )
        for words in self.scenario.before:
            assert self.call(words)["status"] == 0
        self.run_script(f"{COMMIT}; git checkout -q -b side")
        assert self.call(("set", ONE, "--owner", "side"))["status"] == 0
        self.run_script(
            f"{COMMIT}; git checkout -q --orphan away && git rm -rqf . && echo x > README &&"
            " git add README && git commit -qm away && git checkout -q main"
        )
        assert self.call(("set", OTHER, "--note", "just before"))["status"] == 0  # not committed
        if self.scenario.name == "undo":
            assert self.call(("set", ONE, "--owner", "gil"))["status"] == 0
        shutil.copytree(self.root, self.kept, symlinks=True)

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=20)

    def call(self, words: Sequence[str], here: bool = True, **more: Any) -> dict[str, Any]:
        """Run a command; return its status, what it said, and how many steps it took."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        argv = ["-w", str(self.root), *words] if here else list(words)
        order = {"argv": argv, "env": self.environment, "cwd": str(self.place), **more}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def run_script(self, script: str) -> str:
        """Run a script; return what went wrong with it."""
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=self.place,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr if done.returncode else ""

    def restore(self) -> None:
        """Put everything back as it was before the save."""
        for folder in (self.root, self.root.with_name("workspace.gone"), self.outside):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.kept, self.root, symlinks=True)
        (self.outside / "folder").mkdir(parents=True)
        (self.outside / "file").write_text("mine\n")
        (self.outside / "folder/mine.toml").write_text("mine\n")

    def attempt(self, event: Event, step: int) -> list[str]:
        """Disturb the save once; return what is wrong afterwards."""
        self.restore()
        outside = _snapshot(self.outside)
        done = self.call(self.scenario.command, step=step, script=event.script)
        may = (0, 1, 3) if self.scenario.name == "undo" else (0, 3)  # an undo may refuse
        wrong = [] if done["status"] in may else [f"exit status {done['status']}"]
        wrong += ["a traceback"] if "Traceback" in done["err"] else []
        if _snapshot(self.outside) != outside:
            wrong.append("LOST: something outside of the workspace was written")
        if event.name == "folder gone" and self.root.exists():
            wrong.append(f"a ghost folder: {sorted(self.root.rglob('*'))}")
            shutil.rmtree(self.root)
        if event.back and (said := self.run_script(event.back)):
            wrong.append(f"no way back: {said.strip()[-300:]}")
        if done["status"] == 0 and "saved" in done["out"]:
            wrong += [f"LOST: {word}" for word in self.words if not self._is_anywhere(word)]
        told = f"{self.scenario.name}, {event.name} before step {step}"
        about = (done["out"] + done["err"]).strip()[-300:]
        return [f"{told}: {one}\n  > {about}" for one in (*wrong, *self._go_on())]

    def _go_on(self) -> Iterator[str]:
        """Yield what is wrong with the workspace once work goes on in it."""
        for words in (("status", "--json"), self.scenario.after):
            answer = self.call(words)
            if answer["status"] != 0:
                yield f"{words[0]}: status {answer['status']}: {answer['err'].strip()[-300:]}"
        verified = self.call(("history", "--verify"))
        if verified["status"] != 0 and not _LOSSES.search(verified["err"]):
            yield f"verify: {verified['err'].strip()[-300:]}"
        now = state_of(self.root)
        for name, records in now.lists.items():
            told, there = explained(now, name), values_of(name, records)
            if told != there:
                parts = set(told.items()) ^ set(there.items())
                yield f"{name} is not what its history tells: {parts}"
        yield from (f"broken: {one}" for one in now.broken)

    def _is_anywhere(self, word: str) -> bool:
        """Tell whether a word is in a file of the workspace, or in what git keeps of it."""
        for path in self.root.rglob("*"):
            if path.is_file() and ".git" not in path.parts and word.encode() in path.read_bytes():
                return True
        script = f"cd $ROOT && git grep -qF {word} $(git rev-list --all)"
        return not self.run_script(script)

    def turn_clock(self, year: int) -> list[str]:
        """Save with a clock that is wrong, then go on and take back with one that is right."""
        self.restore()
        before = state_of(self.root).lists
        wrong = []
        done = self.call(self.scenario.command, year=year)
        if done["status"] != 0 or state_of(self.root).lists.keys() != self.new.lists.keys():
            wrong.append(f"status {done['status']}: {done['err']}")
        back = self.call(("redo",) if self.scenario.name == "undo" else ("undo",))
        if back["status"] != 0 or _without_days(state_of(self.root).lists) != _without_days(before):
            wrong.append(f"not taken back: {back['out']}{back['err']}")
        return [f"{self.scenario.name}, clock at {year}: {one}" for one in (*wrong, *self._go_on())]


_LOSSES = re.compile("outside fedcheck")


def _list_new_words(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the texts of a save that were nowhere before it."""
    before = json.dumps(old, default=str)
    found = set(re.findall(r'"(?:owner|note)": "([^"]+)"', json.dumps(new, default=str)))
    return sorted(word for word in found if f'"{word}"' not in before)


def _without_days(lists: dict[str, Any]) -> dict[str, Any]:
    """Return lists without empty records."""
    return {name: {i: r for i, r in items.items() if r} for name, items in lists.items() if items}


def _snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


Counted = dict[str, tuple[int, list[str]]]
"""For each kind of event how often it was tried, and what was wrong."""

KINDS = {
    "git": "git commands between two steps of a save",
    "folder": "the folder gone between two steps of a save",
    "link": "links put in the place of a name between two steps of a save",
    "clock": "saves with a clock at 1999 or 2099, then taken back",
}


def try_all(save: str, place: Path, every: int = 1) -> Counted:
    """Disturb a save by each event before each step, and by a wrong clock."""
    found = Place(SCENARIOS[save], place)
    counted: Counted = {what: (0, []) for what in KINDS.values()}

    def count(kind: str, wrong: list[str]) -> None:
        tried, before = counted[KINDS[kind]]
        counted[KINDS[kind]] = tried + 1, [*before, *wrong]

    try:
        for number, event in enumerate([*EVENTS, *links()]):
            for step in range(number % every, found.steps, every):
                count(event.name.partition(" ")[0], found.attempt(event, step))
        for year in (1999, 2099):
            count("clock", found.turn_clock(year))
    finally:
        found.close()
    late = found.root.with_name("workspace.late")
    times = late.read_text().count("x") if late.exists() else 0
    if times > MOST_LATE:
        counted[KINDS["git"]][1].append(f"{save}: a folder was made anew {times} times")
    return counted
