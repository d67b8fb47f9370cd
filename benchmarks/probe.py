"""What is measured inside one process: `python probe.py NAME [ROOT]` prints JSON.

label: processor time until an app with one label is shown. home ROOT: until our app shows its first
screen with its numbers.
keys ROOT LIST: seconds from a key to the screen in a list. bare: the same in a list that only
scrolls.
save ROOT: seconds of one durable change.
"""

import asyncio
import gc
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

PRESSES = 120
SAVES = 12
SIZE = (120, 40)
LOOK_EVERY = 0.15
"""How long to wait until looking again whether an app is idle, in seconds."""

IDLE = 0.01
"""How much processor time an idle app may take in that time, in seconds."""


def watched(app: Any, drawn: Callable[[], None] | None = None) -> Any:
    """Return an app that notes in `drawn` when it has drawn, and makes the terminal's text of it.

    Without a terminal Textual leaves that text out; it is part of what a person waits for.
    """
    display = app._display

    def noted(screen: Any, renderable: Any) -> None:
        display(screen, renderable)
        if hasattr(renderable, "render_segments"):
            renderable.render_segments(app.console)
        app.drawn, app.spent = time.perf_counter(), time.process_time()
        if drawn:
            drawn()

    app.drawn = app.spent = 0.0
    app._display = noted
    return app


def our_app(root: str, drawn: Callable[[], None] | None = None) -> Any:
    """Return our app on a workspace."""
    gc.disable()  # as `fedcheck.__main__` does; the app turns it on
    from fedcheck.storage import config, paths
    from fedcheck.tui.app import FedcheckApp

    folders = paths.find_user_folders()
    app = FedcheckApp(Path(root), folders, config.UserConfig(), "bench", Path(root))
    return watched(app, drawn)


async def until_idle(app: Any, screen: str = "", since: float = 0.0, idle: float = IDLE) -> None:
    """Wait until a screen is there and drawn, and the app neither draws nor works for a while."""
    seen, worked = -1.0, 0.0
    for _ in range(200):
        there = app.drawn > since and (not screen or type(app.screen).__name__ == screen)
        if there and seen == app.drawn and time.process_time() - worked < idle:
            return
        seen, worked = app.drawn, time.process_time()
        await asyncio.sleep(LOOK_EVERY)
    raise SystemExit(f"{screen or 'the app'} was not shown in 30 seconds")


def label() -> dict[str, float]:
    """Show one label."""
    from textual.app import App
    from textual.widgets import Label

    class One(App[None]):
        def compose(self) -> Any:
            yield Label("a label")

    return asyncio.run(_start(watched(One())))


def home(
    root: str, drawn: Callable[[], None] | None = None, idle: float = IDLE
) -> dict[str, float]:
    """Show the first screen of a workspace; `idle` is what an idle app may take (see IDLE)."""
    return asyncio.run(_start(our_app(root, drawn), "HomeScreen", idle))


async def _start(app: Any, screen: str = "", idle: float = IDLE) -> dict[str, float]:
    async with app.run_test(size=SIZE):
        await until_idle(app, screen, idle=idle)
        return {"spent": app.spent}


def keys(root: str, checklist: str) -> dict[str, Any]:
    """Open a list, and press the down key in it."""
    return asyncio.run(_keys(our_app(root), f"checklist:{checklist}"))


def bare() -> dict[str, Any]:
    """Press the down key in a list of 1,400 lines that does nothing but scroll."""
    from rich.segment import Segment
    from textual.app import App
    from textual.binding import Binding
    from textual.geometry import Region, Size
    from textual.scroll_view import ScrollView
    from textual.strip import Strip

    class Lines(ScrollView, can_focus=True):
        BINDINGS: ClassVar = [Binding("down", "down")]
        cursor = 0

        def on_mount(self) -> None:
            self.virtual_size = Size(80, 1400)
            self.focus()

        def render_line(self, y: int) -> Strip:
            number = y + self.scroll_offset.y
            sign = ">" if number == self.cursor else " "
            return Strip(
                [Segment(f"{sign} Item {number} says in one line what is true".ljust(100))]
            )

        def action_down(self) -> None:
            self.cursor += 1
            self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False)
            self.refresh()

    class One(App[None]):
        def compose(self) -> Any:
            yield Lines()

    return asyncio.run(_keys(watched(One()), ""))


async def _keys(app: Any, opening: str) -> dict[str, Any]:
    from textual.events import Key

    async with app.run_test(size=SIZE):
        await until_idle(app, "HomeScreen" if opening else "")
        begin = time.perf_counter()
        if opening:
            from fedcheck.tui.screens.checklist import ChecklistScreen

            app.push_screen(ChecklistScreen(query=opening))
            await until_idle(app, "ChecklistScreen", begin)
        opened = app.drawn - begin
        taken = []
        for _ in range(PRESSES):
            before = app.drawn
            begin = time.perf_counter()
            app.post_message(Key("down", None))
            while app.drawn == before:
                if time.perf_counter() - begin > 5:
                    raise SystemExit("a key changed nothing on the screen")
                await asyncio.sleep(0)
            taken.append(app.drawn - begin)
            await asyncio.sleep(0.02)
        taken.sort()
        share = taken[int(len(taken) * 0.95)]
        return {"opened": opened, "median": statistics.median(taken), "p95": share}


def save(root: str) -> dict[str, float]:
    """Change one item after another, each durable before the next."""
    from fedcheck.domain.item_rules import ItemEdit
    from fedcheck.session import open_session
    from fedcheck.storage import paths

    session = open_session(Path(root), paths.find_user_folders(), (), "bench")
    refs = [ref for ref in session.project.refs if ref.startswith(("bench", "oscal"))]
    taken = []
    for number in range(SAVES):
        begin = time.perf_counter()
        session.apply([refs[number * 7]], ItemEdit(note=f"note {number}"))
        taken.append(time.perf_counter() - begin)
    return {"median": statistics.median(taken[1:]), "items": len(refs)}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
