"""Make the screenshots from the real app on the example workspace.

Writes an SVG for each into this folder, the same bytes for the same code: the clock stands still.
Needs nothing but fedcheck itself. Run it with `make screenshots`.
"""

import asyncio
import csv
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from textual.widgets import Input

from fedcheck.cli.main import run
from fedcheck.demo import example
from fedcheck.storage import config, paths
from fedcheck.tui.app import FedcheckApp

FOLDER = Path(__file__).parent
NOW = datetime(2027, 1, 11, 15, 0, tzinfo=UTC)

WIDE, SMALL, SMALLEST = (120, 40), (80, 24), (60, 20)
DUE = ("2", *["down"] * 26)
"""To the checklist, and down to an item that is overdue."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture: the keys to what it shows, `=text` to type one, and how the app is set up."""

    keys: tuple[str, ...] = ()
    size: tuple[int, int] = WIDE
    theme: str = "fedcheck-dark"
    who: str = "alice"
    workspace: bool = True


SHOTS: dict[str, Shot] = {
    "welcome": Shot((), SMALL, workspace=False),
    "new-workspace": Shot(("enter",), WIDE, workspace=False),
    "home": Shot(),
    "home-80x24": Shot((), SMALL),
    "home-60x20": Shot((), SMALLEST),
    "home-light": Shot((), theme="fedcheck-light"),
    "checklist": Shot(("2", "down", "down")),
    "checklist-3pao": Shot(("R", "2", "2", *["down"] * 18), (140, 44)),
    "contrast": Shot(DUE, theme="contrast-dark"),
    "monochrome": Shot(DUE, theme="monochrome"),
    "item": Shot(("R", "2", "2", *["down"] * 18, "enter"), (100, 36)),
    "status": Shot((*DUE, "s"), (100, 32)),
    "due": Shot((*DUE, "d", "ctrl+u", "=kick-off - 5bd"), (100, 32)),
    "filter": Shot(("2", "slash", "=owner:da")),
    "marks": Shot(("2", "x", "x", "x")),
    "evidence": Shot(("2", "e")),
    "register": Shot(("3",)),
    "requests": Shot(("4",)),
    "findings": Shot(("4", "tab")),
    "finding-details": Shot(("4", "tab", "m", "enter"), (100, 36)),
    "history": Shot(("6",)),
    "gate": Shot(("right", "right", "right", "right", "right", "enter")),
    "calendar": Shot(("7",)),
    "responsibilities": Shot(("8",)),
    "documents": Shot(("8", "tab")),
    "testing": Shot(("9",), who="bob"),
    "bring-in": Shot(("L", "=matrix.csv", "enter")),
    "report": Shot(("r",)),
    "templates": Shot(("r", "t")),
    "themes": Shot(("ctrl+t",)),
    "palette": Shot(("ctrl+p",), (100, 32)),
    "help": Shot(("2", "question_mark")),
}


async def shoot(root: Path, folders: paths.UserFolders) -> None:
    """Drive the app to each place and save what it shows."""
    for name, shot in SHOTS.items():
        shutil.rmtree(folders.state, ignore_errors=True)
        user = config.UserConfig(theme=shot.theme)
        where = root if shot.workspace else None
        here = root if shot.workspace else Path("/home/alice/fedramp")
        app = FedcheckApp(where, folders, user, shot.who, here, lambda: NOW)
        async with app.run_test(size=shot.size) as pilot:
            await pilot.pause(0.2)
            for key in shot.keys:
                await pilot.press(*([key] if not key.startswith("=") else typed(key[1:])))
                await pilot.pause()
            await pilot.pause(0.4)
            svg = app.export_screenshot(title="fedcheck", simplify=True)
        (FOLDER / f"{name}.svg").write_text(stable(svg), encoding="utf-8")
        print(f"made  screenshots/{name}.svg")


def typed(text: str) -> list[str]:
    """Return the keys that type a text."""
    names = {" ": "space", ":": "colon", "-": "minus", ".": "full_stop"}
    return [names.get(char, char) for char in text]


def filled_matrix(root: Path) -> None:
    """Write the requests as a table, answer the first one in it: what comes back from others."""
    path = root / "matrix.csv"
    if run(["-w", str(root), "export", "requests", "-o", str(path)]):
        raise SystemExit("the requests cannot be written")
    rows = list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))
    for row in rows:
        if row["State"] == "open":
            row["Answer"] = "The policy sets 15 minutes; the screenshot is of 2027-01-11."
            row["Answered on"] = "2027-01-11"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def stable(svg: str) -> str:
    """Take the random id of the picture and the addresses of web fonts out of it."""
    found = re.search(r"terminal-(\d+)-", svg)
    if found:
        svg = svg.replace(f"terminal-{found[1]}", "terminal")
    return re.sub(r'\s*url\("https:[^)]*\)[^,;]*,?', "", svg)


def main() -> None:
    """Make all screenshots."""
    os.environ["COLORTERM"] = "truecolor"
    Input.cursor_blink = False
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        root = work / "meridian-ledger"
        example.make_example(root, NOW.date())
        filled_matrix(root)
        folders = paths.UserFolders(work / "config", work / "state", work / "cache")
        asyncio.run(shoot(root, folders))


if __name__ == "__main__":
    main()
