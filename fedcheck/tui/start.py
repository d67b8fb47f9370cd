"""Start the app, and turn a crash into a report without the user's data."""

from pathlib import Path

from fedcheck.store.config import UserConfig
from fedcheck.store.paths import UserFolders


def run_app(
    root: Path | None, folders: UserFolders, config: UserConfig, who: str, here: Path
) -> int:
    """Run the app to its end and return the exit status."""
    from fedcheck.tui.app import FedcheckApp

    return FedcheckApp(root, folders, config, who, here).run() or 0
