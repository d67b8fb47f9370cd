"""Driving the app in tests: press keys, type, wait until all is saved, read the screen.

Nothing here waits for some time to pass, nor for the process to look idle, which it also does when
others have the processor: `caught_up` and `settle` wait for what the app itself has left to do.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from textual import Logger, _callback
from textual._context import active_app
from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import active_worker

from fedcheck.tui.app import FedcheckApp
from fedcheck.tui.writer import Writer

SHORT = 0.1
"""Timers up to this many seconds put something off; longer ones repeat or take away."""

PAINT = Screen._compositor_refresh
PARSE = Stylesheet._parse_rules
COUNT = _callback._count_parameters
COUNTED: dict[CodeType, int] = {}
PARSED: dict[tuple[Any, ...], list[RuleSet]] = {}
THREADS: set[asyncio.Future[Any]] = set()
"""What threads do for the app at this moment: they save, and parse what a report says.

Files that are read by a worker are not among it: a person need not wait for that, nor does a test.
"""


def drive(patch: pytest.MonkeyPatch) -> None:
    """Make Textual's pilot wait as `caught_up` does, and keep account of threads.

    What changed is painted once all is settled, not after each step on the way there. Nothing is
    animated, and what was told stays for `told` to read, however long a test takes.
    """
    run_in_executor, submit = asyncio.BaseEventLoop.run_in_executor, Writer._queue
    THREADS.clear()

    def note(future: "asyncio.Future[Any]") -> "asyncio.Future[Any]":
        THREADS.add(future)
        future.add_done_callback(THREADS.discard)
        return future

    def run_noted(loop: Any, executor: Any, work: Any, *args: Any) -> "asyncio.Future[Any]":
        future = run_in_executor(loop, executor, work, *args)
        return future if active_worker.get(None) else note(future)

    def submit_noted(writer: Writer, job: Any, done: Callable[[Any], object]) -> "Future[Any]":
        told: Future[None] = Future()

        def tell(future: "Future[Any]") -> None:
            done(future)
            told.set_result(None)

        note(asyncio.wrap_future(told))
        return submit(writer, job, tell)

    patch.setattr(asyncio.BaseEventLoop, "run_in_executor", run_noted)
    patch.setattr(Writer, "_queue", submit_noted)
    patch.setattr("textual.app.wait_for_idle", caught_up)
    patch.setattr("textual.pilot.wait_for_idle", caught_up)
    patch.setattr(Pilot, "_wait_for_screen", _waited_for_screen)
    patch.setattr(Pilot, "wait_for_scheduled_animations", settle)  # before a picture is taken
    patch.setattr(Screen, "_compositor_refresh", _paint_later)
    patch.setattr(Stylesheet, "_parse_rules", _parsed_once)
    # Asked for a thousand times for each widget that gets its styles, and in Python.
    patch.setattr(RuleSet, "__hash__", object.__hash__)
    # A strip makes seven caches, most of which stay empty, and does not live long in a test.
    patch.setattr("textual.strip.FIFOCache", lambda _size: {})
    patch.setattr(Logger, "event", _Unheard())
    patch.setattr("textual._callback._count_parameters", _count_parameters_once)
    patch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none")
    # A test waits for the details after each key, and not for their delay: it was a third of its
    # time. A timer without any delay looks for ever.
    patch.setattr("fedcheck.tui.screens.filtered_list.DETAILS_DELAY", 0.001)
    patch.setattr("fedcheck.tui.external_changes.NEWS_SECONDS", 0.01)
    # Not `has_expired` alone: a toast that is shown with less than no time left gets a timer of a
    # negative interval, for which Textual looks for ever, without giving way to anything else.
    patch.setattr("textual.notifications.Notification.time_left", 3600.0)


def _parsed_once(sheet: Stylesheet, *args: Any, **named: Any) -> list[RuleSet]:
    """Return the rules of a style sheet, which is the same in every app of the same colours."""
    variables = tuple(sheet._variables.items())
    key = (args, tuple(named.items()), variables)
    if key not in PARSED:
        PARSED[key] = PARSE(sheet, *args, **named)
    return PARSED[key]


class _Unheard:
    """A log that nobody listens to: two of Textual's are made for each handler that is called."""

    def verbosity(self, _: bool) -> "_Unheard":
        return self

    def __call__(self, *_: object) -> None:
        return


def _count_parameters_once(func: Callable[..., Any]) -> int:
    """Return how many parameters a function has, which is the same for each made of one `def`."""
    if not isinstance(func, FunctionType) or hasattr(func, "__wrapped__"):
        return COUNT(func)
    if func.__code__ not in COUNTED:
        COUNTED[func.__code__] = COUNT(func)
    return COUNTED[func.__code__]


def _paint_later(screen: Screen[Any]) -> None:
    """Leave the painting of the screen on top to `settle`; its dirty regions wait for that."""
    if screen is screen.app.screen:
        screen._dirty_widgets.clear()
    else:
        PAINT(screen)


async def caught_up(*_: float) -> None:
    """Wait until no task can go on now, and what changed is drawn."""
    loop: Any = asyncio.get_running_loop()
    app = active_app.get()
    while True:
        await asyncio.sleep(0)
        if loop._ready:
            continue
        screen = app._screen_stack[-1] if app.is_running and app._screen_stack else None
        if screen is None or not screen.is_running:
            return
        with screen._context():
            if not screen._update_timer._active.is_set():
                return
            screen._on_timer_update()


async def _waited_for_screen(*_: object) -> bool:
    """Wait as `caught_up` does, and not for an answer of each widget to a message after each key.

    Asking all of them was a third of the messages of a test.
    """
    await caught_up()
    return True


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until everything queued is saved and shown, and paint it."""
    await _done(pilot.app)
    _paint(pilot.app)


async def _done(app: App[Any]) -> None:
    while True:
        await caught_up()
        waiting = [*THREADS, *_put_off(app)]
        if not waiting:
            return
        _, late = await asyncio.wait(waiting, timeout=60)
        assert not late, f"never done: {late}"


def _paint(app: App[Any]) -> None:
    screen = app._screen_stack[-1] if app.is_running and app._screen_stack else None
    if screen is not None and screen.is_running and screen._compositor._dirty_regions:
        with screen._context():
            PAINT(screen)


def _put_off(app: App[Any]) -> list["asyncio.Task[None]"]:
    """Return the timers that run once, and soon: the details follow the cursor by one."""
    screens = app.screen_stack if app.is_running else []
    nodes = [app, *(node for one in screens for node in one.walk_children(with_self=True))]
    timers = [timer for node in nodes for timer in node._timers]
    soon = [one._task for one in timers if one._repeat == 0 and one._interval <= SHORT]
    return [task for task in soon if task is not None and not task.done()]


async def press(pilot: Pilot, *keys: str) -> None:
    """Press keys, each once the app has done what the one before asks for; paint the end of it."""
    for key in keys:
        await pilot.press(key)
        await _done(pilot.app)
    await settle(pilot)


async def type_text(pilot: Pilot, text: str) -> None:
    names = {" ": "space", ":": "colon", "-": "minus", "/": "slash", ".": "full_stop"}
    names |= {"+": "plus", "<": "less_than_sign"}
    await pilot.press(*[names.get(char, char) for char in text])
    await settle(pilot)


def on_disk(root: Path, checklist: str = "rev5.readiness.csp") -> str:
    path = root / "progress" / f"{checklist}.toml"
    return path.read_text() if path.exists() else ""


def screen_text(app: FedcheckApp) -> str:
    """Return what stands on the screen, as text."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)


def told(app: FedcheckApp) -> str:
    """Return what the toasts on the screen say."""
    return "\n".join(note.message for note in app._notifications)
