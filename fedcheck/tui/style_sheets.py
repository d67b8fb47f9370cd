"""The style sheets of screens: each is read when a screen that needs it is shown first."""

from pathlib import Path, PurePath
from typing import Any

from textual.app import App
from textual.css.stylesheet import CssSource
from textual.css.types import CSSLocation
from textual.geometry import Size
from textual.screen import Screen

_FOLDER = Path(__file__).absolute().parent / "styles"
SHEETS = (
    "base",
    "lists",
    "home",
    "gate",
    "checklist",
    "dialogs",
    "issues",
    "forms",
    "report",
    "evidence",
    "parts",
    "calendar",
    "testing",
    "import_file",
    "package",
    "sync",
    "portfolio",
)
"""All sheets; of two rules that weigh the same, that of the later sheet holds."""

_PLACES = {str(_FOLDER / f"{name}.tcss"): place for place, name in enumerate(SHEETS)}


def sheets(*names: str) -> list[str | PurePath]:
    """Return the paths of style sheets, for the `CSS_PATH` of a screen."""
    return [_FOLDER / f"{name}.tcss" for name in names]


_HOME, _LISTS = _FOLDER / "home.tcss", _FOLDER / "lists.tcss"


def prepare_styles(app: App[Any], screen: Screen[Any]) -> None:
    """Give a screen its sheets and the classes of its size before Textual looks for them.

    Textual itself would parse every sheet again, and apply all rules once more for the classes.
    All screens but home have lists or fields, Textual's own too.
    """
    own = screen.css_path
    needed = own if own == [_HOME] else [_LISTS, *own]
    fresh = [path for path in needed if not app.stylesheet.has_source(str(path))]
    if fresh:
        app.stylesheet.read_all(fresh)
        _sort(app.stylesheet.source)
        app.stylesheet.parse()
    screen.add_class(*list_size_classes(screen, app.size), update=False)


def _sort(source: dict[CSSLocation, CssSource]) -> None:
    """Bring the sheets in their order, whichever screen was shown first."""
    for where in sorted((one for one in source if one[0] in _PLACES), key=_find_place):
        source[where] = source.pop(where)


def _find_place(where: CSSLocation) -> int:
    return _PLACES[where[0]]


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
