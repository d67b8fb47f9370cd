"""What the screens of an open workspace share: they show the project, and show it again."""

import itertools
from typing import ClassVar, cast

from textual.events import Resize, ScreenResume
from textual.screen import Screen

from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.style_sheets import list_size_classes


class PlaceScreen(Screen[None]):
    """A screen that shows the project; `PLACES` names the places whose keys work on it."""

    PLACES: ClassVar[tuple[str, ...]] = ("everywhere",)
    _left = False

    @property
    def fedcheck(self) -> ProjectApp:
        """Return the app."""
        return cast(ProjectApp, self.app)

    def show(self) -> None:
        """Show the project as it is now."""
        raise TypeError(f"{type(self).__name__} does not show the project")

    @property
    def seen(self) -> bool:
        """Return whether it can be seen: it is on top, or only dialogs are above it."""
        above = itertools.takewhile(lambda one: one is not self, reversed(self.app.screen_stack))
        return all(one.is_modal for one in above)

    def on_project_changed(self) -> None:
        """Show what changed, once there is something to show it in, and where it is seen."""
        if self.is_mounted and self.seen:
            self.show()

    def on_resize(self, event: Resize) -> None:
        """Leave the layout as it is where it was made for this size; Textual makes it again.

        `size` is always that of the terminal, `outer_size` that of the last layout.
        """
        classes = list_size_classes(self, event.size)
        if event.size == self.outer_size and all(self.has_class(name) for name in classes):
            event.prevent_default()

    def on_screen_suspend(self) -> None:
        """Note that what changes from now on may not be shown."""
        self._left = True

    def on_screen_resume(self, event: ScreenResume) -> None:
        """Show what changed while another screen was on top; at first it is shown already."""
        if not self._left:
            event.refresh_styles = False  # its parts have just got theirs
        elif self.is_mounted:
            self.show()
