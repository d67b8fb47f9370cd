"""How far the testing is: a line for each family, method or tester, each a door to its tests."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Resize

from fedcheck.analysis import test_progress
from fedcheck.analysis.test_progress import Tally
from fedcheck.domain.text import count_cells, one_line, pluralize
from fedcheck.tui.key_bindings import bindings
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.style_sheets import sheets
from fedcheck.tui.widgets.doors import Door, Doors
from fedcheck.tui.widgets.key_line import KeyLine
from fedcheck.tui.widgets.top_line import TopLine

ROOMY = 100
"""From how many columns on bars and families' names have room."""

NARROW = 72
"""Below how many columns only what is to be done about has a column."""

COLUMNS: dict[str, tuple[int, str]] = {
    "satisfied": (11, "$text-success"),
    "other": (7, "$text-warning"),
    "n/a": (5, "$foreground-muted"),
    "to review": (11, ""),
}
"""The counts after the progress, with the widths and colors of their columns."""


OTHERS = "others:"
"""Begins the target of the line that counts the tests of other checklists."""


class TestProgressScreen(PlaceScreen):
    """Tests counted in one way at a time."""

    CSS_PATH = sheets("testing")

    __test__ = False
    BINDINGS: ClassVar[list[BindingType]] = bindings("tests")
    PLACES: ClassVar[tuple[str, ...]] = ("tests", "everywhere")

    def __init__(self) -> None:
        super().__init__()
        self.by = "family"
        self._lists: list[str] = []

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield TopLine()
        yield Doors(id="tests")
        yield KeyLine()

    def on_mount(self) -> None:
        """Show the counts, the first one under the cursor."""
        self.show()
        self.query_one(Doors).focus()
        self.query_one(Doors).action_first()

    def on_resize(self, event: Resize) -> None:
        """Use the new width."""
        self.call_after_refresh(self.show)

    def show(self) -> None:
        """Count the tests of the project."""
        rows, others = test_progress.split_tests(self.fedcheck.board.rows.values())
        everything = test_progress.count_tests("", "All tests", rows)
        self._lists = list(dict.fromkeys(row.checklist for row in rows)) if others else []
        share = f"{everything.tested} of {pluralize(everything.total, 'test')} with a result"
        self.query_one(TopLine).show("Testing", f"by {self.by}", share)
        if not everything.total:
            text = "No tests here yet. Import a workbook with: fedcheck import srtm"
            self.query_one(Doors).show([Door(Content.styled(text, "$foreground-muted"))])
            return
        doors = [Door(self._heading())]
        doors += [Door(self._line(one), one.name) for one in test_progress.COUNTERS[self.by](rows)]
        doors.append(Door(self._line(everything), "all"))
        if others:
            text = f"Not counted here: {test_progress.describe_others(others)}"
            apart = "|".join(dict.fromkeys(row.checklist for row in others))
            doors.append(Door(Content.styled(text, "$foreground-muted"), f"{OTHERS}{apart}"))
        if everything.unobserved:
            text = f"{pluralize(everything.unobserved, 'result')} without an observation"
            doors += [Door(Content("")), Door(Content.styled(text, "$warning"), "unobserved")]
        self.query_one(Doors).show(doors)

    def _room(self) -> tuple[int, int]:
        """Return the widths of names and bars."""
        width = max(self.size.width - 8, 50)
        bar = 20 if self.size.width >= ROOMY else 0
        counts = sum(wide for wide, _ in self._columns().values())
        return width - bar - 17 - counts, bar

    def _columns(self) -> dict[str, tuple[int, str]]:
        """Return the columns that there is room for."""
        kept = ("other", "to review") if self.size.width < NARROW else COLUMNS
        return {name: COLUMNS[name] for name in kept}

    def _heading(self) -> Content:
        names, bar = self._room()
        text = " " * (names + (bar + 2 if bar else 0)) + f"{'tested':>9}" + " " * 6
        text += "".join(f"{name:>{wide}}" for name, (wide, _) in self._columns().items())
        return Content.styled(text, "$foreground-muted")

    def _line(self, one: Tally) -> Content:
        names, bar = self._room()
        plain = (
            one.name in ("", test_progress.NOBODY) or one.title.casefold() == one.name.casefold()
        )
        title = one_line(one.title if plain else f"{one.name} {one.title}", names - 2)
        counts = {
            "satisfied": one.satisfied,
            "other": one.other,
            "n/a": one.na,
            "to review": one.unreviewed,
        }
        parts: list[str | tuple[str, str]] = [
            (title + " " * (names - count_cells(title)), "bold" if not one.name else "")
        ]
        if bar:
            drawn = self.fedcheck.signs.share(one.tested, one.total, bar)
            parts.append((drawn + "  ", "$accent" if one.untested else "$success"))
        parts.append(f"{one.tested:>4}/{one.total:<4}")
        parts.append((f"{one.percent:>4}% ", "$foreground-muted"))
        for name, (wide, style) in self._columns().items():
            count = counts[name]
            parts.append((f"{count or '-':>{wide}}", style if count else "$foreground-muted"))
        return Content.assemble(*parts)

    @on(Doors.Opened)
    def _open(self, event: Doors.Opened) -> None:
        lists = f" checklist:{'|'.join(self._lists)}" if self._lists else ""
        if event.target == "unobserved":
            narrowed = " is:unobserved"
        elif event.target.startswith(OTHERS):
            narrowed = f" checklist:{event.target.removeprefix(OTHERS)}"
        else:
            narrowed = "" if event.target == "all" else f' {self.by}:"{event.target}"'
            narrowed += lists
        self.fedcheck.open_from_home("checklist", query=f"kind:test{narrowed}")

    def action_tests_by(self) -> None:
        """Count the next way."""
        ways = list(test_progress.COUNTERS)
        self.by = ways[(ways.index(self.by) + 1) % len(ways)]
        self.show()
        self.query_one(Doors).action_first()

    def action_tests_back(self) -> None:
        """Go back."""
        self.dismiss(None)
