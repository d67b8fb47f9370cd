"""What screens, dialogs and their actions may ask of the app, and what it shows them.

They import this and never the app itself, which imports them by name: no circle.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from textual.message import Message
from textual.screen import Screen

from fedcheck.analysis.board import Board
from fedcheck.domain.change import HistoryLine
from fedcheck.keys.keymap import KeyMap
from fedcheck.session import Clock, Session, Transaction
from fedcheck.storage.guards import ConflictError
from fedcheck.storage.paths import UserFolders
from fedcheck.tui.memory import Memory, WorkspaceMemory
from fedcheck.tui.preferences import Preferences
from fedcheck.tui.questions import Asking, Question
from fedcheck.tui.signs import Signs
from fedcheck.tui.writer import Writer

if TYPE_CHECKING:  # home needs neither
    from fedcheck.analysis.activity import HistoryRow
    from fedcheck.storage.losses import Loss

R = TypeVar("R")


class ProjectChanged(Message):
    """The project changed; screens redraw what they show of it."""


class ItemsEdited(Message):
    """A change of some items is on disk."""

    def __init__(self, refs: Sequence[str]) -> None:
        self.refs = refs
        super().__init__()


class HistoryRecalled(Message):
    """The last lines of an item's history are known."""

    def __init__(self, ref: str, future: "Future[tuple[HistoryRow, ...]]") -> None:
        self.ref = ref
        self.future = future
        super().__init__()


class Verification(Protocol):
    """A check of evidence files that runs next to the app."""

    def stop(self) -> None:
        """End it soon."""

    def words(self, ascii_only: bool, cells: int = 24) -> str:
        """Return a bar with the bytes read."""


class News(Protocol):
    """What others did to the open workspace.

    Attributes:
        since_last_look: what others did since somebody last looked.
        looked_before: when this person had the workspace open before this start, if ever.
        losses: what people set and what is not in the files.
    """

    since_last_look: list[HistoryLine]
    looked_before: datetime | None
    losses: "list[Loss]"

    def settle(self, run: Callable[[], Transaction]) -> None:
        """Restore or accept what is lost, and look again at what is."""


class ProjectApp(Protocol):
    """The app over an open workspace.

    Attributes:
        open_session: the open workspace, once there is one.
        who: the person at this screen; `view_role` is the role whose view it is.
        here: the folder in which the app was started.
        portfolio_wanted: folders of the portfolio that the app was started with; None without one.
        last_test: the test that was recorded last, for "same as last".
        verifying: the check of evidence files that runs, if one does.
    """

    open_session: Session | None
    who: str
    here: Path
    portfolio_wanted: Sequence[str] | None
    clock: Clock
    folders: UserFolders
    theme: str
    signs: Signs
    keymap: KeyMap
    memory: Memory
    preferences: Preferences
    writer: Writer
    view_role: str
    last_test: str
    verifying: Verification | None

    @property
    def session(self) -> Session:
        """Return the open workspace."""

    @property
    def board(self) -> Board:
        """Return the project as it stands today."""

    @property
    def remembered(self) -> WorkspaceMemory:
        """Return what is remembered of the open workspace."""

    @property
    def others(self) -> News:
        """Return what others did."""

    def change(
        self,
        run: Callable[[], Transaction],
        say: bool = True,
        conflict: Callable[[ConflictError], object] | None = None,
    ) -> None:
        """Save a change off the UI thread, after those before it; states so when it is on disk."""

    def changed(self) -> None:
        """Notify the screens that show the project that it changed."""

    def tell(self, text: str, hint: str = "", severity: str = "information") -> None:
        """Show a toast; its text is never markup."""

    def key(self, action: str) -> str:
        """Return the key of an action for a hint, such as `u`; nothing where it has none."""

    def hint(self, action: str, words: str, before: str = "") -> str:
        """Return what a key does, for a text: `e adds some`; nothing where it has no key."""

    def start(self, asking: Asking) -> None:
        """Begin something that asks a person; its first dialog is there at once."""

    def ask(self, dialog: Screen[R]) -> Question[R]:
        """Return what shows a dialog and gives its answer, to be awaited in what `start` begins."""

    def open_screen(self, name: str, *args: Any, **named: Any) -> None:
        """Show a screen by its name in the registry, on top of this one."""

    def shows(self, *names: str) -> bool:
        """Return whether one of these screens is on top."""

    def open_from_home(self, name: str, *args: Any, **named: Any) -> None:
        """Show a screen by its name in the registry, right above the home screen."""

    def replace_screen(self, name: str, *args: Any, **named: Any) -> None:
        """Show a screen by its name in the registry, in the place of this one."""

    def open_workspace(self, root: Path) -> bool:
        """Open a workspace and show its home screen; return whether that worked."""

    def show_item(self, ref: str) -> None:
        """Show an item in its checklist."""

    def show_issues(self, book: str, filter_text: str = "", ref: str = "") -> None:
        """Show requests or findings: those that a filter means, or one of them opened."""

    def exit(self, result: int | None = None) -> None:
        """End the app."""

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text."""

    def call_later(self, callback: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Call something in the UI thread, from any thread."""

    def set_timer(self, delay: float, callback: Callable[[], None]) -> object:
        """Call something later, in the UI thread."""

    def action_suspend_process(self) -> None:
        """Put the program into the background of the shell; nothing where that is not possible."""

    def run_worker(
        self, work: Callable[[], None], *, thread: bool = False, exit_on_error: bool = True
    ) -> object:
        """Run something next to the app."""
