"""The app: owns the session, the queue of changes and the screens; all changes go through `change`.

What a person prefers, what is to be saved and what others change are objects that it holds. Home
shows none of the dialogs, so each is imported when it is asked for.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, TypeVar

from textual.app import App
from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.events import Resize
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.screen import Screen

from fedcheck.analysis.board import Board
from fedcheck.domain.text import one_line
from fedcheck.errors import FedcheckError, Problem
from fedcheck.keys.keymap import list_start_screens
from fedcheck.session import Clock, Session, Transaction, open_session, system_clock
from fedcheck.storage.config import UserConfig, open_cache
from fedcheck.storage.guards import ConflictError
from fedcheck.storage.paths import UserFolders
from fedcheck.tui import external_changes, garbage, save_queue, themes
from fedcheck.tui.app_protocol import ProjectApp, ProjectChanged, Verification
from fedcheck.tui.external_changes import ExternalChanges
from fedcheck.tui.external_programs import suspend
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.late_palette import load_provider, open_palette
from fedcheck.tui.memory import WorkspaceMemory
from fedcheck.tui.preferences import Preferences
from fedcheck.tui.questions import Asking, Question, go_on
from fedcheck.tui.save_queue import Job, SaveQueue
from fedcheck.tui.screens.registry import make_screen, opens_once, screen_class
from fedcheck.tui.screens.too_small import TooSmallScreen, fits
from fedcheck.tui.style_sheets import prepare_styles, sheets
from fedcheck.tui.writer import Writer

R = TypeVar("R")

ALWAYS = {
    "app.quit", "app.help", "app.workspace", "app.palette", "app.portfolio", "app.theme"
}  # fmt: skip
"""What can be done everywhere, with an open workspace or without."""


class Backdrop(Screen[None]):
    """The screen below all others, never to be seen: home is not drawn again for its layout."""

    is_current = False


class FedcheckApp(App[int]):
    """The terminal app."""

    TITLE = "fedcheck"
    BINDINGS: ClassVar[list[BindingType]] = bindings("everywhere")
    COMMANDS = {load_provider}  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = False  # ours is an action of the table
    CSS_PATH = sheets("base")
    # Textual reads both from the class.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012
    NOTIFICATION_TIMEOUT = 4

    def __init__(
        self,
        root: Path | None,
        folders: UserFolders,
        config: UserConfig,
        who: str,
        here: Path,
        clock: Clock = system_clock,
        problems: Sequence[Problem] = (),
        portfolio: Sequence[str] | None = None,
    ) -> None:
        self.portfolio_wanted = portfolio
        self.preferences = Preferences(folders, config, problems)
        super().__init__(ansi_color=True if self.preferences.colourless else None)
        self.root_wanted = root
        self.folders = folders
        self.who = who
        self.here = here
        self.clock = clock
        self.signs = self.preferences.signs
        self.keymap = self.preferences.keymap
        self.memory = self.preferences.memory
        self.open_session: Session | None = None
        self.view_role = ""
        self.last_test = ""
        self.verifying: Verification | None = None
        self.writer = Writer()
        self.saves = SaveQueue(
            self, lambda saved: self.others.know(saved), lambda error: self.others.note_gone(error)
        )
        self.others: ExternalChanges = ExternalChanges(self, self.saves)
        self._board: Board | None = None
        self._bad_news_until = 0.0
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = self.preferences.choose_theme(self.console.color_system)
        self.preferences.bind_keys(self)

    def on_mount(self) -> None:
        """Open the workspace, or lead through making one."""
        if self.portfolio_wanted is not None:
            self.open_screen("portfolio")
        elif self.root_wanted is None or not self.open_workspace(self.root_wanted):
            self.open_screen("welcome")
        if words := self.preferences.problem_text():
            self.tell(words, "ignored; see: fedcheck config check", "warning")
        self.set_timer(garbage.SECONDS, garbage.collect_seldom)
        self.set_interval(external_changes.POLL_SECONDS, self.others.look)
        self.set_interval(save_queue.RETRY_SECONDS, self.saves.try_again)

    def on_unmount(self) -> None:
        """Save what is queued before the process ends."""
        self.writer.close()
        self.saves.finish()

    @property
    def session(self) -> Session:
        """Return the open workspace."""
        assert self.open_session is not None, "no workspace is open"
        return self.open_session

    @property
    def board(self) -> Board:
        """Return the project as it stands today, worked out once for each state and day."""
        today = self.session.today()
        board = self._board
        if board is None or board.project is not self.session.project or board.today != today:
            board = self._board = self.session.board()
        return board

    @property
    def remembered(self) -> WorkspaceMemory:
        """Return what is remembered of the open workspace."""
        return self.memory.of(self.session.root)

    @property
    def alert(self) -> str:
        """Return what a person must know wherever they look: what is not saved or not readable."""
        return self.saves.alert() or self.others.alert()

    def open_workspace(self, root: Path) -> bool:
        """Open a workspace and show its home screen; return whether that worked."""
        config = self.preferences.config
        if self.saves.warn_of_waiting():
            return False
        try:
            extra, cache = config.checklist_folders(), open_cache(config, self.folders)
            session = open_session(root, self.folders, extra, self.who, self.clock, cache=cache)
        except FedcheckError as error:
            self.tell(str(error), error.hint, "error")
            return False
        session.date_order = config.typed_dates
        self.open_session = session
        self._board = None
        remembered = self.memory.text(f"role:{root}")
        roles = session.project.process.roles
        self.view_role = remembered if remembered in roles else session.project.config.role
        self.memory.opened(root)
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.open_screen("home")
        first = list_start_screens().get(config.start, "app_home")
        if first != "app_home":
            self.call_next(self.run_action, first)
        self.others.attend(session)
        return True

    def change(
        self,
        run: Callable[[], Transaction],
        say: bool = True,
        conflict: Callable[[ConflictError], object] | None = None,
    ) -> None:
        """Save a change off the UI thread, after those before it; states so when it is on disk."""
        self.saves.add(Job(run, say, conflict))

    def changed(self) -> None:
        """Notify the screens that show the project that it changed."""
        for screen in self.screen_stack:
            screen.post_message(ProjectChanged())

    def tell(self, text: str, hint: str = "", severity: str = "information") -> None:
        """Show a toast; its text is never markup."""
        words = one_line(text, 300) + (f"\n{one_line(hint, 200)}" if hint else "")
        seconds = 4.0 if severity == "information" else 8.0
        self.notify(words, severity=severity, timeout=seconds, markup=False)  # type: ignore[arg-type]

    def key(self, action: str) -> str:
        """Return the key of an action for a hint, such as `u`; nothing where it has none."""
        return self.keymap.text(action)

    def hint(self, action: str, words: str, before: str = "") -> str:
        """Return what a key does, for a text: `e adds some`; nothing where it has no key."""
        return self.keymap.hint(action, words, before)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a toast; good news takes the place of what was there, bad news stays its time."""
        now = monotonic()
        if severity != "information":
            self._bad_news_until = now + (timeout or self.NOTIFICATION_TIMEOUT)
        elif now >= self._bad_news_until:
            self.clear_notifications()
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=markup)

    def start(self, asking: Asking) -> None:
        """Begin something that asks a person; its first dialog is there at once."""
        go_on(self.push_screen, asking)

    def ask(self, dialog: Screen[R]) -> Question[R]:
        """Return what shows a dialog and gives its answer, to be awaited in what `start` begins."""
        return Question(dialog)

    def get_default_screen(self) -> Screen[None]:
        """Return the screen that Textual begins with."""
        return Backdrop(id="_default")

    def push_screen(self, screen: Any, *args: Any, **named: Any) -> Any:
        """Show a screen, with the keys in force on it and on what takes the focus there."""
        if isinstance(screen, Screen):
            self.preferences.follow_focus(self, screen)
            prepare_styles(self, screen)
        return super().push_screen(screen, *args, **named)

    def switch_screen(self, screen: Any) -> AwaitComplete:
        """Show a screen in the place of this one."""
        if isinstance(screen, Screen):
            prepare_styles(self, screen)
        return super().switch_screen(screen)

    def refresh_css(self, animate: bool = True) -> None:
        """Use the colors of a theme; before there is a screen, nothing has to be drawn again."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    def open_screen(self, name: str, *args: Any, **named: Any) -> None:
        """Show a screen by its name in the registry, on top of this one."""
        self.push_screen(make_screen(name, *args, **named))

    def replace_screen(self, name: str, *args: Any, **named: Any) -> None:
        """Show a screen by its name in the registry, in the place of this one."""
        self.switch_screen(make_screen(name, *args, **named))

    def shows(self, *names: str) -> bool:
        """Return whether one of these screens is on top."""
        return isinstance(self.screen, tuple(screen_class(name) for name in names))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what is done to each line before it is written."""
        return self.preferences.line_filters(self.theme, super().get_line_filters())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide what needs an open workspace while there is none."""
        if self.open_session is None and action.startswith("app_"):
            return action in {name.replace(".", "_") for name in ALWAYS}
        return super().check_action(action, parameters)

    def on_resize(self, event: Resize) -> None:
        """Ask for more room where the screens would not fit."""
        if fits(event.size.width, event.size.height):
            return
        if not any(isinstance(screen, TooSmallScreen) for screen in self.screen_stack):
            self.push_screen(TooSmallScreen())

    def show_item(self, ref: str) -> None:
        """Show an item in its checklist."""
        self.open_from_home("checklist", ref=ref)

    def show_issues(self, book: str, filter_text: str = "", ref: str = "") -> None:
        """Show requests or findings: those that a filter means, or one of them opened."""
        self.open_from_home(book, filter_text, ref)

    def open_from_home(self, name: str, *args: Any, **named: Any) -> None:
        """Show a screen by its name in the registry, right above the home screen."""
        self.action_app_home()
        self.open_screen(name, *args, **named)

    def action_app_home(self) -> None:
        """Go to the home screen."""
        while len(self.screen_stack) > 2:
            self.pop_screen()

    def action_app_checklists(self) -> None:
        """Go to the checklists, at the place where one was."""
        if not self.shows("checklist"):
            self.open_from_home("checklist")

    def action_app_ledgers(self) -> None:
        """Go to the requests and findings."""
        if not self.shows("requests", "findings"):
            self.open_from_home("requests")

    def action_app_evidence(self) -> None:
        if not self.shows("evidence-register"):
            self.open_from_home("evidence-register")

    def action_app_history(self) -> None:
        """Show who changed what, and when."""
        ref: str = getattr(self.screen, "ref", "")
        if ref or not self.shows("history"):
            self.open_screen("history")

    action_app_calendar = opens_once("calendar")
    action_app_import = opens_once("import")
    action_app_package = opens_once("package")
    action_app_portfolio = opens_once("portfolio")
    action_app_report = opens_once("report")
    action_app_sync = opens_once("sync")
    action_app_responsibilities = opens_once("responsibilities")
    action_app_tests = opens_once("test-progress")

    def action_app_role(self) -> None:
        from fedcheck.tui.dialogs.role import ask_role

        self.start(ask_role(self))

    def action_app_workspace(self) -> None:
        """Open another workspace, or make one."""
        self.open_screen("welcome")

    def action_app_goto(self) -> None:
        """Go to any item by its name, on top of where one is: esc goes back there."""
        from fedcheck.tui.dialogs.goto import ask_item

        self.start(ask_item(self, lambda ref: self.open_screen("checklist", ref=ref)))

    action_app_suspend = suspend

    def action_app_help(self) -> None:
        """Show the keys of this place."""
        from fedcheck.tui.dialogs.keys import KeysScreen

        if not isinstance(self.screen, KeysScreen):
            self.push_screen(KeysScreen(getattr(self.screen, "PLACES", ("everywhere",))))

    action_app_palette = open_palette

    def action_help_quit(self) -> None:
        """Explain how to leave after ctrl+c; what is done is saved, and nothing breaks off."""
        key = self.key("app.quit") or f"{self.key('app.palette')} quit"
        self.tell(f"{key} quits; everything is saved")

    def action_app_theme(self) -> None:
        """Choose the colors, seeing each while the cursor is on it."""
        from fedcheck.tui.dialogs.theme import ThemeScreen, choose_theme

        if not isinstance(self.screen, ThemeScreen):
            choose_theme(self)

    def action_app_undo(self) -> None:
        """Take the last change back; one that is not saved yet is dropped."""
        if self.saves.drop_last():
            self.tell("Dropped the last change, which was not saved")
            self.changed()
            return
        self.change(self.session.undo)

    def action_app_redo(self) -> None:
        self.change(self.session.redo)

    def action_app_quit(self) -> None:
        """Leave; what is queued is saved first, and what cannot be saved is asked about."""
        self.saves.leave()


_: type[ProjectApp] = FedcheckApp
"""The type checker sees here that the app keeps what the protocol promises."""
