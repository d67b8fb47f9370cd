"""Sync through git: each step as it ends, what arrived, and what is listed."""

from concurrent.futures import Future
from textwrap import wrap
from threading import Event
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError
from fedcheck.session import open_session
from fedcheck.sharing.sync import sync_workspace
from fedcheck.sharing.sync_problems import LargeEvidenceError
from fedcheck.sharing.sync_result import SyncResult, describe_result
from fedcheck.storage.config import open_cache
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.style_sheets import sheets

STEPS = {
    "commit": ("Commit", "your changes"),
    "fetch": ("Fetch", "what others pushed"),
    "merge": ("Merge", "record by record"),
    "push": ("Push", "your commits"),
}
"""The steps in their order: the name, and what it is about until it has ended."""

COLORS = {"done": "$text-success", "doing": "$text-accent", "blocked": "$text-error"}

NAMES = 9
"""How many cells the names of steps have."""


class SyncScreen(ModalScreen[None]):
    """Runs in the thread that saves: no change is saved in between."""

    CSS_PATH = sheets("dialogs", "sync")
    BINDINGS: ClassVar[list[BindingType]] = bindings("sync")
    PLACES: ClassVar[tuple[str, ...]] = ("sync", "everywhere")

    def __init__(self) -> None:
        super().__init__(classes="prompt")
        self.done: dict[str, str] = {}
        self.running = False
        self.result: SyncResult | None = None
        self.error: FedcheckError | None = None
        self.stop = Event()

    @property
    def fedcheck(self) -> ProjectApp:
        """Return the app."""
        return cast(ProjectApp, self.app)

    def compose(self) -> ComposeResult:
        """Lay out the steps, what is listed, and the hint."""
        with Vertical(classes="dialog"):
            yield Static("Sync", classes="dialog-title")
            yield Static(id="sync-steps")
            with VerticalScroll(id="sync-listed"):
                yield Static(id="sync-said")
            yield Static(classes="dialog-hint")

    def on_mount(self) -> None:
        """Begin at once."""
        self._begin(yes=False)

    def on_unmount(self) -> None:
        """Let git end where the app does."""
        self.stop.set()

    def _begin(self, *, yes: bool) -> None:
        app = self.fedcheck
        root, who, clock = app.session.root, app.who, app.clock
        folders, config = app.folders, app.preferences.config
        self.done, self.error, self.running = {}, None, True
        self._show()

        def work() -> SyncResult:
            # A session of its own: the app's sees what came as what others did, and shows it.
            extra, cache = config.checklist_folders(), open_cache(config, folders)
            session = open_session(root, folders, extra, who, clock, cache=cache)
            return sync_workspace(
                session,
                ask_large=lambda count, size: yes,
                step=lambda name, words: app.call_later(self._stepped, name, words),
                stop=self.stop,
            )

        app.writer.submit(work, lambda future: app.call_later(self._ended, future))

    def _stepped(self, name: str, words: str) -> None:
        self.done[name] = words
        if self.is_mounted:
            self._show()

    def _ended(self, future: "Future[SyncResult]") -> None:
        """Show how it ended; ask where much evidence would be committed."""
        self.running = False
        error = future.exception()
        if error is not None and not isinstance(error, FedcheckError):
            raise error
        self.error = error
        self.result = None if error else future.result()
        if not self.is_mounted:
            return
        self._show()
        if isinstance(error, LargeEvidenceError) and self.is_current:
            self.fedcheck.start(self._ask_large(error))

    async def _ask_large(self, error: LargeEvidenceError) -> None:
        choices = [
            Choice("no", "Commit nothing", "n"),
            Choice("yes", "Commit them; everyone with access gets them permanently", "y"),
        ]
        if await self.fedcheck.ask(ChoicePrompt(error.what, choices, "no")) == "yes":
            self._begin(yes=True)

    def _show(self) -> None:
        self.query_one("#sync-steps", Static).update(self._draw_steps())
        self.query_one("#sync-said", Static).update(self._draw_listed())
        hint = "esc stops" if self.running else "esc closes"
        self.query_one(".dialog-hint", Static).update(Content(hint))

    def _draw_steps(self) -> Content:
        """Return a line for each step: a sign, its name, what it did."""
        signs = self.fedcheck.signs
        room = max(self.query_one(".dialog").content_size.width - NAMES - 6, 30)
        lines = []
        current = next((name for name in STEPS if name not in self.done), "")
        for name, (title, about) in STEPS.items():
            state, style = "todo", "$foreground-muted"
            if name in self.done:
                state, style = "done", ""
            elif name == current and self.running:
                state = "doing"
            elif name == current and (self.error or (self.result and self.result.problem)):
                state = "blocked"
            colour = COLORS.get(state, style)
            words = one_line(self.done.get(name, about), room)
            lines.append(
                Content.assemble(
                    (f"{signs.status[state]:<3}", colour),
                    (f"{title:<{NAMES}}", "bold" if state == "doing" else style),
                    (words, style if name not in self.done else ""),
                )
            )
        return Content("\n").join(lines)

    def _draw_listed(self) -> Content:
        """Return what a person has to know: why it ended, what arrived, what was decided."""
        if self.error is not None:
            return _draw_problem(str(self.error), self.error.hint)
        result = self.result
        if result is None:
            return Content("")
        parts = [
            Content.assemble((f"{word:<{NAMES + 3}}", "$foreground-muted"), self._wrap(text))
            for word, text in describe_result(result)
            if word not in ("committed", "pushed") and text != "nothing new"
        ]
        if result.problem:
            parts.insert(0, _draw_problem(result.problem, result.hint))
        return Content("\n").join(parts)

    def _wrap(self, text: str) -> str:
        """Return a text in lines that begin below its first one."""
        room = self.query_one(".dialog").content_size.width - NAMES - 5
        return f"\n{'':<{NAMES + 3}}".join(wrap(one_line(text, 300), max(room, 30)))

    def action_sync_close(self) -> None:
        """Stop it while it runs; close it after that."""
        if self.running:
            self.stop.set()
        elif self.is_current:
            self.dismiss(None)


def _draw_problem(problem: str, hint: str) -> Content:
    return Content.assemble(
        (one_line(problem[:1].upper() + problem[1:], 400), "$text-warning"),
        (f"\n{one_line(hint, 300)}" if hint else "", "$foreground-muted"),
    )
