"""The palette: every action that can be done here, grouped by place, with its keys."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from fedcheck.keys.action import PLACES, Action
from fedcheck.keys.key_names import key_text

if TYPE_CHECKING:
    from fedcheck.tui.preferences import HabitsApp


class ActionProvider(Provider):
    """Offers what the app says can be done on the screen below the palette."""

    def _offers(self) -> Iterator[tuple[Action, str, Content, Callable[[], object]]]:
        app = cast("HabitsApp", self.app)
        for action, target in app.offers(self.screen):
            keys = " ".join(key_text(key) for key in app.keymap.of(action.id))
            place = PLACES.get(action.place, "").lower()
            rest = Content.assemble((f"  {keys}", "$accent"), (f"  {place}", "$foreground-muted"))
            yield action, action.label.capitalize(), rest, target

    async def discover(self) -> Hits:
        """Yield everything, the nearest place first."""
        for action, name, rest, target in self._offers():
            yield DiscoveryHit(Content(name) + rest, target, text=name, help=action.help)

    async def search(self, query: str) -> Hits:
        """Yield what has the typed letters in its name, or the typed words in its sentence."""
        matcher = self.matcher(query)
        words = query.casefold().split()
        for action, name, rest, target in self._offers():
            score = matcher.match(name)
            if not score and all(word in action.help.casefold() for word in words):
                score = 0.1
            if score > 0:
                shown = matcher.highlight(name) + rest
                yield Hit(score, shown, target, text=name, help=action.help)
