"""The app: owns the session, the writer and the screens; all changes go through `change`."""

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from fedcheck.analysis.board import Board
from fedcheck.errors import FedcheckError, Problem
from fedcheck.keys.keymap import starts
from fedcheck.session import Clock, Session, open_session, system_clock
from fedcheck.storage.config import UserConfig
from fedcheck.storage.paths import UserFolders
from fedcheck.tui.dialogs.prompts import Choice, ChoicePrompt
from fedcheck.tui.evidence_hashing import Verifying
from fedcheck.tui.history_reader import Recall
from fedcheck.tui.preferences import HabitsApp


class FedcheckApp(HabitsApp):
    """The terminal app."""

    TITLE = "fedcheck"
    CSS_PATH = [  # noqa: RUF012 - Textual reads it from the class
        "styles/base.tcss",
        "styles/home.tcss",
        "styles/checklist.tcss",
        "styles/dialogs.tcss",
        "styles/ledgers.tcss",
        "styles/report.tcss",
        "styles/evidence.tcss",
        "styles/parts.tcss",
        "styles/calendar.tcss",
        "styles/testing.tcss",
        "styles/bringing_in.tcss",
    ]
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual reads it from the class
        (0, "-narrow"),
        (100, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - Textual reads it from the class
        (0, "-short"),
        (30, "-tall"),
    ]
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
    ) -> None:
        super().__init__(folders, config, problems)
        self.root_wanted = root
        self.folders = folders
        self.who = who
        self.here = here
        self.clock = clock
        self.view_role = ""
        self.last_test = ""
        self.recall = Recall()
        self.verifying: Verifying | None = None
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
        self._handle_signals()
        if self.root_wanted is None or not self.open_workspace(self.root_wanted):
            self._welcome()
        self.tell_of_configuration()
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
        first = starts().get(self.user_config.start, "app_home")
        if first != "app_home":
            self.call_next(self.run_action, first)
        self.attend(session)
        return True

    def last_look(self, session: Session) -> datetime | None:
        """Return when this person last had the workspace open; note that it is so now."""
        name = f"looked:{session.root}"
        said = self.memory.text(name)
        self.memory.put(name, self.clock().astimezone(UTC).isoformat())
        try:
            moment = datetime.fromisoformat(said)
        except ValueError:
            return None
        return moment if moment.tzinfo else None

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

    def action_app_ledgers(self) -> None:
        """Go to the requests and findings."""
        from fedcheck.tui.screens.issues import LedgerScreen

        if not isinstance(self.screen, LedgerScreen):
            self.show_ledger("requests")

    def show_ledger(self, book: str, filter_text: str = "", ref: str = "") -> None:
        """Show requests or findings: those that a filter means, or one of them opened."""
        from fedcheck.tui.screens.issues import ledger_screen

        self.action_app_home()
        self.push_screen(ledger_screen(book, filter_text, ref))

    def action_app_evidence(self) -> None:
        """Go to all evidence."""
        from fedcheck.tui.screens.evidence_register import RegisterScreen

        if not isinstance(self.screen, RegisterScreen):
            self.action_app_home()
            self.push_screen(RegisterScreen())

    def show_evidence(self, filter_text: str) -> None:
        """Show the evidence that a filter means."""
        from fedcheck.tui.screens.evidence_register import RegisterScreen

        self.action_app_home()
        self.push_screen(RegisterScreen(filter_text))

    def show_history(self, filter_text: str) -> None:
        """Show the lines of the history that hold some words."""
        from fedcheck.tui.screens.history import HistoryScreen

        self.push_screen(HistoryScreen(filter_text=filter_text))

    def action_app_report(self) -> None:
        """Preview the report."""
        from fedcheck.tui.screens.report import ReportScreen

        if not isinstance(self.screen, ReportScreen):
            self.push_screen(ReportScreen())

    def action_app_import(self) -> None:
        """Bring in a file that others hand over."""
        from fedcheck.tui.screens.import_file import BringingInScreen

        if not isinstance(self.screen, BringingInScreen):
            self.push_screen(BringingInScreen())

    def action_app_history(self) -> None:
        """Show who changed what, and when."""
        from fedcheck.tui.screens.history import HistoryScreen

        if not (isinstance(self.screen, HistoryScreen) and not self.screen.ref):
            self.push_screen(HistoryScreen())

    def action_app_calendar(self) -> None:
        """Show every deadline."""
        from fedcheck.tui.screens.calendar import CalendarScreen

        if not isinstance(self.screen, CalendarScreen):
            self.push_screen(CalendarScreen())

    def action_app_responsibilities(self) -> None:
        """Show who does what, and who waits for whom."""
        from fedcheck.tui.screens.responsibilities import ResponsibilitiesScreen

        if not isinstance(self.screen, ResponsibilitiesScreen):
            self.push_screen(ResponsibilitiesScreen())

    def action_app_tests(self) -> None:
        """Show how far the testing is."""
        from fedcheck.tui.screens.test_progress import TestingScreen

        if not isinstance(self.screen, TestingScreen):
            self.push_screen(TestingScreen())

    def action_app_role(self) -> None:
        """Choose whose view it is."""
        process = self.session.project.process
        choices = [
            Choice(r, f"{r}  {process.role_title(r)}", str(i))
            for i, r in enumerate(process.roles, 1)
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
        from fedcheck.tui.dialogs.goto import GotoScreen

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
        from fedcheck.tui.dialogs.keys import KeysScreen

        if not isinstance(self.screen, KeysScreen):
            self.push_screen(KeysScreen(getattr(self.screen, "PLACES", ("everywhere",))))
