"""The app: owns the session, the writer and the screens; all changes go through `change`."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

from textual.app import SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from fedcheck.actions import ACTIONS
from fedcheck.insight.entries import Board
from fedcheck.model.process import ROLE_TITLES
from fedcheck.session import Clock, open_session, system_clock
from fedcheck.store.config import UserConfig
from fedcheck.store.paths import UserFolders
from fedcheck.store.problems import FedcheckError
from fedcheck.tui import themes
from fedcheck.tui.bindings import bindings
from fedcheck.tui.memory import Memory
from fedcheck.tui.prompts import Choice, ChoicePrompt
from fedcheck.tui.saving import SavingApp
from fedcheck.tui.signs import sign_set


class FedcheckApp(SavingApp):
    """The terminal app."""

    TITLE = "fedcheck"
    CSS_PATH = [  # noqa: RUF012 - Textual reads it from the class
        "styles/base.tcss",
        "styles/home.tcss",
        "styles/checklist.tcss",
        "styles/dialogs.tcss",
        "styles/report.tcss",
    ]
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual reads it from the class
        (0, "-narrow"),
        (100, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - Textual reads it from the class
        (0, "-short"),
        (30, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = bindings("everywhere")
    ENABLE_COMMAND_PALETTE = True
    NOTIFICATION_TIMEOUT = 4

    def __init__(
        self,
        root: Path | None,
        folders: UserFolders,
        config: UserConfig,
        who: str,
        here: Path,
        clock: Clock = system_clock,
    ) -> None:
        no_colour = bool(os.environ.get("NO_COLOR"))
        super().__init__(ansi_color=True if no_colour else None)
        self.root_wanted = root
        self.folders = folders
        self.user_config = config
        self.who = who
        self.here = here
        self.clock = clock
        self.signs = sign_set(config.glyphs)
        self.memory = Memory.load(folders.state)
        self.view_role = ""
        self._board: Board | None = None

    @property
    def board(self) -> Board:
        """Return the project as it stands today, worked out once for each state and day."""
        today = self.session.today()
        board = self._board
        if board is None or board.project is not self.session.project or board.today != today:
            board = self._board = self.session.board()
        return board

    def on_mount(self) -> None:
        """Open the workspace, or lead through making one."""
        self.register_theme(themes.DARK)
        self.register_theme(themes.LIGHT)
        wanted = self.memory.text("theme") or self.user_config.theme
        self.theme = wanted if wanted in self.available_themes else themes.DEFAULT
        self.theme_changed_signal.subscribe(
            self, lambda theme: self.memory.put("theme", theme.name)
        )
        self._handle_signals()
        if self.root_wanted is None or not self.open_workspace(self.root_wanted):
            self._welcome()
        self.keep_watch()

    def _welcome(self) -> None:
        from fedcheck.tui.screens.welcome import WelcomeScreen

        self.push_screen(WelcomeScreen())

    def _handle_signals(self) -> None:
        """Leave properly when the terminal or the system says so: save, restore the terminal."""
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(number, self.exit, 0)

    def open_workspace(self, root: Path) -> bool:
        """Open a workspace and show its home screen; tell whether that worked."""
        extra = self.user_config.checklist_folders()
        try:
            session = open_session(root, self.folders, extra, self.who, self.clock)
        except FedcheckError as error:
            self.tell(str(error), error.hint, "error")
            return False
        self.open_session = session
        self._board = None
        remembered = self.memory.text(f"role:{root}")
        roles = session.project.process.roles
        self.view_role = remembered if remembered in roles else session.project.config.role
        self.memory.opened(root)
        from fedcheck.tui.screens.home import HomeScreen

        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(HomeScreen())
        self.attend(session)
        return True

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Return everything that can be done here, for the palette."""
        yield from super().get_system_commands(screen)
        for action in ACTIONS:
            if self.open_session is None and action.place == "everywhere":
                continue
            target = self._target(screen, action.method)
            if target is not None:
                yield SystemCommand(action.label.capitalize(), action.help, target)

    def _target(self, screen: Screen[object], method: str) -> Callable[[], object] | None:
        if method == "app_quit":
            return None
        for node in (screen, self):
            found = getattr(node, f"action_{method}", None)
            if found is not None:
                return found  # type: ignore[no-any-return]
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide what needs an open workspace while there is none."""
        needs_workspace = {a.method for a in ACTIONS if a.place == "everywhere"}
        needs_workspace -= {"app_quit", "app_help", "app_workspace"}
        if action in needs_workspace and self.open_session is None:
            return False
        return super().check_action(action, parameters)

    def action_app_home(self) -> None:
        """Go to the home screen."""
        while len(self.screen_stack) > 2:
            self.pop_screen()

    def action_app_checklists(self) -> None:
        """Go to the checklists, at the place where one was."""
        from fedcheck.tui.screens.checklist import ChecklistScreen

        if not isinstance(self.screen, ChecklistScreen):
            self.action_app_home()
            self.push_screen(ChecklistScreen())

    def action_app_report(self) -> None:
        """Preview the report."""
        from fedcheck.tui.screens.report import ReportScreen

        if not isinstance(self.screen, ReportScreen):
            self.push_screen(ReportScreen())

    def action_app_role(self) -> None:
        """Choose whose view it is."""
        roles = self.session.project.process.roles
        choices = [
            Choice(r, f"{r}  {ROLE_TITLES.get(r, '')}", str(i)) for i, r in enumerate(roles, 1)
        ]

        def chosen(role: str | None) -> None:
            if role:
                self.view_role = role
                self.memory.put(f"role:{self.session.root}", role)
                self.changed()

        self.push_screen(ChoicePrompt("Look at it as", choices, self.view_role), chosen)

    def action_app_workspace(self) -> None:
        """Open another workspace, or make one."""
        self._welcome()

    def action_app_goto(self) -> None:
        """Go to any item by its name."""
        from fedcheck.tui.screens.goto import GotoScreen

        def chosen(ref: str | None) -> None:
            if ref:
                self.show_item(ref)

        self.push_screen(GotoScreen(), chosen)

    def show_item(self, ref: str) -> None:
        """Show an item in its checklist."""
        from fedcheck.tui.screens.checklist import ChecklistScreen

        self.action_app_home()
        self.push_screen(ChecklistScreen(ref=ref))

    def show_query(self, query: str) -> None:
        """Show the items that a query means."""
        from fedcheck.tui.screens.checklist import ChecklistScreen

        self.action_app_home()
        self.push_screen(ChecklistScreen(query=query))

    def action_app_help(self) -> None:
        """Show the keys of this place."""
        from fedcheck.tui.screens.keys import KeysScreen

        if not isinstance(self.screen, KeysScreen):
            self.push_screen(KeysScreen(getattr(self.screen, "PLACES", ("everywhere",))))
