"""Start the app, and turn a crash into a report without the user's data."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text
from textual.worker import WorkerFailed

from fedcheck.domain.text import clean
from fedcheck.errors import Problem
from fedcheck.storage.config import UserConfig
from fedcheck.storage.crash_report import write_report
from fedcheck.storage.paths import UserFolders
from fedcheck.tui.app import FedcheckApp

EXIT_BUG = 70
EXIT_NOT_SAVED = 3


class QuietApp(FedcheckApp):
    """The app as people run it: Textual's own crash screen prints local variables, ours does not.

    `_handle_exception` is private to Textual; a test fails when it is no longer there.
    """

    def on_mount(self) -> None:
        """Leave properly when the terminal or the system states so: save, restore the terminal."""
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(number, self.exit, 0)

    def _handle_exception(self, error: Exception) -> None:
        if self._exit and isinstance(error, WorkerFailed):
            return  # a search of the palette that lost its screen because we are leaving
        self._return_code = EXIT_BUG
        if self._exception is None:
            self._exception = error
            path = write_report(error.error if isinstance(error, WorkerFailed) else error)
            text = (
                "fedcheck: this is a bug in fedcheck; everything reported as saved is on disk\n"
                f"fedcheck: an error report without your data is in {path}"
            )
            self._exit_renderables.append(Text(text))
        self._close_messages_no_wait()


def run_app(
    root: Path | None,
    folders: UserFolders,
    config: UserConfig,
    who: str,
    here: Path,
    problems: Sequence[Problem] = (),
    portfolio: Sequence[str] | None = None,
) -> int:
    """Run the app to its end and return the exit status.

    With `portfolio` it begins with the portfolio of those folders, and no workspace is open.
    """
    app = QuietApp(root, folders, config, who, here, problems=problems, portfolio=portfolio)
    app.run(mouse=config.mouse)
    for reason in app.saves.lost:
        print(clean(f"fedcheck: a change was not saved: {reason}"), file=sys.stderr)  # noqa: T201
    return app.return_code or (EXIT_NOT_SAVED if app.saves.lost else 0)
