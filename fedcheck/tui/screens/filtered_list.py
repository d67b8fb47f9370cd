"""What the screens share that show a list: details of a row, a filter, groups, reading."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, ClassVar, TypeVar

from textual import on
from textual.timer import Timer
from textual.widgets import Input

from fedcheck.domain.workspace import Project
from fedcheck.errors import FedcheckError, WorkspaceGoneError
from fedcheck.tui.screens.place import PlaceScreen
from fedcheck.tui.widgets.row_list import RowList

T = TypeVar("T")

DETAILS_DELAY = 0.08
"""How long the cursor rests, in seconds, before the details follow it."""


class ListScreen(PlaceScreen):
    """A list, and the details of its highlighted row.

    Attributes:
        unread: why what `read` was asked for could not be read; nothing where it was.
    """

    def __init__(self, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._timer: Timer | None = None
        self._read_for: Project | None = None
        self.unread = ""

    @property
    def rows(self) -> RowList[Any]:
        """Return the list."""
        return self.query_one(RowList)

    def on_mount(self) -> None:
        """Begin; who inherits does so in `begin`, as Textual would call each `on_mount`."""
        self.begin()

    def begin(self) -> None:
        """Show what there is."""
        self.show()
        self.rows.focus()

    def show_details(self) -> None:
        """Show the details of the highlighted row, where there are any."""

    def show_unread(self) -> None:
        """State that something could not be read, where a screen has a place for it."""

    @on(RowList.Highlighted)
    def _highlighted(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(DETAILS_DELAY, self.show_details)

    def read(self, work: Callable[[], T], then: Callable[[T], object]) -> None:
        """Read something off the UI thread, once for each state of the project.

        What could not be read is tried again whenever the screen is shown again.

        Args:
            work: reads it, in the writer's thread; may raise FedcheckError, which is shown.
            then: hears in the UI thread what was read.
        """
        project = self.fedcheck.session.project
        if project is not self._read_for or self.unread:
            self._read_for = project
            self.unread = ""
            self.fedcheck.writer.submit(
                work, lambda future: self.call_later(self._was_read, future, then)
            )

    def _was_read(self, future: "Future[T]", then: Callable[[T], object]) -> None:
        error = future.exception()
        if error is None:
            then(future.result())
        elif isinstance(error, WorkspaceGoneError):  # the line on top says what to do
            self.unread = error.brief
            self.show_unread()
        elif isinstance(error, FedcheckError):
            self.fedcheck.tell(str(error), error.hint, "error")
        else:
            raise error


class FilteredListScreen(ListScreen):
    """A list that a query narrows, in groups.

    Who inherits lays out an `Input` with the id `filter`, shows by `show` what the filter lets
    through, and hides the field but for the class `-filtering`.

    Attributes:
        filter: what is in the field.
        grouping: how the rows are grouped: one of `GROUPS`.
    """

    GROUPS: ClassVar[Sequence[str]] = ()
    KEPT_AS: ClassVar[str] = ""
    """The name under which the grouping is remembered."""

    def __init__(self, filter_text: str = "", classes: str | None = None) -> None:
        super().__init__(classes)
        self.filter = filter_text
        self.grouping = ""

    @property
    def field(self) -> Input:
        """Return the field of the filter."""
        return self.query_one("#filter", Input)

    def begin(self) -> None:
        """Show what the filter lets through, grouped as it was left."""
        self.set_class(bool(self.filter), "-filtering")
        if self.KEPT_AS:
            remembered = self.fedcheck.remembered.text(self.KEPT_AS)
            self.grouping = remembered if remembered in self.GROUPS else self.GROUPS[0]
        super().begin()

    def group_next_way(self) -> None:
        """Group the rows the next way, and remember it."""
        self.grouping = self.GROUPS[(self.GROUPS.index(self.grouping) + 1) % len(self.GROUPS)]
        self.fedcheck.remembered.put(self.KEPT_AS, self.grouping)
        self.show()

    def none_matches(self, count: str, clears: str) -> str:
        """State that the filter lets nothing through, and which action takes it away."""
        return f"None of {count} matches the filter" + self.fedcheck.hint(clears, "clears it", "; ")

    def open_filter(self) -> None:
        """Go to the field."""
        self.add_class("-filtering")
        self.field.focus()

    def leave_filter(self) -> bool:
        """Empty the field and hide it; return whether there was anything to leave."""
        if not self.field.value and not self.has_class("-filtering"):
            return False
        self.field.value = ""
        self.remove_class("-filtering")
        self.rows.focus()
        return True

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self.filter:
            self.filter = event.value
            self.show()

    @on(Input.Submitted, "#filter")
    def _entered(self) -> None:
        self.set_class(bool(self.filter), "-filtering")
        self.rows.focus()
