"""Questions to a person, one after the other, in a coroutine that waits for nothing else.

Neither a task nor a worker runs it: the dialog is there when the key that asks for it has been
handled, and what comes next is done when the answer is given. In a task it would be so some turns
of the event loop later, and a key that is typed quickly would go to the screen below.
"""

from collections.abc import Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

from textual.screen import Screen

R = TypeVar("R")

Push = Callable[[Screen[Any], Callable[[Any], None]], object]
"""Shows a dialog, and calls with its answer."""

Asking = Coroutine[Screen[Any], Any, None]
"""What asks: a coroutine that awaits `Question`s alone."""


class Question(Generic[R]):
    """A dialog whose answer can be awaited: that which it was dismissed with."""

    def __init__(self, dialog: Screen[R]) -> None:
        self.dialog = dialog

    def __await__(self) -> Generator[Screen[R], R, R]:
        """Hand the dialog to `go_on`, and return the answer that it sends back."""
        return (yield self.dialog)


def go_on(push: Push, asking: Asking, answer: object = None) -> None:
    """Begin asking, or go on with an answer, up to the next question.

    Raises what the coroutine raises, in the handler of the key or of the answer. One whose dialog
    goes without an answer, as all do when another workspace is opened, just never goes on.
    """
    try:
        dialog = asking.send(answer)
    except StopIteration:
        return
    if not isinstance(dialog, Screen):
        asking.close()
        raise TypeError(f"a coroutine that asks awaits dialogs alone, not {dialog!r}")
    push(dialog, lambda given: go_on(push, asking, given))
