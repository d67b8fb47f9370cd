"""What fills the palette: every action that can be done here, by place, with its keys."""

from collections.abc import Callable, Iterator
from typing import cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from fedcheck.keys.action import PLACES, Action
from fedcheck.keys.key_names import key_text
from fedcheck.tui.app_protocol import ProjectApp
from fedcheck.tui.palette import offers


class ActionProvider(Provider):
    """Offers what the app states can be done on the screen below the palette."""

    def _offers(self) -> Iterator[tuple[Action, str, Content, Callable[[], object]]]:
        keymap = cast(ProjectApp, self.app).keymap
        for action, target in offers(self.app, self.screen):
            keys = " ".join(key_text(key) for key in keymap.of(action.id))
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
