"""Where the time of one command or of the app's start goes: `python stages.py WORD...` prints JSON.

A timer looks at the running program every millisecond and books the processor time that was spent
since its last look under what is running then, by the folder of the code. Nothing else of the
program is touched, so this finds its way however the code is written. `python stages.py app ROOT`
looks at the start of the app in place of a command.

What it costs to read and hash the files that a command opens is measured by itself afterwards.
"""

import contextlib
import gc
import hashlib
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType

EVERY = 0.001
IDLE = 0.1
"""What an app may take in 0.15 s that does nothing but be looked at, in seconds."""

INTERPRETER, ENDING = "interpreter", "ending"
IMPORTS, READING, DECODING = "imports", "reading and hashing", "decoding and checking"
JUDGING, PRINTING, REPORT = "judging", "command line and printing", "reports"
HISTORY, SAVING = "history", "saving"
STYLES, LAYOUT, WIDGETS = "style sheets", "layout and painting", "widgets and messages"
STARTED, DONE = "started", "done"
"""Processor time of the process until it began to look, and until it had the figures."""

ROOMS = {
    "storage": DECODING,
    "analysis": JUDGING,
    "domain": JUDGING,
    "reports": REPORT,
    "exporters": REPORT,
    "doctor": HISTORY,
}
HISTORIES = {
    "explained",
    "history",
    "history_graph",
    "history_index",
    "history_lines",
    "history_search",
    "losses",
    "lost_values",
    "outside_notes",
    "own_transactions",
    "reconcile",
    "unexplained",
}
"""Modules of the storage room that read histories, whoever calls them."""

SURFACES = {"cli", "tui", "session", "session.py", "__main__.py"}


class Sampler:
    """Books processor time by stage, between `begin` and the last `keep`."""

    def __init__(self, package: str, textual: str) -> None:
        self.package, self.textual = package, textual
        self.spent: Counter[str] = Counter()
        self.kept: dict[str, float] = {}
        self.opened: set[str] = set()
        self._last = 0.0
        self._main = threading.main_thread().ident
        self._watching = False

    def begin(self) -> float:
        """Start to look, note files that are opened too; return the time spent before that."""
        sys.addaudithook(self._note_open)
        self._watching = True
        signal.signal(signal.SIGALRM, self._look)
        self._last = time.process_time()
        signal.setitimer(signal.ITIMER_REAL, EVERY, EVERY)
        return self._last

    def keep(self) -> None:
        """Keep what was found so far: this may have been the last of what is measured."""
        self.kept = dict(self.spent)

    def end(self) -> None:
        """Stop to look."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._watching = False

    def _note_open(self, event: str, args: tuple[object, ...]) -> None:
        if self._watching and event == "open" and isinstance(args[0], str | bytes):
            self.opened.add(os.fsdecode(args[0]))

    def _look(self, _: int, frame: FrameType | None) -> None:
        now = time.process_time()
        self.spent[self._stage(frame)] += now - self._last
        self._last = now

    def _stage(self, frame: FrameType | None) -> str:
        """Return the stage of a moment; while the main thread waits, that of another one."""
        if frame is not None and frame.f_code.co_filename.endswith("selectors.py"):
            others = (one for key, one in sys._current_frames().items() if key != self._main)
            frame = next((one for one in others if self._is_ours(one)), frame)
        found, places = "", []
        while frame is not None:
            name = frame.f_code.co_filename
            if name.startswith("<frozen importlib"):
                return IMPORTS
            if name.startswith(self.package):
                places.append(name.removeprefix(self.package))
            elif not found and name.startswith(self.textual):
                found = _name_textual(name.removeprefix(self.textual))
            frame = frame.f_back
        return _name_ours(places) or found or PRINTING

    def _is_ours(self, frame: FrameType | None) -> bool:
        while frame is not None:
            if frame.f_code.co_filename.startswith(self.package):
                return True
            frame = frame.f_back
        return False


def _name_ours(places: list[str]) -> str:
    """Return the stage of our own code that is running, the innermost first; nothing for none.

    The outermost room that is no surface decides: what the storage calls is decoding, what the
    analysis calls is judging. What was put off until the analysis asks for it is decoding too.
    """
    for place in places:
        if Path(place).stem in HISTORIES:
            return HISTORY
    stems = [Path(place).stem for place in places]
    if "late_mapping" in stems:
        inner = places[: stems.index("late_mapping")]
        if any(place.startswith("/storage/") for place in inner):
            return DECODING
    for place in reversed(places):
        room = place.strip("/").partition("/")[0]
        if room not in SURFACES:
            if Path(place).stem == "text":
                return PRINTING
            if Path(place).stem == "transaction":
                return SAVING
            return ROOMS.get(room, "")
    return ""


def _name_textual(path: str) -> str:
    """Return the stage of a file of Textual."""
    if path.startswith("/css/") or path == "/style.py":
        return STYLES
    words = ("layout", "compositor", "strip", "render", "visual", "content", "geometry", "screen")
    return LAYOUT if any(word in path for word in words) else WIDGETS


def measure_reading(paths: set[str]) -> float:
    """Return the processor time of reading files and hashing them, in seconds."""
    files = [path for path in map(Path, paths) if path.suffix in (".toml", ".msgpack")]
    files = [path for path in files if path.is_file()]
    begin = time.process_time()
    for path in files:
        hashlib.sha256(path.read_bytes()).hexdigest()
    return time.process_time() - begin


def watch(words: list[str]) -> dict[str, float]:
    """Run a command or the app and return the seconds of each stage."""
    import importlib.util

    ours, textual = (importlib.util.find_spec(name) for name in ("fedcheck", "textual"))
    assert ours and ours.origin and textual and textual.origin
    sampler = Sampler(str(Path(ours.origin).parent), str(Path(textual.origin).parent))
    if words[0] == "app":
        import probe

        started = sampler.begin()
        probe.home(words[1], sampler.keep, IDLE)
        sampler.end()
    else:
        gc.disable()  # this and what is put off: as `fedcheck.__main__` does
        with open(os.devnull, "w") as null, contextlib.redirect_stdout(null):  # noqa: PTH123
            started = sampler.begin()
            from fedcheck.late_modules import put_off

            put_off()
            from fedcheck.cli.main import run

            run(words)
            sampler.end()
            sampler.keep()
    found = sampler.kept
    reading = min(measure_reading(sampler.opened), found.get(DECODING, 0.0))
    found[DECODING] = found.get(DECODING, 0.0) - reading
    return {STARTED: started, **found, READING: reading}


def main() -> None:
    """Print the seconds of each stage, and end the process as the program does."""
    found = watch(sys.argv[1:])
    from fedcheck.__main__ import end

    print(json.dumps({**found, DONE: time.process_time()}))
    end(0)


if __name__ == "__main__":
    main()
