"""The style sheets of screens: each is read when a screen that needs it is shown first."""

from pathlib import Path, PurePath
from typing import Any

from textual.app import App
from textual.geometry import Size
from textual.screen import Screen

_FOLDER = Path(__file__).absolute().parent / "styles"


def sheets(*names: str) -> list[str | PurePath]:
    """Return the paths of style sheets, for the `CSS_PATH` of a screen.

    A rule of one sheet must not count on coming after a rule of another: which is read first
    depends on which screen is shown first. Only `base` is always first.
    """
    return [_FOLDER / f"{name}.tcss" for name in names]


def prepare_styles(app: App[Any], screen: Screen[Any]) -> None:
    """Give a screen its sheets and the classes of its size before Textual looks for them.

    Textual itself would parse every sheet again, and apply all rules once more for the classes.
    """
    fresh = [path for path in screen.css_path if not app.stylesheet.has_source(str(path))]
    if fresh:
        app.stylesheet.read_all(fresh)
        app.stylesheet.parse()
    screen.add_class(*list_size_classes(screen, app.size), update=False)


def list_size_classes(screen: Screen[Any], size: Size) -> list[str]:
    """Return the classes of a screen for a size of the terminal, from its breakpoints or the app's.

    Textual sets them when the screen was laid out: late for its first picture.
    """
    app, found = screen.app, []
    for length, own, common in (
        (size.width, screen.HORIZONTAL_BREAKPOINTS, app.HORIZONTAL_BREAKPOINTS),
        (size.height, screen.VERTICAL_BREAKPOINTS, app.VERTICAL_BREAKPOINTS),
    ):
        steps = common if own is None else own
        found += [name for _, name in sorted(step for step in steps or () if step[0] <= length)][
            -1:
        ]
    return found
