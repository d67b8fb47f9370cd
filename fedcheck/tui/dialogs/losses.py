"""What people set and what is not in the files: bring it back, or accept the loss."""

from collections.abc import Sequence
from typing import ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from fedcheck.doctor.losses import accept, describe_values, loss_day, name_loss, restore
from fedcheck.domain.change_text import describe_field
from fedcheck.domain.text import one_line, pluralize
from fedcheck.storage.losses import Loss
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.style_sheets import sheets

ABOUT = (
    "The history has these entries, but a merge, another git change or a manual edit dropped them "
    "from the files."
)


WIDE, SHARE, AROUND = 90, 0.94, 5
"""Width of the dialog in cells, its largest share of the screen, and what its frame takes."""


class LossesScreen(ModalScreen[None]):
    """A list of losses; each is brought back or accepted by a key."""

    CSS_PATH = sheets("dialogs")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "close"),
        Binding("b", "restore", "restore"),
        Binding("B", "restore_all", "restore all"),
        Binding("a", "accept", "accept"),
        Binding("j", "move(1)", "down", show=False),
        Binding("k", "move(-1)", "up", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(classes="prompt")
        self._shown: list[Loss] = []

    @property
    def fedcheck(self) -> ProjectApp:
        """Return the app."""
        return cast(ProjectApp, self.app)

    @property
    def _options(self) -> OptionList:
        return self.query_one(OptionList)

    def compose(self) -> ComposeResult:
        """Lay out the list, and what can be done."""
        with Vertical(classes="dialog -wide"):
            yield Static(classes="dialog-title", id="losses-title")
            yield Static(ABOUT, classes="form-about")
            yield OptionList(markup=False)
            yield Static(
                "b: restore, B: restore all, a: accept the loss, esc: close",
                classes="dialog-hint",
            )

    def on_mount(self) -> None:
        """Show what is lost."""
        self._show()
        self._options.focus()

    def on_project_changed(self) -> None:
        """Show what is lost now; close where nothing is."""
        if self.is_mounted and self.fedcheck.others.losses != self._shown:
            self._show()

    def _show(self) -> None:
        place = self._options.highlighted or 0
        self._shown = list(self.fedcheck.others.losses)
        if not self._shown:
            self.action_close()
            return
        away = sum(bool(one.branch) for one in self._shown)
        counts = [pluralize(len(self._shown) - away, "entry", "entries") + " not in the files"]
        counts += [f"{away} on another branch"] if away else []
        title = self.query_one("#losses-title", Static)
        title.update(Content(", ".join(counts[away == len(self._shown) :])))
        self._options.set_options([Option(self._line(one)) for one in self._shown])
        self._options.highlighted = min(place, len(self._shown) - 1)

    def _line(self, loss: Loss) -> Content:
        session = self.fedcheck.session
        room = min(WIDE, int(self.app.size.width * SHARE)) - AROUND
        outside = loss.values[0].outside.change
        state = f"never in these files, but on {loss.place}" if loss.branch else ""
        if not state and outside.new is not None and not loss.is_whole:
            state = f"now {describe_field(outside)}"
        day, values = loss_day(session, loss).isoformat(), describe_values(session, loss)
        if values:
            values = one_line(values, max(room - len(f"  {day} ·  · {state}"), 20))
        detail = one_line(" · ".join(part for part in (day, values, state) if part), room - 2)
        return Content.assemble(
            one_line(name_loss(session, loss), room), "\n  ", (detail, "$foreground-muted")
        )

    def on_resize(self) -> None:
        """Use the new width."""
        self._show()

    def action_move(self, step: int) -> None:
        """Go up or down."""
        if step > 0:
            self._options.action_cursor_down()
        else:
            self._options.action_cursor_up()

    def action_restore(self) -> None:
        """Bring back the highlighted one."""
        self._restore(self._highlighted())

    def action_restore_all(self) -> None:
        """Bring back all that is lost; not what never was in this branch."""
        self._restore([one for one in self._shown if not one.branch])

    def _restore(self, losses: Sequence[Loss]) -> None:
        if losses:
            session = self.fedcheck.session
            self.fedcheck.others.settle(lambda: restore(session, losses))

    def action_accept(self) -> None:
        """Accept that the highlighted one is lost."""
        losses = self._highlighted()
        if losses:
            session = self.fedcheck.session
            self.fedcheck.others.settle(lambda: accept(session, losses))
            self.fedcheck.tell("Accepted as is", "the history keeps who accepted it")

    def _highlighted(self) -> list[Loss]:
        place = self._options.highlighted
        return [] if place is None or place >= len(self._shown) else [self._shown[place]]

    def action_close(self) -> None:
        """Close it."""
        if self.is_current:
            self.dismiss(None)
