"""What the screens of an open workspace share: they show the project, and show it anew."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.screen import Screen

if TYPE_CHECKING:
    from fedcheck.tui.app import FedcheckApp


class PlaceScreen(Screen[None]):
    """A screen that shows the project; `PLACES` names the places whose keys work on it."""

    PLACES: ClassVar[tuple[str, ...]] = ("everywhere",)

    @property
    def fedcheck(self) -> "FedcheckApp":
        """Return the app."""
        return cast("FedcheckApp", self.app)

    def show(self) -> None:
        """Show the project as it is now."""
        raise TypeError(f"{type(self).__name__} does not show the project")

    def on_saving_app_changed(self) -> None:
        """Show what changed, once there is something to show it in."""
        if self.is_mounted:
            self.show()

    def on_screen_resume(self) -> None:
        """Show what changed while another screen was on top."""
        if self.is_mounted:
            self.show()
