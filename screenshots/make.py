"""Make the screenshots from the real app on the example workspace.

Writes an SVG for each into this folder, the same bytes for the same code: the clock stands still.
Needs nothing but fedcheck itself. Run it with `make screenshots`.
"""

import asyncio
import os
import re
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from fedcheck.demo import example
from fedcheck.store import config, paths
from fedcheck.tui.app import FedcheckApp

FOLDER = Path(__file__).parent
NOW = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)

SHOTS: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {
    "home": ((120, 40), ()),
    "home-80x24": ((80, 24), ()),
    "checklist": ((120, 40), ("2", "down", "down")),
    "checklist-3pao": ((140, 44), ("R", "2", "2", *["down"] * 18)),
    "item": ((100, 36), ("R", "2", "2", *["down"] * 18, "enter")),
    "evidence": ((120, 40), ("2", "e")),
    "register": ((120, 40), ("3",)),
    "requests": ((120, 40), ("4",)),
    "findings": ((120, 40), ("4", "tab")),
    "history": ((120, 40), ("6",)),
    "marks": ((120, 40), ("2", "x", "x", "x")),
    "gate": ((120, 40), ("right", "right", "right", "right", "right", "enter")),
    "help": ((120, 40), ("2", "question_mark")),
    "report": ((120, 40), ("r",)),
}


async def shoot(root: Path, folders: paths.UserFolders) -> None:
    """Drive the app to each place and save what it shows."""
    for name, (size, keys) in SHOTS.items():
        shutil.rmtree(folders.state, ignore_errors=True)
        app = FedcheckApp(root, folders, config.UserConfig(), "alice", root, lambda: NOW)
        async with app.run_test(size=size) as pilot:
            await pilot.pause(0.2)
            for key in keys:
                await pilot.press(key)
                await pilot.pause()
            await pilot.pause(0.4)
            svg = app.export_screenshot(title="fedcheck", simplify=True)
        (FOLDER / f"{name}.svg").write_text(stable(svg), encoding="utf-8")
        print(f"made  screenshots/{name}.svg")


def stable(svg: str) -> str:
    """Take the random id of the picture and the addresses of web fonts out of it."""
    found = re.search(r"terminal-(\d+)-", svg)
    if found:
        svg = svg.replace(f"terminal-{found[1]}", "terminal")
    return re.sub(r'\s*url\("https:[^)]*\)[^,;]*,?', "", svg)


def main() -> None:
    """Make all screenshots."""
    os.environ["COLORTERM"] = "truecolor"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        root = work / "meridian-ledger"
        example.make(root, NOW.date())
        folders = paths.UserFolders(work / "config", work / "state", work / "cache")
        asyncio.run(shoot(root, folders))


if __name__ == "__main__":
    main()
